"""Price roads for one car on one trip: time, battery energy and heat of every arc and speed."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.physics import consumption
from tripplan.physics.thermal import joule_heat_w
from tripplan.planning.road_access import open_arcs
from tripplan.records.network import RoadNetwork
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.kernels.customise import (
    COLUMNS,
    CONSUMED,
    DROP,
    HEAT,
    MIN_DEPARTURE,
    NEVER,
    TIME,
)
from tripplan.units import (
    J_PER_KWH,
    KMH_PER_MPS,
    MS_PER_S,
    MWH_PER_KWH,
    S_PER_H,
    STANDARD_GRAVITY_MPS2,
)
from tripplan.vehicle_model import conditioned as model

SLOWEST_KMH = 70.0
"""No road is driven more slowly than this for the sake of energy (assumption: slower cars are in
the way of others on main roads, and save little)."""
_LOOSE = 1e-3
"""Energies are rounded up to whole milliwatt-hours unless they lie this little above one."""
_SPEED_STEPS = np.linspace(1.0, 0.1, 46)


class Roads(NamedTuple):
    """What each road costs, shape (roads,); closed roads have an infinite time."""

    time_s: Floats
    energy_kwh: Floats
    """Battery energy; negative where the road charges it."""
    min_departure_kwh: Floats
    """Energy above the reserve that the road needs at its start."""
    drop_kwh: Floats
    """How far below full the battery is at the end of the road at the least."""
    heat_j: Floats
    """Heat in a pack of 25 degrees Celsius."""


@dataclass(frozen=True, eq=False)
class PieceCosts:
    """Columns over the pieces of constant grade of a network, shape (pieces,)."""

    time_s: Floats
    speed_mps: Floats
    motion_kwh: Floats
    """Drawn from the battery by the motor."""
    regenerated_kwh: Floats
    """Fed back by braking."""
    auxiliary_kwh: Floats
    cabin_kwh: Floats
    heat_j: Floats
    """Heat in a pack of 25 degrees Celsius."""

    @property
    def energy_kwh(self) -> Floats:
        """Net battery energy of each piece; negative where it charges."""
        return self.motion_kwh - self.regenerated_kwh + self.auxiliary_kwh + self.cabin_kwh


@dataclass(frozen=True, eq=False)
class ArcCosts:
    """What driving costs, arc by arc and piece by piece, for all arcs or for some."""

    pieces: PieceCosts
    piece_first: Ints
    """First of these pieces of each of these arcs, shape (arcs + 1,)."""
    bearing_deg: Floats
    """Direction of travel of each of these arcs, end to end, shape (arcs,)."""
    height_kwh: Floats
    """Potential energy m g z of the loaded car at each node, shape (nodes,)."""
    open_arcs: NDArray[np.bool_]
    """Whether the car may use each of these arcs, shape (arcs,)."""

    def roads(self) -> Roads:
        """Return what each arc costs.

        The battery profile of an arc is that of its pieces in a row: it needs the largest sum of
        energies from its start, and leaves the battery below full by the largest sum up to its
        end.
        """
        start = self.piece_first[:-1]
        if not start.size:
            return Roads(*(np.empty(0) for _ in Roads._fields))
        total = np.concatenate([[0.0], np.cumsum(self.pieces.energy_kwh)])
        before, after = total[:-1], total[1:]
        from_start = np.maximum.reduceat(after, start) - total[start]
        to_end = total[self.piece_first[1:]] - np.minimum.reduceat(before, start)
        time_s = np.add.reduceat(self.pieces.time_s, start)
        return Roads(
            time_s=np.where(self.open_arcs, time_s, np.inf),
            energy_kwh=np.add.reduceat(self.pieces.energy_kwh, start),
            min_departure_kwh=np.maximum(from_start, 0.0),
            drop_kwh=np.maximum(to_end, 0.0),
            heat_j=np.add.reduceat(self.pieces.heat_j, start),
        )


def whole_numbers(roads: Roads) -> Ints:
    """Turn the costs of roads into whole milliseconds, milliwatt-hours and joules.

    Energies are rounded up, so that what is found feasible is, by up to a milliwatt-hour a road.

    Parameters
    ----------
    roads
        Costs of roads; closed ones may have an infinite time.

    Returns
    -------
    ndarray
        Shape (roads, 5), columns as in `kernels.customise`.
    """
    values = np.empty((roads.time_s.size, COLUMNS), np.int32)
    time_ms = np.where(np.isfinite(roads.time_s), roads.time_s, 0.0) * MS_PER_S
    values[:, TIME] = np.rint(np.minimum(time_ms, NEVER))
    values[:, HEAT] = np.rint(np.minimum(roads.heat_j, NEVER))
    for column, energy_kwh in (
        (MIN_DEPARTURE, roads.min_departure_kwh),
        (CONSUMED, roads.energy_kwh),
        (DROP, roads.drop_kwh),
    ):
        values[:, column] = np.clip(np.ceil(energy_kwh * MWH_PER_KWH - _LOOSE), -NEVER, NEVER)
    return values


def price_arcs(
    network: RoadNetwork,
    vehicle: Vehicle,
    trip: Trip,
    *,
    arcs: Ints | None = None,
    share: float | Floats = 1.0,
) -> ArcCosts:
    """Price arcs.

    The car drives at the road's expected speed, at most at its own top speed and the driver's
    limit, and on a climb no faster than the motor's power allows.

    Parameters
    ----------
    network
        The roads.
    vehicle, trip
        Who drives where.
    arcs
        Which arcs, in any order; None: all.
    share
        Share of the usual speed at which each of these arcs is driven, but not below
        `SLOWEST_KMH`; a number or shape (arcs,).
    """
    load = model.road_load(vehicle, trip.conditions)
    rows = np.arange(network.arc_count, dtype=np.int32) if arcs is None else arcs
    counts = (network.piece_first[1:] - network.piece_first[:-1])[rows]
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    arc = np.repeat(rows, counts)
    if arcs is None:
        length_m, rise_m = network.piece_length_m, network.piece_rise_m
    else:
        inside = np.arange(first[-1]) - np.repeat(first[:-1], counts)
        piece = np.repeat(network.piece_first[rows], counts) + inside
        length_m, rise_m = network.piece_length_m[piece], network.piece_rise_m[piece]
    bearing = network.bearing_deg[rows]
    middle_m = _middle_m(network, rows, rise_m, first, counts)
    air = consumption.air_density_kg_per_m3(trip.conditions.ambient_c, middle_m)
    wind = consumption.headwind_mps(
        trip.conditions.wind_mps, trip.conditions.wind_from_deg, np.repeat(bearing, counts)
    )
    usual_kmh = np.minimum(
        network.speed_kmh[arc], min(vehicle.top_speed_kmh, trip.max_speed_kmh or np.inf)
    )
    shares = np.repeat(np.broadcast_to(np.asarray(share, np.float64), rows.shape), counts)
    speed, motion = _drivable(vehicle, usual_kmh, shares, load, rise_m / length_m, wind, air)
    hours = length_m / speed / S_PER_H
    cabin = model.cabin_kw(vehicle, trip.conditions)
    power_kw = motion + vehicle.auxiliary_kw + cabin
    battery = vehicle.battery
    current_heat_w = joule_heat_w(1.0, battery.nominal_voltage_v, battery.resistance_ohm)
    return ArcCosts(
        pieces=PieceCosts(
            time_s=length_m / speed,
            speed_mps=speed,
            motion_kwh=np.maximum(motion, 0.0) * hours,
            regenerated_kwh=np.maximum(-motion, 0.0) * hours,
            auxiliary_kwh=vehicle.auxiliary_kw * hours,
            cabin_kwh=cabin * hours,
            heat_j=power_kw**2 * current_heat_w * hours * S_PER_H,
        ),
        piece_first=first,
        bearing_deg=bearing,
        height_kwh=load.mass_kg * STANDARD_GRAVITY_MPS2 * network.elevation_m / J_PER_KWH,
        open_arcs=open_arcs(network, vehicle, trip.avoid)[rows],
    )


def _middle_m(
    network: RoadNetwork, rows: Ints, rise_m: Floats, first: Ints, counts: NDArray[np.int32]
) -> Floats:
    """Elevation halfway along each piece of these arcs, shape (pieces,)."""
    total = np.concatenate([[0.0], np.cumsum(rise_m)])
    climbed = total[:-1] - np.repeat(total[first[:-1]], counts)
    start_m = np.repeat(network.elevation_m[network.tail[rows]], counts) + climbed
    return np.asarray(start_m + 0.5 * rise_m)


def _drivable(
    vehicle: Vehicle,
    usual_kmh: Floats,
    share: Floats,
    load: model.RoadLoad,
    slope: Floats,
    wind: Floats,
    air: Floats,
) -> tuple[Floats, Floats]:
    """Speed of each piece within the motor's power [m/s], and the motor's battery power there [kW].

    A piece too steep for the usual speed is taken in steps of 2 % of it, down to a tenth.
    """
    wished_kmh = np.maximum(share * usual_kmh, np.minimum(usual_kmh, SLOWEST_KMH))
    speed = wished_kmh / KMH_PER_MPS
    motion = model.motion_kw(vehicle, load, speed, slope, wind, air)
    most = vehicle.motor_kw / vehicle.drive_efficiency
    for step in _SPEED_STEPS[1:]:
        weak = np.flatnonzero(motion > most)
        if not weak.size:
            break
        slower_kmh = np.minimum(wished_kmh[weak], usual_kmh[weak] * step)
        speed[weak] = slower_kmh / KMH_PER_MPS
        motion[weak] = model.motion_kw(
            vehicle, load, speed[weak], slope[weak], wind[weak], air[weak]
        )
    return speed, motion
