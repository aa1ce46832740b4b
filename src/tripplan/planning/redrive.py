"""Drive a leg of a plan again, by its own trace: position, elevation, distance and speed."""

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.consumption import stop_and_go_per_m
from tripplan.planning import audit_steps
from tripplan.records.plan import Leg
from tripplan.units import KMH_PER_MPS, M_PER_KM
from tripplan.vehicle_model.conditioned import ConditionedVehicle


def redriven(
    car: ConditionedVehicle, leg: Leg, energy_kwh: float, pack_c: float, step_s: float
) -> audit_steps.Driven:
    """Drive a leg with the plain formulas.

    Parameters
    ----------
    car
        The car under its conditions.
    leg
        Where and how fast.
    energy_kwh, pack_c
        The battery at the start. [kWh], [degC]
    step_s
        Longest time step. [s]
    """
    motion, duration_s = motion_of(car, leg)
    return drive_pieces(car, leg, (car.draw_kw(motion), duration_s), energy_kwh, pack_c, step_s)


def drive_pieces(
    car: ConditionedVehicle,
    leg: Leg,
    pieces: tuple[Floats, Floats],
    energy_kwh: float,
    pack_c: float,
    step_s: float,
) -> audit_steps.Driven:
    """Drive the pieces of a leg, with the pack's heater on for as long as the leg says.

    Parameters
    ----------
    car, leg
        As in `redriven`.
    pieces
        Battery power without the heater [kW], and time [s], shape (pieces,) each.
    energy_kwh, pack_c, step_s
        As in `redriven`.
    """
    (draw_kw, duration_s), full_kwh = pieces, car.capacity_kwh
    heater, on = car.vehicle.battery.heater, np.zeros(draw_kw.size, np.bool_)
    if leg.preheating is None or heater is None or not draw_kw.size:
        none = audit_steps.NO_HEATER
        return audit_steps.drive(
            draw_kw, duration_s, on, energy_kwh, full_kwh, pack_c, car.pack, none, step_s
        )
    # The piece during which it is switched on is driven as two.
    ends_s = np.cumsum(duration_s)
    begins_s = max(float(ends_s[-1]) - leg.preheating.duration_s, 0.0)
    at = min(int(np.searchsorted(ends_s, begins_s, side="right")), draw_kw.size - 1)
    after_s = float(ends_s[at]) - begins_s
    before_s = float(duration_s[at]) - after_s
    parts_s = np.concatenate([duration_s[:at], [before_s, after_s], duration_s[at + 1 :]])
    parts_kw, on = np.insert(draw_kw, at, draw_kw[at]), np.arange(parts_s.size) > at
    heating = audit_steps.Heater(heater.power_kw, heater.target_c)
    found = audit_steps.drive(
        parts_kw, parts_s, on, energy_kwh, full_kwh, pack_c, car.pack, heating, step_s
    )
    after_kwh, after_c = np.delete(found.after_kwh, at), np.delete(found.after_c, at)
    return found._replace(after_kwh=after_kwh, after_c=after_c)


def motion_of(car: ConditionedVehicle, leg: Leg) -> tuple[Floats, Floats]:
    """Return the motor's battery power [kW] and the time [s] of each step of a leg's trace.

    Parameters
    ----------
    car, leg
        As in `redriven`.

    Returns
    -------
    tuple of ndarray
        Shape (points - 1,) each; power below 0 is braking.
    """
    trace = leg.trace
    km, height = np.array(trace.distance_km), np.array(trace.elevation_m)
    speed, bearing, usual = (
        np.array(column[1:]) for column in (trace.speed_kmh, trace.bearing_deg, trace.usual_kmh)
    )
    return motion_on(car, (km[1:] - km[:-1], height[:-1], height[1:]), speed, bearing, usual)


def motion_on(
    car: ConditionedVehicle,
    lie: tuple[Floats, Floats, Floats],
    speed_kmh: Floats,
    bearing_deg: Floats,
    usual_kmh: Floats,
) -> tuple[Floats, Floats]:
    """Return the motor's battery power [kW] and the time [s] of steps of road, shape (steps,) each.

    Parameters
    ----------
    car
        The car under its conditions.
    lie
        Length of each step [km], and height at its start and its end [m], shape (steps,) each.
    speed_kmh, bearing_deg, usual_kmh
        Speed, direction and usual speed on each, as in `Trace`, shape (steps,).
    """
    length_km, start_m, end_m = lie
    length = length_km * M_PER_KM
    speed = speed_kmh / KMH_PER_MPS
    motion = car.motion_kw(
        speed,
        (end_m - start_m) / length,
        car.headwind_mps(bearing_deg),
        _mean_density(car, start_m, end_m),
        crosswind_mps=car.crosswind_mps(bearing_deg),
        stops_per_m=stop_and_go_per_m(usual_kmh / KMH_PER_MPS),
    )
    return motion, length / speed


def _mean_density(car: ConditionedVehicle, start: Floats, end: Floats) -> Floats:
    """Return the mean density of the air over steps between heights, by Simpson's rule [kg/m^3]."""
    low, middle, high = (car.air_density_kg_per_m3(h) for h in (start, 0.5 * (start + end), end))
    return np.asarray((low + 4.0 * middle + high) / 6.0)
