"""What lies around the route: roads and chargers for a map that needs no network.

Arrays in, short lists out; nothing here knows the map library.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats
from tripplan.records.charger import Charger
from tripplan.records.gazetteer import GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.routing.geometry import arc_points
from tripplan.units import M_PER_DEGREE, M_PER_KM

POINT_LIMIT = 12_000
"""Points of all drawn roads together; where there are more, slower roads stay away."""
MAJOR_KMH = 85.0
"""Roads with at least this limit are drawn as major ones (about 55 mph)."""
FLOORS_KMH = (0.0, 50.0, 70.0, MAJOR_KMH, 100.0)
"""Below which of these limits roads are not drawn, where there are too many."""
SIDE_POINT_LIMIT = 4_000
"""Points of the further roads that a page of its own brings for zooming in."""
SIDE_KM = 5.0
"""So far around ends and stops are these."""
_SIDE_DEG = 0.0001
"""They may lie this far beside the road (about 10 m)."""
CHARGER_LIMIT = 150
CHARGER_KM = 20.0
_KM_PER_DEGREE = M_PER_DEGREE / M_PER_KM


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
    def stretch(self) -> float:
        """A degree of longitude in its middle, in degrees of latitude."""
        return math.cos(math.radians(0.5 * (self.south + self.north)))

    @property
    def diagonal_km(self) -> float:
        """Length of the diagonal."""
        width = (self.east - self.west) * self.stretch
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
    stretch = box.stretch
    margin = max(0.25, share * max(box.north - box.south, (box.east - box.west) * stretch))
    return Bounds(
        max(box.south - margin, -85.0),
        max(box.west - margin / stretch, -180.0),
        min(box.north + margin, 85.0),
        min(box.east + margin / stretch, 180.0),
    )


def roads_near(network: RoadNetwork, box: Bounds) -> tuple[Road, ...]:
    """Return the roads of a box as few simplified lines, the fastest ones where there are many."""
    return roads_and_floor(network, box)[0]


def roads_and_floor(network: RoadNetwork, box: Bounds) -> tuple[tuple[Road, ...], float]:
    """Return `roads_near`, and the limit below which roads are not among them, km/h."""
    arcs = _arcs_within(network, box.holds(network.lat, network.lon))
    tolerance_deg = box.diagonal_km / _KM_PER_DEGREE / 2500.0
    limit_kmh = network.speed_limit_kmh[arcs]
    roads, choice = fitted_roads(
        lines_of(network, arcs, box.stretch),
        limit_kmh >= MAJOR_KMH,
        [limit_kmh >= floor_kmh for floor_kmh in FLOORS_KMH],
        box,
        (0.4 * tolerance_deg, tolerance_deg),
        POINT_LIMIT,
    )
    return roads, FLOORS_KMH[choice]


def fitted_roads(
    lines: NDArray[np.object_],
    major: Flags,
    choices: Sequence[Flags],
    box: Bounds,
    tolerances_deg: Sequence[float],
    most_points: int,
    *,
    clipped: bool = False,
) -> tuple[tuple[Road, ...], int]:
    """Return arcs as few simplified lines, the lesser ones left out where these are too many.

    Parameters
    ----------
    lines
        The arcs, as `lines_of` gives them, shape (arcs,).
    major
        Which of them are of major roads, shape (arcs,).
    choices
        Which of them may be drawn, shape (arcs,) each, the most first.
    box
        Where they lie.
    tolerances_deg
        So far may a line lie beside its road; the later ones are for where there are many. [deg]
    most_points
        Points of all lines together; where the last choice has more, it is kept.
    clipped
        Whether lines end at the box.

    Returns
    -------
    tuple
        The lines, and which of the choices they are.
    """
    stretch = box.stretch
    corners = (box.south, box.west * stretch, box.north, box.east * stretch)
    last = len(choices) - 1
    drawn: list[shapely.Geometry] = []
    for number, chosen in enumerate(choices):
        wanted = [lines[chosen & ~major], lines[chosen & major]]
        chains = shapely.line_merge([shapely.multilinestrings(some) for some in wanted])
        if clipped:
            chains = shapely.clip_by_rect(chains, *corners)
        if 2 * shapely.get_num_geometries(chains).sum() > most_points and number < last:
            continue
        for tolerance in tolerances_deg:
            drawn = [shapely.simplify(each, tolerance, preserve_topology=False) for each in chains]
            if shapely.get_num_coordinates(drawn).sum() <= most_points:
                return _roads(drawn, stretch), number
    return _roads(drawn, stretch), last


def side_roads(
    network: RoadNetwork, lat: Floats, lon: Floats, floor_kmh: float
) -> tuple[Road, ...]:
    """Return the roads around some places that `roads_near` leaves out, the nearest ones.

    Parameters
    ----------
    network
        The roads of the region.
    lat, lon
        The places, shape (places,). [deg]
    floor_kmh
        Roads with at least this limit are drawn already. [km/h]
    """
    stretch = math.cos(math.radians(float(lat.mean())))
    away_deg = np.full(network.lat.size, np.inf)
    for place_lat, place_lon in zip(lat, lon, strict=True):
        off_deg = np.hypot(network.lat - place_lat, (network.lon - place_lon) * stretch)
        np.minimum(away_deg, off_deg, out=away_deg)
    arcs = _arcs_within(network, away_deg <= SIDE_KM / _KM_PER_DEGREE)
    arcs = arcs[network.speed_limit_kmh[arcs] < floor_kmh]
    if not arcs.size:
        return ()
    merged = shapely.line_merge(shapely.multilinestrings(lines_of(network, arcs, stretch)))
    chains = shapely.simplify(shapely.get_parts(merged), _SIDE_DEG, preserve_topology=False)
    places = shapely.multipoints(np.column_stack([lat, lon * stretch]))
    order = np.argsort(shapely.distance(chains, places), kind="stable")
    points = np.cumsum(shapely.get_num_coordinates(chains[order]))
    kept = order[points <= SIDE_POINT_LIMIT]
    return _roads([shapely.geometrycollections(chains[kept])], stretch)


def _arcs_within(network: RoadNetwork, inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the arcs between some nodes, shape (nodes,), one of each pair of directions."""
    tail, head = network.tail, network.head
    arcs = np.flatnonzero(inside[tail] & inside[head] & (tail != head))
    ends = np.sort(np.column_stack([tail[arcs], head[arcs]]), axis=1)
    _, first = np.unique(ends, axis=0, return_index=True)
    return np.asarray(arcs[first])


