"""Roads as the world writes them: one small file for each way that went wrong, and its whole kind.

All files lie round the same four nodes: 1-2 and 3-4 are roads, between 2 and 3 lead a detour by 5
and 6 (way 200) and a straight road by 7 (way 500), which is the one that is asked about.
"""

from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tripplan.records.network import FLAG_FERRY, FLAG_TOLL, ROAD_CLASSES
from tripplan.sources.osm.access import read_access, rule_of
from tripplan.sources.osm.keys import role_of
from tripplan.sources.osm.network import OsmExtract, read_osm
from tripplan.sources.osm.tags import blocks_cars
from tripplan.sources.osm.ways import WayMeaning, read_way

ROADS: Final = Path(__file__).parents[2] / "fixtures" / "roads"
STRAIGHT_M, DETOUR_M = 2868.0, 9540.0
"""Lengths of ways 500 and 200, from the positions of their nodes on the WGS 84 ellipsoid."""


def extract(name: str, country: str | None = None) -> OsmExtract:
    return read_osm(ROADS / f"{name}.osm", ferries=True, country=country)


def changed(tmp_path: Path, name: str, **swapped: str) -> OsmExtract:
    """Read a file with some of its text put in another way."""
    text = (ROADS / f"{name}.osm").read_text(encoding="utf-8")
    for old, new in zip(swapped["old"].split("|"), swapped["new"].split("|"), strict=True):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "changed.osm"
    path.write_text(text, encoding="utf-8")
    return read_osm(path, ferries=True)


def arcs(read: OsmExtract) -> list[tuple[int, int, int]]:
    """Return tail, head and whole metres of each arc, by OSM ids."""
    net = read.network
    ends = (read.node_id[net.tail].tolist(), read.node_id[net.head].tolist())
    return list(zip(*ends, net.length_m.round().astype(int).tolist(), strict=True))


def straight(read: OsmExtract, tail: int = 2, head: int = 3) -> int | None:
    """Return the arc along the straight road, if cars may drive it."""
    found = [
        k
        for k, (a, b, metres) in enumerate(arcs(read))
        if (a, b) == (tail, head) and abs(metres - STRAIGHT_M) < 5
    ]
    return found[0] if found else None


def walkable(read: OsmExtract, *ids: int) -> bool:
    pairs = {(a, b) for a, b, _ in arcs(read)}
    return all(pair in pairs for pair in pairwise(ids))


def meaning(**tags: str) -> WayMeaning | str:
    return read_way({key.replace("__", ":"): v for key, v in tags.items()}, ferries=True)


def shortest_m(read: OsmExtract, origin: int, destination: int) -> float:
    """Length of the shortest way between two nodes, by scipy."""
    net = read.network
    least = np.zeros((net.node_count, net.node_count))
    for tail, head, length_m in zip(net.tail, net.head, net.length_m, strict=True):
        least[tail, head] = min(length_m, least[tail, head] or np.inf)
    graph = csr_array(least)
    (start,), (end,) = (np.flatnonzero(read.node_id == osm) for osm in (origin, destination))
    return float(dijkstra(graph, indices=[int(start)])[0, int(end)])


# -- access and directions -------------------------------------------------------------------------
def test_access_against_a_way() -> None:
    read = extract("access_backward_no")
    assert straight(read, 2, 3) is not None
    assert straight(read, 3, 2) is None


@pytest.mark.parametrize(
    "key",
    [
        "access:backward",
        "vehicle:backward",
        "motor_vehicle:backward",
        "motorcar:backward",
        "access:motorcar:backward",
        "access:backward:motor_vehicle",
        "motor_vehicle:backward=private",
    ],
)
def test_every_form_of_access_against_a_way(key: str) -> None:
    name, _, value = key.partition("=")
    way = read_way({"highway": "secondary", name: value or "no"}, ferries=False)
    assert isinstance(way, WayMeaning)
    assert (way.forward, way.backward) == (True, False)
    other = read_way(
        {"highway": "secondary", name.replace("backward", "forward"): value or "no"}, ferries=False
    )
    assert isinstance(other, WayMeaning)
    assert (other.forward, other.backward) == (False, True)


