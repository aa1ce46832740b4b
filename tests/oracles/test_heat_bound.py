"""The bound with battery heat against enumeration: no plan of random small worlds lies below it.

Enumeration is told to follow whatever could still take less time than the bound, with departures
in steps of 1 % SoC; it must find nothing.  It knows no dominance, and shares nothing with the bound
but the formulas of charging and of the pack.  Every road has its own heat, as in a finished plan:
the bound is that of what is printed.
"""

import math
import os
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.oracles.heat_twin import HeatTwin, Stretches, TooManyError
from tests.oracles.test_heat_twin import LIMITS, Table, heat_problem, whole_table
from tripplan.errors import NoPlanError
from tripplan.physics.charging import SOC_CELLS, charge_step
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.records.settings import Settings
from tripplan.routing.kernels.customise import CONSUMED, HEAT, TIME
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search import heat_bound, heat_level
from tripplan.search import solve as solve_module
from tripplan.search.bounds import scope_of
from tripplan.search.heat_bound import COLD, HOT, LEVELS, HeatSearch, joint_s
from tripplan.search.pool import is_backward
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.refine import Drive, Roads
from tripplan.search.solve import Solution, solve

WORLDS = int(os.environ.get("TRIPPLAN_WORLDS", "6"))
"""Worlds of each climate, ..."""
FIRST = int(os.environ.get("TRIPPLAN_FIRST_WORLD", "0"))
"""... from this one on."""
SIDES = (HOT, COLD)
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
    """Time of the plan with every road's own heat."""
    stretches: list[Stretches]
    """Roads of each drive of the table."""


def roads_of(rows: ManyToMany, drive: Drive) -> Stretches:
    """Time [s] and heat [J] of the roads of a drive."""
    values = rows.customized.values[drive.speed, drive.arcs]
    return [(float(row[TIME]) / 1e3, float(row[HEAT])) for row in values]


def stretches_of(problem: Problem, rows: ManyToMany, table: Table) -> list[Stretches]:
    """Roads of every drive of a table; their heats add up to that of the drive."""
    drives, roads = table.pool.drives, Roads(rows.customized)
    found: list[Stretches] = [()] * drives.time_s.size
    for stop in range(problem.stop_count):
        if stop == problem.charger_node.size:
            continue
        for stage, begin, end in (
            (0, drives.row_begin[stop], drives.row_end[stop]),
            (1, drives.target_begin[0, stop], drives.target_end[0, stop]),
        ):
            backward = is_backward(problem, stop, 0, stage)
            for k in range(int(begin), int(end)):
                nodes = [int(problem.stop_node[here]) for here in (stop, int(drives.stop[k]))]
                drive = roads.drive(table.pool.metrics(0, k), nodes, backward=backward)
                assert drive is not None
                found[k] = roads_of(rows, drive)
                assert sum(heat for _, heat in found[k]) == pytest.approx(float(drives.heat_j[k]))
    return found


def driven_s(problem: Problem, rows: ManyToMany, plan: Solution) -> float:
    """Time of a plan, road by road and cell of SoC by cell."""
    assert problem.power is not None
    time_s, pack_c, energy_kwh = 0.0, problem.start_c, problem.start_kwh
    capacity = problem.capacity_kwh
    for number, leg in enumerate(plan.legs):
        for taken_s, heat_j in roads_of(rows, leg):
            time_s += taken_s
            pack_c = driven_pack_c(pack_c, heat_j, taken_s, problem.pack)
        for net in rows.customized.values[leg.speed, leg.arcs][:, CONSUMED]:
            energy_kwh = min(energy_kwh - float(net) / 1e6, capacity)
        if number == len(plan.legs) - 1:
            break
        stop = plan.stops[number]
        time_s += problem.overhead_s + stop.waited_s
        pack_c = parked_pack_c(pack_c, 0.0, problem.overhead_s + stop.waited_s, problem.pack)
        soc, upto = energy_kwh / capacity, stop.departure_kwh / capacity
        while soc < upto - 1e-9:
            end = min((math.floor(soc * SOC_CELLS + 1e-6) + 1.0) / SOC_CELLS, upto)
            kw = float(problem.charger_kw[stop.charger])
            taken_s, pack_c = charge_step(soc, end, pack_c, kw, problem.power, problem.pack)
            time_s, soc = time_s + taken_s, end
        energy_kwh = max(energy_kwh, stop.departure_kwh)
    return time_s


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
    plan_s = driven_s(problem, rows, found)
    stretches = stretches_of(problem, rows, table)
    return Case(f"{climate} {seed}", problem, rows, table, plan_s, stretches)


def bounds_s(case: Case, side: float, ceiling_s: float, *, levels: int = 3) -> list[float]:
    """Return the bound of each level on a side."""
    scope = scope_of(case.problem, case.rows, case.table.bounds, ceiling_s)
    search = HeatSearch(case.problem, case.rows, case.table.bounds, scope, side)
    found = []
    for _ in range(levels):
        level = search.go_on(ceiling_s, math.inf)
        assert level is not None
        found.append(level.bound_s)
    return found


def joint_bounds_s(case: Case, ceiling_s: float, *, levels: int = 3) -> list[float]:
    """Return the bound of both sides together on each level."""
    scope = scope_of(case.problem, case.rows, case.table.bounds, ceiling_s)
    sides = [HeatSearch(case.problem, case.rows, case.table.bounds, scope, side) for side in SIDES]
    found = []
    for _ in range(levels):
        assert all(side.go_on(ceiling_s, math.inf) is not None for side in sides)
        found.append(joint_s(*sides))
    return found


