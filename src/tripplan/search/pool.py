"""The growing table of drives that one search reads: goals first, rows of stops as they are needed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tripplan.search.kernels.labels import Drives
from tripplan.search.question import Question
from tripplan.search.rows import DriveColumns, RowStore

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_COLUMNS = 8
"""time, need, cost, most, heat, rate and energy of slowing down, metric."""


@dataclass(eq=False)
class DrivePool:
    """Drives in columns, with an index of rows; grows.

    Parameters
    ----------
    question
        The trip.
    """

    question: Question
    _stop: Ints = field(init=False, repr=False)
    _values: Floats = field(init=False, repr=False)
    _used: int = field(init=False, repr=False, default=0)

    def __post_init__(self) -> None:
        stops, laps = self.question.stop_count, len(self.question.goals)
        self._stop = np.zeros(1024, np.int32)
        self._values = np.zeros((_COLUMNS, 1024))
        self.row_begin = np.full(stops, -1, np.int32)
        self.row_end = np.full(stops, -1, np.int32)
        self.goal_begin = np.zeros((laps, stops), np.int32)
        self.goal_end = np.zeros((laps, stops), np.int32)

    def put(self, stop: Ints, values: Iterable[Floats | float]) -> tuple[int, int]:
        """Append drives; ``values`` are columns in the order above.  Returns where they are."""
        begin, end = self._used, self._used + stop.size
        if end > self._stop.size:
            room = max(2 * self._stop.size, end)
            self._stop = np.concatenate([self._stop, np.zeros(room - self._stop.size, np.int32)])
            wider = np.zeros((_COLUMNS, room))
            wider[:, :begin] = self._values[:, :begin]
            self._values = wider
        self._stop[begin:end] = stop
        for row, column in zip(self._values, values, strict=True):
            row[begin:end] = column
        self._used = end
        return begin, end

    def set_row(self, stop: int, there: Ints, values: Iterable[Floats | float]) -> None:
        """Say which drives lead from a stop to chargers."""
        self.row_begin[stop], self.row_end[stop] = self.put(there, values)

    def set_goal(self, lap: int, here: Ints, values: Iterable[Floats | float]) -> None:
        """Say which drives lead to the goal of a lap from stops, which stand in rising order."""
        goal = self.question.charger_node.size + lap
        begin, end = self.put(np.full(here.size, goal, np.int32), values)
        every = np.arange(self.question.stop_count)
        self.goal_begin[lap] = begin + np.searchsorted(here, every, side="left")
        self.goal_end[lap] = begin + np.searchsorted(here, every, side="right")
        assert end == begin + here.size

    @property
    def drives(self) -> Drives:
        """The table as compiled searches take it."""
        values = self._values
        return Drives(
            self._stop,
            *(values[k] for k in range(_COLUMNS - 1)),
            self.row_begin,
            self.row_end,
            self.goal_begin,
            self.goal_end,
        )

    def metric(self, drive: int) -> int:
        """Metric that found a drive."""
        return int(self._values[_COLUMNS - 1, drive])


@dataclass(frozen=True, eq=False)
class Scope:
    """Which stops a plan below a ceiling could lead to at all."""

    from_origin_s: Floats
    """Fastest drive to each stop, shape (stops,)."""
    to_end_s: Floats
    """Fastest drive from each stop to the end, shape (stops,)."""
    ceiling_s: float

    def inside(self, stop: int, there: Ints, time_s: Floats) -> NDArray[np.bool_]:
        """Tell which drives from a stop could be part of such a plan, shape (drives,)."""
        spare_s = self.ceiling_s - self.from_origin_s[stop]
        return np.asarray(time_s + self.to_end_s[there] <= spare_s)


class RealDrives(DrivePool):
    """Drives of a row store: rows are made when they are first asked for."""

    def __init__(self, question: Question, rows: RowStore, scope: Scope) -> None:
        super().__init__(question)
        self._rows = rows
        self._scope = scope
        chargers = question.charger_node.size
        for lap, (before, stop, goal) in enumerate(_laps(question)):
            found = rows.to_node(goal)
            direct = rows.between(before, goal)
            stops = [found.stop, np.full(direct.stop.size, stop, np.int32)]
            pairs = zip(self._absolute(found), self._absolute(direct), strict=True)
            self.set_goal(lap, np.concatenate(stops), [np.concatenate(pair) for pair in pairs])
        self.fetch(chargers + len(question.goals))

    def fetch(self, stop: int) -> None:
        """Make the row of a stop."""
        if stop < self.question.charger_node.size:
            columns = self._rows.row(stop)
        else:
            columns = self._rows.from_node(int(self.question.stop_node[stop]))
        near = np.flatnonzero(self._scope.inside(stop, columns.stop, columns.time_s))
        columns = DriveColumns(*(column[near] for column in columns))
        self.set_row(stop, columns.stop, self._absolute(columns))

    def _absolute(self, columns: DriveColumns) -> list[Floats]:
        """Values in the order of the pool, energies with the reserve on top."""
        question = self.question
        none = np.zeros(columns.stop.size)
        return [
            columns.time_s,
            columns.need_kwh + question.reserve_kwh,
            columns.cost_kwh,
            question.capacity_kwh - columns.drop_kwh,
            columns.heat_j,
            none,
            none,
            columns.metric.astype(np.float64),
        ]


class RelaxedDrives(DrivePool):
    """Trades of time for energy that no drive at whatever roads and speeds lies below."""

    def __init__(self, question: Question, rows: RowStore, scope: Scope) -> None:
        super().__init__(question)
        self._rows = rows
        self._scope = scope
        chargers = question.charger_node.size
        for lap, (before, stop, goal) in enumerate(_laps(question)):
            weight = np.vstack([rows.lanes_to(goal), rows.lanes_between(before, goal)[None, :]])
            here = np.append(np.arange(chargers), stop).astype(np.int32)
            stops, corners = rows.relaxed(weight, here)
            self.set_goal(lap, stops, self._absolute(corners))
        self.fetch(chargers + len(question.goals))

    def fetch(self, stop: int) -> None:
        """Make the row of a stop."""
        chargers = self.question.charger_node.size
        if stop < chargers:
            stops, corners = self._rows.relaxed_row(stop)
        else:
            weight = self._rows.lanes_from(int(self.question.stop_node[stop]))
            stops, corners = self._rows.relaxed(weight, np.arange(chargers, dtype=np.int32))
        near = np.flatnonzero(self._scope.inside(stop, stops, corners[0]))
        self.set_row(stop, stops[near], self._absolute(corners[:, near]))

    def _absolute(self, corners: Floats) -> list[Floats | float]:
        time_s, energy, rate, width = corners
        question = self.question
        need = energy + question.reserve_kwh
        return [time_s, need, energy, question.capacity_kwh, 0.0, rate, width, -1.0]


def is_backward(question: Question, stop: int, there: int) -> bool:
    """Whether drives from a stop to another were looked for from their end."""
    chargers = question.charger_node.size
    return stop < chargers <= there


def _laps(question: Question) -> Iterator[tuple[int, int, int]]:
    """Yield for each lap the node where it begins, that node's stop, and the node of its goal."""
    chargers, laps = question.charger_node.size, len(question.goals)
    node, stop = question.origin, chargers + laps
    for lap, goal in enumerate(question.goals):
        yield node, stop, goal.node
        node, stop = goal.node, chargers + lap
