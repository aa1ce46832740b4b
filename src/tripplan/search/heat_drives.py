"""From the chain of stops of a bound with heat to a plan: driven for real, and fitted to heat."""

from dataclasses import replace
from itertools import pairwise

from tripplan.records.settings import Settings
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.search.chain import ChosenChain, driven_s
from tripplan.search.heat_bound import COLD, HOT, better_limit_kw
from tripplan.search.kernels.labels import Bounds
from tripplan.search.label_setting import heat_policy, search
from tripplan.search.polish import nearest_steps, polished
from tripplan.search.problem import Problem
from tripplan.search.refine import FineDrives

_FINELY = {"departure_step": 0.02, "time_epsilon_s": 3.0, "temperature_epsilon_k": 0.3}
"""How finely labels are told apart between the stops of one chain, ..."""
_LABELS = 20_000
"""... and how many there may be: a tenth of a second's worth."""
_NOTHING_KWH = 1e-6
"""A stop that adds less is none."""
_SIDE_SHARE = 1e-3
"""Heat on one side counts where it costs a plan more than this share of its time."""


def sides_that_matter(problem: Problem, plan: ChosenChain, settings: Settings) -> list[float]:
    """Sides on which heat costs a plan time: in hot packs, in cold ones, or both.

    Parameters
    ----------
    problem
        The trip; with a car that can fast-charge.
    plan
        A plan for it.
    settings
        How to search.
    """
    power, found = problem.power, []
    assert power is not None
    for side, other in ((HOT, COLD), (COLD, HOT)):
        # The plan as if only the other side cost time.
        better = power._replace(limit_kw=better_limit_kw(power.limit_kw, other))
        here_s = driven_s(replace(problem, power=better), plan, settings)
        if plan.time_s - here_s > _SIDE_SHARE * plan.time_s:
            found.append(side)
    return found


def driven_with_heat(
    problem: Problem,
    customized: CustomizedHierarchy,
    bounds: Bounds,
    settings: Settings,
    chain: ChosenChain,
    plan: ChosenChain,
) -> tuple[ChosenChain, int]:
    """Drive the stops of a chain at finely graded speeds; the better of the result and the plan.

    First as the chain says, fitted to heat; then by a search with heat over these drives alone,
    which may leave out stops, fitted as well.

    Parameters
    ----------
    problem, customized
        The trip, and its roads with their costs.
    bounds, settings
        Optimistic rests of the trip, and how to search.
    chain
        Stops and energies.
    plan
        The best plan so far.

    Returns
    -------
    tuple of ChosenChain and int
        The better plan, and how many labels were made.
    """
    pool = FineDrives(problem, customized, [chain])
    steps = nearest_steps(problem, pool, chain.chain)
    if not steps:
        return plan, 0
    tried = [plan]
    fitted = polished(problem, pool, steps)
    tried.append(ChosenChain(fitted.time_s, fitted.chain, pool))
    ceiling_s = min(plan.time_s, fitted.time_s)
    finely = settings.model_copy(
        update={**_FINELY, "heat_label_limit": max(_LABELS, settings.heat_label_limit)}
    )
    policy = heat_policy(problem, finely)
    found = search(problem, pool, bounds, finely, ceiling_s=ceiling_s, policy=policy)
    if found.chain:
        hot = ChosenChain(found.time_s, found.chain, pool)
        tried.append(replace(hot, time_s=driven_s(problem, hot, settings)))
        again = polished(problem, pool, found.chain)
        tried.append(ChosenChain(again.time_s, again.chain, pool))
    # A stop without a charge is left out of what is shown, and what it did to the pack with it.
    tried[1:] = [one for one in tried[1:] if not has_pointless_stop(problem, one)]
    return min(tried, key=lambda p: p.time_s), found.labels


def has_pointless_stop(problem: Problem, chosen: ChosenChain) -> bool:
    """Whether a chain comes to a charger and charges nothing there."""
    return any(
        step.stop < problem.charger_node.size
        and after.departed_kwh <= step.arrived_kwh + _NOTHING_KWH
        for step, after in pairwise(chosen.chain)
    )
