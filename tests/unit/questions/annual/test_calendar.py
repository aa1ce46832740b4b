"""Days of a household's calendar, against plain counting over `datetime`."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tripplan.questions.annual.calendar import calendar_of, dates_of, evenly
from tripplan.questions.annual.household import MONTHS, WEEKDAYS, YearTrip

YEARS = st.integers(2000, 2100)


def trip(**values: Any) -> YearTrip:
    return YearTrip.model_validate({"name": "trip", "places": ["Golden, CO; 9h"], **values})


def every_day(year: int) -> list[date]:
    """Count up from New Year's Day until the year is another."""
    day, found = date(year, 1, 1), []
    while day.year == year:
        found.append(day)
        day += timedelta(days=1)
    return found


@settings(max_examples=60, deadline=None)
@given(
    YEARS,
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    st.sets(st.sampled_from(MONTHS), min_size=1),
    st.sets(st.integers(0, 364), max_size=9),
)
def test_weekdays_of_months_less_those_skipped(
    year: int, weekdays: set[str], months: set[str], skipped: set[int]
) -> None:
    off = {date(year, 1, 1) + timedelta(days=k) for k in skipped}
    asked = trip(weekdays=list(weekdays), months=list(months), skip=sorted(off))
    wanted = [
        day
        for day in every_day(year)
        if f"{day:%a}".lower() in weekdays and f"{day:%b}".lower() in months and day not in off
    ]
    assert dates_of(asked, year) == wanted


@settings(max_examples=60, deadline=None)
@given(YEARS, st.integers(1, 31), st.sampled_from(WEEKDAYS))
def test_so_often_a_month(year: int, count: int, weekday: str) -> None:
    found = dates_of(trip(per_month=count, weekdays=weekday), year)
    for month in range(1, 13):
        there = [d for d in every_day(year) if d.month == month and f"{d:%a}".lower() == weekday]
        chosen = [day for day in found if day.month == month]
        assert len(chosen) == min(count, len(there))
        assert set(chosen) <= set(there)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400))
def test_evenly_leaves_gaps_that_differ_by_one_at_most(size: int, count: int) -> None:
    days = [date(2025, 1, 1) + timedelta(days=k) for k in range(size)]
    found = evenly(days, count)
    assert len(found) == min(size, count)
    assert sorted(set(found)) == found
    gaps = {(b - a).days for a, b in pairwise(found)}
    assert max(gaps, default=0) - min(gaps, default=0) <= 1


def test_dates_alone_and_beside_a_rule() -> None:
    alone = trip(dates=["2025-03-02", "2025-01-31/2025-02-02"])
    assert [str(day) for day in dates_of(alone, 2025)] == [
        *("2025-01-31", "2025-02-01", "2025-02-02", "2025-03-02"),
    ]
    beside = trip(dates=["2025-03-02"], weekdays="mon", months="feb")
    assert [day.day for day in dates_of(beside, 2025)] == [3, 10, 17, 24, 2]


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [("mon-fri", (0, 1, 2, 3, 4)), ("fri-mon", (0, 4, 5, 6)), ("sat, sun", (5, 6)), ("wed", (2,))],
)
def test_weekdays_as_they_are_written(given_: str, wanted: tuple[int, ...]) -> None:
    assert trip(weekdays=given_).weekdays == wanted


def test_months_around_new_year() -> None:
    assert trip(months="nov-feb").months == (1, 2, 11, 12)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 60), min_size=1, max_size=12), st.integers(1, 5)),
        min_size=1,
        max_size=4,
    )
)
def test_nobody_is_in_two_places_and_nothing_is_lost(
    drawn: list[tuple[set[int], int]],
) -> None:
    first = date(2025, 1, 1)
    trips = [
        trip(name=f"{k}", dates=[first + timedelta(days=d) for d in sorted(days)])
        for k, (days, _) in enumerate(drawn)
    ]
    spans = {k: span for k, (_, span) in enumerate(drawn)}
    found = calendar_of(trips, spans, 2025)
    assert len(found.outings) + len(found.dropped) == sum(len(days) for days, _ in drawn)
    # Day by day: whoever is out on a trip of several days is on no other.
    out_until = -1
    kept: list[tuple[int, int]] = []
    dropped: list[tuple[int, int]] = []
    for day in range(61):
        for number, (days, span) in enumerate(drawn):
            if day in days:
                (dropped if day <= out_until else kept).append((day, number))
                if day > out_until and span > 1:
                    out_until = day + span - 1
    assert [((o.day - first).days, o.trip) for o in found.outings] == kept
    assert [((o.day - first).days, o.trip) for o in found.dropped] == dropped
