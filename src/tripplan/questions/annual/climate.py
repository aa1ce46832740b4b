"""Temperatures of the days of a year: from a CSV file, or from the built-in table of a few places.

A month of which only the mean daily low and high are known gets days about that mean: the normal
distribution at equal steps of probability, in an order that scatters cold and warm days over the
month (an assumption: real weather has spells).
"""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from statistics import NormalDist
from typing import Final

from tripplan.errors import DataError
from tripplan.output.text import words
from tripplan.questions.annual.calendar import days_of_year
from tripplan.questions.annual.household import MONTHS
from tripplan.records.outside import decoding, read_text_file

COLUMNS: Final = (
    "month,low_c,high_c with twelve rows, date,low_c,high_c with a row a day, or time,air_c with "
    "a row an hour"
)
COLDEST_C, HOTTEST_C = -50.0, 60.0
_GOLDEN: Final = (math.sqrt(5.0) - 1.0) / 2.0
_TOLD: Final = 5
_HOURS: Final = 20
"""A day of fewer hours in a file by the hour has no temperatures."""


@dataclass(frozen=True)
class Weather:
    """Air temperatures of a day."""

    low_c: float
    mean_c: float
    high_c: float


@dataclass(frozen=True)
class Climate:
    """The days of a year, and where their temperatures come from."""

    days: Mapping[date, Weather]
    source: str


@dataclass(frozen=True)
class _Normals:
    """What the built-in table has of one place."""

    rows: tuple[tuple[int, float, float], ...]
    source: str


def known_places() -> list[str]:
    """Return the places of the built-in table."""
    return sorted(_table())


def _table() -> dict[str, _Normals]:
    text = resources.files("tripplan").joinpath("data", "climate.csv").read_text(encoding="utf-8")
    rows: dict[str, list[tuple[int, float, float]]] = {}
    sources: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(text)):
        place = row["place"]
        rows.setdefault(place, []).append(
            (int(row["month"]), float(row["low_c"]), float(row["high_c"]))
        )
        sources[place] = row["source"]
    return {place: _Normals(tuple(found), sources[place]) for place, found in rows.items()}


def climate_of(given: str, folder: Path, year: int, spread_k: float) -> Climate:
    """Return the temperatures of the days of a year.

    Parameters
    ----------
    given
        A place of the built-in table, or the name of a CSV file.
    folder
        Where files are looked for.
    year
        The year.
    spread_k
        Standard deviation of the days of a month, for climates by month. [K]

    Raises
    ------
    DataError
        There is no such place or file, or it has no temperature for some day.
    """
    table = _table()
    named = {place.casefold(): place for place in table}.get(given.strip().casefold())
    if named is not None:
        rows = {month: (low_c, high_c) for month, low_c, high_c in table[named].rows}
        return Climate(days_of_months(rows, year, spread_k), f"{named}: {table[named].source}")
    path = folder / given
    if not given.lower().endswith(".csv"):
        raise DataError(
            f'climate "{given}" is no place of the built-in table ({", ".join(known_places())}), '
            f"and no CSV file: name one with {COLUMNS}",
            path=given,
        )
    return Climate(_from_csv(path, year, spread_k), f"file {words.one_line(path.name)}")


def days_of_months(
    rows: Mapping[int, tuple[float, float]], year: int, spread_k: float
) -> dict[date, Weather]:
    """Return days about the mean low and high of their months.

    Parameters
    ----------
    rows
        Mean daily low and high by month, 1: January. [degC]
    year
        The year.
    spread_k
        Standard deviation. [K]
    """
    by_month: dict[int, list[date]] = {}
    for day in days_of_year(year):
        by_month.setdefault(day.month, []).append(day)
    found: dict[date, Weather] = {}
    for month, days in by_month.items():
        low_c, high_c = rows[month]
        count = len(days)
        stride = next(k for k in _near(round(_GOLDEN * count)) if math.gcd(k, count) == 1)
        for number, day in enumerate(days):
            share = (number * stride % count + 0.5) / count
            off_k = spread_k * NormalDist().inv_cdf(share)
            found[day] = Weather(low_c + off_k, (low_c + high_c) / 2.0 + off_k, high_c + off_k)
    return found


def _near(start: int) -> Iterable[int]:
    for off in range(start):
        yield from (start + off, start - off)


def _from_csv(path: Path, year: int, spread_k: float) -> dict[date, Weather]:
    name = f"climate {path}"
    text = read_text_file(path, "climate")
    with decoding(name, "CSV file"):
        rows = list(csv.DictReader(io.StringIO(text)))
    header = set(rows[0]) if rows else set()
    for wanted, read in _KINDS.items():
        if set(wanted) <= header:
            return read(rows, name, year, spread_k)
    raise DataError(
        f"{name}: its first line has to name columns, and rows to follow: {COLUMNS}", path=str(path)
    )


