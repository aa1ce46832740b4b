"""What lies around the route: roads and chargers for a map that needs no network.

Arrays in, short lists out; nothing here knows the map library.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.output.drawing.lines import simplify
from tripplan.records.charger import Charger
from tripplan.records.gazetteer import GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

POINT_LIMIT = 12_000
"""Points of all drawn roads together; where there are more, slower roads stay away."""
_FASTEST_KMH = 100.0
MAJOR_KMH = 85.0
"""Roads with at least this limit are drawn as major ones (about 55 mph)."""
CHARGER_LIMIT = 150
CHARGER_KM = 20.0
_KM_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M / M_PER_KM


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


def route_bounds(plan: Plan) -> Bounds:
    """Return the box around the route, the stops and both ends."""
    trip = plan.trip
    lat = [trip.origin.lat, trip.destination.lat, *(stop.lat for stop in plan.stops)]
    lon = [trip.origin.lon, trip.destination.lon, *(stop.lon for stop in plan.stops)]
    for leg in plan.legs:
        lat += leg.trace.lat
        lon += leg.trace.lon
    return Bounds(min(lat), min(lon), max(lat), max(lon))


def widened(box: Bounds, share: float = 0.75) -> Bounds:
    """Return a box with room around it: a share of its longer side, at least 0.25 degrees north."""
    stretch = math.cos(math.radians(0.5 * (box.south + box.north)))
    margin = max(0.25, share * max(box.north - box.south, (box.east - box.west) * stretch))
    return Bounds(
        max(box.south - margin, -85.0),
        max(box.west - margin / stretch, -180.0),
        min(box.north + margin, 85.0),
        min(box.east + margin / stretch, 180.0),
    )


def roads_near(network: RoadNetwork, box: Bounds) -> tuple[Road, ...]:
    """Return the roads of a box as few simplified lines, the fastest ones where there are many."""
    tail, head = network.tail, network.head
    inside = box.holds(network.lat, network.lon)
    arcs = np.flatnonzero(inside[tail] & inside[head] & (tail != head))
    ends = np.sort(np.column_stack([tail[arcs], head[arcs]]), axis=1)
    edges, first = np.unique(ends, axis=0, return_index=True)
    arcs = arcs[first]
    limit_kmh = network.speed_limit_kmh[arcs]
    drawn = _Drawn(network, box, dict(zip(map(tuple, edges.tolist()), arcs.tolist(), strict=True)))
    tolerance_deg = box.diagonal_km / _KM_PER_DEGREE / 2500.0
    roads: tuple[Road, ...] = ()
    for floor_kmh in (0.0, 50.0, 70.0, MAJOR_KMH, _FASTEST_KMH):
        fast = limit_kmh >= floor_kmh
        chains = [
            (chain, major)
            for major in (False, True)
            for chain in _chains(edges[fast & ((limit_kmh >= MAJOR_KMH) == major)])
        ]
        if 2 * len(chains) > POINT_LIMIT and floor_kmh < _FASTEST_KMH:
            continue
        for tolerance in (0.4 * tolerance_deg, tolerance_deg):
            roads = tuple(drawn.road(chain, tolerance, major=major) for chain, major in chains)
            if sum(len(road.points) for road in roads) <= POINT_LIMIT:
                return roads
    return roads


class _Drawn:
    """Draws chains of nodes along the true course of their roads."""

    def __init__(self, network: RoadNetwork, box: Bounds, arc: dict[tuple[int, ...], int]) -> None:
        self.network, self.arc = network, arc
        self.tail = network.tail
        self.stretch = math.cos(math.radians(0.5 * (box.south + box.north)))

    def road(self, chain: list[int], tolerance: float, *, major: bool) -> Road:
        """Draw one chain, off its course by at most a tolerance, degrees of latitude."""
        lat, lon = self._course(chain)
        kept = simplify(lon * self.stretch, lat, tolerance)
        points = zip(lat[kept].round(5).tolist(), lon[kept].round(5).tolist(), strict=True)
        return Road(tuple(points), major)

    def _course(self, chain: list[int]) -> tuple[Floats, Floats]:
        net = self.network
        if not net.shape_lat.size:
            return net.lat[chain], net.lon[chain]
        lat, lon = [net.lat[chain[:1]]], [net.lon[chain[:1]]]
        for a, b in pairwise(chain):
            arc = self.arc[min(a, b), max(a, b)]
            way = slice(None, None, 1 if self.tail[arc] == a else -1)
            inner = slice(net.shape_first[arc], net.shape_first[arc + 1])
            lat += [net.shape_lat[inner][way], net.lat[b : b + 1]]
            lon += [net.shape_lon[inner][way], net.lon[b : b + 1]]
        return np.concatenate(lat), np.concatenate(lon)


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


def chargers_near(region: Region, plan: Plan) -> tuple[Charger, ...]:
    """Return the chargers near the route that the plan does not use, the nearest where many."""
    lat, lon = route_columns(plan)
    used = {stop.charger_id for stop in plan.stops}
    box = widened(route_bounds(plan))
    found = []
    for charger in region.chargers.chargers:
        if charger.id in used or not holds_place(box, charger):
            continue
        away_km = distance_km(charger.lat, charger.lon, lat, lon)
        if away_km <= CHARGER_KM:
            found.append((away_km, charger.id, charger))
    found.sort(key=lambda item: item[:2])
    return tuple(charger for *_, charger in found[:CHARGER_LIMIT])


def holds_place(box: Bounds, place: Charger | GazetteerEntry) -> bool:
    """Tell whether a place lies in a box."""
    return box.south <= place.lat <= box.north and box.west <= place.lon <= box.east


def route_columns(plan: Plan) -> tuple[Floats, Floats]:
    """Return latitude and longitude of the points of all legs, degrees."""
    lat = np.concatenate([np.asarray(leg.trace.lat) for leg in plan.legs])
    lon = np.concatenate([np.asarray(leg.trace.lon) for leg in plan.legs])
    return lat, lon


def mercator(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """Return web-mercator coordinates, east and south, the whole world being one wide."""
    sine = np.sin(np.radians(np.clip(lat, -85.0, 85.0)))
    return (lon + 180.0) / 360.0, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def distance_km(lat: float, lon: float, lats: Floats, lons: Floats) -> float:
    """Return how far a place is from the nearest of some points."""
    east = (lons - lon) * math.cos(math.radians(lat))
    return float(np.hypot(east, lats - lat).min()) * _KM_PER_DEGREE
