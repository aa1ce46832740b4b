"""Limits: halving against planning every step, against arithmetic, and what is refused."""

from datetime import datetime
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import car
from tripplan.errors import InvalidInputError
from tripplan.planning.planner import Planner
from tripplan.questions.answers import LimitName
from tripplan.questions.laws import thrifty_from_kmh
from tripplan.questions.limit_search import limit
from tripplan.questions.trying import Case, Trials
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation.questions import random_case

LAWFUL: dict[LimitName, float] = {
    "soh": 100.0,
    "ambient-c": 110.0,
    "wind-mps": 110.0,
    "max-speed-kmh": 100.0,
    "departure-soc": 100.0,
}
"""Length of a trip that the car does up to a limit within the range.  The battery's range has 1,450
steps: that is for the campaign alone."""


@pytest.fixture(scope="module", name="planner")
def fixture_planner() -> Planner:
    return Planner(straight_road({40.0: 50.0, 80.0: 50.0}, km=120.0))


def quiet(km: float = 80.0, **wishes: Any) -> Case:
    return Case(along(km, **{"most_stops": 0, "departure_soc": 1.0, **wishes}), car())


@pytest.mark.parametrize(("of", "km"), LAWFUL.items())
def test_halving_answers_as_planning_every_step_does(
    planner: Planner, of: LimitName, km: float
) -> None:
    """On a straight road; `validation.questions` has a hundred random cases of each."""
    start = {"departure_soc": 0.4} if of == "max-speed-kmh" else {}
    case = quiet(km, **start)
    halved = limit(Trials(planner), [case], of, how="bisect")
    every = limit(Trials(planner), [case], of, how="scan")
    assert every.limit is not None
    assert not every.open_ended
    assert (halved.limit, halved.islands) == (every.limit, ())
    assert every.islands == ()
    assert halved.plans <= every.plans / 10


def test_with_a_trailer_no_speed_beyond_its_limit_is_looked_at(planner: Planner) -> None:
    """Whether the limit is the law's, put into the trip, or a lower one of the driver's."""
    plain = limit(Trials(planner), [quiet(20.0)], "max-speed-kmh")
    trailer = {"ambient_c": 20.0, "trailer": "open"}
    towing = limit(
        Trials(planner), [quiet(20.0, conditions=trailer, max_speed_kmh=80.0)], "max-speed-kmh"
    )
    assert (plain.open_ended, plain.limit) == (True, 140.0)
    assert (towing.open_ended, towing.limit) == (True, 80.0)


def test_the_worst_battery_is_what_arithmetic_says(planner: Planner) -> None:
    case = quiet(100.0)
    large = car(nominal_kwh=200.0, gross_kwh=200.0)
    need_kwh = planner.plan(case.trip.model_copy(update={"slow_down_to": 1.0}), large)
    usual = case._replace(trip=case.trip.model_copy(update={"slow_down_to": 1.0}))
    share = ConditionedVehicle.of(case.vehicle, case.trip).charge_efficiency
    least = need_kwh.energy_spent_kwh / (0.9 * 30.0 * share)
    found = limit(Trials(planner), [usual], "soh")
    assert isinstance(found.limit, float)
    assert least <= found.limit < least + found.tolerance
    assert found.inside is not None
    assert found.outside is not None
    assert found.inside.at == found.limit
    assert found.outside.at == pytest.approx(found.limit - 0.005)
    assert "cannot drive" in found.outside.refusal


def test_beyond_a_limit_the_plan_that_charges_is_told(planner: Planner) -> None:
    found = limit(Trials(planner), [quiet(100.0)], "departure-soc")
    assert found.with_charging is not None
    assert found.with_charging.stops
    assert found.with_charging.at == found.outside.at if found.outside else False


def test_with_charging_every_step_is_planned_and_it_says_why(planner: Planner) -> None:
    case = Case(along(100.0), car())
    found = limit(Trials(planner), [case], "departure-soc")
    assert found.method == "scanned"
    assert "temperature" in found.why
    assert found.plans >= 40


