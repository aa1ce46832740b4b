"""Compiled: a label comes to a stop, and stays there only if it may be of use.

Without heat, label A dominates B if it came no later with no less energy, or if it came
with less but can charge up to B's energy by the time B has come, that is if u = t - tau(b) is no
larger [1]_.  With heat each label charges along a trajectory of its own, and labels that
differ less than given epsilons count as equal.

References
----------
.. [1] M. Baum, J. Dibbelt, A. Gemsa, D. Wagner, T. Zuendorf, "Shortest feasible paths with
   charging stops for battery electric vehicles", Transportation Science 53(6), 2019.
"""

import numpy as np

from tripplan.physics.charging import charging_power_kw
from tripplan.physics.jit import part_bare
from tripplan.physics.thermal import parked_pack_c
from tripplan.search.kernels.charge import dwelt
from tripplan.search.kernels.context import SearchContext
from tripplan.search.kernels.heat_trajectory import (
    at_energy,
    dearer_s_per_kwh,
    fill_trajectory,
    no_worse_c,
)
from tripplan.search.kernels.labels import (
    EPSILON,
    Frontier,
    charged_kwh,
    charged_s,
    fewer_stops,
    put_label,
    queue_label,
    weighted_charge_s,
)

_COOLER_K = 2.0


@part_bare
def dwell(
    context: SearchContext, there: int, energy_kwh: float, pack_c: float
) -> tuple[float, float]:
    """Energy and pack temperature after the time that a place takes anyway; plugs are used."""
    constraints = context.constraints
    stay = constraints.dwell_s[there - constraints.chargers]
    if stay <= 0.0:
        return energy_kwh, pack_c
    level = constraints.level[there]
    if context.heat:
        kw = context.charger_kw[there]
        energy_kwh, pack_c = dwelt(
            energy_kwh, constraints.limit_kwh, pack_c, kw, stay, context.power, context.pack
        )
    elif level >= 0:
        until = charged_s(context.clock_s, level, constraints.step_kwh, energy_kwh) + stay
        charged = charged_kwh(context.clock_s, level, constraints.step_kwh, until)
        energy_kwh = max(energy_kwh, min(charged, constraints.limit_kwh))
    return energy_kwh, pack_c


@part_bare
def hot(context: SearchContext, there: int, energy_kwh: float, pack_c: float) -> bool:
    """Whether the pack temperature would limit the power, and cooling down would help."""
    if context.constraints.level[there] < 0:
        return False
    soc, kw = energy_kwh / context.power.capacity_kwh, context.charger_kw[there]
    now = charging_power_kw(soc, pack_c, kw, context.power)
    return charging_power_kw(soc, pack_c - _COOLER_K, kw, context.power) > now


@part_bare
def insert_unless_dominated(
    frontier: Frontier,
    context: SearchContext,
    there: int,
    stage: int,
    time_s: float,
    clock_s: float,
    wait_s: float,
    energy_kwh: float,
    pack_c: float,
    parent: int,
    drive: int,
    leave_kwh: float,
    rest: float,
) -> None:
    """Write a label that came to a stop, unless another dominates it."""
    constraints = context.constraints
    at_s = time_s + wait_s
    ready_c = pack_c
    if context.heat:
        ready_c = parked_pack_c(pack_c, 0.0, constraints.clock_overhead_s[there], context.pack)
    if at_s + rest >= frontier.best_s[0] - EPSILON:
        return
    stops = frontier.labels.stops[parent] + (1 if constraints.is_charger[there] else 0)
    if context.dominance:
        if context.heat:
            if _is_dominated_hot(frontier, context, there, stage, at_s, energy_kwh, ready_c, stops):
                return
        elif _is_dominated(frontier, context, there, stage, at_s, energy_kwh, stops):
            return
    if context.heat:
        spare_s = frontier.best_s[0] - at_s
        missing = context.bounds.energy_kwh[stage, there] + context.bounds.final_kwh - energy_kwh
        if 0.0 < missing < np.inf:
            rest += missing * dearer_s_per_kwh(
                context.bounds, ready_c, spare_s, context.rules, context.power, context.pack
            )
        if at_s + rest >= frontier.best_s[0] - EPSILON:
            return
    new = put_label(
        frontier,
        there,
        stage,
        at_s,
        clock_s + wait_s,
        energy_kwh,
        ready_c,
        parent,
        drive,
        leave_kwh,
        wait_s,
    )
    frontier.labels.stops[new] = stops
    if context.heat:
        if constraints.level[there] >= 0:
            kw = context.charger_kw[there]
            fill_trajectory(
                context.trajectory,
                new,
                energy_kwh,
                ready_c,
                kw,
                constraints.step_kwh,
                context.power,
                context.pack,
            )
        if context.dominance:
            _prune_hot(frontier, context, new)
    queue_label(frontier, new, at_s + rest)


