"""Whole trips against brute force: plugs at waypoints, required chargers, hours, least and longest.

The usual search may miss the best plan, but neither claims a bound above the optimum nor finds a
plan that is too good to be true; exact mode finds the optimum.  `TRIPPLAN_WORLDS` says how many
worlds of each kind are tried.
"""

import math
import os
from dataclasses import replace

import numpy as np
import pytest

from tests.oracles.road_worlds import as_rows
from tests.oracles.trip_levels import Worth, least_counted_s, shortest_time_s, wastes_energy
from tests.oracles.trip_worlds import KINDS, TripWorld, random_trip_world, with_prices
from tripplan.errors import DisconnectedError, NoPlanError
from tripplan.records.settings import Settings
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve

WORLDS = int(os.environ.get("TRIPPLAN_WORLDS", "20"))
USUAL = Settings(heat=False)
EXACT = Settings(heat=False, exact=True, label_limit=500_000)
MIXED = (
    ("plugs", "required"),
    ("required", "hours"),
    ("plugs", "hours", "least"),
    ("least", "longest"),
    KINDS,
)


def answer(case: TripWorld, settings: Settings) -> Solution | None:
    nodes = case.world.height.size
    order = np.random.default_rng(case.world.start).permutation(nodes).astype(np.int32)
    try:
        return solve(case.problem, as_rows(case.world, order), settings)
    except (OutOfReach, DisconnectedError, NoPlanError):
        return None


def _returns(plan: Solution) -> bool:
    """Whether a charger is used twice before the next target."""
    since: set[int] = set()
    for stop in plan.stops:
        if stop.charger < 0:
            since.clear()
        elif stop.charger in since:
            return True
        since.add(stop.charger)
    return False


def _least_s(case: TripWorld, optimum_s: float) -> float:
    """Return what no trip goes below: a part of a level more may open a quicker road.

    With longer stops by the time of a whole level, the twin charges no less than anyone can.
    """
    levels = case.levels
    if math.isinf(levels.longest_s):
        return optimum_s
    slowest_s = max(max(level_s) for level_s in levels.level_s)
    return shortest_time_s(replace(levels, longest_s=levels.longest_s + slowest_s))


@pytest.mark.parametrize("kinds", [*((kind,) for kind in KINDS), *MIXED], ids="+".join)
def test_trips_against_the_twin(kinds: tuple[str, ...]) -> None:
    planned = 0
    for seed in range(WORLDS):
        case = random_trip_world(seed, kinds)
        optimum_s = shortest_time_s(case.levels)
        usual, exact = answer(case, USUAL), answer(case, EXACT)
        where = f"{'+'.join(kinds)} {seed}"
        if usual is not None:
            assert usual.lower_bound_s <= optimum_s + 1e-6, where
            assert usual.lower_bound_s <= usual.time_s + 1e-6, where
        if exact is None:
            # Nothing is refused that can be driven without wasting energy on the way.
            assert math.isinf(optimum_s) or wastes_energy(case.levels), where
            continue
        planned += 1
        assert exact.lower_bound_s <= exact.time_s + 1e-6, where
        assert exact.time_s <= optimum_s + 1e-6, where
        if math.isfinite(case.problem.longest_charge_s):
            assert not _returns(exact), where
            assert usual is not None, where
            assert not _returns(usual), where
        if math.isinf(optimum_s):
            # Only charging parts of a level makes it possible.
            assert case.slack_s > 0.0, where
            continue
        assert exact.time_s >= _least_s(case, optimum_s) - case.slack_s - 1e-6, where
        if usual is not None:
            assert usual.time_s >= exact.time_s - 1e-6, where
    assert planned >= WORLDS // 5


