"""OpenStreetMap files to flat arrays: .osm.pbf, .osm, .osm.gz, .osm.bz2 (the adapter to osmium).

First nodes go into osmium's own table of positions, and only the few tagged ones come up to Python;
then ways and relations, and those around water.  So the order of a file's sections does not matter.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import osmium
from osmium.osm.types import Node, NodeRef, Relation, Way

from tripplan.arrays import Floats, Ints, Longs
from tripplan.errors import DataError
from tripplan.sources.osm.numbered import REACH_M, NumberedRoads, numbered_roads
from tripplan.sources.osm.tags import PLACE_KINDS, WAY_KEYS, blocks_cars
from tripplan.sources.osm.water import rings_of
from tripplan.sources.osm.ways import Restriction, WayMeaning, read_restriction, read_way

SUFFIXES: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")
NODE_DELAYS_S: Final = {"traffic_signals": 6.0, "stop": 5.0, "mini_roundabout": 3.0}
"""Expected time lost at a node, seconds (docs/models/speeds.md)."""

_NODE_KEYS: Final = ("highway", "barrier", "place", "amenity", "man_made", "addr:country")
_RESTRICTION_KEYS: Final = (
    "restriction",
    "restriction:motorcar",
    "restriction:motor_vehicle",
    "restriction:vehicle",
    "restriction:conditional",
)
_HEX_HEADER: Final = 18
"""Hex digits of a WKB line's byte order, type and count, before its coordinates."""


@dataclass(frozen=True)
class OsmPlace:
    """A named place node."""

    id: int
    name: str
    kind: str
    """city, town, village, ..."""
    lat: float
    lon: float
    population: int | None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaggedPoint:
    """A thing on the map with its raw tags; of an area, the mean of its corners."""

    id: str
    """"node/123" or "way/123"."""
    lat: float
    lon: float
    tags: dict[str, str]
    outline: tuple[tuple[float, float], ...] = ()
    """Corners of an area, latitude and longitude in degrees, in order; empty for a node."""


@dataclass(frozen=True, eq=False)
class RawRoads:
    """Ways that cars use, as flat arrays, with everything else that was met in the file."""

    way_id: Longs
    """Shape (ways,)."""
    way_meaning: Ints
    """Index into ``meanings``, shape (ways,)."""
    meanings: tuple[WayMeaning, ...]
    way_first: Longs
    """First point of each way, shape (ways + 1,)."""
    point_node: Longs
    """OSM id of the node at each point, shape (points,)."""
    lat: Floats
    """Degrees, shape (points,); NaN where the file lacks the node or has an impossible position."""
    lon: Floats
    numbered: NumberedRoads
    """Those of the ways that are main roads with a number."""
    blocked: Longs
    """OSM ids of nodes that stop cars, shape (barriers,)."""
    delay_node: Longs
    """OSM ids of nodes that delay cars, shape (delays,) ..."""
    delay_s: Floats
    """... and by how much, shape (delays,)."""
    restrictions: tuple[Restriction, ...]
    places: tuple[OsmPlace, ...]
    charging_stations: tuple[TaggedPoint, ...]
    """Charging stations, and single charge points."""
    water: tuple[Floats, ...]
    """Rings around water and islands in it: latitude and longitude, degrees, (points, 2) each."""
    countries: Counter[str]
    """ISO codes met in tags such as addr:country and "DE:urban"."""
    skipped: Counter[str]


def read_file(path: Path, *, ferries: bool) -> RawRoads:
    """Read what a car needs from an OpenStreetMap file.

    Parameters
    ----------
    path
        A file whose name ends in one of `SUFFIXES`.
    ferries
        Whether ferries that carry cars count as roads.

    Raises
    ------
    DataError
        The file is missing, of another kind, damaged, or holds no road.
    """
    if not path.is_file():
        raise DataError(f"there is no file {path}", path=str(path))
    if not path.name.endswith(SUFFIXES):
        raise DataError(
            f"{path.name} is not known to be OpenStreetMap data: its name must end in one of "
            f"{', '.join(SUFFIXES)}",
            path=str(path),
        )
    reader = _Reader(ferries=ferries)
    try:
        reader.read_nodes(path)
        reader.read_ways(path)
        reader.read_water(path)
    except (osmium.InvalidLocationError, RuntimeError, ValueError, OSError) as error:
        raise DataError(
            f"{path} cannot be read as OpenStreetMap data: {error}. It may be cut off or of "
            "another kind than its name says; download it again.",
            path=str(path),
        ) from error
    if not reader.way_id:
        raise DataError(f"{path} holds no road that cars may use", path=str(path))
    return reader.result()


