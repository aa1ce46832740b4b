"""What one plans on: `RoadNetwork` (forward-star arrays), `ChargerSet` (columns), `Gazetteer`.

A `Region` holds the three with the provenance of each.  Arrays are read-only, of fixed dtype and
checked for shape and sense when the record is built.
"""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from tripplan.errors import DataError, InvalidInputError
from tripplan.trip import Place

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

ChargerStatus = Literal["illustrative", "listed"]


def _column(value: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    array = np.ascontiguousarray(value, dtype=dtype)
    if array is value or array.base is not None:
        array = array.copy()
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads as forward-star arrays: the arcs that leave node v are first_out[v]..first_out[v+1]-1.

    Every arc is one-way; a two-way road is two arcs.  An arc has one grade, one speed.
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

    def __post_init__(self) -> None:
        for name in ("lat", "lon", "elevation_m", "length_m", "speed_kmh", "speed_limit_kmh"):
            object.__setattr__(self, name, _column(getattr(self, name), np.float64))
        for name in ("first_out", "head"):
            object.__setattr__(self, name, _column(getattr(self, name), np.int32))
        faults = self._shape_faults() or self._value_faults()
        if faults:
            raise DataError("this road network cannot be used: " + "; ".join(faults), faults=faults)

    def _shape_faults(self) -> list[str]:
        nodes, arcs = self.lat.size, self.head.size
        wanted = {
            "lon": nodes,
            "elevation_m": nodes,
            "first_out": nodes + 1,
            "length_m": arcs,
            "speed_kmh": arcs,
            "speed_limit_kmh": arcs,
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
            "latitude outside -90..90": bool(np.all(np.abs(self.lat) <= 90)),
            "longitude outside -180..180": bool(np.all(np.abs(self.lon) <= 180)),
            "elevation outside -500..9000 m": bool(
                np.all((self.elevation_m >= -500) & (self.elevation_m <= 9000))
            ),
            "first_out is not a rising index of the arcs": self.first_out[0] == 0
            and self.first_out[-1] == arcs
            and bool(np.all(np.diff(self.first_out) >= 0)),
            "head names a node that is not there": arcs == 0
            or bool(self.head.min() >= 0 and self.head.max() < nodes),
            "length_m is not positive": bool(
                np.all((self.length_m > 0) & np.isfinite(self.length_m))
            ),
            "speed_kmh is not within 0..300": bool(
                np.all((self.speed_kmh > 0) & (self.speed_kmh <= 300))
            ),
            "speed_limit_kmh is not within 0..400": bool(
                np.all((self.speed_limit_kmh > 0) & (self.speed_limit_kmh <= 400))
            ),
        }
        return [fault for fault, fine in checks.items() if not fine]

    @classmethod
    def from_edges(
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
        two_way: bool,
    ) -> "RoadNetwork":
        """Sort edges by tail into a forward star; with ``two_way`` each is driven in both senses.

        Parameters
        ----------
        lat, lon, elevation_m
            Columns of the nodes, shape (nodes,); degrees, degrees, metres.
        tail, head
            Node indices, shape (edges,).
        length_m, speed_kmh, speed_limit_kmh
            Columns of the edges, shape (edges,).
        two_way
            Whether each edge stands for both directions.

        Raises
        ------
        DataError
            A column has the wrong shape or an impossible value.
        """
        tails, heads = np.asarray(tail, np.int64), np.asarray(head, np.int64)
        columns = [np.asarray(c, np.float64) for c in (length_m, speed_kmh, speed_limit_kmh)]
        if any(column.shape != tails.shape for column in (heads, *columns)):
            raise DataError("this road network cannot be used: its edge columns differ in length")
        if two_way:
            tails, heads = np.concatenate([tails, heads]), np.concatenate([heads, tails])
            columns = [np.concatenate([column, column]) for column in columns]
        order = np.lexsort((heads, tails))
        tails = tails[order]
        lengths, speeds, limits = (column[order] for column in columns)
        nodes = np.asarray(lat).size
        if tails.size and (tails.min() < 0 or tails.max() >= nodes):
            raise DataError("this road network cannot be used: tail names a node that is not there")
        first_out = np.concatenate(([0], np.cumsum(np.bincount(tails, minlength=nodes))))
        return cls(
            lat=np.asarray(lat, np.float64),
            lon=np.asarray(lon, np.float64),
            elevation_m=np.asarray(elevation_m, np.float64),
            first_out=first_out.astype(np.int32),
            head=heads[order].astype(np.int32),
            length_m=lengths,
            speed_kmh=speeds,
            speed_limit_kmh=limits,
        )

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(self.lat.size)

    @property
    def arc_count(self) -> int:
        """Number of arcs."""
        return int(self.head.size)

    @property
    def tail(self) -> Ints:
        """Node at the arc's start, shape (arcs,)."""
        return np.repeat(np.arange(self.node_count, dtype=np.int32), np.diff(self.first_out))


@dataclass(frozen=True)
class Connector:
    """One kind of plug at a site."""

    standard: str
    """CHADEMO, CCS1, CCS2, NACS, TYPE1, TYPE2, ..."""
    power_kw: float
    """Highest power at this plug, kW."""
    power_assumed: bool = False
    """Whether the power was not stated by the source but assumed."""


@dataclass(frozen=True)
class Charger:
    """One charging site (an OCPI *Location*)."""

    id: str
    name: str
    lat: float
    lon: float
    connectors: tuple[Connector, ...]
    status: ChargerStatus
    """"illustrative": made up to show the planner at work; "listed": from a data source."""
    source: str
    stalls: int | None = None
    operator: str = ""


@dataclass(frozen=True, eq=False)
class ChargerSet:
    """Charging sites, each tied to a network node."""

    chargers: tuple[Charger, ...]
    node: Ints
    """Network node of each site, shape (sites,)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "node", _column(self.node, np.int32))
        faults = []
        if self.node.shape != (len(self.chargers),):
            faults.append(f"{len(self.chargers)} sites but {self.node.size} nodes")
        for charger in self.chargers:
            faults += [
                f"{charger.id}: {plug.standard} has power {plug.power_kw} kW"
                for plug in charger.connectors
                if not 0 < plug.power_kw <= 2000
            ]
        if faults:
            raise DataError("these chargers cannot be used: " + "; ".join(faults), faults=faults)

    def __len__(self) -> int:
        return len(self.chargers)

    def power_kw(self, standards: Sequence[str]) -> Floats:
        """Highest power at each site over plugs of these standards, kW; 0 where none fits."""
        wanted = set(standards)
        return np.array(
            [
                max((p.power_kw for p in c.connectors if p.standard in wanted), default=0.0)
                for c in self.chargers
            ],
            dtype=np.float64,
        )


@dataclass(frozen=True)
class GazetteerEntry:
    """A named place: "Denver", "CO"."""

    name: str
    area: str
    lat: float
    lon: float
    population: int
    kind: str = "town"
    aliases: tuple[str, ...] = ()
    """Other names that are understood: an airport's code, ..."""

    @property
    def label(self) -> str:
        """The name with its area, as one would write it."""
        return f"{self.name}, {self.area}" if self.area else self.name


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(ch for ch in plain if not unicodedata.combining(ch))
    return " ".join(plain.casefold().replace(".", " ").split())


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Names to positions, offline."""

    entries: tuple[GazetteerEntry, ...]
    area_names: Mapping[str, str] = field(default_factory=dict)
    """Full names of areas: {"CO": "Colorado"}; either is understood."""
    _by_name: dict[str, list[GazetteerEntry]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for entry in sorted(self.entries, key=lambda e: -e.population):
            for name in dict.fromkeys(map(_folded, (entry.name, *entry.aliases))):
                self._by_name.setdefault(name, []).append(entry)

    def find(self, text: str) -> Place:
        """Look a place up: "lat,lon", "Denver, CO" or "Denver" (the most populous of that name).

        Raises
        ------
        InvalidInputError
            No such place; the message names the nearest spellings.
        """
        coordinates = _as_coordinates(text)
        if coordinates is not None:
            return coordinates
        name, _, area = (part.strip() for part in text.partition(","))
        found = self._by_name.get(_folded(text)) or self._by_name.get(_folded(name), [])
        if area and not self._by_name.get(_folded(text)):
            found = [e for e in found if _folded(area) in self._names_of(e.area)]
        if not found:
            raise self._unknown(text, name)
        best = found[0]
        return Place(lat=best.lat, lon=best.lon, name=best.label)

    def _names_of(self, area: str) -> tuple[str, str]:
        return _folded(area), _folded(self.area_names.get(area, area))

    def _unknown(self, text: str, name: str) -> InvalidInputError:
        same = self._by_name.get(_folded(name), [])
        near = [e.label for e in same[:4]] or [
            self._by_name[match][0].label
            for match in difflib.get_close_matches(_folded(name), self._by_name, n=4, cutoff=0.75)
        ]
        hint = f"did you mean {' / '.join(near)}?" if near else "no name here is close to it"
        return InvalidInputError(
            f'place "{text}" is not known here: {hint} '
            'Coordinates always work, as "39.74,-104.99" (latitude, longitude).',
            field="place",
            value=text,
            expected="a name of this region, or lat,lon",
        )

    def nearest(self, lat: float, lon: float) -> tuple[GazetteerEntry, float] | None:
        """Return the nearest entry and its distance in km, or None where there is no entry."""
        if not self.entries:
            return None
        lats = np.array([e.lat for e in self.entries])
        lons = np.array([e.lon for e in self.entries])
        x = np.radians(lons - lon) * np.cos(np.radians((lats + lat) / 2))
        km = np.hypot(x, np.radians(lats - lat)) * 6371.0088
        best = int(np.argmin(km))
        return self.entries[best], float(km[best])


def _as_coordinates(text: str) -> Place | None:
    first, comma, second = text.partition(",")
    try:
        lat, lon = float(first), float(second)
    except ValueError:
        return None
    if not comma:
        return None
    return Place.parse({"lat": lat, "lon": lon}, where=f'place "{text}" (read as lat,lon)')


@dataclass(frozen=True, eq=False)
class Region:
    """Roads, chargers and names of one part of the world, with where they came from."""

    name: str
    network: RoadNetwork
    chargers: ChargerSet
    gazetteer: Gazetteer
    assumptions: tuple[str, ...] = ()
    """Sentences that must be shown wherever a plan on this region is shown."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Sources with their versions and licences."""

    def __post_init__(self) -> None:
        nodes = self.chargers.node
        if nodes.size and (nodes.min() < 0 or nodes.max() >= self.network.node_count):
            raise DataError(f"region {self.name}: a charger is tied to a node that is not there")
