"""Quantities with their units, as drivers write them: "20F", "60mph", "100 mi", "1h30min", "80%".

A field that ends in a unit takes a text with any unit of the same kind, and a bare number in its
own.  Conversions are exact by definition (`units`).
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args, get_origin

from pydantic import ValidationInfo, field_validator

from tripplan.records.base import Record, as_text
from tripplan.units import (
    KELVIN_AT_0_C,
    KG_PER_LB,
    KMH_PER_MPS,
    M_PER_KM,
    M_PER_MILE,
    S_PER_H,
    W_PER_KW,
)


class _Kind(NamedTuple):
    """What can be measured, and in what."""

    noun: str
    unit: str
    """Unit of the values, in words."""
    like: str
    """How one writes it."""
    factors: Mapping[str, float]
    """What one of each unit is in that unit."""


_MILE_KM: Final = M_PER_MILE / M_PER_KM
TEMPERATURE: Final = _Kind(
    "a temperature",
    "degrees Celsius",
    '"20F", "-10C"',
    {
        **dict.fromkeys(("c", "°c", "degc", "deg c", "celsius"), 1.0),
        **dict.fromkeys(("f", "°f", "degf", "deg f", "fahrenheit"), 5.0 / 9.0),
        "k": 1.0,
    },
)
TIME: Final = _Kind(
    "a time",
    "seconds",
    '"30min", "2h", "1h30min"',
    {
        **dict.fromkeys(("s", "sec"), 1.0),
        **dict.fromkeys(("min", "mins"), 60.0),
        **dict.fromkeys(("h", "hr", "hours"), S_PER_H),
        **dict.fromkeys(("d", "days"), 24 * S_PER_H),
    },
)
SPEED: Final = _Kind(
    "a speed",
    "km/h",
    '"60mph", "100 km/h"',
    {
        **dict.fromkeys(("km/h", "kmh", "kph"), 1.0),
        "mph": _MILE_KM,
        **dict.fromkeys(("m/s", "mps"), KMH_PER_MPS),
    },
)
DISTANCE: Final = _Kind(
    "a distance",
    "km",
    '"100mi", "160 km"',
    {
        "km": 1.0,
        **dict.fromkeys(("mi", "mile", "miles"), _MILE_KM),
        "m": 1.0 / M_PER_KM,
    },
)
POWER: Final = _Kind("a power", "kW", '"50kW"', {"kw": 1.0, "w": 1.0 / W_PER_KW})
ENERGY: Final = _Kind("an energy", "kWh", '"12kWh"', {"kwh": 1.0, "wh": 1.0 / W_PER_KW})
MASS: Final = _Kind(
    "a mass", "kg", '"150kg", "330lb"', {"kg": 1.0, **dict.fromkeys(("lb", "lbs"), KG_PER_LB)}
)
ANGLE: Final = _Kind("an angle", "degrees", '"270deg"', dict.fromkeys(("deg", "°"), 1.0))
SUNSHINE: Final = _Kind(
    "a power per area", "W/m2", '"800 W/m2"', dict.fromkeys(("w/m2", "w/m²"), 1.0)
)
SHARE: Final = _Kind("a share", "1", '"80%"', {"%": 0.01})
_KINDS: Final = (
    TEMPERATURE,
    TIME,
    SPEED,
    DISTANCE,
    POWER,
    ENERGY,
    MASS,
    ANGLE,
    SUNSHINE,
    SHARE,
)
_BY_UNIT: Final = {unit: kind for kind in _KINDS for unit in kind.factors}
_BY_ENDING: Final = {
    "c": (TEMPERATURE, 1.0),
    "s": (TIME, 1.0),
    "kmh": (SPEED, 1.0),
    "mps": (SPEED, KMH_PER_MPS),
    "km": (DISTANCE, 1.0),
    "kw": (POWER, 1.0),
    "kwh": (ENERGY, 1.0),
    "kg": (MASS, 1.0),
    "deg": (ANGLE, 1.0),
}
"""Kind by the end of a field's name, and what one of the field's unit is in the kind's."""
_NUMBER: Final = r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_ONE: Final = re.compile(rf"({_NUMBER})\s*([a-z°%][a-z°/%²2 ]*)", re.IGNORECASE)
_PART: Final = r"(\d+(?:\.\d+)?)\s*([a-z]+)"
_SEVERAL: Final = re.compile(rf"(?:{_PART}\s*)+", re.IGNORECASE)


