"""With a battery without limit the search is Dijkstra's: networkx must find the same times."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from tests.oracles.road_worlds import RoadWorld, as_question, random_road_world
from tests.worlds import across, car, endless_car, hilly_region
from tripplan.answer import Leg, Plan
from tripplan.errors import DisconnectedError, OutOfRangeError
from tripplan.planner import Planner
from tripplan.region import Region
from tripplan.search.kernels.drives import drive_arcs, drives_between, one_to_all
from tripplan.settings import Settings

REGIONS = 40


def graph_of(region: Region) -> "nx.DiGraph[int]":
    """Return the roads with their driving times; of parallel arcs the quickest."""
    roads = region.network
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(roads.node_count))
    for tail, head, length_m, speed_kmh in zip(
        roads.tail.tolist(),
        roads.head.tolist(),
        roads.length_m.tolist(),
        roads.speed_kmh.tolist(),
        strict=True,
    ):
        time_s = length_m / speed_kmh * 3.6
        known = graph.get_edge_data(tail, head)
        if known is None or time_s < known["time_s"]:
            graph.add_edge(tail, head, time_s=time_s, length_m=length_m)
    return graph


@pytest.mark.parametrize("seed", range(REGIONS))
def test_endless_battery_gives_dijkstra_times(seed: int) -> None:
    region = hilly_region(seed, nodes=80)
    graph = graph_of(region)
    west, east = int(np.argmin(region.network.lon)), int(np.argmax(region.network.lon))
    if not nx.has_path(graph, west, east):
        with pytest.raises(DisconnectedError):
            Planner(region).plan(across(region), endless_car())
        return
    plan = Planner(region).plan(across(region), endless_car())
    assert plan.stops == ()
    assert plan.certificate.gap == 0.0
    expected_s = nx.dijkstra_path_length(graph, west, east, weight="time_s")
    assert plan.total_s == pytest.approx(expected_s, rel=1e-6)


@pytest.mark.parametrize("heat", [True, False])
def test_legs_are_unbroken_roads(heat: bool) -> None:
    plans = 0
    for seed in range(REGIONS):
        region = hilly_region(seed)
        try:
            plan = Planner(region, Settings(heat=heat)).plan(across(region), car())
        except (OutOfRangeError, DisconnectedError):
            continue
        plans += 1
        _check_plan(region, plan)
    assert plans >= REGIONS // 2


def _check_plan(region: Region, plan: Plan) -> None:
    roads = region.network
    graph = graph_of(region)
    node_at = {point: node for node, point in enumerate(zip(roads.lat, roads.lon, strict=True))}
    sites = {
        site.id: int(node)
        for site, node in zip(region.chargers.chargers, region.chargers.node, strict=True)
    }
    ends = [sites[stop.charger_id] for stop in plan.stops]
    starts = [int(np.argmin(roads.lon)), *ends]
    ends.append(int(np.argmax(roads.lon)))
    for leg, start, end in zip(plan.legs, starts, ends, strict=True):
        nodes = [node_at[p] for p in zip(leg.trace.lat, leg.trace.lon, strict=True)]
        assert (nodes[0], nodes[-1]) == (start, end)
        _check_leg(graph, leg, nodes)


def _check_leg(graph: "nx.DiGraph[int]", leg: Leg, nodes: list[int]) -> None:
    arcs = list(pairwise(nodes))
    assert all(graph.has_edge(*arc) for arc in arcs)
    times = [graph.edges[arc]["time_s"] for arc in arcs]
    # Slower than the roads allow only where a climb is too much for the motor.
    assert leg.driving_s >= sum(times) * (1 - 1e-9)
    assert leg.driving_s <= sum(times) * 1.02
    assert leg.distance_km == pytest.approx(
        sum(graph.edges[arc]["length_m"] for arc in arcs) / 1000.0, rel=1e-9
    )
    elapsed = np.diff(leg.trace.elapsed_s)
    assert elapsed.sum() == pytest.approx(leg.driving_s, rel=1e-9)
    assert (elapsed >= np.array(times) * (1 - 1e-6)).all()


def _nx_graph(world: RoadWorld) -> "nx.DiGraph[int]":
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(world.height.size))
    for tail, head, time_s in zip(
        world.tail.tolist(), world.head.tolist(), world.time_s.tolist(), strict=True
    ):
        graph.add_edge(tail, head, time_s=time_s)
    return graph


@pytest.mark.parametrize("seed", range(20))
def test_all_pairs(seed: int) -> None:
    """`one_to_all`, `drives_between` and `drive_arcs` on a network without battery limits."""
    world = random_road_world(seed)
    question = as_question(world)
    graph, roads = _nx_graph(world), question.roads
    nodes = world.height.size
    every = np.arange(nodes, dtype=np.int32)
    endless = 1e6
    weights = roads.time_s[np.newaxis, :]
    first, stop, (time_s, need, cost, _, _), _ = drives_between(
        roads,
        weights,
        every,
        every,
        np.full(nodes, -1, np.int32),
        endless,
        np.zeros(nodes),
    )
    energy = dict(zip(zip(world.tail, world.head, strict=True), roads.energy_kwh, strict=True))
    for source, (expected, paths) in nx.all_pairs_dijkstra(graph, weight="time_s"):
        away = one_to_all(roads.first_out, roads.head, roads.time_s, source)
        assert set(np.flatnonzero(np.isfinite(away)).tolist()) == set(expected)
        row = range(first[source], first[source + 1])
        assert {int(stop[k]) for k in row} == set(expected) - {source}
        for k in row:
            target = int(stop[k])
            assert time_s[k] == pytest.approx(expected[target], rel=1e-12)
            assert away[target] == pytest.approx(expected[target], rel=1e-12)
            path = list(pairwise(paths[target]))
            arcs = drive_arcs(roads, weights[0], question.tail, source, target, endless)
            driven = zip(world.tail[arcs].tolist(), world.head[arcs].tolist(), strict=True)
            assert list(driven) == path
            spent = np.cumsum([energy[arc] for arc in path])
            assert cost[k] == pytest.approx(spent[-1], abs=1e-9)
            assert need[k] == pytest.approx(max(0.0, spent.max()), abs=1e-9)
