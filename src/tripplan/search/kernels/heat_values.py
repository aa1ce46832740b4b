"""Compiled: least times from every state of a grid to the end, by label correcting.

Stop by stop, until nothing changes.  Every step takes time, so that the solution is unique.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Flags, Ints, Longs
from tripplan.physics.jit import compiled, part
from tripplan.search.kernels.heat_arrival import Arrival, Drift, arrive, fall_s
from tripplan.search.kernels.heat_tables import (
    Courses,
    Entries,
    Floats32,
    Goals,
    HeatCar,
    HeatGrid,
    Spans,
    Values,
    charged_drive_s,
    entry_times,
    times_of,
    topped_drive_s,
)

_NEVER = np.float32(np.inf)
_SUMS_AN_ARRIVAL = 8
"""An arrival takes as long to work out as so many sums."""


class Level(NamedTuple):
    """One level of the bound: everything that its two programmes read."""

    grid: HeatGrid
    car: HeatCar
    drift: Drift
    courses: Courses
    entries: Entries
    goals: Goals
    spans: Spans
    power: Ints
    """Level of power of each stop, shape (stops,)."""
    top_up_s_per_kwh: Floats32
    """Least time of a kilowatt-hour up to the energy of an arrival, for each level of power, shape
    (levels, energies, temperatures)."""
    ceiling_s: float


class Progress(NamedTuple):
    """What a solution has come to, stop by stop; changed by every sweep."""

    dirty: Flags
    """Which stops to look at, shape (stops,)."""
    highest: Ints
    """Highest temperature with a value of interest, by number; -1: none, shape (stops,
    energies)."""
    fell_at: Longs
    """When the times of arrivals fell last, by the count of looks; -1: never, shape (stops,)."""
    seen_at: Longs
    """When a stop was looked at last; -1: never, shape (stops,)."""
    work: Longs
    """How many sums were made and arrivals worked out, about, shape (1,)."""

    @classmethod
    def new(cls, stops: int, energies: int) -> "Progress":
        """Return that of a solution which has not begun."""
        never = np.full((2, stops), -1, np.int64)
        none = np.full((stops, energies), -1, np.int32)
        return cls(np.ones(stops, np.bool_), none, never[0], never[1], np.zeros(1, np.int64))


@part
def _to_goal(level: Level, here: int, departed_s: Floats32) -> None:
    """Fill in the times of the drives from a stop to the destination."""
    grid, spans = level.grid, level.spans
    s_per_kwh = level.courses.s_per_kwh[level.power[here]]
    step_kwh = np.float32(grid.step_kwh)
    for i in range(grid.energies):
        now_s, later_s, corner_s, corner_kwh = times_of(level.goals.least_s[here, i])
        for k in range(spans.departure_first[here, i], spans.departure_last[here, i] + 1):
            best_s = now_s
            if i < grid.limit:
                rate = s_per_kwh[i, k]
                best_s = min(best_s, later_s + rate * step_kwh, corner_s + rate * corner_kwh)
            departed_s[i, k] = best_s


@part
def _upto(number: Ints, first: int, last: int, most: int) -> int:
    """Largest position from first to last whose number is at most so much; first - 1: none."""
    low, high = first - 1, last
    while low < high:
        middle = (low + high + 1) // 2
        if number[middle] <= most:
            low = middle
        else:
            high = middle - 1
    return low


@part
def _departures(
    level: Level, here: int, values: Values, progress: Progress, room: Arrival, departed_s: Floats32
) -> None:
    """Find the least time to the end of every departure from a stop.

    What leads to stops from which nothing has become quicker since is known.
    """
    highest, seen_at = progress.highest, progress.seen_at[here]
    grid, spans, entries = level.grid, level.spans, level.entries
    s_per_kwh = level.courses.s_per_kwh[level.power[here]]
    step_kwh, ceiling_s = np.float32(grid.step_kwh), level.ceiling_s
    lowest, top = grid.temperatures, -1
    for i in range(grid.energies):
        if spans.departure_first[here, i] <= spans.departure_last[here, i]:
            lowest = min(lowest, spans.departure_first[here, i])
            top = max(top, spans.departure_last[here, i])
    if seen_at < 0:
        departed_s[:] = _NEVER
        if top >= 0:
            _to_goal(level, here, departed_s)
    if top < 0:
        return
    work = 0
    for x in range(entries.first[here], entries.first[here + 1]):
        there, steps = entries.stop[x], entries.steps[x]
        if progress.fell_at[there] <= seen_at:
            continue
        times = entry_times(entries.least_s[x])
        top_up = level.top_up_s_per_kwh[level.power[there]]
        known = False
        for i in range(max(steps, 0), grid.energies):
            j = min(i - steps + 1, grid.energies - 1)
            if j < 1 or highest[there, j] < 0:
                continue
            first, last = spans.departure_first[here, i], spans.departure_last[here, i]
            rest_s, slower_s = values.rest_s[there, j], values.slower_rest_s[there, j]
            if last < first or spans.departure_s[here, i] + times[2] + rest_s[0] >= ceiling_s:
                continue
            if not known:
                arrive(
                    grid, level.car, level.drift, entries.heat_j[x], entries.duration_s[x],
                    lowest, top, room,
                )  # fmt: skip
                known = True
                work += _SUMS_AN_ARRIVAL * (top + 1 - lowest)
            last = _upto(room.number, first, last, highest[there, j])
            work += last + 1 - first
            if i < grid.limit:
                for k in range(first, last + 1):
                    number = room.number[k]
                    drive_s = charged_drive_s(times, step_kwh, s_per_kwh[i, k], top_up[j, number])
                    after_s = min(rest_s[number], room.slack_s[k] + slower_s[number])
                    departed_s[i, k] = min(departed_s[i, k], drive_s + after_s)
            else:
                for k in range(first, last + 1):
                    number = room.number[k]
                    drive_s = topped_drive_s(times, step_kwh, top_up[j, number])
                    after_s = min(rest_s[number], room.slack_s[k] + slower_s[number])
                    departed_s[i, k] = min(departed_s[i, k], drive_s + after_s)
    progress.work[0] += work


@part
def _arrivals(level: Level, here: int, values: Values, progress: Progress) -> bool:
    """Find the least time to the end of every arrival at a stop; whether any of them fell."""
    grid, spans, drift = level.grid, level.spans, level.drift
    departed_s, rest_s = values.departed_s[here], values.rest_s[here]
    slower_s = values.slower_rest_s[here]
    charging_s = level.courses.charging_s[level.power[here]]
    cell = level.courses.cell[level.power[here]]
    top_up = level.top_up_s_per_kwh[level.power[here]]
    step_kwh = np.float32(grid.step_kwh)
    overhead_s, fell, work = np.float32(level.car.overhead_s), False, 0
    highest = progress.highest
    for i in range(grid.energies):
        # What is cooler than any departure of interest stands for one of them.
        first = spans.departure_first[here, i]
        if first <= spans.departure_last[here, i]:
            departed_s[i, :first] = departed_s[i, first]
    for j in range(grid.energies):
        first, last = spans.arrival_first[here, j], spans.arrival_last[here, j]
        if last < first:
            continue
        for k in range(first, last + 1):
            # Who leaves with no more than the energy that an arrival counts as charges less than
            # the difference.
            best_s = departed_s[j, cell[j, k, j]] - top_up[j, k] * step_kwh
            for i in range(j + 1, grid.energies):
                charged_s = charging_s[j, k, i]
                work += 1
                if charged_s >= best_s:
                    break
                best_s = min(best_s, charged_s + departed_s[i, cell[j, k, i]])
            best_s += overhead_s
            if best_s < rest_s[j, k]:
                rest_s[j, k] = best_s
                fell = True
        rest_s[j, :first] = rest_s[j, first]
        slower_s[j, 0] = _NEVER
        for k in range(1, grid.temperatures):
            spared_s = (top_up[j, k] - top_up[j, k - 1]) * step_kwh
            cooler_s = slower_s[j, k - 1] + fall_s(grid, drift, k - 1)
            slower_s[j, k] = min(rest_s[j, k - 1], cooler_s) - spared_s
        most_s = level.ceiling_s - spans.arrival_s[here, j]
        highest[here, j] = -1
        for k in range(grid.temperatures - 1, -1, -1):
            if min(rest_s[j, k], slower_s[j, k]) < most_s:
                highest[here, j] = k
                break
    progress.work[0] += work
    return fell


@compiled
def sweep_back(level: Level, values: Values, progress: Progress, looks: int) -> tuple[bool, int]:
    """Go once over all stops whose successors have changed, in their order.

    Parameters
    ----------
    level
        What is solved.
    values
        Least times so far, infinite at the beginning; they fall.
    progress
        What is to be looked at; changed.
    looks
        How many stops were looked at before.

    Returns
    -------
    bool
        Whether another sweep is needed.
    int
        How many stops have been looked at.
    """
    grid, entries = level.grid, level.entries
    room = Arrival(np.zeros(grid.temperatures, np.int32), np.zeros(grid.temperatures, np.float32))
    changed = False
    for here in range(progress.dirty.shape[0]):
        if not progress.dirty[here]:
            continue
        progress.dirty[here] = False
        _departures(level, here, values, progress, room, values.departed_s[here])
        progress.seen_at[here] = looks
        looks += 1
        if _arrivals(level, here, values, progress):
            progress.fell_at[here] = looks
            changed = True
            for y in range(entries.before_first[here], entries.before_first[here + 1]):
                progress.dirty[entries.before[y]] = True
    return changed, looks
