"""Keys of OpenStreetMap ways that change access, speed or toll, taken apart: for whom, which way.

One key has many spellings (``motor_vehicle:backward:conditional``, ``access:motorcar``,
``maxspeed:forward:motorcar``); `parse_key` brings them to one form.  What belongs to one of these
families and is not used by the reader is counted in its report, never passed over in silence.
"""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

MODES: Final = ("motorcar", "motor_vehicle", "vehicle", "")
"""Groups that a private car belongs to, the most specific first; "": everybody."""

_MODE_OF: Final = {"motorcar": "motorcar", "car": "motorcar", "all": ""} | {
    mode: mode for mode in MODES[1:3]
}
_DIRECTIONS: Final = {"forward": "forward", "backward": "backward", "both_ways": ""}
_TAKEN_APART: Final = frozenset(("oneway", "maxspeed", "toll"))
_PLAIN: Final = frozenset(
    (
        "highway",
        "impassable",
        "maxheight",
        "maxlength",
        "maxweight",
        "maxwidth",
        "route",
        "junction",
        "service",
        "area",
        "surface",
        "smoothness",
        "4wd_only",
        "ice_road",
        "winter_road",
        "motorroad",
        "tunnel",
        "bridge",
        "duration",
        "maxspeed:type",
        "source:maxspeed",
        "maxspeed:source",
        "zone:maxspeed",
        "zone:traffic",
        "hov",
        "hov:backward",
        "hov:forward",
        "hov:lanes",
        "hov:lanes:backward",
        "hov:lanes:forward",
    )
)
"""Keys that are used as they are."""
_FAMILIES: Final = frozenset(
    (
        *_TAKEN_APART,
        "access",
        *MODES[:3],
        "4wd_only",
        "bicycle_road",
        "car",
        "charge",
        "cyclestreet",
        "fee",
        "flood_prone",
        "ford",
        "hov",
        "ice_road",
        "impassable",
        "living_street",
        "maxaxleload",
        "maxaxles",
        "maxbogieweight",
        "maxheight",
        "maxlength",
        "maxweight",
        "maxweightrating",
        "maxwidth",
        "minspeed",
        "motorroad",
        "opening_hours",
        "seasonal",
        "smoothness",
        "tidal",
        "tracktype",
        "traffic_calming",
        "winter_road",
        "winter_service",
        "zone",
    )
)
"""First words of keys that change access, speed or toll."""
_SECOND_WORDS: Final = ("source:maxspeed:",)
"""Beginnings of further such keys, whose first word says nothing."""
OTHER_VEHICLES: Final = frozenset(
    (
        "agricultural",
        "axle",
        "bicycle",
        "bus",
        "caravan",
        "coach",
        "disabled",
        "emergency",
        "foot",
        "forestry",
        "goods",
        "hazmat",
        "hgv",
        "hgv_articulated",
        "horse",
        "mofa",
        "moped",
        "motorcycle",
        "motorhome",
        "psv",
        "share_taxi",
        "taxi",
        "tourist_bus",
        "trailer",
    )
)
"""Words in a key by which it speaks of others than private cars."""


class Key(NamedTuple):
    """What a key says of its value."""

    family: str
    """access, oneway, maxspeed, maxspeed:advisory or toll."""
    mode: str = ""
    """One of `MODES`."""
    direction: str = ""
    """forward, backward, or "" for both."""
    conditional: bool = False
    """Whether the value is one with conditions ("no @ (Nov-May)")."""
    lanes: bool = False
    """Whether the value is a list, one a lane ("yes|yes|no")."""


@lru_cache(maxsize=4096)
def parse_key(text: str) -> Key | None:
    """Take a key apart; None where it is of no family, or speaks of other vehicles.

    Parameters
    ----------
    text
        The key; the parts behind the first may stand in any order.
    """
    family, *parts = text.split(":")
    found: dict[str, str] = {}
    if family in {"access", *MODES[:3]}:
        if family != "access":
            found["mode"] = family
        family = "access"
    elif family not in _TAKEN_APART:
        return None
    for part in parts:
        slot, value = _slot_of(part)
        if part == "advisory" and family == "maxspeed":
            family = "maxspeed:advisory"
        elif slot and slot not in found:
            found[slot] = value
        else:
            return None
    conditional, lanes = "conditional" in found, "lanes" in found
    if lanes and (conditional or family not in {"access", "maxspeed"}):
        return None
    return Key(family, found.get("mode", ""), found.get("direction", ""), conditional, lanes)


def _slot_of(part: str) -> tuple[str, str]:
    """Return what a part of a key says: for whom, which way, when, or for which lanes."""
    if part in {"conditional", "lanes"}:
        return part, part
    if part in _DIRECTIONS:
        return "direction", _DIRECTIONS[part]
    return ("mode", _MODE_OF[part]) if part in _MODE_OF else ("", "")


@lru_cache(maxsize=4096)
def role_of(text: str) -> str:
    """Tell what the reader does with a key of a way: "used", "unused" (and counted), or "".

    Parameters
    ----------
    text
        The key; "" stands for keys that change neither access nor speed nor toll.
    """
    if text in _PLAIN:
        return "used"
    key = parse_key(text)
    if key is not None and not (key.conditional and key.family == "maxspeed:advisory"):
        return "unused" if key.family == "oneway" and key.direction else "used"
    told = text.partition(":")[0] in _FAMILIES or text.startswith(_SECOND_WORDS)
    return "unused" if told else ""


class WayTags(dict[str, str]):
    """Tags that are taken apart once, for the many who look at them."""

    @cached_property
    def taken(self) -> "TakenTags":
        """What `taken_apart` returns."""
        return _taken_apart(self)


def taken_apart(tags: Mapping[str, str | None]) -> "TakenTags":
    """Return the tags whose keys `parse_key` understands, by what they say.

    Parameters
    ----------
    tags
        Tags of a way or node; those without a value are passed over.
    """
    return tags.taken if isinstance(tags, WayTags) else _taken_apart(tags)


def has_family(taken: Mapping[Key, str], family: str) -> bool:
    """Tell whether any of these tags is of a family: most ways have none of most."""
    if isinstance(taken, TakenTags):
        return family in taken.families
    return any(key.family == family for key in taken)


def has_conditions(taken: Mapping[Key, str], family: str) -> bool:
    """Tell whether any of these tags is of a family and has conditions: hardly any way has."""
    if isinstance(taken, TakenTags):
        return family in taken.conditional
    return any(key.conditional and key.family == family for key in taken)


class TakenTags(dict[Key, str]):
    """Tags taken apart, with what is asked of them most often."""

    @cached_property
    def families(self) -> frozenset[str]:
        """The families that any tag is of."""
        return frozenset(key.family for key in self)

    @cached_property
    def conditional(self) -> frozenset[str]:
        """Those of the tags with conditions."""
        return frozenset(key.family for key in self if key.conditional)


def _taken_apart(tags: Mapping[str, str | None]) -> TakenTags:
    found = TakenTags()
    for text, value in tags.items():
        key = parse_key(text) if value else None
        if key is not None and value:
            found.setdefault(key, value)
    return found
