"""Shortest times on the roads of Luxembourg against a hundred thousand published ones.

The reference comes with RoutingKit's test data (its own Dijkstra, whole milliseconds).  By
default a sample is compared; `TRIPPLAN_ALL_QUERIES=1` compares them all.
"""

import os
from dataclasses import dataclass

import numpy as np
import pytest

from tests.stories.shared_data import shared
from tripplan.arrays import Ints
from tripplan.records.network import RoadNetwork
from tripplan.routing.cch import Hierarchy
from tripplan.routing.kernels.customise import COLUMNS, TIME, Costs, Roads32, customise
from tripplan.routing.kernels.phast import Travel, new_phast_work, phast_way, way_ranks
from tripplan.routing.kernels.rphast import restricted, rphast_ways
from tripplan.routing.kernels.unpack import unpack
from tripplan.routing.ordering import inertial_order

SAMPLE = 5000
UNPACKED = 500
UNREACHABLE = 2_147_483_647
"""What the reference says where there is no way."""
NOTHING_MWH = 1_000_000
"""Room in the battery; nothing is drawn from it here."""


@dataclass(frozen=True, eq=False)
class Country:
    """Roads with times alone, and queries with their answers."""

    tree: Hierarchy
    roads: Roads32
    up: Costs
    down: Costs
    source: Ints
    target: Ints
    wanted_ms: Ints
    """-1 where there is no way."""


@pytest.fixture(scope="module")
def luxembourg() -> Country:
    with np.load(shared("graphs/g_lux.npz")) as data:
        tail, head = data["tail"], data["head"].astype(np.int32)
        time_ms = data["t_ms"].astype(np.int64)
        source, target, reference = data["qs"], data["qt"], data["ref"]
        lat, lon = data["lat"], data["lon"]
    assert source.size == 100_000
    assert source.max() < lat.size
    nodes = lat.size
    by_tail = np.argsort(tail, kind="stable")
    first_out = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))])
    apart = tail != head
    network = RoadNetwork.from_arcs(
        lat=lat,
        lon=lon,
        elevation_m=np.zeros(nodes),
        tail=tail[apart],
        head=head[apart],
        length_m=np.ones(int(apart.sum())),
        speed_kmh=np.full(int(apart.sum()), 50.0),
        speed_limit_kmh=np.full(int(apart.sum()), 50.0),
    )
    tree = Hierarchy.over(first_out.astype(np.int32), head[by_tail], inertial_order(network))
    values = np.zeros((tail.size, COLUMNS), np.int32)
    values[:, TIME] = time_ms[by_tail]
    roads = Roads32(time_ms[by_tail], values)
    up, down = customise(tree.graph, tree.roads, roads, NOTHING_MWH)
    wanted = np.where(reference == UNREACHABLE, -1, reference).astype(np.int32)
    return Country(tree, roads, up, down, source, target, wanted)


@pytest.mark.parametrize("forward", [True, False])
def test_sweeps_find_the_published_times(luxembourg: Country, forward: bool) -> None:
    """From each source to its targets, and from the targets back to the source."""
    case = luxembourg
    tree = case.tree
    ends, others = (case.source, case.target) if forward else (case.target, case.source)
    travel = Travel(*((case.up, case.down) if forward else (case.down, case.up)), forward)
    count = ends.size if os.environ.get("TRIPPLAN_ALL_QUERIES") else SAMPLE
    by_end = np.argsort(ends[:count], kind="stable")
    work = new_phast_work(tree.node_count)
    compared = 0
    for group in np.split(by_end, np.flatnonzero(np.diff(ends[by_end])) + 1):
        ranks = tree.rank[others[group]]
        part = restricted(tree.graph, tree.selection(ranks))
        found = rphast_ways(
            tree.graph,
            part,
            travel,
            tree.seeds(int(ends[group[0]])),
            part.place[ranks],
            np.ones(part.ranks.size, np.bool_),
            NOTHING_MWH,
            work,
        )
        assert np.array_equal(found[:, TIME], case.wanted_ms[group])
        one, other = int(ends[group[0]]), int(others[group[0]])
        goal = tree.seeds(other)
        _, alone = phast_way(
            tree.graph,
            travel,
            tree.seeds(one),
            goal,
            tree.selection(goal.rank),
            NOTHING_MWH,
            work,
        )
        assert alone[0, TIME] == case.wanted_ms[group[0]]
        compared += group.size
    assert compared == count


@pytest.mark.parametrize("forward", [True, False])
def test_the_roads_found_add_up(luxembourg: Country, forward: bool) -> None:
    case = luxembourg
    tree = case.tree
    travel = Travel(*((case.up, case.down) if forward else (case.down, case.up)), forward)
    work = new_phast_work(tree.node_count)
    for query in range(UNPACKED):
        source, target = int(case.source[query]), int(case.target[query])
        begin, end = (source, target) if forward else (target, source)
        selection = tree.selection(tree.rank[[end]])
        ranks = way_ranks(
            tree.graph,
            travel,
            tree.seeds(begin),
            tree.seeds(end),
            selection,
            NOTHING_MWH,
            work,
        )
        assert (ranks.size == 0) == (case.wanted_ms[query] < 0)
        roads = unpack(tree.graph, tree.roads, case.roads, (case.up, case.down), NOTHING_MWH, ranks)
        if ranks.size == 0 or source == target:
            assert roads.size == 0
            continue
        assert tree.tail[roads[0]] == source
        assert tree.head[roads[-1]] == target
        assert np.array_equal(tree.head[roads[:-1]], tree.tail[roads[1:]])
        assert case.roads.weight[roads].sum() == case.wanted_ms[query]
