"""Compiled: what a few roads in a row cost, at the ends of a trip that lie amid roads."""

import numpy as np

from tripplan.arrays import Ints, Longs
from tripplan.physics.jit import compiled
from tripplan.routing.kernels.contraction import copy_row
from tripplan.routing.kernels.customise import COLUMNS, MOST_WEIGHT, NO_WAY, link_into


@compiled
def chain_costs(
    weight: Longs | Ints, values: Ints, chains: Ints, full_mwh: int
) -> tuple[Longs, Ints]:
    """Weight, `NO_WAY` where a road is closed, and values of chains of roads.

    Parameters
    ----------
    weight, values
        Of the roads, shape (roads,) and (roads, 5); columns as in `customise`.
    chains
        Roads in driving order, -1 behind the last, shape (chains, longest).
    full_mwh
        As in `customise.link_into`.
    """
    count = chains.shape[0]
    total = np.zeros(count, np.int64)
    found = np.zeros((count, COLUMNS), np.int32)
    for k in range(count):
        for position in range(chains.shape[1]):
            road = chains[k, position]
            if road < 0:
                break
            if weight[road] >= NO_WAY:
                total[k] = NO_WAY
                break
            total[k] += weight[road]
            if position == 0:
                copy_row(values, road, found, k)
            else:
                link_into(found, k, values, road, full_mwh, found, k)
    return total, found


@compiled
def scalarized_chains(weight: Ints, chains: Ints) -> Ints:
    """Weight of chains of roads in every weighting, shape (chains, weightings).

    Parameters
    ----------
    weight
        Of the roads, shape (roads, weightings).
    chains
        As in `chain_costs`.
    """
    found = np.zeros((chains.shape[0], weight.shape[1]), np.int32)
    for k in range(chains.shape[0]):
        for position in range(chains.shape[1]):
            road = chains[k, position]
            if road < 0:
                break
            for weighting in range(weight.shape[1]):
                total = found[k, weighting] + weight[road, weighting]
                found[k, weighting] = min(total, MOST_WEIGHT)
    return found
