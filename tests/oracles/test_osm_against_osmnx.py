"""Real extracts, read by us and by OSMnx: which ways, how long, which nodes, how far.

OSMnx keeps every way of a file and knows neither barriers nor turn restrictions.  So the
comparison goes way by way: the driving filter of OSMnx is applied here to the tags that OSMnx
read, every difference must have its reason in the tags, and what both drive on must agree in
length, in junctions and in shortest paths.
"""

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import osmium
import pytest
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from tripplan.arrays import Flags
from tripplan.sources.osm import network as reader
from tripplan.sources.osm.file import RawRoads, read_file
from tripplan.sources.osm.merge import Arcs, Line
from tripplan.sources.osm.network import OsmExtract, read_osm
from tripplan.sources.osm.residents import ClosedZones

ox = pytest.importorskip("osmnx")

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TRIPPLAN_SHARED", ROOT.parent / "shared")) / "data" / "osm"
FILES = ("liechtenstein-latest", "andorra-latest", "malta-latest", "rnv")
GEOD = Geod(ellps="WGS84")
PAIRS = 500
MOST_LONGER = 0.3  # 98 of 500 in rnv; 149 in Liechtenstein, where 7 through roads are for residents
"""Share of paths that may be longer because residents' roads are no ways through."""
RESIDENTS = {"destination", "customers"}
"""Values of access that make a road one for residents and guests."""
SHORT_OF_M = 1.0
"""How far before a junction a residents' road ends that was cut there."""
OFF_M = 0.001
TAGS = (
    "highway",
    "service",
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "area",
    "oneway",
    "junction",
    "route",
    *("maxheight", "maxwidth", "maxlength", "maxweight", "impassable"),
    *(
        f"{k}:{d}"
        for k in ("access", "vehicle", "motor_vehicle", "motorcar")
        for d in ("forward", "backward", "conditional")
    ),
    *(f"access:{k}" for k in ("vehicle", "motor_vehicle", "motorcar")),
    *(f"oneway:{k}" for k in ("vehicle", "motor_vehicle", "motorcar")),
)
NOT_DRIVEN = {
    "abandoned",
    "bridleway",
    "bus_guideway",
    "construction",
    "corridor",
    "cycleway",
    "elevator",
    "escalator",
    "footway",
    "no",
    "path",
    "pedestrian",
    "planned",
    "platform",
    "proposed",
    "raceway",
    "razed",
    "rest_area",
    "service",
    "steps",
    "track",
}
"""highway values that the driving filter of OSMnx 2 leaves out (its _overpass module)."""


class Pair(NamedTuple):
    """One extract, read by both."""

    raw: RawRoads
    ours: OsmExtract
    uncut: OsmExtract
    """Ours, with residents' roads left as ways through, as OSMnx leaves them."""
    graph: "nx.MultiDiGraph[Any]"
    """OSMnx's, unsimplified, all ways."""


def _write_roads(source: Path, target: Path) -> None:
    """Convert to .osm, which is all that OSMnx reads: the nodes, and the ways with highway."""
    wanted: set[int] = set()
    roads = osmium.filter.KeyFilter("highway")
    for way in osmium.FileProcessor(str(source), osmium.osm.WAY).with_filter(roads):
        assert isinstance(way, osmium.osm.types.Way)
        wanted.update(node.ref for node in way.nodes)
    writer = osmium.SimpleWriter(str(target))
    for node in osmium.FileProcessor(str(source), osmium.osm.NODE):
        if node.id in wanted:
            writer.add(node)
    for way in osmium.FileProcessor(str(source), osmium.osm.WAY).with_filter(roads):
        writer.add(way)
    writer.close()


@pytest.fixture(scope="module", params=FILES)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    source = SHARED / f"{request.param}.osm.pbf"
    if not source.exists():
        pytest.skip(f"no {source.name}: the shared data are not on this machine")
    target = tmp_path_factory.mktemp("osm") / "roads.osm"
    _write_roads(source, target)
    before = ox.settings.useful_tags_way
    ox.settings.useful_tags_way = [*before, *TAGS]
    try:
        graph = ox.graph.graph_from_xml(target, simplify=False, retain_all=True)
    finally:
        ox.settings.useful_tags_way = before
    ours = read_osm(source, turn_restrictions=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "close_zones", _leave_open)
        uncut = read_osm(source, turn_restrictions=False)
    return Pair(read_file(source, ferries=False), ours, uncut, graph)


