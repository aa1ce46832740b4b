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
    need_kwh: Floats
    """Energy above the reserve that each arc needs at its start."""
    drop_kwh: Floats
    """How far below full the battery is at the end of each arc at the least."""
    heat_j: Floats
    """Heat per arc in a pack of 25 degrees Celsius."""


class Workspace(NamedTuple):
    """Columns over the nodes that `grow_drives` fills; ``reached`` is infinite between calls."""

    reached: Floats
    """Weight of the drive."""
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
        np.zeros(nodes),
        np.full(nodes, -1, np.int32),
        np.empty(nodes, np.int32),
        np.empty(arcs + 8),
        np.empty(arcs + 8, np.int32),
    )


@compiled
def grow_drives(
    roads: Roads, weight: Floats, source: int, capacity_kwh: float, work: Workspace
) -> int:
    """Drives of least weight from a node to all nodes that a full battery can reach.

    What is found does not depend on the energy at the start, so that more of it never hurts.

    Parameters
    ----------
    roads
        The priced network.
    weight
        What a drive shall have least of, per arc; not negative.
    source
        A node.
    capacity_kwh
        Energy in a full battery; drives that need more at their start are given up.
    work
        Filled for the nodes in ``work.touched[:count]``.

    Returns
    -------
    int
        The count of touched nodes.
    """
    best = work.reached
    best[source] = 0.0
    work.time_s[source] = 0.0
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
        if reached > best[node]:
            continue
        for arc in range(roads.first_out[node], roads.first_out[node + 1]):
            to = roads.head[arc]
            candidate = reached + weight[arc]
            if candidate >= best[to]:
                continue
            energy = roads.energy_kwh[arc]
            need = link_need(
                work.need_kwh[node], work.cost_kwh[node], work.most_kwh[node], roads.need_kwh[arc]
            )
            most = link_most(work.most_kwh[node], energy, capacity_kwh - roads.drop_kwh[arc])
            if need > capacity_kwh + TOLERANCE_KWH:
                continue
            if best[to] == np.inf:
                work.touched[count] = to
                count += 1
            best[to] = candidate
            work.time_s[to] = work.time_s[node] + roads.time_s[arc]
            work.need_kwh[to] = need
            work.cost_kwh[to] = work.cost_kwh[node] + energy
            work.most_kwh[to] = most
            work.heat_j[to] = work.heat_j[node] + roads.heat_j[arc]
            work.arc[to] = arc
            size = heap_push(work.keys, work.items, size, candidate, to)
    return count


@compiled
def clear(work: Workspace, count: int) -> None:
    """Undo what `grow_drives` touched."""
    for k in range(count):
        work.reached[work.touched[k]] = np.inf


class FoundDrives(NamedTuple):
    """A sparse table of direct drives, row after row."""

    first: Ints
    """Shape (rows + 1,)."""
    stop: Ints
    values: Floats
    """time_s, need_kwh, cost_kwh, most_kwh, heat_j, shape (5, drives)."""
    weighting: Ints
    """Row of the weights under which each drive is least."""


@compiled
def drives_between(
    roads: Roads,
    weights: Floats,
    sources: Ints,
    stop_at: Ints,
    next_stop: Ints,
    capacity_kwh: float,
    least_kwh: Floats,
) -> FoundDrives:
    """Drives of least weight between stops, one row of a sparse table for each source.

    Parameters
    ----------
    roads
        The priced network.
    weights
        Each row of weights gives drives of its own, shape (weightings, arcs).
    sources
        Node of each row's start; row r belongs to stop r.
    stop_at
        First stop at each node, shape (nodes,); -1 where there is none.
    next_stop
        Next stop at the same node, shape (stops,); -1 after the last.
    capacity_kwh
        Energy above the reserve in a full battery.
    least_kwh
        Least energy above the reserve on arrival at each stop, shape (stops,).
    """
    work = new_workspace(roads.first_out.shape[0] - 1, roads.head.shape[0])
    rows = sources.shape[0]
    first = np.zeros(rows + 1, np.int32)
    room = 64 * rows + 64
    stop = np.empty(room, np.int32)
    weighting = np.empty(room, np.int32)
    values = np.empty((5, room))
    used = 0
    for row in range(rows):
        for w in range(weights.shape[0]):
            count = grow_drives(roads, weights[w], sources[row], capacity_kwh, work)
            for k in range(count):
                node = work.touched[k]
                to = stop_at[node]
                while to >= 0:
                    least = least_kwh[to]
                    need = max(work.need_kwh[node], work.cost_kwh[node] + least)
                    if (
                        to != row
                        and need <= capacity_kwh + TOLERANCE_KWH
                        and work.most_kwh[node] >= least - TOLERANCE_KWH
                    ):
                        if used == room:
                            room *= 2
                            stop = longer(stop, room)
                            weighting = longer(weighting, room)
                            values = wider(values, room)
                        stop[used] = to
                        weighting[used] = w
                        values[0, used] = work.time_s[node]
                        values[1, used] = need
                        values[2, used] = work.cost_kwh[node]
                        values[3, used] = work.most_kwh[node]
                        values[4, used] = work.heat_j[node]
                        used += 1
                    to = next_stop[to]
            clear(work, count)
        first[row + 1] = used
    return FoundDrives(first, stop[:used].copy(), values[:, :used].copy(), weighting[:used].copy())


@compiled
def longer(column: Ints, room: int) -> Ints:
    """Copy a column into one with more room."""
    copy = np.empty(room, np.int32)
    copy[: column.shape[0]] = column
    return copy


@compiled
def wider(table: Floats, room: int) -> Floats:
    """Copy rows of values into rows with more room."""
    copy = np.empty((table.shape[0], room))
    copy[:, : table.shape[1]] = table
    return copy


@compiled
def drive_arcs(
    roads: Roads, weight: Floats, tail: Ints, source: int, target: int, capacity_kwh: float
) -> Ints:
    """Arcs of the drive that `drives_between` found from a node to another; empty if none."""
    work = new_workspace(roads.first_out.shape[0] - 1, roads.head.shape[0])
    grow_drives(roads, weight, source, capacity_kwh, work)
    count = 0
    node = target
    if work.reached[target] == np.inf:
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
