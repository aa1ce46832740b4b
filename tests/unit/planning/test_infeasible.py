"""A refusal names the wish that is in the way, and what it says would do does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.samples.starter import ILLUSTRATIVE
from tests.samples.straight_road import along, place, straight_road
from tests.samples.worlds import car
from tripplan.errors import DisconnectedError, NoPlanError, OutOfRangeError, SearchLimitError
from tripplan.planning import planner as planning
from tripplan.planning.planner import Planner
from tripplan.planning.way_out import changed
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search import solve as search_solve
from tripplan.search import solve as solving
from tripplan.search.problem import Problem
from tripplan.search.reach import Gap, OutOfReach
from tripplan.search.solve import Solution, solve

KM = 260.0
TWO = {80.0: 50.0, 160.0: 50.0}
MONDAY = datetime(2026, 6, 8, 3, 0)  # noqa: DTZ001 - local time at the origin
FRAIL = {
    "points": [(-40.0, 0.0), (-5.0, 0.0), (0.0, 25.0), (20.0, 60.0), (32.0, 60.0), (45.0, 20.0),
               (50.0, 0.0)],
    "assumed": True,
}  # fmt: skip
"""A pack that takes nothing below -5 and above 50 degrees Celsius."""


def refused(
    trip: Trip, region: Region | None = None, vehicle: Vehicle | None = None
) -> tuple[NoPlanError, list[Plan]]:
    """Return a refusal, and a plan for each of the ways out that it names."""
    planner = Planner(region or straight_road(TWO, km=KM))
    vehicle = vehicle or car()
    with pytest.raises(NoPlanError) as caught:
        planner.plan(trip, vehicle)
    told = str(caught.value)
    assert "0.0 kWh" not in told
    assert " 0 km before" not in told
    plans = [planner.plan(changed(trip, way), vehicle) for way in caught.value.ways_out]
    return caught.value, plans


@pytest.mark.parametrize(
    ("wishes", "word", "told"),
    [
        ({"longest_stop_s": 30.0}, "longest_stop_s", "no stop may charge for longer than 30 s"),
        ({"most_stops": 0}, "most_stops", "no stop at a charger is allowed"),
        ({"chargers": {"banned": ("at 80", "at 160")}}, "banned", "2 (banned by id)"),
        ({"chargers": {"min_power_kw": 100.0}}, "min_power_kw", "2 (too little power)"),
        ({"chargers": {"operators": ("EVgo",), "keep_unknown": False}}, "keep_unknown", "operator"),
        ({"arrival_soc": 0.9, "charge_limit_soc": 0.8}, "arrival_soc", "to arrive with 90%"),
    ],
)
def test_each_limit_is_named_with_a_value_that_will_do(
    wishes: dict[str, Any], word: str, told: str
) -> None:
    error, plans = refused(along(KM, **wishes))
    assert told in str(error)
    assert list(error.ways_out[0]) == [word]
    assert word in str(error) or word == "banned"
    assert all(plan.audit.passed for plan in plans)


def fails(trip: Trip, way: Mapping[str, Any], vehicle: Vehicle | None = None) -> bool:
    try:
        Planner(straight_road(TWO, km=KM)).plan(changed(trip, way), vehicle or car())
    except NoPlanError:
        return True
    return False


@pytest.mark.parametrize(
    ("wishes", "step"),
    [
        ({"longest_stop_s": 30.0}, -60.0),
        ({"most_stops": 0}, -1),
        ({"arrival_soc": 0.9, "charge_limit_soc": 0.8}, 0.01),
    ],
)
def test_the_number_is_the_nearest_to_the_wish(wishes: dict[str, Any], step: float) -> None:
    """A step nearer to what was asked for, the trip still cannot be done."""
    trip = along(KM, **wishes)
    error, _ = refused(trip)
    ((word, value),) = error.ways_out[0].items()
    assert isinstance(value, int | float)
    assert fails(trip, {word: value + step})


def test_energy_for_the_start_is_told_as_such() -> None:
    """Without chargers, 1.6 of 29.7 kWh lack: 6 % more at the start."""
    error, plans = refused(along(KM), straight_road({}, km=KM))
    assert isinstance(error, OutOfRangeError)
    assert f"{error.shortfall_kwh:.1f} kWh more than the battery gives" in str(error)
    way, slower = error.ways_out
    assert (list(way), list(slower)) == (["departure_soc"], ["max_speed_kmh"])
    assert plans[0].trip.departure_soc == way["departure_soc"]
    needed = 0.9 + error.shortfall_kwh / plans[0].capacity_kwh
    assert needed <= plans[0].trip.departure_soc < needed + 0.0101


def test_a_gap_that_no_wish_closes_says_that_a_battery_would() -> None:
    error, plans = refused(along(KM), vehicle=car(nominal_kwh=5.0, gross_kwh=5.0))
    assert plans == []
    assert str(error).endswith("A larger battery, or a charger within the gap, would help.")


def test_places_on_the_way_are_named() -> None:
    """A trip home again has two ends of one name, and they are not what is in the way."""
    trip = along(0.0, waypoints=({"place": place(KM)},))
    error, _ = refused(trip, vehicle=car(nominal_kwh=5.0, gross_kwh=5.0))
    assert "cannot drive from km 0 to km 0 by way of km 260: " in str(error)


def test_hours_are_named_with_a_day_that_will_do() -> None:
    """Both open on Saturdays alone; the plan looks three days ahead."""
    hours = {80.0: "Sa 10:00-12:00", 160.0: "Sa 10:00-11:00"}
    region = straight_road(TWO, km=KM, hours=hours)
    error, plans = refused(along(KM, departure=MONDAY), region)
    assert "chargers that it needs stay closed after the departure" in str(error)
    assert list(error.ways_out[0]) == ["departure"]
    when = error.ways_out[0]["departure"]
    assert isinstance(when, datetime)
    assert f"departure {when.isoformat(timespec='minutes')}" in str(error)
    assert plans[0].stops[0].closed_s > 0.0
    assert plans[0].stops[0].cooling_s == 0.0


@pytest.mark.parametrize(("ambient_c", "state"), [(-20.0, "cold"), (55.0, "hot")])
def test_a_battery_is_too_cold_or_too_hot(ambient_c: float, state: str) -> None:
    vehicle = car(temperature_limit=FRAIL)
    error, plans = refused(along(KM, conditions={"ambient_c": ambient_c}), vehicle=vehicle)
    assert f"the battery would be too {state} to" in str(error)
    assert list(error.ways_out[0]) == ["pack_start_c"]
    assert plans[0].stop_count >= 1


def test_a_least_charge_never_rules_out_a_full_battery() -> None:
    """A stop that cannot add so much charges up to the limit instead."""
    plan = Planner(straight_road(TWO, km=KM)).plan(along(KM, least_charge_soc=0.85), car())
    added = [stop.departure_soc - stop.arrival_soc for stop in plan.stops]
    assert added
    assert all(soc < 0.85 for soc in added)
    assert all(stop.departure_soc == pytest.approx(1.0) for stop in plan.stops)
    assert plan.audit.passed


def test_limits_that_bind_only_together_are_named_together() -> None:
    """A stop adds half the battery, which takes more than 300 s at 50 kW: neither wish alone."""
    trip = along(KM, longest_stop_s=600.0, least_charge_soc=0.6, departure_soc=0.7, most_stops=1)
    error, plans = refused(trip)
    assert plans
    assert all(plan.audit.passed for plan in plans)
    for way in error.ways_out:
        for word in way:
            rest = {other: value for other, value in way.items() if other != word}
            assert not rest or fails(trip, rest)


def test_roads_that_are_closed_are_named() -> None:
    trip = along(KM, closed=({"lat": 0.0, "lon": 1.0, "name": "the bridge"},))
    error, _ = refused(trip)
    assert isinstance(error, DisconnectedError)
    assert "the roads at the bridge are closed" in str(error)


def test_what_would_do_can_be_asked_for_at_once() -> None:
    """The words are those of the front door."""
    ends = ("Denver, CO", "Grand Junction, CO")
    with pytest.raises(tripplan.NoPlanError) as caught:
        tripplan.plan(*ends, vehicle="nissan-sakura", longest_stop_s=60, region=ILLUSTRATIVE)
    for way in caught.value.ways_out:
        asked: dict[str, Any] = {"longest_stop_s": 60, **way}
        assert tripplan.plan(
            *ends, vehicle="nissan-sakura", **asked, region=ILLUSTRATIVE
        ).audit.passed


@pytest.mark.parametrize("objective", ["energy", "money"])
def test_a_trip_that_can_be_done_is_not_refused_for_what_it_minimises(
    monkeypatch: pytest.MonkeyPatch, objective: str
) -> None:
    def blind(problem: Problem, rows: ManyToMany, settings: Settings, **more: float) -> Solution:
        if problem.objective is not None:
            raise OutOfReach(lambda: Gap(0.0, 0, 0, 0))
        return solve(problem, rows, settings, **more)

    region, trip = straight_road(TWO, km=KM), along(KM, objective=objective)
    best = Planner(region).plan(trip, car())
    monkeypatch.setattr(planning, "solve", blind)
    plan = Planner(region).plan(trip, car())
    assert plan.audit.passed
    assert plan.certificate.objective == objective
    assert plan.certificate.value >= best.certificate.value - 1e-9
    assert plan.certificate.lower_bound <= best.certificate.value
    assert not plan.certificate.complete


def test_where_nothing_quick_is_found_what_takes_least_energy_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With heat a search by time may find nothing where there is something."""

    def failing(problem: Problem, rows: ManyToMany, settings: Settings, **more: float) -> Solution:
        if settings.heat and problem.objective is None:
            raise NoPlanError("nothing found")
        return solve(problem, rows, settings, **more)

    region, trip = straight_road(TWO, km=KM), along(KM)
    best = Planner(region).plan(trip, car())
    monkeypatch.setattr(planning, "solve", failing)
    plan = Planner(region).plan(trip, car())
    assert plan.audit.passed
    assert plan.certificate.objective == "time"
    assert plan.certificate.value == pytest.approx(plan.total_s)
    assert plan.total_s >= best.total_s - 1e-9
    assert plan.certificate.lower_bound <= best.certificate.value
    assert not plan.certificate.complete


