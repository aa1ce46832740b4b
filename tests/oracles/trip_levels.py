"""A brute-force twin of whole trips: waypoints, required chargers, opening hours, bounds on a stop.

Plain Python on purpose, and nothing of ``tripplan``: Dijkstra over (place, targets behind, level
of charge, what the car does there).  Energies are whole levels; where a stay or an opening time
leads to part of a level, the twin takes the level below, so that its trips can be driven, and may
be some levels' time longer than the best.

A car that comes earlier with the same charge can do whatever a later one can, since it may wait; so
the earliest time for each state is enough.  More charge is not always better, for a stop must add a
least energy: no state is dropped for another with more.
"""

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

ALWAYS = ((-math.inf, math.inf),)


@dataclass(frozen=True)
class Target:
    """A place that the trip visits."""

    node: int
    stay_s: float = 0.0
    level_s: Sequence[float] = ()
    """Time from each level to the next at its plug; empty: there is none."""
    drawn: int = 0
    """Levels that the battery gives before it drives on."""
    overhead_s: float = 0.0
    required: bool = False
    """Whether it is a charger at which the trip must charge."""
    open: Sequence[tuple[float, float]] = ALWAYS


@dataclass(frozen=True)
class TripLevels:
    """Roads, chargers and a trip; energies in levels of charge."""

    ways: tuple[tuple[tuple[int, float, int], ...], ...]
    """From each node: node at the other end, time, and levels spent (negative: charged)."""
    charger_node: Sequence[int]
    level_s: Sequence[Sequence[float]]
    """Time from each level to the next at each charger, shape (chargers, levels)."""
    targets: tuple[Target, ...]
    """In order; the last is the destination."""
    origin: int
    start: int
    reserve: int
    final: int
    limit: int
    full: int
    overhead_s: float
    least: int = 0
    """Least levels that a stop at a charger adds, but where it charges up to the limit."""
    required_least: int = 1
    """The same at a required charger."""
    longest_s: float = math.inf
    """Longest time that a stop at a charger charges."""
    most_stops: int = 1 << 30
    open: Mapping[int, Sequence[tuple[float, float]]] = field(default_factory=dict)
    """When chargers are open; those not named always are."""
    least_arrival: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """Least level with which the car may come to a plug, by targets behind it and number of the
    plug as in `State`; those not named ask for nothing."""

    def may_plug_in(self, stage: int, plug: int, level: int) -> bool:
        """Whether a car that comes to a plug with a level has as much as it should have there."""
        return level >= self.least_arrival.get((stage, plug), 0)


class State(NamedTuple):
    """Where the car is and what it does."""

    node: int
    stage: int
    """Targets behind it."""
    stops: int
    level: int
    plug: int = -1
    """-1: none; 0..n-1: a charger; n + k: the plug of target k."""
    entry: int = 0
    """Level with which it was plugged in."""
    interval: int = 0
    """Opening interval in which it was plugged in."""
    used: int = 0
    """Chargers that are not used again before the next target, a bit for each: the one used last,
    lest a stop be cut in two; where a stop may not last as long as one would like, all since the
    last target."""


def shortest_time_s(world: TripLevels) -> float:
    """Least time of the trip, infinite where it cannot be made."""
    trip = quickest(world)
    return trip[-1][0] if trip else math.inf


def quickest(world: TripLevels) -> list[tuple[float, State]]:
    """Return the quickest trip, state by state with the time of each; empty: there is none."""
    begin = State(world.origin, 0, 0, world.start)
    best: dict[State, float] = {begin: 0.0}
    before: dict[State, State] = {}
    queue: list[tuple[float, State]] = [(0.0, begin)]
    while queue:
        time_s, state = heapq.heappop(queue)
        if time_s > best[state]:
            continue
        if state.stage == len(world.targets):
            found = [(time_s, state)]
            while state in before:
                state = before[state]
                found.append((best[state], state))
            return found[::-1]
        for then_s, after in _moves(world, state, time_s):
            if then_s < best.get(after, math.inf):
                best[after], before[after] = then_s, state
                heapq.heappush(queue, (then_s, after))
    return []


