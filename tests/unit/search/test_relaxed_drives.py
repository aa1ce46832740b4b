"""No drive at any roads and speeds lies below a relaxation's trades of time for energy."""

import math
from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import pytest

from tests.samples.graphs import Graph, random_graph
from tripplan.arrays import Floats
from tripplan.routing.kernels.lower_envelope import lower_envelopes
from tripplan.routing.many_to_many import ManyToMany

MERGED_S = 0.2
"""Corners that are this close in time are merged."""
GRAPHS = range(20)


def simple_paths(graph: Graph, source: int, target: int) -> Iterator[list[int]]:
    """All ways over open roads that come to no node twice."""
    stack: list[tuple[int, list[int], frozenset[int]]] = [(source, [], frozenset([source]))]
    while stack:
        node, path, seen = stack.pop()
        if node == target and path:
            yield path
            continue
        for road in np.flatnonzero((graph.tail == node) & graph.open_roads).tolist():
            head = int(graph.head[road])
            if head not in seen:
                stack.append((head, [*path, road], seen | {head}))


def real_drives(graph: Graph, source: int, target: int) -> Floats:
    """Time and energy over all simple ways at all speeds, shape (drives, 2)."""
    found = [np.empty((0, 2))]
    for path in simple_paths(graph, source, target):
        speeds = np.array(list(product(range(len(graph.time_s)), repeat=len(path))))
        found.append(
            np.column_stack(
                [
                    graph.time_s[speeds, path].sum(axis=1),
                    graph.energy_kwh[speeds, path].sum(axis=1),
                ]
            )
        )
    return np.concatenate(found)


def least_time_s(chain: Floats, energy_kwh: Floats) -> Floats:
    """Least time that a lower envelope allows for each energy; infinite below its last one."""
    best = np.full(energy_kwh.shape, np.inf)
    for time_s, energy, rate, width in chain.T:
        slower_s = time_s + rate * np.maximum(energy - energy_kwh, 0.0)
        best = np.where(energy_kwh >= energy - width - 1e-12, np.minimum(best, slower_s), best)
    return best


def chains(graph: Graph, source: int) -> tuple[ManyToMany, dict[int, Floats]]:
    """Corners from a node to each that can be reached."""
    rows = ManyToMany(graph.customized(1000.0, 3), np.arange(graph.nodes, dtype=np.int32))
    stops, found = rows.relaxed_one_to_many(source)
    return rows, {int(stop): found[:, stops == stop] for stop in np.unique(stops)}


@pytest.mark.parametrize("seed", GRAPHS)
def test_no_drive_lies_below(seed: int) -> None:
    """Against all simple ways and speeds of tiny graphs; none of them is far above, either."""
    graph = random_graph(seed, nodes=7, speeds=3)
    drives = 0
    for source in range(1, graph.nodes, 2):
        rows, found = chains(graph, source)
        for target in range(graph.nodes):
            if target == source:
                assert target not in found
                continue
            real = real_drives(graph, source, target)
            assert (target in found) == (real.size > 0)
            if not real.size:
                continue
            time_s, energy = real.T
            assert (time_s >= least_time_s(found[target], energy) - 1e-9).all()
            _check_shape(found[target])
            _check_near(rows, found[target], time_s, energy)
            drives += len(real)
    assert drives > 500


def _check_shape(chain: Floats) -> None:
    """Corners from the fastest to the thriftiest, each edge steeper than the one before."""
    time_s, energy, rate, width = chain
    assert (np.diff(time_s) > 0.0).all()
    assert (np.diff(energy) < 0.0).all()
    assert (np.diff(rate[:-1]) > 0.0).all()
    assert rate[-1] == width[-1] == 0.0
    # An edge ends on the next corner, or, if that was merged, at no less energy and no later.
    assert (energy[:-1] - width[:-1] >= energy[1:] - 1e-12).all()
    short_s = time_s[1:] - (time_s + rate * width)[:-1]
    assert short_s == pytest.approx(np.zeros(short_s.size), abs=MERGED_S + 1e-9)
    assert (short_s >= -1e-9).all()


def _check_near(rows: ManyToMany, chain: Floats, time_s: Floats, energy: Floats) -> None:
    """Compare along every line: some drive touches it, so the chain cannot lie far below."""
    lanes = rows.customized.scalarized
    for rate in lanes.rate_s_per_kwh.tolist():
        least = (time_s + rate * energy).min()
        told = (chain[0] + rate * chain[1]).min()
        assert least - MERGED_S - 8 * (2e-3 + 5e-6 * rate) <= told <= least + 1e-9
    assert energy.min() - 1e-4 <= chain[1, -1] <= energy.min() + 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_corners_are_the_upper_edge_of_the_lines(seed: int) -> None:
    """Random lines: the chain is at every energy their highest, but for what is merged."""
    rng = np.random.default_rng(seed)
    rate = np.concatenate([[0.0], np.sort(rng.uniform(1.0, 500.0, 10))])
    points = rng.uniform([100.0, 1.0], [5000.0, 12.0], (15, 2))
    weight = (points[:, :1] + points[:, 1:] * rate).min(axis=0)
    least = float(points[:, 1].min())
    stops, chain = lower_envelopes(
        np.append(weight, least)[None, :], rate, np.array([4], np.int32), 50.0
    )
    assert set(stops.tolist()) == {4}
    energy = np.linspace(least + 1e-6, 14.0, 500)
    highest = (weight[None, :] - rate[None, :] * energy[:, None]).max(axis=1)
    told = least_time_s(chain, energy)
    assert (told <= highest + 1e-9).all()
    # A merged corner lies below by its width in time, and the edge that ends there likewise.
    assert (told >= highest - 2 * MERGED_S).mean() > 0.95
    nothing, _ = lower_envelopes(
        np.append(weight, least)[None, :], rate, np.array([4], np.int32), least / 2
    )
    assert nothing.size == 0


def test_corners_by_hand() -> None:
    """Two drives, 100 s with 10 kWh and 160 s with 7 kWh: one edge of 20 s/kWh at rates around."""
    rate = np.array([0.0, 10.0, 20.0, 40.0])
    weight = np.minimum(100.0 + 10.0 * rate, 160.0 + 7.0 * rate)
    _, chain = lower_envelopes(np.append(weight, 7.0)[None, :], rate, np.array([0], np.int32), 50.0)
    expected = np.array([[100.0, 10.0, 20.0, 3.0], [160.0, 7.0, 0.0, 0.0]])
    assert np.allclose(chain.T, expected, rtol=1e-12, atol=1e-9)
    for one, other in pairwise(chain.T):
        assert math.isclose(one[0] + one[2] * one[3], other[0])
