"""Hand-written extracts to networks: one-ways, junctions, barriers, access, limits, restrictions.

Node ids of the fixtures are small; an arc is written here as (tail id, head id).
"""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from tripplan.errors import InvalidInputError
from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
)
from tripplan.sources.osm.network import OsmExtract, read_osm

FIXTURES = Path(__file__).parents[2] / "fixtures"


def extract(name: str, *, ferries: bool = False, turn_restrictions: bool = True) -> OsmExtract:
    return read_osm(FIXTURES / f"{name}.osm", ferries=ferries, turn_restrictions=turn_restrictions)


def arcs(read: OsmExtract) -> list[tuple[int, int]]:
    network = read.network
    tails, heads = read.node_id[network.tail].tolist(), read.node_id[network.head].tolist()
    return list(zip(tails, heads, strict=True))


def walkable(read: OsmExtract, *ids: int) -> bool:
    """Whether one can drive through nodes with these OSM ids, one arc after the other."""
    network = read.network
    here = set(np.flatnonzero(read.node_id == ids[0]).tolist())
    for first, then in pairwise(ids):
        here = {
            int(network.head[arc])
            for node in here
            if read.node_id[node] == first
            for arc in range(network.first_out[node], network.first_out[node + 1])
            if read.node_id[network.head[arc]] == then
        }
    return bool(here)


def turns(read: OsmExtract, centre: int = 5) -> set[tuple[int, int]]:
    """Pairs (from, to) of neighbours that one can drive between by way of the centre."""
    around = {tail for tail, head in arcs(read) if head == centre}
    return {(a, b) for a in around for b in around if walkable(read, a, centre, b)}


def test_one_way_tags() -> None:
    read = extract("oneways")
    spokes = {(tail, head) for tail, head in arcs(read) if 1 in {tail, head}}
    both_ways = {13, 15, 16}
    assert spokes == {(1, 11), (12, 1)} | {p for n in both_ways for p in ((1, n), (n, 1))}
    assert read.report.skipped["way: reversible one-way"] == 1


def test_roundabout_and_motorway_are_one_way_without_a_tag() -> None:
    read = extract("roundabout")
    found = arcs(read)
    ring = {pair for pair in found if set(pair) <= {1, 2, 3, 4}}
    assert ring == {(1, 2), (2, 3), (3, 4), (4, 1)}
    # 11 -> 21 -> 22 -> 12 is one row of motorway ways without a junction: one arc
    assert (11, 12) in found
    assert (12, 11) in found, "the ramp leads back"
    network = read.network
    motorway = ROAD_CLASSES.index("motorway")
    flags = {
        (tail, head): int(network.flags[i])
        for i, (tail, head) in enumerate(found)
        if network.road_class[i] == motorway
    }
    assert flags[12, 11] & FLAG_LINK
    assert not flags[11, 12] & FLAG_LINK


def test_no_left_turn() -> None:
    every = turns(extract("no_left_turn", turn_restrictions=False))
    read = extract("no_left_turn")
    assert every - turns(read) == {(1, 2)}
    assert read.report.restrictions == {"applied via node": 1}
    assert read.report.split_nodes == 1
    assert read.node_id[read.is_split].tolist() == [5, 5], "the junction and its copy"


def test_no_u_turn() -> None:
    every = turns(extract("no_u_turn", turn_restrictions=False))
    assert every - turns(extract("no_u_turn")) == {(1, 1)}


def test_only_straight_on() -> None:
    every = turns(extract("only_straight_on", turn_restrictions=False))
    assert every - turns(extract("only_straight_on")) == {(1, 1), (1, 2), (1, 4)}


def test_no_exit_and_no_entry_have_several_members() -> None:
    every = turns(extract("no_entry_exit", turn_restrictions=False))
    assert every - turns(extract("no_entry_exit")) == {(1, 2), (1, 4), (2, 3), (4, 3)}


def test_a_restriction_of_cars_overrules_the_general_one() -> None:
    every = turns(extract("restriction_motorcar", turn_restrictions=False))
    assert every - turns(extract("restriction_motorcar")) == {(1, 1), (1, 2), (1, 3)}


