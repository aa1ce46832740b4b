"""Energy to drive: rolling, air, grade, drivetrain, auxiliaries and cabin.

All functions take floats or arrays that broadcast together, and return the like.

Sources, by their numbers in the docstrings below:

- [1] US EPA, test car list data: road load F = A + B v + C v^2 from coast-down, 40 CFR 1066.
- [2] SAE J1263/J2263: reference air of coast-down, 20 degrees Celsius and 98.21 kPa, that is
  1.167 kg/m^3 by the ideal gas law.
- [3] ICAO standard atmosphere: pressure by altitude, exponent 5.25588.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tripplan.units import (
    KELVIN_AT_0_C,
    MPS_PER_MPH,
    N_PER_LBF,
    STANDARD_GRAVITY_MPS2,
)

Values = float | NDArray[np.float64]

COAST_DOWN_AIR_DENSITY = 1.167
"""Air density at which coast-down figures hold, kg/m^3 [2]."""
COAST_DOWN_LOAD_KG = 136.08
"""Load on top of the kerb mass in EPA coast-downs: 300 lb, 40 CFR 86.129."""

_HEATER_C = np.array([-40.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 35.0, 45.0])
_CABIN_KW = {
    "ptc": np.array([6.0, 4.5, 3.6, 2.5, 1.3, 0.2, 0.6, 0.9, 1.5]),
    "heat_pump": np.array([6.0, 4.2, 2.6, 1.3, 0.55, 0.1, 0.6, 0.9, 1.5]),
    "none": np.zeros(9),
}
_WARM_UP_C = np.array([-20.0, -10.0, 0.0, 10.0, 20.0])
_WARM_UP_KWH = np.array([1.2, 0.8, 0.45, 0.2, 0.0])
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
    pressure_pa = 101_325.0 * (1.0 - 2.25577e-5 * np.asarray(elevation_m)) ** 5.25588
    return pressure_pa / (287.05 * (np.asarray(ambient_c) + KELVIN_AT_0_C))


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


def rolling_factor(ambient_c: float, road: str) -> float:
    """Compare rolling resistance with that of a warm, dry day.

    Tyres: +0.8 % per kelvin below 20 degrees Celsius when cold (UN R117), of which 0.6 remains
    once they have warmed up (estimate).  Wet road +15 % (estimate, 10 to 25 %); snow x 2
    (estimate for 5 cm).

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    road
        "dry", "wet" or "snow".
    """
    return (1.0 + 0.6 * 0.008 * max(0.0, 20.0 - ambient_c)) * _ROAD_FACTOR[road]


def tractive_force_n(
    speed_mps: Values,
    *,
    headwind_mps: Values,
    slope_sine: Values,
    mass_kg: float,
    rolling_n: float,
    linear_n_per_mps: float,
    drag_n_per_mps2: float,
    density_kg_per_m3: Values,
) -> Any:
    """Force at the wheels that holds a steady speed [N]; negative where the car must brake.

    F = rolling + linear v + drag max(v + w, 0)^2 rho/1.167 + m g sin(slope).  A tailwind faster
    than the car is not credited.

    Parameters
    ----------
    speed_mps
        Driving speed v. [m/s]
    headwind_mps
        Wind against the car w; negative from behind. [m/s]
    slope_sine
        Rise over driven length.
    mass_kg
        Car with load.
    rolling_n, linear_n_per_mps, drag_n_per_mps2
        Road load at reference density. [N, N/(m/s), N/(m/s)^2]
    density_kg_per_m3
        Air density. [kg/m^3]
    """
    air_speed = np.maximum(np.asarray(speed_mps) + headwind_mps, 0.0)
    return (
        rolling_n
        + linear_n_per_mps * np.asarray(speed_mps)
        + drag_n_per_mps2 * air_speed**2 * np.asarray(density_kg_per_m3) / COAST_DOWN_AIR_DENSITY
        + mass_kg * STANDARD_GRAVITY_MPS2 * np.asarray(slope_sine)
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


def cabin_power_kw(ambient_c: float, heater: str) -> float:
    """Electric power that keeps the cabin comfortable, steady state [kW].

    Parameters
    ----------
    ambient_c
        Air temperature. [degC]
    heater
        "ptc", "heat_pump" or "none" (which also has no air conditioning).

    Notes
    -----
    PTC from FASTSim 3.1.0's LEAF at 90 km/h and emobpy's cabin model; the heat-pump row is an
    estimate; both +-30 %.  Below -20 and above 35 degrees Celsius an estimate.
    """
    return float(np.interp(ambient_c, _HEATER_C, _CABIN_KW[heater]))


def cabin_warm_up_kwh(ambient_c: float, heater: str) -> float:
    """Energy that a cold cabin takes beyond the steady power [kWh].

    FASTSim 3.1.0's LEAF, first ten minutes less steady state, +-40 %.
    """
    if heater == "none":
        return 0.0
    return float(np.interp(ambient_c, _WARM_UP_C, _WARM_UP_KWH))


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
