"""Compiled: cheapest ways from one node to many, and from many to one, over the hierarchy.

A search climbs from its node to all ranks above it, then sweeps down over those ranks from which
the targets can be entered (PHAST [1]_).  Ways to a node are ways from it with both directions
exchanged.  A search may also start at several nodes at once, each with what it took to come there:
so it does from a place amid a road.

References
----------
.. [1] D. Delling, A. Goldberg, A. Nowatzyk, R. Werneck, "PHAST: Hardware-accelerated shortest path
   trees", Journal of Parallel and Distributed Computing 73(7), 2013.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Ints, Longs
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, copy_row, longer, turn_round
from tripplan.routing.kernels.customise import (
    COLUMNS,
    MIN_DEPARTURE,
    MOST_WEIGHT,
    NO_WAY,
    Costs,
    link_into,
)

NOWHERE = -1


class Travel(NamedTuple):
    """What travel from a node costs, or travel to it, which is the same with both exchanged."""

    climb: Costs
    """Of arcs from lower to higher ranks, as seen from the node."""
    descend: Costs
    """Of arcs back to lower ranks."""
    forward: bool
    """Whether ways lead from the node."""


class Seeds(NamedTuple):
    """Where a search starts, and what it took to come there."""

    climb: Ints
    """All ranks that lead up from there, rising, shape (climbed,)."""
    rank: Ints
    """Shape (seeds,)."""
    weight: Longs
    """Shape (seeds,)."""
    values: Ints
    """Columns as in `customise`, shape (seeds, 5)."""


class ScalarizedSeeds(NamedTuple):
    """The same in every weighting."""

    climb: Ints
    rank: Ints
    weight: Ints
    """Shape (seeds, weightings)."""


@compiled
def climb_of(graph: Chordal, ranks: Ints) -> Ints:
    """Return some ranks and all that lead up from them, rising, shape (climbed,)."""
    found = np.empty(64, np.int32)
    count = 0
    for start in ranks:
        rank = start
        while rank >= 0:
            if count == found.shape[0]:
                found = longer(found, 2 * count)
            found[count] = rank
            count += 1
            rank = graph.parent[rank]
    if ranks.shape[0] < 2:
        return found[:count].copy()
    rising = np.sort(found[:count])
    distinct = 0
    for k in range(count):
        if k == 0 or rising[k] != rising[k - 1]:
            rising[distinct] = rising[k]
            distinct += 1
    return rising[:distinct].copy()


class PhastWork(NamedTuple):
    """Columns of shape (nodes,), by rank, that a sweep fills and clears again."""

    weight: Longs
    """`NO_WAY` between calls."""
    values: Ints
    """Shape (nodes, 5); columns as in `customise`."""
    before: Ints
    """Rank from which the climb came; `NOWHERE` at its start."""
    entered: Ints
    """Rank from which the sweep down came; `NOWHERE` where it found nothing cheaper than the climb.
    Apart from the above, because a rank that was climbed through may be entered anew later."""
    scratch: Ints
    """Shape (1, 5)."""


@compiled
def new_phast_work(nodes: int) -> PhastWork:
    """Make a workspace for a network of this size."""
    return PhastWork(
        np.full(nodes, NO_WAY, np.int64),
        np.zeros((nodes, COLUMNS), np.int32),
        np.full(nodes, NOWHERE, np.int32),
        np.full(nodes, NOWHERE, np.int32),
        np.zeros((1, COLUMNS), np.int32),
    )


@part
def link(
    values: Ints, here: int, arcs: Ints, arc: int, full_mwh: int, forward: bool, out: Ints
) -> None:
    """Prolong a way by an arc, at its end or, backward, at its start, into the first row.

    Parameters
    ----------
    values, here
        Values of ways, shape (ways, 5), and row of the one to prolong.
    arcs, arc
        Values of arcs, shape (arcs, 5), and row of the arc.
    full_mwh
        As in `customise.link_into`.
    forward
        Whether the arc comes behind the way.
    out
        Values, of which the first row is written, shape (ways, 5).
    """
    if forward:
        link_into(values, here, arcs, arc, full_mwh, out, 0)
    else:
        link_into(arcs, arc, values, here, full_mwh, out, 0)


@part
def _prolong(
    work: PhastWork,
    before: Ints,
    here: int,
    there: int,
    costs: Costs,
    arc: int,
    full_mwh: int,
    forward: bool,
) -> None:
    """Prolong the way to ``here`` by an arc to ``there``, if that can be driven."""
    link(work.values, here, costs.values, arc, full_mwh, forward, work.scratch)
    if work.scratch[0, MIN_DEPARTURE] > full_mwh:
        return
    work.weight[there] = work.weight[here] + costs.weight[arc]
    copy_row(work.scratch, 0, work.values, there)
    before[there] = here


@part
def climb_from(
    graph: Chordal, travel: Travel, seeds: Seeds, full_mwh: int, work: PhastWork
) -> None:
    """Fill the workspace for the ranks above the seeds; parameters as in `phast`."""
    reached, weight = work.weight, travel.climb.weight
    for k in range(seeds.rank.shape[0]):
        start = seeds.rank[k]
        if seeds.weight[k] < reached[start]:
            reached[start] = seeds.weight[k]
            copy_row(seeds.values, k, work.values, start)
            work.before[start] = NOWHERE
    for here in seeds.climb:
        if reached[here] < NO_WAY:
            for arc in range(graph.up_first[here], graph.up_first[here + 1]):
                there = graph.up_head[arc]
                if reached[here] + weight[arc] < reached[there]:
                    _prolong(
                        work, work.before, here, there, travel.climb, arc, full_mwh, travel.forward
                    )


@part
def clear_climb(seeds: Seeds, work: PhastWork) -> None:
    """Undo what `climb_from` filled."""
    for here in seeds.climb:
        work.weight[here] = NO_WAY


@compiled
def phast(
    graph: Chordal,
    travel: Travel,
    seeds: Seeds,
    selection: Ints,
    full_mwh: int,
    work: PhastWork,
) -> None:
    """Fill the workspace with the cheapest drivable ways.

    Parameters
    ----------
    graph
        The chordal graph.
    travel
        Costs of the arcs.
    seeds
        Where ways start.
    selection
        Ranks to sweep, by `above`, shape (selected,).
    full_mwh
        Energy above the reserve in a full battery; ways that need more are given up.
    work
        Filled for the ranks above the seeds and for those selected.
    """
    climb_from(graph, travel, seeds, full_mwh, work)
    reached, weight = work.weight, travel.descend.weight
    for there in selection:
        work.entered[there] = NOWHERE
        for arc in range(graph.up_first[there], graph.up_first[there + 1]):
            here = graph.up_head[arc]
            if reached[here] + weight[arc] < reached[there]:
                _prolong(
                    work, work.entered, here, there, travel.descend, arc, full_mwh, travel.forward
                )


@part
def clear_phast(seeds: Seeds, selection: Ints, work: PhastWork) -> None:
    """Undo what `phast` filled; parameters as in `phast`."""
    clear_climb(seeds, work)
    for here in selection:
        work.weight[here] = NO_WAY


@part
def _end_of(
    travel: Travel, goals: Seeds, full_mwh: int, work: PhastWork
) -> tuple[int, int | np.int64]:
    """Find the goal over which the cheapest drivable way leads, or -1, and its weight.

    The values of that way are left in the workspace's first scratch row.
    """
    best = -1
    least: int | np.int64 = NO_WAY
    for k in range(goals.rank.shape[0]):
        here = goals.rank[k]
        if work.weight[here] + goals.weight[k] < least:
            _link_goal(travel, goals, k, full_mwh, work)
            if goals.weight[k] == 0 or work.scratch[0, MIN_DEPARTURE] <= full_mwh:
                best, least = k, work.weight[here] + goals.weight[k]
    if best >= 0:
        _link_goal(travel, goals, best, full_mwh, work)
    return best, least


@part
def _link_goal(travel: Travel, goals: Seeds, k: int, full_mwh: int, work: PhastWork) -> None:
    """Prolong the way to a goal's rank by what it takes from there, into the first scratch row."""
    here = goals.rank[k]
    if goals.weight[k] == 0:
        copy_row(work.values, here, work.scratch, 0)
    else:
        link(work.values, here, goals.values, k, full_mwh, travel.forward, work.scratch)


