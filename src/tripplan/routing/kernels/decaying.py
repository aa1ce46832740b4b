"""Compiled: least sums of time, energy and heat, where heat counts the more the later it comes.

What heat leaves of itself at the end of a drive of time t, when it comes after a time s, is
exp(-(t - s) / tau) of it.  Told by the time since departure, its price therefore grows by
exp(s / tau).  The least weight at a price is concave in the price, so that between two prices that
are known a chord lies below it; and no way takes less time than the fastest one, so that the price
after it has grown by at least so much.  Both leave a lower bound one, on every arc of the hierarchy
and in every sweep over it.

Weightings stand by rate of energy, and within a rate by price, each price a fixed number of times
the one before it; the time alone comes last.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Ints
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import Chordal, RoadsOnArcs, copy_row
from tripplan.routing.kernels.customise import MOST_WEIGHT
from tripplan.routing.kernels.phast import ScalarizedSeeds
from tripplan.routing.kernels.rphast import RestrictedGraph

SHARE_BITS = 10
"""Where a price lies between two others is told in so many bits."""


class Growth(NamedTuple):
    """How far the price of heat has grown by the time since departure."""

    prices: int
    """How many prices stand at each rate."""
    bucket: int
    """Steps of the time's weight that are told apart."""
    places: Ints
    """Whole places in the row of prices, by bucket of time, shape (buckets,); ..."""
    share: Ints
    """... and how far on to the next one, in parts of 2 to the `SHARE_BITS`, shape (buckets,)."""


