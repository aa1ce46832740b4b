"""Why a trip is beyond reach: how far the car gets, and how much energy is missing."""

import heapq
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.errors import NoPlanError
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.routing.end_costs import EndCosts
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.pool import passive
from tripplan.search.problem import Problem
from tripplan.units import M_PER_KM, MWH_PER_KWH

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_TINY_KWH = 1e-9


class Gap(NamedTuple):
    """How far the car gets, and how much energy is missing."""

    shortfall_kwh: float
    furthest_node: int
    next_target: int
    """The target that the furthest node is on the way to."""
    reached_stops: int


class OutOfReach(Exception):  # noqa: N818 - carries facts from the search to the planner
    """The battery cannot bridge a gap; names no places, the planner adds them.

    Parameters
    ----------
    measure
        Measures the gap, which takes longer than a search and is done when it is first asked for.
    """

    def __init__(self, measure: Callable[[], Gap]) -> None:
        super().__init__("the battery cannot bridge a gap")
        self._measure = measure

    @cached_property
    def gap(self) -> Gap:
        """How far the car gets, and how much energy is missing."""
        return self._measure()


def out_of_range(problem: Problem, many_to_many: ManyToMany) -> OutOfReach:
    """Say that a trip is impossible; what makes it so is measured when it is asked for."""
    return OutOfReach(lambda: _gap(problem, many_to_many))


def refused_by_heat(problem: Problem) -> NoPlanError:
    """Return the refusal of a trip on which the pack would be too cold or too hot to charge.

    Parameters
    ----------
    problem
        The trip.
    """
    return NoPlanError(
        "the battery would be too cold or too hot to take a charge where it must "
        f"(air {problem.pack.air_c:g} degrees Celsius). Start with a warmer pack or more charge."
    )


def _gap(problem: Problem, many_to_many: ManyToMany) -> Gap:
    """Measure what makes the trip impossible.

    The shortfall is the least extra energy that the car would have to hold, at the start and
    after each charge, for the trip to work over the thriftiest drives between stops.
    """
    reach = _Reach(problem, many_to_many)
    shortfall_kwh = reach.bottleneck()
    stage, node = reach.last_stage, problem.origin
    if stage:
        node = problem.targets[stage - 1].node
    stops = _sorted(reach.reached[stage])
    left_kwh = _left_kwh(problem, many_to_many.customized, (node, reach.held_kwh[stage]), stops)
    to_target_s = seconds_to(many_to_many.customized, problem.targets[stage].node)
    able = np.flatnonzero((left_kwh >= problem.reserve_kwh) & np.isfinite(to_target_s))
    furthest = int(able[np.argmin(to_target_s[able])]) if able.size else node
    return Gap(shortfall_kwh, furthest, stage, len(set().union(*reach.reached)))


class _Reach:
    """How far the battery lasts, target by target; a target without a plug gives no energy."""

    def __init__(self, problem: Problem, many_to_many: ManyToMany) -> None:
        stages = len(problem.targets)
        self._problem, self._many_to_many = problem, many_to_many
        self._to_target = [many_to_many.thriftiest_to(target.node) for target in problem.targets]
        nodes = (problem.origin, *(target.node for target in problem.targets))
        self._between = [many_to_many.thriftiest_between(a, b) for a, b in pairwise(nodes)]
        self._extra = np.full((stages + 1, problem.stop_count), np.inf)
        self._open = np.ones(problem.charger_node.size, np.bool_)
        self._open[list(problem.banned)] = False
        self._more_kwh = problem.least_arrivals_kwh - problem.reserve_kwh
        self._queue: list[tuple[float, int, int]] = []
        self.reached: list[set[int]] = [set() for _ in range(stages)]
        """Chargers reached without extra energy, by the target that comes next."""
        self.held_kwh = [problem.start_kwh, *[-math.inf] * stages]
        """Most energy at the origin and at each target without any extra."""

    @property
    def last_stage(self) -> int:
        """The first target that is not reached without extra energy, or the last one."""
        done = sum(math.isfinite(held) for held in self.held_kwh) - 1
        return min(done, len(self._problem.targets) - 1)

    def bottleneck(self) -> float:
        """Return the least extra energy that would open a way."""
        chargers, stages = self._problem.charger_node.size, len(self._problem.targets)
        self._offer(0.0, 0, chargers + stages)
        while self._queue:
            gap, stage, here = heapq.heappop(self._queue)
            if gap > self._extra[stage, here]:
                continue
            if stage == stages:
                return gap
            if here < chargers and gap <= _TINY_KWH:
                self.reached[stage].add(here)
            self._onward(gap, stage, here)
        return math.inf

    def _offer(self, gap: float, stage: int, stop: int) -> None:
        if gap < self._extra[stage, stop]:
            self._extra[stage, stop] = gap
            heapq.heappush(self._queue, (gap, stage, stop))

    def _onward(self, gap: float, stage: int, here: int) -> None:
        """Go on from where energy was got: to chargers, and past targets to the trip's end."""
        problem = self._problem
        chargers, stages = problem.charger_node.size, len(problem.targets)
        held = problem.start_kwh if here == chargers + stages else problem.limit_kwh
        spare, spent = held - problem.reserve_kwh, problem.drawn_kwh(here)
        for number in range(stage, stages):
            if problem.most_stops != 0:
                begin = here if number == stage else chargers + number - 1
                need = self._many_to_many.min_departures_from(int(problem.stop_node[begin]))
                need = need + self._more_kwh[number, :chargers]
                self._offer_chargers(np.maximum(gap, spent + need - spare), number)
            min_departure_kwh, consumed_kwh = self._between[number]
            if number == stage and here < chargers:
                min_departure_kwh, consumed_kwh = (
                    float(column[here]) for column in self._to_target[number]
                )
            gap = max(gap, spent + min_departure_kwh - spare)
            spent += consumed_kwh
            if number + 1 == stages:
                last = spent + problem.final_kwh - problem.reserve_kwh - spare
                gap = max(gap, last)
                self._offer(gap, stages, chargers + number)
            elif not passive(problem, number):
                gap = max(gap, spent + float(self._more_kwh[number + 1, chargers + number]) - spare)
                self._offer(gap, number + 1, chargers + number)
            spent += problem.drawn_kwh(chargers + number)
            if gap <= _TINY_KWH:
                left = held - spent if passive(problem, number) else problem.limit_kwh
                self.held_kwh[number + 1] = max(self.held_kwh[number + 1], left)

    def _offer_chargers(self, gaps: Floats, stage: int) -> None:
        best = self._extra[stage, : gaps.size]
        for stop in np.flatnonzero(self._open & (gaps < best)).tolist():
            self._offer(float(gaps[stop]), stage, stop)


