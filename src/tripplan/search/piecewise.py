"""Piecewise linear functions with gaps and jumps: times over energies, for exact search.

A function is given at points, and on the open intervals between them by its limits at both ends;
where it is infinite, nothing is possible.  All operations are exact up to rounding: points where
two functions cross become points of the result.
"""

from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Flags, Floats, Longs

BETTER_S = 1e-7
"""Less is no improvement."""
SAME_S = 1e-9
"""Values closer together are the same."""
SAME_KWH = 1e-12
"""Points closer together are the same."""


@dataclass(frozen=True, eq=False)
class Piecewise:
    """A piecewise linear function, infinite outside of its points."""

    x: Floats
    """Points, rising, shape (points,)."""
    at: Floats
    """Value at each point, shape (points,)."""
    left: Floats
    """Limit from above at the first end of each interval, shape (points - 1,)."""
    right: Floats
    """Limit from below at its second end, shape (points - 1,); infinite where ``left`` is."""

    @property
    def least(self) -> float:
        """Least value; infinite for the function that is infinite everywhere."""
        return float(
            min(
                self.at.min(initial=np.inf),
                self.left.min(initial=np.inf),
                self.right.min(initial=np.inf),
            )
        )

    def on(self, grid: Floats) -> "Piecewise":
        """Return the same function on more points, or on fewer beyond which it is cut off.

        Parameters
        ----------
        grid
            Rising points, shape (points,); between its ends it must hold those of the function, or
            such as are the same.
        """
        if not self.x.size:
            every = np.full(grid.size, np.inf)
            return Piecewise(grid, every, every[1:], every[1:])
        at = np.full(grid.size, np.inf)
        k = np.searchsorted(0.5 * (self.x[1:] + self.x[:-1]), grid)
        same = np.abs(self.x[k] - grid) <= SAME_KWH
        at[same] = self.at[k[same]]
        if self.x.size == 1:
            every = np.full(grid.size - 1, np.inf)
            return Piecewise(grid, at, every, every.copy())
        cell = np.clip(np.searchsorted(self.x, grid, side="right") - 1, 0, self.x.size - 2)
        inside = ~same & (grid > self.x[0]) & (grid < self.x[-1])
        at[inside] = self.along(cell[inside], grid[inside])
        middle = 0.5 * (grid[1:] + grid[:-1])
        cell = np.clip(np.searchsorted(self.x, middle, side="right") - 1, 0, self.x.size - 2)
        known = (middle > self.x[0]) & (middle < self.x[-1])
        left, right = (np.full(grid.size - 1, np.inf) for _ in range(2))
        left[known] = self.along(cell[known], grid[:-1][known])
        right[known] = self.along(cell[known], grid[1:][known])
        return Piecewise(grid, at, left, right)

    def along(self, cell: Longs, x: Floats) -> Floats:
        """Return the value of the line of each interval at a point."""
        left, right = self.left[cell], self.right[cell]
        share = (x - self.x[cell]) / (self.x[cell + 1] - self.x[cell])
        with np.errstate(invalid="ignore"):
            value = np.array(left + share * (right - left), np.float64)
        value[~np.isfinite(left)] = np.inf
        return np.asarray(value)

    def corners(self) -> tuple[Floats, Floats]:
        """Return all points with their values, the limits of intervals among them."""
        finite = np.isfinite(self.left)
        where = np.concatenate([self.x, self.x[:-1][finite], self.x[1:][finite]])
        values = np.concatenate([self.at, self.left[finite], self.right[finite]])
        return where, values

    def value(self, x: float) -> float:
        """Return the value at a point, or the limit there if that is less."""
        near = self.between(x - 1e2 * SAME_KWH, x + 1e2 * SAME_KWH)
        return near.least

    def nearest(self, x: float) -> float:
        """Return a point, or the nearest one where there is a value, if there is none at it."""
        if np.isfinite(self.value(x)):
            return x
        where, values = self.corners()
        where = where[np.isfinite(values)]
        return float(where[np.abs(where - x).argmin()])

    def plus(self, added: float) -> "Piecewise":
        """Return the function plus a number."""
        return Piecewise(self.x, self.at + added, self.left + added, self.right + added)

    def moved(self, by: float) -> "Piecewise":
        """Return the function with its points moved."""
        return Piecewise(self.x + by, self.at, self.left, self.right)

    def where(self, points: Flags, intervals: Flags) -> "Piecewise":
        """Return the function, infinite but at some points and intervals."""
        return Piecewise(
            self.x,
            np.where(points, self.at, np.inf),
            np.where(intervals, self.left, np.inf),
            np.where(intervals, self.right, np.inf),
        )

    def between(self, low: float, high: float) -> "Piecewise":
        """Return the function, infinite outside of a closed interval."""
        if high < low or not self.x.size or high < self.x[0] or low > self.x[-1]:
            return NOWHERE
        ends = np.clip([low, high], self.x[0], self.x[-1])
        grid = merged(self.x[(self.x > ends[0]) & (self.x < ends[1])], ends)
        return self.on(grid)


