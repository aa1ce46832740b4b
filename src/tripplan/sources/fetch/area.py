"""Which part of the world to fetch: a bounding box, or the corridor of a trip, cut into tiles."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from tripplan.arrays import Floats
from tripplan.errors import InvalidInputError
from tripplan.records.base import as_text
from tripplan.records.trip import Place
from tripplan.routing.geometry import unit_vectors
from tripplan.units import M_PER_DEGREE, M_PER_KM

DETAIL_KM: Final = 15.0
"""Reach of full detail around the ends of a corridor, km (an assumption)."""
LEAST_REACH_KM: Final = 30.0
"""Least reach of a corridor to either side of the great circle, km, ..."""
REACH_SHARE: Final = 0.15
"""... and its share of the distance: roads stray from the straight line (assumptions)."""
KM_PER_DEGREE: Final = M_PER_DEGREE / M_PER_KM
_DIGITS: Final = 6
_POLE: Final = 89.0


@dataclass(frozen=True)
class BBox:
    """A rectangle of latitude and longitude, degrees, rounded to a millionth."""

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        for name in ("south", "west", "north", "east"):
            object.__setattr__(self, name, round(float(getattr(self, name)), _DIGITS))
        sound = (
            -90 <= self.south < self.north <= 90 and -180 <= self.west < self.east <= 180
        )  # false for NaN, too
        if not sound:
            raise InvalidInputError(
                f"bounding box {self}: it must hold south < north within -90..90 and west < east "
                "within -180..180; an area across the antimeridian has to be fetched in two halves",
                field="bbox",
                value=str(self),
                expected="south,west,north,east in degrees",
            )

    def __str__(self) -> str:
        return ",".join(
            f"{side:.{_DIGITS}f}".rstrip("0").rstrip(".")
            for side in (self.south, self.west, self.north, self.east)
        )

    @classmethod
    def parse(cls, text: str) -> "BBox":
        """Read "south,west,north,east".

        Raises
        ------
        InvalidInputError
            It is not four numbers, or no area.
        """
        text = as_text(text, where="bounding box")
        try:
            south, west, north, east = (float(part) for part in text.split(","))
        except ValueError as error:
            raise InvalidInputError(
                f'bounding box "{text[:80]}" is not four numbers: write south,west,north,east in '
                "degrees, as 39.5,-105.2,39.8,-104.8",
                field="bbox",
                value=text,
                expected="south,west,north,east in degrees",
            ) from error
        return cls(south, west, north, east)

    @classmethod
    def around(cls, place: Place, reach_km: float) -> "BBox":
        """Return the box that reaches so far to each side of a place, km."""
        lat = reach_km / KM_PER_DEGREE
        lon = lat / math.cos(math.radians(min(abs(place.lat), _POLE)))
        return cls(
            max(-90.0, place.lat - lat),
            max(-180.0, place.lon - lon),
            min(90.0, place.lat + lat),
            min(180.0, place.lon + lon),
        )

    @property
    def middle(self) -> Place:
        """Its middle."""
        return Place(lat=(self.south + self.north) / 2, lon=(self.west + self.east) / 2)

    @property
    def height_km(self) -> float:
        """Length from south to north, km."""
        return (self.north - self.south) * KM_PER_DEGREE

    @property
    def width_km(self) -> float:
        """Length of its longest parallel, km."""
        nearest = 0.0 if self.south <= 0 <= self.north else min(abs(self.south), abs(self.north))
        return (self.east - self.west) * KM_PER_DEGREE * math.cos(math.radians(nearest))

    @property
    def area_km2(self) -> float:
        """Its area, rounded up, km2."""
        return self.height_km * self.width_km

    @property
    def reach_km(self) -> float:
        """Distance from the middle that holds all of it, km."""
        return math.hypot(self.height_km, self.width_km) / 2

    def holds(self, lat: float, lon: float) -> bool:
        """Tell whether a point lies in it."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east

    def cut(self, rows: int, columns: int) -> tuple["BBox", ...]:
        """Cut it into equal parts."""
        lat = np.linspace(self.south, self.north, rows + 1)
        lon = np.linspace(self.west, self.east, columns + 1)
        return tuple(
            BBox(float(lat[r]), float(lon[c]), float(lat[r + 1]), float(lon[c + 1]))
            for r in range(rows)
            for c in range(columns)
        )


@dataclass(frozen=True)
class Tile:
    """A box to ask for at once, with all its roads or with its main roads only."""

    bbox: BBox
    detail: bool


