"""Nominatim, AFDC and Open Charge Map: what is asked, how pages and missing keys are met."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.samples.hostile_plan import HOSTILE
from tests.servers.faulty import FakeServers, Fault, asker, fake_servers, settings_for
from tripplan.errors import InvalidInputError, OfflineError, SourceError
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.fetch.afdc import fetch_afdc
from tripplan.sources.fetch.area import BBox
from tripplan.sources.fetch.http import Fetcher
from tripplan.sources.fetch.nominatim import find_place, geocode
from tripplan.sources.fetch.openchargemap import fetch_openchargemap

BOXES = (BBox(38.9, -105.1, 39.1, -104.0), BBox(38.9, -104.0, 39.1, -102.8))
FIXTURES = Path(__file__).parents[2] / "fixtures" / "chargers"


@pytest.fixture(name="servers")
def fixture_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServers]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake_servers() as servers:
        yield servers


@pytest.fixture(name="fetcher")
def fixture_fetcher(servers: FakeServers, tmp_path: Path) -> Iterator[Fetcher]:
    with asker(settings_for(servers, tmp_path)) as fetcher:
        yield fetcher


def littleton(**changes: Any) -> dict[str, Any]:
    """Return a row of the form of Nominatim's jsonv2."""
    return {
        "place_id": 1,
        "licence": "Data (c) OpenStreetMap contributors, ODbL 1.0",
        "osm_type": "relation",
        "osm_id": 2,
        "lat": "39.6133",
        "lon": "-105.0166",
        "category": "boundary",
        "type": "administrative",
        "name": "Littleton",
        "display_name": "Littleton, Arapahoe County, Colorado, United States",
        "boundingbox": ["39.5470", "39.6333", "-105.1120", "-104.9726"],
    } | changes


def test_a_place_is_found_asked_for_once_and_kept(servers: FakeServers, fetcher: Fetcher) -> None:
    servers.places["Littleton, CO"] = [littleton()]
    found = find_place(fetcher, " Littleton,  CO ")
    assert (found.place.lat, found.place.lon, found.place.name) == (
        39.6133,
        -105.0166,
        "Littleton, CO",
    )
    assert found.bbox.west == -105.112
    assert found.bbox.east == pytest.approx(-104.9583, abs=1e-3)  # widened to 5 km from the middle
    assert found.full_name.startswith("Littleton, Arapahoe")
    assert geocode(fetcher, "Littleton, CO") == found.place
    assert servers.count("nominatim") == 1
    asked = servers.asked[0]
    assert (asked.method, asked.path) == ("GET", "/nominatim/search")
    assert asked.query == {"q": "Littleton, CO", "format": "jsonv2", "limit": "1"}


def test_coordinates_ask_nobody(servers: FakeServers, fetcher: Fetcher) -> None:
    assert geocode(fetcher, "39.6, -105").lat == 39.6
    with pytest.raises(InvalidInputError, match="lat"):
        geocode(fetcher, "139.6,-105")
    assert servers.asked == []


def test_an_unknown_place_comes_with_a_hint(servers: FakeServers, fetcher: Fetcher) -> None:
    with pytest.raises(InvalidInputError, match=r"Nowheresville.*add the state or country"):
        geocode(fetcher, "Nowheresville")
    with pytest.raises(InvalidInputError, match="needs a name"):
        geocode(fetcher, " \x07 ")
    with pytest.raises(InvalidInputError, match="not known to Nominatim"):
        geocode(fetcher, "Nowheresville")
    assert servers.count("nominatim") == 1


@pytest.mark.parametrize(
    "row",
    [
        littleton(lat="91"),
        littleton(lon="here"),
        littleton(lat=None),
        littleton(boundingbox=["1"]),
        {"error": "x"},
        "Littleton",
        None,
    ],
)
def test_a_place_without_a_sound_position_is_no_answer(
    servers: FakeServers, fetcher: Fetcher, row: Any
) -> None:
    servers.places["x"] = [row]
    with pytest.raises(SourceError, match="position"):
        find_place(fetcher, "x")


