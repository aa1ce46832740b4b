"""Names to positions, offline: `Gazetteer`."""

import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tripplan.errors import InvalidInputError
from tripplan.records.trip import Place


@dataclass(frozen=True)
class GazetteerEntry:
    """A named place: "Denver", "CO"."""

    name: str
    """Name of the place."""
    area: str
    """State or country code."""
    lat: float
    """Position of the place (WGS 84)."""
    lon: float
    """Position of the place (WGS 84)."""
    population: int
    """Inhabitants; the larger of two of one name is meant."""
    kind: str = "town"
    """City, town and the like."""
    aliases: tuple[str, ...] = ()
    """Other names that are understood, shape (names,): an airport's code, ..."""

    @property
    def label(self) -> str:
        """The name with its area, as one would write it."""
        return f"{self.name}, {self.area}" if self.area else self.name


def _folded(text: str) -> str:
    plain = text
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        plain = "".join(ch for ch in plain if not unicodedata.combining(ch))
    return " ".join(plain.casefold().replace(".", " ").split())


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Names to positions, offline."""

    entries: tuple[GazetteerEntry, ...]
    """The named places, shape (places,)."""
    area_names: Mapping[str, str] = field(default_factory=dict)
    """Full names of areas, shape (areas,): {"CO": "Colorado"}; either is understood."""
    _by_name: dict[str, list[GazetteerEntry]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for entry in sorted(self.entries, key=lambda e: -e.population):
            own = _folded(entry.name)
            self._by_name.setdefault(own, []).append(entry)
            for name in {_folded(alias) for alias in entry.aliases} - {own}:
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
