"""What driving slower to a charger does for the pack's temperature, and what that saves."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from tripplan.search.chain import ChosenChain
from tripplan.search.label_setting import Found, Step
from tripplan.search.polish import arrivals_c, polished
from tripplan.search.problem import Problem, at_best_temperature
from tripplan.search.refine import FineDrives

LEAST_SAVED_S: Final = 30.0
"""Slowing down that saves less than this by temperature is not told as that (assumption)."""


class Slowed(NamedTuple):
    """A leg that is driven slower than it could be, for a cooler pack among other things."""

    longer_s: float
    """How much longer it takes than the quickest drive that the battery lasts for."""
    cooler_k: float
    """How much cooler the pack arrives than by that drive."""
    saved_s: float
    """How much longer the same stops would take with that drive, all else fitted anew."""
    by_temperature_s: float
    """How much of it would not be saved if the pack's temperature cost no time."""


def slowed(problem: Problem, chosen: ChosenChain) -> tuple[Slowed | None, ...]:
    """Return what slowing down does on each leg of a chain, shape (legs,).

    None where it is not slower, or does little by temperature.

    Parameters
    ----------
    problem
        The trip, by time alone; with a car that can fast-charge.
    chosen
        A plan over finely graded drives.
    """
    pool = chosen.pool
    assert isinstance(pool, FineDrives)
    assert problem.power is not None
    cool = at_best_temperature(problem)
    found: list[Slowed | None] = []
    for leg, quick in enumerate(_quickest(problem, pool, chosen.chain)):
        longer_s = 0.0
        if quick is not None:
            times_s = pool.drives.time_s[[chosen.chain[leg].drive, quick]]
            longer_s = float(times_s[0] - times_s[1])
        if quick is None or longer_s < LEAST_SAVED_S:
            found.append(None)
            continue
        steps = list(chosen.chain)
        steps[leg] = steps[leg]._replace(drive=quick)
        other = polished(problem, pool, tuple(steps), held=(leg,))
        saved_s = other.time_s - chosen.time_s
        without = [polished(cool, pool, each, held=(leg,)) for each in (tuple(steps), chosen.chain)]
        by_temperature_s = saved_s - (without[0].time_s - without[1].time_s)
        cooler_k = _arrives_c(problem, pool, other, leg) - _arrives_c(problem, pool, chosen, leg)
        tells = min(saved_s, by_temperature_s) >= LEAST_SAVED_S and cooler_k > 0.0
        tells = tells and np.isfinite(by_temperature_s)
        found.append(Slowed(longer_s, cooler_k, saved_s, by_temperature_s) if tells else None)
    return tuple(found)


def _arrives_c(problem: Problem, pool: FineDrives, chain: Found | ChosenChain, leg: int) -> float:
    return float(arrivals_c(problem, pool, chain.chain)[leg])


def _quickest(problem: Problem, pool: FineDrives, steps: tuple[Step, ...]) -> Iterator[int | None]:
    """Yield the quickest drive of each leg to a plug that the battery can hold; None: no plug."""
    here, stage = problem.stop_count - 1, 0
    for leg, step in enumerate(steps):
        near = pool.alternatives(here, stage, step.stop, step.stage)
        held_kwh = problem.limit_kwh if leg else problem.start_kwh
        consumed_kwh = pool.drives.consumed_kwh[near]
        least_kwh = problem.least_arrivals_kwh[step.stage, step.stop]
        needs_kwh = np.maximum(pool.drives.min_departure_kwh[near], consumed_kwh + least_kwh)
        fits = near[needs_kwh <= held_kwh]
        yield int(fits[0]) if fits.size and problem.stop_kw[step.stop] > 0.0 else None
        here, stage = step.stop, step.stage
