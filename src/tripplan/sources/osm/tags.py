"""What OpenStreetMap tags mean for a car: access, one-ways, limits, barriers, restrictions.

Pure: tags in (a mapping of strings), meaning out; no file, no array.  The choices follow what the
open-source routers do (OSRM, GraphHopper, Valhalla); docs/decisions/0015-osm-reader.md lists them.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tripplan.records.network import ROAD_CLASSES
from tripplan.sources.osm.limits import (
    KMH_PER_MPH,
    NO_LIMIT_KMH,
    WALK_KMH,
    context_limit_kmh,
)

KMH_PER_KNOT: Final = 1.852
HIGHEST_LIMIT_KMH: Final = 200.0
"""No country posts more; a higher figure is a slip of the pen and counts as missing."""

WAY_KEYS: Final = (
    "highway",
    "route",
    "junction",
    "oneway",
    "oneway:motorcar",
    "oneway:motor_vehicle",
    "oneway:vehicle",
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "vehicle:forward",
    "vehicle:backward",
    "motor_vehicle:forward",
    "motor_vehicle:backward",
    "motorcar:forward",
    "motorcar:backward",
    "maxspeed",
    "maxspeed:forward",
    "maxspeed:backward",
    "maxspeed:advisory",
    "maxspeed:conditional",
    "maxspeed:type",
    "source:maxspeed",
    "zone:maxspeed",
    "zone:traffic",
    "surface",
    "service",
    "area",
    "toll",
    "tunnel",
    "bridge",
    "duration",
)
"""The keys of a way that `read_way` looks at."""

PLACE_KINDS: Final = frozenset(
    ("city", "town", "village", "suburb", "hamlet", "borough", "quarter", "neighbourhood")
)

CLASS_OF: Final = {
    **{name: index for index, name in enumerate(ROAD_CLASSES) if name != "ferry"},
    "road": ROAD_CLASSES.index("unclassified"),
}
LINKS: Final = ("motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link")
CLASS_OF.update({link: ROAD_CLASSES.index(link.removesuffix("_link")) for link in LINKS})

SKIPPED_SERVICES: Final = frozenset(
    ("driveway", "parking_aisle", "drive-through", "emergency_access")
)
"""Service roads left out: they lead to a door or a parking place, never through."""

_OPEN: Final = frozenset(("yes", "permissive", "designated", "official", "public"))
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
        "agricultural;forestry",
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
_ACCESS_KEYS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")

PASSABLE_BARRIERS: Final = frozenset(
    (
        "no",
        "gate",
        "lift_gate",
        "swing_gate",
        "sliding_gate",
        "bump_gate",
        "cattle_grid",
        "border_control",
        "toll_booth",
        "checkpoint",
        "sally_port",
        "entrance",
        "height_restrictor",
        "kerb",
        "arch",
        "spikes",
    )
)
"""Barriers that a car passes where no access is tagged; all others stop it."""

UNPAVED_KMH: Final = {
    "unpaved": 50.0,
    "compacted": 60.0,
    "fine_gravel": 60.0,
    "gravel": 50.0,
    "pebblestone": 40.0,
    "cobblestone": 30.0,
    "unhewn_cobblestone": 25.0,
    "dirt": 40.0,
    "earth": 40.0,
    "ground": 40.0,
    "grass": 20.0,
    "sand": 25.0,
    "mud": 15.0,
    "rock": 20.0,
}
"""Highest expected speed on a surface, km/h (estimates)."""

_NUMBER: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*(km/?h|kmh|kph|mph|knots?)?", re.ASCII)
_CONTEXT: Final = re.compile(r"([A-Z]{2})(?:[-:][A-Z]{2,3})?:([a-z0-9_:]+)", re.ASCII)
_UNITS: Final = {"mph": KMH_PER_MPH, "knot": KMH_PER_KNOT, "knots": KMH_PER_KNOT}
_VARIABLE: Final = frozenset(("signals", "variable"))


@dataclass(frozen=True)
class SpeedLimit:
    """What one maxspeed value says."""

    kmh: float = math.nan
    """Limit, km/h; NaN: not stated or not understood."""
    urban: bool | None = None
    """Whether the value speaks of a built-up area; None: it does not say."""
    fault: str = ""
    """Why the value was not used; empty if it was."""


def parse_maxspeed(text: str) -> SpeedLimit:
    """Read a maxspeed value: "50", "30 mph", "none", "walk", "DE:urban", "50;70", "signals".

    Of a list, the lowest counts.  Figures that are not above 0, or above `HIGHEST_LIMIT_KMH`,
    count as missing, and so does what depends on a sign that changes.
    """
    found = [_one_limit(part.strip()) for part in re.split(r"[;|]", text) if part.strip()]
    good = [limit for limit in found if not math.isnan(limit.kmh)]
    if good:
        return min(good, key=lambda limit: limit.kmh)
    return found[0] if found else SpeedLimit(fault="maxspeed not understood")


def _one_limit(text: str) -> SpeedLimit:
    if text == "none":
        return SpeedLimit(NO_LIMIT_KMH)
    if text == "walk":
        return SpeedLimit(WALK_KMH, urban=True)
    if text in _VARIABLE:
        return SpeedLimit(fault="maxspeed varies by signal")
    number = _NUMBER.fullmatch(text)
    if number:
        kmh = float(number[1]) * _UNITS.get(number[2] or "", 1.0)
        if 0.0 < kmh <= HIGHEST_LIMIT_KMH:
            return SpeedLimit(kmh)
        return SpeedLimit(fault="maxspeed out of range")
    context = _CONTEXT.fullmatch(text)
    return _context_limit(context[1], context[2]) if context else _unclear()


def _unclear() -> SpeedLimit:
    return SpeedLimit(fault="maxspeed not understood")


def _context_limit(country: str, context: str) -> SpeedLimit:
    zone = re.fullmatch(r"(?:zone:?)?([0-9]{1,3})", context)
    if zone:
        kmh = float(zone[1])
        if kmh > 0:
            return SpeedLimit(kmh * (KMH_PER_MPH if country == "GB" else 1.0), urban=True)
        return SpeedLimit(fault="maxspeed out of range")
    if context == "walk":
        return SpeedLimit(WALK_KMH, urban=True)
    limit = context_limit_kmh(country, context)
    if limit is None:
        return _unclear()
    return SpeedLimit(limit, urban=context in {"urban", "living_street", "nsl_restricted"})


Access = Literal["open", "destination", "shut"]


def car_access(tags: Mapping[str, str | None], direction: str = "") -> tuple[Access | None, str]:
    """Decide what the access tags say to a private car: the most specific key that is understood.

    Parameters
    ----------
    tags
        The tags of a way or node.
    direction
        ":forward", ":backward" or "".

    Returns
    -------
    tuple
        The access (None where no tag decides), and the fault met on the way, if any.
    """
    fault = ""
    for key in _ACCESS_KEYS:
        value = tags.get(key + direction) or tags.get(key)
        if not value:
            continue
        parts = {part.strip() for part in value.split(";")}
        if parts & _OPEN:
            return "open", fault
        if parts & _DESTINATION:
            return "destination", fault
        if parts & _SHUT:
            return "shut", fault
        fault = "access not understood"
    return None, fault


def blocks_cars(tags: Mapping[str, str | None]) -> bool:
    """Whether a barrier node stops a car: its access tags decide, else the barrier's kind."""
    access, _ = car_access(tags)
    if access is not None:
        return access == "shut"
    return tags.get("locked") == "yes" or tags.get("barrier") not in PASSABLE_BARRIERS


