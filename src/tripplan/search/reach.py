"""Why a trip is beyond reach: how far the car gets, and how much energy is missing."""

import heapq
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tripplan.arrays import Floats, Ints
from tripplan.routing.customization import Customised
from tripplan.routing.many_to_many import RowStore
from tripplan.search.passages import passive
from tripplan.search.problem import Question
from tripplan.units import M_PER_KM, MWH_PER_KWH

_TINY_KWH = 1e-9


class OutOfReach(Exception):  # noqa: N818 - carries facts from the search to the planner
    """The battery cannot bridge a gap; names no places, the planner adds them.

    ``next_goal`` is the goal that the furthest node is on the way to.
    """

    def __init__(
        self, *, shortfall_kwh: float, furthest_node: int, next_goal: int, reached_stops: int
    ) -> None:
        super().__init__(f"{shortfall_kwh:.2f} kWh short")
        self.shortfall_kwh = shortfall_kwh
        self.furthest_node = furthest_node
        self.next_goal = next_goal
        self.reached_stops = reached_stops


def out_of_range(question: Question, rows: RowStore) -> OutOfReach:
    """Measure what makes the trip impossible.

    The shortfall is the least extra energy that the car would have to hold, at the start and
    after each charge, for the trip to work over the thriftiest drives between stops.
    """
    reach = _Reach(question, rows)
    shortfall_kwh = reach.bottleneck()
    lap, node = reach.last_lap, question.origin
    if lap:
        node = question.goals[lap - 1].node
    stops = _sorted(reach.reached[lap])
    left_kwh = _left_kwh(question, rows.ground, (node, reach.held_kwh[lap]), stops)
    to_goal_s = seconds_to(rows.ground, question.goals[lap].node)
    able = np.flatnonzero((left_kwh >= question.reserve_kwh) & np.isfinite(to_goal_s))
    furthest = int(able[np.argmin(to_goal_s[able])]) if able.size else node
    return OutOfReach(
        shortfall_kwh=shortfall_kwh,
        furthest_node=furthest,
        next_goal=lap,
        reached_stops=len(set().union(*reach.reached)),
    )


class _Reach:
    """How far the battery lasts, goal by goal; a goal without a plug gives no energy."""

    def __init__(self, question: Question, rows: RowStore) -> None:
        laps = len(question.goals)
        self._question, self._rows = question, rows
        self._to_goal = [rows.thriftiest_to(goal.node) for goal in question.goals]
        nodes = (question.origin, *(goal.node for goal in question.goals))
        self._between = [rows.thriftiest_between(a, b) for a, b in pairwise(nodes)]
        self._extra = np.full((laps + 1, question.stop_count), np.inf)
        self._open = np.ones(question.charger_node.size, np.bool_)
        self._open[list(question.banned)] = False
        self._queue: list[tuple[float, int, int]] = []
        self.reached: list[set[int]] = [set() for _ in range(laps)]
        """Chargers reached without extra energy, by the goal that comes next."""
        self.held_kwh = [question.start_kwh, *[-math.inf] * laps]
        """Most energy at the origin and at each goal without any extra."""

    @property
    def last_lap(self) -> int:
        """The first goal that is not reached without extra energy, or the last one."""
        done = sum(math.isfinite(held) for held in self.held_kwh) - 1
        return min(done, len(self._question.goals) - 1)

    def bottleneck(self) -> float:
        """Return the least extra energy that would open a way."""
        chargers, laps = self._question.charger_node.size, len(self._question.goals)
        self._offer(0.0, 0, chargers + laps)
        while self._queue:
            gap, lap, here = heapq.heappop(self._queue)
            if gap > self._extra[lap, here]:
                continue
            if lap == laps:
                return gap
            if here < chargers and gap <= _TINY_KWH:
                self.reached[lap].add(here)
            self._onward(gap, lap, here)
        return math.inf

    def _offer(self, gap: float, lap: int, stop: int) -> None:
        if gap < self._extra[lap, stop]:
            self._extra[lap, stop] = gap
            heapq.heappush(self._queue, (gap, lap, stop))

    def _onward(self, gap: float, lap: int, here: int) -> None:
        """Go on from where energy was got: to chargers, and past goals as far as the trip goes."""
        question = self._question
        chargers, laps = question.charger_node.size, len(question.goals)
        held = question.start_kwh if here == chargers + laps else question.limit_kwh
        spare, spent = held - question.reserve_kwh, question.drawn_kwh(here)
        for number in range(lap, laps):
            if question.most_stops != 0:
                begin = here if number == lap else chargers + number - 1
                need = self._rows.needs_from(int(question.stop_node[begin]))
                self._offer_chargers(np.maximum(gap, spent + need - spare), number)
            need_kwh, cost_kwh = self._between[number]
            if number == lap and here < chargers:
                need_kwh, cost_kwh = (float(column[here]) for column in self._to_goal[number])
            gap = max(gap, spent + need_kwh - spare)
            spent += cost_kwh
            if number + 1 == laps:
                last = spent + question.final_kwh - question.reserve_kwh - spare
                gap = max(gap, last)
                self._offer(gap, laps, chargers + number)
            elif not passive(question, number):
                self._offer(gap, number + 1, chargers + number)
            spent += question.drawn_kwh(chargers + number)
            if gap <= _TINY_KWH:
                left = held - spent if passive(question, number) else question.limit_kwh
                self.held_kwh[number + 1] = max(self.held_kwh[number + 1], left)

    def _offer_chargers(self, gaps: Floats, lap: int) -> None:
        best = self._extra[lap, : gaps.size]
        for stop in np.flatnonzero(self._open & (gaps < best)).tolist():
            self._offer(float(gaps[stop]), lap, stop)


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


def _left_kwh(
    question: Question, ground: Customised, start: tuple[int, float], stops: Ints
) -> Floats:
    """Most energy left at each node, from a start with its energy or a charger at its limit."""
    spared = ground.spared_mwh.min(axis=0) / MWH_PER_KWH
    starts = np.concatenate([[start[0]], question.charger_node[stops]]).astype(np.int64)
    energy = np.concatenate([[start[1]], np.full(stops.size, question.limit_kwh)])
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
