"""What lies around the route: roads and town names for a map that needs no network.

Arrays in, short lists out; nothing here knows the map library.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tripplan.answer import Plan
from tripplan.region import Charger, GazetteerEntry, Region, RoadNetwork
from tripplan.render.lines import simplify
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

Floats = NDArray[np.float64]

POINT_LIMIT = 12_000
"""Points of all drawn roads together; where there are more, slower roads stay away."""
MAJOR_KMH = 85.0
"""Roads with at least this limit are drawn as major ones (about 55 mph)."""
TOWN_LIMIT = 90
NEAR_KM = 8.0
"""Towns this near to the route go first."""
CHARGER_LIMIT = 150
CHARGER_KM = 20.0
ZOOMS = range(4, 13)
_KM_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M / M_PER_KM
_TILE_PX = 256.0


@dataclass(frozen=True)
class Bounds:
    """A box on the map, degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, lat: Floats, lon: Floats) -> NDArray[np.bool_]:
        """Tell which points lie inside, shape of the columns."""
        inside = (lat >= self.south) & (lat <= self.north)
        return np.asarray(inside & (lon >= self.west) & (lon <= self.east))

    @property
    def diagonal_km(self) -> float:
        """Length of the diagonal."""
        width = (self.east - self.west) * math.cos(math.radians(0.5 * (self.south + self.north)))
        return math.hypot(width, self.north - self.south) * _KM_PER_DEGREE


@dataclass(frozen=True)
class Road:
    """A line to draw."""

    points: tuple[tuple[float, float], ...]
    """(latitude, longitude), degrees."""
    major: bool


@dataclass(frozen=True)
class Label:
    """A town's name on the map."""

    text: str
    lat: float
    lon: float
    zoom: int
    """Zoom level from which there is room for it."""


def route_bounds(plan: Plan) -> Bounds:
    """Return the box around the route, the stops and both ends."""
    trip = plan.trip
    lat = [trip.origin.lat, trip.destination.lat, *(stop.lat for stop in plan.stops)]
    lon = [trip.origin.lon, trip.destination.lon, *(stop.lon for stop in plan.stops)]
    for leg in plan.legs:
        lat += leg.trace.lat
        lon += leg.trace.lon
    return Bounds(min(lat), min(lon), max(lat), max(lon))


def widened(box: Bounds) -> Bounds:
    """Return a box with room around it: 3/4 of the longer side, at least 0.25 degrees."""
    margin = max(0.25, 0.75 * max(box.north - box.south, box.east - box.west))
    return Bounds(
        max(box.south - margin, -85.0),
        max(box.west - margin, -180.0),
        min(box.north + margin, 85.0),
        min(box.east + margin, 180.0),
    )


def roads_near(network: RoadNetwork, box: Bounds) -> tuple[Road, ...]:
    """Return the roads of a box as few simplified lines, the fastest ones where there are many."""
    lat, lon = network.lat, network.lon
    tail, head = network.tail, network.head
    inside = box.holds(lat, lon)
    arcs = np.flatnonzero(inside[tail] & inside[head] & (tail != head))
    ends = np.sort(np.column_stack([tail[arcs], head[arcs]]), axis=1)
    edges, first = np.unique(ends, axis=0, return_index=True)
    limit_kmh = network.speed_limit_kmh[arcs[first]]
    tolerance = box.diagonal_km / _KM_PER_DEGREE / 2500.0
    stretch = math.cos(math.radians(0.5 * (box.south + box.north)))
    roads: tuple[Road, ...] = ()
    for floor_kmh in (0.0, 50.0, 70.0, MAJOR_KMH, 100.0):
        fast = limit_kmh >= floor_kmh
        roads = tuple(
            _road(lat[chain], lon[chain], stretch, tolerance, major=major)
            for major in (False, True)
            for chain in _chains(edges[fast & ((limit_kmh >= MAJOR_KMH) == major)])
        )
        if sum(len(road.points) for road in roads) <= POINT_LIMIT:
            break
    return roads


def _road(lat: Floats, lon: Floats, stretch: float, tolerance: float, *, major: bool) -> Road:
    kept = simplify(lon * stretch, lat, tolerance)
    points = zip(lat[kept].round(4).tolist(), lon[kept].round(4).tolist(), strict=True)
    return Road(tuple(points), major)


