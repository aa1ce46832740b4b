"""Chargers between junctions: where the road gets a node, and where it does not."""

from typing import Any

import numpy as np
import pytest

from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TUNNEL,
    NODE_COPY,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.sources.snap import snap_to_roads
from tripplan.sources.split import split_arcs

KM = 1.0 / 111.195
"""Degrees of latitude in a kilometre of a sphere, near enough for these tests."""
MOTORWAY, PRIMARY = ROAD_CLASSES.index("motorway"), ROAD_CLASSES.index("primary")


def network(
    nodes_km: list[tuple[float, float]],
    arcs: list[tuple[int, int]],
    *,
    road_class: list[int] | None = None,
    flags: list[int] | None = None,
    node_flags: list[int] | None = None,
    lon: float = 8.0,
) -> RoadNetwork:
    """Straight level roads near the equator, at (east, north) in km."""
    east, north = np.array(nodes_km).T
    tail, head = np.array(arcs).T
    return RoadNetwork.from_arcs(
        lat=north * KM,
        lon=(lon + east * KM + 180.0) % 360.0 - 180.0,
        elevation_m=np.zeros(len(nodes_km)),
        tail=tail,
        head=head,
        length_m=1000.0 * np.hypot(east[tail] - east[head], north[tail] - north[head]),
        speed_kmh=np.full(len(arcs), 60.0),
        speed_limit_kmh=np.full(len(arcs), 60.0),
        road_class=np.array(road_class or [PRIMARY] * len(arcs)),
        flags=np.array(flags or [0] * len(arcs)),
        node_flags=np.array(node_flags or [0] * len(nodes_km)),
    )


def snap(roads: RoadNetwork, *places_km: tuple[float, float], reach_km: float = 1.0) -> Any:
    east, north = np.array(places_km).T
    return snap_to_roads(roads, north * KM, 8.0 + east * KM, reach_km)


def arcs_of(roads: RoadNetwork) -> set[tuple[int, int]]:
    return set(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))


TWO_WAY = [(0, 1), (1, 0)]


def test_a_two_way_road_is_cut_both_ways() -> None:
    found = snap(network([(0, 0), (10, 0)], TWO_WAY), (3.0, 0.03))
    assert found.new_nodes == 1
    assert found.node.tolist() == [2]
    assert found.away_km[0] == pytest.approx(0.03, rel=1e-3)
    assert arcs_of(found.network) == {(0, 2), (2, 1), (1, 2), (2, 0)}
    assert (found.network.lon[2] - 8.0) / KM == pytest.approx(3.0, abs=0.002)
    assert found.network.lat[2] == pytest.approx(0.0, abs=1e-9)
    lengths = dict(
        zip(
            zip(found.network.tail.tolist(), found.network.head.tolist(), strict=True),
            found.network.length_m.tolist(),
            strict=True,
        )
    )
    assert lengths[0, 2] == pytest.approx(3000.0, abs=2.0)
    assert lengths[0, 2] + lengths[2, 1] == pytest.approx(10_000.0, abs=1e-6)
    assert lengths[1, 2] == pytest.approx(lengths[2, 1], abs=1e-6)


def test_a_one_way_road_stays_one_way() -> None:
    found = snap(network([(0, 0), (10, 0), (5, 5)], [(0, 1), (1, 2), (2, 0)]), (3.0, 0.03))
    assert arcs_of(found.network) == {(0, 3), (3, 1), (1, 2), (2, 0)}


def test_a_node_that_is_about_as_near_is_taken() -> None:
    roads = network([(0, 0), (10, 0)], TWO_WAY)
    found = snap(roads, (0.06, 0.0), (9.95, 0.5), (0.4, 0.9))
    assert found.new_nodes == 0
    assert found.network is roads
    assert found.node.tolist() == [0, 1, 0]


