"""Places to the nearest point of a road: a node, or a point amid an arc.

As one does not stop there, a point amid a motorway, in a tunnel or on a bridge is taken only if any
other road is farther off by more than `DETOUR_KM`; none is amid a ferry.  All arcs on the same line
share a point: both directions of a two-way road, and its copies where junctions have copies.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from tripplan.arrays import Flags, Floats, Longs, ragged
from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_TUNNEL,
    NODE_COPY,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.routing.geometry import arc_points, unit_vectors, within_180
from tripplan.routing.snapping import DETOUR_KM, stoppable_arcs
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

SAME_M: Final = 1.0
"""What lies so near to an end of an arc, or to a road, lies there."""
_CLEAR_M: Final = 10.0
"""At a junction with turn restrictions, which is several nodes, the point lies so far along the
road (assumption)."""
_ROUGH: Final = 1.2
"""No road leads farther from the middle of its ends than half its length; lengths are rough."""
_ROUGH_KM: Final = 0.2
_FIRST_KM: Final = 0.3
_WIDER: Final = 4.0
_FARTHEST_KM: Final = 25_000.0
_RADII_KM: Final = (0.5, 2.0, 8.0, 40.0)
"""Roads are sorted into groups by how far they lead, so that few are looked at."""
_SLACK: Final = 1.05
_NEARLY_FLAT_KM: Final = 200.0
_NEARLY_POLE_DEG: Final = 80.0
"""Up to there, and within the slack, a degree of longitude is as long as where the place is."""
_PLACES_KEPT: Final = 10_000
_SAME_LINE_KM: Final = 5e-4
_SAME_SHARE: Final = 1e-3
_SAME_DEG: Final = 1e-9


class RoadPoint(NamedTuple):
    """The point of a road that a place is tied to."""

    lat: float
    lon: float
    away_km: float
    """Great-circle distance of the place."""
    node: int
    """Node that it is; -1: it lies amid arcs."""
    arcs: tuple[int, ...] = ()
    """Arcs through it: both directions, and all copies."""
    shares: tuple[float, ...] = ()
    """Where along each, as a fraction of its length."""


@dataclass(frozen=True, eq=False)
class _Group:
    """Arcs of about one radius, by rising latitude of the middle of their ends."""

    arc: Longs
    middle_lat: Floats
    middle_lon: Floats
    radius_km: float


class _Feet(NamedTuple):
    """The nearest point of some arcs to a place, shape (arcs,)."""

    arc: Longs
    lat: Floats
    lon: Floats
    share: Floats
    away_km: Floats


class RoadIndex:
    """Finds the nearest points of roads.

    Parameters
    ----------
    network
        The roads.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._known: dict[tuple[float, float], RoadPoint] = {}
        """Of the places asked for last, where all arcs count."""
        tail, head = network.tail, network.head
        middle_lat = 0.5 * (network.lat[tail] + network.lat[head])
        turn = within_180(network.lon[head] - network.lon[tail])
        middle_lon = network.lon[tail] + 0.5 * turn
        east = turn * np.cos(np.radians(middle_lat))
        north = network.lat[head] - network.lat[tail]
        apart_m = np.radians(np.hypot(east, north)) * EARTH_RADIUS_M
        longest_m = np.maximum(network.length_m, apart_m)
        radius_km = 0.5 * _ROUGH * longest_m / M_PER_KM + _ROUGH_KM
        usual = np.asarray((network.flags & FLAG_FERRY) == 0)
        usual &= network.road_class != ROAD_CLASSES.index("ferry")
        open_sky = (network.flags & (FLAG_TUNNEL | FLAG_BRIDGE)) == 0
        self._beside = stoppable_arcs(network) & usual & open_sky
        self._any_beside = bool(self._beside.any())
        arcs = np.flatnonzero(usual)
        self._first_km = max(_FIRST_KM, 2.0 * float(radius_km[arcs].mean())) if arcs.size else 1.0
        self._groups = []
        group = np.searchsorted(_RADII_KM, radius_km[arcs])
        for k in np.unique(group).tolist():
            here = arcs[group == k]
            here = here[np.argsort(middle_lat[here], kind="stable")]
            most_km = float(radius_km[here].max())
            self._groups.append(_Group(here, middle_lat[here], middle_lon[here], most_km))

    def nearest(self, lat: float, lon: float, allowed: Flags | None = None) -> RoadPoint | None:
        """Return the point that a place is tied to; None: there is no road at all.

        Parameters
        ----------
        lat, lon
            The place. [deg]
        allowed
            Which arcs count, shape (arcs,); None: all.
        """
        if allowed is not None:
            return self._looked_up(lat, lon, allowed)
        known = self._known.get((lat, lon))
        if known is None:
            known = self._looked_up(lat, lon, None)
            if known is None:
                return None
            if len(self._known) >= _PLACES_KEPT:
                self._known.clear()
            self._known[lat, lon] = known
        return known

    def _looked_up(self, lat: float, lon: float, allowed: Flags | None) -> RoadPoint | None:
        """Return what `nearest` does, without what was kept."""
        reach_km, feet = self._first_km, self._feet(lat, lon, self._first_km, allowed)
        while not (feet.away_km.size and feet.away_km.min() <= reach_km):
            if reach_km > _FARTHEST_KM:
                return None
            reach_km *= _WIDER
            feet = self._feet(lat, lon, reach_km, allowed)
        away_km = feet.away_km
        if self._any_beside and not self._beside[feet.arc[int(np.argmin(away_km))]]:
            within_km = float(away_km.min()) + DETOUR_KM
            if within_km > reach_km:
                feet = self._feet(lat, lon, within_km, allowed)
            away_km = feet.away_km
            beside_km = np.where(self._beside[feet.arc], away_km, np.inf)
            if beside_km.min() <= within_km:
                away_km = beside_km
        return self._tied(lat, lon, feet, int(np.lexsort((feet.arc, away_km))[0]))

    def _near(self, lat: float, lon: float, reach_km: float, allowed: Flags | None) -> Longs:
        """Return all arcs that may lie within reach, and some more."""
        found = []
        for group in self._groups:
            wide_km = (reach_km + group.radius_km) * _SLACK
            wide_deg = float(np.degrees(wide_km * M_PER_KM / EARTH_RADIUS_M))
            low, high = np.searchsorted(group.middle_lat, (lat - wide_deg, lat + wide_deg))
            arc = group.arc[low:high]
            if wide_km < _NEARLY_FLAT_KM and abs(lat) < _NEARLY_POLE_DEG:
                east = np.abs(within_180(group.middle_lon[low:high] - lon))
                arc = arc[east * np.cos(np.radians(lat)) <= wide_deg]
            if allowed is not None:
                arc = arc[allowed[arc]]
            found.append(arc)
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _feet(self, lat: float, lon: float, reach_km: float, allowed: Flags | None) -> _Feet:
        return feet_on(self._network, self._near(lat, lon, reach_km, allowed), lat, lon)

    def _tied(self, lat: float, lon: float, feet: _Feet, best: int) -> RoadPoint:
        """Return the node at the nearest point, or the point with all arcs on its line."""
        network = self._network
        arc, share = int(feet.arc[best]), float(feet.share[best])
        length_m = float(network.length_m[arc])
        for node, along_m in (
            (int(network.tail[arc]), share * length_m),
            (int(network.head[arc]), (1.0 - share) * length_m),
        ):
            if along_m <= SAME_M and not network.node_flags[node] & NODE_COPY:
                node_lat, node_lon = float(network.lat[node]), float(network.lon[node])
                return RoadPoint(
                    node_lat, node_lon, distance_km(lat, lon, node_lat, node_lon), node
                )
        clear = min(_CLEAR_M / length_m, 0.5) if self._at_copy(arc, share * length_m) else 0.0
        inside = min(max(share, clear), 1.0 - clear)
        at_lat, at_lon = point_on(network, arc, inside)
        same, forward = self._same_line(feet, best)
        shares = np.where(forward, inside, 1.0 - inside)
        return RoadPoint(
            at_lat,
            at_lon,
            distance_km(lat, lon, at_lat, at_lon),
            -1,
            tuple(same.tolist()),
            tuple(shares.tolist()),
        )

    def _at_copy(self, arc: int, along_m: float) -> bool:
        network = self._network
        back_m = float(network.length_m[arc]) - along_m
        return along_m <= SAME_M or back_m <= SAME_M

    def _same_line(self, feet: _Feet, best: int) -> tuple[Longs, Flags]:
        """Return the arcs on the line of one, and which of them lead the same way."""
        network, share = self._network, float(feet.share[best])
        apart_km = np.hypot(
            feet.lat - feet.lat[best],
            within_180(feet.lon - feet.lon[best]) * np.cos(np.radians(feet.lat[best])),
        ) * (np.radians(1.0) * EARTH_RADIUS_M / M_PER_KM)
        near = apart_km <= _SAME_LINE_KM
        arc, at = feet.arc[near], feet.share[near]
        one = int(feet.arc[best])
        tail, head = network.tail[arc], network.head[arc]
        start, end = int(network.tail[one]), int(network.head[one])
        forward = np.abs(at - share) <= _SAME_SHARE
        backward = np.abs(at - (1.0 - share)) <= _SAME_SHARE
        forward &= self._same(tail, start) & self._same(head, end)
        backward &= self._same(tail, end) & self._same(head, start) & ~forward
        kept = forward | backward
        return arc[kept], forward[kept]

    def _same(self, nodes: Longs, node: int) -> Flags:
        """Whether nodes lie where one does."""
        network = self._network
        north = np.abs(network.lat[nodes] - network.lat[node]) <= _SAME_DEG
        return np.asarray(north & (np.abs(network.lon[nodes] - network.lon[node]) <= _SAME_DEG))


