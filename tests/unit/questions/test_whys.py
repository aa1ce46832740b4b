"""Why: what is told is what planning anew says, and the sentences say what the numbers say."""

import re

import pytest

from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import car
from tripplan.planning.planner import Planner
from tripplan.questions.reasons import Reasons, WhatIf
from tripplan.questions.trying import Case, Trials, without_charging
from tripplan.questions.whys import reasons
from tripplan.records.settings import Settings
from validation.whys import agrees, checked

ROAD = straight_road({40.0: 50.0, 70.0: 100.0, 85.0: 50.0}, km=140.0)
LONG = straight_road({at: 50.0 + at / 10.0 for at in range(40, 280, 40)}, km=280.0)
SMALL = car(nominal_kwh=16.0, gross_kwh=17.0)
_SIGNED = {"longer": 1, "shorter": -1, "more": 1, "less": -1, "dearer": 1, "cheaper": -1}


def read(sentence: str) -> dict[str, float | None]:
    """Read the numbers of a change out of its sentence."""
    if sentence.endswith("not possible."):
        return {}
    found: dict[str, float | None] = {"min": None, "kWh": None, "money": None, "chance": None}
    for number, unit, word in re.findall(
        r"([\d.]+) (\w+) (longer|shorter|more|less|dearer|cheaper)\b", sentence
    ):
        key = "money" if word in ("dearer", "cheaper") else unit
        found[key] = _SIGNED[word] * float(number)
    chance = re.search(r"chance of arriving ([\d.]+)%", sentence)
    found["chance"] = float(chance[1]) / 100.0 if chance else None
    return found


def says_its_numbers(what: WhatIf) -> None:
    told = read(what.sentence.split(":", 1)[1])
    assert bool(told) is what.possible
    if not told:
        return
    assert what.later_s is not None
    assert told["min"] == pytest.approx(what.later_s / 60.0, abs=0.0501)
    assert told["kWh"] == pytest.approx(what.more_kwh, abs=0.00501)
    assert (told["money"] is None) is (what.dearer_cost is None)
    if what.dearer_cost is not None:
        assert told["money"] == pytest.approx(what.dearer_cost, abs=0.00501)
    if what.chance_probability is not None:
        assert told["chance"] == pytest.approx(what.chance_probability, abs=0.000501)


@pytest.fixture(scope="module", name="told")
def fixture_told() -> Reasons:
    return reasons(Trials(Planner(ROAD, Settings())), Case(along(140.0, departure_soc=0.9), SMALL))


def test_each_change_is_what_planning_anew_says() -> None:
    """On a straight road; `validation.whys` has a hundred random cases among hills."""
    case = Case(along(280.0, departure_soc=0.9), SMALL)
    found = reasons(Trials(Planner(LONG, Settings())), case)
    every = list(checked(LONG, case, found))
    assert len(every) >= 10
    assert sum(one.what.possible for one in every) >= 5
    assert [one for one in every if not agrees(one)] == []


def test_a_difference_that_is_not_so_is_noticed(told: Reasons) -> None:
    case = Case(along(140.0, departure_soc=0.9), SMALL)
    one = next(one for one in checked(ROAD, case, told) if one.later_s is not None)
    off_s = one.what.later_s
    assert off_s is not None
    wrong = one.what.model_copy(update={"later_s": off_s + one.within_s + 0.01})
    assert agrees(one)
    assert not agrees(one._replace(what=wrong))


def test_sentences_say_the_numbers(told: Reasons) -> None:
    every = [what for stop in told.stops for what in stop.what_if] + list(told.what_if)
    assert len(every) >= 5
    assert any(what.possible for what in every)
    for what in every:
        says_its_numbers(what)
    for stop in told.stops:
        numbers = [float(found) for found in re.findall(r"([\d.]+)%", stop.sentence)]
        for soc in (stop.arrival_soc, stop.departure_soc):
            assert any(abs(number - 100 * soc) < 0.0501 for number in numbers)
        if stop.lacks_kwh > 0:
            lacks = re.search(r"([\d.]+) kWh would lack", stop.sentence)
            assert lacks
            assert float(lacks[1]) == pytest.approx(stop.lacks_kwh, abs=0.00501)