def test_places_share_a_node_only_where_they_stand_together() -> None:
    found = snap(
        network([(0, 0), (10, 0)], TWO_WAY),
        (6.0, 0.02),
        (3.0, 0.02),
        (3.005, -0.02),
        (3.2, 0.02),
    )
    assert found.new_nodes == 3
    six, three, beside, further = found.node.tolist()
    assert three == beside
    assert len({six, three, further}) == 3
    assert arcs_of(found.network) >= {(0, three), (three, further), (further, six), (six, 1)}
    assert arcs_of(found.network) >= {(1, six), (six, further), (further, three), (three, 0)}


def test_out_of_reach_nothing_is_cut() -> None:
    found = snap(network([(0, 0), (10, 0)], TWO_WAY), (5.0, 1.2))
    assert found.new_nodes == 0
    assert found.away_km[0] > 5.0


CLASSES = [MOTORWAY, MOTORWAY, PRIMARY, PRIMARY, PRIMARY, PRIMARY]
BESIDE = [(0, 1), (1, 0), (2, 3), (3, 2), (0, 2), (2, 0)]


@pytest.mark.parametrize(
    ("road_km", "reach_km", "on_motorway"),
    [
        (0.9, 1.0, False),  # the road beside is in reach
        (1.5, 1.0, True),  # it is not
        (1.5, 5.0, False),
        (2.5, 5.0, True),  # it is, but a detour of more than 2 km
    ],
)
def test_a_motorway_is_cut_only_without_another_road(
    road_km: float, reach_km: float, on_motorway: bool
) -> None:
    """A motorway runs 50 m south of the place, and a road some way north of it."""
    north = road_km + 0.05
    roads = network([(0, 0), (20, 0), (0, north), (20, north)], BESIDE, road_class=CLASSES)
    found = snap(roads, (10.0, 0.05), reach_km=reach_km)
    assert found.new_nodes == 1
    assert found.network.lat[found.node[0]] / KM == pytest.approx(
        0.0 if on_motorway else north, abs=0.001
    )
    assert found.away_km[0] == pytest.approx(0.05 if on_motorway else road_km, rel=1e-2)


def test_a_network_of_motorways_only_is_cut() -> None:
    roads = network([(0, 0), (40, 0)], TWO_WAY, road_class=[MOTORWAY] * 2)
    assert snap(roads, (20.0, 0.3)).node.tolist() == [2]


def test_a_ramp_counts_as_a_road() -> None:
    roads = network(
        [(0, 0), (20, 0), (0, 0.5), (20, 0.5)],
        BESIDE,
        road_class=[MOTORWAY] * 6,
        flags=[0, 0, FLAG_LINK, FLAG_LINK, FLAG_LINK, FLAG_LINK],
    )
    found = snap(roads, (10.0, 0.05))
    assert found.network.lat[found.node[0]] / KM == pytest.approx(0.5, abs=0.001)


def test_the_end_of_a_motorway_is_taken_rather_than_cut() -> None:
    """Its end is 300 m away, the road's nearest point 1.5 km: out of reach."""
    roads = network(
        [(0, 0), (20, 0), (0, 1.5), (20, 1.5)],
        [(0, 1), (1, 0), (2, 3), (3, 2), (1, 3), (3, 1)],
        road_class=CLASSES,
    )
    found = snap(roads, (-0.3, 0.0))
    assert (found.node.tolist(), found.new_nodes) == ([0], 0)
    assert found.away_km[0] == pytest.approx(0.3, rel=1e-3)
    assert snap(roads, (-0.3, 0.0), reach_km=2.0).node.tolist() == [2]


@pytest.mark.parametrize("flag", [FLAG_TUNNEL, FLAG_BRIDGE, FLAG_FERRY])
def test_nobody_leaves_a_tunnel_a_bridge_or_a_ferry(flag: int) -> None:
    roads = network([(0, 0), (3, 0)], TWO_WAY, flags=[flag, flag])
    assert snap(roads, (1.5, 0.02), reach_km=2.0).new_nodes == 0


