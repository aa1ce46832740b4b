"""Turning round on the road, and residents' roads: what hand-written extracts make of them."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tripplan.records.network import NODE_COPY, NODE_TURNING, RoadNetwork
from tripplan.routing.snapping import NodeIndex
from tripplan.sources.osm.network import OsmExtract, read_osm
from tripplan.sources.snap import snap_to_roads

FIXTURES = Path(__file__).parents[2] / "fixtures"
TURN_ROUND_S = 20.0
"""OSRM's ``u_turn_penalty`` for cars, as docs/decisions/0015-osm-reader.md cites it."""

SPOTS = {
    int(osm_id): (float(lon), float(lat))
    for name in ("residents", "turning_round", "busy_dead_end", "residents_one_way")
    for osm_id, lat, lon in re.findall(
        r'<node id="(\d+)" lat="([\d.]+)" lon="([\d.]+)"/>', (FIXTURES / f"{name}.osm").read_text()
    )
}
"""Longitude and latitude by the ids of these fixtures, of which no two mean other places."""


def extract(name: str, *, turn_restrictions: bool = True) -> OsmExtract:
    return read_osm(FIXTURES / f"{name}.osm", turn_restrictions=turn_restrictions)


def seconds(network: RoadNetwork) -> np.ndarray:
    return np.asarray(3.6 * network.length_m / network.speed_kmh)


def walk_s(read: OsmExtract, *ids: int) -> float:
    """Least time over nodes with these OSM ids in a row; infinite where they cannot be driven."""
    network, time = read.network, seconds(read.network)
    here = {node_of(read, ids[0]): 0.0}
    for _, then in pairwise(ids):
        reached: dict[int, float] = {}
        for node, since in here.items():
            for arc in range(network.first_out[node], network.first_out[node + 1]):
                head = int(network.head[arc])
                if read.node_id[head] == then:
                    reached[head] = min(reached.get(head, np.inf), since + float(time[arc]))
        here = reached
    return min(here.values(), default=np.inf)


