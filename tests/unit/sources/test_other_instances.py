"""Other instances of the kinds that came out wrong: each guessed first, from its format's own page.

Roads after the OpenStreetMap wiki (Key:access, Key:oneway, Key:maxspeed, Key:toll, Key:barrier,
Key:duration, Conditional restrictions); chargers after the wiki, OCPI 2.2.1, Open Charge Map's
reference data and AFDC's notes; hours after the specification of opening_hours.
"""

import math
from datetime import datetime
from typing import Any

import pytest

from tripplan.planning.opening_hours import is_open
from tripplan.records.charger import Charger
from tripplan.records.network import FLAG_TOLL
from tripplan.sources.chargers.hours import from_american
from tripplan.sources.chargers.ocpi import read_ocpi
from tripplan.sources.chargers.openchargemap import read_openchargemap
from tripplan.sources.chargers.osm import charger_from_tags
from tripplan.sources.chargers.values import SkipRow, Tally
from tripplan.sources.osm.maxspeed import parse_maxspeed
from tripplan.sources.osm.tags import blocks_cars, parse_duration
from tripplan.sources.osm.ways import WayMeaning, read_way

NEITHER, BOTH, ALONG, AGAINST = (False, False), (True, True), (True, False), (False, True)
FERRY = {"route": "ferry", "highway": ""}
TRAIN = {"route": "shuttle_train", "highway": ""}


def road(tags: dict[str, str]) -> WayMeaning | None:
    way = read_way({"highway": "secondary", **tags}, ferries=True)
    return way if isinstance(way, WayMeaning) else None


def directions(tags: dict[str, str]) -> tuple[bool, bool]:
    way = road(tags)
    return (way.forward, way.backward) if way else NEITHER


@pytest.mark.parametrize(
    ("tags", "open_"),
    [
        ({"vehicle:forward": "no"}, AGAINST),
        ({"motorcar:backward": "private"}, ALONG),
        ({"access:both_ways": "no"}, NEITHER),
        ({"access": "no", "motorcar": "designated"}, BOTH),
        ({"vehicle": "agricultural;forestry"}, NEITHER),
        ({"access": "yes;no"}, BOTH),
        ({"motor_vehicle": "destination"}, BOTH),
        ({"oneway": "1"}, ALONG),
        ({"oneway": "true"}, ALONG),
        ({"oneway": "-1"}, AGAINST),
        ({"oneway": "yes", "oneway:motorcar": "no"}, BOTH),
        ({"oneway:motor_vehicle": "yes"}, ALONG),
        ({"junction": "circular"}, ALONG),
        ({"junction": "roundabout", "oneway": "no"}, BOTH),
        ({"highway": "motorway", "oneway": "no"}, BOTH),
        ({"4wd_only": "recommended"}, BOTH),
        ({"4wd_only": "extreme"}, NEITHER),
        ({"highway": "footway", "vehicle": "yes"}, NEITHER),
        ({"highway": "cycleway", "motor_vehicle": "yes"}, BOTH),
        ({"highway": "pedestrian", "motor_vehicle": "delivery"}, NEITHER),
        ({"highway": "pedestrian", "access": "destination"}, NEITHER),
        ({"highway": "busway"}, NEITHER),
        ({"highway": "construction"}, NEITHER),
        ({"highway": "track", "motor_vehicle": "yes", "smoothness": "horrible"}, NEITHER),
        ({"ice_road": "yes"}, NEITHER),
        ({"access:conditional": "no @ (weight>7.5)"}, BOTH),
        ({"access:conditional": "no @ (weight>2)"}, NEITHER),
        ({"hgv:conditional": "no @ (22:00-06:00)"}, BOTH),
        ({"maxheight": "1.7"}, NEITHER),
        ({"maxheight": "6'7\""}, BOTH),
        ({"maxheight": "5'6\""}, NEITHER),
        ({"maxheight": "default"}, BOTH),
        ({"maxweight": "2"}, NEITHER),
        ({"maxweight": "6000 lbs"}, BOTH),
        ({"maxwidth": "1.6 m"}, NEITHER),
        (TRAIN | {"motorcar": "yes"}, BOTH),
        (TRAIN | {"motorcar": "no"}, NEITHER),
        (FERRY | {"motorcar": "yes"}, BOTH),
        (FERRY | {"foot": "yes"}, NEITHER),
        (FERRY | {"motor_vehicle": "no"}, NEITHER),
        (FERRY | {"route": "bicycle;ferry", "vehicle": "yes"}, BOTH),
    ],
)
def test_which_way_cars_go(tags: dict[str, str], open_: tuple[bool, bool]) -> None:
    assert directions(tags) == open_