def test_a_change_the_other_way_is_noticed_by_the_reader(told: Reasons) -> None:
    """The reader of sentences is no rubber stamp."""
    what = next(one for one in told.what_if if one.later_s and abs(one.later_s) > 60)
    turned = what.model_copy(update={"later_s": -(what.later_s or 0.0)})
    with pytest.raises(AssertionError):
        says_its_numbers(turned)


def test_the_binding_is_what_the_plan_shows(told: Reasons) -> None:
    assert told.plan is not None
    for stop, leg in zip(told.stops, told.plan.legs[1:], strict=True):
        if stop.binding == "next stop":
            assert leg.arrival_soc == pytest.approx(0.10, abs=0.003)
        spent = leg.departure_soc - leg.arrival_soc
        lacks_kwh = (0.10 - (stop.arrival_soc - spent)) * told.plan.capacity_kwh
        assert stop.lacks_kwh == pytest.approx(max(lacks_kwh, 0.0), abs=0.01)


@pytest.mark.parametrize(
    ("wishes", "binding"),
    [
        ({"charge_limit_soc": 0.42}, "charge limit"),
        ({"least_charge_soc": 0.5}, "least charge"),
    ],
)
def test_wishes_that_bind_are_named(wishes: dict[str, float], binding: str) -> None:
    trip = along(280.0, departure_soc=0.9, **wishes)
    told = reasons(Trials(Planner(LONG)), Case(trip, SMALL))
    assert told.possible
    assert binding in {stop.binding for stop in told.stops}


def test_the_longest_stop_binds_where_it_is_used_up() -> None:
    trip = along(140.0, departure_soc=0.7, longest_stop_s=250.0)
    told = reasons(Trials(Planner(ROAD)), Case(trip, SMALL))
    assert told.plan is not None
    for stop, done in zip(told.stops, told.plan.stops, strict=True):
        assert (stop.binding == "longest stop") is (done.charging_s > 244.9)
    assert told.stops[0].binding == "longest stop"


def test_of_a_refusal_each_change_was_tried_and_is_the_least() -> None:
    case = Case(without_charging(along(140.0, departure_soc=0.9)), SMALL)
    told = reasons(Trials(Planner(ROAD)), case)
    assert not told.possible
    assert "cannot drive" in told.refusal
    needed = {way.change: way.needed for way in told.ways_out}
    assert {"most-stops", "battery-kwh"} <= set(needed)
    kwh = float(needed["battery-kwh"].removesuffix(" kWh"))
    for size, does in ((kwh, True), (kwh - 0.15, False)):
        large = car(nominal_kwh=size, gross_kwh=size + 1.0)
        assert (Planner(ROAD).attempt(case.trip, large) is not None) is does
    for way in told.ways_out:
        minutes = re.search(r"it takes ([\d.]+) min", way.sentence)
        assert minutes
        assert float(minutes[1]) == pytest.approx(way.total_s / 60.0, abs=0.0501)
        assert way.needed in way.sentence
        assert way.asked in way.sentence


def test_what_a_fallback_of_the_next_stop_takes_is_named() -> None:
    """With fallbacks it leaves a stop with more, by what driving on from the next one takes."""
    road = straight_road({50.0: 100.0, 95.0: 20.0, 112.0: 20.0, 150.0: 100.0}, km=230.0)
    case = Case(along(230.0, departure_soc=0.9, fallback="required"), SMALL)
    told = reasons(Trials(Planner(road, Settings())), case)
    assert told.plan is not None
    bound = [stop for stop in told.stops if stop.binding == "fallback"]
    assert bound
    for stop in bound:
        after = told.plan.stops[stop.number]
        assert after.fallback is not None
        assert after.fallback.arrival_soc == pytest.approx(case.trip.reserve_soc, abs=0.002)
        assert f"drive on to {after.fallback.name}, should the next stop be broken" in stop.sentence
