"""Compiled: with how much energy a stop is left by a drive.

Without heat the departures are finitely many and the search is exact: with the sequence of stops
given, total time is a sum of g_i(d_i) = tau_i(d_i) - tau_next(arrival(d_i)), where tau is the
charging function, the time that charging from empty takes, so each d_i at the optimum is a local
minimum of its own g_i: the least energy that the drive needs, the charge limit, or a breakpoint at
which the slope of g_i turns from falling to rising (1/P here against 1/P at the next stop).

That holds while each departure is bounded by its own drive and the limit alone.  Energy cannot be
given back: where nothing is charged at a place that must be visited, at a plug there, the departure
before it looks past it.  Nor is it so where a stop has a least or a longest charge, or opens and
closes: the departures that meet these times are added, before a stop that may not last those of a
grid, and where they still may not be all, `profile_search` is what is exact.
"""

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.jit import part_bare
from tripplan.search.kernels.context import SearchContext
from tripplan.search.kernels.labels import (
    EPSILON,
    Drives,
    Labels,
    charged_kwh,
    charged_s,
    closes_s,
)


@part_bare
def energy_after(context: SearchContext, labels: Labels, label: int, charging_s: float) -> float:
    """Energy that a label has when it has charged at its stop for a time [kWh].

    Parameters
    ----------
    context
        What is searched for.
    labels, label
        All labels, and which of them; with heat, its trajectory is known.
    charging_s
        How long it charges. [s]
    """
    constraints, stop = context.constraints, labels.stop[label]
    energy, step_kwh, level = (
        labels.energy_kwh[label],
        constraints.step_kwh,
        constraints.level[stop],
    )
    if charging_s <= 0.0:
        return float(energy)
    if not context.policy.heat:
        until_s = charged_s(context.clock_s, level, step_kwh, energy) + charging_s
        return float(max(charged_kwh(context.clock_s, level, step_kwh, until_s), energy))
    elapsed_s = context.trajectory.elapsed_s
    before_s = 0.0
    for k in range(int(np.ceil(energy / step_kwh - EPSILON)), elapsed_s.shape[1]):
        after_s, upto = elapsed_s[label, k], k * step_kwh
        if after_s >= charging_s:
            share = (charging_s - before_s) / max(after_s - before_s, EPSILON)
            return float(energy + min(share, 1.0) * (upto - energy))
        before_s, energy = after_s, upto
    return float(energy)


@part_bare
def limit_kwh(context: SearchContext, labels: Labels, label: int) -> float:
    """Most energy with which a label can leave its stop: by limit, longest charge, closing time."""
    constraints, stop = context.constraints, labels.stop[label]
    most = constraints.limit_kwh
    if constraints.bounded:
        closes = closes_s(constraints, stop, labels.clock_s[label])
        spare_s = closes - labels.clock_s[label] - constraints.clock_overhead_s[stop]
        charging_s = min(constraints.longest_charge_s[stop], spare_s)
        if charging_s < np.inf:
            most = min(most, energy_after(context, labels, label, charging_s))
    return float(max(most, labels.energy_kwh[label]))


@part_bare
def before_dwell_kwh(context: SearchContext, there: int, energy_kwh: float) -> float:
    """Energy with which to come to a target for it to be so much when the dwell is over [kWh]."""
    constraints = context.constraints
    stay_s, level = constraints.dwell_s[there - constraints.chargers], constraints.level[there]
    if stay_s <= 0.0 or level < 0 or energy_kwh > constraints.limit_kwh + EPSILON:
        return energy_kwh
    until_s = charged_s(context.clock_s, level, constraints.step_kwh, energy_kwh) - stay_s
    return min(charged_kwh(context.clock_s, level, constraints.step_kwh, until_s), energy_kwh)


@part_bare
def _slope_s(charging_function_s: Floats, level: int, step_kwh: float, energy_kwh: float) -> float:
    """Time for the next kilowatt-hour at an energy within a cell [s/kWh]."""
    cell = min(max(int(energy_kwh / step_kwh), 0), charging_function_s.shape[1] - 2)
    cell_s = charging_function_s[level, cell + 1] - charging_function_s[level, cell]
    return float(cell_s / step_kwh)


