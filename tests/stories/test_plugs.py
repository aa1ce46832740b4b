"""Trips by the state of plugs, their volts, and their hours: who is sent where, and when."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.samples.straight_road import along, straight_road
from tests.stories.shared_data import shared
from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.records.charger import Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.vehicle import catalogue
from tripplan.sources.build import build_region

CASES = Path(__file__).parents[1] / "fixtures" / "charger_cases"


def road_with(*plugs: Connector, **facts: Any) -> Region:
    """Return 500 km of road with one site half way."""
    region = straight_road({250.0: 50.0}, km=500.0)
    (site,) = region.chargers.chargers
    sites = (replace(site, connectors=plugs, **facts),)
    return replace(region, chargers=ChargerSet(sites, region.chargers.node))


def planned(region: Region, car: str, **wishes: Any) -> Plan:
    trip = along(500.0, **{"departure_soc": 0.75} | wishes)
    plan = Planner(region).plan(trip, catalogue()[car])
    audit = audit_plan(plan, region)
    assert not audit.objections, audit.objections
    return plan


def test_a_broken_fast_plug_is_not_planned_with() -> None:
    fast = Connector("CCS1", 300.0, operation="out_of_service")
    slow = Connector("CCS1", 60.0, operation="in_service")
    region = road_with(fast, slow)
    assert planned(region, "hyundai-ioniq-5-rwd").stops[0].plug_kw == pytest.approx(60.0)
    plan = planned(region, "hyundai-ioniq-5-rwd", chargers={"out_of_service": True})
    assert plan.stops[0].plug_kw == pytest.approx(300.0)
    with pytest.raises(NoPlanError):
        planned(road_with(fast), "hyundai-ioniq-5-rwd")


def test_a_pack_of_700_v_at_a_post_of_500_v() -> None:
    """10 to 80 % take this car 30 instead of 20 minutes at Superchargers of version 3."""
    low = Connector("CCS1", 250.0, max_voltage_v=500.0)
    wish = {"departure_soc": 0.7}
    slow = planned(road_with(low), "hyundai-ioniq-5-rwd", **wish).stops[0]
    quick = planned(road_with(Connector("CCS1", 250.0)), "hyundai-ioniq-5-rwd", **wish).stops[0]
    assert slow.plug_kw == pytest.approx(126.0)
    assert slow.max_kw <= 126.0 + 1e-6
    assert quick.max_kw > 180.0
    assert slow.charging_s > 1.2 * quick.charging_s


def test_a_plan_that_takes_more_than_the_post_gives_is_objected_to() -> None:
    plan = planned(road_with(Connector("CCS1", 250.0)), "hyundai-ioniq-5-rwd")
    weak = road_with(Connector("CCS1", 250.0, max_voltage_v=500.0))
    (site,) = weak.chargers.chargers
    swap = {"charger": site, "connector": site.connectors[0]}
    stops = tuple(stop.model_copy(update=swap) for stop in plan.stops)
    found = audit_plan(plan.model_copy(update={"stops": stops}), weak).objections
    assert any("gives 126" in words for words in map(str, found))


def test_teslas_posts_for_teslas() -> None:
    old = Connector("NACS", 150.0, vehicles="tesla")
    assert planned(road_with(old), "tesla-model-3-sr").stops
    with pytest.raises(NoPlanError):
        planned(road_with(old), "hyundai-ioniq-5-rwd", chargers={"adapters": ["NACS:CCS1:250"]})
    new = Connector("NACS", 250.0, vehicles="any", max_voltage_v=500.0)
    plan = planned(road_with(new), "hyundai-ioniq-5-rwd", chargers={"adapters": ["NACS:CCS1:250"]})
    assert plan.stops[0].plug_kw == pytest.approx(126.0)


DEPARTURE = "2026-06-09T06:00"  # a Tuesday; the site is reached after some three hours


@pytest.mark.parametrize(
    ("hours", "keep_unknown", "waits"),
    [
        ('Mo-Fr 18:00-20:00 || "on request"', True, False),
        ('Mo-Fr 18:00-20:00 || "on request"', False, True),
        ("Tu 18:00-23:00", True, True),
        ('Mo-Fr 06:00-20:00 "ring"', True, False),
        ("06:00+", True, False),
    ],
)
def test_unknown_hours_are_taken_as_the_trip_wishes(
    hours: str, keep_unknown: bool, waits: bool
) -> None:
    region = road_with(Connector("CCS1", 150.0), opening_hours=hours)
    plan = planned(
        region,
        "hyundai-ioniq-5-rwd",
        departure=DEPARTURE,
        chargers={"keep_unknown": keep_unknown},
    )
    assert (plan.stops[0].waited_s > 3600.0) == waits


@pytest.mark.parametrize("hours", ['Mo-Su "call"', "Mo-Fr 8 to 6"])
def test_hours_that_are_all_unknown_are_left_out_where_that_is_wished(hours: str) -> None:
    region = road_with(Connector("CCS1", 150.0), opening_hours=hours)
    assert planned(region, "hyundai-ioniq-5-rwd", departure=DEPARTURE).stops
    with pytest.raises(NoPlanError):
        planned(
            region,
            "hyundai-ioniq-5-rwd",
            departure=DEPARTURE,
            chargers={"keep_unknown": False},
        )


@pytest.mark.parametrize("hours", [None, 'Mo-Su "call"'])
def test_a_required_charger_of_unknown_hours_is_told_where_such_are_left_out(
    hours: str | None,
) -> None:
    """Before: it was charged at, and the audit objected to what the trip had asked for."""
    region = road_with(Connector("CCS1", 150.0), opening_hours=hours)
    (charger,) = region.chargers.chargers
    wishes = {"departure": DEPARTURE, "via_chargers": (charger.id,)}
    assert planned(region, "hyundai-ioniq-5-rwd", **wishes).audit.passed
    with pytest.raises(InvalidInputError, match="left out by another wish: opening hours not kno"):
        planned(region, "hyundai-ioniq-5-rwd", **wishes, chargers={"keep_unknown": False})


def colorado(case: str) -> Region:
    return build_region(
        shared("highways/tm_colorado.osm.pbf"),
        chargers=[CASES / case],
        country="US",
        charger_reach_km=5.0,
    )


@pytest.mark.parametrize(
    ("case", "waited_h"),
    [
        ("37c-hours-plan.csv", 0.0),  # unknown at night, taken as other unknown hours are
        ("37d-waits-for-opening.csv", 8.17),
        ("52c-past-closing.csv", 6.17),  # closes five minutes after the arrival
    ],
)
def test_a_trip_by_night_in_colorado(case: str, waited_h: float) -> None:
    region = colorado(case)
    plan = tripplan.plan(
        "39.64,-106.37",
        "39.07,-108.55",
        region=region,
        vehicle="nissan-leaf-40",
        departure_soc=0.6,
        departure="2026-06-09T22:45",
    )
    assert plan.stops[0].waited_s / 3600.0 == pytest.approx(waited_h, abs=0.4)
    assert np.isclose(plan.stops[0].closed_s, plan.stops[0].waited_s), "it waits for nothing else"
    assert not audit_plan(plan, region).objections


def test_a_site_that_stays_closed_is_the_reason() -> None:
    with pytest.raises(NoPlanError, match="closed"):
        tripplan.plan(
            "39.64,-106.37",
            "39.07,-108.55",
            region=colorado("37f-closed-all-week.csv"),
            vehicle="nissan-leaf-40",
            departure_soc=0.6,
            departure="2026-06-09T22:45",
        )
