"""Polylines as few points as the eye needs; pure arrays."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def simplify(x: ArrayLike, y: ArrayLike, tolerance: float) -> Indices:
    """Choose the points of a line that keep it within a tolerance of its course.

    The method of Ramer (1972) and of Douglas and Peucker (1973), with distance to the chord's
    segment, so that closed lines work as well.

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
    px, py = np.asarray(x, np.float64), np.asarray(y, np.float64)
    size = px.size
    keep = np.zeros(size, bool)
    keep[[0, -1]] = True
    spans = [(0, size - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        away = _distance(px, py, first, last)
        worst = int(np.argmax(away))
        if away[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return np.flatnonzero(keep)


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


def _distance(x: Floats, y: Floats, first: int, last: int) -> Floats:
    """Return the distance of the points between two ends from the segment that joins them."""
    dx, dy = x[last] - x[first], y[last] - y[first]
    rx, ry = x[first + 1 : last] - x[first], y[first + 1 : last] - y[first]
    length = dx * dx + dy * dy
    along = np.clip((rx * dx + ry * dy) / length, 0.0, 1.0) if length > 0 else np.zeros_like(rx)
    return np.asarray(np.hypot(rx - along * dx, ry - along * dy))
