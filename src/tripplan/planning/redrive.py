"""Drive a leg of a plan again, by its own trace: position, elevation, distance and speed."""

from typing import NamedTuple

import numpy as np

from tripplan.physics import consumption
from tripplan.physics.thermal import PackModel
from tripplan.planning import audit_steps
from tripplan.records.plan import Leg
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle
from tripplan.units import KMH_PER_MPS, M_PER_KM
from tripplan.vehicle_model import conditioned as model


class State(NamedTuple):
    """The battery at the start of a leg."""

    energy_kwh: float
    capacity_kwh: float
    pack_c: float


def redriven(
    vehicle: Vehicle,
    conditions: Conditions,
    leg: Leg,
    state: State,
    pack: PackModel,
    step_s: float,
) -> audit_steps.Driven:
    """Drive a leg with the plain formulas.

    Parameters
    ----------
    vehicle, conditions
        The car and the weather.
    leg
        Where and how fast.
    state, pack
        The battery at the start, and its pack.
    step_s
        Longest time step. [s]
    """
    trace = leg.trace
    length = np.diff(np.array(trace.distance_km)) * M_PER_KM
    elevation = np.array(trace.elevation_m)
    speed = np.array(trace.speed_kmh[1:]) / KMH_PER_MPS
    motion = model.motion_kw(
        vehicle,
        model.road_load(vehicle, conditions),
        speed,
        np.diff(elevation) / length,
        consumption.headwind_mps(
            conditions.wind_mps, conditions.wind_from_deg, np.array(trace.bearing_deg[1:])
        ),
        consumption.air_density_kg_per_m3(
            conditions.ambient_c, 0.5 * (elevation[1:] + elevation[:-1])
        ),
    )
    draw_kw = motion + vehicle.auxiliary_kw + model.cabin_kw(vehicle, conditions)
    return audit_steps.drive(draw_kw, length / speed, *state, pack, step_s)