NOWHERE = Piecewise(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
"""The function that is infinite everywhere."""


def point(x: float, value: float) -> Piecewise:
    """Return the function that is finite at one point."""
    return Piecewise(np.array([x]), np.array([value]), np.empty(0), np.empty(0))


def merged(*points: Floats) -> Floats:
    """Return all points in rising order; of those that are the same, one."""
    every: Floats = np.unique(np.concatenate(points))
    return every[np.diff(every, prepend=-np.inf) > SAME_KWH]


def lower(one: Piecewise, other: Piecewise) -> Piecewise:
    """Return the lower envelope of two functions."""
    if not one.x.size or not other.x.size:
        return one if one.x.size else other
    one, other = _aligned(one, other)
    return tidy(
        Piecewise(
            one.x,
            np.minimum(one.at, other.at),
            np.minimum(one.left, other.left),
            np.minimum(one.right, other.right),
        )
    )


def at_least(function: Piecewise, low: float) -> Piecewise:
    """Return the larger of a function and a number."""
    if not function.x.size or function.least >= low:
        return function
    function = _cut_at(function, low)
    return tidy(
        Piecewise(
            function.x,
            np.maximum(function.at, low),
            np.maximum(function.left, low),
            np.maximum(function.right, low),
        )
    )


def at_most(function: Piecewise, high: float) -> Piecewise:
    """Return a function where it is not above a number, infinite elsewhere."""
    if not function.x.size or not np.isfinite(high):
        return function
    function = _cut_at(function, high)
    limit = high + SAME_S
    return tidy(
        function.where(function.at <= limit, np.maximum(function.left, function.right) <= limit)
    )


def _cut_at(function: Piecewise, value: float) -> Piecewise:
    """Return a function with points where it passes a value."""
    with np.errstate(invalid="ignore"):
        first, second = function.left - value, function.right - value
        crossing = np.isfinite(first) & (first * second < 0.0)
    if not crossing.any():
        return function
    share = first[crossing] / (first[crossing] - second[crossing])
    x = function.x[:-1][crossing] + share * np.diff(function.x)[crossing]
    return function.on(merged(function.x, x))


def below(new: Piecewise, old: Piecewise) -> Piecewise:
    """Return the new function where it lies below the old one, infinite elsewhere."""
    if not new.x.size or not old.x.size:
        return new
    new, old = _aligned(new, old)
    with np.errstate(invalid="ignore"):
        middle = 0.5 * (new.left + new.right) < 0.5 * (old.left + old.right) - BETTER_S
    return tidy(new.where(new.at < old.at - BETTER_S, middle))


def _aligned(one: Piecewise, other: Piecewise) -> tuple[Piecewise, Piecewise]:
    """Return both on the same points, those where they cross included."""
    grid = merged(one.x, other.x)
    one, other = one.on(grid), other.on(grid)
    with np.errstate(invalid="ignore"):
        first, second = one.left - other.left, one.right - other.right
    crossing = np.isfinite(first) & np.isfinite(second) & (first * second < 0.0)
    if not crossing.any():
        return one, other
    share = first[crossing] / (first[crossing] - second[crossing])
    x = grid[:-1][crossing] + share * np.diff(grid)[crossing]
    grid = merged(grid, x)
    return one.on(grid), other.on(grid)


def tidy(function: Piecewise) -> Piecewise:
    """Return the function without points that say nothing: amid a line, or amid nothing."""
    x, at, left, right = function.x, function.at, function.left, function.right
    if x.size > 2:
        width = np.diff(x)
        with np.errstate(invalid="ignore"):
            slope = (right - left) / width
            bend = np.abs(slope[1:] - slope[:-1]) * np.minimum(width[1:], width[:-1])
            straight = (
                (np.abs(right[:-1] - left[1:]) <= SAME_S)
                & (np.abs(at[1:-1] - left[1:]) <= SAME_S)
                & (bend <= 1e-12)
            )
        nothing = np.isinf(left[:-1]) & np.isinf(left[1:]) & np.isinf(at[1:-1])
        kept = np.ones(x.size, np.bool_)
        kept[1:-1] = ~(straight | nothing)
        if not kept.all():
            inner = np.flatnonzero(kept)
            first, last = inner[:-1], inner[1:] - 1
            x, at, left, right = x[inner], at[inner], left[first], right[last]
    filled = np.isfinite(at)
    filled[:-1] |= np.isfinite(left)
    filled[1:] |= np.isfinite(left)
    if not filled.any():
        return NOWHERE
    begin, end = int(filled.argmax()), x.size - int(filled[::-1].argmax())
    return Piecewise(x[begin:end], at[begin:end], left[begin : end - 1], right[begin : end - 1])
