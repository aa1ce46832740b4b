"""Price roads for one car under given conditions: time, energy and heat of every arc and speed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints, Longs, ragged
from tripplan.physics.consumption import height_of_mean_air_m, stop_and_go_per_m
from tripplan.physics.thermal import joule_heat_w
from tripplan.planning.kernels.road_costs import LOOSE, fill_whole_numbers
from tripplan.records.network import RoadNetwork
from tripplan.records.trip import Trip
from tripplan.routing.customization import shares_of_speed
from tripplan.routing.kernels.customise import (
    COLUMNS,
    CONSUMED,
    DROP,
    HEAT,
    MIN_DEPARTURE,
    NEVER,
    TIME,
)
from tripplan.units import KMH_PER_MPS, MS_PER_S, MWH_PER_KWH, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

SPEED_STEP = 0.05
"""Shares of the usual speed that are tried lie this far apart."""
_SPEED_STEPS = np.linspace(1.0, 0.1, 46)


class Roads(NamedTuple):
    """What each road costs, shape (roads,)."""

    time_s: Floats
    energy_kwh: Floats
    """Battery energy; negative where the road charges it."""
    min_departure_kwh: Floats
    """Energy above the reserve that the road needs at its start."""
    drop_kwh: Floats
    """How far below full the battery is at the end of the road at the least."""
    heat_j: Floats
    """Heat in a pack of 25 degrees Celsius."""


class PieceCosts(NamedTuple):
    """Columns over pieces of constant grade, or over parts of them, shape (pieces,)."""

    time_s: Floats
    speed_mps: Floats
    energy_kwh: Floats
    """Net battery energy; negative where it charges."""
    motion_kwh: Floats
    """Drawn from the battery by the motor."""
    regenerated_kwh: Floats
    """Fed back by braking."""
    auxiliary_kwh: Floats
    cabin_kwh: Floats
    heat_j: Floats
    """Heat in a pack of 25 degrees Celsius."""

    def parts(self, piece: Longs, share: Floats) -> "PieceCosts":
        """Return what parts of pieces cost: of each its piece and its share of that."""
        found = PieceCosts(*(column[piece] * share for column in self))
        return found._replace(speed_mps=self.speed_mps[piece])


def whole_numbers(roads: Roads) -> Ints:
    """Turn the costs of roads into whole milliseconds, milliwatt-hours and joules.

    Energies are rounded up, so that what is found feasible is, by up to a milliwatt-hour a road.

    Parameters
    ----------
    roads
        Costs of roads.

    Returns
    -------
    ndarray
        Shape (roads, 5), columns as in `kernels.customise`.
    """
    values = np.empty((roads.time_s.size, COLUMNS), np.int32)
    values[:, TIME] = np.rint(np.minimum(roads.time_s * MS_PER_S, NEVER))
    values[:, HEAT] = np.rint(np.minimum(roads.heat_j, NEVER))
    for column, energy_kwh in (
        (MIN_DEPARTURE, roads.min_departure_kwh),
        (CONSUMED, roads.energy_kwh),
        (DROP, roads.drop_kwh),
    ):
        values[:, column] = np.clip(np.ceil(energy_kwh * MWH_PER_KWH - LOOSE), -NEVER, NEVER)
    return values


def speed_shares(trip: Trip) -> tuple[float, ...]:
    """Shares of the usual speed at which roads may be driven on this trip, from 1 down."""
    return shares_of_speed(trip.slow_down_to, SPEED_STEP)


@dataclass(frozen=True, eq=False)
class ArcPricing:
    """Prices some arcs for one car at any speeds; what no speed changes is worked out once.

    The car drives at the road's expected speed, at most at its own top speed and the driver's
    limit, and on a climb no faster than the motor's power allows.
    """

    car: ConditionedVehicle
    piece_first: Ints
    """First piece of each of these arcs, shape (arcs + 1,)."""
    bearing_deg: Floats
    """Direction of travel of each arc, end to end, shape (arcs,)."""
    length_m: Floats
    """Shape (pieces,), as are those below."""
    slope_sine: Floats
    usual_kmh: Floats
    stops_per_m: Floats
    """What `consumption.stop_and_go_per_m` says of the roads, shape (pieces,)."""
    headwind_mps: Floats
    crosswind_mps: Floats
    air_density_kg_per_m3: Floats

    @classmethod
    def of(
        cls, network: RoadNetwork, car: ConditionedVehicle, arcs: Ints | None = None
    ) -> "ArcPricing":
        """Return what prices arcs for a car.

        Parameters
        ----------
        network
            The roads.
        car
            The car under its conditions.
        arcs
            Which arcs, in any order, shape (arcs,); None: all.
        """
        rows = np.arange(network.arc_count, dtype=np.int32) if arcs is None else arcs
        counts = (network.piece_first[1:] - network.piece_first[:-1])[rows]
        first = np.zeros(rows.size + 1, np.int32)
        counts.cumsum(out=first[1:])
        if arcs is None:
            length_m, rise_m = network.piece_length_m, network.piece_rise_m
        else:
            piece = ragged(network.piece_first[rows].astype(np.int64), counts)
            length_m, rise_m = network.piece_length_m[piece], network.piece_rise_m[piece]
        bearing = network.bearing_deg[rows]
        road_kmh = network.speed_kmh[rows].repeat(counts)
        middle_m = _middle_m(network, rows, rise_m, first, counts)
        air_m = height_of_mean_air_m(middle_m, rise_m)
        return cls(
            car=car,
            piece_first=first,
            bearing_deg=bearing,
            length_m=length_m,
            slope_sine=rise_m / length_m,
            usual_kmh=np.minimum(road_kmh, car.top_speed_kmh),
            stops_per_m=stop_and_go_per_m(road_kmh / KMH_PER_MPS),
            headwind_mps=np.repeat(car.headwind_mps(bearing), counts),
            crosswind_mps=np.repeat(car.crosswind_mps(bearing), counts),
            air_density_kg_per_m3=car.air_density_kg_per_m3(air_m),
        )

    def pieces(self, share: float | Floats = 1.0) -> PieceCosts:
        """Price the pieces at a share of the usual speed, at ``car.slowest_kmh`` at the least.

        Parameters
        ----------
        share
            A number or one for each arc, shape (arcs,).
        """
        if np.ndim(share):
            share = np.repeat(np.asarray(share, np.float64), np.diff(self.piece_first))
        speed, motion = self._drivable(share)
        time_s, energy_kwh, heat_j = self._costs(speed, motion)
        car, hours = self.car, time_s / S_PER_H
        return PieceCosts(
            time_s=time_s,
            speed_mps=speed,
            energy_kwh=energy_kwh,
            motion_kwh=np.maximum(motion, 0.0) * hours,
            regenerated_kwh=np.maximum(-motion, 0.0) * hours,
            auxiliary_kwh=car.vehicle.auxiliary_kw * hours,
            cabin_kwh=car.cabin_kw * hours,
            heat_j=heat_j,
        )

    def _costs(self, speed: Floats, motion: Floats) -> tuple[Floats, Floats, Floats]:
        """Time [s], battery energy [kWh] and heat [J] of each piece at these speeds and powers."""
        car, time_s = self.car, self.length_m / speed
        hours = time_s / S_PER_H
        heat_w = joule_heat_w(1.0, car.pack.voltage_v, car.pack.resistance_25c_ohm)
        energy_kwh = motion * hours + car.vehicle.auxiliary_kw * hours + car.cabin_kw * hours
        return time_s, energy_kwh, car.draw_kw(motion) ** 2 * heat_w * hours * S_PER_H

    def whole_numbers(self, shares: Sequence[float]) -> Ints:
        """Price the arcs at several shares of the usual speed, in whole numbers.

        Parameters
        ----------
        shares
            The shares.

        Returns
        -------
        ndarray
            What `whole_numbers` makes of `roads` at each; read-only, shape (shares, arcs, 5).
        """
        values = np.empty((len(shares), self.piece_first.size - 1, COLUMNS), np.int32)
        for share, row in zip(shares, values, strict=True):
            fill_whole_numbers(self.piece_first, *self._costs(*self._drivable(share)), row)
        values.setflags(write=False)
        return values

    def roads(self, share: float | Floats = 1.0) -> Roads:
        """Price the arcs; ``share`` as for `pieces`.

        The battery profile of an arc is that of its pieces in a row: it needs the largest sum of
        energies from its start, and leaves the battery below full by the largest sum up to its
        end.
        """
        start, pieces = self.piece_first[:-1], self.pieces(share)
        if not start.size:
            return Roads(*(np.empty(0) for _ in Roads._fields))
        total = np.concatenate([[0.0], np.cumsum(pieces.energy_kwh)])
        before, after = total[:-1], total[1:]
        from_start = np.maximum.reduceat(after, start) - total[start]
        to_end = total[self.piece_first[1:]] - np.minimum.reduceat(before, start)
        return Roads(
            time_s=np.add.reduceat(pieces.time_s, start),
            energy_kwh=np.add.reduceat(pieces.energy_kwh, start),
            min_departure_kwh=np.maximum(from_start, 0.0),
            drop_kwh=np.maximum(to_end, 0.0),
            heat_j=np.add.reduceat(pieces.heat_j, start),
        )

    def _drivable(self, share: float | Floats) -> tuple[Floats, Floats]:
        """Speed of each piece within the motor's power [m/s], and its battery power there [kW].

        A piece too steep for the usual speed is taken in steps of 2 % of it, down to a tenth.
        """
        usual_kmh, vehicle = self.usual_kmh, self.car.vehicle
        wished_kmh = np.maximum(share * usual_kmh, np.minimum(usual_kmh, self.car.slowest_kmh))
        speed = wished_kmh / KMH_PER_MPS
        around = (self.slope_sine, self.headwind_mps, self.air_density_kg_per_m3)
        stops, across = self.stops_per_m, self.crosswind_mps
        motion = self.car.motion_kw(speed, *around, crosswind_mps=across, stops_per_m=stops)
        most_kw = vehicle.motor_kw / vehicle.drive_efficiency
        for step in _SPEED_STEPS[1:]:
            weak = np.flatnonzero(motion > most_kw)
            if not weak.size:
                break
            slower_kmh = np.minimum(wished_kmh[weak], usual_kmh[weak] * step)
            speed[weak] = slower_kmh / KMH_PER_MPS
            there = (column[weak] for column in around)
            motion[weak] = self.car.motion_kw(
                speed[weak], *there, crosswind_mps=across[weak], stops_per_m=stops[weak]
            )
        return speed, motion


def _middle_m(
    network: RoadNetwork, rows: Ints, rise_m: Floats, first: Ints, counts: NDArray[np.int32]
) -> Floats:
    """Elevation halfway along each piece of these arcs, shape (pieces,)."""
    total = np.zeros(rise_m.size + 1)
    rise_m.cumsum(out=total[1:])
    climbed = total[:-1] - total[first[:-1]].repeat(counts)
    start_m = network.elevation_m[network.tail[rows]].repeat(counts) + climbed
    return np.asarray(start_m + 0.5 * rise_m)
