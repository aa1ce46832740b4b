"""Low-speed vehicles: legal roads, crossings, limited access, islands, and what a refusal says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.samples.worlds import car
from tripplan.errors import DisconnectedError, IllegalRoadError, InvalidInputError
from tripplan.output.page.map import to_html
from tripplan.output.text import brief, report
from tripplan.planning.audit import audit_plan
from tripplan.planning.road_access import legal_arcs
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.low_speed_law import LowSpeedLaw, low_speed_laws
from tripplan.records.network import (
    FLAG_LIMIT_STATED,
    FLAG_LINK,
    FLAG_MOTORROAD,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.road_name import RoadName
from tripplan.records.trip import Place, Trip
from tripplan.sources.osm.network import read_osm
from tripplan.study.question import Study

MOTORWAY, PRIMARY, STREET = map(ROAD_CLASSES.index, ("motorway", "primary", "residential"))
ROOT = Path(__file__).parents[3]
MPH = 1.609344
DEG_PER_KM = 1.0 / 111.195
Road = tuple[int, int, float, int, int]
"""From node, to node, limit in mph, class, flags; both ways."""


def region(places: list[tuple[float, float]], roads: list[Road]) -> Region:
    """Return a region of nodes at km east and north of a point on the equator, and straight roads.

    Roads are a tenth longer than the straight line, so that no shape is needed.
    """
    lat = np.array([north * DEG_PER_KM for _, north in places])
    lon = np.array([east * DEG_PER_KM for east, _ in places])
    both = [*roads, *((road[1], road[0], *road[2:]) for road in roads)]
    at = np.array(places)
    length = [1100.0 * float(np.hypot(*(at[road[0]] - at[road[1]]))) for road in both]
    network = RoadNetwork.from_arcs(
        lat=lat,
        lon=lon,
        elevation_m=np.zeros(len(places)),
        tail=[one[0] for one in both],
        head=[one[1] for one in both],
        length_m=length,
        speed_kmh=[0.9 * MPH * one[2] for one in both],
        speed_limit_kmh=[MPH * one[2] for one in both],
        road_class=[one[3] for one in both],
        flags=[one[4] for one in both],
        road_name=[0 if one[2] > 35 else -1 for one in both],
        road_names=(RoadName("US 6"),),
    )
    return Region("made by hand", network, ChargerSet((), np.zeros(0, np.int32)), Gazetteer(()))


def place(ground: Region, node: int) -> Place:
    network = ground.network
    return Place(lat=float(network.lat[node]), lon=float(network.lon[node]), name=f"P{node}")


def planned(ground: Region, law: str, start: int, end: int, **wishes: Any) -> Plan:
    trip = Trip(origin=place(ground, start), destination=place(ground, end), law=law, **wishes)
    plan = tripplan.Planner(ground).plan(trip, car())
    assert plan.audit.passed, plan.audit.objections
    return plan


CROSSING = region(
    [(0, 0), (1, 0), (2, 0), (1, 1), (1, -1), (2, 2), (0, 2), (1, 2)],
    [
        (0, 1, 25, STREET, FLAG_LIMIT_STATED),
        (1, 2, 25, STREET, 0),
        (3, 1, 55, PRIMARY, 0),
        (1, 4, 55, PRIMARY, 0),
        (0, 6, 30, STREET, 0),
        (6, 7, 30, STREET, 0),
        (7, 5, 30, STREET, 0),
        (5, 2, 30, STREET, 0),
    ],
)
"""A street that crosses a road of 55 mph at node 1, and a way around of streets, 0-6-7-5-2."""


def test_a_faster_road_is_crossed_at_grade_and_not_driven_along() -> None:
    assert planned(CROSSING, "US-CO", 0, 2).distance_km == pytest.approx(2.2)
    with pytest.raises(IllegalRoadError):
        planned(CROSSING, "US-CO", 0, 3)


def test_where_the_law_does_not_let_it_cross_it_goes_around() -> None:
    assert planned(CROSSING, "US-MO", 0, 2).distance_km == pytest.approx(6.6)
    # Vermont crosses roads of at most 50 mph.
    assert planned(CROSSING, "US-VT", 0, 2).distance_km == pytest.approx(6.6)
    slower = np.where(CROSSING.network.speed_limit_kmh > 80, 45 * MPH, 25 * MPH)
    calm = replace(CROSSING, network=replace(CROSSING.network, speed_limit_kmh=slower))
    assert planned(calm, "US-VT", 0, 2).distance_km == pytest.approx(2.2)


def test_copies_of_a_junction_are_one_place() -> None:
    """A fast road at another copy of the junction, as turn restrictions make, is crossed too."""
    ground = region(
        [(0, 0), (1, 0), (2, 0), (1, 0), (1, 1)],
        [(0, 1, 25, STREET, 0), (1, 2, 25, STREET, 0), (3, 4, 55, PRIMARY, 0)],
    )
    network, laws = ground.network, low_speed_laws()
    assert legal_arcs(network, laws["US-CO"]).sum() == 4
    into = np.flatnonzero(~legal_arcs(network, laws["US-MO"]) & (network.speed_limit_kmh < 50))
    assert set(network.head[into].tolist()) == {1}


def test_a_bridge_over_a_fast_road_is_no_crossing() -> None:
    ground = region(
        [(0, 0), (2, 0), (1, 1), (1, -1)],
        [(0, 1, 25, STREET, 0), (2, 3, 55, PRIMARY, 0)],
    )
    assert planned(ground, "US-MO", 0, 1).distance_km == pytest.approx(2.2)


@pytest.mark.parametrize(
    ("road_class", "flags"),
    [(MOTORWAY, 0), (MOTORWAY, FLAG_LINK), (PRIMARY, FLAG_MOTORROAD)],
)
def test_limited_access_is_never_used_however_slow(road_class: int, flags: int) -> None:
    ground = region([(0, 0), (1, 0)], [(0, 1, 25, road_class, flags)])
    for law in low_speed_laws():
        with pytest.raises(IllegalRoadError, match=r"of limited access|at most"):
            planned(ground, law, 0, 1)
    assert planned(ground, "", 0, 1).stated_limit_share is None


def test_a_law_without_a_limit_of_roads_uses_all_but_those_of_limited_access() -> None:
    assert planned(CROSSING, "DE", 0, 3).distance_km == pytest.approx(2.2)


def test_a_refusal_names_the_law_the_place_and_the_least_illegal_stretch() -> None:
    """Two islands of streets, joined by 1 km of a fast road, or by 3 km of another."""
    ground = region(
        [(0, 0), (1, 0), (2, 0), (3, 0), (1, 3), (2, 3)],
        [
            (0, 1, 25, STREET, 0),
            (1, 2, 55, PRIMARY, 0),
            (2, 3, 25, STREET, 0),
            (1, 4, 25, STREET, 0),
            (4, 5, 55, MOTORWAY, 0),
            (5, 3, 55, PRIMARY, 0),
        ],
    )
    with pytest.raises(IllegalRoadError) as caught:
        planned(ground, "us-co", 0, 3)
    error = caught.value
    assert (error.law, error.crossings) == ("US-CO", 0)
    assert error.illegal_m == pytest.approx(1100.0)
    cut = float(ground.network.lat[1]), float(ground.network.lon[1])
    assert (error.cut_lat, error.cut_lon) == pytest.approx(cut)
    said = str(error)
    assert "Colorado Revised Statutes 42-4-109.5" in said
    assert "1,100 m along roads that it does not allow (1,100 m of US 6 (55 mph))" in said
    assert error.exit_code == 3


def test_a_crossing_that_is_not_allowed_is_told_as_one() -> None:
    ground = region(
        [(0, 0), (1, 0), (2, 0), (1, 1)],
        [(0, 1, 25, STREET, 0), (1, 2, 25, STREET, 0), (3, 1, 55, PRIMARY, 0)],
    )
    with pytest.raises(IllegalRoadError, match="not legal: 1 crossing of faster roads") as caught:
        planned(ground, "US-MO", 0, 2)
    assert caught.value.illegal_m == 0.0
    assert caught.value.cut_lon == pytest.approx(float(ground.network.lon[1]))


def test_ends_that_no_road_joins_are_not_blamed_on_the_law() -> None:
    ground = region(
        [(0, 0), (1, 0), (2, 0), (3, 0)], [(0, 1, 25, STREET, 0), (2, 3, 25, STREET, 0)]
    )
    with pytest.raises(DisconnectedError) as caught:
        planned(ground, "US-CO", 0, 3)
    assert not isinstance(caught.value, IllegalRoadError)


def test_a_place_beside_a_fast_road_is_tied_to_a_legal_one_only_where_that_is_near() -> None:
    """A legal street 200 m farther than the fast road will do, one 1 km farther will not."""
    for beyond_km, legal in ((0.2, True), (1.0, False)):
        ground = region(
            [(-2, 0), (2, 0), (-2, beyond_km), (2, beyond_km)],
            [(0, 1, 55, PRIMARY, 0), (2, 3, 25, STREET, 0)],
        )
        home = Place(lat=0.0, lon=0.0, name="home")
        trip = Trip(origin=home, destination=place(ground, 3), law="US-CO")
        planner = tripplan.Planner(ground)
        if legal:
            plan = planner.plan(trip, car())
            assert plan.audit.passed
            assert plan.access_km == pytest.approx(1.3 * beyond_km, rel=0.01)
        else:
            with pytest.raises(DisconnectedError):
                planner.plan(trip, car())


def test_the_car_drives_no_faster_than_the_law_lets_it() -> None:
    for law, most_kmh in (("US-CO", 25 * MPH), ("US-TX", 35 * MPH), ("DE", 45.0)):
        plan = planned(CROSSING, law, 0, 5, slow_down_to=1.0)
        fastest_kmh = max(max(leg.trace.speed_kmh) for leg in plan.legs)
        assert fastest_kmh <= most_kmh + 1e-9
        assert fastest_kmh == pytest.approx(min(most_kmh, 0.9 * 30 * MPH))


def test_the_drivers_own_limit_still_counts() -> None:
    trip = Trip(origin=place(CROSSING, 0), destination=place(CROSSING, 2), law="US-CO")
    assert trip.fastest_kmh == pytest.approx(25 * MPH)
    assert trip.model_copy(update={"max_speed_kmh": 30.0}).fastest_kmh == 30.0
    assert trip.model_copy(update={"max_speed_kmh": 90.0}).fastest_kmh == pytest.approx(25 * MPH)
    assert trip.model_copy(update={"law": ""}).fastest_kmh is None


def test_stated_and_assumed_limits_are_told_by_their_km() -> None:
    plan = planned(CROSSING, "US-CO", 0, 2)
    assert plan.stated_limit_share == pytest.approx(0.5)
    ((begin_km, end_km),) = plan.legs[0].assumed_limits
    assert (begin_km, end_km) == pytest.approx((1.1, 2.2))
    told = "50% of the km legal by stated limits, 50% by assumed ones"
    short = " ".join(brief.to_brief(plan).split()).replace(" %", "%")
    assert told in short
    assert "US-CO (Colorado Revised Statutes 42-4-109.5)" in short
    assert told in report.to_text(plan).replace(" %", "%")
    page = to_html(plan)
    assert "tp-assumed-limit" in page
    assert "limit assumed" in page
    assert "tp-assumed-limit" not in to_html(planned(CROSSING, "", 0, 2))
    assert any("taken from the text of the statute" in text for text in plan.assumptions)


def test_the_audit_objects_to_a_road_that_the_law_forbids() -> None:
    for law, end, words in (
        ("US-CO", 3, "higher limit"),
        ("US-MO", 2, "across a faster one, which US-MO forbids"),
    ):
        plan = planned(CROSSING, "", 0, end, max_speed_kmh=25 * MPH)
        trip = plan.trip.model_copy(update={"law": law, "max_speed_kmh": None})
        audit = audit_plan(plan.model_copy(update={"trip": trip}), CROSSING)
        assert any(words in objection for objection in audit.objections), audit.objections
    slow = region([(0, 0), (1, 0)], [(0, 1, 25, MOTORWAY, FLAG_LINK)])
    plan = planned(slow, "", 0, 1, max_speed_kmh=25 * MPH)
    trip = plan.trip.model_copy(update={"law": "US-CO", "max_speed_kmh": None})
    audit = audit_plan(plan.model_copy(update={"trip": trip}), slow)
    assert any("limited access" in objection for objection in audit.objections)


def test_an_unknown_law_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInputError) as caught:
        Trip.parse(
            {
                "origin": {"lat": 0, "lon": 0},
                "destination": {"lat": 0, "lon": 1},
                "law": "US-ZZ",
            },
            where="trip",
        )
    said = str(caught.value)
    assert said.count("\n") == 1
    assert "US-CO Colorado" in said
    assert "US-ZZ" in said


def test_a_batch_and_a_study_have_it_as_any_wish() -> None:
    network = CROSSING.network
    ends = {
        "origin": (float(network.lat[0]), float(network.lon[0])),
        "destination": (float(network.lat[3]), float(network.lon[3])),
        "vehicle": car(),
    }
    legal, refused = tripplan.plan_many(
        [{**ends, "law": "DE"}, {**ends, "law": "US-CO"}], region=CROSSING
    )
    assert legal.status == "ok"
    assert "US-CO" in refused.reason
    trips = [{"origin": "A", "destination": "B", "law": "US-CO"}]
    asked = Study.model_validate(
        {"trips": trips, "vehicles": ["nissan-sakura"], "vary": {"law": ["US-CO", "US-TX"]}}
    )
    assert asked.trips[0].wishes == {"law": "US-CO"}


def test_every_law_names_its_statute_and_where_it_was_read() -> None:
    laws = low_speed_laws()
    assert len(laws) >= 12
    for code, law in laws.items():
        assert isinstance(law, LowSpeedLaw)
        assert code == law.code
        assert law.statute
        assert law.source
        assert law.rule.endswith(law.speed(law.vehicle_kmh))
        assert law.road_limit_kmh is None or law.road_limit_kmh >= law.vehicle_kmh
        if law.crossing_limit_kmh is not None and law.road_limit_kmh is not None:
            assert law.crossing_limit_kmh >= law.road_limit_kmh
        if law.checked == "summary":
            assert "summary" in law.caution


def test_the_page_lists_all_laws_as_they_are() -> None:
    page = (ROOT / "docs" / "how-to" / "low-speed.md").read_text(encoding="utf-8")
    for law in low_speed_laws().values():
        row = f"| `{law.code}` | {law.place} | {law.rule} | {law.statute} | {law.checked} |"
        assert row in page


@pytest.mark.parametrize(
    ("code", "road_mph", "vehicle_mph", "crossing_mph"),
    [
        # Read in the texts and summaries that the table names.
        ("US-CO", 35, 25, None),
        ("US-AZ", 35, 25, None),
        ("US-CA", 35, 25, None),
        ("US-FL", 35, 25, None),
        ("US-KS", 40, 25, None),
        ("US-PA", 25, 25, 35),
        ("US-TX", 45, 35, None),
        ("US-VT", 35, 25, 50),
    ],
)
def test_limits_of_laws(
    code: str, road_mph: float, vehicle_mph: float, crossing_mph: float | None
) -> None:
    law = low_speed_laws()[code]
    assert law.road_limit_kmh == pytest.approx(road_mph * MPH)
    assert law.vehicle_kmh == pytest.approx(vehicle_mph * MPH)
    if crossing_mph is None:
        assert law.crossing_limit_kmh is None
    else:
        assert law.crossing_limit_kmh == pytest.approx(crossing_mph * MPH)


OSM = """<osm version="0.6">
<node id="1" lat="50.0" lon="8.0"/><node id="2" lat="50.0" lon="8.01"/>
<node id="3" lat="50.0" lon="8.02"/><node id="4" lat="50.0" lon="8.03"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="secondary"/>
<tag k="maxspeed" v="50"/></way>
<way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/></way>
<way id="3"><nd ref="3"/><nd ref="4"/><tag k="highway" v="trunk"/>
<tag k="motorroad" v="yes"/><tag k="maxspeed" v="70"/></way>
</osm>"""


def test_an_extract_says_which_limits_are_stated_and_which_roads_are_for_motor_traffic(
    tmp_path: Any,
) -> None:
    path = tmp_path / "few.osm"
    path.write_text(OSM, encoding="utf-8")
    network = read_osm(path, country="DE").network
    west = np.minimum(network.lon[network.tail], network.lon[network.head])
    for lon, stated, motorroad in ((8.0, True, False), (8.01, False, False), (8.02, True, True)):
        flags = network.flags[np.abs(west - lon) < 1e-6]
        assert flags.size == 2
        assert bool(np.all((flags & FLAG_LIMIT_STATED) > 0)) is stated
        assert bool(np.all((flags & FLAG_MOTORROAD) > 0)) is motorroad
