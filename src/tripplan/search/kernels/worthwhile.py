"""Compiled: how much a stop has to charge to be worth making.

Let a plan charge x at stop A and come from stop P, where something could be charged too.  If
charging x more at P takes less than the overhead of A and charging x there, the plan that drives
past A is quicker: it leaves P with x more, and from there on has the same energy.  So a label need
not leave A with so little more than it came with.  That rests on drives that do not come to an
end at A: on a table in which the drive from P to any stop beyond A is no worse than the two by way
of A.

Only time is compared, so this does not hold where a stop has a least or a longest charge or opens
and closes.  With battery heat it is a guess: what x heats at P has the longer way to cool, but the
pack does not stand at A.
"""

import numpy as np

from tripplan.physics.jit import part_bare
from tripplan.search.kernels.context import SearchContext
from tripplan.search.kernels.labels import EPSILON, Drives, Labels, charged_s

_STRICTLY_S = 0.01
"""So much has to be saved: weights of drives are rounded to milliseconds, so that one drive may be
worse than two by so little; and plans that take as long do not replace each other in turn."""


@part_bare
def least_worthwhile_kwh(
    context: SearchContext, drives: Drives, labels: Labels, label: int
) -> float:
    """Return what a label has to charge at its stop for the stop to be worth making [kWh].

    Parameters
    ----------
    context
        What is searched for.
    drives
        The drives.
    labels, label
        All labels, and which of them; with heat its trajectory is known.

    Returns
    -------
    float
        A plan that charges no more than that is no better than one that drives past; negative where
        nothing is known.
    """
    constraints, stop, parent = context.constraints, labels.stop[label], labels.parent[label]
    if not context.direct or parent < 0 or stop >= constraints.chargers:
        return -1.0
    if constraints.overhead_s[stop] <= _STRICTLY_S:
        return -1.0
    before = labels.stop[parent]
    level, level_before = constraints.level[stop], constraints.level[before]
    if level < 0 or level_before < 0:
        return 0.0
    left_kwh, drive = labels.departed_kwh[label], labels.drive[label]
    came_kwh, step_kwh = labels.energy_kwh[label], constraints.step_kwh
    room = min(constraints.limit_kwh, drives.max_arrival_kwh[drive] + drives.consumed_kwh[drive])
    room -= left_kwh
    if room <= EPSILON:
        return 0.0
    function_s = context.charging_function_s
    until_s = charged_s(function_s, level_before, step_kwh, left_kwh)
    since_s = charged_s(function_s, level, step_kwh, came_kwh)
    since_s -= constraints.overhead_s[stop] - _STRICTLY_S
    worth = 0.0
    while worth < room:
        upto = min(worth + step_kwh, room)
        more_s = charged_s(function_s, level_before, step_kwh, left_kwh + upto) - until_s
        if more_s > charged_s(function_s, level, step_kwh, came_kwh + worth) - since_s:
            break
        worth = upto
    return worth


@part_bare
def twice_s_at_least(
    context: SearchContext,
    drives: Drives,
    drive: int,
    stage: int,
    level: int,
    came_kwh: float,
) -> float:
    """Return how long charging at both ends of a drive and the rest take at the least [s].

    What is charged at its end could have been charged at its start, with more in the battery by
    what the drive takes.  Where the charger at the start is never slower at the same SoC, that
    costs no more than the drive's energy at its slowest up to there, and saves a stop as long as
    this is less than the overhead.  So both are worth their stops only if the second is left with
    more than such an energy less what the drive takes; and all of that, from what the car came with
    to the first, takes no less than at the first charger.

    Parameters
    ----------
    context, drives
        What is searched for, and the drives.
    drive, stage
        The drive, to a charger, and the stage after it.
    level
        Power level where it starts.
    came_kwh
        Energy with which the car came there. [kWh]
    """
    constraints, bounds, there = context.constraints, context.bounds, drives.stop[drive]
    level_there = constraints.level[there]
    if level_there < 0 or not context.never_slower[level, level_there]:
        return -np.inf
    consumed = drives.consumed_kwh[drive]
    most = min(constraints.limit_kwh, drives.max_arrival_kwh[drive] + consumed)
    if consumed > 0.0:
        cell_s = (constraints.overhead_s[there] - _STRICTLY_S) * constraints.step_kwh / consumed
        cells = np.searchsorted(context.slowest_s[level], cell_s, side="right")
        most = min(most, cells * constraints.step_kwh)
    left, function_s = max(most - consumed, came_kwh), context.charging_function_s
    charging_s = charged_s(function_s, level, constraints.step_kwh, left)
    charging_s -= charged_s(function_s, level, constraints.step_kwh, came_kwh)
    spare_s = (left - bounds.final_kwh) * 3600.0 / bounds.best_kw
    rest_s = max(bounds.time_s[stage, there], bounds.priced_s[stage, there] - spare_s)
    missing = bounds.energy_kwh[stage, there] + bounds.final_kwh - constraints.limit_kwh
    if 0.0 < missing < np.inf:
        rest_s += np.ceil(missing / bounds.usable_kwh - EPSILON) * bounds.overhead_s
    return float(constraints.overhead_s[there] + charging_s + rest_s)
