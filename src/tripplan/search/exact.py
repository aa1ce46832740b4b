"""Drives over all roads and speeds: as `ManyToMany` finds them, but of every drive that can matter.

What a search over these rows finds is the optimum, not only within a few exchange rates.  Made for
small regions and for proofs: the number of drives grows quickly with the size of the network.
"""

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tripplan.arrays import Flags, Floats, Ints
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.routing.drive_columns import DriveColumns, picked_drives
from tripplan.routing.kernels.customise import CONSUMED, DROP, HEAT, MIN_DEPARTURE, TIME
from tripplan.routing.row_batches import Promising
from tripplan.search.bounds import Scope
from tripplan.search.kernels.pareto import Bundle, RoadsAtNodes, all_drives, roads_of
from tripplan.search.reach import seconds_to
from tripplan.search.refine import Drive
from tripplan.units import MS_PER_S, MWH_PER_KWH

_LOG = logging.getLogger(__name__)
_FIRST_ROOM = 4096
_MORE_ROOM = 8


class TooManyDrivesError(Exception):
    """There are more drives than room or comparisons suffice for, or the time is over."""


@dataclass(eq=False)
class ExactManyToMany:
    """Every drive between stops that can be part of a plan below a ceiling.

    Parameters
    ----------
    customized
        The roads with their costs.
    stop_node
        Node of each charger, shape (chargers,).
    scope
        Which stops a plan below a ceiling could lead to.
    destination
        Node where the trip ends.
    room
        Most drives from one node.
    most_compared
        Most comparisons of two drives.
    deadline_s
        Reading of `time.monotonic` after which no more nodes are taken up.
    """

    customized: CustomizedHierarchy
    stop_node: Ints
    scope: Scope
    destination: int
    room: int
    most_compared: int
    deadline_s: float = math.inf
    compared: int = field(init=False, default=0)
    """Comparisons so far."""
    _bundles: list[tuple[Bundle, bool]] = field(init=False, repr=False, default_factory=list)
    _ids: list[tuple[int, int]] = field(init=False, repr=False, default_factory=list)

    @cached_property
    def _leaving(self) -> RoadsAtNodes:
        roads = self.customized.every_road
        return _at_nodes(roads.tail, roads.head, roads.height_kwh.size, forward=True)

    @cached_property
    def _coming(self) -> RoadsAtNodes:
        roads = self.customized.every_road
        return _at_nodes(roads.head, roads.tail, roads.height_kwh.size, forward=False)

    @cached_property
    def _to_end_s(self) -> Floats:
        """Fastest drive from each node to the destination, shape (nodes,)."""
        return seconds_to(self.customized, self.destination)

    @property
    def known(self) -> Mapping[int, DriveColumns]:
        """Rows that are kept, by stop: none."""
        return {}

    def one_to_many(self, stop: int, _likely: Promising | None = None) -> DriveColumns:
        """Drives from a charger to the others."""
        columns = self._from(int(self.stop_node[stop]), self.scope.from_origin_s[stop])
        others = np.flatnonzero(columns.stop != stop)
        return picked_drives(columns, others)

    def from_node(self, node: int, _wanted: Flags | None = None) -> DriveColumns:
        """Drives from a node to all chargers."""
        return self._from(node, 0.0)

    def to_node(self, node: int, _wanted: Flags | None = None) -> DriveColumns:
        """Drives from all chargers to a node."""
        bundle = self._bundle(node, np.zeros(self._to_end_s.size), np.inf, forward=False)
        return self._columns(bundle, self.stop_node)

    def between(self, source: int, target: int) -> DriveColumns:
        """Drives from a node to another; ``stop`` is 0."""
        bundle = self._bundle(source, self._to_end_s, self.scope.ceiling_s, forward=True)
        return self._columns(bundle, np.array([target], np.int32))

    def _from(self, node: int, since_s: float) -> DriveColumns:
        spare_s = self.scope.ceiling_s - since_s
        bundle = self._bundle(node, self._to_end_s, spare_s, forward=True)
        return self._columns(bundle, self.stop_node)

    def _bundle(self, node: int, rest_s: Floats, spare_s: float, *, forward: bool) -> int:
        # Room is made as it is needed: most nodes have few drives.
        if time.monotonic() > self.deadline_s:
            raise TooManyDrivesError
        room = min(_FIRST_ROOM, self.room)
        found = self._all_drives(node, rest_s, spare_s, room, forward=forward)
        while not found.complete and room < self.room and self.compared < self.most_compared:
            room = min(_MORE_ROOM * room, self.room)
            found = self._all_drives(node, rest_s, spare_s, room, forward=forward)
        if not found.complete:
            raise TooManyDrivesError
        self._bundles.append((found, forward))
        _LOG.info("exact search: %s", self.reached)
        return len(self._bundles) - 1

    def _all_drives(
        self, node: int, rest_s: Floats, spare_s: float, room: int, *, forward: bool
    ) -> Bundle:
        customized = self.customized
        found = all_drives(
            self._leaving if forward else self._coming,
            customized.every_road.values,
            customized.every_road.open_roads,
            node,
            customized.full_mwh,
            rest_s,
            spare_s,
            room,
            self.most_compared - self.compared,
        )
        self.compared += found.compared
        return found

    def _columns(self, number: int, targets: Ints) -> DriveColumns:
        """Drives of a bundle that end at some nodes, those of the first target first."""
        bundle, _ = self._bundles[number]
        stops, drives = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
        at_node = np.argsort(bundle.node, kind="stable")
        sorted_nodes = bundle.node[at_node]
        for stop, node in enumerate(targets.tolist()):
            begin, end = np.searchsorted(sorted_nodes, [node, node + 1])
            here = at_node[begin:end]
            here = here[bundle.alive[here]]
            stops.append(np.full(here.size, stop, np.int32))
            drives.append(here)
        drive = np.concatenate(drives)
        values = bundle.values[drive]
        first = len(self._ids)
        self._ids += [(number, int(k)) for k in drive]
        energy = values[:, [MIN_DEPARTURE, CONSUMED, DROP]] / MWH_PER_KWH
        return DriveColumns(
            stop=np.concatenate(stops),
            metric=np.arange(first, len(self._ids), dtype=np.int32),
            time_s=values[:, TIME] / MS_PER_S,
            min_departure_kwh=energy[:, 0].copy(),
            consumed_kwh=energy[:, 1].copy(),
            drop_kwh=energy[:, 2].copy(),
            heat_j=values[:, HEAT].astype(np.float64),
        )

    @property
    def reached(self) -> str:
        """How far the search got, in words."""
        drives = sum(bundle.node.size for bundle, _ in self._bundles)
        return (
            f"all {drives:,} drives of {len(self._bundles):,} places were found, in "
            f"{self.compared:,} comparisons"
        )

    def drive(self, ids: list[int]) -> Drive:
        """Roads and speeds of drives in a row, by their numbers."""
        roads, speeds, cuts = [], [], []
        for number in ids:
            index, drive = self._ids[number]
            bundle, forward = self._bundles[index]
            road, speed = roads_of(bundle, drive, forward)
            roads.append(road)
            speeds.append(speed.astype(np.uint8))
            cuts.append(sum(part.size for part in roads))
        return Drive(np.concatenate(roads), np.concatenate(speeds), tuple(cuts[:-1]))


def _at_nodes(near: Ints, far: Ints, nodes: int, *, forward: bool) -> RoadsAtNodes:
    """Sort roads by the node at their near end."""
    road = np.argsort(near, kind="stable").astype(np.int32)
    first = np.concatenate([[0], np.cumsum(np.bincount(near, minlength=nodes))])
    return RoadsAtNodes(first.astype(np.int32), road, far[road], forward)
