"""Compiled: all metrics customised in one pass over the triangles, values linked once an arc.

`customise.customise` links the battery's values whenever a cheaper way is found, one metric after
the other.  Here the weights of all metrics lie side by side, and of each arc it is only noted which
road or which lower arc its cheapest way begins with; the values are linked when all weights are
final, lower ranks first.  Both find the same numbers.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Ints, Longs
from tripplan.physics.jit import compiled
from tripplan.routing.kernels.contraction import Chordal, RoadsOnArcs
from tripplan.routing.kernels.customise import COLUMNS, NO_WAY, Costs, Lanes, lanes_of, link_rows

_NOTHING = -1
_FIRST_ROAD = -2
"""Roads are noted as this and downwards, lower arcs as themselves."""


class CheapestWays(NamedTuple):
    """Weights of all metrics and what each arc's cheapest way leads over, shape (arcs, metrics)."""

    up: Longs
    down: Longs
    over_up: Ints
    """The arc from the rank between to the lower end, or a road (`_FIRST_ROAD` less its number)."""
    over_down: Ints


def cheapest_ways(graph: Chordal, placed: RoadsOnArcs, weight: Longs) -> CheapestWays:
    """Find the cheapest way for each arc and direction in every metric.

    Parameters
    ----------
    graph, placed
        As in `customise.customise`.
    weight
        Weight of each road in each metric, shape (roads, metrics); `NO_WAY` closes it.
    """
    return _cheapest_ways(graph, placed, weight, lanes_of(weight.shape[1]))


@compiled
def _cheapest_ways(
    graph: Chordal, placed: RoadsOnArcs, weight: Longs, lanes: Lanes
) -> CheapestWays:
    """Find the cheapest ways for a number of metrics that the compiler knows."""
    shape = (graph.up_head.shape[0], len(lanes))
    up, down = np.empty(shape, np.int64), np.empty(shape, np.int64)
    over_up, over_down = np.empty(shape, np.int32), np.empty(shape, np.int32)
    for a in range(up.shape[0]):
        for lane in range(len(lanes)):
            up[a, lane], down[a, lane] = NO_WAY, NO_WAY
            over_up[a, lane], over_down[a, lane] = _NOTHING, _NOTHING
    for road in range(placed.arc.shape[0]):
        a = placed.arc[road]
        if a >= 0:
            side, over = (up, over_up) if placed.is_up[road] else (down, over_down)
            for lane in range(len(lanes)):
                if weight[road, lane] < side[a, lane]:
                    side[a, lane] = weight[road, lane]
                    over[a, lane] = _FIRST_ROAD - road
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
                for lane in range(len(lanes)):
                    found = down[one, lane] + up[other, lane]
                    if found < up[a, lane]:
                        up[a, lane] = found
                        over_up[a, lane] = one
                for lane in range(len(lanes)):
                    found = down[other, lane] + up[one, lane]
                    if found < down[a, lane]:
                        down[a, lane] = found
                        over_down[a, lane] = one
    return CheapestWays(up, down, over_up, over_down)


@compiled
def with_values(
    graph: Chordal, ways: CheapestWays, metric: int, road_values: Ints, full_mwh: int
) -> tuple[Costs, Costs]:
    """Link the values of one metric along the cheapest ways, as `customise.customise` returns them.

    Parameters
    ----------
    graph
        The chordal graph.
    ways
        The cheapest ways.
    metric
        Its column.
    road_values
        Values of each road in this metric, shape (roads, 5).
    full_mwh
        As in `customise.customise`.
    """
    head = graph.up_head
    arcs = head.shape[0]
    up = Costs(np.empty(arcs, np.int64), np.empty((arcs, COLUMNS), np.int32))
    down = Costs(np.empty(arcs, np.int64), np.empty((arcs, COLUMNS), np.int32))
    # Both arcs of a way leave a lower rank, so that they stand before the arc itself.
    for a in range(arcs):
        up.weight[a], down.weight[a] = ways.up[a, metric], ways.down[a, metric]
        one = ways.over_up[a, metric]
        if one <= _FIRST_ROAD:
            for column in range(COLUMNS):
                up.values[a, column] = road_values[_FIRST_ROAD - one, column]
        elif one >= 0:
            other = one + 1
            while head[other] != head[a]:
                other += 1
            link_rows(down.values, one, up.values, other, full_mwh, up.values, a)
        else:
            for column in range(COLUMNS):
                up.values[a, column] = 0
        one = ways.over_down[a, metric]
        if one <= _FIRST_ROAD:
            for column in range(COLUMNS):
                down.values[a, column] = road_values[_FIRST_ROAD - one, column]
        elif one >= 0:
            other = one + 1
            while head[other] != head[a]:
                other += 1
            link_rows(down.values, other, up.values, one, full_mwh, down.values, a)
        else:
            for column in range(COLUMNS):
                down.values[a, column] = 0
    return up, down
