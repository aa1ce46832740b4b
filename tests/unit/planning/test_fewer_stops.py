"""A stop fewer: where it is better it is the plan, where it costs little that is said."""

from itertools import pairwise
from typing import Any

import pytest

import tripplan
from tests.samples.starter import ILLUSTRATIVE
from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import car
from tripplan.output.text import report, stop_text
from tripplan.planning import alternatives
from tripplan.planning import pareto as pareto_module
from tripplan.planning.known_plans import as_asked, not_worse_in_everything
from tripplan.planning.pareto import pareto
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

ENDS = ("Denver, CO", "Salt Lake City, UT")
LEAF, BOLT = "nissan-leaf-40", "chevrolet-bolt-60"
ALWAYS = Settings(fewer_stops_gap=0.0)


def figures(plan: Plan) -> tuple[float, ...]:
    return plan.total_s, plan.energy_spent_kwh, plan.cost, plan.stop_count


@pytest.mark.parametrize("ends", [ENDS, ("Grand Junction, CO", "Boise, ID")])
def test_a_wish_for_fewer_stops_does_not_beat_the_plan(ends: tuple[str, str]) -> None:
    """Before: 12 h 19 min with five stops to Salt Lake City, where four take 12 h 17 min."""
    plan = tripplan.plan(*ends, vehicle=LEAF, region=ILLUSTRATIVE)
    assert plan.audit.passed
    assert plan.certificate.value == plan.total_s
    fewer = tripplan.plan(*ends, vehicle=LEAF, most_stops=plan.stop_count - 1, region=ILLUSTRATIVE)
    assert fewer.total_s > plan.total_s - 1e-6
    assert plan.certificate.lower_bound_s <= fewer.total_s
    same = tripplan.plan(*ends, vehicle=LEAF, most_stops=plan.stop_count, region=ILLUSTRATIVE)
    assert same.total_s >= plan.total_s - 1e-6


def test_the_lists_share_what_they_know() -> None:
    plan = tripplan.plan(*ENDS, vehicle=LEAF, region=ILLUSTRATIVE)
    others = tripplan.alternatives(*ENDS, vehicle=LEAF, region=ILLUSTRATIVE)
    by_stops = tripplan.plans_by_stops(*ENDS, vehicle=LEAF, region=ILLUSTRATIVE)
    for found in (others, by_stops):
        assert found[0].total_s <= plan.total_s + 1e-6
        assert [p.total_s for p in found] == sorted(p.total_s for p in found)
        assert found[0].trip == plan.trip
        assert found[0].certificate.lower_bound_s == plan.certificate.lower_bound_s
    counts = [found.stop_count for found in by_stops]
    assert all(fewer < more for more, fewer in pairwise(counts))
    for other in others:
        assert not any(
            all(a < b for a, b in zip(figures(known), figures(other), strict=True))
            for known in others
        )
    planner = Planner(tripplan.load_starter("illustrative"))
    trade_offs = pareto(planner, plan.trip, plan.vehicle, ("time", "stops"))
    assert trade_offs[0].total_s <= plan.total_s + 1e-6


def test_a_stop_fewer_for_next_to_nothing_is_said_and_comes_along() -> None:
    planner = Planner(tripplan.load_starter("illustrative"), ALWAYS)
    trip = tripplan.plan(*ENDS, vehicle=BOLT, region=ILLUSTRATIVE).trip
    vehicle = tripplan.catalogue()[BOLT]
    best, fewer = alternatives.with_one_stop_fewer(planner, trip, vehicle)
    assert fewer.stop_count == best.stop_count - 1
    assert best.one_stop_fewer_s == pytest.approx(fewer.total_s - best.total_s, abs=1e-3)
    assert best.one_stop_fewer_s is not None
    assert 0.0 < best.one_stop_fewer_s <= 120.0
    said = stop_text.fewer_stops(best)
    assert said.startswith("one stop fewer: +")
    assert said in report.to_text(best)
    assert Plan.model_validate_json(best.model_dump_json()) == best
    others = tripplan.alternatives(*ENDS, vehicle=BOLT, region=ILLUSTRATIVE)
    assert fewer.stop_count in [plan.stop_count for plan in others]


def test_a_stop_fewer_that_costs_more_is_not_worth_a_word() -> None:
    plan = tripplan.plan(*ENDS, vehicle=BOLT, region=ILLUSTRATIVE).model_copy(
        update={"one_stop_fewer_s": 121.0}
    )
    assert stop_text.fewer_stops(plan) == ""
    assert stop_text.fewer_stops(plan.model_copy(update={"one_stop_fewer_s": None})) == ""
    free = plan.model_copy(update={"one_stop_fewer_s": 61.0})
    assert stop_text.fewer_stops(free) == "one stop fewer: +1 min"


