"""Warm the pack on the way to a charger where that makes a plan quicker: the heater as a choice.

What a heater takes from the battery has to be charged before, and a warmer pack charges faster
behind it.  Chains of stops that were found without a heater are fitted anew with it: speeds,
departures, and how long before each charger it is switched on.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from tripplan.routing.customization import CustomizedHierarchy
from tripplan.search.chain import ChosenChain
from tripplan.search.heat_drives import has_pointless_stop
from tripplan.search.label_setting import Found
from tripplan.search.polish import polished, replayed, with_fewer_steps
from tripplan.search.problem import Problem
from tripplan.search.refine import FineDrives

LEAST_SAVED_S: Final = 30.0
"""Preheating that saves less than this is not worth a word (assumption)."""


class Preheated(NamedTuple):
    """A chain with the heater on before some of its stops."""

    chosen: ChosenChain
    saved_s: tuple[float, ...]
    """How much longer the chain takes without each preheating, fitted anew, shape (legs,); 0 where
    there is none, infinite where its stops then cannot be kept."""


def preheated(
    problem: Problem,
    customized: CustomizedHierarchy,
    plan: ChosenChain,
    chains: Sequence[ChosenChain],
    least_saved_s: float = LEAST_SAVED_S,
) -> Preheated | None:
    """Fit chains of stops to a heater of the pack; None: no plan becomes quicker by it.

    Parameters
    ----------
    problem, customized
        The trip, with a heater, and its roads with their costs.
    plan
        The best plan without the heater; its time is infinite where there is none.
    chains
        Other chains that were found on the way, some of which may be better with it.
    least_saved_s
        Each preheating, and all together, save at least so much. [s]
    """
    best, pool = _best(problem, customized, plan, chains)
    while best is not None and pool is not None:
        saved_s = _saved_s(problem, pool, best)
        heated = [leg for leg, step in enumerate(best.chain) if step.preheated_s > 0.0]
        if not heated or plan.time_s - best.time_s < least_saved_s:
            return None
        least = min(heated, key=saved_s.__getitem__)
        if saved_s[least] >= least_saved_s:
            return Preheated(ChosenChain(best.time_s, best.chain, pool), tuple(saved_s))
        cold = [leg for leg in range(len(best.chain)) if leg not in heated]
        best = polished(problem, pool, best.chain, (*cold, least))
    return None


def _best(
    problem: Problem,
    customized: CustomizedHierarchy,
    plan: ChosenChain,
    chains: Sequence[ChosenChain],
) -> tuple[Found | None, FineDrives | None]:
    """Return the quickest of the chains with the heater, and its drives."""
    known = [chosen for chosen in (plan, *chains) if chosen.chain]
    every = FineDrives(problem, customized, known)
    tried = [(every, replayed(problem, every, chosen.chain)) for chosen in known]
    if isinstance(plan.pool, FineDrives) and plan.chain:
        tried.append((plan.pool, plan.chain))
    best: Found | None = None
    found: FineDrives | None = None
    for pool, steps in tried:
        if not steps:
            continue
        fitted = with_fewer_steps(problem, pool, polished(problem, pool, steps))
        if not math.isfinite(fitted.time_s) or (best and fitted.time_s >= best.time_s):
            continue
        if not has_pointless_stop(problem, ChosenChain(fitted.time_s, fitted.chain, pool)):
            best, found = fitted, pool
    return best, found


def _saved_s(problem: Problem, pool: FineDrives, best: Found) -> list[float]:
    """How much longer a chain takes without the preheating on each of its legs [s]."""
    return [
        polished(problem, pool, best.chain, (leg,)).time_s - best.time_s
        if step.preheated_s > 0.0
        else 0.0
        for leg, step in enumerate(best.chain)
    ]