def wastes_energy(world: TripLevels) -> bool:
    """Whether the quickest trip drives a way round to arrive with less energy.

    So it may where a stop must add a least energy and may not last: on some drive the car could be
    there no later with more left.
    """
    trip = quickest(world)
    start = 0
    for k in range(1, len(trip)):
        driven = trip[k - 1][1].plug < 0 and trip[k][1].plug < 0
        if driven and trip[k - 1][1].stage == trip[k][1].stage:
            continue
        if k - 1 > start and _more_left(world, trip[start], trip[k - 1]):
            return True
        start = k
    return False


def _more_left(world: TripLevels, one: tuple[float, State], other: tuple[float, State]) -> bool:
    """Whether a car could come from a state to another's place no later and with more energy."""
    (begin_s, begin), (end_s, end) = one, other
    best = {(begin.node, begin.level): begin_s}
    queue = [(begin_s, begin.node, begin.level)]
    while queue:
        time_s, node, level = heapq.heappop(queue)
        if time_s > end_s + 1e-9:
            return False
        if node == end.node and level > end.level:
            return True
        for to, road_s, spent in world.ways[node]:
            left, then_s = min(level - spent, world.full), time_s + road_s
            if left >= world.reserve and then_s < best.get((to, left), math.inf):
                best[to, left] = then_s
                heapq.heappush(queue, (then_s, to, left))
    return False


@dataclass(frozen=True)
class Worth:
    """What counts beside time, in seconds."""

    fee_s: Sequence[float]
    """What a stop counts at each charger, shape (chargers,)."""
    level_s: Sequence[float]
    """What each level counts that is charged at each charger, shape (chargers,)."""
    end_level_s: float
    """What each level counts that the car arrives with below full."""
    at_target: Mapping[int, int] = field(default_factory=dict)
    """Charger whose prices hold at a required target, by its number."""


def least_counted_s(world: TripLevels, worth: Worth) -> float:
    """Least of time and what counts beside it; infinite where the trip cannot be made.

    A car that comes earlier and has paid less can do whatever another can: for each state the
    pairs of time and payment are kept of which neither is worse in both.
    """
    begin = State(world.origin, 0, 0, world.start)
    known: dict[State, list[tuple[float, float]]] = {begin: [(0.0, 0.0)]}
    queue: list[tuple[float, float, State]] = [(0.0, 0.0, begin)]
    best = math.inf
    while queue:
        counted_s, time_s, state = heapq.heappop(queue)
        if counted_s >= best:
            return best
        paid_s = counted_s - time_s
        if not any(abs(a - time_s) <= 1e-9 and abs(b - paid_s) <= 1e-6 for a, b in known[state]):
            continue
        if state.stage == len(world.targets):
            best = min(best, counted_s + (world.full - state.level) * worth.end_level_s)
            continue
        for then_s, after in _moves(world, state, time_s):
            paid = paid_s + _paid_s(world, worth, state, after)
            pairs = known.setdefault(after, [])
            if any(a <= then_s + 1e-9 and b <= paid + 1e-6 for a, b in pairs):
                continue
            pairs[:] = [(a, b) for a, b in pairs if a < then_s or b < paid]
            pairs.append((then_s, paid))
            heapq.heappush(queue, (then_s + paid, then_s, after))
    return best


def _paid_s(world: TripLevels, worth: Worth, before: State, after: State) -> float:
    """Return what a move counts beside its time: plugging in, or a level more at a plug."""
    if after.plug < 0:
        return 0.0
    charger = after.plug
    if charger >= len(world.charger_node):
        found = worth.at_target.get(charger - len(world.charger_node))
        if found is None:
            return 0.0
        charger = found
    if before.plug < 0:
        return worth.fee_s[charger]
    return (after.level - before.level) * worth.level_s[charger]


