"""Why a trip is beyond reach: how far the car gets, and how much energy is missing."""

import heapq
import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tripplan.search.kernels.drives import one_to_all
from tripplan.search.question import Question, Surroundings
from tripplan.search.table import StopTable, build_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_LARGER_BATTERIES = (2.0, 4.0, 8.0, 16.0)


class OutOfReach(Exception):  # noqa: N818 - carries facts from the search to the planner
    """The battery cannot bridge a gap; names no places, the planner adds them."""

    def __init__(self, *, shortfall_kwh: float, furthest_node: int, reached_stops: int) -> None:
        super().__init__(f"{shortfall_kwh:.2f} kWh short")
        self.shortfall_kwh = shortfall_kwh
        self.furthest_node = furthest_node
        self.reached_stops = reached_stops


def out_of_range(question: Question, around: Surroundings) -> OutOfReach:
    """Measure what makes the trip impossible.

    The shortfall is the least extra energy that the car would have to hold, at the start and
    after each stop, for the trip to work over the fastest drives between stops.
    """
    everything = np.arange(question.charger_node.size, dtype=np.int32)
    table = build_table(question, around, everything, passing=False)
    extra = _extra_kwh(question, table)
    reached = np.flatnonzero(extra[:-2] <= 0.0).astype(np.int32)
    left_kwh = _left_kwh(question, reached)
    able = np.flatnonzero((left_kwh >= question.reserve_kwh) & np.isfinite(around.to_time_s))
    furthest = int(able[np.argmin(around.to_time_s[able])]) if able.size else question.origin
    return OutOfReach(
        shortfall_kwh=_shortfall_kwh(question, around, everything),
        furthest_node=furthest,
        reached_stops=reached.size,
    )


def _shortfall_kwh(question: Question, around: Surroundings, everything: Ints) -> float:
    """Least extra energy for the trip, found with larger and larger batteries; maybe infinite."""
    usable = question.limit_kwh - question.reserve_kwh
    for factor in _LARGER_BATTERIES:
        more = (factor - 1.0) * usable
        larger = replace(
            question,
            capacity_kwh=question.capacity_kwh + more,
            start_kwh=question.start_kwh + more,
            limit_kwh=question.limit_kwh + more,
        )
        table = build_table(larger, around, everything, passing=False)
        extra = float(_extra_kwh(question, table)[-1])
        if extra <= more:
            return extra
    return math.inf


def _extra_kwh(question: Question, table: StopTable) -> Floats:
    """Least extra energy with which each stop of a table can be reached, shape (stops,).

    A shortest path in which the longest gap counts, not the sum of gaps.
    """
    drives, wishes = table.drives, table.wishes
    n = table.chosen.size
    extra = np.full(n + 2, math.inf)
    extra[wishes.origin] = 0.0
    queue = [(0.0, wishes.origin)]
    least = np.full(n + 2, question.reserve_kwh)
    least[wishes.destination] = question.final_kwh
    wanted = np.maximum(drives.need_kwh, drives.cost_kwh + least[drives.stop])
    while queue:
        gap, here = heapq.heappop(queue)
        if gap > extra[here]:
            continue
        held = question.start_kwh if here == wishes.origin else question.limit_kwh
        for drive in range(drives.first[here], drives.first[here + 1]):
            there = int(drives.stop[drive])
            larger = max(gap, float(wanted[drive]) - held)
            if larger < extra[there]:
                extra[there] = larger
                heapq.heappush(queue, (larger, there))
    return extra


def _left_kwh(question: Question, stops: Ints) -> Floats:
    """Most energy left at each node, from the origin or a reached charger at its limit."""
    roads, costs = question.roads, question.costs
    nodes = roads.first_out.size - 1
    spared = np.where(np.isfinite(roads.time_s), question.spared_kwh, math.inf)
    # One extra node with an arc to each start turns many starts into one.
    starts = np.concatenate([[question.origin], question.charger_node[stops]])
    energy = np.concatenate([[question.start_kwh], np.full(stops.size, question.limit_kwh)])
    full = energy + costs.height_kwh[starts]
    base = float(full.max())
    first_out = np.append(roads.first_out, roads.head.size + starts.size).astype(np.int32)
    head = np.concatenate([roads.head, starts]).astype(np.int32)
    weight = np.concatenate([spared, base - full])
    spent = one_to_all(first_out, head, weight, nodes)[:nodes]
    return np.asarray(base - spent - costs.height_kwh)
