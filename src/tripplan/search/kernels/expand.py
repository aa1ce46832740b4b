"""Compiled: the choice of charging stops, with and without battery heat.

A label says: at stop v at time t with b kWh (and a pack of T degrees).  It is expanded by each
drive from v and by departure energies d.

Without heat the departures are finitely many and the search is exact: with the sequence of stops
given, total time is a sum of g_i(d_i) = tau_i(d_i) - tau_next(arrival(d_i)), where tau is the time
that charging from empty takes, so each d_i at the optimum is a local minimum of its own g_i: the
least energy that the drive needs, the charge limit, or a breakpoint at which the slope of g_i turns
from falling to rising (1/P here against 1/P at the next stop).

With heat, each label charges along a trajectory of its own, and departures are also taken from a
grid.  The bound of the certificate does not rest on this search.

Rows of drives are fetched when they are first needed: the search returns, and is called again.
Which labels are dominated is for `insert_unless_dominated` to say.
"""

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.jit import compiled_bare, part_bare
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.routing.kernels.heap import heap_pop
from tripplan.search.kernels.context import SearchContext
from tripplan.search.kernels.dominance import dwell, hot, insert_unless_dominated
from tripplan.search.kernels.heat_trajectory import at_energy, dearer_s_per_kwh
from tripplan.search.kernels.labels import (
    DONE,
    EPSILON,
    FULL_UP,
    HEAPED,
    MISSING,
    NEEDS_ROW,
    USED,
    WINNER,
    Constraints,
    Drives,
    Frontier,
    charged_kwh,
    charged_s,
    departures,
    opens_s,
    put_label,
    queue_label,
    rest_s,
    weighted_charge_s,
)


@compiled_bare
def start(frontier: Frontier, constraints: Constraints, start_c: float) -> None:
    """Put the first label where the trip begins."""
    origin = constraints.chargers + constraints.stages
    first = put_label(
        frontier,
        origin,
        0,
        0.0,
        0.0,
        constraints.start_kwh,
        start_c,
        -1,
        -1,
        constraints.start_kwh,
        0.0,
    )
    queue_label(frontier, first, 0.0)


@compiled_bare
def choose_stops(frontier: Frontier, drives: Drives, context: SearchContext) -> int:
    """Find the chain of stops with the least time; returns `DONE`, `NEEDS_ROW` or `FULL_UP`.

    Parameters
    ----------
    frontier
        The state: as `start` left it, or as the last call did.
    drives
        Drives known so far.
    context
        What is searched for.
    """
    labels, best = frontier.labels, frontier.best_s
    constraints, bounds, charging_function_s = (
        context.constraints,
        context.bounds,
        context.charging_function_s,
    )
    spare_s_per_kwh = 3600.0 / bounds.best_kw
    while frontier.counts[HEAPED] > 0:
        if frontier.keys[0] >= best[0] - EPSILON:
            break
        label = frontier.items[0]
        size = int(frontier.counts[HEAPED])
        if frontier.dead[label]:
            frontier.counts[HEAPED] = heap_pop(frontier.keys, frontier.items, size)
            continue
        here = labels.stop[label]
        if drives.row_begin[here] < 0:
            frontier.counts[MISSING] = here
            return NEEDS_ROW
        frontier.counts[HEAPED] = heap_pop(frontier.keys, frontier.items, size)
        stage = labels.stage[label]
        level = constraints.level[here]
        energy = labels.energy_kwh[label]
        charged_here_s = (
            charged_s(charging_function_s, level, constraints.step_kwh, energy)
            if level >= 0
            else 0.0
        )
        ready = labels.time_s[label] + (constraints.overhead_s[here] if level >= 0 else 0.0)
        dearer = 0.0
        if context.heat:
            spare_s = best[0] - labels.time_s[label]
            dearer = dearer_s_per_kwh(
                bounds, labels.pack_c[label], spare_s, context.rules, context.power, context.pack
            )
        for part in range(2):
            begin = drives.row_begin[here] if part == 0 else drives.target_begin[stage, here]
            end = drives.row_end[here] if part == 0 else drives.target_end[stage, here]
            for drive in range(begin, end):
                # However much is charged here, the trip takes no less than this.
                there = drives.stop[drive]
                next_stage = int(drives.stage[drive] if part == 1 else stage)
                earliest = ready + drives.time_s[drive]
                if earliest + bounds.time_s[next_stage, there] >= best[0]:
                    continue
                slower = drives.slower_kwh[drive]
                least = max(energy, drives.min_departure_kwh[drive] - slower)
                if level >= 0 and least > energy:
                    charging = (
                        charged_s(charging_function_s, level, constraints.step_kwh, least)
                        - charged_here_s
                    )
                    earliest += max(charging, (least - energy) * (spare_s_per_kwh + dearer))
                if dearer > 0.0:
                    left = least - drives.consumed_kwh[drive]
                    missing = bounds.energy_kwh[next_stage, there] + bounds.final_kwh - left
                    earliest += max(missing, 0.0) * dearer
                if slower > 0.0:
                    earliest += slower * min(drives.slower_s_per_kwh[drive] - spare_s_per_kwh, 0.0)
                spare_s = (least - drives.consumed_kwh[drive] - bounds.final_kwh) * spare_s_per_kwh
                if earliest + bounds.priced_s[next_stage, there] - spare_s >= best[0]:
                    continue
                if not _expand(frontier, drives, context, drive, label, next_stage):
                    return FULL_UP
    return DONE


