"""Plans for the audit: random worlds with winding roads, tolls, hours, prices and many plugs.

Each is made by the planner; nothing in them is tampered with.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.network import FLAG_TOLL, RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Waypoint

PRICES = ("", "0,49 EUR/kWh", "$0.30/kWh", "0.10 EUR/min + 1 EUR/session", "by agreement", "free")
HOURS = (None, "24/7", "Mo-Su 06:00-23:00")
PIECES = 12
DEPARTURE = "2026-06-10T08:00"
"""A Wednesday."""
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"departure": DEPARTURE, "conditions": {"ambient_c": 8.0, "wind_mps": 4.0}},
    {"objective": "money", "prices": {"currency": "EUR"}},
    {"objective": "energy", "avoid": ("toll",)},
    {"objective": "stops", "chargers": {"adapters": ("CHADEMO:CCS1:40",)}},
    {"conditions": {"ambient_c": 36.0}, "max_speed_kmh": 95.0},
    {"arrive_with_probability": 0.9, "charge_limit_soc": 0.9},
    {"fallback": "required"},
    {"fallback": "required", "chargers": {"adapters": ("CHADEMO:CCS1:40",)}},
    {"fallback": "required", "departure": DEPARTURE},
    {"fallback": "required", "conditions": {"ambient_c": 5.0}},
)


@dataclass(frozen=True)
class Made:
    """A plan, where it was made, and how."""

    plan: Plan
    region: Region
    settings: Settings


def world(seed: int) -> Region:
    """Draw a region of two-way roads that wind and climb unevenly, with chargers that differ."""
    plain = hilly_region(seed, nodes=45, chargers=14, size_km=260.0)
    rng = np.random.default_rng(seed)
    sites = tuple(_site(site, rng) for site in plain.chargers.chargers)
    network = _winding(plain.network, rng)
    return replace(plain, network=network, chargers=ChargerSet(sites, plain.chargers.node))


def _site(site: Charger, rng: np.random.Generator) -> Charger:
    power_kw = float(rng.choice([50.0, 100.0]))
    plugs = [Connector("CCS1", power_kw, count=2), Connector("CHADEMO", 50.0)]
    return replace(
        site,
        connectors=tuple(plugs[: int(rng.integers(1, 3))] if rng.random() < 0.8 else plugs[1:]),
        opening_hours=HOURS[int(rng.integers(len(HOURS)))],
        price=PRICES[int(rng.integers(len(PRICES)))],
        stalls=int(rng.integers(2, 9)),
        operator=str(rng.choice(["Fulmine", "Gewitter AG", ""])),
        access="public",
        operation="in_service",
    )


def _winding(net: RoadNetwork, rng: np.random.Generator) -> RoadNetwork:
    """Give each arc two points between its ends and some pieces of grade; some cost a toll."""
    tail, head = net.tail, net.head
    first, last = np.minimum(tail, head), np.maximum(tail, head)
    bend = ((first * 7 + last * 13) % 11 - 5) / 100.0
    forth = tail == first
    steps = np.array([1.0 / 3.0, 2.0 / 3.0])
    shapes = []
    for column, across_ in ((net.lat, net.lon), (net.lon, net.lat)):
        side = bend * (across_[last] - across_[first]) * (1.0 if column is net.lat else -1.0)
        line = column[first][:, None] + (column[last] - column[first])[:, None] * steps
        line += side[:, None]
        line[~forth] = line[~forth, ::-1]
        shapes.append(line.ravel())
    rise = net.elevation_m[head] - net.elevation_m[tail]
    # Up too far, and down again: the heights of a third of a sine wave beside the even grade.
    along = np.linspace(0.0, 1.0, PIECES + 1)
    lift = np.diff(along + 0.3 * np.sin(2.0 * np.pi * along))
    pieces = np.repeat(net.length_m[:, None] / PIECES, PIECES, axis=1)
    rises = np.where(forth[:, None], lift, lift[::-1]) * rise[:, None]
    arcs = net.arc_count
    return RoadNetwork.from_arcs(
        lat=net.lat,
        lon=net.lon,
        elevation_m=net.elevation_m,
        tail=tail,
        head=head,
        length_m=net.length_m,
        speed_kmh=net.speed_kmh,
        speed_limit_kmh=net.speed_limit_kmh,
        flags=np.where(rng.random(arcs) < 0.1, FLAG_TOLL, 0),
        shapes=(np.arange(arcs + 1) * 2, shapes[0], shapes[1]),
        pieces=(np.arange(arcs + 1) * PIECES, pieces.ravel(), rises.ravel()),
    )


def honest_plans(seed: int) -> Iterator[Made]:
    """Plan several trips across a world; those that cannot be done are left out.

    Parameters
    ----------
    seed
        Which world.
    """
    region, rng = world(seed), np.random.default_rng(seed)
    settings = Settings()
    planner = Planner(region, settings)
    for number, wishes in enumerate(WISHES):
        more: dict[str, Any] = {}
        if number % 2:
            more["waypoints"] = _waypoints(region, rng)
        if number % 3 == 2:
            fits = [s for s in region.chargers.chargers if s.connectors[0].standard == "CCS1"]
            more["via_chargers"] = (fits[int(rng.integers(len(fits)))].id,)
        try:
            plan = planner.plan(across(region, **wishes, **more), car())
        except NoPlanError:
            continue
        yield Made(plan, region, settings)


def _waypoints(region: Region, rng: np.random.Generator) -> tuple[Waypoint, ...]:
    net = region.network
    west_to_east = np.argsort(net.lon)[5:-5]
    nodes = np.sort(rng.choice(west_to_east.size, 2, replace=False))
    places = [
        Place(lat=float(net.lat[k]) + 1e-3, lon=float(net.lon[k]), name=f"Place {k}")
        for k in west_to_east[nodes]
    ]
    stays: tuple[dict[str, float], ...] = (
        {"dwell_s": 5400.0, "charger_kw": 11.0},
        {"dwell_s": 1800.0},
    )
    return tuple(Waypoint(place=p, **stay) for p, stay in zip(places, stays, strict=True))
