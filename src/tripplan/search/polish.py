"""Fit speeds and departures of one chain of stops to battery heat."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.search.chain import chain_of
from tripplan.search.kernels.polish import Chain, Legs, drive_chain, polish_chain
from tripplan.search.label_setting import Found, Step, constraints_of
from tripplan.search.problem import Problem
from tripplan.search.refine import FineDrives
from tripplan.units import S_PER_H

_ROUNDS = 12

_MOST_TRIED = 10
"""Most drives of a chain whose stops are left out one after the other."""


def polished(
    problem: Problem,
    pool: FineDrives,
    steps: tuple[Step, ...],
    unheated: Sequence[int] = (),
    held: Sequence[int] = (),
) -> Found:
    """Improve a chain of drives of a pool.

    Parameters
    ----------
    problem
        The trip; with a car that can fast-charge.
    pool
        Finely graded drives between the stops of the chain.
    steps
        The chain, as a search over the pool found it.
    unheated
        Legs on which the pack's heater stays off.
    held
        Legs whose drive stays what it is.

    Returns
    -------
    Found
        The same stops with other drives and departures; the time holds with battery heat.
    """
    assert problem.power is not None
    drives = pool.drives
    chain, every, choice = _chain(problem, pool, steps, held)
    constraints, _ = constraints_of(problem)
    longest_s = problem.longest_share * constraints.longest_charge_s
    constraints = constraints._replace(
        longest_charge_s=longest_s, opening_end_s=constraints.opening_end_s - problem.closing_s
    )
    final_kwh = drives.consumed_kwh[steps[-1].drive] + problem.final_kwh
    chain.heated_s[list(unheated)] = 0.0
    legs = _legs(chain, choice, steps)
    legs.spare_kwh[-1] = max(min(legs.spare_kwh[-1], steps[-1].departed_kwh - final_kwh), 0.0)
    time_s = polish_chain(
        chain, legs, problem.start_c, constraints, problem.power, problem.pack, _ROUNDS
    )
    found = tuple(
        step._replace(
            drive=int(every[chain.first[leg] + legs.choice[leg]]),
            departed_kwh=float(legs.departed_kwh[leg]),
            arrived_kwh=float(legs.arrived_kwh[leg]),
            waited_s=0.0,
            preheated_s=float(legs.preheated_s[leg]),
        )
        for leg, step in enumerate(steps)
    )
    return Found(time_s, found, 0, complete=True)


def _legs(chain: Chain, choice: list[int], steps: tuple[Step, ...]) -> Legs:
    """Return how the steps of a chain are driven."""
    needed_kwh = chain.min_departure_kwh[chain.first[:-1] + choice]
    departed_kwh = np.array([step.departed_kwh for step in steps])
    preheated_s = np.minimum([step.preheated_s for step in steps], chain.heated_s)
    spare_kwh = departed_kwh - needed_kwh - preheated_s * (chain.heater.power_kw / S_PER_H)
    waited_s, *none_yet = np.zeros((4, len(steps)))
    number = np.array(choice, np.int32)
    return Legs(number, np.maximum(spare_kwh, 0.0), waited_s, preheated_s, *none_yet)


def arrivals_c(problem: Problem, pool: FineDrives, steps: tuple[Step, ...]) -> Floats:
    """Pack temperature at the end of each drive of a chain, shape (legs,) [degC].

    Parameters
    ----------
    problem, pool, steps
        As in `polished`.
    """
    assert problem.power is not None
    chain, _, choice = _chain(problem, pool, steps, range(len(steps)))
    constraints, _ = constraints_of(problem)
    legs = _legs(chain, choice, steps)
    drive_chain(chain, legs, problem.start_c, constraints, problem.power, problem.pack)
    return legs.arrived_c


def with_fewer_steps(problem: Problem, pool: FineDrives, found: Found) -> Found:
    """Leave out one charger of a chain after the other, as long as that makes it better with heat.

    A search without heat takes a stop where a warm pack makes it dear.  Chains of more than
    `_MOST_TRIED` drives are left as they are: each trial costs a descent over the whole chain.

    Parameters
    ----------
    problem, pool
        As in `polished`.
    found
        A chain that was improved.
    """
    while len(found.chain) <= _MOST_TRIED:
        shorter = [polished(problem, pool, steps) for steps in _shorter(problem, pool, found.chain)]
        best = min(shorter, key=lambda other: other.time_s, default=found)
        if not best.time_s < found.time_s:
            return found
        found = best
    return found


def replayed(problem: Problem, pool: FineDrives, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return a chain of other drives over those of a pool, as fast as its charge allows.

    Parameters
    ----------
    problem, pool
        As in `polished`.
    steps
        The chain; nothing is returned where it passes a plug that the pool stops at, or stops more
        often than the trip may, which a relaxation does not count.
    """
    drives, chargers = pool.drives, problem.charger_node.size
    stops = sum(
        step.stop < chargers or problem.targets[step.stop - chargers].is_charger for step in steps
    )
    if problem.most_stops is not None and stops > problem.most_stops:
        return ()
    here, stage = problem.stop_count - 1, 0
    found: list[Step] = []
    for step in steps:
        near = pool.alternatives(here, stage, step.stop, step.stage)
        if not near.size:
            return ()
        fits = near[drives.min_departure_kwh[near] <= step.departed_kwh]
        found.append(step._replace(drive=int(fits[0] if fits.size else near[-1])))
        here, stage = step.stop, step.stage
    return tuple(found)