def test_an_extent_that_is_none_is_made_from_the_middle(
    servers: FakeServers, fetcher: Fetcher
) -> None:
    for words, box in (("a", None), ("b", []), ("c", ["39", "40", "170", "-170"])):
        servers.places[words] = [littleton(boundingbox=box)]
        found = find_place(fetcher, words).bbox
        if words != "c":
            assert found.height_km == pytest.approx(10.0, rel=1e-3)
        assert found.holds(39.6133, -105.0166)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_is_one_line_of_text(
    servers: FakeServers, fetcher: Fetcher, name: str
) -> None:
    servers.places["x"] = [littleton(display_name=name)]
    full = find_place(fetcher, "x").full_name
    assert len(full) <= 300
    assert full.isprintable() or "\u200d" in full
    with pytest.raises(InvalidInputError) as error:
        geocode(fetcher, name)
    assert "\x1b" not in str(error.value)
    assert "\n" not in str(error.value)


def station(number: int, lon: float, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "fuel_type_code": "ELEC",
        "status_code": "E",
        "state": "CO",
        "station_name": f"Station {number}",
        "latitude": 39.0,
        "longitude": lon,
        "ev_connector_types": ["CHADEMO"],
        "ev_dc_fast_num": 1,
    } | changes


def ids(reading: ChargerReading) -> list[str]:
    return sorted(site.id for site in reading.chargers)


def test_afdc_by_boxes(servers: FakeServers, fetcher: Fetcher) -> None:
    servers.stations = [station(1, -105.0), station(2, -104.0), station(3, -102.9)]
    servers.stations += [station(4, -104.5, latitude=39.2), station(5, -90.0)]
    reading, records = fetch_afdc(fetcher, boxes=BOXES)
    assert ids(reading) == ["afdc:1", "afdc:2", "afdc:3"]
    assert len(records) == servers.count("afdc") == 2
    asked = servers.asked[0]
    assert asked.headers["x-api-key"] == "afdc-made-up"
    assert "made-up" not in json.dumps(asked.query) + asked.path
    assert all("made-up" not in repr(record) for record in records)
    assert records[0].licence.startswith("AFDC terms")


def test_afdc_asks_in_parts_where_an_answer_is_full(servers: FakeServers, fetcher: Fetcher) -> None:
    servers.stations = [station(k, -105.0 + k * 0.05) for k in range(1, 40)]
    servers.page_limit["afdc"] = 10
    reading, records = fetch_afdc(fetcher, boxes=BOXES)
    assert len(reading.chargers) == 39
    assert len(records) > 4


def test_afdc_by_state(servers: FakeServers, fetcher: Fetcher) -> None:
    servers.stations = [station(1, -105.0), station(2, -120.0, state="WA")]
    reading, _ = fetch_afdc(fetcher, states=["CO"])
    assert ids(reading) == ["afdc:1"]
    assert servers.asked[0].path == "/afdc/v1.json"
    assert servers.asked[0].query["limit"] == "all"
    with pytest.raises(InvalidInputError, match="two letters"):
        fetch_afdc(fetcher, states=["Colorado"])


def test_afdc_that_gives_less_of_a_state_than_it_counts_is_told(
    servers: FakeServers, fetcher: Fetcher
) -> None:
    servers.stations = [station(k, -105.0) for k in range(5)]
    servers.page_limit["afdc"] = 3
    with pytest.raises(SourceError, match="CO has 5 stations, but gave only 3"):
        fetch_afdc(fetcher, states=["CO"])


def test_afdc_rows_are_read_by_the_reader_of_files(servers: FakeServers, fetcher: Fetcher) -> None:
    rows = json.loads((FIXTURES / "afdc_v1.json").read_text("utf-8"))["fuel_stations"]
    servers.stations = rows
    reading, _ = fetch_afdc(fetcher, boxes=[BBox(47.0, -123.0, 48.0, -121.0)])
    assert len(reading.chargers) == 4
    assert sum(reading.skipped.values()) == 2


def site(number: int, lon: float) -> dict[str, Any]:
    return {
        "ID": number,
        "StatusTypeID": 50,
        "AddressInfo": {"Title": f"Site {number}", "Latitude": 39.0, "Longitude": lon},
        "Connections": [{"ConnectionTypeID": 2, "PowerKW": 50, "CurrentTypeID": 30}],
    }


