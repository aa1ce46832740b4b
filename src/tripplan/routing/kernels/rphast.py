"""Compiled: the part of a hierarchy that a fixed set of targets needs, close together in memory.

The ranks from which the targets can be entered are renumbered in the order of the sweep [1]_, so
that labels lie close together.  Costs are read where they are: the arcs of a rank stand side by
side.

References
----------
.. [1] D. Delling, A. Goldberg, R. Werneck, "Faster batched shortest paths in road networks",
   ATMOS 2011 (RPHAST).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled
from tripplan.routing.kernels.contraction import Chordal, copy_row
from tripplan.routing.kernels.customise import (
    COLUMNS,
    CONSUMED,
    DROP,
    MIN_DEPARTURE,
    MOST_WEIGHT,
    NO_WAY,
    TIME,
)
from tripplan.routing.kernels.phast import (
    PhastWork,
    ScalarizedSeeds,
    Seeds,
    Travel,
    clear_climb,
    climb_from,
    climb_scalarized,
    link,
)


class RestrictedGraph(NamedTuple):
    """Selected ranks, higher ones first, and their arcs upwards."""

    ranks: Ints
    """Shape (selected,)."""
    place: Ints
    """Place of each rank in ``ranks``, -1 where it is not selected, shape (nodes,)."""
    first: Ints
    """First arc of each place, shape (selected + 1,)."""
    head: Ints
    """Place of each arc's upper end, shape (arcs,); the arcs of a place stand in the order of the
    hierarchy, so that those of a rank r start there at ``up_first[r]``."""


@compiled
def restricted(graph: Chordal, selection: Ints) -> RestrictedGraph:
    """Copy the part of the graph that a selection by `above` needs."""
    place = np.full(graph.parent.shape[0], -1, np.int32)
    first = np.zeros(selection.shape[0] + 1, np.int32)
    for k in range(selection.shape[0]):
        rank = selection[k]
        place[rank] = k
        first[k + 1] = first[k] + graph.up_first[rank + 1] - graph.up_first[rank]
    head = np.empty(first[-1], np.int32)
    for k in range(selection.shape[0]):
        at = first[k]
        for a in range(graph.up_first[selection[k]], graph.up_first[selection[k] + 1]):
            head[at] = place[graph.up_head[a]]
            at += 1
    return RestrictedGraph(selection, place, first, head)


@compiled
def leading_to(graph: Chordal, part: RestrictedGraph, targets: Ints) -> NDArray[np.bool_]:
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
def distinct(values: Ints) -> tuple[Ints, Ints, Ints]:
    """Drop the drives that another of the same stop dominates.

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
                        and values[m, s, MIN_DEPARTURE] < values[best, s, MIN_DEPARTURE]
                    )
                ):
                    dominated = False
                    for k in range(begin, used):
                        dominated |= metric[k] == m or (
                            found[k, MIN_DEPARTURE] <= values[m, s, MIN_DEPARTURE]
                            and found[k, CONSUMED] <= values[m, s, CONSUMED]
                            and found[k, DROP] <= values[m, s, DROP]
                            and found[k, TIME] <= values[m, s, TIME]
                        )
                    if not dominated:
                        best = m
            if best < 0:
                break
            stop[used] = s
            metric[used] = best
            copy_row(values[best], s, found, used)
            used += 1
    return stop[:used].copy(), metric[:used].copy(), found[:used].copy()


@compiled
def rphast_ways(
    graph: Chordal,
    part: RestrictedGraph,
    travel: Travel,
    seeds: Seeds,
    targets: Ints,
    within: NDArray[np.bool_],
    full_mwh: int,
    work: PhastWork,
) -> Ints:
    """Values of the cheapest drivable ways to targets, as `phast.phast_ways`, shape (targets, 5).

    Parameters
    ----------
    graph, seeds, full_mwh, work
        As in `phast.phast`.
    part
        Places to sweep, and the arcs between them.
    travel
        As in `phast.phast`.
    targets
        Places, shape (targets,).
    within
        Which places a full battery could reach at all, shape (selected,).
    """
    climb_from(graph, travel, seeds, full_mwh, work)
    selected = part.ranks.shape[0]
    reached = np.full(selected, NO_WAY, np.int64)
    values = np.empty((selected, COLUMNS), np.int32)
    for rank in seeds.climb:
        k = part.place[rank]
        if k >= 0:
            reached[k] = work.weight[rank]
            copy_row(work.values, rank, values, k)
    clear_climb(seeds, work)
    first, head, descend = part.first, part.head, travel.descend
    weight, scratch = descend.weight, work.scratch
    for k in range(selected):
        if not within[k]:
            continue
        # Mostly the least of all ways can be driven; then only that one has to be linked.
        least, best = reached[k], -1
        shift = graph.up_first[part.ranks[k]] - first[k]
        for a in range(first[k], first[k + 1]):
            if reached[head[a]] + weight[a + shift] < least:
                least, best = reached[head[a]] + weight[a + shift], a
        if best < 0:
            continue
        link(values, head[best], descend.values, best + shift, full_mwh, travel.forward, scratch)
        if scratch[0, MIN_DEPARTURE] > full_mwh:
            least = reached[k]
            for a in range(first[k], first[k + 1]):
                arc = a + shift
                if reached[head[a]] + weight[arc] < least:
                    link(values, head[a], descend.values, arc, full_mwh, travel.forward, scratch)
                    if scratch[0, MIN_DEPARTURE] <= full_mwh:
                        least = reached[head[a]] + weight[arc]
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
def rphast_scalarized(
    graph: Chordal,
    part: RestrictedGraph,
    sides: tuple[Ints, Ints],
    seeds: ScalarizedSeeds,
    targets: Ints,
    work: Ints,
) -> tuple[Ints, Ints]:
    """Least weights in every weighting at targets, as `phast_scalarized` finds them.

    Also returns those of the last weighting at all places, shape (selected,).

    Parameters
    ----------
    graph, seeds
        As in `phast.phast_scalarized`.
    part
        Places to sweep, and the arcs between them.
    sides
        Weights of the arcs on the way up and on the way down, shape (arcs, weightings) each.
    targets
        Places, shape (targets,).
    work
        Room, shape (nodes, weightings).
    """
    climb, descend = sides
    weightings = climb.shape[1]
    selected = part.ranks.shape[0]
    least = np.full((selected, weightings), MOST_WEIGHT, np.int32)
    climb_scalarized(graph, seeds, climb, work)
    for rank in seeds.climb:
        if part.place[rank] >= 0:
            copy_row(work, rank, least, part.place[rank])
    first, head = part.first, part.head
    for k in range(selected):
        shift = graph.up_first[part.ranks[k]] - first[k]
        for a in range(first[k], first[k + 1]):
            h = head[a]
            for weighting in range(weightings):
                weight = np.int32(least[h, weighting] + descend[a + shift, weighting])
                least[k, weighting] = min(least[k, weighting], weight)
    found = np.empty((targets.shape[0], weightings), np.int32)
    for t in range(targets.shape[0]):
        copy_row(least, targets[t], found, t)
    return found, least[:, weightings - 1].copy()
