"""The answer: what each car does in the year, day by day, and what all of it costs."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from tripplan.records.base import Record
from tripplan.records.marks import Unit

Outcome = Literal["done", "charged", "failed"]
Reason = Literal["", "range", "time", "soc", "road", "unknown"]


class YearDay(Record):
    """A trip on a day."""

    day: str
    """When it begins, as "2025-01-31"."""
    trip: str
    """Its name."""
    days: Annotated[int, Unit("1")] = 1
    """On how many days of the calendar it is away, the first included."""
    outcome: Outcome
    """Done, done with stops at chargers, or not done."""
    air_c: float
    """Temperature that it was planned at."""
    departure_soc: float
    """SoC with which it was planned to begin."""
    arrival_soc: float
    """SoC at home after it; as before, if it was not done."""
    distance_km: float = 0.0
    """How far it goes."""
    energy_spent_kwh: float = 0.0
    """Energy that the car took."""
    charged_kwh: float = 0.0
    """Energy charged at chargers."""
    charger_s: float = 0.0
    """Time at chargers, with waiting and overhead."""
    cost: float = 0.0
    """What charging on the way and at its stays costs."""
    total_s: float = 0.0
    """How long it takes, with its stays."""
    charger_stops: Annotated[int, Unit("1")] = 0
    """Stops at chargers."""
    slack_kwh: float | None = None
    """Least that there is to spare at a place where it arrives; None: it charges on the way, or it
    was not done."""
    slack_at: str = ""
    """Where that is."""
    failure: Annotated[int, Unit("1")] | None = None
    """Which of the car's failures it is, from 0; None: it was done."""
    instead: str = ""
    """What makes the trip instead; empty: it was done, or nobody says."""
    instead_cost: float = 0.0
    """What that costs."""


class YearFailure(Record):
    """Why a trip cannot be done, under conditions that several days may share."""

    trip: str
    """Its name."""
    reason: Reason
    """Energy, time of the day, SoC below the reserve at the start, no road, or not known."""
    air_c: float
    """Temperature."""
    departure_soc: float
    """SoC at the start."""
    first_leg: str
    """The first drive that cannot be done; empty: it is not about one."""
    shortfall_kwh: float | None = None
    """Energy that lacks; None: something else does."""
    told: str
    """The reason in words, whole."""
    ways_out: tuple[Mapping[str, Any], ...] = ()
    """Changes of wishes, each of which was planned and does, shape (ways,)."""
    days: Annotated[int, Unit("1")]
    """On how many days."""


class CarYear(Record):
    """A car's year."""

    vehicle: str
    """What the car is called."""
    days: tuple[YearDay, ...]
    """Every trip that was due, shape (trips,)."""
    failures: tuple[YearFailure, ...]
    """Why some cannot be done, shape (failures,)."""
    done: Annotated[int, Unit("1")]
    """Trips done without stops at chargers."""
    charged: Annotated[int, Unit("1")]
    """Trips done with stops at chargers."""
    failed: Annotated[int, Unit("1")]
    """Trips that cannot be done."""
    failed_days: Annotated[int, Unit("1")]
    """Days of the calendar that these trips take."""
    distance_km: float
    """How far it drives."""
    energy_spent_kwh: float
    """Energy that it takes, driving and standing on its trips."""
    standby_kwh: float
    """Energy that it takes standing at home without being plugged in."""
    home_kwh: float
    """Energy from the wall at home."""
    home_cost: float
    """What that costs."""
    charger_kwh: float
    """Energy charged at chargers on the way."""
    charger_s: float
    """Time at chargers."""
    away_cost: float
    """What charging away from home costs, at chargers and at plugs of stays."""
    least_slack_kwh: float | None
    """Least to spare at any place in the year, of trips without chargers; None: there is none."""
    least_slack_on: str = ""
    """On which day."""
    least_slack_at: str = ""
    """Where."""
    least_slack_trip: str = ""
    """On which trip."""
    instead_cost: float
    """What the trips cost that others make instead."""
    unpriced: Annotated[int, Unit("1")]
    """Trips that it cannot make and for which there is no price."""
    yearly_cost: float
    """What it costs beside energy, as stated."""
    total_cost: float
    """All of that together."""
    final_soc: float
    """SoC at the end of the year, which began full."""
    plans: Annotated[int, Unit("1")]
    """Plans made for it."""


class Year(Record):
    """A household's year with several cars."""

    title: str
    """What it is called."""
    note: str
    """What its readers have to know."""
    year: Annotated[int, Unit("1")]
    """The year of the calendar."""
    currency: str
    """ISO 4217; empty: nobody named it."""
    climate: tuple[str, ...]
    """Where temperatures come from, shape (sources,)."""
    cars: tuple[CarYear, ...]
    """Each car's year, in the order of the file, shape (cars,)."""
    due: Annotated[int, Unit("1")]
    """Trips of the calendar."""
    dropped: Annotated[int, Unit("1")]
    """Trips that fall on days on which another is still away; they are not made by any car."""
    without_car_cost: float | None
    """What all trips would cost without a car; None: one of them has no price."""
    plans: Annotated[int, Unit("1")]
    """Plans made, all cars together."""
    asked: Annotated[int, Unit("1")]
    """Trips of all cars, which would take as many plans one by one."""
    assumptions: tuple[str, ...]
    """What was assumed, in sentences, shape (sentences,)."""
    sentence: str
    """The answer in words."""

    def car(self, name: str) -> CarYear:
        """Return the year of a car by what it is called."""
        return next(car for car in self.cars if car.vehicle == name)
