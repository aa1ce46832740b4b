"""Compiled: label setting over charging stops, with and without battery heat.

A label says: at stop v at time t with b kWh (and a pack of T degrees).  It is expanded by each
drive from v and by departure energies d, and what comes of it is kept unless it is dominated.

One loop serves both: the policy says whether each label charges along a trajectory of its own, with
departures also taken from a grid.  The bound of the certificate rests on the search without heat.

Rows of drives are fetched when they are first needed: the search returns, and is called again.
"""

from typing import NamedTuple

import numpy as np

from tripplan.physics.jit import compiled_bare, part_bare
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.routing.kernels.heap import heap_pop
from tripplan.search.kernels.context import SearchContext
from tripplan.search.kernels.departures import (
    add_grid,
    before_dwell_kwh,
    departures,
    energy_after,
    limit_kwh,
    next_slowed,
    no_quicker_later,
)
from tripplan.search.kernels.dominance import insert_unless_dominated
from tripplan.search.kernels.heat_trajectory import at_energy, dearer_s_per_kwh, dwell, hot
from tripplan.search.kernels.labels import (
    DONE,
    EPSILON,
    FULL_UP,
    HEAPED,
    MISSING,
    NEEDS_ROW,
    USED,
    WINNER,
    Arrival,
    Constraints,
    Drives,
    Frontier,
    Labels,
    charged_kwh,
    charged_s,
    closes_s,
    least_departure_kwh,
    opens_s,
    queue_label,
    reopens_s,
    rest_s,
    weighted_charge_s,
    write_label,
)
from tripplan.search.kernels.worthwhile import least_worthwhile_kwh, twice_s_at_least

_SECOND_S = 1e-6
"""Rounding of times of the clock."""


class Move(NamedTuple):
    """A label on its way to another stop."""

    label: int
    drive: int
    stage: int
    """Stage after the drive."""
    worth_kwh: float
    """What the label must charge before it leaves, for its stop to be worth making."""


@compiled_bare
def start(frontier: Frontier, constraints: Constraints, start_c: float) -> None:
    """Put the first label where the trip begins."""
    origin, kwh = constraints.chargers + constraints.stages, constraints.start_kwh
    first = Arrival(origin, 0, 0.0, 0.0, kwh, start_c, -1, -1, kwh, 0.0, 0)
    queue_label(frontier, write_label(frontier, first), 0.0)


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
    constraints, bounds = context.constraints, context.bounds
    function_s = context.charging_function_s
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
        ready, charged_here_s = labels.time_s[label], 0.0
        if level >= 0:
            ready += constraints.overhead_s[here]
            charged_here_s = charged_s(function_s, level, constraints.step_kwh, energy)
        most = max(constraints.limit_kwh, energy) if level >= 0 else energy
        worth = least_worthwhile_kwh(context, drives, labels, label)
        if worth > 0.0 and energy + worth >= most - EPSILON:
            continue
        dearer = 0.0
        if context.policy.heat:
            spare_s = best[0] - labels.time_s[label]
            dearer = dearer_s_per_kwh(context, labels.pack_c[label], spare_s)
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
                if context.direct and level >= 0 and there < constraints.chargers:
                    twice_s = twice_s_at_least(context, drives, drive, next_stage, level, energy)
                    if earliest + twice_s >= best[0]:
                        continue
                slower = drives.slower_kwh[drive]
                least = max(energy + max(worth, 0.0), drives.min_departure_kwh[drive] - slower)
                if level >= 0 and least > energy:
                    until_s = charged_s(function_s, level, constraints.step_kwh, least)
                    charging = until_s - charged_here_s
                    earliest += max(charging, (least - energy) * (spare_s_per_kwh + dearer))
                left = least - drives.consumed_kwh[drive]
                if dearer > 0.0:
                    missing = bounds.energy_kwh[next_stage, there] + bounds.final_kwh - left
                    earliest += max(missing, 0.0) * dearer
                if slower > 0.0:
                    earliest += slower * min(drives.slower_s_per_kwh[drive] - spare_s_per_kwh, 0.0)
                lacking = bounds.energy_kwh[next_stage, there] + bounds.final_kwh
                lacking -= most - drives.consumed_kwh[drive] + slower
                if 0.0 < lacking < np.inf:
                    # Whoever comes with the most that can be left has to stop so often still.
                    stops = np.ceil(lacking / bounds.usable_kwh - EPSILON)
                    earliest += max(stops, 0.0) * bounds.overhead_s
                    if earliest + bounds.time_s[next_stage, there] >= best[0]:
                        continue
                spare_s = (left - bounds.final_kwh) * spare_s_per_kwh
                if earliest + bounds.priced_s[next_stage, there] - spare_s >= best[0]:
                    continue
                if not _expand(frontier, drives, context, Move(label, drive, next_stage, worth)):
                    return FULL_UP
    return DONE


