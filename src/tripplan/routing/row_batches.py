"""Rows of drives, made several at a time: those that a search asks for, and what it may ask next.

A batch has a fixed width that the compiler knows; where fewer rows are wanted, the last one stands
in the lanes that are left.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from tripplan.arrays import Floats, Ints, Longs
from tripplan.routing.customization import CustomizedHierarchy, ScalarizedWeights
from tripplan.routing.drive_columns import DriveColumns, columns_of
from tripplan.routing.kernels.customise import (
    COLUMNS,
    MOST_WEIGHT,
    TIME,
    lanes_of,
)
from tripplan.routing.kernels.row_batches import (
    BatchWork,
    at_targets,
    climb_batch,
    greatest_depth,
    new_batch_work,
    sweep_batch,
    ways_batch,
    weights_by_weighting,
)
from tripplan.routing.kernels.rphast import RestrictedGraph

WIDTH = 32
"""How many rows a batch may have; one takes little less time."""
ROUNDING_KWH = 1e-6
"""Energies that differ by less count as equal where a full battery is compared with."""


class Promising(Protocol):
    """What is read of `Likely`, by those who make it only then."""

    @property
    def stop(self) -> Ints:
        """The most promising ones first, shape (stops,)."""

    @property
    def as_good(self) -> int:
        """So many of them are as promising as those that were asked for before."""


class Likely(NamedTuple):
    """Stops whose rows may well be asked for next."""

    stop: Ints
    """The most promising ones first, shape (stops,)."""
    as_good: int
    """So many of them are as promising as those that were asked for before."""


def in_seconds(scalarized: ScalarizedWeights, steps: Ints, rise_kwh: Floats) -> Floats:
    """Turn steps of weightings into seconds and kilowatt-hours, lifting the car included.

    Parameters
    ----------
    scalarized
        The weightings.
    steps
        Shape (drives, weightings).
    rise_kwh
        Energy that lifts the car from the start to the end of each drive, shape (drives,).
    """
    weight = np.asarray(steps * scalarized.unit)
    weight[steps[:, 0] >= MOST_WEIGHT] = np.inf
    weight[:, :-1] += rise_kwh[:, None] * scalarized.rate_s_per_kwh
    weight[:, -1] += rise_kwh
    return weight


class ScalarizedRow(NamedTuple):
    """Least weights from one stop to those that a full battery may reach, kept as whole steps."""

    stop: Ints
    """The other stops, shape (reached,)."""
    steps: Ints
    """Steps of each weighting, shape (reached, weightings)."""
    rise_kwh: Floats
    """Energy that lifts the car from here to each, shape (reached,)."""
    time_s: Floats
    """Fastest drive to each, shape (reached,)."""
    least_kwh: Floats
    """Least energy of any drive to each, shape (reached,)."""

    def weight(
        self, customized: CustomizedHierarchy, which: Ints | Longs | slice = slice(None)
    ) -> Floats:
        """Return weights in seconds and kilowatt-hours, shape (reached, weightings), or of some."""
        return in_seconds(customized.scalarized, self.steps[which], self.rise_kwh[which])


@dataclass(frozen=True, eq=False)
class RowBatches:
    """Makes rows for the stops of a car.

    Parameters
    ----------
    customized
        The roads with their costs.
    part
        The part of the hierarchy that these stops need.
    stop_node
        Node of each stop, shape (stops,).
    """

    customized: CustomizedHierarchy
    part: RestrictedGraph
    stop_node: Ints

    @cached_property
    def _rank(self) -> Ints:
        return np.asarray(self.customized.hierarchy.rank[self.stop_node])

    @cached_property
    def _descend(self) -> Ints:
        """Weights on the way down, one weighting after the other."""
        scalarized, graph = self.customized.scalarized, self.customized.hierarchy.graph
        return weights_by_weighting(graph, self.part, scalarized.down)

    def chosen(self, stop: int, likely: Promising | None, known: Container[int]) -> Ints:
        """Return a stop, and others whose rows are made with its own.

        They are those next to it in the order of contraction, since these reach the same places:
        of all that are as promising as what was asked for before, or of the next best.

        Parameters
        ----------
        stop
            Whose row is needed.
        likely
            Stops whose rows may be asked for next.
        known
            Stops whose rows are there.
        """
        count, others = 0, list[int]()
        as_good = 0 if likely is None else likely.as_good
        for number, other in enumerate([] if likely is None else likely.stop.tolist()):
            if other != stop and other not in known:
                others.append(other)
            if number < as_good:
                count = len(others)
        near = np.array([*others[: max(count, WIDTH - 1)], stop], np.int32)
        near = near[np.argsort(self._rank[near], kind="stable")]
        at = int(np.flatnonzero(near == stop)[0])
        first = max(0, min(at - WIDTH // 2, near.size - WIDTH))
        return near[first : first + WIDTH]

    def made(self, stops: Ints) -> tuple[Sequence[DriveColumns], Sequence[ScalarizedRow]]:
        """Make rows of drives and of least weights.

        Parameters
        ----------
        stops
            At most as many as a batch has room for, shape (rows,).
        """
        customized, tree = self.customized, self.customized.hierarchy
        work = self._work
        padded = np.append(stops, np.repeat(stops[-1:], WIDTH - stops.size))
        sources, places = self._rank[padded], self.part.place[self._rank]
        scalarized = customized.scalarized
        weightings = scalarized.unit.size
        climb_batch(tree.graph, self.part, scalarized.up, sources, work)
        steps = np.empty((WIDTH, self.stop_node.size, weightings), np.int32)
        sweep_batch(self.part, self._descend, places, work, steps, lanes_of(WIDTH))
        node = self.stop_node[padded]
        rise = self._height_kwh[:, None] - customized.height_kwh[node][None, :]
        least_kwh = work.least * scalarized.unit[-1] + rise
        within = least_kwh <= customized.full_kwh + ROUNDING_KWH
        metrics = customized.metrics
        values = np.empty((WIDTH, len(metrics), self.stop_node.size, COLUMNS), np.int32)
        for index, metric in enumerate(metrics):
            travel = metric.travel(forward=True)
            full = customized.full_mwh
            ways_batch(tree.graph, self.part, travel, sources, within, full, work)
            at_targets(work, places, index, values)
        every = np.arange(self.stop_node.size, dtype=np.int32)
        drives = []
        for row, stop in zip(values, stops.tolist(), strict=False):
            row[:, stop, TIME] = -1
            drives.append(columns_of(every, row))
        rows = [self._reached(k, row) for k, row in zip(stops.tolist(), steps, strict=False)]
        return drives, rows

    def _reached(self, stop: int, steps: Ints) -> ScalarizedRow:
        """Keep of a row what a full battery may reach."""
        scalarized, height_kwh = self.customized.scalarized, self.customized.height_kwh
        rise = height_kwh[self.stop_node] - height_kwh[self.stop_node[stop]]
        least_kwh = steps[:, -1] * scalarized.unit[-1] + rise
        reached = (steps[:, 0] < MOST_WEIGHT) & (least_kwh <= self.customized.full_kwh)
        reached[stop] = False
        there = np.flatnonzero(reached).astype(np.int32)
        time_s = steps[there, 0] * scalarized.unit[0] + rise[there] * scalarized.rate_s_per_kwh[0]
        return ScalarizedRow(there, steps[there], rise[there], time_s, least_kwh[there])

    @cached_property
    def _height_kwh(self) -> Floats:
        """Energy that lifts the car to each place, shape (selected,)."""
        tree = self.customized.hierarchy
        return np.asarray(self.customized.height_kwh[tree.order[self.part.ranks]])

    @cached_property
    def _work(self) -> BatchWork:
        graph, weightings = self.customized.hierarchy.graph, self.customized.scalarized.unit.size
        depth = greatest_depth(graph, self.part)
        return new_batch_work(self.part.ranks.size, depth, weightings, WIDTH)
