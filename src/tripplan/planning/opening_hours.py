"""When chargers are open: OpenStreetMap's opening hours at their place and time.

The only file that knows opening_hours (opening-hours-py).  All questions are answered from one list
of spells, `_spells`, so that they agree; what is not known stays unknown: neither open nor closed.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves the error out
    OpeningHours,
    ParserError,
    State,
)

from tripplan.errors import InvalidInputError
from tripplan.planning.holidays import may_be_holiday
from tripplan.planning.hours_text import as_specified, fallbacks, without_school_holidays
from tripplan.records.charger import Charger

HOURS_LIMIT: Final = 1000
"""Longest opening hours that are looked into, characters."""
_UTC: Final = ZoneInfo("UTC")
_SECOND: Final = timedelta(seconds=1)
_WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_HOLIDAY: Final = re.compile(r"\b(?:PH|SH)\b(?:\s*[+-]\d+\s*days?)?")
_HOLIDAY_AND_DAYS: Final = re.compile(r"\b(?:PH|SH)\s+(?=Mo|Tu|We|Th|Fr|Sa|Su)")
"""Days of the week on holidays only."""
_QUOTED: Final = re.compile(r'"[^"]*"')


class _Spell(NamedTuple):
    """A spell of one state."""

    begin: datetime
    """Its begin, UTC."""
    end: datetime
    """Its end, UTC."""
    state: bool | None
    """Whether it is open; None: unknown."""


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
    hours = _hours_of(charger)
    if hours is None:
        return None
    try:
        when = local_time(at, charger.lat, charger.lon).astimezone(_UTC)
        return _spells(hours, when, when + _SECOND)[0].state
    except (ValueError, OverflowError) as error:
        raise _no_time(at, error) from error


def opening_intervals(
    charger: Charger, start: datetime, horizon_s: float, *, with_unknown: bool = False
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
    with_unknown
        Whether spells of which it is not known whether they are open count, too.

    Returns
    -------
    tuple of (float, float) or None
        First and last moment of each interval, seconds after ``start``, in order and apart, shape
        (intervals, 2); the first and the last may be cut off by the horizon.  None where the hours
        are not known or not understood, or if some of them are unknown and none is open (unless
        these count).

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
    hours = _hours_of(charger)
    if hours is None:
        return None
    try:
        begin = local_time(start, charger.lat, charger.lon).astimezone(_UTC)
        spells = _spells(hours, begin, begin + timedelta(seconds=horizon_s))
    except (ValueError, OverflowError) as error:
        raise _no_time(start, error) from error
    intervals = _joined(
        ((spell.begin - begin).total_seconds(), (spell.end - begin).total_seconds())
        for spell in spells
        if spell.state or (with_unknown and spell.state is None)
    )
    if not intervals and any(spell.state is None for spell in spells):
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


@dataclass(frozen=True)
class _Hours:
    """Hours of a place, without fallbacks, as the parser has them."""

    text: str
    """In words that mean to the parser what the specification says."""
    place: tuple[float, float]
    """Latitude and longitude, degrees."""

    @cached_property
    def parsed(self) -> OpeningHours:
        """The hours with the parser's own public holidays, and without school holidays."""
        return OpeningHours(without_school_holidays(self.text), coords=self.place)

    @cached_property
    def knows_holidays(self) -> OpeningHours:
        """When the parser's calendar has a holiday there."""
        return OpeningHours("PH 00:00-24:00", coords=self.place)

    @cached_property
    def _named(self) -> frozenset[str]:
        """Which kinds of holidays the hours name: PH, SH."""
        return frozenset(match[:2] for match in _HOLIDAY.findall(_QUOTED.sub("", self.text)))

    @cached_property
    def _as_holiday(self) -> dict[int, OpeningHours]:
        """The hours where each day of the week is a holiday, by day of the week."""
        bare = _HOLIDAY_AND_DAYS.sub("", self.text)
        texts = [_HOLIDAY.sub(name, bare) for name in _WEEKDAYS]
        return {
            k: OpeningHours(text if _parses(text) else "unknown", coords=self.place)
            for k, text in enumerate(texts)
        }

    def spells(self, begin: datetime, end: datetime) -> list[_Spell]:
        """List the spells of a time, in order and without gaps; doubtful holidays are unknown."""
        found = _rows(self.parsed, begin, end)
        if not self._named:
            return found
        for day in _dates(begin, end, self.place):
            if not self._doubtful(day):
                continue
            first, last = (_midnight(one, self.place) for one in (day, day + timedelta(days=1)))
            first, last = max(first, begin), min(last, end)
            if first >= last:
                continue
            other = _rows(self._as_holiday[day.weekday()], first, last)
            found = _combined(found, other, _agreed)
        return found

    def _doubtful(self, day: date) -> bool:
        if "SH" in self._named:
            return True
        noon = datetime.combine(day, time(12))
        return may_be_holiday(day, *self.place) and not self.knows_holidays.is_open(noon)