@pytest.mark.parametrize(
    ("tags", "rules"),
    [
        ({"access:conditional": "no @ (Nov 1-May 31)"}, 2 * ("yes; no @ (Nov 1-May 31)",)),
        (
            {"motor_vehicle": "no", "motor_vehicle:conditional": "yes @ (Jun 15-Oct 15)"},
            2 * ("no; yes @ (Jun 15-Oct 15)",),
        ),
        (
            {"vehicle:backward:conditional": "no @ (Mo-Fr 07:00-09:00)"},
            ("", "yes; no @ (Mo-Fr 07:00-09:00)"),
        ),
        (
            {"motor_vehicle:conditional": "no @ (Dec-Mar); no @ (Sa,Su 10:00-18:00)"},
            2 * ("yes; no @ (Dec-Mar); no @ (Sa,Su 10:00-18:00)",),
        ),
    ],
)
def test_when_roads_are_open(tags: dict[str, str], rules: tuple[str, str]) -> None:
    way = road(tags)
    assert way is not None
    assert (way.rule_forward, way.rule_backward) == rules


@pytest.mark.parametrize(
    ("tags", "tolled"),
    [
        ({"toll": "yes"}, BOTH),
        ({"toll": "interval"}, BOTH),
        ({"toll:motor_vehicle": "yes"}, BOTH),
        ({"toll:vehicle": "yes"}, BOTH),
        ({"toll": "hgv;motorcar"}, BOTH),
        ({"toll:forward": "yes"}, ALONG),
        ({"toll": "yes", "toll:backward": "no"}, ALONG),
        ({"toll": "hgv"}, NEITHER),
        ({"toll:bus": "yes"}, NEITHER),
    ],
)
def test_who_pays(tags: dict[str, str], tolled: tuple[bool, bool]) -> None:
    way = road(tags)
    assert way is not None
    assert (bool(way.flags & FLAG_TOLL), bool(way.flags_backward & FLAG_TOLL)) == tolled


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("30mph", 48.28),
        ("55 MPH", 88.51),
        ("80kmh", 80.0),
        ("FR:zone30", 30.0),
        ("DE:zone:30", 30.0),
        ("de:urban", 50.0),
        ("GB:nsl_single", 96.56),
        ("UK:motorway", 112.65),
        ("BE-VLG:rural", 70.0),
        ("10 knots", 18.52),
        ("50;30", 30.0),
        ("implicit", None),
    ],
)
def test_limits(text: str, kmh: float | None) -> None:
    found = parse_maxspeed(text).kmh
    assert (None if math.isnan(found) else round(found, 2)) == kmh


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("PT1H30M", 90.0),
        ("pt40m", 40.0),
        ("P1DT2H", 1560.0),
        ("1:05:30", 65.5),
        ("20 min", 20.0),
        ("1,5 h", 90.0),
        ("2 hours 15 minutes", 135.0),
        ("PT0S", None),
        ("approx", None),
    ],
)
def test_durations(text: str, minutes: float | None) -> None:
    assert parse_duration(text) == (None if minutes is None else minutes * 60.0)


@pytest.mark.parametrize(
    ("tags", "stops"),
    [
        ({"barrier": "gate", "locked": "yes"}, True),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "block"}, True),
        ({"barrier": "bus_trap"}, True),
        ({"barrier": "cycle_barrier"}, True),
        ({"barrier": "cattle_grid"}, False),
        ({"barrier": "toll_booth"}, False),
    ],
)
def test_barriers(tags: dict[str, str], *, stops: bool) -> None:
    assert blocks_cars(tags) is stops


def osm(tags: dict[str, str]) -> Charger:
    tags = {"amenity": "charging_station", **tags}
    return charger_from_tags(tags, 48.0, 11.0, osm_id="node/1", tally=Tally())


