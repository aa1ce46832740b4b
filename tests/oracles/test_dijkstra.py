"""With a battery without limit the search is Dijkstra's: networkx must find the same times."""

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from tests.oracles.road_worlds import RoadWorld, as_ground, random_road_world
from tests.samples.worlds import across, car, endless_car, hilly_region
from tripplan.errors import DisconnectedError, OutOfRangeError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Leg, Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.refine import Roads

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
            Planner(region).plan(across(region, slow_down_to=1.0), endless_car())
        return
    plan = Planner(region).plan(across(region, slow_down_to=1.0), endless_car())
    assert plan.stops == ()
    # Times of roads are whole milliseconds, and the bound takes them half a millisecond shorter.
    roads = sum(len(leg.trace.lat) - 1 for leg in plan.legs)
    assert 0.0 <= plan.total_s - plan.certificate.lower_bound_s <= 2e-3 * roads
    expected_s = nx.dijkstra_path_length(graph, west, east, weight="time_s")
    assert plan.total_s == pytest.approx(expected_s, rel=1e-6)


@pytest.mark.parametrize("heat", [True, False])
def test_legs_are_unbroken_roads(heat: bool) -> None:
    plans = 0
    for seed in range(REGIONS):
        region = hilly_region(seed)
        try:
            plan = Planner(region, Settings(heat=heat)).plan(
                across(region, slow_down_to=1.0), car()
            )
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
    ends = [sites[charger.id] for charger in plan.chargers]
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
        world.tail.tolist(), world.head.tolist(), world.time_s[0].tolist(), strict=True
    ):
        graph.add_edge(tail, head, time_s=time_s)
    return graph


@pytest.mark.parametrize("seed", range(20))
def test_all_pairs(seed: int) -> None:
    """Rows, columns and single drives, and their roads, on a network without battery limits."""
    world = random_road_world(seed)
    nodes = world.height.size
    order = np.random.default_rng(seed).permutation(nodes).astype(np.int32)
    customized = replace(as_ground(world, order), full_kwh=1500.0)
    rows, roads = ManyToMany(customized, np.arange(nodes, dtype=np.int32)), Roads(customized)
    spent = dict(zip(zip(world.tail, world.head, strict=True), world.spent[0], strict=True))
    graph = _nx_graph(world)
    for source, (expected, paths) in nx.all_pairs_dijkstra(graph, weight="time_s"):
        row = rows.one_to_many(source)
        fastest = {int(row.stop[k]): k for k in np.flatnonzero(row.metric == 0)}
        assert set(fastest) == set(expected) - {source}
        for target, k in fastest.items():
            path = list(pairwise(paths[target]))
            used = np.cumsum([spent[arc] for arc in path]) * world.level_kwh
            assert row.time_s[k] == pytest.approx(expected[target], rel=1e-12)
            assert row.consumed_kwh[k] == pytest.approx(used[-1], abs=1e-9)
            assert row.min_departure_kwh[k] == pytest.approx(max(0.0, used.max()), abs=1e-9)
            for backward in (False, True):
                arcs = roads.arcs(customized.metrics[0], source, target, backward=backward)
                driven = zip(world.tail[arcs].tolist(), world.head[arcs].tolist(), strict=True)
                assert list(driven) == path
            (alone,) = np.flatnonzero(rows.between(source, target).metric == 0)
            assert rows.between(source, target).time_s[alone] == row.time_s[k]
    for target in range(0, nodes, 7):
        column = rows.to_node(target)
        for k in np.flatnonzero(column.metric == 0):
            source = int(column.stop[k])
            assert column.time_s[k] == pytest.approx(
                nx.dijkstra_path_length(graph, source, target, weight="time_s"), rel=1e-12
            )
