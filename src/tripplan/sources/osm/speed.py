"""Expected driving speed: the limit tempered by class, bends, town and junctions.

The model, its constants and their sources are in docs/models/speeds.md; constants marked estimate
there are estimates.  All in arrays.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs, ragged
from tripplan.records.network import FLAG_LINK, ROAD_CLASSES
from tripplan.routing.geometry import step_lengths_m
from tripplan.sources.osm.delays import AGAINST, ALONG, BOTH_WAYS, TO_JUNCTION
from tripplan.sources.osm.limits import default_limits_kmh
from tripplan.sources.osm.merge import Arcs, Line, opposite_arcs
from tripplan.units import KMH_PER_MPS

LATERAL_MPS2: Final = 2.5
"""Comfortable lateral acceleration in a bend."""
LONGITUDINAL_MPS2: Final = 1.2
"""Comfortable acceleration and braking before and after a bend."""
BEND_BASE_M: Final = 12.0
"""Shortest chord over which a turn of the drawn line counts as a bend of the road."""
LEAST_RADIUS_M: Final = {"motorway": 280.0, "trunk": 180.0}
"""Sharpest bend by design; what is drawn sharper is the drawing's fault (not for ramps)."""
LIMIT_SHARE: Final = {"motorway": 0.95, "trunk": 0.95}
OTHER_LIMIT_SHARE: Final = 0.92
"""Mean free speed as a share of the limit."""
LINK_SHARE: Final = 0.75
"""The class's own speed on ramps."""
DESTINATION_SHARE: Final = 0.1
"""On residents' roads that could not be closed to through traffic: keeps it off, as routers do."""
LEAST_KMH: Final = 3.0
FERRY_KMH: Final = 15.0
"""Speed of a ferry whose duration is not known."""
FASTEST_FERRY_KMH: Final = 80.0
TRAIN_KMH: Final = 45.0
"""Speed of a car train whose duration is not known (assumption: that of the Loetschberg shuttle, 15
km in 20 minutes)."""
FASTEST_TRAIN_KMH: Final = 160.0
"""The Channel tunnel's shuttles run at 140 km/h."""

_CLASS_KMH: Final = {
    "motorway": (130.0, 100.0),
    "trunk": (110.0, 75.0),
    "primary": (95.0, 55.0),
    "secondary": (90.0, 50.0),
    "tertiary": (80.0, 48.0),
    "unclassified": (60.0, 40.0),
    "residential": (40.0, 30.0),
    "living_street": (12.0, 10.0),
    "service": (20.0, 15.0),
    "track": (20.0, 20.0),
    "ferry": (FASTEST_FERRY_KMH, FASTEST_FERRY_KMH),
}
"""Highest free speed on a straight road of each class: outside towns, and inside."""

_JUNCTION_S: Final = {
    "motorway": (0.0, 0.0),
    "trunk": (0.0, 0.5),
    "primary": (0.3, 1.0),
    "secondary": (0.5, 1.0),
    "tertiary": (0.7, 1.5),
    "unclassified": (1.0, 2.0),
    "residential": (1.5, 2.5),
    "living_street": (1.5, 2.5),
    "service": (1.5, 2.5),
    "track": (1.0, 1.0),
    "ferry": (0.0, 0.0),
}
"""Time lost on average at each junction at an arc's end, seconds: outside towns, and inside."""

CELL_DEG: Final = 0.00135
"""Side of a density cell in degrees of latitude (150 m)."""
URBAN_STREET_M: Final = 200.0
"""Residential streets in 3 x 3 cells (0.2 km2) from which on a place counts as built-up, metres:
1 km of them a square kilometre."""


@dataclass(frozen=True, eq=False)
class NodeDelays:
    """What signals and signs cost at each dense node of the line, shape (nodes,)."""

    delay_s: Floats
    sense: Ints
    """For whom: as `delays` numbers it."""


