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
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.errors import NoPlanError
from tripplan.planning.stops import Stop
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import least_time_s, optimistic_rests
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import NothingQuickerError, Solution

MOST_PLANNED: Final = 24
"""So many orders are planned; all those of four chargers without a waypoint."""
_MOST_LOOKED_AT: Final = 1000
_MOST_FREE: Final = 14
"""With more required chargers than this, the orders are not all told apart: the drives through all
sets of them would take longer to find than the plan."""
_MOVED: Final = 3
"""So many places in a row are moved together where all orders are too many."""
_LESS_S: Final = 1e-6
"""A drive that is shorter by less is as long."""
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
    stands_for_others: bool = False
    """Whether it is no order of its own, but stands for all that do not come: none has a faster
    drive."""


def orders(
    nodes: Sequence[int], waypoints: Sequence[Stop], required: Sequence[Visit], rows: ManyToMany
) -> Iterator[Order]:
    """Yield every order in which a trip can visit its places, the fastest drive first.

    With more than fourteen required chargers there are but two: a good one, and then one that
    stands for all others with a drive that none of them undercuts.

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

    def ordered(steps: Sequence[int]) -> tuple[Stop, ...]:
        ahead = iter(waypoints)
        return tuple(next(ahead) if step < 0 else required[step].stop for step in steps)

    if len(required) <= _MOST_FREE:
        for steps, drive_s in drives.fastest_first():
            yield Order(ordered(steps), drive_s)
        return
    steps = drives.good_one()
    # No drive through all of them is faster than the fastest through some, here and there on it.
    met = np.array([step for step in steps if step >= 0])
    some = met[np.linspace(0, met.size - 1, _MOST_FREE).astype(int)].tolist()
    fewer = _Drives(nodes, [required[k] for k in some], rows)
    least_s = max(drives.least_s(), fewer.rest_s(-1, 0, (1 << len(some)) - 1))
    good = ordered(steps)
    yield Order(good, least_s)
    yield Order(good, least_s, stands_for_others=True)


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
        self._from_s: list[list[float]] = [
            rows.scalarized_from(node)[position, 0].tolist() for node in nodes[:-1]
        ]
        self._to_s: list[list[float]] = [
            rows.scalarized_to(node)[position, 0].tolist() for node in nodes
        ]
        self._between_s: list[list[float]] = [
            rows.scalarized_from(visit.stop.node)[position, 0].tolist() for visit in required
        ]

    def _options(self, at: int, passed: int, left: int) -> Iterator[tuple[int, float]]:
        """Yield steps from a charger, or the last waypoint passed (-1), and how long each takes."""
        for charger in range(self._chargers):
            if left >> charger & 1:
                away_s = self._from_s[passed] if at < 0 else self._between_s[at]
                yield charger, away_s[charger]
        if passed + 1 < self._last or not left:
            yield -1, self._ahead_s[passed] if at < 0 else self._to_s[passed + 1][at]

    @cached_property
    def _rests_s(self) -> list[Floats]:
        """The fastest drives through all that is left, to the destination (Held and Karp).

        By how many waypoints are passed, a set of chargers as the bits of a number, and the charger
        at which the car is; last in a row: at the last waypoint passed.  Shape (sets, chargers + 1)
        each.
        """
        count = self._chargers
        sets = np.arange(1 << count)
        size = np.array([int(one).bit_count() for one in sets.tolist()])
        by_size = [sets[size == k] for k in range(count + 1)]
        found: list[Floats] = []
        for passed in range(self._last - 1, -1, -1):
            onward_s = np.array([*self._to_s[passed + 1], self._ahead_s[passed]])
            step_s = np.array([*self._between_s, self._from_s[passed]])
            rest_s = np.full((sets.size, count + 1), np.inf)
            if found:
                rest_s[:] = onward_s + found[-1][:, -1:]
            else:
                rest_s[0] = onward_s
            for some in by_size[1:]:
                for charger in range(count):
                    those = some[some >> charger & 1 > 0]
                    then_s = rest_s[those ^ (1 << charger), charger]
                    through_s = step_s[:, charger] + then_s[:, None]
                    rest_s[those] = np.minimum(rest_s[those], through_s)
            found.append(rest_s)
        return found[::-1]

    def rest_s(self, at: int, passed: int, left: int) -> float:
        """Return the fastest drive through all that is left, to the destination."""
        return 0.0 if passed == self._last else float(self._rests_s[passed][left, at])

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

    def good_one(self) -> tuple[int, ...]:
        """Return an order with a short drive: one by one where it costs least, then moved."""
        steps: tuple[int, ...] = (-1,) * (self._last - 1)
        for charger in range(self._chargers):
            tried = ((*steps[:k], charger, *steps[k:]) for k in range(len(steps) + 1))
            steps = min(tried, key=self._length_s)
        length_s, gains = self._length_s(steps), True
        while gains:
            better = min(self._moved(steps), key=self._length_s, default=steps)
            gains = self._length_s(better) < length_s - _LESS_S
            if gains:
                steps, length_s = better, self._length_s(better)
        return steps

    @staticmethod
    def _moved(steps: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield orders with a part turned round, or up to three places put elsewhere."""

        def kept(found: tuple[int, ...]) -> bool:
            return found != steps

        for i, j in itertools.combinations(range(len(steps) + 1), 2):
            yield (*steps[:i], *reversed(steps[i:j]), *steps[j:])
            if j - i <= _MOVED:
                part, rest = steps[i:j], (*steps[:i], *steps[j:])
                moved = ((*rest[:k], *part, *rest[k:]) for k in range(len(rest) + 1))
                yield from filter(kept, moved)

    def least_s(self) -> float:
        """Return what no drive through all places undercuts: the dearest way round to one."""
        through_s = (
            min(
                self._from_s[k][charger] + self._to_s[k + 1][charger] - self._ahead_s[k]
                for k in range(self._last)
            )
            for charger in range(self._chargers)
        )
        return sum(self._ahead_s) + max(0.0, *through_s)

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
    solved: Callable[[Problem, float], Solution],
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
        Searches, given how long the best plan takes so far. [s]

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
        done = order.stands_for_others or (best is not None and floor_s >= value_s)
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
            solution = solved(problem, value_s)
        except (OutOfReach, NoPlanError, NothingQuickerError) as error:
            # With its traceback it would hold what was planned on until the next collection.
            refused.append((_from_s(error, floor_s, value_s), error.with_traceback(None)))
            continue
        bounds_s.append(solution.lower_bound_s)
        labels, complete = labels + solution.labels, complete and solution.complete
        if solution.time_s < value_s:
            best = Chosen(order.stops, problem, solution)
    if best is None:
        raise _first_of(refused)
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


def _first_of(refused: list[tuple[float, Exception]]) -> Exception:
    """Take the first of the refusals, and forget them all: who raises it holds nothing of it."""
    error = refused[0][1]
    refused.clear()
    return error


def _from_s(error: Exception, floor_s: float, best_s: float) -> float:
    """Return what no plan of an order undercuts for which none was found."""
    return max(floor_s, best_s) if isinstance(error, NothingQuickerError) else floor_s


def _least_s(bound_s: float, refused: Sequence[tuple[float, Exception]]) -> float:
    """Return a bound that also holds for orders that were refused, unless energy lacks there.

    What lacks is measured only as far as it matters.

    Parameters
    ----------
    bound_s
        Bound of all other orders. [s]
    refused
        Bound of each order of which no plan was found, and why. [s]
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
