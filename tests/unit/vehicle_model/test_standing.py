"""Cars that stand at a waypoint: what that takes, and that search, itinerary and audit agree."""

import math

import pytest

import tripplan
from tests.samples.starter import ILLUSTRATIVE
from tripplan.planning.planner import Planner
from tripplan.planning.requests import make_trip
from tripplan.records.settings import Settings
from tripplan.records.trip import Objective
from tripplan.records.vehicle import Vehicle, find_vehicle
from tripplan.sources.starter import load_starter

LEAF = "nissan-leaf-40"
START_KWH = 0.45 + 0.8 * (0.8 - 0.45)
"""What a cold cabin takes at -8 degrees Celsius, between the table's 0.45 kWh at 0 degrees and
0.8 kWh at -10."""


@pytest.fixture(scope="module", name="planner")
def quiet_planner() -> Planner:
    return Planner(load_starter("illustrative"), Settings(heat=False))


def to_the_airport(
    vehicle: str | Vehicle = LEAF, via: str = "DEN; 3d", **wishes: object
) -> tripplan.Plan:
    usual = {"departure_soc": 1, "ambient_c": -8, "slow_down_to": 1}
    return tripplan.plan(
        "Littleton, CO",
        "Littleton, CO",
        vehicle=vehicle,
        via=via,
        **{**usual, **wishes},  # type: ignore[arg-type]
        region=ILLUSTRATIVE,
    )


def test_three_days_take_what_the_car_draws_by_standing() -> None:
    plan = to_the_airport()
    (stop,) = plan.stops
    assert stop.standby_kwh == pytest.approx(6.0 * 72.0 / 1000.0)
    assert stop.energy_kwh == 0.0
    lost = (stop.arrival_soc - stop.departure_soc) * plan.capacity_kwh
    assert lost == pytest.approx(stop.standby_kwh)
    driven = sum(leg.energy.spent_kwh for leg in plan.legs)
    assert plan.energy_spent_kwh == pytest.approx(driven + stop.standby_kwh)
    assert plan.audit.passed


@pytest.mark.parametrize(("stay", "hours"), [("3d", 72.0), ("30min", 0.5), ("0h", 0.0)])
def test_the_cabin_gets_cold_while_the_car_stands(stay: str, hours: float) -> None:
    """Both ways take the same steady heat; what is beyond it is the warm-up."""
    plan = to_the_airport(via=f"DEN; {stay}")
    there, back = (leg.energy.cabin_kwh for leg in plan.legs)
    steady_kw = (there - START_KWH) / (plan.legs[0].driving_s / 3600.0)
    again = back - steady_kw * plan.legs[1].driving_s / 3600.0
    assert again == pytest.approx(START_KWH * (1.0 - math.exp(-2.0 * hours)), abs=1e-3)


def test_at_a_plug_the_car_draws_from_it_and_may_be_preheated() -> None:
    plans = {
        cabin: to_the_airport(via="DEN; 3d; 3kW", cabin=cabin) for cabin in ("on", "preheated")
    }
    for plan in plans.values():
        (stop,) = plan.stops
        assert stop.standby_kwh == 0.0
        assert stop.departure_soc == pytest.approx(1.0)
        assert plan.audit.passed
    on, preheated = (plan.legs[1].energy.cabin_kwh for plan in plans.values())
    assert on - preheated == pytest.approx(START_KWH, abs=1e-6)


def test_preheating_needs_a_plug() -> None:
    with_it, without = (to_the_airport(cabin=cabin) for cabin in ("preheated", "on"))
    assert with_it.legs[1].energy.cabin_kwh == pytest.approx(without.legs[1].energy.cabin_kwh)
    assert with_it.legs[0].energy.cabin_kwh < without.legs[0].energy.cabin_kwh


@pytest.mark.parametrize(
    ("objective", "via"),
    [
        ("time", "Vail, CO; 7d"),
        ("time", "Vail, CO; 2d | Glenwood Springs, CO; 1d"),
        ("time", "Vail, CO; 2d; 7kW"),
        ("energy", "Vail, CO; 2d | Glenwood Springs, CO; 1d"),
        ("money", "Vail, CO; 7d"),
        ("stops", "Vail, CO; 7d"),
    ],
)
def test_what_standing_takes_is_planned_for(
    planner: Planner, objective: Objective, via: str
) -> None:
    """The audit drives the plan again, and no plan undercuts the bound.

    A car that draws much (100 W) has to charge for it.
    """
    region = planner.region
    hungry = find_vehicle(LEAF).model_copy(update={"standby_w": 100.0})
    plans = [
        planner.plan(
            make_trip(
                region,
                "Denver, CO",
                "Grand Junction, CO",
                {"via": via, "ambient_c": -8, "objective": objective},
            ),
            car,
        )
        for car in (hungry.model_copy(update={"standby_w": 0.0}), hungry)
    ]
    for plan in plans:
        assert plan.audit.passed, plan.audit.objections
        assert plan.certificate.gap < 0.06
    at_ease, drained = (plan.certificate for plan in plans)
    assert drained.value >= at_ease.lower_bound
    standing = sum(stop.standby_kwh for stop in plans[1].stops)
    days = sum(int(stay.dwell_s // 86_400) for stay in plans[1].trip.waypoints)
    assert standing == pytest.approx(0.0 if "kW" in via else 2.4 * days)
