"""What people give to `plan()` and its kin, in whatever form they have it, as what it means.

Places as pairs of numbers, files and folders as `pathlib.Path`, settings as a dictionary, whole
numbers as text.  Whatever else comes is refused with the name of the argument and what it takes.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

from tripplan.errors import InvalidInputError
from tripplan.records.base import shown
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place
from tripplan.records.vehicle import Vehicle, find_vehicle, load_vehicle

GivenPlace = str | Place | Sequence[float]
"""A name, "lat,lon", a `Place`, or (lat, lon)."""
GivenRegion = Region | str | Path
GivenSettings = Settings | Mapping[str, Any] | None
GivenVehicle = str | Path | Vehicle

_PLACE = 'text: a name of the region or "lat,lon"; (lat, lon) or a Place'


_VEHICLE = "text (an id of the catalogue), the path of a TOML file or a Vehicle"


def refused(field: str, value: object, expected: str) -> InvalidInputError:
    """Return the error for an argument of a kind that it does not take."""
    return InvalidInputError(
        f"{field}: expected {expected}, but got {type(value).__name__} {shown(value)}",
        field=field,
        value=value,
        expected=expected,
    )


def place_of(value: object, find: Callable[[str], Place], field: str) -> Place:
    """Return the place that is meant.

    Parameters
    ----------
    value
        As in `GivenPlace`.
    find
        Looks names up.
    field
        The argument, for the message.

    Raises
    ------
    InvalidInputError
        It is no place, or a name that is not known.
    """
    if isinstance(value, Place):
        return value
    if isinstance(value, str):
        return find(value)
    numbers = _pair(value)
    if numbers is None:
        raise refused(field, value, _PLACE)
    return find("{!r},{!r}".format(*numbers))


def _pair(value: object) -> tuple[float, float] | None:
    if isinstance(value, bytes | Mapping | set | frozenset):
        return None
    try:
        pair: tuple[Any, ...] = tuple(value)  # type: ignore[arg-type]
        if len(pair) != 2 or any(isinstance(one, bool) for one in pair):
            return None
        return float(pair[0]), float(pair[1])
    except Exception:  # noqa: BLE001 - somebody's object may raise what it likes
        return None


def vehicle_of(value: object) -> Vehicle:
    """Return the car that is meant: by id, by the path of its file, or itself.

    Raises
    ------
    InvalidInputError, DataError
        It is none, is not known, or its file cannot be used.
    """
    if isinstance(value, Vehicle):
        return value
    if isinstance(value, str):
        return find_vehicle(value)
    if isinstance(value, os.PathLike):
        return load_vehicle(Path(os.fsdecode(value)))
    raise refused(
        "vehicle", value, "text: an id of the catalogue; the path of a TOML file, or a Vehicle"
    )


def region_of(value: object) -> Region | str:
    """Return a region, or the name or folder by which it is found.

    Raises
    ------
    InvalidInputError
        It is neither.
    """
    if isinstance(value, Region) or (isinstance(value, str) and value.strip()):
        return value
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    raise refused("region", value, "a Region, its name or its folder")


def settings_of(value: object) -> Settings:
    """Return settings: themselves, of fields with values, or, for None, the usual ones.

    Raises
    ------
    InvalidInputError
        They are none; one message names all faults.
    """
    if value is None:
        return Settings()
    if isinstance(value, Settings):
        return value
    if isinstance(value, Mapping):
        return Settings.parse(value, where="settings")
    raise refused("settings", value, "a Settings, or fields of it with values")


def count_of(value: object, field: str, least: int = 1) -> int:
    """Return a whole number, which may be text.

    Parameters
    ----------
    value
        The number.
    field
        The argument, for the message.
    least
        The least that makes sense.

    Raises
    ------
    InvalidInputError
        It is none, or below.
    """
    number = value
    if isinstance(number, str) and re.fullmatch(r"\s*\+?\d{1,9}\s*", number):
        number = int(number)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, Integral) and not isinstance(number, bool):
        number = int(number)  # numpy's own, too
    if type(number) is not int or number < least:
        raise refused(field, value, f"a whole number from {least} on")
    return number


def plan_of(value: object) -> Plan:
    """Return a plan; refuse what is none.

    Raises
    ------
    InvalidInputError
        It is none.
    """
    if not isinstance(value, Plan):
        raise refused("plan", value, "a Plan (`read_json` reads one from a file)")
    return value
