"""Compiled: drives that pass by other stops without stopping, where that saves energy.

The fastest road between two stops may need more energy than a slower one.  Chains of fastest
roads past other stops are added to the table of drives wherever no quicker drive is as sparing.
With them in the table, a stop at which nothing is charged never helps, which the theorem of
finitely many departure candidates in `stops` rests on.
"""

import numpy as np
from numpy.typing import NDArray

from tripplan.search.kernels.drives import TOLERANCE_KWH, link_most, link_need, longer, wider
from tripplan.search.kernels.jit import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_TIME_S = 1e-6


@compiled
def add_passing_drives(
    first: Ints,
    stop: Ints,
    values: Floats,
    limits_kwh: Floats,
    least_kwh: Floats,
) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    """Close a table of direct drives under driving past stops.

    Parameters
    ----------
    first, stop
        Sparse rows of direct drives; row r starts at stop r.
    values
        time_s, need_kwh, cost_kwh, most_kwh, heat_j of each drive, shape (5, drives).
    limits_kwh, least_kwh
        Most energy above the reserve with which each row starts, and least on arrival at each
        stop. [kWh]

    Returns
    -------
    tuple
        first, stop, values of all drives, and for each the drive it prolongs (-1: none; an
        index into the same table) and the direct drive it ends with (an index into the input).
    """
    rows = first.shape[0] - 1
    out_first = np.zeros(rows + 1, np.int32)
    room = 2 * stop.shape[0] + 64
    out_stop = np.empty(room, np.int32)
    out = np.empty((5, room))
    before = np.empty(room, np.int32)
    last = np.empty(room, np.int32)
    older = np.empty(room, np.int32)
    newest = np.full(least_kwh.shape[0], -1, np.int32)
    used = 0
    for row in range(rows):
        begin = used
        at = begin - 1
        limit = limits_kwh[row] + TOLERANCE_KWH
        # at = begin - 1 stands for "at the row's own stop": its direct drives come first
        while at < used:
            via = row if at < begin else out_stop[at]
            end = first[via + 1] if via < rows else first[rows]
            start = first[via] if via < rows else end
            for drive in range(start, end):
                to = stop[drive]
                if to == row:
                    continue
                if at < begin:
                    time = values[0, drive]
                    need = values[1, drive]
                    cost = values[2, drive]
                    most = values[3, drive]
                    heat = values[4, drive]
                else:
                    time = out[0, at] + values[0, drive]
                    need = link_need(out[1, at], out[2, at], out[3, at], values[1, drive])
                    cost = out[2, at] + values[2, drive]
                    most = link_most(out[3, at], values[2, drive], values[3, drive])
                    heat = out[4, at] + values[4, drive]
                least = least_kwh[to]
                if need > limit or cost + least > limit or most < least - TOLERANCE_KWH:
                    continue
                other = newest[to]
                while other >= begin:
                    if (
                        out[0, other] <= time + _TIME_S
                        and out[1, other] <= need + TOLERANCE_KWH
                        and out[2, other] <= cost + TOLERANCE_KWH
                        and out[3, other] >= most - TOLERANCE_KWH
                    ):
                        break
                    other = older[other]
                if other >= begin:
                    continue
                if used == room:
                    room *= 2
                    out_stop = longer(out_stop, room)
                    before = longer(before, room)
                    last = longer(last, room)
                    older = longer(older, room)
                    out = wider(out, room)
                out_stop[used] = to
                out[0, used] = time
                out[1, used] = need
                out[2, used] = cost
                out[3, used] = most
                out[4, used] = heat
                before[used] = at if at >= begin else -1
                last[used] = drive
                older[used] = newest[to]
                newest[to] = used
                used += 1
            at += 1
        out_first[row + 1] = used
        for k in range(begin, used):
            newest[out_stop[k]] = -1
    return (
        out_first,
        out_stop[:used].copy(),
        out[:, :used].copy(),
        before[:used].copy(),
        last[:used].copy(),
    )
