"""Compiled: the choice of charging stops where the pack temperature limits the power.

As `stops`, with the pack temperature in the label and, for each label, the whole course of time
and temperature while it charges.  Two things make this form approximate, and the certificate
says by how much at most: labels that differ less than given epsilons count as equal, and
departure energies are taken from a grid beside the candidates of `stops`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.physics.charging import PowerModel, charge_step
from tripplan.physics.thermal import PackModel, driven_pack_c, parked_pack_c
from tripplan.search.kernels.heap import heap_pop, heap_push
from tripplan.search.kernels.jit import compiled
from tripplan.search.kernels.stops import (
    EPSILON,
    Bounds,
    Drives,
    Labels,
    Wishes,
    departures,
    new_labels,
    put_label,
    rest_s,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class HeatRules(NamedTuple):
    """How coarse the search may be."""

    time_epsilon_s: float
    temperature_epsilon_k: float
    departure_step_kwh: float
    cold_below_c: float
    """Below this a warmer pack charges faster, above it a cooler one does."""


class Course(NamedTuple):
    """Time and temperature of labels while they charge, shape (labels, columns)."""

    elapsed_s: NDArray[np.float32]
    pack_c: NDArray[np.float32]


@compiled
def fill_course(
    course: Course,
    row: int,
    energy_kwh: float,
    pack_c: float,
    charger_kw: float,
    step_kwh: float,
    power: PowerModel,
    pack: PackModel,
) -> None:
    """Simulate charging from an energy up to full on the grid of SoC."""
    columns = course.elapsed_s.shape[1]
    k = int(np.ceil(energy_kwh / step_kwh - EPSILON))
    elapsed = 0.0
    soc = energy_kwh / power.capacity_kwh
    while k < columns:
        level = k * step_kwh / power.capacity_kwh
        if level > soc + 1e-12 and elapsed < np.inf:
            taken, pack_c = charge_step(soc, level, pack_c, charger_kw, power, pack)
            elapsed += taken
        soc = level
        course.elapsed_s[row, k] = elapsed
        course.pack_c[row, k] = pack_c
        k += 1


@compiled
def at_energy(
    course: Course,
    row: int,
    from_kwh: float,
    from_c: float,
    step_kwh: float,
    energy_kwh: float,
) -> tuple[float, float]:
    """Elapsed charging time and pack temperature when a label has charged up to an energy."""
    if energy_kwh <= from_kwh + EPSILON:
        return 0.0, from_c
    k = int(np.ceil(energy_kwh / step_kwh - EPSILON))
    k = min(k, course.elapsed_s.shape[1] - 1)
    first = int(np.ceil(from_kwh / step_kwh - EPSILON))
    if k <= first:
        share = (energy_kwh - from_kwh) / max(first * step_kwh - from_kwh, EPSILON)
        share = min(share, 1.0)
        return (
            share * course.elapsed_s[row, first],
            from_c + share * (course.pack_c[row, first] - from_c),
        )
    share = min((energy_kwh - (k - 1) * step_kwh) / step_kwh, 1.0)
    before = course.elapsed_s[row, k - 1]
    warm = course.pack_c[row, k - 1]
    return (
        before + share * (course.elapsed_s[row, k] - before),
        warm + share * (course.pack_c[row, k] - warm),
    )


@compiled
def no_worse_c(pack_c: float, other_c: float, rules: HeatRules) -> bool:
    """Whether a pack temperature is as good as another for the charging to come."""
    if abs(pack_c - other_c) <= rules.temperature_epsilon_k:
        return True
    if pack_c < rules.cold_below_c and other_c < rules.cold_below_c:
        return pack_c > other_c
    return rules.cold_below_c <= pack_c <= other_c


@compiled
def choose_stops_with_heat(
    drives: Drives,
    level: Ints,
    charger_kw: Floats,
    tau_s: Floats,
    bounds: Bounds,
    wishes: Wishes,
    power: PowerModel,
    pack: PackModel,
    start_c: float,
    rules: HeatRules,
    dominance: bool,
    ceiling_s: float,
    room: int,
) -> tuple[float, int, Labels, int, bool]:
    """Find a chain of stops with little time; parameters and returns as in `choose_stops`.

    Parameters
    ----------
    drives, level, tau_s, bounds, wishes, ceiling_s, room
        As in `choose_stops`, for chargers that are never limited by temperature.
    charger_kw
        Power of each stop's charger.
    power, pack
        The car's charging limits and its pack.
    start_c
        Pack temperature at the start. [degC]
    rules
        How coarse the search may be.
    dominance
        Whether to strike out superfluous labels; only tests switch it off.
    """
    columns = tau_s.shape[1]
    step = wishes.step_kwh
    labels = new_labels(room)
    course = Course(np.empty((room, columns), np.float32), np.empty((room, columns), np.float32))
    dead = np.zeros(room, np.bool_)
    bag = np.full(level.shape[0], -1, np.int32)
    next_in_bag = np.full(room, -1, np.int32)
    keys = np.empty(room + 8)
    items = np.empty(room + 8, np.int32)
    found = np.empty(4 * columns + 8 + int(wishes.limit_kwh / rules.departure_step_kwh))
    best = ceiling_s
    winner = -1
    put_label(labels, 0, wishes.origin, 0.0, wishes.start_kwh, start_c, -1, -1, 0.0)
    used = 1
    size = heap_push(keys, items, 0, 0.0, 0)
    while size > 0:
        if keys[0] >= best - EPSILON:
            break
        label = items[0]
        size = heap_pop(keys, items, size)
        if dead[label]:
            continue
        here = labels.stop[label]
        energy = labels.energy_kwh[label]
        at_origin = here == wishes.origin
        ready = labels.time_s[label] + (0.0 if at_origin else wishes.overhead_s)
        for drive in range(drives.first[here], drives.first[here + 1]):
            there = drives.stop[drive]
            arrives = there == wishes.destination
            least = max(drives.need_kwh[drive], energy)
            if at_origin:
                if energy < drives.need_kwh[drive] - EPSILON:
                    continue
                found[0] = energy
                count = 1
            else:
                if least > wishes.limit_kwh + EPSILON and least > energy + EPSILON:
                    continue
                if (
                    ready + drives.time_s[drive] + (0.0 if arrives else bounds.time_s[there])
                    >= best
                ):
                    continue
                count = departures(
                    tau_s,
                    level[here],
                    -1 if arrives else level[there],
                    drives.cost_kwh[drive],
                    drives.most_kwh[drive],
                    least,
                    wishes,
                    found,
                )
                if not arrives:
                    grid = np.floor(least / rules.departure_step_kwh + EPSILON) + 1.0
                    while grid * rules.departure_step_kwh < wishes.limit_kwh - EPSILON:
                        found[count] = grid * rules.departure_step_kwh
                        count += 1
                        grid += 1.0
                    if wishes.limit_kwh > least + EPSILON:
                        found[count] = wishes.limit_kwh
                        count += 1
            for k in range(count):
                leave = found[k]
                charging = 0.0
                leave_c = labels.pack_c[label]
                if not at_origin:
                    charging, leave_c = at_energy(
                        course, label, energy, labels.pack_c[label], step, leave
                    )
                reached = ready + charging + drives.time_s[drive]
                left = min(leave - drives.cost_kwh[drive], drives.most_kwh[drive])
                rest = 0.0 if arrives else rest_s(bounds, there, left)
                if not reached + rest < best - EPSILON:
                    continue
                reached_c = driven_pack_c(leave_c, drives.heat_j[drive], drives.time_s[drive], pack)
                if used == room:
                    return best, winner, labels, used, False
                if not arrives:
                    reached_c = parked_pack_c(reached_c, 0.0, wishes.overhead_s, pack)
                    if dominance and _is_dominated(
                        labels,
                        course,
                        dead,
                        bag,
                        next_in_bag,
                        there,
                        reached,
                        left,
                        reached_c,
                        wishes,
                        rules,
                    ):
                        continue
                put_label(labels, used, there, reached, left, reached_c, label, drive, leave)
                if arrives:
                    best = reached
                    winner = used
                else:
                    fill_course(course, used, left, reached_c, charger_kw[there], step, power, pack)
                    if dominance:
                        _strike_out(labels, course, dead, bag, next_in_bag, used, wishes, rules)
                        next_in_bag[used] = bag[there]
                        bag[there] = used
                    size = heap_push(keys, items, size, reached + rest, used)
                used += 1
    return best, winner, labels, used, True


@compiled
def _is_dominated(
    labels: Labels,
    course: Course,
    dead: NDArray[np.bool_],
    bag: Ints,
    next_in_bag: Ints,
    stop: int,
    time: float,
    energy: float,
    pack_c: float,
    wishes: Wishes,
    rules: HeatRules,
) -> bool:
    """Whether a label at the stop can do whatever a new one could, up to the epsilons."""
    previous = -1
    other = bag[stop]
    while other >= 0:
        follower = next_in_bag[other]
        if dead[other]:
            if previous < 0:
                bag[stop] = follower
            else:
                next_in_bag[previous] = follower
            other = follower
            continue
        b = labels.energy_kwh[other]
        t = labels.time_s[other]
        if b >= energy - EPSILON:
            if t <= time + rules.time_epsilon_s and no_worse_c(labels.pack_c[other], pack_c, rules):
                return True
        elif t < time + rules.time_epsilon_s and energy <= wishes.limit_kwh + EPSILON:
            taken, then_c = at_energy(
                course, other, b, labels.pack_c[other], wishes.step_kwh, energy
            )
            if t + taken <= time + rules.time_epsilon_s and no_worse_c(then_c, pack_c, rules):
                return True
        previous = other
        other = follower
    return False


@compiled
def _strike_out(
    labels: Labels,
    course: Course,
    dead: NDArray[np.bool_],
    bag: Ints,
    next_in_bag: Ints,
    new: int,
    wishes: Wishes,
    rules: HeatRules,
) -> None:
    """Strike out the labels that a new one makes superfluous without any epsilon in time."""
    time = labels.time_s[new]
    energy = labels.energy_kwh[new]
    pack_c = labels.pack_c[new]
    other = bag[labels.stop[new]]
    while other >= 0:
        if not dead[other] and time <= labels.time_s[other]:
            b = labels.energy_kwh[other]
            if energy >= b:
                if no_worse_c(pack_c, labels.pack_c[other], rules):
                    dead[other] = True
            elif b <= wishes.limit_kwh:
                taken, then_c = at_energy(course, new, energy, pack_c, wishes.step_kwh, b)
                if time + taken <= labels.time_s[other] and no_worse_c(
                    then_c, labels.pack_c[other], rules
                ):
                    dead[other] = True
        other = next_in_bag[other]
