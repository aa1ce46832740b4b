"""Compiled: the part of a hierarchy that a fixed set of targets needs, close together in memory.

The ranks from which the targets can be entered are renumbered in the order of the sweep, and the
costs of their arcs copied in that order, so that a sweep reads memory from front to back [1]_.

References
----------
.. [1] D. Delling, A. Goldberg, R. Werneck, "Faster batched shortest paths in road networks",
   ATMOS 2011.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, copy_row
from tripplan.routing.kernels.customise import (
    COLUMNS,
    COST,
    DROP,
    LANE_MOST,
    NEED,
    NO_WAY,
    TIME,
    Costs,
    link_into,
)
from tripplan.routing.kernels.phast import SweepWork, clear_climb, climb_from


class Compact(NamedTuple):
    """Selected ranks, higher ones first, and their arcs upwards."""

    ranks: Ints
    """Shape (selected,)."""
    place: Ints
    """Place of each rank in ``ranks``, -1 where it is not selected, shape (nodes,)."""
    first: Ints
    """First arc of each place, shape (selected + 1,)."""
    head: Ints
    """Place of each arc's upper end, shape (arcs,)."""
    arc: Ints
    """The arc of the hierarchy, shape (arcs,)."""


@compiled
def compacted(graph: Chordal, selection: Ints) -> Compact:
    """Copy the part of the graph that a selection by `above` needs."""
    place = np.full(graph.parent.shape[0], -1, np.int32)
    first = np.zeros(selection.shape[0] + 1, np.int32)
    for k in range(selection.shape[0]):
        rank = selection[k]
        place[rank] = k
        first[k + 1] = first[k] + graph.up_first[rank + 1] - graph.up_first[rank]
    head = np.empty(first[-1], np.int32)
    arc = np.empty(first[-1], np.int32)
    for k in range(selection.shape[0]):
        at = first[k]
        for a in range(graph.up_first[selection[k]], graph.up_first[selection[k] + 1]):
            head[at] = place[graph.up_head[a]]
            arc[at] = a
            at += 1
    return Compact(selection, place, first, head, arc)


@compiled
def leading_to(graph: Chordal, part: Compact, targets: Ints) -> NDArray[np.bool_]:
    """Which places a sweep to some of the targets needs, shape (selected,)."""
    found = np.zeros(part.ranks.shape[0], np.bool_)
    for target in targets:
        place = target
        while not found[place]:
            found[place] = True
            above = graph.parent[part.ranks[place]]
            if above < 0:
                break
            place = part.place[above]
    return found


