"""Networks to and from OSMnx: the same roads, the same times, the same lengths."""

import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.network import (
    FLAG_LIMIT_STATED,
    FLAG_LINK,
    FLAG_MOTORROAD,
    FLAG_TOLL,
    FLAG_TUNNEL,
    FLAG_URBAN,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.sources.osm.network import read_osm
from tripplan.sources.osm.osmnx import from_osmnx, read_graphml, to_networkx, write_graphml

FIXTURES = Path(__file__).parents[2] / "fixtures"
STATED = FLAG_LIMIT_STATED
SAME = ("lat", "lon", "elevation_m", "first_out", "head", "length_m", "speed_kmh", "road_class")


@pytest.fixture(name="ours", params=["online.osm", "chains.osm", "no_left_turn.osm", "oneways.osm"])
def fixture_ours(request: pytest.FixtureRequest) -> RoadNetwork:
    return read_osm(FIXTURES / request.param).network


@pytest.fixture(name="theirs")
def fixture_theirs() -> Any:
    graph = osmnx.graph_from_xml(FIXTURES / "online.osm", retain_all=True)
    walked = [edge for *edge, kind in graph.edges(keys=True, data="highway") if kind == "footway"]
    assert len(walked) == 2
    graph.remove_edges_from(walked)
    for *_, data in graph.edges(data=True):
        data["speed_kph"] = 30.0 + data["length"] % 70.0
    return osmnx.add_edge_travel_times(graph)


def seconds(network: RoadNetwork) -> Any:
    """Least time between all nodes, by scipy; of parallel arcs the quickest."""
    time_s = network.length_m / (network.speed_kmh / 3.6)
    best: dict[tuple[int, int], float] = {}
    for u, v, t in zip(network.tail.tolist(), network.head.tolist(), time_s, strict=True):
        best[u, v] = min(t, best.get((u, v), np.inf))
    ends = np.array(list(best)).T
    size = network.node_count
    return dijkstra(
        coo_array((list(best.values()), (ends[0], ends[1])), shape=(size, size)).tocsr()
    )


def test_an_osmnx_graph_keeps_its_lengths_and_shortest_times(theirs: Any) -> None:
    network = from_osmnx(theirs)
    assert network.node_count == len(theirs)
    assert network.arc_count == theirs.number_of_edges()
    total = sum(data["length"] for *_, data in theirs.edges(data=True))
    assert network.length_m.sum() == pytest.approx(total)
    times = seconds(network)
    number = {node: k for k, node in enumerate(theirs.nodes)}
    for source, lengths in nx.all_pairs_dijkstra_path_length(theirs, weight="travel_time"):
        for target, expected in lengths.items():
            assert times[number[source], number[target]] == pytest.approx(
                expected, rel=1e-6, abs=0.01
            )


def test_its_bends_lie_in_driving_order(theirs: Any) -> None:
    network = from_osmnx(theirs)
    assert network.shape_lat.size > 0
    for arc in range(network.arc_count):
        row = slice(network.shape_first[arc], network.shape_first[arc + 1])
        u, v = network.tail[arc], network.head[arc]
        lat = [network.lat[u], *network.shape_lat[row], network.lat[v]]
        lon = [network.lon[u], *network.shape_lon[row], network.lon[v]]
        drawn = osmnx.distance.great_circle(
            np.array(lat[:-1]), np.array(lon[:-1]), np.array(lat[1:]), np.array(lon[1:])
        ).sum()
        assert network.length_m[arc] == pytest.approx(drawn, rel=1e-6, abs=0.02)


def test_a_network_goes_out_and_comes_back(ours: RoadNetwork) -> None:
    back = from_osmnx(to_networkx(ours))
    for name in (*SAME, "node_flags"):
        assert np.allclose(getattr(back, name), getattr(ours, name), rtol=1e-12), name
    assert np.allclose(back.speed_limit_kmh, ours.speed_limit_kmh, rtol=1e-5)
    assert np.array_equal(back.flags, ours.flags & ~np.uint8(FLAG_URBAN))
    assert np.array_equal(back.shape_first, ours.shape_first)
    assert np.allclose(back.shape_lat, ours.shape_lat)


def test_osmnx_works_on_what_goes_out(ours: RoadNetwork) -> None:
    graph = to_networkx(ours)
    streets = osmnx.stats.count_streets_per_node(graph)
    nx.set_node_attributes(graph, streets, "street_count")
    stats = osmnx.basic_stats(graph)
    assert stats["edge_length_total"] == pytest.approx(ours.length_m.sum())
    times = [data["travel_time"] for *_, data in graph.edges(data=True)]
    again = osmnx.add_edge_travel_times(graph.copy())
    assert times == pytest.approx([data["travel_time"] for *_, data in again.edges(data=True)])
    nodes, edges = osmnx.graph_to_gdfs(graph)
    assert len(nodes) == ours.node_count
    assert len(edges) == ours.arc_count


def test_graphml_goes_to_osmnx_and_comes_back(ours: RoadNetwork, tmp_path: Path) -> None:
    path = tmp_path / "roads.graphml"
    write_graphml(ours, path)
    loaded = osmnx.load_graphml(path)
    assert len(loaded) == ours.node_count
    assert loaded.graph["crs"] == "epsg:4326"
    u, _, data = next(iter(loaded.edges(data=True)))
    assert (isinstance(u, int), isinstance(data["oneway"], bool)) == (True, True)
    assert isinstance(data["length"], float)
    osmnx.save_graphml(loaded, tmp_path / "again.graphml")
    for file in (path, tmp_path / "again.graphml"):
        back = read_graphml(file)
        for name in SAME:
            assert np.allclose(getattr(back, name), getattr(ours, name)), (file.name, name)
        assert np.allclose(back.shape_lat, ours.shape_lat)


def test_graphml_of_osmnx_comes_in(theirs: Any, tmp_path: Path) -> None:
    osmnx.save_graphml(theirs, tmp_path / "x.graphml")
    direct, read = from_osmnx(theirs), read_graphml(tmp_path / "x.graphml")
    for name in (*SAME, "shape_lat", "flags", "speed_limit_kmh"):
        assert np.allclose(getattr(direct, name), getattr(read, name)), name


@pytest.mark.parametrize(
    "closed",
    [
        {"access": "no"},
        {"access": ["yes", "private"]},
        {"motor_vehicle": "no", "access": "yes"},
        {"highway": "footway"},
        {"highway": ["residential", "path"]},
    ],
)
def test_edges_that_are_closed_to_cars_are_left_out_and_counted(
    closed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    graph = small(highway="residential")
    graph.add_edge("b", "a", **({"length": 7200.0, "highway": "residential"} | closed))
    assert from_osmnx(graph).arc_count == 1
    assert "1 edges of the OSMnx graph are closed to cars" in caplog.text


def small(**changes: Any) -> Any:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node("a", x=8.0, y=50.0)
    graph.add_node("b", x=8.1, y=50.0, elevation="120")
    graph.add_edge("a", "b", **({"length": 7200.0} | changes))
    return graph


@pytest.mark.parametrize(
    ("changes", "speed", "limit", "road_class", "flags"),
    [
        ({}, 50.0, 50.0, "unclassified", 0),
        (
            {"highway": "motorway_link", "maxspeed": "30 mph"},
            48.28032,
            48.28032,
            "motorway",
            FLAG_LINK + STATED,
        ),
        (
            {"highway": ["primary", "secondary"], "maxspeed": ["70", "50"]},
            50.0,
            50.0,
            "primary",
            STATED,
        ),
        ({"highway": "['primary', 'trunk']", "speed_kph": "61.5"}, 61.5, 61.5, "primary", 0),
        (
            {"maxspeed": "signals", "tunnel": "yes", "bridge": "no"},
            50.0,
            50.0,
            "unclassified",
            FLAG_TUNNEL,
        ),
        ({"maxspeed": "90", "speed_kph": 72.0}, 72.0, 90.0, "unclassified", STATED),
        ({"maxspeed": ["70", "100"]}, 70.0, 70.0, "unclassified", STATED),
        ({"maxspeed": "['70', '100']"}, 70.0, 70.0, "unclassified", STATED),
        ({"maxspeed": "RO:urban"}, 50.0, 50.0, "unclassified", STATED),
        ({"maxspeed": "25 MPH"}, 40.2336, 40.2336, "unclassified", STATED),
        ({"maxspeed": 60}, 60.0, 60.0, "unclassified", STATED),
        (
            {"maxspeed": "60", "maxspeed:source": "assumed", "motorroad": "yes"},
            60.0,
            60.0,
            "unclassified",
            FLAG_MOTORROAD,
        ),
        ({"maxspeed": float("nan")}, 50.0, 50.0, "unclassified", 0),
        ({"tunnel": ["no", "yes"], "toll": "no"}, 50.0, 50.0, "unclassified", FLAG_TUNNEL),
        ({"tunnel": "['no', 'yes']", "bridge": "no"}, 50.0, 50.0, "unclassified", FLAG_TUNNEL),
        ({"toll": "no", "toll:motorcar": "yes"}, 50.0, 50.0, "unclassified", FLAG_TOLL),
        ({"maxspeed:forward": "40", "reversed": True}, 50.0, 50.0, "unclassified", 0),
        ({"maxspeed:forward": "40", "reversed": False}, 40.0, 40.0, "unclassified", STATED),
    ],
)
def test_tags_in_the_forms_that_osmnx_leaves_them(
    changes: dict[str, Any], speed: float, limit: float, road_class: str, flags: int
) -> None:
    network = from_osmnx(small(**changes))
    assert network.speed_kmh[0] == pytest.approx(speed)
    assert network.speed_limit_kmh[0] == pytest.approx(limit)
    assert ROAD_CLASSES[network.road_class[0]] == road_class
    assert network.flags[0] == flags
    assert network.elevation_m.tolist() == [0.0, 120.0]


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (small(length=None), "edge 'a' -> 'b' has no length"),
        (small(length=float("nan")), "has no length"),
        (small(length=-1.0), "has no length"),
        (small(speed_kph=9999), "impossible speed_kph: 9999"),
        (nx.MultiDiGraph(), "it has no edges"),
    ],
)
def test_graphs_that_cannot_be_roads_are_refused(graph: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        from_osmnx(graph)


def test_a_projected_graph_comes_with_a_hint(theirs: Any) -> None:
    with pytest.raises(DataError, match="EPSG:4326"):
        from_osmnx(osmnx.project_graph(theirs))


@pytest.mark.parametrize("content", ["", "{}", "<html/>", "<graphml>", '<?xml version="1.0"?><a/>'])
def test_what_is_no_graphml_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.graphml"
    path.write_text(content)
    with pytest.raises(DataError):
        read_graphml(path)
    with pytest.raises(DataError, match="nowhere"):
        read_graphml(tmp_path / "nowhere.graphml")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    network = read_osm(FIXTURES / "chains.osm").network
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(InvalidInputError, match=r"need networkx.*tripplan\[osmnx\]"):
        to_networkx(network)
