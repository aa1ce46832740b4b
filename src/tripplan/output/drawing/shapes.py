"""Water and borders around a route: shapes of the whole world, cut out of the package's own file.

The files under ``tripplan/data/shapes`` are written by ``tools/build_shapes.py``; provenance.json
beside them names source and licence.  Sea, lakes and islands are one figure: the box, the land and
the lakes as rings, of which a point lies in water if it is inside an odd number.
"""

import hashlib
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
import shapely
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.errors import DataError
from tripplan.output.drawing.basemap import Bounds
from tripplan.output.drawing.lines import clipped_ring, parts_within, simplify
from tripplan.records.region import Water

CREDIT = "Natural Earth"
"""Whose water and borders are drawn; named on the map."""
FINE = 4000.0
"""Lines keep to their course within the diagonal of the box by this."""
_WHOLE = 1.0 - 1e-9
"""A ring over more than this part of the box is the box itself."""


@dataclass(frozen=True)
class Shapes:
    """What lies in a box besides roads; lines of (latitude, longitude), degrees."""

    water: tuple[Floats, ...] = ()
    """Rings of the sea and of lakes, to be filled where a point is inside an odd number of them."""
    inland: tuple[Floats, ...] = ()
    """Likewise, of the region's own water, which then stands in place of the lakes."""
    countries: tuple[Floats, ...] = ()
    states: tuple[Floats, ...] = ()


def shapes_within(box: Bounds, own: Water | None = None) -> Shapes:
    """Return water and borders of a box, as few points as its size asks for.

    Parameters
    ----------
    box
        The box.
    own
        The region's own inland water.

    Raises
    ------
    DataError
        The package's file is missing or is not the one that its provenance names.
    """
    frame = _Frame.of(box)
    known = ("land", "lakes") if own is None else ("land",)
    return Shapes(
        water=_figure([_layers()[name] for name in known], frame, wet=True),
        inland=_figure([_Layer.of(own)], frame, wet=False) if own is not None else (),
        countries=_borders("countries", frame),
        states=_borders("states", frame),
    )


@dataclass(frozen=True, eq=False)
class _Frame:
    """A box, and what its size asks of lines."""

    low: Floats
    """South and west, shape (2,)."""
    high: Floats
    """North and east, shape (2,)."""
    stretch: float
    """Length of a degree of longitude in degrees of latitude."""
    tolerance: float
    """Degrees of latitude."""
    decimals: int
    """Of coordinates."""

    @classmethod
    def of(cls, box: Bounds) -> "_Frame":
        stretch = math.cos(math.radians(0.5 * (box.south + box.north)))
        tolerance = math.hypot((box.east - box.west) * stretch, box.north - box.south) / FINE
        low, high = np.array([box.south, box.west]), np.array([box.north, box.east])
        return cls(low, high, stretch, tolerance, math.ceil(-math.log10(tolerance)) + 1)

    def few(self, line: Floats) -> Floats:
        """Simplify a line."""
        kept = simplify(line[:, 1] * self.stretch, line[:, 0], self.tolerance)
        return line[kept].round(self.decimals)


@dataclass(frozen=True, eq=False)
class _Layer:
    """Lines one after the other, and the box of each."""

    points: Floats
    """Latitude and longitude, shape (points, 2)."""
    first: NDArray[np.int64]
    """First point of each line, shape (lines + 1,)."""

    @classmethod
    def of(cls, water: Water) -> "_Layer":
        """Return the rings of a region's own water."""
        return cls(np.column_stack([water.lat, water.lon]).astype(np.float64), water.first)

    @cached_property
    def low(self) -> Floats:
        """South and west of each line, shape (lines, 2)."""
        return np.asarray(np.minimum.reduceat(self.points, self.first[:-1]))

    @cached_property
    def high(self) -> Floats:
        """North and east of each line."""
        return np.asarray(np.maximum.reduceat(self.points, self.first[:-1]))

    def near(self, frame: _Frame, *, least: float = 0.0) -> list[Floats]:
        """Return the lines whose boxes touch a frame and are higher or wider than this."""
        near = ((self.high >= frame.low) & (self.low <= frame.high)).all(axis=1)
        found = np.flatnonzero(near & ((self.high - self.low).max(axis=1) >= least))
        return [self.points[self.first[k] : self.first[k + 1]] for k in found.tolist()]


@cache
def _layers() -> dict[str, _Layer]:
    folder = files("tripplan").joinpath("data", "shapes")
    try:
        data = folder.joinpath("natural-earth.npz").read_bytes()
        wanted = json.loads(folder.joinpath("provenance.json").read_bytes())["sha256"]
    except OSError as error:
        raise DataError(
            f"the shapes of water and borders are missing: {error}. Reinstall tripplan.",
            path="natural-earth.npz",
        ) from error
    if hashlib.sha256(data).hexdigest() != wanted["natural-earth.npz"]:
        raise DataError(
            "the shapes of water and borders are damaged: natural-earth.npz has another SHA-256 "
            "than its provenance.json says. Reinstall tripplan.",
            path="natural-earth.npz",
        )
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        step_deg = columns["step_deg"].item()
        return {
            name: _unpacked(columns[f"{name}_steps"], columns[f"{name}_size"], step_deg)
            for name in ("land", "lakes", "countries", "states")
        }


def _unpacked(planes: NDArray[np.uint8], size: NDArray[np.int32], step_deg: float) -> _Layer:
    """Undo what `tools/build_shapes.py` does: byte planes of folded steps to degrees."""
    folded = planes[:, 0].astype(np.uint16) | (planes[:, 1].astype(np.uint16) << 8)
    steps = (folded >> 1) ^ (np.uint16(0) - (folded & 1))
    lon, lat = np.cumsum(steps, axis=1, dtype=np.uint16) * step_deg
    points = np.column_stack([lat - 90.0, lon - 180.0])
    return _Layer(points, np.concatenate(([0], np.cumsum(size, dtype=np.int64))))


def _figure(layers: Sequence[_Layer], frame: _Frame, *, wet: bool) -> tuple[Floats, ...]:
    """Cut rings to a frame; `wet` tells whether a point inside none of them is to be filled."""
    (south, west), (north, east) = frame.low, frame.high
    corners = np.array([(south, west), (south, east), (north, east), (north, west)])
    rings = []
    for layer in layers:
        for ring in layer.near(frame, least=2.0 * frame.tolerance):
            inside = clipped_ring(ring[:-1], frame.low, frame.high)
            if len(inside) > 2 and _area(inside) > _WHOLE * _area(corners):
                wet = not wet
            elif len(inside) > 2:
                rings.append(frame.few(np.vstack([inside, inside[:1]])))
    if wet:
        rings.insert(0, np.vstack([corners, corners[:1]]))
    return tuple(ring for ring in rings if len(ring) > 3)


def _borders(name: str, frame: _Frame) -> tuple[Floats, ...]:
    return tuple(
        frame.few(part)
        for line in _layers()[name].near(frame)
        for part in parts_within(line, frame.low, frame.high)
    )


def _area(ring: Floats) -> float:
    return float(shapely.Polygon(ring).area)
