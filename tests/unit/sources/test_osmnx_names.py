"""Names that come with an OSMnx graph, and go out with one: of roads, exits and places."""

from pathlib import Path
from typing import Any

import networkx as nx
import osmnx
import pytest

from tripplan.records.gazetteer import GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.road_name import RoadName
from tripplan.sources.osm.network import read_osm
from tripplan.sources.osm.osmnx import (
    from_osmnx,
    places_from_osmnx,
    read_graphml,
    to_networkx,
    write_graphml,
)

ROADS = """<osm version="0.6">
  <node id="1" lat="39.70" lon="-105.20"/>
  <node id="2" lat="39.70" lon="-105.10"><tag k="highway" v="motorway_junction"/>
    <tag k="ref" v="259"/><tag k="name" v="Morrison Road"/></node>
  <node id="3" lat="39.70" lon="-105.00"/>
  <node id="4" lat="39.71" lon="-105.05"><tag k="place" v="town"/>
    <tag k="name" v="Morrison"/><tag k="population" v="400"/></node>
  <node id="5" lat="39.72" lon="-105.00"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="motorway"/>
    <tag k="oneway" v="no"/><tag k="ref" v="I 70;US 6"/></way>
  <way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="motorway_link"/>
    <tag k="oneway" v="no"/><tag k="destination" v="Morrison;Golden"/></way>
  <way id="12"><nd ref="4"/><nd ref="5"/><tag k="highway" v="secondary"/>
    <tag k="name" v="Bear Creek Avenue"/><tag k="ref" v="CO 8"/></way>
  <way id="13"><nd ref="3"/><nd ref="5"/><tag k="highway" v="residential"/></way>
</osm>
"""
EVERY = {
    (1, 2): RoadName("I-70;US 6"),
    (2, 3): RoadName("I-70;US 6"),
    (2, 4): RoadName(exit="259", towards="Morrison, Golden"),
    (4, 2): RoadName(towards="Morrison, Golden"),
    (4, 5): RoadName("CO 8", "Bear Creek Avenue"),
    (3, 5): RoadName(),
}
"""What signs say of each road, by the ends of a step along it."""


@pytest.fixture(name="roads")
def fixture_roads(tmp_path: Path) -> Path:
    path = tmp_path / "roads.osm"
    path.write_text(ROADS, encoding="utf-8")
    return path


@pytest.fixture(name="graph")
def fixture_graph(roads: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings = osmnx.settings
    ways = [*settings.useful_tags_way, "destination", "junction:ref"]
    nodes = [*settings.useful_tags_node, "place", "name", "population"]
    monkeypatch.setattr(settings, "useful_tags_way", ways)
    monkeypatch.setattr(settings, "useful_tags_node", nodes)
    return osmnx.graph_from_xml(roads, simplify=False, retain_all=True)


def names(network: RoadNetwork, ids: list[int]) -> dict[tuple[int, int], RoadName]:
    called = [*network.road_names, RoadName()]
    ends = zip(network.tail.tolist(), network.head.tolist(), network.name_of_arc, strict=True)
    return {(ids[tail], ids[head]): called[name] for tail, head, name in ends}


def test_roads_exits_and_ramps_are_called_as_their_tags_say(graph: Any) -> None:
    network = from_osmnx(graph)
    found = names(network, list(graph.nodes))
    assert {step: found[step] for step in EVERY} == EVERY
    assert len(network.road_names) == len(set(network.road_names)) == 4


def test_names_are_those_of_the_extract(graph: Any, roads: Path) -> None:
    read = read_osm(roads)
    own = names(read.network, read.node_id.tolist())
    found = names(from_osmnx(graph), list(graph.nodes))
    both = own.keys() & found.keys()
    assert len(both) >= 6
    assert {step: own[step] for step in both} == {step: found[step] for step in both}


def test_places_among_the_nodes(graph: Any) -> None:
    assert places_from_osmnx(graph) == (
        GazetteerEntry("Morrison", "", 39.71, -105.05, 400, "town"),
    )
    graph.nodes[5].update(place="isolated_dwelling", name="Far")
    graph.nodes[3].update(place="village")
    graph.nodes[1].update(place="hamlet", name="Old Mill", population="nan")
    assert [(e.name, e.population) for e in places_from_osmnx(graph)] == [
        ("Old Mill", 0),
        ("Morrison", 400),
    ]


def test_names_go_out_and_come_back(roads: Path, tmp_path: Path) -> None:
    read = read_osm(roads)
    ids = read.node_id.tolist()
    write_graphml(read.network, tmp_path / "roads.graphml")
    for back in (from_osmnx(to_networkx(read.network)), read_graphml(tmp_path / "roads.graphml")):
        assert names(back, ids) == names(read.network, ids)


def test_of_the_names_of_ways_that_were_joined_the_first_counts() -> None:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(1, x=8.0, y=49.0)
    graph.add_node(2, x=8.1, y=49.0)
    for name in (["Hauptstraße", "Am Markt"], "['Hauptstraße', 'Am Markt']", "Hauptstraße"):
        graph.add_edge(1, 2, length=1.0, highway="tertiary", name=name, ref=float("nan"))
    network = from_osmnx(graph)
    assert network.road_names == (RoadName(name="Hauptstraße"),)
    assert network.road_name.tolist() == [0, 0, 0]
