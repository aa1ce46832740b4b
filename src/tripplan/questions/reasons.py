"""The records of `why`: what binds a stop, and what would have been without it."""

from typing import Annotated, Literal

from pydantic import Field

from tripplan.records.base import Record
from tripplan.records.marks import Unit
from tripplan.records.plan import Plan

Binding = Literal[
    "required",
    "stay",
    "longest stop",
    "least charge",
    "charge limit",
    "next stop",
    "fallback",
    "power",
]
Change = Literal["without it", "at the next charger", "5 % more", "5 % less"]
ChangeOfTrip = Literal["one stop fewer", "10 km/h slower"]


class WhatIf(Record):
    """What a change comes to, planned again; differences are later less than planned."""

    change: Change | ChangeOfTrip
    """What is changed."""
    wishes: str
    """The change as wishes of the trip, in words: what was planned with."""
    possible: bool
    """Whether there is a plan then."""
    later_s: float | None = None
    """How much longer the trip takes; negative: less; None: there is no plan."""
    more_kwh: float | None = None
    """How much more energy the car takes; None: there is no plan."""
    dearer_cost: float | None = None
    """How much more it costs, in the plan's currency; None: there is no plan."""
    chance_probability: float | None = None
    """Probability of arriving; None: there is no plan, or it was not worked out."""
    sentence: str
    """All that in words."""


class StopReason(Record):
    """Why a plan stops at a place, and leaves with what it has."""

    number: Annotated[int, Unit("1")]
    """Number of the stop."""
    name: str
    """Name of the place."""
    binding: Binding
    """What sets the SoC at which it leaves."""
    lacks_kwh: float
    """Energy that would lack to where the next drive ends without a charge here; 0: none."""
    arrival_soc: float
    """SoC on arrival."""
    departure_soc: float
    """SoC as it leaves."""
    next_arrival_soc: float
    """SoC where the next drive ends."""
    sentence: str
    """The reason in words."""
    what_if: tuple[WhatIf, ...]
    """Changes at this stop, each planned again, shape (changes,)."""


class WayOutTried(Record):
    """A single change that makes a trip possible."""

    change: str
    """What is changed, as it is asked for: "departure-soc"."""
    asked: str
    """Its value in the trip."""
    needed: str
    """The value nearest to it with which a plan was found."""
    total_s: float
    """Duration of that plan."""
    sentence: str
    """The same in words."""


class Reasons(Record):
    """Why a plan is as it is; or why there is none."""

    vehicle: str
    """Name of the car."""
    possible: bool
    """Whether the trip can be done."""
    total_s: float | None = None
    """Duration of the plan; None: there is none."""
    stops: tuple[StopReason, ...] = ()
    """Why it stops where it does, shape (stops,)."""
    what_if: tuple[WhatIf, ...] = ()
    """Changes of the whole trip, shape (changes,)."""
    refusal: str = ""
    """Why there is no plan; empty: there is one."""
    ways_out: tuple[WayOutTried, ...] = ()
    """Single changes, each of which makes the trip possible, shape (changes,)."""
    plans: Annotated[int, Unit("1")] = 0
    """How many plans were tried."""
    plan: Annotated[Plan | None, Field(exclude=True, repr=False)] = None
    """The plan; not in the JSON of the answer; None: there is none."""