@part_bare
def _is_dominated(
    frontier: Frontier,
    context: SearchContext,
    stop: int,
    stage: int,
    time: float,
    energy: float,
    stops: int,
) -> bool:
    """Compare a new label with those at its stop; prunes those that it dominates."""
    labels, constraints, charging_function_s = (
        frontier.labels,
        context.constraints,
        context.charging_function_s,
    )
    level = constraints.level[stop]
    step = constraints.step_kwh
    chargeable = constraints.limit_kwh + EPSILON if level >= 0 else -np.inf
    u = time - charged_s(charging_function_s, level, step, energy) if level >= 0 else 0.0
    previous = -1
    other = frontier.bag[stage, stop]
    while other >= 0:
        follower = frontier.next_in_bag[other]
        if frontier.dead[other]:
            if previous < 0:
                frontier.bag[stage, stop] = follower
            else:
                frontier.next_in_bag[previous] = follower
            other = follower
            continue
        t = labels.time_s[other]
        b = labels.energy_kwh[other]
        v = t - charged_s(charging_function_s, level, step, b) if level >= 0 else 0.0
        if fewer_stops(constraints, labels.stops[other], stops) and (
            (t <= time + EPSILON and b >= energy - EPSILON)
            or (v <= u + EPSILON and b <= energy + EPSILON and energy <= chargeable)
        ):
            return True
        if fewer_stops(constraints, stops, labels.stops[other]) and (
            (time <= t + EPSILON and energy >= b - EPSILON)
            or (u <= v + EPSILON and energy <= b + EPSILON and b <= chargeable)
        ):
            frontier.dead[other] = True
        previous = other
        other = follower
    return False


@part_bare
def _is_dominated_hot(
    frontier: Frontier,
    context: SearchContext,
    stop: int,
    stage: int,
    time: float,
    energy: float,
    pack_c: float,
    stops: int,
) -> bool:
    """Whether a label at the stop can do whatever a new one could, up to the epsilons."""
    labels, constraints, rules = frontier.labels, context.constraints, context.rules
    chargeable = constraints.limit_kwh + EPSILON if constraints.level[stop] >= 0 else -np.inf
    previous = -1
    other = frontier.bag[stage, stop]
    while other >= 0:
        follower = frontier.next_in_bag[other]
        if frontier.dead[other]:
            if previous < 0:
                frontier.bag[stage, stop] = follower
            else:
                frontier.next_in_bag[previous] = follower
            other = follower
            continue
        b = labels.energy_kwh[other]
        t = labels.time_s[other]
        if t <= time + rules.time_epsilon_s and fewer_stops(
            constraints, labels.stops[other], stops
        ):
            if b >= energy - EPSILON:
                if no_worse_c(labels.pack_c[other], pack_c, rules):
                    return True
            elif energy <= chargeable:
                taken, then_c = at_energy(
                    context.trajectory, other, b, labels.pack_c[other], constraints.step_kwh, energy
                )
                counted_s = weighted_charge_s(constraints, stop, taken, energy - b)
                if t + counted_s <= time + rules.time_epsilon_s and no_worse_c(
                    then_c, pack_c, rules
                ):
                    return True
        previous = other
        other = follower
    return False


@part_bare
def _prune_hot(frontier: Frontier, context: SearchContext, new: int) -> None:
    """Prune the labels that a new one dominates without any epsilon in time."""
    labels, constraints, rules = frontier.labels, context.constraints, context.rules
    time = labels.time_s[new]
    energy = labels.energy_kwh[new]
    pack_c = labels.pack_c[new]
    stop = labels.stop[new]
    charges = constraints.level[stop] >= 0
    other = frontier.bag[labels.stage[new], stop]
    while other >= 0:
        beaten = time <= labels.time_s[other] and fewer_stops(
            constraints, labels.stops[new], labels.stops[other]
        )
        if beaten and not frontier.dead[other]:
            b = labels.energy_kwh[other]
            if energy >= b:
                if no_worse_c(pack_c, labels.pack_c[other], rules):
                    frontier.dead[other] = True
            elif charges and b <= constraints.limit_kwh:
                taken, then_c = at_energy(
                    context.trajectory, new, energy, pack_c, constraints.step_kwh, b
                )
                counted_s = weighted_charge_s(constraints, stop, taken, b - energy)
                if time + counted_s <= labels.time_s[other] and no_worse_c(
                    then_c, labels.pack_c[other], rules
                ):
                    frontier.dead[other] = True
        other = frontier.next_in_bag[other]
