"""Run the compiled search over a table of drives, fetching rows as it asks for them."""

import math
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolate
from tripplan.records.settings import Settings
from tripplan.search.charging_functions import ChargingTables, charging_functions
from tripplan.search.kernels.context import COOL, ChargingTrajectory, Policy, SearchContext
from tripplan.search.kernels.expand import choose_stops, start
from tripplan.search.kernels.labels import (
    DONE,
    MANY,
    MISSING,
    NEEDS_ROW,
    USED,
    WINNER,
    Bounds,
    Constraints,
    Drives,
    Frontier,
    new_frontier,
)
from tripplan.search.problem import OpeningIntervals, Problem

NO_POWER = PowerModel(np.zeros(2), np.zeros(2), np.zeros(1), np.zeros(1), 1.0)
_CAPPED_STEP_SHARE = 0.02
"""Step of the departures that are tried where stops may not last, as a share of the capacity."""
_EPSILON_SHARE = 1e-4
"""Share of a trip's time that labels with heat may differ by at the least."""


class Pool(Protocol):
    """A table of drives that grows."""

    @property
    def drives(self) -> Drives:
        """The drives known so far."""

    @property
    def direct(self) -> bool:
        """Whether no drive between two stops is worse than those by way of a third."""

    def fetch(self, stop: int) -> None:
        """Make the row of a stop."""


class Step(NamedTuple):
    """One drive of a chain."""

    stop: int
    """Stop that it leads to."""
    stage: int
    """Stage after it."""
    drive: int
    """Its number in the pool."""
    departed_kwh: float
    """Energy with which it started."""
    waited_s: float
    """How long the car waits at that stop before it plugs in."""
    arrived_kwh: float
    preheated_s: float = 0.0
    """How long before that stop the pack's heater is switched on."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found."""

    time_s: float
    """What is minimised; infinite where there is no plan below the ceiling."""
    chain: tuple[Step, ...]
    labels: int
    complete: bool


def constraints_of(
    problem: Problem, *, earliest_s: Floats | None = None
) -> tuple[Constraints, ChargingTables]:
    """Turn the trip into what the compiled search takes: constraints, and charging functions.

    Parameters
    ----------
    problem
        The trip.
    earliest_s
        For a relaxation, the earliest that any plan comes to each stop, shape (stops,) [s]:
        constraints that only forbid are left out, power rises with SoC in a few steps, no slower
        anywhere, and a charger stays open once it has opened after that time.

    Returns
    -------
    tuple
        Constraints, and what charging counts.
    """
    return _plain(problem) if earliest_s is None else _made(problem, earliest_s)


@lru_cache(maxsize=4)
def _plain(problem: Problem) -> tuple[Constraints, ChargingTables]:
    """Return the constraints of a trip as they are; a plan asks for them several times."""
    return _made(problem, None)


def _made(problem: Problem, earliest_s: Floats | None) -> tuple[Constraints, ChargingTables]:
    relaxed = earliest_s is not None
    level, tables = charging_functions(problem, relaxed=relaxed)
    chargers = problem.charger_node.size
    objective, none = problem.objective, np.zeros(problem.stop_count)
    targets = problem.targets
    stops = range(problem.stop_count if problem.has_hours else 0)
    intervals = [problem.open_at(stop) for stop in stops]
    if earliest_s is not None and problem.has_hours:
        # Opening hours are those of the clock, and labels are told apart by what is minimised.
        opens_s = [problem.opens_s(stop, float(earliest_s[stop])) for stop in stops]
        released: list[OpeningIntervals] = [((opens, math.inf),) for opens in opens_s]
        intervals = [
            later if known and objective is None else ()
            for later, known in zip(released, intervals, strict=True)
        ]
    flat = np.array([s for known in intervals for s in known], np.float64).reshape(-1, 2)
    first = np.zeros(problem.stop_count + 1, np.int32)
    first[1 : len(intervals) + 1] = np.cumsum([len(known) for known in intervals])
    is_charger = np.zeros(problem.stop_count, np.bool_)
    is_charger[:chargers] = True
    is_charger[chargers : chargers + len(targets)] = [target.is_charger for target in targets]
    overhead = problem.overheads_s()
    constraints = Constraints(
        chargers=chargers,
        stages=len(targets),
        start_kwh=problem.start_kwh,
        reserve_kwh=problem.reserve_kwh,
        full_kwh=problem.capacity_kwh,
        limit_kwh=problem.limit_kwh,
        final_kwh=problem.final_kwh,
        least_arrival_kwh=problem.least_arrivals_kwh,
        step_kwh=problem.step_kwh,
        least_charge_kwh=0.0 * overhead if relaxed else problem.least_charges_kwh,
        longest_charge_s=np.where(
            is_charger, math.inf if relaxed else problem.longest_charge_s, math.inf
        ),
        most_stops=MANY if relaxed or problem.most_stops is None else problem.most_stops,
        is_charger=is_charger,
        level=level,
        overhead_s=overhead + objective.fee_s if objective else overhead,
        clock_overhead_s=overhead,
        dwell_s=np.array([target.dwell_s for target in targets]),
        opening_first=first,
        opening_begin_s=flat[:, 0].copy(),
        opening_end_s=flat[:, 1].copy(),
        charging_factor=objective.charging_factor if objective else none + 1.0,
        kwh_s=objective.kwh_s if objective else none,
        end_s_per_kwh=problem.end_s_per_kwh,
        end_level=tables.charging_function_s.shape[0] - 1 if problem.end_s_per_kwh > 0.0 else -1,
        relaxed=relaxed,
        bounded=not relaxed
        and bool(
            problem.least_charge_kwh > 0.0
            or np.isfinite(problem.longest_charge_s)
            or any(target.is_charger for target in targets)
            or problem.has_hours
        ),
    )
    return constraints, tables