@pytest.mark.parametrize("key", ["access:hgv", "vehicle:lanes:bus", "access:bus:backward"])
def test_keys_of_others_and_of_lanes_are_counted_and_change_nothing(key: str) -> None:
    way = read_way({"highway": "secondary", key: "no"}, ferries=False)
    assert isinstance(way, WayMeaning)
    assert way.forward
    assert way.backward
    assert role_of(key) == "unused"


@pytest.mark.parametrize(
    ("tags", "rule"),
    [
        ({"access:conditional": "no @ (Nov-May)"}, "yes; no @ (Nov-May)"),
        ({"motor_vehicle:conditional": "no @ Nov-May"}, "yes; no @ (Nov-May)"),
        ({"motorcar:conditional": "no@(Nov 15-Apr 15)"}, "yes; no @ (Nov 15-Apr 15)"),
        ({"vehicle:conditional": "private @ (1 Nov - 15 Apr)"}, "yes; no @ (Nov 1 - Apr 15)"),
        ({"vehicle:conditional": "no @ (November-May)"}, "yes; no @ (Nov-May)"),
        (
            {"access": "no", "access:conditional": "yes @ (Jun-Oct)"},
            "no; yes @ (Jun-Oct)",
        ),
        (
            {"access:conditional": "no @ (Nov-May); no @ (22:00-06:00)"},
            "yes; no @ (Nov-May); no @ (22:00-06:00)",
        ),
        (
            {"access:conditional": "no @ (Mo-Fr 07:00-09:00; PH off)"},
            "yes; no @ (Mo-Fr 07:00-09:00; PH off)",
        ),
        ({"access:conditional": "no @ (weight>3.5)"}, ""),
        ({"access:conditional": "no @ (weight < 3.5)"}, ""),
        ({"access:conditional": "no @ (Nov-May AND length>10)"}, ""),
        ({"access:conditional": "no @ (Nov-May AND length<10)"}, "yes; no @ (Nov-May)"),
        ({"access:conditional": "destination @ (Mo-Fr 07:00-09:00)"}, ""),
        ({"hgv:conditional": "no @ (Nov-May)"}, ""),
        # the more specific key counts, whatever the general one says of the season
        ({"access:conditional": "no @ (Nov-May)", "motor_vehicle": "yes"}, ""),
        ({"motor_vehicle": "no", "motorcar:conditional": "yes @ (Su)"}, "no; yes @ (Su)"),
    ],
)
def test_conditional_access(tags: dict[str, str], rule: str) -> None:
    read = read_access(tags)
    assert rule_of(read, "open") == rule
    assert read.faults == ()


def test_a_condition_on_the_car_that_always_holds_closes_the_road() -> None:
    assert meaning(highway="primary", access__conditional="no @ (weight<3.5)") == "closed to cars"
    assert meaning(highway="primary", access="no", access__conditional="yes @ (weight>3)") == (
        "closed to cars"
    )
    opened = meaning(highway="primary", access="no", access__conditional="yes @ (weight<3.5)")
    assert isinstance(opened, WayMeaning)
    assert opened.rule_forward == ""


@pytest.mark.parametrize("condition", ["snow", "winter", "(wet AND Nov)", "()", "2026", "("])
def test_conditions_that_are_no_times_are_counted(condition: str) -> None:
    read = read_access({"access:conditional": f"no @ {condition}"})
    assert read.clauses == ()
    assert read.faults == ("conditional access not understood",)


def test_a_road_that_guests_may_use_at_times_is_no_way_through() -> None:
    way = meaning(
        highway="residential", motor_vehicle="no", motor_vehicle__conditional="destination @ (Sa)"
    )
    assert isinstance(way, WayMeaning)
    assert way.rule_forward == "no; yes @ (Sa)"
    assert way.destination_forward