def _leave_open(_: Line, arcs: Arcs, destination: Flags) -> ClosedZones:
    return ClosedZones(arcs, destination, 0)


def way_tags(graph: "nx.MultiDiGraph[Any]") -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for _, _, data in graph.edges(data=True):
        if data["osmid"] not in found:
            found[data["osmid"]] = {key: data[key] for key in TAGS if key in data}
    return found


def osmnx_drives(tags: dict[str, str]) -> bool:
    """Apply the driving filter of OSMnx 2 to tags."""
    services = ("alley", "driveway", "emergency_access", "parking", "parking_aisle", "private")
    return (
        tags.get("highway") is not None
        and tags["highway"] not in NOT_DRIVEN
        and tags.get("area") != "yes"
        and tags.get("access") != "private"
        and tags.get("motor_vehicle") != "no"
        and tags.get("motorcar") != "no"
        and tags.get("service") not in services
    )


ACCESS_KEYS = {"access", "vehicle", "motor_vehicle", "motorcar"}


def test_which_ways_and_why_not(pair: Pair) -> None:
    tags = way_tags(pair.graph)
    theirs = {way for way, found in tags.items() if osmnx_drives(found)}
    ours = {int(way) for way in pair.raw.way_id} & set(tags)
    only_ours = [tags[way] for way in ours - theirs]
    only_theirs = [tags[way] for way in theirs - ours]
    # ours alone: service roads and tracks open to cars, or a specific key that overrules access
    for found in only_ours:
        specific = {found.get("motor_vehicle"), found.get("motorcar"), found.get("vehicle")}
        alley = "service" in found  # on a road of another class
        assert (
            alley
            or found["highway"] in {"service", "track"}
            or any(key.endswith(":conditional") for key in found)
            or specific
            & {
                "yes",
                "permissive",
                "designated",
                "destination",
                "customers",
                "official",
            }
        ), found
    # theirs alone: closed by a key that their filter does not look at, or no road of cars at all
    for found in only_theirs:
        closed = {value for key, value in found.items() if key.split(":")[0] in ACCESS_KEYS}
        small = any(float(found.get(key, "99").rstrip(" mt")) < own for key, own in SIZES.items())
        assert (
            closed & CLOSED
            or found.get("oneway") == "reversible"
            or found["highway"] in OTHERS
            or found.get("impassable") == "yes"
            or small
        ), found
    assert len(ours & theirs) > 0.9 * len(theirs)


SIZES = {"maxheight": 1.8, "maxwidth": 1.9, "maxlength": 5.0, "maxweight": 2.5}
"""Metres and tonnes of a large car; signs of less keep it off."""
CLOSED = {
    "no",
    "private",
    "delivery",
    "agricultural",
    "forestry",
    "agricultural;forestry",
    "forestry;agricultural",
    "permit",
    "psv",
    "bus",
    "emergency",
    "military",
    "residents",
    "employees",
}
OTHERS = {"busway", "services", "crossing", "via_ferrata", "disused", "traffic_island", "trail"}


def undirected_km(graph: "nx.MultiDiGraph[Any]", ways: set[int]) -> float:
    seen: dict[tuple[int, int, int], float] = {}
    for tail, head, data in graph.edges(data=True):
        if data["osmid"] in ways:
            seen[data["osmid"], min(tail, head), max(tail, head)] = data["length"]
    return sum(seen.values()) / 1000.0


def test_length_of_the_ways_that_both_drive(pair: Pair) -> None:
    """OSMnx measures on a sphere: up to 0.3 % from the ellipsoid, by latitude and direction."""
    tags = way_tags(pair.graph)
    both = {way for way in tags if osmnx_drives(tags[way])} & {int(w) for w in pair.raw.way_id}
    theirs_km = undirected_km(pair.graph, both)
    first, ours_km = pair.raw.way_first, 0.0
    for index, way in enumerate(pair.raw.way_id.tolist()):
        if way in both:
            here = slice(first[index], first[index + 1])
            ours_km += GEOD.line_length(pair.raw.lon[here], pair.raw.lat[here]) / 1000.0
    # a stretch drawn twice within one way counts once there
    assert ours_km == pytest.approx(theirs_km, rel=0.004)


