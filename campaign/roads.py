"""Whether a leg was driven on roads: each stretch of its trace an open arc, at a lawful speed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from campaign.cases import Finding
from tripplan.arrays import Flags, Floats
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.plan import Leg, Plan
from tripplan.records.region import Region

_SAME_DEG = 1e-7
_SAME_M = 0.02
_SHORTER = 0.02
"""A road may be stated this much shorter than the straight line between its ends (relative)."""
_SLACK_M = 2.0
_SLACK_KMH = 0.5
_EARTH_M = 6_371_000.0
_ON_M = 1.0
"""A place amid a road lies this near to its line, ..."""
_ALONG = 1e-3
"""... and to where along it the trace has it, or by this share of the road."""


@dataclass(frozen=True, eq=False)
class _Track:
    """A trace as columns."""

    lat: Floats
    lon: Floats
    along_m: Floats
    elapsed_s: Floats
    speed_kmh: Floats


def road_findings(plan: Plan, region: Region) -> Iterator[Finding]:
    """Say where legs jump, stand still, race, or leave the roads that are open.

    Parameters
    ----------
    plan
        The plan.
    region
        Where it was planned.
    """
    lawful = _lawful(region.network, plan)
    for number, leg in enumerate(plan.legs):
        track = _track(leg)
        jumps = list(_jumps(track))
        yield from (Finding(f.kind, f"leg {number + 1}: {f.told}") for f in jumps)
        if not jumps:
            roads = _on_roads(track, leg)
            yield from _off_road(roads, region.network, lawful, plan, f"leg {number + 1}")


def _track(leg: Leg) -> _Track:
    """Return the trace of a leg, ways between its places and the roads included."""
    trace = leg.trace
    along = 1000.0 * (np.array(trace.distance_km) - trace.distance_km[0])
    columns = (trace.lat, trace.lon, along, trace.elapsed_s, trace.speed_kmh)
    return _Track(*(np.array(column, np.float64) for column in columns))


def _on_roads(track: _Track, leg: Leg) -> _Track:
    """Return the part of a trace between the ways from and to its places."""
    sides = {way.side for way in leg.access}
    first, last = int("start" in sides), track.lat.size - int("end" in sides)
    lat, lon, along_m, elapsed_s, speed_kmh = (
        column[first:last]
        for column in (track.lat, track.lon, track.along_m, track.elapsed_s, track.speed_kmh)
    )
    return _Track(lat, lon, along_m - along_m[:1], elapsed_s, speed_kmh)


def _jumps(track: _Track) -> Iterator[Finding]:
    length_m, time_s = np.diff(track.along_m), np.diff(track.elapsed_s)
    ground_m = over_ground_m(track.lat, track.lon)
    far = ground_m * (1.0 - _SHORTER) > length_m + _SLACK_M
    for k in np.flatnonzero(far)[:1]:
        yield Finding(
            "teleport", f"{ground_m[k] / 1000:.1f} km over the ground in {length_m[k]:.0f} m"
        )
    backward = (length_m < 0.0) | (time_s < 0.0) | ((length_m > 0.0) & (time_s <= 0.0))
    for k in np.flatnonzero(backward)[:1]:
        yield Finding("clock or odometer", f"{length_m[k]:.1f} m in {time_s[k]:.3f} s")
    moving = (length_m > 0.0) & (time_s > 0.0)
    speed = np.where(moving, 3.6 * length_m / np.where(moving, time_s, 1.0), track.speed_kmh[1:])
    for k in np.flatnonzero(np.abs(speed - track.speed_kmh[1:]) > 0.01 * speed + _SLACK_KMH)[:1]:
        yield Finding(
            "speed", f"{speed[k]:.1f} km/h by the clock, stated {track.speed_kmh[k + 1]:.1f}"
        )


def over_ground_m(lat: Floats, lon: Floats) -> Floats:
    """Length in metres of each straight step between points, shape (points - 1,).

    Parameters
    ----------
    lat, lon
        The points, shape (points,). [degrees]
    """
    phi, lam = np.radians(lat), np.radians(lon)
    half = np.sin(0.5 * np.diff(phi)) ** 2
    half += np.cos(phi[1:]) * np.cos(phi[:-1]) * np.sin(0.5 * np.diff(lam)) ** 2
    return np.asarray(2.0 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def _lawful(network: RoadNetwork, plan: Plan) -> Flags:
    """Which arcs the trip may use, shape (arcs,)."""
    posted = plan.vehicle.max_posted_speed_kmh
    fine = np.ones(network.arc_count, np.bool_)
    if posted is not None:
        fine &= network.speed_limit_kmh <= posted + _SLACK_KMH
    avoid = plan.trip.avoid
    if "motorway" in avoid:
        motorway = network.road_class == ROAD_CLASSES.index("motorway")
        fine &= ~(motorway & ((network.flags & FLAG_LINK) == 0))
    for word, flag in (("toll", FLAG_TOLL), ("ferry", FLAG_FERRY), ("tunnel", FLAG_TUNNEL)):
        if word in avoid:
            fine &= (network.flags & flag) == 0
    if "ferry" in avoid:
        fine &= network.road_class != ROAD_CLASSES.index("ferry")
    return fine


def _off_road(
    track: _Track, network: RoadNetwork, lawful: Flags, plan: Plan, where: str
) -> Iterator[Finding]:
    """Follow the arcs of the network along a trace, at every copy of a junction at once."""
    own_kmh = plan.vehicle.top_speed_kmh
    top_kmh = min(own_kmh, plan.trip.max_speed_kmh or own_kmh)
    reached_m = _followed(track, network, lawful, top_kmh)
    if reached_m is None:
        return
    everything = np.ones(network.arc_count, np.bool_)
    if _followed(track, network, everything, np.inf) is None:
        yield Finding("unlawful road", f"{where}: closed or too fast after {reached_m:.0f} m")
    else:
        yield Finding("off the roads", f"{where}: no road goes on after {reached_m:.0f} m")


def _followed(track: _Track, network: RoadNetwork, lawful: Flags, top_kmh: float) -> float | None:
    """Return how many metres roads follow a trace, or None if all the way."""
    last = track.along_m.size - 1
    if last <= 0:
        return None
    waiting = _begun(track, network, lawful)
    ending = _ending(track, network, lawful)
    reached = 0
    while waiting:
        at = min(waiting)
        nodes = waiting.pop(at)
        reached = max(reached, at) if nodes else reached
        if nodes and (at == last or nodes & ending.get(at, set())):
            return None
        for node in nodes:
            for arc in range(int(network.first_out[node]), int(network.first_out[node + 1])):
                end = _end_of(track, network, arc, at)
                if end is None or not lawful[arc]:
                    continue
                limit_kmh = min(float(network.speed_kmh[arc]), top_kmh)
                fast = track.speed_kmh[at + 1 : end + 1].max(initial=0.0)
                if np.isinf(top_kmh) or fast <= limit_kmh + _SLACK_KMH:
                    waiting.setdefault(end, set()).add(int(network.head[arc]))
    return float(track.along_m[reached])


def _begun(track: _Track, network: RoadNetwork, lawful: Flags) -> dict[int, set[int]]:
    """Return where on the track which nodes are first met: at its start, or ahead amid a road."""
    here = _nodes_at(network, track, 0)
    if here:
        return {0: here}
    begun: dict[int, set[int]] = {}
    for arc, before_m in _through(network, track, 0):
        room_m = _ON_M + _ALONG * float(network.length_m[arc])
        rest_m = float(network.length_m[arc]) - before_m
        k = int(np.searchsorted(track.along_m, rest_m - room_m))
        while lawful[arc] and k < track.along_m.size and track.along_m[k] <= rest_m + room_m:
            if int(network.head[arc]) in _nodes_at(network, track, k):
                begun.setdefault(k, set()).add(int(network.head[arc]))
            k += 1
        if lawful[arc] and rest_m >= track.along_m[-1] - room_m:
            ends = dict(_through(network, track, track.along_m.size - 1))
            if abs(ends.get(arc, -np.inf) - before_m - track.along_m[-1]) <= room_m:
                begun[track.along_m.size - 1] = {-1}
    return begun


def _ending(track: _Track, network: RoadNetwork, lawful: Flags) -> dict[int, set[int]]:
    """Return from where on the track a road leads from which nodes to an end amid it."""
    last = track.along_m.size - 1
    ending: dict[int, set[int]] = {}
    if _nodes_at(network, track, last):
        return ending
    for arc, before_m in _through(network, track, last):
        room_m = _ON_M + _ALONG * float(network.length_m[arc])
        wanted_m = track.along_m[last] - before_m
        tail = int(network.tail[arc])
        k = max(0, int(np.searchsorted(track.along_m, wanted_m - room_m)))
        while lawful[arc] and k <= last and track.along_m[k] <= wanted_m + room_m:
            if tail in _nodes_at(network, track, k):
                ending.setdefault(k, set()).add(tail)
            k += 1
    return ending


def _nodes_at(network: RoadNetwork, track: _Track, k: int) -> set[int]:
    near = np.abs(network.lat - track.lat[k]) < _SAME_DEG
    near &= np.abs(network.lon - track.lon[k]) < _SAME_DEG
    return set(np.flatnonzero(near).tolist())


def _through(network: RoadNetwork, track: _Track, k: int) -> Iterator[tuple[int, float]]:
    """Return the arcs that lead through a point of the track, and how far along it lies [m]."""
    lat, lon = float(track.lat[k]), float(track.lon[k])
    east = np.cos(np.radians(lat))
    lines = _lines(network)
    ring_deg = 2.0 * _ON_M / (_EARTH_M * np.pi / 180.0) / max(east, 0.01)
    for arc in lines.query(shapely.Point(lon, lat).buffer(ring_deg)).tolist():
        line = shapely.transform(lines.geometries[arc], lambda xy: (xy - [lon, lat]) * [east, 1.0])
        middle = shapely.Point(0.0, 0.0)
        if np.radians(line.distance(middle)) * _EARTH_M > _ON_M:
            continue
        share = line.project(middle, normalized=True)
        yield arc, share * float(network.length_m[arc])


@lru_cache(maxsize=6)
def _lines(network: RoadNetwork) -> shapely.STRtree:
    """Return the lines of all arcs, shape (arcs,), to be looked up by place."""
    first, tail, head = network.shape_first, network.tail, network.head
    lines = []
    for arc in range(network.arc_count):
        part = slice(int(first[arc]), int(first[arc + 1]))
        lon = [network.lon[tail[arc]], *network.shape_lon[part], network.lon[head[arc]]]
        lat = [network.lat[tail[arc]], *network.shape_lat[part], network.lat[head[arc]]]
        lines.append(shapely.LineString(np.column_stack([lon, lat])))
    return shapely.STRtree(lines)


def _end_of(track: _Track, network: RoadNetwork, arc: int, at: int) -> int | None:
    """Point of the track at which an arc that begins at one ends; None: it is not on the track."""
    wanted_m = track.along_m[at] + network.length_m[arc]
    k = int(np.searchsorted(track.along_m, wanted_m - _SAME_M))
    head = network.head[arc]
    while k < track.along_m.size and track.along_m[k] <= wanted_m + _SAME_M:
        same = abs(track.lat[k] - network.lat[head]) < _SAME_DEG
        if k > at and same and abs(track.lon[k] - network.lon[head]) < _SAME_DEG:
            return k
        k += 1
    return None
