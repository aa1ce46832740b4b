"""Roads for residents and their guests: open to who has business there, never a way through.

A zone of such roads with several ways in is cut where one would pass through it: each of its places
is reached, and left, by the way in that is nearest, and the roads that join the realms of two
ways in end just short of one of them (docs/decisions/0015-osm-reader.md).  A plain graph then needs
no weights that are not times.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from tripplan.arrays import Flags, Floats, Longs
from tripplan.routing.geometry import step_lengths_m
from tripplan.sources.osm.merge import SHORTEST_M, Arcs, Line, opposite_arcs

SHORT_OF_M: Final = 1.0
"""How far before the junction a road ends that was cut there, metres (assumption): so far that no
place is tied to its end in place of the junction."""


@dataclass(frozen=True, eq=False)
class ClosedZones:
    """Arcs of which no way through residents' roads is left, as far as that can be."""

    arcs: Arcs
    open: Flags
    """Residents' roads that still can be driven through, shape (arcs,)."""
    cuts: int
    """Roads that were cut from the junction at one of their ends."""


def close_zones(line: Line, arcs: Arcs, destination: Flags) -> ClosedZones:
    """Cut residents' roads where through traffic would pass.

    One-way roads are not cut: one may have to leave a zone elsewhere than one came in.

    Parameters
    ----------
    line, arcs
        The roads.
    destination
        Arcs open to residents and guests only, shape (arcs,).
    """
    if not destination.any():
        return ClosedZones(arcs, destination, 0)
    zones = _Zones(arcs, destination)
    border = zones.borders()
    return ClosedZones(_cut(line, arcs, border, zones.opposite[border]), zones.open(), border.size)


class _Zones:
    """Zones: the parts that are left where the open roads of all are taken out.

    What open roads lie in a zone, reached by residents' roads only, belong to it.
    """

    def __init__(self, arcs: Arcs, destination: Flags) -> None:
        self.arcs = arcs
        self.opposite = opposite_arcs(arcs)
        self.mixed = destination & (self.opposite >= 0) & ~destination[self.opposite]
        """Arcs open to residents only, on roads that all may drive the other way."""
        self.destination = destination = destination & ~self.mixed
        nodes = arcs.node.size
        _, part = connected_components(
            self._graph(~destination), directed=True, connection="strong"
        )
        self.shared = part == np.argmax(np.bincount(part))
        """Nodes on the open roads of all, shape (nodes,)."""
        inside = ~(self.shared[arcs.tail] & self.shared[arcs.head])
        _, zone = connected_components(
            self._graph(~self.shared[arcs.tail] & ~self.shared[arcs.head]), directed=False
        )
        deeper = np.where(self.shared[arcs.tail], arcs.head, arcs.tail)
        # A residents' road from one open road to another is a zone of its own.
        own = nodes + np.minimum(
            np.arange(arcs.tail.size), np.where(self.opposite < 0, arcs.tail.size, self.opposite)
        )
        self.zone = np.where(inside, zone[deeper], np.where(destination, own, -1))
        """Zone of each arc, or -1, shape (arcs,)."""
        size = nodes + arcs.tail.size
        member = self.zone >= 0
        restricted = np.bincount(self.zone[member & destination], minlength=size) > 0
        self.divisible = member & restricted[self.zone] & (self._gates(member, size) > 1)[self.zone]
        """Arcs of zones that residents' roads belong to, and that have several ways in."""
        self.two_way = self.divisible & (self.opposite >= 0)
        self.away_m, self.realm = self._realms()

    def _graph(self, wanted: Flags) -> coo_array:
        arcs, nodes = self.arcs, self.arcs.node.size
        return coo_array(
            (arcs.length_m[wanted], (arcs.tail[wanted], arcs.head[wanted])), shape=(nodes, nodes)
        )

    def _gates(self, member: Flags, size: int) -> Longs:
        """Count the ways in to each zone: nodes that it shares with the open roads of all."""
        arcs, nodes = self.arcs, self.arcs.node.size
        zone = np.concatenate((self.zone[member], self.zone[member]))
        node = np.concatenate((arcs.tail[member], arcs.head[member]))
        gate = np.unique((zone * nodes + node)[self.shared[node]])
        return np.bincount(gate // nodes, minlength=size)

    def _realms(self) -> tuple[Floats, Longs]:
        """Distance of each node from its nearest way in on two-way roads, and which it is."""
        tail, nodes = self.arcs.tail, self.arcs.node.size
        gates = np.unique(tail[self.two_way & self.shared[tail]])
        if not gates.size:
            return np.full(nodes, np.inf), np.full(nodes, -1)
        away_m, _, realm = dijkstra(
            self._graph(self.two_way).tocsr(),
            directed=False,
            indices=gates,
            min_only=True,
            return_predecessors=True,
        )
        return away_m, np.where(np.isfinite(away_m), realm, -1)

    def borders(self) -> Longs:
        """Arcs from the realm of one way in to that of another, one of each two-way road."""
        tail, head, nodes = self.arcs.tail, self.arcs.head, self.arcs.node.size
        border = self.two_way & (self.realm[tail] != self.realm[head])
        near = np.flatnonzero(border & np.isfinite(self.away_m[tail] + self.away_m[head]))
        rank = np.lexsort((np.arange(nodes), self.away_m))
        place = np.empty(nodes, dtype=np.int64)
        place[rank] = np.arange(nodes)
        return near[place[tail[near]] < place[head[near]]]

    def open(self) -> Flags:
        """Residents' arcs that lead through a zone because they are one-way, shape (arcs,)."""
        one, other = self.realm[self.arcs.tail], self.realm[self.arcs.head]
        crossing = self.divisible & ((one != other) | (one < 0)) & (self.opposite < 0)
        return np.asarray(self.mixed | (self.destination & crossing))


def _cut(line: Line, arcs: Arcs, border: Longs, back: Longs) -> Arcs:
    """Give the heads of some arcs, and the tails of their opposites, nodes of their own."""
    end = arcs.head[border]
    before = arcs.point[arcs.point_first[border + 1] - 2]
    lat, lon = (
        np.column_stack((of_line[before], of_arcs[end]))
        for of_line, of_arcs in ((line.lat, arcs.lat), (line.lon, arcs.lon))
    )
    step_m = np.maximum(step_lengths_m(lat.ravel(), lon.ravel())[::2], SHORTEST_M)
    share = np.minimum(SHORT_OF_M / step_m, 0.5)
    fresh = arcs.node.size + np.arange(border.size)
    head, tail = arcs.head.copy(), arcs.tail.copy()
    head[border], tail[back] = fresh, fresh
    return replace(
        arcs,
        tail=tail,
        head=head,
        node=np.concatenate((arcs.node, arcs.node[end])),
        lat=np.concatenate((arcs.lat, lat[:, 1] + share * (lat[:, 0] - lat[:, 1]))),
        lon=np.concatenate((arcs.lon, lon[:, 1] + share * (lon[:, 0] - lon[:, 1]))),
    )
