"""How sure an arrival is: bands, chances, and plans for a wanted probability."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import t as student

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import InvalidInputError
from tripplan.planning import uncertainty
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.vehicle_model.conditioned import ConditionedVehicle

REGION = hilly_region(3)
CAR = car()
MASS_KG = CAR.mass_kg + 75.0


def share(plan: Plan) -> float:
    assert plan.consumption_band is not None
    return plan.consumption_band.share


def conditioned(plan: Plan) -> ConditionedVehicle:
    return ConditionedVehicle.of(CAR, plan.trip)


@cache
def planner() -> Planner:
    return Planner(REGION)


@pytest.fixture(scope="module", name="plain")
def plain_plan() -> Plan:
    return planner().plan(across(REGION), CAR)


def test_the_chances_are_those_of_drawn_trips(plain: Plan) -> None:
    """Draw the error of whole trips and drive the plan: bands and chances come out."""
    rng = np.random.default_rng(0)
    errors = student.rvs(4, size=40_000, random_state=rng) * share(plain) / student.ppf(0.9, 4)
    stakes = uncertainty.at_stake_soc(plain.legs, plain.stops, conditioned(plain), share(plain))
    arrived = np.ones(errors.size, dtype=bool)
    for leg, stake in zip(plain.legs, stakes, strict=True):
        found = leg.outlook
        assert found is not None
        arrivals = np.clip(leg.arrival_soc - errors * stake, 0.0, 1.0)
        band = (found.p10_soc, found.p50_soc, found.p90_soc)
        assert np.percentile(arrivals, [10, 50, 90]) == pytest.approx(band, abs=2e-3)
        there = leg.min_soc - errors * stake >= 0.0
        assert found.probability == pytest.approx(there.mean(), abs=4e-3)
        arrived &= there
    assert plain.arrival_probability == pytest.approx(arrived.mean(), abs=4e-3)


@pytest.mark.parametrize(
    ("wishes", "basis"),
    [
        ({}, "other, no weather"),
        ({"conditions": {"ambient_c": 20.0}}, "no speed"),
        ({"conditions": {"ambient_c": 20.0}, "max_speed_kmh": 95}, "other, mild"),
        ({"conditions": {"wind_mps": 3.0}, "max_speed_kmh": 95}, "other, no weather"),
        ({"conditions": {"ambient_c": 4.0}, "max_speed_kmh": 95}, "cold"),
        (
            {
                "departure": "2026-06-07T08:00",
                "ambient_by_hour": "6:18; 12:26",
                "max_speed_kmh": 95,
            },
            "other, mild",
        ),
    ],
)
def test_what_a_trip_states_narrows_its_band(wishes: dict[str, object], basis: str) -> None:
    """The usual 20 degrees are known where they are stated, and stay so in a file."""
    ends = across(REGION).model_dump(include={"origin", "destination"})
    guessed = CAR.model_copy(update={"consumption_spread": 0.05})
    plan = planner().plan(Trip.parse(ends | wishes, where="trip"), guessed)
    again = Plan.model_validate_json(plan.model_dump_json())
    for one in (plan, again):
        assert one.consumption_band is not None
        assert one.consumption_band.basis == basis
        assert audit_plan(one, REGION).passed


def test_a_leg_stakes_what_it_takes_on_the_level(plain: Plan) -> None:
    """Heights are known: a leg's potential energy is no part of what may be off."""
    for leg in plain.legs:
        rise_m = leg.trace.elevation_m[-1] - leg.trace.elevation_m[0]
        lift_kwh = MASS_KG * 9.80665 * rise_m / 3.6e6
        parts = leg.energy
        assert uncertainty.level_kwh(leg, conditioned(plain), share(plain)) == pytest.approx(
            parts.motion_kwh
            + parts.auxiliary_kwh
            + parts.cabin_kwh
            - parts.regenerated_kwh
            - lift_kwh,
            abs=1e-9,
        )


def test_errors_add_up_until_the_car_charges(plain: Plan) -> None:
    stop = plain.stops[0]
    dry = stop.model_copy(update={"energy_kwh": 0.0})
    charged = uncertainty.at_stake_soc(plain.legs, plain.stops, conditioned(plain), share(plain))
    on = uncertainty.at_stake_soc(
        plain.legs, (dry, *plain.stops[1:]), conditioned(plain), share(plain)
    )
    assert on[1] == pytest.approx(charged[0] + charged[1])


@pytest.mark.parametrize("wanted", [0.8, 0.95, 0.99])
def test_a_wanted_probability_sets_the_reserve(wanted: float) -> None:
    plan = planner().plan(across(REGION, arrive_with_probability=wanted), CAR)
    assert plan.arrival_probability is not None
    assert wanted <= plan.arrival_probability < 1.0
    assert plan.audit.passed
    assert plan.trip.arrive_with_probability == wanted
    assert min(leg.min_soc for leg in plan.legs) >= plan.trip.reserve_soc - 1e-6


def test_more_certainty_takes_more_reserve_and_no_less_time() -> None:
    plans = [
        planner().plan(across(REGION, arrive_with_probability=wanted), CAR)
        for wanted in (0.8, 0.99)
    ]
    assert plans[0].trip.reserve_soc < plans[1].trip.reserve_soc
    assert plans[0].total_s <= plans[1].total_s + 1.0


def test_an_arrival_that_is_wished_for_stays() -> None:
    trip = across(REGION, arrive_with_probability=0.9, arrival_soc=0.3)
    assert planner().plan(trip, CAR).arrival_soc >= 0.3 - 1e-6


@pytest.mark.parametrize("wrong", [0.2, 1.0, "30%"])
def test_probabilities_are_those_that_can_be_had(wrong: object) -> None:
    ends = across(REGION).model_dump()
    with pytest.raises(InvalidInputError, match="arrive_with_probability"):
        Trip.parse(ends | {"arrive_with_probability": wrong}, where="trip")


def test_what_it_rests_on_is_said(plain: Plan) -> None:
    assert any("Eight trips in ten" in sentence for sentence in plain.assumptions)


def test_estimates_of_a_car_widen_its_bands_and_the_margin(plain: Plan) -> None:
    """0.10 beside the 0.234 of such trips: sqrt(0.10^2 + 0.234^2) = 0.2545 of what is at stake."""
    guessed = CAR.model_copy(update={"consumption_spread": 0.10})
    plan = planner().plan(across(REGION), guessed)
    assert plan.audit.passed, plan.audit.objections
    stakes = uncertainty.at_stake_soc(plan.legs, plan.stops, conditioned(plan), share(plan))
    for leg, stake in zip(plan.legs, stakes, strict=True):
        found = leg.outlook
        assert found is not None
        assert found.p50_soc - found.p10_soc == pytest.approx(
            min(0.2545 * stake, found.p50_soc), abs=2e-4
        )
    assert plan.arrival_probability is not None
    assert plain.arrival_probability is not None
    assert plan.arrival_probability < plain.arrival_probability
    assert any("25 % of this consumption" in sentence for sentence in plan.assumptions)
    assert any("add 10 %" in sentence for sentence in plan.assumptions)
    sure = across(REGION, arrive_with_probability=0.95)
    assert planner().plan(sure, guessed).arrival_probability == pytest.approx(0.95, abs=0.02)
