"""The answers: records that are printed, and written as JSON without the plans in them."""

from typing import Annotated, Literal

from pydantic import Field

from tripplan.records.base import Record
from tripplan.records.marks import Unit
from tripplan.records.plan import Plan

LimitName = Literal[
    "soh",
    "ambient-c",
    "wind-mps",
    "max-speed-kmh",
    "departure-soc",
    "charger-kw",
    "battery-kwh",
    "departure",
    "chargers",
]
Method = Literal["bisected", "scanned"]


class Slack(Record):
    """What may go wrong before the battery is at the least that the trip wants."""

    slack_kwh: float
    """Energy above that."""
    slack_km: float
    """How far it would go at the consumption of the drive that ends there."""
    slack_k: float | None = None
    """How much colder (from 20 degrees Celsius on: hotter) it may be for the trip to get there,
    found by planning again; None: not asked for."""
    open_ended: bool = False
    """Whether it bears more than that, which is all that was looked at."""

    @property
    def degrees(self) -> str:
        """The degrees to spare as text: "9.5", ">30" or "-"."""
        if self.slack_k is None:
            return "-"
        return f">{self.slack_k:g}" if self.open_ended else f"{self.slack_k:.1f}"


class Stay(Record):
    """A place at which a drive ends: where the car stands, charges on the way, or is home."""

    name: str
    """What the place is called."""
    kind: Literal["stay", "charger", "end"]
    """Whether the car stands there, charges there on its way, or the trip ends there."""
    arrival_s: float
    """Time since departure."""
    driven_km: float
    """Length of the drive to it."""
    arrival_soc: float
    """SoC on arrival."""
    duration_s: float
    """Time until it drives on; 0 where the trip ends."""
    charged_kwh: float
    """Energy charged there that the battery gives back."""
    cost: float
    """What that costs, in the currency of the trip."""
    standby_kwh: float
    """Energy that the car took by standing without a plug."""
    pack_c: float
    """Pack temperature as it drives on, or at the end."""
    departure_soc: float
    """SoC as it drives on; at the end, that of the arrival."""
    slack: Slack
    """What there is to spare on arrival."""


class Days(Record):
    """A trip of several legs with stays, place by place."""

    vehicle: str
    """Name of the car."""
    stays: tuple[Stay, ...]
    """Where each drive ends, shape (places,)."""
    distance_km: float
    """Length of all drives."""
    total_s: float
    """From the first departure to the last arrival."""
    energy_spent_kwh: float
    """Energy that the car took, driving and standing."""
    cost: float
    """What energy costs: charged on the way, and taken from home."""
    currency: str
    """ISO 4217; empty: nobody named it."""
    day_s: float | None = None
    """Longest day of those that repeat, with its stays; None: none does."""
    ambient_c: float
    """Air temperature that it is planned for."""
    sentence: str
    """What there is to spare at the end, in words."""
    plan: Annotated[Plan, Field(exclude=True, repr=False)]
    """The plan; not in the JSON of the answer."""

    @property
    def home(self) -> Stay:
        """Where the trip ends."""
        return self.stays[-1]


class Side(Record):
    """One side of a limit."""

    at: Annotated[float | str, Unit("the limit's")]
    """The value that was planned with; a time for departures."""
    total_s: float | None = None
    """Duration of the plan; None: there is none."""
    arrival_soc: float | None = None
    """SoC at the end of the plan; None: there is none."""
    slack_kwh: float | None = None
    """Least that there is to spare on arrival anywhere; None: there is no plan."""
    stops: tuple[str, ...] = ()
    """Chargers of the plan, in order, shape (stops,)."""
    refusal: str = ""
    """Why there is no plan; empty: there is one."""


class Limit(Record):
    """How far a value may go before the trip cannot be done."""

    of: LimitName
    """Which value."""
    limit: Annotated[float | str | None, Unit("the limit's")] = None
    """The last value with which the trip can be done; None: with none in the range."""
    tolerance: Annotated[float, Unit("the limit's")] = 0.0
    """Distance to the first value that was tried and does not do."""
    best: Annotated[float | str | None, Unit("the limit's")] = None
    """The end of the range at which it is easiest."""
    worst: Annotated[float | str | None, Unit("the limit's")] = None
    """The end at which it is hardest."""
    open_ended: bool = False
    """Whether the trip can be done up to the hardest end of the range."""
    method: Method = "bisected"
    """Bisected where a law says that there is one edge; else every value of a grid was planned."""
    why: str = ""
    """The law, or why there is none."""
    islands: tuple[float, ...] = ()
    """Values beyond the limit with which it can be done again, of a scan, shape (values,)."""
    plans: Annotated[int, Unit("1")] = 0
    """How many plans were tried."""
    inside: Side | None = None
    """The plan at the limit; None: there is none."""
    outside: Side | None = None
    """What is tried beyond it; None: the range ends there."""
    with_charging: Side | None = None
    """The plan beyond it that charges on the way, where the trip is asked without; None: there is
    none, or it was not asked without."""
    sentence: str = ""
    """The answer in words."""


class Candidate(Record):
    """A car of the catalogue that was tried."""

    vehicle: str
    """Its id."""
    name: str
    """Its name."""
    usable_kwh: float
    """Energy of its battery at its age and 25 degrees Celsius."""
    does_it: bool
    """Whether it can do the trip."""
    slack: Slack | None = None
    """What there is to spare at the end; None: it cannot."""
    total_s: float | None = None
    """Duration of its plan; None: it cannot."""
    charger_stops: Annotated[int | None, Unit("1")] = None
    """Stops at chargers; None: it cannot."""
    shortfall_kwh: float | None = None
    """Energy that it lacks where that was measured; None: it can, or something else lacks."""


class Smallest(Record):
    """The smallest cars that do a trip."""

    candidates: tuple[Candidate, ...]
    """Every car that was tried, from the smallest battery on, shape (cars,)."""
    plans: Annotated[int, Unit("1")]
    """How many plans were tried."""
    left: Annotated[int, Unit("1")]
    """How many larger ones were not tried."""
    sentence: str
    """The answer in words."""

    @property
    def smallest(self) -> Candidate | None:
        """The smallest that does it; None: none does."""
        return next((car for car in self.candidates if car.does_it), None)
