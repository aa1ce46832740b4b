"""Lines of roads: the track of a leg, step by step, lengths over the ground, places on the sphere.

Each step of a track is straight, has one grade and one speed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints, Longs, ragged
from tripplan.records.network import RoadNetwork

_SAME_M = 1e-3
WGS84_A_M = 6_378_137.0
WGS84_E2 = 0.006_694_379_990_141


@dataclass(frozen=True, eq=False)
class Track:
    """Points of a road in driving order, and the steps between them."""

    lat: Floats
    """Shape (steps + 1,), as are the other columns of points."""
    lon: Floats
    elevation_m: Floats
    distance_m: Floats
    """Driven distance from the start of the track, shape (steps + 1,)."""
    piece: NDArray[np.int64]
    """Piece of the network that each step lies on, shape (steps,)."""
    share: Floats
    """Part of that piece's length, shape (steps,)."""
    arc: NDArray[np.int64]
    """Arc of each step, shape (steps,)."""
    at: NDArray[np.int64]
    """Position of that arc in the row of arcs, shape (steps,)."""


def lay_track(network: RoadNetwork, arcs: Ints, start: int) -> Track:
    """Lay out a row of arcs.

    Parameters
    ----------
    network
        The roads.
    arcs
        Arcs in driving order, shape (arcs,); may be none.
    start
        Node where the track begins.
    """
    if not arcs.size:
        return _standing(network, start)
    tails = np.empty(arcs.size, np.int64)
    tails[0], tails[1:] = start, network.head[arcs[:-1]]
    offset = _sums_from_0(network.length_m[arcs])
    first = network.piece_first[arcs].astype(np.int64)
    count = network.piece_first[arcs + 1] - first
    piece, piece_at = ragged(first, count), np.arange(arcs.size).repeat(count)
    piece_m = network.piece_length_m[piece]
    ends_m = offset[piece_at] + _sums_within(piece_m, count)
    starts_m = ends_m - piece_m
    heights = network.elevation_m[tails][piece_at] + _sums_within(
        network.piece_rise_m[piece], count
    )
    shape_m, shape_lat, shape_lon, inner = _geometry(network, arcs, offset)
    bounds_m, knots = np.zeros(ends_m.size + 1), np.empty(ends_m.size + 1)
    bounds_m[1:] = knots[1:] = ends_m
    knots[0] = starts_m[0]
    cuts = shape_m[inner]
    after = np.minimum(np.maximum(bounds_m.searchsorted(cuts), 1), ends_m.size)
    nearest = np.minimum(np.abs(bounds_m[after] - cuts), np.abs(cuts - bounds_m[after - 1]))
    along = np.concatenate((bounds_m, cuts[nearest > _SAME_M]))
    along.sort()
    distinct = np.ones(along.size, np.bool_)
    np.not_equal(along[1:], along[:-1], out=distinct[1:])
    along = along[distinct]
    steps_m = along[1:] - along[:-1]
    inside = np.minimum(ends_m.searchsorted(0.5 * (along[1:] + along[:-1])), ends_m.size - 1)
    levels = np.empty(knots.size)
    levels[0], levels[1:] = network.elevation_m[start], heights
    return Track(
        lat=np.interp(along, shape_m, shape_lat),
        lon=np.interp(along, shape_m, shape_lon),
        elevation_m=np.interp(along, knots, levels),
        distance_m=along,
        piece=piece[inside],
        share=steps_m / piece_m[inside],
        arc=arcs[piece_at[inside]].astype(np.int64),
        at=piece_at[inside],
    )


def _standing(network: RoadNetwork, node: int) -> Track:
    """Return the track of no road at all: one point."""
    none = np.empty(0, np.int64)
    return Track(
        lat=network.lat[node : node + 1],
        lon=network.lon[node : node + 1],
        elevation_m=network.elevation_m[node : node + 1],
        distance_m=np.zeros(1),
        piece=none,
        share=np.empty(0),
        arc=none,
        at=none,
    )


