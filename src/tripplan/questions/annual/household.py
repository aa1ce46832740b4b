"""What a household asks of a car in a year: cars, home, trips by calendar, and what else there is.

Fields only, and checks of single values; `file` reads them and checks them against each other.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from tripplan.planning.requests import STARTER
from tripplan.records.base import Record
from tripplan.records.marks import Unit
from tripplan.records.trip import fraction
from tripplan.records.wishes import Wishing

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
)
SPREAD_K: Final = 4.0
"""Standard deviation of the days of a month about its mean, where nobody states it (assumption: in
a typical year at Denver's airport it is 2.7 K in August and 5.4 K in November). [K]"""
STEP_K: Final = 2.0
"""Steps of temperature in which days are planned. [K]"""


def _several(value: object) -> object:
    """Take one text for a list of one, or of several between vertical bars."""
    if isinstance(value, str):
        return tuple(part for part in map(str.strip, value.split("|")) if part)
    return value


def _numbered(value: object, names: Sequence[str], first: int) -> object:
    """Read "mon-fri", "nov-feb" or ["sat", "sun"] as numbers, in the order of the names."""
    if isinstance(value, str):
        value = [part for part in value.replace(",", " ").split() if part]
    if not isinstance(value, list | tuple):
        return value
    found: set[int] = set()
    for item in value:
        if not isinstance(item, str):
            raise ValueError(f"write {names[0]}, {names[1]}, ... or {names[0]}-{names[4]}")  # noqa: TRY004 - pydantic wants it
        ends = [part.strip().casefold()[:3] for part in item.split("-")]
        if len(ends) > 2 or any(end not in names for end in ends):
            raise ValueError(f'"{item}" is none of {", ".join(names)}, nor from one to another')
        low, high = names.index(ends[0]), names.index(ends[-1])
        found |= {(low + k) % len(names) for k in range((high - low) % len(names) + 1)}
    if not found:
        raise ValueError(f"at least one of {', '.join(names)} is needed")
    return tuple(sorted(number + first for number in found))


def _weekdays(value: object) -> object:
    return _numbered(value, WEEKDAYS, 0)


def _months(value: object) -> object:
    return _numbered(value, MONTHS, 1)


def _dates(value: object) -> object:
    """Read dates, and "2025-08-01/2025-08-14" as all days from one to the other."""
    if isinstance(value, str | date):
        value = (value,)
    if not isinstance(value, list | tuple):
        return value
    found: list[date] = []
    for item in value:
        ends = [item] if isinstance(item, date) else [_date(part) for part in str(item).split("/")]
        if len(ends) > 2 or ends[-1] < ends[0]:
            raise ValueError(f'"{item}": from one date to a later one is "2025-08-01/2025-08-14"')
        first, last = ends[0].toordinal(), ends[-1].toordinal()
        if last - first > _MOST_BETWEEN:
            raise ValueError(f'"{item}" is longer than a year')
        found += [date.fromordinal(number) for number in range(first, last + 1)]
    return tuple(found)


_MOST_BETWEEN: Final = 366


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f'"{text.strip()}" is no date that exists, written like "2025-01-31"'
        ) from None


Text = Annotated[str, Field(min_length=1)]
Money = Annotated[float, Field(ge=0, le=1e7)]
Weekdays = Annotated[tuple[int, ...], BeforeValidator(_weekdays)]
Months = Annotated[tuple[int, ...], BeforeValidator(_months)]
Dates = Annotated[tuple[date, ...], BeforeValidator(_dates)]
Air = Literal["low", "mean", "high"]


class Home(Record):
    """Where the cars stand at night."""

    place: Text
    """A name of the region, or "lat,lon"."""
    charger_kw: Annotated[float, Field(ge=0, le=100)] = 0.0
    """Power of the plug; 0: there is none."""
    price_per_kwh: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    """Price of what the plug gives."""
    plugged_h: Annotated[Annotated[float, Field(ge=0, le=24)], Unit("h")] = 10.0
    """How long a car is plugged in on such a night."""
    nights: Annotated[Weekdays, Unit("1")] = (0, 1, 2, 3, 4, 5, 6)
    """Days on whose evening it is plugged in, 0: Monday, shape (days,)."""


