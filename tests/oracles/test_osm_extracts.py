"""Every extract of the shared data builds into a region of the size that its description states.

The highway networks come as edge lists too: nodes, edges and lengths of those, before and after
joining what is one road, are counted here in a few lines of numpy.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from tests.stories.shared_data import SHARED
from tripplan.records.network import NODE_COPY, ROAD_CLASSES, RoadNetwork
from tripplan.records.region import Region
from tripplan.sources.build import build_region
from tripplan.sources.osm.file import RawRoads, read_file

EXTRACTS = sorted([*SHARED.glob("osm/*.osm.pbf"), *SHARED.glob("osm/*.osm")])
HIGHWAYS = sorted(SHARED.glob("highways/tm_*.osm.pbf"))
STATED = {
    "colorado": (3_640, 3_909, 14_315),
    "colorado_region": (24_480, 26_450, 102_917),
    "pacific_northwest": (8_782, 9_209, 22_906),
    "switzerland": (2_856, 3_141, 6_372),
    "alps": (54_642, 67_372, 123_095),
    "usa48": (225_891, 259_868, 791_582),
    "europe": (384_283, 475_886, 989_146),
}
"""Nodes, edges and km of each network, as the description of the data states them."""
DIRECTIONS = 2
EARTH_M = 6_371_008.8
TURN_ROUND_S = 20.0
"""What turning round takes, as docs/decisions/0015-osm-reader.md states it."""
SHORT_OF_M = 1.0
"""How far before a junction a residents' road ends that was cut there; its length stays."""

pytestmark = pytest.mark.skipif(not EXTRACTS, reason="the shared data are not on this machine")


@pytest.fixture(name="highways", scope="module", params=STATED)
def fixture_highways(request: pytest.FixtureRequest) -> tuple[str, Path, Region]:
    """Return a network's name, its file, and the region that is built of it, once for all tests."""
    path = SHARED / "highways" / f"tm_{request.param}.osm.pbf"
    return request.param, path, build_region(path)


def shape_length_m(network: RoadNetwork) -> NDArray[np.float64]:
    """Length of each arc along its geometry on a sphere, shape (arcs,)."""
    arcs = np.arange(network.arc_count)
    arc = np.concatenate((arcs, np.repeat(arcs, np.diff(network.shape_first)), arcs))
    rank = np.repeat([0, 1, 2], [arcs.size, network.shape_lat.size, arcs.size])
    order = np.lexsort((rank, arc))
    lat, lon = (
        np.radians(np.concatenate((node[network.tail], shape, node[network.head]))[order])
        for node, shape in ((network.lat, network.shape_lat), (network.lon, network.shape_lon))
    )
    half = (
        np.sin(np.diff(lat) / 2) ** 2
        + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    )
    step_m = 2 * EARTH_M * np.arcsin(np.sqrt(half))
    inside = np.diff(arc[order]) == 0
    total = np.bincount(arc[order][1:][inside], weights=step_m[inside], minlength=arcs.size)
    return total.astype(np.float64)


def report_of(built: Region) -> dict[str, Any]:
    report: dict[str, Any] = built.provenance["sources"][0]["report"]
    return report


