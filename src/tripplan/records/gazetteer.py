"""Names to positions, offline: `Gazetteer`."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.errors import InvalidInputError
from tripplan.records.trip import BESIDE, Place
from tripplan.units import EARTH_RADIUS_M, M_PER_DEGREE, M_PER_KM

CHARGER: Final = "charger"
"""Kind of an entry that is the name of a charging site: found by name, and never a town."""
AIRPORT: Final = "airport"
NEAR_KM: Final = 15.0
"""A place without a name is called by the nearest town up to here (assumption)."""
_SAME_AREA_KM: Final = 30.0
"""A place lies in an area if a town of that area is this near, or is the nearest (assumption)."""
_OUTSIDE_KM: Final = 100.0
"""Farther than this from towns of known areas, nobody knows a place's own (assumption)."""
_AIRPORT_KM: Final = 60.0
"""An airport of a town is this near (assumption); Denver's is 30 km away."""
_OF_AIRPORTS: Final = frozenset({AIRPORT, "international", "intl", "regional"})
_PARTED: Final = re.compile(r"[-/(),]+")
_AS_LIKELY: Final = 0.1
"""Of two towns of one name the smaller is as likely to be meant as the other where it has at least
this share of its inhabitants and is nearer to the trip's other end (assumption)."""
_OTHER_NAME: Final = 0.1
"""A town that is called so in another language only counts with this share of its inhabitants
(assumption): "Baden" is no Baden-Baden, and "Vienne" is Vienna."""
_BY: Final = " near "
"""Stands between the name of a place and that of a town which tells it from others of its name."""
_COUNTRY: Final = frozenset({"usa", "us", "united states", "united states of america"})
"""What may stand behind the area of a name; all areas with names are those of this country."""


@dataclass(frozen=True)
class GazetteerEntry:
    """A named place: "Denver", "CO"."""

    name: str
    """Name of the place."""
    area: str
    """Code of the state (United States) or name of the country; "": not known."""
    lat: float
    """Position of the place (WGS 84)."""
    lon: float
    """Position of the place (WGS 84)."""
    population: int
    """Inhabitants; the larger of two of one name is meant."""
    kind: str = "town"
    """City, town and the like; "airport"; "charger"."""
    aliases: tuple[str, ...] = ()
    """Other names that are understood, shape (names,): an airport's code, ..."""

    @property
    def label(self) -> str:
        """The name with its area, as one would write it."""
        return f"{self.name}, {self.area}" if self.area else self.name

    @property
    def is_town(self) -> bool:
        """Whether people live there: neither an airport nor a charging site."""
        return self.kind not in {CHARGER, AIRPORT}


def _rank(entry: GazetteerEntry, name: str) -> tuple[bool, float]:
    """Return what entries of a name are sorted by; those that only others call so count less."""
    weight = 1.0 if folded_name(entry.name) == name else _OTHER_NAME
    return entry.kind == CHARGER, -weight * entry.population