class Quantity(NamedTuple):
    """A value of some kind, in the unit of that kind."""

    kind: _Kind
    value: float


def read_quantity(text: str) -> Quantity | None:
    """Read a number with its unit; None: it is no number with a unit that is known here.

    A time may have several parts, "1h30min", each unit once.

    Raises
    ------
    InvalidInputError
        It is no text.
    """
    text = as_text(text, where="quantity").strip()
    one = _ONE.fullmatch(text)
    unit = one[2].strip().casefold() if one else ""
    if one and unit in _BY_UNIT:
        kind, number = _BY_UNIT[unit], float(one[1])
        if kind is TEMPERATURE:
            number -= {"f": 32.0, "k": KELVIN_AT_0_C}.get(_scale(unit), 0.0)
        return Quantity(kind, number * kind.factors[unit])
    if not _SEVERAL.fullmatch(text):
        return None
    parts = [(float(n), u.casefold()) for n, u in re.findall(_PART, text)]
    seconds = {TIME.factors.get(u, 0.0) for _, u in parts}
    if 0.0 in seconds or len(seconds) < len(parts):
        return None
    return Quantity(TIME, sum(number * TIME.factors[u] for number, u in parts))


def _scale(unit: str) -> str:
    return unit.removeprefix("°").removeprefix("deg").strip()[:1]


def unit_of(field: str) -> tuple[_Kind, float] | None:
    """Return the kind that a field's name ends in, and the size of its unit; None: no such end."""
    if field.endswith("_w_per_m2"):
        return SUNSHINE, 1.0
    if "_per_" in field:
        return None
    return _BY_ENDING.get(field.rpartition("_")[2]) if "_" in field else None


def in_unit_of(field: str, value: object) -> object:
    """Return what a text with a unit comes to in the unit of a field; anything else as it is.

    Parameters
    ----------
    field
        Name of the field: "ambient_c".
    value
        What is given for it: "20F".

    Raises
    ------
    ValueError
        The unit is one of another kind; or a number has a unit that is not known.
    """
    known = unit_of(field)
    if known is None or not isinstance(value, str):
        return value
    kind, size = known
    found = read_quantity(value)
    if found is None:
        if not _ONE.fullmatch(value.strip()):
            return value
        raise ValueError(
            f"its unit is not known; {kind.noun} is written like {kind.like}, or as a plain "
            f"number of {_plain(field, kind)}"
        )
    if found.kind is not kind:
        raise ValueError(
            f"that is {found.kind.noun}, and {kind.noun} is asked for, like {kind.like}, or as a "
            f"plain number of {_plain(field, kind)}"
        )
    return found.value / size


def _plain(field: str, kind: _Kind) -> str:
    return "m/s" if field.endswith("_mps") else kind.unit


class QuantityRecord(Record):
    """A record whose numbers may come with units of their kind, and its words in capitals."""

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: object, info: ValidationInfo) -> object:
        name = info.field_name or ""
        annotation = cls.model_fields[name].annotation if name in cls.model_fields else None
        if isinstance(value, str) and get_origin(annotation) is Literal:
            return _word_of(get_args(annotation), value)
        return in_unit_of(name, value)


def _word_of(words: tuple[object, ...], value: str) -> str:
    """Return the word that is meant: "Tow-bar" is tow_bar; or the text as it is, if it is none."""
    folded = value.strip().casefold().replace("-", "_").replace(" ", "_")
    return next((word for word in words if isinstance(word, str) and word == folded), value)