@part_bare
def _expand(frontier: Frontier, drives: Drives, context: SearchContext, move: Move) -> bool:
    """Make the labels that follow a label by one drive; False where there is no room for them."""
    labels, constraints, drive = frontier.labels, context.constraints, move.drive
    here, there = labels.stop[move.label], drives.stop[drive]
    energy = labels.energy_kwh[move.label]
    level = constraints.level[here]
    arrives = move.stage == constraints.stages
    if constraints.is_charger[there] and labels.stops[move.label] >= constraints.most_stops:
        return True
    if _returns(labels, constraints, move, there):
        return True
    consumed, max_arrival = drives.consumed_kwh[drive], drives.max_arrival_kwh[drive]
    floor = constraints.least_arrival_kwh[move.stage, there]
    least = max(drives.min_departure_kwh[drive], consumed + floor)
    if max_arrival < floor - EPSILON:
        return True
    limit = energy
    count = 0
    if level < 0:
        context.found[0] = energy
        count = 0 if energy < least - EPSILON else 1
    else:
        limit = limit_kwh(context, labels, move.label)
        least = max(least, least_departure_kwh(constraints, here, energy))
        if context.policy.fullest:
            context.found[0] = limit
            count = 1 if least <= limit + EPSILON else 0
        elif least <= limit + EPSILON or least <= energy + EPSILON:
            after = constraints.end_level if arrives else constraints.level[there]
            if after >= 0 and no_quicker_later(context, level, after, least, limit, consumed):
                after = -1
            count = departures(context, level, after, consumed, max_arrival, least, limit)
            # Where the next stop may not last, what it cannot give has to be charged here.
            capped = not arrives and constraints.longest_charge_s[there] < np.inf
            if capped or (context.policy.heat and (not arrives or after >= 0)):
                count = add_grid(context, count, least, limit)
    for k in range(count):
        if move.worth_kwh >= 0.0 and context.found[k] <= energy + move.worth_kwh:
            continue
        if not _leave(frontier, drives, context, move, context.found[k], consumed, 0.0):
            return False
    if level >= 0 and not (constraints.relaxed or arrives or context.policy.fullest):
        if constraints.bounded and not _until_it_opens(
            frontier, drives, context, move, least, limit
        ):
            return False
        past = there >= constraints.chargers and constraints.level[there] >= 0
        if past and not _past_a_plug(frontier, drives, context, move, least, limit):
            return False
    if drives.slower_kwh[drive] <= 0.0:
        return True
    after = -1 if arrives else constraints.level[there]
    rises = context.rises_kwh
    for k in range(-1, rises.shape[1] if after >= 0 else 0):
        reached = floor if k < 0 else rises[after, k]
        if reached == np.inf:
            break
        if reached < floor:
            continue
        leave = next_slowed(context, drives, drive, reached, -np.inf, energy, limit, level)
        while leave < np.inf:
            if move.worth_kwh >= 0.0 and leave <= energy + move.worth_kwh:
                leave = next_slowed(context, drives, drive, reached, leave, energy, limit, level)
                continue
            spent = leave - reached
            extra_s = (consumed - spent) * drives.slower_s_per_kwh[drive]
            if not _leave(frontier, drives, context, move, leave, spent, extra_s):
                return False
            leave = next_slowed(context, drives, drive, reached, leave, energy, limit, level)
    return True