def test_short_stops_on_the_way_are_used_to_the_full() -> None:
    """Where the next stop may not last, more has to be charged before it than gets there quickest.

    The charger at 80 km gives 50 kW, that at 160 km 100: time is best spent at the latter, but what
    it gives in that long is not enough.  By hand: x more is charged at the first, all that the
    second may give at the second.
    """
    region = straight_road({80.0: 50.0, 160.0: 100.0}, km=KM)
    free = Planner(region).plan(along(KM), car())
    longest_s = 0.8 * max(stop.charging_s for stop in free.stops)
    plan = Planner(region).plan(along(KM, longest_stop_s=longest_s), car())
    exact = Planner(region, Settings(exact=True)).plan(along(KM, longest_stop_s=longest_s), car())
    assert all(stop.charging_s <= longest_s + 1e-6 for stop in plan.stops)
    assert plan.total_s <= exact.total_s * (1.0 + 2e-3)


def test_refusals_leave_no_numbers_that_are_not() -> None:
    error, _ = refused(along(KM), straight_road({}, km=KM), car(nominal_kwh=9.0, gross_kwh=9.0))
    assert isinstance(error, OutOfRangeError)
    assert np.isfinite(error.remaining_km)


COLD_AND_SHORT = Trip.model_validate(
    {
        "origin": {"lat": 32.513, "lon": -93.738},
        "destination": {"lat": 30.416, "lon": -92.054},
        "departure_soc": 0.525,
        "longest_stop_s": 600.0,
        "charge_limit_soc": 0.9,
        "objective": "energy",
        "conditions": {"ambient_c": -10.0, "cabin": "preheated", "roof_box": True},
    }
)
"""A cold battery and short stops: chains that are good without heat cannot be driven with it."""


