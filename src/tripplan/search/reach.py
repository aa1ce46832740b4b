"""Why a trip is beyond reach: how far the car gets, and how much energy is missing."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan.search.kernels.drives import one_to_all
from tripplan.search.question import Question, Surroundings
from tripplan.search.table import build_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class OutOfReach(Exception):  # noqa: N818 - carries facts from the search to the planner
    """The battery cannot bridge a gap; names no places, the planner adds them."""

    def __init__(self, *, shortfall_kwh: float, furthest_node: int, reached_stops: int) -> None:
        super().__init__(f"{shortfall_kwh:.2f} kWh short")
        self.shortfall_kwh = shortfall_kwh
        self.furthest_node = furthest_node
        self.reached_stops = reached_stops


@dataclass(frozen=True, eq=False)
class _Reach:
    stops: Ints
    """Chargers that the car can reach."""
    left_kwh: Floats
    """Most energy with which the car can be at each node; below the reserve: it cannot."""


def out_of_range(question: Question, around: Surroundings) -> OutOfReach:
    """Measure the gap that makes the trip impossible.

    The shortfall is the least extra energy with which the car would get from where it can be to
    the destination, or to a charger from which the destination can be reached.
    """
    table = build_table(question, around, np.arange(question.charger_node.size, dtype=np.int32))
    n = table.chosen.size
    first, stop = table.drives.first, table.drives.stop
    startable = table.drives.need_kwh <= question.start_kwh + 1e-9
    reached = np.zeros(n + 2, np.bool_)
    queue = [n]
    while queue:
        here = queue.pop()
        for drive in range(first[here], first[here + 1]):
            there = int(stop[drive])
            if not reached[there] and (here != n or startable[drive]):
                reached[there] = True
                queue.append(there)
    useful = _leads_to_end(first, stop, n)
    reach = _reach(question, np.flatnonzero(reached[:n]).astype(np.int32))
    goals = [question.destination, *question.charger_node[useful & ~reached[:n]].tolist()]
    wanted = np.array([question.final_kwh] + [question.reserve_kwh] * (len(goals) - 1))
    shortfall = float(np.min(wanted - reach.left_kwh[goals]))
    able = np.flatnonzero(
        (reach.left_kwh >= question.reserve_kwh) & np.isfinite(around.to_time_s)
    )
    furthest = (
        int(able[np.argmin(around.to_time_s[able])]) if able.size else question.origin
    )
    return OutOfReach(
        shortfall_kwh=max(shortfall, 0.0),
        furthest_node=furthest,
        reached_stops=int(reached[:n].sum()),
    )


def _leads_to_end(first: Ints, stop: Ints, n: int) -> NDArray[np.bool_]:
    """Whether the destination can be reached from each charger, shape (n,)."""
    start = np.repeat(np.arange(first.size - 1), np.diff(first))
    useful = np.zeros(n + 2, np.bool_)
    useful[n + 1] = True
    while True:
        more = useful.copy()
        more[start[useful[stop]]] = True
        if np.array_equal(more, useful):
            return useful[:n]
        useful = more


def _reach(question: Question, stops: Ints) -> _Reach:
    """Most energy left at each node, from the origin or any reached charger at its limit."""
    roads, costs = question.roads, question.costs
    nodes = roads.first_out.size - 1
    rise = costs.height_kwh[roads.head] - costs.height_kwh[question.tail]
    spared = np.where(
        np.isfinite(roads.time_s), np.maximum(roads.energy_kwh - rise, 0.0), math.inf
    )
    # One extra node with an arc to each start turns many starts into one.
    starts = np.concatenate([[question.origin], question.charger_node[stops]])
    energy = np.concatenate([[question.start_kwh], np.full(stops.size, question.limit_kwh)])
    full = energy + costs.height_kwh[starts]
    base = float(full.max())
    first_out = np.append(roads.first_out, roads.head.size + starts.size).astype(np.int32)
    head = np.concatenate([roads.head, starts]).astype(np.int32)
    weight = np.concatenate([spared, base - full])
    spent = one_to_all(first_out, head, weight, nodes)[:nodes]
    return _Reach(stops=stops, left_kwh=base - spent - costs.height_kwh)