def unit_vectors(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of latitude and longitude in radians, shape (points, 3)."""
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def cut_m(built: Region, raw: RawRoads) -> NDArray[np.float64]:
    """How far each node lies from the point of the file that it was cut from, shape (nodes,).

    All nodes lie on points of the file but those of roads that were cut, at most one a cut, and
    those made for chargers.
    """
    network = built.network
    file, node = (
        EARTH_M * unit_vectors(np.radians(each.lat), np.radians(each.lon))
        for each in (raw, network)
    )
    away_m = np.asarray(cKDTree(file).query(node)[0], dtype=np.float64)
    away_m[away_m < 1e-3] = 0.0
    off = np.flatnonzero(away_m)
    cuts = report_of(built)["skipped"].get("residents' road cut, so that it is no way through", 0)
    assert off.size <= cuts + built.provenance["nodes_made_for_chargers"]
    if not built.provenance["nodes_made_for_chargers"]:
        assert (away_m <= SHORT_OF_M * 1.01).all()
    return np.where(away_m <= SHORT_OF_M * 1.01, away_m, 0.0)


def turned(network: RoadNetwork) -> NDArray[np.bool_]:
    """Arcs that may be driven after turning round: from a copy, back to where one comes from."""
    there = network.lat + 1j * network.lon
    came = set(zip(network.head.tolist(), there[network.tail].tolist(), strict=True))
    back = zip(network.tail.tolist(), there[network.head].tolist(), strict=True)
    copy = (network.node_flags & NODE_COPY) > 0
    return np.asarray(copy[network.tail] & np.array([pair in came for pair in back]))


def check(built: Region, raw: RawRoads) -> None:
    network, report = built.network, report_of(built)
    size = (network.node_count, network.node_count)
    graph = coo_array((np.ones(network.arc_count), (network.tail, network.head)), shape=size)
    assert connected_components(graph, connection="strong")[0] == 1
    made = built.provenance["nodes_made_for_chargers"]
    assert report["components"][0] + made == report["nodes"] + made == network.node_count
    ferry = network.road_class == ROAD_CLASSES.index("ferry")
    assert (network.speed_kmh <= network.speed_limit_kmh * 1.0001)[~ferry].all()
    # an arc driven after turning round has the time for that in its own
    slow = network.speed_kmh < 3.0
    assert turned(network)[slow].all()
    time_s = network.length_m[slow] / (network.speed_kmh[slow] / 3.6) - TURN_ROUND_S
    assert (time_s > 0.0).all()
    without_kmh = network.length_m[slow] / time_s * 3.6
    assert (without_kmh >= 3.0 * (1.0 - 1e-9)).all()
    assert (without_kmh <= network.speed_limit_kmh[slow] * 1.0001).all()
    assert 0.0 <= report["stated_limit_share"] <= 1.0
    # a sphere is within 0.6 % of the ellipsoid in any direction; a cut road keeps its length
    off_m = cut_m(built, raw)
    drawn_m = shape_length_m(network) + off_m[network.tail] + off_m[network.head]
    np.testing.assert_allclose(network.length_m, drawn_m, rtol=0.006, atol=0.05)


@pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: path.name)
def test_extract_builds(path: Path) -> None:
    built = build_region(path)
    raw = read_file(path, ferries=False)
    check(built, raw)
    stated = json.loads((SHARED / "osm" / "_counts.json").read_text())[path.name]
    report = report_of(built)
    ways = {key: n for key, n in report["skipped"].items() if key.startswith("way: ")}
    ferries = sum(ways.pop(key) for key in list(ways) if "ferry" in key)
    assert report["ways_used"] + sum(ways.values()) == stated["highway"]
    assert ferries < 10
    assert 0.75 * stated["car"] < report["ways_used"] <= stated["car"]
    stations = raw.charging_stations
    assert sum("amenity" in found.tags for found in stations) == stated["charging"]
    chargers = len(built.chargers.chargers) + sum(
        built.provenance["chargers_skipped"].values(), start=0
    )
    assert chargers == len(stations)


def test_every_highway_network_is_here() -> None:
    assert {path.name.removeprefix("tm_").partition(".")[0] for path in HIGHWAYS} == set(STATED)


def test_highways_build_as_large_as_stated(highways: tuple[str, Path, Region]) -> None:
    """As read: every node and edge.  As built: joined where nothing changes, largest part kept."""
    name, path, built = highways
    raw = read_file(path, ferries=False)
    nodes, edges, km = STATED[name]
    assert np.unique(raw.point_node).size == nodes
    assert raw.point_node.size - raw.way_id.size == edges
    check(built, raw)
    report = report_of(built)
    # their lengths are on a sphere
    assert report["road_km"] + report["dropped_km"] / DIRECTIONS == pytest.approx(km, rel=0.002)

    with np.load(path.with_name(f"tm_{name}.npz")) as listed:
        u, v, edge_km, tier = (listed[key] for key in ("u", "v", "km", "tier"))
    part = connected_components(coo_array((edge_km, (u, v)), shape=(nodes, nodes)))[1]
    size_km = np.bincount(part[u], weights=edge_km)
    kept = part[u] == size_km.argmax()
    assert report["road_km"] == pytest.approx(size_km.max(), rel=0.002)
    junction, degree = junctions(u[kept], v[kept], tier[kept], nodes)
    assert built.network.node_count == junction.sum()
    assert built.network.arc_count == degree[junction].sum()


def junctions(
    u: NDArray[Any], v: NDArray[Any], tier: NDArray[Any], nodes: int
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Nodes where other than two edges of one tier meet, and how many meet, shape (nodes,)."""
    degree = np.bincount(np.concatenate((u, v)), minlength=nodes)
    least, most = np.full(nodes, 99), np.full(nodes, -1)
    for end in (u, v):
        np.minimum.at(least, end, tier)
        np.maximum.at(most, end, tier)
    return (degree > 0) & ((degree != 2) | (least != most)), degree


def test_highways_have_the_distances_of_their_edge_list(
    highways: tuple[str, Path, Region],
) -> None:
    """Shortest paths from three nodes."""
    name, path, built = highways
    network = built.network
    with np.load(path.with_name(f"tm_{name}.npz")) as edges:
        place, u, v, km = edges["latlon"], edges["u"], edges["v"], edges["km"]
    theirs = sparse(u, v, km, len(place), both=True)
    ours = sparse(network.tail, network.head, network.length_m / 1000, network.node_count)
    known = {(round(lat, 6), round(lon, 6)): i for i, (lat, lon) in enumerate(place.tolist())}
    same = [
        (node, known[key])
        for node in range(network.node_count)
        if (key := (round(network.lat[node], 6), round(network.lon[node], 6))) in known
    ]
    assert len(same) > 0.95 * network.node_count
    one, two = np.array(same).T
    for source in np.random.default_rng(5).integers(len(same), size=3):
        ours_km = dijkstra(ours, indices=one[source])[one]
        theirs_km = dijkstra(theirs, indices=two[source])[two]
        joined = np.isfinite(theirs_km)
        assert np.isfinite(ours_km).all()
        np.testing.assert_allclose(ours_km[joined], theirs_km[joined], rtol=0.006, atol=0.05)


def sparse(
    tail: NDArray[Any], head: NDArray[Any], km: NDArray[Any], nodes: int, *, both: bool = False
) -> csr_array:
    """Graph with the shortest of parallel edges."""
    if both:
        tail, head = np.concatenate((tail, head)), np.concatenate((head, tail))
        km = np.concatenate((km, km))
    order = np.lexsort((km, head, tail))
    tail, head, km = tail[order], head[order], km[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    return csr_array((km[first], (tail[first], head[first])), shape=(nodes, nodes))
