"""Compiled: the temperature after a drive, rounded in the car's favour, over the grid.

Of a drive are known the least heat (on the upper side: the most), and the shortest and longest
time, but not when the heat comes: all at the beginning leaves the least of it, all at the end the
most.  A drive that takes longer than these may arrive cooler: by no more than ``loss_k_per_s``.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled, part
from tripplan.physics.thermal import driven_share_c
from tripplan.search.kernels.heat_entries import NO_LIMIT_J
from tripplan.search.kernels.heat_tables import Courses, Floats32, HeatCar, HeatGrid, cell_of

_KNOWN_J = 0.01 * NO_LIMIT_J
_MOST_SHARE = 0.5
"""Heat by which the resistance of the pack would fall by more than this share is not counted: in
one step from end to end, the cooler of two packs would then come out the warmer."""
_MOST_OF_STOP = 0.9
"""Topping up counts for no more than this share of what a stop takes without charging."""


class Drift(NamedTuple):
    """How temperatures of the grid change, shape (temperatures,)."""

    resistance: Floats
    """Of the pack at each, relative to that at 25 degrees Celsius."""
    loss_k_per_s: Floats
    """Most that a coordinate between this number and the next falls in a second of a longer drive
    or of waiting."""


class Arrival(NamedTuple):
    """Room for what a drive makes of each temperature, shape (temperatures,)."""

    number: Ints
    """Temperature on arrival, by number."""
    slack_s: NDArray[np.float32]
    """Time in which it may fall from there to that of the number."""


@part
def _decay(car: HeatCar, duration_s: float) -> float:
    pack = car.pack
    return math.exp(-pack.conductance_driving_w_per_k / pack.heat_capacity_j_per_k * duration_s)


@part
def least_driven_c(
    car: HeatCar, pack_c: float, heat_j: float, short_s: float, long_s: float
) -> float:
    """Least temperature after a drive of at least this heat, at any time between two [degC].

    With the resistance of the warmest that the pack can be, and all heat at the beginning: whatever
    comes later meets a pack no warmer, which loses no more.  From then on the pack goes towards the
    air, so that the least is at an end.

    Parameters
    ----------
    car
        The car.
    pack_c
        Temperature at the start, or less. [degC]
    heat_j
        Heat at 25 degrees Celsius. [J]
    short_s, long_s
        Shortest and longest time. [s]
    """
    pack = car.pack
    cold = math.exp(pack.resistance_per_k * (25.0 - pack_c))
    warmest_c = max(pack_c, pack.air_c) + heat_j * cold / pack.heat_capacity_j_per_k
    if pack.cooling_w > 0.0:
        # Where cooling levels temperatures out, a pack that starts warmer may end cooler by what
        # its resistance is less; no pack that charges is warmer than the last of the limits.
        warmest_c = max(warmest_c, car.power.limit_c[-1])
    warm = math.exp(pack.resistance_per_k * (25.0 - warmest_c))
    heated_c = pack_c + heat_j * warm / pack.heat_capacity_j_per_k
    return min(
        driven_share_c(heated_c, heated_c, 0.0, short_s, 1.0, pack),
        driven_share_c(heated_c, heated_c, 0.0, long_s, 1.0, pack),
    )


@part
def fall_s(grid: HeatGrid, drift: Drift, number: int) -> np.float32:
    """Least time in which the temperature falls through a step of the grid [s]."""
    return np.float32(grid.step_k / drift.loss_k_per_s[number])


@compiled
def top_up_rates(grid: HeatGrid, car: HeatCar, drift: Drift, courses: Courses) -> Floats32:
    """Least time of a kilowatt-hour up to the energy that an arrival counts as.

    Where a state is of no interest, that of the next worse one stands for it.  It is counted for
    no more than leaves something of the time of a stop, and does not grow by so much from one
    temperature to the next that waiting for the better one would gain time.

    Parameters
    ----------
    grid, car, drift, courses
        The grid, the car, how temperatures fall, and charging on the grid.

    Returns
    -------
    ndarray
        Shape (levels, energies, temperatures). [s/kWh]
    """
    levels, energies, temperatures = courses.s_per_kwh.shape
    found = np.zeros((levels, energies, temperatures), np.float32)
    largest = np.float32(_MOST_OF_STOP * car.overhead_s / grid.step_kwh)
    for level in range(levels):
        for j in range(1, min(grid.limit + 1, energies - 1)):
            rate = np.float32(0.0)
            for k in range(temperatures - 1, -1, -1):
                if courses.done[j, k]:
                    rate = courses.s_per_kwh[level, j - 1, courses.cell[level, j, k, j]]
                    rate = min(rate, largest)
                found[level, j, k] = rate
            for k in range(1, temperatures):
                most = np.float32(0.5 / grid.step_kwh) * fall_s(grid, drift, k - 1)
                found[level, j, k] = min(found[level, j, k], found[level, j, k - 1] + most)
    return found


@compiled
def arrive(
    grid: HeatGrid,
    car: HeatCar,
    drift: Drift,
    heat_j: float,
    duration_s: Floats,
    first: int,
    last: int,
    out: Arrival,
) -> None:
    """Fill in what a drive makes of the temperatures from one number to another.

    Parameters
    ----------
    grid, car, drift
        The grid and the car.
    heat_j
        Heat at 25 degrees Celsius, at the least or at the most. [J]
    duration_s
        Shortest and longest time, shape (2,). [s]
    first, last
        Numbers of the temperatures at the start.
    out
        What is filled in.
    """
    pack, per_k = car.pack, car.pack.resistance_per_k
    air_c, short_s, long_s = pack.air_c, duration_s[0], duration_s[1]
    per_heat = heat_j / pack.heat_capacity_j_per_k
    decay_short, decay_long = _decay(car, short_s), _decay(car, long_s)
    before = -np.inf
    for k in range(first, last + 1):
        pack_c = grid.side * (grid.least + k * grid.step_k)
        rise_k, above_k = per_heat * drift.resistance[k], pack_c - air_c
        if grid.side > 0.0:
            if above_k < 0.0 or pack_c + rise_k > pack.cooling_on_c:
                rise_k = min(rise_k, _MOST_SHARE / per_k) if per_k > 0.0 else rise_k
                known_j = rise_k / drift.resistance[k] * pack.heat_capacity_j_per_k
                at = least_driven_c(car, pack_c, known_j, short_s, long_s)
            else:
                if per_k > 0.0:
                    rise_k = math.log(1.0 + per_k * rise_k) / per_k
                at = air_c + (above_k + rise_k) * decay_long
        elif k == 0 or heat_j > _KNOWN_J:
            at = -np.inf
        elif above_k < 0.0:
            at = -(air_c + above_k * decay_long + rise_k)
        else:
            # The heat at the end, when of what the pack was above the air so much is left.
            left_k = above_k * decay_short
            rise_k *= math.exp(per_k * (above_k - left_k))
            if per_k > 0.0:
                rise_k = math.log(1.0 + per_k * rise_k) / per_k
            at = -(air_c + left_k + rise_k)
        # Whoever starts at a better temperature than another arrives no worse.
        at = before = max(at, before)
        number = cell_of(grid, at)
        out.number[k] = number
        spare = max(at - (grid.least + number * grid.step_k), 0.0)
        out.slack_s[k] = spare / drift.loss_k_per_s[number]
