"""A year as the page shows it: table, calendars, reasons."""

from datetime import date, timedelta
from pathlib import Path

from tripplan.output.page import year as year_page
from tripplan.output.page.year import CarPanel, Mark, MarkedDay, YearPage
from tripplan.output.text import words
from tripplan.questions.annual.answers import CarYear, Year, YearDay
from tripplan.questions.annual.telling import by_trip, failures_told, money, short, tightest

_WORST: tuple[Mark, ...] = ("failed", "charged", "done", "away")
_HEADS = (
    "Trips done",
    "With chargers",
    "Not done",
    "Distance",
    "From the wall",
    "At chargers",
    "Time there",
    "Energy costs",
    "Instead",
    "Fixed",
    "All",
)


def to_page(found: Year) -> YearPage:
    """Return what the page of a year shows."""
    lines = [found.note] if found.note else []
    lines.append(found.sentence)
    told = f"The calendar of {found.year} has {words.count(found.due, 'trip')}"
    if found.dropped:
        told += f"; {found.dropped} more are made by no car, as another is away then"
    told += f". {found.plans} plans were made for {found.asked} trips of all cars."
    lines.append(told)
    if found.without_car_cost is not None:
        lines.append(f"Without a car all of it costs {_money(found.without_car_cost, found)}.")
    return YearPage(
        title=found.title,
        year=found.year,
        lines=lines,
        heads=_HEADS,
        cars=[_panel(car, found) for car in found.cars],
        assumptions=found.assumptions,
        sources=found.climate,
    )


def save_html(found: Year, path: str | Path) -> None:
    """Write the page of a year; `DataError` if the file cannot be written."""
    year_page.save_html(to_page(found), path)


def _money(value: float, found: Year) -> str:
    return money(value, found.currency)


def _panel(car: CarYear, found: Year) -> CarPanel:
    missing = f" + {car.unpriced} unpriced" if car.unpriced else ""
    return CarPanel(
        name=car.vehicle,
        figures=(
            str(car.done),
            str(car.charged),
            f"{car.failed} ({words.count(car.failed_days, 'day')})" if car.failed else "0",
            words.distance(car.distance_km),
            f"{car.home_kwh:,.0f} kWh",
            f"{car.charger_kwh:,.0f} kWh",
            words.duration(car.charger_s),
            _money(car.home_cost + car.away_cost, found),
            f"{_money(car.instead_cost, found)}{missing}",
            _money(car.yearly_cost, found),
            _money(car.total_cost, found),
        ),
        days=_days(car),
        spare=tightest(car),
        failures=[failures_told(car, trip, failed) for trip, failed in by_trip(car).items()],
        reasons=_reasons(car),
    )


def _days(car: CarYear) -> dict[date, MarkedDay]:
    """Return what each day of the calendar is; of several trips the worst."""
    found: dict[date, list[tuple[Mark, str]]] = {}
    for lived in car.days:
        first = date.fromisoformat(lived.day)
        found.setdefault(first, []).append((lived.outcome, _told(lived)))
        for k in range(1, lived.days):
            mark: Mark = "failed" if lived.outcome == "failed" else "away"
            found.setdefault(first + timedelta(days=k), []).append(
                (mark, f"{short(lived.trip)}, on")
            )
    return {
        day: MarkedDay(
            min((mark for mark, _ in marks), key=_WORST.index), "; ".join(told for _, told in marks)
        )
        for day, marks in found.items()
    }


def _told(lived: YearDay) -> str:
    there = f"{short(lived.trip)} at {lived.air_c:g} °C"
    if lived.outcome == "failed":
        return f"{there}: not done" + (f", {lived.instead} instead" if lived.instead else "")
    if lived.outcome == "charged":
        stops = words.count(lived.charger_stops, "stop")
        return f"{there}: {stops} at chargers, {words.duration(lived.charger_s)}"
    return f"{there}: done, home with {words.percent(lived.arrival_soc)}"


def _reasons(car: CarYear) -> list[tuple[str, str]]:
    found = []
    for number, failure in enumerate(car.failures):
        days = ", ".join(day.day for day in car.days if day.failure == number)
        begin = words.percent(failure.departure_soc)
        where = f"{short(failure.trip)} at {failure.air_c:g} °C from {begin}"
        found.append((f"{where} ({days})", failure.told))
    return found
