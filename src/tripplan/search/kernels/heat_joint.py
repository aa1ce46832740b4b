"""Compiled: the least time of a trip whose first stop counts with both bounds on the temperature.

A pack that starts cold and gets hot is slowed down at its first stop for being cold, and later on
for being hot.  Each side of the bound sees one of the two.  At the first stop both are known: what
a plan takes there is no less than on either side, and neither is what follows.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.search.kernels.heat_arrival import fall_s
from tripplan.search.kernels.heat_origin import FirstLegs
from tripplan.search.kernels.heat_tables import Values
from tripplan.search.kernels.heat_values import Level


class Side(NamedTuple):
    """One side of the bound, solved on a level."""

    level: Level
    legs: FirstLegs
    values: Values


@part
def _lowest(side: Side, number: int, slack_s: float, longer_s: float) -> int:
    """Return the number of the temperature down to which one may have fallen after a time.

    Parameters
    ----------
    side
        The side.
    number, slack_s
        The temperature at first, and the time in which it may fall to that of its number. [s]
    longer_s
        The time. [s]
    """
    left_s = longer_s - slack_s
    while number > 0 and left_s > 0.0:
        number -= 1
        left_s -= float(fall_s(side.level.grid, side.level.drift, number))
    return number


@part
def _live(side: Side, stop: int, energy: int, number: int) -> int:
    """Lowest temperature from a number on that a plan of interest could have; -1: none."""
    spans = side.level.spans
    found = max(number, int(spans.arrival_first[stop, energy]))
    return found if found <= spans.arrival_last[stop, energy] else -1


@compiled
def joint_least_s(hot: Side, cold: Side, hot_stop: Ints) -> float:
    """Least time of all plans that stop, no less than what either side knows of each part [s].

    Parameters
    ----------
    hot, cold
        Both sides, solved on the same level.
    hot_stop
        Position on the hot side of every stop of the cold one, -1: it has none, shape (stops,).
    """
    grid, best_s = cold.level.grid, np.inf
    leg_at = np.full((hot.values.rest_s.shape[0], grid.energies), -1, np.int64)
    for y in range(hot.legs.stop.shape[0]):
        leg_at[hot.legs.stop[y], hot.legs.energy[y]] = y
    for x in range(cold.legs.stop.shape[0]):
        here, j = cold.legs.stop[x], cold.legs.energy[x]
        there = hot_stop[here]
        y = leg_at[there, j] if there >= 0 else -1
        if y < 0:
            continue
        warmest = _live(cold, here, j, cold.legs.number[x])
        number = _lowest(hot, hot.legs.number[y], hot.legs.slack_s[y], cold.legs.longer_s[x])
        coolest = _live(hot, there, j, number)
        if warmest < 0 or coolest < 0:
            continue
        one_s, other_s = hot.legs.time_s[y] + cold.legs.above_s[x], cold.legs.time_s[x]
        come_s = max(one_s, other_s) + cold.level.car.overhead_s
        one, other = hot.level.power[there], cold.level.power[here]
        for i in range(j, grid.energies):
            charged_s = max(
                hot.level.courses.charging_s[one, j, coolest, i],
                cold.level.courses.charging_s[other, j, warmest, i],
            )
            if come_s + charged_s >= best_s:
                break
            rest_s = max(
                hot.values.departed_s[there, i, hot.level.courses.cell[one, j, coolest, i]],
                cold.values.departed_s[here, i, cold.level.courses.cell[other, j, warmest, i]],
            )
            total_s = come_s + charged_s + rest_s
            if i == j:
                # Who leaves with no more than the energy of the arrival charges less than that.
                spared_s = grid.step_kwh * max(
                    hot.level.top_up_s_per_kwh[one, j, coolest],
                    cold.level.top_up_s_per_kwh[other, j, warmest],
                )
                total_s -= spared_s + abs(one_s - other_s)
            best_s = min(best_s, total_s)
    return best_s
