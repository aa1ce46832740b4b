"""Low-speed vehicles against networkx and a walk of its own: legality, and least illegal metres."""

import networkx as nx
import numpy as np
import pytest

import tripplan
from tests.oracles.legal_walk import MOTORROAD, MOTORWAY, SLACK_KMH, Rule, Walker, random_pairs
from tests.samples.worlds import car
from tripplan.errors import DisconnectedError, IllegalRoadError
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip

MPH = 1.609344
RULES = {
    "US-CO": Rule(35 * MPH, np.inf, 25 * MPH),
    "US-MO": Rule(35 * MPH, 35 * MPH, 25 * MPH),
    "US-VT": Rule(35 * MPH, 50 * MPH, 25 * MPH),
    "US-TX": Rule(45 * MPH, np.inf, 35 * MPH),
    "DE": Rule(np.inf, np.inf, 45.0),
}
SIDE = 8


def town(seed: int) -> Region:
    """Return a town of blocks of half a kilometre whose streets have limits at random."""
    rng = np.random.default_rng(seed)
    lat, lon = np.divmod(np.arange(SIDE * SIDE), SIDE)
    pairs = [(k, k + 1) for k in range(SIDE * SIDE) if k % SIDE < SIDE - 1]
    pairs += [(k, k + SIDE) for k in range(SIDE * SIDE - SIDE)]
    kept = [pairs[k] for k in np.flatnonzero(rng.random(len(pairs)) < 0.85)]
    roads = len(kept)
    limit = rng.choice([25.0, 30.0, 35.0, 45.0, 55.0], roads, p=[0.3, 0.3, 0.15, 0.15, 0.1]) * MPH
    kind = np.where(rng.random(roads) < 0.05, MOTORWAY, 6)
    flags = np.where(rng.random(roads) < 0.05, MOTORROAD, 0)
    tail, head = np.array(kept).T
    network = RoadNetwork.from_arcs(
        lat=40.0 + 0.0045 * lat,
        lon=-100.0 + 0.0059 * lon,
        elevation_m=np.zeros(SIDE * SIDE),
        tail=np.concatenate([tail, head]),
        head=np.concatenate([head, tail]),
        length_m=np.tile(rng.uniform(510.0, 600.0, roads), 2),
        speed_kmh=np.tile(0.9 * limit, 2),
        speed_limit_kmh=np.tile(limit, 2),
        road_class=np.tile(kind, 2),
        flags=np.tile(flags, 2),
    )
    return Region("town", network, ChargerSet((), np.zeros(0, np.int32)), Gazetteer(()))


def least_illegal_m(network: RoadNetwork, rule: Rule, start: int, end: int) -> float | None:
    """Return the fewest illegal metres by networkx, crossings counted as 20 m; None: no way."""
    fast = network.speed_limit_kmh > rule.crossing + SLACK_KMH
    crossed = set(network.tail[fast].tolist()) | set(network.head[fast].tolist())
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.node_count))
    for arc in range(network.arc_count):
        along = bool(
            network.speed_limit_kmh[arc] > rule.road + SLACK_KMH
            or network.road_class[arc] == MOTORWAY
            or network.flags[arc] & MOTORROAD
        )
        head = int(network.head[arc])
        metres = float(network.length_m[arc]) if along else 20.0 * (head in crossed)
        graph.add_edge(int(network.tail[arc]), head, metres=metres)
    try:
        return float(nx.dijkstra_path_length(graph, start, end, weight="metres"))
    except nx.NetworkXNoPath:
        return None


@pytest.mark.parametrize("seed", range(3))
def test_random_trips_in_a_town_are_legal_or_refused_for_the_least(seed: int) -> None:
    ground = town(seed)
    network, planner = ground.network, tripplan.Planner(ground)
    told = {"planned": 0, "cut": 0}
    for law, rule in RULES.items():
        walker = Walker(network, rule)
        pairs = random_pairs(network, np.random.default_rng(seed), 8, rule.road, 10.0)
        for start, end in pairs:
            ends = [
                int(np.flatnonzero((network.lat == lat) & (network.lon == lon))[0])
                for lat, lon in (start, end)
            ]
            least_m = least_illegal_m(network, rule, *ends)
            trip = Trip(
                origin=Place(lat=start[0], lon=start[1]),
                destination=Place(lat=end[0], lon=end[1]),
                law=law,
            )
            try:
                plan = planner.plan(trip, car(), one_of_many=True)
            except IllegalRoadError as error:
                assert least_m is not None
                assert least_m > 0.0
                told["cut"] += 1
                # Of routes as bad, a shorter one may be told: a ten-thousandth of its length.
                count_m = error.illegal_m + 20.0 * error.crossings
                assert count_m == pytest.approx(least_m, abs=1.5)
                continue
            except DisconnectedError:
                assert least_m is None
                continue
            assert least_m == 0.0
            assert plan.audit.passed
            assert walker.faults(plan) == []
            told["planned"] += 1
    assert min(told.values()) >= 5


def test_the_walk_finds_what_is_not_legal() -> None:
    ground = town(0)
    network, planner = ground.network, tripplan.Planner(ground)
    pairs = random_pairs(network, np.random.default_rng(1), 20, 200.0, 10.0)
    walker = Walker(network, RULES["US-MO"])
    faults = []
    for start, end in pairs:
        trip = Trip(
            origin=Place(lat=start[0], lon=start[1]), destination=Place(lat=end[0], lon=end[1])
        )
        faults += walker.faults(planner.plan(trip, car(), one_of_many=True))
    assert any("no legal road" in fault for fault in faults)
    assert any("faster" in fault for fault in faults)