def test_conditional_access_in_one_direction() -> None:
    way = meaning(highway="primary", motor_vehicle__backward__conditional="no @ (Nov-May)")
    assert isinstance(way, WayMeaning)
    assert (way.rule_forward, way.rule_backward) == ("", "yes; no @ (Nov-May)")


def test_a_winter_closure_is_kept_with_its_road_and_reported() -> None:
    read = extract("winter_closure")
    net = read.network
    arc = straight(read)
    assert arc is not None
    assert net.access_rules[net.rule[arc]] == "yes; no @ (Nov-May)"
    assert net.timed_arc.size == 2, "both directions of that road and no other"
    assert read.report.timed == {"yes; no @ (Nov-May)": 1}


# -- roads that an ordinary car cannot take --------------------------------------------------------
def test_for_four_wheel_drive_only() -> None:
    read = extract("4wd_only")
    assert straight(read) is None
    assert read.report.skipped == {"way: for four-wheel drive only": 1}


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"4wd_only": "yes"}, "for four-wheel drive only"),
        ({"4wd_only": "extreme"}, "for four-wheel drive only"),
        ({"smoothness": "horrible"}, "too rough for a car"),
        ({"smoothness": "very_horrible"}, "too rough for a car"),
        ({"smoothness": "impassable"}, "too rough for a car"),
        ({"ice_road": "yes"}, "ice or winter road without its months"),
        ({"winter_road": "yes"}, "ice or winter road without its months"),
        ({"surface": "ice"}, "ice or winter road without its months"),
    ],
)
def test_roads_that_are_not_for_cars_say_why(tags: dict[str, str], reason: str) -> None:
    assert read_way({"highway": "unclassified", **tags}, ferries=False) == reason


def test_rough_roads_are_slow_and_frozen_ones_open_in_their_months() -> None:
    for value, kmh in (("bad", 40.0), ("very_bad", 20.0), ("good", np.inf)):
        way = meaning(highway="primary", smoothness=value)
        assert isinstance(way, WayMeaning)
        assert way.cap_kmh == kmh
    for tags in ({"highway": "residential", "surface": "asphalt"}, {"highway": "secondary"}):
        potholes = read_way({**tags, "smoothness": "impassable"}, ferries=False)
        assert isinstance(potholes, WayMeaning)
        assert potholes.cap_kmh == 10.0
    recommended = read_way({"highway": "track", "access": "yes", "4wd_only": "no"}, ferries=False)
    assert isinstance(recommended, WayMeaning)
    ice = meaning(highway="unclassified", ice_road="yes", access__conditional="no @ (Apr-Dec)")
    assert isinstance(ice, WayMeaning)
    assert ice.rule_forward == "yes; no @ (Apr-Dec)"


def test_a_pedestrian_street_that_is_open_to_cars() -> None:
    arc = straight(extract("pedestrian_vehicle_yes"))
    assert arc is not None


@pytest.mark.parametrize(
    ("tags", "road_class"),
    [
        ({"highway": "pedestrian", "vehicle": "yes"}, "living_street"),
        ({"highway": "pedestrian", "motorcar": "designated"}, "living_street"),
        ({"highway": "cycleway", "motor_vehicle": "yes"}, "service"),
        ({"highway": "path", "motorcar": "yes"}, "track"),
        (
            {"highway": "pedestrian", "motor_vehicle:conditional": "yes @ (20:00-08:00)"},
            "living_street",
        ),
        ({"highway": "pedestrian"}, ""),
        ({"highway": "pedestrian", "access": "yes"}, ""),
        ({"highway": "pedestrian", "vehicle": "yes", "motor_vehicle": "no"}, ""),
        ({"highway": "pedestrian", "motor_vehicle": "destination"}, ""),
        ({"highway": "pedestrian", "motor_vehicle": "delivery"}, ""),
        ({"highway": "cycleway", "vehicle": "yes"}, ""),
        ({"highway": "pedestrian", "motor_vehicle": "yes", "area": "yes"}, ""),
        ({"highway": "steps", "motor_vehicle": "yes"}, ""),
    ],
)
def test_ways_of_walkers_and_cyclists(tags: dict[str, str], road_class: str) -> None:
    way = read_way(tags, ferries=False)
    found = ROAD_CLASSES[way.road_class] if isinstance(way, WayMeaning) else ""
    assert found == road_class


