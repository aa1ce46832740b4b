"""Pieces of constant grade cost a car what the ground itself does."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tests.samples.worlds import car
from tripplan.arrays import Floats
from tripplan.records.network import ROAD_CLASSES, RoadNetwork
from tripplan.records.trip import Conditions
from tripplan.sources.elevation.profile import ElevationReport, open_elevation, with_elevation
from tripplan.sources.osm.network import read_osm
from tripplan.units import KMH_PER_MPS, M_PER_DEGREE, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

SHARED = Path(os.environ.get("TRIPPLAN_SHARED", Path(__file__).parents[2] / ".." / "shared"))
DATA = SHARED if (SHARED / "elevation").is_dir() else SHARED / "data"
ANDORRA = DATA / "osm" / "andorra-latest.osm.pbf"
LAT, LON = 46.0, 8.0
M_PER_LON = M_PER_DEGREE * float(np.cos(np.radians(LAT)))
AIR_C = 20.0
CAR = ConditionedVehicle.under(car(), Conditions(ambient_c=AIR_C))


def energy_kwh(length_m: Floats, rise_m: Floats, height_m: Floats, speed_kmh: Floats) -> Floats:
    """Battery energy of stretches of constant grade and speed."""
    power_kw = CAR.motion_kw(
        speed_kmh / KMH_PER_MPS,
        rise_m / length_m,
        np.zeros(length_m.size),
        CAR.air_density_kg_per_m3(height_m),
    )
    time_s = length_m / (speed_kmh / KMH_PER_MPS)
    return np.asarray((power_kw + CAR.vehicle.auxiliary_kw) * time_s / S_PER_H)


def arc_energy_kwh(roads: RoadNetwork) -> Floats:
    """Battery energy of every arc, piece by piece."""
    arc = np.repeat(np.arange(roads.arc_count), np.diff(roads.piece_first))
    # Height at the middle of each piece, for the density of the air.
    climbed = np.cumsum(roads.piece_rise_m) - roads.piece_rise_m
    start = roads.elevation_m[roads.tail][arc] + climbed - climbed[roads.piece_first[:-1]][arc]
    height = start + 0.5 * roads.piece_rise_m
    energy = energy_kwh(roads.piece_length_m, roads.piece_rise_m, height, roads.speed_kmh[arc])
    return np.asarray(np.bincount(arc, energy, roads.arc_count))


def random_routes(roads: RoadNetwork, count: int, seed: int) -> list[NDArray[np.int64]]:
    """Quickest routes between random nodes, of ten arcs or more."""
    quickest: dict[tuple[int, int], int] = {}
    time_s = roads.length_m / roads.speed_kmh
    ends = list(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))
    for arc in np.argsort(-time_s):
        quickest[ends[arc]] = int(arc)
    chosen = np.array(list(quickest.values()))
    graph = csr_array(
        (time_s[chosen], (roads.tail[chosen], roads.head[chosen])),
        shape=(roads.node_count, roads.node_count),
    )
    rng = np.random.default_rng(seed)
    routes: list[NDArray[np.int64]] = []
    while len(routes) < count:
        start = int(rng.integers(roads.node_count))
        before = dijkstra(graph, indices=[start], return_predecessors=True)[1][0]
        node, route = int(rng.integers(roads.node_count)), []
        while before[node] >= 0:
            route.append(quickest[int(before[node]), node])
            node = int(before[node])
        if len(route) >= 10:
            routes.append(np.array(route[::-1]))
    return routes


class Hills:
    """Smooth random hills, waves of 1.2 km and more, up to some hundred metres."""

    name = "hills"
    resolution_m = 90.0

    def __init__(self, seed: int, steepness: float) -> None:
        rng = np.random.default_rng(seed)
        number = 2 * np.pi / rng.uniform(1200.0, 9000.0, 30)
        turn = rng.uniform(0.0, 2 * np.pi, 30)
        self._north, self._east = number * np.cos(turn), number * np.sin(turn)
        self._high = steepness / number / np.sqrt(15.0)
        self._phase = rng.uniform(0.0, 2 * np.pi, 30)

    def sample(self, lat: ArrayLike, lon: ArrayLike) -> Floats:
        """Heights by the formula."""
        north = (np.asarray(lat, np.float64) - LAT)[..., None] * M_PER_DEGREE
        east = (np.asarray(lon, np.float64) - LON)[..., None] * M_PER_LON
        waves = np.sin(self._north * north + self._east * east + self._phase)
        return np.asarray(800.0 + waves @ self._high)


def country(seed: int, side: int = 14, spacing_m: float = 700.0) -> RoadNetwork:
    """Return a jumbled grid of straight roads, both ways, at 30 to 110 km/h."""
    rng = np.random.default_rng(seed)
    row, col = (values.ravel() for values in np.mgrid[0:side, 0:side])
    north = spacing_m * (row + rng.uniform(-0.3, 0.3, row.size))
    east = spacing_m * (col + rng.uniform(-0.3, 0.3, row.size))
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    speed = rng.uniform(30.0, 110.0, tail.size)
    return RoadNetwork.from_arcs(
        lat=LAT + north / M_PER_DEGREE,
        lon=LON + east / M_PER_LON,
        elevation_m=np.zeros(row.size),
        tail=np.concatenate([tail, head]),
        head=np.concatenate([head, tail]),
        length_m=np.tile(np.hypot(north[tail] - north[head], east[tail] - east[head]), 2),
        speed_kmh=np.tile(speed, 2),
        speed_limit_kmh=np.tile(speed, 2),
        road_class=np.full(2 * tail.size, ROAD_CLASSES.index("service")),
    )


def ground_energy_kwh(roads: RoadNetwork, ground: Hills, step_m: float = 5.0) -> Floats:
    """Integrate along every straight arc over the formula itself, by short steps."""
    energy = np.empty(roads.arc_count)
    for arc, (tail, head) in enumerate(zip(roads.tail, roads.head, strict=True)):
        steps = int(np.ceil(roads.length_m[arc] / step_m))
        share = np.linspace(0.0, 1.0, steps + 1)
        height = ground.sample(
            roads.lat[tail] + share * (roads.lat[head] - roads.lat[tail]),
            roads.lon[tail] + share * (roads.lon[head] - roads.lon[tail]),
        )
        length = np.full(steps, roads.length_m[arc] / steps)
        speed = np.full(steps, roads.speed_kmh[arc])
        middle = 0.5 * (height[1:] + height[:-1])
        energy[arc] = energy_kwh(length, np.diff(height), middle, speed).sum()
    return energy


@pytest.mark.parametrize("steepness", [0.01, 0.03, 0.06])
def test_routes_over_hills_cost_what_the_ground_itself_costs(steepness: float) -> None:
    roads, ground = country(1), Hills(2, steepness)
    found, report = with_elevation(roads, ground)
    truth, energy = ground_energy_kwh(found, ground), arc_energy_kwh(found)
    sums = np.array(
        [(truth[route].sum(), energy[route].sum()) for route in random_routes(found, 200, 3)]
    )
    # Net energy can be near nothing on the way down: 2 % of it or 20 Wh, whichever is more.
    off = np.abs(sums[:, 1] - sums[:, 0])
    assert np.all(off <= np.maximum(0.02 * np.abs(sums[:, 0]), 0.02))
    assert report.pieces < 0.6 * report.length_km * 2 * 1000.0 / report.step_m


def noise_raster(tmp_path: Path, sd_m: float) -> Path:
    rng = np.random.default_rng(4)
    np.savez(
        tmp_path / "noise.npz",
        elevation_m=rng.normal(0.0, sd_m, (400, 400)),
        north=LAT + 0.2,
        west=LON - 0.1,
        step_deg=1 / 1200,
    )
    return tmp_path / "noise.npz"


def test_noise_alone_makes_almost_no_climbs_and_costs_almost_nothing(tmp_path: Path) -> None:
    roads = country(5)
    found, report = with_elevation(roads, open_elevation(noise_raster(tmp_path, 3.0)))
    assert report.climb_raster_m_per_km > 10.0
    assert report.climb_m_per_km < 0.15 * report.climb_raster_m_per_km
    flat, energy = arc_energy_kwh(roads), arc_energy_kwh(found)
    excess = [
        energy[route].sum() / flat[route].sum() - 1.0 for route in random_routes(found, 200, 6)
    ]
    assert abs(np.mean(excess)) < 0.01
    assert report.worst_grade < 0.03


@cache
def andorra() -> tuple[RoadNetwork, RoadNetwork, ElevationReport]:
    """Andorra at full resolution and in few pieces."""
    roads = read_osm(ANDORRA).network
    raster = open_elevation(DATA / "elevation")
    full, _ = with_elevation(roads, raster, simplify=False)
    return (full, *with_elevation(roads, raster))


needs_andorra = pytest.mark.skipif(
    not ANDORRA.exists(), reason=f"no {ANDORRA.name} with SRTM tiles at {DATA}"
)


@needs_andorra
def test_routes_in_andorra_cost_what_full_resolution_costs() -> None:
    full, found, report = andorra()
    assert report.pieces < 0.6 * full.piece_length_m.size
    truth, energy = arc_energy_kwh(full), arc_energy_kwh(found)
    sums = np.array(
        [(truth[route].sum(), energy[route].sum()) for route in random_routes(found, 200, 7)]
    )
    # Up and down can add up to nothing: 2 % of the net energy or 5 Wh, whichever is more.
    off = np.abs(sums[:, 1] - sums[:, 0])
    assert np.all(off <= np.maximum(0.02 * np.abs(sums[:, 0]), 0.005))
    assert np.median(off / np.abs(sums[:, 0])) < 0.001


def shortest(roads: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> Any:
    """Arcs of the quickest way between the nodes nearest to two positions."""
    ends = [
        int(np.argmin(np.hypot(roads.lat - lat, (roads.lon - lon) * np.cos(np.radians(lat)))))
        for lat, lon in (start, end)
    ]
    time_s = roads.length_m / roads.speed_kmh
    graph = csr_array((time_s, (roads.tail, roads.head)), shape=(roads.node_count,) * 2)
    before = dijkstra(graph, indices=[ends[0]], return_predecessors=True)[1][0]
    node, route = ends[1], []
    while before[node] >= 0:
        between = np.flatnonzero((roads.tail == before[node]) & (roads.head == node))
        route.append(int(between[np.argmin(time_s[between])]))
        node = int(before[node])
    return np.array(route[::-1])


@needs_andorra
def test_the_climb_to_port_d_envalira_and_the_descent() -> None:
    _, roads, _ = andorra()
    town, top, border = (42.5078, 1.5211), (42.5400, 1.7190), (42.5427, 1.7332)
    energy = arc_energy_kwh(roads)
    up, down = shortest(roads, town, top), shortest(roads, top, border)
    rise = roads.elevation_m[roads.head[up[-1]]] - roads.elevation_m[roads.tail[up[0]]]
    fall = roads.elevation_m[roads.tail[down[0]]] - roads.elevation_m[roads.head[down[-1]]]
    # Published: the pass 2,408 m, Andorra la Vella 1,023 m, Pas de la Casa 2,080 m.
    assert roads.elevation_m[roads.head[up[-1]]] == pytest.approx(2408.0, abs=10.0)
    assert rise == pytest.approx(2408 - 1023, abs=40.0)
    assert fall == pytest.approx(2408 - 2080, abs=40.0)
    weight_kwh_per_m = CAR.lift_kwh(1.0)
    # No car climbs for less than its weight asks, nor gains more than its weight gives.
    assert energy[up].sum() > weight_kwh_per_m * rise / CAR.vehicle.drive_efficiency
    assert energy[up].sum() < 2.2 * weight_kwh_per_m * rise / CAR.vehicle.drive_efficiency
    assert -weight_kwh_per_m * fall * CAR.vehicle.regen_efficiency < energy[down].sum() < 0.0
