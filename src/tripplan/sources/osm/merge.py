"""From ways to arcs: cut at junctions and barriers, merge where nothing changes, keep the geometry.

A *piece* is a stretch of one way between two cuts; a *half* is a piece driven in one sense (half 2p
along piece p, half 2p + 1 against it); an *arc* is a row of halves that pass through nodes where
exactly two pieces of equal meaning meet.  All in arrays; no Python object a node.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs, ragged
from tripplan.routing.geometry import step_lengths_m
from tripplan.sources.osm.file import RawRoads
from tripplan.sources.osm.ways import WayMeaning

SHORTEST_M: Final = 0.01
"""Length of an arc whose ends share one position, metres."""


@dataclass(frozen=True, eq=False)
class Line:
    """Points of all ways in a row, shape (points,), cut where the file or a barrier cuts them."""

    node: Longs
    """Dense node index of each point; barriers have one of their own at each way's end."""
    lat: Floats
    lon: Floats
    starts: Flags
    """Whether a point is the first of its run."""
    way: Longs
    """Index of the way of each point."""
    node_id: Longs
    """OSM id of each dense node, shape (nodes,)."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs between kept nodes, shape (arcs,); nodes are numbered densely, by OSM id."""

    tail: Longs
    head: Longs
    meaning: Longs
    """Row of the table of directed meanings."""
    first_way: Longs
    """Index of the way on which each arc begins, ..."""
    last_way: Longs
    """... and ends."""
    length_m: Floats
    point_first: Longs
    """First point of each arc, both ends included, shape (arcs + 1,)."""
    point: Longs
    """Index into the line's points, in driving order, shape (points of all arcs,)."""
    node: Longs
    """Dense index (into the line's nodes) of each kept node, shape (nodes,)."""
    lat: Floats
    lon: Floats


def access_rules(meanings: tuple[WayMeaning, ...]) -> tuple[str, ...]:
    """Return the rules by which roads are open at some times only, each once, in order."""
    found = {rule for m in meanings for rule in (m.rule_forward, m.rule_backward) if rule}
    return tuple(sorted(found))


