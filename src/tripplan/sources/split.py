"""Cut arcs in two without changing the road: `split_arcs`.

The parts of an arc have together its length, its speed, its geometry and its grades.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs, ragged
from tripplan.records.network import RoadNetwork
from tripplan.records.road_changes import RoadChanges
from tripplan.routing.geometry import arc_points, step_lengths_m, within_180

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARED_M: Final = 10.0
"""Cuts this near each other on one road become one node (an assumption: one entrance)."""
_SAME_HEIGHT_M: Final = 0.005
_LEAST_PIECE_M: Final = 1e-5
"""A piece of grade shorter than this goes into its neighbour."""
_ARC_COLUMNS: Final = (
    "length_m",
    "speed_kmh",
    "speed_limit_kmh",
    "road_class",
    "flags",
    "rule",
    "road_name",
)
_RAGGED: Final = {
    "shape_first": ("shape_lat", "shape_lon"),
    "piece_first": ("piece_length_m", "piece_rise_m"),
}


def split_arcs(
    network: RoadNetwork, arc: Longs, share: Floats, one_sided: Flags | None = None
) -> tuple[RoadNetwork, Longs]:
    """Cut arcs, each with the arc back on the same line, at new nodes.

    Parameters
    ----------
    network
        The roads.
    arc
        Arc of each cut, shape (cuts,).
    share
        Where along its geometry, as a fraction of the length, within 0..1 exclusive,
        shape (cuts,).
    one_sided
        Arcs that are cut without the arc back, but with those that come from other copies of the
        junction at their start and lead to the same node, shape (arcs,); None: no arc.

    Returns
    -------
    RoadNetwork, Longs
        The roads with the new nodes after the old ones, and the node of each cut, shape (cuts,).
        Cuts of one road within `SHARED_M` have one node, that of the first of them.
    """
    if not arc.size:
        return network, np.empty(0, np.int64)
    splitter = _Splitter(network)
    if one_sided is None:
        one_sided = np.zeros(network.arc_count, np.bool_)
    roads = splitter.roads(arc, share, one_sided)
    node = np.empty(arc.size, np.int64)
    for road in roads.values():
        splitter.cut(road, node)
    return splitter.network(), node


@dataclass(eq=False)
class _Road:
    """An arc, the arc back (-1: there is none), and where to cut."""

    arc: int
    back: int
    beside: tuple[int, ...] = ()
    """Arcs on the same line from other copies of the junction at its start."""
    cuts: list[tuple[float, int]] = field(default_factory=list)
    """Share of the arc's length, and number of the cut."""


@dataclass(frozen=True, eq=False)
class _Arc:
    """One arc's geometry and grades."""

    lat: Floats
    lon: Floats
    """Points with both ends; the longitude does not jump at 180 degrees."""
    at: Floats
    """Share of the length at each point."""
    piece_at: Floats
    """Share of the length at each end of a piece."""
    piece_m: float
    """Length of all pieces, metres."""
    climb_m: Floats
    """Rise from the arc's start to each end of a piece, metres."""


