"""What is planned on: regions made from the shared data, kept ready-made in the cache folder.

`colorado` has the topology of real roads (TIGER), but its lengths, speeds, coordinates and heights
are synthetic: it shows speed, never a plan.  The networks of TravelMapping have real roads without
ramps or streets.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from measure import CACHE, shared
from tripplan.arrays import Ints
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import Vehicle, catalogue
from tripplan.routing.ordering import inertial_order
from tripplan.sources.build import build_region
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.chargers.tables import read_charger_csv
from tripplan.sources.store import load_region, save_region

POWERS_KW = (50.0, 100.0, 150.0)
STANDARDS = ("CHADEMO", "CCS1", "CCS2", "NACS")
_RAISED_M = 1000.0
"""The synthetic heights reach below what counts as possible; air is thinner with it, no more."""
_EARTH_KM = 6371.0
_REACH_KM = 3.0


@cache
def colorado_roads() -> RoadNetwork:
    """Return the 435,666 nodes of g_col.npz as a network; one piece of even grade an arc."""
    with np.load(shared("graphs/g_col.npz")) as data:
        length_m = data["len_m"].astype(np.float64)
        speed_kmh = length_m / (data["t_ms"] / 1000.0) * 3.6
        return RoadNetwork.from_arcs(
            lat=data["lat"],
            lon=data["lon"],
            elevation_m=data["z"].astype(np.float64) + _RAISED_M,
            tail=data["tail"],
            head=data["head"],
            length_m=length_m,
            speed_kmh=speed_kmh,
            speed_limit_kmh=speed_kmh,
        )


@cache
def colorado_order() -> Ints:
    """Return the order of its nodes, kept in the cache folder."""
    path = CACHE / "g_col_order.npy"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        np.save(path, inertial_order(colorado_roads()))
    return np.asarray(np.load(path), dtype=np.int32)


def colorado(chargers: int, seed: int = 7) -> Region:
    """Return it with chargers at random nodes, as many of each power."""
    return with_chargers("g_col", colorado_roads(), colorado_order(), chargers, seed)


def with_chargers(
    name: str, roads: RoadNetwork, order: Ints | None, count: int, seed: int
) -> Region:
    """Put chargers at random nodes of a network, of powers by turns, with plugs for every car."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(roads.node_count, count, replace=False).astype(np.int32)
    return _at_nodes(name, roads, order, chosen)


def with_a_town(name: str, roads: RoadNetwork, order: Ints | None, count: int) -> Region:
    """Put chargers at 100 random nodes, and the others at the 40 nodes round one of them."""
    rng = np.random.default_rng(7)
    spread = rng.choice(roads.node_count, 100, replace=False)
    centre = spread[0]
    away = np.hypot(roads.lat - roads.lat[centre], roads.lon - roads.lon[centre])
    town = rng.choice(np.argsort(away)[:40], count - spread.size)
    chosen = np.concatenate([spread, town]).astype(np.int32)
    return _at_nodes(name, roads, order, chosen)


TOWN = (48.137, 11.575)
"""Where the town of `alps_with_a_town` lies [deg]."""
_TOWN_KM = 4.0
"""Standard deviation of its chargers to the north and to the east."""
_TOWN_POWERS_KW = (50.0, 60.0, 75.0, 100.0, 120.0, 150.0, 180.0, 250.0, 300.0, 350.0)


def alps_with_a_town(spread: int, town: int) -> Region:
    """Return the Alps with chargers near random nodes, and others in one town on its through roads.

    Each stands on the road nearest to it, at a place of its own.
    """
    return _kept(f"alps_town_{spread}_{town}", lambda: _built_with_a_town(spread, town))


def _built_with_a_town(spread: int, town: int) -> Region:
    rng = np.random.default_rng(5)
    roads = roads_only("alps").network
    nodes = rng.choice(roads.node_count, spread)
    km = _TOWN_KM * rng.standard_normal((2, town))
    north, east = np.degrees(km / _EARTH_KM)
    away = 0.01 * rng.standard_normal((2, spread))
    lat = np.concatenate([roads.lat[nodes] + away[0], TOWN[0] + north])
    lon = np.concatenate([roads.lon[nodes] + away[1], TOWN[1] + east / np.cos(np.radians(TOWN[0]))])
    rows = ["id,name,lat,lon,connectors,operator,date"]
    for k, kw in enumerate(rng.choice(_TOWN_POWERS_KW, spread + town)):
        rows.append(f"c{k},charger {k},{lat[k]:.6f},{lon[k]:.6f},CCS2:{kw:g}:2,made up,2026-01-01")
    return build_region(
        shared("highways/tm_alps.osm.pbf"),
        elevation=shared("elevation/globe_alps_30arcsec.npz"),
        chargers=[read_charger_csv("\n".join(rows), source="made up")],
        name=f"alps_town_{spread}_{town}",
        charger_reach_km=_REACH_KM,
    )


def trips_by_the_town(
    roads: RoadNetwork, seed: int, *, least_km: float, most_km: float, ambient_c: float
) -> Iterator[Trip]:
    """Yield random trips for which the town lies next to the way, without end."""
    trips = random_trips(roads, seed, least_km=least_km, most_km=most_km, ambient_c=ambient_c)
    for trip in trips:
        one, other = ((p.lat, p.lon) for p in (trip.origin, trip.destination))
        legs = _apart_km(one, TOWN), _apart_km(TOWN, other)
        if sum(legs) <= _NEXT_TO * _apart_km(one, other) and min(legs) >= _OUTSIDE_KM:
            yield trip


