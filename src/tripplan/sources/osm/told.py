"""What of a way's tags decides how it is read: most ways share it with many others."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tripplan.sources.osm.keys import role_of
from tripplan.sources.osm.opl import plain
from tripplan.sources.osm.tags import FROZEN, PAVED, ROUGHEST, SMOOTHNESS_KMH, UNPAVED_KMH

Told = tuple[str, ...]
"""Keys that are used, each followed by its value, as they stand in the line of a way."""

CONTEXTS: Final = frozenset(("source:maxspeed", "maxspeed:source", "maxspeed:type", "zone:traffic"))
"""Keys whose values count only if they name a country ("DE:urban") or another context."""


class WayTold(NamedTuple):
    """What a way's tags say to its reader."""

    key: Told
    """What decides how it is read."""
    unused: list[str]
    """Keys that are to be counted only."""


class TagWalker:
    """Tells what decides how ways are read, and remembers what each key is good for."""

    def __init__(self) -> None:
        self._roles: dict[str, str] = {}

    def told(self, tags: Mapping[str, str]) -> WayTold:
        """Return what a reader wants to know of a way.

        Parameters
        ----------
        tags
            Those of the way, as they stand in its line (`opl.WayLine`).
        """
        roles, used, unused = self._roles, list[str](), list[str]()
        for word, value in tags.items():
            role = roles.get(word)
            if role is None:
                role = roles[word] = role_of(plain(word))
            if role == "used":
                used += (word, value)
            elif role:
                unused.append(plain(word))
        return WayTold(tuple(used), unused)


def tags_of(told: Told) -> dict[str, str]:
    """Return the tags that decide how a way is read."""
    return {plain(key): plain(text) for key, text in zip(told[::2], told[1::2], strict=True)}


def simplified(tags: Mapping[str, str]) -> dict[str, str]:
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
        if ":" not in found[word]:
            del found[word]
    return found
