"""Drive a chosen chain of stops once more, with battery heat: what it counts in truth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats, Ints, Longs
from tripplan.physics.thermal import NO_HEATER
from tripplan.records.settings import Settings
from tripplan.search.kernels.labels import EPSILON, Drives
from tripplan.search.kernels.polish import Chain, Legs, drive_chain
from tripplan.search.label_setting import Step, constraints_of
from tripplan.search.pool import DrivePool
from tripplan.search.problem import Problem, at_best_temperature
from tripplan.units import S_PER_H

_SAME = 1e-9
"""Times that differ by less are equal (relative)."""
_ROUNDING_S = 1e-3
"""Times of charging are added up in another order in a search."""


@dataclass(frozen=True, eq=False)
class ChosenChain:
    """A chain of stops over a pool of drives."""

    time_s: float
    """What it counts with heat: time, and what else is minimised; infinite: there is no chain."""
    chain: tuple[Step, ...]
    pool: DrivePool


def driven_s(
    problem: Problem, plan: ChosenChain, settings: Settings, *, surely: bool = False
) -> float:
    """Drive a chain and charge along it, with battery heat where that is asked for.

    Returns what the search minimises [s].

    Parameters
    ----------
    problem, plan, settings
        The trip, the chain, and whether with heat.
    surely
        Whether charges that heat slows down have to keep off the longest time and the closing hour
        by what heat road by road may add.
    """
    if not settings.heat:
        return plan.time_s
    if problem.power is None:
        return _plain_s(plan, problem)
    found_s = _driven_s(problem, plan, 1.0, 0.0)
    if not surely or not (math.isfinite(problem.longest_charge_s) or problem.has_hours):
        return found_s
    # A finished plan has its heat road by road, and charges a little longer or shorter for that.
    surely_s = _driven_s(problem, plan, problem.longest_share, problem.closing_s)
    if surely_s <= found_s * (1.0 + _SAME) or not math.isfinite(found_s):
        return surely_s
    without_heat_s = _driven_s(at_best_temperature(problem), plan, 1.0, 0.0)
    return found_s if found_s <= without_heat_s * (1.0 + _SAME) else surely_s


def _driven_s(problem: Problem, plan: ChosenChain, share: float, before_s: float) -> float:
    """Drive a chain that may charge for a share of the longest time, and end before closing.

    A chain that was driven before is not driven again.
    """
    key = (problem, plan.chain, share, before_s)
    found_s = plan.pool.driven_s.get(key)
    if found_s is None:
        found_s = plan.pool.driven_s[key] = _driven_now_s(problem, plan, share, before_s)
    return found_s


def _driven_now_s(problem: Problem, plan: ChosenChain, share: float, before_s: float) -> float:
    assert problem.power is not None
    steps, legs, stops = plan.chain, len(plan.chain), problem.stop_count
    drives, number = plan.pool.drives, np.array([step.drive for step in steps])
    chain = chain_of(problem, drives, steps, number, np.arange(legs + 1))
    # The energies to leave with are given; whether they suffice is not asked again, but whether
    # charging takes too long with heat is.
    chain = chain._replace(min_departure_kwh=np.zeros(legs))
    constraints, _ = constraints_of(problem)
    constraints = constraints._replace(
        final_kwh=-np.inf,
        least_charge_kwh=np.zeros(stops),
        longest_charge_s=share * constraints.longest_charge_s + _ROUNDING_S,
        opening_end_s=constraints.opening_end_s - before_s,
    )
    departed, waited, preheated = np.array(
        [(step.departed_kwh, step.waited_s, step.preheated_s) for step in steps]
    ).T.copy()
    # What the heater takes is needed on top of what a drive needs.
    departed = departed - preheated * (chain.heater.power_kw / S_PER_H)
    driven = Legs(np.zeros(legs, np.int32), departed, waited, preheated, *np.zeros((3, legs)))
    return drive_chain(chain, driven, problem.start_c, constraints, problem.power, problem.pack)


def chain_of(
    problem: Problem, drives: Drives, steps: Sequence[Step], number: Longs | Ints, first: Longs
) -> Chain:
    """Lay out some drives between the stops of a chain.

    Parameters
    ----------
    problem, drives
        The trip, and a table of drives.
    steps
        The chain.
    number
        Drives of the table, by leg, shape (drives,).
    first
        Index into ``number`` by leg, shape (legs + 1,).
    """
    stop = np.array([step.stop for step in steps], np.int32)
    stage = np.array([step.stage for step in steps], np.int32)
    least_kwh = np.repeat(problem.least_arrivals_kwh[stage, stop], np.diff(first))
    consumed_kwh, max_arrival_kwh = drives.consumed_kwh[number], drives.max_arrival_kwh[number]
    need_kwh = np.maximum(drives.min_departure_kwh[number], consumed_kwh + least_kwh)
    need_kwh[max_arrival_kwh < least_kwh - EPSILON] = np.inf
    return Chain(
        stop,
        first.astype(np.int32),
        drives.time_s[number],
        need_kwh,
        consumed_kwh,
        max_arrival_kwh,
        drives.heat_j[number],
        problem.stop_kw[stop],
        heatable_s(problem, steps),
        problem.heater or NO_HEATER,
    )


def heatable_s(problem: Problem, steps: Sequence[Step]) -> Floats:
    """How long before the end of each drive the pack's heater may be switched on [s].

    Only on the way to a plug, and not on drives past places where nothing can be charged.

    Parameters
    ----------
    problem
        The trip.
    steps
        The chain.
    """
    found, stage = np.zeros(len(steps)), 0
    for leg, step in enumerate(steps):
        passes = step.stage - stage > int(step.stop >= problem.charger_node.size)
        if problem.heater is not None and problem.stop_kw[step.stop] > 0.0 and not passes:
            found[leg] = np.inf
        stage = step.stage
    return found


def _plain_s(plan: ChosenChain, problem: Problem) -> float:
    """Return what a chain without charging counts [s]."""
    dwell_s = sum(target.dwell_s for target in problem.targets[:-1])
    driving_s = sum(float(plan.pool.drives.time_s[step.drive]) for step in plan.chain)
    lacks_kwh = problem.capacity_kwh - plan.chain[-1].arrived_kwh if plan.chain else 0.0
    return dwell_s + driving_s + lacks_kwh * problem.end_s_per_kwh
