"""The table of drives that one search reads: stages first, rows of stops as they are needed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.routing.drive_columns import (
    DriveColumns,
    DriveSource,
    after_drawing,
    joined_drives,
    picked_drives,
)
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.kernels.labels import Drives
from tripplan.search.passages import Onward, linked, onward_of, passive
from tripplan.search.problem import Problem

_ROOM = 1 << 14
VALUES = 8
"""time, need, cost, most, heat, rate and energy of slowing down, and what tells the roads."""


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
        if end > self._ends.shape[1]:
            room = max(4 * self._ends.shape[1], end)
            self._ends = _wider(self._ends, room)
            self._values = _wider(self._values, room)
        self._ends[0, begin:end] = stop
        self._ends[1, begin:end] = stage
        for row, column in zip(self._values, values, strict=True):
            row[begin:end] = column
        self._used = end
        return begin, end

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
        """Say which drives end a stage; the stops that they start from stand in rising order."""
        begin, _ = self._put(there, stage_after, values)
        every = np.arange(self.problem.stop_count)
        self.target_begin[stage] = begin + np.searchsorted(here, every, side="left")
        self.target_end[stage] = begin + np.searchsorted(here, every, side="right")

    @property
    def drives(self) -> Drives:
        """The table as compiled searches take it."""
        time_s, need, cost, most, heat, rate, width, _ = self._values
        return Drives(
            self._ends[0],
            self._ends[1],
            time_s,
            need,
            cost,
            most,
            heat,
            rate,
            width,
            self.row_begin,
            self.row_end,
            self.target_begin,
            self.target_end,
        )

    def code(self, drive: int) -> int:
        """Return what tells the roads of a drive."""
        return int(self._values[VALUES - 1, drive])


Number = TypeVar("Number", np.int32, np.float64)


def _wider(table: NDArray[Number], room: int) -> NDArray[Number]:
    wider = np.empty((table.shape[0], room), table.dtype)
    wider[:, : table.shape[1]] = table
    return wider


@dataclass(frozen=True, eq=False)
class Scope:
    """Which stops a plan below a ceiling could lead to at all."""

    from_origin_s: Floats
    """Fastest drive to each stop, shape (stops,)."""
    to_end_s: Floats
    """Fastest drive from each stop to the end, shape (stops,)."""
    ceiling_s: float
    price_s_per_kwh: float = 0.0
    """The least that a kilowatt-hour counts, where something counts beside time; else 0."""
    from_origin_priced_s: Floats | None = None
    to_end_priced_s: Floats | None = None
    """The least of time and energy at that price, on the way to each stop and from there, less what
    the car has at the start, shape (stops,)."""

    @property
    def near(self) -> NDArray[np.bool_]:
        """Whether such a plan could lead to each stop, shape (stops,)."""
        near = self.from_origin_s + self.to_end_s <= self.ceiling_s
        if self.from_origin_priced_s is not None and self.to_end_priced_s is not None:
            near &= self.from_origin_priced_s + self.to_end_priced_s <= self.ceiling_s
        return np.asarray(near)

    def inside(
        self, stop: Ints | int, there: Ints, time_s: Floats, least_kwh: Floats
    ) -> NDArray[np.bool_]:
        """Tell which drives from a stop could be part of such a plan, shape (drives,)."""
        spare_s = self.ceiling_s - self.from_origin_s[stop]
        possible = time_s + self.to_end_s[there] <= spare_s
        if self.from_origin_priced_s is not None and self.to_end_priced_s is not None:
            spare_s = self.ceiling_s - self.from_origin_priced_s[stop]
            priced_s = time_s + self.price_s_per_kwh * least_kwh
            possible &= priced_s + self.to_end_priced_s[there] <= spare_s
        return np.asarray(possible)


class RealDrives(DrivePool):
    """Drives of a `ManyToMany`: rows are made when they are first asked for."""

    def __init__(self, problem: Problem, many_to_many: DriveSource, scope: Scope) -> None:
        super().__init__(problem)
        self.many_to_many = many_to_many
        self._scope = scope
        chargers, stages = problem.charger_node.size, len(problem.targets)
        self._onward: dict[int, Onward] = {}
        self._near = scope.near[:chargers]
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

    def fetch(self, stop: int) -> None:
        """Make the row of a stop."""
        if stop < self.problem.charger_node.size:
            columns = self.many_to_many.one_to_many(stop)
        else:
            columns = self.many_to_many.from_node(int(self.problem.stop_node[stop]), self._near)
            columns = after_drawing(self.problem.drawn_kwh(stop), columns)
        near = np.flatnonzero(
            self._scope.inside(stop, columns.stop, columns.time_s, columns.consumed_kwh)
        )
        columns = picked_drives(columns, near)
        self.set_row(stop, columns.stop, self._absolute(columns))

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


class RelaxedDrives(DrivePool):
    """Trades of time for energy that no drive at whatever roads and speeds lies below."""

    def __init__(self, problem: Problem, many_to_many: ManyToMany, scope: Scope) -> None:
        super().__init__(problem)
        self._many_to_many = many_to_many
        self._scope = scope
        chargers, stages = problem.charger_node.size, len(problem.targets)
        # What lies beyond each place where nothing can be charged: stop, stage, weights.
        beyond: tuple[Ints, Ints, Floats] | None = None
        for stage in range(stages - 1, -1, -1):
            before = problem.targets[stage - 1].node if stage else problem.origin
            stop = chargers + stage - 1 if stage else chargers + stages
            target = problem.targets[stage]
            drawn = many_to_many.customized.scalarized.of(problem.drawn_kwh(stop))
            direct = many_to_many.scalarized_between(before, target.node) + drawn
            weight = np.vstack([many_to_many.scalarized_to(target.node), direct[None, :]])
            here = np.append(np.arange(chargers), stop).astype(np.int32)
            if passive(problem, stage):
                beyond = self._beyond(stage, beyond)
                self._set_past(stage, here, weight, beyond)
            else:
                beyond = None
                stops, lower_envelopes = many_to_many.relaxed(weight, here)
                there = np.full(stops.size, chargers + stage, np.int32)
                self.set_target(stage, stops, there, stage + 1, self._absolute(lower_envelopes))
        self.fetch(chargers + stages)

    def _beyond(
        self, stage: int, further: tuple[Ints, Ints, Floats] | None
    ) -> tuple[Ints, Ints, Floats]:
        """Weights from the target of a stage to chargers, and to the next target or past."""
        problem, many_to_many = self.problem, self._many_to_many
        chargers = problem.charger_node.size
        node, following = problem.targets[stage].node, problem.targets[stage + 1]
        drawn = many_to_many.customized.scalarized.of(problem.targets[stage].drawn_kwh)
        direct = many_to_many.scalarized_between(node, following.node) + drawn
        stop = np.arange(chargers, dtype=np.int32)
        after = np.full(chargers, stage + 1, np.int32)
        weight = many_to_many.scalarized_from(node) + drawn
        if further is None:
            return (
                np.append(stop, chargers + stage + 1).astype(np.int32),
                np.append(after, stage + 2).astype(np.int32),
                np.vstack([weight, direct[None, :]]),
            )
        past = further[2] + direct
        past[:, :-1] += following.dwell_s
        return (
            np.concatenate([stop, further[0]]),
            np.concatenate([after, further[1]]),
            np.vstack([weight, past]),
        )

    def _set_past(
        self, stage: int, here: Ints, weight: Floats, beyond: tuple[Ints, Ints, Floats]
    ) -> None:
        """Set the drives past a place where nothing can be charged."""
        problem, dwell_s = self.problem, self.problem.targets[stage].dwell_s
        full_kwh = problem.capacity_kwh - problem.reserve_kwh
        there, after, onward = beyond
        near = np.flatnonzero(np.isfinite(weight[:, 0]) & (weight[:, -1] <= full_kwh))
        far = np.flatnonzero(np.isfinite(onward[:, 0]))
        one, other = (grid.ravel() for grid in np.meshgrid(near, far, indexing="ij"))
        time_s = weight[one, 0] + onward[other, 0] + dwell_s
        least_kwh = weight[one, -1] + onward[other, -1]
        fits = (least_kwh <= full_kwh) & self._scope.inside(
            here[one], there[other], time_s, least_kwh
        )
        one, other = one[fits], other[fits]
        total = weight[one] + onward[other]
        total[:, :-1] += dwell_s
        pair, lower_envelopes = self._many_to_many.relaxed(
            total, np.arange(one.size, dtype=np.int32)
        )
        self.set_target(
            stage,
            here[one[pair]],
            there[other[pair]],
            after[other[pair]],
            self._absolute(lower_envelopes),
        )

    def fetch(self, stop: int) -> None:
        """Make the row of a stop."""
        chargers = self.problem.charger_node.size
        if stop < chargers:
            stops, lower_envelopes = self._many_to_many.relaxed_one_to_many(stop)
        else:
            weight = self._many_to_many.scalarized_from(int(self.problem.stop_node[stop]))
            weight = weight + self._many_to_many.customized.scalarized.of(
                self.problem.drawn_kwh(stop)
            )
            stops, lower_envelopes = self._many_to_many.relaxed(
                weight, np.arange(chargers, dtype=np.int32)
            )
        # On its edge a corner may be slowed down, and takes less energy then.
        least_kwh = lower_envelopes[1] - lower_envelopes[3]
        near = np.flatnonzero(self._scope.inside(stop, stops, lower_envelopes[0], least_kwh))
        self.set_row(stop, stops[near], self._absolute(lower_envelopes[:, near]))

    def _absolute(self, lower_envelopes: Floats) -> list[Floats | float]:
        time_s, energy, rate, width = lower_envelopes
        problem = self.problem
        need = energy + problem.reserve_kwh
        return [time_s, need, energy, problem.capacity_kwh, 0.0, rate, width, -1.0]


def is_backward(problem: Problem, stop: int, stage: int, stage_after: int) -> bool:
    """Whether the first part of a drive from a stop was looked for from its end."""
    return stop < problem.charger_node.size and stage_after > stage
