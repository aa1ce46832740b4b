"""The front door of questions: place names and a car in, an answer out."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, Unpack, cast

from tripplan.errors import InvalidInputError
from tripplan.planning.grounds import Chargers, region_with
from tripplan.planning.keywords import Wishes
from tripplan.planning.requests import STARTER, find_car, make_trip, planner_for
from tripplan.questions import limit_search, sizes, stays, whys
from tripplan.questions.answers import Candidate, Days, Limit, LimitName, Smallest
from tripplan.questions.reasons import Reasons
from tripplan.questions.trying import Case, Trials, without_charging
from tripplan.records.catalogue import entries
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip, Waypoint, moment
from tripplan.records.vehicle import Vehicle, catalogue

EVERY_CAR: Final = "all"
"""In place of a car's name: every car of the catalogue."""


def days(
    places: Sequence[str | Place | Waypoint],
    *,
    vehicle: str | Vehicle,
    repeat: int = 1,
    charging: bool = True,
    weather: bool = True,
    soh: float | str | None = None,
    region: Region | str = STARTER,
    chargers: Chargers = (),
    **wishes: Unpack[Wishes],
) -> Days:
    """Plan a trip of several legs with stays, and say what there is to spare at each place.

    Parameters
    ----------
    places
        Where it starts, where the car stands, where it ends: "DEN; 3d", "Work; 9h; 3.6kW",
        "Hotel; 8h; 11kW; 0.30/kWh; garage 8C".
    vehicle, soh, region, chargers, **wishes
        As in `plan`; the car starts full unless ``departure_soc`` says otherwise.
    repeat
        On so many days the same; the stay of the last place is the night.
    charging
        Whether it may stop at chargers; at the plugs of its stays it charges in any case.
    weather
        Whether degrees to spare are looked for, which takes some ten plans a place.

    Raises
    ------
    InvalidInputError, NoPlanError
        As in `plan`; or a day that repeats is longer than 24 hours.

    Examples
    --------
    >>> import tripplan
    >>> flight = ["Littleton, CO", "DEN; 3d", "Littleton, CO"]
    >>> found = tripplan.days(flight, vehicle="nissan-leaf-40", ambient_c=-10, weather=False)
    >>> found.home.slack.slack_kwh > 5
    True
    """
    planner = planner_for(region_with(region, chargers))
    trip = stays.trip_of_days(planner.region, places, wishes, repeat=repeat)
    trip = trip if charging else without_charging(trip)
    per_day = len(places) - 1 if repeat > 1 else 0
    return stays.answer(
        Trials(planner), trip, find_car(vehicle, soh), per_day=per_day, weather=weather
    )


def limits(
    origin: str | Place,
    destination: str | Place,
    *,
    vehicle: str | Vehicle,
    of: str | Iterable[str],
    charging: bool = True,
    arrive_by: datetime | str | None = None,
    also: Sequence[str] = (),
    soh: float | str | None = None,
    region: Region | str = STARTER,
    chargers: Chargers = (),
    **wishes: Unpack[Wishes],
) -> list[Limit]:
    """Find how far values may go before a trip cannot be done.

    Parameters
    ----------
    origin, destination, vehicle, soh, region, chargers, **wishes
        As in `plan`.
    of
        Which values: ``soh``, ``ambient-c``, ``wind-mps``, ``max-speed-kmh``, ``departure-soc``,
        ``charger-kw``, ``battery-kwh``, ``departure``, ``chargers``; several in one text with
        commas.
    charging
        Whether it may stop at chargers.
    arrive_by
        With ``departure``: the latest arrival, in the local time of the origin.
    also
        Other trips that have to be done as well, each as its places between vertical bars,
        "Denver, CO | Vail, CO; 8h | Denver, CO"; with the same wishes but for waypoints.

    Returns
    -------
    list of Limit
        One each, in the order in which they were asked for.

    Raises
    ------
    InvalidInputError
        As in `plan`; or there is no such value.
    """
    names = limit_names(of)
    planner = planner_for(region_with(region, chargers))
    trips = _trips(planner.region, (origin, destination), wishes, also)
    car, trials, by = find_car(vehicle, soh), Trials(planner), _moment(arrive_by)
    cases = [Case(trip if charging else without_charging(trip), car) for trip in trips]
    return [limit_search.limit(trials, cases, name, arrive_by=by) for name in names]