class _Splitter:
    """Collects the parts of arcs that are cut."""

    def __init__(self, network: RoadNetwork) -> None:
        self.old = network
        self.tail = network.tail
        self.columns: dict[str, NDArray[Any]] = {
            name: getattr(network, name) for name in ("head", *_ARC_COLUMNS)
        }
        self.columns["road_name"] = network.name_of_arc
        self.known: dict[int, _Arc] = {}
        self.gone = np.zeros(network.arc_count, np.bool_)
        self.lat: list[float] = []
        self.lon: list[float] = []
        self.elevation_m: list[float] = []
        self.rows: dict[str, list[Any]] = {name: [] for name in ("tail", "head", *_ARC_COLUMNS)}
        self.source: list[int] = []
        """Arc that each part is of, ..."""
        self.slower: list[float] = []
        """... and its speed as a share of that of this arc."""
        self.ragged: dict[str, list[Floats]] = {
            name: [] for names in _RAGGED.values() for name in names
        }

    def roads(self, arc: Longs, share: Floats, one_sided: Flags) -> dict[int, _Road]:
        """Collect the cuts of each road, under the lower of its two arcs."""
        found: dict[int, _Road] = {}
        for number, (one, at) in enumerate(zip(arc.tolist(), share.tolist(), strict=True)):
            if one_sided[one]:
                quickest, *beside = self._beside(one)
                road = found.setdefault(quickest, _Road(quickest, -1, tuple(beside)))
                road.cuts.append((at, number))
                continue
            back = self._back(one)
            along = not 0 <= back < one
            road = found.setdefault(
                one if along else back, _Road(one, back) if along else _Road(back, one)
            )
            road.cuts.append((at if along else 1.0 - at, number))
        return found

    def _back(self, arc: int) -> int:
        """Find the arc that leads back on the same line at the same heights; -1: there is none."""
        net = self.old
        head = int(net.head[arc])
        for other in range(int(net.first_out[head]), int(net.first_out[head + 1])):
            if net.head[other] == self.tail[arc] and other != arc and self._mirrored(arc, other):
                return other
        return -1

    def _beside(self, arc: int) -> list[int]:
        """Return the arcs on the same line to the same node, with this one; the quickest first."""
        net, line = self.old, self._arc(arc)
        first, last = np.searchsorted(net.head[self._by_head], [net.head[arc], net.head[arc] + 1])
        found = [
            k
            for k in self._by_head[first:last].tolist()
            if net.length_m[k] == net.length_m[arc]
            and np.array_equal(self._arc(k).lat, line.lat)
            and np.array_equal(self._arc(k).lon, line.lon)
        ]
        return sorted(found, key=lambda k: (-net.speed_kmh[k], k))

    @cached_property
    def _by_head(self) -> Longs:
        return np.argsort(self.old.head, kind="stable")

    def _mirrored(self, arc: int, other: int) -> bool:
        one, two = self._arc(arc), self._arc(other)
        if not np.array_equal(one.lat, two.lat[::-1]):
            return False
        if not np.allclose(one.lon, two.lon[::-1], rtol=0.0, atol=1e-9):
            return False
        at = np.union1d(one.piece_at, 1.0 - two.piece_at)
        there = np.interp(at, one.piece_at, one.climb_m)
        back = np.interp(1.0 - at, two.piece_at, two.climb_m) - two.climb_m[-1]
        return bool(np.allclose(there, back, rtol=0.0, atol=_SAME_HEIGHT_M))

    def _arc(self, arc: int) -> _Arc:
        if arc not in self.known:
            self.known[arc] = self._read(arc)
        return self.known[arc]

    def _read(self, arc: int) -> _Arc:
        net = self.old
        _, lat, lon = arc_points(net, np.array([arc]))
        along = np.concatenate(([0.0], np.cumsum(step_lengths_m(lat, lon))))
        piece = slice(net.piece_first[arc], net.piece_first[arc + 1])
        ends = np.concatenate(([0.0], np.cumsum(net.piece_length_m[piece])))
        return _Arc(
            lat=lat,
            lon=np.unwrap(lon, period=360.0),
            at=along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, lat.size),
            piece_at=ends / ends[-1],
            piece_m=float(ends[-1]),
            climb_m=np.concatenate(([0.0], np.cumsum(net.piece_rise_m[piece]))),
        )

    def cut(self, road: _Road, node: Longs) -> None:
        """Cut one road, and write the node of each cut into ``node``."""
        line = self._arc(road.arc)
        length_m = float(self.old.length_m[road.arc])
        shares: list[float] = []
        first = self.old.node_count + len(self.lat)
        for share, number in sorted(road.cuts):
            if not shares or (share - shares[-1]) * length_m > SHARED_M:
                shares.append(share)
            node[number] = first + len(shares) - 1
        at = np.array(shares)
        start_m = self.old.elevation_m[self.tail[road.arc]]
        self.lat += np.interp(at, line.at, line.lat).tolist()
        self.lon += within_180(np.interp(at, line.at, line.lon)).tolist()
        self.elevation_m += (start_m + np.interp(at, line.piece_at, line.climb_m)).tolist()
        numbers = np.arange(first, first + at.size)
        self._parts(road.arc, at, numbers)
        if road.back >= 0:
            self._parts(road.back, 1.0 - at[::-1], numbers[::-1])
        for other in road.beside:
            # What such an arc takes longer, for turning round before it, is that of its first part.
            kmh = self.old.speed_kmh
            first_h = 1.0 / kmh[other] - (1.0 - at[0]) / kmh[road.arc]
            speeds = np.full(at.size + 1, kmh[road.arc])
            speeds[0] = at[0] / first_h
            self._parts(other, at, numbers, speeds)

    def _parts(self, arc: int, at: Floats, numbers: Longs, speed_kmh: Floats | None = None) -> None:
        """Add the parts of an arc, with its speed or speeds of their own."""
        net, line = self.old, self._arc(arc)
        self.gone[arc] = True
        ends = np.concatenate(([0.0], at, [1.0]))
        nodes = [int(self.tail[arc]), *numbers.tolist(), int(net.head[arc])]
        for k, (low, high) in enumerate(pairwise(ends.tolist())):
            self.rows["tail"].append(nodes[k])
            self.rows["head"].append(nodes[k + 1])
            self.rows["length_m"].append(float(net.length_m[arc]) * (high - low))
            for name in _ARC_COLUMNS[1:]:
                self.rows[name].append(self.columns[name][arc])
            self.source.append(arc)
            self.slower.append(1.0)
            if speed_kmh is not None:
                self.rows["speed_kmh"][-1] = speed_kmh[k]
                self.slower[-1] = float(speed_kmh[k] / net.speed_kmh[arc])
            inside = (line.at > low) & (line.at < high)
            inside[[0, -1]] = False
            self.ragged["shape_lat"].append(line.lat[inside])
            self.ragged["shape_lon"].append(within_180(line.lon[inside]))
            least = _LEAST_PIECE_M / line.piece_m
            breaks = (line.piece_at > low + least) & (line.piece_at < high - least)
            bounds = np.concatenate(([low], line.piece_at[breaks], [high]))
            climb_m = np.interp(bounds, line.piece_at, line.climb_m)
            self.ragged["piece_length_m"].append(np.diff(bounds) * line.piece_m)
            self.ragged["piece_rise_m"].append(np.diff(climb_m))

    def network(self) -> RoadNetwork:
        """Put the arcs that are not cut and the parts of the others together."""
        old, kept = self.old, np.flatnonzero(~self.gone)
        columns = {
            name: np.concatenate([column[kept], self.rows[name]])
            for name, column in self.columns.items()
        }
        fresh = np.zeros(len(self.lat), np.uint8)
        return RoadNetwork.from_arcs(
            lat=np.concatenate([old.lat, self.lat]),
            lon=np.concatenate([old.lon, self.lon]),
            elevation_m=np.concatenate([old.elevation_m, self.elevation_m]),
            tail=np.concatenate([self.tail[kept], self.rows["tail"]]),
            shapes=self._rows("shape_first", kept),
            pieces=self._rows("piece_first", kept),
            node_flags=np.concatenate([old.node_flags, fresh]),
            access_rules=old.access_rules,
            road_names=old.road_names,
            changes=self._changes(kept),
            **columns,
        )

    def _changes(self, kept: Longs) -> RoadChanges:
        """Return the changes of the arcs that are not cut, and of the parts of the others."""
        found = self.old.changes.of_arcs(np.concatenate([kept, self.source]).astype(np.int64))
        slower = np.concatenate([np.ones(kept.size), self.slower])
        return replace(found, speed_kmh=found.speed_kmh * slower[found.arc])

    def _rows(self, index: str, kept: Longs) -> tuple[Longs, Floats, Floats]:
        one, two = _RAGGED[index]
        first = getattr(self.old, index).astype(np.int64)
        count = np.diff(first)[kept]
        source = ragged(first[kept], count)
        added = [values.size for values in self.ragged[one]]
        return (
            np.concatenate(([0], np.cumsum(np.concatenate([count, added])))).astype(np.int64),
            np.concatenate([getattr(self.old, one)[source], *self.ragged[one]]),
            np.concatenate([getattr(self.old, two)[source], *self.ragged[two]]),
        )
