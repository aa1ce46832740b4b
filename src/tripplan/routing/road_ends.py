"""Ends of a trip amid roads, and the ways to places beside them, as a small network of their own.

A point amid an arc is no node of the region.  What one drives from it, or to it, are *parts* of
arcs and, where the place lies off the road, an *access way*: a straight one, of which no source
knows more than its ends.  All these are the local arcs; their numbers follow those of the region's
arcs, as the numbers of the ends follow those of its nodes.  A drive from an end starts with one of
its *chains*: access way and part of an arc, up to a node of the region.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any, Final, NamedTuple

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs, ragged
from tripplan.records.network import ROAD_CLASSES, RoadNetwork
from tripplan.routing.geometry import within_180
from tripplan.routing.road_points import SAME_M, RoadPoint, line_of
from tripplan.units import M_PER_KM

CIRCUITY: Final = 1.3
"""The way between a place and the nearest road is so many times the straight line (assumption)."""
ACCESS_KMH: Final = 50.0
"""It is driven at this speed (assumption)."""
LEAST_ACCESS_KM: Final = SAME_M / M_PER_KM
"""Nearer places lie on the road."""
_LEAST_PIECE_M: Final = 1e-5
Key = tuple[Any, ...]


class EndPlace(NamedTuple):
    """An end of a trip, or a waypoint."""

    lat: float
    lon: float
    point: RoadPoint
    """Where it is tied to the roads."""

    @property
    def is_node(self) -> bool:
        """Whether it is a node of the region, with nothing to drive before it."""
        return self.point.node >= 0 and self.point.away_km < LEAST_ACCESS_KM

    @property
    def access_m(self) -> float:
        """Length of the access way in metres; 0: there is none."""
        away_km = self.point.away_km
        return away_km * CIRCUITY * M_PER_KM if away_km >= LEAST_ACCESS_KM else 0.0

    @property
    def key(self) -> Key:
        """What tells it from other ends."""
        return (self.lat, self.lon, self.point.node, self.point.arcs, self.point.shares)


class Chain(NamedTuple):
    """Local arcs in driving order, up to or from a node of the region."""

    arcs: tuple[int, ...]
    node: int


@dataclass(frozen=True, eq=False)
class RoadEnds:
    """Ends of a trip that are no nodes of the region."""

    nodes: int
    """Nodes of the region; end k has the number ``nodes`` + k."""
    arcs: int
    """Arcs of the region; local arc k has the number ``arcs`` + k."""
    network: RoadNetwork
    """The local arcs between their nodes; the first of these are the ends."""
    region_node: Ints
    """Node of the region that each local node is, or -1, shape (local nodes,)."""
    region_arc: Ints
    """Arc of the region that each local arc is a part of; -1: an access way; shape (local
    arcs,)."""
    keys: tuple[Key, ...]
    """Of each end."""
    leaving: tuple[tuple[Chain, ...], ...]
    """Chains from each end to nodes of the region."""
    coming: tuple[tuple[Chain, ...], ...]
    """Chains to each end."""
    direct: dict[tuple[int, int], tuple[tuple[int, ...], ...]]
    """Chains of local arcs from an end to another on the same arc."""

    @property
    def access(self) -> Flags:
        """Which local arcs are access ways, shape (local arcs,)."""
        return np.asarray(self.region_arc < 0)

    @cached_property
    def global_node(self) -> Ints:
        """Number of each local node among all."""
        fresh = self.nodes + np.arange(self.region_node.size, dtype=np.int32)
        return np.where(self.region_node >= 0, self.region_node, fresh).astype(np.int32)

    def key(self, node: int) -> Key:
        """Return what a node, or an end, is kept under."""
        return (node,) if node < self.nodes else self.keys[node - self.nodes]

    def position(self, node: int) -> tuple[float, float]:
        """Return where an end, or any local node, lies, in degrees."""
        local = node - self.nodes
        return float(self.network.lat[local]), float(self.network.lon[local])

    @property
    def needed(self) -> Longs:
        """Nodes of the region that chains lead to or come from, rising."""
        return np.unique(self.region_node[self.region_node >= 0]).astype(np.int64)

    def on_part(self, node: Longs, arc: Longs) -> "RoadEnds":
        """Return the same for a part of the region that holds all nodes `needed`.

        Parameters
        ----------
        node, arc
            Nodes and arcs of the region that the part has, rising, shapes (nodes,) and (arcs,).
        """
        number = np.searchsorted(node, self.region_node).astype(np.int32)
        arc_number = np.searchsorted(arc, self.region_arc).astype(np.int32)

        def moved(chains: tuple[tuple[Chain, ...], ...]) -> tuple[tuple[Chain, ...], ...]:
            return tuple(
                tuple(
                    Chain(
                        tuple(k - self.arcs + arc.size for k in chain.arcs),
                        int(np.searchsorted(node, chain.node)),
                    )
                    for chain in row
                )
                for row in chains
            )

        return replace(
            self,
            nodes=int(node.size),
            arcs=int(arc.size),
            region_node=np.where(self.region_node >= 0, number, -1).astype(np.int32),
            region_arc=np.where(self.region_arc >= 0, arc_number, -1).astype(np.int32),
            leaving=moved(self.leaving),
            coming=moved(self.coming),
            direct={
                pair: tuple(tuple(k - self.arcs + arc.size for k in chain) for chain in chains)
                for pair, chains in self.direct.items()
            },
        )


def road_ends(
    network: RoadNetwork, places: Sequence[EndPlace]
) -> tuple[RoadEnds | None, list[int]]:
    """Return the ends that are no nodes of a network, and the number of each place.

    Parameters
    ----------
    network
        The roads.
    places
        Ends of a trip, in order.

    Returns
    -------
    RoadEnds or None, list of int
        None: all are nodes.  Equal places have the same number.
    """
    found: dict[Key, int] = {}
    ends: list[EndPlace] = []
    numbers = []
    for place in places:
        if place.is_node:
            numbers.append(place.point.node)
            continue
        if place.key not in found:
            found[place.key] = network.node_count + len(ends)
            ends.append(place)
        numbers.append(found[place.key])
    return (_Builder(network, ends).built() if ends else None), numbers


@dataclass(eq=False)
class _Builder:
    """Collects local nodes and arcs."""

    region: RoadNetwork
    ends: Sequence[EndPlace]
    lat: list[float] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    elevation_m: list[float] = field(default_factory=list)
    region_node: list[int] = field(default_factory=list)
    rows: list[tuple[int, int, int, float, float, float, int, int]] = field(default_factory=list)
    """Tail, head, arc of the region or -1, length, speed, limit, class and flags of each arc."""
    lines: list[tuple[Floats, Floats]] = field(default_factory=list)
    pieces: list[tuple[Floats, Floats]] = field(default_factory=list)
    at_node: dict[int, int] = field(default_factory=dict)

    def built(self) -> RoadEnds:
        ends = self.ends
        for end in ends:
            height_m = self._height_m(end.point)
            at = (end.lat, end.lon) if end.access_m else (end.point.lat, end.point.lon)
            self._node(*at, height_m)
        starts = [self._entries(k, end, leaving=True) for k, end in enumerate(ends)]
        stops = [self._entries(k, end, leaving=False) for k, end in enumerate(ends)]
        leaving = [[self._onward(entry, leaving=True) for entry in row] for row in starts]
        coming = [[self._onward(entry, leaving=False) for entry in row] for row in stops]
        direct = {
            (i, j): chains
            for i, j in product(range(len(ends)), repeat=2)
            if i != j and (chains := self._between(starts[i], stops[j]))
        }
        return self._numbered(leaving, coming, direct)

    def _height_m(self, point: RoadPoint) -> float:
        if point.node >= 0:
            return float(self.region.elevation_m[point.node])
        arc = point.arcs[0]
        ends, climb_m = self._heights(arc)
        start_m = float(self.region.elevation_m[self.region.tail[arc]])
        return start_m + float(np.interp(point.shares[0], ends, climb_m))

    def _heights(self, arc: int) -> tuple[Floats, Floats]:
        """Return the share of an arc's length at each end of its pieces, and the rise up to it."""
        net = self.region
        piece = slice(net.piece_first[arc], net.piece_first[arc + 1])
        ends = np.concatenate(([0.0], np.cumsum(net.piece_length_m[piece])))
        return ends / ends[-1], np.concatenate(([0.0], np.cumsum(net.piece_rise_m[piece])))

    def _node(self, lat: float, lon: float, elevation_m: float, region_node: int = -1) -> int:
        self.lat.append(lat)
        self.lon.append(lon)
        self.elevation_m.append(elevation_m)
        self.region_node.append(region_node)
        return len(self.lat) - 1

    def _of_region(self, node: int) -> int:
        """Return the local node that a node of the region is."""
        net = self.region
        if node not in self.at_node:
            self.at_node[node] = self._node(
                float(net.lat[node]), float(net.lon[node]), float(net.elevation_m[node]), node
            )
        return self.at_node[node]

    def _entries(self, number: int, end: EndPlace, *, leaving: bool) -> list["_Entry"]:
        """Return where each chain of an end is on the roads, behind its access way."""
        point = end.point
        places = (
            [(-1, 0.0)] if point.node >= 0 else list(zip(point.arcs, point.shares, strict=True))
        )
        found = []
        for arc, share in places:
            node, access = number, -1
            if end.access_m:
                if arc < 0:
                    node = self._of_region(point.node)
                else:
                    node = self._node(point.lat, point.lon, self.elevation_m[number])
                ends = (number, node) if leaving else (node, number)
                access = self._access(*ends, end.access_m)
            found.append(_Entry(node, access, arc, share, point.node))
        return found

    def _access(self, tail: int, head: int, length_m: float) -> int:
        kind = ROAD_CLASSES.index("unclassified")
        self.rows.append((tail, head, -1, length_m, ACCESS_KMH, ACCESS_KMH, kind, 0))
        self.lines.append((np.empty(0), np.empty(0)))
        self.pieces.append((np.array([length_m]), np.zeros(1)))
        return len(self.rows) - 1

    def _part(self, tail: int, head: int, arc: int, low: float, high: float) -> int:
        """Add the part of an arc between two shares of its length."""
        net = self.region
        along, lat, lon = line_of(net, arc)
        inside = (along > low) & (along < high)
        inside[[0, -1]] = False
        at, climb_m = self._heights(arc)
        whole_m = float(net.piece_length_m[net.piece_first[arc] : net.piece_first[arc + 1]].sum())
        least = _LEAST_PIECE_M / whole_m
        breaks = at[(at > low + least) & (at < high - least)]
        bounds = np.concatenate(([low], breaks, [high]))
        self.lines.append((lat[inside], within_180(lon[inside])))
        self.pieces.append((np.diff(bounds) * whole_m, np.diff(np.interp(bounds, at, climb_m))))
        self.rows.append(
            (
                tail,
                head,
                arc,
                float(net.length_m[arc]) * (high - low),
                float(net.speed_kmh[arc]),
                float(net.speed_limit_kmh[arc]),
                int(net.road_class[arc]),
                int(net.flags[arc]),
            )
        )
        return len(self.rows) - 1

    def _onward(self, entry: "_Entry", *, leaving: bool) -> tuple[tuple[int, ...], int]:
        """Return the chain from an entry to the node ahead, or from the node behind."""
        access = () if entry.access < 0 else (entry.access,)
        if entry.arc < 0:
            return access, entry.region_node
        net = self.region
        if leaving:
            node = int(net.head[entry.arc])
            part = self._part(entry.node, self._of_region(node), entry.arc, entry.share, 1.0)
            return (*access, part), node
        node = int(net.tail[entry.arc])
        part = self._part(self._of_region(node), entry.node, entry.arc, 0.0, entry.share)
        return (part, *access), node

    def _between(
        self, starts: Sequence["_Entry"], stops: Sequence["_Entry"]
    ) -> tuple[tuple[int, ...], ...]:
        """Return the chains from an end to another on the same arcs, in driving direction."""
        found = []
        for one, other in product(starts, stops):
            if one.arc < 0 or one.arc != other.arc:
                continue
            gap_m = (other.share - one.share) * float(self.region.length_m[one.arc])
            if gap_m < _LEAST_PIECE_M:
                continue
            part = self._part(one.node, other.node, one.arc, one.share, other.share)
            chain = (one.access, part, other.access)
            found.append(tuple(k for k in chain if k >= 0))
        return tuple(found)

    def _numbered(
        self,
        leaving: Sequence[Sequence[tuple[tuple[int, ...], int]]],
        coming: Sequence[Sequence[tuple[tuple[int, ...], int]]],
        direct: dict[tuple[int, int], tuple[tuple[int, ...], ...]],
    ) -> RoadEnds:
        """Sort the local arcs into a network, and give all the numbers that they have then."""
        net = self.region
        columns = [np.array(column) for column in zip(*self.rows, strict=True)]
        order = np.lexsort((columns[1], columns[0]))
        number = np.empty(order.size, np.int64)
        number[order] = net.arc_count + np.arange(order.size)
        network = RoadNetwork.from_arcs(
            lat=np.array(self.lat),
            lon=np.array(self.lon),
            elevation_m=np.array(self.elevation_m),
            tail=columns[0],
            head=columns[1],
            length_m=columns[3],
            speed_kmh=columns[4],
            speed_limit_kmh=columns[5],
            road_class=columns[6],
            flags=columns[7],
            shapes=_ragged(self.lines),
            pieces=_ragged(self.pieces),
        )

        def chains(
            rows: Sequence[Sequence[tuple[tuple[int, ...], int]]],
        ) -> tuple[tuple[Chain, ...], ...]:
            return tuple(
                tuple(Chain(tuple(int(number[k]) for k in arcs), node) for arcs, node in row)
                for row in rows
            )

        return RoadEnds(
            nodes=net.node_count,
            arcs=net.arc_count,
            network=network,
            region_node=np.array(self.region_node, np.int32),
            region_arc=columns[2][order].astype(np.int32),
            keys=tuple(end.key for end in self.ends),
            leaving=chains(leaving),
            coming=chains(coming),
            direct={
                pair: tuple(tuple(int(number[k]) for k in chain) for chain in row)
                for pair, row in direct.items()
            },
        )