def feet_on(network: RoadNetwork, arcs: Longs, lat: float, lon: float) -> _Feet:
    """Return the nearest point of each of some arcs to a place.

    The plane touches the sphere at the place.  Shares are those of the line on a map whose scale
    from east to west is that of each step, as `geometry.lay_track` has them.

    Parameters
    ----------
    network
        The roads.
    arcs
        Some of them, shape (arcs,).
    lat, lon
        The place. [deg]
    """
    if not arcs.size:
        return _Feet(arcs, *(np.empty(0) for _ in range(4)))
    first, at_lat, at_lon = arc_points(network, arcs)
    count = np.diff(first) - 1
    row = np.repeat(np.arange(arcs.size), count)
    start = ragged(first[:-1], count)
    dy, turn = at_lat[start + 1] - at_lat[start], within_180(at_lon[start + 1] - at_lon[start])
    flat = np.hypot(dy, turn * np.cos(np.radians(at_lat[start] + 0.5 * dy)))
    opens = np.concatenate(([0], np.cumsum(count)))
    total = np.concatenate(([0.0], np.cumsum(flat)))
    before = total[:-1] - total[opens[:-1]][row]
    whole = total[opens[1:]] - total[opens[:-1]]
    east = np.cos(np.radians(lat))
    x, y = within_180(at_lon[start] - lon) * east, at_lat[start] - lat
    dx = turn * east
    squared = dx**2 + dy**2
    t = np.clip(-(x * dx + y * dy) / np.where(squared > 0.0, squared, 1.0), 0.0, 1.0)
    away = np.hypot(x + t * dx, y + t * dy)
    order = np.lexsort((away, row))
    best = order[np.searchsorted(row[order], np.arange(arcs.size))]
    share = (before[best] + t[best] * flat[best]) / np.maximum(whole, 1e-15)
    return _Feet(
        arcs,
        at_lat[start[best]] + t[best] * dy[best],
        within_180(at_lon[start[best]] + t[best] * turn[best]),
        np.clip(share, 0.0, 1.0),
        np.radians(away[best]) * EARTH_RADIUS_M / M_PER_KM,
    )


