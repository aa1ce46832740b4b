"""Compiled: the chain of stops that would reach the least time of a state."""

import numpy as np

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.search.kernels.heat_arrival import Arrival, arrive
from tripplan.search.kernels.heat_tables import (
    EntryTimes,
    Floats32,
    Values,
    charged_drive_s,
    entry_times,
    times_of,
    topped_drive_s,
)
from tripplan.search.kernels.heat_values import Level

_NEVER = np.float32(np.inf)
_MOST_LEGS = 64
_LONG_S = 3600.0
"""Nothing is gained by letting a pack cool for longer."""


@part
def _before(
    times: EntryTimes, step_kwh: np.float32, rate: np.float32, top_up: np.float32
) -> np.float32:
    """Return how much beyond its energy a departure is in the least time of an entry [kWh].

    Parameters
    ----------
    times, step_kwh, rate, top_up
        As in `charged_drive_s`.
    """
    low, high = min(rate, top_up), max(rate, top_up)
    stepped_s = low * step_kwh
    least_s, first, second = times[0], np.float32(0.0), np.float32(0.0)
    if times[3] + low * times[4] < least_s:
        least_s, first = times[3] + low * times[4], times[4]
    if times[1] + stepped_s < least_s:
        least_s, first = times[1] + stepped_s, step_kwh
    if times[5] + (stepped_s + high * times[6]) < least_s:
        least_s, first, second = times[5] + (stepped_s + high * times[6]), step_kwh, times[6]
    if times[2] + (stepped_s + high * step_kwh) < least_s:
        first, second = step_kwh, step_kwh
    return first if rate <= top_up else second


@compiled
def follow_chain(
    level: Level, values: Values, here: int, energy: int, number: int
) -> tuple[Ints, Floats32]:
    """Follow the least times from a state to the end.

    Parameters
    ----------
    level, values
        What was solved, and its solution.
    here, energy, number
        Stop, energy and temperature on arrival there.

    Returns
    -------
    tuple of ndarray
        By leg, the stop it starts from, its entry (-1: to the destination), and the energies, by
        number, with which it departs and the next stop is come to: shape (legs, 4); and how much
        later than on that energy it departs, shape (legs,). [kWh]
    """
    grid, spans, entries = level.grid, level.spans, level.entries
    room = Arrival(np.zeros(grid.temperatures, np.int32), np.zeros(grid.temperatures, np.float32))
    found, more_kwh = np.empty((_MOST_LEGS, 4), np.int32), np.zeros(_MOST_LEGS, np.float32)
    step_kwh = np.float32(grid.step_kwh)
    for leg in range(_MOST_LEGS):
        power = level.power[here]
        number = max(number, spans.arrival_first[here, energy])
        best_s, best = _NEVER, -1
        for i in range(energy, grid.energies):
            cell = level.courses.cell[power, energy, number, i]
            time_s = level.courses.charging_s[power, energy, number, i]
            time_s += values.departed_s[here, i, cell]
            if time_s < best_s:
                best_s, best = time_s, i
        if best < 0:
            return found[:0].copy(), more_kwh[:0].copy()
        k = max(level.courses.cell[power, energy, number, best], spans.departure_first[here, best])
        rate = level.courses.s_per_kwh[power, best, k]
        now_s, later_s, corner_s, corner_kwh = times_of(level.goals.least_s[here, best])
        least_s, more = now_s, np.float32(0.0)
        if best < grid.limit:
            if later_s + rate * step_kwh < least_s:
                least_s, more = later_s + rate * step_kwh, step_kwh
            if corner_s + rate * corner_kwh < least_s:
                least_s, more = corner_s + rate * corner_kwh, corner_kwh
        chosen, next_energy, next_number = -1, -1, -1
        for x in range(entries.first[here], entries.first[here + 1]):
            there = entries.stop[x]
            j = min(best - entries.steps[x] + 1, grid.energies - 1)
            if j < 1 or best < entries.steps[x]:
                continue
            arrive(
                grid, level.car, level.drift, entries.heat_j[x], entries.duration_s[x], k, k, room
            )
            times = entry_times(entries.least_s[x])
            top_up = level.top_up_s_per_kwh[level.power[there], j, room.number[k]]
            extra = np.float32(0.0)
            if best < grid.limit:
                drive_s = charged_drive_s(times, step_kwh, rate, top_up)
                extra = _before(times, step_kwh, rate, top_up)
            else:
                drive_s = topped_drive_s(times, step_kwh, top_up)
            at, slack_s = room.number[k], np.float32(0.0)
            while at >= 0:
                time_s = drive_s + slack_s + values.rest_s[there, j, at]
                if time_s < least_s:
                    least_s, more = time_s, extra
                    chosen, next_energy, next_number = x, j, at
                at -= 1
                slack_s += (
                    room.slack_s[k]
                    if at + 1 == room.number[k]
                    else np.float32(grid.step_k / level.drift.loss_k_per_s[at + 1])
                )
                if slack_s > _LONG_S:
                    break
        found[leg] = here, chosen, best, next_energy
        more_kwh[leg] = more
        if chosen < 0:
            return found[: leg + 1].copy(), more_kwh[: leg + 1].copy()
        here, energy, number = entries.stop[chosen], next_energy, next_number
    return found[:0].copy(), more_kwh[:0].copy()
