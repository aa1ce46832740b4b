"""The audit's own way to find the roads under a trace."""

import math
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Bytes, Flags, Floats, Ints, Longs
from tripplan.physics.jit import compiled, part
from tripplan.units import M_PER_DEGREE

NEAR_M = 0.05
"""A point of a trace lies no farther from its node than this, ..."""
NEAR_SHARE = 3e-6
"""... and this share of the road's length: its pieces may be a little longer than itself. [m/m]"""
_TOO_SLOW, _OTHER_SPEED, _OTHER_WAY = 0.01, 0.03, 0.1
"""Of roads that lie on each other, one that is barred counts 1 against it, one on which the car
would be slow, or whose usual speed or direction is not the one that the trace states, this much."""
_OTHER_LINE = 10.0
"""What counts against one of several roads between the same two nodes whose line is not the trace's
(or, of a loop, is that of the other direction): more than all else together."""
_OFF_LINE_M = 1.0
_SAME_DEG = 0.01
_SAME_KMH = 1e-6


class Followed(NamedTuple):
    """The roads under a trace."""

    arc: Longs
    """Shape (arcs,)."""
    end: Longs
    """Point of the trace at which each ends, shape (arcs,)."""
    reached: int
    """Point up to which there are roads."""
    complete: bool
    """Whether they lead to the last point, and to one of the nodes where it is to be."""


class RoadColumns(NamedTuple):
    """A network, as far as its roads are followed: columns of `RoadNetwork`."""

    first_out: Ints
    head: Ints
    length_m: Floats
    lat: Floats
    lon: Floats
    speed_kmh: Floats
    speed_limit_kmh: Floats
    road_class: Bytes
    flags: Bytes
    shape_first: Ints
    shape_lat: Floats
    shape_lon: Floats


class Barred(NamedTuple):
    """Roads that a trip may not take."""

    above_kmh: float
    """Those of a higher posted limit."""
    flags: int
    """Those with any of these flags."""
    classes: Flags
    """Those of these classes, ramps excepted, shape (classes,)."""
    link: int
    """The flag of a ramp."""


@compiled
def follow(
    roads: RoadColumns,
    barred: Barred,
    slowest: float,
    along_m: Floats,
    lat: Floats,
    lon: Floats,
    speed_kmh: Floats,
    bearing_deg: Floats,
    usual_kmh: Floats,
    starts: Longs,
    ends: Longs,
) -> Followed:
    """Find the arcs under a trace, each beginning at the very node at which the last one ended.

    From each node that the trace may be at, an arc is followed if the trace comes to its head after
    its length.  Of arcs that lie on each other those count that the trip may take, on which the
    trace keeps to the speed, and whose direction and usual speed it states; of several between the
    same two nodes, and of the two directions of a loop, that on whose line the trace is.

    Parameters
    ----------
    roads, barred
        The network, and what the trip may not take.
    slowest
        Least share of a road's speed that is usual.
    along_m, lat, lon
        The trace: distance from its start, and position, shape (points,). [m], [deg]
    speed_kmh, bearing_deg, usual_kmh
        Speed, and direction and usual speed of the road, on the stretch that ends there, shape
        (points,). [km/h], [deg], [km/h]
    starts, ends
        Nodes where it may begin, shape (starts,), and end, shape (ends,).
    """
    points = along_m.shape[0]
    most = 16 * points + 64
    first_at = np.full(points, -1, np.int64)
    following = np.full(most, -1, np.int64)
    node, arc = np.zeros(most, np.int64), np.full(most, -1, np.int64)
    before, at = np.full(most, -1, np.int64), np.zeros(most, np.int64)
    cost = np.zeros(most)
    count = 0
    for start in starts:
        node[count], following[count] = start, first_at[0]
        first_at[0] = count
        count += 1
    reached = 0
    for i in range(points - 1):
        state = first_at[i]
        if state >= 0:
            reached = i
        while state >= 0:
            tail = node[state]
            for a in range(roads.first_out[tail], roads.first_out[tail + 1]):
                near_m = NEAR_M + NEAR_SHARE * roads.length_m[a]
                target_m = along_m[i] + roads.length_m[a]
                head = roads.head[a]
                j = max(i + 1, np.searchsorted(along_m, target_m - near_m))
                while j < points and along_m[j] <= target_m + near_m:
                    if _apart_m(lat[j], lon[j], roads.lat[head], roads.lon[head]) <= near_m:
                        worth = cost[state] + _against(roads, barred, slowest, a, speed_kmh[j])
                        if abs(usual_kmh[j] - roads.speed_kmh[a]) > _SAME_KMH:
                            worth += _OTHER_SPEED
                        told_deg = _bearing_deg(
                            roads.lat[tail], roads.lon[tail], roads.lat[head], roads.lon[head]
                        )
                        if _has_sibling(roads, tail, a) and not _on_its_line(
                            roads, tail, a, along_m, lat, lon, i, j
                        ):
                            worth += _OTHER_LINE
                        for k in (i + 1, j):
                            turn = abs((bearing_deg[k] - told_deg + 180.0) % 360.0 - 180.0)
                            worth += _OTHER_WAY if turn > _SAME_DEG else 0.0
                        same = first_at[j]
                        while same >= 0 and node[same] != head:
                            same = following[same]
                        if same < 0 and count < most:
                            same = count
                            node[same], following[same], at[same] = head, first_at[j], j
                            cost[same] = math.inf
                            first_at[j] = same
                            count += 1
                        if same >= 0 and worth < cost[same]:
                            cost[same], arc[same], before[same] = worth, a, state
                    j += 1
            state = following[state]
    last = -1
    state = first_at[points - 1]
    if state >= 0:
        reached = points - 1
    while state >= 0:
        for end in ends:
            if node[state] == end and (last < 0 or cost[state] < cost[last]):
                last = state
        state = following[state]
    complete = last >= 0
    if not complete:
        last = first_at[reached]
    length, state = 0, last
    while state >= 0 and before[state] >= 0:
        length += 1
        state = before[state]
    arcs, met = np.empty(length, np.int64), np.empty(length, np.int64)
    state = last
    for k in range(length - 1, -1, -1):
        arcs[k], met[k] = arc[state], at[state]
        state = before[state]
    return Followed(arcs, met, reached, complete)