def test_node_positions_and_ids(pair: Pair) -> None:
    """All nodes lie where OSMnx has them, but the ends of residents' roads that were cut."""
    network = pair.ours.network
    there = np.array(
        [
            (pair.graph.nodes[osm]["y"], pair.graph.nodes[osm]["x"])
            for osm in pair.ours.node_id.tolist()
        ]
    )
    _, _, away_m = GEOD.inv(network.lon, network.lat, there[:, 1], there[:, 0])
    off = np.asarray(away_m) > OFF_M
    assert off.sum() <= cuts(pair.ours)
    assert (np.asarray(away_m)[off] <= SHORT_OF_M * 1.01).all()
    # no turn restrictions are read here: what shares an id ends at a barrier, or was cut
    stops = set(pair.raw.blocked.tolist())
    for ours, cut in ((pair.ours, set(pair.ours.node_id[off].tolist())), (pair.uncut, set[int]())):
        ids, count = np.unique(ours.node_id, return_counts=True)
        assert set(ids[count > 1].tolist()) <= stops | cut
    assert set(pair.ours.node_id.tolist()) <= set(pair.uncut.node_id.tolist())


def cuts(ours: OsmExtract) -> int:
    return ours.report.skipped.get("residents' road cut, so that it is no way through", 0)


def independent_graph(pair: Pair) -> "nx.DiGraph[Any]":
    """Roads of OSMnx's graph on the ways that we use, in the directions that its tags give.

    Weights are geodesic lengths by pyproj; nodes that stop cars are taken out.
    """
    ours = {int(way) for way in pair.raw.way_id}
    stops = set(pair.raw.blocked.tolist())
    graph: nx.DiGraph[Any] = nx.DiGraph()
    place = {node: (data["x"], data["y"]) for node, data in pair.graph.nodes(data=True)}
    edges = [
        (tail, head)
        for tail, head, data in pair.graph.edges(data=True)
        if data["osmid"] in ours and tail not in stops and head not in stops and drives(data)
    ]
    for way in {
        data["osmid"] for _, _, data in pair.graph.edges(data=True) if special(data)
    } & ours:
        index = int(np.flatnonzero(pair.raw.way_id == way)[0])
        first, last = pair.raw.way_first[index : index + 2]
        nodes = pair.raw.point_node[first:last].tolist()
        edges += [step for step in pairwise(nodes) if not stops & set(step)]
    ends = np.array([(*place[tail], *place[head]) for tail, head in edges])
    _, _, lengths = GEOD.inv(*ends.T)
    for (tail, head), length in zip(edges, lengths.tolist(), strict=True):
        graph.add_edge(tail, head, length=length)
    return graph


def special(data: dict[str, Any]) -> bool:
    """Whether a key for motor vehicles, which OSMnx does not know, makes a road one-way."""
    return data.get("oneway:motor_vehicle") == "yes"


def drives(data: dict[str, Any]) -> bool:
    """Whether cars drive this edge in its sense: what OSMnx does not see in the tags.

    OSMnx gives both senses to a motorway without oneway and to roads closed in one sense; it
    reverses oneway=-1 by itself.
    """
    if special(data):
        return False
    backward = bool(data.get("reversed"))
    implied = data.get("highway") == "motorway" and str(data["oneway"]) == "False"
    side = "backward" if backward else "forward"
    shut = any(
        data.get(f"{key}:{side}") in CLOSED
        for key in ("access", "vehicle", "motor_vehicle", "motorcar")
    )
    return not shut and not (implied and backward)


