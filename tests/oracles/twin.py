"""A brute-force twin of the stop search: Dijkstra over (stop, level of charge, plugged in or not).

Plain Python on purpose, and nothing of ``tripplan``: what a drive does to the battery and how long
a cell takes to charge are given as tables over integer levels of charge.  Where every energy of a
world is a multiple of one level, all candidates of the theorem of finite departures lie on the
levels, and the twin's optimum is that of the continuous problem.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

IMPOSSIBLE = -1
ARRIVED, PLUGGED, CHARGED = range(3)
"""Phases of a visit to a charger."""


@dataclass(frozen=True)
class Hop:
    """A drive to a stop: its time, and the level on arrival for every level at departure."""

    to: int
    time_s: float
    arrival: tuple[int, ...]
    """Shape (levels + 1,); `IMPOSSIBLE` where the drive cannot be made."""


@dataclass(frozen=True)
class LevelWorld:
    """Stops 0..n-1 are chargers, n is the origin, n + 1 the destination."""

    hops: tuple[tuple[Hop, ...], ...]
    """Drives from each stop, shape (n + 1,) rows."""
    charge_s: Sequence[Sequence[float]]
    """Time from each level to the next at each charger, shape (n, levels)."""
    start: int
    final: int
    limit: int
    overhead_s: float
    leave_from: int = ARRIVED
    """Phase from which on a car may leave a charger: `ARRIVED` (driving past costs nothing),
    `PLUGGED` (the overhead is due even if nothing is charged) or `CHARGED` (a level at least)."""


def shortest_time_s(world: LevelWorld) -> float:
    """Least time from origin to destination, infinite where there is no way.

    A car that arrives at a charger may plug in, which takes the overhead, and then charge level by
    level.
    """
    chargers = len(world.charge_s)
    destination = chargers + 1
    done: set[tuple[int, int, int]] = set()
    queue: list[tuple[float, int, int, int]] = [(0.0, chargers, world.start, ARRIVED)]
    while queue:
        time, stop, level, phase = heapq.heappop(queue)
        if stop == destination:
            return time
        if (stop, level, phase) in done:
            continue
        done.add((stop, level, phase))
        may_leave = stop == chargers or phase >= world.leave_from
        for hop in world.hops[stop] if may_leave else ():
            left = hop.arrival[level]
            if left == IMPOSSIBLE or (hop.to == destination and left < world.final):
                continue
            heapq.heappush(queue, (time + hop.time_s, hop.to, left, ARRIVED))
        if stop < chargers and phase == ARRIVED:
            heapq.heappush(queue, (time + world.overhead_s, stop, level, PLUGGED))
        elif stop < chargers and level < world.limit:
            then = time + world.charge_s[stop][level]
            heapq.heappush(queue, (then, stop, level + 1, CHARGED))
    return math.inf


def simulated_arrival(arcs: Sequence[int], departure: int, reserve: int, full: int) -> int:
    """Level after a drive over arcs that each spend some levels (negative: charge).

    The battery takes no more than full, and the reserve must never be undercut.
    """
    level = departure
    for spent in arcs:
        level = min(level - spent, full)
        if level < reserve:
            return IMPOSSIBLE
    return level