@part_bare
def _limit_kwh(context: SearchContext, stop: int, energy_kwh: float) -> float:
    """Most energy with which a stop that was reached with an energy is left."""
    constraints = context.constraints
    most = constraints.limit_kwh
    longest = constraints.longest_charge_s[stop]
    if longest < np.inf:
        level = constraints.level[stop]
        until = charged_s(context.clock_s, level, constraints.step_kwh, energy_kwh) + longest
        most = min(most, charged_kwh(context.clock_s, level, constraints.step_kwh, until))
    return float(max(most, energy_kwh))


@part_bare
def _expand(
    frontier: Frontier,
    drives: Drives,
    context: SearchContext,
    drive: int,
    label: int,
    next_stage: int,
) -> bool:
    """Make the labels that follow a label by one drive; False where there is no room for them."""
    labels, constraints, found = frontier.labels, context.constraints, context.found
    here, there = labels.stop[label], drives.stop[drive]
    energy = labels.energy_kwh[label]
    level = constraints.level[here]
    arrives = next_stage == constraints.stages
    if constraints.is_charger[there] and labels.stops[label] >= constraints.most_stops:
        return True
    cost, most = drives.consumed_kwh[drive], drives.max_arrival_kwh[drive]
    need = drives.min_departure_kwh[drive]
    if arrives:
        need = max(need, cost + constraints.final_kwh)
        if most < constraints.final_kwh - EPSILON:
            return True
    ready = labels.time_s[label]
    limit = energy
    count = 0
    if level < 0:
        found[0] = energy
        count = 0 if energy < need - EPSILON else 1
    else:
        limit = _limit_kwh(context, here, energy)
        ready += constraints.overhead_s[here]
        least = max(need, energy + constraints.least_charge_kwh[here])
        if least <= limit + EPSILON or least <= energy + EPSILON:
            next_level = constraints.end_level if arrives else constraints.level[there]
            if next_level >= 0 and _no_quicker_later(
                context, level, next_level, least, limit, cost
            ):
                next_level = -1
            count = departures(
                context.charging_function_s,
                level,
                next_level,
                cost,
                most,
                least,
                limit,
                constraints.step_kwh,
                found,
            )
            if context.heat and (not arrives or next_level >= 0):
                count = _add_grid(found, count, least, limit, context.rules.departure_step_kwh)
    for k in range(count):
        if not _leave(
            frontier, drives, context, drive, label, next_stage, ready, found[k], cost, 0.0
        ):
            return False
    if drives.slower_kwh[drive] <= 0.0:
        return True
    floor = constraints.final_kwh if arrives else constraints.reserve_kwh
    next_level = -1 if arrives else constraints.level[there]
    rises = context.rises_kwh
    for k in range(-1, rises.shape[1] if next_level >= 0 else 0):
        reached = floor if k < 0 else rises[next_level, k]
        if reached == np.inf:
            break
        leave = _next_leave(drives, drive, reached, -np.inf, energy, limit, level, context)
        while leave < np.inf:
            spent = leave - reached
            extra_s = (cost - spent) * drives.slower_s_per_kwh[drive]
            if not _leave(
                frontier, drives, context, drive, label, next_stage, ready, leave, spent, extra_s
            ):
                return False
            leave = _next_leave(drives, drive, reached, leave, energy, limit, level, context)
    return True


