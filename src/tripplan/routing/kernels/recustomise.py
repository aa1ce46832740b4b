"""Compiled: costs of a hierarchy after some roads have changed.

Only the arcs whose cheapest way changes are worked out anew, from lower to higher ranks.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, RoadsOnArcs, copy_row, find_arc
from tripplan.routing.kernels.customise import (
    COLUMNS,
    MOST_WEIGHT,
    NO_WAY,
    Costs,
    Roads32,
    link_into,
)
from tripplan.routing.kernels.heap import heap_pop, heap_push


class _Queue(NamedTuple):
    """Arcs that wait to be worked out anew, those with lower ends first."""

    waiting: Flags
    keys: Floats
    items: Ints
    size: Longs


@part
def _queue_of(graph: Chordal, placed: RoadsOnArcs, changed: Ints) -> _Queue:
    """Queue the arcs of roads that have changed."""
    arcs = graph.up_head.shape[0]
    queue = _Queue(
        np.zeros(arcs, np.bool_), np.empty(arcs + 8), np.empty(arcs + 8, np.int32),
        np.zeros(1, np.int64),
    )  # fmt: skip
    for road in changed:
        _push(graph, queue, placed.arc[road])
    return queue


@part
def _push(graph: Chordal, queue: _Queue, arc: int) -> None:
    """Queue an arc unless it waits already."""
    if arc >= 0 and not queue.waiting[arc]:
        queue.waiting[arc] = True
        key = float(graph.up_tail[arc])
        queue.size[0] = heap_push(queue.keys, queue.items, int(queue.size[0]), key, arc)


@part
def _pop(queue: _Queue) -> int:
    """Take the next arc from the queue."""
    arc = int(queue.items[0])
    queue.size[0] = heap_pop(queue.keys, queue.items, int(queue.size[0]))
    queue.waiting[arc] = False
    return arc


@part
def _wake(graph: Chordal, queue: _Queue, arc: int) -> None:
    """Queue the arcs that may lead over a changed one."""
    low, high = graph.up_tail[arc], graph.up_head[arc]
    for k in range(graph.up_first[low], graph.up_first[low + 1]):
        end = graph.up_head[k]
        if end != high:
            _push(graph, queue, find_arc(graph, min(high, end), max(high, end)))


@part
def _recompute(
    graph: Chordal,
    placed: RoadsOnArcs,
    roads: Roads32,
    sides: tuple[Costs, Costs],
    arc: int,
    upward: bool,
    full_mwh: int,
    scratch: Ints,
) -> bool:
    """Work out an arc in one direction anew; whether it changed."""
    up, down = sides
    low, high = graph.up_tail[arc], graph.up_head[arc]
    best = NO_WAY
    for k in range(placed.first[arc], placed.first[arc + 1]):
        road = placed.road[k]
        if placed.is_up[road] == upward and roads.weight[road] < best:
            best = roads.weight[road]
            copy_row(roads.values, road, scratch, 0)
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
        copy_row(scratch, 0, side.values, arc)
    side.weight[arc] = best
    return not same


@compiled
def recustomise(
    graph: Chordal,
    placed: RoadsOnArcs,
    roads: Roads32,
    sides: tuple[Costs, Costs],
    changed: Ints,
    full_mwh: int,
) -> int:
    """Bring costs in line with roads of which some have changed; returns how many arcs did.

    Parameters
    ----------
    graph, placed
        The chordal graph, and which roads its arcs stand for.
    roads
        The roads as they are now.
    sides
        Costs of travel up and down; changed in place.
    changed
        Roads whose costs have changed, shape (changed,).
    full_mwh
        As in `customise`.
    """
    queue = _queue_of(graph, placed, changed)
    scratch = np.zeros((1, COLUMNS), np.int32)
    count = 0
    while queue.size[0] > 0:
        arc, differs = _pop(queue), False
        for upward in (True, False):
            differs |= _recompute(graph, placed, roads, sides, arc, upward, full_mwh, scratch)
        if differs:
            count += 1
            _wake(graph, queue, arc)
    return count


@compiled
def recustomise_scalarized(
    graph: Chordal,
    placed: RoadsOnArcs,
    weight: Ints,
    sides: tuple[Ints, Ints],
    changed: Ints,
) -> int:
    """Do the same for scalarized weights; returns how many arcs did change.

    Parameters
    ----------
    graph, placed, changed
        As in `recustomise`.
    weight
        Weights of the roads as they are now, shape (roads, weightings).
    sides
        Weights of travel up and down, shape (arcs, weightings) each; changed in place.
    """
    up, down = sides
    weightings = up.shape[1]
    queue = _queue_of(graph, placed, changed)
    fresh = np.empty((2, weightings), np.int32)
    count = 0
    while queue.size[0] > 0:
        arc = _pop(queue)
        low, high = graph.up_tail[arc], graph.up_head[arc]
        fresh[:] = MOST_WEIGHT
        for k in range(placed.first[arc], placed.first[arc + 1]):
            road = placed.road[k]
            side = 0 if placed.is_up[road] else 1
            for weighting in range(weightings):
                fresh[side, weighting] = min(fresh[side, weighting], weight[road, weighting])
        for k in range(graph.down_first[low], graph.down_first[low + 1]):
            to_low = graph.down_arc[k]
            to_high = find_arc(graph, graph.up_tail[to_low], high)
            if to_high < 0:
                continue
            for w in range(weightings):
                fresh[0, w] = min(fresh[0, w], down[to_low, w] + up[to_high, w])
                fresh[1, w] = min(fresh[1, w], down[to_high, w] + up[to_low, w])
        same = True
        for w in range(weightings):
            same = same and fresh[0, w] == up[arc, w] and fresh[1, w] == down[arc, w]
        copy_row(fresh, 0, up, arc)
        copy_row(fresh, 1, down, arc)
        if not same:
            count += 1
            _wake(graph, queue, arc)
    return count
