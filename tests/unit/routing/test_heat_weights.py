"""Least weights with heat, against Dijkstra's algorithm over all roads and speeds."""

import heapq
import math

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from tests.oracles.test_heat_twin import heat_problem
from tripplan.arrays import Floats
from tripplan.routing.heat_weights import Decay, HeatWeights, least_rates
from tripplan.routing.kernels.customise import CONSUMED, HEAT, TIME
from tripplan.routing.many_to_many import ManyToMany

SEEDS = (0, 1, 2)
ROUNDING_S = 0.05
"""Roads are rounded in the bound's favour, by less than this on any drive of these worlds."""


def expected_s(rows: ManyToMany, node: int, rate: float, price: float) -> Floats:
    """Least time + rate x energy + price x heat from a node to all stops; no weight is negative."""
    customized = rows.customized
    tree = customized.hierarchy
    values = customized.values.astype(np.float64)
    rise_kwh = customized.height_kwh[tree.head] - customized.height_kwh[tree.tail]
    lost_kwh = values[:, :, CONSUMED] / 1e6 - rise_kwh
    weight = values[:, :, TIME] / 1e3 + rate * lost_kwh + price * values[:, :, HEAT]
    least = weight.min(axis=0)
    assert least.min() >= -1e-3
    size = tree.node_count
    order = np.lexsort((least, tree.head, tree.tail))
    tail, head = tree.tail[order], tree.head[order]
    first = np.ones(tail.size, np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    kept = order[first]
    roads = coo_array(
        (np.maximum(least[kept], 1e-9), (tree.tail[kept], tree.head[kept])), shape=(size, size)
    )
    found = np.asarray(dijkstra(roads.tocsr(), indices=np.array(node)))[rows.stop_node]
    lifted = customized.height_kwh[rows.stop_node] - customized.height_kwh[node]
    return np.asarray(found + rate * lifted)


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_are_the_least_over_all_roads_and_speeds(seed: int) -> None:
    """With heat that counts, and with heat that takes off as much as the roads allow."""
    problem, rows = heat_problem(seed, "hot")
    bonus = np.array([2e-4])
    least = least_rates(rows.customized, bonus)
    if not np.isfinite(least[0]):
        # A road without losses may have any heat; then only what counts it can be asked.
        least[0] = 0.0
        bonus[0] = -3e-4
    rates = np.array([0.0, 80.0, 200.0, float(least[0]) + 10.0])
    prices = np.array([1e-3, 1e-3, 3e-3, -float(bonus[0])])
    weights = HeatWeights(rows.customized, rows.stop_node, rates, prices)
    found = weights.from_node(problem.origin)
    assert found.shape == (rows.stop_node.size, 4)
    for k in range(4):
        expected = expected_s(rows, problem.origin, float(rates[k]), float(prices[k]))
        assert np.array_equal(np.isfinite(found[:, k]), np.isfinite(expected))
        known = np.isfinite(expected)
        assert np.all(found[known, k] <= expected[known] + 1e-6)
        assert np.all(found[known, k] >= expected[known] - ROUNDING_S)
    assert weights.from_node(problem.origin) is found


def test_no_road_weighs_less_than_nothing_at_the_least_rate() -> None:
    _, rows = heat_problem(1, "hot")
    customized = rows.customized
    bonus = np.array([1e-4, 5e-4])
    least = least_rates(customized, bonus)
    values = customized.values.astype(np.float64)
    for k in np.flatnonzero(np.isfinite(least)):
        weight_s = values[:, :, TIME] / 1e3 + least[k] * customized.spared_mwh / 1e6
        weight_s = weight_s - bonus[k] * values[:, :, HEAT]
        assert weight_s.min() >= -1e-3
    assert least[1] >= least[0]


def least_grown_s(
    rows: ManyToMany, node: int, rate: float, price: float, per_s: float
) -> list[float]:
    """Least time + rate x energy + price x heat from a node, where heat grows with its time.

    Labels of elapsed time and weight, neither of which is worse for being less.
    """
    customized = rows.customized
    tree = customized.hierarchy
    leaving: list[list[int]] = [[] for _ in range(tree.node_count)]
    for road in np.flatnonzero(customized.open_roads).tolist():
        leaving[int(tree.tail[road])].append(road)
    kept: list[list[tuple[float, float]]] = [[] for _ in range(tree.node_count)]
    queue = [(0.0, 0.0, node)]
    while queue:
        time_s, weight_s, here = heapq.heappop(queue)
        if any(weight_s >= other_s - 1e-9 for _, other_s in kept[here]):
            continue
        kept[here].append((time_s, weight_s))
        grown = price * math.exp(time_s * per_s)
        for road in leaving[here]:
            for speed in range(customized.values.shape[0]):
                values = customized.values[speed, road]
                taken_s = float(values[TIME]) / 1e3
                spared_kwh = float(customized.spared_mwh[speed, road]) / 1e6
                more_s = taken_s + rate * spared_kwh + grown * float(values[HEAT])
                after = (time_s + taken_s, weight_s + more_s, int(tree.head[road]))
                heapq.heappush(queue, after)
    found = [min((weight for _, weight in labels), default=math.inf) for labels in kept]
    lifted = customized.height_kwh - customized.height_kwh[node]
    return [
        found[there] + rate * float(lifted[there]) if math.isfinite(found[there]) else math.inf
        for there in rows.stop_node.tolist()
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_of_heat_that_counts_more_the_later_it_comes(seed: int) -> None:
    """Never above the least of all drives; and of what the time adds, most is seen."""
    problem, rows = heat_problem(seed, "hot")
    factor, prices, per_s = 1.6, 4, 1.0 / 20_000.0
    rates = np.repeat([0.0, 100.0], prices)
    price = np.tile(5e-4 * factor ** np.arange(prices), 2)
    node = problem.origin
    flat = HeatWeights(rows.customized, rows.stop_node, rates, price).from_node(node)
    decay = Decay(per_s, prices, factor, 0.0)
    found = HeatWeights(rows.customized, rows.stop_node, rates, price, decay).from_node(node)
    seen = added = 0.0
    for k in range(rates.size):
        expected = least_grown_s(rows, node, float(rates[k]), float(price[k]), per_s)
        for stop, least_s in enumerate(expected):
            assert math.isfinite(least_s) == math.isfinite(found[stop, k])
            if math.isfinite(least_s):
                assert found[stop, k] <= least_s + 1e-6
                assert found[stop, k] >= flat[stop, k] - ROUNDING_S
                if k % prices < 2:
                    seen += found[stop, k] - flat[stop, k]
                    added += least_s - flat[stop, k]
    assert added > 0.0
    assert seen > 0.95 * added


def test_a_road_that_warms_much_counts_for_less() -> None:
    problem, rows = heat_problem(1, "hot")
    price, node = np.array([1e-3]), problem.origin
    given = rows.customized, rows.stop_node, np.zeros(1), price
    whole = HeatWeights(*given, Decay(1e-4, 1, 1.6, 0.0)).from_node(node)
    least_j = float(rows.customized.values[:, :, HEAT].max())
    less = HeatWeights(*given, Decay(1e-4, 1, 1.6, 0.5 / least_j)).from_node(node)
    known = np.isfinite(whole[:, 0]) & (rows.stop_node != node)
    assert np.all(less[known, 0] < whole[known, 0])
    kept = max(1.0 - 0.21 * 0.25, math.exp(-0.25))
    assert np.all(less[known, 0] >= kept * whole[known, 0] - ROUNDING_S)


def faded_s(
    rows: ManyToMany, ways: list[tuple[int, int]], rates: Floats, prices: Floats, per_s: float
) -> Floats:
    """Weights of a drive over roads at speeds: its heat counts by what is left of it [s]."""
    customized = rows.customized
    left_s, total_s = 0.0, np.zeros(rates.size)
    for road, speed in reversed(ways):
        values = customized.values[speed, road]
        taken_s = float(values[TIME]) / 1e3
        spared_kwh = float(customized.spared_mwh[speed, road]) / 1e6
        kept = math.exp(-left_s * per_s)
        total_s += taken_s + rates * spared_kwh + prices * kept * float(values[HEAT])
        left_s += taken_s
    return total_s


@pytest.mark.parametrize("seed", SEEDS)
def test_no_simple_drive_weighs_less_where_heat_takes_off_what_is_left_of_it(seed: int) -> None:
    """Roads may weigh less than nothing, as long as no place is passed twice."""
    problem, rows = heat_problem(seed, "cold")
    customized, rng = rows.customized, np.random.default_rng(seed)
    tree = customized.hierarchy
    factor, prices, per_s = 1.6, 4, 1.0 / 5_000.0
    rates = np.repeat([20.0, 100.0, 400.0], prices)
    price = -np.tile(8e-4 / factor ** np.arange(prices), 3)
    decay = Decay(per_s, prices, factor, 0.0, fades=True)
    found = HeatWeights(customized, rows.stop_node, rates, price, decay).from_node(problem.origin)
    leaving: list[list[int]] = [[] for _ in range(tree.node_count)]
    for road in np.flatnonzero(customized.open_roads).tolist():
        leaving[int(tree.tail[road])].append(road)
    places = {int(node): stop for stop, node in enumerate(rows.stop_node.tolist())}
    values = customized.values[:, customized.open_roads]
    road_s = values[:, :, TIME] / 1e3 + 20.0 / 1e6 * customized.spared_mwh[:, customized.open_roads]
    assert (road_s - 8e-4 * values[:, :, HEAT]).min() < -1.0
    compared, closest = 0, math.inf
    for _ in range(3000):
        here, ways, passed = int(problem.origin), [], {int(problem.origin)}
        while True:
            ahead = [road for road in leaving[here] if int(tree.head[road]) not in passed]
            if not ahead:
                break
            road = ahead[int(rng.integers(len(ahead)))]
            ways.append((road, int(rng.integers(customized.values.shape[0]))))
            here = int(tree.head[road])
            passed.add(here)
            if here in places:
                lifted = float(customized.height_kwh[here] - customized.height_kwh[problem.origin])
                weight_s = faded_s(rows, ways, rates, price, per_s) + rates * lifted
                left_s = weight_s - found[places[here]]
                assert left_s.min() >= -1e-6
                closest = min(closest, float(left_s.min()))
                compared += 1
    assert compared > 1000
    assert closest < 60.0
