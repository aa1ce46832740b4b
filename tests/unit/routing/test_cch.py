"""The hierarchy finds what Dijkstra finds, and carries along what the roads do to the battery."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tests.samples.graphs import Graph, random_graph
from tripplan.arrays import Floats, Ints
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.kernels.customise import CONSUMED, DROP, HEAT, MIN_DEPARTURE, NO_WAY, TIME
from tripplan.routing.kernels.phast import new_phast_work, phast
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.refine import Roads

GRAPHS = range(25)
PLENTY_KWH = 1000.0
MWH = 1e6


def distances(graph: Graph, weight: Floats) -> Floats:
    """Least weight between all pairs of nodes by scipy; infinite weights close roads."""
    least: dict[tuple[int, int], float] = {}
    for tail, head, w in zip(
        graph.tail.tolist(), graph.head.tolist(), weight.tolist(), strict=True
    ):
        if math.isfinite(w):
            least[tail, head] = min(w, least.get((tail, head), math.inf))
    tails, heads = np.array(list(least)).T
    matrix = csr_array((list(least.values()), (tails, heads)), shape=(graph.nodes, graph.nodes))
    return np.asarray(dijkstra(matrix))


def swept(customized: CustomizedHierarchy, metric: int, *, forward: bool) -> Floats:
    """Weights between all pairs of nodes by the sweeps, as `distances`."""
    tree, travel = customized.hierarchy, customized.metrics[metric].travel(forward=forward)
    found = np.empty((tree.node_count, tree.node_count))
    for node in range(tree.node_count):
        work = new_phast_work(tree.node_count)
        every = tree.selection(tree.rank)
        phast(tree.graph, travel, tree.seeds(node), every, customized.full_mwh, work)
        weight = work.weight[tree.rank]
        found[node] = np.where(weight < NO_WAY, weight, np.inf)
    return found if forward else found.T


@pytest.mark.parametrize("seed", GRAPHS)
def test_sweeps_equal_dijkstra(seed: int) -> None:
    """Each metric, forward and backward, whatever the order of contraction."""
    graph = random_graph(seed)
    for order_seed in (None, 1):
        customized = graph.customized(PLENTY_KWH, order_seed)
        for number, metric in enumerate(customized.metrics):
            weight = np.where(metric.roads.weight < NO_WAY, metric.roads.weight, np.inf)
            expected = distances(graph, weight)
            assert np.isinf(expected).sum() >= 2 * (graph.nodes // 5) * (graph.nodes * 4 // 5)
            for forward in (True, False):
                assert np.array_equal(swept(customized, number, forward=forward), expected)


def test_roads_take_the_speed_that_is_best_at_each_rate() -> None:
    graph = random_graph(3)
    customized = graph.customized(PLENTY_KWH)
    rise = graph.height_kwh[graph.head] - graph.height_kwh[graph.tail]
    spared = np.maximum(graph.energy_kwh - rise, 0.0)
    for metric in customized.metrics:
        rate = metric.rate_s_per_kwh
        worth = spared if math.isinf(rate) else graph.time_s + rate * spared
        picked = np.take_along_axis(worth, metric.share[None, :].astype(np.intp), 0)[0]
        # Whole milliseconds and milliwatt-hours decide between speeds that are nearly as good.
        slack = 2e-6 if math.isinf(rate) else 2e-3 + 2e-6 * rate
        closed = ~graph.open_roads
        assert (picked <= worth.min(axis=0) + slack)[~closed].all()


def simulated(values: Ints, full: int) -> tuple[int, int, int]:
    """Need, cost and drop of roads one by one: the definition of each, in milliwatt-hours."""
    cost = int(values[:, CONSUMED].sum())
    need, spent = 0, 0
    for row in values.tolist():
        need, spent = max(need, spent + row[MIN_DEPARTURE]), spent + row[CONSUMED]
    drop, spent = 0, 0
    for row in values[::-1].tolist():
        drop, spent = max(drop, spent + row[DROP]), spent + row[CONSUMED]
    held = full
    for row in values.tolist():
        if held < row[MIN_DEPARTURE]:
            return max(need, full + 1), cost, drop
        held = min(held - row[CONSUMED], full - row[DROP])
    assert held == full - drop
    return need, cost, drop


@pytest.mark.parametrize("full_kwh", [0.3, 0.8, PLENTY_KWH])
@pytest.mark.parametrize("seed", GRAPHS)
def test_values_are_those_of_the_roads_one_by_one(seed: int, full_kwh: float) -> None:
    """Rows, columns and single drives, also where the battery limits what is found."""
    graph = random_graph(seed)
    customized = graph.customized(full_kwh, seed)
    rows, roads = ManyToMany(customized, np.arange(graph.nodes, dtype=np.int32)), Roads(customized)
    compared = 0
    for node in range(0, graph.nodes, 3):
        for found, backward in ((rows.one_to_many(node), False), (rows.to_node(node), True)):
            for k in range(found.stop.size):
                ends = (int(found.stop[k]), node) if backward else (node, int(found.stop[k]))
                _check_drive(graph, customized, found, k, roads, ends, backward)
                compared += 1
        alone = rows.between(node, (node + 7) % graph.nodes)
        for k in range(alone.stop.size):
            ends = (node, (node + 7) % graph.nodes)
            _check_drive(graph, customized, alone, k, roads, ends, False)  # noqa: FBT003
    assert compared > 200


def _check_drive(
    graph: Graph,
    customized: CustomizedHierarchy,
    found: DriveColumns,
    k: int,
    roads: Roads,
    ends: tuple[int, int],
    backward: bool,
) -> None:
    metric = customized.metrics[found.metric[k]]
    arcs = roads.arcs(metric, *ends, backward=backward)
    if ends[0] != ends[1]:
        assert (graph.tail[arcs[0]], graph.head[arcs[-1]]) == ends
    assert np.array_equal(graph.head[arcs[:-1]], graph.tail[arcs[1:]])
    assert graph.open_roads[arcs].all()
    values = metric.roads.values[arcs]
    need, cost, drop = simulated(values, customized.full_mwh)
    assert need <= customized.full_mwh
    told = [found.min_departure_kwh[k] * MWH, found.consumed_kwh[k] * MWH, found.drop_kwh[k] * MWH]
    assert np.rint(told).tolist() == [need, cost, drop]
    assert round(found.time_s[k] * 1000) == values[:, TIME].sum()
    assert found.heat_j[k] == values[:, HEAT].sum()


def lane_truth(graph: Graph, rate: float) -> Floats:
    """Least time + rate x energy over all roads and speeds between all pairs (inf: energy)."""
    lifted = graph.height_kwh[graph.head] - graph.height_kwh[graph.tail]
    spared = np.maximum(graph.energy_kwh - lifted, 0.0)
    weight = (spared if math.isinf(rate) else graph.time_s + rate * spared).min(axis=0)
    least = distances(graph, np.where(graph.open_roads, weight, np.inf))
    rise = graph.height_kwh[None, :] - graph.height_kwh[:, None]
    return np.asarray(least + (1.0 if math.isinf(rate) else rate) * rise)


@pytest.mark.parametrize("order_seed", [None, 5])
@pytest.mark.parametrize("seed", GRAPHS)
def test_lanes_never_lie_above_the_truth_and_little_below(
    seed: int, order_seed: int | None
) -> None:
    graph = random_graph(seed)
    customized = graph.customized(PLENTY_KWH, order_seed)
    rows = ManyToMany(customized, np.arange(graph.nodes, dtype=np.int32))
    rates = [*customized.scalarized.rate_s_per_kwh.tolist(), math.inf]
    found = np.array([rows.scalarized_from(node) for node in range(graph.nodes)])
    back = np.array([rows.scalarized_to(node) for node in range(graph.nodes)])
    assert back.swapaxes(0, 1) == pytest.approx(found, rel=1e-12)
    for node in range(0, graph.nodes, 5):
        for other in range(graph.nodes):
            alone = rows.scalarized_between(node, other)
            assert alone == pytest.approx(found[node, other], rel=1e-12)
    for lane, rate in enumerate(rates):
        truth = lane_truth(graph, rate)
        assert np.array_equal(np.isfinite(found[..., lane]), np.isfinite(truth))
        there = np.isfinite(truth)
        short = truth[there] - found[..., lane][there]
        assert short.min() >= -1e-9
        # Each road: a millisecond and two milliwatt-hours, and a step of the lane.
        each = 3e-6 if math.isinf(rate) else 1e-3 + 3e-6 * rate
        assert short.max() <= graph.nodes * (each + customized.scalarized.unit[lane])


@pytest.mark.parametrize("seed", GRAPHS)
def test_the_roads_of_a_lane_weigh_what_the_lane_says(seed: int) -> None:
    graph = random_graph(seed)
    customized = graph.customized(PLENTY_KWH, seed)
    lanes, rows = (
        customized.scalarized,
        ManyToMany(customized, np.arange(graph.nodes, dtype=np.int32)),
    )
    roads = Roads(customized)
    for node in range(0, graph.nodes, 4):
        for other in range(graph.nodes):
            weight = rows.scalarized_between(node, other)
            for lane in range(0, lanes.rate_s_per_kwh.size, 3):
                rate = float(lanes.rate_s_per_kwh[lane])
                arcs = roads.arcs_at_rate(rate, node, other)
                if node == other or not math.isfinite(weight[lane]):
                    assert not arcs.size
                    continue
                assert (graph.tail[arcs[0]], graph.head[arcs[-1]]) == (node, other)
                assert np.array_equal(graph.head[arcs[:-1]], graph.tail[arcs[1:]])
                rise = graph.height_kwh[other] - graph.height_kwh[node]
                total = lanes.weight[arcs, lane].sum() * lanes.unit[lane] + rate * rise
                assert total == pytest.approx(weight[lane], rel=1e-12, abs=1e-9)


def test_a_network_without_roads_has_no_drives() -> None:
    graph = random_graph(1)
    shut = Graph(**{**vars(graph), "open_roads": np.zeros(graph.tail.size, np.bool_)})
    rows = ManyToMany(shut.customized(PLENTY_KWH), np.arange(5, dtype=np.int32))
    assert rows.one_to_many(0).stop.size == 0
    assert np.isinf(np.delete(rows.scalarized_from(0)[:, 0], 0)).all()
