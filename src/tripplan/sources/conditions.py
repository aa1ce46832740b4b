"""Values under conditions, "no @ (Nov-May); yes @ (weight<3.5)", as OpenStreetMap has them; pure.

After the OpenStreetMap wiki, Conditional restrictions.  Conditions on the vehicle are decided here,
for `CAR`; those on time stay, as opening hours; all others (weather, persons) are not understood.
"""

import re
from typing import Final

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
