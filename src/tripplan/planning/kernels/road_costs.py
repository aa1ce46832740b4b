"""Compiled: costs of pieces of road summed up to whole-number costs of roads, in one pass."""

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled, part_bare
from tripplan.routing.kernels.customise import (
    CONSUMED,
    DROP,
    HEAT,
    MIN_DEPARTURE,
    NEVER,
    TIME,
)
from tripplan.units import MS_PER_S, MWH_PER_KWH

LOOSE = 1e-3
"""Energies are rounded up to whole milliwatt-hours unless they lie this little above one."""


@part_bare
def _up(energy_kwh: float) -> np.int32:
    """Round an energy up to whole milliwatt-hours."""
    return np.int32(min(max(np.ceil(energy_kwh * MWH_PER_KWH - LOOSE), -NEVER), NEVER))


@compiled
def fill_whole_numbers(
    piece_first: Ints, time_s: Floats, energy_kwh: Floats, heat_j: Floats, values: Ints
) -> None:
    """Fill what `arc_costs.whole_numbers` makes of `arc_costs.ArcPricing.roads`.

    Parameters
    ----------
    piece_first
        First piece of each road, shape (roads + 1,).
    time_s, energy_kwh, heat_j
        Of each piece, shape (pieces,).
    values
        Filled, shape (roads, 5); columns as in `routing.kernels.customise`.
    """
    # One running sum over all roads: what is rounded does then not depend on how it is summed.
    total = 0.0
    for road in range(values.shape[0]):
        first, end = piece_first[road], piece_first[road + 1]
        start = total
        highest, lowest = -np.inf, total
        driven_s, heat, energy = 0.0, 0.0, 0.0
        for piece in range(first, end):
            lowest = min(lowest, total)
            total += energy_kwh[piece]
            highest = max(highest, total)
            driven_s += time_s[piece]
            heat += heat_j[piece]
            energy += energy_kwh[piece]
        values[road, TIME] = np.int32(np.rint(min(driven_s * MS_PER_S, NEVER)))
        values[road, HEAT] = np.int32(np.rint(min(heat, NEVER)))
        values[road, CONSUMED] = _up(energy)
        values[road, MIN_DEPARTURE] = _up(max(highest - start, 0.0))
        values[road, DROP] = _up(max(total - lowest, 0.0))
