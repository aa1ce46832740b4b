"""Roads, towns and chargers around the route."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.samples.plan import sample_plan, sample_region
from tripplan.output.drawing import basemap
from tripplan.output.drawing.basemap import Bounds
from tripplan.records.network import RoadNetwork

EVERYWHERE = Bounds(-80, -179, 80, 179)


def network(nodes: list[tuple[float, float]], edges: list[tuple[int, int, float]]) -> RoadNetwork:
    """Return two-way roads; an edge is (tail, head, limit in km/h)."""
    return RoadNetwork.from_edges(
        lat=[lat for lat, _ in nodes],
        lon=[lon for _, lon in nodes],
        elevation_m=np.zeros(len(nodes)),
        tail=[a for a, *_ in edges],
        head=[b for _, b, _ in edges],
        length_m=np.full(len(edges), 1000.0),
        speed_kmh=[limit for *_, limit in edges],
        speed_limit_kmh=[limit for *_, limit in edges],
        two_way=True,
    )


def test_the_box_holds_route_and_ends() -> None:
    plan = sample_plan()
    box = basemap.route_bounds(plan)
    wide = basemap.widened(box)
    assert box.south <= plan.trip.destination.lat <= box.north
    assert box.west == pytest.approx(plan.trip.destination.lon)
    assert wide.west < box.west < box.east < wide.east
    assert wide.south < box.south


def test_chains_join_edges_between_junctions() -> None:
    cross = network(
        [(0, 0), (0, 1), (0, 2), (1, 1), (2, 1)],
        [(0, 1, 60), (1, 2, 60), (1, 3, 60), (3, 4, 60)],
    )
    roads = basemap.roads_near(cross, EVERYWHERE)
    drawn = sorted(sorted(road.points) for road in roads)
    assert drawn == [
        [(0.0, 0.0), (0.0, 1.0)],
        [(0.0, 1.0), (0.0, 2.0)],
        [(0.0, 1.0), (2.0, 1.0)],
    ]


def test_a_ring_is_drawn_whole() -> None:
    ring = network(
        [(0, 0), (0, 9), (9, 9), (9, 0)], [(0, 1, 60), (1, 2, 60), (2, 3, 60), (3, 0, 60)]
    )
    (road,) = basemap.roads_near(ring, EVERYWHERE)
    assert len(road.points) == 5
    assert road.points[0] == road.points[-1]


def test_every_edge_is_drawn_once() -> None:
    """Total drawn length equals that of the edges, where nothing is simplified away."""
    rng = np.random.default_rng(3)
    nodes = [(float(a), float(b)) for a, b in rng.uniform(0, 40, (30, 2))]
    pairs = {tuple(sorted(p)) for p in rng.integers(0, 30, (60, 2)).tolist() if p[0] != p[1]}
    roads = basemap.roads_near(network(nodes, [(a, b, 60) for a, b in sorted(pairs)]), EVERYWHERE)

    def length(points: tuple[tuple[float, float], ...]) -> float:
        return sum(math.dist(a, b) for a, b in pairwise(points))

    expected = sum(math.dist(nodes[a], nodes[b]) for a, b in pairs)
    assert sum(length(road.points) for road in roads) == pytest.approx(expected, rel=5e-3)


def test_only_roads_of_the_box_are_drawn() -> None:
    net = network([(0, 0), (0, 1), (50, 50), (50, 51)], [(0, 1, 60), (2, 3, 60)])
    (road,) = basemap.roads_near(net, Bounds(-1, -1, 2, 2))
    assert sorted(road.points) == [(0.0, 0.0), (0.0, 1.0)]


def test_fast_roads_are_major_and_survive_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network([(0, 0), (0, 1), (1, 0), (1, 1)], [(0, 1, 110), (2, 3, 40)])
    both = basemap.roads_near(net, EVERYWHERE)
    assert sorted(road.major for road in both) == [False, True]
    monkeypatch.setattr(basemap, "POINT_LIMIT", 3)
    (road,) = basemap.roads_near(net, EVERYWHERE)
    assert road.major
    assert road.points[0][0] == 0.0


def test_roads_are_drawn_along_their_course() -> None:
    """A two-way road with a bend of its own, joined to one that is stored the other way round."""
    bend_lat, bend_lon = [0.3, 0.3], [0.2, 0.8]
    net = RoadNetwork.from_arcs(
        lat=[0.0, 0.0, 1.0],
        lon=[0.0, 1.0, 2.0],
        elevation_m=np.zeros(3),
        tail=[0, 1, 2],
        head=[1, 0, 1],
        length_m=np.full(3, 1e5),
        speed_kmh=np.full(3, 60.0),
        speed_limit_kmh=np.full(3, 60.0),
        shapes=([0, 2, 4, 5], [*bend_lat, *bend_lat[::-1], 0.9], [*bend_lon, *bend_lon[::-1], 1.5]),
    )
    (road,) = basemap.roads_near(net, EVERYWHERE)
    course = [(0.0, 0.0), (0.3, 0.2), (0.3, 0.8), (0.0, 1.0), (0.9, 1.5), (1.0, 2.0)]
    assert list(road.points) in (course, course[::-1])


def test_a_crowd_of_short_roads_gives_way_before_it_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = network([(0, k) for k in range(8)], [(0, 1, 110), (2, 3, 40), (4, 5, 40), (6, 7, 40)])
    monkeypatch.setattr(basemap, "POINT_LIMIT", 6)
    (road,) = basemap.roads_near(net, EVERYWHERE)
    assert road.major


def test_chargers_of_the_plan_are_not_shown_twice() -> None:
    plan, region = sample_plan(), sample_region()
    assert len(basemap.chargers_near(region, plan)) == 5
    assert plan.stops[0].charger is not None
    vail = replace(plan.stops[0].charger, id="sample-vail")
    used = plan.stops[0].model_copy(update={"charger": vail})
    again = plan.model_copy(update={"stops": (used, *plan.stops[1:])})
    left = [charger.id for charger in basemap.chargers_near(region, again)]
    assert "sample-vail" not in left
    assert len(left) == 4
