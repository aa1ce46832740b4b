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

from tripplan.search.kernels.contraction import Chordal
from tripplan.search.kernels.customise import (
    COLUMNS,
    LANE_MOST,
    NEED,
    NO_WAY,
    Costs,
    link_into,
)
from tripplan.search.kernels.jit import compiled
from tripplan.search.kernels.sweep import SweepWork, clear_climb, climb_from

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


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
            for column in range(COLUMNS):
                values[k, column] = work.values[rank, column]
        rank = graph.parent[rank]
    clear_climb(graph, source, work)
    first, head, weight = part.first, part.head, descend.weight
    scratch = np.zeros((1, COLUMNS), np.int32)
    for k in range(selected):
        if not within[k]:
            continue
        least = reached[k]
        for a in range(first[k], first[k + 1]):
            h = head[a]
            if reached[h] + weight[a] < least:
                if forward:
                    link_into(values, h, descend.values, a, full_mwh, scratch, 0)
                else:
                    link_into(descend.values, a, values, h, full_mwh, scratch, 0)
                if scratch[0, NEED] <= full_mwh:
                    least = reached[h] + weight[a]
                    for column in range(COLUMNS):
                        values[k, column] = scratch[0, column]
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
            least[part.place[rank]] = work[rank]
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
        found[t] = least[targets[t]]
    return found, least[:, lanes - 1].copy()
