"""What the code says of the fields of records: type, unit, shape, default, range and words."""

import dataclasses
import inspect
import pkgutil
import re
import types
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import numpy as np

from tripplan import records
from tripplan.records.base import Record
from tripplan.records.docstrings import field_docstrings
from tripplan.records.marks import Unit, marks

HOMES = (
    *(f"tripplan.records.{module.name}" for module in pkgutil.iter_modules(records.__path__)),
    "tripplan.batch.outcome",
    "tripplan.study.question",
    "tripplan.questions.answers",
    "tripplan.questions.reasons",
    "tripplan.questions.annual.household",
    "tripplan.questions.annual.answers",
    "tripplan.questions.ride_answers",
)
UNITS = {
    "_s": "s",
    "_m": "m",
    "_km": "km",
    "_mps": "m/s",
    "_kmh": "km/h",
    "_kw": "kW",
    "_w": "W",
    "_v": "V",
    "_a": "A",
    "_kwh": "kWh",
    "_kg": "kg",
    "_c": "degC",
    "_k": "K",
    "_m2": "m2",
    "_deg": "deg",
    "_lat": "deg",
    "_lon": "deg",
    "_ohm": "ohm",
    "_lbf": "lbf",
    "_lbf_per_mph": "lbf/mph",
    "_lbf_per_mph2": "lbf/mph2",
    "_j_per_k": "J/K",
    "_w_per_k": "W/K",
    "_w_per_m2": "W/m2",
    "_per_k": "1/K",
    "_per_kwh": "currency/kWh",
    "_per_km": "currency/km",
    "_per_h": "currency/h",
    "_per_session": "currency",
    "cost": "currency",
    **dict.fromkeys(("_soc", "_soc_error", "_efficiency", "_factor", "_coefficient"), "1"),
    "probability": "1",
}
"""Unit by the end of a name; the longest end counts."""
PLAIN = {
    "lat": "deg",
    "lon": "deg",
    "soc": "1",
    "soh": "1",
    "gap": "1",
    "slow_down_to": "1",
    "departure_step": "1",
    "value": "the objective's",
    "lower_bound": "the objective's",
    "tolerance": "the limit's",
    "islands": "the limit's",
}
"""Unit of the quantities whose names end in none."""
SHAPE = re.compile(r",? shape\s+(\([^)]*\))")


class Fact(NamedTuple):
    """What is known of a field."""

    name: str
    kind: str
    """Type, in words."""
    unit: str
    """Empty: it is no quantity, or its name promises none."""
    shape: str
    default: str
    limits: str
    words: str
    """Its docstring."""


def every_record() -> Iterator[type]:
    """Yield all public records that have fields, module by module."""
    for home in HOMES:
        for name, found in vars(import_module(home)).items():
            own = inspect.isclass(found) and found.__module__ == home
            is_record = own and (issubclass(found, Record) or dataclasses.is_dataclass(found))
            if is_record and not name.startswith("_") and facts(found):
                yield found


def facts(record: type) -> list[Fact]:
    """Return what is known of each public field of a record."""
    if issubclass(record, Record):
        known = record.model_fields.items()
        kinds = {name: info.annotation for name, info in known}
        defaults = {name: repr(info.default) for name, info in known if _has_default(info)}
        stated = {name: mark.text for name, info in known for mark in marks(info, Unit)}
    else:
        fields = dataclasses.fields(record)
        kinds = {field.name: field.type for field in fields if not field.name.startswith("_")}
        stated = {}
        defaults = {f.name: repr(f.default) for f in fields if f.default is not dataclasses.MISSING}
    words, limits = field_docstrings(record), _limits(record)
    found = []
    for name, kind in kinds.items():
        text = " ".join(words.get(name, "").split())
        shape, told = SHAPE.search(text), type_words(kind)
        unit = stated.get(name) or expected_unit(name) or ("1" if told.startswith("int") else "")
        default, limit = defaults.get(name, ""), limits.get(name, "")
        found.append(
            Fact(name, told, unit, shape[1] if shape else "", default, limit, SHAPE.sub("", text))
        )
    return found


def expected_unit(name: str) -> str:
    """Return the unit that a field's name promises; empty: it promises none."""
    if name in PLAIN:
        return PLAIN[name]
    ends = [end for end in UNITS if name.endswith(end)]
    return UNITS[max(ends, key=len)] if ends else ""


def type_words(kind: Any) -> str:  # noqa: ANN401 - an annotation
    """Put an annotation into words."""
    parts = get_args(kind)
    match get_origin(kind):
        case origin if origin is Annotated:
            words = type_words(parts[0])
        case origin if origin in (Union, types.UnionType):
            words = " or ".join(type_words(part) for part in parts)
        case origin if origin is Literal:
            words = " | ".join(str(part) for part in parts)
        case origin if origin is tuple:
            inner = parts[:1] if parts[-1] is ... else parts
            words = f"tuple of {' and '.join(type_words(part) for part in inner)}"
        case origin if origin is np.ndarray:
            words = f"array of {np.dtype(get_args(parts[1])[0]).name}"
        case origin if origin in (dict, Mapping):
            words = "mapping"
        case _:
            words = {str: "text", type(None): "none"}.get(kind, str(kind.__name__))
    return words


def _has_default(info: Any) -> bool:  # noqa: ANN401 - a field of pydantic
    return not info.is_required() and info.default_factory is None


def _limits(record: type) -> dict[str, str]:
    """Return the range of each field that has one."""
    if not issubclass(record, Record):
        return {}
    found = {}
    for name, info in record.model_fields.items():
        low, high = limits_of([*info.metadata, info.annotation])
        if low is not None or high is not None:
            ends = ["" if end is None else f"{end:g}" for end in (low, high)]
            found[name] = "..".join(ends)
    return found


def limits_of(parts: Any) -> tuple[float | None, float | None]:  # noqa: ANN401 - an annotation
    """Return the least and the greatest value that the parts of an annotation allow."""
    low = high = None
    for part in parts:
        least = getattr(part, "ge", getattr(part, "gt", None))
        most = getattr(part, "le", getattr(part, "lt", None))
        inner = limits_of([*getattr(part, "metadata", ()), *get_args(part)])
        low = next((end for end in (low, least, inner[0]) if end is not None), None)
        high = next((end for end in (high, most, inner[1]) if end is not None), None)
    return low, high
