"""GeoTIFF heights through rasterio, in any coordinate system (the only file that knows rasterio).

Files of one coordinate system whose pixels line up form one raster, so that sampling runs across
their seams.  A pixel's height holds at its centre (GDAL's convention).
"""

import math
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tripplan.arrays import Floats, Longs
from tripplan.errors import DataError
from tripplan.records.outside import decoding
from tripplan.sources.elevation.believed import Box, refuse_impossible, without_marks
from tripplan.sources.elevation.lattice import FILL_CELLS, Blocks, LatticeRaster, Raster
from tripplan.units import M_PER_DEGREE

_NO_RASTERIO: Final = "GeoTIFF files are read with rasterio: pip install 'tripplan[raster]'"
_BLOCK: Final = 512
_BLOCKS_KEPT: Final = 64
_EDGE_POINTS: Final = 9
_LINED_UP: Final = 0.01
"""Greatest offset, in pixels, of files that count as lined up (an assumption)."""


class _File(NamedTuple):
    path: Path
    crs: Any
    transform: Any
    rows: int
    cols: int
    scale: float
    """Metres of one unit of the stored values, ..."""
    offset: float
    """... and of the stored value 0."""


class GeoTiffMosaic(LatticeRaster):
    """GeoTIFF files with one coordinate system and one lattice; see `open_geotiffs`."""

    def __init__(self, files: Sequence[Any]) -> None:
        self._files: tuple[_File, ...] = tuple(files)
        first = self._files[0]
        self._crs = first.crs
        self._inverse = ~first.transform
        offsets = [_at(self._inverse, f.transform.c, f.transform.f) for f in self._files]
        self._first_col = [round(col) for col, _ in offsets]
        self._first_row = [round(row) for _, row in offsets]
        self._blocks: Blocks[tuple[int, int, int]] = Blocks(self._read, _BLOCKS_KEPT)
        self._rasterio = _rasterio()
        extra = f" and {len(self._files) - 1} more" if len(self._files) > 1 else ""
        self.name = first.path.name + extra
        self.resolution_m = self._row_step_m()
        self.boxes = tuple(map(self._box, self._files))

    def positions(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Project into the files' coordinate system, then count pixels from the first file."""
        if self._crs.is_geographic:
            x, y = lon, lat
        else:
            xs, ys = self._rasterio.warp.transform("EPSG:4326", self._crs, lon, lat)
            x, y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
        col, row = _at(self._inverse, x, y)
        return row - 0.5, col - 0.5

    def pixels(self, row: Longs, col: Longs) -> Floats:
        """Read pixels block by block from whichever file has them."""
        height = np.full(row.size, np.nan)
        for index, file in enumerate(self._files):
            own_row, own_col = row - self._first_row[index], col - self._first_col[index]
            here = np.flatnonzero(
                np.isnan(height)
                & (own_row >= 0)
                & (own_row < file.rows)
                & (own_col >= 0)
                & (own_col < file.cols)
            )
            if here.size:
                height[here] = self._of_file(index, own_row[here], own_col[here])
        return height

    def _of_file(self, index: int, row: Longs, col: Longs) -> Floats:
        file = self._files[index]
        across = file.cols // _BLOCK + 1
        keys = (row // _BLOCK) * across + col // _BLOCK
        height = np.full(row.size, np.nan)
        for key in np.unique(keys):
            block_row, block_col = divmod(int(key), across)
            block = self._blocks[index, block_row, block_col]
            if block is not None:
                here = np.flatnonzero(keys == key)
                height[here] = block[row[here] % _BLOCK, col[here] % _BLOCK]
        refuse_impossible(height, file.path, lambda k: self._place(file, row[k], col[k]))
        return height

    def _place(self, file: _File, row: float, col: float) -> tuple[float, float]:
        """Latitude and longitude of a pixel's centre."""
        x, y = _at(file.transform, col + 0.5, row + 0.5)
        if not self._crs.is_geographic:
            (x,), (y,) = self._rasterio.warp.transform(self._crs, "EPSG:4326", [x], [y])
        return float(y), float(x)

    def _box(self, file: _File) -> Box:
        """Box of a file by the points along its edge, which is bent in a projection."""
        share = np.linspace(0.0, 1.0, _EDGE_POINTS)
        row = np.concatenate([share * file.rows, share * file.rows, 0 * share, 0 * share + 1])
        col = np.concatenate([0 * share, 0 * share + file.cols, share * file.cols, share])
        row[-share.size :], col[-share.size :] = file.rows, share * file.cols
        x, y = _at(file.transform, col, row)
        if not self._crs.is_geographic:
            x, y = self._rasterio.warp.transform(self._crs, "EPSG:4326", x, y)
        return Box(float(np.min(y)), float(np.min(x)), float(np.max(y)), float(np.max(x)))

    def _read(self, key: tuple[int, int, int]) -> NDArray[np.float32] | None:
        index, block_row, block_col = key
        path = self._files[index].path
        window = self._rasterio.windows.Window(
            block_col * _BLOCK,
            block_row * _BLOCK,
            min(_BLOCK, self._files[index].cols - block_col * _BLOCK),
            min(_BLOCK, self._files[index].rows - block_row * _BLOCK),
        )
        with decoding(path, "GeoTIFF"), self._rasterio.open(path) as source:
            masked = source.read(1, window=window, masked=True)
        stored = without_marks(np.asarray(masked.astype(np.float32).filled(np.nan)))
        file = self._files[index]
        return np.asarray(stored * np.float32(file.scale) + np.float32(file.offset))

    def _row_step_m(self) -> float:
        """Distance between pixels of a column at the middle of the first file."""
        file = self._files[0]
        upper = _at(file.transform, file.cols / 2, file.rows / 2)
        lower = _at(file.transform, file.cols / 2, file.rows / 2 + 1)
        if self._crs.is_geographic:
            return float(np.hypot(upper[0] - lower[0], upper[1] - lower[1]) * M_PER_DEGREE)
        lons, lats = self._rasterio.warp.transform(
            self._crs, "EPSG:4326", [upper[0], lower[0]], [upper[1], lower[1]]
        )
        east = (lons[1] - lons[0]) * np.cos(np.radians(lats[0]))
        return float(np.hypot(east, lats[1] - lats[0]) * M_PER_DEGREE)


class UnopenedGeoTiffs(Raster):
    """GeoTIFF files that cannot be opened for want of rasterio, below rasters that can.

    Nothing is asked of them as long as the others cover all roads, as files of elsewhere do not
    matter; the first position that lies outside the others is refused.  What is void in the others
    stays void.  How fine they are is not known, so where they do cover the roads, the heights are
    those of the others.

    Parameters
    ----------
    paths
        The files.
    others
        The rasters that can be opened, one at least.
    """

    def __init__(self, paths: Sequence[Path], others: Sequence[LatticeRaster]) -> None:
        extra = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        self.name = f"{paths[0].name}{extra} (not opened for want of rasterio)"
        self.boxes = (Box(-90.0, -180.0, 90.0, 180.0),)
        coarsest_m = max(raster.resolution_m for raster in others)
        self.resolution_m = math.nextafter(coarsest_m, math.inf)  # below all of them
        self._known = [box for raster in others for box in raster.boxes]
        # Around a void one looks for ground as far as this.
        self._reach_deg = FILL_CELLS * coarsest_m / M_PER_DEGREE

    def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """Return no heights where the other rasters are void, and refuse what lies outside them.

        Parameters
        ----------
        lat, lon
            Positions, equal shapes. [deg]

        Raises
        ------
        DataError
            A position lies in none of the others.
        """
        lats, lons = np.broadcast_arrays(np.asarray(lat, np.float64), np.asarray(lon, np.float64))
        north = self._reach_deg
        east = self._reach_deg / np.maximum(np.cos(np.radians(lats)), 0.01)
        outside = np.ones(lats.shape, np.bool_)
        for box in self._known:
            within = (lats >= box.south - north) & (lats <= box.north + north)
            outside &= ~(within & (lons >= box.west - east) & (lons <= box.east + east))
        if outside.any():
            where = f"{lats[outside].flat[0]:.4f}, {lons[outside].flat[0]:.4f}"
            raise DataError(f"{_NO_RASTERIO}; the other files have no height at {where}")
        return np.full(lats.shape, np.nan)


def geotiffs_below(paths: Sequence[Path], others: Sequence[LatticeRaster]) -> Sequence[Raster]:
    """Return the mosaics of GeoTIFF files beside other rasters; see `UnopenedGeoTiffs`.

    Parameters
    ----------
    paths
        The files.
    others
        The other rasters.

    Raises
    ------
    DataError
        A file is no GeoTIFF or has no coordinate system.
    """
    return open_geotiffs(paths) if find_spec("rasterio") else (UnopenedGeoTiffs(paths, others),)


def open_geotiffs(paths: Sequence[Path]) -> list[GeoTiffMosaic]:
    """Open GeoTIFF files, those that line up as one raster.

    Parameters
    ----------
    paths
        The files.

    Raises
    ------
    DataError
        rasterio is not installed, or a file is no GeoTIFF or has no coordinate system.
    """
    rasterio = _rasterio()
    groups: list[list[_File]] = []
    for path in paths:
        file = _described(path, rasterio)
        for group in groups:
            if _lines_up(group[0], file):
                group.append(file)
                break
        else:
            groups.append([file])
    mosaics = []
    for group in groups:
        # Coordinate systems that cannot be computed with show themselves here.
        with decoding(group[0].path, "GeoTIFF"):
            mosaics.append(GeoTiffMosaic(group))
    return mosaics


def _rasterio() -> ModuleType:
    try:
        import rasterio
        import rasterio.errors
        import rasterio.warp
        import rasterio.windows
    except ImportError as error:
        raise DataError(_NO_RASTERIO) from error
    module: ModuleType = rasterio
    return module


def _described(path: Path, rasterio: ModuleType) -> _File:
    with warnings.catch_warnings(), decoding(path, "GeoTIFF"):
        # A file that is not placed on the earth is refused below, in clearer words.
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path) as source:
            unit_m = _unit_m(path, source.units[0])
            file = _File(
                path,
                source.crs,
                source.transform,
                source.height,
                source.width,
                float(source.scales[0]) * unit_m,
                float(source.offsets[0]) * unit_m,
            )
    if file.crs is None:
        raise DataError(
            f"{path}: this GeoTIFF does not say its coordinate system; set it, for instance "
            "with gdal_edit.py -a_srs EPSG:4326",
            path=str(path),
        )
    _refuse_senseless(file)
    return file


def _refuse_senseless(file: _File) -> None:
    """Refuse a file whose pixels lie nowhere, or whose heights have no size."""
    numbers = (*tuple(file.transform)[:6], file.scale, file.offset)
    size = file.transform.a * file.transform.e - file.transform.b * file.transform.d
    if all(map(math.isfinite, numbers)) and math.isfinite(size) and size and file.scale:
        return
    raise DataError(
        f"{file.path}: the place or the size of this GeoTIFF's pixels makes no sense: transform "
        f"{tuple(file.transform)[:6]}, scale {file.scale:g}, offset {file.offset:g}",
        path=str(file.path),
    )


_UNITS_M: Final = {
    "": 1.0,
    "m": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "dm": 0.1,
    "cm": 0.01,
    "mm": 0.001,
    "km": 1000.0,
    "ft": 0.3048,
    "foot": 0.3048,
    "feet": 0.3048,
    "us survey foot": 1200.0 / 3937.0,
    "us survey feet": 1200.0 / 3937.0,
    "us-ft": 1200.0 / 3937.0,
    "ftus": 1200.0 / 3937.0,
    "sft": 1200.0 / 3937.0,
}
"""Metres of the units that rasters of heights name; none at all means metres."""


def _unit_m(path: Path, unit: str | None) -> float:
    word = " ".join((unit or "").replace("_", " ").casefold().split())
    if word not in _UNITS_M:
        raise DataError(
            f"{path}: its heights are in {unit!r}, which is no unit of length known here; known: "
            + ", ".join(word for word in _UNITS_M if word),
            path=str(path),
        )
    return _UNITS_M[word]


def _at(transform: Any, x: Any, y: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Apply an affine transform; floats or arrays."""
    return (
        transform.a * x + transform.b * y + transform.c,
        transform.d * x + transform.e * y + transform.f,
    )


def _lines_up(first: _File, other: _File) -> bool:
    if first.crs != other.crs:
        return False
    ours, theirs = (np.array(f.transform)[[0, 1, 3, 4]] for f in (first, other))
    if not np.allclose(ours, theirs, rtol=1e-7, atol=0.0):
        return False
    col, row = _at(~first.transform, other.transform.c, other.transform.f)
    return bool(abs(col - round(col)) < _LINED_UP and abs(row - round(row)) < _LINED_UP)
