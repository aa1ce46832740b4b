"""Compiled: the choice of charging stops, with and without battery heat.

A label says: at stop v at time t with b kWh (and a pack of T degrees).  It is expanded by each
drive from v and by departure energies d.

Without heat the departures are finitely many and the search is exact: with the sequence of stops
given, total time is a sum of g_i(d_i) = tau_i(d_i) - tau_next(arrival(d_i)), where tau is the time
that charging from empty takes, so each d_i at the optimum is a local minimum of its own g_i: the
least energy that the drive needs, the charge limit, or a breakpoint at which the slope of g_i turns
from falling to rising (1/P here against 1/P at the next stop).

With heat, each label charges along a course of its own, and departures are also taken from a grid.
The bound of the certificate does not rest on this search.

Rows of drives are fetched when they are first needed: the search returns, and is called again.
Which labels are superfluous is for `settle` to say.
"""

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.jit import compiled_bare, part_bare
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.routing.kernels.heap import heap_pop
from tripplan.search.kernels.context import Terms
from tripplan.search.kernels.dominance import dwell, hot, settle
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
    Drives,
    Frontier,
    Wishes,
    charge_worth_s,
    charged_kwh,
    charged_s,
    departures,
    opens_s,
    put_label,
    queue_label,
    rest_s,
)


@compiled_bare
def start(frontier: Frontier, wishes: Wishes, start_c: float) -> None:
    """Put the first label where the trip begins."""
    origin = wishes.chargers + wishes.laps
    first = put_label(
        frontier, origin, 0, 0.0, 0.0, wishes.start_kwh, start_c, -1, -1, wishes.start_kwh, 0.0
    )
    queue_label(frontier, first, 0.0)


@compiled_bare
def choose_stops(frontier: Frontier, drives: Drives, terms: Terms) -> int:
    """Find the chain of stops with the least time; returns `DONE`, `NEEDS_ROW` or `FULL_UP`.

    Parameters
    ----------
    frontier
        The state: as `start` left it, or as the last call did.
    drives
        Drives known so far.
    terms
        What is searched for.
    """
    labels, best = frontier.labels, frontier.best_s
    wishes, bounds, tau_s = terms.wishes, terms.bounds, terms.tau_s
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
        lap = labels.lap[label]
        level = wishes.level[here]
        energy = labels.energy_kwh[label]
        tau_here = charged_s(tau_s, level, wishes.step_kwh, energy) if level >= 0 else 0.0
        ready = labels.time_s[label] + (wishes.overhead_s[here] if level >= 0 else 0.0)
        dearer = 0.0
        if terms.heat:
            spare_s = best[0] - labels.time_s[label]
            dearer = dearer_s_per_kwh(
                bounds, labels.pack_c[label], spare_s, terms.rules, terms.power, terms.pack
            )
        for part in range(2):
            begin = drives.row_begin[here] if part == 0 else drives.goal_begin[lap, here]
            end = drives.row_end[here] if part == 0 else drives.goal_end[lap, here]
            for drive in range(begin, end):
                # However much is charged here, the trip takes no less than this.
                there = drives.stop[drive]
                next_lap = int(drives.lap[drive] if part == 1 else lap)
                earliest = ready + drives.time_s[drive]
                if earliest + bounds.time_s[next_lap, there] >= best[0]:
                    continue
                slower = drives.slower_kwh[drive]
                least = max(energy, drives.need_kwh[drive] - slower)
                if level >= 0 and least > energy:
                    charging = charged_s(tau_s, level, wishes.step_kwh, least) - tau_here
                    earliest += max(charging, (least - energy) * (spare_s_per_kwh + dearer))
                if dearer > 0.0:
                    left = least - drives.cost_kwh[drive]
                    missing = bounds.energy_kwh[next_lap, there] + bounds.final_kwh - left
                    earliest += max(missing, 0.0) * dearer
                if slower > 0.0:
                    earliest += slower * min(drives.slower_s_per_kwh[drive] - spare_s_per_kwh, 0.0)
                spare_s = (least - drives.cost_kwh[drive] - bounds.final_kwh) * spare_s_per_kwh
                if earliest + bounds.priced_s[next_lap, there] - spare_s >= best[0]:
                    continue
                if not _expand(frontier, drives, terms, drive, label, next_lap):
                    return FULL_UP
    return DONE