# -- toll ------------------------------------------------------------------------------------------
def test_toll_for_cars_and_for_others() -> None:
    read = extract("toll_motorcar")
    arc = straight(read)
    assert arc is not None
    assert read.network.flags[arc] & FLAG_TOLL
    free = extract("toll_no_for_cars")
    assert not np.any(free.network.flags & FLAG_TOLL)


@pytest.mark.parametrize(
    ("tags", "tolled"),
    [
        ({"toll": "yes"}, (True, True)),
        ({"toll": "no"}, (False, False)),
        ({"toll:motor_vehicle": "yes"}, (True, True)),
        ({"toll:vehicle": "yes", "toll:motorcar": "no"}, (False, False)),
        ({"toll:hgv": "yes"}, (False, False)),
        ({"toll": "hgv"}, (False, False)),
        ({"toll": "hgv;motorcar"}, (True, True)),
        ({"toll:forward": "yes"}, (True, False)),
        ({"toll:motorcar:backward": "yes"}, (False, True)),
        ({"toll:backward:motorcar": "yes"}, (False, True)),
        ({"toll": "yes", "toll:forward": "no"}, (False, True)),
    ],
)
def test_toll_by_vehicle_and_direction(tags: dict[str, str], tolled: tuple[bool, bool]) -> None:
    way = read_way({"highway": "motorway", "oneway": "no", **tags}, ferries=False)
    assert isinstance(way, WayMeaning)
    assert (bool(way.flags & FLAG_TOLL), bool(way.flags_backward & FLAG_TOLL)) == tolled


# -- limits ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "kmh", "country"),
    [
        ("maxspeed_mph", 25 * 1.609344, None),
        ("maxspeed_motorcar", 50.0, None),
        ("motorroad_ch", 100.0, "CH"),
    ],
)
def test_limits(name: str, kmh: float, country: str | None) -> None:
    read = extract(name, country)
    arc = straight(read)
    assert arc is not None
    assert read.network.speed_limit_kmh[arc] == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("tags", "limits"),
    [
        ({"maxspeed": "90", "maxspeed:motorcar": "50"}, (50.0, 50.0)),
        ({"maxspeed": "90", "maxspeed:motor_vehicle": "60"}, (60.0, 60.0)),
        ({"maxspeed": "90", "maxspeed:vehicle:forward": "60"}, (60.0, 90.0)),
        ({"maxspeed": "90", "maxspeed:backward:motorcar": "40"}, (90.0, 40.0)),
        ({"maxspeed": "90", "maxspeed:motorcar": "fast"}, (90.0, 90.0)),
        ({"maxspeed:both_ways": "70"}, (70.0, 70.0)),
        ({"maxspeed": "90", "maxspeed:hgv": "60"}, (90.0, 90.0)),
    ],
)
def test_limits_of_cars(tags: dict[str, str], limits: tuple[float, float]) -> None:
    way = read_way({"highway": "primary", **tags}, ferries=False)
    assert isinstance(way, WayMeaning)
    assert (way.limit_forward_kmh, way.limit_backward_kmh) == limits


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("maxspeed:hgv", "unused"),
        ("maxspeed:variable", "unused"),
        ("maxspeed:lanes:forward:conditional", "unused"),
        ("hov", "used"),
        ("hov:minimum", "unused"),
        ("oneway:conditional", "used"),
        ("maxspeed:advisory:conditional", "unused"),
        ("toll:hgv:conditional", "unused"),
        ("oneway:bicycle", "unused"),
        ("toll:N3", "unused"),
        ("toll:conditional", "used"),
        ("maxheight:physical", "unused"),
        ("access:lanes:backward", "used"),
        ("access:conditional", "used"),
        ("motor_vehicle:conditional:backward", "used"),
        ("maxspeed:motorcar:forward", "used"),
        ("toll:backward", "used"),
        ("name", ""),
        ("bicycle", ""),
        ("lanes", ""),
    ],
)
def test_what_keys_are_good_for(key: str, role: str) -> None:
    assert role_of(key) == role


