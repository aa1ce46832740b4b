"""What a request may ask: bounds first, then the words of `WISHES`; no file of the machine is read.

A question is a flat object, as a row of a batch: ``origin``, ``destination``, ``vehicle`` or
``vehicle_toml``, ``soh``, and any wish by its word.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from tripplan.batch import asked
from tripplan.errors import DataError, InvalidInputError
from tripplan.records.region import Region
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle, parse_vehicle

MOST_BYTES: Final = 128 * 1024
"""Largest body of a request; a car's file is some 5 kB."""
LONGEST_TEXT: Final = 4_000
"""Most characters of one value but a car's file."""
LONGEST_CAR: Final = 64 * 1024
MOST_ITEMS: Final = 200
"""Most entries of a list, also of one that is written as text."""
MOST_WAYPOINTS: Final = 25
_CAR_FILE: Final = "vehicle_toml"
_PARTS: Final = ";|"
"""What parts the entries of a list that is written as text."""


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object of a body.

    Raises
    ------
    InvalidInputError
        It is no JSON, no object, has numbers that are none, or is nested too deeply.
    """
    try:
        found = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InvalidInputError(
            "the body is not valid JSON", field="body", expected="an object of JSON"
        ) from None
    if not isinstance(found, dict):
        raise InvalidInputError(
            "the body is no object of JSON", field="body", expected="an object of JSON"
        )
    return found


def _no_number(text: str) -> float:
    raise ValueError(text)


def trip_and_car(region: Region, question: Mapping[str, Any]) -> tuple[Trip, Vehicle]:
    """Return the trip and the car that a question asks for.

    Parameters
    ----------
    region
        Where places are looked up.
    question
        Values by their words.

    Raises
    ------
    InvalidInputError
        Something is missing, wrong or beyond the bounds of a request.
    """
    row = {word: _bounded(word, value) for word, value in question.items() if value is not None}
    text = row.pop(_CAR_FILE, None)
    if text is not None:
        row["vehicle"] = _car_of(text)
        row.setdefault("soh", None)
    elif str(row.get("vehicle", "")).strip().lower().endswith(".toml"):
        raise InvalidInputError(
            f"vehicle: a car of one's own comes as the text of its file, in {_CAR_FILE}",
            field="vehicle",
            expected="an id of the catalogue",
        )
    if not {"origin", "destination"} & row.keys() and "vehicle" not in row:
        raise InvalidInputError("the question is empty", field="origin", expected="a trip")
    trip, car = asked(region, row)
    if len(trip.waypoints) > MOST_WAYPOINTS:
        raise _too_many("via", len(trip.waypoints), MOST_WAYPOINTS)
    return trip, car


def _car_of(text: object) -> Vehicle:
    try:
        return parse_vehicle(str(text), where="the car's file")
    except RecursionError:
        raise InvalidInputError(
            "the car's file is nested too deeply", field=_CAR_FILE, expected="a car's file"
        ) from None
    except DataError as error:
        raise InvalidInputError(str(error), field=_CAR_FILE, expected="a car's file") from None


def _bounded(word: str, value: object) -> object:
    """Return a value of a question if it is plain and small."""
    longest = LONGEST_CAR if word == _CAR_FILE else LONGEST_TEXT
    if len(word) > 100:
        raise InvalidInputError("a word of the question is too long", field=word[:100])
    if isinstance(value, str):
        if len(value) > longest:
            raise _too_many(word, len(value), longest, "characters")
        items = 0 if word == _CAR_FILE else 1 + sum(map(value.count, _PARTS))
        if items > MOST_ITEMS:
            raise _too_many(word, items, MOST_ITEMS)
        return value
    if isinstance(value, list):
        most = MOST_WAYPOINTS if word == "via" else MOST_ITEMS
        if len(value) > most:
            raise _too_many(word, len(value), most)
        return [_item(word, item) for item in value]
    if isinstance(value, bool | int | float):
        return value
    raise _wrong_kind(word)


def _item(word: str, item: object) -> object:
    if isinstance(item, list):
        if len(item) > 4 or not all(isinstance(number, int | float) for number in item):
            raise _wrong_kind(word)
        return tuple(item)
    if isinstance(item, str):
        if len(item) > LONGEST_TEXT:
            raise _too_many(word, len(item), LONGEST_TEXT, "characters")
        return item
    if isinstance(item, bool | int | float):
        return item
    raise _wrong_kind(word)


def _wrong_kind(word: str) -> InvalidInputError:
    expected = "text, a number, true or false, or a list of these"
    return InvalidInputError(f"{word}: expected {expected}", field=word, expected=expected)


def _too_many(word: str, given: int, most: int, what: str = "entries") -> InvalidInputError:
    return InvalidInputError(
        f"{word}: {given} {what} are more than a request may have, {most}",
        field=word,
        expected=f"at most {most} {what}",
    )