@part_bare
def _limit_kwh(terms: Terms, stop: int, energy_kwh: float) -> float:
    """Most energy with which a stop that was reached with an energy is left."""
    wishes = terms.wishes
    most = wishes.limit_kwh
    longest = wishes.longest_charge_s[stop]
    if longest < np.inf:
        level = wishes.level[stop]
        until = charged_s(terms.clock_s, level, wishes.step_kwh, energy_kwh) + longest
        most = min(most, charged_kwh(terms.clock_s, level, wishes.step_kwh, until))
    return float(max(most, energy_kwh))


@part_bare
def _expand(
    frontier: Frontier, drives: Drives, terms: Terms, drive: int, label: int, next_lap: int
) -> bool:
    """Make the labels that follow a label by one drive; False where there is no room for them."""
    labels, wishes, found = frontier.labels, terms.wishes, terms.found
    here, there = labels.stop[label], drives.stop[drive]
    energy = labels.energy_kwh[label]
    level = wishes.level[here]
    arrives = next_lap == wishes.laps
    if wishes.is_charger[there] and labels.stops[label] >= wishes.most_stops:
        return True
    cost, most = drives.cost_kwh[drive], drives.most_kwh[drive]
    need = drives.need_kwh[drive]
    if arrives:
        need = max(need, cost + wishes.final_kwh)
        if most < wishes.final_kwh - EPSILON:
            return True
    ready = labels.time_s[label]
    limit = energy
    count = 0
    if level < 0:
        found[0] = energy
        count = 0 if energy < need - EPSILON else 1
    else:
        limit = _limit_kwh(terms, here, energy)
        ready += wishes.overhead_s[here]
        least = max(need, energy + wishes.least_charge_kwh[here])
        if least <= limit + EPSILON or least <= energy + EPSILON:
            next_level = wishes.end_level if arrives else wishes.level[there]
            if next_level >= 0 and _no_quicker_later(terms, level, next_level, least, limit, cost):
                next_level = -1
            count = departures(
                terms.tau_s, level, next_level, cost, most, least, limit, wishes.step_kwh, found
            )
            if terms.heat and (not arrives or next_level >= 0):
                count = _add_grid(found, count, least, limit, terms.rules.departure_step_kwh)
    for k in range(count):
        if not _leave(frontier, drives, terms, drive, label, next_lap, ready, found[k], cost, 0.0):
            return False
    if drives.slower_kwh[drive] <= 0.0:
        return True
    floor = wishes.final_kwh if arrives else wishes.reserve_kwh
    next_level = -1 if arrives else wishes.level[there]
    rises = terms.rises_kwh
    for k in range(-1, rises.shape[1] if next_level >= 0 else 0):
        reached = floor if k < 0 else rises[next_level, k]
        if reached == np.inf:
            break
        leave = _next_leave(drives, drive, reached, -np.inf, energy, limit, level, terms)
        while leave < np.inf:
            spent = leave - reached
            extra_s = (cost - spent) * drives.slower_s_per_kwh[drive]
            if not _leave(
                frontier, drives, terms, drive, label, next_lap, ready, leave, spent, extra_s
            ):
                return False
            leave = _next_leave(drives, drive, reached, leave, energy, limit, level, terms)
    return True


