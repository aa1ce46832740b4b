"""Charger files as the world writes them: files that came out wrong, and others of their kinds.

The files are small and made for this; what is right follows from the formats' own specifications.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tripplan.planning.opening_hours import is_open
from tripplan.records.charger import Charger
from tripplan.sources.chargers.afdc import read_afdc_csv, read_afdc_json
from tripplan.sources.chargers.assume import assume_powers
from tripplan.sources.chargers.files import parse_chargers, read_chargers
from tripplan.sources.chargers.merge import merge_chargers
from tripplan.sources.chargers.ocpi import PRODUCT_RULE, read_ocpi
from tripplan.sources.chargers.ocpi_hours import from_ocpi
from tripplan.sources.chargers.openchargemap import read_openchargemap
from tripplan.sources.chargers.osm import charger_from_tags, read_overpass
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.chargers.values import SkipRow, Tally

CASES = Path(__file__).parents[2] / "fixtures" / "charger_cases"
Plugs = list[tuple[str, float | None, int | None]]


def case(name: str) -> ChargerReading:
    return read_chargers(CASES / name)


def plugs(charger: Charger) -> Plugs:
    return [(p.standard, p.power_kw, p.count) for p in charger.connectors]


def osm(tally: Tally | None = None, /, **tags: str) -> Charger:
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    return charger_from_tags(
        {"amenity": "charging_station"} | named, 48.0, 11.0, osm_id="node/1", tally=tally
    )


def test_spellings_of_an_output() -> None:
    right = ([50.0] * 5 + [150.0] * 3 + [22.0, 3.7, 22.5, 22.0, 150.0, 50.0, 43.0, 150.0, 50.0]) + [
        50.0,
        50.0,
        50.0,
        300.0,
        22.0,
        50.0,
        150.0,
        11.0,
        50.0,
        50.0,
        50.0,
        50.0,
        50.0,
    ]
    reading = case("30-osm-output-spellings.json")
    assert [c.connectors[0].power_kw for c in reading.chargers] == right
    assert not reading.ignored
    twice = [c for c in reading.chargers if c.name in ("2x50 kW", "2*50 kW", "2 x 50 kW")]
    assert [plugs(c) for c in twice] == [[("CCS2", 50.0, 2)]] * 3


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("bis zu 22 kW", [(22.0, 2)]),
        ("jusqu'à 150 kW", [(150.0, 2)]),
        ("kW: 50", [(50.0, 2)]),
        ("4x 150kW, 2x 50kW", [(150.0, 4), (50.0, 2)]),
        ("50kW (2x)", [(50.0, 2)]),
        ("1,2 MW", [(None, 2)]),  # more than a CCS plug can have
        ("22'000 W", [(22.0, 2)]),
        ("150/300 kW", [(300.0, 1), (150.0, 1)]),
        ("150,350", [(350.0, 1), (150.0, 1)]),
        ("150,5 kW", [(150.5, 2)]),
        ("150kW@400V", [(150.0, 2)]),
        ("50000", [(50.0, 2)]),  # as kW no plug has it; as W it is usual
        ("0.15 kW", [(None, 2)]),
        ("400V 60A", [(24.0, 2)]),
        ("32 A", [(None, 2)]),
        ("22 kW (3 x 32 A)", [(22.0, 2)]),  # three phases are no plugs
        ("150_kW", [(150.0, 2)]),
    ],
)
def test_other_spellings_of_an_output(
    output: str, expected: list[tuple[float | None, int]]
) -> None:
    found = osm(socket__type2_combo="2", socket__type2_combo__output=output)
    assert [(p.power_kw, p.count) for p in found.connectors] == expected


def test_a_power_no_plug_can_have_is_unknown_and_counted() -> None:
    tally = Tally()
    found = osm(tally, socket__type2_combo="1", socket__type2_combo__output="0.15 kW")
    assert found.connectors[0].power_kw is None
    assert dict(tally.ignored) == {"less power than any car charges with": 1}


def test_volts_and_amperes_of_openstreetmap() -> None:
    reading = case("32-osm-voltage-current.json")
    # sqrt(3) x 400 V x 32 A; 230 V x 16 A; 400 V x 60 A
    powers = [c.connectors[0].rated_kw for c in reading.chargers]
    assert powers == pytest.approx([22.170, 3.68, 24.0], abs=1e-3)
    assert all(c.connectors[0].power_rule for c in reading.chargers)
    dc = osm(
        socket__type2_combo="1",
        socket__type2_combo__voltage="400 V",
        socket__type2_combo__current="125 A",
    )
    assert plugs(dc) == [("CCS2", 50.0, 1)]
    three = osm(socket__type2="1", socket__type2__voltage="230", phases="3", amperage="32")
    assert three.connectors[0].rated_kw == pytest.approx(22.08)
    written = osm(socket__type2="1", socket__type2__output="3x32A 230V")
    assert written.connectors[0].rated_kw == pytest.approx(22.08)
    several = osm(socket__type2="1", socket__type2_combo="1", voltage="400", amperage="32")
    assert {p.power_kw for p in several.connectors} == {None}, "whose they are is not said"


def test_volts_and_amperes_of_open_charge_map() -> None:
    def power(kind: int, current: int | None, volts: object, amps: object) -> float | None:
        plug = {"ConnectionTypeID": kind, "CurrentTypeID": current, "Voltage": volts, "Amps": amps}
        info = {"Latitude": 48.0, "Longitude": 11.0}
        reading = read_openchargemap([{"ID": 1, "AddressInfo": info, "Connections": [plug]}])
        found = reading.chargers[0].connectors[0]
        assert found.power_assumed == (found.power_kw is not None)
        return found.power_kw

    assert power(25, 20, 400, 32) == pytest.approx(22.170, abs=1e-3)
    assert power(25, 20, 230, 16) == pytest.approx(11.04)
    assert power(25, 10, 230, 16) == pytest.approx(3.68)
    assert power(33, 30, 500, 125) == pytest.approx(62.5)
    assert power(33, 30, None, 125) is None
    assert power(1, 10, 240, 1e6) is None


@pytest.mark.parametrize(
    ("tags", "most_kw"),
    [
        ({"charging_station__output": "22 kW"}, 22.0),
        ({"charging_station__output": "150 kW"}, 50.0),
        ({"name": "Schnelllader 20 kW"}, 20.0),
        ({"model": "ABB Terra 24"}, 24.0),
    ],
)
def test_what_is_assumed_stays_below_what_is_said_of_the_station(
    tags: Mapping[str, str], most_kw: float
) -> None:
    found = osm(socket__type2_combo="1", socket__chademo="1", **tags)
    (site,) = assume_powers([found])
    assert [p.power_kw for p in site.connectors] == [most_kw, most_kw]
    assert all(p.power_assumed and p.power_rule for p in site.connectors)
    assert all(("at most" in p.power_rule) == (most_kw < 50.0) for p in site.connectors)


def test_a_plug_has_no_more_than_its_station() -> None:
    tally = Tally()
    found = osm(
        tally,
        socket__type2_combo="1",
        socket__type2_combo__output="150 kW",
        socket__type2="1",
        charging_station__output="100 kW",
    )
    assert plugs(found) == [("CCS2", 100.0, 1), ("TYPE2", None, 1)]
    assert tally.ignored["more power at a plug than at its whole station"] == 1


def test_product_names() -> None:
    assert limit_kw("Supercharger V3 Test") == 250.0
    assert limit_kw("HYC300", None) == 300.0
    assert limit_kw("ABB Terra 54") == 50.0
    assert limit_kw("Rasthof 350kW", "2 x 50 kW") == 350.0
    assert limit_kw("Testplein 12", 5) is None


def test_stations_for_other_vehicles() -> None:
    reading = case("35-osm-bicycle-designated.json")
    assert [c.name for c in reading.chargers] == ["cars too"]
    assert dict(reading.skipped) == {"not for cars": 7}


@pytest.mark.parametrize(
    ("tags", "cars"),
    [
        ({"electric_bicycle": "yes", "socket__schuko": "2"}, False),
        ({"bicycle": "yes", "socket__type2": "2"}, True),
        ({"hgv": "yes", "socket__type2_combo": "2"}, True),
        ({"psv": "designated", "socket__type2_combo": "2"}, False),
        ({"taxi": "designated", "car": "yes", "socket__type2_combo": "2"}, True),
        ({"motorcycle": "only", "socket__schuko": "1"}, False),
        ({"socket__schuko": "1"}, True),
    ],
)
def test_other_vehicles(tags: dict[str, str], cars: bool) -> None:
    if cars:
        osm(**tags)
        return
    with pytest.raises(SkipRow, match="not for cars"):
        osm(**tags)


def test_out_of_order_in_all_spellings() -> None:
    reading = case("36-osm-out-of-order.json")
    assert dict(reading.skipped) == {"closed": 1}
    assert len(reading.chargers) == 11
    for charger in reading.chargers:
        assert charger.operation == "out_of_service", charger.name
        assert all(p.operation == "out_of_service" for p in charger.connectors)


@pytest.mark.parametrize(
    "tags",
    [
        {"operational_status": "Out Of Order"},
        {"operational_status": "außer Betrieb"},
        {"operational_status": "temporarily_closed"},
        {"charging_station__status": "faulted"},
        {"out_of_order": "yes"},
        {"operational_status": "défectueux"},
        {"operational_status": "gestört"},
        {"operational_status": "nie działa"},
        {"operational_status": "off"},
        {"working": "no"},
        {"opening_hours": 'off "until further notice"'},
        {"socket__type2_combo__operational_status": "broken"},
        {"socket__type2_combo": "out of order"},
    ],
)
def test_other_spellings_of_out_of_order(tags: dict[str, str]) -> None:
    assert osm(**{"socket__type2_combo": "1"} | tags).operation == "out_of_service"


def test_one_broken_socket_of_two() -> None:
    found = osm(socket__type2_combo="defekt", socket__type2="2", socket__type2__output="22 kW")
    assert found.operation == "unknown"
    assert [(p.standard, p.operation) for p in found.connectors] == [
        ("CCS2", "out_of_service"),
        ("TYPE2", "unknown"),
    ]


def test_lifecycle() -> None:
    reading = case("39-osm-lifecycle.json")
    assert [(c.name, c.access) for c in reading.chargers] == [("access no", "restricted")]
    assert dict(reading.skipped) == {"planned, not open yet": 3, "closed": 1}


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"start_date": "2026-06"}, None),  # may be today
        ({"start_date": "2026-07"}, "planned"),
        ({"opening_date": "2026-06-10"}, "planned"),
        ({"opening_date": "2026-06-09"}, None),
        ({"end_date": "2026-06-08"}, "closed"),
        ({"end_date": "2026"}, None),
        ({"start_date": "before 1990"}, None),
        ({"opening_date": "01.05.2031"}, "planned"),
        ({"proposed": "charging_station"}, "planned"),
        ({"operational_status": "under construction"}, "planned"),
        ({"abandoned": "yes"}, "closed"),
        ({"operational_status": "dismantled"}, "closed"),
        ({"amenity": "", "disused__amenity": "charging_station"}, "closed"),
        ({"amenity": "", "construction__amenity": "charging_station"}, "planned"),
    ],
)
def test_other_lifecycles(tags: dict[str, str], reason: str | None) -> None:
    tally = Tally(today=date(2026, 6, 9))
    if reason is None:
        osm(tally, socket__type2="1", **tags)
        return
    with pytest.raises(SkipRow, match=reason):
        osm(tally, socket__type2="1", **tags)


def test_connection_states_of_open_charge_map() -> None:
    reading = case("41-ocm-connection-status.json")
    found = {c.id: c.operation for c in reading.chargers}
    assert found == {
        "ocm:1": "out_of_service",
        "ocm:2": "out_of_service",
        "ocm:4": "out_of_service",
        "ocm:6": "in_service",
        "ocm:7": "unknown",
        "ocm:8": "out_of_service",
    }
    assert dict(reading.skipped) == {"a duplicate by its own source": 2}
    assert all(c.connectors for c in reading.chargers)


def test_one_plug_of_two_works_in_open_charge_map() -> None:
    info = {"Latitude": 48.0, "Longitude": 11.0}
    status = {"ID": 999, "IsOperational": False}
    connections = [
        {"ConnectionTypeID": 33, "PowerKW": 150, "StatusType": status},
        {"ConnectionTypeID": 25, "PowerKW": 22, "StatusTypeID": 50},
        {"ConnectionTypeID": 2, "PowerKW": 50, "StatusTypeID": 150},
    ]
    reading = read_openchargemap([{"ID": 1, "AddressInfo": info, "Connections": connections}])
    (site,) = reading.chargers
    assert site.operation == "in_service"
    assert [(p.standard, p.operation) for p in site.connectors] == [
        ("CCS2", "out_of_service"),
        ("TYPE2", "in_service"),
    ]
    assert dict(reading.ignored) == {"a plug that is planned or removed": 1}


def test_tesla_over_a_type_2_shape() -> None:
    kinds = [
        [p.standard for p in c.connectors] for c in case("43-ocm-tesla-type2-dc.json").chargers
    ]
    assert kinds == [
        ["TESLA_TYPE2"],
        ["TESLA_TYPE2"],
        ["TESLA_TYPE2"],
        ["NACS"],
        ["UNKNOWN_DC"],
        ["DOMESTIC"],
    ]


def test_direct_current_at_somebody_elses_type_2_is_no_tesla_plug() -> None:
    info = {"Latitude": 48.0, "Longitude": 11.0}
    plug = {"ConnectionTypeID": 1036, "CurrentTypeID": 30, "PowerKW": 50}
    row = {"ID": 1, "AddressInfo": info, "Connections": [plug]}
    (site,) = read_openchargemap([row | {"OperatorInfo": {"Title": "Stadtwerke"}}]).chargers
    assert plugs(site) == [("UNKNOWN_DC", 50.0, None)]
    (site,) = read_openchargemap([row | {"OperatorInfo": {"Title": "Tesla (eu)"}}]).chargers
    assert plugs(site) == [("TESLA_TYPE2", 50.0, None)]


def test_tables_of_a_german_spreadsheet() -> None:
    reading = case("45-csv-excel-german.csv")
    assert [(c.lat, c.lon) for c in reading.chargers] == [(48.137, 11.575), (48.15, 11.6)]
    assert [plugs(c) for c in reading.chargers] == [[("CCS2", 150.0, 2)], [("TYPE2", 22.0, 2)]]
    data = b"sep=;\r\nid;lat;lon;connectors\r\n1;48,1;11,5;TYPE2:22,5:2,CCS2:50\r\n"
    assert plugs(parse_chargers(data, where="x.csv").chargers[0]) == [
        ("CCS2", 50.0, None),
        ("TYPE2", 22.5, 2),
    ]


def test_tables_name_states() -> None:
    data = b"id,lat,lon,connectors,status\n1,1,2,CCS2,Out of order\n2,1,3,CCS2,planned\n"
    reading = parse_chargers(data, where="x.csv")
    assert [c.operation for c in reading.chargers] == ["out_of_service"]
    assert dict(reading.skipped) == {"planned, not open yet": 1}


def test_power_in_kw_where_the_protocol_has_w() -> None:
    reading = case("50-ocpi-power-in-kw.json")
    found = [c.connectors[0] for c in reading.chargers]
    assert [p.power_kw for p in found] == [150.0, 22.0, 150.0]
    assert [p.power_assumed for p in found] == [True, True, False]
    assert "kW" in found[0].power_rule
    assert [p.max_voltage_v for p in found] == [920.0, None, 920.0]


@pytest.mark.parametrize(
    ("standard", "stated", "power_kw"),
    [
        ("IEC_62196_T2", 3.7, 3.7),
        ("IEC_62196_T2", 7400, 7.4),
        ("CHADEMO", 50, 50.0),
        ("IEC_62196_T2_COMBO", 400, 400.0),
        ("MCS", 1200, 1200.0),
        ("IEC_62196_T2", 300, None),  # neither 0.3 nor 300 kW
        ("IEC_62196_T2_COMBO", 22_000_000, None),
    ],
)
def test_units_by_kind_of_plug(standard: str, stated: float, power_kw: float | None) -> None:
    plug = {"standard": standard, "max_electric_power": stated}
    place = {"coordinates": {"latitude": "50", "longitude": "8"}}
    (charger,) = read_ocpi([place | {"evses": [{"connectors": [plug]}]}]).chargers
    assert charger.connectors[0].power_kw == power_kw


def test_a_product_fills_in_for_an_impossible_power() -> None:
    plug = {
        "standard": "IEC_62196_T2",
        "power_type": "AC_3_PHASE",
        "max_electric_power": 300,
        "max_voltage": 230,
        "max_amperage": 32,
    }
    place = {"coordinates": {"latitude": "50", "longitude": "8"}}
    (charger,) = read_ocpi([place | {"evses": [{"connectors": [plug]}]}]).chargers
    assert charger.connectors[0].power_kw == pytest.approx(22.08)
    assert charger.connectors[0].power_rule == PRODUCT_RULE


NOON = datetime.fromisoformat("2026-06-09T12:00")


def test_hours_of_ocpi() -> None:
    reading = case("52-ocpi-hours.json")
    noon = [is_open(c, NOON) for c in reading.chargers]
    assert noon == [True, True, False, False, True, True]
    late = [is_open(c, NOON.replace(hour=23, minute=59, second=30)) for c in reading.chargers]
    assert late == [True, True, False, False, False, False]
    early = [is_open(c, NOON.replace(hour=1)) for c in reading.chargers]
    assert early[3] is True, "midnight UTC is 2 o'clock in Berlin"


@pytest.mark.parametrize(
    ("times", "zone", "when", "expected"),
    [
        ({"exceptional_openings": [("2026-06-13T18:00:00Z", "2026-06-13T20:00:00Z")]},
         "Europe/Berlin", "2026-06-13T21:00", True),
        ({"exceptional_openings": [("2026-06-13T18:00:00Z", "2026-06-13T20:00:00Z")]},
         "Europe/Berlin", "2026-06-12T12:00", True),
        ({"exceptional_closings": [("2026-06-08T22:00:00Z", "2026-06-12T10:00:00Z")]},
         "Europe/Berlin", "2026-06-10T12:00", False),
        ({"exceptional_closings": [("2026-06-08T22:00:00Z", "2026-06-12T10:00:00Z")]},
         "Europe/Berlin", "2026-06-12T13:00", True),
        ({"exceptional_closings": [("2026-06-08T22:00:00Z", "2026-06-09T22:00:00Z")]},
         "", "2026-06-09T12:00", None),
        ({"exceptional_closings": [("2026-06-08T22:00:00Z", "2026-06-09T22:00:00Z")]},
         "Mars/Olympus", "2026-06-09T12:00", None),
        ({"exceptional_closings": [("rubbish", "2026-06-09T22:00:00Z")]},
         "Europe/Berlin", "2026-06-09T12:00", True),
    ],
)  # fmt: skip
def test_exceptional_spells(
    times: dict[str, list[tuple[str, str]]], zone: str, when: str, expected: bool | None
) -> None:
    regular = [
        {"weekday": day, "period_begin": "08:00", "period_end": "18:00"} for day in range(1, 6)
    ]
    spells = {
        key: [{"period_begin": begin, "period_end": end} for begin, end in pairs]
        for key, pairs in times.items()
    }
    hours = from_ocpi({"regular_hours": regular} | spells, zone=zone)
    assert hours is not None
    site = osm(opening_hours=hours)
    assert is_open(site, datetime.fromisoformat(when)) is expected


def test_a_period_that_is_not_understood_makes_its_day_unknown() -> None:
    periods = [
        {"weekday": 1, "period_begin": "8 Uhr", "period_end": "18:00"},
        {"weekday": 2, "period_begin": "08:00:00", "period_end": "18:00:00"},
    ]
    assert from_ocpi({"regular_hours": periods}) == "Mo unknown; Tu 08:00-18:00"
    many = [{"period_begin": "2027-01-01T00:00:00Z", "period_end": "2027-01-02T00:00:00Z"}] * 40
    tally = Tally()
    assert from_ocpi({"twentyfourseven": True, "exceptional_closings": many}, tally=tally) is None
    assert sum(tally.ignored.values()) >= 1


def test_states_of_evses() -> None:
    reading = case("53-ocpi-status.json")
    found = {c.id[-2:]: c for c in reading.chargers}
    assert {key: c.operation for key, c in found.items()} == {
        "L1": "in_service",
        "L3": "out_of_service",
        "L4": "in_service",
        "L5": "unknown",
    }
    slow = found["L4"]
    working = [p for p in slow.connectors if p.operation != "out_of_service"]
    assert [(p.standard, p.power_kw) for p in working] == [("TYPE2", 22.0)]
    assert slow.stalls == 1


def test_a_schedule_of_states() -> None:
    plug = {"standard": "IEC_62196_T2_COMBO", "max_electric_power": 50_000}
    period = {"period_begin": "2020-01-01T00:00:00Z", "status": "OUTOFORDER"}
    evse = {"status": "available", "status_schedule": [period], "connectors": [plug]}
    place = {"coordinates": {"latitude": "50", "longitude": "8"}}
    (charger,) = read_ocpi([place | {"evses": [evse]}]).chargers
    assert charger.operation == "out_of_service"
    over = period | {"period_end": "2020-02-01T00:00:00Z"}
    (charger,) = read_ocpi([place | {"evses": [evse | {"status_schedule": [over]}]}]).chargers
    assert charger.operation == "in_service"


def test_tesla_wall_connectors_beside_a_fast_charger() -> None:
    dealer, supercharger, hotel = case("60-afdc-tesla-destination-at-dc-site.json").chargers
    assert [p.standard for p in dealer.connectors] == ["CCS1", "CHADEMO", "NACS_AC", "TYPE1"]
    assert dealer.connectors[2].standard_rule
    assert plugs(supercharger) == [("NACS", None, 8)]
    assert [p.standard for p in hotel.connectors] == ["NACS_AC", "TYPE1"]


AFDC_ROW: dict[str, Any] = {"id": 9, "latitude": 40.0, "longitude": -100.0}


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        (
            {"ev_connector_types": ["J3400", "J1772COMBO"], "ev_dc_fast_num": 4},
            ["CCS1", "NACS"],  # no level 2 port that it could be
        ),
        (
            {
                "ev_connector_types": ["TESLA", "J1772COMBO", "J1772"],
                "ev_dc_fast_num": 4,
                "ev_level2_evse_num": 2,
                "ev_network": "Tesla",
            },
            ["CCS1", "NACS", "TYPE1"],
        ),
        (
            {
                "ev_connector_types": ["TESLA", "J1772"],
                "ev_dc_fast_num": 4,
                "ev_level2_evse_num": 2,
            },
            ["NACS", "TYPE1"],  # nothing else that its fast ports could be
        ),
        ({"ev_connector_types": ["J3400"], "ev_level2_evse_num": 2}, ["NACS_AC"]),
        (
            {
                "ev_connector_types": ["TESLA"],
                "ev_dc_fast_num": 4,
                "ev_network": "Tesla Destination",
            },
            ["NACS_AC", "UNKNOWN_DC"],
        ),
    ],
)
def test_which_tesla_plugs_are_fast(row: dict[str, Any], kinds: list[str]) -> None:
    (charger,) = read_afdc_json([AFDC_ROW | row]).chargers
    assert [p.standard for p in charger.connectors] == kinds


def test_charging_units_of_afdc() -> None:
    one, other = case("63-afdc-units.json").chargers
    assert plugs(one) == [("CCS1", 150.0, 2), ("CHADEMO", 50.0, 2), ("NACS_AC", 11.0, 2)]
    assert plugs(other) == [("CCS1", 250.0, 8), ("NACS", 250.0, 8)]
    assert other.stalls == 8


def test_columns_of_power_by_plug() -> None:
    (site,) = case("64-afdc-csv-power-columns.csv").chargers
    assert plugs(site) == [("CCS1", 350.0, 4), ("CHADEMO", 50.0, 1), ("TYPE1", 7.2, 2)]


def test_the_table_of_charging_units() -> None:
    reading = case("64b-afdc-units.csv")
    (site,) = reading.chargers
    assert plugs(site) == [("CCS1", 350.0, 2), ("CHADEMO", 50.0, 1), ("NACS", 250.0, 1)]
    assert site.stalls == 2
    assert reading.row_count == 2


def test_a_slow_unit_beside_fast_ones() -> None:
    header = (
        "Fuel Type Code,Latitude,Longitude,ID,EV DC Fast Count,EV Level2 EVSE Num,"
        "EV Connector Types,EV J1772 Connector Count,EV J1772 Power Output (kW),"
        "EV CCS Connector Count,EV CCS Power Output (kW),EV J3400 Connector Count,"
        "EV J3400 Power Output (kW)\n"
    )
    rows = (
        "ELEC,40,-100,7,1,2,J1772 J1772COMBO J3400,,,1,180,,\n"
        "ELEC,40,-100,7,1,2,J1772 J1772COMBO J3400,1,11.5,,,1,11.5\n"
    )
    (site,) = read_afdc_csv(header + rows).chargers
    assert plugs(site) == [("CCS1", 180.0, 1), ("NACS_AC", 11.5, 1), ("TYPE1", 11.5, 1)]


@pytest.mark.parametrize(
    ("row", "access"),
    [
        ({"access_code": "public"}, "public"),
        ({"access_code": "public", "access_days_time": "For guests only"}, "restricted"),
        (
            {"access_code": "public", "access_days_time": "for Chevrolet vehicles only"},
            "restricted",
        ),
        ({"access_code": "public", "ev_workplace_charging": True}, "restricted"),
        ({"access_code": "public", "access_detail_code": "FLEET"}, "restricted"),
        ({"access_code": "public", "access_detail_code": "CREDIT_CARD_ALWAYS"}, "public"),
        ({"groups_with_access_code": "TEMPORARILY UNAVAILABLE (Public)"}, "public"),
        ({"groups_with_access_code": "Private - Fleet customers only"}, "restricted"),
    ],
)
def test_who_may_charge(row: dict[str, Any], access: str) -> None:
    (charger,) = read_afdc_json([AFDC_ROW | row]).chargers
    assert charger.access == access


@pytest.mark.parametrize(
    ("note", "access"),
    [
        ("Hotel guests only", "restricted"),
        ("Nur f\u00fcr Kunden", "restricted"),
        ("R\u00e9serv\u00e9 aux clients", "restricted"),
        ("Behind the library", "public"),
    ],
)
def test_notes_on_access(note: str, access: str) -> None:
    info = {"Latitude": 48.0, "Longitude": 11.0, "AccessComments": note}
    row = {"ID": 1, "AddressInfo": info, "UsageTypeID": 1, "Connections": []}
    assert read_openchargemap([row]).chargers[0].access == access


@pytest.mark.parametrize(
    ("quantities", "stalls"),
    [([2, 8], 2), ([None, 8], None), ([12, 8], 10)],
)
def test_stalls_are_those_of_the_fast_plugs(
    quantities: list[int | None], stalls: int | None
) -> None:
    info = {"Latitude": 48.0, "Longitude": 11.0}
    plugs_ = [
        {"ConnectionTypeID": kind, "Quantity": quantity}
        for kind, quantity in zip((33, 25), quantities, strict=True)
    ]
    row = {"ID": 1, "AddressInfo": info, "NumberOfPoints": 10, "Connections": plugs_}
    assert read_openchargemap([row]).chargers[0].stalls == stalls


def test_a_station_is_what_its_charge_points_are() -> None:
    def element(id_: int, **tags: str) -> dict[str, Any]:
        named = {key.replace("__", ":"): value for key, value in tags.items()}
        return {"type": "node", "id": id_, "lat": 48.0, "lon": 11.0, "tags": named}

    def point(id_: int, status: str) -> dict[str, Any]:
        return element(
            id_,
            man_made="charge_point",
            socket__type2_combo="1",
            socket__type2_combo__output="150 kW",
            operational_status=status,
        )

    station = element(1, amenity="charging_station")
    for states, operation, stalls in (
        (("operational", "broken"), "in_service", 1),
        (("broken", "broken"), "out_of_service", None),
    ):
        rows = [station, *(point(k, state) for k, state in enumerate(states, start=2))]
        (site,) = read_overpass({"elements": rows}).chargers
        assert (site.operation, site.stalls) == (operation, stalls)


def test_a_newer_state_of_a_plug_goes_before_an_older_power() -> None:
    def site(source: str, day: str, **facts: Any) -> Charger:
        table = {"id": source, "lat": 1, "lon": 2, "name": "Depot", "date": day, "source": source}
        rows = [table | facts]
        text = ",".join(rows[0]) + "\n" + ",".join(str(v) for v in rows[0].values()) + "\n"
        return parse_chargers(text.encode(), where="x.csv").chargers[0]

    old = site("A", "2025-01-01", connectors="CCS2:150:2")
    new = site("B", "2026-01-01", connectors="CCS2", status="out of order")
    (merged,) = merge_chargers([old, new]).chargers
    assert [(p.power_kw, p.operation) for p in merged.connectors] == [(150.0, "out_of_service")]
    assert merged.operation == "out_of_service"


def test_the_cases_hold_no_more_rows_than_are_accounted_for() -> None:
    for path in sorted(CASES.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        rows = (
            data
            if isinstance(data, list)
            else next(v for v in data.values() if isinstance(v, list))
        )
        assert read_chargers(path).row_count == len(rows), path.name
