"""Compiled: a label comes to a stop, and stays there only if it may be of use.

Without heat, label A makes B superfluous if it came no later with no less energy, or if it came
with less but can charge up to B's energy by the time B has come, that is if u = t - tau(b) is no
larger [1]_.  With heat each label charges along a course of its own, and labels that differ less
than given epsilons count as equal.

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
from tripplan.search.kernels.context import Terms
from tripplan.search.kernels.heat_trajectory import (
    at_energy,
    dearer_s_per_kwh,
    fill_course,
    no_worse_c,
)
from tripplan.search.kernels.labels import (
    EPSILON,
    Frontier,
    charge_worth_s,
    charged_kwh,
    charged_s,
    fewer_stops,
    put_label,
    queue_label,
)

_COOLER_K = 2.0


@part_bare
def dwell(terms: Terms, there: int, energy_kwh: float, pack_c: float) -> tuple[float, float]:
    """Energy and pack temperature after the time that a place takes anyway; plugs are used."""
    wishes = terms.wishes
    stay = wishes.dwell_s[there - wishes.chargers]
    if stay <= 0.0:
        return energy_kwh, pack_c
    level = wishes.level[there]
    if terms.heat:
        kw = terms.charger_kw[there]
        energy_kwh, pack_c = dwelt(
            energy_kwh, wishes.limit_kwh, pack_c, kw, stay, terms.power, terms.pack
        )
    elif level >= 0:
        until = charged_s(terms.clock_s, level, wishes.step_kwh, energy_kwh) + stay
        charged = charged_kwh(terms.clock_s, level, wishes.step_kwh, until)
        energy_kwh = max(energy_kwh, min(charged, wishes.limit_kwh))
    return energy_kwh, pack_c


@part_bare
def hot(terms: Terms, there: int, energy_kwh: float, pack_c: float) -> bool:
    """Whether the pack temperature would limit the power, and cooling down would help."""
    if terms.wishes.level[there] < 0:
        return False
    soc, kw = energy_kwh / terms.power.capacity_kwh, terms.charger_kw[there]
    now = charging_power_kw(soc, pack_c, kw, terms.power)
    return charging_power_kw(soc, pack_c - _COOLER_K, kw, terms.power) > now


@part_bare
def settle(
    frontier: Frontier,
    terms: Terms,
    there: int,
    lap: int,
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
    """Write a label that came to a stop, unless another makes it superfluous."""
    wishes = terms.wishes
    at_s = time_s + wait_s
    ready_c = pack_c
    if terms.heat:
        ready_c = parked_pack_c(pack_c, 0.0, wishes.clock_overhead_s[there], terms.pack)
    if at_s + rest >= frontier.best_s[0] - EPSILON:
        return
    stops = frontier.labels.stops[parent] + (1 if wishes.is_charger[there] else 0)
    if terms.dominance:
        if terms.heat:
            if _is_dominated_hot(frontier, terms, there, lap, at_s, energy_kwh, ready_c, stops):
                return
        elif _is_dominated(frontier, terms, there, lap, at_s, energy_kwh, stops):
            return
    if terms.heat:
        spare_s = frontier.best_s[0] - at_s
        missing = terms.bounds.energy_kwh[lap, there] + terms.bounds.final_kwh - energy_kwh
        if 0.0 < missing < np.inf:
            rest += missing * dearer_s_per_kwh(
                terms.bounds, ready_c, spare_s, terms.rules, terms.power, terms.pack
            )
        if at_s + rest >= frontier.best_s[0] - EPSILON:
            return
    new = put_label(
        frontier,
        there,
        lap,
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
    if terms.heat:
        if wishes.level[there] >= 0:
            kw = terms.charger_kw[there]
            fill_course(
                terms.course,
                new,
                energy_kwh,
                ready_c,
                kw,
                wishes.step_kwh,
                terms.power,
                terms.pack,
            )
        if terms.dominance:
            _strike_out_hot(frontier, terms, new)
    queue_label(frontier, new, at_s + rest)


@part_bare
def _is_dominated(
    frontier: Frontier,
    terms: Terms,
    stop: int,
    lap: int,
    time: float,
    energy: float,
    stops: int,
) -> bool:
    """Compare a new label with those at its stop; strikes out those that it makes superfluous."""
    labels, wishes, tau_s = frontier.labels, terms.wishes, terms.tau_s
    level = wishes.level[stop]
    step = wishes.step_kwh
    chargeable = wishes.limit_kwh + EPSILON if level >= 0 else -np.inf
    u = time - charged_s(tau_s, level, step, energy) if level >= 0 else 0.0
    previous = -1
    other = frontier.bag[lap, stop]
    while other >= 0:
        follower = frontier.next_in_bag[other]
        if frontier.dead[other]:
            if previous < 0:
                frontier.bag[lap, stop] = follower
            else:
                frontier.next_in_bag[previous] = follower
            other = follower
            continue
        t = labels.time_s[other]
        b = labels.energy_kwh[other]
        v = t - charged_s(tau_s, level, step, b) if level >= 0 else 0.0
        if fewer_stops(wishes, labels.stops[other], stops) and (
            (t <= time + EPSILON and b >= energy - EPSILON)
            or (v <= u + EPSILON and b <= energy + EPSILON and energy <= chargeable)
        ):
            return True
        if fewer_stops(wishes, stops, labels.stops[other]) and (
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
    terms: Terms,
    stop: int,
    lap: int,
    time: float,
    energy: float,
    pack_c: float,
    stops: int,
) -> bool:
    """Whether a label at the stop can do whatever a new one could, up to the epsilons."""
    labels, wishes, rules = frontier.labels, terms.wishes, terms.rules
    chargeable = wishes.limit_kwh + EPSILON if wishes.level[stop] >= 0 else -np.inf
    previous = -1
    other = frontier.bag[lap, stop]
    while other >= 0:
        follower = frontier.next_in_bag[other]
        if frontier.dead[other]:
            if previous < 0:
                frontier.bag[lap, stop] = follower
            else:
                frontier.next_in_bag[previous] = follower
            other = follower
            continue
        b = labels.energy_kwh[other]
        t = labels.time_s[other]
        if t <= time + rules.time_epsilon_s and fewer_stops(wishes, labels.stops[other], stops):
            if b >= energy - EPSILON:
                if no_worse_c(labels.pack_c[other], pack_c, rules):
                    return True
            elif energy <= chargeable:
                taken, then_c = at_energy(
                    terms.course, other, b, labels.pack_c[other], wishes.step_kwh, energy
                )
                worth = charge_worth_s(wishes, stop, taken, energy - b)
                if t + worth <= time + rules.time_epsilon_s and no_worse_c(then_c, pack_c, rules):
                    return True
        previous = other
        other = follower
    return False


@part_bare
def _strike_out_hot(frontier: Frontier, terms: Terms, new: int) -> None:
    """Strike out the labels that a new one makes superfluous without any epsilon in time."""
    labels, wishes, rules = frontier.labels, terms.wishes, terms.rules
    time = labels.time_s[new]
    energy = labels.energy_kwh[new]
    pack_c = labels.pack_c[new]
    stop = labels.stop[new]
    charges = wishes.level[stop] >= 0
    other = frontier.bag[labels.lap[new], stop]
    while other >= 0:
        beaten = time <= labels.time_s[other] and fewer_stops(
            wishes, labels.stops[new], labels.stops[other]
        )
        if beaten and not frontier.dead[other]:
            b = labels.energy_kwh[other]
            if energy >= b:
                if no_worse_c(pack_c, labels.pack_c[other], rules):
                    frontier.dead[other] = True
            elif charges and b <= wishes.limit_kwh:
                taken, then_c = at_energy(terms.course, new, energy, pack_c, wishes.step_kwh, b)
                worth = charge_worth_s(wishes, stop, taken, b - energy)
                if time + worth <= labels.time_s[other] and no_worse_c(
                    then_c, labels.pack_c[other], rules
                ):
                    frontier.dead[other] = True
        other = frontier.next_in_bag[other]
