"""Compiled: rows of several stops at once, over the part of a hierarchy that these stops need.

One sweep reads all arcs of the part for one source.  Here several sources stand side by side at
every place, so that an arc that was read serves them all; and one weighting is swept after the
other, so that its weights and the labels stay close to the processor.  What is found does not
depend on which sources stand beside each other.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Ints, Longs
from tripplan.physics.jit import compiled
from tripplan.routing.kernels.contraction import Chordal
from tripplan.routing.kernels.customise import (
    COLUMNS,
    CONSUMED,
    MIN_DEPARTURE,
    MOST_WEIGHT,
    NO_WAY,
    TIME,
    Lanes,
    link_rows,
    need_of_both,
)
from tripplan.routing.kernels.phast import Travel
from tripplan.routing.kernels.rphast import RestrictedGraph


class BatchWork(NamedTuple):
    """Room for a batch; what is in it between calls does not matter."""

    climbed: Ints
    """Least weights on the way up from one source, shape (selected, weightings)."""
    above: Ints
    """Places above each source, the lowest first, shape (sources, depth)."""
    depth: Ints
    """How many there are, shape (sources,)."""
    start: Ints
    """Least weights at these places, shape (sources, depth, weightings)."""
    least: Ints
    """Least weights in one weighting, shape (selected, sources)."""
    reached: Longs
    """Weights in one metric, shape (selected, sources)."""
    spent: Longs
    """Energy spent there [mWh], shape (selected, sources)."""
    values: Ints
    """Values there, shape (selected x sources, 5)."""


def new_batch_work(selected: int, depth: int, weightings: int, sources: int) -> BatchWork:
    """Make room for batches of so many sources.

    Parameters
    ----------
    selected
        Places of the part.
    depth
        Most places above one, itself included.
    weightings
        How many weightings there are.
    sources
        How many sources stand side by side.
    """
    return BatchWork(
        np.empty((selected, weightings), np.int32),
        np.empty((sources, depth), np.int32),
        np.zeros(sources, np.int32),
        np.empty((sources, depth, weightings), np.int32),
        np.empty((selected, sources), np.int32),
        np.empty((selected, sources), np.int64),
        np.empty((selected, sources), np.int64),
        np.empty((selected * sources, COLUMNS), np.int32),
    )


@compiled
def greatest_depth(graph: Chordal, part: RestrictedGraph) -> int:
    """Most places on the way up from any place of the part, itself included."""
    depth = np.ones(part.ranks.shape[0], np.int32)
    most = 1
    for k in range(part.ranks.shape[0]):
        parent = graph.parent[part.ranks[k]]
        if parent >= 0:
            depth[k] = depth[part.place[parent]] + 1
            most = max(most, depth[k])
    return most


@compiled
def weights_by_weighting(graph: Chordal, part: RestrictedGraph, weight: Ints) -> Ints:
    """Copy weights of the part's arcs, in their order, one weighting after the other.

    Parameters
    ----------
    graph, part
        The chordal graph, and the part.
    weight
        Weights of all arcs, shape (arcs, weightings).

    Returns
    -------
    ndarray
        Shape (weightings, part's arcs).
    """
    found = np.empty((weight.shape[1], part.head.shape[0]), np.int32)
    for k in range(part.ranks.shape[0]):
        shift = graph.up_first[part.ranks[k]] - part.first[k]
        for a in range(part.first[k], part.first[k + 1]):
            for lane in range(weight.shape[1]):
                found[lane, a] = weight[a + shift, lane]
    return found


@compiled
def climb_batch(
    graph: Chordal,
    part: RestrictedGraph,
    climb: Ints,
    sources: Ints,
    work: BatchWork,
) -> None:
    """Find the least weights from each source to the places above it, in every weighting.

    Parameters
    ----------
    graph, part
        The chordal graph, and the part.
    climb
        Weights of the arcs, shape (arcs, weightings).
    sources
        Ranks, all selected, shape (sources,).
    work
        Its ``above``, ``depth`` and ``start`` are filled.
    """
    climbed, weightings = work.climbed, climb.shape[1]
    for j in range(sources.shape[0]):
        rank, count = sources[j], 0
        while rank >= 0:
            k = part.place[rank]
            work.above[j, count] = k
            for lane in range(weightings):
                climbed[k, lane] = MOST_WEIGHT if count else 0
            count += 1
            rank = graph.parent[rank]
        work.depth[j] = count
        rank = sources[j]
        while rank >= 0:
            k = part.place[rank]
            for arc in range(graph.up_first[rank], graph.up_first[rank + 1]):
                there = part.place[graph.up_head[arc]]
                for lane in range(weightings):
                    weight = np.int32(climbed[k, lane] + climb[arc, lane])
                    climbed[there, lane] = min(climbed[there, lane], weight)
            rank = graph.parent[rank]
        for i in range(count):
            for lane in range(weightings):
                work.start[j, i, lane] = climbed[work.above[j, i], lane]


@compiled
def sweep_batch(
    part: RestrictedGraph,
    descend: Ints,
    targets: Ints,
    work: BatchWork,
    found: Ints,
    sources: Lanes,
) -> None:
    """Sweep all weightings, after `climb_batch`.

    Parameters
    ----------
    part
        Places to sweep, and the arcs between them.
    descend
        Weights as `weights_by_weighting` has them.
    targets
        Places, shape (targets,).
    work
        After `climb_batch`; its ``least`` holds the last weighting at all places afterwards.
    found
        Filled with least weights, shape (sources, targets, weightings).
    sources
        One for each source.
    """
    first, head, least = part.first, part.head, work.least
    for weighting in range(descend.shape[0]):
        step = descend[weighting]
        for k in range(least.shape[0]):
            for j in range(len(sources)):
                least[k, j] = MOST_WEIGHT
        for j in range(len(sources)):
            for i in range(work.depth[j]):
                least[work.above[j, i], j] = work.start[j, i, weighting]
        for k in range(least.shape[0]):
            last = first[k + 1] - 1
            # Four arcs at a time, the last one again where fewer are left: the loop is then so long
            # that the compiler does not unroll it, but takes all sources at once.
            for a in range(first[k], first[k + 1], 4):
                b, c, d = min(a + 1, last), min(a + 2, last), min(a + 3, last)
                h_a, h_b, h_c, h_d = head[a], head[b], head[c], head[d]
                s_a, s_b, s_c, s_d = step[a], step[b], step[c], step[d]
                for j in range(len(sources)):
                    one = min(np.int32(least[h_a, j] + s_a), np.int32(least[h_b, j] + s_b))
                    other = min(np.int32(least[h_c, j] + s_c), np.int32(least[h_d, j] + s_d))
                    least[k, j] = min(least[k, j], one, other)
        for t in range(targets.shape[0]):
            for j in range(len(sources)):
                found[j, t, weighting] = least[targets[t], j]


@compiled
def ways_batch(
    graph: Chordal,
    part: RestrictedGraph,
    travel: Travel,
    sources: Ints,
    within: NDArray[np.bool_],
    full_mwh: int,
    work: BatchWork,
) -> None:
    """Find the cheapest drivable ways from each source to all places, as `rphast.rphast_ways`.

    Parameters
    ----------
    graph, part
        The chordal graph, and the part.
    travel
        Costs of the arcs, forward.
    sources
        Ranks, all selected, shape (sources,).
    within
        Which places a full battery could reach from each, shape (selected, sources).
    full_mwh
        Energy above the reserve in a full battery.
    work
        Its ``reached``, ``spent`` and ``values`` are filled.
    """
    reached, spent, values = work.reached, work.spent, work.values
    width = reached.shape[1]
    climb, descend = travel.climb, travel.descend
    for k in range(reached.shape[0]):
        for j in range(width):
            reached[k, j] = NO_WAY
    for j in range(width):
        rank = sources[j]
        reached[part.place[rank], j] = spent[part.place[rank], j] = 0
        for column in range(COLUMNS):
            values[part.place[rank] * width + j, column] = 0
        while rank >= 0:
            here = part.place[rank]
            if reached[here, j] < NO_WAY:
                for arc in range(graph.up_first[rank], graph.up_first[rank + 1]):
                    there = part.place[graph.up_head[arc]]
                    if reached[here, j] + climb.weight[arc] < reached[there, j]:
                        row, into = here * width + j, there * width + j
                        if need_of_both(values, row, climb.values, arc, full_mwh) <= full_mwh:
                            reached[there, j] = reached[here, j] + climb.weight[arc]
                            link_rows(values, row, climb.values, arc, full_mwh, values, into)
                            spent[there, j] = values[into, CONSUMED]
            rank = graph.parent[rank]
    least, best = np.empty(width, np.int64), np.empty(width, np.int64)
    for k in range(reached.shape[0]):
        some = False
        for j in range(width):
            some |= within[k, j]
            least[j], best[j] = reached[k, j], -1
        if not some:
            continue
        begin, end = part.first[k], part.first[k + 1]
        shift = graph.up_first[part.ranks[k]] - begin
        for a in range(begin, end):
            # An arc needs what it needs after what was spent; other limits are looked at below.
            h, step = part.head[a], descend.weight[a + shift]
            most_spent = np.int64(full_mwh) - np.int64(descend.values[a + shift, MIN_DEPARTURE])
            for j in range(width):
                weight = reached[h, j] + step
                less = (weight < least[j]) & (spent[h, j] <= most_spent)
                least[j] = weight if less else least[j]
                best[j] = a if less else best[j]
        for j in range(width):
            if best[j] < 0 or not within[k, j]:
                continue
            a, into = best[j], k * width + j
            row = part.head[a] * width + j
            if need_of_both(values, row, descend.values, a + shift, full_mwh) <= full_mwh:
                link_rows(values, row, descend.values, a + shift, full_mwh, values, into)
                reached[k, j], spent[k, j] = least[j], values[into, CONSUMED]
                continue
            # Mostly the least of all ways can be driven; only where not, each is looked at.
            weight = reached[k, j]
            for a in range(begin, end):
                h, arc = part.head[a], a + shift
                if reached[h, j] + descend.weight[arc] < weight:
                    row = h * width + j
                    if need_of_both(values, row, descend.values, arc, full_mwh) <= full_mwh:
                        weight = reached[h, j] + descend.weight[arc]
                        link_rows(values, row, descend.values, arc, full_mwh, values, into)
                        spent[k, j] = values[into, CONSUMED]
            reached[k, j] = weight


@compiled
def at_targets(work: BatchWork, targets: Ints, metric: int, found: Ints) -> None:
    """Take the values at targets out of a batch; time is -1 where there is no way.

    Parameters
    ----------
    work
        After `ways_batch`.
    targets
        Places, shape (targets,).
    metric
        Which metric this was.
    found
        Filled, shape (sources, metrics, targets, 5).
    """
    sources = work.reached.shape[1]
    for t in range(targets.shape[0]):
        for j in range(sources):
            row = targets[t] * sources + j
            if work.reached[targets[t], j] < NO_WAY:
                for column in range(COLUMNS):
                    found[j, metric, t, column] = work.values[row, column]
            else:
                found[j, metric, t, TIME] = -1
