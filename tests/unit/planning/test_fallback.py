"""Fallbacks on a straight road: who stands in for whom, what that costs, and why there is none."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.samples.straight_road import along, place, straight_road
from tests.samples.worlds import car
from tripplan.errors import InvalidInputError, OutOfRangeError
from tripplan.output.text import report
from tripplan.planning.planner import Planner
from tripplan.records.charger_set import ChargerSet
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.trip import Trip, Waypoint

KM = 260.0
PAIR = {80.0: 50.0, 95.0: 50.0, 110.0: 50.0}
END = {"lat": 40.0, "lon": -100.0}
MONDAY = datetime(2026, 6, 8, 3, 0)  # noqa: DTZ001 - local time at the origin


def wished(km: float = KM, **wishes: Any) -> Trip:
    return along(km, **{"fallback": "required", **wishes})


def planned(region: Region, **wishes: Any) -> Plan:
    plan = Planner(region).plan(wished(**wishes), car())
    assert plan.audit.passed, plan.audit.objections
    return plan


def by_operator(region: Region, *names: str) -> Region:
    sites = [
        replace(site, operator=name)
        for site, name in zip(region.chargers.chargers, names, strict=True)
    ]
    return replace(region, chargers=ChargerSet(tuple(sites), region.chargers.node))


def fallbacks(plan: Plan) -> list[tuple[str, str]]:
    return [(stop.name, stop.fallback.name) for stop in plan.stops if stop.fallback]


def test_it_stops_while_it_can_still_go_on() -> None:
    """Alone, it would stop as late as it can; with fallbacks another site is within reach."""
    region = straight_road(PAIR, km=KM)
    plan = planned(region)
    plain = Planner(region).plan(along(KM), car())
    assert plan.fallback_cost_s == pytest.approx(plan.total_s - plain.total_s, abs=1e-6)
    assert plan.fallback_cost_s is not None
    assert plan.fallback_cost_s >= 0.0
    assert all(stop.fallback is None for stop in plain.stops)
    assert plain.fallback_cost_s is None
    for stop in plan.stops:
        assert stop.fallback is not None
        assert stop.fallback.name != stop.name
        apart_km = abs(stop.lon - stop.fallback.lon) * 111.195
        assert stop.fallback.distance_km == pytest.approx(apart_km, rel=1e-3)
        assert stop.arrival_soc > stop.fallback.arrival_soc >= plan.trip.reserve_soc - 1e-6


def test_the_report_says_where_else() -> None:
    plan = planned(straight_road(PAIR, km=KM))
    told = report.to_text(plan)
    assert "for a fallback at every stop" in told or "a fallback at every stop costs" in told
    for _, other in fallbacks(plan):
        assert f"if it is broken: {other}" in told


def test_another_operator_is_another_site() -> None:
    region = by_operator(straight_road(PAIR, km=KM), "Volt", "Volt", "Watt")
    sites = {site.name: site.operator for site in region.chargers.chargers}
    for name, other in fallbacks(planned(region, fallback_other_operator=True)):
        assert sites[name] != sites.get(other)


def test_a_lone_charger_is_refused_by_name_and_what_is_told_works() -> None:
    region = straight_road({120.0: 50.0}, km=KM)
    with pytest.raises(OutOfRangeError, match=r"fallback.*Charger at km 120.*fallback none"):
        planned(region)
    with pytest.raises(OutOfRangeError) as refusal:
        planned(region)
    assert {"fallback": "none"} in refusal.value.ways_out
    assert Planner(region).plan(wished(fallback="none"), car()).stop_count >= 1


def test_a_dead_end_is_no_fallback() -> None:
    """Back at km 60 the car could charge, but not go on from there without the one at km 120.

    It takes 97 Wh/km at the least, and 26.7 kWh lie between full and the reserve: 275 km.
    """
    far, sites = 430.0, dict.fromkeys((60.0, 120.0, 340.0, 345.0), 50.0)
    region = straight_road(sites, km=far)
    with pytest.raises(OutOfRangeError, match=r"Charger at km 120.*fallback none"):
        planned(region, km=far)
    nearer = straight_road({**sites, 70.0: 50.0}, km=far)
    told = dict(fallbacks(planned(nearer, km=far)))
    assert told["Charger at km 120"] == "Charger at km 70"


def test_sites_with_hours_do_not_count_and_without_departure_they_do() -> None:
    region = straight_road(PAIR, km=KM, hours={80.0: "Mo-Su 06:00-22:00"})
    assert all(
        other != "Charger at km 80" for _, other in fallbacks(planned(region, departure=MONDAY))
    )
    plan = planned(straight_road(PAIR, km=KM, hours=dict.fromkeys(PAIR, "Mo-Su 06:00-22:00")))
    assert fallbacks(plan)
    with pytest.raises(OutOfRangeError):
        planned(
            straight_road(PAIR, km=KM, hours=dict.fromkeys(PAIR, "Mo-Su 06:00-22:00")),
            departure=MONDAY,
        )


def test_a_plug_at_a_waypoint_stands_in_and_needs_one() -> None:
    stay = Waypoint(place=place(110.0), dwell_s=3600.0, charger_kw=11.0)
    plan = planned(straight_road({80.0: 50.0, 95.0: 50.0, 140.0: 50.0}, km=KM), waypoints=(stay,))
    assert all(stop.fallback for stop in plan.stops if stop.charger_kw > 0.0)


def test_a_required_charger_needs_one() -> None:
    plan = planned(straight_road(PAIR, km=KM), via_chargers=("at 95",))
    told = dict(fallbacks(plan))
    assert told["Charger at km 95"] != "Charger at km 95"


def test_another_operator_alone_says_nothing() -> None:
    with pytest.raises(InvalidInputError, match="fallback_other_operator says nothing without"):
        Trip.parse(
            {"origin": END, "destination": END, "fallback_other_operator": True}, where="trip"
        )


def test_the_way_out_without_fallbacks_is_a_trip_that_can_be_asked_for() -> None:
    region = by_operator(straight_road({120.0: 50.0}, km=KM), "Volt")
    asked = wished(fallback_other_operator=True)
    with pytest.raises(OutOfRangeError) as caught:
        Planner(region).plan(asked, car())
    ways = [way for way in caught.value.ways_out if way.get("fallback") == "none"]
    assert ways
    for way in ways:
        again = Trip.parse(asked.model_dump(mode="json") | dict(way), where="again")
        assert Planner(region).plan(again, car()).audit.passed