def driving_directions(tags: Mapping[str, str | None]) -> tuple[bool, bool, str]:
    """Read the one-way tags: whether cars go forward, backward, and why neither.

    Motorways and roundabouts are one-way unless tagged otherwise.  Reversible roads are left out
    (their direction depends on the hour); alternating ones count as two-way.
    """
    value = next(
        (
            tags[key]
            for key in ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
            if tags.get(key)
        ),
        None,
    )
    if value in {"yes", "true", "1"}:
        return True, False, ""
    if value in {"-1", "reverse"}:
        return False, True, ""
    if value == "reversible":
        return False, False, "reversible one-way"
    implied = tags.get("junction") in {"roundabout", "circular"} or (
        tags.get("highway") == "motorway"
    )
    if implied and value not in {"no", "false", "0", "alternating"}:
        return True, False, ""
    return True, True, ""


def parse_duration(text: str | None) -> float | None:
    """Read a ferry's duration: "HH:MM", "HH:MM:SS" or minutes; seconds, or None.

    A duration of 0 or above two days is not believed.
    """
    if not text:
        return None
    clock = re.fullmatch(r"([0-9]{1,2}):([0-5]?[0-9])(?::([0-5]?[0-9]))?", text.strip())
    iso = re.fullmatch(r"PT(?:([0-9]{1,4})H)?(?:([0-9]{1,4})M)?", text.strip())
    minutes = re.fullmatch(r"([0-9]{1,4})(?:\s*min)?", text.strip())
    if clock:
        seconds = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    elif minutes:
        seconds = int(minutes[1]) * 60
    elif iso:
        seconds = int(iso[1] or 0) * 3600 + int(iso[2] or 0) * 60
    else:
        return None
    return float(seconds) if 0 < seconds <= 2 * 86_400 else None
