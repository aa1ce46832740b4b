"""SRTM tiles: ``N42E001.hgt``, plain or zipped, of 1 or 3 arc seconds, as one seamless raster.

The format (SRTM documentation, NASA/USGS): 16-bit big-endian heights in metres, rows from the
north, 1201 or 3601 a side, named after the south-west corner, voids -32768.  Samples lie on the
tile's edge, so neighbouring tiles share a row or column.
"""

import re
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Longs
from tripplan.errors import DataError
from tripplan.records.outside import decoding
from tripplan.sources.elevation.believed import Box, refuse_impossible, without_marks
from tripplan.sources.elevation.lattice import Blocks, LatticeRaster
from tripplan.units import M_PER_DEGREE

Tile = tuple[int, int]
"""South-west corner: whole degrees north and east."""

_NAME = re.compile(r"^([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
_SIDES: Final = (1201, 3601)
_TILES_KEPT: Final = 16


def tile_of(path: Path) -> Tile:
    """Read the south-west corner of a tile from its file name.

    Raises
    ------
    DataError
        The name does not begin like ``N42E001``.
    """
    match = _NAME.match(path.name)
    if match is None:
        raise DataError(
            f"{path}: the name of an SRTM tile begins with its south-west corner, as N42E001.hgt",
            path=str(path),
        )
    south, west = int(match[2]), int(match[4])
    return (
        south if match[1].upper() == "N" else -south,
        west if match[3].upper() == "E" else -west,
    )


def side_of(path: Path) -> int:
    """Return the number of samples along a tile's side, from the size of its data.

    Raises
    ------
    DataError
        The size is that of no SRTM tile, or the archive holds none.
    """
    if path.suffix.lower() == ".zip":
        with _opened(path) as archive:
            size = _member(archive, path).file_size
    else:
        size = path.stat().st_size
    for side in _SIDES:
        if size == 2 * side * side:
            return side
    raise DataError(
        f"{path}: {size} bytes of heights is no SRTM tile; 1201 x 1201 samples are 2,884,802 bytes "
        "and 3601 x 3601 are 25,934,402. The file may be cut short: fetch it again.",
        path=str(path),
    )


def _opened(path: Path) -> zipfile.ZipFile:
    with decoding(path, "zip archive"):
        return zipfile.ZipFile(path)


def _member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    for member in archive.infolist():
        if member.filename.lower().endswith(".hgt"):
            return member
    raise DataError(f"{path}: the archive holds no .hgt file", path=str(path))


def _place(lat: Floats, lon: Floats, index: int) -> tuple[float, float]:
    return float(lat[index]), float(lon[index])


class HgtMosaic(LatticeRaster):
    """Tiles of one resolution; read when first needed.

    Parameters
    ----------
    tiles
        File of each tile, by south-west corner.
    side
        Samples along a side, 1201 or 3601.
    """

    def __init__(self, tiles: Mapping[Tile, Path], side: int) -> None:
        self._tiles = dict(tiles)
        self._side = side
        self._blocks: Blocks[Tile] = Blocks(self._read, _TILES_KEPT)
        self.name = f"SRTM {3600 // (side - 1)}″ ({len(self._tiles)} tiles)"
        self.resolution_m = M_PER_DEGREE / (side - 1)
        self.boxes = tuple(
            Box(float(south), float(west), south + 1.0, west + 1.0) for south, west in self._tiles
        )

    def positions(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Count rows from the north pole and columns from 180 degrees west."""
        steps = self._side - 1
        return (90.0 - lat) * steps, (lon + 180.0) * steps

    def pixels(self, row: Longs, col: Longs) -> Floats:
        """Read samples; those on an edge from whichever tile has them."""
        steps = self._side - 1
        height = np.full(row.size, np.nan)
        for up, left in ((0, 0), (1, 0), (0, 1), (1, 1)):
            todo = np.flatnonzero(np.isnan(height))
            if up:
                todo = todo[row[todo] % steps == 0]
            if left:
                todo = todo[col[todo] % steps == 0]
            if todo.size:
                height[todo] = self._of_tiles(row[todo], col[todo], up, left)
        return height

    def _of_tiles(self, row: Longs, col: Longs, up: int, left: int) -> Floats:
        steps = self._side - 1
        tile_row, tile_col = row // steps - up, col // steps - left
        height = np.full(row.size, np.nan)
        for key in np.unique(tile_row * 1000 + tile_col):
            one_row, one_col = divmod(int(key), 1000)
            tile = 89 - one_row, one_col - 180
            block = self._blocks[tile]
            if block is not None:
                here = np.flatnonzero(tile_row * 1000 + tile_col == key)
                found = block[row[here] - one_row * steps, col[here] - one_col * steps]
                places = 90.0 - row[here] / steps, col[here] / steps - 180.0
                refuse_impossible(found, self._tiles[tile], partial(_place, *places))
                height[here] = found
        return height

    def _read(self, tile: Tile) -> NDArray[np.float32] | None:
        path = self._tiles.get(tile)
        if path is None:
            return None
        if path.suffix.lower() == ".zip":
            with _opened(path) as archive:
                member = _member(archive, path)
                # Its size was looked at when it was opened: no more is unpacked than a tile has.
                with decoding(path, "archive"), archive.open(member) as packed:
                    data = packed.read(2 * self._side**2 + 1)
        else:
            with decoding(path, "SRTM tile"):
                data = path.read_bytes()
        stored = np.frombuffer(data[: len(data) // 2 * 2], dtype=">i2")
        if stored.size != self._side**2:
            raise DataError(f"{path}: cut short, {stored.size} samples", path=str(path))
        heights = stored.astype(np.float32).reshape(self._side, self._side)
        return without_marks(heights)
