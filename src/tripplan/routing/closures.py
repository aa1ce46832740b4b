"""Drives that stay as they are when roads are closed."""

import numpy as np

from tripplan.arrays import Ints
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.many_to_many import ManyToMany

_ROUNDING = 1e-6
"""Seconds and kilowatt-hours by which sums may differ."""


def untouched_drives(before: ManyToMany, closed: Ints) -> dict[int, DriveColumns]:
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
    tree, scalarized = before.customized.hierarchy, before.customized.scalarized
    ends = [0, scalarized.unit.size - 1]
    height = before.customized.height_kwh
    ways = []
    for road in closed.tolist():
        one, other = int(tree.tail[road]), int(tree.head[road])
        itself = scalarized.weight[road, ends] * scalarized.unit[ends]
        itself[1] += height[other] - height[one]
        ways.append(
            (before.scalarized_to(one)[:, ends] + itself, before.scalarized_from(other)[:, ends])
        )
    found = {}
    for stop, row in before.known.items():
        drive = np.column_stack([row.time_s, row.consumed_kwh]) + _ROUNDING
        if not any(np.any(np.all(to[stop] + on[row.stop] <= drive, axis=1)) for to, on in ways):
            found[stop] = row
    return found