def search(
    problem: Problem,
    pool: Pool,
    bounds: Bounds,
    settings: Settings,
    *,
    ceiling_s: float = math.inf,
    earliest_s: Floats | None = None,
    policy: Policy = COOL,
    deadline_s: float = math.inf,
) -> Found:
    """Search over a pool of drives.

    Parameters
    ----------
    problem
        The trip.
    pool
        Its drives.
    bounds
        Optimistic rests.
    settings
        How to search.
    ceiling_s
        Only plans quicker than this are of interest.
    earliest_s
        For a search over a relaxation, shape (stops,); see `constraints_of`. [s]
    policy
        Without battery heat, or with it and how coarse.
    deadline_s
        Reading of `time.monotonic` after which no more rows are fetched: what was found so far is
        returned as incomplete.
    """
    constraints, tables = constraints_of(problem, earliest_s=earliest_s)
    if policy.heat:
        longest_s = problem.longest_share * constraints.longest_charge_s
        constraints = constraints._replace(
            longest_charge_s=longest_s, opening_end_s=constraints.opening_end_s - problem.closing_s
        )
    elif not constraints.relaxed and math.isfinite(problem.longest_charge_s):
        step_kwh = _CAPPED_STEP_SHARE * problem.capacity_kwh
        policy = policy._replace(departure_step_kwh=step_kwh)
    room = settings.heat_label_limit if policy.heat else settings.label_limit
    frontier = new_frontier(room, problem.stop_count, len(problem.targets), ceiling_s)
    shape = (room if policy.heat else 1, SOC_CELLS + 1)
    most_departures = 4 * shape[1] + 8 + int(constraints.limit_kwh / policy.departure_step_kwh)
    direct = pool.direct and policy.skips and policy.dominance
    direct = direct and not (constraints.bounded or problem.has_hours)
    context = SearchContext(
        tables.charging_function_s,
        tables.never_quicker,
        tables.never_slower,
        tables.quickest_s,
        tables.slowest_s,
        tables.rises_kwh,
        tables.clock_s,
        problem.stop_kw,
        bounds,
        constraints,
        policy,
        problem.power or NO_POWER,
        problem.pack,
        ChargingTrajectory(np.empty(shape), np.empty(shape)),
        np.empty(most_departures),
        direct,
    )
    start(frontier, constraints, problem.start_c)
    while True:
        status = choose_stops(frontier, pool.drives, context)
        if status != NEEDS_ROW or time.monotonic() > deadline_s:
            break
        pool.fetch(int(frontier.counts[MISSING]))
    return _found(frontier, complete=status == DONE)


def _found(frontier: Frontier, *, complete: bool) -> Found:
    labels, winner = frontier.labels, int(frontier.counts[WINNER])
    chain = []
    label = winner
    while label >= 0 and labels.drive[label] >= 0:
        chain.append(
            Step(
                stop=int(labels.stop[label]),
                stage=int(labels.stage[label]),
                drive=int(labels.drive[label]),
                departed_kwh=float(labels.departed_kwh[label]),
                waited_s=float(labels.waited_s[label]),
                arrived_kwh=float(labels.energy_kwh[label]),
            )
        )
        label = int(labels.parent[label])
    time_s = float(frontier.best_s[0]) if winner >= 0 else math.inf
    return Found(time_s, tuple(reversed(chain)), int(frontier.counts[USED]), complete)


def heat_policy(
    problem: Problem, settings: Settings, *, coarser: float = 1.0, trip_s: float = 0.0
) -> Policy:
    """Return the policy of the search with heat for this car.

    Parameters
    ----------
    problem, settings
        The trip, and how to search.
    coarser
        Factor on the epsilons.
    trip_s
        About how long the trip takes; labels of long trips may differ by more. [s]
    """
    cold_below_c = -math.inf
    falling_kw = np.zeros(1)
    if problem.power is not None:
        falling_kw = np.maximum.accumulate(problem.power.limit_kw[::-1])[::-1].copy()
        most = float(problem.power.limit_kw.max())
        cold_below_c = float(problem.power.limit_c[int(np.argmax(problem.power.limit_kw))])
        wanted = min(most, float(problem.power.curve_kw.max()))
        for c in problem.power.limit_c:
            if interpolate(float(c), problem.power.limit_c, problem.power.limit_kw) >= wanted:
                cold_below_c = float(c)
                break
    return Policy(
        problem.power is not None,
        True,  # noqa: FBT003 - compiled records take no keywords
        max(settings.time_epsilon_s, _EPSILON_SHARE * trip_s) * coarser,
        settings.temperature_epsilon_k * coarser,
        settings.departure_step * problem.capacity_kwh,
        cold_below_c,
        falling_kw,
        np.array(settings.waits_s),
        # Where labels must be equal to count as such nothing is guessed, and who may wait for the
        # pack to cool may stop for that.
        settings.time_epsilon_s > 0.0 and len(settings.waits_s) == 1,
        False,  # noqa: FBT003 - likewise
    )
