"""What access tags say to a private car: now and, with conditions, at some times of the year.

Pure: tags in, meaning out.  The most specific group of vehicles decides (motorcar, motor_vehicle,
vehicle, access), a direction's own key before the general one, a condition that holds before the
unconditional value, and of several conditions the last.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tripplan.sources.osm.keys import MODES, Key, has_family, taken_apart

Access = Literal["open", "destination", "shut"]

_OPEN: Final = frozenset(("yes", "permissive", "designated", "official", "public", "discouraged"))
_DESTINATION: Final = frozenset(("destination", "customers"))
_SHUT: Final = frozenset(
    (
        "no",
        "private",
        "permit",
        "residents",
        "employees",
        "delivery",
        "agricultural",
        "forestry",
        "emergency",
        "military",
        "psv",
        "bus",
        "taxi",
        "hov",
        "hgv",
        "bicycle",
        "foot",
        "restricted",
        "use_sidepath",
    )
)

CAR: Final = {
    "weight": 2.5,
    "gross_weight": 2.5,
    "weightrating": 2.5,
    "maxweightrating": 2.5,
    "maxweight": 2.5,
    "axleload": 1.4,
    "maxaxleload": 1.4,
    "length": 5.0,
    "maxlength": 5.0,
    "width": 2.1,
    "maxwidth": 2.1,
    "height": 1.8,
    "maxheight": 1.8,
    "axles": 2.0,
    "wheels": 4.0,
    "trailers": 0.0,
    "seats": 5.0,
}
"""The car that conditions such as "weight>3.5" are compared with: tonnes, metres, counts
(assumptions: a large electric car without a trailer)."""

_COMPARED: Final = re.compile(r"([a-z_]+)\s*(<=|>=|<|>|=)\s*(\d+(?:[.,]\d+)?)\s*(?:t|st|m|lbs)?")
_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAYS: Final = "mo|tu|we|th|fr|sa|su|ph|sh"
_WORDS: Final = "off|closed|open|easter|week|sunrise|sunset|dusk|dawn|days?"
_TIME_LIKE: Final = re.compile(
    rf"(?:(?:{_MONTHS}|{_DAYS}|{_WORDS})\b|\d{{1,4}}|24/7|[\s:,;+/\[\]()-])+", re.IGNORECASE
)
_DAY_FIRST: Final = re.compile(rf"\b(\d{{1,2}})\.?\s*({_MONTHS})\b", re.IGNORECASE)
_NAMED: Final = re.compile(
    rf"\b(?:(?:{_MONTHS}|{_DAYS}|easter|week|sunrise|sunset|dusk|dawn)\b|\d+:\d\d)", re.IGNORECASE
)
"""What a time names at least: a bare figure is none."""
_LONG_NAMES: Final = (
    re.compile(
        r"\b(jan(?=uary)|feb(?=ruary)|mar(?=ch)|apr(?=il)|jun(?=e)|jul(?=y)|aug(?=ust)|sep(?=t)"
        r"|oct(?=ober)|nov(?=ember)|dec(?=ember))[a-z]+\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(mo(?=n)|tu(?=e)|we(?=d)|th(?=u)|fr(?=i)|sa(?=t)|su(?=n))"
        r"(?:n|e|es|d|u|ur|urs|i|t|[a-z]+day)\b",
        re.IGNORECASE,
    ),
)


class Clause(NamedTuple):
    """Access under a condition of time."""

    access: Access
    condition: str


@dataclass(frozen=True)
class CarAccess:
    """What the access tags say to a private car in one direction."""

    base: Access | None
    """Without conditions; None where no tag decides."""
    clauses: tuple[Clause, ...] = ()
    """What holds at certain times, in rising order of precedence."""
    faults: tuple[str, ...] = ()
    """Values that were not understood."""


_NOTHING_TOLD: Final = CarAccess(None)


def read_access(
    tags: Mapping[str, str | None], direction: str = "", *, modes: tuple[str, ...] = MODES
) -> CarAccess:
    """Decide what the access tags say to a private car.

    Parameters
    ----------
    tags
        The tags of a way or node.
    direction
        "forward", "backward", or "" for what holds both ways.
    modes
        Groups of vehicles whose keys count, the most specific first.
    """
    taken = taken_apart(tags)
    if not has_family(taken, "access"):
        return _NOTHING_TOLD
    clauses: list[Clause] = []
    faults: list[str] = []
    for mode in modes:
        for sense in dict.fromkeys((direction, "")):
            timed = taken.get(Key("access", mode, sense, conditional=True))
            if timed:
                found, why = clauses_of(timed)
                clauses[:0] = found
                faults += why
            value = taken.get(Key("access", mode, sense))
            access = access_of(value) if value else None
            if access:
                return _settled(access, clauses, faults)
            if value:
                faults.append("access not understood")
    return _settled(None, clauses, faults)


def _settled(base: Access | None, clauses: list[Clause], faults: list[str]) -> CarAccess:
    """Let a condition that always holds of the car stand for what is before it."""
    for number, clause in enumerate(clauses):
        if not clause.condition:
            return _settled(clause.access, clauses[number + 1 :], faults)
    return CarAccess(base, tuple(clauses), tuple(faults))


def access_of(value: str) -> Access | None:
    """Read one access value, or a list of them of which the kindest counts; None: unknown words."""
    parts = {part.strip() for part in value.casefold().split(";")}
    if parts & _OPEN:
        return "open"
    if parts & _DESTINATION:
        return "destination"
    return "shut" if parts & _SHUT else None


def clauses_of(text: str) -> tuple[list[Clause], list[str]]:
    """Read a value with conditions: "no @ (Nov-May); destination @ (Mo-Fr 07:00-09:00)".

    Conditions on the vehicle are decided here, for `CAR`; those on time stay, for the date of a
    trip; all others (weather, persons) are not used, and counted.

    Parameters
    ----------
    text
        The value of a key that ends in ":conditional".

    Returns
    -------
    tuple
        The clauses, and what was not understood.
    """
    clauses: list[Clause] = []
    faults: list[str] = []
    for value, condition in conditions_of(text):
        access = access_of(value)
        if access is None or condition is None:
            faults.append("conditional access not understood")
        elif condition != NEVER:
            clauses.append(Clause(access, condition))
    return clauses, faults


NEVER: Final = "never"
"""A condition that holds of other vehicles only."""


def conditions_of(text: str) -> list[tuple[str, str | None]]:
    """Take a value with conditions apart: each value, and what is said of the time.

    Parameters
    ----------
    text
        The value of a key that ends in ":conditional".

    Returns
    -------
    list
        Value, and condition as opening hours ("": it always holds of `CAR`; `NEVER`; None: it is
        not understood, or nothing is decided by: weather, persons).
    """
    found: list[tuple[str, str | None]] = []
    for part in re.findall(r"(?:[^;(]|\([^)]*\))+", text):
        value, at, condition = part.partition("@")
        found.append((value.strip(), _time_of(condition.strip()) if at else None))
    return found


def _time_of(condition: str) -> str | None:
    """Return what a condition says of the time; "never" if it is of other cars; None: unclear."""
    inner = condition
    while inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1].strip()
    times: list[str] = []
    unclear = not inner
    for part in re.split(r"\s+AND\s+", inner, flags=re.IGNORECASE):
        compared = _COMPARED.fullmatch(part.strip().casefold())
        if compared and compared[1] in CAR:
            if not _holds(CAR[compared[1]], compared[2], float(compared[3].replace(",", "."))):
                return NEVER
        elif _is_time(part):
            times.append(_time_words(part))
        else:
            unclear = True
    return None if unclear else " AND ".join(times)


def _holds(own: float, sign: str, figure: float) -> bool:
    return {
        "<": own < figure,
        "<=": own <= figure,
        ">": own > figure,
        ">=": own >= figure,
        "=": own == figure,
    }[sign]


def _time_words(text: str) -> str:
    """Write a time as the syntax of opening hours has it: "1 Nov - 15 Apr" is "Nov 1 - Apr 15"."""
    short = text.strip()
    for pattern in _LONG_NAMES:
        short = pattern.sub(r"\1", short)
    if re.match(rf"\d{{1,2}}\.?\s*(?:{_MONTHS})\b", short, re.IGNORECASE):
        short = _DAY_FIRST.sub(r"\2 \1", short)
    return short


def _is_time(text: str) -> bool:
    short = _time_words(text)
    return short == "24/7" or bool(
        "(" not in short and _TIME_LIKE.fullmatch(short) and _NAMED.search(short)
    )


def rule_of(access: CarAccess, usual: Access) -> str:
    """Write when a road is open to cars, or "" where that does not depend on the time.

    Parameters
    ----------
    access
        What the tags say.
    usual
        What holds where they say nothing.

    Returns
    -------
    str
        "yes" or "no", then what changes it, the last that holds decides:
        "yes; no @ (Nov-May)".
    """
    words = {"open": "yes", "destination": "yes", "shut": "no"}
    base = words[access.base or usual]
    told, parts = {base}, [base]
    for clause in access.clauses:
        word = words[clause.access]
        told.add(word)
        parts.append(f"{word} @ ({clause.condition})")
    return "; ".join(parts) if len(told) > 1 else ""
