"""Rarer forms of the providers: other shapes of an answer, single plugs, hours, table dialects."""

import json

import pytest

from tripplan.errors import DataError
from tripplan.records.charger import Charger
from tripplan.sources.chargers.afdc import read_afdc_json
from tripplan.sources.chargers.files import parse_chargers
from tripplan.sources.chargers.hours import from_american
from tripplan.sources.chargers.ocpi import read_ocpi
from tripplan.sources.chargers.ocpi_hours import from_ocpi
from tripplan.sources.chargers.openchargemap import read_openchargemap


def plugs(charger: Charger) -> list[tuple[str, float | None, int | None]]:
    return [(plug.standard, plug.power_kw, plug.count) for plug in charger.connectors]


AFDC_ROW = {
    "id": 9,
    "latitude": 40.0,
    "longitude": -100.0,
    "station_name": "Depot",
    "ev_connector_types": ["J1772COMBO"],
    "ev_dc_fast_num": 3,
}


def test_afdc_forms_that_the_api_has_besides() -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-100.0, 40.0]},
        "properties": {k: v for k, v in AFDC_ROW.items() if k not in ("latitude", "longitude")},
    }
    forms = ([AFDC_ROW], {"fuel_stations": [AFDC_ROW]}, {"features": [feature]})
    stations = [parse_chargers(json.dumps(form).encode(), where="x").chargers for form in forms]
    assert stations[0] == stations[1] == stations[2]
    assert plugs(stations[0][0]) == [("CCS1", None, 3)]
    with pytest.raises(DataError, match="fuel_stations"):
        read_afdc_json({"stations": []})


@pytest.mark.parametrize("units", [[5], [{"connectors": {"CHADEMO": 5}}], [{"connectors": []}]])
def test_afdc_units_that_say_nothing_change_nothing(units: list[object]) -> None:
    (charger,) = read_afdc_json([AFDC_ROW | {"ev_charging_units": units}]).chargers
    assert plugs(charger) == [("CCS1", None, 3)]


def test_one_location_or_poi_alone_is_read_too() -> None:
    place = {"coordinates": {"latitude": "50", "longitude": "8"}, "evses": []}
    assert read_ocpi(place).chargers[0].stalls is None
    assert parse_chargers(json.dumps(place).encode(), where="x").format == "OCPI locations"
    poi = {"ID": 1, "AddressInfo": {"Latitude": 50.0, "Longitude": 8.0}, "Connections": [None]}
    reading = read_openchargemap(poi)
    assert reading.chargers[0].name == "charging station"
    assert dict(reading.ignored) == {"a connection that is not an object": 1}


@pytest.mark.parametrize(
    ("plug", "place", "expected"),
    [
        ({"ConnectionTypeID": 27, "CurrentTypeID": 10}, (40.0, -100.0), "NACS_AC"),
        ({"ConnectionTypeID": 30, "PowerKW": 11}, (50.0, 8.0), "TYPE2"),
        ({"ConnectionTypeID": 30, "PowerKW": 150}, (40.0, -100.0), "NACS"),
        ({"ConnectionTypeID": 30}, (50.0, 8.0), "TESLA"),
        ({"ConnectionTypeID": 0, "CurrentTypeID": 30}, (50.0, 8.0), "UNKNOWN_DC"),
        ({"ConnectionType": {"Title": "CCS (Type 2)"}}, (50.0, 8.0), "CCS2"),
        ({"ConnectionTypeID": 1040}, (30.0, 110.0), "GBT_DC"),
    ],
)
def test_open_charge_map_plugs(
    plug: dict[str, object], place: tuple[float, float], expected: str
) -> None:
    info = {"Latitude": place[0], "Longitude": place[1]}
    reading = read_openchargemap([{"ID": 1, "AddressInfo": info, "Connections": [plug]}])
    assert [one.standard for one in reading.chargers[0].connectors] == [expected]


@pytest.mark.parametrize(
    ("plug", "expected"),
    [
        ({"standard": "DOMESTIC_F"}, ("DOMESTIC", None)),
        ({"standard": "NEMA_14_50"}, ("NEMA", None)),
        ({"standard": "IEC_60309_2_three_32"}, ("CEE", None)),
        ({"standard": "CHAOJI", "max_electric_power": 500_000}, ("UNKNOWN", 500.0)),
        ({"standard": "TESLA_S", "max_electric_power": 120_000}, ("NACS", 120.0)),
        (
            {
                "standard": "IEC_62196_T2",
                "power_type": "AC_2_PHASE",
                "max_voltage": 230,
                "max_amperage": 16,
            },
            ("TYPE2", 7.36),
        ),
        (
            {"standard": "CHADEMO", "power_type": "DC", "max_voltage": -1, "max_amperage": 125},
            ("CHADEMO", None),
        ),
    ],
)
def test_ocpi_plugs(plug: dict[str, object], expected: tuple[str, float | None]) -> None:
    place = {"coordinates": {"latitude": "50", "longitude": "8"}}
    (charger,) = read_ocpi([place | {"evses": [{"connectors": [plug]}]}]).chargers
    (one,) = charger.connectors
    assert one.standard == expected[0]
    assert one.power_kw == pytest.approx(expected[1])