def test_keys_that_are_not_used_are_counted_by_ways(tmp_path: Path) -> None:
    read = changed(
        tmp_path,
        "toll_motorcar",
        old='k="toll:motorcar"|k="maxspeed"',
        new='k="toll:N3"|k="maxspeed:variable"',
    )
    assert read.report.unused == {"maxspeed:variable": 4, "toll:N3": 1}


# -- barriers --------------------------------------------------------------------------------------
def test_a_barrier_where_a_side_road_meets_a_main_road_leaves_the_main_road_alone() -> None:
    read = extract("bollard_on_junction_node")
    assert straight(read, 2, 3) is not None
    assert straight(read, 3, 2) is not None


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        ('v="service"', 'v="footway"', True),
        ('v="service"', 'v="secondary"', True),
        ('v="service"', 'v="primary"', False),
        ('<way id="600">', '<way id="600" visible="false">', False),
    ],
)
def test_whose_a_barrier_is_where_ways_meet(
    tmp_path: Path, old: str, new: str, *, passes: bool
) -> None:
    """Of several ways the barrier stops the least; of equal ones none; of a road alone that."""
    read = changed(tmp_path, "bollard_on_junction_node", old=old, new=new)
    assert shortest_m(read, 2, 3) == pytest.approx(STRAIGHT_M if passes else DETOUR_M, abs=1.0)


# -- ferries and car trains ------------------------------------------------------------------------
@pytest.mark.parametrize("service", ["drive-through", "driveway", "parking_aisle"])
def test_the_lanes_of_a_ferry_are_roads(tmp_path: Path, service: str) -> None:
    read = changed(tmp_path, "ferry_terminal_drive_through", old="drive-through", new=service)
    assert walkable(read, 3, 4, 20, 21, 22, 23)
    assert read.report.skipped == {}


def test_other_drive_throughs_stay_out(tmp_path: Path) -> None:
    read = changed(
        tmp_path,
        "ferry_terminal_drive_through",
        old='<nd ref="21"/>\n    <nd ref="22"/>\n    <tag k="highway" v="service"/>',
        new='<nd ref="5"/>\n    <nd ref="22"/>\n    <tag k="highway" v="service"/>',
    )
    assert read.report.skipped["way: driveway, parking aisle or the like"] == 1


def test_car_trains_carry_cars() -> None:
    read = extract("shuttle_train")
    assert walkable(read, 3, 20, 21, 23)
    net = read.network
    (arc,) = [k for k, (a, b, _) in enumerate(arcs(read)) if (a, b) == (20, 21)]
    assert net.flags[arc] & FLAG_FERRY
    assert net.length_m[arc] / net.speed_kmh[arc] * 3.6 == pytest.approx(35 * 60)
    off = read_osm(ROADS / "shuttle_train.osm")
    assert off.report.skipped == {"way: car train (switched off)": 1}


@pytest.mark.parametrize(
    ("tags", "carries"),
    [
        ({"route": "shuttle_train"}, True),
        ({"route": "shuttle_train", "access": "no", "motorcar": "yes"}, True),
        ({"route": "shuttle_train", "motor_vehicle": "no"}, False),
        ({"route": "ferry", "motorcar": "yes"}, True),
        ({"route": "ferry", "motor_vehicle": "designated"}, True),
        ({"route": "ferry", "vehicle": "yes"}, True),
        ({"route": "ferry", "foot": "yes"}, False),
        ({"route": "ferry", "access": "yes"}, False),
        ({"route": "ferry;bicycle", "motor_vehicle": "yes"}, True),
        ({"route": "ferry", "motor_vehicle:conditional": "yes @ (May-Sep)"}, True),
    ],
)
def test_what_carries_cars(tags: dict[str, str], *, carries: bool) -> None:
    assert isinstance(read_way(tags, ferries=True), WayMeaning) is carries


