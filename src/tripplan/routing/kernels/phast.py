"""Compiled: cheapest ways from one node to many, and from many to one, over the hierarchy.

A search climbs from its node to all ranks above it, then sweeps down over those ranks from which
the targets can be entered (PHAST [1]_).  Ways to a node are ways from it with both directions
exchanged.

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
def climb_from(graph: Chordal, travel: Travel, source: int, full_mwh: int, work: PhastWork) -> None:
    """Fill the workspace for the ranks above a source; parameters as in `phast`."""
    reached, weight = work.weight, travel.climb.weight
    reached[source] = 0
    for k in range(COLUMNS):
        work.values[source, k] = 0
    work.before[source] = NOWHERE
    here = source
    while here >= 0:
        if reached[here] < NO_WAY:
            for arc in range(graph.up_first[here], graph.up_first[here + 1]):
                there = graph.up_head[arc]
                if reached[here] + weight[arc] < reached[there]:
                    _prolong(
                        work, work.before, here, there, travel.climb, arc, full_mwh, travel.forward
                    )
        here = graph.parent[here]


@part
def clear_climb(graph: Chordal, source: int, work: PhastWork) -> None:
    """Undo what `climb_from` filled."""
    here = source
    while here >= 0:
        work.weight[here] = NO_WAY
        here = graph.parent[here]


@compiled
def phast(
    graph: Chordal,
    travel: Travel,
    source: int,
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
    source
        Rank.
    selection
        Ranks to sweep, by `above`, shape (selected,).
    full_mwh
        Energy above the reserve in a full battery; ways that need more are given up.
    work
        Filled for the ranks above the source and for those selected.
    """
    climb_from(graph, travel, source, full_mwh, work)
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
def clear_phast(graph: Chordal, source: int, selection: Ints, work: PhastWork) -> None:
    """Undo what `phast` filled; parameters as in `phast`."""
    clear_climb(graph, source, work)
    for here in selection:
        work.weight[here] = NO_WAY


@compiled
def phast_ways(
    graph: Chordal,
    travel: Travel,
    source: int,
    selection: Ints,
    targets: Ints,
    full_mwh: int,
    work: PhastWork,
) -> Ints:
    """Values of the cheapest drivable ways to targets, shape (targets, 5).

    Time is -1 where there is none.  Parameters as in `phast`; ``targets`` are ranks among those
    selected.
    """
    phast(graph, travel, source, selection, full_mwh, work)
    found = np.full((targets.shape[0], COLUMNS), -1, np.int32)
    for k in range(targets.shape[0]):
        if work.weight[targets[k]] < NO_WAY:
            copy_row(work.values, targets[k], found, k)
    clear_phast(graph, source, selection, work)
    return found


@compiled
def way_ranks(
    graph: Chordal,
    travel: Travel,
    source: int,
    target: int,
    selection: Ints,
    full_mwh: int,
    work: PhastWork,
) -> Ints:
    """Ranks at the ends of the arcs of the way that a sweep finds, in order; empty: none.

    Parameters as in `phast`; the way leads from source to target, or, backward, from target to
    source.  Where the battery limits what can be driven, the two directions may find different
    ways between the same ends.
    """
    phast(graph, travel, source, selection, full_mwh, work)
    ranks = np.empty(64, np.int32)
    count = 0
    rank = target if work.weight[target] < NO_WAY else NOWHERE
    climbing = False
    while rank >= 0:
        if count == ranks.shape[0]:
            ranks = longer(ranks, 2 * count)
        ranks[count] = rank
        count += 1
        climbing = climbing or work.entered[rank] == NOWHERE
        rank = work.before[rank] if climbing else work.entered[rank]
    clear_phast(graph, source, selection, work)
    if travel.forward:
        turn_round(ranks, 0, count)
    return ranks[:count].copy()


@part
def climb_scalarized(graph: Chordal, source: int, climb: Ints, work: Ints) -> None:
    """Find the least weights from the source to the ranks above it, in every weighting.

    Parameters
    ----------
    graph, source
        As in `phast`.
    climb
        Weights of the upward arcs, as in `customise_scalarized`.
    work
        Shape (nodes, weightings); the rows of the source and the ranks above it are filled.
    """
    here = source
    while here >= 0:
        work[here] = MOST_WEIGHT
        here = graph.parent[here]
    work[source] = 0
    here = source
    while here >= 0:
        for arc in range(graph.up_first[here], graph.up_first[here + 1]):
            there = graph.up_head[arc]
            for weighting in range(climb.shape[1]):
                weight = np.int32(work[here, weighting] + climb[arc, weighting])
                work[there, weighting] = min(work[there, weighting], weight)
        here = graph.parent[here]


@compiled
def phast_scalarized(
    graph: Chordal, climb: Ints, descend: Ints, source: int, selection: Ints, work: Ints
) -> None:
    """Least weights in every weighting, left in ``work`` for all selected ranks.

    Parameters
    ----------
    graph, source, selection
        As in `phast`.
    climb, descend
        Weights of the arcs, as in `customise_scalarized`.
    work
        Shape (nodes, weightings); of the ranks above the source and those selected only the latter
        hold final values afterwards.
    """
    weightings = climb.shape[1]
    above_source = np.zeros(work.shape[0], np.bool_)
    here = source
    while here >= 0:
        above_source[here] = True
        here = graph.parent[here]
    climb_scalarized(graph, source, climb, work)
    for there in selection:
        if not above_source[there]:
            work[there] = MOST_WEIGHT
        for arc in range(graph.up_first[there], graph.up_first[there + 1]):
            here = graph.up_head[arc]
            for weighting in range(weightings):
                weight = np.int32(work[here, weighting] + descend[arc, weighting])
                work[there, weighting] = min(work[there, weighting], weight)
