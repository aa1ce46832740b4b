"""Names of a region: built-in towns first, then its own places, chargers' names last."""

from pathlib import Path

import numpy as np
import pytest

from tests.samples.plan import sample_plan
from tripplan.errors import InvalidInputError
from tripplan.output.drawing import basemap, labels
from tripplan.output.drawing.road_signs import lettering
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.region import Region
from tripplan.sources.build import build_region
from tripplan.sources.starter import load_starter
from tripplan.sources.store import load_region, save_region

ROADS = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" lat="39.74" lon="-105.05"/>
  <node id="2" lat="39.74" lon="-104.90"/>
  <node id="8" lat="39.84" lon="-104.70"/>
  <node id="3" lat="39.64" lon="-106.37"/>
  <node id="4" lat="39.741" lon="-104.99"><tag k="place" v="city"/>
    <tag k="name" v="Denver"/></node>
  <node id="5" lat="39.70" lon="-105.6"><tag k="place" v="hamlet"/>
    <tag k="name" v="Old Mill"/></node>
  <node id="6" lat="39.7405" lon="-104.98"><tag k="amenity" v="charging_station"/>
    <tag k="name" v="EPA Denver"/><tag k="socket:chademo" v="1"/>
    <tag k="socket:chademo:output" v="50 kW"/></node>
  <node id="7" lat="39.7402" lon="-104.97"><tag k="amenity" v="charging_station"/>
    <tag k="name" v="Lakewood"/><tag k="socket:chademo" v="1"/>
    <tag k="socket:chademo:output" v="50 kW"/></node>
  <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
  <way id="12"><nd ref="2"/><nd ref="8"/><tag k="highway" v="primary"/></way>
  <way id="11"><nd ref="1"/><nd ref="3"/><tag k="highway" v="primary"/></way>
