"""What all levels of the bound with battery heat share: the car, its drives, and the grids.

See `heat_bound` for what it is about, and docs/models/heat-bound.md for why it is a bound.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tripplan.arrays import Flags, Floats, Ints
from tripplan.routing.heat_weights import HeatWeights
from tripplan.search.kernels.heat_arrival import Drift
from tripplan.search.kernels.heat_courses import charge_from, no_courses
from tripplan.search.kernels.heat_entries import Envelopes, HeatRates, Pairs
from tripplan.search.kernels.heat_tables import Courses, HeatCar, HeatGrid
from tripplan.search.kernels.labels import Bounds
from tripplan.search.pool import RelaxedDrives
from tripplan.search.problem import Problem

STEPS = ((0.04, 2.0), (0.02, 1.0), (0.01, 0.5), (0.005, 0.25), (0.0025, 0.125))
"""Steps of energy (a fraction of the capacity) and of temperature [K], level by level."""
_MOST_LEVELS_KW = 4
"""Chargers count as of so many powers at the most; each as of the next higher one."""
_TIERS_S = (0.0, 10.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3840.0, 7680.0)
"""Where cold counts, drives are told apart by how much longer than their envelope they take; of
those beyond the last nothing is known, and no plan loses so much to the cold at one stop."""
_RISE_K = 10.0
"""Above the temperature of full power, so much is still told apart where cold counts."""
_ROUNDING_K_PER_S = 1e-12
_KEPT_BYTES = 200_000_000
"""Once tables of charging courses take more, those that are kept are let go."""


@dataclass(frozen=True, eq=False)
class HeatGround:
    """What all levels of one side share."""

    problem: Problem
    bounds: Bounds
    side: float
    """1: temperatures are at least those of the grid, -1: at most."""
    car: HeatCar
    rates: HeatRates
    weights: HeatWeights
    pool: RelaxedDrives
    """Lower envelopes of all drives, with the rows of all stops that matter."""
    near: Ints
    """Stops that matter, those closest to the end first, shape (stops,)."""
    from_origin_s: Floats
    """Fastest drive to each of them, shape (stops,)."""
    kept: dict[tuple[object, ...], Courses]
    """Charging courses of levels that were made before."""

    @cached_property
    def envelopes(self) -> Envelopes:
        """All corners of the pool."""
        drives = self.pool.drives
        return Envelopes(
            drives.time_s, drives.consumed_kwh, drives.slower_s_per_kwh, drives.slower_kwh
        )

    @cached_property
    def levels_kw(self) -> Floats:
        """Powers that are told apart, rising."""
        every = np.unique(self.problem.charger_kw[self.near])
        if every.size > _MOST_LEVELS_KW:
            every = every[np.linspace(0, every.size - 1, _MOST_LEVELS_KW + 1).astype(int)[1:]]
        return np.asarray(every, np.float64)

    @cached_property
    def ranges(self) -> tuple[float, int]:
        """Least coordinate, and the whole numbers of kelvin above it, of every grid.

        The start lies on the grid of every level.
        """
        problem, table = self.problem, self.car.power
        coarsest_k = STEPS[0][1]
        start = self.side * problem.start_c
        if self.side > 0.0:
            low, high = min(start, self.car.rest_c), float(table.limit_c[-1])
        else:
            full = int(np.argmax(self.car.hull_kw >= self.car.hull_kw.max() * (1.0 - 1e-12)))
            low = min(start, -(float(table.limit_c[full]) + _RISE_K))
            high = max(-problem.start_c, -problem.pack.air_c)
        low = start - coarsest_k * math.ceil((start - low) / coarsest_k - 1e-9)
        count = max(math.ceil((high - low) / coarsest_k), 1)
        return low, count * int(coarsest_k)

    def grid(self, level: int) -> HeatGrid:
        """Return the grid of a level."""
        problem, (share, step_k) = self.problem, STEPS[level]
        step_kwh = share * problem.capacity_kwh
        offset = self.offset(level)
        least, kelvins = self.ranges
        return HeatGrid(
            offset * step_kwh,
            step_kwh,
            math.ceil(1.0 / share - 1e-9) - offset + 1,
            math.ceil(problem.limit_kwh / step_kwh - 1e-6) - offset,
            round(share * 100.0) if share > 0.0075 else 0,
            self.side,
            least,
            step_k,
            round(kelvins / step_k) + 1,
        )

    def offset(self, level: int) -> int:
        """Return the steps of energy below the least one of a level."""
        step_kwh = STEPS[level][0] * self.problem.capacity_kwh
        return math.floor(self.problem.reserve_kwh / step_kwh + 1e-9)

    def courses(self, grid: HeatGrid, wanted: Flags) -> Courses:
        """Return charging courses on a grid; those of a car in its weather are kept.

        Parameters
        ----------
        grid
            The grid.
        wanted
            From which states at the least, shape (energies, temperatures).
        """
        table = self.car.power[:4]
        key: tuple[object, ...] = (self.levels_kw.tobytes(), self.car.overhead_s, self.car.pack)
        key = (*grid, *key, *(column.tobytes() for column in table))
        found = self.kept.get(key)
        if found is None:
            found = no_courses(grid, self.car, self.levels_kw)
            if sum(known.charging_s.nbytes for known in self.kept.values()) > _KEPT_BYTES:
                self.kept.clear()
            self.kept[key] = found
        charge_from(grid, self.car, self.levels_kw, wanted, found)
        return found

    @property
    def tiers_s(self) -> Floats:
        """How much longer than their envelope drives take, told apart: see `entries_between`."""
        return np.array(_TIERS_S if self.side < 0.0 else (0.0,))

    def drift(self, grid: HeatGrid) -> Drift:
        """How fast coordinates can fall beyond what is known of a drive.

        Where cold counts, what longer drives do is in their heat, and only the air warms a pack.
        """
        pack, problem = self.car.pack, self.problem
        at = self.side * (grid.least + np.arange(grid.temperatures) * grid.step_k)
        conductance = max(pack.conductance_driving_w_per_k, pack.conductance_parked_w_per_k)
        if self.side > 0.0:
            upper = at + grid.step_k
            lost_w = conductance * np.maximum(upper - pack.air_c, 0.0)
            lost_w = lost_w + np.where(upper > pack.cooling_on_c, pack.cooling_w, 0.0)
            coolest_c = min(problem.start_c, self.car.rest_c)
            heat_w = math.exp(pack.resistance_per_k * (25.0 - coolest_c))
            lost_w = lost_w + heat_w / self.rates.price_s_per_j.min()
        else:
            lost_w = conductance * np.maximum(pack.air_c - (at - grid.step_k), 0.0)
        loss = lost_w / pack.heat_capacity_j_per_k
        resistance = np.exp(pack.resistance_per_k * (25.0 - at))
        return Drift(resistance, loss * 1.01 + _ROUNDING_K_PER_S)


def pairs_of(
    ground: HeatGround,
    stops: Ints,
    spare_s: Floats,
    rests_s: Floats,
    sources: Ints | None = None,
) -> tuple[Pairs, tuple[Ints, Ints]]:
    """Drives between stops, and the corners of those to the destination.

    Parameters
    ----------
    ground
        What all levels share.
    stops
        Stops that count, shape (stops,).
    spare_s
        Time that a plan of interest has left at each source, shape (sources,). [s]
    rests_s
        Least time from each stop on, shape (stops,). [s]
    sources
        Where drives start, shape (sources,); None: at these stops.
    """
    drives, problem = ground.pool.drives, ground.problem
    position = np.full(problem.stop_count, -1, np.int32)
    position[stops] = np.arange(stops.size)
    here = stops if sources is None else sources
    found: list[Ints] = []
    weights: list[Floats] = []
    spare: list[Floats] = []
    for number, stop in enumerate(here.tolist()):
        begin, end = int(drives.row_begin[stop]), int(drives.row_end[stop])
        there = drives.stop[begin:end]
        if not there.size:
            continue
        edges = np.flatnonzero(there[1:] != there[:-1]) + 1
        first = np.concatenate([[0], edges])
        upto = np.concatenate([edges, [there.size]])
        target = position[there[first]]
        known = np.flatnonzero(target >= 0)
        first, upto, target = first[known], upto[known], target[known]
        left_s = spare_s[number] - rests_s[target]
        kept = np.flatnonzero(drives.time_s[begin + first] <= left_s)
        if not kept.size:
            continue
        columns = (
            np.full(kept.size, number),
            target[kept],
            begin + first[kept],
            begin + upto[kept],
        )
        found.append(np.array(columns, np.int32))
        spare.append(left_s[kept])
        row = ground.weights.from_node(int(problem.stop_node[stop]))
        weights.append(row[there[first[kept]]])
    table = np.concatenate([np.zeros((4, 0), np.int32), *found], axis=1)
    source, target, first, upto = (np.ascontiguousarray(column) for column in table)
    weightings = ground.rates.rate_s_per_kwh.size
    pairs = Pairs(
        source,
        target,
        first,
        upto,
        np.concatenate([np.zeros(0), *spare]),
        np.concatenate([np.zeros((0, weightings)), *weights]),
    )
    goal = drives.target_begin[0, here], drives.target_end[0, here]
    return pairs, (goal[0].astype(np.int32), goal[1].astype(np.int32))
