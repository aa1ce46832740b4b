"""Whether the legs of a plan join: an unbroken line over the ground and on the clock.

Works from the plan's own traces and from where its stops are tied to the roads, nothing else.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tripplan.records.plan import ChargingStop, Leg
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

Point = tuple[float, float]
"""Latitude and longitude. [deg]"""

APART_M = 2.0
"""Two points this close together are the same."""
SHORTER = 0.02
"""A road may be stated this much shorter than the straight line between its ends (relative): some
sources measure along another line than they draw."""
_CLOCK_S = 1e-3
_DISTANCE_KM = 1e-6


def joining(
    legs: Sequence[Leg], stops: Sequence[ChargingStop], points: Sequence[Point]
) -> list[str]:
    """Return what is wrong with how legs join each other and their stops.

    Parameters
    ----------
    legs, stops
        The plan; ``stops[i]`` lies between ``legs[i]`` and ``legs[i + 1]``.
    points
        Where origin, stops and destination are tied to the roads, in order.
    """
    found: list[str] = []
    clock_s = distance_km = 0.0
    if len(points) != len(legs) + 1:
        found.append(f"{len(legs)} legs do not lie between {len(points)} places")
    for number, (leg, ends) in enumerate(zip(legs, pairwise(points), strict=False), start=1):
        where, trace = f"leg {number}", leg.trace
        for word, place, at in (("begins", ends[0], 0), ("ends", ends[1], -1)):
            apart_m = _apart_m(place, (trace.lat[at], trace.lon[at]))
            if not apart_m <= APART_M:
                found.append(f"{where}: its road {word} {apart_m / M_PER_KM:.3f} km from its stop")
        found += _broken(where, leg)
        for what, planned, expected, allowed in (
            ("s on the clock", trace.elapsed_s[0], clock_s, _CLOCK_S),
            ("km driven", trace.distance_km[0], distance_km, _DISTANCE_KM),
        ):
            if not abs(planned - expected) <= allowed:
                found.append(f"{where}: begins at {planned:.3f} {what}, not at {expected:.3f}")
        clock_s, distance_km = trace.elapsed_s[-1], trace.distance_km[-1]
        for what, stated, driven, allowed in (
            ("s", leg.driving_s, clock_s - trace.elapsed_s[0], _CLOCK_S),
            ("km", leg.distance_km, distance_km - trace.distance_km[0], _DISTANCE_KM),
        ):
            if not abs(stated - driven) <= allowed:
                found.append(f"{where}: states {stated:.3f} {what}, its road has {driven:.3f}")
        if number <= len(stops):
            clock_s += stops[number - 1].pause_s
    return found


def _broken(where: str, leg: Leg) -> list[str]:
    """Object to steps of a leg that are longer over the ground than on the road."""
    trace = leg.trace
    lat, lon = np.radians(trace.lat), np.radians(trace.lon)
    middle = np.cos(0.5 * (lat[1:] + lat[:-1]))
    straight_m = EARTH_RADIUS_M * np.hypot(np.diff(lat), np.diff(lon) * middle)
    road_m = np.diff(trace.distance_km) * M_PER_KM
    short = np.flatnonzero(~(road_m * (1.0 + SHORTER) + APART_M >= straight_m))
    return [
        f"{where}: {road_m[k]:.0f} m of road lead {straight_m[k]:.0f} m over the ground, "
        f"{trace.distance_km[k]:.1f} km from the start"
        for k in short[:1]
    ]


def _apart_m(one: Point, other: Point) -> float:
    """Return the distance of two points that lie close together; of others, about."""
    lat, lon = np.radians(np.array([one, other])).T
    east = (lon[1] - lon[0]) * np.cos(0.5 * (lat[0] + lat[1]))
    return float(EARTH_RADIUS_M * np.hypot(lat[1] - lat[0], east))
