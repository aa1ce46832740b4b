"""Each provider's documented form, in small hand-written files: what is read, and what is not."""

from pathlib import Path

import pytest

from tripplan.errors import DataError
from tripplan.records.charger import Charger
from tripplan.sources.chargers.afdc import read_afdc_json
from tripplan.sources.chargers.files import read_chargers
from tripplan.sources.chargers.ocpi import PRODUCT_RULE, read_ocpi
from tripplan.sources.chargers.openchargemap import FILLED_IN_RULE, read_openchargemap
from tripplan.sources.chargers.osm import charger_from_tags, read_osm_elements, read_overpass
from tripplan.sources.chargers.reading import JOINED, ChargerReading
from tripplan.sources.chargers.values import Tally

FIXTURES = Path(__file__).parents[2] / "fixtures" / "chargers"


def read(name: str) -> ChargerReading:
    return read_chargers(FIXTURES / name)


def site(reading: ChargerReading, id_: str) -> Charger:
    return next(charger for charger in reading.chargers if charger.id == id_)


def plugs(charger: Charger) -> list[tuple[str, float | None, int | None]]:
    return [(plug.standard, plug.power_kw, plug.count) for plug in charger.connectors]


@pytest.mark.parametrize(
    ("name", "form", "rows", "sites"),
    [
        ("afdc_v1.json", "AFDC v1 JSON", 6, 4),
        ("afdc_download.csv", "AFDC CSV", 3, 2),
        ("afdc_rows_by_plug.geojson", "AFDC GeoJSON", 3, 1),
        ("openchargemap.json", "Open Charge Map v3 JSON", 5, 2),
        ("ocpi_2.2.1.json", "OCPI locations", 3, 1),
        ("ocpi_2.3.0.json", "OCPI locations", 1, 1),
        ("overpass.json", "Overpass JSON", 8, 4),
        ("osm.geojson", "OpenStreetMap GeoJSON", 2, 2),
        ("table.csv", "CSV table", 3, 2),
        ("table.geojson", "GeoJSON table", 1, 1),
    ],
)
def test_each_format_is_recognised_and_every_row_accounted_for(
    name: str, form: str, rows: int, sites: int
) -> None:
    reading = read(name)
    assert reading.format == form
    assert len(reading.chargers) == sites
    assert reading.row_count == rows
    for charger in reading.chargers:
        assert charger.status == "listed"
        assert charger.sources[0].id == charger.id
        assert charger.source == charger.sources[0].source


def test_afdc_json_keeps_unknown_powers_unknown() -> None:
    reading = read("afdc_v1.json")
    garage = site(reading, "afdc:101")
    assert plugs(garage) == [("CCS1", None, None), ("CHADEMO", None, None), ("TYPE1", None, 4)]
    assert not any(plug.power_assumed or plug.power_rule for plug in garage.connectors)
    assert garage.stalls == 2
    assert (garage.access, garage.opening_hours, garage.operation) == (
        "public",
        "24/7",
        "in_service",
    )
    assert (garage.fee, garage.price) == (True, "$0.43 per kWh")
    assert garage.address == "1 Harbour St, Seaside, WA, 98000"
    assert garage.network == "ChargePoint Network"
    assert garage.sources[0].date == "2026-05-04"
    assert garage.sources[0].licence


def test_afdc_json_reads_the_powers_of_charging_units() -> None:
    ridge = site(read("afdc_v1.json"), "afdc:102")
    assert plugs(ridge) == [("NACS", 250.0, 2), ("NACS", 150.0, 1)]
    assert ridge.access == "restricted", "for Tesla use only"
    assert ridge.stalls == 12


def test_afdc_counts_what_is_planned_closed_or_no_charger() -> None:
    assert dict(read("afdc_v1.json").skipped) == {
        "planned, not open yet": 1,
        "not an electric station": 1,
    }


def test_afdc_keeps_what_is_closed_for_some_time_as_out_of_service() -> None:
    assert site(read("afdc_v1.json"), "afdc:105").operation == "out_of_service"


