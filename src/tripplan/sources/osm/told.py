"""What of a way's tags decides how it is read, found quickly: most ways share it with many others.

Looking a key up costs a tenth of walking over all tags of a way; so the keys that most ways have
are looked up, then those that many have, and only who has others is walked over.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from tripplan.sources.osm.keys import role_of
from tripplan.sources.osm.tags import FROZEN, PAVED, ROUGHEST, SMOOTHNESS_KMH, UNPAVED_KMH

Told = tuple[str | None, ...]
"""Values of `_FIRST`, then other keys that are used, each followed by its value."""

_FIRST: Final = ("highway", "maxspeed", "oneway", "surface", "smoothness", "source:maxspeed")
"""Keys that are used and that most ways have, ..."""
_FIRST_PASSED_OVER: Final = ("name", "ref", "lanes", "lit")
"""... and keys that are not, and change neither access nor speed nor toll."""
_SECOND: Final = ("access", "motor_vehicle", "service")
"""The same of the keys that many ways have, ..."""
_SECOND_PASSED_OVER: Final = (
    "bicycle",
    "foot",
    "source",
    "layer",
    "sidewalk",
    "cycleway",
    "turn:lanes",
)
_THIRD: Final = (
    "bridge",
    "junction",
    "maxspeed:backward",
    "maxspeed:forward",
    "maxspeed:type",
    "motorroad",
    "tunnel",
    "zone:maxspeed",
    "zone:traffic",
)
"""... and of those that fewer have."""
_THIRD_PASSED_OVER: Final = (
    "cycleway:both",
    "destination",
    "destination:ref",
    "embankment",
    "hgv",
    "horse",
    "int_ref",
    "lanes:backward",
    "lanes:forward",
    "lcn",
    "placement",
    "postal_code",
    "source:geometry",
    "turn",
    "turn:lanes:backward",
    "turn:lanes:forward",
    "width",
)


USED: Final = (*_FIRST, *_SECOND, *_THIRD)
"""All keys that are looked up and used, ..."""
PASSED_OVER: Final = (*_FIRST_PASSED_OVER, *_SECOND_PASSED_OVER, *_THIRD_PASSED_OVER)
"""... and all that are looked up and not."""
CONTEXTS: Final = frozenset(("source:maxspeed", "maxspeed:source", "maxspeed:type", "zone:traffic"))
"""Keys whose values count only if they name a country ("DE:urban") or another context."""


class Tags(Protocol):
    """Tags as osmium has them."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def __iter__(self) -> Iterator[Iterable[str]]:
        """Give keys with their values."""
        ...

    def get(self, key: str) -> str | None:
        """Return the value of a key."""
        ...


class WayTold(NamedTuple):
    """What a way's tags say to its reader."""

    key: Told
    """What decides how it is read."""
    unused: list[str]
    """Keys that are to be counted only."""
    ref: str | None
    """Its number, ..."""
    name: str | None
    """... and its name."""


class TagWalker:
    """Tells what decides how ways are read, and remembers what each key is good for."""

    def __init__(self) -> None:
        self._roles: dict[str, str] = dict.fromkeys(_FIRST, "first")

    def told(self, tags: Tags) -> WayTold:
        """Return what a reader wants to know of a way.

        Parameters
        ----------
        tags
            Those of the way.
        """
        get = tags.get
        found = tuple(map(get, _ALL_FIRST))
        key, name, ref = found[:_USED_FIRST], found[_USED_FIRST], found[_USED_FIRST + 1]
        left = len(tags) - len(_ALL_FIRST) + found.count(None)
        if left:
            second = tuple(map(get, _ALL_SECOND))
            left -= len(_ALL_SECOND) - second.count(None)
            third: Told = ()
            if left:
                third = tuple(map(get, _ALL_THIRD))
                left -= len(_ALL_THIRD) - third.count(None)
            if left:
                return self._walked(tags, key, ref, name)
            for keys, values in ((_SECOND, second), (_THIRD, third)):
                for word, value in zip(keys, values, strict=False):
                    if value is not None:
                        key += (word, value)
        return WayTold(key, _NO_KEYS, ref, name)

    def _walked(self, tags: Tags, key: Told, ref: str | None, name: str | None) -> WayTold:
        roles, used, unused = self._roles, list(key), list[str]()
        for word, value in tags:
            role = roles.get(word)
            if role is None:
                role = roles[word] = role_of(word)
            if role == "used":
                used += (word, value)
            elif role == "unused":
                unused.append(word)
        return WayTold(tuple(used), unused, ref, name)


_ALL_FIRST: Final = (*_FIRST, *_FIRST_PASSED_OVER)
_ALL_SECOND: Final = (*_SECOND, *_SECOND_PASSED_OVER)
_ALL_THIRD: Final = (*_THIRD, *_THIRD_PASSED_OVER)
_USED_FIRST: Final = len(_FIRST)
_NO_KEYS: Final[list[str]] = []


def tags_of(told: Told) -> dict[str, str | None]:
    """Return the tags that decide how a way is read."""
    first = {key: value for key, value in zip(_FIRST, told, strict=False) if value}
    rest = told[_USED_FIRST:]
    return {**first, **{str(key): text for key, text in zip(rest[::2], rest[1::2], strict=True)}}


def simplified(tags: Mapping[str, str | None]) -> dict[str, str | None]:
    """Write pavements, their state and sources of limits in one way: few of their words count.

    Parameters
    ----------
    tags
        The tags of a way.

    Returns
    -------
    dict
        Tags that mean the same to a car.
    """
    found = dict(tags)
    surface = found.get("surface")
    if surface is not None and surface not in UNPAVED_KMH and surface not in FROZEN:
        found["surface"] = "asphalt" if surface in PAVED else "unknown"
    smoothness = (found.get("smoothness") or "").casefold()
    if smoothness not in SMOOTHNESS_KMH and smoothness not in ROUGHEST:
        found.pop("smoothness", None)
    for word in CONTEXTS & found.keys():
        if ":" not in (found[word] or ""):
            del found[word]
    return found
