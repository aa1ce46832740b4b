"""Roads as forward-star arrays: `RoadNetwork`.

Arrays are read-only, of fixed dtype, and checked for shape and sense when the record is built;
arrays that are already read-only (memory maps) are kept as they are.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tripplan.arrays import Bytes, Floats, Ints, column
from tripplan.errors import DataError
from tripplan.records.road_changes import NO_CHANGES, RoadChanges
from tripplan.records.road_name import RoadName

Ragged = tuple[ArrayLike, ArrayLike, ArrayLike]
"""First index of each arc's row, and two columns of values."""

ROAD_CLASSES: Final = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "track",
    "ferry",
)
FLAG_LINK: Final = 1
"""A ramp."""
FLAG_TOLL: Final = 2
FLAG_TUNNEL: Final = 4
FLAG_BRIDGE: Final = 8
FLAG_FERRY: Final = 16
FLAG_URBAN: Final = 32
FLAG_LIMIT_STATED: Final = 64
"""Its limit is stated by its source; without it, assumed by class and country."""
FLAG_MOTORROAD: Final = 128
"""A road for motor traffic only, other than a motorway: of limited access."""

NODE_COPY: Final = 1
"""A node is one copy of a junction with turn restrictions; only some of its roads reach it."""
NODE_TURNING: Final = 2
"""Its copies differ in nothing but whether one may turn round there; NODE_COPY is set too."""

_FLOATS = (
    "lat",
    "lon",
    "elevation_m",
    "length_m",
    "speed_kmh",
    "speed_limit_kmh",
    "shape_lat",
    "shape_lon",
    "piece_length_m",
    "piece_rise_m",
)
_EDGE_COLUMNS = ("length_m", "speed_kmh", "speed_limit_kmh")
_EDGE_CODES = ("road_class", "flags")
_INTS = ("first_out", "head", "shape_first", "piece_first", "timed_arc", "timed_rule")
_BYTES = ("road_class", "flags", "node_flags")
COLUMNS: Final = (*_FLOATS, *_INTS, *_BYTES)
"""Names of all columns, for those who store or copy a network; ``road_name`` is beside them, which
not every network has."""


