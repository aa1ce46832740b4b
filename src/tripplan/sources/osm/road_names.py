"""What the ways and exits of an extract are called.

Tags: ref and name of ways; ref and name of the nodes ``highway=motorway_junction`` where ramps
begin; junction:ref, destination and destination:ref of ramps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tripplan.arrays import Ints, Longs
from tripplan.records.road_name import RoadName
from tripplan.sources.osm.editors import own_ids
from tripplan.sources.osm.numbered import told

EXIT: Final = "motorway_junction"
"""Value of ``highway`` of the nodes at which exits begin."""
_LONGEST: Final = 120
"""Characters; longer names are cut, which no sign has room for."""
_SIGNS: Final = ("junction:ref", "destination:ref", "destination")
"""Tags of ramps."""
_MOST_TOWARDS: Final = 2
"""So many of the places on a sign are kept."""


@dataclass(frozen=True, eq=False)
class WayNames:
    """What ways and exits are called."""

    table: tuple[RoadName, ...]
    """Each name once; the first is that of ways without any."""
    way: Ints
    """Index into ``table``, shape (ways,)."""
    exit_node: Longs
    """OSM ids of the nodes at which exits begin, rising, shape (exits,), ..."""
    exits: tuple[RoadName, ...]
    """... and what they are called; ref and name are empty; shape (exits,)."""


@dataclass(eq=False)
class NameReader:
    """Gathers names while a file is read."""

    number_of: dict[tuple[str | None, ...], int] = field(default_factory=dict)
    table: dict[RoadName, int] = field(default_factory=lambda: {RoadName(): 0})
    way: list[int] = field(default_factory=list)
    exits: dict[int, RoadName] = field(default_factory=dict)

    def read_exit(self, node: int, tags: Mapping[str, str]) -> None:
        """Take a node at which an exit begins, unless it is not said which one."""
        ref, name = _clean(tags.get("ref")), _clean(tags.get("name"))
        if ref or name:
            self.exits[node] = RoadName(exit=ref or name, towards=name if ref else "")

    def read_way(
        self, ref: str | None, name: str | None, signs: Callable[[str], str | None] | None
    ) -> None:
        """Take the next way.

        Parameters
        ----------
        ref, name
            Its number and its name.
        signs
            Gives the value of one of its tags, of a ramp with signs that say where it leads to;
            None: it is none.
        """
        values = (ref, name) if signs is None else (ref, name, *map(signs, _SIGNS))
        number = self.number_of.get(values)
        if number is None:
            exit_, *places = values[2:] or ("",)
            towards = next((_places(sign) for sign in reversed(places) if sign), "")
            found = RoadName(
                ref=_clean(";".join(filter(None, map(told, (ref or "").split(";"))))),
                name=_clean(name),
                exit=_clean(exit_),
                towards=towards,
            )
            number = self.number_of[values] = self.table.setdefault(found, len(self.table))
        self.way.append(number)

    def result(self) -> WayNames:
        """Return what was gathered."""
        nodes = own_ids(np.array(list(self.exits), dtype=np.int64))
        order = np.argsort(nodes)
        exits = list(self.exits.values())
        return WayNames(
            table=tuple(self.table),
            way=np.array(self.way, dtype=np.int32),
            exit_node=nodes[order],
            exits=tuple(exits[k] for k in order.tolist()),
        )


def _clean(text: str | None) -> str:
    """Return a name on one line, without what cannot be printed."""
    if not text:
        return ""
    return "".join(ch for ch in " ".join(text.split()) if ch.isprintable())[:_LONGEST]


def _places(sign: str) -> str:
    return ", ".join(list(filter(None, map(_clean, sign.split(";"))))[:_MOST_TOWARDS])