def test_restrictions_that_do_not_bind_are_counted() -> None:
    read = extract("restrictions_not_binding")
    assert read.report.split_nodes == 0
    counted = {k: v for k, v in read.report.skipped.items() if k.startswith("restriction")}
    assert counted == {
        "restriction: cars excepted": 1,
        "restriction: conditional": 3,
        "restriction: members missing or too many": 1,
        "restriction: names a road that cars do not use or the file lacks": 1,
        "restriction: unknown kind": 1,
    }


def test_restriction_by_way_binds_only_those_who_came_from_its_first_road() -> None:
    read = extract("via_way")
    assert read.report.restrictions == {"applied via way": 1}
    assert not walkable(read, 1, 2, 4, 5, 6)
    assert walkable(read, 1, 2, 4, 5, 7)
    assert walkable(read, 3, 2, 4, 5, 6), "from the other side it is allowed"
    assert walkable(read, 8, 4, 5, 6), "and for those who join on the way"
    assert walkable(read, 1, 2, 4, 8), "leaving the way in between is free"


def test_barriers() -> None:
    read = extract("barriers")
    assert read.report.barriers == 2
    # 3 (bollard) and 8 (private gate) end two stubs each; 5 (gate) and 10 (motor_vehicle=yes) pass
    assert Counter(read.node_id.tolist())[3] == Counter(read.node_id.tolist())[8] == 2
    assert not walkable(read, 2, 3, 4)
    assert not walkable(read, 7, 8, 9)
    assert walkable(read, 4, 6), "through the gate, merged"
    assert walkable(read, 9, 6), "past the bollard that is open to motor vehicles"


def test_access() -> None:
    read = extract("access")
    reached = {b - 100 for a, b in arcs(read) if a == 1 and b >= 100}
    left = {a - 100 for a, b in arcs(read) if b == 1}
    assert reached == {2, 3, 4, 7, 10, 12, 14}
    assert left == reached - {10}, "10 is closed to cars in the way's backward direction"


def test_limits_along_and_against() -> None:
    read = extract("maxspeed")
    network = read.network
    limit = {
        pair: float(network.speed_limit_kmh[i]) for i, pair in enumerate(arcs(read)) if 1 in pair
    }
    mph = 1.609344
    stated = {
        0: 50.0,
        1: 30 * mph,
        2: 30 * mph,
        3: 130.0,
        4: 7.0,
        5: 50.0,
        6: 100.0,
        7: 50.0,
        15: 30.0,
        16: 20 * mph,
        17: 50.0,
        18: 80.0,
        19: 50.0,
        21: 100.0,
    }
    for spoke, kmh in stated.items():
        assert limit[1, 100 + spoke] == pytest.approx(kmh)
        assert limit[100 + spoke, 1] == pytest.approx(kmh)
    assert (limit[1, 109], limit[109, 1]) == (70.0, 30.0)
    assert (limit[1, 110], limit[110, 1]) == (60.0, 40.0)
    assert read.report.country == "DE"
    for spoke in (8, 11, 12, 13, 14, 20):
        assert limit[1, 100 + spoke] == 100.0, "missing: the German rural default"
    assert read.report.unused == {}
    assert read.report.timed == {"maxspeed=60 @ (22:00-06:00)": 1}
    night = [arcs(read)[k] for k in network.changes.arc.tolist()]
    assert sorted(night) == [(1, 118), (118, 1)]
    assert network.changes.limit_kmh.tolist() == [60.0, 60.0]
    assert read.report.skipped == {
        "tag: maxspeed not understood": 2,
        "tag: maxspeed out of range": 3,
        "tag: maxspeed varies by signal": 1,
    }


def test_country_by_hand() -> None:
    limit = read_osm(FIXTURES / "chains.osm", country="US").network.speed_limit_kmh
    assert 48.28 in limit.round(2), "the loop is residential without a limit: 30 mph"
    with pytest.raises(InvalidInputError, match="DE") as error:
        read_osm(FIXTURES / "chains.osm", country="Germany")
    assert error.value.field == "country"