def smallest(
    origin: str | Place,
    destination: str | Place,
    *,
    vehicles: Sequence[str | Vehicle] | str = (),
    count: int = 3,
    charging: bool = True,
    also: Sequence[str] = (),
    soh: float | str | None = None,
    region: Region | str = STARTER,
    chargers: Chargers = (),
    tell: Callable[[Candidate], None] | None = None,
    **wishes: Unpack[Wishes],
) -> Smallest:
    """Find the smallest cars that do a trip, by the energy of their batteries.

    Parameters
    ----------
    origin, destination, region, chargers, **wishes
        As in `plan`.
    vehicles
        Cars to choose from; none: those of the catalogue that are written by hand, without the
        table; "all": every car of the catalogue, which takes longer.
    count
        How many that do it are looked for; 0: all cars are tried.
    charging
        Whether it may stop at chargers.
    also
        As in `limits`.
    soh
        State of health of all of them; None: as in their records.
    tell
        Is called with each car that was tried, as it is.

    Raises
    ------
    InvalidInputError
        As in `plan`.
    """
    planner = planner_for(region_with(region, chargers))
    trips = _trips(planner.region, (origin, destination), wishes, also)
    named = (vehicles,) if isinstance(vehicles, str) else vehicles
    return sizes.smallest(
        Trials(planner),
        [trip if charging else without_charging(trip) for trip in trips],
        [find_car(car, soh) for car in _to_choose_from(named)],
        count=count,
        tell=tell,
    )


def why(
    origin: str | Place,
    destination: str | Place,
    *,
    vehicle: str | Vehicle,
    charging: bool = True,
    soh: float | str | None = None,
    region: Region | str = STARTER,
    chargers: Chargers = (),
    **wishes: Unpack[Wishes],
) -> Reasons:
    """Say why a plan stops where it does, and what would have been otherwise, planned again.

    Parameters
    ----------
    origin, destination, vehicle, soh, region, chargers, **wishes
        As in `plan`.
    charging
        Whether it may stop at chargers.

    Returns
    -------
    Reasons
        For each stop what binds it, and what it would cost without it, at the next charger, with
        more or less; of a trip that cannot be done, single changes with which it can.

    Raises
    ------
    InvalidInputError
        As in `plan`.
    """
    planner = planner_for(region_with(region, chargers))
    trip = make_trip(planner.region, origin, destination, wishes)
    case = Case(trip if charging else without_charging(trip), find_car(vehicle, soh))
    return whys.reasons(Trials(planner), case)


def _to_choose_from(named: Sequence[str | Vehicle]) -> Iterable[str | Vehicle]:
    """Return the cars that are named, those written by hand, or all."""
    if any(car == EVERY_CAR for car in named):
        others = [car for car in named if isinstance(car, Vehicle)]
        return [*others, *(entry.id for entry in entries())]
    return named or catalogue().values()


def _trips(
    region: Region, ends: tuple[str | Place, str | Place], wishes: Wishes, also: Sequence[str]
) -> list[Trip]:
    """Return a trip, and others with the same wishes.

    Parameters
    ----------
    region
        Where names are looked up.
    ends, wishes
        Of the first trip.
    also
        The places of the others.
    """
    found = [make_trip(region, *ends, wishes)]
    for text in (also,) if isinstance(also, str) else also:
        places = [part.strip() for part in text.split("|") if part.strip()]
        if len(places) < 2:
            raise InvalidInputError(
                f'also: "{text}" names no two places: write "Denver, CO | Vail, CO"',
                field="also",
                value=text,
                expected="two places or more between vertical bars",
            )
        start, *points, end = places
        found.append(make_trip(region, start, end, {**wishes, "via": points}))
    return found


def limit_names(of: str | Iterable[str]) -> list[LimitName]:
    """Return the names of limits as they are asked for.

    Raises
    ------
    InvalidInputError
        One of them is not known, or there is none.
    """
    given = of.split(",") if isinstance(of, str) else list(of)
    names = [str(name).strip().lower().replace("_", "-") for name in given]
    names = [name for name in dict.fromkeys(names) if name]
    known = limit_search.NAMES
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        told = (
            f"there is no limit named {', '.join(unknown)}"
            if unknown
            else "say which limit is asked for"
        )
        raise InvalidInputError(
            f"of: {told}; known: {', '.join(known)}",
            field="of",
            value=of,
            expected=", ".join(known),
        )
    return cast("list[LimitName]", names)


def _moment(given: datetime | str | None) -> datetime | None:
    if given is None:
        return None
    try:
        found = moment(given)
    except ValueError as error:
        raise InvalidInputError(
            f"arrive_by: {error}", field="arrive_by", value=given, expected="date and time"
        ) from error
    assert isinstance(found, datetime)
    return found
