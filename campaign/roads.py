"""Whether a leg was driven on roads: each stretch of its trace an open arc, at a lawful speed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

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
            yield from _off_road(track, region.network, lawful, plan, f"leg {number + 1}")


def _track(leg: Leg) -> _Track:
    trace = leg.trace
    along = 1000.0 * (np.array(trace.distance_km) - trace.distance_km[0])
    columns = (trace.lat, trace.lon, along, trace.elapsed_s, trace.speed_kmh)
    return _Track(*(np.array(column, np.float64) for column in columns))


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
    near = (np.abs(network.lat - track.lat[0]) < _SAME_DEG) & (
        np.abs(network.lon - track.lon[0]) < _SAME_DEG
    )
    waiting = {0: set(np.flatnonzero(near).tolist())}
    reached = 0
    while waiting:
        at = min(waiting)
        nodes = waiting.pop(at)
        reached = max(reached, at) if nodes else reached
        if at == last and nodes:
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