@compiled
def phast_way(
    graph: Chordal,
    travel: Travel,
    seeds: Seeds,
    goals: Seeds,
    selection: Ints,
    full_mwh: int,
    work: PhastWork,
) -> tuple[int | np.int64, Ints]:
    """Weight and values of the cheapest drivable way between two places.

    `NO_WAY` and -1 where there is none; values have shape (1, 5).  Parameters as in `phast`.

    Parameters
    ----------
    graph, travel, seeds, selection, full_mwh, work
        As in `phast`.
    goals
        Where ways end, ranks among those selected, and what it takes from there on.
    """
    phast(graph, travel, seeds, selection, full_mwh, work)
    found = np.full((1, COLUMNS), -1, np.int32)
    best, least = _end_of(travel, goals, full_mwh, work)
    if best >= 0:
        copy_row(work.scratch, 0, found, 0)
    clear_phast(seeds, selection, work)
    return least, found


@compiled
def way_ranks(
    graph: Chordal,
    travel: Travel,
    seeds: Seeds,
    goals: Seeds,
    selection: Ints,
    full_mwh: int,
    work: PhastWork,
) -> Ints:
    """Ranks at the ends of the arcs of the way that a sweep finds, in order; empty: none.

    The way leads from a seed to a goal, or, backward, from a goal to a seed.  Where the battery
    limits what can be driven, the two directions may find different ways between the same ends.

    Parameters
    ----------
    graph, travel, seeds, goals, selection, full_mwh, work
        As in `phast_way`.
    """
    phast(graph, travel, seeds, selection, full_mwh, work)
    ranks = np.empty(64, np.int32)
    count = 0
    best, _ = _end_of(travel, goals, full_mwh, work)
    rank = goals.rank[best] if best >= 0 else NOWHERE
    climbing = False
    while rank >= 0:
        if count == ranks.shape[0]:
            ranks = longer(ranks, 2 * count)
        ranks[count] = rank
        count += 1
        climbing = climbing or work.entered[rank] == NOWHERE
        rank = work.before[rank] if climbing else work.entered[rank]
    clear_phast(seeds, selection, work)
    if travel.forward:
        turn_round(ranks, 0, count)
    return ranks[:count].copy()