def lines_of(network: RoadNetwork, arcs: NDArray[np.intp], stretch: float) -> NDArray[np.object_]:
    """Return arcs as lines on a plane of latitude and stretched longitude, shape (arcs,)."""
    opens, lat, lon = arc_points(network, arcs)
    return np.asarray(
        shapely.linestrings(
            lat, lon * stretch, indices=np.repeat(np.arange(arcs.size), np.diff(opens))
        )
    )


def _roads(drawn: Sequence[shapely.Geometry], stretch: float) -> tuple[Road, ...]:
    """Return the parts of one or two collections of lines, the second those of major roads."""
    return tuple(
        Road(
            tuple(map(tuple, (shapely.get_coordinates(part) / (1.0, stretch)).round(5).tolist())),
            major,
        )
        for major, each in zip((False, True), drawn, strict=False)
        for part in shapely.get_parts(each)
    )


def chargers_near(region: Region, plan: Plan) -> tuple[Charger, ...]:
    """Return the chargers near the route that the plan does not use, the nearest where many."""
    lat, lon = route_columns(plan)
    used = {charger.id for charger in plan.chargers}
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
    """Return how far a place is from the nearest of some points, on a plane around it.

    Parameters
    ----------
    lat, lon
        The place. [deg]
    lats, lons
        The points, shape (points,); at least one. [deg]
    """
    east = (lons - lon) * math.cos(math.radians(lat))
    return float(np.hypot(east, lats - lat).min()) * _KM_PER_DEGREE