def test_open_charge_map_by_boxes(servers: FakeServers, fetcher: Fetcher) -> None:
    servers.sites = [site(1, -105.0), site(2, -104.0), site(3, -102.9), site(4, 8.0)]
    reading, records = fetch_openchargemap(fetcher, BOXES)
    assert ids(reading) == ["ocm:1", "ocm:2", "ocm:3"]
    assert len(records) == 2
    asked = servers.asked[0]
    assert asked.headers["x-api-key"] == "ocm-made-up"
    assert asked.query["distanceunit"] == "KM"
    assert asked.query["boundingbox"] == "(39.1,-105.1),(38.9,-104.0)"
    assert "key" not in asked.query


def test_open_charge_map_asks_in_parts_where_an_answer_is_full(
    servers: FakeServers, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tripplan.sources.fetch.openchargemap.PAGE", 10)
    servers.sites = [site(k, -105.0 + k * 0.05) for k in range(1, 40)]
    reading, records = fetch_openchargemap(fetcher, BOXES)
    assert len(reading.chargers) == 39
    assert len(records) > 4


def test_open_charge_map_that_never_gets_to_an_end_is_given_up(
    servers: FakeServers, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tripplan.sources.fetch.openchargemap.PAGE", 1)
    servers.sites = [site(k, -105.0) for k in range(3)]
    with pytest.raises(SourceError, match="that cannot be"):
        fetch_openchargemap(fetcher, [BBox(38.99, -105.01, 39.01, -104.99)])


@pytest.mark.parametrize("service", ["afdc", "ocm"])
def test_without_a_key_nobody_is_asked(servers: FakeServers, tmp_path: Path, service: str) -> None:
    settings = settings_for(servers, tmp_path, afdc_key=None, openchargemap_key=None)
    with asker(settings) as fetcher, pytest.raises(InvalidInputError, match="key") as error:
        ask(service, fetcher)
    assert "TRIPPLAN_" in str(error.value)
    assert servers.asked == []


def ask(service: str, fetcher: Fetcher) -> ChargerReading:
    if service == "afdc":
        return fetch_afdc(fetcher, boxes=BOXES)[0]
    return fetch_openchargemap(fetcher, BOXES)[0]


@pytest.mark.parametrize("service", ["afdc", "ocm"])
def test_offline_needs_no_key_but_the_cache(
    servers: FakeServers, tmp_path: Path, service: str
) -> None:
    servers.stations, servers.sites = [station(1, -105.0)], [site(1, -105.0)]
    with asker(settings_for(servers, tmp_path)) as fetcher:
        first = ask(service, fetcher)
    asked = len(servers.asked)
    keyless = {"offline": True, "afdc_key": None, "openchargemap_key": None}
    with asker(settings_for(servers, tmp_path, **keyless)) as fetcher:
        assert ask(service, fetcher) == first
    empty = settings_for(servers, tmp_path / "no", **keyless)
    with asker(empty) as fetcher, pytest.raises(OfflineError, match=r"within 38\.9,-105\.1"):
        ask(service, fetcher)
    assert len(servers.asked) == asked


@pytest.mark.parametrize("service", ["afdc", "ocm"])
@pytest.mark.parametrize("body", ["{}", "7", '{"fuel_stations": {}}', '{"error": "x"}'])
def test_answers_of_another_form_are_asked_for_again(
    servers: FakeServers, fetcher: Fetcher, service: str, body: str
) -> None:
    servers.faults[service].append(Fault("body", body=body))
    ask(service, fetcher)
    assert servers.count(service) == 3


@pytest.mark.parametrize("service", ["afdc", "ocm"])
def test_rows_of_junk_are_counted(servers: FakeServers, fetcher: Fetcher, service: str) -> None:
    rows: list[object] = [7, None, "x", [], {"id": {}, "ID": []}]
    body = json.dumps({"fuel_stations": rows, "total_results": 5} if service == "afdc" else rows)
    servers.faults[service].append(Fault("body", body=body))
    reading = ask(service, fetcher)
    assert reading.chargers == ()
    assert sum(reading.skipped.values()) == 5