def quickest_below_s(case: Case, below_s: float) -> float | None:
    """Return the least time of all plans that take less than this, or it; None: too many."""
    drives = case.table.pool.drives
    twin = HeatTwin(
        case.problem,
        drives,
        1,
        MOST_STOPS,
        best_s=below_s,
        room=ROOM,
        stretches=case.stretches,
    )
    try:
        return twin.shortest_time_s()
    except TooManyError:
        return None


@pytest.mark.parametrize("climate", LIMITS)
def test_no_plan_is_quicker_than_the_bound(climate: str) -> None:
    """On either side and on both, whatever the heat of the roads is like; one at every level."""
    compared = closer = both = 0
    for seed in range(FIRST, FIRST + WORLDS):
        case = world(seed, climate)
        if case is None:
            continue
        levels = 3 if compared else LEVELS
        for side in SIDES:
            found = bounds_s(case, side, case.plan_s + TINY_S, levels=levels)
            least_s = quickest_below_s(case, max(found))
            if least_s is not None:
                assert least_s >= max(found) - TINY_S, f"{case.name} {side}"
                compared += 1
            closer += found[-1] > found[0] + TINY_S
        together = joint_bounds_s(case, case.plan_s + TINY_S)
        least_s = quickest_below_s(case, max(together))
        if least_s is not None:
            assert least_s >= max(together) - TINY_S, f"{case.name} both sides"
            both += 1
    assert compared >= WORLDS // 3
    assert closer >= WORLDS // 8
    assert both


@pytest.mark.parametrize("even_unit", [0.0, 1e6])
def test_no_plan_is_quicker_with_the_weightings_of_steep_roads_or_of_even_ones(
    monkeypatch: pytest.MonkeyPatch, even_unit: float
) -> None:
    """Each set holds on the other's roads as well; from even ones on all roads are even."""
    monkeypatch.setattr(heat_bound, "_EVEN_UNIT", even_unit)
    compared = 0
    for seed in range(FIRST, FIRST + max(WORLDS // 2, 1)):
        case = world(seed, "cold")
        if case is None:
            continue
        found = bounds_s(case, COLD, case.plan_s + TINY_S, levels=2)
        least_s = quickest_below_s(case, max(found))
        if least_s is not None:
            assert least_s >= max(found) - TINY_S, case.name
            compared += 1
    assert compared


@pytest.mark.parametrize("climate", LIMITS)
def test_finer_levels_are_closer_and_corridors_change_nothing(climate: str) -> None:
    """A ceiling far above the plan leaves nothing out; the bound is the same below both."""
    compared = 0
    for seed in range(0, WORLDS, 3):
        case = world(seed, climate)
        if case is None:
            continue
        for side in SIDES:
            close = bounds_s(case, side, case.plan_s + TINY_S)
            wide = bounds_s(case, side, LOOSER * case.plan_s)
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
                for side in SIDES:
                    found = bounds_s(case, side, case.plan_s + above_s)
                    assert max(found) <= case.plan_s + TINY_S, f"{case.name} {side}"
                    compared += 1
                together = joint_bounds_s(case, case.plan_s + above_s)
                assert max(together) <= case.plan_s + TINY_S, f"{case.name} both sides"
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
        assert found.lower_bound_s <= driven_s(case.problem, case.rows, found) + TINY_S
        assert found.time_s <= without.time_s + TINY_S
        closer += found.lower_bound_s > without.lower_bound_s + TINY_S
    assert closer


def test_both_sides_together_are_not_asked_where_a_plan_may_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Waiting at the first stop cools a hot pack, and is not counted by what both say together."""
    asked: list[tuple[HeatSearch, ...]] = []

    def never(*sides: HeatSearch) -> float:
        asked.append(sides)
        return 0.0

    monkeypatch.setattr(solve_module, "joint_s", never)
    once = Settings(heat_bound_gap=0.0, heat_bound_levels=1)
    for seed in range(40):
        case = world(seed, "mixed")
        if case is None:
            continue
        solve(case.problem, case.rows, once)
        if asked:
            asked.clear()
            solve(case.problem, case.rows, once.model_copy(update={"waits_s": (0.0, 600.0)}))
            assert not asked
            return
    pytest.fail("no world in which both sides cost time")


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


def test_times_that_would_fall_for_ever_leave_the_finer_levels_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In great heat the times of states fell from sweep to sweep, and the plan never came."""
    compared = 0
    for seed in range(4):
        case = world(seed, "hot")
        if case is None:
            continue
        coarse = solve(case.problem, case.rows, Settings(heat_bound_levels=1))
        with monkeypatch.context() as patched:
            patched.setattr(heat_level, "sweep_forward", lambda *_: True)
            endless = solve(case.problem, case.rows, Settings())
        assert endless.lower_bound_s == pytest.approx(coarse.lower_bound_s)
        with monkeypatch.context() as patched:
            patched.setattr(heat_level, "sweep_back", lambda *_: (True, 1))
            nothing = solve(case.problem, case.rows, Settings())
        bare = solve(case.problem, case.rows, Settings(heat_bound_levels=0))
        assert nothing.lower_bound_s == pytest.approx(bare.lower_bound_s)
        compared += endless.lower_bound_s > bare.lower_bound_s
    assert compared
