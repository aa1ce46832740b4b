"""Drives between stops, worked out row by row when the search first asks for them, and kept.

A row holds the drives from one stop to all others that a full battery reaches; a column those from
all stops to one node.  Rows depend on the car and the conditions but not on the trip, so they serve
every trip that shares these.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats, Ints
from tripplan.routing.customization import CustomizedHierarchy, Metric
from tripplan.routing.drive_columns import DriveColumns, columns_of, picked_drives
from tripplan.routing.end_costs import EndCosts
from tripplan.routing.kernels.customise import (
    COLUMNS,
    CONSUMED,
    MIN_DEPARTURE,
    MOST_WEIGHT,
    NEVER,
    TIME,
)
from tripplan.routing.kernels.lower_envelope import lower_envelopes
from tripplan.routing.kernels.phast import phast_scalarized, phast_way
from tripplan.routing.kernels.rphast import (
    leading_to,
    restricted,
    rphast_scalarized,
    rphast_ways,
)
from tripplan.routing.road_ends import Key as EndKey
from tripplan.routing.row_batches import (
    ROUNDING_KWH,
    Promising,
    RowBatches,
    ScalarizedRow,
    in_seconds,
)
from tripplan.units import MWH_PER_KWH


class DriveSource(Protocol):
    """Drives between the chargers of a car; see `ManyToMany`."""

    @property
    def known(self) -> Mapping[int, DriveColumns]:
        """Rows that are kept, by stop."""

    def one_to_many(self, stop: int, likely: Promising | None = None) -> DriveColumns:
        """Drives from a charger to the others; ``likely``: others that may be asked for next."""

    def from_node(self, node: int, wanted: Flags | None = None) -> DriveColumns:
        """Drives from a node to chargers; of these, at least to those that are wanted."""

    def to_node(self, node: int, wanted: Flags | None = None) -> DriveColumns:
        """Drives from chargers to a node; of these, at least from those that are wanted."""

    def between(self, source: int, target: int) -> DriveColumns:
        """Drives from a node to another."""


def _energies(values: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Return the need and the cost of drives [kWh], infinite where there is none."""
    need, spent = values[:, MIN_DEPARTURE] / MWH_PER_KWH, values[:, CONSUMED] / MWH_PER_KWH
    need[values[:, TIME] < 0] = np.inf
    return need, spent


