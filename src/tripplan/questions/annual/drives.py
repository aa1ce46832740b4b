"""Trips of a year planned: each trip, temperature and SoC of a car once, whatever days share it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tripplan.errors import (
    DisconnectedError,
    InvalidInputError,
    NoPlanError,
    OffNetworkError,
    OutOfRangeError,
    SearchLimitError,
)
from tripplan.questions.annual.answers import Reason
from tripplan.questions.slack import energy_slack
from tripplan.questions.trying import Case, Trials, with_values
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle


@dataclass(frozen=True)
class Drive:
    """A trip that can be done: what a year needs of its plan."""

    arrival_soc: float
    distance_km: float
    energy_spent_kwh: float
    charged_kwh: float
    charger_s: float
    cost: float
    currency: str
    total_s: float
    charger_stops: int
    slack_kwh: float
    """Least to spare where any drive ends. [kWh]"""
    slack_at: str


@dataclass(frozen=True)
class Refusal:
    """Why a trip cannot be done."""

    reason: Reason
    told: str
    first_leg: str = ""
    shortfall_kwh: float | None = None
    ways_out: tuple[Mapping[str, Any], ...] = ()


class _Key(NamedTuple):
    trip: int
    air_c: float
    soc: float


class Drives:
    """Plans a car's trips of a year, and keeps what came of them.

    No law shortens this: of each temperature energy, money and slack are wanted, not only whether
    a trip can be done.

    Parameters
    ----------
    trials
        Plans.
    vehicle
        The car.
    trips
        The household's trips, each at any temperature and SoC.
    """

    def __init__(self, trials: Trials, vehicle: Vehicle, trips: Mapping[int, Trip]) -> None:
        self._trials, self._vehicle, self._trips = trials, vehicle, trips
        self._known: dict[_Key, Drive | Refusal] = {}

    def of(self, trip: int, air_c: float, soc: float) -> Drive | Refusal:
        """Return what comes of a trip.

        Parameters
        ----------
        trip
            Its number.
        air_c
            Temperature all the way. [degC]
        soc
            SoC at the start.
        """
        key = _Key(trip, air_c, soc)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._planned(key)
        return found

    def _planned(self, key: _Key) -> Drive | Refusal:
        asked = self._trips[key.trip]
        if key.soc < asked.reserve_soc:
            return Refusal(
                "soc",
                f"It would begin with {key.soc:.0%}, below the reserve of {asked.reserve_soc:.0%}: "
                "the nights do not charge enough.",
            )
        trip = with_values(asked, ambient_c=key.air_c, departure_soc=key.soc)
        self._trials.plans += 1
        try:
            plan = self._trials.planner.plan(trip, self._vehicle, one_of_many=True)
        except OutOfRangeError as error:
            return Refusal(
                "range",
                str(error),
                self._first_leg(trip),
                error.shortfall_kwh if 0.0 < error.shortfall_kwh < math.inf else None,
                tuple(error.ways_out),
            )
        except SearchLimitError as error:
            return Refusal("unknown", str(error))
        except NoPlanError as error:
            no_road = isinstance(error, OffNetworkError | DisconnectedError)
            reason: Reason = "road" if no_road else "range"
            return Refusal(reason, str(error), self._first_leg(trip), None, tuple(error.ways_out))
        except InvalidInputError as error:
            if error.field != "departure_soc":  # the warm-up takes what there is
                raise
            return Refusal("soc", str(error))
        return drive_of(plan)

    def _first_leg(self, trip: Trip) -> str:
        """Return the first drive up to whose end there is no plan, as "DEN to Littleton, CO"."""
        places = [trip.origin, *(point.place for point in trip.waypoints), trip.destination]
        for number, point in enumerate(trip.waypoints):
            part = with_values(
                trip,
                destination=point.place,
                waypoints=trip.waypoints[:number],
                arrival_soc=trip.reserve_soc,
            )
            try:
                plan = self._trials.plan(Case(part, self._vehicle))
            except NoPlanError:
                plan = None
            if plan is None:
                return f"{places[number].label} to {places[number + 1].label}"
        return f"{places[-2].label} to {places[-1].label}"


def drive_of(plan: Plan) -> Drive:
    """Return what a year needs of a plan."""
    at_chargers = [stop for stop in plan.stops if stop.kind == "charger"]
    slacks = [energy_slack(plan, k).slack_kwh for k in range(len(plan.legs))]
    least = min(range(len(slacks)), key=slacks.__getitem__)
    return Drive(
        arrival_soc=plan.arrival_soc,
        distance_km=plan.distance_km,
        energy_spent_kwh=plan.energy_spent_kwh,
        charged_kwh=sum(stop.energy_kwh for stop in at_chargers),
        charger_s=sum(stop.duration_s for stop in at_chargers),
        cost=plan.charging_cost,
        currency=plan.currency,
        total_s=plan.total_s,
        charger_stops=len(at_chargers),
        slack_kwh=slacks[least],
        slack_at=plan.legs[least].end.label,
    )
