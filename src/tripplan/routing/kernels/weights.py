"""Compiled: what travel along each road weighs at given rates, over all speeds."""

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints, Longs
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.customise import COLUMNS, HEAT, MOST_WEIGHT, NO_WAY, TIME
from tripplan.units import MS_PER_S, MWH_PER_KWH

_ENERGY_BITS = 31
_MIDWAY = 0.21
"""A stretch that by its heat lowers the resistance by a share x, and has all along that of the
temperature halfway, warms the pack as at least 1 - 0.21 x^2 of the heat would if the resistance
followed the temperature."""


@compiled
def cheapest_speeds(
    values: Ints, spared: Ints, open_roads: NDArray[np.bool_], rate_s_per_kwh: float
) -> tuple[Longs, NDArray[np.uint8]]:
    """Find the least weight of each road over all speeds, and the speed that has it.

    Parameters
    ----------
    values, spared
        Whole-number costs, and energy beyond what lifts the car, by speed; shapes (speeds, roads,
        5) and (speeds, roads). [mWh]
    open_roads
        Whether the car may use each road, shape (roads,).
    rate_s_per_kwh
        What energy is worth; infinite: only energy counts, and time where energies are equal.

    Returns
    -------
    tuple of ndarray
        Weight, `NO_WAY` for closed roads, and index of the speed, shape (roads,).
    """
    speeds, roads = spared.shape
    price = rate_s_per_kwh * MS_PER_S / MWH_PER_KWH
    least = np.full(roads, NO_WAY, np.int64)
    choice = np.zeros(roads, np.uint8)
    for road in range(roads):
        if not open_roads[road]:
            continue
        for speed in range(speeds):
            time_ms = np.int64(values[speed, road, TIME])
            if price == np.inf:
                weight = (np.int64(spared[speed, road]) << _ENERGY_BITS) + time_ms
            else:
                weight = time_ms + np.int64(np.rint(spared[speed, road] * price))
            if weight < least[road]:
                least[road] = weight
                choice[road] = speed
    return least, choice


@compiled
def values_at(values: Ints, choice: NDArray[np.uint8]) -> Ints:
    """Pick the values of each road at its own speed, shape (roads, 5).

    Parameters
    ----------
    values
        Whole-number costs by speed, shape (speeds, roads, 5).
    choice
        Index of the speed of each road, shape (roads,).
    """
    roads = choice.shape[0]
    found = np.empty((roads, COLUMNS), np.int32)
    for road in range(roads):
        for column in range(COLUMNS):
            found[road, column] = values[choice[road], road, column]
    return found


@part
def _at_least(values: Ints, spared: Ints, speed: int, road: int) -> tuple[float, float]:
    """Least time [s] and energy [kWh] that were rounded to the whole numbers of a road."""
    time_s = max(values[speed, road, TIME] - 0.5, 0.0) / MS_PER_S
    kwh = max(spared[speed, road] - 1.0, 0.0) / MWH_PER_KWH
    return time_s, kwh


@compiled
def scalarized_weights(
    values: Ints, spared: Ints, open_roads: NDArray[np.bool_], rate_s_per_kwh: Floats, unit: Floats
) -> Ints:
    """Find the least weight of each road over all speeds in every weighting, rounded down.

    What was rounded to whole numbers is taken at its least, so that bounds stay bounds.

    Parameters
    ----------
    values, spared, open_roads
        As in `cheapest_speeds`.
    rate_s_per_kwh
        Rate of each weighting but the last, shape (weightings - 1,).
    unit
        Seconds (kilowatt-hours in the last) in one step of each weighting, shape (weightings,).

    Returns
    -------
    ndarray
        Steps, `MOST_WEIGHT` for closed roads, shape (roads, weightings).
    """
    speeds, roads = spared.shape
    weightings = unit.shape[0]
    found = np.full((roads, weightings), MOST_WEIGHT, np.int32)
    for road in range(roads):
        if not open_roads[road]:
            continue
        for speed in range(speeds):
            time_s, kwh = _at_least(values, spared, speed, road)
            for weighting in range(weightings):
                weight = (
                    kwh if weighting == weightings - 1 else time_s + rate_s_per_kwh[weighting] * kwh
                )
                steps = np.floor(min(weight / unit[weighting], MOST_WEIGHT))
                found[road, weighting] = min(found[road, weighting], np.int32(steps))
    return found


@compiled
def heat_weights(
    values: Ints,
    spared: Ints,
    open_roads: NDArray[np.bool_],
    rate_s_per_kwh: Floats,
    price_s_per_j: Floats,
    unit_s: Floats,
    less_per_j: float,
) -> Ints:
    """Find the least time + rate x energy + price x heat of each road over all speeds.

    Rounded down, with what was rounded to whole numbers taken at its least, so that bounds stay
    bounds.

    Parameters
    ----------
    values, spared, open_roads
        As in `cheapest_speeds`.
    rate_s_per_kwh
        What energy is worth in each weighting, shape (weightings,).
    price_s_per_j
        What heat is worth, shape (weightings,); where that is below zero, the rate is so high that
        no road weighs less than nothing, see `least_heat_rates`.
    unit_s
        Seconds in one step of each weighting, shape (weightings,).
    less_per_j
        Share by which the pack's resistance falls with a joule of heat, at the most; 0: what a road
        leaves of its heat is not asked.

    Returns
    -------
    ndarray
        Steps, `MOST_WEIGHT` for closed roads, shape (roads, weightings).
    """
    speeds, roads = spared.shape
    weightings = unit_s.shape[0]
    found = np.full((roads, weightings), MOST_WEIGHT, np.int32)
    for road in range(roads):
        if not open_roads[road]:
            continue
        for speed in range(speeds):
            time_s, kwh = _at_least(values, spared, speed, road)
            heat_j = np.float64(values[speed, road, HEAT])
            less = less_per_j * (heat_j + 0.5)
            kept = max(1.0 - _MIDWAY * less * less, np.exp(-0.5 * less))
            for weighting in range(weightings):
                price = price_s_per_j[weighting]
                joules = kept * max(heat_j - 0.5, 0.0) if price > 0.0 else heat_j + 0.5
                weight_s = time_s + rate_s_per_kwh[weighting] * kwh + price * joules
                steps = np.floor(min(weight_s / unit_s[weighting], MOST_WEIGHT))
                found[road, weighting] = min(found[road, weighting], np.int32(steps))
    return found


@compiled
def least_heat_rates(
    values: Ints, spared: Ints, open_roads: NDArray[np.bool_], bonus_s_per_j: Floats
) -> Floats:
    """Find what energy must be worth for no road to weigh less than nothing.

    The weight is time + rate x energy - bonus x heat, at any speed.

    Parameters
    ----------
    values, spared, open_roads
        As in `cheapest_speeds`.
    bonus_s_per_j
        What heat takes off in each weighting, shape (weightings,).

    Returns
    -------
    ndarray
        Seconds per kilowatt-hour, infinite where no rate will do, shape (weightings,).
    """
    speeds, roads = spared.shape
    found = np.zeros(bonus_s_per_j.shape[0])
    for road in range(roads):
        if not open_roads[road]:
            continue
        for speed in range(speeds):
            time_s, kwh = _at_least(values, spared, speed, road)
            for weighting in range(found.shape[0]):
                lacks_s = bonus_s_per_j[weighting] * (values[speed, road, HEAT] + 0.5) - time_s
                if lacks_s > 0.0:
                    rate = lacks_s / kwh if kwh > 0.0 else np.inf
                    found[weighting] = max(found[weighting], rate)
    return found
