"""Chargers beside the starter atlas' freeways: roads cut at the nearest point, and a spur to each.

The roads without chargers lie in one file.  What a set of chargers adds to them is worked out by
``tools/build_starter.py`` and put on here, when the atlas is opened: so two sets share one file of
roads, and neither carries the other's nodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Bytes, Floats, Ints, Longs

EDGE_COLUMNS: Final = ("length_m", "speed_kmh", "speed_limit_kmh")
CODE_COLUMNS: Final = ("road_class", "flags")
"""Of each edge, as `RoadNetwork` has them; 0 on the ways to chargers."""
_NODE_COLUMNS: Final = ("lat", "lon", "elevation_m")


@dataclass(frozen=True, eq=False)
class Spurs:
    """Where the ways to a set of chargers leave the roads, and how long they are."""

    foot_edge: Ints
    """Edge that is cut at each foot, shape (feet,)."""
    foot_share: Floats
    """Where along it, as a fraction of its length within 0..1 exclusive, shape (feet,)."""
    site_foot: Ints
    """Where each charger's way begins: a node of the roads, or their number of nodes plus that of a
    foot, shape (sites,)."""
    site_lat: Floats
    """Latitude of each charger, degrees, shape (sites,)."""
    site_lon: Floats
    """Longitude of each charger, degrees, shape (sites,)."""
    site_m: Floats
    """Length of the way to each charger, metres, shape (sites,)."""
    site_kmh: Floats
    """Assumed speed and limit on that way, km/h, shape (sites,)."""


@dataclass(frozen=True, eq=False)
class Joined:
    """Roads with the ways to chargers."""

    edges: Mapping[str, Floats | Longs | Bytes]
    """Columns for `RoadNetwork.from_edges`, shape (nodes,) or (edges,); nodes are the roads' own,
    the feet, the chargers."""
    order: Ints
    """The roads' order with the new nodes before it, shape (nodes,)."""
    node: Ints
    """Node of each charger, shape (sites,)."""


def join_spurs(roads: Mapping[str, NDArray[Any]], order: Ints, spurs: Spurs) -> Joined:
    """Cut the roads at the feet, and lay a level two-way road from there to each charger.

    The pieces of a cut edge have together its length, speed and rise.  A node that is contracted
    before all others, with one neighbour (a charger) or between two (a foot), adds no shortcut
    beyond the edge that was cut: the order of the old nodes stays right.

    Parameters
    ----------
    roads
        Columns of the nodes and edges, as the atlas' file has them, shape (nodes,) or (edges,).
    order
        Nodes of the roads, least important first, shape (nodes,).
    spurs
        What a set of chargers adds.
    """
    old = {name: np.asarray(roads[name], np.float64) for name in (*_NODE_COLUMNS, *EDGE_COLUMNS)}
    tail, head = roads["tail"].astype(np.int64), roads["head"].astype(np.int64)
    nodes, feet, sites = old["lat"].size, spurs.foot_edge.size, spurs.site_foot.size
    foot = nodes + np.arange(feet)
    node = nodes + feet + np.arange(sites)
    columns = {name: _between(old[name], tail, head, spurs) for name in _NODE_COLUMNS}
    columns["elevation_m"] = np.append(
        columns["elevation_m"], columns["elevation_m"][spurs.site_foot]
    )
    columns["lat"] = np.append(columns["lat"], spurs.site_lat)
    columns["lon"] = np.append(columns["lon"], spurs.site_lon)

    cut = np.unique(spurs.foot_edge).astype(np.int64)
    whole = np.ones(tail.size, np.bool_)
    whole[cut] = False
    # Every cut edge as the row of its points: its tail, the feet on it, its head.
    edge = np.concatenate([cut, spurs.foot_edge, cut])
    share = np.concatenate([np.zeros(cut.size), spurs.foot_share, np.ones(cut.size)])
    point = np.concatenate([tail[cut], foot, head[cut]])
    row = np.lexsort((share, edge))
    edge, share, point = edge[row], share[row], point[row]
    piece = np.flatnonzero(edge[1:] == edge[:-1])
    part = share[piece + 1] - share[piece]
    for name in EDGE_COLUMNS:
        of_piece = old[name][edge[piece]] * (part if name == "length_m" else 1.0)
        of_site = spurs.site_m if name == "length_m" else spurs.site_kmh
        columns[name] = np.concatenate([old[name][whole], of_piece, of_site])
    codes = {
        name: np.concatenate(
            [roads[name][whole], roads[name][edge[piece]], np.zeros(sites, np.uint8)]
        )
        for name in CODE_COLUMNS
    }
    edges = {
        **columns,
        **codes,
        "tail": np.concatenate([tail[whole], point[piece], spurs.site_foot]),
        "head": np.concatenate([head[whole], point[piece + 1], node]),
    }
    return Joined(
        edges=edges,
        order=np.concatenate([node, foot, order]).astype(np.int32),
        node=node.astype(np.int32),
    )


def _between(values: Floats, tail: Longs, head: Longs, spurs: Spurs) -> Floats:
    """Append what lies at the feet, on the straight line between the ends of their edges."""
    at = spurs.foot_edge
    start, end = values[tail[at]], values[head[at]]
    return np.append(values, start + spurs.foot_share * (end - start))