@pytest.mark.parametrize(
    "output",
    [
        "50000 W",
        "0.05 MW",
        "50kw",
        "50 KW",
        "2 x 50 kW",
        "50kW x 2",
        "max. 50 kW",
        "50 kW DC",
        "up to 50 kW",
        "50,0kW",
        "50.000 W",
        "~50 kW",
        "<50 kW",
        "50 kilowatt",
        "50 kW;50 kW",
        "50",
        "50000",
    ],
)
def test_fifty_kilowatts(output: str) -> None:
    tags = {"socket:type2_combo": "1", "socket:type2_combo:output": output}
    assert osm(tags).connectors[0].power_kw == 50.0


@pytest.mark.parametrize(
    ("output", "power_kw"), [("1.2 kW", 1.2), ("0.3 kW", None), ("500 kW", None)]
)
def test_floor_and_ceiling_of_a_type_2_plug(output: str, power_kw: float | None) -> None:
    plug = osm({"socket:type2": "1", "socket:type2:output": output}).connectors[0]
    assert plug.power_kw == power_kw


@pytest.mark.parametrize(
    ("tags", "operation"),
    [
        ({"operational_status": "closed"}, "out_of_service"),
        ({"operational_status": "non operational"}, "out_of_service"),
        ({"operational_status": "Not in operation"}, "out_of_service"),
        ({"operational_status": "open"}, "in_service"),
        ({"status": "out of service"}, "out_of_service"),
        ({"opening_hours": "closed"}, "out_of_service"),
        ({"opening_hours": 'off "defekt"'}, "out_of_service"),
        ({"socket:type2": "1", "socket:type2:status": "broken"}, "out_of_service"),
    ],
)
def test_states(tags: dict[str, str], operation: str) -> None:
    assert osm(tags).operation == operation


@pytest.mark.parametrize(
    ("tags", "there"),
    [
        ({"disused": "yes"}, False),
        ({"disused": "no"}, True),
        ({"demolished": "yes"}, False),
        ({"construction": "yes"}, False),
        ({"start_date": "2099"}, False),
        ({"start_date": "2019-05"}, True),
        ({"end_date": "2020-01-01"}, False),
        ({"end_date": "2099"}, True),
        ({"opening_date": "2099-12"}, False),
        ({"motorcar": "no"}, False),
        ({"bicycle": "yes", "motorcar": "no"}, False),
    ],
)
def test_whether_a_car_finds_a_station(tags: dict[str, str], *, there: bool) -> None:
    if there:
        osm(tags)
    else:
        with pytest.raises(SkipRow):
            osm(tags)


@pytest.mark.parametrize(
    ("note", "hours"),
    [
        ("MO: 9:00am-9:00pm; TU: 9:00am-9:00pm", "Mo 09:00-21:00; Tu 09:00-21:00"),
        ("7am - 11pm daily", "Mo-Su 07:00-23:00"),
        ("Mon - Sat 6am - 2am", "Mo-Sa 06:00-02:00"),
        ("Sun 12pm-5pm", "Su 12:00-17:00"),
        ("noon - 8pm daily", "Mo-Su 12:00-20:00"),
        ("Mon-Thu 7:30am-6pm; Fri 7:30am-midnight", "Mo-Th 07:30-18:00; Fr 07:30-24:00"),
        ("Daily: 12am - 12am", "24/7"),
        ("Dealership business hours", None),
        ("Weekdays 9-5", None),
    ],
)
def test_american_hours(note: str, hours: str | None) -> None:
    assert from_american(note) == hours


@pytest.mark.parametrize(
    ("hours", "when", "open_"),
    [
        ('Mo-Fr 08:00-18:00 || "by appointment"', "2026-06-06T12:00", None),
        ("Mo-Fr 08:00-18:00, Sa 09:00-12:00", "2026-06-06T10:00", True),
        ("08:00+", "2026-06-01T07:00", False),
        ('Mo-Fr 07:00-19:00; Sa "by call"', "2026-06-06T12:00", None),
        ('24/7 "key at bar"', "2026-06-01T12:00", None),
        ('Mo 10:00-12:00 open "members"', "2026-06-01T11:00", True),
        ("Apr-Oct 08:00-20:00", "2026-12-01T12:00", False),
        ("Mo-Fr 22:00-06:00", "2026-06-06T02:00", True),
        ("24/7; Dec 25 off", "2026-12-25T12:00", False),
        ("week 1-10 Mo 10:00-12:00", "2026-06-01T11:00", False),
        ("Mo-Fr 08:00-12:00,13:00-17:00", "2026-06-01T12:30", False),
        ("unknown; Mo 08:00-10:00", "2026-06-01T09:00", True),
    ],
)
def test_hours(hours: str, when: str, *, open_: bool | None) -> None:
    site = Charger(
        id="x",
        name="G",
        lat=48.14,
        lon=11.58,
        connectors=(),
        status="listed",
        source="test",
        opening_hours=hours,
    )
    assert is_open(site, datetime.fromisoformat(when)) is open_


