"""The roads between some of the nodes of a network, as a network of their own."""

from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Flags, Ints, Longs, ragged
from tripplan.records.network import RoadNetwork


@dataclass(frozen=True, eq=False)
class InducedNetwork:
    """Some nodes of a network, renumbered in their order, and all arcs between them."""

    network: RoadNetwork
    node: Longs
    """Which node of the whole each is, rising, shape (nodes,)."""
    arc: Longs
    """Which arc of the whole each is, rising, shape (arcs,)."""

    def number_of(self, node: int) -> int:
        """Return the number that a node of the whole has here; it must be one of these."""
        return int(np.searchsorted(self.node, node))

    def arcs_of(self, arcs: Longs) -> Longs:
        """Return the numbers here of those arcs of the whole that are here, rising."""
        return np.flatnonzero(np.isin(self.arc, arcs))

    def order_of(self, order: Ints) -> Ints:
        """Return an order of the nodes of the whole as one of these, shape (nodes,)."""
        number = np.full(order.size, -1, np.int32)
        number[self.node] = np.arange(self.node.size, dtype=np.int32)
        found = number[order]
        return found[found >= 0]


def induced(network: RoadNetwork, inside: Flags) -> InducedNetwork:
    """Return the network that some nodes induce.

    Parameters
    ----------
    network
        The whole.
    inside
        Whether each node is one of them, shape (nodes,).
    """
    node = np.flatnonzero(inside)
    number = np.full(inside.size, -1, np.int32)
    number[node] = np.arange(node.size, dtype=np.int32)
    arc = np.flatnonzero(inside[network.tail] & inside[network.head])
    leaving = np.bincount(number[network.tail[arc]], minlength=node.size)
    shape_first, point = _rows(network.shape_first, arc)
    piece_first, piece = _rows(network.piece_first, arc)
    timed = np.isin(network.timed_arc, arc)
    return InducedNetwork(
        RoadNetwork(
            lat=network.lat[node],
            lon=network.lon[node],
            elevation_m=network.elevation_m[node],
            node_flags=network.node_flags[node],
            first_out=_index(leaving),
            head=number[network.head[arc]],
            length_m=network.length_m[arc],
            speed_kmh=network.speed_kmh[arc],
            speed_limit_kmh=network.speed_limit_kmh[arc],
            road_class=network.road_class[arc],
            flags=network.flags[arc],
            shape_first=shape_first,
            shape_lat=network.shape_lat[point],
            shape_lon=network.shape_lon[point],
            piece_first=piece_first,
            piece_length_m=network.piece_length_m[piece],
            piece_rise_m=network.piece_rise_m[piece],
            timed_arc=np.searchsorted(arc, network.timed_arc[timed]).astype(np.int32),
            timed_rule=network.timed_rule[timed],
            access_rules=network.access_rules,
            road_name=network.road_name[arc] if network.road_name.size else network.road_name,
            road_names=network.road_names,
        ),
        node,
        arc,
    )


def _index(count: Longs) -> Ints:
    """First position of each row, and the number of all, by how many each has."""
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int32)


def _rows(first: Ints, arc: Longs) -> tuple[Ints, Longs]:
    """Index of the rows of some arcs, and the positions of their values in the whole."""
    begin = first[arc].astype(np.int64)
    count = first[arc + 1] - begin
    return _index(count), ragged(begin, count)
