"""Other sources of 2026: OICP, NOBIL, supercharge.info, Overture, and samples of all forms."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.samples import charger_forms as forms
from tests.samples.charger_forms import Site, one, plugs, read
from tripplan.errors import DataError
from tripplan.sources.chargers.files import NO_PLUG, read_charger_files, read_chargers
from tripplan.sources.chargers.reading import JOINED

SITE = Site("1", "Autohof", 49.4113, 8.6901, ((("CCS2", 150.0), ("CHADEMO", 50.0)),))


def record(**more: Any) -> dict[str, Any]:
    data = json.loads(forms.oicp([SITE]))
    data["EVSEData"][0]["EVSEDataRecord"][0].update(more)
    found: dict[str, Any] = data
    return found


def test_states_of_a_file_of_their_own(tmp_path: Path) -> None:
    files = tmp_path / "data", tmp_path / "states"
    files[0].write_text(json.dumps(record()), encoding="utf-8")
    status = [{"EvseID": "CH*MUS*E1*0", "EVSEStatus": "OutOfService"}]
    files[1].write_text(
        json.dumps({"EVSEStatuses": [{"EVSEStatusRecord": status}]}), encoding="utf-8"
    )
    (reading,) = read_charger_files(files)
    assert reading.chargers[0].operation == "out_of_service"


def test_what_is_odd_in_the_swiss_file() -> None:
    reading = read(record(GeoCoordinates={"Google": "50.0 -15.0"}))
    assert dict(reading.skipped) == {"coordinates that stand for unknown ones": 1}
    reading = read(record(GeoCoordinates={"Google": "None None"}))
    assert dict(reading.skipped) == {"no coordinates": 1}
    reading = read(record(Accessibility="Test Station"))
    assert dict(reading.skipped) == {"a station for tests": 1}
    nothing = record(ChargingFacilities=[{"power": 0, "powertype": "DC"}] * 2)
    assert plugs(one(nothing)) == [("CCS2", None, 1), ("CHADEMO", None, 1)]
    named = record(ChargingStationNames={"lang": "de", "value": "Rast"})
    assert one(named).name == "Rast"
    tesla = record(
        Plugs=["Tesla Connector"], ChargingFacilities=[{"power": "120", "powertype": "DC"}]
    )
    assert plugs(one(tesla)) == [("TESLA_TYPE2", 120.0, 1)]


def test_hours_by_weekday() -> None:
    times = [
        {"on": "Monday", "Period": [{"begin": "08:00", "end": "18:30"}]},
        {"on": "Sunday", "Period": {"begin": "10:00", "end": "00:00"}},
    ]
    hours = one(record(IsOpen24Hours="false", OpeningTimes=times)).opening_hours
    assert hours == "Mo 08:00-18:30; Su 10:00-24:00"


def test_a_facility_of_the_whole_evse() -> None:
    whole = record(
        Plugs=["CCS Combo 2 Plug (Cable Attached)", "CHAdeMO", "Type 2 Outlet"],
        ChargingFacilities=[
            {"power": "150", "powertype": "DC"},
            {"power": 22, "powertype": "AC_3_PHASE"},
        ],
    )
    found = one(whole)
    assert plugs(found) == [("CCS2", 150.0, 1), ("CHADEMO", None, 1), ("TYPE2", 22.0, 1)]


@pytest.mark.parametrize(
    ("words", "kw", "rule"),
    [
        ("150 kW DC", 150.0, ""),
        ("62,5 kW DC", 62.5, ""),
        ("22 kW - 400V 3-phase max 32A", 22.0, ""),
        ("3,6 kW - 230V 1-phase max 16A", 3.6, ""),
        ("135 kW - 480VDC max 270A", 135.0, ""),
        ("230V 3-phase max 16A", 6.374, "fuse"),
        ("Unspecified", None, ""),
    ],
)
def test_powers_of_nobil(words: str, kw: float | None, rule: str) -> None:
    """230 V x sqrt(3) x 16 A = 6.37 kW: Norway's mains of 230 V have no neutral."""
    data = json.loads(forms.nobil([Site("1", "A", 59.9, 10.7, ((("TYPE2", 11.0),),))]))
    attributes = data["chargerstations"][0]["attr"]["conn"]["1"]
    attributes["4"]["trans"] = "CCS/Combo" if "DC" in words else "Type 2"
    attributes["5"]["trans"] = words
    (plug,) = one(data).connectors
    assert plug.power_kw == (None if kw is None else pytest.approx(kw, abs=1e-3))
    assert rule in plug.power_rule
    assert bool(plug.power_rule) == bool(rule)


