"""In which order places are visited: waypoints as asked, required chargers wherever it is best.

The orders come by the fastest drive through them, which is a bound on every plan that keeps to one.
Each is planned while that bound is below the best plan.  What was not planned counts with its bound
in the certificate, so that what is proved is proved for the trip as it was asked.
"""

import heapq
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, NamedTuple

from tripplan.errors import NoPlanError
from tripplan.planning.stops import Stop
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import least_time_s, optimistic_rests
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution

MOST_PLANNED: Final = 24
"""So many orders are planned; all those of four chargers without a waypoint."""
_MOST_LOOKED_AT: Final = 1000
_MOST_FREE: Final = 8
"""With more required chargers than this, the orders are not all told apart: their number grows
faster than exponentially."""
_NOTHING_KWH: Final = 1e-6


class Visit(NamedTuple):
    """A required charger."""

    charger: int
    """Its position among those that the car can use."""
    stop: Stop


class Order(NamedTuple):
    """Places in the order in which they are visited."""

    stops: tuple[Stop, ...]
    drive_s: float
    """The fastest drive through them; no later order has a faster one."""


def orders(
    nodes: Sequence[int], waypoints: Sequence[Stop], required: Sequence[Visit], rows: ManyToMany
) -> Iterator[Order]:
    """Yield every order in which a trip can visit its places, the fastest drive first.

    With more than eight required chargers there are but two: a good one, and then one that stands
    for all others with a drive that none of them undercuts.

    Parameters
    ----------
    nodes
        Nodes of origin, waypoints and destination.
    waypoints, required
        What is visited between them.
    rows
        Drives between the chargers of the car.
    """
    if not required:
        yield Order(tuple(waypoints), 0.0)
        return
    drives = _Drives(nodes, required, rows)
    found = drives.fastest_first() if len(required) <= _MOST_FREE else drives.good_one()
    for steps, drive_s in found:
        ahead = iter(waypoints)
        stops = (next(ahead) if step < 0 else required[step].stop for step in steps)
        yield Order(tuple(stops), drive_s)


class _Drives:
    """Fastest drives between origin, waypoints, required chargers and destination.

    A step of an order is the number of a required charger, or -1: the next waypoint.
    """

    def __init__(self, nodes: Sequence[int], required: Sequence[Visit], rows: ManyToMany) -> None:
        position = [visit.charger for visit in required]
        self._chargers, self._last = len(required), len(nodes) - 1
        self._ahead_s = [
            float(rows.scalarized_between(a, b)[0]) for a, b in itertools.pairwise(nodes)
        ]
        self._from_s = [rows.scalarized_from(node)[position, 0].tolist() for node in nodes[:-1]]
        self._to_s = [rows.scalarized_to(node)[position, 0].tolist() for node in nodes]
        self._between_s = [
            rows.scalarized_from(visit.stop.node)[position, 0].tolist() for visit in required
        ]
        self.rest_s = cache(self._rest_s)

    def _options(self, at: int, passed: int, left: int) -> Iterator[tuple[int, float]]:
        """Yield steps from a charger, or the last waypoint passed (-1), and how long each takes."""
        for charger in range(self._chargers):
            if left >> charger & 1:
                away_s = self._from_s[passed] if at < 0 else self._between_s[at]
                yield charger, away_s[charger]
        if passed + 1 < self._last or not left:
            yield -1, self._ahead_s[passed] if at < 0 else self._to_s[passed + 1][at]

    def _rest_s(self, at: int, passed: int, left: int) -> float:
        """Return the fastest drive through all that is left, to the destination."""
        if passed == self._last:
            return 0.0
        return min(
            step_s + self.rest_s(*self._after(step, passed, left))
            for step, step_s in self._options(at, passed, left)
        )

    @staticmethod
    def _after(step: int, passed: int, left: int) -> tuple[int, int, int]:
        return (-1, passed + 1, left) if step < 0 else (step, passed, left & ~(1 << step))

    def fastest_first(self) -> Iterator[tuple[tuple[int, ...], float]]:
        """Yield every order with its drive, without the last step to the destination."""
        number = itertools.count()
        start = (-1, 0, (1 << self._chargers) - 1)
        queue: list[tuple[float, int, float, tuple[int, int, int], tuple[int, ...]]]
        queue = [(self.rest_s(*start), next(number), 0.0, start, ())]
        if math.isinf(queue[0][0]):
            yield (*(-1 for _ in range(self._last - 1)), *range(self._chargers)), math.inf
            return
        while queue:
            whole_s, _, driven_s, here, steps = heapq.heappop(queue)
            if math.isinf(whole_s):
                return
            if here[1] == self._last:
                yield steps[:-1], whole_s
                continue
            for step, step_s in self._options(*here):
                there, then_s = self._after(step, *here[1:]), driven_s + step_s
                entry = (then_s + self.rest_s(*there), next(number), then_s, there, (*steps, step))
                heapq.heappush(queue, entry)

    def good_one(self) -> Iterator[tuple[tuple[int, ...], float]]:
        """Yield an order made by inserting where it costs least, and then a bound on all."""
        steps: tuple[int, ...] = (-1,) * (self._last - 1)
        for charger in range(self._chargers):
            tried = ((*steps[:k], charger, *steps[k:]) for k in range(len(steps) + 1))
            steps = min(tried, key=self._length_s)
        through_s = (
            min(
                self._from_s[k][charger] + self._to_s[k + 1][charger] - self._ahead_s[k]
                for k in range(self._last)
            )
            for charger in range(self._chargers)
        )
        bound_s = sum(self._ahead_s) + max(0.0, *through_s)
        yield steps, bound_s
        yield steps, bound_s

    def _length_s(self, steps: Sequence[int]) -> float:
        length_s, at, passed = 0.0, -1, 0
        for step in (*steps, -1):
            if step >= 0:
                length_s += self._from_s[passed][step] if at < 0 else self._between_s[at][step]
            else:
                length_s += self._ahead_s[passed] if at < 0 else self._to_s[passed + 1][at]
                passed += 1
            at = step
        return length_s


