"""Compiled: costs for the chordal graph, by one pass over its triangles.

Two kinds: `customise` for one weight, with what the cheapest way does to the battery carried
along, and `customise_scalarized` for many weightings side by side without it, which is what lower
bounds are made of.  All values are whole numbers, so that sums do not depend on their order and a
drive is the same however it was found: time in milliseconds, energy in milliwatt-hours, heat in
joules.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Ints, Longs
from tripplan.physics.jit import compiled, part_bare
from tripplan.routing.kernels.contraction import Chordal, RoadsOnArcs

TIME, MIN_DEPARTURE, CONSUMED, DROP, HEAT = 0, 1, 2, 3, 4
"""Columns of what a way takes along."""
COLUMNS = 5
NO_WAY = np.int64(1) << 61
"""Weight where there is no way; two of them can be added."""
NEVER = 2_000_000_000
"""Largest number of milliwatt-hours, milliseconds or joules that is told apart from more."""
MOST_WEIGHT = (1 << 30) - 1
"""Largest scalarized weight; larger ones count as this, which keeps a lower bound one."""


Lanes = tuple[int, ...]
"""As many zeros as numbers stand side by side, so that the compiler knows how many there are."""


def lanes_of(count: int) -> Lanes:
    """Say to compiled loops that so many numbers stand side by side."""
    return (0,) * count


class Costs(NamedTuple):
    """What travel along each arc of the chordal graph costs, in one of its two directions."""

    weight: Longs | Ints
    """Shape (arcs,); `NO_WAY` where there is no way."""
    values: Ints
    """Time [ms], need, cost and drop [mWh], heat [J] of the cheapest way, shape (arcs, 5)."""


class Roads32(NamedTuple):
    """What travel along each road costs, in whole numbers, shape (roads,) and (roads, 5)."""

    weight: Longs | Ints
    values: Ints


@part_bare
def capped(value: int | np.int64) -> int:
    """Keep a whole number within what is told apart."""
    return int(min(max(value, -NEVER), NEVER))


@part_bare
def need_of_both(first: Ints, one: int, second: Ints, other: int, full_mwh: int) -> int | np.int64:
    """Need of two ways in a row; parameters as in `link_into`."""
    drop_1 = np.int64(first[one, DROP])
    need_2 = np.int64(second[other, MIN_DEPARTURE])
    need = max(np.int64(first[one, MIN_DEPARTURE]), np.int64(first[one, CONSUMED]) + need_2)
    if full_mwh - drop_1 < need_2:
        need = max(need, drop_1 + need_2)
    return need


@part_bare
def link_rows(
    first: Ints, one: int, second: Ints, other: int, full_mwh: int, out: Ints, to: int
) -> None:
    """Do what `link_into` does, inside the loop that calls it; parameters as in `link_into`."""
    cost_1 = np.int64(first[one, CONSUMED])
    drop_1 = np.int64(first[one, DROP])
    cost_2 = np.int64(second[other, CONSUMED])
    need = need_of_both(first, one, second, other, full_mwh)
    out[to, TIME] = capped(np.int64(first[one, TIME]) + np.int64(second[other, TIME]))
    out[to, DROP] = capped(max(np.int64(second[other, DROP]), drop_1 + cost_2))
    out[to, HEAT] = capped(np.int64(first[one, HEAT]) + np.int64(second[other, HEAT]))
    out[to, MIN_DEPARTURE] = capped(need)
    out[to, CONSUMED] = capped(cost_1 + cost_2)


@compiled
def link_into(
    first: Ints, one: int, second: Ints, other: int, full_mwh: int, out: Ints, to: int
) -> None:
    """Write what two ways in a row do to the battery, from rows of values into a row.

    A way needs so much at its start, costs so much, and leaves the battery at least its drop below
    full.  What not even a full battery lasts for gets the need of a battery that would, which is
    above full.

    Parameters
    ----------
    first, one
        Values, shape (ways, 5), and row of the way that comes first.
    second, other
        Values, shape (ways, 5), and row of the way that follows.
    full_mwh
        Energy above the reserve in a full battery.
    out, to
        Values, shape (ways, 5), and row to write; may be one of the two.
    """
    link_rows(first, one, second, other, full_mwh, out, to)


@compiled
def customise(
    graph: Chordal, placed: RoadsOnArcs, roads: Roads32, full_mwh: int
) -> tuple[Costs, Costs]:
    """Find the cheapest way for each arc and direction, over lower ranks only.

    Parameters
    ----------
    graph
        The chordal graph.
    placed
        Which roads the arcs stand for.
    roads
        Weight and values of each road; `NO_WAY` closes it.
    full_mwh
        Energy above the reserve in a full battery.

    Returns
    -------
    tuple of Costs
        Travel up and travel down.
    """
    arcs = graph.up_head.shape[0]
    up = Costs(np.full(arcs, NO_WAY, np.int64), np.zeros((arcs, COLUMNS), np.int32))
    down = Costs(np.full(arcs, NO_WAY, np.int64), np.zeros((arcs, COLUMNS), np.int32))
    for road in range(placed.arc.shape[0]):
        a = placed.arc[road]
        if a >= 0:
            side = up if placed.is_up[road] else down
            if roads.weight[road] < side.weight[a]:
                side.weight[a] = roads.weight[road]
                for k in range(COLUMNS):
                    side.values[a, k] = roads.values[road, k]
    nodes = graph.parent.shape[0]
    arc_to = np.empty(nodes, np.int32)
    for middle in range(nodes):
        for k in range(graph.up_first[middle], graph.up_first[middle + 1]):
            arc_to[graph.up_head[k]] = k
        for k in range(graph.down_first[middle], graph.down_first[middle + 1]):
            one = graph.down_arc[k]
            low = graph.up_tail[one]
            for other in range(one + 1, graph.up_first[low + 1]):
                a = arc_to[graph.up_head[other]]
                if down.weight[one] < NO_WAY and up.weight[other] < NO_WAY:
                    weight = down.weight[one] + up.weight[other]
                    if weight < up.weight[a]:
                        up.weight[a] = weight
                        link_into(down.values, one, up.values, other, full_mwh, up.values, a)
                if down.weight[other] < NO_WAY and up.weight[one] < NO_WAY:
                    weight = down.weight[other] + up.weight[one]
                    if weight < down.weight[a]:
                        down.weight[a] = weight
                        link_into(down.values, other, up.values, one, full_mwh, down.values, a)
    return up, down


@compiled
def customise_scalarized(graph: Chordal, placed: RoadsOnArcs, weight: Ints) -> tuple[Ints, Ints]:
    """Find the least weight of each arc and direction in every weighting.

    Parameters
    ----------
    graph, placed
        As in `customise`.
    weight
        Weight of each road in each weighting, at most `MOST_WEIGHT`, shape (roads, weightings).

    Returns
    -------
    tuple of ndarray
        Travel up and travel down, shape (arcs, weightings).
    """
    arcs, nodes = graph.up_head.shape[0], graph.parent.shape[0]
    weightings = weight.shape[1]
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
        for k in range(graph.up_first[middle], graph.up_first[middle + 1]):
            arc_to[graph.up_head[k]] = k
        for k in range(graph.down_first[middle], graph.down_first[middle + 1]):
            one = graph.down_arc[k]
            low = graph.up_tail[one]
            for other in range(one + 1, graph.up_first[low + 1]):
                a = arc_to[graph.up_head[other]]
                # Two loops, each over few rows: the compiler takes many weightings at once then.
                for weighting in range(weightings):
                    found = np.int32(down[one, weighting] + up[other, weighting])
                    up[a, weighting] = min(up[a, weighting], found)
                for weighting in range(weightings):
                    found = np.int32(down[other, weighting] + up[one, weighting])
                    down[a, weighting] = min(down[a, weighting], found)
    return up, down
