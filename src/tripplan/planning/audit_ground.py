"""Places and roads as the audit finds them by itself: nearest roads, and what lies along arcs.

Nothing of snapping, hierarchy, search or reconstruction is used.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.planning.audit_seasons import holding, roads_then
from tripplan.planning.kernels.follow import NEAR_M, RoadColumns
from tripplan.planning.kernels.lay_course import Course, LineColumns, lay_course
from tripplan.records.charger import Charger
from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.region import Region
from tripplan.units import EARTH_RADIUS_M, M_PER_DEGREE, M_PER_KM

BESIDE_M: Final = 2000.0
"""Amid a motorway, in a tunnel or on a bridge one stops only where any other road is farther off by
more than this."""
_REACHES_M: Final = (1e3, 5e3, 2.5e4, 1e5, 5e5)
_PLACES_KEPT: Final = 10_000
_MORE_M: Final = 50.0
_TALL_DEG: Final = 0.2
"""Roads that reach over more degrees of latitude are all looked at."""
_BIT_M: Final = 1000.0
"""Roads are that far from a place at least, or looked at more closely."""


class Away(NamedTuple):
    """How far some arcs are from a place, and where along each is nearest, shape (arcs,)."""

    arc: Longs
    away_m: Floats
    along_m: Floats


class _Boxes(NamedTuple):
    """Boxes around arcs, by rising latitude of their lower side."""

    arc: Longs
    low_deg: Floats
    high_deg: Floats
    middle_lon: Floats
    half_lon: Floats
    tallest_deg: float


@dataclass(frozen=True, eq=False)
class Ground:
    """A region, made ready to look places and roads up."""

    network: RoadNetwork
    columns: RoadColumns
    lines: LineColumns
    beside: Flags
    """On which arcs one can stop: no motorway, tunnel, bridge or ferry, shape (arcs,)."""
    water: Flags
    """Which are ferries, shape (arcs,)."""
    sites: dict[str, tuple[Charger, int]]
    """Charging sites and their nodes, by id."""
    kept_m: dict[tuple[float, float], float] = field(default_factory=dict)
    """How far the road is from the places looked up last, where all roads count. [m]"""

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
        amid = network.road_class == ROAD_CLASSES.index("motorway")
        barred = FLAG_FERRY | FLAG_TUNNEL | FLAG_BRIDGE
        beside = ~(amid & ((network.flags & FLAG_LINK) == 0)) & ((network.flags & barred) == 0)
        water = (network.flags & FLAG_FERRY) > 0
        water |= network.road_class == ROAD_CLASSES.index("ferry")
        sites = region.chargers
        pairs = zip(sites.chargers, sites.node.tolist(), strict=True)
        return cls(
            network=network,
            columns=RoadColumns(*(getattr(network, name) for name in RoadColumns._fields)),
            lines=LineColumns(*(getattr(network, name) for name in LineColumns._fields)),
            beside=beside & ~water,
            water=water,
            sites={site.id: (site, node) for site, node in pairs},
        )

    def then(self, departure: datetime | None) -> "Ground":
        """Return the same with the limits and tolls of a departure; those made last are kept."""
        rules = holding(self.network, departure)
        if not rules:
            return self
        kept = _THEN.setdefault(self, OrderedDict())
        found = kept.get(rules)
        if found is None:
            network = roads_then(self.network, rules)
            columns = RoadColumns(*(getattr(network, name) for name in RoadColumns._fields))
            found = kept[rules] = replace(self, network=network, columns=columns)
            names = ("_boxes", "_nodes_by_lat", "has_streets")
            vars(found).update({name: getattr(self, name) for name in names})
            if len(kept) > _THEN_KEPT:
                kept.popitem(last=False)
        return found

    @cached_property
    def has_streets(self) -> bool:
        """Whether there are roads that people live on, not main roads alone."""
        lived_on = [ROAD_CLASSES.index("residential"), ROAD_CLASSES.index("living_street")]
        return bool(np.isin(self.network.road_class, lived_on).any())

    @cached_property
    def _nodes_by_lat(self) -> tuple[Longs, Floats]:
        """All nodes from south to north, and their latitudes."""
        node = np.argsort(self.network.lat, kind="stable")
        return node, self.network.lat[node]

    @cached_property
    def _boxes(self) -> tuple[_Boxes, ...]:
        """Boxes around all arcs: tall ones by themselves."""
        net = self.network
        tail, head = net.tail, net.head
        turn = (net.lon[head] - net.lon[tail] + 180.0) % 360.0 - 180.0
        sides = [
            np.minimum(net.lat[tail], net.lat[head]),
            np.maximum(net.lat[tail], net.lat[head]),
            np.minimum(turn, 0.0),
            np.maximum(turn, 0.0),
        ]
        inner = np.diff(net.shape_first)
        drawn = np.flatnonzero(inner)
        if drawn.size:
            first = net.shape_first[drawn]
            start = np.repeat(net.lon[tail[drawn]], inner[drawn])
            off = (net.shape_lon - start + 180.0) % 360.0 - 180.0
            for side, extreme, points in (
                (0, np.minimum, net.shape_lat),
                (1, np.maximum, net.shape_lat),
                (2, np.minimum, off),
                (3, np.maximum, off),
            ):
                sides[side][drawn] = extreme(sides[side][drawn], extreme.reduceat(points, first))
        low, high, west, east = sides
        found = []
        for kind in (high - low <= _TALL_DEG, high - low > _TALL_DEG):
            arc = np.flatnonzero(kind)
            if arc.size:
                arc = arc[np.argsort(low[arc], kind="stable")]
                found.append(
                    _Boxes(
                        arc,
                        low[arc],
                        high[arc],
                        net.lon[tail[arc]] + 0.5 * (west + east)[arc],
                        0.5 * (east - west)[arc],
                        float((high - low)[arc].max()),
                    )
                )
        return tuple(found)

    def near(self, lat: float, lon: float, reach_m: float) -> Away:
        """Return all arcs within a distance of a place, and some more."""
        wide = reach_m / M_PER_DEGREE
        wide_lon = min(wide / max(math.cos(math.radians(min(abs(lat) + wide, 90.0))), 1e-3), 360.0)
        found = []
        for boxes in self._boxes:
            begin, end = np.searchsorted(
                boxes.low_deg, [lat - wide - boxes.tallest_deg, lat + wide + 1e-9]
            )
            off = np.abs((boxes.middle_lon[begin:end] - lon + 180.0) % 360.0 - 180.0)
            kept = (boxes.high_deg[begin:end] >= lat - wide) & (
                off <= boxes.half_lon[begin:end] + wide_lon
            )
            found.append(boxes.arc[begin:end][kept])
        return self._away(lat, lon, np.concatenate(found) if found else np.empty(0, np.int64))

    def nearest_m(
        self, lat: float, lon: float, barred: Flags | None, stated_m: float = 0.0
    ) -> float:
        """Return how far the road is that a place is to be tied to [m]; infinite: there is none.

        Parameters
        ----------
        lat, lon
            The place. [deg]
        barred
            Which arcs do not count, shape (arcs,); None: all do.
        stated_m
            Where to begin to look: no road that is farther off is looked at before. [m]
        """
        if barred is not None:
            return self._looked_up_m(lat, lon, barred, stated_m)
        found_m = self.kept_m.get((lat, lon))
        if found_m is None:
            found_m = self._looked_up_m(lat, lon, None, stated_m)
            if len(self.kept_m) >= _PLACES_KEPT:
                self.kept_m.clear()
            self.kept_m[lat, lon] = found_m
        return found_m

    def _looked_up_m(self, lat: float, lon: float, barred: Flags | None, stated_m: float) -> float:
        """Return what `nearest_m` does, without what was kept."""
        for reach_m in (stated_m + _MORE_M, *_REACHES_M):
            away_m, beside = self._counting(lat, lon, reach_m, barred)
            if not away_m.size or away_m.min() > reach_m:
                continue
            least_m, best = float(away_m.min()), int(np.argmin(away_m))
            if beside[best]:
                return least_m
            away_m, beside = self._counting(lat, lon, least_m + BESIDE_M, barred)
            stoppable_m = float(np.where(beside, away_m, np.inf).min())
            return stoppable_m if stoppable_m <= least_m + BESIDE_M else least_m
        return math.inf

    def _counting(
        self, lat: float, lon: float, reach_m: float, barred: Flags | None
    ) -> tuple[Floats, Flags]:
        """Return how far arcs are that count [m], and whether one can stop on them."""
        near = self.near(lat, lon, reach_m)
        counts = ~self.water[near.arc]
        if barred is not None:
            counts &= ~barred[near.arc]
        return near.away_m[counts], self.beside[near.arc[counts]]

    def _away(self, lat: float, lon: float, arcs: Longs) -> Away:
        """Measure how far arcs are from a place, in a plane that touches there."""
        if not arcs.size:
            return Away(arcs, np.empty(0), np.empty(0))
        net = self.network
        line = self.course(arcs)
        inner = (net.shape_first[arcs + 1] - net.shape_first[arcs]).astype(np.int64)
        row = np.repeat(np.arange(arcs.size), inner + 2)
        first = np.cumsum(inner + 2) - (inner + 2)
        x = ((line.lon - lon + 180.0) % 360.0 - 180.0) * math.cos(math.radians(lat))
        y = line.lat - lat
        dx, dy = np.diff(x), np.diff(y)
        squared = dx**2 + dy**2
        along = -(x[:-1] * dx + y[:-1] * dy) / np.where(squared > 0.0, squared, 1.0)
        t = np.clip(along, 0.0, 1.0)
        away = np.hypot(x[:-1] + t * dx, y[:-1] + t * dy)
        away[first[1:] - 1] = np.inf
        least = np.minimum.reduceat(np.append(away, np.inf), first)
        step = np.flatnonzero(away == np.repeat(least, np.diff(np.append(first, row.size)))[:-1])
        step = step[np.unique(row[step], return_index=True)[1]]
        at_m = line.point_m[step] + t[step] * (line.point_m[step + 1] - line.point_m[step])
        return Away(arcs, least * M_PER_DEGREE, at_m - line.point_m[first])

    def of_kind(self, kind: str) -> Flags:
        """Return which arcs are of a kind that a trip can avoid, shape (arcs,)."""
        net = self.network
        if kind == "motorway":
            ramp = (net.flags & FLAG_LINK) != 0
            return np.asarray((net.road_class == ROAD_CLASSES.index("motorway")) & ~ramp)
        if kind == "ferry":
            return self.water
        return np.asarray((net.flags & {"toll": FLAG_TOLL, "tunnel": FLAG_TUNNEL}[kind]) != 0)

    def at(self, lat: float, lon: float) -> Longs:
        """Return the nodes at a point, copies included, shape (nodes,)."""
        off_deg = 2.0 * NEAR_M / M_PER_DEGREE
        node, sorted_lat = self._nodes_by_lat
        begin, end = np.searchsorted(sorted_lat, [lat - off_deg, lat + off_deg])
        near = np.sort(node[begin:end])
        away_m = _away_m(lat, lon, self.network.lat[near], self.network.lon[near])
        return near[away_m <= NEAR_M]

    def course(self, arcs: Longs) -> Course:
        """Lay out a row of arcs that join: lines and heights by the distance from its start."""
        return lay_course(self.lines, arcs.astype(np.int64, copy=False))

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
_THEN: WeakKeyDictionary[Ground, OrderedDict[tuple[int, ...], Ground]] = WeakKeyDictionary()
_THEN_KEPT = 2


def away_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance of two points by the haversine formula [m].

    Parameters
    ----------
    lat, lon
        One point. [deg]
    other_lat, other_lon
        The other. [deg]
    """
    phi, other = math.radians(lat), math.radians(other_lat)
    half = math.sin(0.5 * (other - phi)) ** 2
    half += math.cos(phi) * math.cos(other) * math.sin(0.5 * math.radians(other_lon - lon)) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(half, 1.0)))


def _away_m(lat: float, lon: float, other_lat: Floats, other_lon: Floats) -> Floats:
    """Great-circle distances by the haversine formula, shape (points,); [m]."""
    phi, others = math.radians(lat), np.radians(other_lat)
    half = np.sin(0.5 * (others - phi)) ** 2
    half += math.cos(phi) * np.cos(others) * np.sin(0.5 * np.radians(other_lon - lon)) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def in_km(distance_m: float) -> str:
    """Write a distance in kilometres."""
    return f"{distance_m / M_PER_KM:.3f} km"
