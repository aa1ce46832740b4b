"""Drives between stops, worked out row by row when the search first asks for them, and kept.

A row holds the drives from one stop to all others that a full battery reaches; a column those from
all stops to one node.  Rows depend on the car and the conditions but not on the trip, so they serve
every trip that shares these.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tripplan.search.customised import Customised
from tripplan.search.kernels.compact import compact_lanes, compact_ways, compacted
from tripplan.search.kernels.customise import COST, DROP, HEAT, LANE_MOST, NEED, NEVER, TIME, Costs
from tripplan.search.kernels.relax import corners
from tripplan.search.kernels.sweep import SweepWork, lane_weights, new_sweep_work, ways
from tripplan.units import MS_PER_S, MWH_PER_KWH

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class DriveColumns(NamedTuple):
    """Drives in columns, shape (drives,); energies count from the reserve."""

    stop: Ints
    """Index of the stop at the other end."""
    metric: Ints
    """Index of the metric that found the drive."""
    time_s: Floats
    need_kwh: Floats
    cost_kwh: Floats
    drop_kwh: Floats
    """How far below full the battery is on arrival at the least."""
    heat_j: Floats


class Rows(Protocol):
    """Drives between the chargers of a car; see `RowStore`."""

    def row(self, stop: int) -> DriveColumns:
        """Drives from a charger to the others."""

    def from_node(self, node: int) -> DriveColumns:
        """Drives from a node to all chargers."""

    def to_node(self, node: int) -> DriveColumns:
        """Drives from all chargers to a node."""

    def between(self, source: int, target: int) -> DriveColumns:
        """Drives from a node to another."""


@dataclass(eq=False)
class RowStore:
    """Rows of drives between the stops of a car, made when they are asked for.

    Parameters
    ----------
    ground
        The roads with their costs.
    stop_node
        Node of each stop, shape (stops,).
    """

    ground: Customised
    stop_node: Ints
    _work: SweepWork = field(init=False, repr=False)
    _rows: dict[int, DriveColumns] = field(init=False, repr=False, default_factory=dict)
    _relaxed_rows: dict[int, tuple[Ints, Floats]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        tree = self.ground.hierarchy
        self._work = new_sweep_work(tree.node_count)
        ranks = tree.rank[self.stop_node]
        self._part = compacted(tree.graph, tree.selection(ranks))
        self._stop_place = self._part.place[ranks]

    @cached_property
    def _forward(self) -> tuple[Costs, ...]:
        """Costs of travel down in each metric, in the order of the sweep."""
        return tuple(_picked(metric.down, self._part.arc) for metric in self.ground.metrics)

    @cached_property
    def _backward(self) -> tuple[Costs, ...]:
        return tuple(_picked(metric.up, self._part.arc) for metric in self.ground.metrics)

    @cached_property
    def _lane_parts(self) -> tuple[Ints, Ints]:
        lanes, arc = self.ground.lanes, self._part.arc
        return lanes.down[arc], lanes.up[arc]

    @cached_property
    def _lane_work(self) -> Ints:
        lanes = self.ground.lanes.up.shape[1]
        return np.zeros((self.ground.hierarchy.node_count, lanes), np.int32)

    def row(self, stop: int) -> DriveColumns:
        """Drives from a stop to the others."""
        found = self._rows.get(stop)
        if found is None:
            found = self._drives(int(self.stop_node[stop]), forward=True, besides=stop)
            self._rows[stop] = found
        return found

    def from_node(self, node: int) -> DriveColumns:
        """Drives from a node to all stops."""
        return self._drives(node, forward=True, besides=-1)

    def to_node(self, node: int) -> DriveColumns:
        """Drives from all stops to a node."""
        return self._drives(node, forward=False, besides=-1)

    def _drives(self, node: int, *, forward: bool, besides: int) -> DriveColumns:
        """Find drives at every rate."""
        ground = self.ground
        tree = ground.hierarchy
        stops = np.arange(self.stop_node.size, dtype=np.int32)
        if besides >= 0:
            stops = np.delete(stops, besides)
        tables = []
        for index, metric in enumerate(ground.metrics):
            climb = metric.up if forward else metric.down
            descend = (self._forward if forward else self._backward)[index]
            values = compact_ways(
                tree.graph,
                self._part,
                climb,
                descend,
                int(tree.rank[node]),
                self._stop_place[stops],
                ground.full_mwh,
                forward,
                self._work,
            )
            there = values[:, TIME] >= 0
            tables.append((index, stops[there], values[there]))
        return _columns(tables)

    def between(self, source: int, target: int) -> DriveColumns:
        """Drives from a node to another; ``stop`` is 0."""
        ground = self.ground
        tree = ground.hierarchy
        ranks = tree.rank[np.array([target])]
        selection = tree.selection(ranks)
        tables = []
        for index, metric in enumerate(ground.metrics):
            values = ways(
                tree.graph,
                metric.up,
                metric.down,
                int(tree.rank[source]),
                selection,
                ranks,
                ground.full_mwh,
                True,  # noqa: FBT003 - compiled functions take no keywords
                self._work,
            )
            there = values[:, TIME] >= 0
            tables.append((index, np.zeros(1, np.int32)[there], values[there]))
        return _columns(tables)

    def least_energy_row(self, stop: int) -> Floats:
        """Energy that the thriftiest drives from a stop to the others need, shape (stops,)."""
        found = self.least_energy_from(int(self.stop_node[stop]))
        found[stop] = np.inf
        return found

    def least_energy_from(self, node: int) -> Floats:
        """Energy above the reserve that the thriftiest drives from a node need, shape (stops,)."""
        return self._needs(node, forward=True)

    def least_energy_to(self, node: int) -> Floats:
        """Energy above the reserve that the thriftiest drives to a node need, shape (stops,)."""
        return self._needs(node, forward=False)

    def _needs(self, node: int, *, forward: bool) -> Floats:
        """However large the battery would have to be."""
        ground = self.ground
        tree, metric = ground.hierarchy, ground.metrics[-1]
        values = compact_ways(
            tree.graph,
            self._part,
            metric.up if forward else metric.down,
            (self._forward if forward else self._backward)[-1],
            int(tree.rank[node]),
            self._stop_place,
            NEVER,
            forward,
            self._work,
        )
        need = values[:, NEED] / MWH_PER_KWH
        need[values[:, TIME] < 0] = np.inf
        return np.asarray(need)

    def least_energy_between(self, source: int, target: int) -> float:
        """Energy above the reserve that the thriftiest drive from a node to another needs."""
        ground = self.ground
        tree, metric = ground.hierarchy, ground.metrics[-1]
        ranks = tree.rank[np.array([target])]
        values = ways(
            tree.graph,
            metric.up,
            metric.down,
            int(tree.rank[source]),
            tree.selection(ranks),
            ranks,
            NEVER,
            True,  # noqa: FBT003 - compiled functions take no keywords
            self._work,
        )[0]
        return float(values[NEED]) / MWH_PER_KWH if values[TIME] >= 0 else np.inf

    def relaxed_row(self, stop: int) -> tuple[Ints, Floats]:
        """Trades of time for energy from a stop to the others; see `relaxed`."""
        found = self._relaxed_rows.get(stop)
        if found is None:
            weight = self.lanes_from(int(self.stop_node[stop]))
            weight[stop, 0] = np.inf
            found = self.relaxed(weight, np.arange(self.stop_node.size, dtype=np.int32))
            self._relaxed_rows[stop] = found
        return found

    def relaxed(self, weight: Floats, stops: Ints) -> tuple[Ints, Floats]:
        """Trades of time for energy that no drive lies below; see `corners`."""
        ground = self.ground
        return corners(weight, ground.lanes.rate_s_per_kwh, stops, ground.full_kwh)

    def lanes_from(self, node: int) -> Floats:
        """Least time + rate x energy from a node to all stops in each lane.

        Returns
        -------
        ndarray
            Seconds, and kilowatt-hours in the last lane; infinite where there is no way; shape
            (stops, lanes).
        """
        return self._lanes(node, forward=True)

    def lanes_to(self, node: int) -> Floats:
        """Return the same from all stops to a node, shape (stops, lanes)."""
        return self._lanes(node, forward=False)

    def _lanes(self, node: int, *, forward: bool) -> Floats:
        tree, lanes = self.ground.hierarchy, self.ground.lanes
        down, up = self._lane_parts
        steps = compact_lanes(
            tree.graph,
            self._part,
            lanes.up if forward else lanes.down,
            down if forward else up,
            int(tree.rank[node]),
            self._stop_place,
            self._lane_work,
        )
        return self._weights(steps, node, self.stop_node, forward=forward)

    def lanes_between(self, source: int, target: int) -> Floats:
        """Return the same from a node to another, shape (lanes,)."""
        tree, lanes = self.ground.hierarchy, self.ground.lanes
        node = np.array([target], dtype=np.int32)
        selection = tree.selection(tree.rank[node])
        rank = int(tree.rank[source])
        lane_weights(tree.graph, lanes.up, lanes.down, rank, selection, self._lane_work)
        steps = self._lane_work[tree.rank[node]]
        return self._weights(steps, source, node, forward=True)[0]

    def _weights(self, steps: Ints, node: int, others: Ints, *, forward: bool) -> Floats:
        """Turn steps of lanes into seconds and kilowatt-hours, lifting the car included."""
        ground = self.ground
        weight = np.asarray(steps * ground.lanes.unit)
        weight[steps[:, 0] >= LANE_MOST] = np.inf
        rise = ground.height_kwh[others] - ground.height_kwh[node]
        rise = rise if forward else -rise
        weight[:, :-1] += rise[:, None] * ground.lanes.rate_s_per_kwh
        weight[:, -1] += rise
        return weight


def _picked(costs: Costs, arc: Ints) -> Costs:
    return Costs(costs.weight[arc], costs.values[arc])


def _columns(tables: list[tuple[int, Ints, Ints]]) -> DriveColumns:
    """Put drives into columns, without those that another of the same stops makes superfluous."""
    stop = np.concatenate([stops for _, stops, _ in tables])
    metric = np.concatenate([np.full(stops.size, k, np.int32) for k, stops, _ in tables])
    values = np.concatenate([values for _, _, values in tables])
    order = np.lexsort((values[:, NEED], values[:, TIME], stop))
    stop, metric, values = stop[order], metric[order], values[order]
    kept = np.ones(stop.size, np.bool_)
    for back in range(1, len(tables)):
        same = stop[back:] == stop[:-back]
        worse = same & np.all(
            values[back:, [NEED, COST, DROP]] >= values[:-back, [NEED, COST, DROP]], axis=1
        )
        kept[back:] &= ~worse
    values = values[kept]
    energy = values[:, [NEED, COST, DROP]] / MWH_PER_KWH
    return DriveColumns(
        stop=stop[kept],
        metric=metric[kept],
        time_s=values[:, TIME] / MS_PER_S,
        need_kwh=energy[:, 0].copy(),
        cost_kwh=energy[:, 1].copy(),
        drop_kwh=energy[:, 2].copy(),
        heat_j=values[:, HEAT].astype(np.float64),
    )