@part_bare
def _no_quicker_later(
    context: SearchContext,
    here: int,
    there: int,
    least_kwh: float,
    limit_kwh: float,
    consumed_kwh: float,
) -> bool:
    """Whether no kilowatt-hour beyond the least comes quicker here than at the next stop."""
    if context.never_quicker[here, there]:
        return True
    step_kwh, last = context.constraints.step_kwh, context.quickest_s.shape[1] - 1
    first = min(int(least_kwh / step_kwh), last)
    reached = min(max(int((limit_kwh - consumed_kwh) / step_kwh), 0), last)
    return bool(context.quickest_s[here, first] >= context.slowest_s[there, reached])


@part_bare
def _add_grid(
    found: Floats, count: int, least_kwh: float, limit_kwh: float, step_kwh: float
) -> int:
    """Add departures from a grid, and the limit; returns how many there are then."""
    grid = np.floor(least_kwh / step_kwh + EPSILON) + 1.0
    while grid * step_kwh < limit_kwh - EPSILON:
        found[count] = grid * step_kwh
        count += 1
        grid += 1.0
    if limit_kwh > least_kwh + EPSILON:
        found[count] = limit_kwh
        count += 1
    return count


@part_bare
def _next_leave(
    drives: Drives,
    drive: int,
    reached_kwh: float,
    above_kwh: float,
    energy_kwh: float,
    limit_kwh: float,
    level: int,
    context: SearchContext,
) -> float:
    """Next departure energy of a drive slowed down to arrive with just so much, or infinity.

    In a relaxation the drive trades time for energy at a fixed rate.  Total time then has local
    minima where charging one more kilowatt-hour starts to take longer than slowing down does (or
    where the charge must end); at either end of the trade stands a drive of its own.  The energies
    to arrive with are the least one, and those at which the next stop starts to charge quicker.
    """
    most = reached_kwh + drives.consumed_kwh[drive]
    least = most - drives.slower_kwh[drive]
    if level < 0:
        return energy_kwh if max(least, above_kwh) < energy_kwh < most else np.inf
    charging_function_s, step_kwh = context.charging_function_s, context.constraints.step_kwh
    begin = max(energy_kwh, least, above_kwh)
    rate_s = drives.slower_s_per_kwh[drive] * step_kwh
    if begin + EPSILON >= most:
        return np.inf
    last = context.slowest_s.shape[1] - 1
    if limit_kwh >= most and context.slowest_s[level, min(int(most / step_kwh), last)] < rate_s:
        return np.inf
    if context.quickest_s[level, min(int(begin / step_kwh), last)] >= rate_s:
        return np.inf
    cell = int(np.floor(begin / step_kwh + EPSILON))
    quicker = False
    while cell < charging_function_s.shape[1] - 1 and cell * step_kwh < limit_kwh:
        if charging_function_s[level, cell + 1] - charging_function_s[level, cell] < rate_s:
            quicker = True
        elif quicker:
            break
        cell += 1
    leave = min(cell * step_kwh, limit_kwh)
    return leave if quicker and begin + EPSILON < leave < most else np.inf