@part_bare
def departures(
    context: SearchContext,
    here: int,
    there: int,
    consumed_kwh: float,
    max_arrival_kwh: float,
    least_kwh: float,
    limit_kwh: float,
) -> int:
    """Collect the departure energies that can be optimal for one drive, into ``context.found``.

    Parameters
    ----------
    context
        What is searched for.
    here, there
        Charging function of this stop and the next; ``there`` is -1 where nothing is charged.
    consumed_kwh, max_arrival_kwh
        Profile of the drive. [kWh]
    least_kwh, limit_kwh
        Energies with which the car can leave at the earliest and at the latest. [kWh]

    Returns
    -------
    int
        How many were found; the first is ``least_kwh``.
    """
    found, step_kwh = context.found, context.constraints.step_kwh
    function_s = context.charging_function_s
    found[0] = least_kwh
    count = 1
    if there < 0 or limit_kwh <= least_kwh + EPSILON:
        return count
    full = max_arrival_kwh + consumed_kwh
    shift = consumed_kwh - np.floor(consumed_kwh / step_kwh) * step_kwh
    here_cell = np.floor(least_kwh / step_kwh + EPSILON) + 1.0
    there_cell = np.floor((least_kwh - shift) / step_kwh + EPSILON) + 1.0
    before = least_kwh
    falling = False
    while before < limit_kwh - EPSILON:
        upto = min(here_cell * step_kwh, there_cell * step_kwh + shift, limit_kwh)
        if before + EPSILON < full < upto:
            upto = full
        middle = 0.5 * (before + upto)
        slope = _slope_s(function_s, here, step_kwh, middle)
        if middle < full:
            slope -= _slope_s(function_s, there, step_kwh, middle - consumed_kwh)
        if falling and slope >= 0.0:
            found[count] = before
            count += 1
        falling = slope < 0.0
        if here_cell * step_kwh <= upto + EPSILON:
            here_cell += 1.0
        if there_cell * step_kwh + shift <= upto + EPSILON:
            there_cell += 1.0
        before = upto
    if falling:
        found[count] = limit_kwh
        count += 1
    return count


@part_bare
def no_quicker_later(
    context: SearchContext,
    here: int,
    there: int,
    least_kwh: float,
    limit_kwh: float,
    consumed_kwh: float,
) -> bool:
    """Whether no kilowatt-hour beyond the least comes quicker here than at the next stop.

    Parameters
    ----------
    context
        The context of the search.
    here, there
        Power levels of this stop and the next.
    least_kwh, limit_kwh
        Least and most energy to leave with. [kWh]
    consumed_kwh
        What the drive between them takes. [kWh]
    """
    if context.never_quicker[here, there]:
        return True
    step_kwh, last = context.constraints.step_kwh, context.quickest_s.shape[1] - 1
    first = min(int(least_kwh / step_kwh), last)
    reached = min(max(int((limit_kwh - consumed_kwh) / step_kwh), 0), last)
    return bool(context.quickest_s[here, first] >= context.slowest_s[there, reached])


@part_bare
def add_grid(context: SearchContext, count: int, least_kwh: float, limit_kwh: float) -> int:
    """Add departures from a grid, and the limit; returns how many there are then.

    Parameters
    ----------
    context
        The context of the search, with room for departures.
    count
        How many there are.
    least_kwh, limit_kwh
        Least and most energy to leave with. [kWh]
    """
    found, step_kwh = context.found, context.policy.departure_step_kwh
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
def next_slowed(
    context: SearchContext,
    drives: Drives,
    drive: int,
    reached_kwh: float,
    above_kwh: float,
    energy_kwh: float,
    limit_kwh: float,
    level: int,
) -> float:
    """Next departure energy of a drive slowed down to arrive with just so much, or infinity.

    In a relaxation the drive trades time for energy at a fixed rate.  Total time then has local
    minima where charging one more kilowatt-hour starts to take longer than slowing down does (or
    where the charge must end); at either end of the trade stands a drive of its own.  The energies
    to arrive with are the least one, and those at which the next stop starts to charge quicker.

    Parameters
    ----------
    context
        The context of the search.
    drives, drive
        The drives, and which of them.
    reached_kwh
        Energy to arrive with. [kWh]
    above_kwh
        The departure before this one. [kWh]
    energy_kwh, limit_kwh
        Energy on arrival at this stop, and the most to leave with. [kWh]
    level
        Power level of this stop; -1: nothing is charged.
    """
    most = reached_kwh + drives.consumed_kwh[drive]
    least = most - drives.slower_kwh[drive]
    if level < 0:
        return energy_kwh if max(least, above_kwh) < energy_kwh < most else np.inf
    function_s, step_kwh = context.charging_function_s, context.constraints.step_kwh
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
    while cell < function_s.shape[1] - 1 and cell * step_kwh < limit_kwh:
        if function_s[level, cell + 1] - function_s[level, cell] < rate_s:
            quicker = True
        elif quicker:
            break
        cell += 1
    leave = min(cell * step_kwh, limit_kwh)
    return leave if quicker and begin + EPSILON < leave < most else np.inf