@part_bare
def _no_quicker_later(
    terms: Terms, here: int, there: int, least_kwh: float, limit_kwh: float, cost_kwh: float
) -> bool:
    """Whether no kilowatt-hour beyond the least comes quicker here than at the next stop."""
    if terms.never_quicker[here, there]:
        return True
    step_kwh, last = terms.wishes.step_kwh, terms.quickest_s.shape[1] - 1
    first = min(int(least_kwh / step_kwh), last)
    reached = min(max(int((limit_kwh - cost_kwh) / step_kwh), 0), last)
    return bool(terms.quickest_s[here, first] >= terms.slowest_s[there, reached])


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
    terms: Terms,
) -> float:
    """Next departure energy of a drive slowed down to arrive with just so much, or infinity.

    In a relaxation the drive trades time for energy at a fixed rate.  Total time then has local
    minima where charging one more kilowatt-hour starts to take longer than slowing down does (or
    where the charge must end); at either end of the trade stands a drive of its own.  The energies
    to arrive with are the least one, and those at which the next stop starts to charge quicker.
    """
    most = reached_kwh + drives.cost_kwh[drive]
    least = most - drives.slower_kwh[drive]
    if level < 0:
        return energy_kwh if max(least, above_kwh) < energy_kwh < most else np.inf
    tau_s, step_kwh = terms.tau_s, terms.wishes.step_kwh
    begin = max(energy_kwh, least, above_kwh)
    rate_s = drives.slower_s_per_kwh[drive] * step_kwh
    if begin + EPSILON >= most:
        return np.inf
    last = terms.slowest_s.shape[1] - 1
    if limit_kwh >= most and terms.slowest_s[level, min(int(most / step_kwh), last)] < rate_s:
        return np.inf
    if terms.quickest_s[level, min(int(begin / step_kwh), last)] >= rate_s:
        return np.inf
    cell = int(np.floor(begin / step_kwh + EPSILON))
    quicker = False
    while cell < tau_s.shape[1] - 1 and cell * step_kwh < limit_kwh:
        if tau_s[level, cell + 1] - tau_s[level, cell] < rate_s:
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
    terms: Terms,
    drive: int,
    label: int,
    next_lap: int,
    ready_s: float,
    leave_kwh: float,
    cost_kwh: float,
    extra_s: float,
) -> bool:
    """Make the labels of one departure; False where there is no room for them."""
    labels, wishes, pack = frontier.labels, terms.wishes, terms.pack
    here, there = labels.stop[label], drives.stop[drive]
    energy = labels.energy_kwh[label]
    level = wishes.level[here]
    arrives = next_lap == wishes.laps
    worth = 0.0
    clock = labels.clock_s[label]
    leave_c = labels.pack_c[label]
    if level >= 0:
        clock += wishes.clock_overhead_s[here]
        if terms.heat:
            charging, leave_c = at_energy(
                terms.course, label, energy, labels.pack_c[label], wishes.step_kwh, leave_kwh
            )
            if charging > wishes.longest_charge_s[here] + EPSILON:
                return True
            worth = charge_worth_s(wishes, here, charging, leave_kwh - energy)
        else:
            step_kwh = wishes.step_kwh
            worth = charged_s(terms.tau_s, level, step_kwh, leave_kwh) - charged_s(
                terms.tau_s, level, step_kwh, energy
            )
            charging = charged_s(terms.clock_s, level, step_kwh, leave_kwh) - charged_s(
                terms.clock_s, level, step_kwh, energy
            )
        clock += charging
    drive_s = drives.time_s[drive] + extra_s
    reached = ready_s + worth + drive_s
    clock += drive_s
    left = min(leave_kwh - cost_kwh, drives.most_kwh[drive])
    closed_s = 0.0
    if arrives:
        reached += (wishes.full_kwh - left) * wishes.end_s_per_kwh
    else:
        closed_s = opens_s(wishes, there, clock) - clock
        reached += closed_s
        clock += closed_s
    rest = 0.0 if arrives else rest_s(terms.bounds, next_lap, there, left)
    if not reached + rest < frontier.best_s[0] - EPSILON:
        return True
    if int(frontier.counts[USED]) + terms.waits_s.shape[0] > labels.stop.shape[0]:
        return False
    reached_c = 0.0
    if terms.heat:
        reached_c = driven_pack_c(leave_c, drives.heat_j[drive], drive_s, pack)
        reached_c = parked_pack_c(reached_c, 0.0, closed_s, pack)
    if arrives:
        new = put_label(
            frontier, there, next_lap, reached, clock, left, reached_c, label, drive, leave_kwh, 0.0
        )
        frontier.best_s[0] = reached
        frontier.counts[WINNER] = new
        return True
    if there >= wishes.chargers:
        came_kwh = left
        left, reached_c = dwell(terms, there, left, reached_c)
        stay = wishes.dwell_s[there - wishes.chargers]
        reached += stay + (left - came_kwh) * wishes.kwh_s[there]
        clock += stay
        rest = rest_s(terms.bounds, next_lap, there, left)
    for choice in range(terms.waits_s.shape[0]):
        wait = terms.waits_s[choice]
        if wait > 0.0 and not hot(terms, there, left, reached_c):
            break
        wait_c = parked_pack_c(reached_c, 0.0, wait, pack) if wait > 0.0 else reached_c
        settle(
            frontier,
            terms,
            there,
            next_lap,
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