@part_bare
def _returns(labels: Labels, constraints: Constraints, move: Move, there: int) -> bool:
    """Whether a car would come back to a charger before it has been at the next target.

    That can pay only where a stop may not last as long as one would like, and would make nothing of
    the wish.
    """
    if there >= constraints.chargers or constraints.longest_charge_s[there] == np.inf:
        return False
    label = move.label
    while label >= 0 and labels.stage[label] == move.stage:
        if labels.stop[label] == there:
            return True
        label = labels.parent[label]
    return False


@part_bare
def _until_it_opens(
    frontier: Frontier,
    drives: Drives,
    context: SearchContext,
    move: Move,
    least_kwh: float,
    limit_kwh: float,
) -> bool:
    """Charge until the next stop opens, which costs nothing; False where there is no room."""
    labels, constraints, label, drive = frontier.labels, context.constraints, move.label, move.drive
    there, clock_s = drives.stop[drive], labels.clock_s[label]
    clock_s += constraints.clock_overhead_s[labels.stop[label]] + drives.time_s[drive]
    for k in range(constraints.opening_first[there], constraints.opening_first[there + 1]):
        charging_s = constraints.opening_begin_s[k] - clock_s
        leave_kwh = energy_after(context, labels, label, charging_s)
        if least_kwh + EPSILON < leave_kwh < limit_kwh - EPSILON:
            spent_kwh = drives.consumed_kwh[drive]
            if not _leave(frontier, drives, context, move, leave_kwh, spent_kwh, 0.0):
                return False
    return True


@part_bare
def _past_a_plug(
    frontier: Frontier,
    drives: Drives,
    context: SearchContext,
    move: Move,
    least_kwh: float,
    limit_kwh: float,
) -> bool:
    """Charge for the drives from a target on, so that its own plug need not be waited for.

    False where there is no room for the labels.
    """
    constraints, drive, stage = context.constraints, move.drive, move.stage
    here, there = frontier.labels.stop[move.label], drives.stop[drive]
    level, consumed = constraints.level[here], drives.consumed_kwh[drive]
    for part in range(2):
        begin = drives.row_begin[there] if part == 0 else drives.target_begin[stage, there]
        end = drives.row_end[there] if part == 0 else drives.target_end[stage, there]
        for onward in range(max(begin, 0), end):
            beyond = stage if part == 0 else drives.stage[onward]
            floor = constraints.least_arrival_kwh[beyond, drives.stop[onward]]
            need = max(drives.min_departure_kwh[onward], drives.consumed_kwh[onward] + floor)
            after = constraints.level[drives.stop[onward]]
            if beyond == constraints.stages:
                after = constraints.end_level
            came = before_dwell_kwh(context, there, need)
            leave = max(came + consumed, least_kwh)
            if came > drives.max_arrival_kwh[drive] or leave > limit_kwh - EPSILON:
                continue
            whole = consumed + drives.consumed_kwh[onward] - (need - came)
            most = drives.max_arrival_kwh[onward]
            for k in range(departures(context, level, after, whole, most, leave, limit_kwh)):
                leave = context.found[k]
                if leave <= least_kwh + EPSILON:
                    continue
                if not _leave(frontier, drives, context, move, leave, consumed, 0.0):
                    return False
    return True


