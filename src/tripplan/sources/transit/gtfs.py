"""Timetables as GTFS: stops, and direct rides between groups of stops on a day.

gtfs_kit reads the feed, knows which services run on a day, and writes out what runs by frequency;
which ride to take is decided elsewhere.  Times are in seconds after midnight of the service day,
beyond 24 h in the night that follows; the hour that a change of clocks adds or takes is not.
"""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.base import as_path
from tripplan.units import S_PER_H

_S_PER_MIN: Final = 60.0
_NEEDED: Final = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "trips": ("trip_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
}
"""Tables of a feed that must be there, with their columns."""
_CALENDARS: Final = {
    "calendar": (
        *("service_id", "start_date", "end_date"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ),
    "calendar_dates": ("service_id", "date", "exception_type"),
}
"""Those of which one must be there."""
_NO_BOARDING: Final = 1
"""Of pickup_type and drop_off_type: not there."""


class Stop(NamedTuple):
    """A stop or platform of a feed."""

    id: str
    name: str
    lat: float
    lon: float
    station: str
    """Id of the station that it belongs to; its own where it belongs to none."""


class Ride(NamedTuple):
    """A direct ride on a day."""

    leaves_s: float
    """After midnight of the service day."""
    arrives_s: float
    start: str
    """Id of the stop where it begins."""
    end: str
    """Id of the stop where it ends."""


class _Call(NamedTuple):
    stop: str
    arrives_s: float
    leaves_s: float
    boards: bool
    alights: bool


class _Day(NamedTuple):
    """The trips of a service day."""

    trips: list[list[_Call]]
    at: dict[str, list[int]]
    """Which trips call at a stop."""


@dataclass(frozen=True, eq=False)
class Timetable:
    """A GTFS feed."""

    path: str
    stops: tuple[Stop, ...]
    _feed: Any = field(repr=False)
    _days: dict[date, _Day] = field(default_factory=dict, repr=False)

    @cached_property
    def first_and_last_day(self) -> tuple[str, str]:
        """The days between which services run, as "2026-01-31"; empty: none does."""
        days = self._feed.get_dates()
        return (_day(days[0]), _day(days[-1])) if days else ("", "")

    def runs(self, day: date) -> bool:
        """Tell whether any service runs on a day."""
        return bool(self._feed.get_active_services(f"{day:%Y%m%d}"))

    def check_day(self, day: date) -> None:
        """Refuse a day on which nothing runs.

        Raises
        ------
        InvalidInputError
            No service runs on it; the message says when services do.
        """
        if self.runs(day):
            return
        first, last = self.first_and_last_day
        span = f"its calendar is from {first} to {last}" if first else "its calendar is empty"
        raise InvalidInputError(
            f"no service of the GTFS feed {self.path} runs on {day}: {span}",
            field="departure",
            value=str(day),
            expected="a day on which services run",
        )

    def rides(self, day: date, starts: Iterable[str], ends: Iterable[str]) -> list[Ride]:
        """Return the direct rides of a service day from some stops to others.

        Parameters
        ----------
        day
            The service day.
        starts, ends
            Ids of stops.
        """
        begin, finish = frozenset(starts), frozenset(ends)
        found: list[Ride] = []
        today = self._of(day)
        fewer = min(begin, finish, key=len)
        for number in sorted({k for stop in fewer for k in today.at.get(stop, ())}):
            calls = today.trips[number]
            on = [k for k, call in enumerate(calls) if call.boards and call.stop in begin]
            off = [k for k, call in enumerate(calls) if call.alights and call.stop in finish]
            if on and off and on[0] < off[-1]:
                found += [
                    Ride(calls[k].leaves_s, calls[j].arrives_s, calls[k].stop, calls[j].stop)
                    for k in on
                    for j in off
                    if k < j
                ]
        return found

    def _of(self, day: date) -> _Day:
        """Return the trips of a service day."""
        if day not in self._days:
            trips = list(self._read(day))
            at: dict[str, list[int]] = {}
            for number, calls in enumerate(trips):
                for call in calls:
                    at.setdefault(call.stop, []).append(number)
            self._days[day] = _Day(trips, at)
        return self._days[day]

    def _read(self, day: date) -> Iterable[list[_Call]]:
        services = self._feed.get_active_services(f"{day:%Y%m%d}")
        trips = self._feed.trips
        running = set(trips.loc[trips["service_id"].isin(services), "trip_id"])
        times = self._feed.stop_times
        rows = times.loc[times["trip_id"].isin(running)]
        rows = rows.sort_values(["trip_id", "stop_sequence"])
        columns = [
            rows[name].tolist() if name in rows.columns else [None] * len(rows)
            for name in (
                "trip_id",
                "stop_id",
                "arrival_time",
                "departure_time",
                "pickup_type",
                "drop_off_type",
            )
        ]
        calls: list[_Call] = []
        before = None
        for trip, stop, arrives, leaves, pickup, drop_off in zip(*columns, strict=True):
            if trip != before and calls:
                yield calls
                calls = []
            before = trip
            arrives_s, leaves_s = _seconds(arrives), _seconds(leaves)
            arrives_s = leaves_s if arrives_s is None else arrives_s
            leaves_s = arrives_s if leaves_s is None else leaves_s
            # Stops without times are passed at a time that the feed leaves open.
            if arrives_s is not None and leaves_s is not None:
                boards, alights = (kind != _NO_BOARDING for kind in (pickup, drop_off))
                calls.append(_Call(stop, arrives_s, leaves_s, boards, alights))
        if calls:
            yield calls


def days_around(day: date) -> tuple[date, ...]:
    """Return the service days with rides near a day: that of the night before, and two on."""
    return tuple(day + timedelta(days=k) for k in (-1, 0, 1))


def read_timetable(path: str | Path) -> Timetable:
    """Read a GTFS feed: a zip file, or a folder.

    Parameters
    ----------
    path
        Where it is; it is not fetched.

    Raises
    ------
    DataError
        It cannot be read, or has no stops, trips, times or calendar; or gtfs_kit is not installed.
    """
    where = as_path(path, where="gtfs")
    if not where.exists():
        raise DataError(f"GTFS feed {path}: there is no such file or folder", path=str(path))
    feed = _feed(where)
    lacking = [f"{n}.txt" for n in _NEEDED if getattr(feed, n) is None or getattr(feed, n).empty]
    if feed.calendar is None and feed.calendar_dates is None:
        lacking.append("calendar.txt or calendar_dates.txt")
    if lacking:
        raise DataError(
            f"GTFS feed {path}: {', '.join(lacking)} is not there or is empty",
            path=str(path),
            faults=lacking,
        )
    columns = [
        f"{name}.txt has no column {column}"
        for name, needed in (_NEEDED | _CALENDARS).items()
        if getattr(feed, name) is not None
        for column in needed
        if column not in getattr(feed, name).columns
    ]
    if columns:
        raise DataError(
            f"GTFS feed {path} cannot be used: {'; '.join(columns)}",
            path=str(path),
            faults=columns,
        )
    try:
        stops = tuple(_stops(feed.stops))
        expanded = feed.expand_frequencies()
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(f"GTFS feed {path} cannot be used: {error}", path=str(path)) from error
    if not stops:
        raise DataError(f"GTFS feed {path}: no stop has a position", path=str(path))
    return Timetable(str(path), stops, expanded)


def _feed(where: Path) -> Any:  # noqa: ANN401 - gtfs_kit has no types
    try:
        import gtfs_kit
    except ImportError as error:
        raise DataError(
            "GTFS feeds are read with gtfs_kit: pip install 'tripplan[gtfs]'", path=str(where)
        ) from error
    try:
        return gtfs_kit.read_feed(where, dist_units="km")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"GTFS feed {where} cannot be read: {error}", path=str(where)) from error


