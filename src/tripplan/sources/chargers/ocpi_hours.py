"""OCPI's opening_times in OpenStreetMap's syntax; pure.

regular_hours are by weekday (1: Monday) in local time; exceptional openings and closings are spells
in UTC, which the location's time zone puts on its days.  A day that is not understood is unknown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from tripplan.sources.chargers import values
from tripplan.sources.chargers.hours import ALWAYS, DAYS
from tripplan.sources.chargers.values import Tally

MOST_EXCEPTIONS: Final = 12
"""Of more exceptional spells than this, those that are over are left out; of still more, the hours
are unknown.  Both are counted."""
_EXCEPTIONS: Final = ("exceptional_openings", "exceptional_closings")
_CLOCK: Final = re.compile(r"^(\d{1,2}):([0-5]\d)(?::[0-5]\d)?$")
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_MINUTES_PER_DAY: Final = 1440


def from_ocpi(
    times: Mapping[str, Any], *, zone: str = "", tally: Tally | None = None
) -> str | None:
    """Read OCPI's opening_times: twentyfourseven, or regular_hours, and the exceptions to them.

    Parameters
    ----------
    times
        The object.
    zone
        Time zone of the location, "Europe/Oslo"; without one the days of exceptions are unknown.
    tally
        Counts what is ignored, and has the day of reading: of many exceptions, those that are over
        are left out.

    Returns
    -------
    str or None
        Opening hours; None where they are not stated or not understood.
    """
    tally = tally or Tally()
    regular = ALWAYS if times.get("twentyfourseven") is True else _regular(times)
    if regular is None:
        return None
    since = date.min
    if sum(len(values.items(times, key)) for key in _EXCEPTIONS) > MOST_EXCEPTIONS:
        since = tally.today - timedelta(days=1)
    openings, closings = (_spells(times, key, zone, since, tally) for key in _EXCEPTIONS)
    if len(openings) + len(closings) > MOST_EXCEPTIONS:
        tally.ignore("hours with more exceptions than can be carried along")
        return None
    added = "".join(f", {spell}" for spell in openings)
    return regular + added + "".join(f"; {spell}" for spell in closings)


def _regular(times: Mapping[str, Any]) -> str | None:
    hours = times.get("regular_hours")
    if not isinstance(hours, Sequence) or isinstance(hours, str) or not hours:
        return None
    by_day: dict[int, list[str]] = {}
    for entry in hours:
        weekday = _weekday(entry)
        if weekday is None:
            return None
        by_day.setdefault(weekday, []).append(_period(entry))
    if len(by_day) == len(DAYS) and all(spans == ["00:00-24:00"] for spans in by_day.values()):
        return ALWAYS
    rules = []
    for weekday, spans in sorted(by_day.items()):
        joined = "unknown" if "unknown" in spans else ",".join(sorted(set(spans)))
        rules.append(f"{DAYS[weekday]} {joined}")
    return None if all(rule.endswith("unknown") for rule in rules) else "; ".join(rules)


def _weekday(entry: object) -> int | None:
    found = values.number(entry.get("weekday")) if isinstance(entry, Mapping) else None
    return int(found) - 1 if found is not None and found in range(1, 8) else None


def _period(entry: Mapping[str, Any]) -> str:
    """Return "08:00-18:00"; a period that ends at 23:59 or 00:00 ends with the day."""
    begin, end = (_minutes(entry.get(key)) for key in ("period_begin", "period_end"))
    if begin is None or end is None:
        return "unknown"
    if end in (0, _MINUTES_PER_DAY - 1):
        end = _MINUTES_PER_DAY
    return "unknown" if begin == end else f"{_clock(begin)}-{_clock(end)}"


def _minutes(text: object) -> int | None:
    match = _CLOCK.match(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    minutes = 60 * int(match[1]) + int(match[2])
    return minutes if minutes <= _MINUTES_PER_DAY else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _spells(times: Mapping[str, Any], key: str, zone: str, since: date, tally: Tally) -> list[str]:
    """Return the rules of exceptional spells since some day."""
    place = _zone(zone)
    found: list[str] = []
    for entry in values.items(times, key):
        begin, end = (
            values.moment(entry.get(name)) if isinstance(entry, Mapping) else None
            for name in ("period_begin", "period_end")
        )
        if begin is None or end is None or begin >= end:
            tally.ignore("an exceptional spell of hours that is not one")
        elif end.date() < since:
            tally.ignore("an exceptional spell of hours that is over")
        elif place is None:
            tally.ignore("an exceptional spell of hours without a time zone")
            found.append(f"{_days(begin.date(), end.date())} unknown")
        else:
            spells = _local(begin.astimezone(place), end.astimezone(place))
            found += [f"{spell}{'' if key == _EXCEPTIONS[0] else ' off'}" for spell in spells]
    return found


def _zone(name: str) -> tzinfo | None:
    try:
        return UTC if name.upper() in ("UTC", "Z") else ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def _local(begin: datetime, end: datetime) -> Iterator[str]:
    """Yield a spell as a part of its first day, the whole days after, and a part of its last."""
    first, last = begin.date(), end.date()
    start = 60 * begin.hour + begin.minute
    stop = 60 * end.hour + end.minute + (end.second > 0)
    if first == last:
        yield f"{_days(first, first)} {_clock(start)}-{_clock(stop)}"
        return
    if start:
        yield f"{_days(first, first)} {_clock(start)}-24:00"
        first += timedelta(days=1)
    if first < last:
        yield f"{_days(first, last - timedelta(days=1))} 00:00-24:00"
    if stop:
        yield f"{_days(last, last)} 00:00-{_clock(stop)}"


def _days(first: date, last: date) -> str:
    one, other = (f"{day.year} {_MONTHS[day.month - 1]} {day.day:02d}" for day in (first, last))
    return one if one == other else f"{one}-{other}"