class YearCar(Record):
    """A car of which the year is asked; as text, just its id."""

    vehicle: Text
    """Id in the catalogue, or a TOML file beside the household's."""
    name: str = ""
    """What it is called; empty: by its own name."""
    soh: Annotated[float, BeforeValidator(fraction), Field(ge=0.3, le=1.0), Unit("1")] | None = None
    """State of health; None: as in its record."""
    yearly_cost: Money = 0.0
    """What it costs in a year beside energy: insurance, tax, loss of value."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: object) -> object:
        return {"vehicle": given} if isinstance(given, str) else given


class YearTrip(Wishing):
    """A trip that comes again and again; any wish of `plan` may stand beside its own keys.

    Of the days of its months and weekdays it is made on all, on ``per_month`` of each month, or on
    ``times`` of all; or on its dates alone.
    """

    name: Text
    """What it is called."""
    places: Annotated[tuple[Text, ...], BeforeValidator(_several), Field(min_length=1)]
    """Where it goes, with its stays: "Golden, CO; 9h"; it starts and ends at home, shape
    (places,)."""
    weekdays: Annotated[Weekdays, Unit("1")] = (0, 1, 2, 3, 4, 5, 6)
    """Days of the week on which it may begin, 0: Monday, shape (days,)."""
    months: Annotated[Months, Unit("1")] = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    """Months in which it is made, 1: January, shape (months,)."""
    per_month: Annotated[Annotated[int, Field(ge=1, le=31)], Unit("1")] | None = None
    """So often in each of the months, evenly; None: on every such day."""
    times: Annotated[Annotated[int, Field(ge=1, le=366)], Unit("1")] | None = None
    """So often in all these months together, evenly; None: as above."""
    dates: Dates = ()
    """Days on which it begins in any case, shape (dates,)."""
    skip: Dates = ()
    """Days on which it does not, shape (dates,)."""
    air: Air = "mean"
    """Which temperature of the day it is driven at."""
    climate: str = ""
    """Where it is as cold as it is to be planned for, as ``climate`` of the household; empty: as
    there."""
    charging: bool = True
    """Whether it may stop at chargers; at the plugs of its stays it charges in any case."""
    instead: Annotated[tuple[Text, ...], BeforeValidator(_several)] = ()
    """Names of what would do instead, shape (names,); empty: anything of the household's list."""
    instead_km: Annotated[float, Field(ge=0, le=1e5)] | None = None
    """How far that goes, where it is paid by distance; None: not known."""
    wishes: Mapping[str, Any] = {}
    """What is wished for this trip, by the names of `plan`, shape (wishes,)."""


class Instead(Record):
    """What makes a trip when the car cannot: a train, a taxi, a rental."""

    name: Text
    """What it is."""
    trip_cost: Money = 0.0
    """Price of a trip."""
    day_cost: Money = 0.0
    """Price of each day that the trip takes."""
    price_per_km: Money = 0.0
    """Price of each kilometre."""


class Household(Record):
    """A year of a household."""

    title: Text = "A year"
    """Heading of the page."""
    note: str = ""
    """What its readers have to know."""
    year: Annotated[Annotated[int, Field(ge=2000, le=2100)], Unit("1")]
    """The year of the calendar."""
    region: Text = STARTER
    """Where to plan, as in `plan`."""
    chargers: Annotated[tuple[Text, ...], BeforeValidator(_several)] = ()
    """Files of chargers to plan with, as in `plan`, shape (files,); none: the region's own."""
    climate: Text
    """A place of the built-in table, or a CSV file beside the household's."""
    spread_k: Annotated[float, Field(ge=0, le=15)] = SPREAD_K
    """Standard deviation of the days of a month, for climates by month."""
    step_k: Annotated[float, Field(ge=0.1, le=10)] = STEP_K
    """Temperatures of days are rounded to multiples of it."""
    home: Home
    """Where the cars stand at night."""
    options: Mapping[str, Any] = {}
    """Wishes for all trips, shape (wishes,)."""
    cars: tuple[YearCar, ...]
    """The cars, shape (cars,); at least one."""
    trips: tuple[YearTrip, ...]
    """The trips, shape (trips,); at least one; of one day in this order."""
    instead: tuple[Instead, ...] = ()
    """What makes trips that a car cannot, shape (ways,)."""