@pytest.mark.parametrize(
    ("kinds", "kind", "worlds"),
    [
        (("hours",), "money", 4),
        (("hours",), "energy", 12),
        (("required", "hours"), "stops", 12),
        (("required", "hours"), "energy", 12),
        (("required",), "stops", 12),
    ],
)
def test_other_objectives_with_hours_against_the_twin(
    kinds: tuple[str, ...], kind: str, worlds: int
) -> None:
    """Exact mode said nothing there.  It bounds from below, and claims only what is so.

    The twin takes many seconds for some worlds with prices by the kilowatt-hour.
    """
    planned = proved = 0
    for seed in range(worlds * WORLDS // 20):
        case, worth = with_prices(random_trip_world(seed, kinds, nodes=10), seed, kind)
        optimum_s = least_counted_s(case.levels, worth) - case.problem.constant_s
        exact = answer(case, EXACT)
        where = f"{kind} {'+'.join(kinds)} {seed}"
        if exact is None:
            assert math.isinf(optimum_s), where
            continue
        planned += 1
        assert exact.lower_bound_s <= exact.time_s + 1e-6, where
        assert exact.lower_bound_s <= optimum_s + 1e-6, where
        assert math.isinf(optimum_s) or exact.time_s >= optimum_s - case.slack_s - 1e-6, where
        assert "exact search" in exact.method, where
        if exact.method.startswith("exact search"):
            proved += 1
            assert exact.time_s <= optimum_s + 1e-6, where
            assert exact.lower_bound_s >= exact.time_s - 1e-6, where
        else:
            assert case.problem.has_hours, where
            assert "open at all hours" in exact.method, where
    assert planned >= 1
    assert proved >= 1 or "hours" in kinds


def test_the_twin_with_prices_is_the_other_where_nothing_counts() -> None:
    for seed in range(6):
        case = random_trip_world(seed, ("hours",), nodes=10)
        nothing = Worth([0.0] * 9, [0.0] * 9, 0.0)
        assert least_counted_s(case.levels, nothing) == pytest.approx(
            shortest_time_s(case.levels), abs=1e-6
        )


def test_the_twin_is_that_of_plain_trips_where_nothing_is_asked() -> None:
    """It agrees with the twin of `road_levels`, which was written by itself."""
    from tests.oracles import road_levels  # noqa: PLC0415 - both have a function of one name
    from tests.oracles.road_worlds import as_levels  # noqa: PLC0415

    for seed in range(20):
        case = random_trip_world(seed, ())
        plain = road_levels.shortest_time_s(as_levels(case.world))
        assert shortest_time_s(case.levels) == pytest.approx(plain, abs=1e-6), seed


def test_a_way_round_to_arrive_with_less() -> None:
    """No plan takes one, also where a stop must add much and may not last: that is refused."""
    case = random_trip_world(288, ("required", "least", "longest", "plugs"))
    assert math.isfinite(shortest_time_s(case.levels))
    assert wastes_energy(case.levels)
    assert answer(case, EXACT) is None
    longer = replace(case.problem, longest_charge_s=1900.0)
    assert answer(replace(case, problem=longer), EXACT) is not None
    assert not wastes_energy(replace(case.levels, longest_s=1900.0))


@pytest.mark.parametrize("kinds", [("longest",), ("longest", "plugs")], ids="+".join)
def test_where_stops_may_not_last_few_labels_still_find_a_plan(kinds: tuple[str, ...]) -> None:
    """The fullest departures tell whether there is one; the many others only better it."""
    limited = 0
    for seed in range(WORLDS):
        case = random_trip_world(seed, kinds)
        optimum_s, where = shortest_time_s(case.levels), f"{'+'.join(kinds)} {seed}"
        order = np.random.default_rng(case.world.start).permutation(case.world.height.size)
        rows = as_rows(case.world, order.astype(np.int32))
        try:
            found = solve(case.problem, rows, USUAL.model_copy(update={"label_limit": 60}))
        except (OutOfReach, DisconnectedError):
            assert math.isinf(optimum_s) or wastes_energy(case.levels), where
            continue
        limited += not found.complete
        assert found.lower_bound_s <= optimum_s + 1e-6, where
        assert found.time_s >= _least_s(case, optimum_s) - case.slack_s - 1e-6, where
    assert limited >= 1
