"""Towns outside the United States are known by name on every region, in several languages."""

import json
from pathlib import Path

import pytest

from tests.unit.sources.test_names import build
from tripplan.errors import DataError, InvalidInputError
from tripplan.planning.local_currency import local_currency
from tripplan.planning.trailer_limit import trailer_limit_kmh
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.region import Region
from tripplan.records.trip import Place
from tripplan.sources import world_towns
from tripplan.sources.starter import load_starter
from tripplan.sources.store import load_region, save_region

ROADS = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" lat="48.14" lon="11.50"/>
  <node id="2" lat="48.14" lon="11.62"/>
  <node id="3" lat="47.26" lon="11.40"/>
  <node id="4" lat="47.2680" lon="11.3933"><tag k="place" v="city"/>
    <tag k="name" v="Innschbrugg"/></node>
  <node id="5" lat="47.60" lon="11.50"><tag k="place" v="hamlet"/>
    <tag k="name" v="Alm"/></node>
  <way id="10"><nd ref="2"/><nd ref="1"/><nd ref="3"/><tag k="highway" v="primary"/></way>
</osm>
"""


@pytest.fixture(scope="module", name="built")
def fixture_built(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("abroad")
    return load_region(save_region(build(folder, ROADS), folder / "region"))


@pytest.mark.parametrize(
    "text",
    [
        "Munich",
        "München",
        "munchen",
        "Monaco di Baviera",
        "Munich, Germany",
        "Munich, DE",
        "München, Bayern, Germany",
        "München, Bayern",
    ],
)
def test_a_town_is_known_by_its_names_and_its_country(built: Region, text: str) -> None:
    place = built.gazetteer.find(text)
    assert place.name == "Munich, Germany"
    assert (place.lat, place.lon) == pytest.approx((48.137, 11.575), abs=0.01)  # GeoNames


@pytest.mark.parametrize("text", ["Munich, Austria", "Munich, USA", "Munich, Bayern, Austria"])
def test_no_other_country_has_it(built: Region, text: str) -> None:
    with pytest.raises(InvalidInputError, match="did you mean Munich, Germany"):
        built.gazetteer.find(text)


def test_a_town_of_many_names_is_proposed_once(built: Region) -> None:
    with pytest.raises(InvalidInputError) as error:
        built.gazetteer.find("Munick")
    assert str(error.value).count("Munich, Germany") == 1


def test_a_region_knows_where_its_names_come_from(built: Region) -> None:
    assert built.provenance["names"]["built-in towns and airports"] > 10
    names = [source for source in built.provenance["sources"] if source.get("taken") == "names"]
    assert [source["data_licence"] for source in names] == ["CC BY 4.0"]


def test_a_node_of_its_own_goes_before(tmp_path: Path) -> None:
    own = build(tmp_path, ROADS.replace("Innschbrugg", "Innsbruck"))
    for text in ("Innsbruck", "Innsbruck, Austria", "Innsbruck, AT"):
        assert own.gazetteer.find(text).name == "Innsbruck"
        assert own.gazetteer.find(text).lat == 47.2680
    assert [e.name for e in own.gazetteer.entries].count("Innsbruck") == 1
    for text in ("Alm, Germany", "Alm, Bavaria"):
        assert own.gazetteer.find(text).lat == 47.60


def test_names_tell_the_country(built: Region) -> None:
    assert built.gazetteer.country_of(48.1, 11.6) == "DE"
    assert built.gazetteer.country_of(47.27, 11.40) == "AT"
    assert built.gazetteer.country_of(0.0, 0.0) == ""
    assert load_starter().gazetteer.country_of(39.7, -105.0) == "US"
    assert local_currency(built, 48.1, 11.6) == "EUR"
    munich, innsbruck = Place(lat=48.1, lon=11.6), Place(lat=47.27, lon=11.40)
    assert trailer_limit_kmh(built, [munich, innsbruck]) == 80.0


def test_at_a_border_each_side_is_told_apart() -> None:
    towns = Gazetteer(
        (
            GazetteerEntry("Vancouver", "Canada", 49.25, -123.12, 600_000),
            GazetteerEntry("Vancouver", "WA", 45.64, -122.66, 170_000),
            GazetteerEntry("Bellingham", "WA", 48.76, -122.49, 90_000),
        ),
        {"WA": "Washington"},
        {"Canada": "CA"},
    )
    assert towns.find("Vancouver").name == "Vancouver, Canada"
    assert towns.find("Vancouver, CA").name == "Vancouver, Canada"
    assert towns.find("Vancouver, BC, Canada").name == "Vancouver, Canada"
    for text in ("Vancouver, WA", "Vancouver, Washington, USA", "Vancouver, USA"):
        assert towns.find(text).name == "Vancouver, WA"
    assert towns.country_of(49.1, -123.0) == "CA"
    assert towns.country_of(48.7, -122.4) == "US"


def test_own_names_go_before_those_in_other_languages() -> None:
    towns = Gazetteer(
        (
            GazetteerEntry("Baden-Baden", "Germany", 48.76, 8.24, 54_000, aliases=("Baden",)),
            GazetteerEntry("Baden", "Switzerland", 47.47, 8.31, 16_000),
            GazetteerEntry(
                "Vienna", "Austria", 48.21, 16.37, 1_700_000, aliases=("Vienne", "Wien")
            ),
            GazetteerEntry("Vienne", "France", 45.53, 4.87, 30_000),
        ),
        country_codes={"Austria": "AT", "France": "FR", "Germany": "DE", "Switzerland": "CH"},
    )
    assert towns.find("Baden").name == "Baden, Switzerland"
    assert towns.find("Baden, DE").name == "Baden-Baden, Germany"
    assert towns.find("Vienne").name == "Vienna, Austria"
    assert towns.find("Vienne, Isère, France").name == "Vienne, France"


def test_small_capitals_are_known(tmp_path: Path) -> None:
    roads = ROADS.replace('lat="47.26" lon="11.40"', 'lat="43.95" lon="12.46"')
    assert build(tmp_path, roads).gazetteer.find("San Marino").name == "San Marino, San Marino"


def test_a_damaged_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"provenance.json": json.dumps({"sha256": {"world-towns.csv.gz": "0"}}).encode()}
    monkeypatch.setattr(world_towns, "_bytes", lambda name: told.get(name, b""))
    with pytest.raises(DataError, match=r"world-towns\.csv\.gz has another SHA-256"):
        world_towns.world_towns(-90.0, -180.0, 90.0, 180.0)
