"""The search with battery heat against enumeration, and against itself without dominance.

All worlds have energies and blocks of constant power that are multiples of 10 % SoC, and the
search tries all departures of that grid, so that enumeration and search know the same candidates.
"""

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from tests.oracles.heat_twin import HeatTwin, TooManyError
from tests.oracles.road_worlds import as_problem, as_rows, random_road_world
from tripplan.errors import DisconnectedError, NoPlanError
from tripplan.physics.charging import SOC_CELLS, charge_step
from tripplan.physics.thermal import PackModel, driven_pack_c, parked_pack_c
from tripplan.records.settings import Settings
from tripplan.routing.kernels.customise import CONSUMED, HEAT, TIME
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import Scope, optimistic_rests
from tripplan.search.kernels.context import COOL, Policy
from tripplan.search.kernels.labels import Bounds
from tripplan.search.label_setting import heat_policy
from tripplan.search.label_setting import search as run_search
from tripplan.search.pool import RealDrives
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve

GRAIN = 10
MOST_STOPS = 4
WORLDS = 32
ROOM = 40_000
MILLISECOND = 1e-3
MARGIN_S = 5.0
WORST_LOSS_S = 60.0
"""Labels within 20 s count as equal; so much is lost at most at each of a few stops."""
TINY_S = 1e-5

LIMITS = {
    "hot": ([20.0, 30.0, 35.0, 40.0, 45.0, 60.0], [90.0, 70.0, 50.0, 35.0, 25.0, 10.0]),
    "cold": ([-30.0, 0.0, 10.0, 30.0, 60.0], [6.0, 20.0, 40.0, 90.0, 150.0]),
    "mixed": ([-25.0, 0.0, 20.0, 30.0, 35.0, 45.0, 53.0], [0.0, 20.0, 80.0, 80.0, 40.0, 20.0, 0.0]),
}
AIR_C = {"hot": (25.0, 38.0), "cold": (-15.0, 5.0), "mixed": (-10.0, 38.0)}


def heat_problem(seed: int, climate: str) -> tuple[Problem, ManyToMany]:
    """Draw a problem and its drives.

    Every third has a dense network, chargers in plenty and a small battery.
    """
    rng = np.random.default_rng([seed, len(climate)])
    dense = {"nodes": 30, "chargers": 10} if seed % 3 == 0 else {"nodes": 16}
    world = random_road_world(seed, grain=GRAIN, span=1.6 if seed % 3 == 0 else 0.9, **dense)
    plain = as_problem(world)
    air_c = float(rng.uniform(*AIR_C[climate]))
    cooled = bool(rng.integers(0, 2))
    pack = PackModel(
        heat_capacity_j_per_k=float(rng.uniform(1e5, 4e5)),
        resistance_25c_ohm=float(rng.uniform(0.08, 0.25)),
        resistance_per_k=0.02,
        voltage_v=350.0,
        conductance_driving_w_per_k=float(rng.uniform(5.0, 40.0)),
        conductance_parked_w_per_k=float(rng.uniform(3.0, 10.0)),
        cooling_w=1500.0 if cooled else 0.0,
        cooling_on_c=40.0 if cooled else math.inf,
        air_c=air_c,
    )
    heat_j = np.rint(world.time_s[0] * rng.uniform(50.0, 1500.0, world.tail.size))
    assert plain.power is not None
    limit_c, limit_kw = LIMITS[climate]
    problem = replace(
        plain,
        start_c=air_c + float(rng.uniform(0.0, 5.0)),
        pack=pack,
        power=plain.power._replace(limit_c=np.array(limit_c), limit_kw=np.array(limit_kw)),
    )
    return problem, as_rows(world, heat_j=heat_j)


@dataclass(frozen=True, eq=False)
class Table:
    """A problem with all its drives known from the beginning."""

    problem: Problem
    pool: RealDrives
    bounds: Bounds


