"""Plans of random worlds, honest and with one planted fault each, as the audit sees them."""

import os
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from tests.samples.audited_plans import Made, honest_plans
from tests.samples.planted_at_stops import AT_STOPS
from tests.samples.planted_fallbacks import FALLBACKS
from tests.samples.planted_on_roads import ON_ROADS
from tripplan.planning.audit import audit_plan

PLANTED = ON_ROADS | AT_STOPS | FALLBACKS
WORLDS = range(8)
PLANTS = 2_000
"""So many faults in all are planted by the long test; FAULTS in the environment says otherwise."""


@pytest.fixture(scope="module", name="made")
def fixture_made() -> list[Made]:
    """Return plans as the planner makes them."""
    return [made for seed in WORLDS for made in honest_plans(seed)]


def test_no_honest_plan_is_objected_to(made: list[Made]) -> None:
    for one in made:
        assert one.plan.audit.passed, (one.plan.region, one.plan.trip, one.plan.audit.objections)


def planted(name: str, made: list[Made], chance: np.random.Generator) -> Iterator[str]:
    """Plant a fault in plans in any order; yield what went unseen, or nothing, of each."""
    planting, words = PLANTED[name]
    for k in chance.permutation(len(made)).tolist():
        one = made[k]
        found = planting(one, chance)
        if found is None:
            continue
        audit = audit_plan(*found, one.settings)
        named = any(re.search(words, told) for told in audit.objections)
        yield "" if named and not audit.passed else f"{name}: {audit.objections[:5]}"


def test_honest_plans_of_many_kinds_are_among_them(made: list[Made]) -> None:
    assert len(made) >= 40
    trips = [one.plan.trip for one in made]
    assert {trip.objective for trip in trips} == {"time", "energy", "money", "stops"}
    assert any(trip.waypoints for trip in trips)
    assert any(trip.via_chargers for trip in trips)
    assert any(trip.departure for trip in trips)


def test_there_are_kinds_enough() -> None:
    assert len(PLANTED) >= 30


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen_and_named(name: str, made: list[Made]) -> None:
    chance = np.random.default_rng(sorted(PLANTED).index(name))
    found = [told for told, _ in zip(planted(name, made, chance), range(3), strict=False)]
    assert found, "no plan has a place for this fault"
    assert not any(found), found


@pytest.mark.slow
def test_two_thousand_planted_faults_are_seen() -> None:
    wanted = int(os.environ.get("FAULTS", PLANTS))
    each, seen, unseen = -(-wanted // len(PLANTED)), Counter[str](), list[str]()
    worlds = [made for seed in range(100, 130) for made in honest_plans(seed)]
    assert all(made.plan.audit.passed for made in worlds)
    chance = np.random.default_rng(14)
    for name in PLANTED:
        for told, _ in zip(planted(name, worlds, chance), range(2 * each), strict=False):
            seen[name] += 1
            unseen += [told] if told else []
    assert seen.total() >= wanted
    assert not unseen, unseen[:10]