class _Entry(NamedTuple):
    """Where a chain of an end is on the roads."""

    node: int
    """Local node there."""
    access: int
    """Local arc of the access way; -1: none."""
    arc: int
    """Arc of the region; -1: it is at a node."""
    share: float
    region_node: int


def _ragged(rows: Sequence[tuple[Floats, Floats]]) -> tuple[Longs, Floats, Floats]:
    first = np.concatenate(([0], np.cumsum([one.size for one, _ in rows])))
    return (
        first,
        np.concatenate([one for one, _ in rows]),
        np.concatenate([other for _, other in rows]),
    )


def driven_roads(
    region: RoadNetwork, ends: RoadEnds, arcs: Longs
) -> tuple[RoadNetwork, Longs, dict[int, int]]:
    """Return arcs of a region and local ones as a network of their own.

    Parameters
    ----------
    region, ends
        The roads of the region, and the ends of the trip.
    arcs
        Arcs of both, in any order, shape (arcs,).

    Returns
    -------
    RoadNetwork, ndarray, dict
        The network; the number that each of ``arcs`` has there, shape (arcs,); and that of each
        node of the region and of each end.
    """
    wanted, where = np.unique(arcs, return_inverse=True)
    local = wanted >= ends.arcs
    here, there = wanted[~local], wanted[local] - ends.arcs
    small = ends.network
    tail = np.concatenate([region.tail[here], ends.global_node[small.tail[there]]])
    head = np.concatenate([region.head[here], ends.global_node[small.head[there]]])
    every = np.arange(ends.nodes, ends.nodes + len(ends.keys))
    nodes = np.unique(np.concatenate([tail, head, every]))
    old = nodes < ends.nodes
    fresh = nodes[~old] - ends.nodes
    row = np.searchsorted(nodes, tail)
    order = np.lexsort((np.searchsorted(nodes, head), row))

    def at_nodes(name: str) -> Floats:
        return np.concatenate([getattr(region, name)[nodes[old]], getattr(small, name)[fresh]])

    def on_arcs(name: str) -> Floats:
        return np.concatenate([getattr(region, name)[here], getattr(small, name)[there]])

    network = RoadNetwork.from_arcs(
        lat=at_nodes("lat"),
        lon=at_nodes("lon"),
        elevation_m=at_nodes("elevation_m"),
        node_flags=at_nodes("node_flags"),
        length_m=on_arcs("length_m"),
        speed_kmh=on_arcs("speed_kmh"),
        speed_limit_kmh=on_arcs("speed_limit_kmh"),
        road_class=on_arcs("road_class"),
        flags=on_arcs("flags"),
        tail=row,
        head=np.searchsorted(nodes, head),
        shapes=_both(region, small, here, there, ("shape_first", "shape_lat", "shape_lon")),
        pieces=_both(region, small, here, there, ("piece_first", "piece_length_m", "piece_rise_m")),
        road_name=_names_of(region, np.concatenate([here, ends.region_arc[there]])),
        road_names=region.road_names,
    )
    number = np.empty(order.size, np.int64)
    number[order] = np.arange(order.size)
    return network, number[where.reshape(-1)], {int(n): k for k, n in enumerate(nodes)}


def _names_of(region: RoadNetwork, arcs: Longs) -> Ints:
    """Return the name of each arc of a region; -1 is none, which has no name."""
    if not region.road_name.size:
        return np.full(arcs.size, -1, np.int32)
    return np.where(arcs >= 0, region.road_name[np.maximum(arcs, 0)], -1).astype(np.int32)


def _both(
    region: RoadNetwork, small: RoadNetwork, here: Longs, there: Longs, names: tuple[str, str, str]
) -> tuple[Longs, Floats, Floats]:
    """Return ragged rows of arcs of two networks, one after the other."""
    counts, one, two = [], [], []
    for network, arcs in ((region, here), (small, there)):
        first = getattr(network, names[0])
        count = (first[arcs + 1] - first[arcs]).astype(np.int64)
        at = ragged(first[arcs].astype(np.int64), count)
        counts.append(count)
        one.append(getattr(network, names[1])[at])
        two.append(getattr(network, names[2])[at])
    first = np.concatenate(([0], np.cumsum(np.concatenate(counts))))
    return first, np.concatenate(one), np.concatenate(two)
