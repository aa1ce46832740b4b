"""Compiled: least times from the start to every state of a grid, and what is left below a ceiling.

The mirror image of `heat_values`, over the same tables.
"""

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Ints
from tripplan.physics.jit import compiled, part
from tripplan.search.kernels.heat_arrival import Arrival, arrive, fall_s
from tripplan.search.kernels.heat_tables import (
    Floats32,
    Reached,
    charged_drive_s,
    entry_times,
    topped_drive_s,
)
from tripplan.search.kernels.heat_values import Level

_NEVER = np.float32(np.inf)


@part
def _closed(level: Level, here: int, reached: Reached) -> None:
    """Let less energy and a better temperature be come to no later than more and a worse one."""
    grid, step_kwh = level.grid, np.float32(level.grid.step_kwh)
    top_up = level.top_up_s_per_kwh[level.power[here]]
    arrival_s, slower_s = reached.arrival_s[here], reached.slower_arrival_s[here]
    for j in range(grid.energies - 1, -1, -1):
        for k in range(grid.temperatures - 2, -1, -1):
            spared_s = (top_up[j, k + 1] - top_up[j, k]) * step_kwh
            cooler_s = slower_s[j, k + 1] + fall_s(grid, level.drift, k + 1) - spared_s
            slower_s[j, k] = min(slower_s[j, k], cooler_s)
        for k in range(grid.temperatures):
            best_s = min(arrival_s[j, k], slower_s[j, k])
            if j + 1 < grid.energies:
                best_s = min(best_s, arrival_s[j + 1, k])
            if k > 0:
                best_s = min(best_s, arrival_s[j, k - 1])
            arrival_s[j, k] = best_s


@part
def _charge_on(level: Level, here: int, reached: Reached, latest_s: Floats32) -> None:
    """Find the earliest of every departure from a stop."""
    grid = level.grid
    arrival_s, departure_s = reached.arrival_s[here], reached.departure_s[here]
    charging_s = level.courses.charging_s[level.power[here]]
    cell = level.courses.cell[level.power[here]]
    top_up = level.top_up_s_per_kwh[level.power[here]]
    departure_s[:] = _NEVER
    for j in range(grid.energies):
        for k in range(grid.temperatures):
            if arrival_s[j, k] >= latest_s[here, j]:
                continue
            begin_s = arrival_s[j, k] + np.float32(level.car.overhead_s)
            for i in range(j, grid.energies):
                ready_s = begin_s + charging_s[j, k, i]
                if not ready_s < level.ceiling_s:
                    break
                number = cell[j, k, i]
                if i == j:
                    # Whoever leaves with less than the arrival counts as has not charged so much.
                    ready_s -= top_up[j, k] * np.float32(grid.step_kwh)
                departure_s[i, number] = min(departure_s[i, number], ready_s)
    for i in range(grid.energies):
        for k in range(1, grid.temperatures):
            departure_s[i, k] = min(departure_s[i, k], departure_s[i, k - 1])


@part
def _drive_on(
    level: Level, here: int, x: int, reached: Reached, latest_s: Floats32, room: Arrival
) -> bool:
    """Drive an entry from every departure; whether anything is come to earlier."""
    grid, entries = level.grid, level.entries
    s_per_kwh = level.courses.s_per_kwh[level.power[here]]
    departure_s = reached.departure_s[here]
    there, steps = entries.stop[x], entries.steps[x]
    times = entry_times(entries.least_s[x])
    top_up = level.top_up_s_per_kwh[level.power[there]]
    step_kwh, last = np.float32(grid.step_kwh), grid.temperatures - 1
    arrival_s, slower_s = reached.arrival_s[there], reached.slower_arrival_s[there]
    known = changed = False
    for i in range(max(steps, 0), grid.energies):
        j = min(i - steps + 1, grid.energies - 1)
        if j < 1:
            continue
        until_s = latest_s[there, j]
        if departure_s[i, last] + times[2] >= until_s:
            continue
        if not known:
            arrive(
                grid, level.car, level.drift, entries.heat_j[x], entries.duration_s[x], 0, last,
                room,
            )  # fmt: skip
            known = True
        for k in range(grid.temperatures):
            number = room.number[k]
            if i < grid.limit:
                drive_s = charged_drive_s(times, step_kwh, s_per_kwh[i, k], top_up[j, number])
            else:
                drive_s = topped_drive_s(times, step_kwh, top_up[j, number])
            come_s = departure_s[i, k] + drive_s
            if not come_s < until_s:
                continue
            if come_s < arrival_s[j, number]:
                arrival_s[j, number] = come_s
                changed = True
            if number == 0:
                continue
            spared_s = (top_up[j, number] - top_up[j, number - 1]) * step_kwh
            come_s += room.slack_s[k] - spared_s
            if come_s < until_s and come_s < min(arrival_s[j, number - 1], slower_s[j, number - 1]):
                slower_s[j, number - 1] = come_s
                changed = True
    return changed


@compiled
def sweep_forward(
    level: Level, reached: Reached, dirty: Flags, latest_s: Floats32, order: NDArray[np.int64]
) -> bool:
    """Go once over all stops that are come to earlier than before, in an order.

    Parameters
    ----------
    level
        What is solved.
    reached
        Earliest times so far; they fall.
    dirty
        Which stops to look at, shape (stops,); changed.
    latest_s
        When each stop must be come to with each energy, shape (stops, energies). [s]
    order
        The order, shape (stops,).

    Returns
    -------
    bool
        Whether another sweep is needed.
    """
    grid, entries = level.grid, level.entries
    room = Arrival(np.zeros(grid.temperatures, np.int32), np.zeros(grid.temperatures, np.float32))
    changed = False
    for here in order:
        if not dirty[here]:
            continue
        dirty[here] = False
        _closed(level, here, reached)
        _charge_on(level, here, reached, latest_s)
        for x in range(entries.first[here], entries.first[here + 1]):
            if _drive_on(level, here, x, reached, latest_s, room):
                dirty[entries.stop[x]] = True
                changed = True
    return changed


@compiled
def spans_below(one_s: Floats32, other_s: Floats32, ceiling_s: float) -> tuple[Ints, Ints]:
    """First and last temperature at which two times add up to less than a ceiling.

    Parameters
    ----------
    one_s, other_s
        Shape (stops, energies, temperatures). [s]
    ceiling_s
        The ceiling. [s]

    Returns
    -------
    tuple of ndarray
        Shape (stops, energies) each; the last is -1 where there is none.
    """
    stops, energies, temperatures = one_s.shape
    first, last = np.zeros((stops, energies), np.int32), np.full((stops, energies), -1, np.int32)
    for v in range(stops):
        for j in range(energies):
            for k in range(temperatures):
                if one_s[v, j, k] + other_s[v, j, k] < ceiling_s:
                    if last[v, j] < 0:
                        first[v, j] = k
                    last[v, j] = k
    return first, last