def test_a_car_train_may_be_faster_than_a_ship(tmp_path: Path) -> None:
    """7.2 km in 4 minutes: 108 km/h is nothing for a train, and not believed of a ferry."""
    quick = changed(tmp_path, "shuttle_train", old="00:35", new="00:04").network
    assert quick.speed_kmh.max() == pytest.approx(107.5, abs=0.5)
    ship = changed(tmp_path, "shuttle_train", old="00:35|shuttle_train", new="00:04|ferry").network
    assert ship.speed_kmh[ship.flags & FLAG_FERRY > 0] == pytest.approx(15.0)


def test_durations_in_iso_form() -> None:
    net = extract("ferry_duration").network
    aboard = (net.flags & FLAG_FERRY) > 0
    assert (net.length_m / net.speed_kmh * 3.6)[aboard] == pytest.approx(2700.0)


# -- stop signs ------------------------------------------------------------------------------------
def lost_s(read: OsmExtract) -> tuple[float, float]:
    """Time that the straight road takes more than at 92 % of its limit: from 2 to 3, and back."""
    net = read.network
    found = []
    for tail, head in ((2, 3), (3, 2)):
        arc = straight(read, tail, head)
        assert arc is not None
        found.append(float(net.length_m[arc] * 3.6 * (1 / net.speed_kmh[arc] - 1 / (0.92 * 70))))
    return found[0], found[1]


@pytest.mark.parametrize(
    ("old", "new", "expected_s"),
    [
        ('v="backward"', 'v="backward"', (0.0, 5.0)),
        ('v="backward"', 'v="forward"', (5.0, 0.0)),
        ('v="backward"', 'v="both"', (5.0, 5.0)),
        ('k="direction"', 'k="stop:direction"', (0.0, 5.0)),
        ('k="direction"', 'k="note"', (0.0, 5.0)),  # 72 m from the junction at 2
        ('v="backward"', 'v="90"', (0.0, 5.0)),
        ('v="stop"|k="direction"', 'v="traffic_signals"|k="traffic_signals:direction"', (0.0, 6.0)),
        ('v="stop"', 'v="give_way"', (0.0, 0.0)),
        ('v="stop"|k="direction"', 'v="traffic_signals"|k="note"', (6.0, 6.0)),
    ],
)
def test_signs_delay_those_that_they_are_meant_for(
    tmp_path: Path, old: str, new: str, expected_s: tuple[float, float]
) -> None:
    read = changed(tmp_path, "stop_direction", old=old, new=new)
    assert lost_s(read) == pytest.approx(expected_s, abs=0.6)


# -- files of editors and of Overpass --------------------------------------------------------------
def test_overpass_out_geom() -> None:
    assert walkable(extract("overpass_out_geom"), 1, 4)


JOSM: Final = """<?xml version='1.0' encoding='UTF-8'?>
<osm version='0.6' generator='JOSM'>
  <node id='-1' action='modify' visible='true' lat='50.0' lon='8.0' />
  <node id='-2' action='modify' visible='true' lat='50.0' lon='8.02' />
  <node id='-3' action='modify' visible='true' lat='50.0' lon='8.04' />
  <node id='4' lat='50.0' lon='8.06' />
  <node id='-5' lat='50.01' lon='8.06'><tag k='place' v='town' /><tag k='name' v='New' /></node>
  <way id='-10' action='modify'>
    <nd ref='-1' /><nd ref='-2' /><tag k='highway' v='secondary' />
  </way>
  <way id='-11' action='modify'><nd ref='-2' /><nd ref='-3' /><tag k='highway' v='tertiary' /></way>
  <way id='12' action='delete'><nd ref='-3' /><nd ref='4' /><tag k='highway' v='secondary' /></way>
  <way id='13' visible='false'><nd ref='-3' /><nd ref='4' /><tag k='highway' v='secondary' /></way>
  <relation id='-20'>
    <member type='way' ref='-10' role='from' /><member type='node' ref='-2' role='via' />
    <member type='way' ref='-11' role='to' />
    <tag k='type' v='restriction' /><tag k='restriction' v='no_straight_on' />
  </relation>
</osm>
"""