def change_sets(meanings: tuple[WayMeaning, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the limits and tolls that ways have at some times only, each set once, in order."""
    found = {rules for m in meanings for rules in (m.changes_forward, m.changes_backward) if rules}
    return tuple(sorted(found))


def directed_meanings(meanings: tuple[WayMeaning, ...]) -> tuple[dict[str, Any], Longs, Longs]:
    """Tabulate what each meaning says along and against its way, equal rows once.

    Returns
    -------
    tuple
        Columns (drivable, limit_kmh, destination, flags, rule (index into `access_rules`, or -1),
        changes (index into `change_sets`, or -1), oneway, road_class, cap_kmh, urban, motorroad,
        ferry_s, train), the row of each meaning along its way, and against it.  Rows that differ
        only in what the other direction says are different rows, so that merging keeps both in
        step.
    """
    rules = {rule: number for number, rule in enumerate(access_rules(meanings))} | {"": -1}
    sets = {rules: number for number, rules in enumerate(change_sets(meanings))} | {(): -1}
    along = [_row(m, number, rules, sets, along=True) for number, m in enumerate(meanings)]
    against = [_row(m, number, rules, sets, along=False) for number, m in enumerate(meanings)]
    rows, index = np.unique(np.array(along + against), axis=0, return_inverse=True)
    index = index.reshape(-1)
    columns = {
        "drivable": rows[:, 0] > 0,
        "limit_kmh": rows[:, 1],
        "destination": rows[:, 2] > 0,
        "flags": rows[:, 3].astype(np.uint8),
        "rule": rows[:, 4].astype(np.int32),
        "changes": rows[:, 5].astype(np.int32),
        "oneway": rows[:, 6] == 0,
        "road_class": rows[:, 12].astype(np.uint8),
        "cap_kmh": rows[:, 13],
        "urban": rows[:, 14],
        "motorroad": rows[:, 15] > 0,
        "ferry_s": rows[:, 16],
        "train": rows[:, 17] > 0,
    }
    return columns, index[: len(meanings)], index[len(meanings) :]


def _or_none(value: float) -> float:
    """Write NaN as -1, which equals itself."""
    return -1.0 if math.isnan(value) else value


def _row(
    meaning: WayMeaning,
    number: int,
    rules: dict[str, int],
    sets: dict[tuple[str, ...], int],
    *,
    along: bool,
) -> tuple[float, ...]:
    ahead = (
        meaning.forward,
        _or_none(meaning.limit_forward_kmh),
        meaning.destination_forward,
        meaning.flags,
        rules[meaning.rule_forward],
        sets[meaning.changes_forward],
    )
    back = (
        meaning.backward,
        _or_none(meaning.limit_backward_kmh),
        meaning.destination_backward,
        meaning.flags_backward,
        rules[meaning.rule_backward],
        sets[meaning.changes_backward],
    )
    if not along:
        ahead, back = back, ahead
    return (
        *ahead,
        *back,
        meaning.road_class,
        min(meaning.cap_kmh, 1e3),
        meaning.urban,
        meaning.motorroad,
        _or_none(meaning.ferry_s),
        meaning.train,
        number if meaning.ferry_s > 0 else -1,  # a crossing's duration belongs to one way
    )


def lay_out(raw: RawRoads) -> Line:
    """Drop points without a position and repeated points, and cut the ways at barriers."""
    way = np.repeat(np.arange(raw.way_id.size), np.diff(raw.way_first))
    node_id, node = np.unique(raw.point_node, return_inverse=True)
    valid = np.isfinite(raw.lat)
    starts = np.zeros(way.size, dtype=bool)
    starts[raw.way_first[:-1]] = True
    broken = starts.copy()
    broken[1:] |= ~valid[:-1]
    repeated = ~broken
    repeated[1:] &= node[1:] == node[:-1]
    repeated[0] = False
    keep = np.flatnonzero(valid & ~repeated)
    cuts = np.cumsum(broken)[keep]
    starts = np.ones(keep.size, dtype=bool)
    starts[1:] = cuts[1:] != cuts[:-1]
    line = Line(
        node[keep].astype(np.int64), raw.lat[keep], raw.lon[keep], starts, way[keep], node_id
    )
    return _cut_at_barriers(line, stopped_points(line, raw))


def stopped_points(line: Line, raw: RawRoads) -> Flags:
    """Tell at which points of the ways a barrier stops cars, shape (points,).

    A barrier on a road, or where one road becomes another, stops cars.  On a node at which three
    or more ways meet, paths included, it is not said which of them it stands on: it counts for
    those of the least class, and a path is less than any road; where all are of one class it counts
    for none.
    """
    blocked = np.isin(line.node_id, raw.blocked)
    stops = blocked[line.node]
    at = np.flatnonzero(stops)
    if not at.size:
        return stops
    ends = np.append(line.starts[1:], True)
    road_class = np.array([m.road_class for m in raw.meanings])[raw.way_meaning][line.way[at]]
    node, arms = line.node[at], np.where(line.starts[at] | ends[at], 1, 2)
    aside = np.isin(line.node_id, raw.aside)
    met = np.bincount(node, arms, minlength=blocked.size) + aside
    least, most = np.full(blocked.size, -1), np.full(blocked.size, 1 << 16)
    np.maximum.at(least, node, road_class)
    np.minimum.at(most, node, road_class)
    lesser = (road_class == least[node]) & (least[node] > most[node]) & ~aside[node]
    stops[at] = (met[node] <= 2) | lesser
    return stops


def _cut_at_barriers(line: Line, stops: Flags) -> Line:
    if not stops.any():
        return line
    ends = np.append(line.starts[1:], True)
    copies = np.where(stops & ~line.starts & ~ends, 2, 1)
    source = np.repeat(np.arange(line.node.size), copies)
    second = np.zeros(source.size, dtype=bool)
    second[1:] = source[1:] == source[:-1]
    node = line.node[source]
    fresh = np.flatnonzero(stops[source])
    node_id = np.concatenate([line.node_id, line.node_id[node[fresh]]])
    node[fresh] = line.node_id.size + np.arange(fresh.size)
    return Line(
        node,
        line.lat[source],
        line.lon[source],
        line.starts[source] | second,
        line.way[source],
        node_id,
    )


@dataclass(frozen=True, eq=False)
class _Pieces:
    start: Longs
    """First point of each piece."""
    end: Longs
    """Last point."""
    tail: Longs
    head: Longs


def _pieces(line: Line, special: Flags) -> _Pieces:
    ends = np.append(line.starts[1:], True)
    border = line.starts | ends
    incidences = 2 * np.bincount(line.node, minlength=line.node_id.size)
    incidences -= np.bincount(line.node[line.starts], minlength=line.node_id.size)
    incidences -= np.bincount(line.node[ends], minlength=line.node_id.size)
    cut = np.flatnonzero(border | (incidences[line.node] > 2) | special[line.node])
    inside = ~line.starts[cut[1:]]
    start, end = cut[:-1][inside], cut[1:][inside]
    return _Pieces(start, end, line.node[start], line.node[end])


def _successors(pieces: _Pieces, along: Longs, against: Longs, special: Flags) -> Longs:
    """Give for each half the half that follows without a junction, or -1."""
    halves = 2 * pieces.start.size
    head, code = np.empty(halves, dtype=np.int64), np.empty(halves, dtype=np.int64)
    head[0::2], head[1::2] = pieces.head, pieces.tail
    code[0::2], code[1::2] = along, against
    degree = np.bincount(head, minlength=special.size)
    passing = (degree == 2) & ~special
    arriving = np.flatnonzero(passing[head])
    pair = arriving[np.argsort(head[arriving], kind="stable")].reshape(-1, 2)
    one, two = pair[:, 0], pair[:, 1]
    equal = code[one] == code[two ^ 1]
    following = np.full(halves, -1, dtype=np.int64)
    following[one[equal]] = two[equal] ^ 1
    following[two[equal]] = one[equal] ^ 1
    return following


def _rank(following: Longs) -> tuple[Longs, Longs]:
    """Rank lists by pointer doubling: the last half of each half's row, and the steps to it."""
    own = np.arange(following.size)
    last = np.where(following >= 0, following, own)
    steps = (following >= 0).astype(np.int64)
    for _ in range(max(1, int(following.size).bit_length())):
        further = last[last]
        if np.array_equal(further, last):
            break
        steps += steps[last]
        last = further
    return last, steps


def _ring_nodes(following: Longs, last: Longs, pieces: _Pieces) -> Longs:
    """Pick one node of each ring that no junction cuts."""
    ring = np.flatnonzero(following[last] >= 0)
    if not ring.size:
        return ring
    head = np.where(ring % 2 == 0, pieces.head[ring // 2], pieces.tail[ring // 2])
    least = np.full(following.size, np.iinfo(np.int64).max)
    least[ring] = head
    jump = following.copy()
    for _ in range(int(ring.size).bit_length() + 1):
        least[ring] = np.minimum(least[ring], least[jump[ring]])
        jump[ring] = jump[jump[ring]]
    return np.unique(least[ring])


def merge(line: Line, along: Longs, against: Longs, drivable: Flags, keep: Longs) -> Arcs:
    """Make arcs of ways.

    Parameters
    ----------
    line
        The ways' points.
    along, against
        Row of the directed meaning of each way in its own sense, and in the other, shape (ways,).
    drivable
        Whether cars drive, by row of the table, shape (rows,).
    keep
        OSM ids of nodes that must stay, ends of turn restrictions, shape (kept,).
    """
    special = np.isin(line.node_id, keep)
    pieces, following, last, steps = _chains(line, along, against, special)
    rings = _ring_nodes(following, last, pieces)
    if rings.size:
        special[rings] = True
        pieces, following, last, steps = _chains(line, along, against, special)
    return _arcs(line, pieces, along, against, drivable, last, steps)


def _chains(
    line: Line, along: Longs, against: Longs, special: Flags
) -> tuple[_Pieces, Longs, Longs, Longs]:
    pieces = _pieces(line, special)
    way = line.way[pieces.start]
    following = _successors(pieces, along[way], against[way], special)
    return pieces, following, *_rank(following)


def _arcs(
    line: Line,
    pieces: _Pieces,
    along: Longs,
    against: Longs,
    drivable: Flags,
    last: Longs,
    steps: Longs,
) -> Arcs:
    piece_way = line.way[pieces.start]
    code = np.empty(last.size, dtype=np.int64)
    code[0::2], code[1::2] = along[piece_way], against[piece_way]
    half = np.flatnonzero(drivable[code])
    half = half[np.lexsort((-steps[half], last[half]))]
    opens = np.ones(half.size, dtype=bool)
    opens[1:] = last[half][1:] != last[half][:-1]
    first_half = np.flatnonzero(opens)
    piece, backward = half // 2, half % 2 == 1
    closes = np.append(opens[1:], np.ones(min(half.size, 1), dtype=bool))
    count = pieces.end[piece] - pieces.start[piece] + closes
    sense = np.where(backward, -1, 1)
    steps_in = ragged(np.zeros(half.size, dtype=np.int64), count)
    origin = np.where(backward, pieces.end[piece], pieces.start[piece])
    point = np.repeat(origin, count) + np.repeat(sense, count) * steps_in
    points_before = np.concatenate(([0], np.cumsum(count)))
    point_first = np.append(points_before[:-1][first_half], points_before[-1])

    tail, head = line.node[point[point_first[:-1]]], line.node[point[point_first[1:] - 1]]
    node, index = np.unique(np.concatenate((tail, head)), return_inverse=True)
    lat, lon = np.empty(line.node_id.size), np.empty(line.node_id.size)
    lat[line.node], lon[line.node] = line.lat, line.lon
    half_m = _piece_lengths_m(line, pieces)[piece]
    return Arcs(
        tail=index[: first_half.size],
        head=index[first_half.size :],
        meaning=code[half[first_half]],
        first_way=piece_way[piece[opens]],
        last_way=piece_way[piece[closes]],
        length_m=np.maximum(np.add.reduceat(half_m, first_half), SHORTEST_M),
        point_first=point_first,
        point=point,
        node=node,
        lat=lat[node],
        lon=lon[node],
    )


def opposite_arcs(arcs: Arcs) -> Longs:
    """Return for each arc the same road driven the other way, or -1, shape (arcs,)."""
    first = arcs.point[arcs.point_first[:-1]]
    last = arcs.point[arcs.point_first[1:] - 1]
    points = int(arcs.point.max(initial=0)) + 1
    known = first * points + last
    order = np.argsort(known)
    wanted = last * points + first
    slot = np.minimum(np.searchsorted(known[order], wanted), known.size - 1)
    found = order[slot]
    return np.where(known[found] == wanted, found, -1)


def _piece_lengths_m(line: Line, pieces: _Pieces) -> Floats:
    step_m = step_lengths_m(line.lat, line.lon)
    step_m[line.starts[1:]] = 0.0
    travelled = np.concatenate(([0.0], np.cumsum(step_m)))
    return travelled[pieces.end] - travelled[pieces.start]