@dataclass(eq=False)
class ManyToMany:
    """Drives between the stops of a car, made when they are asked for.

    Parameters
    ----------
    customized
        The roads with their costs.
    stop_node
        Node of each stop, shape (stops,).
    """

    customized: CustomizedHierarchy
    stop_node: Ints
    beside: dict[tuple[object, ...], object] = field(init=False, repr=False, default_factory=dict)
    """What searches work out for this car and its stops, and keep for the next trip."""
    _rows: OrderedDict[int, DriveColumns] = field(init=False, repr=False)
    _scalarized_rows: OrderedDict[int, ScalarizedRow] = field(init=False, repr=False)
    _reached: OrderedDict[tuple[EndKey, bool], "_Reached"] = field(init=False, repr=False)
    _ends: OrderedDict[tuple[EndKey, bool], "_End"] = field(init=False, repr=False)
    _needs: OrderedDict[EndKey, Floats] = field(init=False, repr=False)
    _between: OrderedDict["_Pair", DriveColumns] = field(init=False, repr=False)
    _scalarized_between: OrderedDict["_Pair", Floats] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        tree = self.customized.hierarchy
        self.forget()
        ranks = tree.rank[self.stop_node]
        self._part = restricted(tree.graph, tree.selection(ranks))
        self._stop_place = self._part.place[ranks]

    def at_ends(self, ends: EndCosts) -> "ManyToMany":
        """Return the same for a trip whose ends lie amid roads; all that is kept is shared."""
        found = copy(self)
        _ = self._batches
        found.__dict__["_batches"] = self._batches
        found.customized = self.customized.with_ends(ends)
        return found

    def _key(self, node: int) -> EndKey:
        """Return what a node, or an end, is kept under."""
        ends = self.customized.ends
        return (node,) if ends is None else ends.ends.key(node)

    def _pair(self, source: int, target: int) -> "_Pair":
        """Return what a drive between two nodes, or ends, is kept under.

        All ends of a trip are in it: where one lies on the road of another, it cuts that road.
        """
        ends = self.customized.ends
        return None if ends is None else ends.ends.keys, source, target

    def made_ready(self) -> None:
        """Work out what all drives between these stops share, which the first would do else."""
        _ = self._batches

    def forget(self) -> None:
        """Let go of all drives that were found so far."""
        self._rows, self._scalarized_rows = OrderedDict(), OrderedDict()
        self._reached, self._ends, self._needs = OrderedDict(), OrderedDict(), OrderedDict()
        self._between, self._scalarized_between = OrderedDict(), OrderedDict()

    @property
    def known(self) -> Mapping[int, DriveColumns]:
        """Rows that were made so far and are kept, by stop."""
        return self._rows

    @property
    def known_scalarized(self) -> Mapping[int, ScalarizedRow]:
        """The same of rows of least weights."""
        return self._scalarized_rows

    def keep(self, rows: Mapping[int, DriveColumns]) -> None:
        """Take rows that were made before, by stop."""
        self._rows.update(rows)

    @cached_property
    def _batches(self) -> RowBatches:
        return RowBatches(self.customized, self._part, self.stop_node)

    @cached_property
    def _scalarized_work(self) -> Ints:
        scalarized = self.customized.scalarized.up.shape[1]
        return np.zeros((self.customized.hierarchy.node_count, scalarized), np.int32)

    def one_to_many(self, stop: int, likely: Promising | None = None) -> DriveColumns:
        """Drives from a stop to the others.

        Parameters
        ----------
        stop
            The stop.
        likely
            Stops whose rows may well be asked for next: where this row has to be made, some of them
            are made with it, in little more time.
        """
        if stop not in self._rows:
            self._make(stop, likely, self._rows)
        self._rows.move_to_end(stop)
        return self._rows[stop]

    def scalarized_one_to_many(self, stop: int, likely: Promising | None = None) -> ScalarizedRow:
        """Least weights from a stop to the others that a full battery may reach.

        Parameters as in `one_to_many`.
        """
        if stop not in self._scalarized_rows:
            self._make(stop, likely, self._scalarized_rows)
        self._scalarized_rows.move_to_end(stop)
        return self._scalarized_rows[stop]

    def _make(self, stop: int, likely: Promising | None, known: Mapping[int, object]) -> None:
        """Make the rows of a stop, and of some of those that are likely to be next."""
        batch = self._batches.chosen(stop, likely, known)
        made = self._batches.made(batch)
        for one, drives, scalarized in zip(batch.tolist(), *made, strict=True):
            _put(self._rows, one, drives)
            _put(self._scalarized_rows, one, scalarized)

    def from_node(self, node: int, wanted: Flags | None = None) -> DriveColumns:
        """Drives from a node to all stops, or to those that are wanted."""
        return self._end(node, wanted, forward=True)

    def to_node(self, node: int, wanted: Flags | None = None) -> DriveColumns:
        """Drives from all stops to a node, or from those that are wanted."""
        return self._end(node, wanted, forward=False)

    def _end(self, node: int, wanted: Flags | None, *, forward: bool) -> DriveColumns:
        """Drives of an end of a trip; those of the last few trips are kept."""
        key, every = (self._key(node), forward), np.ones(self.stop_node.size, np.bool_)
        wanted = every if wanted is None else wanted
        known = self._ends.get(key)
        if known is not None and np.any(wanted & ~known.wanted):
            del self._ends[key]
        found = _kept(
            self._ends,
            key,
            _RUNS_KEPT,
            lambda: _End(wanted, self._drives(node, wanted, forward=forward)),
        )
        near = np.flatnonzero(wanted[found.drives.stop])
        return picked_drives(found.drives, near)

    def _drives(self, node: int, wanted: Flags, *, forward: bool) -> DriveColumns:
        """Find drives at every rate."""
        customized = self.customized
        tree = customized.hierarchy
        stops = np.flatnonzero(wanted).astype(np.int32)
        values = np.empty((len(customized.metrics), stops.size, COLUMNS), np.int32)
        within = self._rphast(node, forward=forward).within
        if stops.size < self.stop_node.size - 1:
            within = within & leading_to(tree.graph, self._part, self._stop_place[stops])
        for index in range(len(customized.metrics)):
            values[index] = self._rphast_ways(
                index, node, self._stop_place[stops], within, customized.full_mwh, forward=forward
            )
        return columns_of(stops, values)

    def between(self, source: int, target: int) -> DriveColumns:
        """Drives from a node to another; ``stop`` is 0; those of the last few trips are kept."""
        pair = self._pair(source, target)
        return _kept(self._between, pair, _RUNS_KEPT, lambda: self._one_to_one(source, target))

    def _one_to_one(self, source: int, target: int) -> DriveColumns:
        customized = self.customized
        values = np.empty((len(customized.metrics), 1, COLUMNS), np.int32)
        for index, metric in enumerate(customized.metrics):
            values[index] = self._alone(metric, source, target, customized.full_mwh)
        return columns_of(np.zeros(1, np.int32), values)

    def min_departures_from(self, node: int) -> Floats:
        """Energy above the reserve that the thriftiest drives from a node need [kWh].

        Infinite where there is no road; shape (stops,).
        """
        most = max(_RUNS_KEPT, _NEEDS_KEPT // max(self.stop_node.size, 1))
        return _kept(
            self._needs, self._key(node), most, lambda: self._thriftiest(node, forward=True)[0]
        )

    def thriftiest_to(self, node: int) -> tuple[Floats, Floats]:
        """Return what the thriftiest drives to a node take, each shape (stops,) [kWh].

        Returns
        -------
        tuple of array and array
            Energy above the reserve that each needs at its start, and what it spends; infinite
            where there is no road.
        """
        return self._thriftiest(node, forward=False)

    def _thriftiest(self, node: int, *, forward: bool) -> tuple[Floats, Floats]:
        """However large the battery would have to be."""
        within = np.ones(self._part.ranks.size, np.bool_)
        values = self._rphast_ways(
            len(self.customized.metrics) - 1, node, self._stop_place, within, NEVER, forward=forward
        )
        return _energies(values)

    def thriftiest_between(self, source: int, target: int) -> tuple[float, float]:
        """Return the same for the thriftiest drive from a node to another."""
        need, spent = _energies(self._alone(self.customized.metrics[-1], source, target, NEVER))
        return float(need[0]), float(spent[0])

    def _rphast_ways(
        self, index: int, node: int, places: Ints, within: Flags, full_mwh: int, *, forward: bool
    ) -> Ints:
        """Values of the drives that a metric finds between a node and places of the part."""
        tree, metric = self.customized.hierarchy, self.customized.metrics[index]
        seeds = self.customized.seeds(metric, node, full_mwh, leaving=forward)
        travel = metric.travel(forward=forward)
        return rphast_ways(
            tree.graph, self._part, travel, seeds, places, within, full_mwh, tree.work
        )

    def _alone(self, metric: Metric, source: int, target: int, full_mwh: int) -> Ints:
        """Values of the drive that a metric finds from a node to another, shape (1, 5)."""
        if source == target:
            return np.zeros((1, COLUMNS), np.int32)
        customized = self.customized
        tree, travel = customized.hierarchy, metric.travel(forward=True)
        seeds = customized.seeds(metric, source, full_mwh, leaving=True)
        goals = customized.seeds(metric, target, full_mwh, leaving=False)
        selection = tree.selection(goals.rank)
        weight, values = phast_way(tree.graph, travel, seeds, goals, selection, full_mwh, tree.work)
        direct = customized.direct(metric, source, target, full_mwh)
        return direct.values if direct.weight <= weight and direct.arcs else values

    def relaxed_one_to_many(self, stop: int) -> tuple[Ints, Floats]:
        """Trades of time for energy from a stop to the others; see `relaxed`."""
        row = self.scalarized_one_to_many(stop)
        return self.relaxed(row.weight(self.customized), row.stop)

    def relaxed(self, weight: Floats, stops: Ints) -> tuple[Ints, Floats]:
        """Trades of time for energy that no drive lies below; see `lower_envelopes`."""
        customized = self.customized
        # Arrays that may not be written to are another type to the compiler.
        writable = np.require(weight, requirements="W")
        return lower_envelopes(
            writable, customized.scalarized.rate_s_per_kwh, stops, customized.full_kwh
        )

    def scalarized_from(self, node: int) -> Floats:
        """Least time + rate x energy from a node to all stops in each weighting.

        Returns
        -------
        ndarray
            Seconds, and kilowatt-hours in the last weighting; infinite where there is no way; shape
            (stops, weightings).
        """
        return self._rphast(node, forward=True).weight

    def scalarized_to(self, node: int) -> Floats:
        """Return the same from all stops to a node, shape (stops, weightings)."""
        return self._rphast(node, forward=False).weight

    def _rphast(self, node: int, *, forward: bool) -> "_Reached":
        """Sweep all weightings from (or to) a node; the last few sweeps are kept."""
        return _kept(
            self._reached,
            (self._key(node), forward),
            _RUNS_KEPT,
            lambda: self._scalarized(node, forward=forward),
        )

    def _scalarized(self, node: int, *, forward: bool) -> "_Reached":
        customized = self.customized
        customized.make_ready()
        tree, scalarized = customized.hierarchy, customized.scalarized
        sides = (scalarized.up, scalarized.down)
        steps, energy = rphast_scalarized(
            tree.graph,
            self._part,
            sides if forward else sides[::-1],
            customized.scalarized_seeds(node, leaving=forward),
            self._stop_place,
            self._scalarized_work,
        )
        weight = self._weights(steps, node, self.stop_node, forward=forward)
        weight.setflags(write=False)
        rise = self._part_height - customized.height_of(node)
        least_kwh = energy * scalarized.unit[-1] + (rise if forward else -rise)
        return _Reached(weight, least_kwh <= customized.full_kwh + ROUNDING_KWH)

    @cached_property
    def _part_height(self) -> Floats:
        """Energy that lifts the car to each selected rank, shape (selected,)."""
        return self.customized.height_kwh[self.customized.hierarchy.order[self._part.ranks]]

    def scalarized_between(self, source: int, target: int) -> Floats:
        """Return the same from a node to another, shape (weightings,)."""
        return _kept(
            self._scalarized_between,
            self._pair(source, target),
            _RUNS_KEPT,
            lambda: self._scalarized_one_to_one(source, target),
        )

    def _scalarized_one_to_one(self, source: int, target: int) -> Floats:
        customized = self.customized
        tree, scalarized = customized.hierarchy, customized.scalarized
        rise = np.array([customized.height_of(target) - customized.height_of(source)])
        if source == target:
            return np.zeros(scalarized.unit.size)
        goals = customized.scalarized_seeds(target, leaving=False)
        phast_scalarized(
            tree.graph,
            scalarized.up,
            scalarized.down,
            customized.scalarized_seeds(source, leaving=True),
            tree.selection(goals.rank),
            self._scalarized_work,
        )
        steps = np.minimum(self._scalarized_work[goals.rank] + goals.weight, MOST_WEIGHT)
        least = steps.min(axis=0)
        if scalarized.local is not None and customized.ends is not None:
            direct = customized.ends.scalarized_direct(scalarized.local, source, target)
            least = np.minimum(least, direct)
        weight = np.asarray(in_seconds(scalarized, least[None, :], rise)[0])
        weight.setflags(write=False)
        return weight

    def _weights(self, steps: Ints, node: int, others: Ints, *, forward: bool) -> Floats:
        """Turn steps of weightings into seconds and kilowatt-hours, lifting the car included."""
        rise = self.customized.height_kwh[others] - self.customized.height_of(node)
        return in_seconds(self.customized.scalarized, steps, rise if forward else -rise)


_Pair = tuple[tuple[EndKey, ...] | None, int, int]
"""Ends of the trip that are no nodes, and two of these ends or nodes."""


class _Reached(NamedTuple):
    """What a sweep of all weightings found."""

    weight: Floats
    """Of each stop, shape (stops, weightings)."""
    within: NDArray[np.bool_]
    """Whether a full battery could reach each selected rank, shape (selected,)."""


class _End(NamedTuple):
    """Drives from or to an end of a trip."""

    wanted: Flags
    """Which stops were looked at, shape (stops,)."""
    drives: DriveColumns


ROWS_KEPT = 4096
"""Rows that are kept."""
_RUNS_KEPT = 64
"""Sweeps of weightings, and drives from and to ends of trips, that are kept."""
_NEEDS_KEPT = 4_000_000
"""Needs of thriftiest drives that are kept."""
Key = TypeVar("Key")
Value = TypeVar("Value")


def _kept(store: OrderedDict[Key, Value], key: Key, most: int, make: Callable[[], Value]) -> Value:
    """Return what is kept under a key, or make it; what was used least recently is let go."""
    found = store.get(key)
    if found is None:
        found = make()
        store[key] = found
        if len(store) > most:
            store.popitem(last=False)
    store.move_to_end(key)
    return found


def _put(store: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    """Keep something; what was used least recently is let go."""
    store[key] = value
    store.move_to_end(key)
    if len(store) > ROWS_KEPT:
        store.popitem(last=False)
