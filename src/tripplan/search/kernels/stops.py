"""Compiled: the exact choice of charging stops where power depends on SoC and charger alone.

A label says: at stop v at time t with b kWh.  It is expanded by each drive from v and by finitely
many departure energies d, which is exact: with the sequence of stops given, total time is a sum
of g_i(d_i) = tau_i(d_i) - tau_next(arrival(d_i)), where tau is the time that charging from empty
takes, so each d_i at the optimum is a local minimum of its own g_i: the least energy that the
drive needs, the charge limit, or a breakpoint at which the slope of g_i turns from falling to
rising (1/P here against 1/P at the next stop).

Label A makes B superfluous if it came no later with no less energy, or if it came with less but
can charge up to B's energy by the time B has come, that is if u = t - tau(b) is no larger [1]_.

References
----------
.. [1] M. Baum, J. Dibbelt, A. Gemsa, D. Wagner, T. Zuendorf, "Shortest feasible paths with
   charging stops for battery electric vehicles", Transportation Science 53(6), 2019.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.search.kernels.heap import heap_pop, heap_push
from tripplan.search.kernels.jit import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

EPSILON = 1e-9


class Drives(NamedTuple):
    """Sparse table of drives between stops; energies are absolute, the reserve included."""

    first: Ints
    stop: Ints
    time_s: Floats
    need_kwh: Floats
    cost_kwh: Floats
    most_kwh: Floats
    heat_j: Floats


class Bounds(NamedTuple):
    """Optimistic rest of the trip from each stop (shape (stops,)): admissible for A*."""

    time_s: Floats
    """Fastest drive to the destination."""
    energy_kwh: Floats
    """Least energy of any drive to the destination."""
    priced_s: Floats
    """Least of time + energy / best power over all drives to the destination."""
    best_kw: float
    overhead_s: float
    usable_kwh: float
    """Most energy that one stop can add."""
    final_kwh: float
    """Least energy on arrival at the destination."""


class Wishes(NamedTuple):
    """What the trip fixes for every stop."""

    origin: int
    destination: int
    start_kwh: float
    limit_kwh: float
    """Energy at which a charging stop ends at the latest."""
    overhead_s: float
    step_kwh: float
    """Energy between two columns of ``tau_s``."""


class Labels(NamedTuple):
    """Columns of the labels that a search made."""

    stop: Ints
    time_s: Floats
    energy_kwh: Floats
    pack_c: Floats
    parent: Ints
    drive: Ints
    """Drive by which the label came; -1 at the origin."""
    departed_kwh: Floats
    """Energy with which that drive started."""


@compiled
def new_labels(room: int) -> Labels:
    """Make room for labels."""
    return Labels(
        np.empty(room, np.int32),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room),
    )


@compiled
def put_label(
    labels: Labels,
    at: int,
    stop: int,
    time_s: float,
    energy_kwh: float,
    pack_c: float,
    parent: int,
    drive: int,
    departed_kwh: float,
) -> None:
    """Write a label; for parent and drive, -1 says that there is none."""
    labels.stop[at] = stop
    labels.time_s[at] = time_s
    labels.energy_kwh[at] = energy_kwh
    labels.pack_c[at] = pack_c
    labels.parent[at] = parent
    labels.drive[at] = drive
    labels.departed_kwh[at] = departed_kwh


@compiled
def rest_s(bounds: Bounds, stop: int, energy_kwh: float) -> float:
    """Return a lower bound on the time from a stop, reached with this energy, to the end."""
    missing = bounds.energy_kwh[stop] + bounds.final_kwh - energy_kwh
    if missing <= EPSILON or missing == np.inf:
        return float(bounds.time_s[stop])
    stops = np.ceil(missing / bounds.usable_kwh - EPSILON)
    charged = bounds.priced_s[stop] - (energy_kwh - bounds.final_kwh) * 3600.0 / bounds.best_kw
    return float(max(bounds.time_s[stop], charged) + stops * bounds.overhead_s)


@compiled
def charged_s(tau_s: Floats, level: int, step_kwh: float, energy_kwh: float) -> float:
    """Time that charging from empty to an energy takes at a charger of this power level [s]."""
    x = energy_kwh / step_kwh
    cell = min(max(int(x), 0), tau_s.shape[1] - 2)
    return float(tau_s[level, cell] + (x - cell) * (tau_s[level, cell + 1] - tau_s[level, cell]))


@compiled
def _slope(tau_s: Floats, level: int, step_kwh: float, energy_kwh: float) -> float:
    cell = min(max(int(energy_kwh / step_kwh), 0), tau_s.shape[1] - 2)
    return float((tau_s[level, cell + 1] - tau_s[level, cell]) / step_kwh)


@compiled
def departures(
    tau_s: Floats,
    here: int,
    there: int,
    cost_kwh: float,
    most_kwh: float,
    least_kwh: float,
    wishes: Wishes,
    found: Floats,
) -> int:
    """Collect the departure energies that can be optimal for one drive.

    Parameters
    ----------
    tau_s
        Time to charge from empty, shape (power levels, columns). [s]
    here, there
        Power level at this stop and the next; ``there`` is -1 at the destination.
    cost_kwh, most_kwh
        Profile of the drive. [kWh]
    least_kwh
        Energy with which the car can leave at the earliest. [kWh]
    wishes
        The trip.
    found
        Takes the energies; must have room for twice the columns of ``tau_s`` and two.

    Returns
    -------
    int
        How many were found; the first is ``least_kwh``.
    """
    found[0] = least_kwh
    count = 1
    limit = wishes.limit_kwh
    if there < 0 or limit <= least_kwh + EPSILON:
        return count
    step = wishes.step_kwh
    full = most_kwh + cost_kwh
    shift = cost_kwh - np.floor(cost_kwh / step) * step
    here_cell = np.floor(least_kwh / step + EPSILON) + 1.0
    there_cell = np.floor((least_kwh - shift) / step + EPSILON) + 1.0
    before = least_kwh
    falling = False
    while before < limit - EPSILON:
        upto = min(here_cell * step, there_cell * step + shift, limit)
        if before + EPSILON < full < upto:
            upto = full
        middle = 0.5 * (before + upto)
        slope = _slope(tau_s, here, step, middle)
        if middle < full:
            slope -= _slope(tau_s, there, step, middle - cost_kwh)
        if falling and slope >= 0.0:
            found[count] = before
            count += 1
        falling = slope < 0.0
        if here_cell * step <= upto + EPSILON:
            here_cell += 1.0
        if there_cell * step + shift <= upto + EPSILON:
            there_cell += 1.0
        before = upto
    if falling:
        found[count] = limit
        count += 1
    return count


@compiled
def choose_stops(
    drives: Drives,
    level: Ints,
    tau_s: Floats,
    bounds: Bounds,
    wishes: Wishes,
    ceiling_s: float,
    room: int,
) -> tuple[float, int, Labels, int, bool]:
    """Find the chain of stops with the least time.

    Parameters
    ----------
    drives
        Drives between stops; the origin and the destination are stops as well.
    level
        Power level of each stop: a row of ``tau_s``; unused at origin and destination.
    tau_s
        Time to charge from empty, shape (power levels, columns). [s]
    bounds
        Optimistic rests, for A*.
    wishes
        The trip.
    ceiling_s
        Only plans quicker than this are of interest; may be infinite. [s]
    room
        Most labels to make.

    Returns
    -------
    tuple
        Least time (infinite if there is no plan), label at the destination (-1), the labels,
        their number, and whether the search was complete.
    """
    labels = new_labels(room)
    dead = np.zeros(room, np.bool_)
    bag = np.full(level.shape[0], -1, np.int32)
    next_in_bag = np.full(room, -1, np.int32)
    keys = np.empty(room + 8)
    items = np.empty(room + 8, np.int32)
    found = np.empty(2 * tau_s.shape[1] + 4)
    best = ceiling_s
    winner = -1
    put_label(labels, 0, wishes.origin, 0.0, wishes.start_kwh, 0.0, -1, -1, 0.0)
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
        time = labels.time_s[label]
        energy = labels.energy_kwh[label]
        at_origin = here == wishes.origin
        ready = time
        if not at_origin:
            ready = (
                time + wishes.overhead_s - charged_s(tau_s, level[here], wishes.step_kwh, energy)
            )
        for drive in range(drives.first[here], drives.first[here + 1]):
            there = drives.stop[drive]
            arrives = there == wishes.destination
            least = drives.need_kwh[drive]
            if at_origin:
                if energy < least - EPSILON:
                    continue
                found[0] = energy
                count = 1
            else:
                if least > wishes.limit_kwh + EPSILON and least > energy + EPSILON:
                    continue
                count = departures(
                    tau_s,
                    level[here],
                    -1 if arrives else level[there],
                    drives.cost_kwh[drive],
                    drives.most_kwh[drive],
                    max(least, energy),
                    wishes,
                    found,
                )
            for k in range(count):
                leave = found[k]
                reached = ready + drives.time_s[drive]
                if not at_origin:
                    reached += charged_s(tau_s, level[here], wishes.step_kwh, leave)
                left = min(leave - drives.cost_kwh[drive], drives.most_kwh[drive])
                rest = 0.0 if arrives else rest_s(bounds, there, left)
                if reached + rest >= best - EPSILON:
                    continue
                if not arrives:
                    u = reached - charged_s(tau_s, level[there], wishes.step_kwh, left)
                    if _is_dominated(
                        labels,
                        dead,
                        bag,
                        next_in_bag,
                        there,
                        reached,
                        left,
                        u,
                        level,
                        tau_s,
                        wishes,
                    ):
                        continue
                if used == room:
                    return best, winner, labels, used, False
                put_label(labels, used, there, reached, left, 0.0, label, drive, leave)
                if arrives:
                    best = reached
                    winner = used
                else:
                    next_in_bag[used] = bag[there]
                    bag[there] = used
                    size = heap_push(keys, items, size, reached + rest, used)
                used += 1
    return best, winner, labels, used, True


@compiled
def _is_dominated(
    labels: Labels,
    dead: NDArray[np.bool_],
    bag: Ints,
    next_in_bag: Ints,
    stop: int,
    time: float,
    energy: float,
    u: float,
    level: Ints,
    tau_s: Floats,
    wishes: Wishes,
) -> bool:
    """Compare a new label with those at its stop; strikes out those that it makes superfluous."""
    step = wishes.step_kwh
    chargeable = wishes.limit_kwh + EPSILON
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
        t = labels.time_s[other]
        b = labels.energy_kwh[other]
        v = t - charged_s(tau_s, level[stop], step, b)
        if (t <= time + EPSILON and b >= energy - EPSILON) or (
            v <= u + EPSILON and b <= energy + EPSILON and energy <= chargeable
        ):
            return True
        if (time <= t + EPSILON and energy >= b - EPSILON) or (
            u <= v + EPSILON and energy <= b + EPSILON and b <= chargeable
        ):
            dead[other] = True
        previous = other
        other = follower
    return False