def _agreed(one: bool | None, other: bool | None) -> bool | None:
    return one if one == other else None


def _or_else(one: bool | None, other: bool | None) -> bool | None:
    """Return what a fallback makes of a state: it counts where it would be closed."""
    return other if one is False else one


def _spells(hours: Sequence[_Hours], begin: datetime, end: datetime) -> list[_Spell]:
    """List the spells of hours with their fallbacks."""
    found = hours[0].spells(begin, end)
    for fallback in hours[1:]:
        found = _combined(found, fallback.spells(begin, end), _or_else)
    return found


def _combined(
    base: Sequence[_Spell],
    other: Sequence[_Spell],
    rule: Callable[[bool | None, bool | None], bool | None],
) -> list[_Spell]:
    """Apply a rule to two states wherever the second list has one."""
    moments = sorted({moment for spell in (*base, *other) for moment in spell[:2]})
    found = []
    rest, overlay = list(base), list(other)
    for begin, end in pairwise(moments):
        while rest and rest[0].end <= begin:
            rest.pop(0)
        while overlay and overlay[0].end <= begin:
            overlay.pop(0)
        state = rest[0].state if rest else None
        if overlay and overlay[0].begin <= begin:
            state = rule(state, overlay[0].state)
        found.append(_Spell(begin, end, state))
    return found


def _rows(hours: OpeningHours, begin: datetime, end: datetime) -> list[_Spell]:
    """List the spells that the parser finds, cut to the time that is asked for."""
    found = []
    for first, last, state, _ in hours.intervals(begin, end):
        until = end if last is None else min(last.astimezone(_UTC), end)
        known = None if state == State.UNKNOWN else state == State.OPEN
        found.append(_Spell(max(first.astimezone(_UTC), begin), until, known))
    found = [spell for spell in found if spell.begin < spell.end]
    return found if found or begin >= end else [_Spell(begin, end, None)]


def _dates(begin: datetime, end: datetime, place: tuple[float, float]) -> Iterator[date]:
    """Yield the days that a time touches, as the calendar has them there."""
    zone = local_time(begin.replace(tzinfo=None), *place).tzinfo
    day, last = (moment.astimezone(zone).date() for moment in (begin, end))
    while day <= last:
        yield day
        day += timedelta(days=1)


def _midnight(day: date, place: tuple[float, float]) -> datetime:
    return local_time(datetime.combine(day, time()), *place).astimezone(_UTC)


def _hours_of(charger: Charger) -> tuple[_Hours, ...] | None:
    text = charger.opening_hours
    if text is None or len(text) > HOURS_LIMIT:
        return None
    return _understood(text, (charger.lat, charger.lon))


@lru_cache(maxsize=4096)
def _understood(text: str, place: tuple[float, float]) -> tuple[_Hours, ...] | None:
    """Return the hours and their fallbacks; None where the first are not understood."""
    found: list[_Hours] = []
    for part in fallbacks(text):
        plain = as_specified(part, _parses)
        if plain is None or not _parses(plain):
            if not found:
                return None
            plain = "unknown"
        found.append(_Hours(plain, place))
    return tuple(found)


def _parses(text: str) -> bool:
    try:
        OpeningHours(text)
    except ParserError:
        return False
    return True


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
