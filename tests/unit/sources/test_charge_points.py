"""Single charge points of an extract: to the station they stand in or near, else alone."""

from pathlib import Path

import pytest

from tripplan.records.charger import Charger
from tripplan.sources.build import build_region
from tripplan.sources.chargers.osm import read_osm_elements
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.osm.network import read_osm

FIXTURE = Path(__file__).parents[2] / "fixtures" / "charge_points.osm"


@pytest.fixture(name="reading", scope="module")
def fixture_reading() -> ChargerReading:
    return read_osm_elements(read_osm(FIXTURE).charging_stations)


def site(reading: ChargerReading, id_: str) -> Charger:
    return next(charger for charger in reading.chargers if charger.id == id_)


def plugs(charger: Charger) -> list[tuple[str, float | None, int | None]]:
    return [(plug.standard, plug.power_kw, plug.count) for plug in charger.connectors]


def test_the_extract_has_stations_and_single_devices(reading: ChargerReading) -> None:
    assert {charger.id for charger in reading.chargers} == {
        "osm:node/20",
        "osm:way/30",
        "osm:node/32",
        "osm:node/40",
        "osm:way/50",
        "osm:node/51",
    }
    assert dict(reading.skipped) == {
        "a charge point of a station that is listed": 3,
        "not for cars": 1,
    }


def test_a_station_without_sockets_gets_those_of_its_devices(reading: ChargerReading) -> None:
    station = site(reading, "osm:node/20")
    assert plugs(station) == [("CCS2", 150.0, 2), ("CHADEMO", 50.0, 1)]
    assert station.stalls == 2
    assert station.name == "Rathaus"
    assert [entry.id for entry in station.sources] == [
        "osm:node/20",
        "osm:node/21",
        "osm:node/22",
    ]


def test_a_station_with_sockets_keeps_them(reading: ChargerReading) -> None:
    """Its device names CHAdeMO, and stands in its area but far from its middle."""
    station = site(reading, "osm:way/30")
    assert plugs(station) == [("CCS2", 300.0, 6)]
    assert [entry.id for entry in station.sources] == ["osm:way/30", "osm:node/31"]


def test_a_device_with_no_station_is_a_site(reading: ChargerReading) -> None:
    assert plugs(site(reading, "osm:node/32")) == [("CCS2", 75.0, 1)]
    alone = site(reading, "osm:node/40")
    assert plugs(alone) == [("CHADEMO", 50.0, 2)]
    assert (alone.operator, alone.lat, alone.lon) == ("Stadtwerke", 50.0004, 8.04)


def test_a_station_drawn_as_a_line_encloses_nothing(reading: ChargerReading) -> None:
    assert plugs(site(reading, "osm:way/50")) == []
    assert plugs(site(reading, "osm:node/51")) == [("CHADEMO", 62.0, 1)]


def test_a_region_has_them() -> None:
    region = build_region(FIXTURE)
    assert {charger.id for charger in region.chargers.chargers} == {
        "osm:node/20",
        "osm:way/30",
        "osm:node/32",
        "osm:node/40",
        "osm:node/51",
    }
    skipped = region.provenance["chargers_skipped"]
    assert skipped["a charge point of a station that is listed"] == 3
