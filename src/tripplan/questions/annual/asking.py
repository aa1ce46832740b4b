"""The front door of a year: a household's file in, each car's year out."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from tripplan.errors import DataError, InvalidInputError
from tripplan.output.text import words
from tripplan.planning.grounds import region_with
from tripplan.planning.planner import Planner
from tripplan.planning.requests import find_car, planner_for
from tripplan.questions.annual.answers import CarYear, Year
from tripplan.questions.annual.calendar import Calendar, calendar_of
from tripplan.questions.annual.climate import Climate, climate_of
from tripplan.questions.annual.file import Asked, read_household, too_long_days
from tripplan.questions.annual.household import YearCar
from tripplan.questions.annual.living import Ground, Living, instead_of
from tripplan.questions.stays import trip_of_days
from tripplan.questions.trying import Trials, without_charging
from tripplan.records.file_places import Fault
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.units import S_PER_H

DAY_S: Final = 24.0 * S_PER_H
_PLACE: Final = "places"
_LONGEST_NAME: Final = 80


def year(household: str | Path | Asked) -> Year:
    """Plan a household's year with each of its cars.

    Parameters
    ----------
    household
        A TOML file, or what `read_household` has read.

    Returns
    -------
    Year
        What each car does on which day, why some trips cannot be done, and what all of it costs.

    Raises
    ------
    DataError
        The file, or its climate, cannot be read or has gaps.
    InvalidInputError
        Something in it is wrong; one message with file, line and key of each fault.
    """
    asked = household if isinstance(household, Asked) else read_household(household)
    home = asked.household
    planner = _planner(asked)
    ground = _ground(asked, planner)
    trials = Trials(planner)
    found: list[CarYear] = []
    currencies: list[str] = []
    for car in home.cars:
        vehicle = find_car(car.vehicle, car.soh)
        living = Living(ground, vehicle, trials)
        found.append(living.year(_label(car, vehicle), car.yearly_cost))
        currencies.append(living.currency)
    currencies.append(str(home.options.get("currency", "")))
    return _answer(ground, found, next(filter(None, currencies), ""), trials.plans)


def _planner(asked: Asked) -> Planner:
    home = asked.household
    try:
        return planner_for(region_with(home.region, home.chargers))
    except (InvalidInputError, DataError) as error:
        of_region = isinstance(error, InvalidInputError) and error.field == "region"
        where = "chargers" if home.chargers and not of_region else "region"
        raise asked.source.error([((where,), str(error))]) from error


def _label(car: YearCar, vehicle: Vehicle) -> str:
    """Return what a car is called, on one line."""
    if car.name or car.soh is None:
        return words.one_line(car.name or vehicle.name, _LONGEST_NAME)
    return f"{vehicle.name}, SoH {car.soh:.0%}"


def _ground(asked: Asked, planner: Planner) -> Ground:
    household = asked.household
    try:
        planner.region.gazetteer.find(household.home.place)
    except InvalidInputError as error:
        raise asked.source.error([(("home", "place"), str(error))]) from error
    trips: dict[int, Trip] = {}
    faults: list[Fault] = []
    for number in range(len(household.trips)):
        try:
            trips[number] = _trip(asked, planner, number)
        except InvalidInputError as error:
            faults.append(_fault(asked, number, error))
    if faults:
        raise asked.source.error(faults)
    stays_s = {n: sum(point.dwell_s for point in trip.waypoints) for n, trip in trips.items()}
    spans = {number: int(stay_s // DAY_S) + 1 for number, stay_s in stays_s.items()}
    calendar = calendar_of(household.trips, spans, household.year)
    hours = {number: stay_s / S_PER_H for number, stay_s in stays_s.items()}
    faults = list(too_long_days(household, hours, _of_one_day(calendar)))
    if faults:
        raise asked.source.error(faults)
    return Ground(
        household,
        calendar,
        {n: _climate(asked, trip.climate, n) for n, trip in enumerate(household.trips)},
        _climate(asked, "", None),
        trips,
    )


def _of_one_day(calendar: Calendar) -> dict[date, list[int]]:
    """Return the trips of one day by day."""
    found: dict[date, list[int]] = {}
    for outing in calendar.outings:
        if outing.days == 1:
            found.setdefault(outing.day, []).append(outing.trip)
    return found


def _climate(asked: Asked, own: str, trip: int | None) -> Climate:
    home = asked.household
    try:
        return climate_of(own or home.climate, asked.folder, home.year, home.spread_k)
    except DataError as error:
        where = ("trips", trip, "climate") if own and trip is not None else ("climate",)
        raise asked.source.error([(where, str(error))]) from error


def _trip(asked: Asked, planner: Planner, number: int) -> Trip:
    """Return a trip at some temperature, from a full battery."""
    home = asked.household
    trip = home.trips[number]
    wishes = {**home.options, **trip.wishes, "home_price_per_kwh": home.home.price_per_kwh}
    places = [home.home.place, *trip.places, home.home.place]
    made = trip_of_days(planner.region, places, wishes)
    return made if trip.charging else without_charging(made)


def _fault(asked: Asked, number: int, error: InvalidInputError) -> Fault:
    """Return where in the file it stands what a trip was refused for."""
    word = error.field.split(".")[-1]
    trip = asked.household.trips[number]
    told = str(error)
    if word in trip.wishes:
        return ("trips", number, word), told
    if word in asked.household.options:
        return ("options", word), told
    return ("trips", number, _PLACE), told


def _answer(ground: Ground, cars: list[CarYear], currency: str, plans: int) -> Year:
    household = ground.household
    outings = ground.calendar.outings
    ways = [instead_of(household.trips[o.trip], o.days, household) for o in outings]
    sources = [ground.at_home.source, *(climate.source for climate in ground.climates.values())]
    without = sum(way.cost for way in ways if way) if all(ways) else None
    return Year(
        title=household.title,
        note=household.note,
        year=household.year,
        currency=currency,
        climate=tuple(dict.fromkeys(sources)),
        cars=tuple(cars),
        due=len(outings),
        dropped=len(ground.calendar.dropped),
        without_car_cost=without,
        plans=plans,
        asked=len(outings) * len(cars),
        assumptions=tuple(_assumptions(ground)),
        sentence=_sentence(cars, len(outings), currency),
    )


def _sentence(cars: list[CarYear], due: int, currency: str) -> str:
    every = [car for car in cars if not car.failed]
    priced = [car for car in cars if not car.unpriced]
    told = f"No car of {len(cars)} does all {due} trips."
    if every:
        *others, last = (car.vehicle for car in every)
        names = f"{', '.join(others)} and {last}" if others else last
        told = f"{names} {'do' if others else 'does'} all {due} trips."
    if not priced:
        return told
    least = min(priced, key=lambda car: car.total_cost)
    sum_ = f"{least.total_cost:.0f} {currency}".rstrip()
    with_others = ", with what makes the trips that it cannot" if least.failed else ""
    return f"{told} {least.vehicle} costs least: {sum_}{with_others}."


def _assumptions(ground: Ground) -> Iterator[str]:
    household = ground.household
    yield (
        "The year begins with a full battery; after each trip the car goes on with what it came "
        "home with, and what the nights charge. A trip is planned from the whole per cent below."
    )
    yield (
        f"Temperatures are rounded to multiples of {household.step_k:g} K; one holds for a whole "
        "trip, and one of several days has that of its coldest."
    )
    if any(not climate.source.startswith("file") for climate in ground.climates.values()):
        yield (
            f"The days of a month lie about its mean low and high as a normal distribution with a "
            f"standard deviation of {household.spread_k:g} K does, warm and cold ones scattered; "
            "real weather has spells and extremes."
        )
    home = household.home
    if home.charger_kw > 0.0:
        yield (
            f"On a night at home the car is plugged in for {home.plugged_h:g} h, or for what the "
            "day's trips leave of 24 h; between two trips of a day it is not. Standing there on "
            "other days it draws its standby power."
        )
    yield (
        "A trip that cannot be done leaves the car at home; who drives is away all the same, and "
        f"{len(ground.calendar.dropped)} trips that begin meanwhile are made by no car."
    )
    yield "Loss of value, tyres, tax and insurance are in no sum but as yearly_cost states them."
