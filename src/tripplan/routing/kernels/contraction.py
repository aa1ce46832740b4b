"""Compiled: the chordal graph behind a customisable contraction hierarchy.

Nodes are contracted in a given order; whenever a node goes, its remaining neighbours are joined to
each other.  The arcs that this gives depend on the roads alone, not on what they cost [1]_, so
they are made once a network; costs are filled in by `customise`.  All nodes here are *ranks*,
positions in the order; each arc leads up, from the lower to the higher of its two ends, and stands
for both directions of travel.

References
----------
.. [1] J. Dibbelt, B. Strasser, D. Wagner, "Customizable contraction hierarchies", ACM Journal of
   Experimental Algorithmics 21 (1.5), 2016.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Flags, Ints
from tripplan.physics.jit import compiled, part


class Chordal(NamedTuple):
    """Arcs between ranks, those that leave rank r upwards at up_first[r]..up_first[r + 1] - 1."""

    up_first: Ints
    """Shape (nodes + 1,)."""
    up_head: Ints
    """Rank at each arc's upper end, rising within a row, shape (arcs,)."""
    up_tail: Ints
    """Rank at each arc's lower end, shape (arcs,)."""
    parent: Ints
    """Lowest neighbour above each rank, -1 where there is none, shape (nodes,); every neighbour
    above a rank is found by going from parent to parent."""
    down_first: Ints
    """Index into ``down_arc`` by the rank at the upper end, shape (nodes + 1,)."""
    down_arc: Ints
    """The arcs by their upper end, lower ends rising within a row, shape (arcs,)."""


class RoadsOnArcs(NamedTuple):
    """Which roads each arc of the chordal graph stands for."""

    arc: Ints
    """Arc of each road, -1 for loops, shape (roads,)."""
    is_up: Flags
    """Whether a road leads to the higher rank, shape (roads,)."""
    first: Ints
    """Index into ``road`` by arc, shape (arcs + 1,)."""
    road: Ints
    """The roads by their arc, rising within an arc, shape (roads but loops,)."""


@part
def longer(column: Ints, room: int) -> Ints:
    """Copy a column into one with more room."""
    copy = np.empty(room, np.int32)
    # Element by element: an assignment of slices takes seconds to compile.
    for k in range(column.shape[0]):
        copy[k] = column[k]
    return copy


@part
def copy_row(source: Ints, row: int, into: Ints, at: int) -> None:
    """Copy a row of a table into one of another, element by element for the same reason.

    Parameters
    ----------
    source, row
        Table, shape (rows, columns), and row to copy from.
    into, at
        Table, shape (rows, columns), and row to copy into.
    """
    for column in range(source.shape[1]):
        into[at, column] = source[row, column]


@part
def _put_sorted(found: Ints, count: int, column: Ints, at: int) -> None:
    """Put the first so many numbers into a column from a position on, rising: a few runs as a rule.

    numpy's sort takes seconds to compile.
    """
    for k in range(count):
        to = at + k
        while to > at and column[to - 1] > found[k]:
            column[to] = column[to - 1]
            to -= 1
        column[to] = found[k]


@part
def turn_round(column: Ints, begin: int, end: int) -> None:
    """Turn round the order of a stretch of a column."""
    while begin < end - 1:
        end -= 1
        column[begin], column[end] = column[end], column[begin]
        begin += 1