def our_distances_m(ours: OsmExtract, sources: list[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    network = ours.network
    order = np.lexsort((network.length_m, network.head, network.tail))
    tail, head, length = network.tail[order], network.head[order], network.length_m[order]
    first = np.ones(tail.size, dtype=bool)
    first[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    size = (network.node_count, network.node_count)
    graph = coo_array((length[first], (tail[first], head[first])), shape=size).tocsr()
    return np.asarray(dijkstra(graph, indices=sources))


def test_shortest_paths_on_500_pairs(pair: Pair) -> None:
    """With residents' roads left as ways through: OSMnx does not know that they are none."""
    graph = independent_graph(pair)
    for ours_m, theirs_m, _ in distances_m(pair, pair.uncut, graph):
        assert ours_m == pytest.approx(theirs_m, rel=1e-5, abs=0.02)


def test_only_residents_roads_make_paths_longer(pair: Pair) -> None:
    """As read: where a path is longer than theirs, theirs takes a residents' road."""
    graph = independent_graph(pair)
    residents = {
        (tail, head)
        for tail, head, data in pair.graph.edges(data=True)
        if any(
            RESIDENTS & {word.split("@")[0].strip() for word in str(data.get(key)).split(";")}
            for key in TAGS
            if key.split(":")[0] in ACCESS_KEYS
        )
    }
    ids, count = np.unique(pair.ours.node_id, return_counts=True)
    ends = set(ids[count > 1].tolist())
    longer = 0
    for ours_m, theirs_m, path in distances_m(pair, pair.ours, graph):
        if ours_m != pytest.approx(theirs_m, rel=1e-5, abs=0.02):
            longer += 1
            assert ours_m > theirs_m
            # or it begins or ends where one was cut, so that it cannot go on from there
            assert residents & set(pairwise(path)) or ends & {path[0], path[-1]}
    assert longer <= (MOST_LONGER * PAIRS if cuts(pair.ours) else 0)


def distances_m(
    pair: Pair, ours: OsmExtract, graph: "nx.DiGraph[Any]"
) -> Iterator[tuple[float, float, list[int]]]:
    """Yield ours, theirs, and their path, between 500 random pairs of nodes."""
    ids = ours.node_id
    stops = set(pair.raw.blocked.tolist())
    free = [i for i, osm in enumerate(ids.tolist()) if osm not in stops]
    random = np.random.default_rng(20)
    sources = random.choice(free, 10, replace=False).tolist()
    ours_m = our_distances_m(ours, sources)
    for row, source in enumerate(sources):
        before, theirs_m = nx.dijkstra_predecessor_and_distance(
            graph, int(ids[source]), weight="length"
        )
        for target in random.choice(free, PAIRS // 10, replace=False).tolist():
            osm = int(ids[target])
            path = [osm]
            while before[path[-1]]:
                path.append(before[path[-1]][0])
            yield float(ours_m[row, target]), theirs_m[osm], path[::-1]


def simple_nodes(graph: "nx.DiGraph[Any]") -> Iterator[int]:
    """Nodes where roads of the strongly connected part meet or end."""
    part = graph.subgraph(max(nx.strongly_connected_components(graph), key=len))
    for node in part:
        around = set(part.successors(node)) | set(part.predecessors(node))
        if len(around) != 2:
            yield node


def test_our_nodes_are_the_junctions_and_where_something_changes(pair: Pair) -> None:
    graph = independent_graph(pair)
    junctions = set(simple_nodes(graph))
    ours = set(pair.ours.node_id.tolist())
    stops = set(pair.raw.blocked.tolist())
    assert len(junctions - ours) <= 0.02 * len(junctions), "roads that end at a barrier"
    for node in junctions - ours:
        assert any(other in stops for other in set(pair.graph.successors(node)) | {node})
    restricted = {r.via_node for r in pair.raw.restrictions}
    point_way = np.repeat(pair.raw.way_id, np.diff(pair.raw.way_first))
    order = np.argsort(pair.raw.point_node, kind="stable")
    point_node, point_way = pair.raw.point_node[order], point_way[order]
    via = {way for r in pair.raw.restrictions for way in r.via_ways}
    for node in ours - junctions - stops - restricted:
        first, last = np.searchsorted(point_node, [node, node + 1])
        ways = point_way[first:last].tolist()
        assert len(ways) > 1 or via & set(ways), f"node {node} lies inside one way"
