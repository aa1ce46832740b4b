"""What OpenStreetMap tags mean for a car: classes, one-ways, barriers, tolls, surfaces, durations.

Pure: tags in (a mapping of strings), meaning out; no file, no array.  The choices follow what the
open-source routers do (OSRM, GraphHopper, Valhalla); docs/decisions/0015-osm-reader.md lists them.
"""

import re
from collections.abc import Mapping
from typing import Final

from tripplan.records.network import ROAD_CLASSES
from tripplan.sources.osm.access import read_access
from tripplan.sources.osm.keys import MODES, Key, has_family, taken_apart
from tripplan.sources.osm.sizes import too_large
from tripplan.units import S_PER_H

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

ON_FOOT: Final = {
    "pedestrian": ROAD_CLASSES.index("living_street"),
    "cycleway": ROAD_CLASSES.index("service"),
    "footway": ROAD_CLASSES.index("track"),
    "path": ROAD_CLASSES.index("track"),
    "bridleway": ROAD_CLASSES.index("track"),
}
"""Ways that are no roads unless a key of motor vehicles opens them, and as what they count then."""

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

SMOOTHNESS_KMH: Final = {
    "bad": 40.0,
    "very_bad": 20.0,
    "horrible": 10.0,
    "very_horrible": 10.0,
    "impassable": 10.0,
}
"""Highest expected speed on rough roads, km/h: as OSRM's profile for cars has them down to
"horrible"; what is worse is driven only where a pavement makes the tag doubtful."""
PAVED: Final = frozenset(
    ("asphalt", "chipseal", "concrete", "paved", "paving_stones", "sett", "cobblestone", "bricks")
)
ROUGHEST: Final = frozenset(("horrible", "very_horrible", "impassable"))
"""Smoothness that the OpenStreetMap wiki (Key:smoothness) calls usable by off-road vehicles or
tractors only, or by none with wheels."""
FROZEN: Final = frozenset(("ice", "snow"))
"""Surfaces that are there in winter only."""
_FREE_OF_TOLL: Final = frozenset(("no", "none", "hgv", "goods", "bus", "coach", "trailer", "psv"))
"""Toll values by which a car pays nothing: none, or others do."""


def blocks_cars(tags: Mapping[str, str | None]) -> bool:
    """Whether a barrier node stops a car: by its access tags, its size, else its kind."""
    access = read_access(tags).base
    if access is not None:
        return access == "shut" or too_large(tags)
    return (
        too_large(tags)
        or tags.get("locked") == "yes"
        or tags.get("barrier") not in PASSABLE_BARRIERS
    )


def unfit_for_cars(tags: Mapping[str, str | None], road_class: int) -> str:
    """Tell why the state of a road keeps ordinary cars off it; "" if nothing does.

    Roads with a pavement, and those of tertiary class and above, are driven however they are
    tagged: mappers call potholes "horrible" there.

    Parameters
    ----------
    tags
        The tags of a way.
    road_class
        Index into `ROAD_CLASSES`.
    """
    if too_large(tags):
        return "too low, too narrow, too short or too weak for a car"
    if tags.get("impassable") == "yes":
        return "tagged as impassable"
    if (tags.get("4wd_only") or "no").casefold() not in {"no", "recommended"}:
        return "for four-wheel drive only"
    surface = tags.get("surface")
    paved = surface in PAVED or (surface is None and road_class <= ROAD_CLASSES.index("tertiary"))
    if (tags.get("smoothness") or "").casefold() in ROUGHEST and not paved:
        return "too rough for a car"
    return ""


def is_frozen(tags: Mapping[str, str | None]) -> bool:
    """Whether a road is one of ice or snow, there in winter only."""
    return (
        any((tags.get(key) or "no") != "no" for key in ("ice_road", "winter_road"))
        or tags.get("surface") in FROZEN
    )


def pays_toll(tags: Mapping[str, str | None], direction: str) -> bool:
    """Whether a private car pays toll, by the most specific key: toll:motorcar before toll.

    Parameters
    ----------
    tags
        The tags of a way.
    direction
        "forward" or "backward".
    """
    taken = taken_apart(tags)
    if not has_family(taken, "toll"):
        return False
    for mode in MODES:
        for sense in (direction, ""):
            value = taken.get(Key("toll", mode, sense))
            if value:
                return costs_cars(value)
    return False