def test_a_search_that_ends_at_its_limit_does_not_say_that_there_is_no_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_solve, "_at_the_fullest_with_heat", lambda _, plan, __: plan)
    few = Planner(tripplan.load_starter("illustrative"), Settings(heat_label_limit=500))
    with pytest.raises(SearchLimitError, match=r"Allow more with settings\.heat_label_limit"):
        few.plan(COLD_AND_SHORT, tripplan.catalogue()["chevrolet-bolt-65"])


def test_with_few_labels_the_fullest_departures_still_find_a_plan() -> None:
    planner = Planner(tripplan.load_starter("illustrative"), Settings(heat_label_limit=500))
    plan = planner.plan(COLD_AND_SHORT, tripplan.catalogue()["chevrolet-bolt-65"])
    assert all(stop.charging_s <= 600.0 + 1.0 for stop in plan.stops)
    assert plan.audit.passed
    assert not plan.certificate.complete


def test_what_the_quickest_plan_shows_to_be_possible_is_not_refused() -> None:
    """The search for the least energy ends at this limit without a plan; that for time does not."""
    planner = Planner(tripplan.load_starter("illustrative"), Settings(heat_label_limit=3000))
    plan = planner.plan(COLD_AND_SHORT, tripplan.catalogue()["chevrolet-bolt-65"])
    assert all(stop.charging_s <= 600.0 + 1.0 for stop in plan.stops)
    assert plan.audit.passed


