"""The bound with battery heat against enumeration: no plan of random small worlds lies below it.

Enumeration is told to follow whatever could still take less time than the bound, with departures
in steps of 1 % SoC; it must find nothing.  It knows no dominance, and shares nothing with the bound
but the formulas of charging and of the pack.
"""

import math
import os
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.oracles.heat_twin import HeatTwin, TooManyError
from tests.oracles.test_heat_twin import LIMITS, Table, heat_problem, whole_table
from tripplan.errors import NoPlanError
from tripplan.records.settings import Settings
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import scope_of
from tripplan.search.heat_bound import COLD, HOT, LEVELS, HeatSearch
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import solve

WORLDS = int(os.environ.get("TRIPPLAN_WORLDS", "6"))
"""Worlds of each climate, ..."""
FIRST = int(os.environ.get("TRIPPLAN_FIRST_WORLD", "0"))
"""... from this one on."""
SEARCHES = ((HOT, False), (COLD, False), (COLD, True))
MOST_STOPS = 4
ROOM = 30_000
TINY_S = 1e-3
FAR_S = 1e5
LOOSER = 1.3
LONG_S = 1200.0
"""A long time that each stop takes beside charging."""


@dataclass(frozen=True)
class Case:
    """A world that needs a stop, with what is known of it."""

    name: str
    problem: Problem
    rows: ManyToMany
    table: Table
    plan_s: float


def world(seed: int, climate: str, overhead_s: float | None = None) -> Case | None:
    """Return a world that can be crossed with stops; None if this one cannot."""
    problem, rows = heat_problem(seed, climate)
    if overhead_s is not None:
        problem = replace(problem, overhead_s=overhead_s)
    table = whole_table(problem, rows)
    try:
        found = solve(problem, rows, Settings(heat_bound_levels=0))
    except (OutOfReach, NoPlanError):
        return None
    if not found.stops:
        return None
    return Case(f"{climate} {seed}", problem, rows, table, found.time_s)


def bounds_s(
    case: Case, side: float, ceiling_s: float, *, strict: bool = False, levels: int = 3
) -> list[float]:
    """Return the bound of each level on a side."""
    scope = scope_of(case.problem, case.rows, case.table.bounds, ceiling_s)
    search = HeatSearch(case.problem, case.rows, case.table.bounds, scope, side, strict)
    found = []
    for _ in range(levels):
        level = search.go_on(ceiling_s, math.inf)
        assert level is not None
        found.append(level.bound_s)
    return found


def quickest_below_s(case: Case, below_s: float) -> float | None:
    """Return the least time of all plans that take less than this, or it; None: too many."""
    twin = HeatTwin(case.problem, case.table.pool.drives, 1, MOST_STOPS, best_s=below_s, room=ROOM)
    try:
        return twin.shortest_time_s()
    except TooManyError:
        return None


@pytest.mark.parametrize("climate", LIMITS)
def test_no_plan_is_quicker_than_the_bound(climate: str) -> None:
    """On either side, whatever the heat of the roads is like; one world at the finest level."""
    compared = closer = 0
    for seed in range(FIRST, FIRST + WORLDS):
        case = world(seed, climate)
        if case is None:
            continue
        levels = 3 if compared else LEVELS
        for side, strict in SEARCHES:
            found = bounds_s(case, side, case.plan_s + TINY_S, strict=strict, levels=levels)
            least_s = quickest_below_s(case, max(found))
            if least_s is not None:
                assert least_s >= max(found) - TINY_S, f"{case.name} {side}"
                compared += 1
            closer += found[-1] > found[0] + TINY_S
    assert compared >= WORLDS // 3
    assert closer >= WORLDS // 8


@pytest.mark.parametrize("climate", LIMITS)
def test_finer_levels_are_closer_and_corridors_change_nothing(climate: str) -> None:
    """A ceiling far above the plan leaves nothing out; the bound is the same below both."""
    compared = 0
    for seed in range(0, WORLDS, 3):
        case = world(seed, climate)
        if case is None:
            continue
        for side, strict in SEARCHES:
            close = bounds_s(case, side, case.plan_s + TINY_S, strict=strict)
            wide = bounds_s(case, side, LOOSER * case.plan_s, strict=strict)
            for number in range(3):
                expected_s = min(wide[number], close[number])
                assert close[number] == pytest.approx(expected_s, rel=2e-5), case.name
            rises = np.diff(close) >= -2e-5 * case.plan_s
            assert rises.all(), f"{case.name} {side}: {close}"
            compared += 1
    assert compared


@pytest.mark.parametrize("climate", LIMITS)
def test_no_bound_is_above_a_plan_that_is_below_its_ceiling(climate: str) -> None:
    """A ceiling at the plan would hide it; stops that take long make it show."""
    compared = 0
    for seed in range(WORLDS):
        for overhead_s in (None, LONG_S):
            case = world(seed, climate, overhead_s)
            if case is None:
                continue
            for above_s in (0.1 * LONG_S, 0.5 * LONG_S, 1.5 * LONG_S):
                for side, strict in SEARCHES:
                    found = bounds_s(case, side, case.plan_s + above_s, strict=strict)
                    assert max(found) <= case.plan_s + TINY_S, f"{case.name} {side}"
                    compared += 1
    assert compared


def test_solve_states_the_closer_bound_and_never_one_above_its_plan() -> None:
    closer = 0
    for seed in range(WORLDS):
        case = world(seed, "hot")
        if case is None:
            continue
        without = solve(case.problem, case.rows, Settings(heat_bound_levels=0))
        found = solve(case.problem, case.rows, Settings(heat_bound_gap=0.0))
        assert without.lower_bound_s <= found.lower_bound_s + TINY_S
        assert found.lower_bound_s <= found.time_s + TINY_S
        assert found.time_s <= without.time_s + TINY_S
        closer += found.lower_bound_s > without.lower_bound_s + TINY_S
    assert closer


def test_nothing_left_below_a_ceiling_is_a_bound_as_well() -> None:
    """A ceiling that no plan comes below: every level says that it is the bound."""
    case = next(c for c in (world(seed, "hot") for seed in range(99)) if c is not None)
    low_s = 0.5 * bounds_s(case, HOT, case.plan_s, levels=1)[0]
    assert bounds_s(case, HOT, low_s) == pytest.approx([low_s] * 3, rel=2e-5)


def test_a_time_budget_ends_it_with_what_is_proved() -> None:
    """Out of time before the first level: the bound without heat; nothing breaks."""
    case = next(c for c in (world(seed, "hot") for seed in range(99)) if c is not None)
    scope = scope_of(case.problem, case.rows, case.table.bounds, case.plan_s)
    search = HeatSearch(case.problem, case.rows, case.table.bounds, scope, HOT)
    first = search.go_on(case.plan_s, math.inf)
    assert first is not None
    assert search.go_on(case.plan_s, -math.inf) is None
    assert first.bound_s < FAR_S
