"""Polylines as few points as the eye needs; pure arrays."""

import numpy as np
import shapely
from numpy.typing import ArrayLike

from tripplan.arrays import Floats, Longs


def simplify(x: ArrayLike, y: ArrayLike, tolerance: float) -> Longs:
    """Choose the points of a line that keep it within a tolerance of its course.

    The method of Ramer (1972) and of Douglas and Peucker (1973), as GEOS has it: with distance to
    the chord's segment, so that closed lines work as well.  The points' numbers ride along as their
    third coordinate, which GEOS keeps and does not measure by.

    Parameters
    ----------
    x, y
        Columns of the points, shape (points,), in one unit.
    tolerance
        Largest distance of a dropped point, in the same unit.

    Returns
    -------
    NDArray
        Rising indices of the kept points; first and last are among them.
    """
    columns = np.column_stack([x, y, np.arange(np.size(x))])
    if len(columns) < 2:
        return np.arange(len(columns))
    kept = shapely.simplify(shapely.LineString(columns), tolerance, preserve_topology=False)
    return np.asarray(shapely.get_coordinates(kept, include_z=True)[:, 2], np.int64)


def between(along: ArrayLike, x: ArrayLike, y: ArrayLike, first: float, last: float) -> Floats:
    """Cut out the part of a line between two positions along it.

    Parameters
    ----------
    along
        Position of each point along the line, never falling, shape (points,).
    x, y
        Columns of the points, shape (points,).
    first, last
        Positions at which the part starts and ends; beyond the line, its ends count.

    Returns
    -------
    NDArray
        Points (x, y) of the part, both ends included, shape (points of the part, 2).
    """
    at = np.asarray(along, np.float64)
    inside = at[(at > first) & (at < last)]
    cuts = np.concatenate([[first], inside, [last]])
    return np.column_stack([np.interp(cuts, at, np.asarray(v, np.float64)) for v in (x, y)])


def clipped_ring(ring: Floats, low: Floats, high: Floats) -> Floats:
    """Cut a closed line to a box, one side after the other.

    The method of Sutherland and Hodgman (1974): where a ring leaves the box and comes back, the
    line goes along the side of the box.  GEOS wants rings that do not cross themselves, as some of
    those of the world do (docs/decisions/0025-libraries-for-geometry.md).

    Parameters
    ----------
    ring
        Corners, the last of which leads back to the first, shape (points, 2).
    low, high
        Least and greatest coordinates of the box, shape (2,).

    Returns
    -------
    NDArray
        Corners of the part inside, the first not repeated, shape (points, 2); none: all is outside.
    """
    for axis in (0, 1):
        for sign, bound in ((1.0, low[axis]), (-1.0, -high[axis])):
            above = sign * ring[:, axis] - bound
            inside = above >= 0.0
            if not inside.any():
                return ring[:0]
            if not inside.all():
                ring = _clipped(ring, axis, above, sign * bound)
    return ring


def _clipped(ring: Floats, axis: int, above: Floats, bound: float) -> Floats:
    """Cut off what lies beyond one side of a box, by how far each corner is on its inner side."""
    onward, after = np.vstack([ring[1:], ring[:1]]), np.append(above[1:], above[0])
    crosses = (above >= 0.0) != (after >= 0.0)
    share = np.divide(above, above - after, out=np.zeros_like(above), where=crosses)
    cuts: Floats = ring + share[:, None] * (onward - ring)
    cuts[:, axis] = bound
    pairs = np.stack([cuts, onward], axis=1)
    kept: Floats = pairs[np.column_stack([crosses, after >= 0.0])]
    return kept


def parts_within(line: Floats, low: Floats, high: Floats) -> list[Floats]:
    """Return the parts of a line whose steps touch a box; their ends may lie outside it.

    Parameters
    ----------
    line
        Points, shape (points, 2).
    low, high
        Least and greatest coordinates of the box, shape (2,).
    """
    least, most = np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])
    touches = np.flatnonzero(((most >= low) & (least <= high)).all(axis=1))
    rows = np.split(touches, np.flatnonzero(np.diff(touches) > 1) + 1)
    return [line[row[0] : row[-1] + 2] for row in rows if row.size]
