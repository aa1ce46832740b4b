"""Height grids in latitude and longitude, as ``.npz``: elevation_m, north, west, step_deg.

``elevation_m`` has rows from the north and columns from the west.  ``north`` and ``west`` are the
grid's outer edges, each sample lying in the middle of its cell, unless they lie on odd half steps:
global grids have cell edges on whole steps, so a corner between them is the centre of a cell.
An optional text ``registration``, "edge" or "centre", says it outright.
"""

import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from tripplan.arrays import Floats, Longs
from tripplan.errors import DataError
from tripplan.records.outside import decoding
from tripplan.sources.elevation.believed import Box, refuse_impossible, without_marks
from tripplan.sources.elevation.lattice import LatticeRaster
from tripplan.units import M_PER_DEGREE

_MOST_BYTES: Final = 4 << 30
"""The grid is held in memory; one of all land at 30 arc seconds takes 2 GB."""
_KEYS = ("elevation_m", "north", "west", "step_deg")


class NpzGrid(LatticeRaster):
    """A grid of heights held in memory in the file's own dtype.

    Parameters
    ----------
    path
        The ``.npz`` file.

    Raises
    ------
    DataError
        The file cannot be read, a key is missing or a value makes no sense.
    """

    def __init__(self, path: Path) -> None:
        with decoding(path, ".npz file"):
            _refuse_bulk(path)
            with np.load(path, allow_pickle=False) as stored:
                missing = [key for key in _KEYS if key not in stored]
                values = {key: stored[key] for key in stored if key in (*_KEYS, "registration")}
        if missing:
            raise DataError(f"{path}: a height grid lacks {', '.join(missing)}", path=str(path))
        self._grid = values["elevation_m"]
        with decoding(path, "height grid"):
            self._step_deg = float(values["step_deg"])
            north, west = float(values["north"]), float(values["west"])
        if (
            self._grid.ndim != 2
            or self._grid.dtype.kind not in "iuf"
            or not self._grid.size
            or not 0 < self._step_deg < 90
            or not abs(north) <= 90
            or not abs(west) <= 360
        ):
            raise DataError(
                f"{path}: elevation_m has shape {self._grid.shape} of {self._grid.dtype}, step_deg "
                f"is {self._step_deg}, north is {north}, west is {west}; expected a table of "
                "numbers, a step in degrees, a latitude and a longitude",
                path=str(path),
            )
        half = 0.5 * self._step_deg
        edge = str(values.get("registration", _guessed(north, self._step_deg))) == "edge"
        self._first_lat = north - half if edge else north
        self._first_lon = west + half if edge else west
        self._path, self.name = path, path.name
        rows, cols = self._grid.shape
        self.boxes = (
            Box(
                self._first_lat - (rows - 1) * self._step_deg,
                self._first_lon,
                self._first_lat,
                self._first_lon + (cols - 1) * self._step_deg,
            ),
        )
        self.resolution_m = self._step_deg * M_PER_DEGREE

    def positions(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Count rows and columns from the north-western sample."""
        return (self._first_lat - lat) / self._step_deg, (lon - self._first_lon) / self._step_deg

    def pixels(self, row: Longs, col: Longs) -> Floats:
        """Read samples of the grid; NaN outside."""
        rows, cols = self._grid.shape
        inside = np.flatnonzero((row >= 0) & (row < rows) & (col >= 0) & (col < cols))
        height = np.full(row.size, np.nan)
        height[inside] = without_marks(self._grid[row[inside], col[inside]].astype(np.float64))
        refuse_impossible(
            height,
            self._path,
            lambda k: (
                self._first_lat - float(row[k]) * self._step_deg,
                self._first_lon + float(col[k]) * self._step_deg,
            ),
        )
        return height


def _refuse_bulk(path: Path) -> None:
    """Refuse an archive that says of itself that it unpacks to more than can be held."""
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > _MOST_BYTES:
        raise DataError(
            f"{path}: unpacks to {size / 1e9:.1f} GB, and {_MOST_BYTES >> 30} are the most; give "
            "it in parts",
            path=str(path),
        )


def _guessed(north: float, step_deg: float) -> str:
    beyond = (north / step_deg) % 1.0
    return "centre" if abs(beyond - 0.5) < 0.01 else "edge"
