"""Compiled: everything that a search over stops works with and does not change."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.physics.charging import PowerModel
from tripplan.physics.thermal import PackModel
from tripplan.search.kernels.heat_trajectory import ChargingTrajectory, HeatRules
from tripplan.search.kernels.labels import Bounds, Constraints


class SearchContext(NamedTuple):
    """The context of a search, beside the drives known so far and its state."""

    charging_function_s: Floats
    """Time to charge from empty without a limit by heat, shape (power levels, columns)."""
    never_quicker: NDArray[np.bool_]
    """Whether a power level is never quicker than another is at the same or a lower SoC: before a
    drive to that one, no stop of this level charges more than it must.  Shape (levels, levels)."""
    quickest_s: Floats
    slowest_s: Floats
    """Time that the quickest cell of SoC takes of this one and those above, and the slowest of this
    one and those below that a car can be in, shape (power levels, columns - 1)."""
    rises_kwh: Floats
    """In a relaxation: energies at which each power level starts to charge quicker, infinite
    where there are fewer, shape (levels, rises)."""
    clock_s: Floats
    """The same in time alone: with other objectives, ``charging_function_s`` also holds what energy
    counts."""
    charger_kw: Floats
    """Power of the plug at each stop, shape (stops,)."""
    bounds: Bounds
    """Optimistic rests."""
    constraints: Constraints
    """What the trip fixes."""
    heat: bool
    """Whether pack temperature limits the power."""
    dominance: bool
    """Whether to prune dominated labels; only tests switch it off."""
    power: PowerModel
    pack: PackModel
    """The car's charging limits and its pack; with heat."""
    rules: HeatRules
    """How coarse a search with heat may be."""
    waits_s: Floats
    """Times that the car may wait for its pack to cool before it plugs in; the first is 0."""
    trajectory: ChargingTrajectory
    """Room for the charging trajectories of all labels; with heat."""
    found: Floats
    """Room for departure energies."""
