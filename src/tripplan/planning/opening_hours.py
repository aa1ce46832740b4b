"""When chargers are open: OpenStreetMap's opening hours at their place and time.

The only file that knows opening_hours (opening-hours-py).
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves the error out
    OpeningHours,
    ParserError,
    State,
)

from tripplan.errors import InvalidInputError
from tripplan.records.charger import Charger

HOURS_LIMIT: Final = 1000
"""Longest opening hours that are looked into, characters."""
_UTC: Final = ZoneInfo("UTC")


def is_open(charger: Charger, at: datetime) -> bool | None:
    """Tell whether a charger is open at a time.

    Parameters
    ----------
    charger
        A site; public holidays, sunrise and sunset are those of its position.
    at
        Local time there; or any time with a time zone.

    Returns
    -------
    bool or None
        None where the hours are not known, not understood, or say "unknown" themselves.

    Raises
    ------
    InvalidInputError
        The time cannot be looked up.
    """
    hours = _hours(charger)
    if hours is None:
        return None
    try:
        when = _named_zone(at)
        if hours.is_unknown(when):
            return None
        return hours.is_open(when)
    except (ValueError, OverflowError) as error:
        raise _no_time(at, error) from error


def opening_intervals(
    charger: Charger, start: datetime, horizon_s: float
) -> tuple[tuple[float, float], ...] | None:
    """Find when a charger is open within some time.

    Parameters
    ----------
    charger
        A site; public holidays, sunrise and sunset are those of its position.
    start
        Local time there; or any time with a time zone, as `local_time` gives it.
    horizon_s
        How far to look ahead. [s]

    Returns
    -------
    tuple of (float, float) or None
        First and last moment of each interval, seconds after ``start``, in order and apart, shape
        (intervals, 2); the first and the last may be cut off by the horizon.  None where the hours
        are not known or not understood.  An interval of which the hours themselves say "unknown"
        does not count as open; if they say so and of no time "open", they are not known.

    Raises
    ------
    InvalidInputError
        The time cannot be looked up, or the horizon is negative or not finite.
    """
    if not (math.isfinite(horizon_s) and horizon_s >= 0):
        raise InvalidInputError(
            f"horizon_s {horizon_s} is not a time to look ahead",
            field="horizon_s",
            value=horizon_s,
            expected="0 or more seconds",
        )
    hours = _hours(charger)
    if hours is None:
        return None
    try:
        begin = local_time(start, charger.lat, charger.lon).astimezone(_UTC)
        rows = list(hours.intervals(begin, begin + timedelta(seconds=horizon_s)))
    except (ValueError, OverflowError) as error:
        raise _no_time(start, error) from error
    intervals = _joined(
        (_seconds(begin, first), _seconds(begin, last))
        for first, last, state, _ in rows
        if state == State.OPEN and last is not None
    )
    if not intervals and any(state == State.UNKNOWN for _, _, state, _ in rows):
        return None
    return intervals


def local_time(at: datetime, lat: float, lon: float) -> datetime:
    """Give a time its zone: that of a position, unless it has one.

    Parameters
    ----------
    at
        A time with or without a time zone.
    lat, lon
        Where it is the local time. [degrees]

    Raises
    ------
    InvalidInputError
        The time cannot be looked up.
    """
    if at.tzinfo is not None:
        return at
    try:
        first = next(iter(OpeningHours("24/7", coords=(lat, lon)).intervals(at)))[0]
    except (ValueError, OverflowError) as error:
        raise _no_time(at, error) from error
    return at.replace(tzinfo=first.tzinfo)


def _hours(charger: Charger) -> OpeningHours | None:
    if charger.opening_hours is None or len(charger.opening_hours) > HOURS_LIMIT:
        return None
    try:
        return OpeningHours(charger.opening_hours, coords=(charger.lat, charger.lon))
    except ParserError:
        return None


def _named_zone(at: datetime) -> datetime:
    """Return the same moment in a zone that has a name: the parser knows no fixed offsets."""
    return at if at.tzinfo is None else at.astimezone(_UTC)


def _seconds(begin: datetime, at: datetime) -> float:
    """Seconds from one moment to another; by UTC, as clocks are put forward and back."""
    return (at.astimezone(_UTC) - begin).total_seconds()


def _joined(intervals: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Join intervals that touch: the parser parts them where their comments differ."""
    found: list[tuple[float, float]] = []
    for first, last in intervals:
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        elif last > first:
            found.append((first, last))
    return tuple(found)


def _no_time(at: datetime, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{at} is not a time that opening hours can be looked up for: {error}",
        field="open_at",
        value=at,
        expected="a time of the years 1900 to 9999",
    )