@compiled
def needed(part: Compact, up: Ints, down: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which arcs are quickest in some lane; the others need not be looked at in a sweep.

    Parameters
    ----------
    part
        Selected ranks and their arcs.
    up, down
        Weights of travel along the arcs in their order, shape (arcs, lanes); spoilt.

    Returns
    -------
    tuple of ndarray
        For travel up and down, shape (arcs,).
    """
    first, head = part.first, part.head
    arcs, lanes = up.shape
    keeps_up, keeps_down = np.zeros(arcs, np.bool_), np.zeros(arcs, np.bool_)
    arc_to = np.full(part.ranks.shape[0], -1, np.int32)
    slower_up, slower_down = np.zeros((arcs, lanes), np.bool_), np.zeros((arcs, lanes), np.bool_)
    for k in range(part.ranks.shape[0]):
        for one in range(first[k], first[k + 1]):
            arc_to[head[one]] = one
        for one in range(first[k], first[k + 1]):
            for across in range(first[head[one]], first[head[one] + 1]):
                other = arc_to[head[across]]
                if other < 0:
                    continue
                for lane in range(lanes):
                    weight = np.int32(up[other, lane] + down[across, lane])
                    slower_up[one, lane] |= weight < up[one, lane]
                    up[one, lane] = min(up[one, lane], weight)
                    weight = np.int32(up[one, lane] + up[across, lane])
                    slower_up[other, lane] |= weight < up[other, lane]
                    up[other, lane] = min(up[other, lane], weight)
                    weight = np.int32(down[other, lane] + up[across, lane])
                    slower_down[one, lane] |= weight < down[one, lane]
                    down[one, lane] = min(down[one, lane], weight)
                    weight = np.int32(down[one, lane] + down[across, lane])
                    slower_down[other, lane] |= weight < down[other, lane]
                    down[other, lane] = min(down[other, lane], weight)
        for one in range(first[k], first[k + 1]):
            arc_to[head[one]] = -1
            for lane in range(lanes):
                keeps_up[one] |= not slower_up[one, lane] and up[one, lane] < LANE_MOST
                keeps_down[one] |= not slower_down[one, lane] and down[one, lane] < LANE_MOST
    return keeps_up, keeps_down


@compiled
def thinned(part: Compact, kept: NDArray[np.bool_]) -> Compact:
    """Leave out arcs; returns the part over the others, in the same order."""
    before = np.zeros(kept.shape[0] + 1, np.int32)
    for a in range(kept.shape[0]):
        before[a + 1] = before[a] + kept[a]
    return Compact(part.ranks, part.place, before[part.first], part.head[kept], part.arc[kept])


@compiled
def distinct(values: Ints) -> tuple[Ints, Ints, Ints]:
    """Drop the drives that another of the same stop makes superfluous.

    Parameters
    ----------
    values
        Values of drives by metric, time -1 where there is none, shape (metrics, stops, 5).

    Returns
    -------
    tuple of ndarray
        Stop, metric and values of those that are left, by stop and then by time; shape (drives,),
        (drives,) and (drives, 5).
    """
    metrics, stops = values.shape[:2]
    stop = np.empty(metrics * stops, np.int32)
    metric = np.empty(metrics * stops, np.int32)
    found = np.empty((metrics * stops, COLUMNS), np.int32)
    used = 0
    for s in range(stops):
        begin = used
        for _ in range(metrics):
            # The next one by time and need, unless an earlier one is as good.
            best = -1
            for m in range(metrics):
                if values[m, s, TIME] >= 0 and (
                    best < 0
                    or values[m, s, TIME] < values[best, s, TIME]
                    or (
                        values[m, s, TIME] == values[best, s, TIME]
                        and values[m, s, NEED] < values[best, s, NEED]
                    )
                ):
                    superfluous = False
                    for k in range(begin, used):
                        superfluous |= metric[k] == m or (
                            found[k, NEED] <= values[m, s, NEED]
                            and found[k, COST] <= values[m, s, COST]
                            and found[k, DROP] <= values[m, s, DROP]
                            and found[k, TIME] <= values[m, s, TIME]
                        )
                    if not superfluous:
                        best = m
            if best < 0:
                break
            stop[used] = s
            metric[used] = best
            copy_row(values[best], s, found, used)
            used += 1
    return stop[:used].copy(), metric[:used].copy(), found[:used].copy()


@part
def _link(
    values: Ints,
    above: int,
    arcs: Ints,
    arc: int,
    full_mwh: int,
    forward: bool,
    scratch: Ints,
) -> None:
    """Prolong the way to the place above by an arc, at its end or, backward, at its start."""
    if forward:
        link_into(values, above, arcs, arc, full_mwh, scratch, 0)
    else:
        link_into(arcs, arc, values, above, full_mwh, scratch, 0)


@compiled
def compact_ways(
    graph: Chordal,
    part: Compact,
    climb: Costs,
    descend: Costs,
    source: int,
    targets: Ints,
    within: NDArray[np.bool_],
    full_mwh: int,
    forward: bool,
    work: SweepWork,
) -> Ints:
    """Values of the cheapest drivable ways to targets, as `sweep.ways`, shape (targets, 5).

    ``descend`` are costs in the order of the part's arcs; ``targets`` are places; ``within`` says
    which places a full battery could reach at all.
    """
    climb_from(graph, climb, source, full_mwh, forward, work)
    selected = part.ranks.shape[0]
    reached = np.full(selected, NO_WAY, np.int64)
    values = np.empty((selected, COLUMNS), np.int32)
    rank = source
    while rank >= 0:
        k = part.place[rank]
        if k >= 0:
            reached[k] = work.weight[rank]
            copy_row(work.values, rank, values, k)
        rank = graph.parent[rank]
    clear_climb(graph, source, work)
    first, head, weight = part.first, part.head, descend.weight
    scratch = np.zeros((1, COLUMNS), np.int32)
    for k in range(selected):
        if not within[k]:
            continue
        # Mostly the least of all ways can be driven; then only that one has to be linked.
        least, best = reached[k], -1
        for a in range(first[k], first[k + 1]):
            if reached[head[a]] + weight[a] < least:
                least, best = reached[head[a]] + weight[a], a
        if best < 0:
            continue
        _link(values, head[best], descend.values, best, full_mwh, forward, scratch)
        if scratch[0, NEED] > full_mwh:
            least = reached[k]
            for a in range(first[k], first[k + 1]):
                if reached[head[a]] + weight[a] < least:
                    _link(values, head[a], descend.values, a, full_mwh, forward, scratch)
                    if scratch[0, NEED] <= full_mwh:
                        least = reached[head[a]] + weight[a]
                        copy_row(scratch, 0, values, k)
        else:
            copy_row(scratch, 0, values, k)
        reached[k] = least
    found = np.empty((targets.shape[0], COLUMNS), np.int32)
    for t in range(targets.shape[0]):
        for column in range(COLUMNS):
            found[t, column] = values[targets[t], column] if reached[targets[t]] < NO_WAY else -1
    return found


@compiled
def compact_lanes(
    graph: Chordal,
    part: Compact,
    climb: Ints,
    descend: Ints,
    source: int,
    targets: Ints,
    work: Ints,
) -> tuple[Ints, Ints]:
    """Least weights in every lane at targets, as `sweep.lane_weights`, shape (targets, lanes).

    ``descend`` are weights in the order of the part's arcs; ``targets`` are places; ``work`` has
    room for all nodes.  Also returns those of the last lane at all places, shape (selected,).
    """
    lanes = climb.shape[1]
    selected = part.ranks.shape[0]
    least = np.full((selected, lanes), LANE_MOST, np.int32)
    rank = source
    while rank >= 0:
        work[rank] = LANE_MOST
        rank = graph.parent[rank]
    work[source] = 0
    rank = source
    while rank >= 0:
        for a in range(graph.up_first[rank], graph.up_first[rank + 1]):
            there = graph.up_head[a]
            for lane in range(lanes):
                weight = np.int32(work[rank, lane] + climb[a, lane])
                work[there, lane] = min(work[there, lane], weight)
        if part.place[rank] >= 0:
            copy_row(work, rank, least, part.place[rank])
        rank = graph.parent[rank]
    first, head = part.first, part.head
    for k in range(selected):
        for a in range(first[k], first[k + 1]):
            h = head[a]
            for lane in range(lanes):
                weight = np.int32(least[h, lane] + descend[a, lane])
                least[k, lane] = min(least[k, lane], weight)
    found = np.empty((targets.shape[0], lanes), np.int32)
    for t in range(targets.shape[0]):
        copy_row(least, targets[t], found, t)
    return found, least[:, lanes - 1].copy()
