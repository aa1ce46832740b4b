"""Days: what there is to spare is what planning again says, and a day has 24 hours."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.samples.straight_road import place, straight_road
from tests.samples.worlds import car
from tripplan.errors import InvalidInputError
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.questions.answers import Days
from tripplan.questions.stays import answer, trip_of_days
from tripplan.questions.trying import Trials, without_charging
from tripplan.records.trip import Place, Trip, Waypoint, read_waypoint

ROAD = straight_road({40.0: 50.0}, km=100.0)
HOME, WORK = place(0.0), place(60.0)


def asked(*points: Place | Waypoint, repeat: int = 1, **wishes: Any) -> Trip:
    trip = trip_of_days(ROAD, [HOME, *points], wishes, repeat=repeat)
    return without_charging(trip)


def answered(trip: Trip, per_day: int = 0, **battery: Any) -> Days:
    trials = Trials(Planner(ROAD))
    return answer(trials, trip, car(**battery), per_day=per_day, weather=True)


def work(**values: Any) -> Waypoint:
    return Waypoint(place=WORK, **{"dwell_s": 9 * 3600.0, **values})


@pytest.fixture(scope="module", name="commute")
def fixture_commute() -> Days:
    return answered(asked(work(), HOME, ambient_c=0, slow_down_to=1))


def test_a_day_is_one_trip_with_waypoints(commute: Days) -> None:
    assert [stay.kind for stay in commute.stays] == ["stay", "end"]
    assert commute.plan.trip.waypoints == (work(),)
    assert commute.plan.trip.departure_soc == 1.0
    assert commute.plan.audit.passed
    assert "plan" not in commute.model_dump()


def test_energy_to_spare_is_what_is_above_the_reserve(commute: Days) -> None:
    for stay, leg in zip(commute.stays, commute.plan.legs, strict=True):
        spare_kwh = (leg.arrival_soc - 0.10) * commute.plan.capacity_kwh
        assert stay.slack.slack_kwh == pytest.approx(spare_kwh)
        per_km = (leg.departure_soc - leg.arrival_soc) * commute.plan.capacity_kwh / leg.distance_km
        assert stay.slack.slack_km == pytest.approx(spare_kwh / per_km)
    assert f"{commute.home.slack.slack_kwh:.1f} kWh" in commute.sentence
    assert f"{commute.home.slack.slack_k:.1f} degrees colder" in commute.sentence


def test_so_many_degrees_colder_it_can_be_done_and_no_more(commute: Days) -> None:
    slack_k = commute.home.slack.slack_k
    assert slack_k is not None
    assert slack_k > 0
    for colder_k, does in ((slack_k, True), (slack_k + 0.5, False)):
        trip = asked(work(), HOME, ambient_c=-colder_k, slow_down_to=1)
        assert (Planner(ROAD).attempt(trip, car()) is not None) is does


def test_a_part_from_the_start_bears_no_less(commute: Days) -> None:
    there, home = (stay.slack for stay in commute.stays)
    assert there.slack_k is not None
    assert home.slack_k is not None
    assert there.slack_k >= home.slack_k


def test_what_weather_is_borne_to_the_end_of_looking_is_said_to_be_more() -> None:
    found = answered(asked(work(), HOME, ambient_c=0), nominal_kwh=90.0, gross_kwh=90.0)
    assert found.home.slack.open_ended
    assert found.home.slack.degrees == ">40"


def test_the_same_on_several_days_returns_to_the_second_place() -> None:
    night = Waypoint(place=HOME, dwell_s=12 * 3600.0, charger_kw=3.6)
    trip = asked(work(), night, repeat=3)
    assert [point.place for point in trip.waypoints] == [WORK, HOME, WORK, HOME, WORK]
    found = answered(trip, per_day=2)
    drives_s = found.plan.legs[0].driving_s + found.plan.legs[1].driving_s
    assert found.day_s == pytest.approx(drives_s + 21 * 3600.0, abs=60.0)


@pytest.mark.parametrize(
    ("stay_h", "night_h", "told"),
    [(20.0, 10.0, "its stays take 30 h"), (12.0, 11.5, r"with its drives it takes 2[45]\.\d h")],
)
def test_a_day_of_more_than_24_hours_is_refused(stay_h: float, night_h: float, told: str) -> None:
    night = Waypoint(place=HOME, dwell_s=night_h * 3600.0, charger_kw=3.6)
    with pytest.raises(InvalidInputError, match=told):
        answered(asked(work(dwell_s=stay_h * 3600.0), night, repeat=2), per_day=2)


@pytest.mark.parametrize(
    ("places", "values", "told"),
    [
        ([HOME], {}, "two places at least"),
        ([work(), HOME], {}, "a start without a stay"),
        ([HOME, WORK], {"repeat": 0}, "1 to 14 days"),
        ([HOME, WORK], {"repeat": 15}, "1 to 14 days"),
    ],
)
def test_wrong_days_are_refused_in_one_message(
    places: list[Any], values: Mapping[str, Any], told: str
) -> None:
    with pytest.raises(InvalidInputError, match=told) as caught:
        trip_of_days(ROAD, places, {}, **values)
    assert "\n" not in str(caught.value)


def test_waypoints_of_days_are_no_second_list() -> None:
    with pytest.raises(InvalidInputError, match="places in the order"):
        trip_of_days(ROAD, [HOME, WORK], {"via": "x"})


def test_a_plug_of_its_own_price_costs_that() -> None:
    """By hand: what the battery gives back of it, over the plug's efficiency, at the price."""
    for price in (0.12, None):
        trip = asked(work(charger_kw=3.6, price_per_kwh=price), HOME, home_price_per_kwh=0.4)
        plan = answered(trip).plan
        (stop,) = plan.stops
        drawn_kwh = stop.energy_kwh / stop.plug_efficiency
        assert stop.energy_kwh > 1.0
        assert stop.cost == pytest.approx((0.4 if price is None else price) * drawn_kwh)
        assert plan.audit.passed
        assert plan.charging_cost == pytest.approx(stop.cost)


