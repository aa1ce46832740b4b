"""Least times and induced networks against plain definitions."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tests.samples.audited_plans import world
from tripplan.records.network import RoadNetwork
from tripplan.routing.cch import Hierarchy
from tripplan.routing.ellipse import LeastTimes
from tripplan.routing.induced import induced


def fastest_s(network: RoadNetwork, *, backward: bool) -> np.ndarray:
    """Fastest drives between all pairs of nodes by scipy [s]."""
    time_s = 3.6 * network.length_m / network.speed_kmh
    ends = (network.head, network.tail) if backward else (network.tail, network.head)
    matrix = csr_array((time_s, ends), shape=(network.node_count, network.node_count))
    return np.asarray(dijkstra(matrix))


@pytest.mark.parametrize("seed", range(6))
def test_no_way_by_a_node_is_quicker_and_none_is_much_slower(seed: int) -> None:
    network = world(seed).network
    times = LeastTimes(Hierarchy.of(network), network)
    out, back = fastest_s(network, backward=False), fastest_s(network, backward=True)
    for origin, destination in ((0, 9), (20, 3), (5, 5)):
        found = times.through_s(origin, destination)
        truth = out[origin] + back[destination]
        assert np.array_equal(np.isfinite(found), np.isfinite(truth))
        there = np.isfinite(truth)
        assert there.sum() > network.node_count // 2
        assert (found[there] <= truth[there]).all()
        # Each road counts at most two milliseconds less than it takes.
        assert (found[there] >= truth[there] - 0.004 * network.node_count).all()


@pytest.mark.parametrize("seed", range(6))
def test_an_induced_network_has_all_arcs_between_its_nodes(seed: int) -> None:
    network = world(seed).network
    inside = np.random.default_rng(seed).random(network.node_count) < 0.6
    part = induced(network, inside)
    assert np.array_equal(part.node, np.flatnonzero(inside))
    arcs = [
        arc
        for arc in range(network.arc_count)
        if inside[network.tail[arc]] and inside[network.head[arc]]
    ]
    assert 0 < len(arcs) == part.network.arc_count < network.arc_count
    assert part.arc.tolist() == arcs
    some = np.arange(0, network.arc_count, 3)
    assert part.arcs_of(some).tolist() == [k for k, arc in enumerate(arcs) if arc % 3 == 0]
    for number, arc in enumerate(arcs):
        assert part.node[part.network.tail[number]] == network.tail[arc]
        assert part.node[part.network.head[number]] == network.head[arc]
        for name in ("length_m", "speed_kmh", "speed_limit_kmh", "road_class", "flags"):
            assert getattr(part.network, name)[number] == getattr(network, name)[arc]
        for first, columns in (
            ("shape_first", ("shape_lat", "shape_lon")),
            ("piece_first", ("piece_length_m", "piece_rise_m")),
        ):
            here, there = getattr(part.network, first), getattr(network, first)
            for name in columns:
                mine = getattr(part.network, name)[here[number] : here[number + 1]]
                assert np.array_equal(mine, getattr(network, name)[there[arc] : there[arc + 1]])
    for name in ("lat", "lon", "elevation_m", "node_flags"):
        assert np.array_equal(getattr(part.network, name), getattr(network, name)[inside])
    for number, node in enumerate(part.node.tolist()):
        assert part.number_of(node) == number


def test_the_order_of_a_part_is_that_of_the_whole() -> None:
    network = world(1).network
    inside = np.random.default_rng(1).random(network.node_count) < 0.5
    order = np.random.default_rng(2).permutation(network.node_count).astype(np.int32)
    part = induced(network, inside)
    expected = [node for node in order.tolist() if inside[node]]
    assert part.node[part.order_of(order)].tolist() == expected
