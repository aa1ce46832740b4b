"""Roads as lines to sample heights along: each road once, whichever way it is driven.

The two arcs of a two-way road are the same line, so that their heights mirror each other exactly.
"""

from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.records.network import FLAG_BRIDGE, FLAG_FERRY, FLAG_TUNNEL
from tripplan.units import M_PER_DEGREE

_STRAIGHT = FLAG_TUNNEL | FLAG_BRIDGE


@dataclass(frozen=True, eq=False)
class RoadLines:
    """Nodes and directed arcs with their geometry, as plain arrays."""

    lat: Floats
    """Node latitude, degrees, shape (nodes,)."""
    lon: Floats
    """Node longitude, degrees, shape (nodes,)."""
    tail: Longs
    """Start node, shape (arcs,)."""
    head: Longs
    """End node, shape (arcs,)."""
    length_m: Floats
    """Driven length, metres, shape (arcs,)."""
    road_class: Longs
    """Index into `tripplan.records.network.ROAD_CLASSES`, shape (arcs,)."""
    flags: Longs
    """`tripplan.records.network` flags, shape (arcs,)."""
    shape_first: Longs
    """First geometry point of each arc, shape (arcs + 1,)."""
    shape_lat: Floats
    """Latitude of the points between an arc's ends, in driving order, shape (points,)."""
    shape_lon: Floats
    """Longitude of the same, shape (points,)."""


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
    road_class: Longs
    flags: Longs
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
    """Samples of each edge from end to end, indices into ``lat``."""


def ranges(first: Longs, count: Longs) -> Longs:
    """Concatenate first[i], first[i] + 1, ..., first[i] + count[i] - 1 over i."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if ends.size else 0
    return np.asarray(np.arange(total) + np.repeat(first - (ends - count), count))


def edges_of(roads: RoadLines) -> Edges:
    """Find the lines under directed arcs; equal lines driven either way become one."""
    along = _runs_along(roads)
    start = np.where(along, roads.tail, roads.head)
    end = np.where(along, roads.head, roads.tail)
    points = np.diff(roads.shape_first)
    arc_of_point = np.repeat(np.arange(points.size), points)
    columns = (
        start,
        end,
        points,
        np.round(roads.length_m * 1e3),
        roads.flags & (_STRAIGHT | FLAG_FERRY),
        roads.road_class,
        np.round(np.bincount(arc_of_point, roads.shape_lat, points.size) * 1e6),
        np.round(np.bincount(arc_of_point, roads.shape_lon, points.size) * 1e6),
    )
    order = np.lexsort(columns)
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = np.any([values[order][1:] != values[order][:-1] for values in columns], axis=0)
    of_arc = np.empty(order.size, dtype=np.int64)
    of_arc[order] = np.cumsum(fresh) - 1
    chosen = order[fresh]
    point_first, point_lat, point_lon = _lines(roads, chosen, along[chosen])
    return Edges(
        of_arc=of_arc,
        along=along,
        start=start[chosen],
        end=end[chosen],
        length_m=roads.length_m[chosen],
        road_class=roads.road_class[chosen],
        flags=roads.flags[chosen],
        point_first=point_first,
        point_lat=point_lat,
        point_lon=point_lon,
    )


def _runs_along(roads: RoadLines) -> Flags:
    """Choose a direction by position: from the smaller (lat, lon) to the larger."""
    points = np.diff(roads.shape_first)
    shaped = points > 0
    first = np.where(shaped, roads.shape_first[:-1], 0)
    last = np.where(shaped, roads.shape_first[1:] - 1, 0)
    keys = [(roads.lat[roads.tail], roads.lat[roads.head])]
    keys.append((roads.lon[roads.tail], roads.lon[roads.head]))
    keys += [
        (values[first] * shaped, values[last] * shaped)
        for values in (roads.shape_lat, roads.shape_lon)
        if values.size
    ]
    keys.append((roads.tail.astype(np.float64), roads.head.astype(np.float64)))
    along = np.ones(roads.tail.size, dtype=np.bool_)
    open_ = np.ones(roads.tail.size, dtype=np.bool_)
    for one, other in keys:
        along = np.where(open_, one <= other, along)
        open_ &= one == other
    return along


def _lines(roads: RoadLines, arcs: Longs, along: Flags) -> tuple[Longs, Floats, Floats]:
    """Points of these arcs with both ends, in the edge's direction."""
    between = np.diff(roads.shape_first)[arcs]
    first = np.concatenate(([0], np.cumsum(between + 2)))
    lat, lon = np.empty(first[-1]), np.empty(first[-1])
    start = np.where(along, roads.tail[arcs], roads.head[arcs])
    end = np.where(along, roads.head[arcs], roads.tail[arcs])
    place = ranges(np.zeros(arcs.size, dtype=np.int64), between)
    shape_start = np.repeat(roads.shape_first[:-1][arcs], between)
    shape_end = np.repeat(roads.shape_first[1:][arcs], between)
    source = np.where(np.repeat(along, between), shape_start + place, shape_end - 1 - place)
    inner = ranges(first[:-1] + 1, between)
    for values, nodes, shapes in (
        (lat, roads.lat, roads.shape_lat),
        (lon, roads.lon, roads.shape_lon),
    ):
        values[first[:-1]] = nodes[start]
        values[first[1:] - 1] = nodes[end]
        values[inner] = shapes[source]
    return first, lat, lon


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
    share = ranges(np.ones(count.size, dtype=np.int64), between) / count[edge]
    wanted = run[edges.point_first[:-1]][edge] + share * total[edge]
    segment = np.searchsorted(run, wanted, side="right") - 1
    segment = np.clip(segment, edges.point_first[:-1][edge], edges.point_first[1:][edge] - 2)
    long = run[segment + 1] - run[segment]
    part = np.where(long > 0, (wanted - run[segment]) / np.where(long > 0, long, 1.0), share)
    part = np.clip(part, 0.0, 1.0)
    step_lat = edges.point_lat[segment + 1] - edges.point_lat[segment]
    step_lon = _turned(edges.point_lon[segment + 1] - edges.point_lon[segment])
    chain_first = np.concatenate(([0], np.cumsum(count + 1)))
    chain = np.empty(chain_first[-1], dtype=np.int64)
    chain[chain_first[:-1]] = edges.start
    chain[chain_first[1:] - 1] = edges.end
    chain[ranges(chain_first[:-1] + 1, between)] = lat.size + np.arange(edge.size)
    return Samples(
        lat=np.concatenate([lat, edges.point_lat[segment] + part * step_lat]),
        lon=np.concatenate([lon, _turned(edges.point_lon[segment] + part * step_lon)]),
        count=count,
        chain_first=chain_first,
        chain=chain,
    )


def _run(edges: Edges) -> tuple[Floats, Floats]:
    """Distance along all lines laid end to end, and the length of each line's geometry [m]."""
    mid = np.radians(0.5 * (edges.point_lat[1:] + edges.point_lat[:-1]))
    east = _turned(np.diff(edges.point_lon)) * np.cos(mid)
    step = np.hypot(east, np.diff(edges.point_lat)) * M_PER_DEGREE
    step[edges.point_first[1:-1] - 1] = 0.0
    run = np.concatenate(([0.0], np.cumsum(step)))
    return run, run[edges.point_first[1:] - 1] - run[edges.point_first[:-1]]


def _turned(lon: Floats) -> Floats:
    """Bring differences and longitudes into -180..180."""
    return np.where(np.abs(lon) > 180.0, (lon + 180.0) % 360.0 - 180.0, lon)
