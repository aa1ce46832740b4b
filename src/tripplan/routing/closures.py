"""Rows of drives that stay as they are when roads are closed."""

import numpy as np

from tripplan.arrays import Ints
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.many_to_many import RowStore

_ROUNDING = 1e-6
"""Seconds and kilowatt-hours by which sums may differ."""


def untouched_rows(before: RowStore, closed: Ints) -> dict[int, DriveColumns]:
    """Return the rows known so far that a closure cannot change, by stop.

    A drive leads over a road only if the fastest and the thriftiest way by that road is no slower
    and no dearer than it is.

    Parameters
    ----------
    before
        Drives while these roads were open.
    closed
        Roads, shape (closed,).
    """
    tree, lanes = before.ground.hierarchy, before.ground.lanes
    ends = [0, lanes.unit.size - 1]
    height = before.ground.height_kwh
    ways = []
    for road in closed.tolist():
        one, other = int(tree.tail[road]), int(tree.head[road])
        itself = lanes.weight[road, ends] * lanes.unit[ends]
        itself[1] += height[other] - height[one]
        ways.append((before.lanes_to(one)[:, ends] + itself, before.lanes_from(other)[:, ends]))
    found = {}
    for stop, row in before.known.items():
        drive = np.column_stack([row.time_s, row.cost_kwh]) + _ROUNDING
        if not any(np.any(np.all(to[stop] + on[row.stop] <= drive, axis=1)) for to, on in ways):
            found[stop] = row
    return found
