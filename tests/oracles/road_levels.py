"""A brute-force twin on the roads themselves: Dijkstra over (node, level of charge, plugged in).

Plain Python on purpose, and nothing of ``tripplan``.  Every road is one step that may be driven in
several ways (speeds), each with a time and a whole number of levels that it spends, so the twin
knows all roads at all speeds, not only those that are best at some exchange rate of energy for
time.  Where every energy of a world is a multiple of one level, all candidates of the theorem of
finite departures lie on the levels, and the twin's optimum is that of the continuous problem.
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

UNPLUGGED = -1
END = -1
"""Node behind the destination."""


@dataclass(frozen=True)
class RoadLevels:
    """Roads, chargers and a trip; energies in levels of charge."""

    ways: tuple[tuple[tuple[int, float, int], ...], ...]
    """From each node: node at the other end, time, and levels spent (negative: charged), one entry
    for each road and speed; shape (nodes,) rows."""
    charger_node: Sequence[int]
    charge_s: Sequence[Sequence[float]]
    """Time from each level to the next at each charger, shape (chargers, levels)."""
    origin: int
    destination: int
    start: int
    reserve: int
    final: int
    limit: int
    full: int
    overhead_s: float
    fee_s: Sequence[float] = ()
    """What a stop at each charger counts beside its time; empty: nothing."""
    end_s: float = 0.0
    """What each level counts that the car arrives with below full."""


def shortest_time_s(world: RoadLevels, *, prune: bool = True) -> float:
    """Least time from origin to destination, infinite where there is no way.

    Parameters
    ----------
    world
        The trip.
    prune
        Whether to drop a state with no more charge than one at the same place that was no later:
        more charge never hurts, and states come up in order of time.  Without it every level of
        every node is looked at.
    """
    plugs: dict[int, list[int]] = {}
    for charger, node in enumerate(world.charger_node):
        plugs.setdefault(node, []).append(charger)
    most: dict[tuple[int, int], int] = {}
    done: set[tuple[int, int, int]] = set()
    queue: list[tuple[float, int, int, int]] = [(0.0, -world.start, world.origin, UNPLUGGED)]
    while queue:
        time, lacking, node, plug = heapq.heappop(queue)
        level = -lacking
        if node == END:
            return time
        if node == world.destination and level >= world.final:
            heapq.heappush(queue, (time + _lacking_s(world, level), -level, END, UNPLUGGED))
        if (node, plug, level) in done or (prune and level <= most.get((node, plug), -1)):
            continue
        done.add((node, plug, level))
        most[node, plug] = level
        if plug != UNPLUGGED:
            heapq.heappush(queue, (time, -level, node, UNPLUGGED))
            if level < world.limit:
                then = time + world.charge_s[plug][level]
                heapq.heappush(queue, (then, -level - 1, node, plug))
            continue
        for charger in plugs.get(node, ()):
            heapq.heappush(queue, (time + _stop_s(world, charger), -level, node, charger))
        for then, left, to in _driven(world, node, level, time):
            heapq.heappush(queue, (then, -left, to, UNPLUGGED))
    return math.inf


def _stop_s(world: RoadLevels, charger: int) -> float:
    """Return what a stop at a charger counts beside charging."""
    return world.overhead_s + (world.fee_s[charger] if world.fee_s else 0.0)


def _lacking_s(world: RoadLevels, level: int) -> float:
    """Return what it counts that the battery is not full on arrival."""
    return (world.full - level) * world.end_s


def _driven(
    world: RoadLevels, node: int, level: int, time: float
) -> Iterator[tuple[float, int, int]]:
    """Time, level and node after each road in each way that the battery lasts for."""
    for to, time_s, spent in world.ways[node]:
        left = min(level - spent, world.full)
        if left >= world.reserve:
            yield time + time_s, left, to