_Rows = list[dict[str, str]]


def _monthly(rows: _Rows, name: str, year: int, spread_k: float) -> dict[date, Weather]:
    found: dict[int, tuple[float, float]] = {}
    for line, row in enumerate(rows, start=2):
        month = _month(row["month"])
        if month is None:
            raise _wrong(name, line, f'"{row["month"]}" is no month: write 1 to 12, or jan to dec')
        if month in found:
            raise _wrong(name, line, f"{MONTHS[month - 1]} is there twice")
        found[month] = _low_high(row, name, line)
    missing = [MONTHS[month - 1] for month in range(1, 13) if month not in found]
    if missing:
        raise DataError(f"{name}: months without temperatures: {', '.join(missing)}", path=name)
    return days_of_months(found, year, spread_k)


def _daily(rows: _Rows, name: str, year: int, spread_k: float) -> dict[date, Weather]:  # noqa: ARG001 - as the others
    found: dict[tuple[int, int], Weather] = {}
    for line, row in enumerate(rows, start=2):
        day = _day(row["date"], name, line)
        if day in found:
            raise _wrong(name, line, f"{row['date']} is there twice, in whichever year")
        low_c, high_c = _low_high(row, name, line)
        found[day] = Weather(low_c, (low_c + high_c) / 2.0, high_c)
    return _of_year(found, name, year)


def _hourly(rows: _Rows, name: str, year: int, spread_k: float) -> dict[date, Weather]:  # noqa: ARG001 - as the others
    hours: dict[tuple[int, int], list[float]] = {}
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        day = _day(row["time"][:10], name, line)
        stamp = row["time"].strip()[5:13]
        if stamp in seen:
            raise _wrong(name, line, f"{row['time']} is there twice, in whichever year")
        seen.add(stamp)
        hours.setdefault(day, []).append(_number(row["air_c"], "air_c", name, line))
    found = {
        day: Weather(min(values), math.fsum(values) / len(values), max(values))
        for day, values in hours.items()
        if len(values) >= _HOURS
    }
    return _of_year(found, name, year)


_KINDS: Final[Mapping[tuple[str, ...], Callable[[_Rows, str, int, float], dict[date, Weather]]]] = {
    ("month", "low_c", "high_c"): _monthly,
    ("date", "low_c", "high_c"): _daily,
    ("time", "air_c"): _hourly,
}


def _of_year(found: Mapping[tuple[int, int], Weather], name: str, year: int) -> dict[date, Weather]:
    """Return a year's days by month and day; the 29th of February may be that of the 28th."""
    days: dict[date, Weather] = {}
    missing: list[date] = []
    for day in days_of_year(year):
        key = (day.month, day.day)
        if key == (2, 29) and key not in found:
            key = (2, 28)
        if key in found:
            days[day] = found[key]
        else:
            missing.append(day)
    if missing:
        told = ", ".join(f"{day:%m-%d}" for day in missing[:_TOLD])
        more = f" and {len(missing) - _TOLD} more" if len(missing) > _TOLD else ""
        raise DataError(f"{name}: days without temperatures: {told}{more}", path=name)
    return days


def _month(text: str | None) -> int | None:
    word = (text or "").strip().casefold()
    if word[:3] in MONTHS:
        return MONTHS.index(word[:3]) + 1
    return int(word) if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 12 else None


def _day(text: str | None, name: str, line: int) -> tuple[int, int]:
    try:
        day = datetime.fromisoformat((text or "").strip()).date()
    except ValueError:
        raise _wrong(name, line, f'"{text}" is no date that exists, like 2025-01-31') from None
    return day.month, day.day


def _low_high(row: Mapping[str, str], name: str, line: int) -> tuple[float, float]:
    low_c, high_c = (_number(row[key], key, name, line) for key in ("low_c", "high_c"))
    if low_c > high_c:
        raise _wrong(name, line, f"low_c {low_c:g} is above high_c {high_c:g}")
    return low_c, high_c


def _number(text: str | None, key: str, name: str, line: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not COLDEST_C <= value <= HOTTEST_C:
        raise _wrong(
            name,
            line,
            f'{key} "{text}" is no temperature from {COLDEST_C:g} to {HOTTEST_C:g} degrees Celsius',
        )
    return value


def _wrong(name: str, line: int, told: str) -> DataError:
    return DataError(f"{name}, line {line}: {told}", path=name)