class _Reader:
    """Collects while osmium walks through the file."""

    def __init__(self, *, ferries: bool) -> None:
        self.ferries = ferries
        self.locations = osmium.index.create_map("flex_mem")
        self.locator = osmium.NodeLocationsForWays(self.locations)
        self.locator.ignore_errors()
        self.wkb = osmium.geom.WKBFactory().create_linestring
        self.meanings: list[WayMeaning] = []
        self.meaning_of: dict[tuple[str | None, ...], int | str] = {}
        self.way_id, self.way_meaning = array("q"), array("i")
        self.numbered: list[tuple[int, str, str]] = []
        self.lengths, self.refs = array("q"), array("q")
        self.coordinates: list[str] = []
        self.broken: list[tuple[int, list[tuple[float, float]]]] = []
        self.blocked, self.delay_node, self.delay_s = array("q"), array("q"), array("d")
        self.restrictions: list[Restriction] = []
        self.places: list[OsmPlace] = []
        self.stations: list[TaggedPoint] = []
        self.water: list[Floats] = []
        self.countries: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    # -- nodes ---------------------------------------------------------------------------------
    def read_nodes(self, path: Path) -> None:
        keys = osmium.filter.KeyFilter(*_NODE_KEYS)
        nodes = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(self.locator)
        for node in nodes.with_filter(keys):
            if not isinstance(node, Node):
                continue
            tag = node.tags.get
            delay = NODE_DELAYS_S.get(tag("highway") or "")
            if delay is not None:
                self.delay_node.append(node.id)
                self.delay_s.append(delay)
            if tag("barrier") and blocks_cars(dict(node.tags)):
                self.blocked.append(node.id)
            country = tag("addr:country")
            if country:
                self.countries[country.upper()] += 1
            charges = tag("amenity") == "charging_station" or tag("man_made") == "charge_point"
            if charges or tag("place") in PLACE_KINDS:
                self._point(node, charges=charges)

    def _point(self, node: Node, *, charges: bool) -> None:
        if not node.location.valid():
            self.skipped["place or charger at an impossible position"] += 1
            return
        tags = dict(node.tags)
        lat, lon = node.location.lat, node.location.lon
        if charges:
            self.stations.append(TaggedPoint(f"node/{node.id}", lat, lon, tags))
        elif not tags.get("name"):
            self.skipped["place without a name"] += 1
        else:
            people = _population(tags.get("population"))
            if people is None and "population" in tags:
                self.skipped["population not understood"] += 1
            self.places.append(
                OsmPlace(node.id, tags["name"], tags["place"], lat, lon, people, tags)
            )

    # -- ways and relations --------------------------------------------------------------------
    def read_ways(self, path: Path) -> None:
        keys = osmium.filter.KeyFilter("highway", "route", "amenity", *_RESTRICTION_KEYS)
        things = osmium.FileProcessor(path, osmium.osm.WAY | osmium.osm.RELATION)
        for thing in things.with_filter(keys).with_filter(self.locator):
            if isinstance(thing, Way):
                self._way(thing)
            elif isinstance(thing, Relation) and thing.tags.get("type") == "restriction":
                self._restriction(thing)

    def _way(self, way: Way) -> None:
        tag = way.tags.get
        if tag("amenity") == "charging_station":
            self._area(way)
            return
        if not (tag("highway") or tag("route") == "ferry"):
            return
        key = tuple(map(tag, WAY_KEYS))
        meaning = self.meaning_of.get(key)
        if meaning is None:
            meaning = self._learn(key)
        if isinstance(meaning, str):
            self.skipped[f"way: {meaning}"] += 1
            return
        refs = [node.ref for node in way.nodes]
        if len(refs) < 2:
            self.skipped["way: fewer than two nodes"] += 1
            return
        self._line(way, refs)
        kind, ref = tag("highway"), tag("ref")
        if ref and kind in REACH_M:
            self.numbered.append((len(self.way_id), kind, ref))
        self.way_id.append(way.id)
        self.way_meaning.append(meaning)

    def _learn(self, key: tuple[str | None, ...]) -> int | str:
        read = read_way(dict(zip(WAY_KEYS, key, strict=True)), ferries=self.ferries)
        meaning: int | str = read if isinstance(read, str) else len(self.meanings)
        if not isinstance(read, str):
            self.meanings.append(read)
        if isinstance(read, str) or not read.ferry_s > 0:
            self.meaning_of[key] = meaning
        return meaning

    def _line(self, way: Way, refs: list[int]) -> None:
        try:
            line = self.wkb(way, osmium.geom.use_nodes.ALL)[_HEX_HEADER:]
        except (osmium.InvalidLocationError, RuntimeError):
            line = ""
        if len(line) != 32 * len(refs):
            line = ""
            self.broken.append((len(self.refs), [self._position(node) for node in way.nodes]))
        self.coordinates.append(line or "f" * 32 * len(refs))
        self.refs.extend(refs)
        self.lengths.append(len(refs))

    def _position(self, node: NodeRef) -> tuple[float, float]:
        place = node.location
        if place.valid():
            return place.lon, place.lat
        undefined = osmium.osm.Location()
        missing = (place.x, place.y) == (undefined.x, undefined.y)
        self.skipped["point: node missing" if missing else "point: position out of range"] += 1
        return np.nan, np.nan

    def _area(self, way: Way) -> None:
        corners = [node.location for node in way.nodes if node.location.valid()]
        if not corners:
            self.skipped["charging station without a position"] += 1
            return
        corners = corners[:-1] if len(corners) > 1 and way.is_closed() else corners
        self.stations.append(
            TaggedPoint(
                f"way/{way.id}",
                sum(corner.lat for corner in corners) / len(corners),
                sum(corner.lon for corner in corners) / len(corners),
                dict(way.tags),
                tuple((corner.lat, corner.lon) for corner in corners) if way.is_closed() else (),
            )
        )

    def _restriction(self, relation: Relation) -> None:
        members = [(member.type, member.ref, member.role) for member in relation.members]
        read = read_restriction(relation.id, dict(relation.tags), members)
        if isinstance(read, str):
            self.skipped[f"restriction: {read}"] += 1
        else:
            self.restrictions.append(read)

    # -- water ---------------------------------------------------------------------------------
    def read_water(self, path: Path) -> None:
        """Read what is tagged natural=water: closed ways, and multipolygons of ways."""
        wet = osmium.filter.TagFilter(("natural", "water"))
        lakes = [
            [part.ref for part in thing.members if part.type == "w"]
            for thing in osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(wet)
            if isinstance(thing, Relation) and thing.tags.get("type") == "multipolygon"
        ]
        members = sorted({way for lake in lakes for way in lake})
        shores = self._shores(path, osmium.filter.IdFilter(members)) if members else {}
        for lake in lakes:
            rings, lost = rings_of([shores[way] for way in lake if way in shores])
            self.water += rings
            if lost:
                self.skipped["water: outline not closed"] += 1
        alone = self._shores(path, wet)
        self.water += [
            shore
            for way, shore in alone.items()
            if way not in shores and np.array_equal(shore[0], shore[-1])
        ]

    def _shores(self, path: Path, wanted: osmium.BaseFilter) -> dict[int, Floats]:
        """Return the points of those ways all of whose nodes are there, by the way's id."""
        shores = {}
        ways = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(wanted)
        for way in ways.with_filter(self.locator):
            if not isinstance(way, Way):
                continue
            nodes = [node for node in way.nodes if node.location.valid()]
            if len(nodes) > 1 and len(nodes) == len(way.nodes):
                places = [(node.location.lat, node.location.lon) for node in nodes]
                shores[way.id] = np.array(places)
            else:
                self.skipped["water: node missing"] += 1
        return shores

    def result(self) -> RawRoads:
        hexed = "".join(self.coordinates)
        points = np.frombuffer(bytes.fromhex(hexed), dtype="<f8").reshape(-1, 2).copy()
        for first, positions in self.broken:
            points[first : first + len(positions)] = positions
        way_meaning = np.array(self.way_meaning, dtype=np.int32)
        self._count_faults(way_meaning)
        way_first = np.concatenate(([0], np.cumsum(np.array(self.lengths, dtype=np.int64))))
        return RawRoads(
            way_id=np.array(self.way_id, dtype=np.int64),
            way_meaning=way_meaning,
            meanings=tuple(self.meanings),
            way_first=way_first,
            point_node=np.array(self.refs, dtype=np.int64),
            lat=points[:, 1].copy(),
            lon=points[:, 0].copy(),
            numbered=numbered_roads(self.numbered, way_first, points[:, 1], points[:, 0]),
            blocked=np.array(self.blocked, dtype=np.int64),
            delay_node=np.array(self.delay_node, dtype=np.int64),
            delay_s=np.array(self.delay_s, dtype=np.float64),
            restrictions=tuple(self.restrictions),
            places=tuple(self.places),
            charging_stations=tuple(self.stations),
            water=tuple(self.water),
            countries=self.countries,
            skipped=self.skipped,
        )

    def _count_faults(self, way_meaning: Ints) -> None:
        uses = np.bincount(way_meaning, minlength=len(self.meanings))
        for meaning, count in zip(self.meanings, uses.tolist(), strict=True):
            for fault in meaning.faults:
                self.skipped[f"tag: {fault}"] += count
        for key, index in self.meaning_of.items():
            if isinstance(index, int):
                self._count_countries(key, int(uses[index]))

    def _count_countries(self, key: tuple[str | None, ...], ways: int) -> None:
        for name, text in zip(WAY_KEYS, key, strict=True):
            if text and "maxspeed" in name and text[2:3] == ":" and text[:2].isupper():
                self.countries[text[:2]] += ways


def _population(text: str | None) -> int | None:
    digits = (text or "").replace(",", "").replace(" ", "").replace(".", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 8 else None
