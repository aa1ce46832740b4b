"""On which days of a year a household's trips are made: a calendar that no car changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tripplan.questions.annual.household import YearTrip


@dataclass(frozen=True)
class Outing:
    """A trip on a day of the calendar."""

    day: date
    """When it begins."""
    trip: int
    """Which trip of the household."""
    days: int
    """On how many days of the calendar the car is away, the first and the last included."""


@dataclass(frozen=True)
class Calendar:
    """A year's outings, in order."""

    outings: tuple[Outing, ...]
    dropped: tuple[Outing, ...]
    """Those that fall on days on which the car, or who drives it, is away on another."""


def days_of_year(year: int) -> list[date]:
    """Return all days of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=k) for k in range((date(year + 1, 1, 1) - first).days)]


def dates_of(trip: YearTrip, year: int) -> list[date]:
    """Return the days of a year on which a trip begins, in order."""
    if trip.dates and not _by_rule(trip):
        return sorted({day for day in trip.dates if day not in trip.skip})
    fitting = [
        day
        for day in days_of_year(year)
        if day.month in trip.months and day.weekday() in trip.weekdays and day not in trip.skip
    ]
    if trip.per_month is not None:
        by_month: dict[int, list[date]] = {}
        for day in fitting:
            by_month.setdefault(day.month, []).append(day)
        chosen = [day for days in by_month.values() for day in evenly(days, trip.per_month)]
    elif trip.times is not None:
        chosen = evenly(fitting, trip.times)
    else:
        chosen = fitting
    return sorted({*chosen, *(day for day in trip.dates if day not in trip.skip)})


def _by_rule(trip: YearTrip) -> bool:
    """Tell whether a trip is made by weekdays or months beside its dates."""
    return bool({"weekdays", "months", "per_month", "times"} & trip.model_fields_set)


def evenly(days: Sequence[date], count: int) -> list[date]:
    """Return so many of some days: the middle one of each of ``count`` equal parts."""
    if count >= len(days):
        return list(days)
    return [days[(2 * k + 1) * len(days) // (2 * count)] for k in range(count)]


def calendar_of(trips: Sequence[YearTrip], spans: Mapping[int, int], year: int) -> Calendar:
    """Return the outings of a year.

    A trip that begins while another is still away is dropped: on the last day of that one, too.

    Parameters
    ----------
    trips
        The trips of the household.
    spans
        On how many days of the calendar each is away, by its number.
    year
        The year.
    """
    every = sorted(
        (day, number) for number, trip in enumerate(trips) for day in dates_of(trip, year)
    )
    outings: list[Outing] = []
    dropped: list[Outing] = []
    home_on = date.min
    for day, number in every:
        outing = Outing(day, number, spans[number])
        if day <= home_on:
            dropped.append(outing)
            continue
        outings.append(outing)
        if outing.days > 1:
            home_on = day + timedelta(days=outing.days - 1)
    return Calendar(tuple(outings), tuple(dropped))