def test_afdc_tesla_plugs_are_dc_only_where_the_station_has_dc_ports() -> None:
    depot = site(read("afdc_v1.json"), "afdc:103")
    assert {plug.standard for plug in depot.connectors} == {"NACS_AC", "NEMA", "TYPE1"}
    assert depot.access == "restricted"
    assert depot.fee is False
    assert depot.opening_hours == "Mo 08:00-17:30; Sa 09:00-12:00"
    assert (depot.operator, depot.network) == ("", "")


def test_afdc_csv_and_its_swapped_coordinates() -> None:
    reading = read("afdc_download.csv")
    mill = site(reading, "afdc:11")
    assert mill.name == "Mill Road, east side"
    assert plugs(mill) == [("CCS1", None, None), ("CHADEMO", None, None), ("TYPE1", None, 2)]
    assert site(reading, "afdc:12").access == "restricted"
    assert dict(reading.skipped) == {"latitude where no road is: coordinates swapped?": 1}


def test_afdc_rows_by_plug_are_joined_by_id_and_place() -> None:
    reading = read("afdc_rows_by_plug.geojson")
    market = reading.chargers[0]
    assert plugs(market) == [("CHADEMO", None, 1), ("TYPE1", None, 2)]
    assert market.stalls == 1, "of the fastest kind of port"
    assert dict(reading.skipped) == {JOINED: 1, "the id of an earlier row, at another place": 1}


def test_afdc_dc_ports_without_a_dc_plug_are_kept_as_not_told() -> None:
    row = {
        "id": 1,
        "latitude": 40,
        "longitude": -100,
        "ev_dc_fast_num": 2,
        "ev_connector_types": ["J1772", "SOMETHING"],
    }
    reading = read_afdc_json({"fuel_stations": [row]})
    assert plugs(reading.chargers[0]) == [("TYPE1", None, None), ("UNKNOWN_DC", None, 2)]
    assert dict(reading.ignored) == {"a kind of plug that is not known": 1}


def test_afdc_error_answers_are_passed_on() -> None:
    with pytest.raises(DataError, match="API_KEY_INVALID"):
        read_afdc_json({"error": {"code": "API_KEY_INVALID", "message": "No such key"}})


def test_open_charge_map() -> None:
    reading = read("openchargemap.json")
    station = site(reading, "ocm:501")
    assert plugs(station) == [
        ("CCS2", 350.0, None),
        ("CCS2", 150.0, 2),
        ("CHADEMO", 50.0, 1),
        ("TESLA_TYPE2", 120.0, 4),
        ("TYPE2", None, 1),
    ]
    assert station.connectors[0].operation == "out_of_service"
    assert dict(reading.ignored) == {"more power than a TYPE2 plug can have": 1}
    assert (station.operator, station.access) == ("Stadtwerke Musterstadt", "public")
    assert station.sources[0].licence == "Licensed under CC0 1.0"
    assert station.sources[0].date == "2026-03-02"
    assert (station.fee, station.price, station.stalls) == (True, "0,49 EUR/kWh", 3)
    assert dict(reading.skipped) == {
        "planned, not open yet": 1,
        "removed": 1,
        "a duplicate by its own source": 1,
    }


def test_open_charge_map_verbose_form_and_the_filled_in_50_kw() -> None:
    mall = site(read("openchargemap.json"), "ocm:502")
    assert plugs(mall) == [("CCS1", 50.0, None), ("NACS", 250.0, None), ("UNKNOWN", None, None)]
    assert [plug.power_rule for plug in mall.connectors] == [FILLED_IN_RULE, "", ""]
    assert [plug.power_assumed for plug in mall.connectors] == [True, False, False]
    assert (mall.operator, mall.access, mall.operation) == ("", "restricted", "out_of_service")


def test_open_charge_map_errors() -> None:
    with pytest.raises(DataError, match="key is required"):
        read_openchargemap({"message": "an API key is required"})


