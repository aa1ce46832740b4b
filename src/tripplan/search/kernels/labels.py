"""Compiled: what the searches over stops share - drives, constraints, labels, bags.

Chargers are stops 0..n-1, the places that the trip must visit in turn are stops n..n+m-1 (the last
of them is the destination), and the origin is stop n+m.  A label also knows its *stage*: how
many of those places, the targets, lie behind it.

A *drive* is a path between two stops with its consumption profile [1]_: the least energy to depart
with, the energy consumed, and the most energy to arrive with.

What is minimised is counted in seconds: time itself, and with other objectives what energy,
charging and stops are worth on top of it.  It is called time here all the same, for it is added up
and compared like one; where the time of day or the length of a charge counts, it is the clock.

References
----------
.. [1] M. Baum, J. Dibbelt, T. Pajor, J. Sauer, D. Wagner, T. Zuendorf, "Energy-optimal routes for
   battery electric vehicles", Algorithmica 82, 2020.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled, compiled_bare, part_bare
from tripplan.routing.kernels.heap import heap_push

EPSILON = 1e-9

MANY = 1 << 30
"""More stops than any trip has."""
DONE, NEEDS_ROW, FULL_UP = 0, 1, 2
"""Why a search returned: it is over; a row of drives is missing; the labels are used up."""


class Drives(NamedTuple):
    """Drives in columns of shape (drives,); energies are absolute, the reserve included.

    Those from stop s to chargers are row_begin[s]..row_end[s]-1, those that end a stage
    target_begin[stage, s]..target_end[stage, s]-1: to the target that the stage leads to or, where
    nothing can be charged there, past it.
    """

    stop: Ints
    stage: Ints
    """Stage after the drive; -1: as before it."""
    time_s: Floats
    min_departure_kwh: Floats
    consumed_kwh: Floats
    max_arrival_kwh: Floats
    heat_j: Floats
    slower_s_per_kwh: Floats
    """In a relaxation: the rate at which the drive may be slowed down, continuously, ..."""
    slower_kwh: Floats
    """... and how much energy that saves at the most; 0 for real drives."""
    row_begin: Ints
    """-1 where the row has not been worked out yet, shape (stops,)."""
    row_end: Ints
    target_begin: Ints
    target_end: Ints
    """Shape (stages, stops)."""


class Bounds(NamedTuple):
    """Optimistic rest of the trip from each stop in each stage, shape (stages, stops), for A*."""

    time_s: Floats
    """Fastest drive to the destination by way of the places still to visit."""
    energy_kwh: Floats
    """Least energy of any such drive."""
    priced_s: Floats
    """Least of time + energy at the best power over all such drives."""
    best_kw: float
    """Power at which no kilowatt-hour counts less; infinite where none counts anything, or none can
    be charged."""
    overhead_s: float
    usable_kwh: float
    """Most energy that one stop can add."""
    final_kwh: float
    """Least energy on arrival at the destination."""


class Constraints(NamedTuple):
    """What the trip fixes."""

    chargers: int
    stages: int
    start_kwh: float
    reserve_kwh: float
    full_kwh: float
    limit_kwh: float
    """Energy at which a charging stop ends at the latest."""
    final_kwh: float
    least_arrival_kwh: Floats
    """Least energy on arrival by the stage that follows and stop, shape (stages + 1, stops)."""
    step_kwh: float
    """Energy between two columns of ``charging_function_s``."""
    least_charge_kwh: Floats
    """A charging stop adds at least this, shape (stops,)."""
    longest_charge_s: Floats
    """A charging stop charges no longer than this, shape (stops,)."""
    most_stops: int
    """Most stops at chargers."""
    is_charger: NDArray[np.bool_]
    """Whether each stop counts as one at a charger, shape (stops,)."""
    level: Ints
    """Charging function of each stop, a row of ``charging_function_s``, shape (stops,); -1: nothing
    is charged."""
    overhead_s: Floats
    """Time that charging takes beside charging itself, and what a stop is worth on top of it,
    shape (stops,)."""
    clock_overhead_s: Floats
    """That time alone, shape (stops,)."""
    dwell_s: Floats
    """Time that is spent at each place anyway, shape (stages,)."""
    opening_first: Ints
    """First opening interval of each stop, shape (stops + 1,); a stop without one is always open.
    """
    opening_begin_s: Floats
    opening_end_s: Floats
    """When chargers open and close, after departure, shape (opening intervals,)."""
    charging_factor: Floats
    """What a second of charging counts, shape (stops,); 1 where only time does."""
    kwh_s: Floats
    """What a kilowatt-hour that is charged counts beside the time it takes, shape (stops,)."""
    end_s_per_kwh: float
    """What each kilowatt-hour counts that the car arrives with below full."""
    end_level: int
    """The same as a row of ``charging_function_s``, as if the car charged there; -1: nothing."""
    relaxed: bool
    """Whether a lower bound is looked for: a car that waits for a charger to open charges there
    meanwhile."""
    bounded: bool
    """Whether there is a least or a longest charge, or opening hours: a label that came with less
    may then have to stop charging sooner."""


class Arrival(NamedTuple):
    """A car at a stop, and how it came there: what one label says; see `Labels`."""

    stop: int
    stage: int
    time_s: float
    clock_s: float
    energy_kwh: float
    pack_c: float
    parent: int
    drive: int
    departed_kwh: float
    waited_s: float
    stops: int


class Labels(NamedTuple):
    """Columns of the labels that a search made, shape (labels,)."""

    stop: Ints
    stage: Ints
    time_s: Floats
    clock_s: Floats
    """Time since departure."""
    energy_kwh: Floats
    pack_c: Floats
    parent: Ints
    """Label from which it came; -1 at the origin."""
    drive: Ints
    """Drive by which it came; -1 at the origin."""
    departed_kwh: Floats
    """Energy with which that drive started."""
    waited_s: Floats
    """How long the car waits at this stop before it plugs in."""
    stops: Ints
    """Stops at chargers so far, this one included."""


class Frontier(NamedTuple):
    """The state of a search, kept between calls."""

    labels: Labels
    dead: NDArray[np.bool_]
    bag: Ints
    """Newest label of each stop and stage, shape (stages + 1, stops); -1: none."""
    next_in_bag: Ints
    keys: Floats
    items: Ints
    counts: NDArray[np.int64]
    """Labels used; size of the heap; winning label or -1; stop whose row is missing: shape (4,)."""
    best_s: Floats
    """Least time found, shape (1,)."""


USED, HEAPED, WINNER, MISSING = 0, 1, 2, 3


@compiled
def new_frontier(room: int, stops: int, stages: int, ceiling_s: float) -> Frontier:
    """Make the state of a search that looks for plans quicker than a ceiling.

    Parameters
    ----------
    room
        Most labels.
    stops, stages
        How many of them there are.
    ceiling_s
        What plans must stay below. [s]
    """
    labels = Labels(
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int32),
    )
    counts = np.zeros(4, np.int64)
    counts[WINNER] = -1
    return Frontier(
        labels,
        np.empty(room, np.bool_),
        np.full((stages + 1, stops), -1, np.int32),
        np.empty(room, np.int32),
        np.empty(room + 8),
        np.empty(room + 8, np.int32),
        counts,
        np.full(1, ceiling_s),
    )


@part_bare
def write_label(frontier: Frontier, arrival: Arrival) -> int:
    """Write a label behind the others and return its number; `queue_label` is what keeps it."""
    at = int(frontier.counts[USED])
    labels = frontier.labels
    labels.stop[at] = arrival.stop
    labels.stage[at] = arrival.stage
    labels.time_s[at] = arrival.time_s
    labels.clock_s[at] = arrival.clock_s
    labels.energy_kwh[at] = arrival.energy_kwh
    labels.pack_c[at] = arrival.pack_c
    labels.parent[at] = arrival.parent
    labels.drive[at] = arrival.drive
    labels.departed_kwh[at] = arrival.departed_kwh
    labels.waited_s[at] = arrival.waited_s
    labels.stops[at] = arrival.stops
    frontier.dead[at] = False
    return at


@part_bare
def queue_label(frontier: Frontier, label: int, key: float) -> None:
    """Keep a label: put it into the bag of its stop, and into the queue under a key."""
    stage = frontier.labels.stage[label]
    stop = frontier.labels.stop[label]
    frontier.next_in_bag[label] = frontier.bag[stage, stop]
    frontier.bag[stage, stop] = label
    frontier.counts[USED] = label + 1
    size = int(frontier.counts[HEAPED])
    frontier.counts[HEAPED] = heap_push(frontier.keys, frontier.items, size, key, label)


@compiled_bare
def rest_s(bounds: Bounds, stage: int, stop: int, energy_kwh: float) -> float:
    """Return a lower bound on the time from a stop, reached with this energy, to the end.

    Parameters
    ----------
    bounds
        Optimistic rests of the trip.
    stage, stop
        Where the car is.
    energy_kwh
        What it has on arrival. [kWh]
    """
    missing = bounds.energy_kwh[stage, stop] + bounds.final_kwh - energy_kwh
    fastest = bounds.time_s[stage, stop]
    if missing == np.inf:
        return float(fastest)
    stops = max(np.ceil(missing / bounds.usable_kwh - EPSILON), 0.0)
    spare_s = (energy_kwh - bounds.final_kwh) * 3600.0 / bounds.best_kw
    return float(max(fastest, bounds.priced_s[stage, stop] - spare_s) + stops * bounds.overhead_s)


@part_bare
def opens_s(constraints: Constraints, stop: int, time_s: float) -> float:
    """Time from which a stop can be used by a car that comes at a time; infinite: never again."""
    begin = constraints.opening_first[stop]
    end = constraints.opening_first[stop + 1]
    if begin == end:
        return time_s
    for k in range(begin, end):
        if time_s < constraints.opening_end_s[k]:
            return float(max(time_s, constraints.opening_begin_s[k]))
    return np.inf


@part_bare
def least_departure_kwh(constraints: Constraints, stop: int, energy_kwh: float) -> float:
    """Least energy to leave a stop with that was reached with an energy.

    A charger is left when it has charged so much, or up to the limit if that is less: coming with
    more charge never rules a stop out.
    """
    most = max(constraints.limit_kwh, energy_kwh)
    return float(min(energy_kwh + constraints.least_charge_kwh[stop], most))


@part_bare
def closes_s(constraints: Constraints, stop: int, time_s: float) -> float:
    """Time at which a stop closes that is open at a time; infinite: never."""
    for k in range(constraints.opening_first[stop], constraints.opening_first[stop + 1]):
        if time_s < constraints.opening_end_s[k]:
            return float(constraints.opening_end_s[k])
    return np.inf


@part_bare
def reopens_s(constraints: Constraints, stop: int, time_s: float) -> float:
    """Time at which a stop opens for the first time after a time; infinite: never."""
    for k in range(constraints.opening_first[stop], constraints.opening_first[stop + 1]):
        if time_s < constraints.opening_begin_s[k]:
            return float(constraints.opening_begin_s[k])
    return np.inf


@part_bare
def charged_s(charging_function_s: Floats, level: int, step_kwh: float, energy_kwh: float) -> float:
    """Time that charging from empty to an energy takes at a charger of this power level [s].

    Parameters
    ----------
    charging_function_s
        Time to charge from empty, shape (power levels, columns). [s]
    level
        Power level.
    step_kwh
        Energy between two columns. [kWh]
    energy_kwh
        Energy to charge to. [kWh]
    """
    x = energy_kwh / step_kwh
    cell = min(max(int(x), 0), charging_function_s.shape[1] - 2)
    return float(
        charging_function_s[level, cell]
        + (x - cell) * (charging_function_s[level, cell + 1] - charging_function_s[level, cell])
    )


@part_bare
def weighted_charge_s(
    constraints: Constraints, stop: int, taken_s: float, charged_kwh: float
) -> float:
    """Return what a charge at a stop counts, by its time and its energy [s].

    Parameters
    ----------
    constraints
        What the trip fixes, with the weights of each stop.
    stop
        The stop.
    taken_s, charged_kwh
        Time and energy of the charge. [s], [kWh]
    """
    return float(
        taken_s * constraints.charging_factor[stop]
        + max(charged_kwh, 0.0) * constraints.kwh_s[stop]
    )


@part_bare
def charged_kwh(charging_function_s: Floats, level: int, step_kwh: float, time_s: float) -> float:
    """Energy that charging from empty for a time gives; the inverse of `charged_s` [kWh].

    Parameters
    ----------
    charging_function_s, level, step_kwh
        As in `charged_s`.
    time_s
        How long it charges. [s]
    """
    cell = int(np.searchsorted(charging_function_s[level], time_s)) - 1
    cell = min(max(cell, 0), charging_function_s.shape[1] - 2)
    width = charging_function_s[level, cell + 1] - charging_function_s[level, cell]
    share = (time_s - charging_function_s[level, cell]) / width if width > 0.0 else 1.0
    return float((cell + min(max(share, 0.0), 1.0)) * step_kwh)
