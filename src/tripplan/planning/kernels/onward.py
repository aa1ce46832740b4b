"""The audit's own way to find what a car needs to go on to sites: corrected until nothing changes.

A queue of nodes, first in, first out: no order by energy, and no potentials.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs
from tripplan.physics.jit import compiled


class RoadsInto(NamedTuple):
    """Roads by the node at their end, with energies in kWh, shape (roads,)."""

    first: Longs
    """First road into each node, shape (nodes + 1,)."""
    tail: Ints
    need_kwh: Floats
    cost_kwh: Floats
    drop_kwh: Floats


_LESS_KWH = 1e-7


@compiled
def needs_to_go_on(
    roads: RoadsInto, full_kwh: float, charged_kwh: float, known_kwh: Floats, sites: Flags
) -> tuple[Floats, Floats]:
    """Find the least energy above the reserve that each node has to be left with.

    Parameters
    ----------
    roads
        The roads.
    full_kwh, charged_kwh
        Energy above the reserve in a full battery, and in one charged as far as is allowed. [kWh]
    known_kwh
        What some nodes are to be come to with; infinite elsewhere; shape (nodes,). [kWh]
    sites
        Nodes at which the car can charge, shape (nodes,).

    Returns
    -------
    tuple
        What a car has to come to each node with, if it may charge there, and what it needs to leave
        it, shape (nodes,). [kWh]
    """
    nodes = known_kwh.shape[0]
    come, leave = known_kwh.copy(), known_kwh.copy()
    queue, waits = np.empty(nodes + 1, np.int64), np.zeros(nodes, np.bool_)
    begin, end = 0, 0
    for node in range(nodes):
        if known_kwh[node] < np.inf:
            queue[end] = node
            waits[node] = True
            end += 1
    while begin != end:
        node = queue[begin]
        begin = (begin + 1) % (nodes + 1)
        waits[node] = False
        if sites[node] and 0.0 < come[node] <= charged_kwh:
            come[node] = 0.0
        for road in range(roads.first[node], roads.first[node + 1]):
            if full_kwh - roads.drop_kwh[road] < come[node]:
                continue
            before = max(roads.need_kwh[road], roads.cost_kwh[road] + come[node])
            tail = roads.tail[road]
            leave[tail] = min(leave[tail], before)
            if before <= full_kwh and before < come[tail] - _LESS_KWH:
                come[tail] = before
                if not waits[tail]:
                    waits[tail] = True
                    queue[end] = tail
                    end = (end + 1) % (nodes + 1)
    return come, leave
