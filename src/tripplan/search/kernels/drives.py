"""Compiled shortest drives over the road network, with what they do to the battery.

The battery profile of a drive is (need, cost, most): started with b kWh the car arrives with
min(b - cost, most), provided b >= need.  Profiles of consecutive drives link associatively [1]_,
so a shortest-path search can carry them.

References
----------
.. [1] J. Eisner, S. Funke, S. Storandt, "Optimal route planning for electric vehicles in large
   networks", AAAI 2011.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.search.kernels.heap import heap_pop, heap_push
from tripplan.search.kernels.jit import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

TOLERANCE_KWH = 1e-9
"""A drive may need this much more than there is: sums of energies are rounded."""


class Roads(NamedTuple):
    """A priced forward star; closed arcs have infinite time."""

    first_out: Ints
    head: Ints
    time_s: Floats
    energy_kwh: Floats
    """Battery energy per arc; negative where the arc charges it."""
    heat_j: Floats
    """Heat per arc in a pack of 25 degrees Celsius."""


class Workspace(NamedTuple):
    """Columns over the nodes that `grow_drives` fills, all infinite in time between calls."""

    time_s: Floats
    need_kwh: Floats
    cost_kwh: Floats
    most_kwh: Floats
    heat_j: Floats
    arc: Ints
    """Arc by which the drive reaches the node; -1 at the source."""
    touched: Ints
    keys: Floats
    items: Ints


@compiled
def link_need(need_1: float, cost_1: float, most_1: float, need_2: float) -> float:
    """Energy that two drives in a row need at their start; infinite where they cannot follow."""
    return np.inf if most_1 < need_2 - TOLERANCE_KWH else max(need_1, cost_1 + need_2)


@compiled
def link_most(most_1: float, cost_2: float, most_2: float) -> float:
    """Most energy with which one can arrive after two drives in a row."""
    return min(most_2, most_1 - cost_2)


@compiled
def one_to_all(first_out: Ints, head: Ints, weight: Floats, source: int) -> Floats:
    """Distance from a node to every node under non-negative weights; infinite where unreached."""
    distance = np.full(first_out.shape[0] - 1, np.inf)
    keys = np.empty(head.shape[0] + 8)
    items = np.empty(head.shape[0] + 8, np.int32)
    distance[source] = 0.0
    size = heap_push(keys, items, 0, 0.0, source)
    while size > 0:
        reached = keys[0]
        node = items[0]
        size = heap_pop(keys, items, size)
        if reached > distance[node]:
            continue
        for arc in range(first_out[node], first_out[node + 1]):
            candidate = reached + weight[arc]
            if candidate < distance[head[arc]]:
                distance[head[arc]] = candidate
                size = heap_push(keys, items, size, candidate, head[arc])
    return distance


@compiled
def new_workspace(nodes: int, arcs: int) -> Workspace:
    """Make a workspace for a network of this size."""
    return Workspace(
        np.full(nodes, np.inf),
        np.zeros(nodes),
        np.zeros(nodes),
        np.zeros(nodes),
        np.zeros(nodes),
        np.full(nodes, -1, np.int32),
        np.empty(nodes, np.int32),
        np.empty(arcs + 8),
        np.empty(arcs + 8, np.int32),
    )


@compiled
def grow_drives(
    roads: Roads, source: int, capacity_kwh: float, limit_kwh: float, work: Workspace
) -> int:
    """Fastest drives from a node to all nodes that ``limit_kwh`` of energy can reach.

    Parameters
    ----------
    roads
        The priced network.
    source
        A node.
    capacity_kwh
        Energy in a full battery.
    limit_kwh
        Drives that need more than this at their start are given up.
    work
        Filled for the nodes in ``work.touched[:count]``.

    Returns
    -------
    int
        The count of touched nodes.
    """
    time = work.time_s
    time[source] = 0.0
    work.need_kwh[source] = 0.0
    work.cost_kwh[source] = 0.0
    work.most_kwh[source] = capacity_kwh
    work.heat_j[source] = 0.0
    work.arc[source] = -1
    work.touched[0] = source
    count = 1
    size = heap_push(work.keys, work.items, 0, 0.0, source)
    while size > 0:
        reached = work.keys[0]
        node = work.items[0]
        size = heap_pop(work.keys, work.items, size)
        if reached > time[node]:
            continue
        for arc in range(roads.first_out[node], roads.first_out[node + 1]):
            to = roads.head[arc]
            candidate = reached + roads.time_s[arc]
            if candidate >= time[to]:
                continue
            energy = roads.energy_kwh[arc]
            need = link_need(
                work.need_kwh[node], work.cost_kwh[node], work.most_kwh[node], max(energy, 0.0)
            )
            if need > limit_kwh + TOLERANCE_KWH:
                continue
            if time[to] == np.inf:
                work.touched[count] = to
                count += 1
            time[to] = candidate
            work.need_kwh[to] = need
            work.cost_kwh[to] = work.cost_kwh[node] + energy
            work.most_kwh[to] = link_most(work.most_kwh[node], energy, capacity_kwh)
            work.heat_j[to] = work.heat_j[node] + roads.heat_j[arc]
            work.arc[to] = arc
            size = heap_push(work.keys, work.items, size, candidate, to)
    return count


@compiled
def clear(work: Workspace, count: int) -> None:
    """Undo what `grow_drives` touched."""
    for k in range(count):
        work.time_s[work.touched[k]] = np.inf


@compiled
def drives_between(
    roads: Roads,
    sources: Ints,
    stop_at: Ints,
    next_stop: Ints,
    capacity_kwh: float,
    limits_kwh: Floats,
    least_kwh: Floats,
) -> tuple[Ints, Ints, Floats, Floats, Floats, Floats, Floats]:
    """Fastest drives between stops, one row of a sparse table for each source.

    Parameters
    ----------
    roads
        The priced network.
    sources
        Node of each row's start; row r belongs to stop r.
    stop_at
        First stop at each node, shape (nodes,); -1 where there is none.
    next_stop
        Next stop at the same node, shape (stops,); -1 after the last.
    capacity_kwh
        Energy in a full battery.
    limits_kwh
        Most energy above the reserve with which each row may start.
    least_kwh
        Least energy above the reserve on arrival at each stop, shape (stops,).

    Returns
    -------
    tuple
        first (rows + 1,), stop, time_s, need_kwh, cost_kwh, most_kwh, heat_j of the drives.
    """
    nodes = roads.first_out.shape[0] - 1
    work = new_workspace(nodes, roads.head.shape[0])
    rows = sources.shape[0]
    first = np.zeros(rows + 1, np.int32)
    room = 64 * rows + 64
    stop = np.empty(room, np.int32)
    columns = np.empty((5, room))
    used = 0
    for row in range(rows):
        count = grow_drives(roads, sources[row], capacity_kwh, limits_kwh[row], work)
        for k in range(count):
            node = work.touched[k]
            to = stop_at[node]
            while to >= 0:
                if (
                    to != row
                    and work.cost_kwh[node] + least_kwh[to] <= capacity_kwh + TOLERANCE_KWH
                    and work.most_kwh[node] >= least_kwh[to] - TOLERANCE_KWH
                ):
                    if used == room:
                        room *= 2
                        wider_stop = np.empty(room, np.int32)
                        wider_stop[:used] = stop
                        stop = wider_stop
                        wider = np.empty((5, room))
                        wider[:, :used] = columns
                        columns = wider
                    stop[used] = to
                    columns[0, used] = work.time_s[node]
                    columns[1, used] = max(work.need_kwh[node], work.cost_kwh[node] + least_kwh[to])
                    columns[2, used] = work.cost_kwh[node]
                    columns[3, used] = work.most_kwh[node]
                    columns[4, used] = work.heat_j[node]
                    used += 1
                to = next_stop[to]
        clear(work, count)
        first[row + 1] = used
    return (
        first,
        stop[:used].copy(),
        columns[0, :used].copy(),
        columns[1, :used].copy(),
        columns[2, :used].copy(),
        columns[3, :used].copy(),
        columns[4, :used].copy(),
    )


@compiled
def drive_arcs(
    roads: Roads, tail: Ints, source: int, target: int, capacity_kwh: float, limit_kwh: float
) -> Ints:
    """Arcs of the drive that `drives_between` found from a node to another; empty if none."""
    work = new_workspace(roads.first_out.shape[0] - 1, roads.head.shape[0])
    grow_drives(roads, source, capacity_kwh, limit_kwh, work)
    count = 0
    node = target
    if work.time_s[target] == np.inf:
        return np.empty(0, np.int32)
    while node != source:
        count += 1
        node = tail[work.arc[node]]
    arcs = np.empty(count, np.int32)
    node = target
    while node != source:
        count -= 1
        arcs[count] = work.arc[node]
        node = tail[work.arc[node]]
    return arcs
