"""Compiled: a label comes to a stop, and stays there only if no other dominates it.

A label dominates another of the same stop and stage if it came no later with no less energy, or if
it came with less but can charge up to the other's energy by the time that one has come: that is,
without heat, if u = t - tau(b) is no larger, where tau is the charging function [1]_.  With heat
each label charges along a trajectory of its own, its pack must be as good then, and labels that
differ less than the policy's epsilons count as equal.

References
----------
.. [1] M. Baum, J. Dibbelt, A. Gemsa, D. Wagner, T. Zuendorf, "Shortest feasible paths with
   charging stops for battery electric vehicles", Transportation Science 53(6), 2019.
"""

import numpy as np

from tripplan.physics.jit import part_bare
from tripplan.search.kernels.context import SearchContext
from tripplan.search.kernels.heat_trajectory import (
    at_energy,
    dearer_s_per_kwh,
    fill_trajectory,
    no_worse_c,
)
from tripplan.search.kernels.labels import (
    EPSILON,
    MANY,
    Arrival,
    Drives,
    Frontier,
    Labels,
    charged_kwh,
    charged_s,
    closes_s,
    least_departure_kwh,
    queue_label,
    weighted_charge_s,
    write_label,
)
from tripplan.search.kernels.worthwhile import least_worthwhile_kwh


@part_bare
def insert_unless_dominated(
    frontier: Frontier, drives: Drives, context: SearchContext, arrival: Arrival, rest_s: float
) -> None:
    """Write a label that came to a stop, and keep it unless another dominates it.

    Parameters
    ----------
    frontier
        The labels so far.
    drives
        The drives.
    context
        The context of the search.
    arrival
        What the label says.
    rest_s
        Lower bound on the time from there to the end. [s]
    """
    policy, best_s = context.policy, frontier.best_s[0]
    stop, energy_kwh, pack_c = arrival.stop, arrival.energy_kwh, arrival.pack_c
    new = write_label(frontier, arrival)
    if policy.dominance and _is_dominated(frontier, context, new):
        return
    if context.direct:
        least_s = _least_rest_s(frontier, drives, context, new)
        if arrival.time_s + least_s >= best_s - EPSILON:
            return
        rest_s = max(rest_s, least_s)
    if policy.heat:
        missing_kwh = context.bounds.energy_kwh[arrival.stage, stop]
        missing_kwh += context.bounds.final_kwh - energy_kwh
        if 0.0 < missing_kwh < np.inf:
            rest_s += missing_kwh * dearer_s_per_kwh(context, pack_c, best_s - arrival.time_s)
        if arrival.time_s + rest_s >= best_s - EPSILON:
            return
        if context.constraints.level[stop] >= 0:
            fill_trajectory(context, new, energy_kwh, pack_c, context.charger_kw[stop])
    if policy.dominance:
        _prune(frontier, context, new)
    queue_label(frontier, new, arrival.time_s + rest_s)


@part_bare
def _least_rest_s(frontier: Frontier, drives: Drives, context: SearchContext, label: int) -> float:
    """Return a lower bound on the time from a label to the end if its stop is worth making [s]."""
    constraints, labels, bounds = context.constraints, frontier.labels, context.bounds
    worth_kwh = least_worthwhile_kwh(context, drives, labels, label)
    if worth_kwh <= 0.0:
        return -np.inf
    stop, stage, came_kwh = labels.stop[label], labels.stage[label], labels.energy_kwh[label]
    if came_kwh + worth_kwh >= constraints.limit_kwh - EPSILON:
        return np.inf
    level, step_kwh = constraints.level[stop], constraints.step_kwh
    function_s = context.charging_function_s
    left_kwh = came_kwh + worth_kwh
    charging_s = charged_s(function_s, level, step_kwh, left_kwh)
    charging_s -= charged_s(function_s, level, step_kwh, came_kwh)
    spare_s = (left_kwh - bounds.final_kwh) * 3600.0 / bounds.best_kw
    rest_s = max(bounds.time_s[stage, stop], bounds.priced_s[stage, stop] - spare_s)
    missing = bounds.energy_kwh[stage, stop] + bounds.final_kwh - constraints.limit_kwh
    if 0.0 < missing < np.inf:
        rest_s += np.ceil(missing / bounds.usable_kwh - EPSILON) * bounds.overhead_s
    return float(constraints.overhead_s[stop] + charging_s + rest_s)


@part_bare
def _is_dominated(frontier: Frontier, context: SearchContext, new: int) -> bool:
    """Whether a label in the bag dominates a new one; pruned labels leave the bag."""
    stage, stop = frontier.labels.stage[new], frontier.labels.stop[new]
    previous = -1
    other = frontier.bag[stage, stop]
    while other >= 0:
        follower = frontier.next_in_bag[other]
        if not frontier.dead[other]:
            if _dominates(context, frontier.labels, other, new, context.policy.time_epsilon_s):
                return True
            previous = other
        elif previous < 0:
            frontier.bag[stage, stop] = follower
        else:
            frontier.next_in_bag[previous] = follower
        other = follower
    return False


