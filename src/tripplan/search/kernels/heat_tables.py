"""Compiled: the tables of the bound with battery heat, and how its grid is read.

The grid has energies and *coolness*: where heat slows charging down, a lower bound on the pack's
temperature; where cold does, with the sign turned round, an upper bound.  Either way a state with
more energy and less coolness-coordinate is no worse: energies are rounded up and coordinates down.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats, Ints
from tripplan.physics.charging import PowerModel
from tripplan.physics.jit import part_bare
from tripplan.physics.thermal import PackModel

Floats32 = NDArray[np.float32]
Shorts = NDArray[np.int16]

NEVER_S_PER_KWH = 1e9
"""What a kilowatt-hour takes where the battery takes no charge; finite, so that none times it is
none."""


class HeatGrid(NamedTuple):
    """Energies and temperatures of one level; energy j is least + j steps, and so on."""

    least_kwh: float
    step_kwh: float
    energies: int
    limit: int
    """The energy, by number, at which charging ends at the latest."""
    cells: int
    """Cells of SoC in one step of energy; 0: a step is half a cell."""
    side: float
    """1: temperatures are lower bounds; -1: they are upper bounds, and count negated."""
    least: float
    """Least coordinate: side x temperature. [degC]"""
    step_k: float
    temperatures: int
    """On the upper side, number 0 stands for any temperature above the others'."""


class HeatCar(NamedTuple):
    """The car, as the bound takes it."""

    power: PowerModel
    hull_kw: Floats
    """Most power at each temperature of the limit's table or on its better side, shape (points,).
    """
    pack: PackModel
    rest_c: float
    """Temperature that the pack tends to without heat; above it, nothing but heat warms it."""
    overhead_s: float


class Courses(NamedTuple):
    """Charging between energies of the grid, rounded in the car's favour."""

    charging_s: Floats32
    """Least time by level of power, energy and temperature on arrival, and energy at departure,
    shape (levels, energies, temperatures, energies)."""
    cell: Shorts
    """Temperature with it, by number, of the same shape."""
    s_per_kwh: Floats32
    """Least time of a kilowatt-hour beyond a departure, shape (levels, energies, temperatures)."""
    done: Flags
    """Whether a state has been charged from, shape (energies, temperatures)."""
    rise_k: Floats
    """Most that a coordinate rises while charging by a step, shape (1,)."""


class Entries(NamedTuple):
    """Drives between stops, rounded: by how many steps of energy they take at the most.

    Entry m leads from an energy i to i - m + 1.  It takes m - 1 steps, and as much more as the
    departure lies above its energy and the arrival below its own, by up to a step each: both have
    to be charged.
    """

    first: Ints
    """First entry of each stop, shape (stops + 1,)."""
    stop: Ints
    """Where each leads to, shape (entries,)."""
    steps: Ints
    """Shape (entries,)."""
    least_s: Floats32
    """Times of drives that take nothing more, a step, or two; the time at the corner within the
    first step, and where that is; the same within the second; shape (entries, 7). [s], [kWh]"""
    heat_j: Floats
    """Heat of 25 degrees Celsius that it sets free at the least (on the other side: at the most),
    shape (entries,)."""
    duration_s: Floats
    """Shortest and longest time in which the least heat holds, shape (entries, 2)."""
    corner: Ints
    """Corner of the envelope that it starts at, shape (entries,)."""
    before_first: Ints
    """First of the stops below that have an entry to each stop, shape (stops + 1,)."""
    before: Ints
    """Stops that have an entry to another, by that one, shape (pairs,)."""


class Goals(NamedTuple):
    """Drives to the destination by energy at departure, at the least."""

    least_s: Floats32
    """Times if the departure is at the grid's energy, a step later, or at the corner between, and
    how much later that is, shape (stops, energies, 4). [s], [kWh]"""
    corner: Ints
    """Shape (stops, energies)."""


class Spans(NamedTuple):
    """Temperatures, by number, that a plan below the ceiling could have, shape (stops, energies).

    The last of them is below the first where there is none.
    """

    arrival_first: Shorts
    arrival_last: Shorts
    departure_first: Shorts
    departure_last: Shorts
    arrival_s: Floats32
    """Earliest arrival and departure of any, of the same shape."""
    departure_s: Floats32


class Values(NamedTuple):
    """Least times from a state to the end, shape (stops, energies, temperatures)."""

    rest_s: Floats32
    slower_rest_s: Floats32
    """The same by way of a lower number, the time until it is reached included."""
    departed_s: Floats32
    """The same from a departure."""


class Reached(NamedTuple):
    """Least times from the start to a state, shape (stops, energies, temperatures)."""

    arrival_s: Floats32
    slower_arrival_s: Floats32
    departure_s: Floats32


@part_bare
def cell_of(grid: HeatGrid, coordinate: float) -> int:
    """Return the number of the highest temperature of the grid that does not exceed one."""
    found = np.floor((coordinate - grid.least) / grid.step_k + 1e-9)
    return int(min(max(found, 0.0), grid.temperatures - 1.0))


@part_bare
def times_of(least_s: Floats32) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Return what `Goals.least_s` says of a drive: three times, and how much later."""
    return least_s[0], least_s[1], least_s[2], least_s[3]


EntryTimes = tuple[
    np.float32, np.float32, np.float32, np.float32, np.float32, np.float32, np.float32
]


@part_bare
def entry_times(least_s: Floats32) -> EntryTimes:
    """Return what `Entries.least_s` says of an entry."""
    return least_s[0], least_s[1], least_s[2], least_s[3], least_s[4], least_s[5], least_s[6]


@part_bare
def charged_drive_s(
    times: EntryTimes, step_kwh: np.float32, one: np.float32, other: np.float32
) -> np.float32:
    """Least time of an entry with that of charging what it takes beyond its steps [s].

    Parameters
    ----------
    times
        As `entry_times` says.
    step_kwh
        A step of energy. [kWh]
    one, other
        What charging takes before the departure and after the arrival, each for up to a step.
        [s/kWh]
    """
    low, high = min(one, other), max(one, other)
    stepped_s = low * step_kwh
    least_s = min(times[0], times[3] + low * times[4], times[1] + stepped_s)
    return min(
        least_s,
        times[5] + (stepped_s + high * times[6]),
        times[2] + (stepped_s + high * step_kwh),
    )


@part_bare
def topped_drive_s(times: EntryTimes, step_kwh: np.float32, rate: np.float32) -> np.float32:
    """Return the same where nothing can be charged before the departure."""
    return min(times[0], times[3] + rate * times[4], times[1] + rate * step_kwh)
