"""Which stored values are heights of ground, and where a raster lies.

Rasters say what stands for "no height", and in which unit the others are; where they do not, the
usual marks are known here, and what no ground has is refused with its file and place.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.errors import DataError

LOWEST_M: Final = -430.0
"""The shore of the Dead Sea, which is no higher anywhere on land, ..."""
HIGHEST_M: Final = 8850.0
"""... and Mount Everest (8,849 m): heights beyond are no ground."""
_MARKS_OF_NOTHING: Final = np.array(
    [-32768, -32767, -9999, -99999, -999, -999999, 9999, 32767, 65535], np.float64
)
"""Values that stand for no height in rasters whose tags do not say so."""
_HUGE: Final = 1e9
"""Figures beyond are fill values (3.4e38, -1.8e308, 1e20) in whatever unit."""


class Box(NamedTuple):
    """What a raster covers, degrees."""

    south: float
    west: float
    north: float
    east: float

    def overlaps(self, other: "Box") -> bool:
        """Whether two boxes share a point; a box over 180 degrees east is one around the earth."""
        return (
            self.south <= other.north
            and other.south <= self.north
            and self.west <= other.east
            and other.west <= self.east
        )

    def __str__(self) -> str:
        return (
            f"{self.south:.2f} to {self.north:.2f} degrees north and {self.west:.2f} to "
            f"{self.east:.2f} degrees east"
        )


def without_marks(stored: NDArray[Any]) -> NDArray[Any]:
    """Return stored values with NaN for those that are known to stand for no height."""
    nothing = np.isin(stored, _MARKS_OF_NOTHING) | ~(np.abs(stored) < _HUGE)
    return np.where(nothing, np.array(np.nan, stored.dtype), stored)


def refuse_impossible(
    height_m: NDArray[Any], path: Path, place: Callable[[int], tuple[float, float]]
) -> None:
    """Refuse heights that no ground has, and name the file and the place.

    Parameters
    ----------
    height_m
        Samples, NaN where there is none, shape (points,). [m]
    path
        The file that they are of.
    place
        Gives the latitude and longitude of one of them. [deg]

    Raises
    ------
    DataError
        One lies outside of `LOWEST_M` to `HIGHEST_M`.
    """
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((height_m < LOWEST_M) | (height_m > HIGHEST_M))
    if wrong.size:
        lat, lon = place(int(wrong[0]))
        raise DataError(
            f"{path}: a height of {height_m[wrong[0]]:,.0f} m at {lat:.5f}, {lon:.5f}; ground lies "
            f"between {LOWEST_M:,.0f} and {HIGHEST_M:,.0f} m. The file may be in other units than "
            "it says, or not say which value stands for no height.",
            path=str(path),
        )