def _none() -> Ints:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Directed arcs; those that leave node v are first_out[v]..first_out[v+1]-1.

    A two-way road is two arcs.  Within an arc the grade may change from piece to piece.
    """

    lat: Floats
    """Node latitude, degrees, shape (nodes,)."""
    lon: Floats
    """Node longitude, degrees, shape (nodes,)."""
    elevation_m: Floats
    """Node elevation, metres above sea level, shape (nodes,)."""
    first_out: Ints
    """Index of the first arc of each node, shape (nodes + 1,)."""
    head: Ints
    """Node at the arc's end, shape (arcs,)."""
    length_m: Floats
    """Driven length, metres, shape (arcs,)."""
    speed_kmh: Floats
    """Expected driving speed, km/h, shape (arcs,)."""
    speed_limit_kmh: Floats
    """Posted (or assumed) limit, km/h, shape (arcs,)."""
    road_class: Bytes
    """Index into `ROAD_CLASSES`, shape (arcs,)."""
    flags: Bytes
    """Sum of FLAG_LINK, FLAG_TOLL, ..., shape (arcs,)."""
    shape_first: Ints
    """First point of each arc's geometry, shape (arcs + 1,)."""
    shape_lat: Floats
    """Latitude of the points between an arc's ends, in driving order, shape (points,)."""
    shape_lon: Floats
    """Longitude of the same, shape (points,)."""
    piece_first: Ints
    """First piece of each arc, shape (arcs + 1,); each arc has at least one."""
    piece_length_m: Floats
    """Length of each piece of constant grade, in driving order, shape (pieces,)."""
    piece_rise_m: Floats
    """Rise of each piece, shape (pieces,)."""
    node_flags: Bytes
    """Sum of NODE_COPY, NODE_TURNING, shape (nodes,)."""
    timed_arc: Ints = field(default_factory=_none)
    """Arcs that are open at some times only, rising, shape (timed,), ..."""
    timed_rule: Ints = field(default_factory=_none)
    """... and which rule says when, an index into ``access_rules``, shape (timed,)."""
    access_rules: tuple[str, ...] = ()
    """When roads are open: what holds without a condition, then what changes it, of which the last
    that holds decides: "yes; no @ (Nov-May)"; shape (rules,)."""
    road_name: Ints = field(default_factory=_none)
    """Index into ``road_names`` of each arc, -1 where it has none, shape (arcs,); or of shape (0,)
    where no road has one."""
    road_names: tuple[RoadName, ...] = ()
    """What the roads are called, shape (names,)."""
    changes: RoadChanges = NO_CHANGES
    """Limits and tolls that hold at some times only."""

    def __post_init__(self) -> None:
        ints = (*_INTS, "road_name")
        for names, dtype in ((_FLOATS, np.float64), (ints, np.int32), (_BYTES, np.uint8)):
            for name in names:
                object.__setattr__(self, name, column(getattr(self, name), np.dtype(dtype)))
        faults = self._shape_faults() or self._value_faults() or self._row_faults()
        if faults:
            raise DataError("this road network cannot be used: " + "; ".join(faults), faults=faults)

    def _shape_faults(self) -> list[str]:
        nodes, arcs = self.lat.size, self.head.size
        wanted = {
            "lon": nodes,
            "elevation_m": nodes,
            "node_flags": nodes,
            "first_out": nodes + 1,
            **dict.fromkeys(("length_m", "speed_kmh", "speed_limit_kmh"), arcs),
            **dict.fromkeys(("road_class", "flags"), arcs),
            **dict.fromkeys(("shape_first", "piece_first"), arcs + 1),
            "shape_lon": self.shape_lat.size,
            "piece_rise_m": self.piece_length_m.size,
            "timed_rule": self.timed_arc.size,
            "road_name": arcs if self.road_name.size else 0,
        }
        faults = [
            f"{name} has shape {getattr(self, name).shape}, expected ({size},)"
            for name, size in wanted.items()
            if getattr(self, name).shape != (size,)
        ]
        return faults if nodes else ["it has no nodes"]

    def _value_faults(self) -> list[str]:
        nodes, arcs = self.lat.size, self.head.size
        checks = {
            "latitude outside -90..90": _within(self.lat, -90, 90),
            "longitude outside -180..180": _within(self.lon, -180, 180),
            "elevation outside -500..9000 m": _within(self.elevation_m, -500, 9000),
            "first_out is not a rising index of the arcs": _is_index(self.first_out, arcs),
            "head names a node that is not there": _within(self.head, 0, nodes - 1),
            "length_m is not positive": _within(self.length_m, 1e-6, 1e8),
            "speed_kmh is not within 0..300": _within(self.speed_kmh, 1e-3, 300),
            "speed_limit_kmh is not within 0..400": _within(self.speed_limit_kmh, 1e-3, 400),
            "road_class is none of ROAD_CLASSES": _within(
                self.road_class, 0, len(ROAD_CLASSES) - 1
            ),
            "timed_arc names an arc that is not there, or one twice": _within(
                self.timed_arc, 0, arcs - 1
            )
            and bool(np.all(np.diff(self.timed_arc) > 0)),
            "timed_rule names a rule that is not there": _within(
                self.timed_rule, 0, len(self.access_rules) - 1
            ),
            "road_name names a road that is not there": _within(
                self.road_name, -1, len(self.road_names) - 1
            ),
        }
        found = [fault for fault, fine in checks.items() if not fine]
        return [*found, *self.changes.faults(arcs)]

    def _row_faults(self) -> list[str]:
        checks = {
            "shape_first is not a rising index": _is_index(self.shape_first, self.shape_lat.size),
            "piece_first is not a rising index": _is_index(
                self.piece_first, self.piece_length_m.size
            ),
            "an arc has no piece": bool(np.all(np.diff(self.piece_first) > 0)),
            "a point of a shape is out of range": _within(self.shape_lat, -90, 90)
            and _within(self.shape_lon, -180, 180),
            "a piece has no length": _within(self.piece_length_m, 1e-6, 1e8),
            "a piece rises beyond reason": _within(self.piece_rise_m, -9500, 9500),
        }
        faults = [fault for fault, fine in checks.items() if not fine]
        if faults or not self.head.size:
            return faults
        length = np.add.reduceat(self.piece_length_m, self.piece_first[:-1])
        rise = np.add.reduceat(self.piece_rise_m, self.piece_first[:-1])
        level = self.elevation_m[self.head] - self.elevation_m[self.tail]
        if not np.allclose(length, self.length_m, rtol=1e-6, atol=0.01):
            faults.append("the pieces of an arc are not as long as the arc")
        if not np.allclose(rise, level, rtol=0.0, atol=0.01):
            faults.append("the pieces of an arc do not rise from its start to its end")
        return faults

    @classmethod
    def from_arcs(
        cls,
        *,
        lat: ArrayLike,
        lon: ArrayLike,
        elevation_m: ArrayLike,
        tail: ArrayLike,
        head: ArrayLike,
        length_m: ArrayLike,
        speed_kmh: ArrayLike,
        speed_limit_kmh: ArrayLike,
        road_class: ArrayLike | None = None,
        flags: ArrayLike | None = None,
        shapes: Ragged | None = None,
        pieces: Ragged | None = None,
        node_flags: ArrayLike | None = None,
        rule: ArrayLike | None = None,
        access_rules: tuple[str, ...] = (),
        road_name: ArrayLike | None = None,
        road_names: tuple[RoadName, ...] = (),
        changes: RoadChanges = NO_CHANGES,
    ) -> "RoadNetwork":
        """Sort directed arcs by tail into a forward star.

        Parameters
        ----------
        lat, lon, elevation_m
            Columns of the nodes, shape (nodes,); degrees, degrees, metres.
        tail, head
            Node indices, shape (arcs,).
        length_m, speed_kmh, speed_limit_kmh
            Columns of the arcs, shape (arcs,).
        road_class, flags
            Columns of the arcs; None: motorways without flags.
        shapes
            First point of each arc (arcs + 1,), latitude and longitude of the points between the
            ends; None: straight lines.
        pieces
            First piece of each arc (arcs + 1,), length and rise of the pieces; None: one piece
            an arc, with the grade between its ends.
        node_flags
            Column of the nodes; None: no flags.
        rule
            Column of the arcs: which of the rules says when each is open, -1 for always; None: all
            are, always.
        access_rules
            The rules.
        road_name
            Column of the arcs: which of the names each road has, -1 for none; None: none has one.
        road_names
            The names.
        changes
            Limits and tolls that hold at some times only, by the arcs as they stand here.

        Raises
        ------
        DataError
            A column has the wrong shape or an impossible value.
        """
        tails, heads = _ends(tail, head, np.asarray(lat).size)
        _same_length(tails.size, head=head, road_class=road_class, flags=flags, rule=rule)
        _same_length(tails.size, road_name=road_name)
        speeds = {"speed_kmh": speed_kmh, "speed_limit_kmh": speed_limit_kmh}
        _same_length(tails.size, length_m=length_m, **speeds)
        faults = list(changes.faults(tails.size))
        if faults:
            raise DataError(f"this road network cannot be used: {'; '.join(faults)}", faults=faults)
        heights = np.asarray(elevation_m, dtype=np.float64)
        lengths = np.asarray(length_m, dtype=np.float64)
        arcs = tails.size
        if pieces is None:
            pieces = (np.arange(arcs + 1), lengths, heights[heads] - heights[tails])
        order = np.lexsort((heads, tails))
        shape = _reordered(shapes or (np.zeros(arcs + 1), np.empty(0), np.empty(0)), order)
        piece = _reordered(pieces, order)
        leaving = np.bincount(tails, minlength=heights.size)
        return cls(
            lat=np.asarray(lat),
            lon=np.asarray(lon),
            elevation_m=heights,
            first_out=np.concatenate(([0], np.cumsum(leaving))),
            head=heads[order].astype(np.int32),
            length_m=lengths[order],
            speed_kmh=np.asarray(speed_kmh)[order],
            speed_limit_kmh=np.asarray(speed_limit_kmh)[order],
            road_class=_codes(road_class, order),
            flags=_codes(flags, order),
            shape_first=shape[0],
            shape_lat=shape[1],
            shape_lon=shape[2],
            piece_first=piece[0],
            piece_length_m=piece[1],
            piece_rise_m=piece[2],
            node_flags=_codes(node_flags, np.arange(heights.size)),
            **_timed(np.full(arcs, -1) if rule is None else np.asarray(rule)[order]),
            access_rules=access_rules,
            road_name=_none() if road_name is None or not road_names else _row(road_name, order),
            road_names=road_names,
            changes=changes.of_arcs(order),
        )

    @classmethod
    def from_edges(
        cls,
        *,
        tail: ArrayLike,
        head: ArrayLike,
        two_way: bool,
        **columns: Any,  # noqa: ANN401 - those of `from_arcs`
    ) -> "RoadNetwork":
        """Build from straight edges of even grade; with ``two_way`` each is driven in both senses.

        Parameters
        ----------
        tail, head
            Node indices, shape (edges,).
        two_way
            Whether each edge stands for both directions.
        **columns
            ``lat``, ``lon`` and ``elevation_m`` of the nodes, ``length_m``, ``speed_kmh`` and
            ``speed_limit_kmh`` of the edges, and their ``road_class`` and ``flags`` where they are
            no motorways, as in `from_arcs`.

        Raises
        ------
        DataError
            A column has the wrong shape or an impossible value.
        """
        tails, heads = np.asarray(tail, dtype=np.int64), np.asarray(head, dtype=np.int64)
        codes = [name for name in _EDGE_CODES if columns.get(name) is not None]
        _same_length(tails.size, head=heads, **{k: columns[k] for k in (*_EDGE_COLUMNS, *codes)})
        if two_way:
            tails, heads = np.concatenate([tails, heads]), np.concatenate([heads, tails])
            for name in _EDGE_COLUMNS:
                columns[name] = np.tile(np.asarray(columns[name], dtype=np.float64), 2)
            for name in codes:
                columns[name] = np.tile(np.asarray(columns[name], dtype=np.uint8), 2)
        return cls.from_arcs(tail=tails, head=heads, **columns)

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(self.lat.size)

    @property
    def arc_count(self) -> int:
        """Number of arcs."""
        return int(self.head.size)

    @property
    def rule(self) -> Ints:
        """Which of ``access_rules`` says when each arc is open, -1 for always, shape (arcs,)."""
        found = np.full(self.arc_count, -1, dtype=np.int32)
        found[self.timed_arc] = self.timed_rule
        return found

    @property
    def name_of_arc(self) -> Ints:
        """Which of ``road_names`` each arc has, -1 for none, shape (arcs,)."""
        return self.road_name if self.road_name.size else np.full(self.arc_count, -1, np.int32)

    @cached_property
    def tail(self) -> Ints:
        """Node at the arc's start, shape (arcs,)."""
        return np.repeat(np.arange(self.node_count, dtype=np.int32), np.diff(self.first_out))

    @cached_property
    def bearing_deg(self) -> NDArray[np.float64]:
        """Direction at each arc's start in degrees clockwise from north, shape (arcs,)."""
        tail, head = self.tail, self.head
        phi_1, phi_2 = np.radians(self.lat[tail]), np.radians(self.lat[head])
        turn = np.radians(self.lon[head] - self.lon[tail])
        east = np.sin(turn) * np.cos(phi_2)
        north = np.cos(phi_1) * np.sin(phi_2) - np.sin(phi_1) * np.cos(phi_2) * np.cos(turn)
        return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)