def test_who_may_drive_more_slowly_is_told_how_fast() -> None:
    """A gap beyond the battery at the usual speeds: with the speed that is told it is bridged."""
    region = straight_road({}, km=KM)
    trip = along(KM, slow_down_to=1.0)
    error, plans = refused(trip, region)
    (way,) = [way for way in error.ways_out if "max_speed_kmh" in way]
    assert "max_speed_kmh" in str(error)
    assert plans
    told_kmh = float(str(way["max_speed_kmh"]))
    assert 40.0 <= told_kmh < 100.0
    faster = changed(trip, {"max_speed_kmh": told_kmh + 5.0})
    with pytest.raises(OutOfRangeError):
        Planner(region).plan(faster, car())


def test_what_would_do_is_tried_for_its_first_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither bounds with heat nor better plans are looked for in what nobody asked for."""
    bounded = []

    class Bound:
        def __init__(self, *of: object) -> None:
            bounded.append(of)

        def go_on(self, *_: object) -> None:
            """Find nothing."""

    monkeypatch.setattr(solving, "HeatSearch", Bound)
    planner, hot = Planner(straight_road(TWO, km=KM)), {"conditions": {"ambient_c": 40.0}}
    planner.plan(along(KM, **hot), car())
    assert bounded
    bounded.clear()
    with pytest.raises(NoPlanError) as caught:
        planner.plan(along(KM, **hot, longest_stop_s=30.0), car())
    assert any("longest_stop_s" in way for way in caught.value.ways_out)
    assert not bounded


def test_labels_that_ran_out_without_heat_are_not_spent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    def spent(problem: Problem, *_: object, **__: object) -> Solution:
        tried.append(problem)
        raise SearchLimitError("no plan was found", "label_limit")

    monkeypatch.setattr(planning, "solve", spent)
    with pytest.raises(SearchLimitError):
        Planner(straight_road(TWO, km=KM)).plan(along(KM), car())
    assert len(tried) == 1


def test_of_the_roads_that_ways_out_were_tried_on_nothing_is_kept() -> None:
    """Each set of roads may take a gigabyte, and nobody asks for the same speeds again."""
    planner, vehicle = Planner(straight_road({}, km=KM)), car()
    cache, trip = planner._cache, along(KM, slow_down_to=1.0)  # noqa: SLF001
    with pytest.raises(OutOfRangeError) as caught:
        planner.plan(trip, vehicle)
    (way,) = [way for way in caught.value.ways_out if "max_speed_kmh" in way]
    tried = changed(trip, way)
    assert cache.kind_of(tried, vehicle) != cache.kind_of(trip, vehicle)
    kept = list(cache._customized_kept), {kind for kind, _ in cache._kept}  # noqa: SLF001
    assert kept == ([cache.kind_of(trip, vehicle)], {cache.kind_of(trip, vehicle)})
    with pytest.raises(OutOfRangeError) as again:
        planner.plan(trip, vehicle)
    assert str(again.value) == str(caught.value)
