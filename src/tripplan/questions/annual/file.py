"""A household's file, TOML: what is wrong in it is said with file, line and key."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tripplan.errors import DataError, InvalidInputError
from tripplan.planning.grounds import chargers_beside
from tripplan.planning.requests import car_beside, find_car
from tripplan.questions.annual.calendar import dates_of
from tripplan.questions.annual.household import Home, Household, Instead, YearCar, YearTrip
from tripplan.records.base import as_path
from tripplan.records.file_places import (
    Fault,
    Source,
    Where,
    toml_lines,
    unknown_key,
    validation_faults,
)
from tripplan.records.outside import read_text_file, refuse_depth
from tripplan.records.wishes import WISHES

_TABLES: Final[Mapping[str, type[Home | YearCar | YearTrip | Instead]]] = {
    "home": Home,
    "cars": YearCar,
    "trips": YearTrip,
    "instead": Instead,
}
SAID_ELSEWHERE: Final = {
    "via": "places say where it goes",
    "departure_soc": "the year goes on with what the night has charged",
    "ambient_c": "climate says how cold it is",
    "ambient_by_hour": "climate says how cold it is",
    "departure": "the calendar says when",
    "pack_start_c": "the pack starts at the temperature of the day",
    "home_price_per_kwh": "home says it, as price_per_kwh",
}
"""Wishes that a household's file has other words for."""


@dataclass(frozen=True)
class Asked:
    """A household with where it comes from."""

    household: Household
    source: Source
    folder: Path
    """Where its other files are looked for."""


def read_household(path: str | Path) -> Asked:
    """Read a household from a TOML file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    DataError
        It cannot be read, or is no TOML.
    InvalidInputError
        Keys are unknown, or values missing or wrong; one message names all, each with its line.
    """
    file, name = as_path(path, where="household"), f"household {path}"
    text = read_text_file(file, "household")
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}: not valid TOML: {error}", path=str(path)) from error
    refuse_depth(data, name)
    source = Source(name, toml_lines(text))
    try:
        household = Household.model_validate(data)
    except ValidationError as error:
        raise source.error(validation_faults(error, _known_at)) from error
    asked = Asked(_with_files_beside(household, file.parent), source, file.parent)
    check(asked)
    return asked


def _known_at(where: Where) -> list[str]:
    if not where:
        return list(Household.model_fields)
    record = _TABLES.get(str(where[0]), Household)
    own = [name for name in record.model_fields if name != "wishes"]
    return [*own, *sorted(set(WISHES) - set(SAID_ELSEWHERE))] if record is YearTrip else own


def _with_files_beside(household: Household, folder: Path) -> Household:
    """Look for vehicle and charger files in the folder of the household's."""
    cars = tuple(
        car.model_copy(update={"vehicle": car_beside(car.vehicle, folder)})
        for car in household.cars
    )
    chargers = chargers_beside(household.chargers, folder)
    return household.model_copy(update={"cars": cars, "chargers": chargers})


def check(asked: Asked) -> None:
    """Refuse a household whose parts contradict each other, or that names what is not known.

    Raises
    ------
    InvalidInputError
        One message with a line for each fault.
    """
    every = (_empty, _wishes, _same_names, _cars, _calendars, _instead)
    faults = [fault for find in every for fault in find(asked.household)]
    if faults:
        raise asked.source.error(faults)


def _empty(household: Household) -> Iterator[Fault]:
    lists: dict[Where, Sequence[object]] = {("cars",): household.cars, ("trips",): household.trips}
    yield from ((where, "at least one is needed") for where, values in lists.items() if not values)


def _wishes(household: Household) -> Iterator[Fault]:
    tables: list[tuple[Where, Mapping[str, Any]]] = [
        (("options",), household.options),
        *((("trips", k), trip.wishes) for k, trip in enumerate(household.trips)),
    ]
    for where, wishes in tables:
        for name in wishes:
            if name in SAID_ELSEWHERE:
                yield (*where, name), f"is not for a year: {SAID_ELSEWHERE[name]}"
            elif name not in WISHES:
                yield (*where, name), unknown_key(name, sorted(set(WISHES) - set(SAID_ELSEWHERE)))


def _same_names(household: Household) -> Iterator[Fault]:
    for table, labels in (
        ("trips", [trip.name for trip in household.trips]),
        ("cars", [f"{car.name or car.vehicle} {car.soh}" for car in household.cars]),
        ("instead", [way.name for way in household.instead]),
    ):
        for k, label in enumerate(labels):
            if label in labels[:k]:
                told = label.removesuffix(" None")
                yield (table, k), f'"{told}" is there twice; give one of them another name'


def _cars(household: Household) -> Iterator[Fault]:
    for k, car in enumerate(household.cars):
        try:
            find_car(car.vehicle)
        except (InvalidInputError, DataError) as error:
            yield ("cars", k, "vehicle"), str(error)


def _calendars(household: Household) -> Iterator[Fault]:
    for k, trip in enumerate(household.trips):
        if trip.per_month is not None and trip.times is not None:
            yield ("trips", k, "times"), "per_month says how often, too: which one counts?"
        wrong = [day for day in (*trip.dates, *trip.skip) if day.year != household.year]
        if wrong:
            told = f"{wrong[0]} is not in the year {household.year} of the household"
            yield ("trips", k, "dates" if wrong[0] in trip.dates else "skip"), told
        elif not dates_of(trip, household.year):
            yield ("trips", k), f"{trip.name} is made on no day of the year {household.year}"


def _instead(household: Household) -> Iterator[Fault]:
    ways = {way.name: way for way in household.instead}
    for k, trip in enumerate(household.trips):
        for name in trip.instead:
            if name not in ways:
                known = f"known: {', '.join(ways)}" if ways else "there is no [[instead]]"
                yield ("trips", k, "instead"), f'nothing is named "{name}"; {known}'
        by_km = [way.name for way in ways_of(trip, household) if way.price_per_km > 0.0]
        if by_km and trip.instead_km is None:
            told = f"is needed: {by_km[0]} is paid by the kilometre, and nobody knows how many"
            yield ("trips", k, "instead_km"), told


def ways_of(trip: YearTrip, household: Household) -> Iterable[Instead]:
    """Return what would make a trip in place of the car."""
    return [way for way in household.instead if not trip.instead or way.name in trip.instead]


def too_long_days(
    household: Household, stays_h: Mapping[int, float], days: Mapping[date, Sequence[int]]
) -> Iterator[Fault]:
    """Yield the first day that the stays of trips overfill, for each last trip of such days.

    Parameters
    ----------
    household
        Whose trips.
    stays_h
        Hours of the stays of each trip of one day, by its number.
    days
        Trips of one day by the day.
    """
    told: set[int] = set()
    for day, numbers in days.items():
        total_h = sum(stays_h[number] for number in numbers)
        if total_h > HOURS and numbers[-1] not in told:
            told.add(numbers[-1])
            names = ", ".join(household.trips[number].name for number in numbers)
            yield (
                ("trips", numbers[-1]),
                (
                    f"on {day:%A} {day} the stays of {names} take {total_h:g} of 24 h: shorten "
                    "one, or make them on other days"
                ),
            )


HOURS: Final = 24.0
