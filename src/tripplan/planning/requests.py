"""Words to records: regions, cars and places by name, wishes side by side to one `Trip`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict

from tripplan.errors import InvalidInputError
from tripplan.planning.planner import Planner
from tripplan.records.base import Record
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import (
    Adapter,
    AvoidableRoad,
    CabinSetting,
    ChargerAccess,
    ChargerWishes,
    Conditions,
    Objective,
    Place,
    Prices,
    RoadSurface,
    Trip,
    Waypoint,
    read_waypoint,
)
from tripplan.records.vehicle import Vehicle, find_vehicle
from tripplan.sources.starter import load_starter
from tripplan.sources.store import list_regions, load_region

STARTER = "starter"


class Wishes(TypedDict, total=False):
    """What can be wished for a trip beside its ends: fields of `Trip` and of the records in it.

    Lists may be one text with semicolons; ``via`` one with vertical bars.
    """

    via: "Via"
    require: Sequence[str] | str
    departure_soc: float | str
    reserve_soc: float | str
    arrival_soc: float | str
    arrive_with_probability: float | str | None
    charge_limit_soc: float | str
    least_charge_soc: float | str
    most_stops: int | None
    longest_stop_s: float | None
    stop_overhead_s: float
    max_speed_kmh: float | None
    slow_down_to: float | str
    ambient_by_hour: Sequence[tuple[float, float]] | str
    pack_start_c: float | None
    departure: datetime | str | None
    avoid: Sequence[AvoidableRoad] | str
    closed: Sequence[str | Place] | str
    objective: Objective
    hour_worth_kwh: float
    price_per_kwh: float
    price_per_session: float
    home_price_per_kwh: float
    value_of_time_per_h: float
    currency: str
    ambient_c: float
    wind_mps: float
    wind_from_deg: float | None
    road: RoadSurface
    payload_kg: float
    roof_box: bool
    sun_w_per_m2: float
    cabin: CabinSetting
    min_power_kw: float
    min_stalls: int
    operators: Sequence[str]
    exclude_operators: Sequence[str]
    access: Sequence[ChargerAccess] | str
    banned: Sequence[str]
    adapters: Sequence[Adapter | str] | str
    keep_unknown: bool
    out_of_service: bool
    only_stated_power: bool


Via = Sequence[str | Place | Waypoint] | str | Place | Waypoint
"""Waypoints: names ("Portland, OR", "Portland, OR; 8h; 11kW"), "lat,lon", places, finished ones."""

CACHE = Path("cache")
"""Where regions are looked for by their plain names."""


@lru_cache(maxsize=4)
def named_region(name: str = STARTER) -> Region:
    """Load a region: "starter" (the built-in atlas), a folder, or a folder below ``cache/``.

    Raises
    ------
    InvalidInputError
        There is no region of that name.
    DataError
        The folder cannot be used.
    """
    if name == STARTER:
        return load_starter()
    for folder in (Path(name), CACHE / name):
        if folder.is_dir():
            return load_region(folder)
    known = [STARTER, *(str(folder) for folder in list_regions(CACHE))]
    raise InvalidInputError(
        f'region "{name}" is not known: there is no such folder. Known here: {", ".join(known)}; '
        "`tripplan region build` makes others.",
        field="region",
        value=name,
        expected=", ".join(known),
    )


@lru_cache(maxsize=4)
def _named_planner(name: str, settings: Settings) -> Planner:
    return Planner(named_region(name), settings)


def planner_for(region: Region | str, settings: Settings | None = None) -> Planner:
    """Return a planner on a region or on the region of that name."""
    settings = settings or Settings()
    if isinstance(region, str):
        return _named_planner(region, settings)
    return Planner(region, settings)


def make_trip(
    region: Region, origin: str | Place, destination: str | Place, wishes: Mapping[str, Any]
) -> Trip:
    """Turn place names and wishes into a valid `Trip`.

    Parameters
    ----------
    region
        Where names are looked up.
    origin, destination
        Names of the region, "lat,lon", or places.
    wishes
        Fields of `Trip`, `Prices`, `Conditions` and `ChargerWishes`, side by side; ``waypoints``
        are wished for as ``via``, and ``via_chargers`` as ``require``.

    Raises
    ------
    InvalidInputError
        A place is unknown or a wish is wrong; one message names all faulty wishes.
    """
    parts = {
        name: {key: value for key, value in wishes.items() if key in record.model_fields}
        for name, record in _PARTS.items()
    }
    rest = {k: v for k, v in wishes.items() if not any(k in part for part in parts.values())}
    unknown = [key for key in rest if key not in _OWN_WISHES]
    if unknown:
        known = sorted(set(_OWN_WISHES).union(*(record.model_fields for record in _PARTS.values())))
        raise InvalidInputError(
            f"there is no wish named {', '.join(unknown)}; known: {', '.join(known)}",
            field=unknown[0],
            value=wishes[unknown[0]],
            expected=", ".join(known),
        )
    find = region.gazetteer.find
    ends = {
        name: place if isinstance(place, Place) else find(place)
        for name, place in (("origin", origin), ("destination", destination))
    }
    if "via" in rest:
        rest["via"] = _waypoints(rest["via"], find)
    if "closed" in rest:
        rest["closed"] = _points(rest["closed"], find)
    where = f"trip {ends['origin'].label} -> {ends['destination'].label}"
    own_fields = {_OWN_WISHES[key]: value for key, value in rest.items()}
    return Trip.parse({**ends, **own_fields, **parts}, where=where)


_PARTS: Mapping[str, type[Record]] = {
    "prices": Prices,
    "conditions": Conditions,
    "chargers": ChargerWishes,
}
"""Fields of a trip whose own fields are wished for one by one."""
_SHORT = {"waypoints": "via", "via_chargers": "require"}
"""Fields of a trip that are wished for by a shorter word."""
_OWN_WISHES = {
    _SHORT.get(name, name): name
    for name in Trip.model_fields
    if name not in {"origin", "destination", *_PARTS}
}
"""Fields of a trip itself, by the words they are wished for with."""


def _waypoints(via: object, find: Callable[[str], Place]) -> tuple[Waypoint, ...]:
    if isinstance(via, str):
        via = [part for part in map(str.strip, via.split("|")) if part]
    elif isinstance(via, Place | Waypoint):
        via = (via,)
    if not isinstance(via, Sequence):
        raise _no_waypoint(via)
    return tuple(_waypoint(item, find) for item in via)


def _points(given: object, find: Callable[[str], Place]) -> object:
    """Places of "lat,lon" or names, several in one text between vertical bars."""
    if isinstance(given, str):
        given = [part for part in map(str.strip, given.split("|")) if part]
    if not isinstance(given, Sequence):
        return given
    return tuple(find(item) if isinstance(item, str) else item for item in given)


def _waypoint(item: object, find: Callable[[str], Place]) -> Waypoint:
    if isinstance(item, Waypoint):
        return item
    if isinstance(item, Place):
        return Waypoint(place=item)
    if isinstance(item, str):
        return read_waypoint(item, find)
    raise _no_waypoint(item)


def _no_waypoint(given: object) -> InvalidInputError:
    expected = 'a name like "Portland, OR; 8h; 11kW", "lat,lon", a Place or a Waypoint'
    told = f"via: each waypoint is {expected}, but got {given!r:.60}"
    return InvalidInputError(told, field="via", value=given, expected=expected)


def find_car(vehicle: str | Vehicle, soh: float | str | None = None) -> Vehicle:
    """Return a car by id, TOML path or itself, at a state of health if one is given."""
    car = vehicle if isinstance(vehicle, Vehicle) else find_vehicle(vehicle)
    return car if soh is None else car.aged(soh)
