"""Superchargers: their voltage, and which makes they charge, as far as sources tell."""

from typing import Any

import pytest

from tripplan.records.charger import Connector
from tripplan.sources.chargers.afdc import read_afdc_json
from tripplan.sources.chargers.files import parse_chargers
from tripplan.sources.chargers.osm import read_overpass


def station(**facts: Any) -> tuple[Connector, ...]:
    row = {"id": 9, "latitude": 40.0, "longitude": -100.0, "ev_network": "Tesla"}
    (charger,) = read_afdc_json([row | {"ev_dc_fast_num": 8} | facts]).chargers
    return charger.connectors


@pytest.mark.parametrize(
    ("words", "opened", "makes"),
    [
        (["TESLA"], "2016-05-01", ["tesla"]),
        (["TESLA"], "2021-05-01", ["unknown"]),
        (["TESLA"], None, ["unknown"]),
        (["J3400"], "2021-05-01", ["any"]),
        (["TESLA", "J3400"], "2016-05-01", ["any"]),
        (["TESLA", "J1772COMBO"], "2016-05-01", ["any", "any"]),
    ],
)
def test_three_kinds_of_supercharger(
    words: list[str], opened: str | None, makes: list[str]
) -> None:
    plugs = station(ev_connector_types=words, open_date=opened)
    assert [plug.vehicles for plug in plugs] == makes
    assert all(plug.max_voltage_v == 500.0 and plug.voltage_rule for plug in plugs)


def test_the_power_of_a_unit_tells_the_version() -> None:
    def unit(power_kw: float) -> Connector:
        inside = {"TESLA": {"power_kw": power_kw, "port_count": 8}}
        units = [{"charging_level": "dc_fast", "connectors": inside}]
        (plug,) = station(ev_connector_types=["TESLA"], ev_charging_units=units)
        return plug

    assert unit(150.0).vehicles == "tesla"
    assert unit(250.0).vehicles == "unknown"
    assert unit(500.0).max_voltage_v is None, "cabinets for 1000 V"


def test_other_operators_have_no_such_rules() -> None:
    (plug,) = station(ev_connector_types=["J3400"], ev_network="EVgo", open_date="2016-01-01")
    assert (plug.standard, plug.vehicles, plug.max_voltage_v) == ("NACS", "unknown", None)
    (plug,) = station(
        ev_connector_types=["TESLA"], ev_network="Tesla Destination", ev_dc_fast_num=None
    )
    assert (plug.standard, plug.vehicles, plug.max_voltage_v) == ("NACS_AC", "unknown", None)


def test_the_rules_hold_for_every_source() -> None:
    tags = {
        "amenity": "charging_station",
        "brand": "Tesla Supercharger",
        "socket:type2_combo": "8",
        "socket:type2_combo:output": "250 kW",
    }
    data = {"elements": [{"type": "node", "id": 1, "lat": 48.0, "lon": 11.0, "tags": tags}]}
    (charger,) = read_overpass(data).chargers
    assert charger.connectors[0].max_voltage_v == 500.0


def test_a_table_may_say_who_may_charge() -> None:
    text = b"id,lat,lon,connectors,otherEVs,max_voltage_v\n1,40,-100,NACS:250,false,500\n"
    (plug,) = parse_chargers(text, where="x.csv").chargers[0].connectors
    assert (plug.vehicles, plug.max_voltage_v) == ("tesla", 500.0)