@dataclass(frozen=True, eq=False)
class Chosen:
    """An order, what it asks of the search, and the answer."""

    stops: tuple[Stop, ...]
    problem: Problem
    solution: Solution


def best_order(
    every: Iterator[Order],
    problem_of: Callable[[Sequence[Stop]], Problem],
    rows: ManyToMany,
    solved: Callable[[Problem], Solution],
) -> Chosen:
    """Plan orders until no other can be better; the bound is one on them all.

    Parameters
    ----------
    every
        The orders, the fastest drive first.
    problem_of
        Turns places in order into what is asked of the search.
    rows
        Drives between the chargers of the car.
    solved
        Searches.

    Raises
    ------
    NoPlanError, OutOfReach
        No order that was planned can be done: what the first of them says.
    """
    best: Chosen | None = None
    refused: list[tuple[float, Exception]] = []
    bounds_s: list[float] = []
    planned = labels = 0
    complete, fastest_s = True, math.inf
    for number, order in enumerate(every):
        problem = problem_of(order.stops)
        if number == 0:
            first_s = order.drive_s + sum(target.dwell_s for target in problem.targets)
        floor_s = order.drive_s + _fixed_s(problem) - problem.constant_s
        value_s = best.solution.time_s if best else math.inf
        done = best is not None and floor_s >= value_s
        if done or planned == MOST_PLANNED or number == _MOST_LOOKED_AT:
            bounds_s.append(floor_s)
            break
        if number:
            fastest_s = first_s
            floor_s = max(floor_s, _floor_s(problem, rows))
        if best is not None and floor_s >= value_s:
            bounds_s.append(floor_s)
            continue
        planned += 1
        try:
            solution = solved(problem)
        except (OutOfReach, NoPlanError) as error:
            refused.append((floor_s, error))
            continue
        bounds_s.append(solution.lower_bound_s)
        labels, complete = labels + solution.labels, complete and solution.complete
        if solution.time_s < value_s:
            best = Chosen(order.stops, problem, solution)
    if best is None:
        raise refused[0][1]
    least_s = _least_s(min(bounds_s), refused)
    least_time_s = min(best.solution.least_time_s, fastest_s)
    solution = replace(best.solution, labels=labels, complete=complete, least_time_s=least_time_s)
    if least_s < solution.lower_bound_s:
        solution = replace(
            solution,
            lower_bound_s=least_s,
            method=f"{solution.method}; the bound is the least over all orders of the required "
            f"chargers, of which {planned} were planned",
        )
    return replace(best, solution=solution)


def _least_s(bound_s: float, refused: Sequence[tuple[float, Exception]]) -> float:
    """Return a bound that also holds for orders that were refused, unless energy lacks there.

    What lacks is measured only as far as it matters.

    Parameters
    ----------
    bound_s
        Bound of all other orders. [s]
    refused
        Bound of each order that was refused, by its drive, and why it was. [s]
    """
    for floor_s, error in sorted(refused, key=lambda pair: pair[0]):
        if floor_s >= bound_s:
            break
        if not isinstance(error, OutOfReach) or error.gap.shortfall_kwh <= _NOTHING_KWH:
            return floor_s
    return bound_s


def with_bound_of(
    orders: Iterator[Order],
    problem_of: Callable[[Sequence[Stop]], Problem],
    chosen: Chosen,
    rows: ManyToMany,
) -> Chosen:
    """Return a plan that was found with another objective as an answer to what was asked.

    For where the search for that finds none: a plan that keeps all wishes keeps them for whatever
    is to be least.

    Parameters
    ----------
    orders
        The orders in which the trip may visit its places, the fastest drive first.
    problem_of
        Turns places in order into the question that was asked.
    chosen
        The plan: the quickest, or if time was asked that of least energy.
    rows
        Drives between the chargers of the car.
    """
    problem = problem_of(chosen.stops)
    bound_s = _floor_s(problem, rows)
    by_time = problem.objective is None
    if any(target.is_charger for target in problem.targets):
        if by_time:
            bound_s = next(orders).drive_s + _fixed_s(problem)
        else:
            # The quickest plan is bounded in every order, and nothing beside time is negative.
            bound_s = chosen.solution.least_time_s - problem.constant_s
    kind = "plan of least energy" if by_time else "quickest plan"
    solution = replace(
        chosen.solution,
        lower_bound_s=bound_s,
        complete=False,
        method=f"the {kind}, since none was found by what was asked to be least; bound from "
        "the fastest and the thriftiest drives alone",
    )
    return replace(chosen, problem=problem, solution=solution)


def _fixed_s(problem: Problem) -> float:
    """Return what the places of a trip count in every order, in the seconds of the search."""
    targets = problem.targets
    counted_s = sum(target.dwell_s + target.overhead_s for target in targets)
    if problem.objective is not None:
        first = int(problem.charger_node.size)
        counted_s += float(problem.objective.fee_s[first : first + len(targets)].sum())
    return counted_s


def _floor_s(problem: Problem, rows: ManyToMany) -> float:
    """Return a bound on the plans of one order that also counts energy."""
    return least_time_s(problem, optimistic_rests(problem, rows)) - problem.constant_s