def _chains(edges: NDArray[np.int32]) -> list[list[int]]:
    """Join edges to the longest lines that pass only through nodes with two edges."""
    beside: dict[int, list[int]] = {}
    for a, b in edges.tolist():
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    used: set[tuple[int, int]] = set()
    chains = []
    junctions = [node for node, near in beside.items() if len(near) != 2]
    for start in (*junctions, *beside):
        for step in beside[start]:
            if (start, step) in used:
                continue
            chain = [start, step]
            while len(beside[chain[-1]]) == 2 and chain[-1] != start:
                one, other = beside[chain[-1]]
                chain.append(other if one == chain[-2] else one)
            for a, b in pairwise(chain):
                used |= {(a, b), (b, a)}
            chains.append(chain)
    return chains


def town_labels(region: Region, plan: Plan, box: Bounds) -> tuple[Label, ...]:
    """Choose names of towns: the populous and those near the route, each where there is room.

    A label appears from the zoom level at which it hides no label before it, no stop and no end.
    """
    lat, lon = _route_columns(plan)
    ranked = []
    for entry in region.gazetteer.entries:
        if not _holds(box, entry):
            continue
        near = _distance_km(entry.lat, entry.lon, lat, lon) <= NEAR_KM
        score = math.log10(max(entry.population, 1)) + (1.0 if near else 0.0)
        ranked.append((-score, entry.name, entry))
    ranked.sort(key=lambda item: item[:2])
    return _placed([entry for *_, entry in ranked[: 4 * TOWN_LIMIT]], _taken(plan))[:TOWN_LIMIT]


def chargers_near(region: Region, plan: Plan) -> tuple[Charger, ...]:
    """Return the chargers near the route that the plan does not use, the nearest where many."""
    lat, lon = _route_columns(plan)
    used = {stop.charger_id for stop in plan.stops}
    box = widened(route_bounds(plan))
    found = []
    for charger in region.chargers.chargers:
        if charger.id in used or not _holds(box, charger):
            continue
        away_km = _distance_km(charger.lat, charger.lon, lat, lon)
        if away_km <= CHARGER_KM:
            found.append((away_km, charger.id, charger))
    found.sort(key=lambda item: item[:2])
    return tuple(charger for *_, charger in found[:CHARGER_LIMIT])


def _holds(box: Bounds, place: Charger | GazetteerEntry) -> bool:
    return box.south <= place.lat <= box.north and box.west <= place.lon <= box.east


def _route_columns(plan: Plan) -> tuple[Floats, Floats]:
    lat = np.concatenate([np.asarray(leg.trace.lat) for leg in plan.legs])
    lon = np.concatenate([np.asarray(leg.trace.lon) for leg in plan.legs])
    return lat, lon


def _distance_km(lat: float, lon: float, lats: Floats, lons: Floats) -> float:
    east = (lons - lon) * math.cos(math.radians(lat))
    return float(np.hypot(east, lats - lat).min()) * _KM_PER_DEGREE


def _taken(plan: Plan) -> list[tuple[float, float, float, float]]:
    """Return where marks stand: (lat, lon, half width, half height), in degrees and pixels."""
    trip = plan.trip
    ends = [(place.lat, place.lon, 75.0, 16.0) for place in (trip.origin, trip.destination)]
    return [*ends, *((stop.lat, stop.lon, 22.0, 26.0) for stop in plan.stops)]


def _placed(
    towns: Sequence[GazetteerEntry], taken: Iterable[tuple[float, float, float, float]]
) -> tuple[Label, ...]:
    marks = [(*_mercator(lat, lon), wide, high) for lat, lon, wide, high in taken]
    shown: list[tuple[float, float, float, float]] = []
    waiting = [
        (town, (*_mercator(town.lat, town.lon), 8 + 3.6 * len(town.name), 9.0)) for town in towns
    ]
    labels = []
    for zoom in ZOOMS:
        scale = _TILE_PX * 2.0**zoom
        still = []
        for town, place in waiting:
            if any(_overlap(place, other, scale) for other in (*marks, *shown)):
                still.append((town, place))
            else:
                shown.append(place)
                labels.append(Label(town.name, round(town.lat, 4), round(town.lon, 4), zoom))
        waiting = still
        if len(labels) >= TOWN_LIMIT:
            break
    return tuple(labels)


def _mercator(lat: float, lon: float) -> tuple[float, float]:
    """Return web-mercator coordinates, the whole world being one wide."""
    sine = math.sin(math.radians(max(min(lat, 85.0), -85.0)))
    return (lon + 180.0) / 360.0, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float], scale: float
) -> bool:
    apart_x, apart_y = abs(one[0] - other[0]) * scale, abs(one[1] - other[1]) * scale
    return apart_x < one[2] + other[2] and apart_y < one[3] + other[3]
