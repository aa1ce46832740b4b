"""Least weights with heat, against Dijkstra's algorithm over all roads and speeds."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from tests.oracles.test_heat_twin import heat_problem
from tripplan.arrays import Floats
from tripplan.routing.heat_weights import HeatWeights, least_rates
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