@dataclass(frozen=True, eq=False)
class ArcSpeeds:
    """What the model says of each arc, shape (arcs,)."""

    limit_kmh: Floats
    stated: Flags
    """Whether the limit comes from a tag of the way."""
    urban: Flags
    speed_kmh: Floats
    """Expected, with all delays on the arc."""
    delay_s: Floats
    """Those delays."""
    discouraged: Flags
    """Residents' roads that through traffic could use."""


def arc_speeds(
    line: Line,
    arcs: Arcs,
    columns: dict[str, Any],
    way_class: Longs,
    country: str,
    delays: NodeDelays,
    discouraged: Flags,
) -> ArcSpeeds:
    """Apply the speed model.

    Parameters
    ----------
    line, arcs
        The geometry.
    columns
        Table of directed meanings (`merge.directed_meanings`).
    way_class
        Road class of each way, shape (ways,).
    country
        ISO code for the default limits; unknown ones give the generic table.
    delays
        Delay at each dense node of the line (signals, stop signs).
    discouraged
        Residents' roads that through traffic could use, shape (arcs,).
    """
    table = {name: values[arcs.meaning] for name, values in columns.items()}
    junction = junction_nodes(arcs)
    urban = _urban(arcs, table, _streets_near_m(line, way_class))
    trunk = np.uint8(ROAD_CLASSES.index("trunk"))
    like = np.where(table["motorroad"], np.minimum(table["road_class"], trunk), table["road_class"])
    defaults = default_limits_kmh(country)[urban.astype(np.intp), like]
    stated = table["limit_kmh"] > 0
    limit = np.where(stated, table["limit_kmh"], defaults)
    free = _free_speed_kmh(table, limit, urban, discouraged)
    moving_s = _driving_time_s(line, arcs, table, free / KMH_PER_MPS)
    delay_s = _delays_s(line, arcs, table, urban, junction, delays)
    speed = arcs.length_m / (moving_s + delay_s) * KMH_PER_MPS
    speed = np.clip(speed, LEAST_KMH, free)
    ferry = ROAD_CLASSES.index("ferry")
    aboard = table["road_class"] == ferry
    sailing = speed
    if aboard.any():
        sailing = _ferry_kmh(line, arcs, table["ferry_s"], table["train"])
    return ArcSpeeds(
        limit_kmh=np.where(aboard, sailing, limit),
        stated=stated,
        urban=urban & ~aboard,
        speed_kmh=np.where(aboard, sailing, speed),
        delay_s=delay_s,
        discouraged=discouraged,
    )


def speeds_at_limit(
    line: Line,
    arcs: Arcs,
    columns: dict[str, Any],
    usual: ArcSpeeds,
    part: tuple[Longs, Floats],
) -> Floats:
    """Apply the speed model to some arcs as if another limit held there, shape (some,); km/h.

    Parameters
    ----------
    line, arcs, columns
        As in `arc_speeds`.
    usual
        What it says of all arcs.
    part
        The arcs, and their limits [km/h], shape (some,) each.
    """
    some, limit = part
    table = {name: values[arcs.meaning[some]] for name, values in columns.items()}
    free = _free_speed_kmh(table, limit, usual.urban[some], usual.discouraged[some])
    count = np.diff(arcs.point_first)[some]
    cut = replace(
        arcs,
        point_first=np.concatenate(([0], np.cumsum(count))),
        point=arcs.point[ragged(arcs.point_first[some], count)],
    )
    moving_s = _driving_time_s(line, cut, table, free / KMH_PER_MPS)
    speed = arcs.length_m[some] / (moving_s + usual.delay_s[some]) * KMH_PER_MPS
    return np.asarray(np.clip(speed, LEAST_KMH, free))


