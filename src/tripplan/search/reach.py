"""Why a trip is beyond reach: how far the car gets, and how much energy is missing."""

import heapq
import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tripplan.search.customised import Customised
from tripplan.search.question import Question
from tripplan.search.rows import RowStore
from tripplan.units import M_PER_KM, MWH_PER_KWH

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

_TINY_KWH = 1e-9


class OutOfReach(Exception):  # noqa: N818 - carries facts from the search to the planner
    """The battery cannot bridge a gap; names no places, the planner adds them."""

    def __init__(self, *, shortfall_kwh: float, furthest_node: int, reached_stops: int) -> None:
        super().__init__(f"{shortfall_kwh:.2f} kWh short")
        self.shortfall_kwh = shortfall_kwh
        self.furthest_node = furthest_node
        self.reached_stops = reached_stops


def out_of_range(question: Question, rows: RowStore) -> OutOfReach:
    """Measure what makes the trip impossible.

    The shortfall is the least extra energy that the car would have to hold, at the start and
    after each stop, for the trip to work over the thriftiest drives between stops.
    """
    shortfall_kwh, reached = _bottleneck(question, rows)
    left_kwh = _left_kwh(question, rows.ground, reached)
    to_end_s = seconds_to(rows.ground, question.destination)
    able = np.flatnonzero((left_kwh >= question.reserve_kwh) & np.isfinite(to_end_s))
    furthest = int(able[np.argmin(to_end_s[able])]) if able.size else question.origin
    return OutOfReach(
        shortfall_kwh=shortfall_kwh, furthest_node=furthest, reached_stops=reached.size
    )


def _bottleneck(question: Question, rows: RowStore) -> tuple[float, Ints]:
    """Least extra energy that would open a way, and the chargers reached without any."""
    chargers, laps = question.charger_node.size, len(question.goals)
    final_kwh = question.final_kwh - question.reserve_kwh
    goals = [rows.least_energy_to(goal.node) for goal in question.goals]
    direct = []
    node = question.origin
    for goal in question.goals:
        direct.append(rows.least_energy_between(node, goal.node))
        node = goal.node
    origin = (0, chargers + laps)
    extra = {origin: 0.0}
    queue = [(0.0, *origin)]
    reached: set[int] = set()
    while queue:
        gap, lap, here = heapq.heappop(queue)
        if gap > extra[lap, here]:
            continue
        if lap == laps:
            return gap, _sorted(reached)
        if here < chargers and gap <= _TINY_KWH:
            reached.add(here)
        held = question.start_kwh if here == origin[1] else question.limit_kwh
        spare = held - question.reserve_kwh
        if here < chargers:
            onward = rows.least_energy_row(here)
        else:
            onward = rows.least_energy_from(int(question.stop_node[here]))
        to_goal = goals[lap][here] if here < chargers else direct[lap]
        to_goal += final_kwh if lap + 1 == laps else 0.0
        larger = np.maximum(gap, onward - spare)
        following = [(float(larger[k]), lap, int(k)) for k in np.flatnonzero(np.isfinite(larger))]
        following.append((max(gap, float(to_goal) - spare), lap + 1, chargers + lap))
        for wanted, next_lap, there in following:
            if there in question.banned and there < chargers:
                continue
            if wanted < extra.get((next_lap, there), math.inf):
                extra[next_lap, there] = wanted
                heapq.heappush(queue, (wanted, next_lap, there))
    return math.inf, _sorted(reached)


def _sorted(stops: set[int]) -> Ints:
    return np.array(sorted(stops), dtype=np.int32)


def _matrix(ground: Customised, weight: Floats, *, backward: bool = False) -> csr_array:
    """Open roads as a sparse matrix; scipy takes no arc of weight 0 for none, if it is stored."""
    tree = ground.hierarchy
    kept = ground.open_roads
    ends = (tree.head[kept], tree.tail[kept]) if backward else (tree.tail[kept], tree.head[kept])
    size = tree.node_count
    order = np.lexsort((weight[kept], ends[1], ends[0]))
    tail, head, least = ends[0][order], ends[1][order], weight[kept][order]
    first = np.ones(tail.size, np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((least[first], (tail[first], head[first])), shape=(size, size))


def _dijkstra(matrix: csr_array, source: int) -> Floats:
    return np.asarray(dijkstra(matrix, indices=np.array(source)))


def seconds_to(ground: Customised, node: int) -> Floats:
    """Time of the fastest drive from each node to one, shape (nodes,) [s]."""
    weight = ground.values[0, :, 0].astype(np.float64)
    matrix = _matrix(ground, weight, backward=True)
    return np.asarray(_dijkstra(matrix, node)) / 1000.0


def distance_km(ground: Customised, length_m: Floats, source: int, target: int) -> float:
    """Length of the shortest open road from a node to another [km]; infinite if there is none."""
    matrix = _matrix(ground, length_m)
    return float(_dijkstra(matrix, source)[target]) / M_PER_KM


def joined(ground: Customised, open_roads: NDArray[np.bool_], source: int, target: int) -> bool:
    """Whether a road leads from a node to another if just these roads are open."""
    matrix = _matrix(replace(ground, open_roads=open_roads), np.ones(open_roads.size))
    return bool(np.isfinite(_dijkstra(matrix, source)[target]))


def _left_kwh(question: Question, ground: Customised, stops: Ints) -> Floats:
    """Most energy left at each node, from the origin or a reached charger at its limit."""
    spared = ground.spared_mwh.min(axis=0) / MWH_PER_KWH
    starts = np.concatenate([[question.origin], question.charger_node[stops]]).astype(np.int64)
    energy = np.concatenate([[question.start_kwh], np.full(stops.size, question.limit_kwh)])
    full = energy + ground.height_kwh[starts]
    base = float(full.max())
    # One extra node with an arc to each start turns many starts into one.
    size = ground.hierarchy.node_count
    plain = _matrix(ground, spared).tocoo()
    best = np.full(size, np.inf)
    np.minimum.at(best, starts, base - full)
    nodes = np.flatnonzero(np.isfinite(best))
    matrix = csr_array(
        (
            np.concatenate([plain.data, best[nodes]]),
            (
                np.concatenate([plain.coords[0], np.full(nodes.size, size)]),
                np.concatenate([plain.coords[1], nodes]),
            ),
        ),
        shape=(size + 1, size + 1),
    )
    spent = np.asarray(_dijkstra(matrix, size))[:size]
    return np.asarray(base - spent - ground.height_kwh)
