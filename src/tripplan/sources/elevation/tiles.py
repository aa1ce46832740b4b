"""Terrarium tiles: heights in the colours of 256-pixel PNG map tiles.

Height = 256 red + green + blue / 256 - 32768 metres (Mapzen/Tilezen "Joerd" terrarium format).
Tiles follow the usual web map: Mercator on the sphere, (zoom, column, row) from the north-west.
Fetching is the caller's business: it hands over a function that returns a tile's bytes.
"""

import io
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Longs
from tripplan.errors import DataError, InvalidInputError
from tripplan.sources.elevation.lattice import Blocks, LatticeRaster
from tripplan.units import EARTH_RADIUS_M

Fetch = Callable[[int, int, int], bytes | None]
"""Bytes of the tile (zoom, column, row); None where there is none."""

_PIXELS: Final = 256
_TILES_KEPT: Final = 256
_NOMINAL_LAT: Final = 45.0
_LOWEST_M: Final = -12_000.0


class TerrariumTiles(LatticeRaster):
    """Heights from terrarium tiles of one zoom.

    Parameters
    ----------
    fetch
        Returns the bytes of a tile.
    zoom
        12 has pixels of 27 m at 45 degrees.
    """

    def __init__(self, fetch: Fetch, zoom: int = 12) -> None:
        if not 0 <= zoom <= 15:
            raise InvalidInputError(
                f"zoom {zoom} has no terrarium tiles",
                field="zoom",
                value=zoom,
                expected="a whole number from 0 to 15",
            )
        self._fetch = fetch
        self._zoom = zoom
        self._side = _PIXELS << zoom
        self._blocks: Blocks[tuple[int, int]] = Blocks(self._read, _TILES_KEPT)
        self.name = f"terrarium tiles, zoom {zoom}"
        self.resolution_m = float(
            2 * np.pi * EARTH_RADIUS_M * np.cos(np.radians(_NOMINAL_LAT)) / self._side
        )

    def positions(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Web Mercator; a pixel's height holds at its centre."""
        phi = np.radians(np.where(np.abs(lat) < 85.05, lat, np.nan))
        row = (1.0 - np.arcsinh(np.tan(phi)) / np.pi) / 2.0 * self._side - 0.5
        return row, (lon + 180.0) / 360.0 * self._side - 0.5

    def pixels(self, row: Longs, col: Longs) -> Floats:
        """Read pixels tile by tile; columns wrap around the earth."""
        col = col % self._side
        tile_row, tile_col = row // _PIXELS, col // _PIXELS
        height = np.full(row.size, np.nan)
        across = self._side // _PIXELS
        keys = np.where((row >= 0) & (row < self._side), tile_row * across + tile_col, -1)
        for key in np.unique(keys[keys >= 0]):
            one_row, one_col = divmod(int(key), across)
            block = self._blocks[one_row, one_col]
            if block is not None:
                here = np.flatnonzero(keys == key)
                height[here] = block[row[here] % _PIXELS, col[here] % _PIXELS]
        return height

    def _read(self, tile: tuple[int, int]) -> NDArray[np.float32] | None:
        data = self._fetch(self._zoom, tile[1], tile[0])
        return None if data is None else decode_terrarium(data, f"{self._zoom}/{tile[1]}/{tile[0]}")


def decode_terrarium(data: bytes, where: str) -> NDArray[np.float32]:
    """Decode one tile into heights, shape (256, 256), NaN where transparent or below the sea bed.

    Parameters
    ----------
    data
        The PNG file.
    where
        The tile's name, for messages.

    Raises
    ------
    DataError
        No PNG of 256 by 256 pixels, or Pillow is not installed.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise DataError(
            "terrarium tiles are read with Pillow: pip install 'tripplan[raster]'"
        ) from error
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            pixels = np.asarray(image.convert("RGBA"), dtype=np.float64)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataError(f"terrarium tile {where} is no PNG: {error}", path=where) from error
    if pixels.shape[:2] != (_PIXELS, _PIXELS):
        raise DataError(f"terrarium tile {where} has shape {pixels.shape[:2]}", path=where)
    height = pixels[..., 0] * 256.0 + pixels[..., 1] + pixels[..., 2] / 256.0 - 32768.0
    height[(pixels[..., 3] == 0) | (height < _LOWEST_M)] = np.nan
    return height.astype(np.float32)
