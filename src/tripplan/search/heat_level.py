"""One level of the bound with battery heat: its tables, its solution, and the level after it.

See `heat_bound` for what it is about, and docs/models/heat-bound.md for why it is a bound.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tripplan.arrays import Flags, Floats, Ints
from tripplan.search.heat_ground import STEPS, HeatGround, pairs_of
from tripplan.search.kernels.heat_arrival import top_up_rates
from tripplan.search.kernels.heat_entries import entries_between, goals_of
from tripplan.search.kernels.heat_forward import spans_below, sweep_forward
from tripplan.search.kernels.heat_joint import Side, joint_least_s
from tripplan.search.kernels.heat_origin import (
    FirstLegs,
    Origin,
    first_legs,
    least_total_s,
    set_off,
)
from tripplan.search.kernels.heat_tables import Floats32, Reached, Shorts, Spans, Values
from tripplan.search.kernels.heat_values import Level, Progress, sweep_back
from tripplan.search.kernels.labels import rest_s

_WASTE_SOC = 0.04
"""So much more than the fastest drive takes, drives have a heat of their own in the bound."""
_MOST_CELLS = 24_000_000
"""No level has more states than that."""
_MOST_WORK = 500_000_000
"""A level is left out where it would make more sums: that would take more than a second or two;
..."""
_MORE_WORK = 3
"""... it makes at least so many times as many as the one before."""
_MOST_SWEEPS = 200
"""A handful of sweeps over all stops settle the times of a level, some sixty in great heat.  Where
rounding lets two stops near each other gain more by waiting than that takes, they would fall for
ever: no less is proved by the times of the level before."""


@dataclass(eq=False)
class HeatLevel:
    """One level, solved or not.

    Parameters
    ----------
    ground
        What it shares with the others.
    number
        Which it is.
    stops
        Stops that a plan of interest could use, shape (stops,), in the order of `HeatGround.near`.
    spans
        Temperatures that it could have there.
    rests_s
        Least time from each stop with the most energy, shape (stops,). [s]
    ceiling_s
        Only plans quicker than this are of interest.
    """

    ground: HeatGround
    number: int
    stops: Ints
    spans: Spans
    rests_s: Floats
    ceiling_s: float

    def __post_init__(self) -> None:
        self.work = 0
        ground = self.ground
        self.grid = ground.grid(self.number)
        begin_s = self.spans.arrival_s.min(axis=1) + ground.car.overhead_s
        pairs, self._goal = pairs_of(ground, self.stops, self.ceiling_s - begin_s, self.rests_s)
        waste = max(round(_WASTE_SOC / STEPS[self.number][0]), 1)
        entries = entries_between(
            self.grid, ground.envelopes, pairs, ground.rates, self.stops.size, waste, ground.tiers_s
        )
        begin, end = self._goal
        goals = goals_of(self.grid, ground.envelopes, begin, end, ground.problem.final_kwh)
        power = np.searchsorted(ground.levels_kw, ground.problem.charger_kw[self.stops] - 1e-9)
        drift = ground.drift(self.grid)
        courses = ground.courses(self.grid, self._wanted())
        self.level = Level(
            self.grid,
            ground.car,
            drift,
            courses,
            entries,
            goals,
            self.spans,
            power.astype(np.int32),
            top_up_rates(self.grid, ground.car, drift, courses),
            self.ceiling_s,
        )
        self.first, self.direct_s = self._first_legs()
        shape = (self.stops.size, self.grid.energies, self.grid.temperatures)
        self.values = Values(*(np.full(shape, np.inf, np.float32) for _ in range(3)))

    def _wanted(self) -> Flags:
        """Tell which states some plan of interest could have at some stop."""
        numbers = np.arange(self.grid.temperatures)
        first, last = self.spans.arrival_first, self.spans.arrival_last
        wanted = np.zeros((self.grid.energies, numbers.size), np.bool_)
        for one, other in zip(first, last, strict=True):
            wanted |= (one[:, None] <= numbers) & (numbers <= other[:, None])
        return wanted

    def _first_legs(self) -> tuple[FirstLegs, float]:
        ground, problem = self.ground, self.ground.problem
        origin = np.array([problem.stop_count - 1], np.int32)
        spare_s = np.full(1, self.ceiling_s)
        pairs, (begin, end) = pairs_of(ground, self.stops, spare_s, self.rests_s, origin)
        least, _ = ground.ranges
        start = round((ground.side * problem.start_c - least) / self.grid.step_k)
        level = self.level
        legs = first_legs(
            self.grid,
            ground.car,
            level.drift,
            ground.envelopes,
            pairs,
            ground.rates,
            Origin(problem.start_kwh, start, level.power, level.top_up_s_per_kwh),
            ground.tiers_s,
        )
        direct_s = math.inf
        if begin[0] < end[0]:
            only = goals_of(
                self.grid._replace(least_kwh=problem.start_kwh, energies=1),
                ground.envelopes,
                begin,
                end,
                problem.final_kwh,
            )
            direct_s = float(only.least_s[0, 0, 0])
        return legs, direct_s

    def solve(self, deadline_s: float) -> bool:
        """Find the least times to the end; False where the time was too short, or would be."""
        progress, more, looks = Progress.new(self.stops.size, self.grid.energies), True, 0
        for _ in range(_MOST_SWEEPS):
            more, looks = sweep_back(self.level, self.values, progress, looks)
            if not more or time.monotonic() > deadline_s:
                break
        if more:
            return False
        self.work = int(progress.work[0])
        return True

    @cached_property
    def best(self) -> tuple[float, int]:
        """The least time of all, and the first leg that it starts with (-1: none)."""
        best_s, leg = least_total_s(self.first, self.values)
        return (best_s, leg) if best_s < self.direct_s else (self.direct_s, -1)

    @property
    def bound_s(self) -> float:
        """No plan takes less [s]."""
        return min(self.best[0], self.ceiling_s)

    def refined(self, ceiling_s: float, deadline_s: float) -> "HeatLevel | None":
        """Return the next level, within what this one leaves; None where it would take too long.

        Parameters
        ----------
        ceiling_s
            A plan is known that takes so long. [s]
        deadline_s
            Reading of `time.monotonic` after which nothing more is begun.
        """
        if _MORE_WORK * self.work > _MOST_WORK:
            return None
        reached = self._reached(deadline_s)
        if reached is None:
            return None
        rest_s = self.values.rest_s
        arrivals = spans_below(reached.arrival_s, rest_s, ceiling_s)
        departures = spans_below(reached.departure_s, self.values.departed_s, ceiling_s)
        alive = np.flatnonzero((arrivals[1] >= 0).any(axis=1))
        spans = self._finer(
            [column[alive] for column in arrivals],
            [column[alive] for column in departures],
            reached.arrival_s[alive],
            reached.departure_s[alive, :, -1],
            self.level.top_up_s_per_kwh[self.level.power[alive]],
        )
        grid = self.ground.grid(self.number + 1)
        if alive.size * grid.energies * grid.temperatures > _MOST_CELLS:
            return None
        rests_s = rest_s[alive].min(axis=(1, 2)).astype(np.float64)
        return HeatLevel(self.ground, self.number + 1, self.stops[alive], spans, rests_s, ceiling_s)

    def _reached(self, deadline_s: float) -> Reached | None:
        """Return the earliest times to every state that a plan below the ceiling could have.

        None where that takes too long, or would.
        """
        shape = self.values.rest_s.shape
        reached = Reached(*(np.full(shape, np.inf, np.float32) for _ in range(3)))
        set_off(self.first, reached)
        latest_s = self.ceiling_s - self.values.rest_s.min(axis=2)
        latest_s[self.spans.arrival_last < self.spans.arrival_first] = -1.0
        begun = np.minimum(reached.arrival_s, reached.slower_arrival_s)
        dirty = np.asarray(np.isfinite(begun).any(axis=(1, 2)))
        order = np.argsort(self.spans.arrival_s.min(axis=1), kind="stable")
        for _ in range(_MOST_SWEEPS):
            if not sweep_forward(self.level, reached, dirty, latest_s, order):
                return reached
            if time.monotonic() > deadline_s:
                break
        return None

    def _finer(
        self,
        arrivals: Sequence[Ints],
        departures: Sequence[Ints],
        arrival_s: Floats32,
        departure_s: Floats32,
        top_up: Floats32,
    ) -> Spans:
        """Spans of the next level within those of this one.

        Parameters
        ----------
        arrivals, departures
            First and last temperatures of interest, shape (stops, energies) each.
        arrival_s
            Earliest arrivals, topping up included, shape (stops, energies, temperatures). [s]
        departure_s
            Earliest departures, shape (stops, energies). [s]
        top_up
            What topping up takes, shape (stops, energies, temperatures). [s/kWh]
        """
        ground, number = self.ground, self.number
        ratio = round(STEPS[number][0] / STEPS[number + 1][0])
        finer = round(STEPS[number][1] / STEPS[number + 1][1])
        grid = ground.grid(number + 1)
        index = np.arange(grid.energies) + ground.offset(number + 1)
        most = self.grid.energies - 1
        below = np.clip(index // ratio - ground.offset(number), 0, most)
        above = np.clip(-(-index // ratio) - ground.offset(number), 0, most)
        last = grid.temperatures - 1

        def fine(first: Ints, upto: Ints, more: int) -> tuple[Shorts, Shorts]:
            upto = np.where(upto >= 0, np.minimum((upto + 1) * finer - 1 + more, last), -1)
            first = np.where(upto >= 0, first * finer, 0)
            return first.astype(np.int16), upto.astype(np.int16)

        # A car that leaves with hardly more than it came with has the energy of its arrival.
        first = np.minimum(
            np.where(departures[1][:, below] >= 0, departures[0][:, below], last),
            np.where(departures[1][:, above] >= 0, departures[0][:, above], last),
        )
        upto = np.maximum(departures[1][:, below], departures[1][:, above])
        # Within a step of charging the pack changes by this much.
        more = math.ceil(float(self.level.courses.rise_k[0]) / grid.step_k)
        # What the arrivals of this level have been topped up by.
        more_kwh = (above + self.ground.offset(number)) * self.grid.step_kwh
        more_kwh = more_kwh - (index - 1) * grid.step_kwh
        came_s = arrival_s[:, above] - top_up[:, above] * more_kwh[:, None].astype(np.float32)
        return Spans(
            *fine(arrivals[0][:, above], arrivals[1][:, above], 0),
            *fine(first, upto, more),
            np.ascontiguousarray(came_s.min(axis=2)),
            np.minimum(departure_s[:, below], departure_s[:, above]),
        )


def joint_bound_s(hot: HeatLevel, cold: HeatLevel) -> float:
    """Bound of both sides together: what the first stop takes, and what follows, on either [s].

    Parameters
    ----------
    hot, cold
        Both sides, solved on the same level.
    """
    assert hot.number == cold.number
    position = {stop: number for number, stop in enumerate(hot.stops.tolist())}
    there = np.array([position.get(stop, -1) for stop in cold.stops.tolist()], np.int32)
    one, other = (Side(level.level, level.first, level.values) for level in (hot, cold))
    stopping_s = joint_least_s(one, other, there)
    direct_s = max(hot.direct_s, cold.direct_s)
    return min(stopping_s, direct_s, hot.ceiling_s, cold.ceiling_s)


def first_level(ground: HeatGround, ceiling_s: float) -> HeatLevel:
    """Return the coarsest level, in which nothing is known of temperatures."""
    grid, near = ground.grid(0), ground.near
    energies_kwh = grid.least_kwh + np.arange(grid.energies) * grid.step_kwh
    rests = np.array(
        [[rest_s(ground.bounds, 0, int(stop), kwh) for kwh in energies_kwh] for stop in near]
    ).reshape(near.size, grid.energies)
    begin_s = np.repeat(ground.from_origin_s[:, None], grid.energies, axis=1).astype(np.float32)
    last = np.full(rests.shape, grid.temperatures - 1, np.int16)
    nothing = np.zeros(rests.shape, np.int16)
    # A rest with less than it takes has the overheads of stops in it, that of this one first.
    alive = begin_s + rests < ceiling_s
    spans = Spans(nothing, np.where(alive, last, -1), nothing, last, begin_s, begin_s)
    return HeatLevel(ground, 0, near, spans, rests[:, -1], ceiling_s)
