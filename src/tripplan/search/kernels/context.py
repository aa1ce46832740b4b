"""Compiled: everything that a search over stops works with and does not change."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.physics.charging import PowerModel
from tripplan.physics.thermal import PackModel
from tripplan.search.kernels.labels import EPSILON, Bounds, Constraints


class Policy(NamedTuple):
    """Whether a search follows the battery's heat, and what it then takes for equal."""

    heat: bool
    """Whether pack temperature limits the power."""
    dominance: bool
    """Whether to prune dominated labels; only tests switch it off."""
    time_epsilon_s: float
    temperature_epsilon_k: float
    departure_step_kwh: float
    """Grid of departures."""
    cold_below_c: float
    """Below this a warmer pack charges faster, above it a cooler one does."""
    falling_kw: Floats
    """Most power at or above each temperature of the limit's table, shape (points,)."""
    waits_s: Floats
    """Times that the car may wait for its pack to cool before it plugs in, shape (waits,); the
    first is 0."""
    skips: bool
    """Whether stops that charge too little are left out: proved without heat, a guess with it."""
    fullest: bool
    """Whether each stop is left with as much as its wishes and hours allow, and nothing less."""


COOL = Policy(False, True, EPSILON, np.inf, 1e9, 0.0, np.zeros(1), np.zeros(1), True, False)
"""As if the pack always had the best temperature that it could have on the trip."""

FULLEST = COOL._replace(time_epsilon_s=60.0, skips=False, fullest=True)
"""The same with the fullest departures alone: whoever can make the trip can make it so, but for
hours and a least charge, and few labels tell."""


class ChargingTrajectory(NamedTuple):
    """Time and temperature of labels while they charge, shape (labels, columns)."""

    elapsed_s: Floats
    pack_c: Floats


class SearchContext(NamedTuple):
    """The context of a search, beside the drives known so far and its state."""

    charging_function_s: Floats
    """Time to charge from empty without a limit by heat, shape (power levels, columns)."""
    never_quicker: NDArray[np.bool_]
    """Whether a power level is never quicker than another is at the same or a lower SoC: before a
    drive to that one, no stop of this level charges more than it must.  Shape (levels, levels)."""
    never_slower: NDArray[np.bool_]
    """Whether a power level is never slower than another is at the same SoC, shape (levels,
    levels)."""
    quickest_s: Floats
    slowest_s: Floats
    """Time that the quickest cell of SoC takes of this one and those above, and the slowest of this
    one and those below that a car can be in, shape (power levels, columns - 1)."""
    rises_kwh: Floats
    """In a relaxation: energies at which each power level starts to charge quicker, infinite
    where there are fewer, shape (levels, rises)."""
    clock_s: Floats
    """The charging functions in time alone: with other objectives, ``charging_function_s`` also
    holds what energy counts; of the same shape, (power levels, columns)."""
    charger_kw: Floats
    """Power of the plug at each stop, shape (stops,)."""
    bounds: Bounds
    """Optimistic rests."""
    constraints: Constraints
    """What the trip fixes."""
    policy: Policy
    power: PowerModel
    pack: PackModel
    """The car's charging limits and its pack; with heat."""
    trajectory: ChargingTrajectory
    """Room for the charging trajectories of all labels; with heat."""
    found: Floats
    """Room for departure energies: twice the columns of a charging function, and the grid; shape
    (room,)."""
    direct: bool
    """Whether the drive from a stop to another is no worse than those by way of a third, so that
    stops that charge too little may be left out; see `worthwhile`."""
