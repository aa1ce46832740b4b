"""The number of the main road beside a charger, by distances worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from tripplan.sources.build import build_region
from tripplan.sources.osm.network import read_osm
from tripplan.sources.osm.numbered import told

ROADS = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <node id="1" lat="39.60" lon="-107.00"/>
  <node id="2" lat="39.60" lon="-106.90"/>
  <node id="3" lat="39.60" lon="-106.80"/>
  <node id="4" lat="39.63" lon="-107.00"/>
  <node id="5" lat="39.63" lon="-106.80"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="motorway"/>
    <tag k="oneway" v="no"/><tag k="ref" v="I 70;US 6"/></way>
  <way id="11"><nd ref="4"/><nd ref="5"/><tag k="highway" v="primary"/>
    <tag k="ref" v="CO 131"/></way>
  <way id="12"><nd ref="1"/><nd ref="4"/><tag k="highway" v="residential"/>
    <tag k="ref" v="17"/></way>
  <way id="13"><nd ref="3"/><nd ref="5"/><tag k="highway" v="primary"/></way>
</osm>
"""
TABLE = """id,name,lat,lon,connectors,address
a,Off the exit,39.612,-106.95,CHADEMO:50,
b,On the road,39.6320,-106.95,CHADEMO:50,
c,Away from all,39.6215,-107.0001,CHADEMO:50,
d,By its address,39.6005,-106.90,CHADEMO:50,1 US-24
"""
"""A degree of latitude is 111.2 km: 1.33 km from the motorway; 0.22 from the primary road; 2.4 from
the motorway and 0.95 from the primary road; and one that states a road."""


@pytest.fixture(name="roads")
def fixture_roads(tmp_path: Path) -> Path:
    file = tmp_path / "roads.osm"
    file.write_text(ROADS, encoding="utf-8")
    return file


def test_a_charger_takes_the_road_beside_it(roads: Path, tmp_path: Path) -> None:
    table = tmp_path / "sites.csv"
    table.write_text(TABLE, encoding="utf-8")
    region = build_region(roads, chargers=[table], charger_reach_km=5.0)
    found = {site.name: site.road for site in region.chargers.chargers}
    assert found == {
        "Off the exit": "I-70",
        "On the road": "CO 131",
        "Away from all": "",
        "By its address": "US 24",
    }


def test_a_long_straight_is_beside_all_along(roads: Path) -> None:
    """Points of the file are 8.6 km apart; the ends of the lines are ends."""
    numbered = read_osm(roads).numbered
    lon = np.linspace(-107.0, -106.8, 41)
    assert set(numbered.beside(np.full(41, 39.587), lon)) == {"I-70"}  # 1.45 km
    assert set(numbered.beside(np.full(41, 39.586), lon)) == {""}  # 1.56 km
    assert numbered.beside(np.array([39.60]), np.array([-107.02])) == [""]  # 1.71 km


def test_without_numbered_roads_nothing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "roads.osm"
    file.write_text(ROADS.replace('k="ref"', 'k="old_ref"'), encoding="utf-8")
    assert read_osm(file).numbered.beside(np.array([39.6]), np.array([-106.9])) == [""]


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("I 70;US 6", "I-70"),
        ("US 6", "US 6"),
        ("A 8", "A 8"),
        ("E45", "E45"),
        ("I  5", "I-5"),
        ("US101", "US 101"),
    ],
)
def test_numbers_are_told_as_people_write_them(ref: str, said: str) -> None:
    assert told(ref) == said