def point_on(network: RoadNetwork, arc: int, share: float) -> tuple[float, float]:
    """Return the point at a share of an arc's length, in degrees; shares as in `feet_on`."""
    along, lat, lon = line_of(network, arc)
    at_lat, at_lon = (np.interp(np.array([share]), along, column) for column in (lat, lon))
    return float(at_lat[0]), float(within_180(at_lon)[0])


def line_of(network: RoadNetwork, arc: int) -> tuple[Floats, Floats, Floats]:
    """Return the points of an arc with both ends: share of its length, latitude and longitude.

    The longitude does not jump at 180 degrees.
    """
    if network.shape_first[arc] == network.shape_first[arc + 1]:
        ends = np.array([network.tail[arc], network.head[arc]])
        lat, lon = network.lat[ends], network.lon[ends].copy()
        lon[1] = lon[0] + within_180(lon[1:] - lon[0])[0]
        return np.array([0.0, 1.0]), lat, lon
    _, lat, lon = arc_points(network, np.array([arc]))
    lon = np.unwrap(lon, period=360.0)
    east = np.diff(lon) * np.cos(np.radians(lat[:-1] + 0.5 * np.diff(lat)))
    along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(lat), east))))
    return along / along[-1] if along[-1] > 0.0 else np.linspace(0.0, 1.0, lat.size), lat, lon


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance of two points [km].

    Parameters
    ----------
    lat, lon
        One point. [deg]
    other_lat, other_lon
        The other. [deg]
    """
    one, two = unit_vectors(np.array([lat, other_lat]), np.array([lon, other_lon]))
    chord = float(np.linalg.norm(one - two))
    return 2.0 * float(np.arcsin(min(0.5 * chord, 1.0))) * EARTH_RADIUS_M / M_PER_KM
