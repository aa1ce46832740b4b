"""What all elevation rasters share: `Raster`, bilinear sampling on a lattice, stacks, void filling.

A format gives two things, where a position lies on its lattice of samples and the samples by row
and column; `LatticeRaster` does the rest.  Blocks of samples are read when first needed.
"""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Final, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tripplan.arrays import Floats, Longs
from tripplan.sources.elevation.believed import Box
from tripplan.units import M_PER_DEGREE

Key = TypeVar("Key", bound=Hashable)

SAMPLED: Final = 0
FILLED: Final = 1
COARSER: Final = 2
VOID: Final = 3
FILL_CELLS: Final = 10
"""Reach of void filling, in samples of the raster (an assumption: 0.9 km in a 3" raster)."""

_CHUNK = 1_000_000
_RAYS = 16


class Raster(Protocol):
    """Heights of the ground by position."""

    name: str
    """What the heights come from, for reports."""
    resolution_m: float
    """Distance between neighbouring samples, north to south, metres."""

    def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """Return heights above sea level in metres, NaN where void; degrees in, equal shapes."""
        ...


class LatticeRaster(Raster, ABC):
    """A raster whose samples form a lattice of rows and columns."""

    boxes: tuple[Box, ...]
    """What its files cover."""

    @abstractmethod
    def positions(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Return row and column of positions, shape (points,); whole numbers are samples."""

    @abstractmethod
    def pixels(self, row: Longs, col: Longs) -> Floats:
        """Return the samples at rows and columns, shape (points,), metres; NaN where void."""

    def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """Interpolate bilinearly between the four samples around each position.

        Parameters
        ----------
        lat, lon
            Positions, equal shapes. [deg]

        Returns
        -------
        Floats
            Heights above sea level, NaN where a sample that counts is void or there is none. [m]
        """
        lats, lons = np.broadcast_arrays(np.asarray(lat, np.float64), np.asarray(lon, np.float64))
        flat_lat, flat_lon = lats.ravel(), lons.ravel()
        height = np.empty(flat_lat.size)
        for start in range(0, flat_lat.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            height[part] = self._bilinear(*self.positions(flat_lat[part], flat_lon[part]))
        return height.reshape(lats.shape)

    def _bilinear(self, row: Floats, col: Floats) -> Floats:
        # Positions a rounding error away from a sample are on it: its neighbour may be void.
        row, col = (_snapped(values) for values in (row, col))
        height = np.full(row.size, np.nan)
        known = np.flatnonzero(np.isfinite(row) & np.isfinite(col))
        row, col = row[known], col[known]
        top, left = np.floor(row), np.floor(col)
        down, right = row - top, col - left
        total = np.zeros(known.size)
        for step_down, weight_down in ((0, 1.0 - down), (1, down)):
            for step_right, weight_right in ((0, 1.0 - right), (1, right)):
                weight = weight_down * weight_right
                counts = np.flatnonzero(weight > 0.0)
                total[counts] += weight[counts] * self.pixels(
                    top[counts].astype(np.int64) + step_down,
                    left[counts].astype(np.int64) + step_right,
                )
        height[known] = total
        return height


def _snapped(values: Floats) -> Floats:
    whole = np.round(values)
    return np.where(np.abs(values - whole) < 1e-7, whole, values)


class Blocks(Generic[Key]):
    """The blocks of samples read last, for rasters larger than memory.

    Parameters
    ----------
    load
        Reads a block, heights in metres with NaN for voids; None where there is none.
    keep
        Number of blocks held.
    """

    def __init__(self, load: Callable[[Key], NDArray[np.float32] | None], keep: int) -> None:
        self._load = load
        self._keep = keep
        self._held: OrderedDict[Key, NDArray[np.float32] | None] = OrderedDict()

    def __getitem__(self, key: Key) -> NDArray[np.float32] | None:
        if key in self._held:
            self._held.move_to_end(key)
        else:
            self._held[key] = self._load(key)
            if len(self._held) > self._keep:
                self._held.popitem(last=False)
        return self._held[key]


class Stack:
    """Rasters one under the other; a void in one shows the next.

    Parameters
    ----------
    layers
        Rasters in any order; the finest lies on top.
    """

    def __init__(self, layers: Sequence[Raster]) -> None:
        self.layers = tuple(sorted(layers, key=lambda raster: raster.resolution_m))
        self.name = " over ".join(layer.name for layer in self.layers)
        self.resolution_m = self.layers[0].resolution_m

    def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """Return the height in the finest raster that has one, NaN where none has; see `Raster`."""
        height = self.layers[0].sample(lat, lon)
        lats, lons = np.broadcast_arrays(np.asarray(lat), np.asarray(lon))
        for layer in self.layers[1:]:
            void = np.isnan(height)
            if void.any():
                height[void] = layer.sample(lats[void], lons[void])
        return height


def sample_filled(
    raster: Raster, lat: Floats, lon: Floats, *, fill_cells: int = FILL_CELLS
) -> tuple[Floats, NDArray[np.uint8], Floats]:
    """Sample, and fill small voids from their neighbours before asking a coarser raster.

    A void is filled across it, along eight lines: where ground is found at both ends, linearly
    between (so that a slope continues through the void); lines are weighted by nearness.  What has
    ground on one side only stays void.

    Parameters
    ----------
    raster
        One raster or a `Stack`.
    lat, lon
        Positions, shape (points,). [deg]
    fill_cells
        Reach in samples of the raster.

    Returns
    -------
    tuple
        Heights, NaN where there is none [m]; where each comes from: SAMPLED, FILLED, COARSER or
        VOID; and the resolution of the raster it comes from [m].  Shape (points,) each.
    """
    layers = raster.layers if isinstance(raster, Stack) else (raster,)
    height = np.full(lat.size, np.nan)
    origin = np.full(lat.size, VOID, dtype=np.uint8)
    resolution_m = np.full(lat.size, layers[-1].resolution_m)
    for index, layer in enumerate(layers):
        todo = np.flatnonzero(np.isnan(height))
        if not todo.size:
            break
        found = layer.sample(lat[todo], lon[todo])
        source = np.where(np.isnan(found), VOID, COARSER if index else SAMPLED)
        void = np.flatnonzero(np.isnan(found))
        if void.size and fill_cells:
            found[void] = _filled(layer, lat[todo[void]], lon[todo[void]], fill_cells)
            source[void] = np.where(np.isnan(found[void]), VOID, FILLED)
        height[todo], origin[todo] = found, source
        resolution_m[todo[source != VOID]] = layer.resolution_m
    return height, origin, resolution_m


def _filled(raster: Raster, lat: Floats, lon: Floats, cells: int) -> Floats:
    """Interpolate between the nearest ground in opposite directions."""
    weighted, weights = np.zeros(lat.size), np.zeros(lat.size)
    for ray in range(_RAYS // 2):
        angle = 2.0 * np.pi * ray / _RAYS
        ahead, ahead_at = _first_ground(raster, lat, lon, angle, cells)
        behind, behind_at = _first_ground(raster, lat, lon, angle + np.pi, cells)
        both = ~np.isnan(ahead) & ~np.isnan(behind)
        between = (ahead * behind_at + behind * ahead_at) / (ahead_at + behind_at)
        weight = np.where(both, 1.0 / (ahead_at * behind_at), 0.0)
        weighted += np.where(both, weight * between, 0.0)
        weights += weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weights > 0.0, weighted / weights, np.nan)


def _first_ground(
    raster: Raster, lat: Floats, lon: Floats, angle: float, cells: int
) -> tuple[Floats, Floats]:
    """Return the first height along a direction and its distance in samples."""
    step_deg = raster.resolution_m / M_PER_DEGREE
    north = step_deg * np.cos(angle)
    east = step_deg * np.sin(angle) / np.maximum(np.cos(np.radians(lat)), 0.01)
    height, distance = np.full(lat.size, np.nan), np.full(lat.size, float(cells))
    for step in range(1, cells + 1):
        todo = np.flatnonzero(np.isnan(height))
        if not todo.size:
            break
        height[todo] = raster.sample(lat[todo] + step * north, lon[todo] + step * east[todo])
        distance[todo[~np.isnan(height[todo])]] = step
    return height, distance