def fastest_s(read: OsmExtract, origin: int, destination: int) -> float:
    """Least time from a node to another, both with one copy."""
    network = read.network
    time = seconds(network)
    order = np.lexsort((time, network.head, network.tail))
    tail, head, time = network.tail[order], network.head[order], time[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    graph = csr_array((time[first], (tail[first], head[first])), shape=(network.node_count,) * 2)
    times = dijkstra(graph, indices=np.array([node_of(read, origin)]))
    return float(times[0, node_of(read, destination)])


def node_of(read: OsmExtract, osm_id: int) -> int:
    """Return the node that a place just there is tied to."""
    lon, lat = SPOTS[osm_id]
    (node,), _ = NodeIndex(read.network).nearest(np.array([lat]), np.array([lon]))
    assert read.node_id[node] == osm_id
    return int(node)


def test_nobody_turns_round_on_a_busy_road_to_get_round_a_restriction() -> None:
    every, read = extract("turning_round", turn_restrictions=False), extract("turning_round")
    assert np.isinf(walk_s(read, 11, 12, 16)), "the restriction itself"
    assert np.isfinite(walk_s(every, 11, 12, 13, 12, 16))
    assert np.isinf(walk_s(read, 11, 12, 13, 12, 16))
    assert np.isinf(walk_s(read, 11, 12, 13, 14, 13, 12, 16))
    # who comes from elsewhere turns as before
    assert walk_s(read, 15, 14, 13, 12, 16) == pytest.approx(walk_s(every, 15, 14, 13, 12, 16))
    assert walk_s(read, 11, 12, 13, 14, 15) == pytest.approx(walk_s(every, 11, 12, 13, 14, 15))


def test_turning_round_in_a_side_street_takes_its_time() -> None:
    every, read = extract("turning_round", turn_restrictions=False), extract("turning_round")
    way = (11, 12, 13, 17, 13, 12, 16)
    assert walk_s(read, *way) == pytest.approx(walk_s(every, *way) + TURN_ROUND_S)
    assert fastest_s(read, 11, 16) == pytest.approx(walk_s(read, *way)), (
        "it is the quickest that way"
    )


def test_one_turns_round_where_a_busy_road_ends() -> None:
    every, read = extract("busy_dead_end", turn_restrictions=False), extract("busy_dead_end")
    way = (21, 22, 23, 22, 26)
    assert walk_s(read, *way) == pytest.approx(walk_s(every, *way) + TURN_ROUND_S)


@pytest.mark.parametrize("name", ["turning_round", "busy_dead_end", "no_left_turn", "via_way"])
def test_no_road_is_lost(name: str) -> None:
    every, read = extract(name, turn_restrictions=False), extract(name)
    assert read.report.km == pytest.approx(every.report.km, rel=1e-12)
    assert set(read.node_id.tolist()) == set(every.node_id.tolist())
    # An arc that is driven after turning round is slower, by that alone.
    lasting = {round(s, 6) for s in seconds(every.network)}
    for s in seconds(read.network).tolist():
        assert round(s, 6) in lasting or round(s - TURN_ROUND_S, 6) in lasting


def test_without_a_restriction_nothing_is_split() -> None:
    read = extract("turning_round", turn_restrictions=False)
    assert read.report.split_nodes == read.report.turning_nodes == 0
    assert not read.network.node_flags.any()


def test_what_is_split_for_turning_is_told_apart() -> None:
    """Round the junction, as far as one would go on to turn: not in 11, 15 and 16."""
    read = extract("turning_round")
    flags = read.network.node_flags
    assert read.node_id[read.is_split].tolist() == [12, 12]
    assert set(read.node_id[flags == NODE_COPY + NODE_TURNING].tolist()) == {13, 14, 17, 18}
    assert read.report.split_nodes == 1


def test_a_charger_beside_a_road_without_turning_round_is_reached_from_one_side() -> None:
    """It stands on the side street's far part; cars from 13 pass it, and none can turn there."""
    read = extract("turning_round")
    lat, lon = np.array([49.9995]), np.array([8.00201])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tripplan.sources.snap.GAIN_KM", 0.0)
        found = snap_to_roads(read.network, lat, lon, 1.0)
    (node,) = found.node.tolist()
    assert node >= read.network.node_count
    network = found.network
    arriving = np.flatnonzero(network.head == node)
    leaving = np.arange(network.first_out[node], network.first_out[node + 1])
    ends = {(13, 17), (17, 13)}
    came = {int(read.node_id[k]) for k in network.tail[arriving]}
    went = {int(read.node_id[k]) for k in network.head[leaving]}
    assert {(a, b) for a in came for b in went} < ends, "in at one end, out at the other"


@pytest.mark.parametrize("way", [(1, 5, 3), (2, 4), (1, 8, 2)])
def test_residents_roads_are_no_way_through(way: tuple[int, ...]) -> None:
    read, ring = extract("residents"), (1, 2, 3, 4, 1, 2, 3, 4)
    for there in (way, way[::-1]):
        # From an end of the zone, through it, and on along the open roads that lie around it.
        onward = {a for a, b in pairwise(ring) if b == there[-1]}
        assert all(np.isinf(walk_s(read, *there, k)) for k in onward)
        around = min(ring_s(read, there[0], there[-1]))
        assert fastest_s(read, there[0], there[-1]) == pytest.approx(around)


def ring_s(read: OsmExtract, one: int, other: int) -> tuple[float, float]:
    """Drive both ways round on the open roads."""
    steps = (other - one) % 4
    forward = [(one + k - 1) % 4 + 1 for k in range(steps + 1)]
    backward = [(one - k - 1) % 4 + 1 for k in range(4 - steps + 1)]
    return walk_s(read, *forward), walk_s(read, *backward)


@pytest.mark.parametrize("way", [(1, 5), (1, 5, 7)])
def test_places_in_a_zone_are_reached_at_the_speed_of_its_roads(way: tuple[int, ...]) -> None:
    """30 km/h less bends and junctions, not half of that."""
    read = extract("residents")
    assert fastest_s(read, way[0], way[-1]) == pytest.approx(walk_s(read, *way))
    assert fastest_s(read, way[-1], way[0]) == pytest.approx(walk_s(read, *reversed(way)))
    lon, lat = zip(*(SPOTS[k] for k in way), strict=True)
    km = Geod(ellps="WGS84").line_length(lon, lat) / 1000.0
    assert 20.0 < 3600.0 * km / walk_s(read, *way) < 30.0


@pytest.mark.parametrize("place", [5, 7, 8, 9])
def test_every_place_of_a_zone_is_reached_and_left(place: int) -> None:
    read = extract("residents")
    for gate in (1, 2, 3, 4):
        assert np.isfinite(fastest_s(read, gate, place))
        assert np.isfinite(fastest_s(read, place, gate))


def test_the_roads_of_a_zone_are_all_kept() -> None:
    read = extract("residents")
    assert read.report.skipped["residents' road cut, so that it is no way through"] == 3
    assert read.report.dropped_km == 0.0
    assert not read.network.node_flags.any()


def test_a_one_way_road_of_residents_stays_and_is_slow() -> None:
    read = extract("residents_one_way")
    network = read.network
    assert np.isfinite(walk_s(read, 2, 4))
    assert fastest_s(read, 2, 4) < walk_s(read, 2, 4), "round by the open roads"
    kmh = {
        (int(read.node_id[a]), int(read.node_id[b])): float(v)
        for a, b, v in zip(network.tail, network.head, network.speed_kmh, strict=True)
    }
    assert kmh[3, 1] > 15.0, "open to all that way"
    assert kmh[1, 3] < 5.0, "open to residents only on the way back"
