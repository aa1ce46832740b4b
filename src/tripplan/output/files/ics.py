"""Plan -> iCalendar (RFC 5545): drives and stops as appointments."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tripplan.errors import InvalidInputError
from tripplan.output.files.gpx import does
from tripplan.output.text import advice, statements, stop_text, words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import Plan

_FOLD = 74
"""Octets of a line beside its line end; RFC 5545 allows 75 (section 3.1)."""


def to_ics(plan: Plan, departure: datetime | None = None) -> str:
    """Return a calendar with an appointment for each drive and each stop.

    Parameters
    ----------
    plan
        The plan.
    departure
        When the trip starts; None: the trip's own ``departure``.  Without a time zone the
        appointments float: they are at that time of day wherever the calendar is.

    Raises
    ------
    InvalidInputError
        Neither is there.
    """
    start = departure or plan.trip.departure
    if start is None:
        raise no_departure()
    trip = _digest(plan, start)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tripplan//trip//EN", "CALSCALE:GREGORIAN"]
    for number, event in enumerate(_events(plan), start=1):
        lines += _appointment(f"{number}-{trip}", start, *event)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _digest(plan: Plan, start: datetime) -> str:
    """Return what tells this trip, by this car over these stops, from all others.

    The same plan made anew replaces the appointments of the one before in a calendar; no other does
    (RFC 5545, section 3.8.4.7).
    """
    ways = [[leg.start.label, leg.end.label] for leg in plan.legs]
    sites = [[stop.name, stop.lat, stop.lon] for stop in plan.stops]
    told = json.dumps(
        [_moment(start), _wished(plan), plan.vehicle.id, ways, sites],
        sort_keys=True,
    )
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _wished(plan: Plan) -> dict[str, object]:
    """Return what was asked for but the departure: that may have been given with the calendar."""
    return plan.trip.model_dump(mode="json", exclude={"departure"})


def no_departure() -> InvalidInputError:
    """Return the error of a calendar of a trip that starts nobody knows when."""
    return InvalidInputError(
        "a calendar needs to know when the trip starts: plan it with departure, like "
        '"2026-06-07T08:00", or give departure to to_ics',
        field="departure",
        value=None,
        expected="a date with a time of day",
    )


_Event = tuple[float, float, str, str, str, tuple[float, float]]
"""Start and end [s], title, description, place, and where that is."""


def _events(plan: Plan) -> Iterator[_Event]:
    """Yield drives and stops; what the audit objects to comes first in what each says."""
    warning = " ".join(statements.warning(plan)[:1])
    first = f"{warning} " if warning else ""
    slower = advice.sentences(plan)
    for number, (leg, times) in enumerate(zip(plan.legs, statements.leg_clocks(plan), strict=True)):
        ends = f"{leg.start.label} - {leg.end.label}"
        text = (
            f"{words.distance(leg.distance_km)}, {words.energy(leg.energy.spent_kwh)}, battery "
            f"{words.percent(leg.departure_soc)} to {words.percent(leg.arrival_soc)}"
        )
        where_slower = "".join(f"; {line}" for line in slower[number])
        where = (leg.start.lat, leg.start.lon)
        yield (
            times.departure_s, times.arrival_s, f"Drive {ends}", first + text + where_slower,
            leg.start.label, where,
        )  # fmt: skip
        if number < len(plan.stops):
            stop = plan.stops[number]
            verb = "Stop" if stop_text.is_waypoint(stop) else "Charge"
            place = stop_text.place(stop)
            yield (
                times.arrival_s, times.arrival_s + stop.duration_s, f"{verb} at {place}",
                first + does(stop), place, (stop.lat, stop.lon),
            )  # fmt: skip


def _appointment(
    uid: str,
    start: datetime,
    begin_s: float,
    end_s: float,
    title: str,
    text: str,
    place: str,
    where: tuple[float, float],
) -> Iterator[str]:
    begin = start + timedelta(seconds=round(begin_s))
    end = start + timedelta(seconds=round(end_s))
    stamp = start.astimezone(UTC) if start.tzinfo else start.replace(tzinfo=UTC)
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}@tripplan"
    yield f"DTSTAMP:{_moment(stamp)}"
    yield f"DTSTART:{_moment(begin)}"
    yield f"DTEND:{_moment(end)}"
    yield f"SUMMARY:{_text(title)}"
    yield f"DESCRIPTION:{_text(text)}"
    yield f"LOCATION:{_text(place)}"
    yield f"GEO:{where[0]:.6f};{where[1]:.6f}"
    yield "END:VEVENT"


def _moment(time: datetime) -> str:
    if time.tzinfo is None:
        return f"{time:%Y%m%dT%H%M%S}"
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Return text with what would end it escaped (RFC 5545, section 3.3.11)."""
    line = words.one_line(value, 400)
    for sign in ("\\", ";", ","):
        line = line.replace(sign, f"\\{sign}")
    return line


def _folded(line: str) -> str:
    """Break a long line between characters, each further one led by a space (section 3.1)."""
    parts, part = [], ""
    for sign in line:
        if len((part + sign).encode()) > _FOLD:
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])


def write_ics(plan: Plan, path: str | Path, departure: datetime | None = None) -> None:
    """Write a plan as a calendar; errors as in `to_ics`, and `DataError` for the file."""
    write_text_atomically(path, to_ics(plan, departure))
