"""Compiled: the trade of time for energy between two nodes, from below.

Each weighting gives a line time + rate x energy = weight that no drive between the two nodes lies
below, and the last weighting the least energy of any.  What lies above all of them is a convex
region; its lower envelope is handed to the search as a chain of corners, each with the rate at
which one may go on from there by driving more slowly.
"""

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled

_MERGED_S = 0.2
"""Corners that are this close in time are merged into one that is no worse than either."""


@compiled
def lower_envelopes(
    weight: Floats, rate: Floats, stops: Ints, full_kwh: float
) -> tuple[Ints, Floats]:
    """Lower envelopes of the trades to many stops.

    Parameters
    ----------
    weight
        Seconds in each weighting, kilowatt-hours in the last; infinite where there is no way; shape
        (stops, weightings).
    rate
        Rate of each weighting but the last, rising from 0, shape (weightings - 1,). [s/kWh]
    stops
        Stops that the rows of ``weight`` belong to, shape (stops,).
    full_kwh
        Energy above the reserve in a full battery; stops that need more are left out.

    Returns
    -------
    tuple of ndarray
        Stop of each corner, and in rows its time [s], energy [kWh], the rate of the edge that
        starts there [s/kWh], and the energy that this edge saves [kWh]; shape (corners,) and
        (4, corners).
    """
    weightings = rate.shape[0]
    room = weight.shape[0] * (weightings + 1)
    stop = np.empty(room, np.int32)
    found = np.empty((4, room))
    lines = np.empty(weightings, np.int32)
    begin = np.empty(weightings)
    time = np.empty(weightings)
    energy = np.empty(weightings)
    used = 0
    for row in range(weight.shape[0]):
        least = weight[row, weightings]
        if not (weight[row, 0] < np.inf and least <= full_kwh):
            continue
        # The lines that are highest somewhere, each with the energy below which it is.
        count = 1
        lines[0] = 0
        begin[0] = np.inf
        for weighting in range(1, weightings):
            while True:
                top = lines[count - 1]
                cross = (weight[row, weighting] - weight[row, top]) / (rate[weighting] - rate[top])
                if count > 1 and cross >= begin[count - 1]:
                    count -= 1
                else:
                    break
            if cross > least:
                lines[count] = weighting
                begin[count] = cross
                count += 1
        # Corners from the fastest to the thriftiest; corner k starts the edge on line k + 1.
        for k in range(count):
            line = lines[k]
            energy[k] = begin[k + 1] if k + 1 < count else least
            time[k] = weight[row, line] - rate[line] * energy[k]
        first = 0
        while first < count:
            last = first
            while last + 1 < count and time[last + 1] - time[first] <= _MERGED_S:
                last += 1
            stop[used] = stops[row]
            found[0, used] = time[first]
            found[1, used] = energy[last]
            found[2, used] = rate[lines[last + 1]] if last + 1 < count else 0.0
            found[3, used] = energy[last] - energy[last + 1] if last + 1 < count else 0.0
            used += 1
            first = last + 1
    return stop[:used].copy(), found[:, :used].copy()
