"""Energy to drive: rolling, air, grade, acceleration and drivetrain.

All functions take floats or arrays that broadcast together, and return the like.

Sources, by their numbers in the docstrings below:

- [1] US EPA, test car list data: road load F = A + B v + C v^2 from coast-down, 40 CFR 1066.
- [2] SAE J1263/J2263: reference air of coast-down, 20 degrees Celsius and 98.21 kPa, that is
  1.167 kg/m^3 by the ideal gas law.
- [3] ICAO standard atmosphere: pressure by altitude, exponent 5.25588.
- [4] S. Windsor, Real world drag coefficient: is it wind averaged drag?, International Vehicle
  Aerodynamics Conference 2014, doi 10.1533/9780081002452.1.3: cars have their least drag
  coefficient without yaw, and up to 10 % more at small angles.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tripplan.units import (
    KELVIN_AT_0_C,
    KMH_PER_MPS,
    MPS_PER_MPH,
    N_PER_LBF,
    STANDARD_GRAVITY_MPS2,
)

Values = float | NDArray[np.float64]

COAST_DOWN_AIR_DENSITY = 1.167
"""Air density at which coast-down figures hold, kg/m^3 [2]."""
COAST_DOWN_LOAD_KG = 136.08
"""Load on top of the kerb mass in EPA coast-downs: 300 lb, 40 CFR 86.129."""

WARM_UP_M = 8000.0
"""Distance in which the excess of cold tyres and gears falls to 1/e (assumption, fixed before any
fit; tyres reach their steady temperature in 20 to 30 km)."""
ROOF_BOX_M2 = 0.14
"""Drag area that a roof box adds, m2 (+-0.05): a Model 3 took 306 instead of 267 Wh per mile with
one (jalopnik.com), a Model Y 14 % more on 2500 miles (teslamotorsclub.com, 2021); 0.14 both if they
went at 113 km/h (assumption)."""
YAW_DRAG_RISE = 2.2
"""How the drag coefficient along the car grows with yaw: 5 % at 10 degrees, where the cars of [4]
have none to 10 % more (assumption: the middle of that for every car)."""
ROTATING_MASS_FACTOR = 1.04
"""Inertia of car and wheels over that of the car alone (estimate, usual for passenger cars)."""
_STOP_AND_GO_MPS = np.array([0.0, 55.0, 70.0]) / KMH_PER_MPS
_STOP_AND_GO_MPS2 = np.array([0.22, 0.22, 0.0])
"""Positive acceleration per distance by speed of a road: measured on 40 drives, 0.21 to 0.25 below
60 km/h; above, what is put into speed is not braked away but rolls on."""
_STANDING_MPS = 1e-3
_BAROMETRIC_PER_M, _BAROMETRIC_POWER = 2.25577e-5, 5.25588
"""Pressure falls with the height h as (1 - a h)^n [3]; a and n."""
_ROAD_FACTOR = {"dry": 1.0, "wet": 1.15, "snow": 2.0}


def air_density_kg_per_m3(ambient_c: Values, elevation_m: Values) -> Any:
    """Density of dry air by temperature and altitude [kg/m^3].

    Ideal gas with the barometric formula [3]; within 0.45 % of moist-air libraries.

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    elevation_m
        Height above sea level. [m]
    """
    thinner = 1.0 - _BAROMETRIC_PER_M * np.asarray(elevation_m)
    pressure_pa = 101_325.0 * thinner**_BAROMETRIC_POWER
    return pressure_pa / (287.05 * (np.asarray(ambient_c) + KELVIN_AT_0_C))


def height_of_mean_air_m(middle_m: Values, rise_m: Values) -> Any:
    """Height at which the air is as dense as in the mean over a road of even grade [m].

    A little below its middle.  Density goes with (1 - a h)^n [3]; its mean over a rise r is that in
    the middle times 1 + n (n - 1) a^2 r^2 / (24 (1 - a h)^2), but for terms of the fourth order:
    4e-8 for a rise of 800 m.  So the drag of a road does not depend on where it is cut.

    Parameters
    ----------
    middle_m
        Height of its middle above sea level. [m]
    rise_m
        From its start to its end, of either sign. [m]
    """
    thinner = 1.0 - _BAROMETRIC_PER_M * np.asarray(middle_m)
    bend_per_m = (_BAROMETRIC_POWER - 1.0) * _BAROMETRIC_PER_M / (24.0 * thinner)
    return middle_m - bend_per_m * np.square(rise_m)


def coast_down_in_si(
    a_lbf: float, b_lbf_per_mph: float, c_lbf_per_mph2: float
) -> tuple[float, float, float]:
    """Turn EPA coast-down coefficients [1] into N, N/(m/s) and N/(m/s)^2."""
    return (
        a_lbf * N_PER_LBF,
        b_lbf_per_mph * N_PER_LBF / MPS_PER_MPH,
        c_lbf_per_mph2 * N_PER_LBF / MPS_PER_MPH**2,
    )


def drag_n_per_mps2(drag_coefficient: float, frontal_area_m2: float) -> float:
    """Air drag at the coast-down reference density, F = c v^2 [N/(m/s)^2]."""
    return 0.5 * COAST_DOWN_AIR_DENSITY * drag_coefficient * frontal_area_m2


def rolling_factor(ambient_c: float, road: str, rise_per_k: float) -> float:
    """Compare rolling resistance with that of a warm, dry day.

    Wet road +15 % (estimate, 10 to 25 %); snow x 2 (estimate for 5 cm).

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    road
        "dry", "wet" or "snow".
    rise_per_k
        Relative growth per kelvin below 20 degrees Celsius. [1/K]
    """
    return (1.0 + rise_per_k * max(0.0, 20.0 - ambient_c)) * _ROAD_FACTOR[road]


def cold_start_factor(distance_m: Values, start_factor: float) -> Any:
    """Compare rolling resistance with that of warm tyres and gears, by distance since the start.

    1 + (start_factor - 1) exp(-s/L) with L = `WARM_UP_M`: what warms tyres is the work done on
    them, and that goes with distance.

    Parameters
    ----------
    distance_m
        Distance since the cold start. [m]
    start_factor
        The factor at the start; 1: no excess.
    """
    return 1.0 + (start_factor - 1.0) * np.exp(-np.asarray(distance_m) / WARM_UP_M)


def cold_start_j(rolling_n: float, start_factor: float, drive_efficiency: float) -> float:
    """Battery energy that a cold start takes on a long drive, at any speed [J].

    The integral of `cold_start_factor` less one over an endless drive, times the rolling force.

    Parameters
    ----------
    rolling_n
        Rolling resistance when warm. [N]
    start_factor
        Its factor at the start.
    drive_efficiency
        Battery to wheel.
    """
    return rolling_n * (start_factor - 1.0) * WARM_UP_M / drive_efficiency


def air_speed_squared(along_mps: Values, across_mps: Values) -> Any:
    """Square of the air speed that gives the same drag without yaw [m2/s2].

    u V (1 + k w^2/V^2), with the air's speed u along the car, w across it, V = sqrt(u^2 + w^2) and
    k = `YAW_DRAG_RISE`: V^2 is the apparent wind's pressure, u/V how the force along the car goes
    to none for wind from the side, and the last factor the rise of the drag coefficient with yaw,
    after which that is 1.05 times its least at 10 degrees.  Nothing where the air comes from
    behind.

    Parameters
    ----------
    along_mps
        Speed of the air against the car. [m/s]
    across_mps
        Speed of the air from either side. [m/s]
    """
    along, across = np.maximum(along_mps, 0.0), np.square(across_mps)
    if not np.any(across):
        return np.square(along)
    total = np.square(along) + across
    yaw = np.divide(across, total, out=np.zeros(np.shape(total)), where=total > 0.0)
    return along * np.sqrt(total) * (1.0 + YAW_DRAG_RISE * yaw)


def tractive_force_n(
    speed_mps: Values,
    *,
    headwind_mps: Values,
    crosswind_mps: Values = 0.0,
    slope_sine: Values,
    mass_kg: float,
    rolling_n: Values,
    linear_n_per_mps: float,
    drag_n_per_mps2: float,
    density_kg_per_m3: Values,
    acceleration_mps2: Values = 0.0,
) -> Any:
    """Force at the wheels that drives the car [N]; negative where it must brake.

    F = rolling + linear v + drag V^2 rho/1.167 + m g sin(slope) + 1.04 m dv/dt, with the square of
    the air speed of `air_speed_squared`.  A tailwind faster than the car is not credited.

    Parameters
    ----------
    speed_mps
        Driving speed v. [m/s]
    headwind_mps
        Wind against the car w; negative from behind. [m/s]
    crosswind_mps
        Wind from either side. [m/s]
    slope_sine
        Rise over driven length.
    mass_kg
        Car with load.
    rolling_n, linear_n_per_mps, drag_n_per_mps2
        Road load at reference density. [N, N/(m/s), N/(m/s)^2]
    density_kg_per_m3
        Air density. [kg/m^3]
    acceleration_mps2
        Acceleration; 0 at steady speeds. [m/s^2]
    """
    squared = air_speed_squared(np.asarray(speed_mps) + headwind_mps, crosswind_mps)
    return (
        rolling_n
        + linear_n_per_mps * np.asarray(speed_mps)
        + drag_n_per_mps2 * squared * np.asarray(density_kg_per_m3) / COAST_DOWN_AIR_DENSITY
        + mass_kg * STANDARD_GRAVITY_MPS2 * np.asarray(slope_sine)
        + ROTATING_MASS_FACTOR * mass_kg * np.asarray(acceleration_mps2)
    )


def motion_power_w(
    force_n: Values,
    speed_mps: Values,
    *,
    drive_efficiency: float,
    regen_efficiency: float,
    regen_max_w: float,
) -> Any:
    """Battery power that moves the car [W]; negative where braking feeds it back.

    Parameters
    ----------
    force_n
        Force at the wheels. [N]
    speed_mps
        Driving speed. [m/s]
    drive_efficiency, regen_efficiency
        Battery to wheel, and wheel to battery.
    regen_max_w
        Most power that braking feeds into the battery. [W]
    """
    wheel_w = np.asarray(force_n) * speed_mps
    return np.where(
        wheel_w >= 0.0,
        wheel_w / drive_efficiency,
        np.maximum(wheel_w * regen_efficiency, -regen_max_w),
    )


def stop_and_go_per_m(usual_mps: Values) -> Any:
    """How often a road of this mean speed makes a car speed up anew [1/m].

    The positive acceleration per distance of such roads over the square of their speed: so many
    times in a metre half the square of the speed is lost, twice.  None from 70 km/h on.

    Parameters
    ----------
    usual_mps
        Mean driving speed that is usual on the road, whoever drives there. [m/s]
    """
    usual = np.maximum(usual_mps, _STANDING_MPS)
    return np.interp(usual, _STOP_AND_GO_MPS, _STOP_AND_GO_MPS2) / usual**2


def stop_and_go_w(
    speed_mps: Values,
    stops_per_m: Values,
    *,
    mass_kg: float,
    drive_efficiency: float,
    regen_efficiency: float,
) -> Any:
    """Battery power that speeding up and braking takes [W].

    Each metre holds m a of kinetic energy, put in through the drive and got back by braking:
    1.04 m a v (1/eta_drive - eta_regen), with the positive acceleration a = v^2 n of a road that
    makes cars speed up n times a metre.  How often is the road's; who drives there more slowly than
    is usual loses less each time, by the square of the speed (assumption).

    Parameters
    ----------
    speed_mps
        Mean driving speed. [m/s]
    stops_per_m
        What `stop_and_go_per_m` says of the road. [1/m]
    mass_kg
        Car with load.
    drive_efficiency, regen_efficiency
        Battery to wheel, and wheel to battery.
    """
    lost = max(0.0, 1.0 / drive_efficiency - regen_efficiency)
    return ROTATING_MASS_FACTOR * mass_kg * lost * stops_per_m * np.asarray(speed_mps) ** 3


def headwind_mps(
    wind_mps: float, wind_from_deg: float | None, bearing_deg: NDArray[np.float64]
) -> Any:
    """Part of the wind that blows against the car [m/s]; negative from behind.

    Parameters
    ----------
    wind_mps
        Wind speed. [m/s]
    wind_from_deg
        Direction it comes from, clockwise from north; None: head-on everywhere. [deg]
    bearing_deg
        Direction of travel, clockwise from north, shape (arcs,). [deg]
    """
    if wind_from_deg is None:
        return np.full(np.shape(bearing_deg), wind_mps)
    return wind_mps * np.cos(np.radians(wind_from_deg - bearing_deg))


def crosswind_mps(
    wind_mps: float, wind_from_deg: float | None, bearing_deg: NDArray[np.float64]
) -> Any:
    """Part of the wind that blows across the car [m/s]; positive from the right.

    Parameters
    ----------
    wind_mps
        Wind speed. [m/s]
    wind_from_deg
        Direction it comes from, clockwise from north; None: head-on everywhere. [deg]
    bearing_deg
        Direction of travel, clockwise from north, shape (arcs,). [deg]
    """
    if wind_from_deg is None:
        return np.zeros(np.shape(bearing_deg))
    return wind_mps * np.sin(np.radians(wind_from_deg - bearing_deg))