@part_bare
def _prune(frontier: Frontier, context: SearchContext, new: int) -> None:
    """Prune the labels in the bag that a new one dominates, without any epsilon of the policy."""
    epsilon_s = 0.0 if context.policy.heat else EPSILON
    other = frontier.bag[frontier.labels.stage[new], frontier.labels.stop[new]]
    while other >= 0:
        if not frontier.dead[other]:
            frontier.dead[other] = _dominates(context, frontier.labels, new, other, epsilon_s)
        other = frontier.next_in_bag[other]


@part_bare
def _dominates(
    context: SearchContext, labels: Labels, one: int, other: int, epsilon_s: float
) -> bool:
    """Whether a label can do whatever another at its stop could, up to an epsilon in time."""
    constraints, stop = context.constraints, labels.stop[one]
    if labels.stops[one] > labels.stops[other] and constraints.most_stops < MANY:
        return False
    if not constraints.bounded or constraints.level[stop] < 0:
        return _no_worse(context, labels, one, other, epsilon_s)
    if constraints.least_charge_kwh[stop] > 0.0 and not context.policy.heat:
        if not _dominates_with_least(context, labels, one, other, epsilon_s):
            return False
    elif not _no_worse(context, labels, one, other, epsilon_s):
        return False
    return _most_kwh(context, labels, one) >= _most_kwh(context, labels, other) - EPSILON


@part_bare
def _no_worse(
    context: SearchContext, labels: Labels, one: int, other: int, epsilon_s: float
) -> bool:
    """Whether a label has, or can charge, what another has by the time that that one has it."""
    constraints, stop = context.constraints, labels.stop[one]
    one_s, other_s = labels.time_s[one], labels.time_s[other]
    energy_kwh, wanted_kwh = labels.energy_kwh[one], labels.energy_kwh[other]
    pack_c, level = labels.pack_c[one], constraints.level[stop]
    if one_s <= other_s + epsilon_s:
        if energy_kwh >= wanted_kwh - EPSILON:
            return no_worse_c(context.policy, pack_c, labels.pack_c[other])
    elif context.policy.heat:
        return False
    if energy_kwh > wanted_kwh + EPSILON or level < 0:
        return False
    if wanted_kwh > constraints.limit_kwh + EPSILON:
        return False
    step_kwh, function_s = constraints.step_kwh, context.charging_function_s
    if context.policy.heat:
        charging_s, pack_c = at_energy(
            context.trajectory, one, energy_kwh, pack_c, step_kwh, wanted_kwh
        )
        one_s += weighted_charge_s(constraints, stop, charging_s, wanted_kwh - energy_kwh)
    else:
        # What counts is u = t - tau(b); sums in another order would round otherwise.
        one_s -= charged_s(function_s, level, step_kwh, energy_kwh)
        other_s -= charged_s(function_s, level, step_kwh, wanted_kwh)
    return one_s <= other_s + epsilon_s and no_worse_c(context.policy, pack_c, labels.pack_c[other])


@part_bare
def _most_kwh(context: SearchContext, labels: Labels, label: int) -> float:
    """Most energy with which a label can leave its stop, without heat [kWh]."""
    constraints, stop = context.constraints, labels.stop[label]
    level, step_kwh, energy_kwh = (
        constraints.level[stop], constraints.step_kwh, labels.energy_kwh[label],
    )  # fmt: skip
    closes = closes_s(constraints, stop, labels.clock_s[label])
    spare_s = closes - labels.clock_s[label] - constraints.clock_overhead_s[stop]
    charging_s = min(constraints.longest_charge_s[stop], spare_s)
    most = constraints.limit_kwh
    if charging_s < np.inf:
        until_s = charged_s(context.clock_s, level, step_kwh, energy_kwh) + max(charging_s, 0.0)
        most = min(most, charged_kwh(context.clock_s, level, step_kwh, until_s))
    return float(max(most, energy_kwh))


@part_bare
def _dominates_with_least(
    context: SearchContext, labels: Labels, one: int, other: int, epsilon_s: float
) -> bool:
    """Whether a label can leave, with any energy that another can leave with, no later than that.

    Each must charge so much first.
    """
    constraints, stop = context.constraints, labels.stop[one]
    level, step_kwh = constraints.level[stop], constraints.step_kwh
    function_s = context.charging_function_s
    one_kwh, other_kwh = labels.energy_kwh[one], labels.energy_kwh[other]
    first_kwh = least_departure_kwh(constraints, stop, one_kwh)
    others_kwh = least_departure_kwh(constraints, stop, other_kwh)
    most = _most_kwh(context, labels, other)
    if others_kwh > most + EPSILON:
        return True
    since_s = labels.time_s[one] - charged_s(function_s, level, step_kwh, one_kwh)
    others_s = labels.time_s[other] - charged_s(function_s, level, step_kwh, other_kwh)
    if one_kwh <= other_kwh + EPSILON:
        return bool(since_s <= others_s + epsilon_s)
    first = since_s + charged_s(function_s, level, step_kwh, first_kwh)
    if first > others_s + charged_s(function_s, level, step_kwh, others_kwh) + epsilon_s:
        return False
    return bool(since_s <= others_s + epsilon_s or most <= first_kwh + EPSILON)
