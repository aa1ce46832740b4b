"""Roads as lines to sample heights along: each road once, whichever way it is driven.

The two arcs of a two-way road are the same line, so that their heights mirror each other exactly.
"""

from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Bytes, Flags, Floats, Longs, ragged
from tripplan.records.network import FLAG_BRIDGE, FLAG_FERRY, FLAG_TUNNEL, RoadNetwork
from tripplan.routing.geometry import arc_points, within_180
from tripplan.units import M_PER_DEGREE

_STRAIGHT = FLAG_TUNNEL | FLAG_BRIDGE


@dataclass(frozen=True, eq=False)
class Edges:
    """Lines without direction; the arcs on each run along it or against it."""

    of_arc: Longs
    """Edge of each arc, shape (arcs,)."""
    along: Flags
    """Whether the arc runs from the edge's first end to its last, shape (arcs,)."""
    start: Longs
    """Node at the first end, shape (edges,)."""
    end: Longs
    """Node at the last end, shape (edges,)."""
    length_m: Floats
    road_class: Bytes
    """Index into `records.network.ROAD_CLASSES`, shape (edges,)."""
    flags: Bytes
    """Flags of `records.network`, shape (edges,)."""
    point_first: Longs
    """First point of each edge's line, shape (edges + 1,); the ends belong to it."""
    point_lat: Floats
    point_lon: Floats

    @property
    def is_structure(self) -> Flags:
        """Tunnels and bridges: the ground says nothing about them."""
        return np.asarray((self.flags & _STRAIGHT) != 0)

    @property
    def is_ferry(self) -> Flags:
        """Ferries: as level as the water."""
        return np.asarray((self.flags & FLAG_FERRY) != 0)


@dataclass(frozen=True, eq=False)
class Samples:
    """Evenly spaced points along edges; nodes come first, then the points between."""

    lat: Floats
    """Shape (nodes + points between,)."""
    lon: Floats
    count: Longs
    """Intervals of each edge, shape (edges,)."""
    chain_first: Longs
    """First entry of each edge in ``chain``, shape (edges + 1,)."""
    chain: Longs
    """Samples of each edge from end to end, indices into ``lat``, shape (samples of all edges,)."""


def edges_of(network: RoadNetwork, place: Longs) -> Edges:
    """Find the lines under directed arcs; equal lines driven either way become one.

    Parameters
    ----------
    network
        The roads.
    place
        Number of each node's place, shape (nodes,); edges run from place to place.
    """
    tail, head = place[network.tail], place[network.head]
    along = _runs_along(network, tail, head)
    start, end = np.where(along, tail, head), np.where(along, head, tail)
    points = np.diff(network.shape_first)
    arc_of_point = np.repeat(np.arange(points.size), points)
    columns = (
        start,
        end,
        points,
        np.round(network.length_m * 1e3),
        network.flags & (_STRAIGHT | FLAG_FERRY),
        network.road_class,
        np.round(np.bincount(arc_of_point, network.shape_lat, points.size) * 1e6),
        np.round(np.bincount(arc_of_point, network.shape_lon, points.size) * 1e6),
    )
    order = np.lexsort(columns)
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = np.any([values[order][1:] != values[order][:-1] for values in columns], axis=0)
    of_arc = np.empty(order.size, dtype=np.int64)
    of_arc[order] = np.cumsum(fresh) - 1
    chosen = order[fresh]
    first, lat, lon = arc_points(network, chosen)
    driven = in_sense(first, along[chosen])
    return Edges(
        of_arc=of_arc,
        along=along,
        start=start[chosen],
        end=end[chosen],
        length_m=network.length_m[chosen],
        road_class=network.road_class[chosen],
        flags=network.flags[chosen],
        point_first=first,
        point_lat=lat[driven],
        point_lon=lon[driven],
    )