@part
def _against(
    roads: RoadColumns, barred: Barred, slowest: float, arc: int, speed_kmh: float
) -> float:
    """Weigh what speaks against a road: that it is barred, or driven too fast; less, too slowly."""
    found = 0.0
    if roads.speed_limit_kmh[arc] > barred.above_kmh or roads.flags[arc] & barred.flags:
        found += 1.0
    if barred.classes[roads.road_class[arc]] and not roads.flags[arc] & barred.link:
        found += 1.0
    if speed_kmh > roads.speed_kmh[arc] * (1.0 + NEAR_SHARE):
        found += 1.0
    if speed_kmh < slowest * roads.speed_kmh[arc]:
        found += _TOO_SLOW
    return found


@part
def _has_sibling(roads: RoadColumns, tail: int, arc: int) -> bool:
    """Whether another arc leads from the same node to the same one; they stand side by side."""
    head = roads.head[arc]
    if arc > roads.first_out[tail] and roads.head[arc - 1] == head:
        return True
    return bool(arc + 1 < roads.first_out[tail + 1] and roads.head[arc + 1] == head)


@part
def _on_its_line(
    roads: RoadColumns,
    tail: int,
    arc: int,
    along_m: Floats,
    lat: Floats,
    lon: Floats,
    i: int,
    j: int,
) -> bool:
    """Whether the middle of each step of a trace from i to j lies where the arc has that share."""
    first, inner = roads.shape_first[arc], roads.shape_first[arc + 1] - roads.shape_first[arc]
    whole_m = 0.0
    here_lat, here_lon = roads.lat[tail], roads.lon[tail]
    for k in range(inner + 1):
        next_lat, next_lon = _point(roads, arc, first, inner, k)
        whole_m += _apart_m(here_lat, here_lon, next_lat, next_lon)
        here_lat, here_lon = next_lat, next_lon
    here_lat, here_lon = roads.lat[tail], roads.lon[tail]
    next_lat, next_lon = _point(roads, arc, first, inner, 0)
    step_m = _apart_m(here_lat, here_lon, next_lat, next_lon)
    done_m, k = 0.0, 0
    for step in range(i, j):
        middle_m = 0.5 * (along_m[step] + along_m[step + 1]) - along_m[i]
        at_m = middle_m / max(along_m[j] - along_m[i], NEAR_M) * whole_m
        while k < inner and done_m + step_m < at_m:
            done_m += step_m
            k += 1
            here_lat, here_lon = next_lat, next_lon
            next_lat, next_lon = _point(roads, arc, first, inner, k)
            step_m = _apart_m(here_lat, here_lon, next_lat, next_lon)
        share = (at_m - done_m) / step_m if step_m > 0.0 else 0.0
        turn = (next_lon - here_lon + 180.0) % 360.0 - 180.0
        across = (lon[step + 1] - lon[step] + 180.0) % 360.0 - 180.0
        if (
            _apart_m(
                0.5 * (lat[step] + lat[step + 1]),
                lon[step] + 0.5 * across,
                here_lat + share * (next_lat - here_lat),
                here_lon + share * turn,
            )
            > _OFF_LINE_M
        ):
            return False
    return True


@part
def _point(roads: RoadColumns, arc: int, first: int, inner: int, k: int) -> tuple[float, float]:
    """Return a point of an arc's line: of those between its ends, or its end."""
    if k < inner:
        return roads.shape_lat[first + k], roads.shape_lon[first + k]
    return roads.lat[roads.head[arc]], roads.lon[roads.head[arc]]


@part
def _bearing_deg(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the direction from one point to another at the first, clockwise from north."""
    here, there = math.radians(lat), math.radians(other_lat)
    turn = math.radians(other_lon - lon)
    east = math.sin(turn) * math.cos(there)
    north = math.cos(here) * math.sin(there) - math.sin(here) * math.cos(there) * math.cos(turn)
    return math.degrees(math.atan2(east, north))


@part
def _apart_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two points that lie close together; of others, about."""
    turn = (other_lon - lon + 180.0) % 360.0 - 180.0
    east = turn * math.cos(math.radians(0.5 * (lat + other_lat)))
    return M_PER_DEGREE * math.hypot(other_lat - lat, east)