@part
def _bucket_of(growth: Growth, time: int) -> int:
    return int(min(time // growth.bucket, growth.places.shape[0] - 1))


@part
def _lower(
    row: Ints, at: int, so_far: Ints, before: int, growth: Growth, bucket: int, out: Ints, to: int
) -> None:
    """Lower weights to those by way of something and then an arc.

    Parameters
    ----------
    row, at
        Weights by arc, shape (arcs, weightings), and the arc.
    so_far, before
        Weights of what comes first, shape (ways, weightings), and which it is.
    growth, bucket
        How the price grows, and its bucket by the time that this takes.
    out, to
        Weights to lower, shape (ways, weightings), and which.
    """
    last = growth.prices - 1
    places, share = growth.places[bucket], np.int64(growth.share[bucket])
    weightings = row.shape[1] - 1
    for begin in range(0, weightings, growth.prices):
        for price in range(growth.prices):
            low = row[at, begin + min(price + places, last)]
            more = np.int64(row[at, begin + min(price + places + 1, last)]) - low
            weight = so_far[before, begin + price] + low + ((more * share) >> SHARE_BITS)
            out[to, begin + price] = min(np.int64(out[to, begin + price]), weight)
    time = so_far[before, weightings] + row[at, weightings]
    out[to, weightings] = min(out[to, weightings], time)


@compiled
def customise_decaying(
    graph: Chordal, placed: RoadsOnArcs, weight: Ints, growth: Growth, fades: bool
) -> tuple[Ints, Ints]:
    """Find the least weight of each arc and direction, counted from where it begins.

    Where the price fades, it is counted from where the arc ends.

    Parameters
    ----------
    graph, placed
        As in `customise`.
    weight
        Weight of each road in each weighting, at most `MOST_WEIGHT`, shape (roads, weightings).
    growth
        How the price of heat grows.
    fades
        Whether it falls with the time that is left.

    Returns
    -------
    tuple of ndarray
        Travel up and travel down, shape (arcs, weightings).
    """
    arcs, nodes, weightings = graph.up_head.shape[0], graph.parent.shape[0], weight.shape[1]
    time = weightings - 1
    up = np.full((arcs, weightings), MOST_WEIGHT, np.int32)
    down = np.full((arcs, weightings), MOST_WEIGHT, np.int32)
    for road in range(placed.arc.shape[0]):
        a = placed.arc[road]
        if a >= 0:
            side = up if placed.is_up[road] else down
            for weighting in range(weightings):
                side[a, weighting] = min(side[a, weighting], weight[road, weighting])
    arc_to = np.empty(nodes, np.int32)
    for middle in range(nodes):
        begin, end = graph.up_first[middle], graph.up_first[middle + 1]
        for k in range(begin, end):
            arc_to[graph.up_head[k]] = k
        for k in range(graph.down_first[middle], graph.down_first[middle + 1]):
            one = graph.down_arc[k]
            low = graph.up_tail[one]
            came = _bucket_of(growth, down[one, time])
            left = _bucket_of(growth, up[one, time])
            for other in range(one + 1, graph.up_first[low + 1]):
                a = arc_to[graph.up_head[other]]
                if max(down[one, time], up[other, time]) < MOST_WEIGHT:
                    if fades:
                        bucket = _bucket_of(growth, up[other, time])
                        _lower(down, one, up, other, growth, bucket, up, a)
                    else:
                        _lower(up, other, down, one, growth, came, up, a)
                if max(down[other, time], up[one, time]) < MOST_WEIGHT:
                    if fades:
                        _lower(down, other, up, one, growth, left, down, a)
                    else:
                        bucket = _bucket_of(growth, down[other, time])
                        _lower(up, one, down, other, growth, bucket, down, a)
    return up, down


@compiled
def rphast_decaying(
    graph: Chordal,
    places: RestrictedGraph,
    sides: tuple[Ints, Ints],
    seeds: ScalarizedSeeds,
    targets: Ints,
    work: Ints,
    growth: Growth,
    fades: bool,
) -> Ints:
    """Least weights at targets, counted from the seeds, shape (targets, weightings).

    Parameters
    ----------
    graph, seeds
        As in `phast.phast_scalarized`.
    places
        Places to sweep, and the arcs between them.
    sides
        What `customise_decaying` finds.
    targets
        Places, shape (targets,).
    work
        Room, shape (nodes, weightings).
    growth
        How the price of heat grows.
    fades
        Whether it falls with the time that is left.
    """
    climb, descend = sides
    weightings = climb.shape[1]
    last = weightings - 1
    for here in seeds.climb:
        work[here] = MOST_WEIGHT
    for k in range(seeds.rank.shape[0]):
        for weighting in range(weightings):
            weight = min(work[seeds.rank[k], weighting], seeds.weight[k, weighting])
            work[seeds.rank[k], weighting] = weight
    for here in seeds.climb:
        if work[here, last] >= MOST_WEIGHT:
            continue
        bucket = _bucket_of(growth, work[here, last])
        for arc in range(graph.up_first[here], graph.up_first[here + 1]):
            if climb[arc, last] >= MOST_WEIGHT:
                continue
            if fades:
                left = _bucket_of(growth, climb[arc, last])
                _lower(work, here, climb, arc, growth, left, work, graph.up_head[arc])
            else:
                _lower(climb, arc, work, here, growth, bucket, work, graph.up_head[arc])
    selected = places.ranks.shape[0]
    least = np.full((selected, weightings), MOST_WEIGHT, np.int32)
    for rank in seeds.climb:
        if places.place[rank] >= 0:
            copy_row(work, rank, least, places.place[rank])
    first, head = places.first, places.head
    buckets = np.empty(selected, np.int32)
    for k in range(selected):
        shift = graph.up_first[places.ranks[k]] - first[k]
        for a in range(first[k], first[k + 1]):
            h = head[a]
            if max(least[h, last], descend[a + shift, last]) >= MOST_WEIGHT:
                continue
            if fades:
                left = _bucket_of(growth, descend[a + shift, last])
                _lower(least, h, descend, a + shift, growth, left, least, k)
            else:
                _lower(descend, a + shift, least, h, growth, buckets[h], least, k)
        buckets[k] = _bucket_of(growth, least[k, last])
    found = np.empty((targets.shape[0], weightings), np.int32)
    for t in range(targets.shape[0]):
        copy_row(least, targets[t], found, t)
    return found