def test_chains_parallel_roads_and_loops() -> None:
    read = extract("chains")
    network = read.network
    found = Counter(arcs(read))
    assert found == {
        (1, 5): 1,
        (5, 1): 1,
        (5, 6): 1,
        (6, 5): 1,
        (6, 10): 2,
        (10, 6): 2,
        (10, 10): 2,
    }
    there = arcs(read).index((1, 5))
    first, last = network.shape_first[there], network.shape_first[there + 1]
    assert network.shape_lat[first:last].tolist() == [50.001, 50.0, 50.001]
    assert network.shape_lon[first:last].tolist() == [8.001, 8.002, 8.003]
    geodesic_m = Geod(ellps="WGS84").line_length(
        [8.0, 8.001, 8.002, 8.003, 8.004], [50.0, 50.001, 50.0, 50.001, 50.0]
    )
    assert network.length_m[there] == pytest.approx(geodesic_m, rel=1e-6)
    back = arcs(read).index((5, 1))
    first, last = network.shape_first[back], network.shape_first[back + 1]
    assert network.shape_lon[first:last].tolist() == [8.003, 8.002, 8.001]
    assert read.report.components == (4, 1), "the ring without a junction is one node"
    assert read.report.dropped_nodes == 1
    assert read.report.dropped_km == pytest.approx(2 * ring_km(), rel=1e-6)


def ring_km() -> float:
    lon, lat = [8.0, 8.0, 8.001, 8.0], [51.0, 51.001, 51.0, 51.0]
    return float(Geod(ellps="WGS84").line_length(lon, lat)) / 1000.0


def test_ferries_are_off_until_asked_for() -> None:
    read = extract("ferry")
    assert read.report.nodes == 2
    assert read.report.skipped["way: ferry (switched off)"] == 3


def test_ferries_take_their_duration() -> None:
    read = extract("ferry", ferries=True)
    network = read.network
    by_ends = {pair: i for i, pair in enumerate(arcs(read))}
    timed, guessed = by_ends[2, 3], by_ends[1, 4]
    hours = network.length_m[timed] / 1000.0 / network.speed_kmh[timed]
    assert hours == pytest.approx(1.5)
    assert network.speed_kmh[guessed] == 15.0, "the stated guess"
    assert network.flags[timed] == network.flags[guessed] == FLAG_FERRY
    assert (1, 3) not in by_ends, "a ferry for walkers"
    assert read.report.skipped["tag: ferry without a usable duration"] == 1
    assert read.report.skipped["way: ferry not tagged as carrying cars"] == 1
    flags = network.flags[by_ends[3, 4]]
    assert flags & FLAG_TOLL
    assert flags & FLAG_BRIDGE
    assert not flags & FLAG_TUNNEL


def test_places_and_charging_stations_come_along() -> None:
    read = extract("ferry")
    (place,) = read.places
    assert (place.name, place.kind, place.population) == ("Weststadt", "city", 120_000)
    node, area = read.charging_stations
    assert (node.id, node.tags["socket:chademo"]) == ("node/5", "1")
    assert (area.id, area.tags["operator"]) == ("way/300", "Stadtwerke")
    assert (area.lat, area.lon) == pytest.approx((50.0002, 8.06015))


def test_order_of_sections_does_not_matter() -> None:
    read = extract("ways_before_nodes")
    lon, lat = [8.0, 8.0, 8.001, 8.0], [50.0, 50.001, 50.001, 50.0]
    once_km = Geod(ellps="WGS84").line_length(lon, lat) / 1000.0
    assert read.report.km == pytest.approx(2 * once_km, rel=1e-6)
    assert read.report.skipped == {}


def test_broken_references_are_clipped_and_counted() -> None:
    read = extract("broken")
    assert read.report.skipped == {
        "place or charger at an impossible position": 1,
        "place without a name": 1,
        "point: node missing": 3,
        "point: position out of range": 2,
        "way: fewer than two nodes": 1,
    }
    assert [place.name for place in read.places] == ["Mitte"]
    assert read.places[0].population == 1200
    found = set(arcs(read))
    assert (1, 2) in found, "the way goes on up to the missing node"
    assert (3, 3) in found, "3-4 stands in two ways: there and back is a loop without a junction"
    assert all(node < 10 for pair in found for node in pair)


def test_the_report_adds_up() -> None:
    read = extract("chains")
    report, network = read.report, read.network
    assert (report.nodes, report.arcs) == (network.node_count, network.arc_count)
    assert report.km == pytest.approx(float(network.length_m.sum()) / 1000.0)
    assert report.road_km == pytest.approx(report.km / 2)
    loop = sum(network.length_m[i] for i, pair in enumerate(arcs(read)) if pair == (10, 10)) / 1000
    assert report.stated_limit_share == pytest.approx(1 - loop / report.km)
    assert read.node_id.size == read.is_split.size == report.nodes
