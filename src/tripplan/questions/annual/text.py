"""A year as text of 80 columns."""

from tripplan.output.text import words
from tripplan.questions.annual.answers import CarYear, Year
from tripplan.questions.annual.telling import by_trip, failures_told, money, tightest
from tripplan.questions.text import wrapped
from tripplan.units import S_PER_H

HEAD = (
    "                          trips done   not   home chargers:   energy  instead    all\n"
    "car                       free chg'd  done    kWh    kWh  h      cost     cost   cost\n"
)
_NAME = 24


def year(found: Year) -> str:
    """Return a household's year: a row a car, and below it what each cannot do."""
    lines = [f"{words.one_line(found.title, 60)}, {found.year}: {words.count(found.due, 'trip')}"]
    if found.dropped:
        lines += wrapped(
            f"{words.count(found.dropped, 'more trip')} of the calendar fall on days on which "
            "another is still away.",
        )
    lines += ["", *HEAD.splitlines(), *map(row, found.cars), ""]
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
    name = words.one_line(car.vehicle, _NAME)
    energy = car.home_cost + car.away_cost
    return (
        f"{name:<{_NAME}} {car.done:>5} {car.charged:>5} {car.failed:>5} {car.home_kwh:>6.0f} "
        f"{car.charger_kwh:>6.0f} {car.charger_s / S_PER_H:>2.0f} {energy:>9.0f} "
        f"{car.instead_cost:>8.0f} {car.total_cost:>6.0f}"
    )


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
