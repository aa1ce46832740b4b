"""Drive all the way, or leave the car at a station: each way there and back, planned and priced."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Unpack

from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.output.text import words
from tripplan.planning.given import refused
from tripplan.planning.grounds import Chargers, region_with
from tripplan.planning.keywords import Wishes
from tripplan.planning.requests import STARTER, find_car, make_trip, planner_for
from tripplan.questions.connections import (
    STATION_M,
    WALK_CIRCUITY,
    WALK_KMH,
    Connections,
    by_headway,
    by_timetable,
    stations_of,
    stops_near,
    straight_m,
)
from tripplan.questions.ride_answers import (
    Connection,
    RefusedOption,
    Ride,
    RideOption,
    RideTerms,
)
from tripplan.questions.slack import energy_slack
from tripplan.questions.trying import Case, Trials, with_values
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.ride_station import PLATFORM_S, RideStation
from tripplan.records.trip import Place, Trip, Waypoint
from tripplan.records.vehicle import Vehicle
from tripplan.sources.transit.gtfs import Timetable, read_timetable
from tripplan.sources.transit.stations import read_stations
from tripplan.units import M_PER_KM, S_PER_H

_DAY_S: Final = 24.0 * S_PER_H
_DRIVE_KMH: Final = 50.0
"""By which stops of a timetable are put in order before they are planned (assumption)."""
_SETTLED_S: Final = 1.0
_MOST_ROUNDS: Final = 8
"""How long the car is parked and when it comes depend on each other; two or three rounds do."""


class _Park(NamedTuple):
    """Where the car may be left, and how one goes on."""

    station: RideStation
    connections: Connections | None
    """None: it is the destination."""
    lacks: str = "there is no direct ride there and back within a day"
    """Why one cannot go on from there, where one cannot."""


class _Asked(NamedTuple):
    """What all ways have in common."""

    trials: Trials
    trip: Trip
    """There and back by way of the destination."""
    car: Vehicle
    terms: RideTerms


def ride(
    origin: str | Place,
    destination: str | Place,
    *,
    vehicle: str | Vehicle,
    stations: str | Path | Sequence[RideStation] | None = None,
    gtfs: str | Path | None = None,
    terms: RideTerms | Mapping[str, Any] | None = None,
    soh: float | str | None = None,
    region: Region | str = STARTER,
    chargers: Chargers = (),
    **wishes: Unpack[Wishes],
) -> Ride:
    """Compare driving all the way and back with leaving the car at a station.

    Parameters
    ----------
    origin, destination
        Home, and where one wants to go.
    vehicle, soh, region, chargers, **wishes
        As in `plan`; the car starts full unless ``departure_soc`` says otherwise.
    stations
        Stations to leave the car at: a table (`sources.transit.stations`) or records.
    gtfs
        A timetable, file or folder, with direct rides; with ``stations`` of these alone, else of
        every stop. It wants a ``departure``.
    terms
        Stay, fares and parking, as `RideTerms` or by the names of its fields.

    Returns
    -------
    Ride
        All ways, the one of the least money and time first.

    Raises
    ------
    InvalidInputError, DataError
        As in `plan`; or a table or timetable cannot be used.
    NoPlanError
        Neither driving all the way nor any station can be done.
    """
    asked_terms = _terms(terms)
    planner = planner_for(region_with(region, chargers))
    trip = _trip(planner.region, origin, destination, wishes, asked_terms)
    asked = _Asked(Trials(planner), trip, find_car(vehicle, soh), asked_terms)
    goal = trip.waypoints[0].place
    parks, left_out, notes = _parks(stations, gtfs, asked, goal)
    drive = RideStation(
        name=goal.label,
        lat=goal.lat,
        lon=goal.lon,
        parking_per_day=asked_terms.destination_parking_per_day,
        plug_kw=asked_terms.destination_plug_kw,
        walk_s=asked_terms.destination_walk_s,
    )
    ways = [_option(asked, park) for park in (_Park(drive, None), *parks)]
    options = sorted(
        (one for one in ways if isinstance(one, RideOption)),
        key=lambda one: (one.cost_with_time, one.total_s),
    )
    refusals = tuple(one for one in ways if isinstance(one, RefusedOption))
    if not options:
        first = refusals[0]
        raise NoPlanError(f"no way can be gone; {first.name}: {first.why}")
    answer = Ride(
        origin=trip.origin,
        destination=goal,
        vehicle=asked.car.name,
        terms=asked_terms,
        currency=options[0].plan.currency,
        value_of_time_per_h=trip.prices.value_of_time_per_h,
        options=tuple(options),
        refused=refusals,
        left_out=left_out,
        sentence="",
        assumptions=(*notes, *_assumptions(asked, options, timed=gtfs is not None)),
    )
    return answer.model_copy(update={"sentence": _sentence(answer)})


def _terms(given: RideTerms | Mapping[str, Any] | None) -> RideTerms:
    if isinstance(given, RideTerms):
        return given
    return RideTerms.parse(dict(given or {}), where="terms of the ride")


def _trip(
    region: Region,
    origin: str | Place,
    destination: str | Place,
    wishes: Wishes,
    terms: RideTerms,
) -> Trip:
    """Return the trip from home by way of the destination and back."""
    if "via" in wishes:
        raise refused("via", wishes["via"], "no places on the way: it is there and back")
    there = make_trip(region, origin, destination, wishes)
    stay = Waypoint(
        place=there.destination, dwell_s=terms.stay_s, charger_kw=terms.destination_plug_kw
    )
    usual = {"departure_soc": 1.0, **wishes}
    return make_trip(region, there.origin, there.origin, {**usual, "via": [stay]})


def _parks(
    stations: str | Path | Sequence[RideStation] | None,
    gtfs: str | Path | None,
    asked: _Asked,
    goal: Place,
) -> tuple[list[_Park], int, list[str]]:
    """Return the stations, how many of a timetable are left out, and what is to be said of it."""
    if stations is None and gtfs is None:
        raise refused("stations", None, "a table of stations, a GTFS feed, or both")
    listed: Sequence[RideStation] = ()
    if isinstance(stations, str | Path):
        listed = read_stations(stations, timetable=gtfs is not None)
    elif stations is not None:
        listed = tuple(stations)
    if gtfs is None:
        untimed = [one.name for one in listed if one.ride_s is None or one.headway_s is None]
        if untimed:
            raise refused("stations", untimed[0], "ride_s and headway_s, or a timetable")
        return [_Park(one, by_headway(one)) for one in listed], 0, []
    departure = asked.trip.departure
    if departure is None:
        raise refused("departure", None, "a date and time, for which a timetable has rides")
    timetable = read_timetable(gtfs)
    timetable.check_day(departure.date())
    ends = stops_near(timetable, goal, asked.terms.walk_km * M_PER_KM)
    if not ends:
        raise InvalidInputError(
            f"no stop of the GTFS feed {gtfs} lies within {asked.terms.walk_km:g} km of "
            f"{goal.label}: another feed, or a larger walk_km",
            field="walk_km",
            value=asked.terms.walk_km,
            expected="a distance within which there is a stop",
        )
    if listed:
        return [_timed(one, timetable, ends) for one in listed], 0, []
    return _stops(timetable, ends, asked, departure)


def _timed(station: RideStation, timetable: Timetable, ends: Mapping[str, float]) -> _Park:
    """Return a station of a table with its rides by a timetable."""
    place = Place(lat=station.lat, lon=station.lon)
    # The row says how far its platforms are from the car.
    platforms = dict.fromkeys(stops_near(timetable, place, STATION_M), station.walk_s)
    park = _Park(station, by_timetable(timetable, platforms, ends))
    if platforms:
        return park
    return park._replace(lacks=f"no stop of the timetable lies within {STATION_M:.0f} m of it")


def _stops(
    timetable: Timetable, ends: Mapping[str, float], asked: _Asked, departure: datetime
) -> tuple[list[_Park], int, list[str]]:
    """Return the likeliest stops with a direct ride on the day of departure as stations."""
    every = [stop.id for stop in timetable.stops if stop.id not in ends]
    shortest_s: dict[str, float] = {}
    for one in timetable.rides(departure.date(), every, ends):
        taken_s = one.arrives_s - one.leaves_s + ends[one.end]
        shortest_s[one.start] = min(taken_s, shortest_s.get(one.start, math.inf))
    home = asked.trip.origin.lat, asked.trip.origin.lon
    found = []
    by_id = {stop.id: stop for stop in timetable.stops}
    for station, stops in stations_of(timetable.stops, frozenset(shortest_s)).items():
        at = by_id.get(station, stops[0])
        drive_km = WALK_CIRCUITY * straight_m(home, (at.lat, at.lon)) / M_PER_KM
        quickest_s = min(shortest_s[stop.id] for stop in stops)
        found.append((drive_km / _DRIVE_KMH * S_PER_H + quickest_s, at, stops))
    found.sort(key=lambda row: (row[0], row[1].id))
    parks = []
    for _, at, stops in found[: asked.terms.most]:
        platforms = dict.fromkeys((stop.id for stop in stops), PLATFORM_S)
        park = RideStation(name=at.name, lat=at.lat, lon=at.lon)
        parks.append(_Park(park, by_timetable(timetable, platforms, ends)))
    note = "Whether one may park at a stop of the timetable is not known; parking counts as free."
    return parks, len(found) - len(parks), [note]


def _option(asked: _Asked, park: _Park) -> RideOption | RefusedOption:
    """Plan one way; the time that the car is parked and the drives are settled together."""
    terms, station, goes = asked.terms, park.station, park.connections
    parked_s = terms.stay_s
    legs: tuple[Connection, Connection] | None = None
    for _ in range(_MOST_ROUNDS):
        case = _case(asked, station, parked_s)
        try:
            plan = asked.trials.plan(case)
        except NoPlanError as error:  # too far from any road, say
            return RefusedOption(name=station.name, why=str(error))
        if plan is None:
            return RefusedOption(name=station.name, why=asked.trials.refusal([case])[0])
        stop = next(k for k, stop in enumerate(plan.stops) if stop.kind == "waypoint")
        there_s = _clock_s(plan, stop)
        if goes is None:
            needed_s = terms.stay_s + 2.0 * terms.destination_walk_s
        else:
            legs = _legs(goes, asked, there_s)
            if legs is None:
                return RefusedOption(name=station.name, why=park.lacks)
            needed_s = legs[0].total_s + terms.stay_s + legs[1].total_s
        if abs(needed_s - parked_s) <= _SETTLED_S:
            return _priced(asked, park, plan, stop, legs)
        parked_s = needed_s
        if parked_s > _MOST_PARKED_S:
            return RefusedOption(name=station.name, why="the car would stand there for too long")
    return RefusedOption(name=station.name, why="its drive and its timetable do not settle")


_MOST_PARKED_S: Final = 14.0 * _DAY_S


def _case(asked: _Asked, station: RideStation, parked_s: float) -> Case:
    stay = Waypoint(
        place=Place(lat=station.lat, lon=station.lon, name=station.name),
        dwell_s=parked_s,
        charger_kw=station.plug_kw,
        price_per_kwh=station.price_per_kwh,
    )
    return Case(with_values(asked.trip, waypoints=(stay,)), asked.car)


def _legs(goes: Connections, asked: _Asked, there_s: float) -> tuple[Connection, Connection] | None:
    """Return the rides there and back for a car that comes at a time; None: there is none."""
    departure = asked.trip.departure
    at = None if departure is None else departure + timedelta(seconds=there_s)
    out = goes.out(at)
    if out is None:
        return None
    leaves_s = out.total_s + asked.terms.stay_s
    back = goes.back(None if at is None else at + timedelta(seconds=leaves_s))
    return None if back is None else (out, back)


def _clock_s(plan: Plan, stop: int) -> float:
    """Return when a plan comes to one of its stops, since departure [s]."""
    before = sum(one.duration_s for one in plan.stops[:stop])
    return before + sum(leg.driving_s for leg in plan.legs[: stop + 1])


def _priced(
    asked: _Asked,
    park: _Park,
    plan: Plan,
    stop: int,
    legs: tuple[Connection, Connection] | None,
) -> RideOption:
    """Return a way with all that it takes and costs."""
    terms, station, place = asked.terms, park.station, plan.stops[stop]
    there_s, stands_s = _clock_s(plan, stop), place.duration_s
    days = max(math.ceil(stands_s / _DAY_S - 1e-9), 1)
    fare = station.fare if station.fare is not None else terms.fare
    fares = 2.0 * terms.persons * (fare or 0.0) if legs else 0.0
    parking = station.parking_per_day * days
    total_s = plan.total_s - terms.stay_s
    cost = fares + parking + plan.cost
    return RideOption(
        name=station.name,
        kind="ride" if legs else "drive",
        lat=station.lat,
        lon=station.lon,
        total_s=total_s,
        drive_out_s=there_s,
        drive_back_s=plan.total_s - there_s - stands_s,
        out=legs[0] if legs else None,
        back=legs[1] if legs else None,
        parked_s=stands_s,
        distance_km=plan.distance_km,
        energy_kwh=plan.energy_spent_kwh,
        charged_kwh=place.energy_kwh,
        fares=fares,
        parking=parking,
        energy_cost=plan.cost,
        cost=cost,
        cost_with_time=cost + asked.trip.prices.value_of_time_per_h * total_s / S_PER_H,
        slack_there=energy_slack(plan, stop),
        slack_home=energy_slack(plan, len(plan.legs) - 1),
        plan=plan,
    )


def _assumptions(asked: _Asked, options: Sequence[RideOption], *, timed: bool) -> Iterator[str]:
    terms = asked.terms
    if timed:
        yield (
            "Rides are the direct ones of the timetable with the earliest arrival; changes of "
            f"train are not looked for. One walks at {WALK_KMH:g} km/h, {WALK_CIRCUITY:g} times "
            "the straight line."
        )
    else:
        yield "One waits half the time between two departures, at any hour."
    yield (
        "In the order an hour of one person counts "
        f"{asked.trip.prices.value_of_time_per_h:g}; parking is paid for each day begun."
    )
    if terms.fare is None and any(one.kind == "ride" and not one.fares for one in options):
        yield "Where no fare is stated, none is counted."


def _sentence(answer: Ride) -> str:
    """Say which way is best, against driving all the way or the best station."""
    best, unit = answer.best, f" {answer.currency}".rstrip()
    told = f"{words.duration(best.total_s)} and {best.cost:.2f}{unit} there and back"
    what = "Driving all the way" if best.kind == "drive" else f"Leaving the car at {best.name}"
    other = answer.station if best.kind == "drive" else answer.drive
    if other is None:
        missing = "no station" if best.kind == "drive" else "driving all the way"
        return f"{what} is best: {told}; {missing} can be done."
    rest = "driving all the way" if other.kind == "drive" else f"the best station, {other.name}"
    late_s, dear = best.total_s - other.total_s, best.cost - other.cost
    minutes = f"{words.duration(abs(late_s))} {'more' if late_s > 0.0 else 'less'}"
    money = f"{abs(dear):.2f}{unit} {'more' if dear > 0.0 else 'less'}"
    return f"{what} is best: {told}, {minutes} and {money} than {rest}."
