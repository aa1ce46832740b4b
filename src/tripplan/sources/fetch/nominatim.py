"""Place names to positions through Nominatim: one question a name, kept in the cache."""

import re
from dataclasses import dataclass
from typing import Any, Final

from tripplan.errors import InvalidInputError
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.trip import Place
from tripplan.sources.chargers.values import Tally, text
from tripplan.sources.fetch.area import BBox
from tripplan.sources.fetch.http import Fetcher, Question, UnusableAnswerError, read_json
from tripplan.sources.fetch.overpass import LICENCE

LONGEST_NAME: Final = 200
LEAST_REACH_KM: Final = 5.0
"""A place without an extent reaches this far to each side, km (an assumption)."""
_COORDINATES: Final = re.compile(r"\s*[-+]?[0-9.]+\s*,\s*[-+]?[0-9.]+\s*")


@dataclass(frozen=True)
class FoundPlace:
    """A place as Nominatim knows it."""

    place: Place
    """Its position; its name is what was asked for."""
    bbox: BBox
    """Its extent, at least 5 km to each side."""
    full_name: str
    """Its name with the areas that it lies in."""


def geocode(fetcher: Fetcher, query: str) -> Place:
    """Return the position of a place: a name, or "lat,lon", which asks nobody.

    Raises
    ------
    InvalidInputError
        Nothing of that name is known.
    OfflineError
        It is not in the cache, and asking is switched off.
    SourceError
        Nominatim refuses or gave no usable answer.
    """
    if _COORDINATES.fullmatch(query):
        return Gazetteer(()).find(query)
    return find_place(fetcher, query).place


def find_place(fetcher: Fetcher, query: str) -> FoundPlace:
    """Return a place with its extent.

    Parameters
    ----------
    fetcher
        Asks.
    query
        Its name: "Littleton, CO".

    Raises
    ------
    InvalidInputError
        Nothing of that name is known.
    OfflineError
        It is not in the cache, and asking is switched off.
    SourceError
        Nominatim refuses or gave no usable answer.
    """
    name = text(query, Tally(), limit=LONGEST_NAME)
    if not name:
        raise InvalidInputError(
            "a place needs a name", field="place", value=query, expected="a name, or lat,lon"
        )
    question = Question(
        service="Nominatim",
        about=f'place "{name}"',
        url=f"{fetcher.settings.nominatim_url.rstrip('/')}/search",
        query={"q": name, "format": "jsonv2", "limit": "1"},
        licence=LICENCE,
    )
    found = fetcher.fetch(question, _read).value
    if found is None:
        raise InvalidInputError(
            f'place "{name}" is not known to Nominatim: check the spelling, add the state or '
            'country ("Littleton, CO"), or give coordinates, as "39.61,-105.02".',
            field="place",
            value=query,
            expected="a name that OpenStreetMap has, or lat,lon",
        )
    place = Place(lat=found[0], lon=found[1], name=name)
    return FoundPlace(place, _extent(place, found[2]), found[3])


_Row = tuple[float, float, tuple[float, ...], str]


def _read(body: bytes) -> _Row | None:
    rows = read_json(body)
    if not isinstance(rows, list):
        raise UnusableAnswerError("an answer that is no list of places")
    return _row(rows[0]) if rows else None


def _row(row: Any) -> _Row:  # noqa: ANN401 - whatever the service says
    try:
        lat, lon = float(row["lat"]), float(row["lon"])
        box = tuple(float(side) for side in row.get("boundingbox") or ())
        full = text(row.get("display_name"), Tally(), limit=300)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableAnswerError("a place without a position") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or len(box) not in (0, 4):
        raise UnusableAnswerError("a place at an impossible position")
    return lat, lon, box, full


def _extent(place: Place, sides: tuple[float, ...]) -> BBox:
    """Return a place's box; Nominatim's order is south, north, west, east."""
    least = BBox.around(place, LEAST_REACH_KM)
    if not sides:
        return least
    south, north, west, east = sides
    try:
        return BBox(
            min(south, least.south),
            min(west, least.west),
            max(north, least.north),
            max(east, least.east),
        )
    except InvalidInputError:
        return least