def whole_table(problem: Problem, rows: ManyToMany) -> Table:
    """Fetch the rows of all chargers."""
    bounds = optimistic_rests(problem, rows)
    nothing_s = np.zeros(problem.stop_count)
    pool = RealDrives(problem, rows, Scope(nothing_s, nothing_s, math.inf))
    for stop in range(problem.charger_node.size):
        pool.fetch(stop)
    return Table(problem, pool, bounds)


def search(
    table: Table, policy: Policy, *, dominance: bool, ceiling_s: float = math.inf
) -> tuple[float, int] | None:
    """Least time and number of stops (-1: no plan); None where the labels were too many."""
    found = run_search(
        table.problem,
        table.pool,
        table.bounds,
        Settings(label_limit=ROOM),
        ceiling_s=ceiling_s,
        policy=policy._replace(dominance=dominance),
    )
    return (found.time_s, len(found.chain) - 1) if found.complete else None


def lower_bound_s(table: Table) -> float:
    """Least time if the pack always had the best temperature that it could have."""
    found = search(table, COOL, dominance=True)
    assert found is not None
    return found[0]


def policy(problem: Problem, *, epsilons: bool) -> Policy:
    step = GRAIN / SOC_CELLS
    if epsilons:
        return heat_policy(problem, Settings(departure_step=step))
    return heat_policy(
        problem, Settings(time_epsilon_s=0.0, temperature_epsilon_k=0.0, departure_step=step)
    )


@dataclass(frozen=True, eq=False)
class Case:
    """A world that can be crossed with a stop, and what the search says to it."""

    name: str
    table: Table
    bound_s: float
    quick_s: float
    """With the epsilons and dominance that ship."""
    free_s: float
    """Without dominance, among plans at most `MARGIN_S` slower than the above."""
    most_stops: int


@cache
def cases(climate: str) -> tuple[Case, ...]:
    """Worlds of a climate; those left out that need no stop or too many labels."""
    found = []
    for seed in range(WORLDS):
        problem, rows = heat_problem(seed, climate)
        table = whole_table(problem, rows)
        bound_s = lower_bound_s(table)
        if math.isinf(bound_s):
            continue
        quick = search(table, policy(problem, epsilons=True), dominance=True)
        assert quick is not None
        if quick[1] < 1:
            continue
        free = search(
            table,
            policy(problem, epsilons=False),
            dominance=False,
            ceiling_s=quick[0] + MARGIN_S,
        )
        if free is None:
            continue
        assert free[1] >= 0, f"{climate} {seed}: only the search with dominance finds a plan"
        most_stops = max(quick[1], free[1])
        found.append(Case(f"{climate} {seed}", table, bound_s, quick[0], free[0], most_stops))
    assert len(found) >= WORLDS // 4
    return tuple(found)


def _twin(table: Table, best_s: float) -> HeatTwin:
    return HeatTwin(table.problem, table.pool.drives, GRAIN, MOST_STOPS, best_s=best_s)


@pytest.mark.parametrize("climate", LIMITS)
def test_search_without_dominance_equals_enumeration(climate: str) -> None:
    """Also: the exact search at best temperatures is a lower bound on both."""
    worlds, charges = 0, 0
    for case in cases(climate):
        if case.most_stops > MOST_STOPS:
            continue
        twin = _twin(case.table, case.quick_s + MARGIN_S)
        try:
            expected_s = twin.shortest_time_s()
        except TooManyError:
            continue
        assert case.free_s == pytest.approx(expected_s, abs=TINY_S), case.name
        assert case.bound_s <= expected_s + 1e-6, case.name
        worlds += 1
        charges += twin.charges
    assert worlds >= WORLDS // 4
    assert charges > 5 * worlds


@pytest.mark.parametrize("climate", LIMITS)
def test_dominance_is_never_better_and_within_its_gap(climate: str) -> None:
    for case in cases(climate):
        loss_s = case.quick_s - case.free_s
        assert -MILLISECOND <= loss_s < WORST_LOSS_S, case.name
        assert loss_s <= case.quick_s - case.bound_s + MILLISECOND, case.name


