"""Compiled: costs of a hierarchy after some roads have changed.

Only the arcs whose cheapest way changes are worked out anew, from lower to higher ranks.
"""

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, find_arc
from tripplan.routing.kernels.customise import (
    COLUMNS,
    MOST_WEIGHT,
    NO_WAY,
    Costs,
    Roads32,
    link_into,
)
from tripplan.routing.kernels.heap import heap_pop, heap_push


@part
def _from_roads(
    roads: Roads32,
    first: Ints,
    listed: Ints,
    is_up: NDArray[np.bool_],
    arc: int,
    upward: bool,
    scratch: Ints,
) -> int:
    """Write the cheapest road of an arc in one direction into row 0; returns its weight."""
    best = NO_WAY
    for k in range(first[arc], first[arc + 1]):
        road = listed[k]
        if is_up[road] == upward and roads.weight[road] < best:
            best = roads.weight[road]
            for column in range(COLUMNS):
                scratch[0, column] = roads.values[road, column]
    return int(best)


@part
def _recompute(
    graph: Chordal,
    roads: Roads32,
    first: Ints,
    listed: Ints,
    is_up: NDArray[np.bool_],
    up: Costs,
    down: Costs,
    arc: int,
    upward: bool,
    full_mwh: int,
    scratch: Ints,
) -> bool:
    """Work out an arc in one direction anew; whether it changed."""
    low, high = graph.up_tail[arc], graph.up_head[arc]
    best = _from_roads(roads, first, listed, is_up, arc, upward, scratch)
    for k in range(graph.down_first[low], graph.down_first[low + 1]):
        to_low = graph.down_arc[k]
        to_high = find_arc(graph, graph.up_tail[to_low], high)
        if to_high < 0:
            continue
        one, other = (to_low, to_high) if upward else (to_high, to_low)
        if down.weight[one] == NO_WAY or up.weight[other] == NO_WAY:
            continue
        weight = down.weight[one] + up.weight[other]
        if weight < best:
            best = weight
            link_into(down.values, one, up.values, other, full_mwh, scratch, 0)
    side = up if upward else down
    same = side.weight[arc] == best
    if best < NO_WAY:
        for column in range(COLUMNS):
            same = same and side.values[arc, column] == scratch[0, column]
            side.values[arc, column] = scratch[0, column]
    side.weight[arc] = best
    return not same


@part
def _queue(
    graph: Chordal,
    arc: int,
    waiting: NDArray[np.bool_],
    keys: NDArray[np.float64],
    items: Ints,
    size: int,
) -> int:
    """Queue an arc by its lower end unless it waits already; returns the size of the queue."""
    if arc < 0 or waiting[arc]:
        return size
    waiting[arc] = True
    return heap_push(keys, items, size, float(graph.up_tail[arc]), arc)


@compiled
def recustomise(
    graph: Chordal,
    roads: Roads32,
    arc_of: Ints,
    first: Ints,
    listed: Ints,
    is_up: NDArray[np.bool_],
    up: Costs,
    down: Costs,
    changed: Ints,
    full_mwh: int,
) -> int:
    """Bring costs in line with roads of which some have changed; returns how many arcs did.

    Parameters
    ----------
    graph
        The chordal graph.
    roads, arc_of, is_up
        The roads as they are now, the arc of each, and whether it leads up, shape (roads,).
    first, listed
        Roads of each arc: ``listed[first[arc]:first[arc + 1]]``, shapes (arcs + 1,) and (roads but
        loops,).
    up, down
        Costs of travel up and down; changed in place.
    changed
        Roads whose costs have changed, shape (changed,).
    full_mwh
        As in `customise`.
    """
    arcs = graph.up_head.shape[0]
    waiting = np.zeros(arcs, np.bool_)
    keys = np.empty(arcs + 8)
    items = np.empty(arcs + 8, np.int32)
    scratch = np.zeros((1, COLUMNS), np.int32)
    size = 0
    for road in changed:
        size = _queue(graph, arc_of[road], waiting, keys, items, size)
    count = 0
    while size > 0:
        arc = items[0]
        size = heap_pop(keys, items, size)
        waiting[arc] = False
        one = _recompute(graph, roads, first, listed, is_up, up, down, arc, True, full_mwh, scratch)
        other = _recompute(
            graph, roads, first, listed, is_up, up, down, arc, False, full_mwh, scratch
        )
        if not (one or other):
            continue
        count += 1
        size = _wake(graph, arc, waiting, keys, items, size)
    return count


@part
def _wake(
    graph: Chordal,
    arc: int,
    waiting: NDArray[np.bool_],
    keys: NDArray[np.float64],
    items: Ints,
    size: int,
) -> int:
    """Queue the arcs that may lead over a changed one; returns the size of the queue."""
    low, high = graph.up_tail[arc], graph.up_head[arc]
    for k in range(graph.up_first[low], graph.up_first[low + 1]):
        end = graph.up_head[k]
        if end == high:
            continue
        above = find_arc(graph, min(high, end), max(high, end))
        size = _queue(graph, above, waiting, keys, items, size)
    return size


@compiled
def recustomise_scalarized(
    graph: Chordal,
    weight: Ints,
    arc_of: Ints,
    first: Ints,
    listed: Ints,
    is_up: NDArray[np.bool_],
    up: Ints,
    down: Ints,
    changed: Ints,
) -> int:
    """Do the same for scalarized weights; returns how many arcs did change.

    Parameters
    ----------
    graph, arc_of, first, listed, is_up, changed
        As in `recustomise`.
    weight
        Weights of the roads as they are now, shape (roads, weightings).
    up, down
        Weights of travel up and down, shape (arcs, weightings); changed in place.
    """
    arcs, weightings = up.shape
    waiting = np.zeros(arcs, np.bool_)
    keys = np.empty(arcs + 8)
    items = np.empty(arcs + 8, np.int32)
    fresh = np.empty((2, weightings), np.int32)
    size = 0
    for road in changed:
        size = _queue(graph, arc_of[road], waiting, keys, items, size)
    count = 0
    while size > 0:
        arc = items[0]
        size = heap_pop(keys, items, size)
        waiting[arc] = False
        low, high = graph.up_tail[arc], graph.up_head[arc]
        fresh[:] = MOST_WEIGHT
        for k in range(first[arc], first[arc + 1]):
            side = 0 if is_up[listed[k]] else 1
            for weighting in range(weightings):
                fresh[side, weighting] = min(fresh[side, weighting], weight[listed[k], weighting])
        for k in range(graph.down_first[low], graph.down_first[low + 1]):
            to_low = graph.down_arc[k]
            to_high = find_arc(graph, graph.up_tail[to_low], high)
            if to_high < 0:
                continue
            for weighting in range(weightings):
                fresh[0, weighting] = min(
                    fresh[0, weighting], down[to_low, weighting] + up[to_high, weighting]
                )
                fresh[1, weighting] = min(
                    fresh[1, weighting], down[to_high, weighting] + up[to_low, weighting]
                )
        same = True
        for weighting in range(weightings):
            same = (
                same
                and fresh[0, weighting] == up[arc, weighting]
                and fresh[1, weighting] == down[arc, weighting]
            )
            up[arc, weighting] = fresh[0, weighting]
            down[arc, weighting] = fresh[1, weighting]
        if not same:
            count += 1
            size = _wake(graph, arc, waiting, keys, items, size)
    return count
