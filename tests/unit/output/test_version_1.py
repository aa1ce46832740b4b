"""Plans that tripplan wrote before they held their car: read as they are, or refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tripplan.errors import DataError, InvalidInputError
from tripplan.output.files import export
from tripplan.output.text import report
from tripplan.records.charger import Connector
from tripplan.records.plan import SCHEMA_VERSION
from tripplan.records.vehicle import catalogue

ROOT = Path(__file__).parents[2]
OLD = ROOT / "fixtures" / "plans" / "version_1.json"
"""Denver to Glenwood Springs in an aged Sakura, by way of Frisco; traces thinned to their ends."""


def old_plan() -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(OLD.read_text(encoding="utf-8"))
    return plan


def test_an_old_plan_says_what_it_said() -> None:
    """The text was written by the version of tripplan that wrote the plan, but for its advice.

    That is told as it is today: pieces joined to stretches that can be driven.
    """
    golden = ROOT / "golden" / "version_1.txt"
    assert report.to_text(export.read_json(OLD)) == golden.read_text(encoding="utf-8")


def test_an_old_plan_becomes_a_new_one() -> None:
    plan = export.read_json(OLD)
    assert plan.schema_version == SCHEMA_VERSION
    assert plan.vehicle == catalogue()["nissan-sakura"].aged(0.9)
    assert [stop.kind for stop in plan.stops] == [stop["kind"] for stop in old_plan()["stops"]]
    for stop, old in zip(plan.stops, old_plan()["stops"], strict=True):
        if stop.charger is None:
            continue
        assert stop.connector == Connector("CHADEMO", old["charger_kw"], power_assumed=True)
        assert stop.charger.connectors == (stop.connector,)
        assert (stop.charger.id, stop.charger.name) == (old["charger_id"], old["name"])
        assert (stop.charger.lat, stop.charger.lon) == (old["lat"], old["lon"])
        assert (stop.charger.stalls, stop.charger.status) == (old["stalls"], "illustrative")
        assert stop.charger.source == "a plan of format tripplan-plan/1"
    assert export.from_json(export.to_json(plan)) == plan


def test_plans_from_before_there_were_wishes_and_waypoints_are_read() -> None:
    """Plans of 0.1.0 have none of the fields that came later; those take their defaults."""
    old = old_plan()
    old["trip"]["waypoints"] = []
    old["stops"] = [stop for stop in old["stops"] if stop["kind"] == "charger"]
    old["legs"] = old["legs"][: len(old["stops"]) + 1]
    for leg in old["legs"]:
        leg["advice"] = []
    whole = export.from_json(json.dumps(old))
    charger = ("network", "access", "opening_hours", "price", "power_rule", "standard_rule")
    visits = ("kind", "waited_s", "dwell_s", "dwell_energy_kwh")
    for record, fields in (
        (old["trip"], ("chargers", "avoid", "departure", "waypoints", "via_chargers")),
        (old["trip"], ("least_charge_soc", "most_stops", "longest_stop_s", "slow_down_to")),
        (old, ("waiting_s", "dwell_s")),
        *((leg, ("advice",)) for leg in old["legs"]),
        *((stop, (*charger, *visits)) for stop in old["stops"]),
    ):
        for field in fields:
            del record[field]
    assert export.from_json(json.dumps(old)) == whole


def test_a_plug_through_an_adapter_is_not_said_to_be_at_the_site() -> None:
    old = old_plan()
    old["stops"][0]["standard_rule"] = "through an adapter from CCS1"
    stop = export.from_json(json.dumps(old)).stops[0]
    assert stop.charger is not None
    assert stop.charger.connectors == ()
    assert stop.connector is not None
    assert stop.connector.standard_rule == "through an adapter from CCS1"


def _own(old: dict[str, Any]) -> None:
    old["vehicle_id"] = "my-car"


def _renamed(old: dict[str, Any]) -> None:
    old["vehicle_name"] = "My Sakura"


def _other_plugs(old: dict[str, Any]) -> None:
    old["stops"][1]["standard"] = "CCS1"


def _larger(old: dict[str, Any]) -> None:
    old["capacity_kwh"] = 17.0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_own, "which is not in the catalogue"),
        (_renamed, "which is another than the catalogue's of that id"),
        (_other_plugs, "which is another than the catalogue's of that id"),
        (_larger, "which is another than the catalogue's of that id"),
    ],
)
def test_an_old_plan_of_an_own_car_is_refused(
    change: Callable[[dict[str, Any]], None], why: str
) -> None:
    old = old_plan()
    change(old)
    with pytest.raises(DataError) as caught:
        export.from_json(json.dumps(old), where="file x.json")
    message = str(caught.value)
    assert message.startswith("file x.json: a plan of format 'tripplan-plan/1' names its car but")
    assert message.endswith(f"{why}: plan the trip again with that car")
    assert "\n" not in message


def test_what_is_wrong_in_an_old_plan_is_named() -> None:
    old = old_plan()
    for field in ("charger_id", "illustrative", "power_assumed"):
        del old["stops"][0][field]
    old["stops"][1] = 7
    old["total_s"] = "soon"
    with pytest.raises(InvalidInputError) as caught:
        export.from_json(json.dumps(old))
    faulty = ("charger.id", "charger.status", "connector.power_assumed")
    names = (*(f"stops.0.{name}" for name in faulty), "stops.1", "total_s")
    assert all(name in str(caught.value) for name in names)
    with pytest.raises(InvalidInputError, match="soh"):
        export.from_json(json.dumps({**old_plan(), "soh": "old"}))
    with pytest.raises(InvalidInputError, match="stops"):
        export.from_json(json.dumps({**old_plan(), "stops": None}))