def _moves(world: TripLevels, state: State, time_s: float) -> Iterator[tuple[float, State]]:
    if state.plug >= 0:
        yield from _at_plug(world, state, time_s)
        return
    for to, road_s, spent in world.ways[state.node]:
        left = min(state.level - spent, world.full)
        if left >= world.reserve:
            yield time_s + road_s, state._replace(node=to, level=left)
    counted = world.most_stops < 1 << 30
    if state.stops < world.most_stops:
        for charger, node in enumerate(world.charger_node):
            if not world.may_plug_in(state.stage, charger, state.level):
                continue
            if node == state.node and state.level < world.limit and not state.used >> charger & 1:
                spells = world.open.get(charger, ALWAYS)
                for k, ready_s in _openings(spells, time_s):
                    yield (
                        ready_s + world.overhead_s,
                        state._replace(
                            stops=state.stops + counted, plug=charger, entry=state.level, interval=k
                        ),
                    )
    target = world.targets[state.stage]
    if target.node == state.node:
        yield from _visit(world, state, time_s, target)


def _openings(spells: Sequence[tuple[float, float]], time_s: float) -> Iterator[tuple[int, float]]:
    """Intervals in which a car that comes at a time may plug in, and when."""
    for k, (opens_s, closes_s) in enumerate(spells):
        if time_s < closes_s:
            yield k, max(time_s, opens_s)


def _visit(
    world: TripLevels, state: State, time_s: float, target: Target
) -> Iterator[tuple[float, State]]:
    """Come to the next target: stay, charge, or end there."""
    after = state.stage + 1
    if after == len(world.targets):
        if state.level >= world.final:
            yield time_s, state._replace(stage=after)
        return
    plug = len(world.charger_node) + state.stage
    if target.level_s and not world.may_plug_in(after, plug, state.level):
        return
    if target.required:
        counted = world.most_stops < 1 << 30
        if state.stops < world.most_stops:
            for k, ready_s in _openings(target.open, time_s):
                yield (
                    ready_s + target.overhead_s,
                    state._replace(
                        stage=after,
                        stops=state.stops + counted,
                        plug=plug,
                        entry=state.level,
                        interval=k,
                    ),
                )
        return
    level, left_s = state.level, target.stay_s
    while target.level_s and level < world.limit and target.level_s[level] <= left_s + 1e-9:
        left_s -= target.level_s[level]
        level += 1
    then = state._replace(stage=after, level=level)
    yield from _unplugged(world, then, time_s + target.stay_s)
    if target.level_s:
        yield time_s + target.stay_s, then._replace(plug=plug, entry=level)


def _unplugged(world: TripLevels, state: State, time_s: float) -> Iterator[tuple[float, State]]:
    """Leave the target that was visited last: what it draws is taken."""
    level = state.level - world.targets[state.stage - 1].drawn
    if level >= world.reserve:
        yield time_s, state._replace(level=level, plug=-1, entry=0, interval=0, used=0)


def _at_plug(world: TripLevels, state: State, time_s: float) -> Iterator[tuple[float, State]]:
    """Charge one level more, or leave."""
    chargers = len(world.charger_node)
    target = world.targets[state.plug - chargers] if state.plug >= chargers else None
    added = state.level - state.entry
    if target is None or target.required:
        level_s = target.level_s if target else world.level_s[state.plug]
        spells = target.open if target else world.open.get(state.plug, ALWAYS)
        least = max(world.least, world.required_least if target else 0, 1)
        closes_s, longest_s = spells[state.interval][1], world.longest_s
    else:
        level_s, least = target.level_s, 1
        closes_s = longest_s = math.inf
    full = state.level >= world.limit
    # Also a stop that charges nothing, for the battery is full, has begun before it closes.
    if (added >= least or full) and time_s <= closes_s + 1e-9:
        if target is None:
            before = state.used if math.isfinite(world.longest_s) else 0
            used = before | 1 << state.plug
            yield time_s, state._replace(plug=-1, entry=0, interval=0, used=used)
        else:
            yield from _unplugged(world, state, time_s)
    if state.level < world.limit:
        taken_s = sum(level_s[state.entry : state.level + 1])
        then_s = time_s + level_s[state.level]
        if taken_s <= longest_s + 1e-9 and then_s <= closes_s + 1e-9:
            yield then_s, state._replace(level=state.level + 1)
