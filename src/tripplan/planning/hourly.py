"""Temperatures by the hour: one for the whole trip, and each leg driven again at its own.

A plan is made for one temperature, the mean over the hours that are driven (an assumption).  Its
legs are then driven again, each at the mean of its own hours; where one would end below the
reserve, the trip is planned anew with so much more of it.
"""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from tripplan.errors import NoPlanError
from tripplan.planning.redrive import redriven
from tripplan.records.hourly_temperature import HOURS_A_DAY
from tripplan.records.plan import Leg, Plan
from tripplan.records.trip import Trip
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_LOOKS_S: Final = 600.0
"""A mean is taken over points no further apart than this."""
_ROUNDS: Final = 6
_CLOSE_K: Final = 0.75
"""A plan's temperature is right when it is so near the mean over the hours that are driven; it is a
whole number, so that costs of roads serve many."""
_ROUNDING_SOC: Final = 5e-5
_A_BIT: Final = 1e-4
"""SoC by which a reserve goes beyond what the coldest leg has to have more."""


def settled(trip: Trip, plan: Callable[[Trip], tuple[Plan, ConditionedVehicle]]) -> Plan:
    """Plan a trip whose air temperature changes by the hour.

    Parameters
    ----------
    trip
        The trip, with a departure and temperatures by the hour.
    plan
        Plans a trip at one temperature; returns the car of the plan with it.

    Raises
    ------
    NoPlanError
        No reserve was found with which every leg keeps the one that the trip wants.
    """
    assert trip.departure is not None
    begin_c = temperature_c(trip.ambient_by_hour, trip.departure)
    ambient_c, more_soc = begin_c, 0.0
    for _ in range(_ROUNDS):
        found, car = plan(_at(trip, begin_c, ambient_c, more_soc))
        again = _again(trip, car, found)
        if (
            abs(again.mean_c - found.trip.conditions.ambient_c) <= _CLOSE_K
            and again.lacking_soc <= 0.0
        ):
            return found.model_copy(
                update={
                    "trip": found.trip.model_copy(update={"ambient_by_hour": trip.ambient_by_hour}),
                    "assumptions": (*found.assumptions, again.words),
                }
            )
        if again.lacking_soc > 0.0:
            more_soc = max(more_soc, again.lacking_soc) + _A_BIT
        ambient_c = again.mean_c
    raise NoPlanError(
        f"ambient_by_hour: {_ROUNDS} plans were made, with up to {more_soc:.1%} more in reserve, "
        "and none keeps the reserve at the temperature of each leg's own hours; state one "
        "temperature for the whole trip (ambient_c), that of the coldest hour"
    )


def _at(trip: Trip, begin_c: float, ambient_c: float, more_soc: float) -> Trip:
    """Return the trip at one temperature, with so much more in reserve."""
    fields = {
        "conditions": trip.conditions.model_dump() | {"ambient_c": round(ambient_c)},
        "ambient_by_hour": (),
        "pack_start_c": begin_c if trip.pack_start_c is None else trip.pack_start_c,
        "reserve_soc": trip.reserve_soc + more_soc,
        "arrival_soc": max(trip.arrival_soc, trip.reserve_soc) + more_soc,
    }
    return Trip.parse(trip.model_dump() | fields, where="trip at one temperature")


class _Again(NamedTuple):
    """Legs driven again, each at the temperature of its own hours."""

    mean_c: float
    """Mean temperature over the driving time."""
    lacking_soc: float
    """By how much a leg falls below the plan that so falls below the reserve; 0: none does."""
    words: str


def _again(trip: Trip, car: ConditionedVehicle, plan: Plan) -> _Again:
    """Drive each leg again at its own hours, from the SoC that the plan starts it with."""
    assert trip.departure is not None
    points, clock = trip.ambient_by_hour, trip.departure
    lacking, most_off, temperatures = 0.0, 0.0, []
    for number, leg in enumerate(plan.legs):
        own = car.in_air(mean_temperature_c(points, clock, leg.driving_s))
        off_kwh = _spent_kwh(own, leg) - _spent_kwh(car, leg)
        if number == 0:
            first = car.in_air(temperature_c(points, clock))
            off_kwh += first.warm_up.total_kwh - car.warm_up.total_kwh
        off = off_kwh / plan.capacity_kwh
        last = number + 1 == len(plan.legs)
        wanted_soc = max(trip.reserve_soc, trip.arrival_soc) if last else trip.reserve_soc
        spare = min(leg.arrival_soc - wanted_soc, leg.min_soc - trip.reserve_soc)
        if off > spare + _ROUNDING_SOC:
            lacking = max(lacking, off)
        most_off = max(most_off, off)
        temperatures.append(own.conditions.ambient_c)
        stop_s = 0.0 if last else plan.stops[number].duration_s
        clock += timedelta(seconds=leg.driving_s + stop_s)
    driving_s = [max(leg.driving_s, 1.0) for leg in plan.legs]
    mean_c = float(np.average(temperatures, weights=driving_s))
    used_c = car.conditions.ambient_c
    words = (
        f"By the temperatures of each hour, the air has {min(temperatures):.0f} to "
        f"{max(temperatures):.0f} °C over the legs; the plan takes {used_c:g} °C, their "
        "mean, all the way. Driven again at the temperature of its own hours, no leg ends below "
        f"the reserve of {trip.reserve_soc:.0%}, and none more than {most_off:.1%} below the plan."
    )
    return _Again(mean_c, lacking, words)


def _spent_kwh(car: ConditionedVehicle, leg: Leg) -> float:
    """Energy that driving a leg takes the car in its weather, from the plan's SoC."""
    start_kwh = leg.departure_soc * car.capacity_kwh
    return start_kwh - redriven(car, leg, start_kwh, leg.pack_departure_c, math.inf).energy_kwh


def temperature_c(points: Sequence[tuple[float, float]], at: datetime) -> float:
    """Temperature at a time of day: on the straight line between the points before and after it."""
    return mean_temperature_c(points, at, 0.0)


def mean_temperature_c(
    points: Sequence[tuple[float, float]], begin: datetime, duration_s: float
) -> float:
    """Mean temperature over a time; every day is like the first.

    Parameters
    ----------
    points
        Hours and degrees Celsius.
    begin
        When it begins.
    duration_s
        How long it takes. [s]
    """
    first = begin.hour + begin.minute / 60.0 + begin.second / S_PER_H
    count = math.ceil(duration_s / _LOOKS_S) + 1
    middles = (np.arange(count) + 0.5) / count
    hours, known = first + middles * duration_s / S_PER_H, np.array(points)
    return float(np.interp(hours, known[:, 0], known[:, 1], period=HOURS_A_DAY).mean())
