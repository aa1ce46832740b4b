"""Marks on the fields of records: what type, bounds and docstring do not tell.

Options, keys of what is kept, tables, schema and pages follow from the records; a mark stands in
the `Annotated` of a field of which they would follow wrongly.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, NamedTuple, TypeVar, get_args, get_origin

from pydantic.fields import FieldInfo

from tripplan.records.base import Record


class Asked(NamedTuple):
    """How a field of a trip is asked for, where that is not plainly by its name."""

    word: str = ""
    """Word in place of its name."""
    option: str = ""
    """Option of the command line, where it is another than that word."""
    like: str = ""
    """A value as one would write it."""


class _PerTrip:
    """See `PER_TRIP`."""


PER_TRIP: Final = _PerTrip()
"""Nothing that is kept from one trip for the next depends on the field.

What is kept is kept under all fields without this mark, so that a new field is never forgotten: at
worst, things are made anew that need not have been.
"""


class Unit(NamedTuple):
    """Unit of a value, where its name does not end in it; of pairs, one each: "degC, kW"."""

    text: str


_Mark = TypeVar("_Mark")


def marks(info: FieldInfo, kind: type[_Mark]) -> Iterator[_Mark]:
    """Return what of a kind stands in the `Annotated` of a field, or in that of "... or None"."""
    inner = (get_args(p)[1:] for p in get_args(info.annotation) if get_origin(p) is Annotated)
    every = [*info.metadata, *(mark for found in inner for mark in found)]
    return (mark for mark in every if isinstance(mark, kind))


def is_per_trip(info: FieldInfo) -> bool:
    """Tell whether a field is marked as `PER_TRIP`."""
    return any(marks(info, _PerTrip))


def per_trip(record: type[Record]) -> dict[str, Any]:
    """Return the fields that are marked as `PER_TRIP`, as pydantic's ``exclude`` takes them."""
    found: dict[str, Any] = {}
    for name, info in record.model_fields.items():
        inner = part_of(info)
        left_out = is_per_trip(info) or (per_trip(inner) if inner else {})
        if left_out:
            found[name] = left_out
    return found


def part_of(info: FieldInfo) -> type[Record] | None:
    """Return the record that a field holds, if it is one that need not be given."""
    kind = info.annotation
    if isinstance(kind, type) and issubclass(kind, Record) and not info.is_required():
        return kind
    return None
