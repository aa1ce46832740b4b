"""Words to records: regions, cars and places by name, wishes side by side to one `Trip`."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from numbers import Real
from pathlib import Path
from typing import Any

from tripplan.errors import InvalidInputError
from tripplan.planning.given import (
    GivenPlace,
    GivenRegion,
    GivenSettings,
    GivenVehicle,
    place_of,
    region_of,
    settings_of,
    vehicle_of,
)
from tripplan.planning.mean_sun import with_mean_sun
from tripplan.planning.planner import Planner
from tripplan.planning.trailer_limit import with_trailer_limit
from tripplan.records.base import as_path, shown
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Trip, Waypoint, read_waypoint
from tripplan.records.vehicle import Vehicle
from tripplan.records.wishes import WISHES
from tripplan.sources.starter import STARTER_NAMES, load_starter
from tripplan.sources.store import list_regions, load_region

STARTER = "starter"


CACHE = Path("cache")
"""Where regions are looked for by their plain names."""


@lru_cache(maxsize=4)
def named_region(name: str = STARTER) -> Region:
    """Load a region: the built-in atlas, a folder, or a folder below ``cache/``.

    "starter" is the atlas with real chargers, "starter-illustrative" that with made-up ones.

    Raises
    ------
    InvalidInputError
        There is no region of that name.
    DataError
        The folder cannot be used.
    """
    for chargers, atlas in STARTER_NAMES.items():
        if name == atlas:
            return load_starter(chargers)
    return load_region(folder_of(name))


def folder_of(name: str) -> Path:
    """Return the folder of a region: itself, or one below ``cache/``.

    Raises
    ------
    InvalidInputError
        There is none.
    """
    path = as_path(name, where="region")
    for folder in (path, CACHE / path):
        if _is_folder(folder):
            return folder
    known = [*STARTER_NAMES.values(), *(str(folder) for folder in list_regions(CACHE))]
    raise InvalidInputError(
        f'region "{name}" is not known: there is no such folder. Known here: {", ".join(known)}; '
        "`tripplan region build` makes others.",
        field="region",
        value=name,
        expected=", ".join(known),
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that is too long for any file, say
        return False


@lru_cache(maxsize=4)
def _named_planner(name: str, settings: Settings) -> Planner:
    return Planner(named_region(name), settings)


def planner_for(region: GivenRegion, settings: GivenSettings = None) -> Planner:
    """Return a planner on a region or on the region of that name."""
    ground, how = region_of(region), settings_of(settings)
    return _named_planner(ground, how) if isinstance(ground, str) else Planner(ground, how)


def make_trip(
    region: Region, origin: GivenPlace, destination: GivenPlace, wishes: Mapping[str, Any]
) -> Trip:
    """Turn place names and wishes into a valid `Trip`.

    Parameters
    ----------
    region
        Where names are looked up.
    origin, destination
        Names of the region, "lat,lon", (lat, lon), or places.
    wishes
        Values by the words of `WISHES`.

    Raises
    ------
    InvalidInputError
        A place is unknown or a wish is wrong; one message names all faulty wishes.
    """
    unknown = [word for word in wishes if word not in WISHES]
    if unknown:
        known = ", ".join(sorted(WISHES))
        raise InvalidInputError(
            f"there is no wish named {', '.join(unknown)}; known: {known}",
            field=unknown[0],
            value=wishes[unknown[0]],
            expected=known,
        )
    find: Callable[..., Place] = region.gazetteer.find
    # Of towns of one name that is meant which is nearer to the other end: Denver - Vail.
    start = place_of(origin, find, "origin")
    end = place_of(destination, partial(find, near=start), "destination")
    start = place_of(origin, partial(find, near=end), "origin")
    ends = {"origin": start, "destination": end}
    find = partial(find, near=start)
    fields: dict[str, Any] = dict(ends)
    for word, value in wishes.items():
        wish = WISHES[word]
        holder = fields.setdefault(wish.part, {}) if wish.part else fields
        look_up = _LOOKED_UP.get(wish.field)
        holder[wish.field] = look_up(value, find) if look_up else value
    where = f"trip {ends['origin'].label} -> {ends['destination'].label}"
    return with_trailer_limit(with_mean_sun(Trip.parse(fields, where=where)), region)


def _waypoints(via: object, find: Callable[[str], Place]) -> tuple[Waypoint, ...]:
    if isinstance(via, str):
        via = [part for part in map(str.strip, via.split("|")) if part]
    elif isinstance(via, Place | Waypoint) or _is_pair(via):
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
    if _is_pair(given):
        given = [given]
    return tuple(
        item if isinstance(item, Mapping) else place_of(item, find, "closed") for item in given
    )


def _waypoint(item: object, find: Callable[[str], Place]) -> Waypoint:
    if isinstance(item, Waypoint):
        return item
    if isinstance(item, Place):
        return Waypoint(place=item)
    if isinstance(item, str):
        return read_waypoint(item, find)
    if _is_pair(item):
        return Waypoint(place=place_of(item, find, "via"))
    raise _no_waypoint(item)


def _is_pair(given: object) -> bool:
    """Tell whether something is a latitude and a longitude, and not a list of two places."""
    return (
        isinstance(given, list | tuple)
        and len(given) == 2
        and all(isinstance(one, Real) and not isinstance(one, bool) for one in given)
    )


def _no_waypoint(given: object) -> InvalidInputError:
    expected = 'a name like "Portland, OR; 8h; 11kW", "lat,lon", (lat, lon), a Place or a Waypoint'
    told = f"via: each waypoint is {expected}, but got {shown(given)}"
    return InvalidInputError(told, field="via", value=given, expected=expected)


_LOOKED_UP: Mapping[str, Callable[[object, Callable[[str], Place]], object]] = {
    "waypoints": _waypoints,
    "closed": _points,
}
"""Fields of a trip with places that may be named."""


def car_beside(name: str, folder: Path) -> str:
    """Return the name of a car as a file in a folder means it: vehicle files lie beside that.

    Parameters
    ----------
    name
        A car of the catalogue, or a vehicle file.
    folder
        Where the file is that names it.
    """
    return str(folder / name) if name.endswith(".toml") else name


def find_car(vehicle: GivenVehicle, soh: float | str | None = None) -> Vehicle:
    """Return a car by id, TOML path or itself, at a state of health if one is given."""
    car = vehicle_of(vehicle)
    return car if soh is None else car.aged(soh)
