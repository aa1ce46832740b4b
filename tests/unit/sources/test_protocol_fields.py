"""Fields of OCPI and OICP by their specifications, one small record each."""

from typing import Any

import pytest

from tripplan.records.charger import Charger
from tripplan.sources.chargers.ocpi import read_ocpi
from tripplan.sources.chargers.oicp import read_oicp

CCS: dict[str, Any] = {
    "id": "1",
    "standard": "IEC_62196_T2_COMBO",
    "power_type": "DC",
    "max_electric_power": 150000,
}
TYPE2 = CCS | {"standard": "IEC_62196_T2", "power_type": "AC_3_PHASE", "max_electric_power": 22000}


def location(*evses: dict[str, Any], **fields: object) -> dict[str, Any]:
    rows = [
        {"uid": str(k), "status": "AVAILABLE", "connectors": [CCS]} | evse
        for k, evse in enumerate(evses)
    ]
    place = {"latitude": "52.1", "longitude": "5.1"}
    return {"id": "L", "publish": True, "name": "L", "coordinates": place, "evses": rows} | fields


def plugs(charger: Charger) -> list[tuple[str, float | None, int | None]]:
    return [(plug.standard, plug.power_kw, plug.count) for plug in charger.connectors]


# -- OCPI ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"parking_restrictions": ["MOTORCYCLES"]}, 1),
        ({"parking_restrictions": ["EV_ONLY", "MOTORCYCLES"]}, 1),
        ({"parking_restrictions": ["EV_ONLY", "PLUGGED"]}, 2),
        ({"parking_restrictions": ["CUSTOMERS"]}, 2),
        ({"parking": [{"parking_id": "bikes"}]}, 1),
        ({"parking": [{"parking_id": "lorries"}]}, 1),
        ({"parking": [{"parking_id": "lorries"}, {"parking_id": "cars"}]}, 2),
        ({"parking": [{"parking_id": "open"}]}, 2),
        ({"parking": [{"parking_id": "not listed"}]}, 2),
        ({"parking": [{"parking_id": "vans"}]}, 2),
    ],
)
def test_places_that_no_car_fits_on(fields: dict[str, Any], left: int) -> None:
    places = [
        {"id": "bikes", "vehicle_types": ["MOTORCYCLE"]},
        {"id": "lorries", "vehicle_types": ["RIGID", "SEMI_TRACTOR", "BUS"]},
        {"id": "cars", "vehicle_types": ["PERSONAL_VEHICLE"]},
        {"id": "vans", "vehicle_types": ["VAN"]},
        {"id": "open"},
    ]
    reading = read_ocpi([location({}, fields | {"connectors": [TYPE2]}, parking_places=places)])
    (charger,) = reading.chargers
    assert len(charger.connectors) == left
    assert dict(reading.ignored) == ({} if left == 2 else {"an EVSE that is not for cars": 1})
    assert charger.access == "public"


def test_a_location_for_motorcycles_alone_is_left_out_and_counted() -> None:
    reading = read_ocpi([location({"parking_restrictions": ["MOTORCYCLES"]})])
    assert reading.chargers == ()
    assert dict(reading.skipped) == {"not for cars": 1}


# -- OICP ------------------------------------------------------------------------------------------
def record(**fields: object) -> dict[str, Any]:
    return {
        "EvseID": "CH*ABC*E1",
        "ChargingStationNames": [{"lang": "de", "value": "O"}],
        "Address": {"Country": "CHE", "City": "Bern", "Street": "Weg"},
        "GeoCoordinates": {"Google": {"Coordinates": "46.9 7.4"}},
        "Plugs": ["CCS Combo 2 Plug (Cable Attached)"],
        "ChargingFacilities": [{"power": 150, "powertype": "DC"}],
        "IsOpen24Hours": False,
        "Accessibility": "Free publicly accessible",
        **fields,
    }


def read(**fields: object) -> Charger:
    answer = {"OperatorID": "CH*ABC", "OperatorName": "Op", "EVSEDataRecord": [record(**fields)]}
    (charger,) = read_oicp({"EVSEData": [answer]}).chargers
    return charger


def times(on: str, *spans: str) -> dict[str, Any]:
    halves = [span.split("-") for span in spans]
    return {"on": on, "Period": [{"begin": begin, "end": end} for begin, end in halves]}


@pytest.mark.parametrize(
    ("listed", "hours"),
    [
        ([times("Monday", "08:00-18:00")], "Mo 08:00-18:00"),
        (
            [times("Weekend", "09:00-12:00")],
            "Sa 09:00-12:00; Su 09:00-12:00",
        ),
        (
            [times("Workdays", "08:00-18:00"), times("Saturday", "09:00-12:00")],
            "; ".join(f"{day} 08:00-18:00" for day in ("Mo", "Tu", "We", "Th", "Fr"))
            + "; Sa 09:00-12:00",
        ),
        (
            [times("Everyday", "06:00-00:00")],
            "; ".join(f"{day} 06:00-24:00" for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")),
        ),
        # two entries of one day add up
        (
            [times("Sunday", "13:00-18:00"), times("Sunday", "08:00-12:00")],
            "Su 08:00-12:00,13:00-18:00",
        ),
        ([times("Holidays", "08:00-18:00")], None),
    ],
)
def test_days_of_oicp(listed: list[dict[str, Any]], hours: str | None) -> None:
    assert read(OpeningTimes=listed).opening_hours == hours


@pytest.mark.parametrize(
    ("kinds", "facilities", "expected"),
    [
        # the facilities of a current are those of its plugs
        (
            ["CHAdeMO", "CCS Combo 2 Plug (Cable Attached)", "Type 2 Connector (Cable Attached)"],
            [{"power": 50, "powertype": "DC"}, {"power": 43, "powertype": "AC_3_PHASE"}],
            [("CCS2", 50.0, 1), ("CHADEMO", 50.0, 1), ("TYPE2", 43.0, 1)],
        ),
        # of one current alone they bound the other
        (
            ["CCS Combo 2 Plug (Cable Attached)", "Type 2 Outlet"],
            [{"power": 150, "powertype": "DC"}],
            [("CCS2", 150.0, 1), ("TYPE2", None, 1)],
        ),
        # a household socket beside type 2 has not its power
        (
            ["Type 2 Outlet", "Type F Schuko", "CHAdeMO"],
            [{"power": 22, "powertype": "AC_3_PHASE"}, {"power": 50, "powertype": "DC"}],
            [("CHADEMO", 50.0, 1), ("DOMESTIC", None, 1), ("TYPE2", 22.0, 1)],
        ),
    ],
)
def test_facilities_of_oicp(
    kinds: list[str], facilities: list[dict[str, Any]], expected: list[tuple[str, float, int]]
) -> None:
    assert plugs(read(Plugs=kinds, ChargingFacilities=facilities)) == expected


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        ("46°57'1.3''", "7°26'45.6''", (46.950361, 7.446)),
        ("46° 57' 1.3\"", "7° 26' 45.6\"", (46.950361, 7.446)),
        ("-33°51'30.0''", "151°12'36.0''", (-33.858333, 151.21)),
        ("38°0'0.0''", "-122°30'0.0''", (38.0, -122.5)),
    ],
)
def test_angles_of_oicp(lat: str, lon: str, expected: tuple[float, float]) -> None:
    charger = read(GeoCoordinates={"DegreeMinuteSeconds": {"Latitude": lat, "Longitude": lon}})
    assert (charger.lat, charger.lon) == pytest.approx(expected, abs=1e-5)