def _sorted(stops: set[int]) -> Ints:
    return np.array(sorted(stops), dtype=np.int32)


def _matrix(
    customized: CustomizedHierarchy, weight: Floats, *, backward: bool = False
) -> "csr_array":
    """Open roads as a sparse matrix; scipy takes no arc of weight 0 for none, if it is stored."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - most plans do without, and it loads slowly

    roads = customized.every_road
    kept = roads.open_roads
    ends = roads.tail[kept], roads.head[kept]
    if backward:
        ends = ends[::-1]
    size = roads.height_kwh.size
    order = np.lexsort((weight[kept], ends[1], ends[0]))
    tail, head, least = ends[0][order], ends[1][order], weight[kept][order]
    first = np.ones(tail.size, np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((least[first], (tail[first], head[first])), shape=(size, size))


def _dijkstra(matrix: "csr_array", source: int) -> Floats:
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    return np.asarray(dijkstra(matrix, indices=np.array(source)))


def seconds_to(customized: CustomizedHierarchy, node: int) -> Floats:
    """Time of the fastest drive from each node to one, shape (nodes,) [s]."""
    weight = customized.every_road.values[0, :, 0].astype(np.float64)
    matrix = _matrix(customized, weight, backward=True)
    return np.asarray(_dijkstra(matrix, node)) / 1000.0


def distance_km(
    customized: CustomizedHierarchy, length_m: Floats, source: int, target: int
) -> float:
    """Length of the shortest open road from a node to another [km]; infinite if there is none.

    Parameters
    ----------
    customized
        The roads, for a car.
    length_m
        Length of each, local arcs at the ends of the trip included, shape (roads,). [m]
    source, target
        Nodes.
    """
    matrix = _matrix(customized, length_m)
    return float(_dijkstra(matrix, source)[target]) / M_PER_KM


def joined(
    customized: CustomizedHierarchy, open_roads: NDArray[np.bool_], source: int, target: int
) -> bool:
    """Whether a road leads from a node to another if just these roads are open.

    Parameters
    ----------
    customized
        The roads, for a car.
    open_roads
        Whether each is open, shape (roads,).
    source, target
        Nodes.
    """
    opened = replace(customized, open_roads=open_roads, ends=_opened(customized.ends))
    matrix = _matrix(opened, np.ones(opened.every_road.head.size))
    return bool(np.isfinite(_dijkstra(matrix, source)[target]))


def _opened(ends: EndCosts | None) -> EndCosts | None:
    """Return ends with all their local arcs open: they are chosen among roads that are."""
    return None if ends is None else replace(ends, open_roads=np.ones_like(ends.open_roads))


def _left_kwh(
    problem: Problem, customized: CustomizedHierarchy, start: tuple[int, float], stops: Ints
) -> Floats:
    """Most energy left at each node, from a start with its energy or a charger at its limit."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    roads = customized.every_road
    spared = roads.spared_mwh.min(axis=0) / MWH_PER_KWH
    starts = np.concatenate([[start[0]], problem.charger_node[stops]]).astype(np.int64)
    energy = np.concatenate([[start[1]], np.full(stops.size, problem.limit_kwh)])
    full = energy + roads.height_kwh[starts]
    base = float(full.max())
    # One extra node with an arc to each start turns many starts into one.
    size = roads.height_kwh.size
    plain = _matrix(customized, spared).tocoo()
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
    return np.asarray(base - spent - roads.height_kwh)