@part
def climb_scalarized(graph: Chordal, seeds: ScalarizedSeeds, climb: Ints, work: Ints) -> None:
    """Find the least weights from the seeds to the ranks above them, in every weighting.

    Parameters
    ----------
    graph, seeds
        As in `phast`.
    climb
        Weights of the upward arcs, as in `customise_scalarized`.
    work
        Shape (nodes, weightings); the rows of the seeds and the ranks above them are filled.
    """
    for here in seeds.climb:
        work[here] = MOST_WEIGHT
    for k in range(seeds.rank.shape[0]):
        start = seeds.rank[k]
        for weighting in range(climb.shape[1]):
            weight = seeds.weight[k, weighting]
            work[start, weighting] = min(work[start, weighting], weight)
    for here in seeds.climb:
        for arc in range(graph.up_first[here], graph.up_first[here + 1]):
            there = graph.up_head[arc]
            for weighting in range(climb.shape[1]):
                weight = np.int32(work[here, weighting] + climb[arc, weighting])
                work[there, weighting] = min(work[there, weighting], weight)


@compiled
def phast_scalarized(
    graph: Chordal,
    climb: Ints,
    descend: Ints,
    seeds: ScalarizedSeeds,
    selection: Ints,
    work: Ints,
) -> None:
    """Least weights in every weighting, left in ``work`` for all selected ranks.

    Parameters
    ----------
    graph, seeds, selection
        As in `phast`.
    climb, descend
        Weights of the arcs, as in `customise_scalarized`.
    work
        Shape (nodes, weightings); of the ranks above the seeds and those selected only the latter
        hold final values afterwards.
    """
    weightings = climb.shape[1]
    above_seeds = np.zeros(work.shape[0], np.bool_)
    for here in seeds.climb:
        above_seeds[here] = True
    climb_scalarized(graph, seeds, climb, work)
    for there in selection:
        if not above_seeds[there]:
            work[there] = MOST_WEIGHT
        for arc in range(graph.up_first[there], graph.up_first[there + 1]):
            here = graph.up_head[arc]
            for weighting in range(weightings):
                weight = np.int32(work[here, weighting] + descend[arc, weighting])
                work[there, weighting] = min(work[there, weighting], weight)
