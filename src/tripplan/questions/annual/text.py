"""A year as text of 80 columns."""

from collections.abc import Sequence
from typing import Final

from tripplan.output.text import words
from tripplan.questions.annual.answers import CarYear, Year
from tripplan.questions.annual.telling import by_trip, failures_told, money, tightest
from tripplan.questions.text import wrapped
from tripplan.units import S_PER_H

_WIDE: Final = (22, 5, 6, 5, 6, 8, 5, 8, 8, 7)
_HEADS: Final = (
    ("", "trips", "with", "not", "home", "charger", "", "energy", "instead", "all"),
    ("car", "done", "chg.", "done", "kWh", "kWh", "h", "cost", "cost", "cost"),
)


def year(found: Year) -> str:
    """Return a household's year: a row a car, and below it what each cannot do."""
    lines = [f"{words.one_line(found.title, 60)}, {found.year}: {words.count(found.due, 'trip')}"]
    if found.dropped:
        lines += wrapped(
            f"{words.count(found.dropped, 'more trip')} of the calendar: made by no car, since "
            "another is still away on that day.",
        )
    lines += ["", *map(_line, _HEADS), *map(row, found.cars), ""]
    lines += wrapped(found.sentence)
    if found.without_car_cost is not None:
        lines += wrapped(f"Without a car: {money(found.without_car_cost, found.currency)}.")
    for car in found.cars:
        lines += ["", *_car(car)]
    lines += ["", *wrapped(f"Temperatures: {'; '.join(found.climate)}.")]
    lines += wrapped(f"{found.plans} plans were made for {found.asked} trips.")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def row(car: CarYear) -> str:
    """Return what a car's year comes to, in one line."""
    return _line(
        (
            words.one_line(car.vehicle, _WIDE[0]),
            str(car.done),
            str(car.charged),
            str(car.failed),
            f"{car.home_kwh:.0f}",
            f"{car.charger_kwh:.0f}",
            f"{car.charger_s / S_PER_H:.0f}",
            f"{car.home_cost + car.away_cost:.0f}",
            f"{car.instead_cost:.0f}",
            f"{car.total_cost:.0f}",
        )
    )


def _line(cells: Sequence[str]) -> str:
    first, *others = zip(cells, _WIDE, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{wide}}" for cell, wide in others)


def _car(car: CarYear) -> list[str]:
    lines = wrapped(f"{words.one_line(car.vehicle, 76)}:")
    spare = tightest(car)
    if spare:
        lines += wrapped(f"least to spare: {spare}", indent="  ")
    for trip, failures in by_trip(car).items():
        lines += wrapped(failures_told(car, trip, failures), indent="  ")
    if car.unpriced:
        told = f"{words.count(car.unpriced, 'missing trip')} without a price of what does instead"
        lines += wrapped(told, indent="  ")
    return lines