@part_bare
def _leave(
    frontier: Frontier,
    drives: Drives,
    context: SearchContext,
    move: Move,
    leave_kwh: float,
    consumed_kwh: float,
    extra_s: float,
) -> bool:
    """Make the labels of one departure; False where there is no room for them."""
    labels, constraints, policy = frontier.labels, context.constraints, context.policy
    label, drive, stage, step_kwh = move.label, move.drive, move.stage, constraints.step_kwh
    here, there = labels.stop[label], drives.stop[drive]
    energy = labels.energy_kwh[label]
    level = constraints.level[here]
    arrives = stage == constraints.stages
    counted_s, clock, leave_c = 0.0, labels.clock_s[label], labels.pack_c[label]
    ready_s = labels.time_s[label]
    if level >= 0:
        ready_s += constraints.overhead_s[here]
        clock += constraints.clock_overhead_s[here]
        if policy.heat:
            charging, leave_c = at_energy(
                context.trajectory, label, energy, labels.pack_c[label], step_kwh, leave_kwh
            )
            if charging > constraints.longest_charge_s[here] + EPSILON:
                return True
            counted_s = weighted_charge_s(constraints, here, charging, leave_kwh - energy)
        else:
            function_s, clock_s = context.charging_function_s, context.clock_s
            counted_s = charged_s(function_s, level, step_kwh, leave_kwh)
            counted_s -= charged_s(function_s, level, step_kwh, energy)
            charging = charged_s(clock_s, level, step_kwh, leave_kwh)
            charging -= charged_s(clock_s, level, step_kwh, energy)
        if constraints.bounded and clock + charging > _SECOND_S + closes_s(
            constraints, here, labels.clock_s[label]
        ):
            return True
        clock += charging
    drive_s = drives.time_s[drive] + extra_s
    reached = ready_s + counted_s + drive_s
    clock += drive_s
    left = min(leave_kwh - consumed_kwh, drives.max_arrival_kwh[drive])
    closed_s = rest = 0.0
    if arrives:
        reached += (constraints.full_kwh - left) * constraints.end_s_per_kwh
    else:
        closed_s = opens_s(constraints, there, clock) - clock
        reached += closed_s
        clock += closed_s
        if constraints.relaxed and 0.0 < closed_s < np.inf and constraints.level[there] >= 0:
            until_s = closed_s + charged_s(
                context.clock_s, constraints.level[there], step_kwh, left
            )
            meanwhile = charged_kwh(context.clock_s, constraints.level[there], step_kwh, until_s)
            left = max(left, min(meanwhile, constraints.limit_kwh))
        rest = rest_s(context.bounds, stage, there, left)
    if not reached + rest < frontier.best_s[0] - EPSILON:
        return True
    room = labels.stop.shape[0] - int(frontier.counts[USED]) - policy.waits_s.shape[0]
    if room < constraints.opening_first[there + 1] - constraints.opening_first[there]:
        return False
    reached_c, stops = 0.0, labels.stops[label]
    if policy.heat:
        reached_c = driven_pack_c(leave_c, drives.heat_j[drive], drive_s, context.pack)
        reached_c = parked_pack_c(reached_c, 0.0, closed_s, context.pack)
    if arrives:
        last = Arrival(
            there, stage, reached, clock, left, reached_c, label, drive, leave_kwh, 0.0, stops
        )
        new = write_label(frontier, last)
        frontier.counts[USED] = new + 1
        frontier.counts[WINNER] = new
        frontier.best_s[0] = reached
        return True
    if there >= constraints.chargers:
        came_kwh = left
        left, reached_c = dwell(context, there, left, reached_c)
        stay = constraints.dwell_s[there - constraints.chargers]
        reached += stay + (left - came_kwh) * constraints.kwh_s[there]
        clock += stay
        rest = rest_s(context.bounds, stage, there, left)
    stops += 1 if constraints.is_charger[there] else 0
    waits, choice = policy.waits_s.shape[0], 0
    opens = reopens_s(constraints, there, clock) if constraints.bounded else np.inf
    while choice < waits or opens < np.inf:
        if choice < waits:
            wait = policy.waits_s[choice]
            choice += 1
            if wait > 0.0 and not hot(context, there, left, reached_c):
                choice = waits
                continue
        else:
            # What is left of the time that it is open may not do: come again when it opens.
            wait = opens - clock
            opens = reopens_s(constraints, there, opens)
        if reached + wait + rest >= frontier.best_s[0] - EPSILON:
            continue
        ready_c = reached_c
        if policy.heat:
            ready_c = parked_pack_c(ready_c, 0.0, wait, context.pack) if wait > 0.0 else ready_c
            ready_c = parked_pack_c(ready_c, 0.0, constraints.clock_overhead_s[there], context.pack)
        arrival = Arrival(
            there, stage, reached + wait, clock + wait, left, ready_c, label, drive, leave_kwh,
            wait, stops,
        )  # fmt: skip
        insert_unless_dominated(frontier, drives, context, arrival, rest)
    return True
