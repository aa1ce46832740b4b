"""The answer to whether one had better leave the car at a station: `Ride`."""

from typing import Annotated, Literal

from pydantic import Field

from tripplan.questions.answers import Slack
from tripplan.records.base import Record
from tripplan.records.marks import Unit
from tripplan.records.plan import Plan
from tripplan.records.quantities import QuantityRecord
from tripplan.records.trip import LONGEST_DWELL_D, Place
from tripplan.units import S_PER_H

_Money = Annotated[float, Field(ge=0, le=1e6), Unit("currency")]
_Sum = Annotated[float, Unit("currency")]


class RideTerms(QuantityRecord):
    """What going by train or driving all the way costs, beside the drive."""

    stay_s: Annotated[float, Field(ge=0, le=(LONGEST_DWELL_D - 2) * 24 * S_PER_H)] = 0.0
    """How long one stays at the destination, at most 12 days, seconds."""
    persons: Annotated[int, Field(ge=1, le=9), Unit("1")] = 1
    """How many pay the fare."""
    fare: _Money | None = None
    """Fare of one person for one way, where a station states none; None: not known."""
    destination_parking_per_day: _Money = 0.0
    """Price of parking at the destination, per day begun."""
    destination_plug_kw: Annotated[float, Field(ge=0, le=2000)] = 0.0
    """Power of a plug for the car parked there, kW; 0: there is none."""
    destination_walk_s: Annotated[float, Field(ge=0, le=2 * S_PER_H)] = 0.0
    """From the car parked there to the destination, on foot or by shuttle, seconds."""
    walk_km: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Farthest that stops of a timetable may lie from the destination, km."""
    most: Annotated[int, Field(ge=1, le=500), Unit("1")] = 20
    """So many stops of a timetable are planned, the likeliest, where no table names stations."""


class Connection(Record):
    """One ride, from the car to the destination or back."""

    walk_s: float
    """On foot to the platform."""
    wait_s: float
    """Waiting there: half the headway, or what the timetable leaves."""
    ride_s: float
    """Riding."""
    end_walk_s: float
    """On foot from the other end."""

    @property
    def total_s(self) -> float:
        """All together, seconds."""
        return self.walk_s + self.wait_s + self.ride_s + self.end_walk_s


class RideOption(Record):
    """There and back in one way: all by car, or with the car left at a station."""

    name: str
    """Where the car is left."""
    kind: Literal["drive", "ride"]
    """Whether that is the destination or a station."""
    lat: float
    """Position of the car park (WGS 84)."""
    lon: float
    """Position of the car park (WGS 84)."""
    total_s: float
    """From door to door there and back, without the stay at the destination."""
    drive_out_s: float
    """Drive there, with stops at chargers."""
    drive_back_s: float
    """Drive home, with stops at chargers."""
    out: Connection | None = None
    """Ride there; None: none."""
    back: Connection | None = None
    """Ride back; None: none."""
    parked_s: float
    """How long the car stands."""
    distance_km: float
    """Length of the drives."""
    energy_kwh: float
    """Battery energy of the drives and of standing."""
    charged_kwh: float
    """Energy charged while the car stands that the battery gives back."""
    fares: _Sum
    """Of all persons, both ways."""
    parking: _Sum
    """Price of parking."""
    energy_cost: _Sum
    """What energy costs: charged where it stands and on the way, and taken from home."""
    cost: _Sum
    """fares + parking + energy_cost."""
    cost_with_time: _Sum
    """And the time of one person, at what an hour is worth to the trip."""
    slack_there: Slack
    """What there is to spare on arrival where the car is left."""
    slack_home: Slack
    """What there is to spare on arrival at home."""
    plan: Annotated[Plan, Field(exclude=True, repr=False)]
    """The plan of the drives; not in the JSON of the answer."""


class RefusedOption(Record):
    """A way that cannot be gone."""

    name: str
    """Where the car would be left."""
    why: str
    """Why not."""


class Ride(Record):
    """Driving all the way against leaving the car at a station."""

    origin: Place
    """Where it starts and ends."""
    destination: Place
    """Where one wants to go."""
    vehicle: str
    """Name of the car."""
    terms: RideTerms
    """What it was reckoned with."""
    currency: str
    """ISO 4217; empty: nobody named it."""
    value_of_time_per_h: Annotated[float, Unit("currency/h")]
    """What an hour is worth, for the order."""
    options: tuple[RideOption, ...]
    """All ways that can be gone, the least ``cost_with_time`` first, shape (options,)."""
    refused: tuple[RefusedOption, ...] = ()
    """Those that cannot, shape (refused,)."""
    left_out: Annotated[int, Field(ge=0), Unit("1")] = 0
    """Stops of the timetable with a ride to the destination that were not planned."""
    sentence: str
    """Which way is best, and by how much, in words."""
    assumptions: tuple[str, ...]
    """What was assumed, shape (sentences,)."""

    @property
    def drive(self) -> RideOption | None:
        """Driving all the way; None: it cannot be done."""
        return next((one for one in self.options if one.kind == "drive"), None)

    @property
    def best(self) -> RideOption:
        """The way of the least money and time."""
        return self.options[0]

    @property
    def station(self) -> RideOption | None:
        """The best station; None: there is none."""
        return next((one for one in self.options if one.kind == "ride"), None)