def test_wind_from_one_direction_has_no_law(planner: Planner) -> None:
    found = limit(Trials(planner), [quiet(conditions={"wind_from_deg": 90.0})], "wind-mps")
    assert found.method == "scanned"
    assert "one direction" in found.why


def test_fewest_chargers_are_those_without_which_it_cannot_be_done(planner: Planner) -> None:
    case = Case(along(120.0, departure_soc=0.4), car(nominal_kwh=16.0, gross_kwh=16.0))
    found = limit(Trials(planner), [case], "chargers")
    fewest = next(
        stops
        for stops in range(9)
        if planner.attempt(case.trip.model_copy(update={"most_stops": stops}), case.vehicle)
    )
    assert found.limit == fewest > 0
    assert found.inside is not None
    assert len(found.inside.stops) == fewest


def test_the_latest_departure_arrives_in_time_and_the_next_does_not() -> None:
    region = straight_road({60.0: 50.0}, km=120.0, hours={60.0: "Mo-Su 09:00-17:00"})
    case = Case(along(120.0, departure_soc=0.5), car(nominal_kwh=20.0, gross_kwh=20.0))
    by = datetime.fromisoformat("2026-01-15T18:30")
    found = limit(Trials(Planner(region)), [case], "departure", arrive_by=by)
    assert found.method == "scanned"
    assert found.limit is not None
    assert found.outside is not None
    assert str(found.limit) < str(found.outside.at)  # the later one does not do
    left = datetime.fromisoformat(str(found.limit))
    assert left < datetime.fromisoformat("2026-01-15T17:00")
    with pytest.raises(InvalidInputError, match="arrive-by"):
        limit(Trials(Planner(region)), [case], "departure")


def test_drag_counts_more_than_the_heater_from_the_speed_that_is_said() -> None:
    """Numerically, on a road downhill and on a level one: from there on faster takes more."""
    case = Case(along(80.0, conditions={"ambient_c": -10.0}), car())
    start = thrifty_from_kmh(case)
    conditioned = ConditionedVehicle.of(case.vehicle, case.trip)
    none = np.zeros(1)
    for slope in (0.0, -0.02, -0.05, 0.05):
        per_km = []
        for kmh in np.arange(start, 140.0, 5.0).tolist():
            motion = conditioned.motion_kw(
                np.array([kmh / 3.6]),
                np.array([slope]),
                none,
                conditioned.air_density_kg_per_m3(none),
                stops_per_m=none,
            )
            per_km.append(float(conditioned.draw_kw(motion)[0]) / kmh)
        assert per_km == sorted(per_km), slope


@pytest.mark.parametrize(
    ("of", "told"),
    [("wings", "no limit named wings"), ("", "say which limit is asked for"), ("soh,x", "named x")],
)
def test_unknown_limits_are_refused_with_those_that_are_known(of: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told) as caught:
        tripplan.limits("Denver, CO", "Vail, CO", vehicle="nissan-sakura", of=of)
    assert "battery-kwh" in str(caught.value)


def test_a_plug_is_asked_of_stays_only(planner: Planner) -> None:
    with pytest.raises(InvalidInputError, match="plug at the stays"):
        limit(Trials(planner), [quiet()], "charger-kw")


def test_random_cases_are_of_their_seed() -> None:
    one, other = (random_case(np.random.default_rng(3))[1] for _ in range(2))
    assert one == other


def test_of_several_trips_the_hardest_sets_the_limit(planner: Planner) -> None:
    alone = [limit(Trials(planner), [quiet(km)], "soh").limit for km in (60.0, 100.0)]
    both = limit(Trials(planner), [quiet(60.0), quiet(100.0)], "soh")
    assert both.limit == alone[1] > alone[0]  # type: ignore[operator]


def test_fewest_stops_of_two_trips_are_those_of_each(planner: Planner) -> None:
    near, far = Case(along(20.0), car()), Case(along(120.0, departure_soc=0.3), car())
    one = limit(Trials(planner), [far], "chargers")
    both = limit(Trials(planner), [near, far], "chargers")
    assert one.limit == both.limit != 0
    assert both.outside is not None
    assert both.outside.refusal