def test_a_stop_fewer_can_be_preferred() -> None:
    usual = tripplan.plan(*ENDS, vehicle=BOLT, region=ILLUSTRATIVE)
    fewer = tripplan.plan(*ENDS, vehicle=BOLT, most_stops=usual.stop_count - 1, region=ILLUSTRATIVE)
    longer_s = fewer.total_s - usual.total_s
    stops = [
        tripplan.plan(
            *ENDS, vehicle=BOLT, prefer_fewer_stops_s=worth_s, region=ILLUSTRATIVE
        ).stop_count
        for worth_s in (0.5 * longer_s, 1.5 * longer_s)
    ]
    assert stops == [usual.stop_count, fewer.stop_count]
    preferred = tripplan.plan(
        *ENDS, vehicle=BOLT, prefer_fewer_stops_s=1.5 * longer_s, region=ILLUSTRATIVE
    )
    assert preferred.certificate.lower_bound_s == usual.certificate.lower_bound_s
    assert preferred.audit.passed


def test_required_stops_are_not_saved() -> None:
    region = straight_road({40.0: 50.0}, km=100.0)
    trip = along(100.0, via_chargers=("at 40",), prefer_fewer_stops_s=3600.0)
    plan = Planner(region, ALWAYS).plan(trip, car())
    assert plan.stop_count == 1
    assert plan.one_stop_fewer_s is None


def test_other_objectives_are_looked_into_as_well() -> None:
    region = straight_road({80.0: 50.0, 160.0: 50.0, 200.0: 50.0}, km=330.0)
    plain, looked = Planner(region), Planner(region, ALWAYS)
    for objective in ("energy", "money", "stops"):
        trip = along(330.0, objective=objective)
        one, other = plain.plan(trip, car()), looked.plan(trip, car())
        assert other.certificate.value <= one.certificate.value + 1e-9
        assert other.one_stop_fewer_s is None


def changed(plan: Plan, **fields: Any) -> Plan:
    return plan.model_copy(update=fields)


def test_only_what_is_worse_in_everything_is_left_out() -> None:
    plan = tripplan.plan(
        "Denver, CO", "Grand Junction, CO", vehicle="nissan-sakura", region=ILLUSTRATIVE
    )
    worse = changed(
        plan,
        total_s=plan.total_s + 1.0,
        energy_spent_kwh=plan.energy_spent_kwh + 1.0,
        charging_cost=plan.charging_cost + 1.0,
        stops=(*plan.stops, plan.stops[-1]),
    )
    cheaper = changed(worse, charging_cost=plan.charging_cost - 1.0)
    assert not_worse_in_everything([worse, plan, cheaper]) == [plan, cheaper]


def test_what_was_proved_of_less_is_not_claimed_of_more() -> None:
    plan = tripplan.plan(*ENDS, vehicle=LEAF, region=ILLUSTRATIVE)
    trip = plan.trip.model_copy(update={"avoid": ("motorway",)})
    proof = plan.certificate.model_copy(update={"lower_bound": 42_000.0, "lower_bound_s": 42_000.0})
    other = changed(plan, trip=trip, certificate=proof)
    restated = as_asked(other, plan.trip, plan)
    assert restated.trip == plan.trip
    assert restated.certificate.lower_bound == plan.certificate.lower_bound
    expected = (plan.total_s - plan.certificate.lower_bound) / plan.total_s
    assert restated.certificate.gap == pytest.approx(expected)


def test_plans_of_the_bound_with_heat_keep_the_wishes_for_stops() -> None:
    """Its chains know nothing of what only forbids."""
    plan = tripplan.plan(*ENDS, vehicle=LEAF, region=ILLUSTRATIVE)
    fewer = tripplan.plan(*ENDS, vehicle=LEAF, most_stops=plan.stop_count - 1, region=ILLUSTRATIVE)
    assert fewer.stop_count < plan.stop_count
    longest_s = 0.8 * max(stop.charging_s for stop in plan.stops)
    shorter = tripplan.plan(*ENDS, vehicle=LEAF, longest_stop_s=longest_s, region=ILLUSTRATIVE)
    assert all(stop.charging_s <= longest_s + 1.0 for stop in shorter.stops)
    assert fewer.audit.passed
    assert shorter.audit.passed


def test_a_choice_plans_nothing_twice_that_a_lower_limit_leaves_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of plans with ever fewer stops, those that make no more anyway are known."""
    planner = Planner(tripplan.load_starter("illustrative"))
    trip = tripplan.plan(
        "Denver, CO", "Kansas City, MO", vehicle="hyundai-ioniq-28", region=ILLUSTRATIVE
    ).trip
    vehicle = tripplan.catalogue()["hyundai-ioniq-28"]
    asked: list[Trip] = []
    real = planner.plan

    def counted(wished: Trip, car: Vehicle) -> Plan:
        asked.append(wished)
        return real(wished, car)

    monkeypatch.setattr(planner, "plan", counted)
    found = [figures(plan) for plan in pareto(planner, trip, vehicle)]
    few = len(asked)
    monkeypatch.setattr(
        pareto_module._Search,  # noqa: SLF001 - what it keeps is to be taken from it
        "_plan",
        lambda self, wished: counted(wished, self._vehicle),
    )
    assert [figures(plan) for plan in pareto(planner, trip, vehicle)] == found
    assert few < len(asked) - few