def test_ocpi_221() -> None:
    reading = read("ocpi_2.2.1.json")
    market = site(reading, "ocpi:NL/ABC/LOC1")
    assert (market.lat, market.lon) == (52.0116, 4.3571)
    rules = {plug.standard: plug.power_rule for plug in market.connectors}
    assert rules["CCS2"] == ""
    assert rules["CHADEMO"] == rules["TYPE2"] == PRODUCT_RULE
    powers = sorted((plug.standard, round(plug.rated_kw, 2)) for plug in market.connectors)
    # 500 V x 125 A; 230 V x 16 A; sqrt(3) x 400 V x 32 A; 3 x 230 V x 32 A
    assert powers == [
        ("CCS2", 150.0),
        ("CHADEMO", 62.5),
        ("DOMESTIC", 3.68),
        ("TYPE2", 22.08),
        ("TYPE2", 22.17),
    ]
    assert market.stalls == 1, "of the fastest kind of plug"
    assert (market.operator, market.network) == ("Voorbeeld Laden", "Voorbeeld Net")
    assert market.opening_hours == "Mo 08:00-20:00; Su 10:00-24:00"
    assert (market.access, market.operation) == ("public", "in_service")
    assert dict(reading.skipped) == {"not to be published": 1, "planned or removed": 1}


def test_ocpi_230_has_nacs_and_mcs() -> None:
    stop = site(read("ocpi_2.3.0.json"), "ocpi:US/XYZ/L1")
    assert plugs(stop) == [("MCS", 1200.0, 1), ("NACS", 350.0, 1), ("NACS_AC", 9.6, 1)]
    assert (stop.access, stop.operation, stop.opening_hours) == (
        "restricted",
        "out_of_service",
        "24/7",
    )


def test_ocpi_error_answers_are_passed_on() -> None:
    with pytest.raises(DataError, match=r"status 2001: Invalid token"):
        read_ocpi({"status_code": 2001, "status_message": "Invalid token"})


def test_openstreetmap_tags() -> None:
    station = site(read("overpass.json"), "osm:node/1")
    assert plugs(station) == [
        ("CCS2", 150.0, 1),
        ("CCS2", 50.0, 1),
        ("CHADEMO", 50.0, 1),
        ("TYPE2", 22.0, None),
    ]
    assert station.stalls == 3, "of the four, those for direct current"
    assert (station.operator, station.network) == ("Stadtwerke", "Ladenetz")
    assert (station.fee, station.price, station.access) == (True, "0.45 EUR/kWh", "public")
    assert station.opening_hours == "Mo-Fr 06:00-22:00; PH off"
    assert station.sources[0].date == "2026-02-03"
    assert station.address == "Hauptstr. 5, Ort"


def test_charge_points_go_to_their_station_and_stand_alone_elsewhere() -> None:
    reading = read("overpass.json")
    tesla = site(reading, "osm:way/2")
    assert plugs(tesla) == [("CCS2", 250.0, 2)]
    assert tesla.stalls == 8
    assert [entry.id for entry in tesla.sources] == ["osm:way/2", "osm:node/3", "osm:node/4"]
    assert plugs(site(reading, "osm:node/5")) == [("TESLA_TYPE2", 120.0, 2)]
    assert reading.skipped["a charge point of a station that is listed"] == 2
    assert reading.skipped["not for cars"] == 1


def test_openstreetmap_areas_lie_in_their_middle() -> None:
    area = site(read("overpass.json"), "osm:relation/8")
    assert (area.lat, area.lon) == pytest.approx((48.6, 11.9))
    assert area.access == "restricted"
    polygon = site(read("osm.geojson"), "osm:way/9")
    assert (polygon.lat, polygon.lon) == pytest.approx((50.2, 10.1))
    assert plugs(polygon) == [("CHADEMO", 50.0, 1)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("50 kW", [50.0]),
        ("50kW", [50.0]),
        ("50000 W", [50.0]),
        ("0.05 MW", [50.0]),
        ("50", [50.0]),
        ("11,5 kW", [11.5]),
        ("22;50", [50.0, 22.0]),
        ("yes", [None]),
        ("fast", [None]),
        ("50000", [50.0]),
        ("5000000", [None]),
        ("-50 kW", [None]),
        ("1e9 kW", [None]),
        ("0 kW", [None]),
        ("999999999 kW", [None]),
    ],
)
def test_output_tags(value: str, expected: list[float | None]) -> None:
    tags = {
        "amenity": "charging_station",
        "socket:type2_combo": "2",
        "socket:type2_combo:output": value,
    }
    charger = charger_from_tags(tags, 48.0, 11.0, osm_id="node/1")
    assert [plug.power_kw for plug in charger.connectors] == expected