@compiled
def contract(first_out: Ints, head: Ints, order: Ints, rank: Ints) -> Chordal:
    """Build the chordal graph.

    Parameters
    ----------
    first_out, head
        Neighbours of each node, both directions of every road, shapes (nodes + 1,) and (2 arcs,).
    order, rank
        Node at each rank, and rank of each node, shape (nodes,).
    """
    nodes = rank.shape[0]
    up_first = np.zeros(nodes + 1, np.int32)
    room = 2 * head.shape[0] + nodes + 16
    up_head = np.empty(room, np.int32)
    parent = np.full(nodes, -1, np.int32)
    first_child = np.full(nodes, -1, np.int32)
    next_child = np.full(nodes, -1, np.int32)
    seen_by = np.full(nodes, -1, np.int32)
    found = np.empty(nodes, np.int32)
    used = 0
    for low in range(nodes):
        count = 0
        node = order[low]
        for k in range(first_out[node], first_out[node + 1]):
            high = rank[head[k]]
            if high > low and seen_by[high] != low:
                seen_by[high] = low
                found[count] = high
                count += 1
        child = first_child[low]
        while child >= 0:
            for k in range(up_first[child], up_first[child + 1]):
                high = up_head[k]
                if high > low and seen_by[high] != low:
                    seen_by[high] = low
                    found[count] = high
                    count += 1
            child = next_child[child]
        while used + count > room:
            room *= 2
            up_head = longer(up_head, room)
        _put_sorted(found, count, up_head, used)
        if count:
            parent[low] = up_head[used]
            next_child[low] = first_child[parent[low]]
            first_child[parent[low]] = low
        used += count
        up_first[low + 1] = used
    up_tail = np.empty(used, np.int32)
    for low in range(nodes):
        for k in range(up_first[low], up_first[low + 1]):
            up_tail[k] = low
    down_first = np.zeros(nodes + 1, np.int32)
    for k in range(used):
        down_first[up_head[k] + 1] += 1
    for high in range(nodes):
        down_first[high + 1] += down_first[high]
    fill = down_first[:nodes].copy()
    down_arc = np.empty(used, np.int32)
    for k in range(used):
        down_arc[fill[up_head[k]]] = k
        fill[up_head[k]] += 1
    return Chordal(up_first, up_head[:used].copy(), up_tail, parent, down_first, down_arc)


@part
def find_arc(graph: Chordal, low: int, high: int) -> int:
    """Arc between two ranks, or -1."""
    begin = graph.up_first[low]
    end = graph.up_first[low + 1]
    while begin < end:
        middle = (begin + end) >> 1
        if graph.up_head[middle] < high:
            begin = middle + 1
        else:
            end = middle
    if begin < graph.up_first[low + 1] and graph.up_head[begin] == high:
        return int(begin)
    return -1


@compiled
def place_roads(graph: Chordal, tail: Ints, head: Ints, rank: Ints) -> RoadsOnArcs:
    """Find the arc of the chordal graph that each road belongs to.

    Parameters
    ----------
    graph
        The chordal graph.
    tail, head
        Nodes at the ends of each road, shape (roads,).
    rank
        Rank of each node, shape (nodes,).
    """
    roads, arcs = tail.shape[0], graph.up_head.shape[0]
    arc, is_up = np.empty(roads, np.int32), np.empty(roads, np.bool_)
    first = np.zeros(arcs + 1, np.int32)
    for k in range(roads):
        one, other = rank[tail[k]], rank[head[k]]
        is_up[k] = one < other
        arc[k] = -1 if one == other else find_arc(graph, min(one, other), max(one, other))
        if arc[k] >= 0:
            first[arc[k] + 1] += 1
    for a in range(arcs):
        first[a + 1] += first[a]
    fill, road = first[:arcs].copy(), np.empty(first[arcs], np.int32)
    for k in range(roads):
        if arc[k] >= 0:
            road[fill[arc[k]]] = k
            fill[arc[k]] += 1
    return RoadsOnArcs(arc, is_up, first, road)


@compiled
def above(graph: Chordal, targets: Ints) -> Ints:
    """Ranks from which the targets can be entered from above, higher ones first.

    Parameters
    ----------
    graph
        The chordal graph.
    targets
        Ranks, shape (targets,).

    Returns
    -------
    ndarray
        The targets and all that is reached by going from parent to parent; every rank stands
        behind its parent.
    """
    nodes = graph.parent.shape[0]
    inside = np.zeros(nodes, np.bool_)
    ranks = np.empty(nodes, np.int32)
    count = 0
    for target in targets:
        rank = target
        begin = count
        while rank >= 0 and not inside[rank]:
            inside[rank] = True
            ranks[count] = rank
            count += 1
            rank = graph.parent[rank]
        turn_round(ranks, begin, count)
    return ranks[:count].copy()
