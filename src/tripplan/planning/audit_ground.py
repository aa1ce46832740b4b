"""Places and roads as the audit finds them by itself: nearest nodes, and what lies along arcs.

Nothing of snapping, hierarchy, search or reconstruction is used.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from tripplan.arrays import Flags, Floats, Longs, ragged
from tripplan.planning.kernels.follow import NEAR_M, RoadColumns
from tripplan.records.charger import Charger
from tripplan.records.network import FLAG_FERRY, FLAG_LINK, NODE_COPY, ROAD_CLASSES, RoadNetwork
from tripplan.records.region import Region
from tripplan.units import EARTH_RADIUS_M, M_PER_DEGREE, M_PER_KM

BESIDE_M: Final = 2000.0
"""A node amid a motorway is left only where any other is farther off by more than this."""
_SAME_M: Final = 0.01
_REACHES_DEG: Final = (0.02, 0.1, 0.5, 2.0, 10.0, 180.0)
_BIT_M: Final = 1000.0
"""Roads are that far from a place at least, or looked at more closely."""


class Nearest(NamedTuple):
    """The node that a place is tied to, or several at one point."""

    nodes: Longs
    away_m: float


class Course(NamedTuple):
    """What lies along a row of arcs, at distances from its start."""

    point_m: Floats
    """Distance of the points of their lines, shape (points,); [m]."""
    lat: Floats
    """Shape (points,)."""
    lon: Floats
    knot_m: Floats
    """Distance of the ends of pieces of grade, shape (pieces + arcs,); [m]."""
    height_m: Floats
    """Height there, shape (pieces + arcs,)."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A region, made ready to look places and roads up."""

    network: RoadNetwork
    columns: RoadColumns
    order: Longs
    """Nodes that a place can be tied to, by rising latitude, shape (places,)."""
    sorted_lat: Floats
    """Their latitude, shape (places,)."""
    beside: Flags
    """Which of these one can stop at, shape (places,)."""
    sites: dict[str, tuple[Charger, int]]
    """Charging sites and their nodes, by id."""

    @classmethod
    def of(cls, region: Region) -> "Ground":
        """Return the ground of a region; that of the last regions is kept."""
        found = _KEPT.get(region)
        if found is None:
            found = _KEPT[region] = cls._made(region)
        return found

    @classmethod
    def _made(cls, region: Region) -> "Ground":
        network = region.network
        real = np.flatnonzero((network.node_flags & NODE_COPY) == 0)
        order = real[np.argsort(network.lat[real], kind="stable")]
        amid = network.road_class == ROAD_CLASSES.index("motorway")
        usual = ~(amid & ((network.flags & FLAG_LINK) == 0)) & ((network.flags & FLAG_FERRY) == 0)
        beside = np.zeros(network.node_count, np.bool_)
        beside[network.head[usual]] = beside[network.tail[usual]] = True
        sites = region.chargers
        pairs = zip(sites.chargers, sites.node.tolist(), strict=True)
        return cls(
            network=network,
            columns=RoadColumns(*(getattr(network, name) for name in RoadColumns._fields)),
            order=order,
            sorted_lat=network.lat[order],
            beside=beside[order],
            sites={site.id: (site, node) for site, node in pairs},
        )

    def nearest(self, lat: float, lon: float) -> Nearest:
        """Return the node nearest to a place that one can stop at, unless that is far off."""
        for reach_deg in _REACHES_DEG:
            low, high = np.searchsorted(self.sorted_lat, [lat - reach_deg, lat + reach_deg])
            nodes = self.order[low:high]
            if not nodes.size:
                continue
            away_m = _away_m(lat, lon, self.network.lat[nodes], self.network.lon[nodes])
            beside_m = np.where(self.beside[low:high], away_m, np.inf)
            if float(away_m.min()) + BESIDE_M > reach_deg * M_PER_DEGREE and reach_deg < 180.0:
                continue
            looked = beside_m if beside_m.min() <= away_m.min() + BESIDE_M else away_m
            least_m = float(looked.min())
            return Nearest(nodes[looked <= least_m + _SAME_M], least_m)
        return Nearest(np.empty(0, np.int64), math.inf)

    def at(self, lat: float, lon: float) -> Longs:
        """Return the nodes at a point, copies included, shape (nodes,)."""
        off_deg = 2.0 * NEAR_M / M_PER_DEGREE
        near = np.flatnonzero(np.abs(self.network.lat - lat) <= off_deg)
        away_m = _away_m(lat, lon, self.network.lat[near], self.network.lon[near])
        return near[away_m <= NEAR_M]

    def course(self, arcs: Longs) -> Course:
        """Lay out a row of arcs that join: lines and heights by the distance from its start."""
        net = self.network
        length_m = net.length_m[arcs]
        offset_m = np.concatenate([[0.0], np.cumsum(length_m)])
        inner = (net.shape_first[arcs + 1] - net.shape_first[arcs]).astype(np.int64)
        row = np.repeat(np.arange(arcs.size), inner + 2)
        first = np.cumsum(inner + 2) - (inner + 2)
        lat, lon = np.empty(row.size), np.empty(row.size)
        ends = ((first, net.tail[arcs]), (first + inner + 1, net.head[arcs]))
        for at, nodes in ends:
            lat[at], lon[at] = net.lat[nodes], net.lon[nodes]
        shape = ragged(net.shape_first[arcs].astype(np.int64), inner)
        between = ragged(first + 1, inner)
        lat[between], lon[between] = net.shape_lat[shape], net.shape_lon[shape]
        east = np.diff(lon) * np.cos(np.radians(0.5 * (lat[1:] + lat[:-1])))
        step = np.concatenate([[0.0], np.hypot(np.diff(lat), east)])
        step[first] = 0.0
        total = np.cumsum(step)
        since = total - total[first][row]
        whole = since[first + inner + 1][row]
        share = np.divide(since, whole, out=np.zeros_like(since), where=whole > 0.0)
        pieces = (net.piece_first[arcs + 1] - net.piece_first[arcs]).astype(np.int64)
        piece = ragged(net.piece_first[arcs].astype(np.int64), pieces)
        inside, last = np.repeat(np.arange(arcs.size), pieces), np.cumsum(pieces)
        length, rise = np.cumsum(net.piece_length_m[piece]), np.cumsum(net.piece_rise_m[piece])
        # A knot at the start of each arc, and one at the end of each piece.
        knot = np.repeat(np.arange(arcs.size), pieces + 1)
        begin = last - pieces + np.arange(arcs.size)
        knot_m, height_m = offset_m[knot], net.elevation_m[net.tail[arcs]][knot]
        done_at = np.delete(np.arange(knot.size), begin)
        done = np.concatenate([[0.0], length])[last - pieces]
        risen = np.concatenate([[0.0], rise])[last - pieces]
        knot_m[done_at] += length - done[inside]
        height_m[done_at] += rise - risen[inside]
        return Course(
            point_m=offset_m[row] + share * length_m[row],
            lat=lat,
            lon=lon,
            knot_m=knot_m,
            height_m=height_m,
        )

    def arcs_to(self, lat: float, lon: float, arcs: Longs) -> Floats:
        """Return how far a place is from each of some arcs, shape (arcs,); [m].

        Those that are clearly farther off than the nearest kilometre count as infinitely far.
        """
        net = self.network
        start_m = _away_m(lat, lon, net.lat[net.tail[arcs]], net.lon[net.tail[arcs]])
        end_m = _away_m(lat, lon, net.lat[net.head[arcs]], net.lon[net.head[arcs]])
        found = np.full(arcs.size, np.inf)
        # A line is longer than its chord, but no road leads farther away than it is long.
        reach_m = 1.1 * net.length_m[arcs] + _BIT_M
        for k in np.flatnonzero(np.minimum(start_m, end_m) <= reach_m).tolist():
            found[k] = self._arc_to(lat, lon, int(arcs[k]))
        return found

    def _arc_to(self, lat: float, lon: float, arc: int) -> float:
        """Distance of a place from the line of an arc, in a plane that touches at the place [m]."""
        course = self.course(np.array([arc]))
        x = ((course.lon - lon + 180.0) % 360.0 - 180.0) * math.cos(math.radians(lat))
        y = course.lat - lat
        dx, dy = np.diff(x), np.diff(y)
        squared = dx**2 + dy**2
        along = -(x[:-1] * dx + y[:-1] * dy) / np.where(squared > 0.0, squared, 1.0)
        t = np.clip(along, 0.0, 1.0)
        return float(np.hypot(x[:-1] + t * dx, y[:-1] + t * dy).min()) * M_PER_DEGREE


_KEPT: WeakKeyDictionary[Region, Ground] = WeakKeyDictionary()


def _away_m(lat: float, lon: float, other_lat: Floats, other_lon: Floats) -> Floats:
    """Great-circle distances by the haversine formula, shape (points,); [m]."""
    phi, others = math.radians(lat), np.radians(other_lat)
    half = np.sin(0.5 * (others - phi)) ** 2
    half += math.cos(phi) * np.cos(others) * np.sin(0.5 * np.radians(other_lon - lon)) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def in_km(distance_m: float) -> str:
    """Write a distance in kilometres."""
    return f"{distance_m / M_PER_KM:.3f} km"
