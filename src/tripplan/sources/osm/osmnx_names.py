"""What the roads, exits and places of an OSMnx graph are called, to and fro.

Tags are those that `road_names` reads of an extract.  OSMnx keeps name and ref of ways, and ref of
exits, unless told otherwise; junction:ref, destination, place and population where its settings
``useful_tags_way`` and ``useful_tags_node`` name them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tripplan.records.gazetteer import GazetteerEntry
from tripplan.records.road_name import RoadName
from tripplan.sources.osm.osmnx_values import first, number, values
from tripplan.sources.osm.road_names import EXIT, NameReader
from tripplan.sources.osm.tags import PLACE_KINDS

if TYPE_CHECKING:
    import networkx as nx

_TAGS: Final = {"ref": "ref", "name": "name", "exit": "junction:ref", "towards": "destination"}
"""Fields of a road's name, and the tags that they go out as."""


class EdgeNames:
    """Gathers what edges are called, in their order."""

    def __init__(self) -> None:
        self._reader = NameReader()
        self._exits = NameReader()
        self._read = list(self._reader.table)
        self._table: dict[RoadName, int] = {}
        self.number: list[int] = []
        """Index into `names` of each edge, -1 for none."""

    def read(self, data: Mapping[str, Any], start: Mapping[str, Any]) -> None:
        """Take the next edge.

        Of several names of one edge, which OSMnx has joined of several ways, the first counts.

        Parameters
        ----------
        data
            Its attributes.
        start
            Those of the node that it leaves: an exit names the ramps that begin there.
        """
        ramp = first(data.get("highway")).endswith("_link")
        ref, name_ = (first(data.get(key)) or None for key in ("ref", "name"))
        signs = (lambda key: first(data.get(key)) or None) if ramp else None
        self._reader.read_way(ref, name_, signs)
        if len(self._reader.table) > len(self._read):
            self._read.append(next(reversed(self._reader.table)))
        name = self._read[self._reader.way[-1]]
        if ramp and first(start.get("highway")) == EXIT:
            self._exits.read_exit(0, {key: first(start.get(key)) for key in ("ref", "name")})
            sign = self._exits.exits.pop(0, RoadName())
            name = name._replace(exit=name.exit or sign.exit, towards=name.towards or sign.towards)
        none = name == RoadName()
        self.number.append(-1 if none else self._table.setdefault(name, len(self._table)))

    @property
    def names(self) -> tuple[RoadName, ...]:
        """The names that edges have, each once."""
        return tuple(self._table)


def name_tags(name: RoadName) -> dict[str, str]:
    """Return the attributes of an edge of some name.

    Parameters
    ----------
    name
        What the road is called.
    """
    return {tag: getattr(name, field) for field, tag in _TAGS.items() if getattr(name, field)}


def places_from_osmnx(graph: "nx.MultiDiGraph") -> tuple[GazetteerEntry, ...]:
    """Return the named places among the nodes of a graph.

    Parameters
    ----------
    graph
        Nodes with x and y (degrees) and, where they are places, the tags ``place``, ``name`` and
        ``population`` of OpenStreetMap.

    Returns
    -------
    tuple of GazetteerEntry
        In the order of the graph; their states are not known; shape (places,).
    """
    found = []
    for _, data in graph.nodes(data=True):
        kind, name = first(data.get("place")), " ".join(values(data.get("name"))[:1])
        lat, lon = number(data.get("y")), number(data.get("x"))
        if kind in PLACE_KINDS and name and lat is not None and lon is not None:
            people = number(data.get("population")) or 0.0
            found.append(GazetteerEntry(name, "", lat, lon, max(int(people), 0), kind))
    return tuple(found)
