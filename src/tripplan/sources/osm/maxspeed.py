"""Speed limits as OpenStreetMap states them: maxspeed values in all their spellings.

Pure: a text in, a limit out.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tripplan.sources.osm.keys import MODES, Key, has_family
from tripplan.sources.osm.limits import (
    KMH_PER_MPH,
    NO_LIMIT_KMH,
    WALK_KMH,
    context_limit_kmh,
)

KMH_PER_KNOT: Final = 1.852
HIGHEST_LIMIT_KMH: Final = 200.0
"""No country posts more; a higher figure is a slip of the pen and counts as missing."""
CYCLE_STREET_KMH: Final = 30.0
"""Limit of cars on a cycle street, as Germany, Austria, Belgium and the Netherlands have it."""

_NUMBER: Final = re.compile(
    r"(-?\d+(?:\.\d+|,\d)?)\s*"
    r"(?:(km\s*/?\s*h(?:r|our)?|kmp?h|kph|km|k/h)"
    r"|(mph|mp/h|mi/h|m\.p\.h\.?|miles?(?:\s*(?:per\s*hour|/\s*h))?)"
    r"|(knots?|kn|kts?))?",
    re.ASCII | re.IGNORECASE,
)
_CONTEXT: Final = re.compile(
    r"([A-Z]{2})(?:[-:](?!zone)[A-Z]{2,3}(?=:))?:([a-z0-9_: ]+)", re.ASCII | re.IGNORECASE
)
_LIST: Final = re.compile(r"[;|]|,\s+|,(?=\d\d)")
_MILES: Final = frozenset(("GB", "US"))
"""Where the figure of a zone is in miles an hour."""
_COUNTRY: Final = {"UK": "GB", "EN": "GB", "EL": "GR"}
"""Codes that are written in place of those of ISO 3166-1."""
_VARIABLE: Final = frozenset(("signals", "variable"))
_WALK: Final = frozenset(("walk", "walking_pace", "walking pace"))
_NO_LIMIT: Final = frozenset(("none", "unlimited", "no_limit", "no limit"))


@dataclass(frozen=True)
class SpeedLimit:
    """What one maxspeed value says."""

    kmh: float = math.nan
    """Limit, km/h; NaN: not stated or not understood."""
    urban: bool | None = None
    """Whether the value speaks of a built-up area; None: it does not say."""
    fault: str = ""
    """Why the value was not used; empty if it was."""


@lru_cache(maxsize=1024)
def parse_maxspeed(text: str) -> SpeedLimit:
    """Read a maxspeed value: "50", "30 mph", "none", "walk", "DE:urban", "50;70", "signals".

    Of a list, the lowest counts.  Figures that are not above 0, or above `HIGHEST_LIMIT_KMH`,
    count as missing, and so does what depends on a sign that changes.
    """
    found = [_one_limit(part.strip()) for part in _LIST.split(text) if part.strip()]
    good = [limit for limit in found if not math.isnan(limit.kmh)]
    if good:
        return min(good, key=lambda limit: limit.kmh)
    return found[0] if found else SpeedLimit(fault="maxspeed not understood")


def _one_limit(text: str) -> SpeedLimit:
    word = text.casefold()
    if word in _NO_LIMIT:
        return SpeedLimit(NO_LIMIT_KMH)
    if word in _WALK:
        return SpeedLimit(WALK_KMH, urban=True)
    if word in _VARIABLE:
        return SpeedLimit(fault="maxspeed varies by signal")
    number = _NUMBER.fullmatch(text)
    if number:
        unit_kmh = KMH_PER_MPH if number[3] else KMH_PER_KNOT if number[4] else 1.0
        return _believed(float(number[1].replace(",", ".")) * unit_kmh)
    context = _CONTEXT.fullmatch(text)
    return _context_limit(country_of(text), context[2].casefold()) if context else _unclear()


def _believed(kmh: float, *, urban: bool | None = None) -> SpeedLimit:
    if 0.0 < kmh <= HIGHEST_LIMIT_KMH:
        return SpeedLimit(kmh, urban=urban)
    return SpeedLimit(fault="maxspeed out of range")


def _unclear() -> SpeedLimit:
    return SpeedLimit(fault="maxspeed not understood")


def country_of(text: str) -> str:
    """Return the country that a value such as "DE:urban" names, as ISO 3166-1 has it, or ""."""
    context = _CONTEXT.fullmatch(text.strip())
    code = context[1].upper() if context else ""
    return _COUNTRY.get(code, code)


def _context_limit(country: str, context: str) -> SpeedLimit:
    zone = re.fullmatch(r"(?:zone[:_ ]?)?([0-9]{1,3})(?:[:_ ]?zone)?", context)
    if zone:
        return _believed(
            float(zone[1]) * (KMH_PER_MPH if country in _MILES else 1.0),
            urban=True,
        )
    if context in _WALK:
        return SpeedLimit(WALK_KMH, urban=True)
    if context in {"bicycle_road", "cyclestreet"}:
        return SpeedLimit(CYCLE_STREET_KMH, urban=True)
    limit = context_limit_kmh(country, context)
    if limit is None:
        return _unclear()
    return SpeedLimit(limit, urban=context in {"urban", "living_street", "nsl_restricted"})


_NOT_STATED: Final = SpeedLimit()


def stated_limit(
    taken: Mapping[Key, str], direction: str, family: str = "maxspeed"
) -> tuple[SpeedLimit, list[str]]:
    """Return the limit that tags state for a private car, and why others were not used.

    Parameters
    ----------
    taken
        Tags, as `keys.taken_apart` gives them.
    direction
        "forward" or "backward".
    family
        "maxspeed" or "maxspeed:advisory".
    """
    faults: list[str] = []
    if not has_family(taken, family):
        return _NOT_STATED, faults
    for key in _in_order(family, direction):
        text = taken.get(key)
        if text:
            found = parse_maxspeed(text)
            if not found.fault:
                return found, faults
            faults.append(found.fault)
    return _of_lanes(taken, direction, family, faults), faults


def _of_lanes(
    taken: Mapping[Key, str], direction: str, family: str, faults: list[str]
) -> SpeedLimit:
    """Return the highest limit of a lane: where no other is stated, a car may go so fast there.

    OSRM, Valhalla and GraphHopper read no limits of lanes; OpenTripPlanner takes the highest.
    """
    for key in _in_order(family, direction, lanes=True):
        lanes = (taken.get(key) or "").split("|")
        found = [parse_maxspeed(lane) for lane in lanes if lane.strip()]
        faults += [limit.fault for limit in found if limit.fault]
        good = [limit for limit in found if not limit.fault]
        if good:
            return max(good, key=lambda limit: limit.kmh)
    return _NOT_STATED


@lru_cache(maxsize=64)
def _in_order(family: str, direction: str, *, lanes: bool = False) -> tuple[Key, ...]:
    """Return the keys of a family for a private car, those that count first in front."""
    senses = (direction, "")
    return tuple(Key(family, mode, sense, lanes=lanes) for mode in MODES for sense in senses)