def _stops(table: Any) -> Iterable[Stop]:  # noqa: ANN401 - a table of gtfs_kit
    """Yield the stops that have a position; others are of kinds at which nothing stops."""
    parents = table["parent_station"] if "parent_station" in table.columns else table["stop_id"]
    names = table["stop_name"] if "stop_name" in table.columns else table["stop_id"]
    for stop, name, lat, lon, parent in zip(
        table["stop_id"].tolist(),
        names.tolist(),
        table["stop_lat"].tolist(),
        table["stop_lon"].tolist(),
        parents.tolist(),
        strict=True,
    ):
        place = float(lat), float(lon)
        if -90.0 <= place[0] <= 90.0 and -180.0 <= place[1] <= 180.0:
            known = isinstance(parent, str) and bool(parent)
            label = name if isinstance(name, str) else stop
            yield Stop(stop, label, *place, parent if known else stop)


def _seconds(text: object) -> float | None:
    """Return the seconds of "25:10:00"; None: no time is stated."""
    if not isinstance(text, str) or text.count(":") != 2:
        return None
    hours, minutes, seconds = (part.strip() for part in text.split(":"))
    if not (hours + minutes + seconds).isdecimal():
        return None
    return int(hours) * S_PER_H + int(minutes) * _S_PER_MIN + int(seconds)


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
