"""What of a way's tags decides how it is read, found quickly: most ways share it with many others.

Looking a key up costs a tenth of walking over all tags of a way; so the keys that most ways have
are looked up, and only who has others is walked over.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, Protocol

from tripplan.sources.osm.keys import role_of

Told = tuple[str | None, ...]
"""Values of `_USUAL`, then other keys that are used, each followed by its value."""

_USUAL: Final = (
    "highway",
    "maxspeed",
    "oneway",
    "surface",
    "smoothness",
    "source:maxspeed",
    "service",
    "access",
    "motor_vehicle",
)
"""Keys that are used and that many ways have, ..."""
_PASSED_OVER: Final = (
    "name",
    "lanes",
    "lit",
    "ref",
    "bicycle",
    "foot",
    "source",
    "layer",
    "sidewalk",
    "cycleway",
    "turn:lanes",
)
"""... and keys that are not, and change neither access nor speed nor toll."""
_LOOKED_UP: Final = len(_USUAL) + len(_PASSED_OVER)
_MORE: Final = (
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
"""Keys that are used and that fewer ways have, looked up where others are left, ..."""
_MORE_PASSED_OVER: Final = (
    "destination",
    "hgv",
    "horse",
    "int_ref",
    "lanes:backward",
    "lanes:forward",
    "placement",
    "postal_code",
    "source:geometry",
    "turn",
    "turn:lanes:backward",
    "turn:lanes:forward",
    "width",
)
"""... and such that are not."""


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


class TagWalker:
    """Tells what decides how ways are read, and remembers what each key is good for."""

    def __init__(self) -> None:
        self._roles: dict[str, str] = dict.fromkeys(_USUAL, "usual")

    def told(self, tags: Tags) -> tuple[Told, list[str]]:
        """Return what decides how a way is read, and its keys that are to be counted only.

        Parameters
        ----------
        tags
            Those of the way.
        """
        get = tags.get
        values = tuple(map(get, _USUAL))
        missing = values.count(None) + tuple(map(get, _PASSED_OVER)).count(None)
        left = len(tags) + missing - _LOOKED_UP
        if not left:
            return values, _NO_KEYS
        more = tuple(map(get, _MORE))
        left -= len(_MORE) - more.count(None)
        if left:
            left -= len(_MORE_PASSED_OVER) - tuple(map(get, _MORE_PASSED_OVER)).count(None)
        if not left:
            pairs = ((key, text) for key, text in zip(_MORE, more, strict=True) if text)
            return (*values, *chain.from_iterable(pairs)), _NO_KEYS
        return self._walked(tags, values)

    def _walked(self, tags: Tags, values: Told) -> tuple[Told, list[str]]:
        roles, used, unused = self._roles, list(values), list[str]()
        for key, value in tags:
            role = roles.get(key)
            if role is None:
                role = roles[key] = role_of(key)
            if role == "used":
                used += (key, value)
            elif role == "unused":
                unused.append(key)
        return tuple(used), unused


_NO_KEYS: Final[list[str]] = []


def tags_of(told: Told) -> dict[str, str | None]:
    """Return the tags that decide how a way is read."""
    usual = {key: value for key, value in zip(_USUAL, told, strict=False) if value}
    rest = told[len(_USUAL) :]
    return {**usual, **{str(key): text for key, text in zip(rest[::2], rest[1::2], strict=True)}}
