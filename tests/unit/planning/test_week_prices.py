"""Prices by the hour: read whole or not at all, and each stop is paid at its hour."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import car
from tripplan.planning.audit import audit_plan
from tripplan.planning.objective import DEAREST_RULE
from tripplan.planning.planner import Planner
from tripplan.planning.tariff import Tariff, read_prices
from tripplan.records.charger_set import ChargerSet
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings

BANDED = "Mo-Fr 07:00-19:00: 0.59 EUR/kWh + 0.10 EUR/min | Sa,Su 08:00-24:00: 0.45 EUR/kWh | Free"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-06-09T06:59", (0.0, 0.0)),  # a Tuesday
        ("2026-06-09T07:00", (0.59, 0.10)),
        ("2026-06-09T18:59", (0.59, 0.10)),
        ("2026-06-09T19:00", (0.0, 0.0)),
        ("2026-06-13T07:59", (0.0, 0.0)),  # a Saturday
        ("2026-06-14T23:59", (0.45, 0.0)),
    ],
)
def test_each_hour_has_its_price(when: str, expected: tuple[float, float]) -> None:
    week = read_prices(BANDED, None)
    assert week is not None
    assert week.by_hour
    assert week.at(datetime.fromisoformat(when))[:2] == expected
    assert week.least == Tariff(0.0, 0.0, 0.0, "EUR")
    assert week.dearest == Tariff(0.59, 0.10, 0.0, "EUR")


def test_a_price_of_all_hours_is_one_without_hours() -> None:
    week = read_prices("0,49 EUR/kWh", None)
    assert week is not None
    assert not week.by_hour
    assert week.rest == week.least == week.dearest == Tariff(0.49, 0.0, 0.0, "EUR")
    free = read_prices("Mo 07:00-19:00: 0.59 EUR/kWh | ask there", fee=False)
    assert free is not None
    assert free.rest.per_kwh == 0.0


@pytest.mark.parametrize(
    "price",
    [
        "Mo-Fr 07:00-19:00: 0.59 EUR/kWh | ask",
        "Mo-Fr 07:00-19:00: members | 0.39 EUR/kWh",
        "Mo-Fr 19:00-07:00: 0.59 EUR/kWh | 0.39 EUR/kWh",
        "07:00-25:00: 0.59 EUR/kWh | 0.39 EUR/kWh",
        "Xx 07:00-19:00: 0.59 EUR/kWh | 0.39 EUR/kWh",
        "07:00-19:00: 0.59 CHF/kWh | 0.39 EUR/kWh",
        "0.59 EUR/kWh | 0.39 EUR/kWh",
        "Fr-Mo 07:00-19:00: 0.59 EUR/kWh | 0.39 EUR/kWh",
        "|",
    ],
)
def test_what_is_not_sure_is_unknown(price: str) -> None:
    assert read_prices(price, None) is None


DAY, NIGHT = 0.60, 0.30
KM = 360.0
BY_HOUR = f"08:00-20:00: {DAY:.2f} EUR/kWh | {NIGHT:.2f} EUR/kWh"


def priced(price: str) -> Region:
    region = straight_road(dict.fromkeys((60.0, 120.0, 180.0, 240.0, 300.0), 50.0), km=KM)
    sites = tuple(replace(site, price=price) for site in region.chargers.chargers)
    return replace(region, chargers=ChargerSet(sites, region.chargers.node))


def planned(price: str, **wishes: Any) -> Plan:
    return Planner(priced(price), Settings(heat=False)).plan(along(KM, **wishes), car())


def billed_kwh(stop: ChargingStop) -> float:
    """Return what the plug gave: a pack of 20 degrees Celsius gives back 99 % of it."""
    return stop.energy_kwh / 0.99


def by_clock(plan: Plan, departure: datetime) -> list[float]:
    """Return what the stops cost by a clock of our own; the road lies in one time zone."""
    clock, costs = departure, []
    for leg, stop in zip(plan.legs, plan.stops, strict=False):
        clock += timedelta(seconds=leg.driving_s)
        begins = clock + timedelta(seconds=stop.waited_s)
        costs.append((DAY if 8 <= begins.hour < 20 else NIGHT) * billed_kwh(stop))
        clock += timedelta(seconds=stop.duration_s)
    return costs


@pytest.mark.parametrize("objective", ["time", "money"])
@pytest.mark.parametrize("start", ["2026-06-09T03:00", "2026-06-09T07:00", "2026-06-09T18:45"])
def test_each_stop_is_paid_at_its_hour(objective: str, start: str) -> None:
    departure = datetime.fromisoformat(start)
    plan = planned(BY_HOUR, objective=objective, departure=departure)
    assert plan.stops
    assert plan.audit.passed, plan.audit.objections
    assert [stop.cost for stop in plan.stops] == pytest.approx(by_clock(plan, departure))
    assert not any(stop.price_rule for stop in plan.stops)
    proof = plan.certificate
    assert proof.lower_bound <= proof.value * (1.0 + 1e-9)


def test_a_trip_past_the_change_pays_both_prices() -> None:
    first = planned(BY_HOUR, departure=datetime.fromisoformat("2026-06-09T01:00"))
    assert len(first.stops) >= 2
    until_first = timedelta(seconds=first.legs[0].driving_s + 60.0)
    departure = datetime.fromisoformat("2026-06-09T08:00") - until_first
    plan = planned(BY_HOUR, departure=departure)
    paid = [round(stop.cost / billed_kwh(stop), 6) for stop in plan.stops]
    assert paid == [NIGHT, *[DAY] * (len(paid) - 1)]


def test_without_a_departure_the_dearest_hour_counts_and_says_so() -> None:
    plan = planned(BY_HOUR)
    assert plan.stops
    assert plan.audit.passed, plan.audit.objections
    assert [stop.cost / billed_kwh(stop) for stop in plan.stops] == pytest.approx(
        [DAY] * len(plan.stops)
    )
    assert {stop.price_rule for stop in plan.stops} == {DEAREST_RULE}
    assert any("priced by the hour" in line for line in plan.assumptions)


def test_the_audit_objects_to_the_price_of_another_hour() -> None:
    plan = planned(BY_HOUR, departure=datetime.fromisoformat("2026-06-09T03:00"))
    stop = plan.stops[0]
    dear = stop.model_copy(update={"cost": DAY * stop.energy_kwh})
    planted = plan.model_copy(update={"stops": (dear, *plan.stops[1:])})
    audit = audit_plan(planted, priced(BY_HOUR), Settings(heat=False))
    assert any("cost" in objection for objection in audit.objections)
