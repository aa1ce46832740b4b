"""Days: a trip of several legs with stays, planned at once, and what there is to spare at each.

There is no second planner here: places with stays are waypoints of one `Trip`.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Final

from tripplan.errors import InvalidInputError
from tripplan.planning.given import refused
from tripplan.planning.requests import make_trip
from tripplan.questions.answers import Days, Stay
from tripplan.questions.slack import EASIEST_C, energy_slack, with_degrees
from tripplan.questions.trying import Case, Trials, with_values
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip, Waypoint, read_waypoint
from tripplan.records.vehicle import Vehicle
from tripplan.units import S_PER_H

DAY_S: Final = 24.0 * S_PER_H
MOST_DAYS: Final = 14
"""So many days may repeat; each place of each is a waypoint."""


def trip_of_days(
    region: Region,
    places: Sequence[str | Place | Waypoint],
    wishes: Mapping[str, Any],
    *,
    repeat: int = 1,
) -> Trip:
    """Return the trip through places with stays.

    Parameters
    ----------
    region
        Where names are looked up.
    places
        From the start to the end, each a waypoint as `via` takes them; the start has no stay.
    wishes
        As of `plan`; ``via`` is taken by the places.
    repeat
        On so many days the same: from the end it goes on to the second place again.

    Raises
    ------
    InvalidInputError
        There are fewer than two places, or a day is longer than a day; or as of `plan`.
    """
    if isinstance(places, str) or len(places) < 2:
        raise refused("places", places, "two places at least: where it starts and ends")
    if not 1 <= repeat <= MOST_DAYS:
        raise refused("days", repeat, f"1 to {MOST_DAYS} days")
    if "via" in wishes:
        raise refused("via", wishes["via"], "places in the order in which they are visited")
    start = _waypoint(region, places[0])
    points = [_waypoint(region, place, start.place) for place in places[1:]]
    if start.dwell_s or start.charger_kw:
        raise refused(
            "places", places[0], "a start without a stay; how full it starts says departure_soc"
        )
    if repeat > 1:
        stays_s = sum(point.dwell_s for point in points)
        if stays_s > DAY_S:
            raise _too_long(f"its stays take {stays_s / S_PER_H:g} h", stays_s)
    every = [*points] * repeat
    usual = {"departure_soc": 1.0, **wishes}
    return make_trip(region, start.place, every[-1].place, {**usual, "via": every[:-1]})


def _waypoint(region: Region, given: str | Place | Waypoint, near: Place | None = None) -> Waypoint:
    if isinstance(given, Waypoint):
        return given
    if isinstance(given, Place):
        return Waypoint(place=given)
    return read_waypoint(given, partial(region.gazetteer.find, near=near))


def _too_long(why: str, total_s: float) -> InvalidInputError:
    return InvalidInputError(
        f"a day that repeats has 24 h, but {why}: shorten a stay, or that of the night",
        field="places",
        value=total_s / S_PER_H,
        expected="24 h at most",
    )


def answer(trials: Trials, trip: Trip, vehicle: Vehicle, *, per_day: int, weather: bool) -> Days:
    """Plan days, and look at every place what there is to spare.

    Parameters
    ----------
    trials
        Plans.
    trip, vehicle
        Who drives where, as `trip_of_days` returns it.
    per_day
        Places of a day that repeats; 0: none does.
    weather
        Whether degrees to spare are looked for, which takes some ten plans a place.

    Raises
    ------
    NoPlanError
        It cannot be done, and why.
    """
    trials.plans += 1
    plan = trials.planner.plan(trip, vehicle)
    stays = _stays(plan)
    day_s = _longest_day_s(stays, per_day) if per_day else None
    if weather:
        stays = _with_degrees(trials, Case(trip, vehicle), stays)
    return Days(
        vehicle=vehicle.name,
        stays=tuple(stays),
        distance_km=plan.distance_km,
        total_s=plan.total_s,
        energy_spent_kwh=plan.energy_spent_kwh,
        cost=plan.cost,
        currency=plan.currency,
        day_s=day_s,
        ambient_c=trip.conditions.ambient_c,
        sentence=spare_sentence(stays[-1], trip.conditions.ambient_c),
        plan=plan,
    )


def _stays(plan: Plan) -> list[Stay]:
    """Return where each leg of a plan ends."""
    found: list[Stay] = []
    clock_s = 0.0
    for number, leg in enumerate(plan.legs):
        clock_s += leg.driving_s
        stop = plan.stops[number] if number < len(plan.stops) else None
        values: dict[str, Any] = {
            "name": leg.end.label if stop is None else stop.name,
            "kind": "end" if stop is None else _KIND[stop.kind],
            "arrival_s": clock_s,
            "driven_km": leg.distance_km,
            "arrival_soc": leg.arrival_soc,
            "slack": energy_slack(plan, number),
        }
        if stop is None:
            values |= dict.fromkeys(("duration_s", "charged_kwh", "cost", "standby_kwh"), 0.0)
            values |= {"pack_c": leg.pack_arrival_c, "departure_soc": leg.arrival_soc}
        else:
            clock_s += stop.duration_s
            values |= {
                "duration_s": stop.duration_s,
                "charged_kwh": stop.energy_kwh,
                "cost": stop.cost,
                "standby_kwh": stop.standby_kwh,
                "pack_c": stop.pack_departure_c,
                "departure_soc": stop.departure_soc,
            }
        found.append(Stay(**values))
    return found


_KIND: Final = {"waypoint": "stay", "charger": "charger"}


def _with_degrees(trials: Trials, case: Case, stays: Sequence[Stay]) -> list[Stay]:
    """Return the stays with what weather there is to spare up to each, from the last back.

    What the whole bears, a part from the start bears too.
    """
    trip, found = case.trip, list(stays)
    numbers = [number for number, stay in enumerate(stays) if stay.kind != "charger"]
    at_least = 0.0
    for position, number in reversed(list(enumerate(numbers))):
        part = case
        if position < len(trip.waypoints):
            end = {
                "destination": trip.waypoints[position].place,
                "waypoints": trip.waypoints[:position],
                "arrival_soc": trip.reserve_soc,
            }
            part = case._replace(trip=with_values(trip, **end))
        slack = with_degrees(trials, part, stays[number].slack, at_least)
        at_least = slack.slack_k or 0.0
        found[number] = stays[number].model_copy(update={"slack": slack})
    return found


def _longest_day_s(stays: Sequence[Stay], per_day: int) -> float | None:
    """Return the longest day, from leaving home until leaving it again; None: there is but one.

    Parameters
    ----------
    stays
        Where drives end.
    per_day
        Places of a day, the night's included.
    """
    left_s = [0.0]
    nights = [stay for stay in stays if stay.kind == "stay"][per_day - 1 :: per_day]
    left_s += [night.arrival_s + night.duration_s for night in nights]
    days = [then - now for now, then in pairwise(left_s)]
    if not days:
        return None
    if max(days) > DAY_S:
        raise _too_long(f"with its drives it takes {max(days) / S_PER_H:.1f} h", max(days))
    return max(days)


def spare_sentence(end: Stay, ambient_c: float) -> str:
    """Say what there is to spare at the end: "comes home with 4.1 kWh, 27 km or 9 K to spare".

    Parameters
    ----------
    end
        Where the trip ends.
    ambient_c
        Air temperature of the plan. [degC]
    """
    slack = end.slack
    degrees_told = ""
    if slack.slack_k is not None:
        harder = "hotter" if ambient_c >= EASIEST_C else "colder"
        degrees_told = f" or {slack.degrees} degrees {harder}"
    joined = " or " if not degrees_told else ", "
    return (
        f"It comes to {end.name} with {slack.slack_kwh:.1f} kWh{joined}{slack.slack_km:.0f} km"
        f"{degrees_told} to spare."
    )