@pytest.mark.parametrize("climate", ["hot", "cold"])
def test_dominance_without_epsilons_is_exact_in_one_regime(climate: str) -> None:
    """Where a cooler (or everywhere a warmer) pack is better, dominance loses nothing."""
    for case in cases(climate):
        exact = search(case.table, policy(case.table.problem, epsilons=False), dominance=True)
        assert exact is not None
        assert exact[0] == pytest.approx(case.free_s, abs=TINY_S), case.name


@pytest.mark.parametrize("climate", LIMITS)
def test_solve_brackets_the_optimum(climate: str) -> None:
    """What `solve` returns lies above the optimum, and its bound below.

    The optimum is that of departures on the grid.  `solve` fits departures to heat between its
    points too, and may then be a little quicker; that its plan can be driven is checked for all.
    """
    settings = Settings(departure_step=GRAIN / SOC_CELLS, heat_bound_levels=2)
    solved = 0
    for seed in range(WORLDS):
        problem, rows = heat_problem(seed, climate)
        table = whole_table(problem, rows)
        found: Solution | None = None
        try:
            found = solve(problem, rows, settings)
        except (OutOfReach, DisconnectedError):
            assert math.isinf(lower_bound_s(table)), f"world {seed}"
            continue
        except NoPlanError:
            pass
        if found is not None and len(found.stops) > MOST_STOPS:
            continue
        known_s = found.time_s + MARGIN_S if found else math.inf
        try:
            optimum_s = _twin(table, known_s).shortest_time_s()
        except TooManyError:
            continue
        if found is None:
            assert math.isinf(optimum_s), f"world {seed}"
            continue
        assert found.lower_bound_s <= min(optimum_s, found.time_s) + TINY_S, f"world {seed}"
        assert found.time_s == pytest.approx(_driven_s(problem, rows, found), abs=TINY_S)
        if all(_on_grid(problem, visit.departure_kwh) for visit in found.stops):
            assert optimum_s <= found.time_s + TINY_S, f"world {seed}"
        assert found.time_s - optimum_s < WORST_LOSS_S, f"world {seed}"
        solved += len(found.stops) > 0
    assert solved >= WORLDS // 4


def _on_grid(problem: Problem, energy_kwh: float) -> bool:
    cells = energy_kwh / problem.step_kwh / GRAIN
    return abs(cells - round(cells)) < 1e-6


def _driven_s(problem: Problem, rows: ManyToMany, found: Solution) -> float:
    """Drive road by road, and charge cell by cell [s]."""
    power, pack, customized = problem.power, problem.pack, rows.customized
    assert power is not None
    time_s, energy, pack_c = 0.0, problem.start_kwh, problem.start_c
    for position, leg in enumerate(found.legs):
        if position:
            visit = found.stops[position - 1]
            time_s += problem.overhead_s
            pack_c = parked_pack_c(pack_c, 0.0, problem.overhead_s, pack)
            soc, leave = energy / power.capacity_kwh, visit.departure_kwh / power.capacity_kwh
            while soc < leave - 1e-12:
                upto = min((math.floor(soc * SOC_CELLS + 1e-9) + 1.0) / SOC_CELLS, leave)
                charger_kw = float(problem.charger_kw[visit.charger])
                taken_s, pack_c = charge_step(soc, upto, pack_c, charger_kw, power, pack)
                time_s, soc = time_s + taken_s, upto
            energy = soc * power.capacity_kwh
        values = customized.values[leg.speed, leg.arcs].astype(float)
        for spent_kwh in (values[:, CONSUMED] / 1e6).tolist():
            energy = min(energy - spent_kwh, problem.capacity_kwh)
            assert energy >= problem.reserve_kwh - 1e-6
        duration_s = float(values[:, TIME].sum()) / 1000.0
        time_s += duration_s
        pack_c = driven_pack_c(pack_c, float(values[:, HEAT].sum()), duration_s, pack)
    assert energy >= problem.final_kwh - 1e-6
    return time_s
