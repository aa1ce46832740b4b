"""A brute-force twin of the rule that a broken charger must not end a trip.

Plain Python, and nothing of ``tripplan``: for each plug, the least level with which a car that
comes there can do the rest of the trip without that plug's site.  More charge is never worse here,
so for each place, number of targets behind it and whether the car has charged since, the most level
is kept, and the least to come with is found by halving.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.oracles.trip_levels import TripLevels

NOBODY_KNOWS = -3
"""Operator of a site that no source names."""


@dataclass(frozen=True)
class Places:
    """Whose the plugs are: first those of chargers, then of targets."""

    site: Sequence[int]
    """Plugs of a number are at one site, and are broken together."""
    operator: Sequence[int]
    """The first charge elsewhere is at a plug with another number than this."""
    serves: Sequence[bool]
    """Whether one may go on from it."""


def least_arrivals(world: TripLevels, places: Places) -> dict[tuple[int, int], int]:
    """Return the least level on arrival by targets behind and plug; above full: there is none."""
    chargers, last = len(world.charger_node), len(world.targets) - 1
    found = {
        (stage, k): _least(world, places, stage, k, node)
        for stage in range(last + 1)
        for k, node in enumerate(world.charger_node)
    }
    for t, target in enumerate(world.targets[:-1]):
        if target.level_s:
            found[t + 1, chargers + t] = _least(world, places, t + 1, chargers + t, target.node)
    return found


def _least(world: TripLevels, places: Places, stage: int, plug: int, node: int) -> int:
    chargers = len(world.charger_node)
    drawn = world.targets[plug - chargers].drawn if plug >= chargers else 0
    low, high = world.reserve + drawn, world.full + 1
    while low < high:
        middle = (low + high) // 2
        if _ends(world, places, plug, (node, stage, 0), middle - drawn):
            high = middle
        else:
            low = middle + 1
    return low


def _ends(
    world: TripLevels, places: Places, broken: int, start: tuple[int, int, int], level: int
) -> bool:
    """Whether the rest of a trip can be done with a site broken, whatever time it takes."""
    most = {start: level}
    queue = [(-level, start)]
    while queue:
        lacking, state = heapq.heappop(queue)
        if -lacking < most[state]:
            continue
        node, stage, _ = state
        last = stage + 1 == len(world.targets)
        if last and node == world.targets[stage].node and -lacking >= world.final:
            return True
        for after, left in _steps(world, places, broken, state, -lacking):
            if left >= world.reserve and left > most.get(after, -1):
                most[after] = left
                heapq.heappush(queue, (-left, after))
    return False


def _steps(
    world: TripLevels, places: Places, broken: int, state: tuple[int, int, int], level: int
) -> Iterator[tuple[tuple[int, int, int], int]]:
    node, stage, charged = state
    for to, _, spent in world.ways[node]:
        yield (to, stage, charged), min(level - spent, world.full)
    for k, at in enumerate(world.charger_node):
        if at == node and _may_charge(places, broken, k, charged):
            yield (node, stage, 1), max(level, world.limit)
    target = world.targets[stage]
    if target.node == node and stage + 1 < len(world.targets):
        yield (node, stage + 1, charged), level - target.drawn
        plug = len(world.charger_node) + stage
        if target.level_s and _may_charge(places, broken, plug, charged):
            yield (node, stage + 1, 1), max(level, world.limit) - target.drawn


def _may_charge(places: Places, broken: int, plug: int, charged: int) -> bool:
    if not places.serves[plug] or places.site[plug] == places.site[broken]:
        return False
    other = places.operator[plug] != places.operator[broken]
    return bool(charged) or (other and places.operator[broken] != NOBODY_KNOWS)
