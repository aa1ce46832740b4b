"""The table of drives that one search reads: stages first, rows of stops as they are needed.

Where a place has no plug, what is charged before it must last beyond it; so the search takes the
drive to it and the one onward as one drive, to the next place where something can be charged.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats, Ints
from tripplan.routing.drive_columns import DriveColumns, after_drawing, joined_drives, picked_drives
from tripplan.routing.many_to_many import DriveSource, ManyToMany
from tripplan.routing.row_batches import ScalarizedRow
from tripplan.search.bounds import Scope
from tripplan.search.kernels.labels import Drives
from tripplan.search.kernels.pool_rows import (
    MOST,
    NEED,
    VALUES,
    Battery,
    Table,
    Weightings,
    append_real,
    append_relaxed,
)
from tripplan.search.problem import Problem
from tripplan.units import S_PER_H

_ROOM = 1 << 14
_ROUNDING = 1e-6
"""Seconds and kilowatt-hours by which sums of the same numbers may differ."""


@dataclass(eq=False)
class DrivePool:
    """Drives in columns, with an index of rows; grows.

    Parameters
    ----------
    problem
        The trip.
    """

    problem: Problem
    _ends: Ints = field(init=False, repr=False)
    _values: Floats = field(init=False, repr=False)
    _used: int = field(init=False, repr=False, default=0)
    _drives: Drives | None = field(init=False, repr=False, default=None)
    """The columns as they are read; None: they have moved since."""
    driven_s: dict[tuple[object, ...], float] = field(init=False, repr=False, default_factory=dict)
    """What chains over these drives count that were driven with heat; see `chain.driven_s`."""

    def __post_init__(self) -> None:
        stops, stages = self.problem.stop_count, len(self.problem.targets)
        self._ends = np.empty((2, _ROOM), np.int32)
        self._values = np.empty((VALUES, _ROOM))
        self.row_begin = np.full(stops, -1, np.int32)
        self.row_end = np.full(stops, -1, np.int32)
        self.target_begin = np.zeros((stages, stops), np.int32)
        self.target_end = np.zeros((stages, stops), np.int32)

    def _put(
        self, stop: Ints, stage: Ints | int, values: Iterable[Floats | float]
    ) -> tuple[int, int]:
        """Append drives; ``values`` are columns in the order above.  Returns where they are."""
        begin, end = self._used, self._used + stop.size
        self._make_room(stop.size)
        self._ends[0, begin:end] = stop
        self._ends[1, begin:end] = stage
        for row, column in zip(self._values, values, strict=True):
            row[begin:end] = column
        self._used = end
        return begin, end

    def _make_room(self, count: int) -> None:
        """See to it that so many drives can be appended."""
        if (end := self._used + count) > self._ends.shape[1]:
            room = max(4 * self._ends.shape[1], end)
            self._ends = _wider(self._ends, self._used, room)
            self._values = _wider(self._values, self._used, room)
            self._drives = None

    @cached_property
    def _battery(self) -> Battery:
        return Battery(float(self.problem.capacity_kwh), float(self.problem.reserve_kwh))

    def set_row(self, stop: int, there: Ints, values: Iterable[Floats | float]) -> None:
        """Say which drives lead from a stop to chargers."""
        self.row_begin[stop], self.row_end[stop] = self._put(there, -1, values)

    def set_target(
        self,
        stage: int,
        here: Ints,
        there: Ints,
        stage_after: Ints | int,
        values: Iterable[Floats | float],
    ) -> None:
        """Say which drives end a stage; the stops that they start from stand in rising order.

        Parameters
        ----------
        stage
            The stage.
        here, there
            Stops at the start, rising, and at the end of each drive, shape (drives,).
        stage_after
            Stage after each drive, shape (drives,), or after all.
        values
            Columns of the drives, from their time on, as in `labels.Drives`.
        """
        begin, _ = self._put(there, stage_after, values)
        every = np.arange(self.problem.stop_count)
        self.target_begin[stage] = begin + np.searchsorted(here, every, side="left")
        self.target_end[stage] = begin + np.searchsorted(here, every, side="right")

    @property
    def direct(self) -> bool:
        """Whether no drive between two stops is worse than those by way of a third."""
        return False

    @property
    def drives(self) -> Drives:
        """The table as compiled searches take it."""
        if self._drives is None:
            rows, targets = (self.row_begin, self.row_end), (self.target_begin, self.target_end)
            columns = (*self._ends, *self._values[: VALUES - 1], *rows, *targets)
            self._drives = Drives._make(columns)
        return self._drives

    def code(self, drive: int) -> int:
        """Return what tells the roads of a drive."""
        return int(self._values[VALUES - 1, drive])


Number = TypeVar("Number", np.int32, np.float64)


def _wider(table: NDArray[Number], used: int, room: int) -> NDArray[Number]:
    wider = np.empty((table.shape[0], room), table.dtype)
    wider[:, :used] = table[:, :used]
    return wider


def passive(problem: Problem, stage: int) -> bool:
    """Whether nothing can be charged at the place that a stage leads to, and it is not the last."""
    if stage + 1 >= len(problem.targets):
        return False
    return problem.power is None or problem.targets[stage].charger_kw <= 0.0


@dataclass(frozen=True, eq=False)
class Onward:
    """Drives from a place where nothing can be charged to where something can, or the trip ends."""

    columns: DriveColumns
    """``metric`` is the position of the drive in ``parts``."""
    stage: Ints
    """Stage after each drive, shape (drives,)."""
    parts: list[tuple[int, ...]]
    """Metric of each part of each drive."""
    before: list[int]
    """Metric of the drives to the place that were linked with these."""

    def metrics(self, code: int) -> list[int]:
        """Metrics of the parts of a drive that `linked` made, by its code."""
        first, onward = divmod(code, len(self.parts))
        return [self.before[first], *self.parts[onward]]


def onward_of(
    problem: Problem, many_to_many: DriveSource, stage: int, further: Onward | None, wanted: Flags
) -> Onward:
    """Drives from the place that a stage leads to.

    Parameters
    ----------
    problem, many_to_many
        The trip, and the drives of its car.
    stage
        A stage that leads to a place where nothing can be charged.
    further
        The same for the next stage, if nothing can be charged at its place either.
    wanted
        Chargers that matter, shape (chargers,).
    """
    chargers = problem.charger_node.size
    node, following = problem.targets[stage].node, problem.targets[stage + 1]
    drawn_kwh = problem.targets[stage].drawn_kwh
    row = after_drawing(drawn_kwh, many_to_many.from_node(node, wanted))
    direct = after_drawing(drawn_kwh, many_to_many.between(node, following.node))
    full_kwh = problem.capacity_kwh - problem.reserve_kwh
    parts: list[tuple[int, ...]] = [(int(metric),) for metric in row.metric]
    if further is None:
        there = np.full(direct.stop.size, chargers + stage + 1, np.int32)
        after = np.full(direct.stop.size, stage + 2, np.int32)
        past = direct._replace(stop=there)
        parts += [(int(metric),) for metric in direct.metric]
    else:
        # The drives of the next stage itself remember what they were linked with.
        further = replace(further, before=[])
        _, there, after, past = linked(direct, further, following.dwell_s, full_kwh)
        past = past._replace(stop=there)
        parts += [tuple(further.metrics(int(code))) for code in past.metric]
    columns = joined_drives(row, past)._replace(metric=np.arange(len(parts), dtype=np.int32))
    stages = np.concatenate([np.full(row.stop.size, stage + 1, np.int32), after])
    return Onward(columns, stages.astype(np.int32), parts, [])


def linked(
    to_place: DriveColumns, onward: Onward, dwell_s: float, full_kwh: float
) -> tuple[Ints, Ints, Ints, DriveColumns]:
    """Link drives to a place with those onward, as `kernels.customise.link_into` does.

    Parameters
    ----------
    to_place
        Drives to the place; ``stop`` is where they start, in rising order.
    onward
        Drives from it; remembers the metrics of those to it.
    dwell_s
        Time that is spent at the place. [s]
    full_kwh
        Energy above the reserve in a full battery. [kWh]

    Returns
    -------
    tuple
        Stop at the start, stop at the end, stage after it, and values of each linked drive; its
        ``metric`` is the code that `Onward.metrics` reads.
    """
    onward.before[:] = to_place.metric.tolist()
    first, second = to_place, onward.columns
    one, other = (
        grid.ravel()
        for grid in np.meshgrid(
            np.arange(first.stop.size), np.arange(second.stop.size), indexing="ij"
        )
    )
    need = np.maximum(
        first.min_departure_kwh[one], first.consumed_kwh[one] + second.min_departure_kwh[other]
    )
    fits = (need <= full_kwh) & (
        full_kwh - first.drop_kwh[one] >= second.min_departure_kwh[other] - 1e-9
    )
    one, other, need = one[fits], other[fits], need[fits]
    cost = first.consumed_kwh[one] + second.consumed_kwh[other]
    drop = np.maximum(second.drop_kwh[other], first.drop_kwh[one] + second.consumed_kwh[other])
    columns = DriveColumns(
        stop=first.stop[one],
        metric=(one * len(onward.parts) + other).astype(np.int32),
        time_s=first.time_s[one] + second.time_s[other] + dwell_s,
        min_departure_kwh=need,
        consumed_kwh=cost,
        drop_kwh=drop,
        heat_j=first.heat_j[one] + second.heat_j[other],
    )
    return first.stop[one], second.stop[other], onward.stage[other], columns


class _Promise:
    """Which rows a search may ask for next: those of stops through which a plan could be quick.

    Parameters
    ----------
    scope
        Which stops a plan could lead to.
    chargers
        How many of these have rows.
    """

    def __init__(self, scope: Scope, chargers: int) -> None:
        self._near = scope.near[:chargers]
        self._through_s = scope.through_s[:chargers]
        self._most_s = -np.inf
        self._looked_at = 0

    def after(self, stop: int) -> "_Promise":
        """Return them, now that the search has asked for the row of a stop."""
        through_s = float(self._through_s[stop])
        if self._most_s < through_s < np.inf and self._near[stop]:
            self._most_s = through_s
        return self

    @cached_property
    def _sorted(self) -> tuple[Ints, Floats]:
        near = np.flatnonzero(self._near & np.isfinite(self._through_s))
        order = np.argsort(self._through_s[near], kind="stable")
        stop = near[order].astype(np.int32)
        return stop, self._through_s[stop]

    @property
    def stop(self) -> Ints:
        """They, the most promising ones first: as `Likely` has them."""
        return self._sorted[0]

    @property
    def as_good(self) -> int:
        """How many are as promising as those that were asked for so far."""
        return int(self._sorted[1].searchsorted(self._most_s, side="right"))

    def ready(self, known: Container[int], row_begin: Ints, *, again: bool) -> list[int]:
        """Return those among the as promising ones whose rows need only be taken.

        A search asks for most of them, and it takes longer to ask than to take one in vain.

        Parameters
        ----------
        known
            Stops whose rows are there.
        row_begin
            Not below 0 for those that were taken, shape (stops,).
        again
            Whether more are known than before.
        """
        first, self._looked_at = 0 if again else self._looked_at, self.as_good
        likely = self.stop[first : self._looked_at].tolist()
        return [stop for stop in likely if row_begin[stop] < 0 and stop in known]


class RealDrives(DrivePool):
    """Drives of a `ManyToMany`: rows are made when they are first asked for."""

    def __init__(self, problem: Problem, many_to_many: DriveSource, scope: Scope) -> None:
        super().__init__(problem)
        self.many_to_many = many_to_many
        self._scope = scope
        chargers, stages = problem.charger_node.size, len(problem.targets)
        self._onward: dict[int, Onward] = {}
        self._near = scope.near[:chargers]
        self._promise = _Promise(scope, chargers)
        for stage in range(stages - 1, -1, -1):
            before = problem.targets[stage - 1].node if stage else problem.origin
            stop = chargers + stage - 1 if stage else chargers + stages
            target = problem.targets[stage]
            to_target = many_to_many.to_node(target.node, self._near)
            direct = after_drawing(
                problem.drawn_kwh(stop), many_to_many.between(before, target.node)
            )
            here = np.concatenate([to_target.stop, np.full(direct.stop.size, stop, np.int32)])
            columns = joined_drives(to_target, direct._replace(stop=here[to_target.stop.size :]))
            if passive(problem, stage):
                further = onward_of(
                    problem, many_to_many, stage, self._onward.get(stage + 1), self._near
                )
                self._onward[stage] = further
                full_kwh = problem.capacity_kwh - problem.reserve_kwh
                here, there, after, columns = linked(columns, further, target.dwell_s, full_kwh)
                near = np.flatnonzero(
                    scope.inside(here, there, columns.time_s, columns.consumed_kwh)
                )
                here, there, after = here[near], there[near], after[near]
                columns = picked_drives(columns, near)
                self.set_target(stage, here, there, after, self._absolute(columns))
            else:
                there = np.full(here.size, chargers + stage, np.int32)
                self.set_target(stage, here, there, stage + 1, self._absolute(columns))
        self.fetch(chargers + stages)
        for stage in range(stages - 1):
            if not passive(problem, stage):
                # Departures before a plug that is not chosen look at the drives behind it.
                self.fetch(chargers + stage)

    @property
    def direct(self) -> bool:
        """Whether no drive between two stops is worse than those by way of a third."""
        return True

    def fetch(self, stop: int) -> None:
        """Make the row of a stop, and those of likely ones that are known."""
        if self.row_begin[stop] >= 0:
            return
        if stop >= self.problem.charger_node.size:
            columns = self.many_to_many.from_node(int(self.problem.stop_node[stop]), self._near)
            self._take(stop, after_drawing(self.problem.drawn_kwh(stop), columns))
            return
        known = self.many_to_many.known
        again = stop not in known
        self._take(stop, self.many_to_many.one_to_many(stop, self._promise.after(stop)))
        for other in self._promise.ready(known, self.row_begin, again=again):
            self._take(other, self.many_to_many.one_to_many(other))

    def _take(self, stop: int, columns: DriveColumns) -> None:
        """Append the drives of a row that matter."""
        self._make_room(columns.stop.size)
        table, begin = Table(self._ends, self._values), self._used
        end = append_real(self._scope.reach, stop, columns, self._battery, table, begin)
        self.row_begin[stop], self.row_end[stop] = begin, end
        self._used = end

    def _absolute(self, columns: DriveColumns) -> list[Floats | float]:
        """Values in the order of the pool, energies with the reserve on top."""
        problem = self.problem
        return [
            columns.time_s,
            columns.min_departure_kwh + problem.reserve_kwh,
            columns.consumed_kwh,
            problem.capacity_kwh - columns.drop_kwh,
            columns.heat_j,
            0.0,
            0.0,
            columns.metric.astype(np.float64),
        ]

    def metrics(self, stage: int, drive: int) -> list[int]:
        """Metric of each part of a drive: between its ends, by way of the places it passes."""
        code, found = self.code(drive), []
        if drive < self._used and int(self._ends[1, drive]) >= 0 and stage in self._onward:
            return self._onward[stage].metrics(code)
        found.append(code)
        return found


@dataclass(frozen=True, eq=False)
class _Beyond:
    """What lies beyond a target where the car does not charge on: relaxed drives in columns."""

    stop: Ints
    """Where each leads to, shape (drives,)."""
    stage: Ints
    """Stage after each, shape (drives,)."""
    weight: Floats
    """Shape (drives, weightings), with what the plugs on the way give taken off."""
    tail_kwh: Floats
    """Least energy behind the last plug on the way, shape (drives,); 0 where there is none."""


class RelaxedDrives(DrivePool):
    """Trades of time for energy that no drive at whatever roads and speeds lies below.

    At a target with a plug the car may charge on, which makes it a stop like others, or drive on
    when its dwell is over.  Then the drives before and behind it are one, as past a place without a
    plug; what the plug can give at the most during the dwell is taken off, at what it counts.
    """

    def __init__(self, problem: Problem, many_to_many: ManyToMany, scope: Scope) -> None:
        super().__init__(problem)
        self._many_to_many = many_to_many
        self._scope = scope
        self._promise = _Promise(scope, problem.charger_node.size)
        chargers, stages = problem.charger_node.size, len(problem.targets)
        beyond: _Beyond | None = None
        for stage in range(stages - 1, -1, -1):
            before = problem.targets[stage - 1].node if stage else problem.origin
            stop = chargers + stage - 1 if stage else chargers + stages
            target = problem.targets[stage]
            drawn = many_to_many.customized.scalarized.of(problem.drawn_kwh(stop))
            direct = many_to_many.scalarized_between(before, target.node) + drawn
            weight = np.vstack([many_to_many.scalarized_to(target.node), direct[None, :]])
            here = np.append(np.arange(chargers), stop).astype(np.int32)
            parts = []
            if not passive(problem, stage):
                stops, corners = many_to_many.relaxed(weight, here)
                there = np.full(stops.size, chargers + stage, np.int32)
                after = np.full(stops.size, stage + 1, np.int32)
                parts.append((stops, there, after, self._columns(corners)))
            if stage + 1 < stages:
                beyond = self._beyond(stage, beyond)
                parts.append(self._past(stage, here, weight, beyond))
            start, there, after = (np.concatenate([p[k] for p in parts]) for k in range(3))
            order = np.argsort(start, kind="stable")
            values = np.concatenate([part[3] for part in parts], axis=1)[:, order]
            self.set_target(stage, start[order], there[order], after[order], values)
        self.fetch(chargers + stages)

    def _given(self, stage: int) -> tuple[float, Floats]:
        """Most that the plug at a target gives while the car stands there, and what it weighs.

        That is an energy [kWh], and what it takes off in each weighting.
        """
        problem, target = self.problem, self.problem.targets[stage]
        rates = self._many_to_many.customized.scalarized.rate_s_per_kwh
        given_kwh, price_s = 0.0, 0.0
        if problem.power is not None and not passive(problem, stage):
            kw = min(target.charger_kw, float(problem.power.curve_kw.max()))
            usable_kwh = problem.limit_kwh - problem.reserve_kwh
            given_kwh = max(min(kw * target.dwell_s / S_PER_H, usable_kwh), 0.0)
        if problem.objective is not None:
            price_s = float(problem.objective.kwh_s[problem.charger_node.size + stage])
        return given_kwh, given_kwh * np.append(np.maximum(rates - price_s, 0.0), 1.0)

    def _counted_s(self, stage: int) -> float:
        """Return what it counts to be at a target and to charge nothing on top of its dwell."""
        problem, stop = self.problem, self.problem.charger_node.size + stage
        counted_s = problem.targets[stage].dwell_s + problem.targets[stage].overhead_s
        if problem.objective is not None and problem.targets[stage].is_charger:
            counted_s += float(problem.objective.fee_s[stop])
        return counted_s

    def _beyond(self, stage: int, further: _Beyond | None) -> _Beyond:
        """Drives from the target of a stage to chargers, to the next target, and past that."""
        problem, many_to_many = self.problem, self._many_to_many
        chargers = problem.charger_node.size
        node, following = problem.targets[stage].node, problem.targets[stage + 1]
        drawn = many_to_many.customized.scalarized.of(problem.targets[stage].drawn_kwh)
        direct = many_to_many.scalarized_between(node, following.node) + drawn
        stop = np.arange(chargers, dtype=np.int32)
        after = np.full(chargers, stage + 1, np.int32)
        weight = many_to_many.scalarized_from(node) + drawn
        given_kwh, taken_off = self._given(stage)
        if not passive(problem, stage + 1):
            stop = np.append(stop, chargers + stage + 1).astype(np.int32)
            after = np.append(after, stage + 2).astype(np.int32)
            weight = np.vstack([weight, direct[None, :]])
        tail = weight[:, -1].copy() if given_kwh > 0.0 else np.zeros(stop.size)
        if further is not None:
            past = further.weight + direct
            past[:, :-1] += self._counted_s(stage + 1)
            stop = np.concatenate([stop, further.stop])
            after = np.concatenate([after, further.stage])
            weight = np.vstack([weight, past])
            own = past[:, -1] if given_kwh > 0.0 else 0.0
            tail = np.append(tail, np.where(further.tail_kwh > 0.0, further.tail_kwh, own))
        return _Beyond(stop, after, weight - taken_off, tail)

    def _past(
        self, stage: int, here: Ints, weight: Floats, beyond: _Beyond
    ) -> tuple[Ints, Ints, Ints, Floats]:
        """Return stops at both ends, stages and values of the drives past a target."""
        problem, counted_s = self.problem, self._counted_s(stage)
        full_kwh = problem.capacity_kwh - problem.reserve_kwh
        near = np.flatnonzero(np.isfinite(weight[:, 0]) & (weight[:, -1] <= full_kwh))
        far = np.flatnonzero(np.isfinite(beyond.weight[:, 0]) & (beyond.tail_kwh <= full_kwh))
        one, other = (grid.ravel() for grid in np.meshgrid(near, far, indexing="ij"))
        time_s = weight[one, 0] + beyond.weight[other, 0] + counted_s
        least_kwh = weight[one, -1] + beyond.weight[other, -1]
        fits = (least_kwh <= full_kwh) & self._scope.inside(
            here[one], beyond.stop[other], time_s, least_kwh
        )
        one, other = one[fits], other[fits]
        total = weight[one] + beyond.weight[other]
        total[:, :-1] += counted_s
        pair, corners = self._many_to_many.relaxed(total, np.arange(one.size, dtype=np.int32))
        values = self._columns(corners)
        reached_kwh = weight[one[pair], -1] + problem.reserve_kwh
        values[NEED] = np.maximum(values[NEED], reached_kwh)
        values[MOST] = problem.capacity_kwh - np.maximum(beyond.tail_kwh[other[pair]], 0.0)
        return here[one[pair]], beyond.stop[other[pair]], beyond.stage[other[pair]], values

    @property
    def direct(self) -> bool:
        """Whether no drive between two stops is worse than those by way of a third."""
        return True

    def fetch(self, stop: int) -> None:
        """Make the row of a stop, and those of likely ones that are known."""
        chargers = self.problem.charger_node.size
        if self.row_begin[stop] >= 0:
            return
        if stop < chargers:
            self._fetch_charger(stop)
            return
        weight = self._many_to_many.scalarized_from(int(self.problem.stop_node[stop]))
        weight = weight + self._many_to_many.customized.scalarized.of(self.problem.drawn_kwh(stop))
        stops, lower_envelopes = self._many_to_many.relaxed(
            weight, np.arange(chargers, dtype=np.int32)
        )
        # On its edge a corner may be slowed down, and takes less energy then.
        least_kwh = lower_envelopes[1] - lower_envelopes[3]
        near = np.flatnonzero(self._scope.inside(stop, stops, lower_envelopes[0], least_kwh))
        self.set_row(stop, stops[near], self._columns(lower_envelopes[:, near]))

    def _fetch_charger(self, stop: int) -> None:
        many_to_many = self._many_to_many
        known = many_to_many.known_scalarized
        again = stop not in known
        self._take(stop, many_to_many.scalarized_one_to_many(stop, self._promise.after(stop)))
        for other in self._promise.ready(known, self.row_begin, again=again):
            self._take(other, many_to_many.scalarized_one_to_many(other))

    def _take(self, stop: int, row: ScalarizedRow) -> None:
        """Append trades of a row that matter, to stops that its quickest and thriftiest allow."""
        self._make_room(row.stop.size * self._weightings.rate_s_per_kwh.size)
        table, begin = Table(self._ends, self._values), self._used
        end = append_relaxed(
            self._scope.reach, stop, row, self._weightings, self._battery, table, begin
        )
        self.row_begin[stop], self.row_end[stop] = begin, end
        self._used = end

    @cached_property
    def _weightings(self) -> Weightings:
        customized = self._many_to_many.customized
        scalarized, full_kwh = customized.scalarized, float(customized.full_kwh)
        return Weightings(scalarized.unit, scalarized.rate_s_per_kwh, full_kwh, _ROUNDING)

    def _columns(self, corners: Floats) -> Floats:
        """Values in the order of the pool, shape (values, corners)."""
        time_s, energy, rate, width = corners
        need, most = energy + self.problem.reserve_kwh, self.problem.capacity_kwh
        columns = np.empty((VALUES, time_s.size))
        for row, column in zip(
            columns, (time_s, need, energy, most, 0.0, rate, width, -1.0), strict=True
        ):
            row[:] = column
        return columns


def is_backward(problem: Problem, stop: int, stage: int, stage_after: int) -> bool:
    """Whether the first part of a drive from a stop was looked for from its end.

    Parameters
    ----------
    problem
        What is asked.
    stop
        Where the drive starts.
    stage, stage_after
        Stage before the drive and after it.
    """
    return stop < problem.charger_node.size and stage_after > stage