def costs_cars(value: str) -> bool:
    """Whether a value of toll says that a private car pays."""
    return not {part.strip().casefold() for part in value.split(";")} <= _FREE_OF_TOLL


REVERSIBLE: Final = "reversible one-way"
"""Why a road is left out whose direction changes at times that its tags do not say."""
_ALONG: Final = frozenset(("yes", "true", "1"))
_AGAINST: Final = frozenset(("-1", "reverse"))
_NO_ONEWAY: Final = frozenset(("no", "false", "0", "alternating"))


def sense_of(value: str) -> tuple[bool, bool] | None:
    """Tell whether a value of oneway lets cars go along a road, and against it; None: unknown."""
    word = value.strip().casefold()
    if word == "reversible":
        return False, False
    if word in _NO_ONEWAY:
        return True, True
    return (word in _ALONG, word in _AGAINST) if word in _ALONG | _AGAINST else None


def driving_directions(tags: Mapping[str, str | None]) -> tuple[bool, bool, str]:
    """Read the one-way tags: whether cars go forward, backward, and why neither.

    Motorways and roundabouts are one-way unless tagged otherwise.  The direction of reversible
    roads depends on the hour: without conditions that tell it, they are left out; alternating ones
    count as two-way.
    """
    taken = taken_apart(tags)
    stated = (taken.get(Key("oneway", mode)) for mode in MODES)
    value = next((text.strip().casefold() for text in stated if text), None)
    if value == "reversible":
        return False, False, REVERSIBLE
    if value in _ALONG or value in _AGAINST:
        return value in _ALONG, value in _AGAINST, ""
    implied = tags.get("junction") in {"roundabout", "circular"} or (
        tags.get("highway") == "motorway"
    )
    if implied and value not in _NO_ONEWAY:
        return True, False, ""
    return True, True, ""


_CLOCK: Final = re.compile(r"(\d{1,3}):([0-5]?\d)(?::([0-5]?\d))?", re.ASCII)
_ISO: Final = re.compile(
    r"P(?:(?P<d>[\d.]+)D)?(?:T(?:(?P<h>[\d.]+)H)?(?:(?P<m>[\d.]+)M)?(?:(?P<s>[\d.]+)S)?)?",
    re.ASCII | re.IGNORECASE,
)
_SPOKEN: Final = re.compile(
    r"(?:(?P<d>[\d.]+)(?![\d.])\s*(?:d|days?))?\s*"
    r"(?:(?P<h>[\d.]+)(?![\d.])\s*(?:h|hr|hrs|hours?)\.?)?\s*"
    r"(?:(?P<m>[\d.]+)(?![\d.])\s*(?:m|mn|min|mins|minutes?)?\.?)?\s*"
    r"(?:(?P<s>[\d.]+)(?![\d.])\s*(?:s|sec|secs|seconds?)\.?)?",
    re.ASCII | re.IGNORECASE,
)
_S_PER_MIN: Final = 60.0
_SECONDS_OF: Final = {"d": 24.0 * S_PER_H, "h": S_PER_H, "m": _S_PER_MIN, "s": 1.0}
LONGEST_CROSSING_S: Final = 48.0 * S_PER_H
"""Longer ones are not believed."""


def parse_duration(text: str | None) -> float | None:
    """Read how long a crossing takes: "HH:MM", "HH:MM:SS", minutes, "1.5 h", "PT45M"; seconds.

    A duration of 0 or above `LONGEST_CROSSING_S` is not believed: None, as for what is not
    understood.
    """
    told = (text or "").strip().replace(",", ".")
    clock = _CLOCK.fullmatch(told)
    if clock:
        seconds = int(clock[1]) * S_PER_H + int(clock[2]) * _S_PER_MIN + int(clock[3] or 0)
    else:
        found = _ISO.fullmatch(told) or _SPOKEN.fullmatch(told)
        try:
            seconds = sum(
                float(figure) * _SECONDS_OF[unit]
                for unit, figure in (found.groupdict() if found else {}).items()
                if figure
            )
        except ValueError:  # two points in a figure
            return None
    return float(seconds) if 0 < seconds <= LONGEST_CROSSING_S else None
