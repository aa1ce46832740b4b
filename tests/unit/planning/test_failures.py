"""How likely sites work, what is told of broken ones, and what is refused."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import car
from tripplan.errors import InvalidInputError
from tripplan.output.files.export import to_json
from tripplan.output.page.map import to_html
from tripplan.output.text import brief, report
from tripplan.physics.reliability import works_probability
from tripplan.planning.failures import quantile_s, rest_of
from tripplan.planning.planner import Planner
from tripplan.planning.working_sites import WorkingSites
from tripplan.records.charger import Charger, Connector, SourceEntry
from tripplan.records.plan import Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip, WorkingShare

KM = 230.0
ROAD = straight_road({70.0: 50.0, 110.0: 50.0, 125.0: 50.0, 160.0: 50.0}, km=KM)
SITE = ROAD.chargers.chargers[0]
HALVES = ({"of": "*", "works": "50%"},)
END = {"lat": 40.0, "lon": -100.0}


def told(**wishes: Any) -> Plan:
    trip = along(KM, **{"departure_soc": 0.8, "broken_chargers": "told", **wishes})
    return Planner(ROAD, Settings(heat=False)).plan(trip, car())


def test_the_formula_is_what_its_sources_say() -> None:
    """72.5 % of single connectors without the common failures; 77 % of visits at 1.5 stalls."""
    assert works_probability(1) / 0.9 == pytest.approx(0.725)
    at_corridors = 0.9 * (1.0 - 0.275**1.5)
    assert at_corridors == pytest.approx(0.77, abs=0.005)
    assert works_probability(1) < works_probability(2) < works_probability(100) <= 0.9
    assert works_probability(4, years=2.0) == pytest.approx(0.98**2 * works_probability(4))


def site(**changes: Any) -> Charger:
    return replace(SITE, **changes)


def test_stalls_then_plugs_then_an_assumption_and_what_is_stated_first() -> None:
    plugs = (Connector("CCS1", 50.0, count=3), Connector("CHADEMO", 50.0, count=1))
    sites = WorkingSites([SITE], ())
    assert sites.of(site(stalls=4)).works == works_probability(4)
    assert sites.of(site(connectors=plugs), "CHADEMO").works == works_probability(1)
    assert sites.of(site(connectors=plugs), "NACS").works == works_probability(3)
    assert "nobody states" in sites.of(SITE).rule
    assert sites.of(site(operation="out_of_service")).works == 0.0
    shares = [WorkingShare.model_validate(text) for text in ("Volt=99%", "at 70=1", "*=0.5")]
    stated = WorkingSites([SITE], shares)
    assert stated.of(SITE).works == 1.0
    assert stated.of(site(operator="VOLT")).works == 0.99
    assert stated.of(site(id="other")).works == 0.5


def test_an_old_word_counts_less_than_the_newest_of_the_region() -> None:
    old, new = (
        site(stalls=2, sources=(SourceEntry("AFDC", "a", day),))
        for day in ("2020-01-01", "2022-01-01T10:00:00")
    )
    sites = WorkingSites([old, new, SITE], ())
    assert sites.of(new).works == works_probability(2)
    assert sites.of(old).works == pytest.approx(works_probability(2, years=731 / 365.25))
    assert sites.of(site(stalls=2)).works == works_probability(2)


def test_where_all_works_the_expected_time_is_that_of_the_plan() -> None:
    plan = told(working=({"of": "*", "works": 1.0},))
    assert plan.failures is not None
    assert plan.failures.expected_s == plan.failures.p95_s == plan.total_s
    assert plan.failures.stranded == 0.0
    assert plan.failures.replans == 0


def test_a_lone_charger_that_never_works_strands_the_car() -> None:
    plan = told(working=HALVES, chargers={"banned": ("at 70", "at 125", "at 160")})
    found = plan.failures
    assert found is not None
    assert found.stranded == found.stops[0].probability == 0.5
    lost_s = plan.trip.stranded_s + 300.0 - plan.stops[0].duration_s
    assert found.stops[0].later_s == pytest.approx(lost_s)
    assert found.expected_s == pytest.approx(plan.total_s + 0.5 * lost_s)


def test_the_rest_of_a_trip_has_what_the_car_came_with() -> None:
    monday = datetime(2026, 6, 8, 8, 0)  # noqa: DTZ001 - local time at the origin
    plan = told(working=HALVES, departure=monday, most_stops=3, fallback="required")
    stop = plan.stops[0]
    rest = rest_of(plan, 0, 3600.0, plan.trip.origin)
    assert rest.departure_soc == stop.arrival_soc
    assert rest.pack_start_c == stop.pack_arrival_c
    assert stop.charger is not None
    assert rest.chargers.banned == (stop.charger.id,)
    assert rest.departure is not None
    assert rest.departure.replace(tzinfo=None) == monday.replace(hour=9)
    assert (rest.most_stops, rest.conditions.cabin) == (None, "preheated")


def test_reports_and_pages_tell_it() -> None:
    plan = told(broken_chargers="expected", working=HALVES)
    found = plan.failures
    assert found is not None
    assert found.compared > 1
    assert found.expected_s <= found.quickest_expected_s
    text = report.to_text(plan)
    assert "If broken" in text
    assert "works in 50% of trips (stated for *); if not: " in text
    assert f"the best in expectation of {found.compared} plans" in text
    assert "expected" in brief.to_brief(plan)
    page = to_html(plan, ROAD)
    assert "If chargers may be broken" in page
    assert "Works in 50% of trips" in page
    assert Plan.model_validate_json(to_json(plan)).failures == found
    assert any("57" in line and "Bay Area" in line for line in plan.assumptions)


def test_quantiles_are_the_least_time_that_enough_trips_keep() -> None:
    cases = [(1.0, 0.9, False), (2.0, 0.05, False), (9.0, 0.05, True)]
    assert [quantile_s(cases, share) for share in (0.5, 0.9, 0.95, 0.951, 1.0)] == [1, 1, 2, 9, 9]


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"broken_chargers": "expected", "objective": "money"}, "chooses by time"),
        ({"working": "EVgo=85%"}, "says nothing while broken_chargers is ignored"),
        ({"working": "EVgo", "broken_chargers": "told"}, 'like "EVgo=85%"'),
        ({"working": "EVgo=185%", "broken_chargers": "told"}, "works"),
    ],
)
def test_what_makes_no_sense_is_refused(wishes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Trip.parse({"origin": END, "destination": END, **wishes}, where="trip")