@dataclass(frozen=True)
class Corridor:
    """The land between two places: all roads near the ends, main roads in between."""

    origin: Place
    destination: Place
    reach_km: float | None = None
    """How far it reaches to either side of the great circle, km; None: 15 % of the distance, at
    least 30 km."""
    detail_km: float = DETAIL_KM
    """How far full detail reaches around the ends, km."""

    def __post_init__(self) -> None:
        reach = self.reach_km
        if not 0 < self.detail_km <= 200 or not (reach is None or 0 < reach <= 500):
            raise InvalidInputError(
                "a corridor reaches up to 500 km to either side, and its detail up to 200 km",
                field="reach_km",
                value=(reach, self.detail_km),
                expected="0 < detail_km <= 200, 0 < reach_km <= 500",
            )
        if abs(self.origin.lon - self.destination.lon) > 180:
            raise InvalidInputError(
                f"the corridor from {self.origin.label} to {self.destination.label} crosses the "
                "antimeridian: fetch its halves one by one",
                field="destination",
                value=self.destination.label,
                expected="two places on one side of the antimeridian",
            )

    @property
    def distance_km(self) -> float:
        """Length of the great circle between the ends, km."""
        return math.degrees(self._turn[2]) * KM_PER_DEGREE

    @cached_property
    def _turn(self) -> tuple[Floats, Floats, float]:
        """The ends as unit vectors, shape (3,), and the angle between them."""
        one, other = unit_vectors(
            np.array([self.origin.lat, self.destination.lat]),
            np.array([self.origin.lon, self.destination.lon]),
        )
        across = float(np.linalg.norm(np.cross(one, other)))
        return one, other, math.atan2(across, float(one @ other))

    @property
    def side_km(self) -> float:
        """How far it reaches to either side, km."""
        if self.reach_km is not None:
            return self.reach_km
        return max(LEAST_REACH_KM, REACH_SHARE * self.distance_km)

    @property
    def ends(self) -> tuple[BBox, BBox]:
        """The boxes of full detail."""
        return (
            BBox.around(self.origin, self.detail_km),
            BBox.around(self.destination, self.detail_km),
        )

    def line(self, step_km: float) -> tuple[Floats, Floats]:
        """Return latitudes and longitudes along the great circle, no farther apart than a step."""
        one, other, angle = self._turn
        share = np.linspace(0.0, 1.0, 2 + int(self.distance_km / step_km))[:, None]
        part = np.sin(share * angle) if angle > 1e-9 else share
        rest = np.sin((1 - share) * angle) if angle > 1e-9 else 1 - share
        x, y, z = (rest * one + part * other).T
        return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def bbox_tiles(bbox: BBox, largest_km2: float) -> tuple[Tile, ...]:
    """Cut a box into equal tiles of full detail, none larger than ``largest_km2``."""
    side_km = math.sqrt(largest_km2)
    rows = math.ceil(bbox.height_km / side_km)
    return tuple(
        Tile(part, detail=True) for part in bbox.cut(rows, math.ceil(bbox.width_km / side_km))
    )


def corridor_tiles(corridor: Corridor, *, largest_km2: float, side_deg: float) -> tuple[Tile, ...]:
    """Cut a corridor into tiles: the ends in detail, then squares of a fixed grid on the way.

    The grid is that of the earth, so that two trips along one road share their tiles.
    """
    ends = [tile for end in corridor.ends for tile in bbox_tiles(end, largest_km2)]
    return (
        *dict.fromkeys(ends),
        *(Tile(box, detail=False) for box in _squares(corridor, side_deg)),
    )


def _squares(corridor: Corridor, side_deg: float) -> list[BBox]:
    """Return the squares of the grid that lie within the corridor's reach of its line."""
    lat, lon = corridor.line(min(10.0, corridor.side_km / 2))
    reach = corridor.side_km / KM_PER_DEGREE
    wide = reach / math.cos(math.radians(min(_POLE, float(np.abs(lat).max()) + reach)))
    row = np.arange((lat.min() - reach) // side_deg, (lat.max() + reach) // side_deg + 1)
    column = np.arange((lon.min() - wide) // side_deg, (lon.max() + wide) // side_deg + 1)
    south, west = (edge.reshape(-1, 1) for edge in np.meshgrid(row, column, indexing="ij"))
    south, west = south * side_deg, west * side_deg
    north, east = np.minimum(south + side_deg, 90.0), np.minimum(west + side_deg, 180.0)
    # Least distance of the line's points to each square; plain on so short a way.
    near_lat, near_lon = np.clip(lat, south, north), np.clip(lon, west, east)
    x = (near_lon - lon) * np.cos(np.radians((near_lat + lat) / 2))
    away_km = np.hypot(x, near_lat - lat).min(axis=1, keepdims=True) * KM_PER_DEGREE
    found = (away_km <= corridor.side_km) & (south >= -90.0) & (west >= -180.0)
    found &= (south < 90.0) & (west < 180.0)
    sides = np.column_stack([side[found] for side in (south, west, north, east)])
    return [BBox(*square) for square in sides.tolist()]
