"""Alternatives differ in substance; fewer stops never come quicker."""

from itertools import pairwise

import pytest

import tripplan
from tests.samples.starter import ILLUSTRATIVE
from tripplan.planning.alternatives import ALIKE_STOPS, alike

ENDS = ("Denver, CO", "Salt Lake City, UT")
CAR = "chevrolet-bolt-60"


def ids(plan: tripplan.Plan) -> set[str]:
    return {charger.id for charger in plan.chargers}


def test_alternatives_differ_and_are_sorted() -> None:
    best = tripplan.plan(*ENDS, vehicle=CAR, region=ILLUSTRATIVE)
    plans = tripplan.alternatives(*ENDS, vehicle=CAR, count=4, region=ILLUSTRATIVE)
    assert plans[0] == best
    assert 2 <= len(plans) <= 4
    for one, other in pairwise(plans):
        assert one.total_s <= other.total_s + 1e-6
    for k, plan in enumerate(plans):
        assert plan.audit.passed
        for known in plans[:k]:
            assert not alike(plan, known)
            fewer = len(plan.stops) != len(known.stops)
            shared = len(ids(plan) & ids(known)) / len(ids(plan) | ids(known))
            roads = abs(plan.distance_km - known.distance_km) > 1.0
            assert fewer or shared <= ALIKE_STOPS or roads


def test_a_plan_is_like_itself() -> None:
    plan = tripplan.plan(*ENDS, vehicle=CAR, region=ILLUSTRATIVE)
    assert alike(plan, plan)


def test_fewer_stops_take_longer() -> None:
    plans = tripplan.plans_by_stops(
        "Denver, CO", "Grand Junction, CO", vehicle="nissan-sakura", region=ILLUSTRATIVE
    )
    counts = [len(plan.stops) for plan in plans]
    assert counts == sorted(set(counts), reverse=True)
    assert len(plans) >= 2
    for one, other in pairwise(plans):
        assert other.total_s >= one.total_s - 1e-6
    with pytest.raises(tripplan.NoPlanError):
        tripplan.plan(
            "Denver, CO",
            "Grand Junction, CO",
            vehicle="nissan-sakura",
            most_stops=counts[-1] - 1,
            region=ILLUSTRATIVE,
        )


def test_no_plans_are_not_to_be_had() -> None:
    with pytest.raises(tripplan.InvalidInputError, match=r"count: .*got int 0"):
        tripplan.alternatives(*ENDS, vehicle=CAR, count=0, region=ILLUSTRATIVE)