def _ends(
    tail: ArrayLike, head: ArrayLike, nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    tails, heads = np.asarray(tail, dtype=np.int64), np.asarray(head, dtype=np.int64)
    for name, ends in (("tail", tails), ("head", heads)):
        if ends.size and (ends.min() < 0 or ends.max() >= nodes):
            raise DataError(
                f"this road network cannot be used: {name} names a node that is not there"
            )
    return tails, heads


def _same_length(arcs: int, **columns: ArrayLike | None) -> None:
    wrong = [
        f"{name} {np.asarray(values).size}"
        for name, values in columns.items()
        if values is not None and np.asarray(values).shape != (arcs,)
    ]
    if wrong:
        raise DataError(
            "this road network cannot be used: its edge columns differ in length "
            f"(tail {arcs}, {', '.join(wrong)})",
            faults=wrong,
        )


def _timed(rule: NDArray[Any]) -> dict[str, NDArray[Any]]:
    arc = np.flatnonzero(rule >= 0)
    return {"timed_arc": arc.astype(np.int32), "timed_rule": rule[arc].astype(np.int32)}


def _codes(values: ArrayLike | None, order: NDArray[np.int64]) -> Bytes:
    if values is None:
        return np.zeros(order.size, dtype=np.uint8)
    return np.asarray(values)[order].astype(np.uint8)


def _row(values: ArrayLike, order: NDArray[np.int64]) -> Ints:
    return np.asarray(values)[order].astype(np.int32)


def _within(values: NDArray[Any], low: float, high: float) -> bool:
    return values.size == 0 or bool(np.all((values >= low) & (values <= high)))


def _is_index(first: NDArray[Any], size: int) -> bool:
    return bool(first[0] == 0 and first[-1] == size and np.all(np.diff(first) >= 0))


def _reordered(
    rows: Ragged, order: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Bring ragged rows into another order of arcs."""
    first = np.asarray(rows[0], dtype=np.int64)
    if first.shape != (order.size + 1,):
        raise DataError(
            f"this road network cannot be used: rows of {first.size - 1} arcs, "
            f"but there are {order.size}"
        )
    one, other = np.asarray(rows[1]), np.asarray(rows[2])
    if not _is_index(first, one.size) or one.size != other.size:
        raise DataError(
            "this road network cannot be used: the rows of its shapes or pieces do not rise from 0 "
            f"to the number of their values ({one.size} and {other.size})"
        )
    counts = np.diff(first)[order]
    new_first = np.concatenate(([0], np.cumsum(counts)))
    inside = np.arange(new_first[-1]) - np.repeat(new_first[:-1], counts)
    source = np.repeat(first[:-1][order], counts) + inside
    return new_first, one[source], other[source]
