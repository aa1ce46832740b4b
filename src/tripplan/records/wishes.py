"""What can be wished for a trip beside its ends: the fields of `Trip` and of the records in it.

Side by side, each by one word, the same in Python, on the command line, in the columns of a batch
and in a study.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from pydantic import model_validator
from pydantic.fields import FieldInfo

from tripplan.records.base import Record
from tripplan.records.marks import Asked, is_per_trip, marks, part_of
from tripplan.records.trip import Place, Trip, Waypoint

Via = Sequence[str | Place | Waypoint] | str | Place | Waypoint
"""Waypoints: names ("Portland, OR", "Portland, OR; 8h; 11kW"), "lat,lon", places, finished ones."""


class Wish(NamedTuple):
    """A field that can be wished for."""

    record: type[Record]
    """The record that it is a field of."""
    part: str
    """Field of `Trip` whose record holds it; empty: it is one of `Trip` itself."""
    field: str
    """Its name there."""
    info: FieldInfo
    """Its type, default and marks."""
    asked: Asked
    """How it is asked for."""
    per_trip: bool
    """Whether nothing that is kept from one trip for the next depends on it."""


def _of(record: type[Record], part: str, *, per_trip: bool) -> dict[str, Wish]:
    found: dict[str, Wish] = {}
    for name, info in record.model_fields.items():
        inner, own = part_of(info), per_trip or is_per_trip(info)
        if inner is not None:
            found |= _of(inner, name, per_trip=own)
        elif not info.is_required():
            asked = next(marks(info, Asked), Asked())
            found[asked.word or name] = Wish(record, part, name, info, asked, own)
    return found


WISHES: Final = _of(Trip, "", per_trip=False)
"""Every wish by its word, in the order of the records."""


class Wishing(Record):
    """A record that takes the wishes of a trip beside its own fields."""

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        found = {key: value for key, value in given.items() if key in WISHES}
        rest = {key: value for key, value in given.items() if key not in WISHES}
        wishes = rest.get("wishes", {})
        if found and isinstance(wishes, Mapping):
            rest["wishes"] = {**wishes, **found}
        return rest
