"""Exact search over stops where departures are not finitely many: arrival times as functions.

Where a stop must be made whatever it is worth - a waypoint with a plug, a required charger, a least
or a longest charge, opening hours - the best energy to leave with depends on what comes behind it,
and the theorem of finite departures (`kernels.expand`) does not hold.  Here each stop, at each
stage of the trip, has the least cost of arriving with *exactly* b kWh as a piecewise linear
function of b, as in profile searches over time-dependent roads [1]_ and over charging stops [2]_.
Charging is a sliding window minimum, a drive moves and cuts the function, and the lower envelope of
all that arrive is kept.  What is found is the optimum up to rounding; the functions may grow, so
this is for small regions.

References
----------
.. [1] D. Delling, P. Sanders, D. Schultes, D. Wagner, "Engineering route planning algorithms",
   Algorithmics of Large and Complex Networks, LNCS 5515, 2009.
.. [2] M. Baum, J. Dibbelt, A. Gemsa, D. Wagner, T. Zuendorf, "Shortest feasible paths with
   charging stops for battery electric vehicles", Transportation Science 53(6), 2019.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.physics.charging import SOC_CELLS
from tripplan.search.kernels.labels import MANY, Bounds
from tripplan.search.label_setting import Found, Pool, Step, constraints_of
from tripplan.search.piecewise import (
    BETTER_S,
    NOWHERE,
    Piecewise,
    at_least,
    at_most,
    below,
    lower,
    merged,
    point,
)
from tripplan.search.problem import OpeningIntervals, Problem

_NEAR_KWH = 5e-11
_NEAR_S = 1e-6
_ALWAYS = ((-np.inf, np.inf),)

State = tuple[int, int, int, int]
"""Stop, stage, stops at chargers so far (0 where their number does not matter), and, where a charge
may not last as long as one would like, the chargers used since the last target, a bit for each."""


class TooLargeError(Exception):
    """There are more points of functions than the search may keep."""


@dataclass(frozen=True, eq=False)
class Plug:
    """Charging at a stop."""

    edge_kwh: Floats
    """Edges of the cells of SoC, shape (edges,)."""
    cost_s: Floats
    """What charging from empty counts at these edges, shape (edges,)."""
    clock_s: Floats
    """How long it takes, shape (edges,)."""
    limit_kwh: float
    """Energy at which a charge ends at the latest."""
    least_kwh: float = 0.0
    """Least energy that a charge adds, but for one that ends at the limit."""
    longest_s: float = np.inf
    """Longest time that it takes."""
    overhead_s: float = 0.0
    """What the stop counts beside charging."""
    kwh_s: float = 0.0
    """What a kilowatt-hour counts that is charged during a dwell, beside its time."""
    open_at: OpeningIntervals = ()
    """When one can charge; empty: always."""
    optional: bool = False
    """Whether the car may also leave without charging, at no overhead: at a waypoint."""


@dataclass(eq=False)
class ProfileSearch:
    """A search whose labels are functions.

    Parameters
    ----------
    pool
        Drives in columns.
    plugs
        What each stop is; None: nothing can be charged there.  Shape (stops,).
    dwell_s
        Time spent at each target anyway, shape (stages,). [s]
    chargers, stages
        How many chargers and targets there are; stops are chargers, targets, and the origin.
    is_charger
        Whether each stop counts as one at a charger, shape (stops,).
    most_stops
        Most of these.
    start_kwh, final_kwh, full_kwh
        Energy at the origin, least energy at the destination, and in a full battery.
    end_s_per_kwh
        What each kilowatt-hour counts that the car arrives with below full.
    least_arrival_kwh
        Least energy on arrival by the stage that follows and stop, shape (stages + 1, stops).
    rest_s
        The least that the rest counts from each stop at each stage, shape (stages + 1, stops).
    ceiling_s
        Only plans that count less are of interest.
    room
        Most points of functions to propagate.
    """

    pool: Pool
    plugs: list[Plug | None]
    dwell_s: Floats
    chargers: int
    stages: int
    is_charger: NDArray[np.bool_]
    most_stops: int
    start_kwh: float
    final_kwh: float
    full_kwh: float
    end_s_per_kwh: float
    least_arrival_kwh: Floats
    rest_s: Floats
    ceiling_s: float
    room: int
    best_s: float = field(init=False)
    used: int = field(init=False, default=0)
    """Points of functions that were propagated."""
    _arrival: dict[State, Piecewise] = field(init=False, default_factory=dict)
    _sets: dict[tuple[int, int, int], set[int]] = field(init=False, default_factory=dict)
    """Chargers used since the last target by those that arrived in a state but for these."""
    _left: dict[State, Piecewise] = field(init=False, default_factory=dict)
    _last: tuple[State, int, float] | None = field(init=False, default=None)

    @cached_property
    def bounded(self) -> bool:
        """Whether a charge at a charger may not last as long as one would like."""
        return any(plug is not None and np.isfinite(plug.longest_s) for plug in self.plugs)

    @classmethod
    def of(
        cls, problem: Problem, pool: Pool, bounds: Bounds, ceiling_s: float, room: int
    ) -> "ProfileSearch":
        """Return the search of a problem.

        Parameters
        ----------
        problem
            The trip, without battery heat.
        pool
            Its drives.
        bounds
            Optimistic rests.
        ceiling_s
            Only plans that count less are of interest. [s]
        room
            Most points of functions to propagate.
        """
        limits, tables = constraints_of(problem)
        clock_s, cost_s = tables.clock_s, tables.charging_function_s
        edge_kwh = np.arange(SOC_CELLS + 1, dtype=np.float64) * problem.step_kwh
        plugs = [
            Plug(
                edge_kwh=edge_kwh,
                cost_s=cost_s[level],
                clock_s=clock_s[level],
                limit_kwh=limits.limit_kwh,
                least_kwh=float(limits.least_charge_kwh[stop]),
                longest_s=float(limits.longest_charge_s[stop]),
                overhead_s=float(limits.overhead_s[stop]),
                kwh_s=float(limits.kwh_s[stop]),
                open_at=problem.open_at(stop),
                optional=not limits.is_charger[stop],
            )
            if level >= 0
            else None
            for stop, level in enumerate(limits.level.tolist())
        ]
        return cls(
            pool=pool,
            plugs=plugs,
            dwell_s=limits.dwell_s,
            chargers=limits.chargers,
            stages=limits.stages,
            is_charger=limits.is_charger,
            most_stops=limits.most_stops,
            start_kwh=limits.start_kwh,
            final_kwh=limits.final_kwh,
            full_kwh=limits.full_kwh,
            end_s_per_kwh=limits.end_s_per_kwh,
            least_arrival_kwh=limits.least_arrival_kwh,
            rest_s=bounds.time_s,
            ceiling_s=ceiling_s,
            room=room,
        )

    def run(self) -> Found:
        """Search; the chain is empty, and its time infinite, where no plan is below the ceiling.

        Raises
        ------
        TooLargeError
            The room is used up.
        """
        self.best_s = self.ceiling_s
        origin = (self.chargers + self.stages, 0, 0, 0)
        pending = {origin: point(self.start_kwh, 0.0)}
        self._arrival = dict(pending)
        queue, turn = [(0.0, 0, origin)], count(1)
        while queue:
            key, _, state = heapq.heappop(queue)
            new = pending.pop(state, None)
            if new is None:
                continue
            if key >= self.best_s - _NEAR_S:
                break
            leaving = self._leaving(state, new)
            self.used += leaving.x.size
            if self.used > self.room:
                raise TooLargeError
            for drive, after in self._onward(state):
                reached = self._driven(leaving, drive)
                if after[1] == self.stages:
                    self._arrive(state, drive, reached)
                    continue
                rest_s = float(self.rest_s[after[1], after[0]])
                reached = _from(reached, float(self.least_arrival_kwh[after[1], after[0]]))
                reached = at_most(reached, self.best_s - rest_s)
                better = below(reached, self._known(after))
                if not better.x.size:
                    continue
                self._arrival[after] = lower(reached, self._arrival.get(after, NOWHERE))
                self._sets.setdefault(after[:3], set()).add(after[3])
                pending[after] = lower(better, pending.get(after, NOWHERE))
                heapq.heappush(queue, (pending[after].least + rest_s, next(turn), after))
        if self._last is None:
            return Found(np.inf, (), self.used, complete=True)
        return Found(self.best_s, tuple(self._chain()), self.used, complete=True)

    def _known(self, state: State) -> Piecewise:
        """Return the least that it counts to arrive with an energy by no other chargers."""
        known = self._arrival.get(state, NOWHERE)
        for used in self._sets.get(state[:3], ()):
            if used != state[3] and used & state[3] == used:
                known = lower(known, self._arrival[*state[:3], used])
        return known

    def _onward(self, state: State) -> Iterator[tuple[int, State]]:
        """Drives that a car may take from a state, and the states that they lead to."""
        stop, stage, stops, used = state
        if self.pool.drives.row_begin[stop] < 0:
            self.pool.fetch(stop)
        drives, counted = self.pool.drives, self.most_stops < MANY
        begin, end = int(drives.target_begin[stage, stop]), int(drives.target_end[stage, stop])
        row = range(int(drives.row_begin[stop]), int(drives.row_end[stop]))
        for drive in (*row, *range(begin, end)):
            to, after = int(drives.stop[drive]), int(drives.stage[drive])
            made = stops + int(counted and self.is_charger[to])
            if counted and made > self.most_stops:
                continue
            if not self.bounded or to >= self.chargers:
                yield drive, (to, stage if after < 0 else after, made, 0)
                continue
            since = used if after in (-1, stage) else 0
            if not since >> to & 1:
                yield drive, (to, stage if after < 0 else after, made, since | 1 << to)

    def _ready(self, state: State, arrival: Piecewise) -> Piecewise:
        """Let the dwell of a target pass: what it counts then to have an energy."""
        stay_s, plug = self._stay_s(state), self.plugs[state[0]]
        if stay_s <= 0.0:
            return arrival
        return dwelt(arrival, plug, stay_s) if plug else arrival.plus(stay_s)

    def _stay_s(self, state: State) -> float:
        target = state[0] - self.chargers
        return float(self.dwell_s[target]) if 0 <= target < self.stages else 0.0

    def _leaving(self, state: State, arrival: Piecewise) -> Piecewise:
        """Return what it counts at least to leave a state with an energy."""
        ready, plug = self._ready(state, arrival), self.plugs[state[0]]
        if plug is None:
            return ready
        found = ready if plug.optional else NOWHERE
        for opens_s, closes_s in plug.open_at or _ALWAYS:
            there = at_least(at_most(ready, closes_s), opens_s)
            charge = charged(there.plus(plug.overhead_s), plug)
            found = lower(found, at_most(charge, closes_s))
        return found

    def _driven(self, leaving: Piecewise, drive: int) -> Piecewise:
        """Return what it counts to arrive by a drive with an energy."""
        drives = self.pool.drives
        consumed, time_s = float(drives.consumed_kwh[drive]), float(drives.time_s[drive])
        over = float(drives.max_arrival_kwh[drive]) + consumed
        need = float(drives.min_departure_kwh[drive])
        reached = leaving.between(need, over).moved(-consumed)
        # What only rounding makes too little is just enough.
        enough = leaving.between(need - _NEAR_KWH, need).least
        wasted = leaving.between(max(need, over), np.inf).least
        for energy_kwh, counted_s in ((min(need, over), enough), (over, wasted)):
            if np.isfinite(counted_s):
                reached = lower(reached, point(energy_kwh - consumed, counted_s))
        return reached.plus(time_s) if reached.x.size else reached

    def _arrive(self, state: State, drive: int, reached: Piecewise) -> None:
        """Keep a plan that counts less than the best one so far."""
        arrived = reached.between(self.final_kwh - _NEAR_KWH, np.inf)
        if not arrived.x.size:
            return
        where, values = arrived.corners()
        values = values + (self.full_kwh - where) * self.end_s_per_kwh
        best = int(values.argmin())
        if values[best] < self.best_s - _NEAR_S * 1e-3:
            self.best_s, self._last = float(values[best]), (state, drive, float(where[best]))

    def _chain(self) -> list[Step]:
        """Follow the best plan back from its end."""
        assert self._last is not None
        state, drive, arrived_kwh = self._last
        stop, stage = self.chargers + self.stages - 1, self.stages
        ready_kwh, waited_s = arrived_kwh, 0.0
        steps: list[Step] = []
        behind = [(state, drive)]
        while True:
            departed_kwh = self._departed(state, drive, arrived_kwh)
            steps.append(Step(stop, stage, drive, departed_kwh, waited_s, ready_kwh))
            stop, stage = state[:2]
            if stop == self.chargers + self.stages:
                return steps[::-1]
            arrived_kwh, ready_kwh, waited_s = self._plugged_in(state, departed_kwh)
            state, drive = self._before(state, arrived_kwh, behind)
            behind.append((state, drive))

    def _departed(self, state: State, drive: int, arrived_kwh: float) -> float:
        """Energy with which a drive was started that arrived with so much."""
        drives = self.pool.drives
        consumed = float(drives.consumed_kwh[drive])
        most = float(drives.max_arrival_kwh[drive])
        if arrived_kwh < most - 1e3 * _NEAR_KWH:
            return arrived_kwh + consumed
        least = max(most + consumed, float(drives.min_departure_kwh[drive]) - _NEAR_KWH)
        leaving = self._leaving(state, self._arrival[state]).between(least, np.inf)
        where, values = leaving.corners()
        return float(where[values.argmin()]) if where.size else arrived_kwh + consumed

    def _plugged_in(self, state: State, departed_kwh: float) -> tuple[float, float, float]:
        """Energy on arrival and after the dwell, and the wait, of a stop left with an energy.

        The wait is what goes beyond the next opening of a charger.
        """
        arrival, plug, stay_s = self._arrival[state], self.plugs[state[0]], self._stay_s(state)
        ready = self._ready(state, arrival)
        best, ready_kwh, starts_s = np.inf, departed_kwh, np.nan
        if plug is None or plug.optional:
            best = ready.value(departed_kwh)
        for opens_s, closes_s in (plug.open_at or _ALWAYS) if plug else ():
            assert plug is not None
            there = at_least(at_most(ready, closes_s), opens_s)
            counted_s, from_kwh = _best_begin(there, plug, departed_kwh)
            if counted_s < best - _NEAR_S and counted_s <= closes_s + _NEAR_S:
                best, ready_kwh, starts_s = counted_s, from_kwh, there.value(from_kwh)
        came_kwh = ready_kwh
        if stay_s > 0.0 and plug is not None:
            came_kwh = _before_dwell(arrival, plug, stay_s, ready_kwh)
        came_kwh = arrival.nearest(came_kwh)
        waited_s = 0.0
        if plug is not None and plug.open_at and np.isfinite(starts_s):
            came_s = arrival.value(came_kwh)
            first_s = min(
                (max(came_s, begin) for begin, end in plug.open_at if came_s < end), default=came_s
            )
            waited_s = max(starts_s - first_s, 0.0)
        return came_kwh, ready_kwh, waited_s

    def _before(
        self, state: State, arrived_kwh: float, behind: list[tuple[State, int]]
    ) -> tuple[State, int]:
        """State and drive from which a car came that arrived with so much.

        Where drives take no time, cars may go round in rings; none of those behind is taken again.
        """
        wanted_s = self._arrival[state].value(arrived_kwh)
        found: list[tuple[float, float, State, int]] = []
        for before, arrival in self._arrival.items():
            for drive, after in self._onward(before) if before[1] <= state[1] else ():
                if after != state or (before, drive) in behind:
                    continue
                if before not in self._left:
                    self._left[before] = self._leaving(before, arrival)
                reached = self._driven(self._left[before], drive)
                off = abs(reached.value(arrived_kwh) - wanted_s)
                found.append((off, arrival.least, before, drive))
        nearest = min(off for off, *_ in found)
        _, _, before, drive = min(
            (one for one in found if one[0] <= nearest + 10.0 * BETTER_S), key=lambda one: one[1]
        )
        return before, drive


def _best_begin(there: Piecewise, plug: Plug, departed_kwh: float) -> tuple[float, float]:
    """Return what it counts at least to leave a plug with an energy, and with which it was begun.

    Parameters
    ----------
    there
        What it counts to be at the plug with an energy.
    plug
        The plug.
    departed_kwh
        Energy to leave with. [kWh]
    """
    until_s = float(_tau(plug, plug.clock_s, np.array([departed_kwh]))[0])
    lowest = -1.0
    if np.isfinite(plug.longest_s):
        since_s = until_s - plug.longest_s
        lowest = float(np.interp(since_s, plug.clock_s, plug.edge_kwh, left=-1.0))
    highest = departed_kwh - plug.least_kwh
    if departed_kwh >= plug.limit_kwh - _NEAR_KWH:
        highest = departed_kwh
    window = there.between(lowest - _NEAR_KWH, highest + _NEAR_KWH)
    if not window.x.size:
        return np.inf, departed_kwh
    inner = plug.edge_kwh[(plug.edge_kwh > window.x[0]) & (plug.edge_kwh < window.x[-1])]
    where, values = window.on(merged(window.x, inner)).corners()
    began = values - _tau(plug, plug.cost_s, np.minimum(where, departed_kwh))
    best = int(began.argmin())
    paid = float(_tau(plug, plug.cost_s, np.array([departed_kwh]))[0])
    return float(began[best]) + paid + plug.overhead_s, float(where[best])


def _from(function: Piecewise, least_kwh: float) -> Piecewise:
    """Return a function from an energy on; a point of it that is nearly there stands for that."""
    if not function.x.size or least_kwh <= function.x[0] + _NEAR_KWH:
        return function
    near = function.x[np.abs(function.x - least_kwh) <= _NEAR_KWH]
    return function.between(float(near[0]) if near.size else least_kwh, np.inf)


def _before_dwell(arrival: Piecewise, plug: Plug, stay_s: float, ready_kwh: float) -> float:
    """Energy with which a car came that has so much after its dwell at a plug."""
    if ready_kwh < plug.limit_kwh - 1e3 * _NEAR_KWH:
        since_s = float(_tau(plug, plug.clock_s, np.array([ready_kwh]))[0]) - stay_s
        return float(np.interp(since_s, plug.clock_s, plug.edge_kwh))
    if ready_kwh > plug.limit_kwh + 1e3 * _NEAR_KWH:
        return ready_kwh
    last_s = float(_tau(plug, plug.clock_s, np.array([plug.limit_kwh]))[0])
    least = float(np.interp(last_s - stay_s, plug.clock_s, plug.edge_kwh, left=0.0))
    where, values = arrival.between(least - _NEAR_KWH, plug.limit_kwh).corners()
    return float(where[values.argmin()])


def _tau(plug: Plug, table: Floats, energy_kwh: Floats) -> Floats:
    return np.interp(energy_kwh, plug.edge_kwh, table)


def dwelt(arrival: Piecewise, plug: Plug, stay_s: float) -> Piecewise:
    """Let a car stand at a plug for a time.

    Parameters
    ----------
    arrival
        What it counts to come with an energy.
    plug
        The plug, which charges up to its limit.
    stay_s
        How long the car stands there. [s]

    Returns
    -------
    Piecewise
        What it counts to have an energy then.
    """
    low = arrival.between(-np.inf, plug.limit_kwh)
    high = arrival.between(plug.limit_kwh, np.inf)
    if low.x.size:
        last_s = float(_tau(plug, plug.clock_s, np.array([plug.limit_kwh]))[0])
        # Energies from which the stay leads to an edge, or to the limit.
        marks = np.interp(
            np.append(plug.clock_s, last_s) - stay_s, plug.clock_s, plug.edge_kwh, left=-1.0
        )
        inner = np.concatenate([plug.edge_kwh, marks])
        inner = inner[(inner > low.x[0]) & (inner < low.x[-1])]
        low = low.on(merged(low.x, inner))
        before_s = _tau(plug, plug.clock_s, low.x)
        after = np.interp(np.minimum(before_s + stay_s, last_s), plug.clock_s, plug.edge_kwh)
        after = np.maximum(np.minimum(after, plug.limit_kwh), low.x)
        gained = after - low.x
        paid = plug.kwh_s * gained
        risen = np.diff(after) > 1e-12
        full = low.where(after >= plug.limit_kwh - _NEAR_KWH, ~risen)
        full = Piecewise(full.x, full.at + paid, full.left + paid[:-1], full.right + paid[1:])
        partly = Piecewise(
            after,
            low.at + paid,
            np.where(risen, low.left + paid[:-1], np.inf),
            np.where(risen, low.right + paid[1:], np.inf),
        )
        kept = np.concatenate([[True], risen])
        if not kept.all():
            at = np.minimum.reduceat(partly.at, np.flatnonzero(kept))
            partly = Piecewise(after[kept], at, partly.left[risen], partly.right[risen])
        low = (
            lower(partly, point(plug.limit_kwh, full.least)) if np.isfinite(full.least) else partly
        )
    return lower(low, high).plus(stay_s)


def charged(ready: Piecewise, plug: Plug) -> Piecewise:
    """Charge from whatever the car has to every energy that it may leave with.

    Parameters
    ----------
    ready
        What it counts to be plugged in with an energy.
    plug
        The plug.

    Returns
    -------
    Piecewise
        What it counts at least to have an energy, charged within the plug's bounds.
    """
    above = ready.between(plug.limit_kwh, np.inf)
    if plug.least_kwh > 0.0:
        # Less than the least will do up to the limit.
        nearly = replace(plug, least_kwh=0.0)
        begin, _ = _best_begin(
            ready.between(plug.limit_kwh - plug.least_kwh, plug.limit_kwh).plus(-plug.overhead_s),
            nearly,
            plug.limit_kwh,
        )
        if np.isfinite(begin):
            above = lower(above, point(plug.limit_kwh, begin))
    ready = ready.between(-np.inf, plug.limit_kwh)
    if not ready.x.size:
        return above
    inner = plug.edge_kwh[(plug.edge_kwh > ready.x[0]) & (plug.edge_kwh < ready.x[-1])]
    ready = ready.on(merged(ready.x, inner))
    empty_s = _tau(plug, plug.cost_s, ready.x)
    start = Piecewise(
        ready.x, ready.at - empty_s, ready.left - empty_s[:-1], ready.right - empty_s[1:]
    )
    clock_s = _tau(plug, plug.clock_s, ready.x)
    latest = np.interp(clock_s + plug.longest_s, plug.clock_s, plug.edge_kwh)
    grid = merged(
        ready.x + plug.least_kwh,
        latest if np.isfinite(plug.longest_s) else latest[:0],
        plug.edge_kwh,
        np.array([plug.limit_kwh]),
    )
    grid = grid[(grid >= ready.x[0] + plug.least_kwh - 1e-12) & (grid <= plug.limit_kwh + 1e-12)]
    if not grid.size:
        return above
    found = _window_minimum(start, grid, plug)
    if not found.x.size:
        return above
    inner = plug.edge_kwh[(plug.edge_kwh > found.x[0]) & (plug.edge_kwh < found.x[-1])]
    found = found.on(merged(found.x, inner))
    paid = _tau(plug, plug.cost_s, found.x)
    below_limit = Piecewise(
        found.x, found.at + paid, found.left + paid[:-1], found.right + paid[1:]
    )
    return lower(below_limit, above)


def _window_minimum(start: Piecewise, grid: Floats, plug: Plug) -> Piecewise:
    """Least value of a function over the energies from which each energy can be charged.

    Parameters
    ----------
    start
        What it counts to have begun from empty, over the energy at plugging in.
    grid
        Energies to leave with; between two of them no end of the window meets a point of
        ``start``.
    plug
        How much and how long a charge may be.
    """
    high, low = _window(grid, plug)
    crossing = (high - low)[:-1] * (high - low)[1:] < 0.0
    if crossing.any():
        # From here on, or up to here, no charge is long enough for the least and short enough.
        first, second = (high - low)[:-1][crossing], (high - low)[1:][crossing]
        share = first / (first - second)
        grid = merged(grid, grid[:-1][crossing] + share * np.diff(grid)[crossing])
        high, low = _window(grid, plug)
    ends, possible = [high], np.ones(grid.size - 1, np.bool_)
    if np.isfinite(plug.longest_s):
        ends.append(low)
        pairs = zip(low.tolist(), high.tolist(), strict=True)
        at = np.array([_least_between(start, *pair) for pair in pairs])
        middles = [0.5 * (end[:-1] + end[1:]) for end in (low, high)]
        possible = middles[0] <= middles[1]
        pairs = zip(*(middle.tolist() for middle in middles), strict=True)
        inside = np.array([_least_vertex(start, *pair) for pair in pairs])
        inside[~possible] = np.inf
    else:
        at, inside = _least_up_to(start, high)
    nowhere = np.full(grid.size, np.inf)
    found = Piecewise(grid, at, inside, inside.copy())
    for end in ends:
        left, right = _along(start, 0.5 * (end[:-1] + end[1:]), end)
        left[~possible] = right[~possible] = np.inf
        found = lower(found, Piecewise(grid, nowhere, left, right))
    return found


def _window(grid: Floats, plug: Plug) -> tuple[Floats, Floats]:
    """Most and least energy with which a charge up to each energy may have begun."""
    high = grid - plug.least_kwh
    if not np.isfinite(plug.longest_s):
        return high, np.full(grid.size, -1.0)
    since_s = _tau(plug, plug.clock_s, grid) - plug.longest_s
    return high, np.interp(since_s, plug.clock_s, plug.edge_kwh, left=-1.0)


def _least_up_to(function: Piecewise, high: Floats) -> tuple[Floats, Floats]:
    """Least value up to each of some rising points, and at all points up to amid two of them."""
    x = function.x
    opened = np.append(function.left, np.inf)
    ended = np.insert(function.right, 0, np.inf)
    whole = np.minimum.accumulate(np.minimum(function.at, ended))
    begun = np.minimum.accumulate(np.minimum(np.minimum(function.at, ended), opened))
    found = []
    for where in (high, 0.5 * (high[:-1] + high[1:])):
        last = np.searchsorted(x, where + _NEAR_KWH, side="right") - 1
        known = last >= 0
        value = np.full(where.size, np.inf)
        value[known] = np.where(
            where[known] > x[last[known]] + _NEAR_KWH, begun[last[known]], whole[last[known]]
        )
        found.append(value)
    inside = (high > x[0]) & (high < x[-1])
    cell = np.searchsorted(x, high[inside], side="right") - 1
    found[0][inside] = np.minimum(found[0][inside], function.along(cell, high[inside]))
    return found[0], found[1]


def _least_between(function: Piecewise, low: float, high: float) -> float:
    """Least value over a closed interval."""
    x = function.x
    if not x.size or high < x[0] - _NEAR_KWH or low > x[-1] + _NEAR_KWH:
        return np.inf
    part = function.between(max(low, float(x[0])), min(high, float(x[-1])))
    first = np.searchsorted(x, low - _NEAR_KWH)
    last = np.searchsorted(x, high + _NEAR_KWH, side="right")
    return min(part.least, float(function.at[first:last].min(initial=np.inf)))


def _least_vertex(function: Piecewise, low: float, high: float) -> float:
    """Least value at the points within an interval, and of the limits at them."""
    first = int(np.searchsorted(function.x, low))
    last = int(np.searchsorted(function.x, high, side="right"))
    found = function.at[first:last].min(initial=np.inf)
    found = min(found, function.left[first : min(last, function.left.size)].min(initial=np.inf))
    return float(
        min(found, function.right[max(first - 1, 0) : max(last - 1, 0)].min(initial=np.inf))
    )


def _along(function: Piecewise, middle: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """Limits of a function at both ends of intervals that each lie within one of its own."""
    count = middle.size
    left, right = np.full(count, np.inf), np.full(count, np.inf)
    if function.x.size < 2:
        return left, right
    known = (middle > function.x[0]) & (middle < function.x[-1])
    cell = np.searchsorted(function.x, middle[known], side="right") - 1
    left[known] = function.along(cell, ends[:-1][known])
    right[known] = function.along(cell, ends[1:][known])
    return left, right