def test_a_road_back_on_another_line_is_left_alone() -> None:
    """Two one-way roads between the same junctions, 2 km apart in the middle."""
    roads = RoadNetwork.from_arcs(
        lat=[0.0, 0.0],
        lon=[8.0, 8.0 + 10 * KM],
        elevation_m=[0.0, 0.0],
        tail=[0, 1],
        head=[1, 0],
        length_m=[10_000.0, 10_800.0],
        speed_kmh=[60.0, 60.0],
        speed_limit_kmh=[60.0, 60.0],
        road_class=[PRIMARY, PRIMARY],
        shapes=([0, 0, 1], [2 * KM], [8.0 + 5 * KM]),
    )
    found = snap(roads, (5.0, 0.1))
    assert arcs_of(found.network) == {(0, 2), (2, 1), (1, 0)}


def test_copies_of_a_junction_keep_their_two_way_roads_whole() -> None:
    """Nodes 1 and 2 are copies at one place: a cut of the road to 0 would lead round the rule."""
    roads = network(
        [(0, 0), (10, 0), (10, 0), (10, 8)],
        [(0, 1), (1, 0), (2, 0), (3, 2), (1, 3)],
        node_flags=[0, NODE_COPY, NODE_COPY, 0],
    )
    found = snap(roads, (4.0, 0.05), reach_km=5.0)
    assert found.new_nodes == 0
    assert found.node.tolist() == [0]


def test_a_one_way_road_at_a_copy_is_cut_clear_of_it() -> None:
    roads = network([(0, 0), (10, 0), (5, 5)], [(0, 1), (1, 2), (2, 0)], node_flags=[0, 1, 0])
    found = snap(roads, (10.02, -0.2))
    assert found.new_nodes == 1
    assert found.network.node_flags.tolist() == [0, NODE_COPY, 0, 0]
    assert (found.network.lon[3] - 8.0) / KM == pytest.approx(9.99, abs=0.001)


def test_a_road_across_the_antimeridian() -> None:
    roads = network([(0, 0), (10, 0)], TWO_WAY, lon=180.0 - 4 * KM)
    found = snap_to_roads(roads, np.array([0.0]), np.array([-180.0 + 3 * KM]), 1.0)
    assert found.network.lon[found.node[0]] == pytest.approx(-180.0 + 3 * KM, abs=1e-4)


def test_no_places_change_nothing() -> None:
    roads = network([(0, 0), (10, 0)], TWO_WAY)
    found = snap_to_roads(roads, np.empty(0), np.empty(0), 1.0)
    assert found.network is roads
    assert found.node.size == found.away_km.size == found.new_nodes == 0


def test_grades_are_cut_where_the_road_is() -> None:
    """1 km up by 50 m, 2 km down by 20 m, 1 km up by 10 m; a cut at 1.5 km: all by hand."""
    roads = RoadNetwork.from_arcs(
        lat=[0.0, 0.0],
        lon=[8.0, 8.0 + 4 * KM],
        elevation_m=[100.0, 140.0],
        tail=[0, 1],
        head=[1, 0],
        length_m=[4000.0, 4000.0],
        speed_kmh=[60.0, 60.0],
        speed_limit_kmh=[60.0, 60.0],
        pieces=(
            [0, 3, 6],
            [1000.0, 2000.0, 1000.0, 1000.0, 2000.0, 1000.0],
            [50.0, -20.0, 10.0, -10.0, 20.0, -50.0],
        ),
    )
    cut, node = split_arcs(roads, np.array([0]), np.array([0.375]))
    assert node.tolist() == [2]
    assert cut.elevation_m[2] == pytest.approx(145.0)
    pieces = {
        (tail, head): list(
            zip(
                cut.piece_length_m[cut.piece_first[k] : cut.piece_first[k + 1]].round(6).tolist(),
                cut.piece_rise_m[cut.piece_first[k] : cut.piece_first[k + 1]].round(6).tolist(),
                strict=True,
            )
        )
        for k, (tail, head) in enumerate(zip(cut.tail.tolist(), cut.head.tolist(), strict=True))
    }
    assert pieces == {
        (0, 2): [(1000.0, 50.0), (500.0, -5.0)],
        (2, 1): [(1500.0, -15.0), (1000.0, 10.0)],
        (1, 2): [(1000.0, -10.0), (1500.0, 15.0)],
        (2, 0): [(500.0, 5.0), (1000.0, -50.0)],
    }