def test_a_price_that_was_changed_is_objected_to() -> None:
    plan = answered(asked(work(charger_kw=3.6, price_per_kwh=0.12), HOME)).plan
    dear = plan.trip.waypoints[0].model_copy(update={"price_per_kwh": 0.5})
    other = plan.model_copy(update={"trip": plan.trip.model_copy(update={"waypoints": (dear,)})})
    assert any("cost" in told for told in audit_plan(other, ROAD, None).objections)


def test_a_garage_takes_off_what_warming_up_took() -> None:
    """At 20 degrees a resistive cabin needs no warming up (the table's last row)."""
    outside = answered(asked(work(), HOME, ambient_c=-10)).plan
    garage = answered(asked(work(garage_c=20.0), HOME, ambient_c=-10)).plan
    saved_kwh = (garage.arrival_soc - outside.arrival_soc) * outside.capacity_kwh
    assert saved_kwh == pytest.approx(0.8, rel=0.02)  # the table's 0.8 kWh at -10 degrees
    assert garage.audit.passed


@pytest.mark.parametrize(
    ("text", "garage_c", "price"),
    [
        ("Work; 9h; 3.6kW; 0.12/kWh", None, 0.12),
        ("Work; garage 8C; 9h", 8.0, None),
        ("Work; 9h; Garage 50F; 0.3 / kWh", 10.0, 0.3),
    ],
)
def test_stays_are_read_with_price_and_garage(
    text: str, garage_c: float | None, price: float | None
) -> None:
    found = read_waypoint(text, lambda name: Place(lat=0.0, lon=0.0, name=name))
    assert found.dwell_s == 9 * 3600.0
    assert found.price_per_kwh == price
    assert found.garage_c == (None if garage_c is None else pytest.approx(garage_c))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Work; garage", "neither a time"),
        ("Work; garage cold", "names no temperature"),
        ("Work; garage 8C; garage 9C", "a garage twice"),
        ("Work; 0.1/kWh; 0.2/kWh", "a price twice"),
        ("Work; -0.1/kWh", "neither a time"),
        ("Work; garage 80C", "less than or equal to 60"),
    ],
)
def test_wrong_prices_and_garages_are_refused(text: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        read_waypoint(text, lambda name: Place(lat=0.0, lon=0.0, name=name))