@part_bare
def _leave(
    frontier: Frontier,
    drives: Drives,
    context: SearchContext,
    drive: int,
    label: int,
    next_stage: int,
    ready_s: float,
    leave_kwh: float,
    consumed_kwh: float,
    extra_s: float,
) -> bool:
    """Make the labels of one departure; False where there is no room for them."""
    labels, constraints, pack = frontier.labels, context.constraints, context.pack
    here, there = labels.stop[label], drives.stop[drive]
    energy = labels.energy_kwh[label]
    level = constraints.level[here]
    arrives = next_stage == constraints.stages
    counted_s = 0.0
    clock = labels.clock_s[label]
    leave_c = labels.pack_c[label]
    if level >= 0:
        clock += constraints.clock_overhead_s[here]
        if context.heat:
            charging, leave_c = at_energy(
                context.trajectory,
                label,
                energy,
                labels.pack_c[label],
                constraints.step_kwh,
                leave_kwh,
            )
            if charging > constraints.longest_charge_s[here] + EPSILON:
                return True
            counted_s = weighted_charge_s(constraints, here, charging, leave_kwh - energy)
        else:
            step_kwh = constraints.step_kwh
            counted_s = charged_s(
                context.charging_function_s, level, step_kwh, leave_kwh
            ) - charged_s(context.charging_function_s, level, step_kwh, energy)
            charging = charged_s(context.clock_s, level, step_kwh, leave_kwh) - charged_s(
                context.clock_s, level, step_kwh, energy
            )
        clock += charging
    drive_s = drives.time_s[drive] + extra_s
    reached = ready_s + counted_s + drive_s
    clock += drive_s
    left = min(leave_kwh - consumed_kwh, drives.max_arrival_kwh[drive])
    closed_s = 0.0
    if arrives:
        reached += (constraints.full_kwh - left) * constraints.end_s_per_kwh
    else:
        closed_s = opens_s(constraints, there, clock) - clock
        reached += closed_s
        clock += closed_s
    rest = 0.0 if arrives else rest_s(context.bounds, next_stage, there, left)
    if not reached + rest < frontier.best_s[0] - EPSILON:
        return True
    if int(frontier.counts[USED]) + context.waits_s.shape[0] > labels.stop.shape[0]:
        return False
    reached_c = 0.0
    if context.heat:
        reached_c = driven_pack_c(leave_c, drives.heat_j[drive], drive_s, pack)
        reached_c = parked_pack_c(reached_c, 0.0, closed_s, pack)
    if arrives:
        new = put_label(
            frontier,
            there,
            next_stage,
            reached,
            clock,
            left,
            reached_c,
            label,
            drive,
            leave_kwh,
            0.0,
        )
        frontier.best_s[0] = reached
        frontier.counts[WINNER] = new
        return True
    if there >= constraints.chargers:
        came_kwh = left
        left, reached_c = dwell(context, there, left, reached_c)
        stay = constraints.dwell_s[there - constraints.chargers]
        reached += stay + (left - came_kwh) * constraints.kwh_s[there]
        clock += stay
        rest = rest_s(context.bounds, next_stage, there, left)
    for choice in range(context.waits_s.shape[0]):
        wait = context.waits_s[choice]
        if wait > 0.0 and not hot(context, there, left, reached_c):
            break
        wait_c = parked_pack_c(reached_c, 0.0, wait, pack) if wait > 0.0 else reached_c
        insert_unless_dominated(
            frontier,
            context,
            there,
            next_stage,
            reached,
            clock,
            wait,
            left,
            wait_c,
            label,
            drive,
            leave_kwh,
            rest,
        )
    return True
