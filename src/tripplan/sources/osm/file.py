"""OpenStreetMap files to flat arrays: .osm.pbf, .osm, .osm.gz, .osm.bz2 (the adapter to osmium).

First nodes go into osmium's own table of positions, and only the few tagged ones and relations come
up to Python; then ways, and those around water.  So the order of a file's sections does not matter.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import osmium
from osmium.osm.types import Node, Relation

from tripplan.arrays import Floats, Ints, Longs
from tripplan.errors import DataError
from tripplan.records.network import FLAG_FERRY, FLAG_LINK, ROAD_CLASSES
from tripplan.sources.osm.delays import NODE_DELAYS_S, delay_sense
from tripplan.sources.osm.editors import own_id, own_ids, plain_form
from tripplan.sources.osm.numbered import REACH_M, NumberedRoads, numbered_roads
from tripplan.sources.osm.opl import WayLine, plain, read_lines, refs_of
from tripplan.sources.osm.restrictions import Restriction, read_restriction
from tripplan.sources.osm.road_names import EXIT, NameReader, WayNames
from tripplan.sources.osm.tags import PLACE_KINDS, blocks_cars
from tripplan.sources.osm.told import TagWalker, Told, simplified, tags_of
from tripplan.sources.osm.water import rings_of
from tripplan.sources.osm.ways import SERVICE_REFUSED, WayMeaning, read_way

SUFFIXES: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")
_NODE_KEYS: Final = ("highway", "barrier", "place", "amenity", "man_made", "addr:country")
_RESTRICTION_KEYS: Final = (
    "restriction",
    "restriction:motorcar",
    "restriction:motor_vehicle",
    "restriction:vehicle",
    "restriction:conditional",
)
_CARRIED: Final = frozenset(("ferry", "shuttle_train"))
"""Routes on which cars are carried."""
_FIXED_POINT: Final = 1e7
"""Degrees as osmium keeps them: whole numbers of so many parts."""
_NOWHERE: Final = (1 << 31) - 1
"""What osmium has for a position that is not known."""


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
    names: WayNames
    """What ways and exits are called."""
    blocked: Longs
    """OSM ids of nodes that stop cars, shape (barriers,)."""
    aside: Longs
    """Those of them that ways pass which are no roads of cars, rising, shape (nodes,)."""
    delay_node: Longs
    """OSM ids of nodes that delay cars, shape (delays,) ..."""
    delay_s: Floats
    """... by how much, shape (delays,), ..."""
    delay_sense: Ints
    """... and whom: `BOTH_WAYS`, `ALONG`, `AGAINST` or `TO_JUNCTION`, shape (delays,)."""
    restrictions: tuple[Restriction, ...]
    places: tuple[OsmPlace, ...]
    charging_stations: tuple[TaggedPoint, ...]
    """Charging stations, and single charge points."""
    water: tuple[Floats, ...]
    """Rings around water and islands in it: latitude and longitude, degrees, (points, 2) each."""
    countries: Counter[str]
    """ISO codes met in tags such as addr:country and "DE:urban"."""
    skipped: Counter[str]
    """What was left out or not understood, by reason."""
    unused: Counter[str]
    """Ways by key that changes access, speed or toll and was not used."""


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
        with plain_form(path) as file:
            reader.read_nodes_and_relations(file)
            reader.read_ways(file)
            reader.read_water(file)
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
        self.meanings: list[WayMeaning] = []
        self.meaning_of: dict[Told, int | str] = {}
        self.learnt: dict[tuple[tuple[str, str], ...], int | str] = {}
        self.number_of: dict[WayMeaning, int] = {}
        self.walker = TagWalker()
        self.blocked_ids: frozenset[int] = frozenset()
        self.aside: set[int] = set()
        self.quays: set[int] = set()
        self.lanes: list[WayLine] = []
        self.unused: Counter[str] = Counter()
        self.way_id, self.way_meaning = array("q"), array("i")
        self.numbered: list[tuple[int, str, str]] = []
        self.names = NameReader()
        self.lengths, self.refs = array("q"), array("q")
        self.lakes: list[list[int]] = []
        self.blocked, self.delay_node, self.delay_s = array("q"), array("q"), array("d")
        self.delay_sense = array("i")
        self.restrictions: list[Restriction] = []
        self.places: list[OsmPlace] = []
        self.stations: list[TaggedPoint] = []
        self.water: list[Floats] = []
        self.countries: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    # -- nodes and relations -------------------------------------------------------------------
    def read_nodes_and_relations(self, path: Path) -> None:
        of_nodes = osmium.filter.KeyFilter(*_NODE_KEYS)
        of_nodes.enable_for(osmium.osm.NODE)
        of_relations = osmium.filter.KeyFilter("natural", *_RESTRICTION_KEYS)
        of_relations.enable_for(osmium.osm.RELATION)
        things = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.RELATION)
        for each in (self.locator, of_nodes, of_relations):
            things.with_filter(each)
        for thing in things:
            if isinstance(thing, Node):
                self._node(thing)
            elif isinstance(thing, Relation):
                self._relation(thing)

    def _node(self, node: Node) -> None:
        tag = node.tags.get
        kind = tag("highway") or ""
        delay = NODE_DELAYS_S.get(kind)
        if delay is not None:
            self.delay_node.append(node.id)
            self.delay_s.append(delay)
            self.delay_sense.append(delay_sense(dict(node.tags)))
        if kind == EXIT:
            self.names.read_exit(node.id, dict(node.tags))
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
            self.stations.append(TaggedPoint(f"node/{own_id(node.id)}", lat, lon, tags))
        elif not tags.get("name"):
            self.skipped["place without a name"] += 1
        else:
            people = _population(tags.get("population"))
            if people is None and "population" in tags:
                self.skipped["population not understood"] += 1
            self.places.append(
                OsmPlace(own_id(node.id), tags["name"], tags["place"], lat, lon, people, tags)
            )

    def _relation(self, relation: Relation) -> None:
        kind = relation.tags.get("type")
        if kind == "restriction":
            self._restriction(relation)
        elif kind == "multipolygon" and relation.tags.get("natural") == "water":
            self.lakes.append([part.ref for part in relation.members if part.type == "w"])

    # -- ways ----------------------------------------------------------------------------------
    def read_ways(self, path: Path) -> None:
        self.blocked_ids = frozenset(self.blocked)
        keys = osmium.filter.KeyFilter("highway", "route", "amenity")
        for way in self._lines(path, keys):
            self._way(way)
        if self.quays and self.lanes:
            self._read_lanes()

    def _lines(self, path: Path, wanted: osmium.BaseFilter) -> Iterator[WayLine]:
        # The locator sorts the table of positions where a file's nodes are not in order.
        return read_lines(path, wanted, self.locator)

    def _read_lanes(self) -> None:
        """Take service roads that were left out, where they lead to a ferry: check-in lanes."""
        service = ROAD_CLASSES.index("service")
        first = np.concatenate(([0], np.cumsum(self.lengths))).tolist()
        roads = [
            (-1, list(self.refs[first[k] : first[k + 1]]))
            for k, meaning in enumerate(self.way_meaning)
            if self.meanings[meaning].road_class == service
        ]
        lanes = [(number, refs_of(way.nodes)) for number, way in enumerate(self.lanes)]
        for number in sorted(_leading_to(self.quays, roads + lanes) - {-1}):
            way, refs = self.lanes[number], lanes[number][1]
            self.skipped[f"way: {SERVICE_REFUSED}"] -= 1
            read = read_way(
                {**tags_of(self.walker.told(way.tags).key), "service": None}, ferries=True
            )
            if isinstance(read, str) or len(refs) < 2:
                reason = read if isinstance(read, str) else "fewer than two nodes"
                self.skipped[f"way: {reason}"] += 1
                continue
            self._take(way, refs, self._number(read))

    def _way(self, way: WayLine) -> None:
        tag = way.tags.get
        if tag("amenity") == "charging_station":
            self._area(way)
            return
        if not (tag("highway") or _CARRIED & set(plain(tag("route") or "").split(";"))):
            return
        told = self.walker.told(way.tags)
        meaning = self.meaning_of.get(told.key)
        if meaning is None:
            meaning = self._learn(told.key)
        if isinstance(meaning, str):
            self._refuse(way, meaning)
            return
        refs = refs_of(way.nodes)
        if len(refs) < 2:
            self.skipped["way: fewer than two nodes"] += 1
            return
        for key in told.unused:
            self.unused[key] += 1
        self._take(way, refs, meaning)

    def _take(self, way: WayLine, refs: list[int], meaning: int) -> None:
        tag = way.tags.get
        kind, ref, name = tag("highway"), plain(tag("ref", "")), plain(tag("name", ""))
        if ref and kind in REACH_M:
            self.numbered.append((len(self.way_id), kind, ref))
        self.way_id.append(way.id)
        self.way_meaning.append(meaning)
        self.refs.extend(refs)
        self.lengths.append(len(refs))
        flags = self.meanings[meaning].flags
        signs = partial(_plainly, way.tags) if flags & FLAG_LINK else None
        self.names.read_way(ref, name, signs)
        if self.ferries and flags & FLAG_FERRY:
            self.quays |= {refs[0], refs[-1]}

    def _refuse(self, way: WayLine, reason: str) -> None:
        """Count a way on which no car drives; a barrier on it may be meant for it."""
        if reason == SERVICE_REFUSED and self.ferries:
            self.lanes.append(way)
        self.skipped[f"way: {reason}"] += 1
        if self.blocked_ids:
            self.aside |= self.blocked_ids.intersection(refs_of(way.nodes))

    def _learn(self, key: Told) -> int | str:
        tags = simplified(tags_of(key))
        same = tuple(tags.items())
        meaning = self.learnt.get(same)
        if meaning is None:
            read = read_way(tags, ferries=self.ferries)
            meaning = read if isinstance(read, str) else self._number(read)
            if not isinstance(read, str) and read.ferry_s > 0:
                return meaning
            self.learnt[same] = meaning
        self.meaning_of[key] = meaning
        return meaning

    def _number(self, meaning: WayMeaning) -> int:
        """Return the index of a meaning, equal ones once; a crossing's belongs to its own way."""
        known = None if meaning.ferry_s > 0 else self.number_of.get(meaning)
        if known is None:
            known = self.number_of[meaning] = len(self.meanings)
            self.meanings.append(meaning)
        return known

    def _area(self, way: WayLine) -> None:
        refs = refs_of(way.nodes)
        lat, lon = self._positions(np.array(refs, dtype=np.int64))
        corners = [(y, x) for y, x in zip(lat.tolist(), lon.tolist(), strict=True)]
        corners = [corner for corner in corners if not math.isnan(corner[0])]
        if not corners:
            self.skipped["charging station without a position"] += 1
            return
        closed = refs[0] == refs[-1]
        corners = corners[:-1] if len(corners) > 1 and closed else corners
        self.stations.append(
            TaggedPoint(
                f"way/{own_id(way.id)}",
                sum(lat for lat, _ in corners) / len(corners),
                sum(lon for _, lon in corners) / len(corners),
                {plain(key): plain(value) for key, value in way.tags.items()},
                tuple(corners) if closed else (),
            )
        )

    def _positions(self, refs: Longs) -> tuple[Floats, Floats]:
        """Look up where nodes lie, in degrees; NaN: the file does not know, or nowhere."""
        known, where = np.unique(refs, return_inverse=True)
        fixed = np.fromiter(self._fixed(known.tolist()), dtype=np.int64, count=2 * known.size)
        lon, lat = fixed[0::2] / _FIXED_POINT, fixed[1::2] / _FIXED_POINT
        impossible = (np.abs(lon) > 180.0) | (np.abs(lat) > 90.0)
        lon[impossible] = lat[impossible] = np.nan
        return lat[where], lon[where]

    def _fixed(self, nodes: list[int]) -> Iterator[int]:
        """Give longitude and latitude of each node, as osmium keeps them."""
        get = self.locations.get
        for node in nodes:
            try:
                place = get(node)
            except KeyError:
                yield from (_NOWHERE, _NOWHERE)
            else:
                yield place.x
                yield place.y

    def _count_lost(self, refs: Longs) -> None:
        """Count points of roads without a position by the reason."""
        lost = np.fromiter(self._fixed(refs.tolist()), dtype=np.int64)[0::2]
        missing = int((lost == _NOWHERE).sum())
        for reason, count in (
            ("node missing", missing),
            ("position out of range", lost.size - missing),
        ):
            if count:
                self.skipped[f"point: {reason}"] += count

    def _restriction(self, relation: Relation) -> None:
        members = [(member.type, own_id(member.ref), member.role) for member in relation.members]
        read = read_restriction(own_id(relation.id), dict(relation.tags), members)
        if isinstance(read, str):
            self.skipped[f"restriction: {read}"] += 1
        else:
            self.restrictions.append(read)

    # -- water ---------------------------------------------------------------------------------
    def read_water(self, path: Path) -> None:
        """Read what is tagged natural=water: closed ways, and multipolygons of ways."""
        wet = osmium.filter.TagFilter(("natural", "water"))
        members = sorted({way for lake in self.lakes for way in lake})
        shores = self._shores(path, osmium.filter.IdFilter(members)) if members else {}
        for lake in self.lakes:
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
        for way in self._lines(path, wanted):
            lat, lon = self._positions(np.array(refs_of(way.nodes), dtype=np.int64))
            if lat.size > 1 and not np.isnan(lat).any():
                shores[way.id] = np.column_stack((lat, lon))
            else:
                self.skipped["water: node missing"] += 1
        return shores

    def result(self) -> RawRoads:
        refs = np.array(self.refs, dtype=np.int64)
        lat, lon = self._positions(refs)
        self._count_lost(refs[np.isnan(lat)])
        way_meaning = np.array(self.way_meaning, dtype=np.int32)
        self._count_faults(way_meaning)
        way_first = np.concatenate(([0], np.cumsum(np.array(self.lengths, dtype=np.int64))))
        return RawRoads(
            way_id=own_ids(np.array(self.way_id, dtype=np.int64)),
            way_meaning=way_meaning,
            meanings=tuple(self.meanings),
            way_first=way_first,
            point_node=own_ids(refs),
            lat=lat,
            lon=lon,
            numbered=numbered_roads(self.numbered, way_first, lat, lon),
            names=self.names.result(),
            blocked=own_ids(np.array(self.blocked, dtype=np.int64)),
            aside=own_ids(np.array(sorted(self.aside), dtype=np.int64)),
            delay_node=own_ids(np.array(self.delay_node, dtype=np.int64)),
            delay_s=np.array(self.delay_s, dtype=np.float64),
            delay_sense=np.array(self.delay_sense, dtype=np.int32),
            restrictions=tuple(self.restrictions),
            places=tuple(self.places),
            charging_stations=tuple(self.stations),
            water=tuple(self.water),
            countries=self.countries,
            skipped=+self.skipped,
            unused=self.unused,
        )

    def _count_faults(self, way_meaning: Ints) -> None:
        uses = np.bincount(way_meaning, minlength=len(self.meanings))
        for meaning, count in zip(self.meanings, uses.tolist(), strict=True):
            for fault in meaning.faults:
                self.skipped[f"tag: {fault}"] += count
            for country in meaning.countries:
                self.countries[country] += count


def _plainly(tags: dict[str, str], key: str) -> str | None:
    """Return the value of a tag of a line as it is meant."""
    return plain(tags[key]) if key in tags else None


def _leading_to(quays: set[int], ways: list[tuple[int, list[int]]]) -> set[int]:
    """Return the numbers of ways that hang together with quays; those of other roads are -1."""
    at_node: dict[int, list[int]] = {}
    for index, (_, refs) in enumerate(ways):
        for ref in refs:
            at_node.setdefault(ref, []).append(index)
    found, waiting = set[int](), list(quays)
    while waiting:
        for index in at_node.pop(waiting.pop(), ()):
            if index not in found:
                found.add(index)
                waiting += ways[index][1]
    return {ways[index][0] for index in found}


def _population(text: str | None) -> int | None:
    digits = (text or "").replace(",", "").replace(" ", "").replace(".", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 8 else None
