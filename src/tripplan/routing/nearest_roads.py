"""Places to roads: the stretches of road within a radius of each, and the road beside one."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs, ragged
from tripplan.records.network import RoadNetwork
from tripplan.routing.geometry import arc_points, step_lengths_m, unit_vectors
from tripplan.routing.nearest_points import NearestPoints
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

_BIT_M: Final = 1000.0
"""Longest stretch of road that the search looks at as one, metres."""
_SAME_ROAD_KM = 0.005
"""Arcs whose distances from a position differ by less belong to one road (assumption), km."""


def roads_at(network: RoadNetwork, lat: float, lon: float, reach_km: float) -> Longs:
    """Return the arcs of the road nearest to a position: both directions, and all copies.

    Parameters
    ----------
    network
        The roads.
    lat, lon
        The position. [degrees]
    reach_km
        How far off the road may be. [km]

    Returns
    -------
    ndarray
        Shape (arcs,); empty where no road is within reach.
    """
    place = np.array([lat]), np.array([lon])
    # No road leads further from its start than it is long; the rest is for rough lengths.
    node = unit_vectors(network.lat, network.lon)
    away_m = EARTH_RADIUS_M * np.linalg.norm(node - unit_vectors(*place), axis=1)
    apart_m = EARTH_RADIUS_M * np.linalg.norm(node[network.tail] - node[network.head], axis=1)
    reached_m = np.maximum(network.length_m, 2.0 * apart_m) + (1.0 + reach_km) * M_PER_KM
    near = away_m[network.tail] <= reached_m
    arc, _, _, away_km = near_stretches(network, *place, np.array([reach_km]), near)
    if not away_km.size or away_km.min() > reach_km:
        return np.empty(0, np.int64)
    return np.unique(arc[away_km <= away_km.min() + _SAME_ROAD_KM])


def near_stretches(
    network: RoadNetwork, lat: Floats, lon: Floats, radius_km: Floats, allowed: Flags
) -> tuple[Longs, Floats, Longs, Floats]:
    """Find all straight stretches of road within a radius of each place.

    Parameters
    ----------
    network
        The roads.
    lat, lon
        Places, shape (places,). [degrees]
    radius_km
        Of each place, shape (places,). [km]
    allowed
        Which arcs count, shape (arcs,).

    Returns
    -------
    tuple of ndarray
        Arc, share of its length, place and distance [km] of each pair, each of shape (pairs,).
    """
    steps = _steps(network, np.flatnonzero(allowed))
    bits = np.maximum(np.ceil(steps.length_m / _BIT_M), 1).astype(np.int64)
    step = np.repeat(np.arange(bits.size), bits)
    middle = (ragged(np.zeros(bits.size, np.int64), bits) + 0.5) / bits[step]
    at_lat = steps.lat[step] + middle * steps.turn_lat[step]
    at_lon = steps.lon[step] + middle * steps.turn_lon[step]
    if not step.size or not lat.size:
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64), np.empty(0)
    reach_km = radius_km * 1.01 + 0.51 * _BIT_M / M_PER_KM
    place, near = NearestPoints(at_lat, at_lon).within(lat, lon, reach_km)
    near = step[near]
    t, away_km = steps.foot(near, lat[place], lon[place])
    share = steps.before[near] + t * (steps.after[near] - steps.before[near])
    return steps.arc[near], share, place, away_km


@dataclass(frozen=True, eq=False)
class _Steps:
    """Straight stretches of arcs, point to point, shape (steps,)."""

    arc: Longs
    lat: Floats
    lon: Floats
    turn_lat: Floats
    """Degrees to the next point."""
    turn_lon: Floats
    length_m: Floats
    before: Floats
    """Share of the arc's length at the stretch's start, ..."""
    after: Floats
    """... and at its end."""

    def foot(self, step: Longs, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Return where along each stretch, 0..1, it is nearest to a place, and the distance in km.

        The plane touches the sphere at the place, and the distance along is that over the ground:
        GEOS, which has one plane for all, is hundreds of metres off along a road
        (docs/decisions/0025-libraries-for-geometry.md).
        """
        east = np.cos(np.radians(lat))
        x = _turn(lon, self.lon[step]) * east
        y = self.lat[step] - lat
        dx, dy = self.turn_lon[step] * east, self.turn_lat[step]
        squared = dx**2 + dy**2
        t = np.clip(-(x * dx + y * dy) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
        away = np.hypot(x + t * dx, y + t * dy)
        return t, np.radians(away) * EARTH_RADIUS_M / M_PER_KM


def _turn(start: Floats, end: Floats) -> Floats:
    return (end - start + 180.0) % 360.0 - 180.0


def _steps(network: RoadNetwork, arc: Longs) -> _Steps:
    """Lay the arcs out: their two ends and the points in between."""
    first, lat, lon = arc_points(network, arc)
    inner = np.diff(first) - 2
    start = ragged(first[:-1], inner + 1)
    row = np.repeat(np.arange(arc.size), inner + 1)
    length_m = step_lengths_m(lat, lon)[start] if lat.size else np.empty(0)
    total = np.concatenate(([0.0], np.cumsum(length_m)))
    opens = np.concatenate(([0], np.cumsum(inner + 1)))
    whole = np.maximum(total[opens[1:]] - total[opens[:-1]], 1e-9)[row]
    before = (total[:-1] - total[opens[:-1]][row]) / whole
    return _Steps(
        arc=arc[row],
        lat=lat[start],
        lon=lon[start],
        turn_lat=lat[start + 1] - lat[start],
        turn_lon=_turn(lon[start], lon[start + 1]),
        length_m=length_m,
        before=before,
        after=before + length_m / whole,
    )
