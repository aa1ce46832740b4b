"""Compiled: drives from where the trip starts, rounded in the car's favour."""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled
from tripplan.search.kernels.heat_arrival import Arrival, Drift, arrive
from tripplan.search.kernels.heat_entries import (
    NO_LIMIT_J,
    Envelopes,
    HeatRates,
    Pairs,
    envelope_s,
    heat_between_j,
    within_kwh,
)
from tripplan.search.kernels.heat_tables import Floats32, HeatCar, HeatGrid, Reached, Values


class Origin(NamedTuple):
    """Where and how the trip starts."""

    start_kwh: float
    start: int
    """Temperature, by number."""
    power: Ints
    """Level of power of each stop, shape (stops,)."""
    top_up_s_per_kwh: Floats32
    """As in `Level`."""


class FirstLegs(NamedTuple):
    """Drives from the origin to states on arrival, shape (drives,)."""

    stop: Ints
    energy: Ints
    number: Ints
    """Where each leads to, by number."""
    time_s: Floats
    slack_s: Floats
    """Time in which the temperature may fall to that of its number."""
    spared_s: Floats
    """What topping up takes less at the next better temperature, at the most."""
    corner: Ints
    """Corner of the envelope."""
    above_s: Floats
    """How much longer than the envelope it takes, at the least; ..."""
    longer_s: Floats
    """... and at the most."""


@compiled
def first_legs(
    grid: HeatGrid,
    car: HeatCar,
    drift: Drift,
    envelopes: Envelopes,
    pairs: Pairs,
    rates: HeatRates,
    origin: Origin,
    tiers_s: Floats,
) -> FirstLegs:
    """Round the drives from the origin.

    Parameters
    ----------
    grid, car, drift
        The grid and the car.
    envelopes, pairs, rates
        The drives.
    origin
        Where the trip starts.
    tiers_s
        As in `entries_between`.
    """
    tiers = tiers_s.shape[0]
    room = pairs.here.shape[0] * grid.energies * tiers
    stop, energy = np.empty(room, np.int32), np.empty(room, np.int32)
    number, corner = np.empty(room, np.int32), np.empty(room, np.int32)
    time_s, slack_s = np.empty(room), np.empty(room)
    arrival = Arrival(
        np.zeros(grid.temperatures, np.int32), np.zeros(grid.temperatures, np.float32)
    )
    duration_s, used = np.empty(2), 0
    spared_s, within_s = np.empty(room), np.empty(4, np.float32)
    above_s, most_s = np.empty(room), np.empty(room)
    start = origin.start
    for p in range(pairs.here.shape[0]):
        begin, end = pairs.begin[p], pairs.end[p]
        thriftiest_kwh = envelopes.energy_kwh[end - 1] - envelopes.slower_kwh[end - 1]
        for j in range(1, grid.energies):
            high_kwh = origin.start_kwh - (grid.least_kwh + (j - 1) * grid.step_kwh)
            low_kwh = high_kwh - grid.step_kwh
            if high_kwh < thriftiest_kwh:
                break
            within_kwh(envelopes, begin, end, low_kwh, grid.step_kwh, within_s)
            if not within_s[1] < np.inf:
                continue
            low_kwh = max(low_kwh, thriftiest_kwh)
            duration_s[0] = max(envelope_s(envelopes, begin, end, high_kwh), 1.0)
            slow_s = max(envelope_s(envelopes, begin, end, low_kwh), 1.0)
            for tier in range(tiers):
                longer_s = tiers_s[tier + 1] if tier + 1 < tiers else 0.0
                heat_j = heat_between_j(
                    envelopes, begin, end, pairs.weight_s[p], rates, low_kwh, high_kwh, longer_s
                )
                if tier > 0 and tier + 1 == tiers:
                    heat_j = NO_LIMIT_J
                duration_s[1] = slow_s + longer_s
                arrive(grid, car, drift, heat_j, duration_s, start, start, arrival)
                stop[used], energy[used], number[used] = pairs.there[p], j, arrival.number[start]
                slack_s[used] = arrival.slack_s[start]
                top_up = origin.top_up_s_per_kwh[origin.power[pairs.there[p]], j]
                rate = top_up[number[used]]
                time_s[used] = tiers_s[tier] + min(
                    within_s[0],
                    within_s[1] + rate * grid.step_kwh,
                    within_s[2] + rate * within_s[3],
                )
                better = max(number[used] - 1, 0)
                spared_s[used] = (rate - top_up[better]) * grid.step_kwh
                above_s[used] = tiers_s[tier]
                most_s[used] = tiers_s[tier + 1] if tier + 1 < tiers else np.inf
                corner[used] = begin
                while corner[used] + 1 < end and envelopes.energy_kwh[corner[used] + 1] >= 0.5 * (
                    low_kwh + high_kwh
                ):
                    corner[used] += 1
                used += 1
    return FirstLegs(
        stop[:used].copy(),
        energy[:used].copy(),
        number[:used].copy(),
        time_s[:used].copy(),
        slack_s[:used].copy(),
        spared_s[:used].copy(),
        corner[:used].copy(),
        above_s[:used].copy(),
        most_s[:used].copy(),
    )


@compiled
def least_total_s(legs: FirstLegs, values: Values) -> tuple[float, int]:
    """Least time of all first legs with what follows [s], and which it is; -1: none."""
    best_s, best = np.inf, -1
    for x in range(legs.stop.shape[0]):
        rest_s = values.rest_s[legs.stop[x], legs.energy[x]]
        slower_s = values.slower_rest_s[legs.stop[x], legs.energy[x]]
        number = legs.number[x]
        total_s = legs.time_s[x] + min(rest_s[number], legs.slack_s[x] + slower_s[number])
        if total_s < best_s:
            best_s, best = total_s, x
    return best_s, best


@compiled
def set_off(legs: FirstLegs, reached: Reached) -> None:
    """Enter where the first legs lead to, and when."""
    for x in range(legs.stop.shape[0]):
        there, energy, number = legs.stop[x], legs.energy[x], legs.number[x]
        arrival_s = reached.arrival_s[there, energy]
        arrival_s[number] = min(arrival_s[number], legs.time_s[x])
        if number > 0:
            slower_s = reached.slower_arrival_s[there, energy]
            slower_s[number - 1] = min(
                slower_s[number - 1], legs.time_s[x] + legs.slack_s[x] - legs.spared_s[x]
            )
