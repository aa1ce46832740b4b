"""The front door with odd arguments: each an answer, or one of the package's own errors."""

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

import tripplan
from tests.samples.worlds import across, car, hilly_region
from tripplan.planning.given import count_of, plan_of, region_of, settings_of
from tripplan.planning.grounds import region_with
from tripplan.planning.requests import find_car, make_trip
from tripplan.records.wishes import WISHES

_REGION = hilly_region(1)
_TRIP = across(_REGION)
ENDS = tuple(f"{place.lat},{place.lon}" for place in (_TRIP.origin, _TRIP.destination))


class _Hostile:
    """An object that fails in whatever is asked of it."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __iter__(self) -> Any:
        raise RuntimeError("no iteration")

    def __float__(self) -> float:
        raise RuntimeError("no float")


VALUES: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 10**30, 1.5, -0.0, float("nan"), float("inf"), 1e308, 3 + 4j),
    *("", " ", "a", "80%", "20F", "60mph", "nan", "1e400", "\0", "\ud800", "9" * 5000, "a" * 5000),
    *("nissan-sakura", "starter", "39.7,-105", "39.7;-105", "A", "x.toml", "/", "no/such"),
    *(b"bytes", (), [], {}, set(), (39.7, -105.0), [39.7, -105.0], ("39.7", "-105"), (1, 2, 3)),
    *((float("nan"), 0.0), (91, 0), {"lat": 1}, {"lat": 1.0, "lon": 2.0}, [[]], [None], ["A"]),
    *(Path("x.toml"), Path("/"), Path("no/such"), Path("a\0b"), datetime(2026, 1, 1), object()),  # noqa: DTZ001
    *(int, len, range(3), iter(()), np.float64(3), np.int64(3), np.array([39.7, -105.0]), np.nan),
    *(np.array([]), np.array(["a"]), _Hostile(), [_Hostile()], {"gap": 0.001}, {"gap": "x"}),
    *({"nothing": 1}, {1: 2}, tripplan.Place(lat=0.0, lon=0.0), tripplan.Settings(), "3", "-3"),
)


def _trip(chance: random.Random) -> object:
    wishes = {chance.choice(list(WISHES)): chance.choice(VALUES) for _ in range(3)}
    ends: list[Any] = [chance.choice((ENDS[0], chance.choice(VALUES)))] * 2
    return make_trip(_REGION, ends[0], ends[1], wishes)


def _answer(chance: random.Random) -> object:
    """Ask with everything right but one thing."""
    asked: dict[str, Any] = {
        "origin": ENDS[0],
        "destination": ENDS[1],
        "vehicle": car(),
        "region": _REGION,
    }
    odd = chance.choice((*asked, "soh", "chargers", "settings", *WISHES, "no_such_wish"))
    asked[odd] = chance.choice(VALUES)
    return tripplan.plan(asked.pop("origin"), asked.pop("destination"), **asked)


def _many(chance: random.Random) -> object:
    value: Any = chance.choice(VALUES)
    return tripplan.plan_many(value, region=_REGION)


CALLS: dict[str, Callable[[random.Random], object]] = {
    "trip": _trip,
    "plan": _answer,
    "plan_many": _many,
    "vehicle": lambda chance: find_car(chance.choice(VALUES), chance.choice(VALUES)),  # type: ignore[arg-type]
    "region": lambda chance: region_with(chance.choice(VALUES), chance.choice(VALUES)),  # type: ignore[arg-type]
    "given": lambda chance: [
        read(chance.choice(VALUES)) for read in chance.sample((settings_of, region_of, plan_of), 1)
    ],
    "count": lambda chance: count_of(chance.choice(VALUES), "count"),
}