def folded_name(text: str) -> str:
    """Return a name as it is compared: without case, accents and dots."""
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
    country_codes: Mapping[str, str] = field(default_factory=dict)
    """ISO 3166-1 codes of the areas that are countries, shape (countries,): {"Germany": "DE"};
    either is understood."""
    _by_name: dict[str, list[GazetteerEntry]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        aliased = set()
        for entry in sorted(self.entries, key=lambda e: (e.kind == CHARGER, -e.population)):
            own = folded_name(entry.name)
            self._by_name.setdefault(own, []).append(entry)
            for name in {folded_name(alias) for alias in entry.aliases} - {own}:
                self._by_name.setdefault(name, []).append(entry)
                aliased.add(name)
        for name in aliased:
            self._by_name[name].sort(key=partial(_rank, name=name))

    def find(self, text: str, near: Place | None = None) -> Place:
        """Look a place up: "lat,lon", "Denver, CO", "Denver", "Denver airport".

        "Denver airport" is the airport near Denver, if there is but one of that name or near it.
        Towns and airports go before chargers of the same name.  Of several towns of one name the
        most populous is meant, or with ``near`` the nearest of those that are not much smaller.  Of
        two in one area the place that is returned is called by a larger town, "Salem near Benton,
        AR", and such names are understood: the one nearest to that town.  A
        place whose area the region does not state is found with one all the same where it lies in
        that area, or where nobody knows in which it lies.  Coordinates are called by the nearest
        town, "near Vail, CO", if there is one within `NEAR_KM`.

        Parameters
        ----------
        text
            What is looked up.
        near
            Where the trip comes from or goes to.

        Raises
        ------
        InvalidInputError
            No such place; the message names the nearest spellings.
        """
        coordinates = _as_coordinates(text)
        if coordinates is not None:
            return self._named(coordinates)
        name = text.partition(",")[0].strip()
        found: Sequence[GazetteerEntry] = self._by_name.get(folded_name(text), [])
        # "Olinda, CDP" is a name: its area stands behind the last comma.
        for cut in (text.partition, text.rpartition):
            if not found:
                own, _, of = (part.strip() for part in cut(","))
                found = self._meant(own, of)
        found = found or self._near_another(text)
        if not found:
            airports = self._airports_of(text)
            if len(airports) != 1:
                raise self._unknown(text, name, airports)
            found = airports
        best = found[0] if near is None else _nearest_to(near, found)
        return Place(lat=best.lat, lon=best.lon, name=self._told_apart(best))

    def _near_another(self, text: str) -> Sequence[GazetteerEntry]:
        """Return the town that "Salem near Benton, AR" means, if there are such two."""
        names, _, area = text.partition(",")
        name, _, by = names.partition(_BY)
        same = [entry for entry in self._meant(name, area.strip()) if entry.is_town]
        other = next((entry for entry in self._meant(by, area.strip()) if entry.is_town), None)
        if not same or other is None:
            return []
        return [same[int(Points.of(same).km_from(other.lat, other.lon).argmin())]]

    def _told_apart(self, entry: GazetteerEntry) -> str:
        """Return the label of a place, by a larger town where its area has two of its name.

        That town is the nearest of those larger that have a name of their own in the area and to
        which this place of the name is the nearest.
        """
        same = [e for e in self._by_name[folded_name(entry.name)] if self._is_twin(e, entry)]
        if len(same) < 2 or not entry.is_town or not entry.area:
            return entry.label
        twins = Points.of(same)
        larger = [e for e in self._towns.entries if e.area == entry.area]
        larger = [e for e in larger if e.population > entry.population and e.name != entry.name]
        towns = Points.of(larger)
        for k in np.argsort(towns.km_from(entry.lat, entry.lon), kind="stable").tolist():
            town = larger[k]
            alone = sum(self._is_twin(e, town) for e in self._by_name[folded_name(town.name)]) == 1
            nearest = same[int(twins.km_from(town.lat, town.lon).argmin())]
            if alone and nearest is entry:
                return f"{entry.name}{_BY}{town.name}, {entry.area}"
        return entry.label

    @staticmethod
    def _is_twin(one: GazetteerEntry, other: GazetteerEntry) -> bool:
        named = folded_name(one.name) == folded_name(other.name)
        return named and one.is_town and one.area == other.area

    def _named(self, place: Place) -> Place:
        near = self.nearest_town(place.lat, place.lon)
        return place.model_copy(update={"name": f"{BESIDE}{near.label}"}) if near else place

    def _meant(self, name: str, area: str) -> Sequence[GazetteerEntry]:
        """Return the entries of a name that an area does not rule out, the likeliest first."""
        same = self._by_name.get(folded_name(name), [])
        wanted, _, country = (folded_name(part) for part in area.partition(","))
        if country not in {"", *_COUNTRY}:
            # "Lyon, Auvergne-Rhone-Alpes, France": parts of countries are not known here.
            abroad = [entry for entry in same if entry.area in self.country_codes]
            return [entry for entry in abroad if country in self._names_of(entry.area)]
        if not wanted:
            return same
        if wanted in _COUNTRY:
            return [entry for entry in same if entry.area not in self.country_codes]
        stated = [entry for entry in same if entry.area and wanted in self._names_of(entry.area)]
        if stated:
            return stated
        areas = [(e, frozenset({e.area}) if e.area else self._areas_of(e)) for e in same]
        inside = [entry for entry, own in areas if any(wanted in self._names_of(a) for a in own)]
        if inside or any(wanted in self._names_of(area) for area in self.country_codes):
            return inside
        # Parts of other countries are not known here: "Lyon, Rhone" may well be right.
        return [entry for entry, own in areas if own <= self.country_codes.keys()]

    def _names_of(self, area: str) -> tuple[str, str]:
        other = self.area_names.get(area) or self.country_codes.get(area, area)
        return folded_name(area), folded_name(other)

    def _areas_of(self, entry: GazetteerEntry) -> frozenset[str]:
        """Return the areas in which a place may lie, by the towns around it; none: not known."""
        towns = self._towns_of_areas
        km = towns.km_from(entry.lat, entry.lon)
        if not km.size or km.min() > _OUTSIDE_KM:
            return frozenset()
        near = np.flatnonzero(km <= max(_SAME_AREA_KM, float(km.min())))
        return frozenset(towns.entries[k].area for k in near)

    def _airports_of(self, text: str) -> Sequence[GazetteerEntry]:
        """Return the airports that "Denver airport" may mean, the nearest first.

        Those near the town whose name begins with its own, or else has it, or else all near it;
        without such a town those with these words in their names.
        """
        name, _, area = text.partition(",")
        words = folded_name(name).split()
        own = " ".join(word for word in words if word not in _OF_AIRPORTS)
        if AIRPORT not in words or not own:
            return []
        airports = [entry for entry in self.entries if entry.kind == AIRPORT]
        called = {e: f" {_PARTED.sub(' ', folded_name(e.name))} " for e in airports}
        named = [e for e in airports if f" {own} " in called[e]]
        first = [e for e in named if called[e].startswith(f" {own} ")]
        town = next((entry for entry in self._meant(own, area) if entry.is_town), None)
        if town is None:
            return first or named
        points = Points.of(airports)
        km = points.km_from(town.lat, town.lon)
        near = [airports[k] for k in np.argsort(km, kind="stable") if km[k] <= _AIRPORT_KM]
        kinds = ([e for e in near if e in some] for some in (first, named))
        return next((some for some in kinds if some), near)

    def _unknown(
        self, text: str, name: str, airports: Sequence[GazetteerEntry]
    ) -> InvalidInputError:
        same = self._by_name.get(folded_name(name), []) or airports
        near = [e.label for e in same[:4]] or self._close_to(name)
        none = "no name here is close to it." if self.entries else "this region names no places."
        hint = f"did you mean {' / '.join(near)}?" if near else none
        return InvalidInputError(
            f'place "{text}" is not known here: {hint} '
            'Coordinates always work, as "39.74,-104.99" (latitude, longitude).',
            field="place",
            value=text,
            expected="a name of this region, or lat,lon",
        )

    def _close_to(self, name: str) -> list[str]:
        """Return names of towns that are spelled nearly so, or that go on after the name.

        Those of chargers where there is no such town.
        """
        start = f"{folded_name(name)} "
        towns = {key: same[0] for key, same in self._by_name.items() if same[0].kind != CHARGER}
        others = {key: same[0] for key, same in self._by_name.items() if key not in towns}
        for known in (towns, others):
            # A town of many names may be close to a word by several of them.
            matches = difflib.get_close_matches(folded_name(name), known, n=12, cutoff=0.75)
            matches = matches or sorted(key for key in known if key.startswith(start))
            labels = dict.fromkeys(known[match].label for match in matches)
            if labels:
                return list(labels)[:4]
        return []

    def nearest(self, lat: float, lon: float) -> tuple[GazetteerEntry, float] | None:
        """Return the nearest town and its distance in km; of other entries where there is no town.

        None where there is no entry at all.
        """
        known = self._towns if self._towns.entries else Points.of(self.entries)
        if not known.entries:
            return None
        km = known.km_from(lat, lon)
        best = int(np.argmin(km))
        return known.entries[best], float(km[best])

    def nearest_town(
        self, lat: float, lon: float, within_km: float = NEAR_KM
    ) -> GazetteerEntry | None:
        """Return the nearest town, or None where none is that near.

        Parameters
        ----------
        lat, lon
            The place. [deg]
        within_km
            How far away it may be. [km]
        """
        towns = self._towns
        near = towns.of_latitude(lat, within_km)
        km = towns.km_from(lat, lon, near)
        if not km.size or km.min() > within_km:
            return None
        return towns.entries[int(near[np.argmin(km)])]

    def country_of(self, lat: float, lon: float) -> str:
        """Return the country of the nearest town whose area is known (ISO 3166-1).

        Empty where there is none near.

        Parameters
        ----------
        lat, lon
            The place. [deg]
        """
        towns = self._towns_of_areas
        # Mostly a town close by tells.
        for within_km in (NEAR_KM, _OUTSIDE_KM):
            near = towns.of_latitude(lat, within_km)
            km = towns.km_from(lat, lon, near)
            if km.size and float(km.min()) <= within_km:
                area = towns.entries[int(near[np.argmin(km)])].area
                return self.country_codes.get(area, "US" if self.area_names else "")
        return ""

    @cached_property
    def _towns(self) -> "Points":
        return Points.of([entry for entry in self.entries if entry.is_town])

    @cached_property
    def _towns_of_areas(self) -> "Points":
        return Points.of([entry for entry in self._towns.entries if entry.area])


@dataclass(frozen=True, eq=False)
class Points:
    """Entries with their positions as columns, shape (entries,)."""

    entries: tuple[GazetteerEntry, ...]
    """They themselves, shape (entries,)."""
    lat: Floats
    """Degrees, shape (entries,)."""
    lon: Floats
    """Degrees, shape (entries,)."""

    @classmethod
    def of(cls, entries: Sequence[GazetteerEntry]) -> "Points":
        """Return the columns of some entries."""
        lat, lon = (np.array([getattr(e, axis) for e in entries]) for axis in ("lat", "lon"))
        return cls(tuple(entries), lat, lon)

    @cached_property
    def _rising(self) -> tuple[NDArray[np.intp], Floats]:
        """The entries from south to north, and their latitudes."""
        order = np.argsort(self.lat, kind="stable")
        return order, self.lat[order]

    def of_latitude(self, lat: float, within_km: float) -> NDArray[np.intp]:
        """Return those at most so far to the north or south, in order: a plan asks dozens of times.

        Parameters
        ----------
        lat
            The latitude. [deg]
        within_km
            How far. [km]
        """
        band_deg = within_km * M_PER_KM / M_PER_DEGREE
        order, rising = self._rising
        first, last = rising.searchsorted([lat - 1.001 * band_deg, lat + 1.001 * band_deg])
        near = np.sort(order[first:last])
        return near[np.abs(self.lat[near] - lat) <= band_deg]

    def km_from(self, lat: float, lon: float, which: NDArray[np.intp] | None = None) -> Floats:
        """Return how far entries are from a place, on a plane between the two, km.

        Parameters
        ----------
        lat, lon
            The place. [deg]
        which
            The entries, shape (entries asked for,); None: all.
        """
        lats, lons = (self.lat, self.lon) if which is None else (self.lat[which], self.lon[which])
        x = np.radians(lons - lon) * np.cos(np.radians((lats + lat) / 2))
        km: Floats = np.hypot(x, np.radians(lats - lat)) * EARTH_RADIUS_M / M_PER_KM
        return km


def _nearest_to(near: Place, found: Sequence[GazetteerEntry]) -> GazetteerEntry:
    """Return the nearest of those towns of one name that are as likely as the first."""
    first = found[0]
    if not first.is_town:
        return first
    least = _AS_LIKELY * first.population
    likely = [one for one in found if one.is_town and one.population >= least]
    return likely[int(np.argmin(Points.of(likely).km_from(near.lat, near.lon)))]


def _as_coordinates(text: str) -> Place | None:
    first, comma, second = text.partition(",")
    try:
        lat, lon = float(first), float(second)
    except ValueError:
        return None
    if not comma:
        return None
    return Place.parse({"lat": lat, "lon": lon}, where=f'place "{text}" (read as lat,lon)')
