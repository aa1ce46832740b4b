"""Compiled: one road at many exchange rates of energy for time, each stretch at its best speed."""

import numpy as np

from tripplan.arrays import Bytes, Floats, Ints, Longs
from tripplan.physics.jit import compiled
from tripplan.routing.kernels.customise import COLUMNS, MIN_DEPARTURE, TIME, link_into


@compiled
def drives_at_rates(values: Ints, spared: Ints, rate: Floats, full_mwh: int) -> tuple[Ints, Bytes]:
    """Drive a road at the best speeds for each rate.

    Parameters
    ----------
    values
        Costs of the road's stretches by speed, shape (speeds, stretches, 5).
    spared
        Energy of each beyond what lifts the car, shape (speeds, stretches). [mWh]
    rate
        What energy is worth, shape (rates,); infinite: only energy counts. [ms/mWh]
    full_mwh
        Energy above the reserve in a full battery.

    Returns
    -------
    tuple of ndarray
        Values of the whole drive, shape (rates, 5), and the speed of each stretch, shape (rates,
        stretches).
    """
    speeds, stretches = spared.shape
    choice = np.zeros((rate.shape[0], stretches), np.uint8)
    for r in range(rate.shape[0]):
        for k in range(stretches):
            best = np.inf
            for s in range(speeds):
                if rate[r] == np.inf:
                    weight = spared[s, k] + 1e-9 * values[s, k, TIME]
                else:
                    weight = values[s, k, TIME] + rate[r] * spared[s, k]
                if weight < best:
                    best = weight
                    choice[r, k] = s
    return chained(values, choice, full_mwh), choice


@compiled
def chained(values: Ints, choice: Bytes, full_mwh: int) -> Ints:
    """Values of a road driven at chosen speeds, shape (choices, 5).

    Parameters
    ----------
    values
        As in `drives_at_rates`.
    choice
        Speed of each stretch, shape (choices, stretches).
    full_mwh
        Energy above the reserve in a full battery.
    """
    total = np.zeros((choice.shape[0], COLUMNS), np.int32)
    for r in range(choice.shape[0]):
        for k in range(choice.shape[1]):
            link_into(total, r, values[choice[r, k]], k, full_mwh, total, r)
    return total


@compiled
def fitted(
    values: Ints, faster: Bytes, slower: Bytes, order: Longs, need_mwh: int, full_mwh: int
) -> Bytes:
    """Slow a drive down, stretch by stretch, until it needs no more than a given energy.

    Parameters
    ----------
    values, full_mwh
        As in `drives_at_rates`.
    faster, slower
        Speeds of two drives over the road, shape (stretches,); the slower one needs little enough.
    order
        Stretches in the order in which they are slowed down, shape (stretches,).
    need_mwh
        Most energy above the reserve that the drive may need.
    """
    stretches = faster.shape[0]
    choice = np.empty((1, stretches), np.uint8)
    few, many = 0, stretches
    while few < many:
        middle = (few + many) // 2
        for k in range(stretches):
            choice[0, order[k]] = slower[order[k]] if k < middle else faster[order[k]]
        if chained(values, choice, full_mwh)[0, MIN_DEPARTURE] <= need_mwh:
            many = middle
        else:
            few = middle + 1
    best = faster.copy()
    for k in range(few):
        best[order[k]] = slower[order[k]]
    return best
