"""Compiled: from arcs of the chordal graph back to roads."""

import numpy as np

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, find_arc, longer
from tripplan.routing.kernels.customise import COLUMNS, NO_WAY, Costs, Roads32, link_into


@part
def _same(one: Ints, row: int, other: Ints, at: int) -> bool:
    for k in range(COLUMNS):  # noqa: SIM110 - compiled
        if one[row, k] != other[at, k]:
            return False
    return True


@part
def _road_between(
    roads: Roads32, first_out: Ints, head: Ints, tail: int, to: int, side: Costs, arc: int
) -> int:
    """Road from a node to another that costs just this, or -1."""
    for road in range(first_out[tail], first_out[tail + 1]):
        if (
            head[road] == to
            and roads.weight[road] == side.weight[arc]
            and _same(roads.values, road, side.values, arc)
        ):
            return road
    return -1


@compiled
def unpack(
    graph: Chordal,
    up: Costs,
    down: Costs,
    roads: Roads32,
    first_out: Ints,
    head: Ints,
    order: Ints,
    full_mwh: int,
    ranks: Ints,
) -> Ints:
    """Roads of a way that is given by the ranks at the ends of its arcs.

    An arc is either a road or two arcs over a lower rank whose sum it is; sums of whole numbers
    tell which.

    Parameters
    ----------
    graph, up, down
        The hierarchy with its costs.
    roads, first_out, head
        The roads with their costs as a forward star, shapes (nodes + 1,) and (roads,).
    order
        Node at each rank, shape (nodes,).
    full_mwh
        As in `customise`.
    ranks
        As `way_ranks` returns them.
    """
    found = np.empty(64, np.int32)
    count = 0
    scratch = np.zeros((1, COLUMNS), np.int32)
    stack = np.empty((2 * ranks.shape[0] + 4096, 2), np.int32)
    size = 0
    for k in range(ranks.shape[0] - 2, -1, -1):
        stack[size, 0] = ranks[k]
        stack[size, 1] = ranks[k + 1]
        size += 1
    while size > 0:
        size -= 1
        start = stack[size, 0]
        end = stack[size, 1]
        a = find_arc(graph, min(start, end), max(start, end))
        side = up if start < end else down
        road = _road_between(roads, first_out, head, order[start], order[end], side, a)
        if road >= 0:
            if count == found.shape[0]:
                found = longer(found, 2 * count)
            found[count] = road
            count += 1
            continue
        middle = _middle(graph, up, down, start, end, side, a, full_mwh, scratch)
        if middle < 0:
            return np.empty(0, np.int32)
        stack[size, 0] = middle
        stack[size, 1] = end
        stack[size + 1, 0] = start
        stack[size + 1, 1] = middle
        size += 2
    return found[:count].copy()


@part
def _middle(
    graph: Chordal,
    up: Costs,
    down: Costs,
    start: int,
    end: int,
    side: Costs,
    arc: int,
    full_mwh: int,
    scratch: Ints,
) -> int:
    """Rank below both ends over which the arc between them was made, or -1."""
    low = min(start, end)
    high = max(start, end)
    for k in range(graph.down_first[low], graph.down_first[low + 1]):
        middle = graph.up_tail[graph.down_arc[k]]
        to_low = graph.down_arc[k]
        to_high = find_arc(graph, middle, high)
        if to_high < 0:
            continue
        first = to_low if start == low else to_high
        second = to_high if start == low else to_low
        if down.weight[first] == NO_WAY or up.weight[second] == NO_WAY:
            continue
        if down.weight[first] + up.weight[second] == side.weight[arc]:
            link_into(down.values, first, up.values, second, full_mwh, scratch, 0)
            if _same(scratch, 0, side.values, arc):
                return int(middle)
    return -1
