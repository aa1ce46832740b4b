"""Draw questions: the same seed and number give the same question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from campaign.cases import Case, at
from campaign.ground import MADE_UP, Ground, made_up, region_of
from tripplan.records.region import Region
from tripplan.records.vehicle import catalogue

GROUP: Final = 6
"""So many trips in a row share region, car and conditions, which take long to make ready."""
_NOT_PLANNED = ("generic-nev",)
_FURTHEST_KM = 700.0


@dataclass(frozen=True)
class Scheme:
    """What a campaign draws from."""

    seed: int
    regions: tuple[str, ...] = ("starter", "starter-illustrative", MADE_UP)
    """Names and folders of regions, in turn; `made_up`: small worlds."""
    vehicles: tuple[str, ...] = ()
    """Ids of cars; none: the whole catalogue."""


def group(scheme: Scheme, number: int) -> Iterator[tuple[Case, np.random.Generator]]:
    """Draw the trips of a group, each with what its checks are drawn with.

    Parameters
    ----------
    scheme
        What is drawn from.
    number
        Which group.
    """
    rng = np.random.default_rng([scheme.seed, number])
    name = scheme.regions[number % len(scheme.regions)]
    if name == MADE_UP:
        sites = int(rng.integers(4, 26))
        nodes = int(rng.integers(sites + 4, sites + 50))
        name = made_up(int(rng.integers(1_000_000)), nodes, sites, int(rng.integers(150, 600)))
    ground = Ground(name)
    cars = scheme.vehicles or tuple(car for car in catalogue() if car not in _NOT_PLANNED)
    shared = Case(
        ground=ground,
        vehicle=str(rng.choice(cars)),
        trip=_shared(rng),
        soh=None if rng.uniform() < 0.6 else round(float(rng.uniform(0.6, 1.0)), 2),
        heat=bool(rng.uniform() < 0.75),
    )
    region = region_of(ground)
    few = region.network.node_count <= 25
    for k in range(GROUP):
        own = np.random.default_rng([scheme.seed, number, k])
        exact = few and bool(own.uniform() < 0.3)
        yield replace(shared.wish(**_own(own, region)), exact=exact), own


def _shared(rng: np.random.Generator) -> dict[str, Any]:
    """Draw what roads and drives depend on."""
    conditions: dict[str, Any] = {
        "ambient_c": float(rng.choice([-20, -10, 0, 10, 20, 20, 30, 38, 45]))
    }
    if rng.uniform() < 0.3:
        conditions |= {"wind_mps": float(rng.choice([3, 8, 15]))}
        if rng.uniform() < 0.5:
            conditions["wind_from_deg"] = float(rng.integers(360))
    weather: tuple[tuple[float, str, list[Any]], ...] = (
        (0.2, "road", ["wet", "snow"]),
        (0.3, "cabin", ["preheated", "off"]),
        (0.2, "payload_kg", [0, 300, 500]),
        (0.1, "roof_box", [True]),
    )
    for share, field, values in weather:
        if rng.uniform() < share:
            conditions[field] = rng.choice(values).item()
    trip: dict[str, Any] = {"conditions": conditions}
    for share, field, values in (
        (0.12, "max_speed_kmh", [80.0, 100.0, 120.0]),
        (0.25, "slow_down_to", [0.6, 0.9, 1.0]),
        (0.1, "pack_start_c", [-5.0, 20.0, 35.0]),
    ):
        if rng.uniform() < share:
            trip[field] = float(rng.choice(values))
    if rng.uniform() < 0.1:
        trip["avoid"] = [str(rng.choice(["motorway", "toll", "ferry", "tunnel"]))]
    return trip


def _own(rng: np.random.Generator, region: Region) -> dict[str, Any]:
    """Draw what belongs to one trip."""
    origin, destination = _ends(rng, region)
    trip: dict[str, Any] = {
        "origin": origin,
        "destination": destination,
        "departure_soc": round(float(rng.choice([0.9, 1.0, rng.uniform(0.35, 1.0)])), 3),
        **_wishes(rng),
    }
    if rng.uniform() < 0.5:
        trip["waypoints"] = _waypoints(rng, region)
    if rng.uniform() < 0.45:
        day, minute = int(rng.integers(1, 8)), int(rng.integers(24 * 60))
        trip["departure"] = f"2026-06-{day:02d}T{minute // 60:02d}:{minute % 60:02d}"
        if rng.uniform() < 0.08:
            trip["ambient_by_hour"] = [[6.0, -5.0], [14.0, float(rng.choice([5, 30]))]]
    trip |= _seldom(rng, region, origin)
    sites = [site.id for site in region.chargers.chargers]
    if sites and rng.uniform() < 0.15:
        trip["via_chargers"] = _some(rng, sites, int(rng.integers(1, 3)))
    chargers: dict[str, Any] = {}
    if rng.uniform() < 0.08:
        chargers["min_power_kw"] = float(rng.choice([20, 50, 100]))
    required = trip.get("via_chargers", [])
    if sites and rng.uniform() < 0.15:
        banned = _some(rng, sites, max(1, len(sites) // int(rng.integers(2, 10))))
        chargers["banned"] = [one for one in banned if one not in required][:40]
    if rng.uniform() < 0.05:
        chargers["keep_unknown"] = False
    return trip | ({"chargers": chargers} if chargers else {})


def _seldom(rng: np.random.Generator, region: Region, origin: dict[str, float]) -> dict[str, Any]:
    """Draw what few trips have."""
    drawn: dict[str, Any] = {}
    if rng.uniform() < 0.03:
        drawn["arrive_with_probability"] = float(rng.choice([0.8, 0.95]))
    if rng.uniform() < 0.05:
        drawn["closed"] = [at(*_node(rng, region))]
    if rng.uniform() < 0.02:
        drawn["destination"] = origin
    if rng.uniform() < 0.02:
        drawn["waypoints"] = [{"place": origin, "dwell_s": 600.0, "charger_kw": 11.0}]
    return drawn


def _some(rng: np.random.Generator, of: Sequence[str], count: int) -> list[str]:
    chosen = rng.choice(len(of), min(count, len(of)), replace=False)
    return [of[k] for k in chosen.tolist()]


def _wishes(rng: np.random.Generator) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    wishes: tuple[tuple[float, str, list[Any]], ...] = (
        (0.1, "most_stops", [0, 1, 2, 3, 5]),
        (0.12, "longest_stop_s", [300.0, 600.0, 900.0, 1800.0, 3600.0]),
        (0.1, "least_charge_soc", [0.02, 0.05, 0.1, 0.2, 0.4]),
        (0.2, "reserve_soc", [0.0, 0.05, 0.15, 0.2]),
        (0.2, "arrival_soc", [0.0, 0.1, 0.3, 0.6, 0.9]),
        (0.2, "charge_limit_soc", [0.6, 0.8, 0.9]),
        (0.2, "stop_overhead_s", [0.0, 60.0, 900.0]),
        (0.35, "objective", ["energy", "money", "stops"]),
    )
    for share, field, values in wishes:
        if rng.uniform() < share:
            drawn[field] = rng.choice(values).item()
    if drawn.get("objective") == "money" and rng.uniform() < 0.5:
        drawn["prices"] = {
            "value_of_time_per_h": float(rng.choice([0, 2, 50])),
            "home_price_per_kwh": float(rng.choice([0, 0.25, 0.6])),
        }
    if drawn.get("objective") == "energy" and rng.uniform() < 0.5:
        drawn["hour_worth_kwh"] = float(rng.choice([0.5, 3.0]))
    return drawn


def _node(rng: np.random.Generator, region: Region) -> tuple[float, float]:
    """Draw a place: a node, or now and then one where a charger is."""
    network = region.network
    if len(region.chargers) and rng.uniform() < 0.15:
        node = int(rng.choice(region.chargers.node))
    else:
        node = int(rng.integers(network.node_count))
    return float(network.lat[node]), float(network.lon[node])


def _apart_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = 111.2 * (one[0] - other[0])
    east = 111.2 * (one[1] - other[1]) * np.cos(np.radians(one[0]))
    return float(np.hypot(north, east))


def _ends(rng: np.random.Generator, region: Region) -> tuple[dict[str, float], dict[str, float]]:
    """Draw two places, some wished way apart."""
    wanted_km = float(rng.uniform(0.0, _FURTHEST_KM))
    here = _node(rng, region)
    others = [_node(rng, region) for _ in range(80)]
    there = min(others, key=lambda other: abs(_apart_km(here, other) - wanted_km))
    return at(*here), at(*there)


def _waypoints(rng: np.random.Generator, region: Region) -> list[dict[str, Any]]:
    found = []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        waypoint: dict[str, Any] = {"place": at(*_node(rng, region))}
        dwell_s = float(rng.choice([0, 0, 600, 1800, 3600, 28_800]))
        plug_kw = float(rng.choice([0, 0, 0, 2.3, 7, 11, 50]))
        found.append(waypoint | {"dwell_s": dwell_s, "charger_kw": plug_kw})
    return found
