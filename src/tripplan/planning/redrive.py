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
    draw_kw, full_kwh = car.draw_kw(motion), car.capacity_kwh
    return audit_steps.drive(draw_kw, duration_s, energy_kwh, full_kwh, pack_c, car.pack, step_s)


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
    length = np.diff(np.array(trace.distance_km)) * M_PER_KM
    elevation = np.array(trace.elevation_m)
    speed = np.array(trace.speed_kmh[1:]) / KMH_PER_MPS
    bearing = np.array(trace.bearing_deg[1:])
    motion = car.motion_kw(
        speed,
        np.diff(elevation) / length,
        car.headwind_mps(bearing),
        _mean_density(car, elevation),
        crosswind_mps=car.crosswind_mps(bearing),
        stops_per_m=stop_and_go_per_m(np.array(trace.usual_kmh[1:]) / KMH_PER_MPS),
    )
    return motion, length / speed


def _mean_density(car: ConditionedVehicle, elevation_m: Floats) -> Floats:
    """Return the mean density of the air over steps between heights, by Simpson's rule [kg/m^3]."""
    start, end = elevation_m[:-1], elevation_m[1:]
    low, middle, high = (car.air_density_kg_per_m3(h) for h in (start, 0.5 * (start + end), end))
    return np.asarray((low + 4.0 * middle + high) / 6.0)