def test_josm_files_with_new_and_deleted_things(tmp_path: Path) -> None:
    path = tmp_path / "new.osm"
    path.write_text(JOSM, encoding="utf-8")
    read = read_osm(path, turn_restrictions=False)
    assert sorted(set(read.node_id.tolist())) == [-3, -2, -1], "nothing of what is deleted"
    assert walkable(read, -1, -2, -3)
    assert [(place.id, place.name) for place in read.places] == [(-5, "New")]
    restricted = read_osm(path)
    assert restricted.report.restrictions == {"applied via node": 1}


def test_a_damaged_file_of_an_editor_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.osm"
    path.write_text(JOSM[:400], encoding="utf-8")
    with pytest.raises(Exception, match="cut off") as caught:
        read_osm(path)
    assert type(caught.value).__name__ == "DataError"


# -- turn restrictions -----------------------------------------------------------------------------
VIA: Final = (
    '<member type="way" ref="110" role="via"/>',
    '<member type="way" ref="112" role="via"/>',
)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_ways_between_may_stand_in_any_order(tmp_path: Path, order: tuple[int, int]) -> None:
    text = (ROADS.parent / "via_way.osm").read_text(encoding="utf-8")
    text = text.replace(
        '<nd ref="4"/>\n    <nd ref="5"/>\n    <tag k="highway" v="tertiary"/>\n  </way>',
        '<nd ref="4"/>\n    <tag k="highway" v="tertiary"/>\n  </way>\n  <way id="112">\n'
        '    <nd ref="5"/>\n    <nd ref="4"/>\n    <tag k="highway" v="tertiary"/>\n  </way>',
    )
    text = text.replace(VIA[0], "".join(VIA[k] for k in order))
    path = tmp_path / "via.osm"
    path.write_text(text, encoding="utf-8")
    read = read_osm(path)
    assert read.report.restrictions == {"applied via way": 1}


# -- sizes -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("key", "value", "closed"),
    [
        ("maxheight", "1.7", True),
        ("maxheight", "1,7 m", True),
        ("maxheight", "5'6\"", True),  # 1.68 m
        ("maxheight", "5 ft 10 in", True),  # 1.78 m
        ("maxheight", "170 cm", True),
        ("maxheight", "6'7\"", False),  # 2.01 m
        ("maxheight", "1.8", False),
        ("maxheight", "default", False),
        ("maxheight", "below_default", False),
        ("maxheight", "none", False),
        ("maxheight", "0", False),
        ("maxheight:physical", "1.5", False),
        ("maxwidth", "1.8", True),
        ("maxwidth", "6'6\"", False),  # 1.98 m
        ("maxlength", "4", True),
        ("maxlength", "12", False),
        ("maxweight", "2", True),
        ("maxweight", "2 t", True),
        ("maxweight", "1500 kg", True),
        ("maxweight", "4000 lbs", True),  # 1.81 t
        ("maxweight", "3.5", False),
        ("maxweight", "3 st", False),  # 2.72 t
        ("maxweight", "3.5;2.0", True),
        ("impassable", "yes", True),
        ("impassable", "no", False),
    ],
)
def test_signs_on_size_and_weight(key: str, value: str, *, closed: bool) -> None:
    assert isinstance(read_way({"highway": "secondary", key: value}, ferries=False), str) is closed


def test_a_narrow_gate_stops_cars() -> None:
    assert blocks_cars({"barrier": "height_restrictor", "maxheight": "1.7"})
    assert not blocks_cars({"barrier": "height_restrictor", "maxheight": "2.1"})
    assert blocks_cars({"barrier": "gate", "access": "yes", "maxwidth": "1.5"})
    assert not blocks_cars({"barrier": "gate", "access": "yes"})
