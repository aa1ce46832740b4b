"""The audit's own way to lay roads out: their lines and heights by the distance from the start."""

import math
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats, Ints, Longs
from tripplan.physics.jit import compiled


class LineColumns(NamedTuple):
    """A network, as far as its roads are laid out: columns of `RoadNetwork`."""

    tail: Ints
    head: Ints
    length_m: Floats
    lat: Floats
    lon: Floats
    elevation_m: Floats
    shape_first: Ints
    shape_lat: Floats
    shape_lon: Floats
    piece_first: Ints
    piece_length_m: Floats
    piece_rise_m: Floats


class Course(NamedTuple):
    """What lies along a row of arcs, by the distance from its start."""

    point_m: Floats
    """Points of its line, shape (points,)."""
    lat: Floats
    lon: Floats
    knot_m: Floats
    """Ends of the pieces of equal grade, and starts of the arcs, shape (pieces + arcs,)."""
    height_m: Floats
    """Height there, shape (pieces + arcs,)."""


@compiled
def lay_course(roads: LineColumns, arcs: Longs) -> Course:
    """Lay out a row of arcs that join.

    The points of an arc share its length as they share that of its line.

    Parameters
    ----------
    roads
        The network.
    arcs
        The arcs, one after the other, shape (arcs,).
    """
    points = pieces = 0
    for arc in arcs:
        points += 2 + roads.shape_first[arc + 1] - roads.shape_first[arc]
        pieces += 1 + roads.piece_first[arc + 1] - roads.piece_first[arc]
    point_m, lat, lon = np.empty(points), np.empty(points), np.empty(points)
    knot_m, height_m = np.empty(pieces), np.empty(pieces)
    point = knot = 0
    offset_m = 0.0
    for arc in arcs:
        tail, head, first = roads.tail[arc], roads.head[arc], point
        lat[point], lon[point], point_m[point] = roads.lat[tail], roads.lon[tail], 0.0
        point += 1
        inner = roads.shape_first[arc + 1] - roads.shape_first[arc]
        for k in range(inner + 1):
            if k < inner:
                at = roads.shape_first[arc] + k
                lat[point], lon[point] = roads.shape_lat[at], roads.shape_lon[at]
            else:
                lat[point], lon[point] = roads.lat[head], roads.lon[head]
            turn = (lon[point] - lon[point - 1] + 180.0) % 360.0 - 180.0
            east = turn * math.cos(math.radians(0.5 * (lat[point] + lat[point - 1])))
            step = math.hypot(lat[point] - lat[point - 1], east)
            point_m[point] = point_m[point - 1] + step
            point += 1
        whole = point_m[point - 1]
        for k in range(first, point):
            share = point_m[k] / whole if whole > 0.0 else 0.0
            point_m[k] = offset_m + share * roads.length_m[arc]
        knot_m[knot], height_m[knot] = offset_m, roads.elevation_m[tail]
        knot += 1
        for piece in range(roads.piece_first[arc], roads.piece_first[arc + 1]):
            knot_m[knot] = knot_m[knot - 1] + roads.piece_length_m[piece]
            height_m[knot] = height_m[knot - 1] + roads.piece_rise_m[piece]
            knot += 1
        offset_m += roads.length_m[arc]
    return Course(point_m, lat, lon, knot_m, height_m)
