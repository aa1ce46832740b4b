"""Opening hours of charger sources in OpenStreetMap's syntax; pure text to text.

What is not understood becomes None (unknown), never "open".
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

ALWAYS: Final = "24/7"
_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_OF: Final = {
    name: index
    for index, names in enumerate(
        (
            "m mo mon monday",
            "t tu tue tues tuesday",
            "w we wed wednesday",
            "th thu thur thurs thursday",
            "f fr fri friday",
            "sa sat saturday",
            "su sun sunday",
        )
    )
    for name in names.split()
}
_TIME = r"(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\.?"
_SPAN = re.compile(rf"^{_TIME}\s*(?:-|\u2013|to)\s*{_TIME}$")
_MINUTES_PER_DAY: Final = 1440


def from_american(note: str) -> str | None:
    """Read AFDC's hours: "24 hours daily; ...", "8am-5pm daily", "Mon 6:00am - 11:59pm; Tue ...".

    Parameters
    ----------
    note
        Clauses separated by semicolons; those that are no hours are passed over.

    Returns
    -------
    str or None
        Opening hours; None if no clause is understood.
    """
    rules = []
    for clause in note.casefold().split(";"):
        text = clause.strip()
        if re.match(r"^24 hours(?: daily| a day)?$|^24/7$|^open 24 hours$", text):
            return ALWAYS
        rule = _clause(text)
        if rule:
            rules.append(rule)
    return "; ".join(rules) or None


def _clause(text: str) -> str | None:
    daily = re.match(r"^(.*?)\s*daily$", text)
    if daily:
        span = _span(daily[1])
        return f"Mo-Su {span}" if span else None
    match = re.match(r"^([a-z]+)(?:\s*-\s*([a-z]+))?\s+(.+)$", text)
    if not match or match[1] not in _DAY_OF or (match[2] and match[2] not in _DAY_OF):
        return None
    first = _DAYS[_DAY_OF[match[1]]]
    days = f"{first}-{_DAYS[_DAY_OF[match[2]]]}" if match[2] else first
    if match[3] == "closed":
        return f"{days} off"
    if match[3] == "24 hours":
        return f"{days} 00:00-24:00"
    span = _span(match[3])
    return f"{days} {span}" if span else None


def _span(text: str) -> str | None:
    match = _SPAN.match(text.strip())
    if match is None:
        return None
    start = _minutes(match[1], match[2], match[3])
    end = _minutes(match[4], match[5], match[6])
    if start is None or end is None:
        return None
    if start == end:
        return None
    return f"{_clock(start)}-{_clock(end or _MINUTES_PER_DAY)}"


def _minutes(hours: str, minutes: str | None, half: str) -> int | None:
    hour, minute = int(hours), int(minutes or 0)
    if not 1 <= hour <= 12 or minute > 59:
        return None
    return (hour % 12 + (12 if half == "p" else 0)) * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def from_ocpi(times: Mapping[str, Any]) -> str | None:
    """Read OCPI's opening_times: twentyfourseven, or regular_hours by weekday (1: Monday).

    Exceptional openings and closings by date are left out.
    """
    if times.get("twentyfourseven") is True:
        return ALWAYS
    hours = times.get("regular_hours")
    if not isinstance(hours, Sequence) or isinstance(hours, str) or not hours:
        return None
    by_day: dict[int, list[str]] = {}
    for entry in hours:
        found = _ocpi_period(entry)
        if found is None:
            return None
        by_day.setdefault(found[0], []).append(found[1])
    return "; ".join(
        f"{_DAYS[day]} {','.join(sorted(spans))}" for day, spans in sorted(by_day.items())
    )


def _ocpi_period(entry: object) -> tuple[int, str] | None:
    if not isinstance(entry, Mapping):
        return None
    weekday, begin, end = (entry.get(k) for k in ("weekday", "period_begin", "period_end"))
    if isinstance(weekday, bool) or not isinstance(weekday, int) or not 1 <= weekday <= 7:
        return None
    clock = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$")
    if not (isinstance(begin, str) and isinstance(end, str)):
        return None
    end = "24:00" if end == "00:00" else end
    if not clock.match(begin) or not clock.match(end) or begin == end:
        return None
    return weekday - 1, f"{begin}-{end}"
