"""What a form of a trip holds: every wish with its words, from the records; and the cars."""

from functools import cache
from typing import Any, Literal, get_args, get_origin

from tripplan.records.catalogue import CatalogueEntry, matching
from tripplan.records.docstrings import field_docstrings
from tripplan.records.quantities import unit_of
from tripplan.records.vehicle import find_vehicle
from tripplan.records.wishes import WISHES, Wish
from tripplan.vehicle_model.ranges import COLD_C, LISTED_KMH, WARM_C, steady_range

MOST_CARS = 60


def car_rows(wanted: str = "") -> list[dict[str, Any]]:
    """Return the cars of the catalogue as rows of a list.

    Parameters
    ----------
    wanted
        Words that all have to stand in id or name; empty: all cars.

    Returns
    -------
    list of dict
        At most `MOST_CARS` where words are wanted.  ``range_km`` is what a full battery gives at
        ``range_kmh``, 110 km/h or the car's top speed, and 20 degC; ``cold_range_km`` at -10 degC:
        as `tripplan vehicles` lists them.
    """
    words = wanted.split()
    rows = [_car_row(entry) for entry in matching(words)]
    return rows[:MOST_CARS] if words else rows


@cache
def _car_row(entry: CatalogueEntry) -> dict[str, Any]:
    car = find_vehicle(entry.id)
    warm, cold = (steady_range(car, LISTED_KMH, air_c) for air_c in (WARM_C, COLD_C))
    return {
        "id": entry.id,
        "name": entry.name,
        "first_year": entry.first_year,
        "last_year": entry.last_year,
        "range_kmh": min(LISTED_KMH, car.top_speed_kmh),
        "range_km": round(warm.p50_km),
        "cold_range_km": round(cold.p50_km),
        "usable_kwh": entry.usable_kwh,
        "dc_max_kw": entry.dc_max_kw,
        "plugs": list(entry.plugs),
        "kind": entry.kind,
    }


def wish_rows() -> list[dict[str, Any]]:
    """Return every wish as a field of a form: its word, kind, choices, default and meaning."""
    return [_wish_row(word, wish) for word, wish in WISHES.items()]


def _wish_row(word: str, wish: Wish) -> dict[str, Any]:
    kind = wish.info.annotation
    choices = _choices(kind)
    told = " ".join(field_docstrings(wish.record).get(wish.field, "").replace("`", "").split())
    told = told.split("; None")[0].split(", shape")[0].removesuffix(".")
    known = unit_of(wish.field)
    like = wish.asked.like or (known[0].like.split(",")[0].strip('"') if known else "")
    several = get_origin(kind) is tuple
    return {
        "word": word,
        "part": wish.part or "trip",
        "kind": "yes or no" if kind is bool else "list" if several else "value",
        "choices": list(choices),
        "like": like,
        "default": _plain(wish.info.default),
        "told": told,
    }


def _choices(kind: object) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    return next(filter(None, map(_choices, get_args(kind))), ())


def _plain(value: object) -> object:
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    return "; ".join(map(str, value)) if isinstance(value, tuple) else None
