"""Compiled: the choice of charging stops, with and without battery heat.

A label says: at stop v at time t with b kWh (and a pack of T degrees).  It is expanded by each
drive from v and by departure energies d.

Without heat the departures are finitely many and the search is exact: with the sequence of stops
given, total time is a sum of g_i(d_i) = tau_i(d_i) - tau_next(arrival(d_i)), where tau is the time
that charging from empty takes, so each d_i at the optimum is a local minimum of its own g_i: the
least energy that the drive needs, the charge limit, or a breakpoint at which the slope of g_i turns
from falling to rising (1/P here against 1/P at the next stop).  Label A makes B superfluous if it
came no later with no less energy, or if it came with less but can charge up to B's energy by the
time B has come, that is if u = t - tau(b) is no larger [1]_.

With heat, each label charges along a course of its own; labels that differ less than given epsilons
count as equal, and departures are also taken from a grid.  The bound of the certificate does not
rest on this search.

Rows of drives are fetched when they are first needed: the search returns, and is called again.

References
----------
.. [1] M. Baum, J. Dibbelt, A. Gemsa, D. Wagner, T. Zuendorf, "Shortest feasible paths with
   charging stops for battery electric vehicles", Transportation Science 53(6), 2019.
"""

import numpy as np
from numpy.typing import NDArray