def junction_nodes(arcs: Arcs) -> Flags:
    """Tell which kept nodes join roads to at least three neighbours, shape (nodes,)."""
    low, high = np.minimum(arcs.tail, arcs.head), np.maximum(arcs.tail, arcs.head)
    pairs = np.unique(low * arcs.node.size + high)
    ends = np.concatenate((pairs // arcs.node.size, pairs % arcs.node.size))
    return np.bincount(ends, minlength=arcs.node.size) >= 3


_STREETS: Final = (ROAD_CLASSES.index("residential"), ROAD_CLASSES.index("living_street"))


def _urban(arcs: Arcs, table: dict[str, Any], streets_m: Floats) -> Flags:
    """Follow the tags; else residential streets, and roads mostly among them, are built-up.

    Roads for motor traffic only are not, whatever lies beside them.
    """
    dense = (streets_m >= URBAN_STREET_M)[arcs.point].astype(np.float64)
    share = np.add.reduceat(dense, arcs.point_first[:-1]) / np.diff(arcs.point_first)
    guess = ((share > 0.5) | np.isin(table["road_class"], _STREETS)) & ~table["motorroad"]
    tagged = table["urban"]
    return np.asarray(np.where(tagged >= 0, tagged > 0, guess))


_ROW: Final = 1 << 24


def _cells(lat: Floats, lon: Floats) -> Longs:
    """Give each point the number of its density cell; a row of cells is `_ROW` wide."""
    row = np.floor(lat / CELL_DEG).astype(np.int64)
    shrink = np.cos(np.radians((row + 0.5) * CELL_DEG))
    return np.asarray(row * _ROW + np.floor(lon * shrink / CELL_DEG).astype(np.int64))


def _streets_near_m(line: Line, way_class: Longs) -> Floats:
    """Length of residential streets in the 3 x 3 cells around each point, metres."""
    step_m = step_lengths_m(line.lat, line.lon)
    street = np.isin(way_class[line.way[:-1]], _STREETS) & ~line.starts[1:]
    middle = 0.5 * (line.lat[1:] + line.lat[:-1]), 0.5 * (line.lon[1:] + line.lon[:-1])
    known, index = np.unique(_cells(middle[0][street], middle[1][street]), return_inverse=True)
    if not known.size:
        return np.zeros(line.lat.size)
    total_m = np.bincount(index.reshape(-1), step_m[street])
    cell, place = np.unique(_cells(line.lat, line.lon), return_inverse=True)
    near_m = np.zeros(cell.size)
    for row in (-1, 0, 1):
        for column in (-1, 0, 1):
            wanted = cell + row * _ROW + column
            slot = np.minimum(np.searchsorted(known, wanted), known.size - 1)
            near_m += np.where(known[slot] == wanted, total_m[slot], 0.0)
    return near_m[place.reshape(-1)]


def _by_class(table: dict[str, tuple[float, float]]) -> Floats:
    """Put a class table into an array, shape (2, classes): outside towns, inside."""
    return np.array([table[name] for name in ROAD_CLASSES]).T


def _free_speed_kmh(
    table: dict[str, Any], limit: Floats, urban: Flags, discouraged: Flags
) -> Floats:
    share = np.array([LIMIT_SHARE.get(name, OTHER_LIMIT_SHARE) for name in ROAD_CLASSES])
    own = _by_class(_CLASS_KMH)[urban.astype(np.intp), table["road_class"]]
    own = np.where(table["flags"] & FLAG_LINK, own * LINK_SHARE, own)
    free = np.minimum(np.minimum(limit * share[table["road_class"]], own), table["cap_kmh"])
    free = np.where(discouraged, free * DESTINATION_SHARE, free)
    return np.asarray(np.maximum(free, LEAST_KMH))


def _driving_time_s(line: Line, arcs: Arcs, table: dict[str, Any], free_mps: Floats) -> Floats:
    """Time along each arc with slowing down for bends, at constant acceleration between points."""
    lat, lon = line.lat[arcs.point], line.lon[arcs.point]
    count = np.diff(arcs.point_first)
    owner = np.repeat(np.arange(count.size), count)
    opens = np.zeros(lat.size, dtype=bool)
    opens[arcs.point_first[:-1]] = True
    step_m = np.append(step_lengths_m(lat, lon), 0.0)
    step_m[np.append(opens[1:], True)] = 0.0
    free = free_mps[owner]
    bend = _bend_speed_mps(lat, lon, step_m, opens, _least_radius_m(table)[owner])
    speed = _reachable_mps(np.minimum(bend, free), step_m, owner)
    onward = np.append(speed[1:], 0.0)
    times = _step_time_s(step_m, speed, onward, free)
    times[np.append(opens[1:], True)] = 0.0
    return np.add.reduceat(times, arcs.point_first[:-1])


def _least_radius_m(table: dict[str, Any]) -> Floats:
    radius = np.array([LEAST_RADIUS_M.get(name, 0.0) for name in ROAD_CLASSES])
    return np.where(table["flags"] & FLAG_LINK, 0.0, radius[table["road_class"]])


def _bend_speed_mps(
    lat: Floats, lon: Floats, step_m: Floats, opens: Flags, least_radius_m: Floats
) -> Floats:
    """Speed at which each point's bend gives the comfortable lateral acceleration; inf if none."""
    heading = np.arctan2(
        np.diff(lon, append=lon[-1:]) * np.cos(np.radians(lat)), np.diff(lat, append=lat[-1:])
    )
    turn = np.zeros(lat.size)
    turn[1:] = np.abs((heading[1:] - heading[:-1] + np.pi) % (2 * np.pi) - np.pi)
    before = np.append(0.0, step_m[:-1])
    turn[opens | (before == 0.0) | (step_m == 0.0)] = 0.0
    chord = np.maximum(0.5 * (before + step_m), BEND_BASE_M)
    radius = np.full(lat.size, np.inf)
    np.divide(chord, turn, out=radius, where=turn > 1e-6)
    return np.asarray(np.sqrt(LATERAL_MPS2 * np.maximum(radius, least_radius_m)))


def _reachable_mps(speed: Floats, step_m: Floats, owner: Longs) -> Floats:
    """Lower speeds so that neighbours are reachable by comfortable braking and acceleration.

    v_i^2 <= v_j^2 + 2 a |s_i - s_j| for all points j of the arc: running minima of v^2 -/+ 2 a s.
    Stepping the values down (up) by more than their range at each new arc restarts the minimum.
    """
    square = speed**2
    run = 2.0 * LONGITUDINAL_MPS2 * np.concatenate(([0.0], np.cumsum(step_m[:-1])))
    run -= run[np.concatenate(([True], owner[1:] != owner[:-1]))][owner]
    span = float(run.max(initial=0.0) + square.max(initial=0.0)) + 1.0
    fall = span * owner
    square = np.minimum.accumulate(square - run - fall) + run + fall
    rise = span * (owner[-1] - owner if owner.size else owner)
    back = np.minimum.accumulate((square + run - rise)[::-1])[::-1]
    return np.sqrt(np.maximum(back - run + rise, 0.1))


def _step_time_s(step_m: Floats, start: Floats, end: Floats, free: Floats) -> Floats:
    """Time over a step: accelerate towards the free speed, hold it, brake to the end speed."""
    rate = LONGITUDINAL_MPS2
    ramps_m = (2.0 * free**2 - start**2 - end**2) / (2.0 * rate)
    peak = np.sqrt(rate * step_m + 0.5 * (start**2 + end**2))
    short = (2.0 * peak - start - end) / rate
    held = (2.0 * free - start - end) / rate + (step_m - ramps_m) / free
    return np.asarray(np.where(ramps_m <= step_m, held, short))


def _delays_s(
    line: Line,
    arcs: Arcs,
    table: dict[str, Any],
    urban: Flags,
    junction: Flags,
    delays: NodeDelays,
) -> Floats:
    at_point = np.where(
        _delayed(line, arcs, junction, delays), delays.delay_s[_nodes(line, arcs)], 0.0
    )
    at_point[arcs.point_first[:-1]] = 0.0
    signs = np.add.reduceat(at_point, arcs.point_first[:-1])
    crossing = _by_class(_JUNCTION_S)[urban.astype(np.intp), table["road_class"]]
    signed = at_point[arcs.point_first[1:] - 1] > 0
    return signs + np.where(junction[arcs.head] & ~signed, crossing, 0.0)


def _nodes(line: Line, arcs: Arcs) -> Longs:
    """Dense node at each point of the arcs, shape (points of all arcs,)."""
    return line.node[arcs.point]


def _delayed(line: Line, arcs: Arcs, junction: Flags, delays: NodeDelays) -> Flags:
    """Tell at which points of the arcs a sign is meant for those who drive there.

    Where a way ends, the sense of the stretch before the point counts.
    """
    sense = delays.sense[_nodes(line, arcs)]
    found = np.ones(sense.size, dtype=bool)
    at = np.flatnonzero(sense != BOTH_WAYS)
    if not at.size:
        return found
    step = np.diff(arcs.point, prepend=arcs.point[:1])
    onward = np.diff(arcs.point, append=arcs.point[-1:])
    along = np.where(np.abs(step) == 1, step, onward) > 0
    found = np.where(sense == ALONG, along, found)
    found = np.where(sense == AGAINST, ~along, found)
    own = np.searchsorted(arcs.point_first, at, side="right") - 1
    at, own = at[sense[at] == TO_JUNCTION], own[sense[at] == TO_JUNCTION]
    if not at.size:
        return found
    behind_m, ahead_m = _lengths_beside_m(line, arcs, at, own)
    # Only a junction draws a sign to it; where both ends are, or none is, the nearer one does.
    ahead_m = np.where(junction[arcs.head[own]], ahead_m, ahead_m + _FAR_M)
    behind_m = np.where(junction[arcs.tail[own]], behind_m, behind_m + _FAR_M)
    found[at] = ahead_m <= behind_m
    # What has no way back is driven one way only, and whose the sign is needs no guess.
    found[at] |= (opposite_arcs(arcs) < 0)[own]
    return found


_FAR_M: Final = 1e7


def _lengths_beside_m(line: Line, arcs: Arcs, at: Longs, own: Longs) -> tuple[Floats, Floats]:
    """Measure how far it is from points to the starts of their arcs, and to the ends, metres."""
    some, index = np.unique(own, return_inverse=True)
    count = np.diff(arcs.point_first)[some]
    point = arcs.point[ragged(arcs.point_first[some], count)]
    first = np.concatenate(([0], np.cumsum(count)))
    step_m = step_lengths_m(line.lat[point], line.lon[point])
    step_m[first[1:-1] - 1] = 0.0
    done = np.concatenate(([0.0], np.cumsum(step_m)))
    here = first[index] + at - arcs.point_first[own]
    return done[here] - done[first[index]], done[first[index + 1] - 1] - done[here]


def _ferry_kmh(line: Line, arcs: Arcs, ferry_s: Floats, train: Flags) -> Floats:
    """Length of the whole way by its duration, where that is believable."""
    step_m = step_lengths_m(line.lat, line.lon)
    step_m[line.starts[1:]] = 0.0
    way_m = np.bincount(line.way[:-1], step_m, minlength=int(line.way.max()) + 1)
    usual = np.where(train, TRAIN_KMH, FERRY_KMH)
    fastest = np.where(train, FASTEST_TRAIN_KMH, FASTEST_FERRY_KMH)
    speed = usual.copy()
    timed = ferry_s > 0
    speed[timed] = way_m[arcs.first_way[timed]] / ferry_s[timed] * KMH_PER_MPS
    return np.where((speed >= 1.0) & (speed <= fastest), speed, usual)