def _runs_along(network: RoadNetwork, tail: Longs, head: Longs) -> Flags:
    """Choose a direction by position: from the smaller (lat, lon) to the larger."""
    shaped = np.diff(network.shape_first) > 0
    first = np.where(shaped, network.shape_first[:-1], 0)
    last = np.where(shaped, network.shape_first[1:] - 1, 0)
    keys = [(nodes[network.tail], nodes[network.head]) for nodes in (network.lat, network.lon)]
    keys += [
        (values[first] * shaped, values[last] * shaped)
        for values in (network.shape_lat, network.shape_lon)
        if values.size
    ]
    keys.append((tail.astype(np.float64), head.astype(np.float64)))
    along = np.ones(tail.size, dtype=np.bool_)
    open_ = np.ones(tail.size, dtype=np.bool_)
    for one, other in keys:
        along = np.where(open_, one <= other, along)
        open_ &= one == other
    return along


def in_sense(first: Longs, along: Flags) -> Longs:
    """Return the number of each element, row by row, those of some rows backwards.

    Parameters
    ----------
    first
        First element of each row, shape (rows + 1,).
    along
        Which rows run forwards, shape (rows,).
    """
    count = np.diff(first)
    step = ragged(np.zeros(count.size, np.int64), count)
    start, end = np.repeat(first[:-1], count), np.repeat(first[1:] - 1, count)
    return np.where(np.repeat(along, count), start + step, end - step)


def sample_points(edges: Edges, lat: Floats, lon: Floats, step_m: float) -> Samples:
    """Place samples evenly along each edge, at most ``step_m`` apart; none inside structures.

    Parameters
    ----------
    edges
        Lines.
    lat, lon
        Nodes, shape (nodes,). [deg]
    step_m
        Greatest spacing. [m]
    """
    count = np.maximum(1, np.ceil(edges.length_m / step_m - 1e-9)).astype(np.int64)
    count[edges.is_structure | edges.is_ferry] = 1
    run, total = _run(edges)
    between = count - 1
    edge = np.repeat(np.arange(count.size), between)
    share = ragged(np.ones(count.size, np.int64), between) / count[edge]
    wanted = run[edges.point_first[:-1]][edge] + share * total[edge]
    segment = np.searchsorted(run, wanted, side="right") - 1
    segment = np.clip(segment, edges.point_first[:-1][edge], edges.point_first[1:][edge] - 2)
    long = run[segment + 1] - run[segment]
    part = np.where(long > 0, (wanted - run[segment]) / np.where(long > 0, long, 1.0), share)
    part = np.clip(part, 0.0, 1.0)
    step_lat = edges.point_lat[segment + 1] - edges.point_lat[segment]
    step_lon = within_180(edges.point_lon[segment + 1] - edges.point_lon[segment])
    chain_first = np.concatenate(([0], np.cumsum(count + 1)))
    chain = np.empty(chain_first[-1], dtype=np.int64)
    chain[chain_first[:-1]] = edges.start
    chain[chain_first[1:] - 1] = edges.end
    chain[ragged(chain_first[:-1] + 1, between)] = lat.size + np.arange(edge.size)
    return Samples(
        lat=np.concatenate([lat, edges.point_lat[segment] + part * step_lat]),
        lon=np.concatenate([lon, within_180(edges.point_lon[segment] + part * step_lon)]),
        count=count,
        chain_first=chain_first,
        chain=chain,
    )


def _run(edges: Edges) -> tuple[Floats, Floats]:
    """Distance along all lines laid end to end, and the length of each line's geometry [m]."""
    mid = np.radians(0.5 * (edges.point_lat[1:] + edges.point_lat[:-1]))
    east = within_180(np.diff(edges.point_lon)) * np.cos(mid)
    step = np.hypot(east, np.diff(edges.point_lat)) * M_PER_DEGREE
    step[edges.point_first[1:-1] - 1] = 0.0
    run = np.concatenate(([0.0], np.cumsum(step)))
    return run, run[edges.point_first[1:] - 1] - run[edges.point_first[:-1]]