</osm>
"""
FAR = ROADS.replace('lon="-10', 'lon="-0').replace('lat="39.', 'lat="-20.')
"""The same map in the sea, where no built-in town is."""


@pytest.fixture(scope="module", name="built")
def fixture_built(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("names")
    return load_region(save_region(build(folder, ROADS), folder / "region"))


def build(folder: Path, text: str) -> Region:
    road = folder / "road.osm"
    road.write_text(text, encoding="utf-8")
    return build_region(road)


@pytest.mark.parametrize("text", ["Denver", "Denver, CO", "denver, colorado", "Denver, CO, USA"])
def test_a_city_is_known_by_all_its_names_in_every_region(built: Region, text: str) -> None:
    for region in (built, load_starter()):
        place = region.gazetteer.find(text)
        assert place.name == "Denver, CO"
        assert (place.lat, place.lon) == pytest.approx((39.739, -104.985), abs=0.01)  # GeoNames


def test_built_in_names_are_those_around_the_roads(built: Region) -> None:
    assert built.gazetteer.find("Lakewood").lon == pytest.approx(-105.08, abs=0.02)
    assert built.gazetteer.find("DEN").name.startswith("Denver International Airport")
    with pytest.raises(InvalidInputError, match="is not known here"):
        built.gazetteer.find("Seattle, WA")
    assert built.provenance["names"]["own places that are built-in towns"] == 1
    assert "GeoNames" in str(built.provenance["sources"])
    assert [e.name for e in built.gazetteer.entries].count("Denver") == 1


@pytest.mark.parametrize("text", ["Old Mill", "Old Mill, CO", "old mill, Colorado"])
def test_an_own_place_takes_the_state_in_which_it_lies(built: Region, text: str) -> None:
    assert built.gazetteer.find(text).lat == 39.70


def test_an_own_place_takes_no_other_state(built: Region) -> None:
    with pytest.raises(InvalidInputError, match="did you mean Old Mill"):
        built.gazetteer.find("Old Mill, UT")


def test_where_no_state_is_known_any_word_behind_the_comma_will_do(tmp_path: Path) -> None:
    region = build(tmp_path, FAR)
    assert region.gazetteer.find("Denver, CO").lat == -20.741
    assert region.gazetteer.find("Old Mill, Atlantis").lat == -20.70
    assert region.provenance["names"]["built-in towns and airports"] == 0
    assert "GeoNames" not in str(region.provenance["sources"])


def test_a_slip_is_held_against_towns_before_chargers(built: Region) -> None:
    with pytest.raises(InvalidInputError, match=r"did you mean Denver, CO"):
        built.gazetteer.find("Denvr")
    with pytest.raises(InvalidInputError, match=r"did you mean EPA Denver\?"):
        built.gazetteer.find("EPA Denvr")
    with pytest.raises(InvalidInputError, match=r"close to it\. Coordinates always work"):
        built.gazetteer.find("Qwxz")
    assert built.gazetteer.find("EPA Denver").lon == -104.98


def test_coordinates_are_called_by_the_nearest_town(built: Region) -> None:
    place = built.gazetteer.find("39.65,-106.38")  # Vail: 39.640, -106.374, 1.2 km away
    assert (place.lat, place.lon, place.name) == (39.65, -106.38, "near Vail, CO")
    assert place.spot == "39.65000,-106.38000 (near Vail, CO)"
    assert built.gazetteer.find("Denver").spot == "Denver, CO"
    assert built.gazetteer.find("39.1,-105.3").spot == "39.10000,-105.30000"
    assert built.gazetteer.find("39.1,-105.3").label == "39.10000,-105.30000"
    assert built.gazetteer.nearest_town(39.65, -106.38, within_km=0.5) is None


def test_the_nearest_town_is_that_of_the_haversine() -> None:
    """Held against the distances to all towns, one by one, at places strewn over the country."""
    names = load_starter().gazetteer
    towns = [entry for entry in names.entries if entry.is_town]
    lat, lon = (np.radians([getattr(town, axis) for town in towns]) for axis in ("lat", "lon"))
    rng = np.random.default_rng(3)
    found = 0
    for y, x in rng.uniform((25.0, -124.0), (49.0, -67.0), (60, 2)):
        half = np.sin((lat - np.radians(y)) / 2) ** 2
        half += np.cos(lat) * np.cos(np.radians(y)) * np.sin((lon - np.radians(x)) / 2) ** 2
        km = 2 * 6371.0088 * np.arcsin(np.sqrt(half))
        town = names.nearest_town(float(y), float(x))
        assert town == (towns[int(np.argmin(km))] if km.min() <= 15.0 else None)
        found += town is not None
    assert 10 <= found <= 50


def test_chargers_and_airports_are_no_towns(built: Region) -> None:
    site = next(c for c in built.chargers.chargers if c.name == "EPA Denver")
    found = built.gazetteer.nearest(site.lat, site.lon)
    assert found is not None
    assert found[0].label == "Denver, CO"
    plan = sample_plan()
    box = basemap.widened(basemap.route_bounds(plan))
    shown = labels.town_labels(built, plan, box, lettering(plan).marks)
    assert {"Denver", "Lakewood"} <= {label.text for label in shown}
    assert "EPA Denver" not in {label.text for label in shown}


@pytest.mark.parametrize("text", ["Olinda, CDP, HI", "Olinda, CDP", "olinda, cdp, hawaii"])
def test_a_name_with_a_comma_is_found_with_its_state(text: str) -> None:
    entry = GazetteerEntry("Olinda, CDP", "HI", 20.8, -156.28, 1000)
    other = GazetteerEntry("Linda", "CA", 39.1, -121.5, 9000)
    names = Gazetteer((entry, other), {"HI": "Hawaii", "CA": "California"})
    assert names.find(text).label == "Olinda, CDP, HI"
    with pytest.raises(InvalidInputError):
        names.find("Olinda, CDP, CA")


def test_every_name_of_the_atlas_that_has_a_comma_is_found() -> None:
    names = load_starter().gazetteer
    odd = [entry for entry in names.entries if "," in entry.name]
    assert odd
    for entry in odd:
        place = names.find(entry.label)
        assert (place.lat, place.lon) == (entry.lat, entry.lon)
