"""Plans with temperatures by the hour: one for the plan, each leg at its own."""

from datetime import timedelta

import pytest

import tripplan
from tests.samples.starter import ILLUSTRATIVE
from tripplan.output.text.statements import conditions
from tripplan.planning.hourly import mean_temperature_c
from tripplan.planning.redrive import redriven
from tripplan.planning.requests import find_car
from tripplan.vehicle_model.conditioned import ConditionedVehicle

pytestmark = pytest.mark.usefixtures("compiled_kernels")
ENDS = ("Denver, CO", "Grand Junction, CO")
CAR = "nissan-leaf-40"
WHEN = "2026-01-15T06:00"
THAW = ((6.0, -12.0), (12.0, 2.0), (18.0, -6.0))


def test_the_same_temperature_at_every_hour_is_one_temperature() -> None:
    hourly = tripplan.plan(
        *ENDS, vehicle=CAR, departure=WHEN, ambient_by_hour="3:-5; 15:-5", region=ILLUSTRATIVE
    )
    plain = tripplan.plan(*ENDS, vehicle=CAR, departure=WHEN, ambient_c=-5, region=ILLUSTRATIVE)
    assert hourly.legs == plain.legs
    assert hourly.stops == plain.stops
    assert hourly.trip.ambient_by_hour == ((3.0, -5.0), (15.0, -5.0))


def test_every_leg_keeps_the_reserve_at_the_temperature_of_its_own_hours() -> None:
    plan = tripplan.plan(
        *ENDS, vehicle=CAR, departure=WHEN, ambient_by_hour=THAW, region=ILLUSTRATIVE
    )
    car, weather = ConditionedVehicle.of(find_car(CAR), plan.trip), plan.trip.conditions
    assert plan.audit.passed
    assert plan.trip.departure is not None
    clock, left, met = plan.trip.departure, [], []
    for number, leg in enumerate(plan.legs):
        met.append(mean_temperature_c(THAW, clock, leg.driving_s))
        own = car.in_air(met[-1])
        warm_up_kwh = 0.0 if number else own.warm_up.total_kwh
        start_kwh = leg.departure_soc * plan.capacity_kwh - warm_up_kwh
        drive = redriven(own, leg, start_kwh, leg.pack_departure_c, 60.0)
        left.append(drive.energy_kwh / plan.capacity_kwh)
        clock += timedelta(seconds=leg.driving_s)
        clock += timedelta(
            seconds=plan.stops[number].duration_s if number < len(plan.stops) else 0.0
        )
    assert min(left) >= 0.1
    assert met[0] < -9.0 < met[-1]
    driving_s = [leg.driving_s for leg in plan.legs]
    mean_c = sum(c * s for c, s in zip(met, driving_s, strict=True)) / sum(driving_s)
    assert weather.ambient_c == pytest.approx(mean_c, abs=0.75)
    assert plan.trip.pack_start_c == -12.0
    assert conditions(plan)[0].endswith("the mean of its hours")


def test_a_plan_at_the_mean_alone_would_fall_below_the_reserve() -> None:
    hourly = tripplan.plan(
        *ENDS, vehicle=CAR, departure=WHEN, ambient_by_hour=THAW, region=ILLUSTRATIVE
    )
    assert hourly.trip.reserve_soc > 0.101
    coldest = tripplan.plan(*ENDS, vehicle=CAR, ambient_c=-12, region=ILLUSTRATIVE)
    mildest = tripplan.plan(*ENDS, vehicle=CAR, ambient_c=2, pack_start_c=-12, region=ILLUSTRATIVE)
    assert mildest.energy_spent_kwh < hourly.energy_spent_kwh < coldest.energy_spent_kwh


def test_a_batch_takes_it_as_a_column() -> None:
    row = {"origin": ENDS[0], "destination": "Vail, CO", "vehicle": CAR, "departure": WHEN}
    (outcome,) = tripplan.plan_many(
        [{**row, "ambient_by_hour": "6:-12; 12:2"}], region=ILLUSTRATIVE
    )
    assert outcome.plan is not None
    assert -12.0 < outcome.plan.trip.conditions.ambient_c < 2.0


def test_a_trip_that_is_already_there_has_a_temperature_too() -> None:
    plan = tripplan.plan(
        ENDS[0],
        ENDS[0],
        vehicle=CAR,
        departure=WHEN,
        ambient_by_hour="6:-12; 12:2",
        region=ILLUSTRATIVE,
    )
    assert plan.trip.conditions.ambient_c == -12.0