def test_the_output_of_the_station_is_for_its_only_kind_of_plug() -> None:
    tags = {
        "amenity": "charging_station",
        "charging_station:output": "22 kW",
        "socket:type2": "2",
    }
    one = charger_from_tags(tags, 48.0, 11.0, osm_id="node/1")
    assert plugs(one) == [("TYPE2", 22.0, 2)]
    two = charger_from_tags(tags | {"socket:chademo": "1"}, 48.0, 11.0, osm_id="node/1")
    assert {plug.power_kw for plug in two.connectors} == {None}


@pytest.mark.parametrize(
    ("tag", "lat", "lon", "standard"),
    [
        ("socket:tesla_supercharger", 39.0, -105.0, "NACS"),
        ("socket:tesla_supercharger", 48.0, 11.0, "TESLA_TYPE2"),
        ("socket:tesla_supercharger_ccs", 48.0, 11.0, "CCS2"),
        ("socket:nacs", 39.0, -105.0, "NACS"),
        ("socket:tesla_destination", 39.0, -105.0, "NACS_AC"),
        ("socket:type1_combo", 39.0, -105.0, "CCS1"),
        ("socket:type2_cable", 48.0, 11.0, "TYPE2"),
        ("socket:ccs", 48.0, 11.0, "CCS2"),
        ("socket:ccs", 35.6, 139.7, "CCS1"),
        ("socket:schuko", 48.0, 11.0, "DOMESTIC"),
    ],
)
def test_socket_tags(tag: str, lat: float, lon: float, standard: str) -> None:
    tags = {"amenity": "charging_station", tag: "1", "car": "yes"}
    charger = charger_from_tags(tags, lat, lon, osm_id="node/1")
    assert [plug.standard for plug in charger.connectors] == [standard]


def test_elements_of_an_extract() -> None:
    class Point:
        def __init__(self, id_: str, lat: float, tags: dict[str, str]) -> None:
            self.id, self.lat, self.lon, self.tags = id_, lat, 7.0, tags
            self.outline: tuple[tuple[float, float], ...] = ()

    reading = read_osm_elements(
        [
            Point("node/1", 50.0, {"amenity": "charging_station", "socket:chademo": "1"}),
            Point("node/2", 51.0, {"amenity": "charging_station", "disused": "yes"}),
        ],
        date="2026-01-01",
    )
    assert [charger.id for charger in reading.chargers] == ["osm:node/1"]
    assert reading.chargers[0].sources[0].date == "2026-01-01"
    assert dict(reading.skipped) == {"closed": 1}


def test_overpass_that_gave_up_is_an_error() -> None:
    remark = 'runtime error: Query timed out in "query" at line 3 after 26 seconds.'
    with pytest.raises(DataError, match="gave up"):
        read_overpass({"elements": [], "remark": remark})


def test_tables() -> None:
    reading = read("table.csv")
    rest = site(reading, "own-survey:a1")
    assert plugs(rest) == [("CCS2", 150.0, 4), ("CHADEMO", 50.0, 2)]
    assert (rest.operator, rest.access, rest.fee, rest.price) == (
        "Alpen Strom",
        "public",
        True,
        "0.55/kWh",
    )
    assert (rest.sources[0].licence, rest.sources[0].date) == ("CC0", "2026-01-02")
    assert plugs(reading.chargers[1]) == [("CCS2", 22.0, None), ("TYPE2", 22.0, None)]
    geo = read("table.geojson").chargers[0]
    assert plugs(geo) == [("CCS2", None, None), ("CHADEMO", 50.0, None)]
    assert geo.stalls == 2


def test_a_tally_may_be_shared_between_elements() -> None:
    tally = Tally()
    tags = {"amenity": "charging_station", "socket:foo": "1"}
    charger_from_tags(tags, 1.0, 2.0, osm_id="node/1", tally=tally)
    charger_from_tags(tags, 1.0, 2.0, osm_id="node/2", tally=tally)
    assert tally.ignored == {"a kind of plug that is not known": 2}