from tripplan.physics.charging import PowerModel, charging_power_kw
from tripplan.physics.thermal import PackModel, driven_pack_c, parked_pack_c
from tripplan.search.kernels.charge import dwelt
from tripplan.search.kernels.course import (
    Course,
    HeatRules,
    at_energy,
    fill_course,
    no_worse_c,
    warm_rest_s,
)
from tripplan.search.kernels.heap import heap_pop
from tripplan.search.kernels.jit import compiled
from tripplan.search.kernels.labels import (
    DONE,
    EPSILON,
    FULL_UP,
    HEAPED,
    MISSING,
    NEEDS_ROW,
    USED,
    WINNER,
    Bounds,
    Drives,
    Frontier,
    Wishes,
    charged_kwh,
    charged_s,
    departures,
    fewer_stops,
    opens_s,
    put_label,
    queue_label,
    rest_s,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@compiled
def start(frontier: Frontier, wishes: Wishes, start_c: float) -> None:
    """Put the first label where the trip begins."""
    origin = wishes.chargers + wishes.laps
    first = put_label(
        frontier, origin, 0, 0.0, wishes.start_kwh, start_c, -1, -1, wishes.start_kwh, 0.0
    )
    queue_label(frontier, first, 0.0)


@compiled
def leaving_limit_kwh(wishes: Wishes, tau_s: Floats, stop: int, energy_kwh: float) -> float:
    """Most energy with which a stop that was reached with an energy is left."""
    most = wishes.limit_kwh
    if wishes.longest_charge_s[stop] < np.inf:
        level = wishes.level[stop]
        longest = wishes.longest_charge_s[stop]
        until = charged_s(tau_s, level, wishes.step_kwh, energy_kwh) + longest
        most = min(most, charged_kwh(tau_s, level, wishes.step_kwh, until))
    return float(max(most, energy_kwh))


@compiled
def choose_stops(
    frontier: Frontier,
    drives: Drives,
    tau_s: Floats,
    charger_kw: Floats,
    bounds: Bounds,
    wishes: Wishes,
    heat: bool,
    dominance: bool,
    power: PowerModel,
    pack: PackModel,
    rules: HeatRules,
    waits_s: Floats,
    course: Course,
) -> int:
    """Find the chain of stops with the least time; returns `DONE`, `NEEDS_ROW` or `FULL_UP`.

    Parameters
    ----------
    frontier
        The state: as `start` left it, or as the last call did.
    drives
        Drives known so far.
    tau_s
        Time to charge from empty without a limit by heat, shape (power levels, columns). [s]
    charger_kw
        Power of the plug at each stop, shape (stops,).
    bounds, wishes
        Optimistic rests, and what the trip fixes.
    heat
        Whether pack temperature limits the power.
    dominance
        Whether to strike out superfluous labels; only tests switch it off.
    power, pack, rules
        The car's charging limits, its pack, and how coarse the search may be; with heat.
    waits_s
        Times that the car may wait for its pack to cool before it plugs in; the first is 0.
    course
        Room for the charging courses of all labels; with heat.
    """
    labels = frontier.labels
    room = labels.stop.shape[0]
    found = np.empty(4 * tau_s.shape[1] + 8 + int(wishes.limit_kwh / rules.departure_step_kwh))
    best = frontier.best_s
    spare_s_per_kwh = 3600.0 / bounds.best_kw
    while frontier.counts[HEAPED] > 0:
        if frontier.keys[0] >= best[0] - EPSILON:
            break
        label = frontier.items[0]
        if frontier.dead[label]:
            size = int(frontier.counts[HEAPED])
            frontier.counts[HEAPED] = heap_pop(frontier.keys, frontier.items, size)
            continue
        here = labels.stop[label]
        if drives.row_begin[here] < 0:
            frontier.counts[MISSING] = here
            return NEEDS_ROW
        size = int(frontier.counts[HEAPED])
        frontier.counts[HEAPED] = heap_pop(frontier.keys, frontier.items, size)
        lap = labels.lap[label]
        level = wishes.level[here]
        energy = labels.energy_kwh[label]
        tau_here = charged_s(tau_s, level, wishes.step_kwh, energy) if level >= 0 else 0.0
        ready = labels.time_s[label] + (wishes.overhead_s[here] if level >= 0 else 0.0)
        for part in range(2):
            begin = drives.row_begin[here] if part == 0 else drives.goal_begin[lap, here]
            end = drives.row_end[here] if part == 0 else drives.goal_end[lap, here]
            for drive in range(begin, end):
                # However much is charged here, the trip takes no less than this.
                there = drives.stop[drive]
                next_lap = drives.lap[drive] if part == 1 else lap
                earliest = ready + drives.time_s[drive]
                if earliest + bounds.time_s[next_lap, there] >= best[0]:
                    continue
                slower = drives.slower_kwh[drive]
                least = max(energy, drives.need_kwh[drive] - slower)
                if level >= 0 and least > energy:
                    earliest += charged_s(tau_s, level, wishes.step_kwh, least) - tau_here
                if slower > 0.0:
                    earliest += slower * min(drives.slower_s_per_kwh[drive] - spare_s_per_kwh, 0.0)
                spare_s = (least - drives.cost_kwh[drive] - bounds.final_kwh) * spare_s_per_kwh
                if earliest + bounds.priced_s[next_lap, there] - spare_s >= best[0]:
                    continue
                if not _expand(
                    frontier, drives, drive, label, next_lap, tau_s, charger_kw, bounds, wishes,
                    heat, dominance, power, pack, rules, waits_s, course, found, room,
                ):  # fmt: skip
                    return FULL_UP
    return DONE


@compiled
def _expand(
    frontier: Frontier,
    drives: Drives,
    drive: int,
    label: int,
    next_lap: int,
    tau_s: Floats,
    charger_kw: Floats,
    bounds: Bounds,
    wishes: Wishes,
    heat: bool,
    dominance: bool,
    power: PowerModel,
    pack: PackModel,
    rules: HeatRules,
    waits_s: Floats,
    course: Course,
    found: Floats,
    room: int,
) -> bool:
    """Make the labels that follow a label by one drive; False where there is no room for them."""
    labels = frontier.labels
    here = labels.stop[label]
    there = drives.stop[drive]
    energy = labels.energy_kwh[label]
    level = wishes.level[here]
    arrives = next_lap == wishes.laps
    if wishes.is_charger[there] and labels.stops[label] >= wishes.most_stops:
        return True
    drive_s = drives.time_s[drive]
    cost = drives.cost_kwh[drive]
    most = drives.most_kwh[drive]
    need = drives.need_kwh[drive]
    if arrives:
        need = max(need, cost + wishes.final_kwh)
        if most < wishes.final_kwh - EPSILON:
            return True
    time = labels.time_s[label]
    if time + drive_s + (0.0 if arrives else bounds.time_s[next_lap, there]) >= frontier.best_s[0]:
        return True
    ready = time
    limit = energy
    if level < 0:
        found[0] = energy
        count = 0 if energy < need - EPSILON else 1
    else:
        limit = leaving_limit_kwh(wishes, tau_s, here, energy)
        ready = time + wishes.overhead_s[here]
        least = max(need, energy + wishes.least_charge_kwh[here])
        count = 0
        if least <= limit + EPSILON or least <= energy + EPSILON:
            next_level = -1 if arrives else wishes.level[there]
            count = departures(
                tau_s, level, next_level, cost, most, least, limit, wishes.step_kwh, found
            )
            if heat and not arrives:
                count = _add_grid(found, count, least, limit, rules.departure_step_kwh)
    for k in range(count):
        if not _leave(
            frontier, label, drive, found[k], cost, 0.0, arrives, next_lap, ready, drives,
            tau_s, charger_kw, bounds, wishes, heat, dominance, power, pack, rules, waits_s, course,
            room,
        ):  # fmt: skip
            return False
    if drives.slower_kwh[drive] > 0.0:
        floor = wishes.final_kwh if arrives else wishes.reserve_kwh
        leave = _leave_to_arrive_with(
            drives, drive, floor, energy, limit, level, tau_s, wishes.step_kwh
        )
        saved = cost - (leave - floor)
        if saved > 0.0 and not _leave(
            frontier, label, drive, leave, leave - floor, saved * drives.slower_s_per_kwh[drive],
            arrives, next_lap, ready, drives, tau_s, charger_kw, bounds, wishes, heat,
            dominance, power, pack, rules, waits_s, course, room,
        ):  # fmt: skip
            return False
    return True


@compiled
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


@compiled
def _leave_to_arrive_with(
    drives: Drives,
    drive: int,
    floor_kwh: float,
    energy_kwh: float,
    limit_kwh: float,
    level: int,
    tau_s: Floats,
    step_kwh: float,
) -> float:
    """Departure energy of a drive that is slowed down to arrive with just so much, or infinity.

    In a relaxation the drive trades time for energy at a fixed rate.  Total time then has a local
    minimum where charging one more kilowatt-hour starts to take longer than slowing down does
    (or where the charge must end); at either end of the trade stands a drive of its own.
    """
    most = floor_kwh + drives.cost_kwh[drive]
    least = most - drives.slower_kwh[drive]
    if level < 0:
        return energy_kwh if least < energy_kwh < most else np.inf
    if limit_kwh <= least + EPSILON:
        return np.inf
    begin = max(energy_kwh, least)
    cell = int(np.floor(begin / step_kwh + EPSILON))
    rate = drives.slower_s_per_kwh[drive]
    while cell < tau_s.shape[1] - 1:
        if tau_s[level, cell + 1] - tau_s[level, cell] >= rate * step_kwh:
            break
        cell += 1
    leave = min(cell * step_kwh, limit_kwh)
    return leave if begin + EPSILON < leave < most else np.inf


@compiled
def _leave(
    frontier: Frontier,
    label: int,
    drive: int,
    leave: float,
    cost: float,
    extra_s: float,
    arrives: bool,
    next_lap: int,
    ready: float,
    drives: Drives,
    tau_s: Floats,
    charger_kw: Floats,
    bounds: Bounds,
    wishes: Wishes,
    heat: bool,
    dominance: bool,
    power: PowerModel,
    pack: PackModel,
    rules: HeatRules,
    waits_s: Floats,
    course: Course,
    room: int,
) -> bool:
    """Make the labels of one departure; False where there is no room for them."""
    labels = frontier.labels
    here = labels.stop[label]
    there = drives.stop[drive]
    energy = labels.energy_kwh[label]
    level = wishes.level[here]
    charging = 0.0
    leave_c = labels.pack_c[label]
    if level >= 0:
        if heat:
            charging, leave_c = at_energy(
                course, label, energy, labels.pack_c[label], wishes.step_kwh, leave
            )
            if charging > wishes.longest_charge_s[here] + EPSILON:
                return True
        else:
            charging = charged_s(tau_s, level, wishes.step_kwh, leave) - charged_s(
                tau_s, level, wishes.step_kwh, energy
            )
    drive_s = drives.time_s[drive] + extra_s
    reached = ready + charging + drive_s
    left = min(leave - cost, drives.most_kwh[drive])
    closed_s = 0.0
    if not arrives:
        closed_s = opens_s(wishes, there, reached) - reached
        reached += closed_s
    rest = 0.0 if arrives else rest_s(bounds, next_lap, there, left)
    if not reached + rest < frontier.best_s[0] - EPSILON:
        return True
    if int(frontier.counts[USED]) + waits_s.shape[0] > room:
        return False
    reached_c = 0.0
    if heat:
        reached_c = driven_pack_c(leave_c, drives.heat_j[drive], drive_s, pack)
        reached_c = parked_pack_c(reached_c, 0.0, closed_s, pack)
    if arrives:
        new = put_label(
            frontier, there, next_lap, reached, left, reached_c, label, drive, leave, 0.0
        )
        frontier.best_s[0] = reached
        frontier.counts[WINNER] = new
        return True
    if there >= wishes.chargers:
        reached, left, reached_c = _dwell(
            wishes, there - wishes.chargers, there, reached, left, reached_c, tau_s, charger_kw, power, pack,
            heat,
        )  # fmt: skip
        rest = rest_s(bounds, next_lap, there, left)
    for choice in range(waits_s.shape[0]):
        wait = waits_s[choice]
        wait_c = reached_c
        if wait > 0.0:
            if not _hot(there, left, reached_c, charger_kw, wishes, power):
                break
            wait_c = parked_pack_c(reached_c, 0.0, wait, pack)
        _settle(
            frontier, there, next_lap, reached, wait, left, wait_c, label, drive, leave, rest,
            tau_s, charger_kw, bounds, wishes, heat, dominance, power, pack, rules, course,
        )  # fmt: skip
    return True


@compiled
def _dwell(
    wishes: Wishes,
    place: int,
    there: int,
    time_s: float,
    energy_kwh: float,
    pack_c: float,
    tau_s: Floats,
    charger_kw: Floats,
    power: PowerModel,
    pack: PackModel,
    heat: bool,
) -> tuple[float, float, float]:
    """Spend the time that a place takes anyway, charging where there is a plug."""
    dwell = wishes.dwell_s[place]
    if dwell <= 0.0:
        return time_s, energy_kwh, pack_c
    level = wishes.level[there]
    if heat:
        energy_kwh, pack_c = dwelt(
            energy_kwh, wishes.limit_kwh, pack_c, charger_kw[there], dwell, power, pack
        )
    elif level >= 0:
        until = charged_s(tau_s, level, wishes.step_kwh, energy_kwh) + dwell
        charged = charged_kwh(tau_s, level, wishes.step_kwh, until)
        energy_kwh = max(energy_kwh, min(charged, wishes.limit_kwh))
    return time_s + dwell, energy_kwh, pack_c


@compiled
def _hot(
    there: int, energy_kwh: float, pack_c: float, charger_kw: Floats, wishes: Wishes,
    power: PowerModel,
) -> bool:  # fmt: skip
    """Whether the pack temperature would limit the power, and cooling down would help."""
    if wishes.level[there] < 0:
        return False
    soc = energy_kwh / power.capacity_kwh
    now = charging_power_kw(soc, pack_c, charger_kw[there], power)
    cooler = charging_power_kw(soc, pack_c - 2.0, charger_kw[there], power)
    return cooler > now


@compiled
def _settle(
    frontier: Frontier,
    there: int,
    lap: int,
    time_s: float,
    wait_s: float,
    energy_kwh: float,
    pack_c: float,
    parent: int,
    drive: int,
    leave_kwh: float,
    rest: float,
    tau_s: Floats,
    charger_kw: Floats,
    bounds: Bounds,
    wishes: Wishes,
    heat: bool,
    dominance: bool,
    power: PowerModel,
    pack: PackModel,
    rules: HeatRules,
    course: Course,
) -> None:
    """Write a label that came to a stop, unless another makes it superfluous."""
    ready_c = pack_c
    level = wishes.level[there]
    if heat:
        ready_c = parked_pack_c(pack_c, 0.0, wishes.overhead_s[there], pack)
    at_s = time_s + wait_s
    if heat:
        spare_s = frontier.best_s[0] - at_s
        rest = max(
            rest,
            warm_rest_s(
                bounds, lap, there, energy_kwh, ready_c, spare_s, rules.falling_kw, power, pack
            ),
        )
    if at_s + rest >= frontier.best_s[0] - EPSILON:
        return
    stops = frontier.labels.stops[parent] + (1 if wishes.is_charger[there] else 0)
    if heat:
        if dominance and _is_dominated_hot(
            frontier, course, there, lap, at_s, energy_kwh, ready_c, stops, wishes, rules
        ):
            return
        new = put_label(
            frontier, there, lap, at_s, energy_kwh, ready_c, parent, drive, leave_kwh, wait_s
        )
        if level >= 0:
            fill_course(
                course, new, energy_kwh, ready_c, charger_kw[there], wishes.step_kwh, power, pack
            )
        frontier.labels.stops[new] = stops
        if dominance:
            _strike_out_hot(frontier, course, new, wishes, rules)
    else:
        if dominance and _is_dominated(
            frontier, there, lap, at_s, energy_kwh, stops, tau_s, wishes
        ):
            return
        new = put_label(
            frontier, there, lap, at_s, energy_kwh, ready_c, parent, drive, leave_kwh, wait_s
        )
    frontier.labels.stops[new] = stops
    queue_label(frontier, new, at_s + rest)


@compiled
def _is_dominated(
    frontier: Frontier,
    stop: int,
    lap: int,
    time: float,
    energy: float,
    stops: int,
    tau_s: Floats,
    wishes: Wishes,
) -> bool:
    """Compare a new label with those at its stop; strikes out those that it makes superfluous."""
    labels = frontier.labels
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
        n = labels.stops[other]
        if fewer_stops(wishes, n, stops) and (
            (t <= time + EPSILON and b >= energy - EPSILON)
            or (v <= u + EPSILON and b <= energy + EPSILON and energy <= chargeable)
        ):
            return True
        if not fewer_stops(wishes, stops, n):
            previous = other
            other = follower
            continue
        if (time <= t + EPSILON and energy >= b - EPSILON) or (
            u <= v + EPSILON and energy <= b + EPSILON and b <= chargeable
        ):
            frontier.dead[other] = True
        previous = other
        other = follower
    return False


@compiled
def _is_dominated_hot(
    frontier: Frontier,
    course: Course,
    stop: int,
    lap: int,
    time: float,
    energy: float,
    pack_c: float,
    stops: int,
    wishes: Wishes,
    rules: HeatRules,
) -> bool:
    """Whether a label at the stop can do whatever a new one could, up to the epsilons."""
    labels = frontier.labels
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
        if not fewer_stops(wishes, labels.stops[other], stops):
            previous = other
            other = follower
            continue
        b = labels.energy_kwh[other]
        t = labels.time_s[other]
        if b >= energy - EPSILON:
            if t <= time + rules.time_epsilon_s and no_worse_c(labels.pack_c[other], pack_c, rules):
                return True
        elif t < time + rules.time_epsilon_s and energy <= chargeable:
            taken, then_c = at_energy(
                course, other, b, labels.pack_c[other], wishes.step_kwh, energy
            )
            if t + taken <= time + rules.time_epsilon_s and no_worse_c(then_c, pack_c, rules):
                return True
        previous = other
        other = follower
    return False


@compiled
def _strike_out_hot(
    frontier: Frontier, course: Course, new: int, wishes: Wishes, rules: HeatRules
) -> None:
    """Strike out the labels that a new one makes superfluous without any epsilon in time."""
    labels = frontier.labels
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
        if not frontier.dead[other] and beaten:
            b = labels.energy_kwh[other]
            if energy >= b:
                if no_worse_c(pack_c, labels.pack_c[other], rules):
                    frontier.dead[other] = True
            elif charges and b <= wishes.limit_kwh:
                taken, then_c = at_energy(course, new, energy, pack_c, wishes.step_kwh, b)
                if time + taken <= labels.time_s[other] and no_worse_c(
                    then_c, labels.pack_c[other], rules
                ):
                    frontier.dead[other] = True
        other = frontier.next_in_bag[other]
