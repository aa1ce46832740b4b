"""Ways to chargers: cut roads are as long as before, and each charger lies where it is said to."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from tripplan.records.network import FLAG_FERRY, RoadNetwork
from tripplan.sources.spurs import Joined, Spurs, join_spurs
from tripplan.sources.starter import load_starter

NODES, EDGES, SITES = 30, 60, 25


def made_up_roads(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return a ring of nodes with chords, in the columns of the atlas' file."""
    pairs = {(k, (k + 1) % NODES) for k in range(NODES)}
    while len(pairs) < EDGES:
        a, b = rng.integers(0, NODES, 2).tolist()
        if a != b and (b, a) not in pairs:
            pairs.add((a, b))
    tail, head = np.array(sorted(pairs)).T
    return {
        "lat": rng.uniform(40.0, 41.0, NODES),
        "lon": rng.uniform(-100.0, -99.0, NODES),
        "elevation_m": rng.uniform(0.0, 2000.0, NODES),
        "tail": tail,
        "head": head,
        "length_m": rng.uniform(500_000.0, 600_000.0, EDGES),
        "speed_kmh": rng.uniform(80.0, 110.0, EDGES),
        "speed_limit_kmh": np.full(EDGES, 120.0),
        "road_class": rng.integers(0, 11, EDGES).astype(np.uint8),
        "flags": rng.integers(0, 2, EDGES).astype(np.uint8) * FLAG_FERRY,
    }


def made_up_spurs(rng: np.random.Generator) -> Spurs:
    """Return feet on some edges, several on one, and chargers at feet and at nodes."""
    foot_edge = np.sort(rng.integers(0, EDGES // 4, 12))
    begins = np.append(NODES + np.arange(12), rng.integers(0, NODES + 12, SITES - 12))
    return Spurs(
        foot_edge=foot_edge.astype(np.int32),
        foot_share=rng.uniform(0.05, 0.95, 12),
        site_foot=begins.astype(np.int32),
        site_lat=rng.uniform(40.0, 41.0, SITES),
        site_lon=rng.uniform(-100.0, -99.0, SITES),
        site_m=rng.uniform(100.0, 9000.0, SITES),
        site_kmh=np.full(SITES, 50.0),
    )


def ways(tail: np.ndarray, head: np.ndarray, weight: np.ndarray, size: int) -> np.ndarray:
    """Return the shortest way between all nodes, both senses of each edge."""
    graph = csr_matrix((weight, (tail, head)), shape=(size, size))
    found: np.ndarray = dijkstra(graph, directed=False)
    return found


def of_joined(joined: Joined, name: str) -> np.ndarray:
    edges = joined.edges
    length, kmh = (
        np.asarray(edges["length_m"], np.float64),
        np.asarray(edges["speed_kmh"], np.float64),
    )
    weight = length if name == "length_m" else length / kmh
    return ways(edges["tail"], edges["head"], weight, edges["lat"].size)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("measure", ["length_m", "time"])
def test_ways_between_nodes_and_to_chargers(seed: int, measure: str) -> None:
    """A charger's way is that to one end of its edge, the part of the edge, and the spur."""
    rng = np.random.default_rng(seed)
    roads, spurs = made_up_roads(rng), made_up_spurs(rng)
    weight = roads["length_m"] / (1.0 if measure == "length_m" else roads["speed_kmh"])
    before = ways(roads["tail"], roads["head"], weight, NODES)
    joined = join_spurs(roads, np.arange(NODES, dtype=np.int32), spurs)
    after = of_joined(joined, measure)
    np.testing.assert_allclose(after[:NODES, :NODES], before, rtol=1e-12)
    for k in range(SITES):
        spur = spurs.site_m[k] / (1.0 if measure == "length_m" else 50.0)
        at = int(spurs.site_foot[k])
        if at < NODES:
            wanted = before[:, at] + spur
        else:
            edge, share = spurs.foot_edge[at - NODES], spurs.foot_share[at - NODES]
            by_tail = before[:, roads["tail"][edge]] + share * weight[edge]
            by_head = before[:, roads["head"][edge]] + (1.0 - share) * weight[edge]
            wanted = np.minimum(by_tail, by_head) + spur
        np.testing.assert_allclose(after[:NODES, joined.node[k]], wanted, rtol=1e-12)


def test_heights_are_those_of_the_straight_line_and_spurs_are_level() -> None:
    rng = np.random.default_rng(3)
    roads, spurs = made_up_roads(rng), made_up_spurs(rng)
    joined = join_spurs(roads, np.arange(NODES, dtype=np.int32), spurs)
    heights = np.asarray(joined.edges["elevation_m"])
    for k, (edge, share) in enumerate(zip(spurs.foot_edge, spurs.foot_share, strict=True)):
        low, high = (roads["elevation_m"][roads[end][edge]] for end in ("tail", "head"))
        assert heights[NODES + k] == pytest.approx((1.0 - share) * low + share * high)
    np.testing.assert_array_equal(heights[joined.node], heights[spurs.site_foot])


def test_new_nodes_come_first_in_the_order_and_the_roads_stand() -> None:
    rng = np.random.default_rng(4)
    roads, spurs = made_up_roads(rng), made_up_spurs(rng)
    order = rng.permutation(NODES).astype(np.int32)
    joined = join_spurs(roads, order, spurs)
    assert joined.order[-NODES:].tolist() == order.tolist()
    assert sorted(joined.order.tolist()) == list(range(NODES + 12 + SITES))
    network = RoadNetwork.from_edges(**joined.edges, two_way=True)
    total = roads["length_m"].sum() + spurs.site_m.sum()
    assert network.length_m.sum() / 2 == pytest.approx(total)


def test_both_sets_of_the_atlas_share_their_roads() -> None:
    """Ways between the roads' own nodes are as long and as quick on either."""
    plain, real = load_starter("illustrative").network, load_starter().network
    count = plain.node_count
    np.testing.assert_array_equal(real.lat[:count], plain.lat)
    np.testing.assert_array_equal(real.elevation_m[:count], plain.elevation_m)
    starts = np.random.default_rng(5).choice(count, 6, replace=False)
    for hours in (False, True):
        one, other = (
            dijkstra(
                csr_matrix(
                    (n.length_m / (n.speed_kmh if hours else 1.0), n.head, n.first_out),
                    shape=(n.node_count, n.node_count),
                ),
                indices=starts,
            )
            for n in (plain, real)
        )
        np.testing.assert_allclose(other[:, :count], one, rtol=1e-9)


def test_a_cut_road_keeps_its_class_and_flags_and_ways_to_chargers_have_none() -> None:
    rng = np.random.default_rng(6)
    roads, spurs = made_up_roads(rng), made_up_spurs(rng)
    edges = join_spurs(roads, np.arange(NODES, dtype=np.int32), spurs).edges
    for name in ("road_class", "flags"):
        column, kind = np.asarray(edges[name]), roads[name]
        of_length = np.bincount(kind, weights=roads["length_m"], minlength=32)
        of_length[0] += spurs.site_m.sum()
        found = np.bincount(column, weights=np.asarray(edges["length_m"]), minlength=32)
        np.testing.assert_allclose(found, of_length)