def test_hydrogen_is_no_charger() -> None:
    data = json.loads(forms.nobil([SITE]))
    for entry in data["chargerstations"][0]["attr"]["conn"].values():
        entry["4"]["trans"] = "Hydrogen"
    assert dict(read(data).skipped) == {"not an electric station": 1}
    with pytest.raises(DataError, match="refused: no key"):
        read({"error": "no key", "chargerstations": None})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"tpc": 8}, [("NACS", 150.0, 8)]),
        ({"nacs": 4, "multi": 2}, [("CCS1", 150.0, 2), ("NACS", 150.0, 6)]),
        ({"ccs2": 4, "type2": 4}, [("CCS2", 150.0, 4), ("TESLA_TYPE2", 150.0, 4)]),
        ({"gbt": 4}, [("GBT_DC", 150.0, 4)]),
        ({}, [("TESLA_TYPE2", 150.0, 1)]),
    ],
)
def test_plugs_of_superchargers(
    given: dict[str, int], expected: list[tuple[str, float, int]]
) -> None:
    (row,) = json.loads(forms.supercharge([SITE]))
    found = one([row | {"plugs": given, "otherEVs": False, "stalls": {"v2": 1}}])
    assert plugs(found) == expected
    tesla = {plug.max_voltage_v for plug in found.connectors if plug.standard != "GBT_DC"}
    assert tesla <= {500.0}
    assert {plug.vehicles for plug in found.connectors} == {"tesla"}
    assert found.access == "public"


@pytest.mark.parametrize(("others", "makes"), [(True, "any"), (False, "tesla"), (None, "unknown")])
def test_makes_of_cars_at_superchargers(others: bool | None, makes: str) -> None:
    (row,) = json.loads(forms.supercharge([SITE]))
    (plug,) = one([row | {"otherEVs": others}]).connectors
    assert plug.vehicles == makes


@pytest.mark.parametrize(
    ("status", "operation"),
    [
        ("OPEN", "in_service"),
        ("EXPANDING", "in_service"),
        ("CLOSED_TEMP", "out_of_service"),
        ("CLOSED_PERM", None),
        ("CONSTRUCTION", None),
        ("PERMIT", None),
    ],
)
def test_states_of_superchargers(status: str, operation: str | None) -> None:
    (row,) = json.loads(forms.supercharge([SITE]))
    reading = read([row | {"status": status}])
    assert [charger.operation for charger in reading.chargers] == ([operation] if operation else [])


def test_places_without_plugs_say_so() -> None:
    feature = {
        "type": "Feature",
        "id": "08f",
        "geometry": {"type": "Point", "coordinates": [8.69, 49.41]},
        "properties": {
            "version": 1,
            "names": {"primary": "Laden"},
            "categories": {"primary": "ev_charging_station"},
            "confidence": 0.9,
            "sources": [],
        },
    }
    cafe = json.loads(json.dumps(feature))
    cafe["properties"]["categories"]["primary"] = "cafe"
    reading = read({"type": "FeatureCollection", "features": [feature, cafe]})
    assert [charger.name for charger in reading.chargers] == ["Laden"]
    assert dict(reading.ignored) == {NO_PLUG: 1}
    assert dict(reading.skipped) == {"a place of another category": 1}


FIXTURES = Path(__file__).parents[2] / "fixtures" / "charger_sources"
SAMPLES = {
    "afdc_units.csv": [("CCS1", 350.0, 2), ("CHADEMO", 50.0, 1), ("NACS", 250.0, 1)],
    "bnetza_2026.csv": [("CCS2", 300.0, 1), ("CCS2", 150.0, 1), ("CHADEMO", 50.0, 1)],
    "ch_oicp.json": [("CCS2", 150.0, 1), ("CHADEMO", None, 1)],
    "de_afir.json": [("CCS2", 150.0, 1)],
    "es_datex.xml": [("CCS2", 150.0, 1)],
    "irve_2.3.csv": [("CCS2", 150.0, 2)],
    "lt_ocpi230.json": [("CCS2", 300.0, 1)],
    "ndw.geojson": [("CCS2", 300.0, 2)],
    "nobil_v3.json": [("CCS2", 150.0, 1)],
    "ocm_compact.json": [("CCS2", 150.0, 4)],
    "overture.geojson": [],
    "supercharge_info.json": [("NACS", 250.0, 12)],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_2026(name: str) -> None:
    reading = read_chargers(FIXTURES / name)
    (charger,) = reading.chargers
    assert plugs(charger) == SAMPLES[name]
    assert set(reading.skipped) <= {JOINED}
    assert set(reading.ignored) <= {NO_PLUG}