def test_tables_in_other_dialects() -> None:
    data = b"\xef\xbb\xbfID;Latitude;Longitude;Plugs;maxPowerKw\n1;46.5;8.1;CHAdeMO|Typ X;50 kW\n"
    reading = parse_chargers(data, where="mine.csv")
    assert plugs(reading.chargers[0]) == [("CHADEMO", 50.0, None)]
    assert dict(reading.ignored) == {"a kind of plug that is not known": 1}
    assert reading.chargers[0].id == "mine-csv:1"


@pytest.mark.parametrize(
    ("note", "hours"),
    [
        ("24 hours daily", "24/7"),
        ("24 hours daily; for guest use only", "24/7"),
        ("8am-5pm daily", "Mo-Su 08:00-17:00"),
        ("6am-12am daily", "Mo-Su 06:00-24:00"),
        ("Mon 6:00am - 11:59pm; Tue 7am-9pm", "Mo 06:00-24:00; Tu 07:00-21:00"),
        ("Mon-Fri 12pm-6pm; Sun closed", "Mo-Fr 12:00-18:00; Su off"),
        ("10pm-2am daily", "Mo-Su 22:00-02:00"),
        ("Mon 12:00am - 12:00am; Tue 6pm-2am", "Mo 00:00-24:00; Tu 18:00-02:00"),
        ("12am - 12am daily", "24/7"),
        (
            "noon-midnight M-F, 8am-noon Sat, Sun closed",
            "Mo-Fr 12:00-24:00; Sa 08:00-12:00; Su off",
        ),
        ("Mon, Wed & Fri 8am-12pm, 1pm-5pm", "Mo,We,Fr 08:00-12:00,13:00-17:00"),
        ("weekdays 7:00 a.m. to 9:00 p.m.; weekends closed", "Mo-Fr 07:00-21:00; Sa-Su off"),
        ("Sat-Mon 8am-5pm", "Mo,Sa,Su 08:00-17:00"),
        ("Mon 8am-12pm; Mon 1pm-5pm", "Mo 08:00-12:00,13:00-17:00"),
        ("dawn to dusk daily", "Mo-Su dawn-dusk"),
        ("M-F 8am-5pm; Sat by appointment", "Mo-Fr 08:00-17:00; Sa unknown"),
        ("24 hours daily. Please check Tesla's online station map before you go", "24/7"),
        ("24 hours daily. Please check Tesla's online station map for current hours", "24/7"),
        ("24 hours daily; 4 hour parking limit", "24/7"),
        ("7am-7pm", None),  # on which days is not said
        ("8am to 5pm Monday through Friday", "Mo-Fr 08:00-17:00"),
        ("Mon, Tue 8am-5pm, Sat 9am-1pm", "Mo-Tu 08:00-17:00; Sa 09:00-13:00"),
        ("8am-5pm M-F and 10am-2pm Sat", "Mo-Fr 08:00-17:00; Sa 10:00-14:00"),
        ("M-F 6:30am-7pm; call ahead on Sat", "Mo-Fr 06:30-19:00; Sa unknown"),
        ("Store hours 9am-9pm daily; closed Christmas", "Mo-Su 09:00-21:00; PH unknown"),
        ("24 hours daily; closed in winter", None),
        ("24 hours daily; closed holidays", "24/7; PH off"),
        ("M-F 8am-5pm; closed on federal holidays", "Mo-Fr 08:00-17:00; PH off"),
        ("Mon-Fri 12:00am - 11:59pm; Sat-Sun 12am-12am", "24/7"),
        ("6am-9pm daily (summer); 6am-6pm daily (winter)", None),
        ("8-5 daily", None),
        ("Dealership business hours", None),
        ("13am-5pm daily", None),
        ("8am-8am daily", None),
        ("", None),
    ],
)
def test_american_hours(note: str, hours: str | None) -> None:
    assert from_american(note) == hours


def test_ocpi_hours_that_are_not_understood_are_unknown() -> None:
    assert from_ocpi({}) is None
    assert from_ocpi({"twentyfourseven": False}) is None
    bad = {"regular_hours": [{"weekday": 8, "period_begin": "08:00", "period_end": "20:00"}]}
    assert from_ocpi(bad) is None
    assert (
        from_ocpi({"regular_hours": [{"weekday": 1, "period_begin": "8", "period_end": 9}]}) is None
    )
