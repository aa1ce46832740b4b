"""Every extract of the shared data builds; highway networks agree with their own edge lists."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from tripplan.network import ROAD_CLASSES, RoadNetwork
from tripplan.sources.osm.network import OsmExtract, read_osm

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TRIPPLAN_SHARED", ROOT.parent / "shared")) / "data"
EXTRACTS = sorted([*SHARED.glob("osm/*.osm.pbf"), *SHARED.glob("osm/*.osm")])
HIGHWAYS = ("colorado", "colorado_region", "pacific_northwest", "switzerland", "alps", "europe")

pytestmark = pytest.mark.skipif(not EXTRACTS, reason="the shared data are not on this machine")


def shape_length_m(network: RoadNetwork) -> NDArray[np.float64]:
    """Length of each arc along its geometry on a sphere, one arc after the other."""
    found = np.empty(network.arc_count)
    for arc, tail in enumerate(network.tail.tolist()):
        inner = slice(network.shape_first[arc], network.shape_first[arc + 1])
        head = network.head[arc]
        lat = np.radians([network.lat[tail], *network.shape_lat[inner], network.lat[head]])
        lon = np.radians([network.lon[tail], *network.shape_lon[inner], network.lon[head]])
        half = (
            np.sin(np.diff(lat) / 2) ** 2
            + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
        )
        found[arc] = 2 * 6_371_008.8 * np.arcsin(np.sqrt(half)).sum()
    return found


def check(read: OsmExtract) -> None:
    network, report = read.network, read.report
    size = (network.node_count, network.node_count)
    graph = coo_array((np.ones(network.arc_count), (network.tail, network.head)), shape=size)
    assert connected_components(graph, connection="strong")[0] == 1
    assert report.components[0] == network.node_count
    ferry = network.road_class == ROAD_CLASSES.index("ferry")
    assert (network.speed_kmh <= network.speed_limit_kmh * 1.0001)[~ferry].all()
    assert (network.speed_kmh >= 3.0).all()
    assert 0.0 <= report.stated_limit_share <= 1.0
    # a sphere is within 0.6 % of the ellipsoid in any direction
    assert network.length_m == pytest.approx(shape_length_m(network), rel=0.006, abs=0.05)


@pytest.mark.parametrize("path", EXTRACTS, ids=lambda path: path.name)
def test_extract_builds(path: Path) -> None:
    check(read_osm(path))


@pytest.mark.parametrize("name", HIGHWAYS)
def test_highways_agree_with_their_edge_list(name: str) -> None:
    """The same network as an edge list: total length, and shortest paths from three nodes."""
    read = read_osm(SHARED / "highways" / f"tm_{name}.osm.pbf")
    with np.load(SHARED / "highways" / f"tm_{name}.npz") as edges:
        place, u, v, km = edges["latlon"], edges["u"], edges["v"], edges["km"]
    part = connected_components(coo_array((km, (u, v)), shape=(len(place),) * 2))[1]
    largest = np.bincount(part[u], weights=km).max()
    assert read.report.road_km == pytest.approx(largest, rel=0.004)

    network = read.network
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
        assert ours_km[joined] == pytest.approx(theirs_km[joined], rel=0.006, abs=0.05)


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
