"""How one goes on from a station: by a headway that is stated, or by a timetable."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Final, NamedTuple

import numpy as np

from tripplan.questions.ride_answers import Connection
from tripplan.records.ride_station import RideStation
from tripplan.records.trip import Place
from tripplan.sources.transit.gtfs import Stop, Timetable, days_around
from tripplan.units import M_PER_DEGREE, M_PER_KM, S_PER_H

WALK_KMH: Final = 4.5
"""On foot (assumption)."""
WALK_CIRCUITY: Final = 1.3
"""A way on foot is so many times the straight line (assumption)."""
STATION_M: Final = 400.0
"""Stops of a timetable belong to a station of a table that lies at most this far."""

Goes = Callable[[datetime | None], Connection | None]
"""Returns how one goes on at a time; None: not within a day."""


class Connections(NamedTuple):
    """Both ways of a station."""

    out: Goes
    back: Goes


def by_headway(station: RideStation) -> Connections:
    """Return the rides of a station whose row states them, with half a headway of waiting.

    Parameters
    ----------
    station
        With ``ride_s`` and ``headway_s``.
    """
    assert station.ride_s is not None
    assert station.headway_s is not None
    usual = Connection(
        walk_s=station.walk_s,
        wait_s=0.5 * station.headway_s,
        ride_s=station.ride_s,
        end_walk_s=station.end_walk_s,
    )
    back = usual.model_copy(
        update={"walk_s": station.end_walk_s, "end_walk_s": station.walk_s},
    )
    return Connections(lambda _: usual, lambda _: back)


def by_timetable(
    timetable: Timetable, platforms: Mapping[str, float], ends: Mapping[str, float]
) -> Connections:
    """Return the rides of a station by a timetable: the earliest arrival by one direct ride.

    Parameters
    ----------
    timetable
        The feed.
    platforms
        Stops of the station, each with the way on foot from the car. [s]
    ends
        Stops near the destination, each with the way on foot from there. [s]
    """
    return Connections(
        lambda at: None if at is None else earliest(timetable, at, platforms, ends),
        lambda at: None if at is None else earliest(timetable, at, ends, platforms),
    )


def earliest(
    timetable: Timetable, at: datetime, starts: Mapping[str, float], ends: Mapping[str, float]
) -> Connection | None:
    """Return the direct ride with the earliest arrival; of those that arrive together, the last.

    Parameters
    ----------
    timetable
        The feed.
    at
        When one sets out on foot, in the local time of the feed.
    starts, ends
        Stops at both ends, each with the way on foot there. [s]

    Returns
    -------
    Connection or None
        None: none leaves until the end of the next day.
    """
    local = at.replace(tzinfo=None)
    best: tuple[float, float, Connection] | None = None
    for day in days_around(local.date()):
        now_s = (local - datetime.combine(day, time())).total_seconds()
        for ride in timetable.rides(day, starts, ends):
            walk_s, end_walk_s = starts[ride.start], ends[ride.end]
            wait_s = ride.leaves_s - now_s - walk_s
            if wait_s < 0.0:
                continue
            arrives_s = ride.arrives_s - now_s + end_walk_s
            key = (arrives_s, wait_s)
            if best is None or key < best[:2]:
                found = Connection(
                    walk_s=walk_s,
                    wait_s=wait_s,
                    ride_s=ride.arrives_s - ride.leaves_s,
                    end_walk_s=end_walk_s,
                )
                best = (*key, found)
    return None if best is None else best[2]


def walk_s(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how long one walks between two points [s].

    Parameters
    ----------
    one, other
        Latitude and longitude. [deg]
    """
    return WALK_CIRCUITY * straight_m(one, other) / M_PER_KM / WALK_KMH * S_PER_H


def straight_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the straight line between two points that lie near each other [m]."""
    north = other[0] - one[0]
    east = (other[1] - one[1]) * np.cos(np.radians(0.5 * (one[0] + other[0])))
    return float(M_PER_DEGREE * np.hypot(north, east))


def stops_near(timetable: Timetable, place: Place, within_m: float) -> dict[str, float]:
    """Return the stops near a place, each with the way on foot there [s].

    Parameters
    ----------
    timetable
        The feed.
    place
        The place.
    within_m
        How far off they may be, in a straight line. [m]
    """
    here = place.lat, place.lon
    return {
        stop.id: walk_s(here, (stop.lat, stop.lon))
        for stop in timetable.stops
        if straight_m(here, (stop.lat, stop.lon)) <= within_m
    }


def stations_of(stops: tuple[Stop, ...], used: frozenset[str]) -> dict[str, list[Stop]]:
    """Return the stations that stops in use belong to, each with these stops.

    Parameters
    ----------
    stops
        Of a feed.
    used
        Ids of the stops that count.
    """
    found: dict[str, list[Stop]] = {}
    for stop in stops:
        if stop.id in used:
            found.setdefault(stop.station, []).append(stop)
    return found