_NEXT_TO, _OUTSIDE_KM = 1.08, 60.0


def _at_nodes(name: str, roads: RoadNetwork, order: Ints | None, nodes: Ints) -> Region:
    sites = tuple(
        Charger(
            id=f"random:{k}",
            name=f"charger {k}",
            lat=float(roads.lat[node]),
            lon=float(roads.lon[node]),
            connectors=tuple(Connector(s, POWERS_KW[k % len(POWERS_KW)]) for s in STANDARDS),
            status="illustrative",
            source="random",
        )
        for k, node in enumerate(nodes)
    )
    return Region(name, roads, ChargerSet(sites, nodes), Gazetteer(()), order=order)


def alps() -> Region:
    """Return the Alps with GLOBE heights and the European chargers."""
    return _kept("alps", lambda: _built("alps", elevation="elevation/globe_alps_30arcsec.npz"))


def europe() -> Region:
    """Return Europe, level, with the European chargers."""
    return _kept("europe", lambda: _built("europe"))


def rnv() -> Region:
    """Return the streets of the Rhine-Neckar area, level, with chargers at random nodes."""
    roads = _kept("rnv_roads", lambda: build_region(shared("osm/rnv.osm.pbf"), name="rnv"))
    return with_chargers("rnv", roads.network, roads.order, 40, seed=7)


def roads_only(name: str) -> Region:
    """Return a level highway network of the shared data without chargers."""
    return _kept(
        f"{name}_roads", lambda: build_region(shared(f"highways/tm_{name}.osm.pbf"), name=name)
    )


def _built(name: str, elevation: str | None = None) -> Region:
    return build_region(
        shared(f"highways/tm_{name}.osm.pbf"),
        elevation=shared(elevation) if elevation else None,
        chargers=[_superchargers()],
        name=name,
        charger_reach_km=_REACH_KM,
    )


def _superchargers() -> ChargerReading:
    """Read Tesla's European list as a table; the plugs of all its sites are CCS2."""
    rows = ["id,name,lat,lon,connectors,operator,date"]
    for site in json.loads(shared("chargers/tesla_europe_all_superchargers.json").read_bytes())[
        "locations"
    ]:
        lat, lon = site["gps"]["lat"], site["gps"]["lon"]
        plug = f"CCS2:{site.get('maxPowerKw') or ''}:{site.get('stalls') or ''}"
        name = site["name"].replace(",", " ")
        rows.append(f'"{lat:.6f},{lon:.6f}",{name},{lat},{lon},{plug},Tesla,{site["filedate"]}')
    return read_charger_csv("\n".join(rows), source="Tesla site list")


def _kept(name: str, build: Callable[[], Region]) -> Region:
    """Load a region from the cache folder, or build it and put it there."""
    folder = CACHE / name
    if not folder.exists():
        shared("highways")
        unfinished = CACHE / f"{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        save_region(build(), unfinished)
        unfinished.rename(folder)
    return load_region(folder)


def place(roads: RoadNetwork, node: int) -> Place:
    """Return the place of a node."""
    return Place(lat=float(roads.lat[node]), lon=float(roads.lon[node]))


def kilometres(roads: RoadNetwork, one: int, other: int) -> float:
    """Great-circle distance of two nodes."""
    ends = ((float(roads.lat[node]), float(roads.lon[node])) for node in (one, other))
    return _apart_km(*ends)


def _apart_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two points, each as latitude and longitude [km]."""
    lat_1, lat_2 = np.radians((one[0], other[0]))
    turn = np.radians(other[1] - one[1])
    cosine = np.sin(lat_1) * np.sin(lat_2) + np.cos(lat_1) * np.cos(lat_2) * np.cos(turn)
    return float(_EARTH_KM * np.arccos(np.clip(cosine, -1.0, 1.0)))


def random_trips(
    roads: RoadNetwork,
    seed: int,
    *,
    least_km: float = 0.0,
    most_km: float = np.inf,
    ambient_c: float = 20.0,
) -> Iterator[Trip]:
    """Yield trips between random nodes, without end."""
    rng = np.random.default_rng(seed)
    conditions = Conditions(ambient_c=ambient_c)
    while True:
        one, other = rng.integers(0, roads.node_count, 2).tolist()
        if least_km <= kilometres(roads, one, other) <= most_km:
            yield Trip(
                origin=place(roads, one), destination=place(roads, other), conditions=conditions
            )


def car(name: str, *, usable_kwh: float | None = None, plug: str | None = None) -> Vehicle:
    """Return a car of the catalogue, with another battery size or one more kind of plug."""
    found = catalogue()[name]
    if usable_kwh is not None:
        sizes = {"nominal_kwh": usable_kwh, "gross_kwh": usable_kwh}
        found = found.model_copy(update={"battery": found.battery.model_copy(update=sizes)})
    if plug is not None:
        found = found.model_copy(update={"connectors": (*found.connectors, plug)})
    return found