def _shorter(
    problem: Problem, pool: FineDrives, steps: tuple[Step, ...]
) -> Iterator[tuple[Step, ...]]:
    """Yield the chains without one of the chargers, as far as the pool has a drive past it."""
    drives = pool.drives
    here, stage = problem.stop_count - 1, 0
    for leg, (step, after) in enumerate(pairwise(steps)):
        if step.stop < problem.charger_node.size:
            near = pool.alternatives(here, stage, after.stop, after.stage)
            held = problem.limit_kwh if leg else problem.start_kwh
            near = near[drives.min_departure_kwh[near] <= held]
            if near.size:
                past = after._replace(drive=int(near[0]), departed_kwh=step.departed_kwh)
                yield (*steps[:leg], past, *steps[leg + 2 :])
        here, stage = step.stop, step.stage


def _chain(
    problem: Problem, pool: FineDrives, steps: tuple[Step, ...], held: Sequence[int]
) -> tuple[Chain, Ints, list[int]]:
    """Lay out the drives between the stops of a chain, with their numbers and those chosen."""
    drives = pool.drives
    here, stage = problem.stop_count - 1, 0
    numbers, sizes, choice = [], [0], []
    for leg, step in enumerate(steps):
        near = pool.alternatives(here, stage, step.stop, step.stage)
        if leg in held:
            near = near[near == step.drive]
        numbers.append(near)
        sizes.append(near.size)
        choice.append(int(np.flatnonzero(near == step.drive)[0]))
        here, stage = step.stop, step.stage
    every = np.concatenate(numbers)
    chain = chain_of(problem, drives, steps, every, np.cumsum(sizes))
    return chain, every, choice


def nearest_steps(problem: Problem, pool: FineDrives, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Take the drives of a pool that come closest to the energies of a chain.

    Parameters
    ----------
    problem, pool
        The trip, and drives between the stops of the chain.
    steps
        The chain; its own drives are of another pool.

    Returns
    -------
    tuple of Step
        Empty where there is no drive for one of the legs.
    """
    here, stage, found = problem.stop_count - 1, 0, []
    for step in steps:
        near = pool.alternatives(here, stage, step.stop, step.stage)
        if not near.size:
            return ()
        consumed_kwh = pool.drives.consumed_kwh[near]
        spent_kwh = step.departed_kwh - step.arrived_kwh
        fits = consumed_kwh <= spent_kwh + 1e-9
        best = int(np.argmax(np.where(fits, consumed_kwh, -np.inf)))
        if not fits.any():
            best = int(np.argmin(consumed_kwh))
        found.append(step._replace(drive=int(near[best])))
        here, stage = step.stop, step.stage
    return tuple(found)
