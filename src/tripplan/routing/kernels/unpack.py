"""Compiled: from arcs of the chordal graph back to roads."""

import numpy as np

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, RoadsOnArcs, find_arc, longer
from tripplan.routing.kernels.customise import COLUMNS, NO_WAY, Costs, Roads32, link_into


@part
def _same(one: Ints, row: int, other: Ints, at: int) -> bool:
    for k in range(COLUMNS):  # noqa: SIM110 - compiled
        if one[row, k] != other[at, k]:
            return False
    return True


@part
def _road_of(placed: RoadsOnArcs, roads: Roads32, arc: int, upward: bool, side: Costs) -> int:
    """Road on an arc that costs just what the arc does, or -1."""
    for k in range(placed.first[arc], placed.first[arc + 1]):
        road = placed.road[k]
        if (
            placed.is_up[road] == upward
            and roads.weight[road] == side.weight[arc]
            and _same(roads.values, road, side.values, arc)
        ):
            return int(road)
    return -1


@compiled
def unpack(
    graph: Chordal,
    placed: RoadsOnArcs,
    roads: Roads32,
    sides: tuple[Costs, Costs],
    full_mwh: int,
    ranks: Ints,
) -> Ints:
    """Roads of a way that is given by the ranks at the ends of its arcs.

    An arc is either a road or two arcs over a lower rank whose sum it is; sums of whole numbers
    tell which.

    Parameters
    ----------
    graph, placed, roads
        The chordal graph, the roads that its arcs stand for, and what these cost.
    sides
        Costs of travel up and down the arcs.
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
        stack[size, 0], stack[size, 1] = ranks[k], ranks[k + 1]
        size += 1
    while size > 0:
        size -= 1
        start, end = stack[size, 0], stack[size, 1]
        upward, arc = start < end, find_arc(graph, min(start, end), max(start, end))
        road = _road_of(placed, roads, arc, upward, sides[0] if upward else sides[1])
        if road >= 0:
            if count == found.shape[0]:
                found = longer(found, 2 * count)
            found[count] = road
            count += 1
            continue
        middle = _middle(graph, sides, arc, upward, full_mwh, scratch)
        if middle < 0:
            return np.empty(0, np.int32)
        stack[size, 0], stack[size, 1] = middle, end
        stack[size + 1, 0], stack[size + 1, 1] = start, middle
        size += 2
    return found[:count].copy()


@part
def _middle(
    graph: Chordal,
    sides: tuple[Costs, Costs],
    arc: int,
    upward: bool,
    full_mwh: int,
    scratch: Ints,
) -> int:
    """Rank below both ends over which an arc was made, or -1."""
    up, down = sides
    side = up if upward else down
    low, high = graph.up_tail[arc], graph.up_head[arc]
    for k in range(graph.down_first[low], graph.down_first[low + 1]):
        to_low = graph.down_arc[k]
        middle = graph.up_tail[to_low]
        to_high = find_arc(graph, middle, high)
        if to_high < 0:
            continue
        first, second = (to_low, to_high) if upward else (to_high, to_low)
        if down.weight[first] == NO_WAY or up.weight[second] == NO_WAY:
            continue
        if down.weight[first] + up.weight[second] == side.weight[arc]:
            link_into(down.values, first, up.values, second, full_mwh, scratch, 0)
            if _same(scratch, 0, side.values, arc):
                return int(middle)
    return -1
