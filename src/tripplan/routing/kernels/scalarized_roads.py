"""Compiled: the roads of the drive that has the least weight in one weighting.

Scalarized weights stand alone, so the way between two nodes is found anew: both ends climb, and
where they meet at the least sum the way is read backwards, each of its arcs being a road or two
arcs over a lower rank whose sum it is.
"""

import numpy as np

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, find_arc, longer, turn_round
from tripplan.routing.kernels.customise import MOST_WEIGHT


@part
def _climbed(graph: Chordal, side: Ints, weighting: int, start: int) -> tuple[Ints, Ints]:
    """Least weight from a rank to each one above it, and the rank before; others hold anything."""
    nodes = graph.parent.shape[0]
    weight, before = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    rank = start
    while rank >= 0:
        weight[rank], before[rank] = MOST_WEIGHT, -1
        rank = graph.parent[rank]
    weight[start] = 0
    rank = start
    while rank >= 0:
        for arc in range(graph.up_first[rank], graph.up_first[rank + 1]):
            there = graph.up_head[arc]
            if weight[rank] + side[arc, weighting] < weight[there]:
                weight[there] = weight[rank] + side[arc, weighting]
                before[there] = rank
        rank = graph.parent[rank]
    return weight, before


@part
def _ranks_between(
    graph: Chordal, up: Ints, down: Ints, weighting: int, start: int, end: int
) -> Ints:
    """Ranks at the ends of the arcs of the least way; empty where there is none."""
    from_start, before = _climbed(graph, up, weighting, start)
    to_end, after = _climbed(graph, down, weighting, end)
    # The ranks above both are all that lie above the first one on both climbs.
    ranks = np.empty(64, np.int32)
    one, other = start, end
    while one != other and one >= 0 and other >= 0:
        if one < other:
            one = graph.parent[one]
        else:
            other = graph.parent[other]
    if one != other:
        return ranks[:0].copy()
    least, top, rank = MOST_WEIGHT, -1, one
    while rank >= 0:
        if from_start[rank] + to_end[rank] < least:
            least, top = from_start[rank] + to_end[rank], rank
        rank = graph.parent[rank]
    count = 0
    rank = top
    while rank >= 0:
        if count == ranks.shape[0]:
            ranks = longer(ranks, 2 * count)
        ranks[count] = rank
        count += 1
        rank = before[rank]
    turn_round(ranks, 0, count)
    rank = after[top] if top >= 0 else -1
    while rank >= 0:
        if count == ranks.shape[0]:
            ranks = longer(ranks, 2 * count)
        ranks[count] = rank
        count += 1
        rank = after[rank]
    return ranks[:count].copy()


@compiled
def scalarized_roads(
    graph: Chordal,
    up: Ints,
    down: Ints,
    weight: Ints,
    weighting: int,
    first_out: Ints,
    head: Ints,
    order: Ints,
    start: int,
    end: int,
) -> Ints:
    """Roads from a rank to another with the least weight in a weighting; empty: there are none.

    Parameters
    ----------
    graph, up, down
        The hierarchy with its weights, shape (arcs, weightings).
    weight, first_out, head
        Weights of the roads, shape (roads, weightings), and the roads as a forward star.
    weighting
        Which weighting.
    order
        Node at each rank, shape (nodes,).
    start, end
        Ranks.
    """
    ranks = _ranks_between(graph, up, down, weighting, start, end)
    found = np.empty(64, np.int32)
    count = 0
    stack = np.empty((2 * ranks.shape[0] + 4096, 2), np.int32)
    size = 0
    for k in range(ranks.shape[0] - 2, -1, -1):
        stack[size, 0], stack[size, 1] = ranks[k], ranks[k + 1]
        size += 1
    while size > 0:
        size -= 1
        one, other = stack[size, 0], stack[size, 1]
        low, high = min(one, other), max(one, other)
        side = up if one < other else down
        wanted = side[find_arc(graph, low, high), weighting]
        road, middle = -1, -1
        for k in range(first_out[order[one]], first_out[order[one] + 1]):
            if head[k] == order[other] and weight[k, weighting] == wanted:
                road = k
                break
        if road >= 0:
            if count == found.shape[0]:
                found = longer(found, 2 * count)
            found[count] = road
            count += 1
            continue
        for k in range(graph.down_first[low], graph.down_first[low + 1]):
            to_low = graph.down_arc[k]
            to_high = find_arc(graph, graph.up_tail[to_low], high)
            if to_high >= 0:
                first = to_low if one == low else to_high
                second = to_high if one == low else to_low
                if down[first, weighting] + up[second, weighting] == wanted:
                    middle = graph.up_tail[to_low]
                    break
        if middle < 0:
            return found[:0].copy()
        stack[size, 0], stack[size, 1] = middle, other
        stack[size + 1, 0], stack[size + 1, 1] = one, middle
        size += 2
    return found[:count].copy()