def _sums_from_0(values: Floats) -> Floats:
    """Return running sums that start with 0, shape (values + 1,)."""
    sums = np.zeros(values.size + 1)
    values.cumsum(out=sums[1:])
    return sums


def _sums_within(values: Floats, count: Longs) -> Floats:
    """Return running sums that start anew with each arc; each has so many of the values."""
    sums = values.cumsum()
    some = count[count > 0]
    begins = some.cumsum() - some
    before = sums[begins] - values[begins]
    return np.asarray(sums - before.repeat(some))


def _geometry(
    network: RoadNetwork, arcs: Ints, offset: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Points of the roads: distance from the start [m], position, and whether within an arc."""
    first, lat, lon = arc_points(network, arcs)
    count = first[1:] - first[:-1]
    at = np.arange(arcs.size).repeat(count)
    north = lat[1:] - lat[:-1]
    east = (lon[1:] - lon[:-1]) * np.cos(np.radians(lat[1:] - 0.5 * north))
    chord = np.zeros(at.size)
    np.hypot(east, north, out=chord[1:])
    chord[first[:-1]] = 0.0
    along = _sums_within(chord, count)
    whole = along[first[1:] - 1][at]
    share = np.divide(along, whole, out=np.zeros_like(along), where=whole > 0.0)
    inner = np.ones(at.size, np.bool_)
    inner[first[:-1]] = inner[first[1:] - 1] = False
    return offset[at] + share * network.length_m[arcs][at], lat, lon, inner


def arc_points(network: RoadNetwork, arcs: Ints | Longs) -> tuple[Longs, Floats, Floats]:
    """Lay arcs out: for each its start, the points in between and its end.

    Parameters
    ----------
    network
        The roads.
    arcs
        Shape (arcs,).

    Returns
    -------
    tuple
        First point of each arc, shape (arcs + 1,); latitude and longitude, shape (points,) each.
    """
    begin = network.shape_first[arcs].astype(np.int64)
    inner = network.shape_first[arcs + 1] - begin
    first = np.zeros(arcs.size + 1, np.int64)
    (inner + 2).cumsum(out=first[1:])
    between, shape = ragged(first[:-1] + 1, inner), ragged(begin, inner)
    begins, ends = first[:-1], first[1:] - 1
    tails, heads = network.tail[arcs], network.head[arcs]
    lat, lon = np.empty(first[-1]), np.empty(first[-1])
    for column, node, points in (
        (lat, network.lat, network.shape_lat),
        (lon, network.lon, network.shape_lon),
    ):
        column[begins] = node[tails]
        column[ends] = node[heads]
        column[between] = points[shape]
    return first, lat, lon


def step_lengths_m(lat: Floats, lon: Floats) -> Floats:
    """Measure the step from each point to the next on the WGS 84 ellipsoid, shape (points - 1,).

    The radii of curvature in the meridian and the prime vertical, at the mean latitude
    (Bomford, Geodesy, 4th ed., section 2): within 1e-4 of the geodesic for steps below 100 km.
    """
    phi = np.radians(0.5 * (lat[1:] + lat[:-1]))
    root = 1.0 - WGS84_E2 * np.sin(phi) ** 2
    meridian = WGS84_A_M * (1.0 - WGS84_E2) / root**1.5
    prime = WGS84_A_M / np.sqrt(root)
    turn = (lon[1:] - lon[:-1] + 180.0) % 360.0 - 180.0
    east = prime * np.cos(phi) * np.radians(turn)
    return np.hypot(meridian * np.radians(lat[1:] - lat[:-1]), east)


def unit_vectors(lat: Floats, lon: Floats) -> Floats:
    """Return the points of the unit sphere at latitudes and longitudes in degrees, shape (n, 3)."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def within_180(lon: Floats) -> Floats:
    """Bring longitudes and turns back to -180..180 degrees; leave those alone that are within."""
    beyond = np.abs(lon) > 180.0
    if not beyond.any():
        return lon
    return np.where(beyond, (lon + 180.0) % 360.0 - 180.0, lon)
