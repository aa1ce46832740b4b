"""Temperatures of a year: the built-in table against its sources, and files that are wrong."""

import statistics
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tripplan.errors import DataError
from tripplan.questions.annual.climate import Climate, climate_of, days_of_months, known_places

FAHRENHEIT = {
    "Denver, CO": (
        "15.2 19.1 25.4 34.2 43.8 53.0 58.7 57.4 47.3 35.9 23.5 16.4",
        "43.2 47.2 53.7 60.9 70.5 82.1 88.0 86.0 77.4 66.0 51.5 44.1",
        (35.8, 64.2),
    ),
    "Ellensburg, WA": (
        "18.6 23.2 28.7 34.3 41.9 48.2 52.8 52.2 43.3 33.3 27.0 19.8",
        "33.7 41.3 52.3 60.4 68.3 75.0 82.7 82.9 74.5 61.5 44.1 33.7",
        (35.3, 59.2),
    ),
    "Medford, OR": (
        "28.5 30.9 33.8 36.4 41.2 47.6 50.7 50.7 43.9 37.2 33.5 29.7",
        "44.9 52.6 57.7 63.8 71.6 79.9 87.8 87.1 79.9 67.5 51.3 44.1",
        (38.7, 65.7),
    ),
    "Vail, CO": (
        "5.7 8.5 16.5 23.7 30.8 35.2 41.2 40.4 33.0 24.8 14.6 6.4",
        "29.1 33.0 42.3 49.9 60.8 72.2 77.7 75.3 67.1 54.1 37.6 28.2",
        (23.4, 52.3),
    ),
}
"""Mean daily low and high by month, and of the year, as published: NCDC normals of Denver Stapleton
and Ellensburg (1971-2000) and of the experiment station at Medford (1961-1990), and means of the
station at Vail (1985-2012), all listed by the Western Regional Climate Center. [degF]"""
MONTHLY = "month,low_c,high_c\n" + "".join(f"{m},{m - 10},{m}\n" for m in range(1, 13))


def written(folder: Path, text: str, year: int = 2025, spread_k: float = 4.0) -> Climate:
    (folder / "own.csv").write_bytes(text.encode())
    return climate_of("own.csv", folder, year, spread_k)


@pytest.mark.parametrize("place", FAHRENHEIT)
def test_the_table_holds_what_its_sources_say(place: str, tmp_path: Path) -> None:
    found = climate_of(place, tmp_path, 2025, 0.0)
    *texts, year = FAHRENHEIT[place]
    lows, highs = ([float(word) for word in str(text).split()] for text in texts)
    # What was written down agrees with the published means of the year.
    assert (statistics.mean(lows), statistics.mean(highs)) == pytest.approx(year, abs=0.15)
    for month in range(1, 13):
        day = found.days[date(2025, month, 15)]
        assert day.low_c == pytest.approx((lows[month - 1] - 32.0) / 1.8, abs=0.051)
        assert day.high_c == pytest.approx((highs[month - 1] - 32.0) / 1.8, abs=0.051)
        assert day.mean_c == pytest.approx((day.low_c + day.high_c) / 2.0)
    assert "NOAA" in found.source


def test_every_place_of_the_table_is_held_here() -> None:
    assert known_places() == sorted(FAHRENHEIT)


@pytest.mark.parametrize("year", [2024, 2025])
def test_the_days_of_a_month_have_its_mean_and_its_spread(year: int) -> None:
    rows = {month: (month - 10.0, month + 5.0) for month in range(1, 13)}
    found = days_of_months(rows, year, 4.0)
    assert len(found) == (366 if year == 2024 else 365)
    for month in range(1, 13):
        means = [weather.mean_c for day, weather in found.items() if day.month == month]
        assert statistics.mean(means) == pytest.approx(month - 2.5)
        # Steps of equal probability leave the tails out: a little less than the normal's spread.
        assert 3.75 < statistics.pstdev(means) < 4.0
        assert len(set(means)) == len(means)


def test_warm_and_cold_days_are_scattered() -> None:
    found = days_of_months(dict.fromkeys(range(1, 13), (0.0, 10.0)), 2025, 4.0)
    means = [found[date(2025, 1, day)].mean_c for day in range(1, 32)]
    for start in range(0, 24, 7):
        week = means[start : start + 7]
        assert max(week) - min(week) > 6.0


def test_hours_give_low_mean_and_high(tmp_path: Path) -> None:
    start = datetime.fromisoformat("2025-01-01")
    lines = ["time,air_c"]
    for hour in range(365 * 24):
        when = start + timedelta(hours=hour)
        lines.append(f"{when.isoformat(timespec='minutes')},{when.month + when.hour / 10}")
    found = written(tmp_path, "\n".join(lines))
    day = found.days[date(2025, 3, 9)]
    assert day.low_c == 3.0
    assert day.high_c == pytest.approx(5.3)
    assert day.mean_c == pytest.approx(3.0 + 1.15)


def test_days_of_another_year_stand_for_those_of_this_one(tmp_path: Path) -> None:
    days = [date(2023, 1, 1) + timedelta(days=k) for k in range(365)]
    text = "date,low_c,high_c\n" + "".join(f"{day},{day.month},{day.day + 20}\n" for day in days)
    found = written(tmp_path, text, year=2024)
    assert found.days[date(2024, 2, 29)] == found.days[date(2024, 2, 28)]
    assert len(found.days) == 366


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MONTHLY.replace("3,-7,3\n", ""), "months without temperatures: mar"),
        (MONTHLY.replace("3,-7,3\n", "2,-7,3\n"), "line 4: feb is there twice"),
        (MONTHLY.replace("3,-7,3", "13,-7,3"), 'line 4: "13" is no month'),
        (MONTHLY.replace("3,-7,3", f"{'9' * 5000},-7,3"), "is no month"),
        (MONTHLY.replace("3,-7,3", "3,,3"), 'line 4: low_c "" is no temperature'),
        (MONTHLY.replace("3,-7,3", "3,nan,3"), 'low_c "nan" is no temperature'),
        (MONTHLY.replace("3,-7,3", "3,7,3"), "low_c 7 is above high_c 3"),
        (MONTHLY.replace("3,-7,3", "3,-7"), 'high_c "None" is no temperature'),
        ("month,low\n1,2\n", "its first line has to name columns"),
        ("", "its first line has to name columns"),
        ("month,low_c,high_c\n", "and rows to follow"),
        ("date,low_c,high_c\n2025-02-30,1,2\n", '"2025-02-30" is no date that exists'),
        (
            "date,low_c,high_c\n2025-01-01,1,2\n",
            "days without temperatures: 01-02, 01-03, 01-04, 01-05, 01-06 and 359 more",
        ),
        (
            "date,low_c,high_c\n2025-01-01,1,2\n2024-01-01,1,2\n",
            "line 3: 2024-01-01 is there twice",
        ),
        ("time,air_c\n2025-01-01T00:00,1\n2025-01-01T00:00,1\n", "line 3: "),
        ("month,low_c,high_c\n1,\r2,3\n", "not a readable CSV file"),
        ("time,air_c\n2025-01-01T00:00,1\n", "days without temperatures: 01-01"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError) as wrong:
        written(tmp_path, text)
    assert told in str(wrong.value)
    assert "own.csv" in str(wrong.value)


def test_an_unknown_place_is_told_which_are_known(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Denver, CO, Ellensburg, WA, Medford, OR, Vail, CO"):
        climate_of("Nowhere", tmp_path, 2025, 4.0)
    with pytest.raises(DataError, match=r"gone\.csv"):
        climate_of("gone.csv", tmp_path, 2025, 4.0)