def location(status: str = "AVAILABLE", **connector: Any) -> dict[str, Any]:
    plug = {
        "id": "1",
        "standard": "IEC_62196_T2_COMBO",
        "power_type": "DC",
        "max_voltage": 400,
        "max_amperage": 125,
        **connector,
    }
    return {
        "id": "1",
        "name": "n",
        "coordinates": {"latitude": "48.1", "longitude": "11.5"},
        "time_zone": "Europe/Berlin",
        "evses": [{"uid": "1", "status": status, "connectors": [plug]}],
    }


@pytest.mark.parametrize(
    ("status", "operation"),
    [
        ("CHARGING", "in_service"),
        ("RESERVED", "in_service"),
        ("INOPERATIVE", "out_of_service"),
        ("OUTOFORDER", "out_of_service"),
        ("UNKNOWN", "unknown"),
    ],
)
def test_states_of_ocpi(status: str, operation: str) -> None:
    assert read_ocpi([location(status)]).chargers[0].operation == operation


AC = {"standard": "IEC_62196_T2"}


@pytest.mark.parametrize(
    ("connector", "power_kw"),
    [
        ({"max_electric_power": 150_000}, 150.0),
        ({"max_electric_power": 150}, 150.0),
        ({"max_electric_power": 0}, 50.0),  # volts times amperes
        (AC | {"power_type": "AC_3_PHASE", "max_voltage": 230, "max_amperage": 32}, 22.08),
        (AC | {"power_type": "AC_1_PHASE", "max_voltage": 230, "max_amperage": 32}, 7.36),
        (AC | {"power_type": "AC_3_PHASE", "max_voltage": 400, "max_amperage": 32}, 22.17),
        ({"standard": "CHADEMO", "max_voltage": 500, "max_amperage": 120}, 60.0),
    ],
)
def test_powers_of_ocpi(connector: dict[str, Any], power_kw: float) -> None:
    (site,) = read_ocpi([location(**connector)]).chargers
    assert site.connectors[0].power_kw == pytest.approx(power_kw, abs=0.005)


@pytest.mark.parametrize(("lat", "lon"), [("0", "0"), ("95", "11")])
def test_impossible_places_of_ocpi_are_counted(lat: str, lon: str) -> None:
    row = location() | {"coordinates": {"latitude": lat, "longitude": lon}}
    reading = read_ocpi([row])
    assert (len(reading.chargers), sum(reading.skipped.values())) == (0, 1)


def poi(status: int = 50, **connection: Any) -> dict[str, Any]:
    plug = {"ConnectionTypeID": 33, "CurrentTypeID": 30, "Quantity": 1, **connection}
    place = {"Title": "x", "Latitude": 48.1, "Longitude": 11.5, "CountryID": 87}
    return {"ID": 1, "AddressInfo": place, "StatusTypeID": status, "Connections": [plug]}


@pytest.mark.parametrize(
    ("status", "operation"),
    [(0, "unknown"), (30, "out_of_service"), (50, "in_service"), (100, "out_of_service")],
)
def test_states_of_open_charge_map(status: int, operation: str) -> None:
    assert read_openchargemap([poi(status)]).chargers[0].operation == operation


@pytest.mark.parametrize("status", [150, 200, 210])
def test_what_is_planned_or_gone_in_open_charge_map_is_no_site(status: int) -> None:
    assert not read_openchargemap([poi(status)]).chargers


@pytest.mark.parametrize(
    ("connection", "power_kw"),
    [
        ({"Voltage": 400, "Amps": 125}, 50.0),
        ({"PowerKW": 50_000}, 50.0),
        ({"PowerKW": 0}, None),
        ({"PowerKW": 0.05}, None),
    ],
)
def test_powers_of_open_charge_map(connection: dict[str, Any], power_kw: float | None) -> None:
    (site,) = read_openchargemap([poi(**connection)]).chargers
    assert site.connectors[0].power_kw == power_kw
