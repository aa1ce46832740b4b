"""Batches: one outcome a trip, in order, whatever goes wrong."""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.starter import ILLUSTRATIVE
from tripplan.batch import SUMMARY_FIELDS, Outcome, plan_many, read_trips
from tripplan.errors import DataError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

TRIPS: list[dict[str, Any]] = [
    {"origin": "Denver, CO", "destination": "Vail, CO", "vehicle": "nissan-sakura"},
    {"origin": "Denver, CO", "destination": "Nowhere at all", "vehicle": "nissan-sakura"},
    {"origin": "Denver, CO", "destination": "Vail, CO", "vehicle": "no-such-car"},
    {"origin": "Denver, CO", "destination": "Vail, CO", "departure_soc": "130%"},
    {"origin": "Denver, CO", "destination": "Vail, CO", "soh": "old"},
    {"origin": "Denver, CO", "destination": "Vail, CO", "colour": "red"},
    {"destination": "Vail, CO"},
    {"origin": "Denver, CO", "destination": "30,-60"},
    {"origin": "Denver, CO", "destination": "Frisco, CO", "departure_soc": "100%", "soh": ""},
]
WANTED = ["ok", "invalid", "invalid", "invalid", "invalid", "invalid", "invalid", "no plan", "ok"]


def test_one_bad_trip_never_stops_the_rest() -> None:
    seen: list[Outcome] = []
    outcomes = plan_many(TRIPS, vehicle="nissan-leaf-40", progress=seen.append, region=ILLUSTRATIVE)
    assert [o.status for o in outcomes] == WANTED
    assert [o.index for o in outcomes] == list(range(len(TRIPS)))
    assert sorted(seen, key=lambda outcome: outcome.index) == outcomes
    for outcome, words in (
        (1, "Nowhere"),
        (2, "no-such-car"),
        (3, "130%"),
        (4, "soh"),
        (5, "colour"),
        (6, "origin"),
        (7, "no road near"),
    ):
        assert words in outcomes[outcome].reason
    first = outcomes[0].plan
    assert first is not None
    assert first.audit.passed


def test_two_workers_give_what_one_gives() -> None:
    trips = TRIPS * 3
    alone = plan_many(trips, vehicle="nissan-leaf-40", region=ILLUSTRATIVE)
    told: list[int] = []
    shared = plan_many(
        trips,
        vehicle="nissan-leaf-40",
        workers=2,
        progress=lambda done: told.append(done.index),
        region=ILLUSTRATIVE,
    )
    assert shared == alone
    assert sorted(told) == list(range(len(trips)))


def test_rows_keep_the_reason_and_the_figures() -> None:
    outcomes = plan_many(TRIPS, vehicle="nissan-leaf-40", region=ILLUSTRATIVE)
    rows = [outcome.summary() for outcome in outcomes]
    assert all(tuple(row) == SUMMARY_FIELDS for row in rows)
    plan = outcomes[0].plan
    assert plan is not None
    assert rows[0]["total_h"] == pytest.approx(plan.total_s / 3600)
    assert rows[0]["illustrative"] == plan.illustrative
    assert rows[1]["total_h"] == ""
    assert "Nowhere" in str(rows[1]["reason"])


def test_trips_are_read_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, ["origin", "destination", "ambient_c"])
        writer.writeheader()
        writer.writerow({"origin": "Denver, CO", "destination": "Vail, CO", "ambient_c": "-5"})
        writer.writerow({"origin": "Denver, CO", "destination": "Vail, CO", "ambient_c": ""})
    outcomes = plan_many(path, vehicle="nissan-sakura", region=ILLUSTRATIVE)
    plans = [o.plan for o in outcomes]
    assert [p.trip.conditions.ambient_c for p in plans if p] == [-5.0, 20.0]


def test_unusable_trip_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_trips(tmp_path / "missing.csv")
    path = tmp_path / "trips.csv"
    path.write_text("from,to\nDenver,Vail\n")
    with pytest.raises(DataError, match="lacks origin, destination; it has from, to"):
        read_trips(path)
    path.write_bytes(b"\xff\xfe\x00origin")
    with pytest.raises(DataError, match="cannot be read"):
        read_trips(path)


def test_rows_may_go_by_way_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rows ask for, without a search: the plan is the sample's."""
    monkeypatch.setattr(Planner, "plan", planned_sample)
    path = tmp_path / "trips.csv"
    path.write_text(
        "origin,destination,vehicle,via,require,most_stops,slow_down_to\n"
        '"Denver, CO","Vail, CO",nissan-sakura,"Golden, CO; 8h; 11kW | Frisco, CO",a; b,4,90%\n'
        '"Denver, CO","Vail, CO",nissan-sakura,,,,\n'
        '"Denver, CO","Vail, CO",nissan-sakura,"Frisco, CO; late",,,\n'
        '"Denver, CO","Vail, CO",nissan-sakura,,a;a,,20%\n',
        encoding="utf-8",
    )
    outcomes = plan_many(path, region=ILLUSTRATIVE)
    asked, plain, late, wrong = outcomes
    assert asked.plan is not None
    wished = asked.plan.trip
    assert [(w.place.name, w.dwell_s, w.charger_kw) for w in wished.waypoints] == [
        ("Golden, CO", 28_800.0, 11.0),
        ("Frisco, CO", 0.0, 0.0),
    ]
    assert (wished.via_chargers, wished.most_stops, wished.slow_down_to) == (("a", "b"), 4, 0.9)
    assert plain.plan is not None
    assert plain.plan.trip.waypoints == ()
    assert late.status == wrong.status == "invalid"
    assert 'waypoint "Frisco, CO; late"' in late.reason
    assert "slow_down_to" in wrong.reason
    line = asked.summary()
    assert (line["stops"], line["waypoints"]) == (2, 2)
    assert line["dwell_h"] == pytest.approx(8.75)
    assert line["waiting_h"] == pytest.approx(0.2)
    assert (line["closed_h"], line["cooling_h"]) == pytest.approx((0.0, 0.2))


def planned_sample(_planner: Planner, trip: Trip, _vehicle: Vehicle, **_how: object) -> Plan:
    return visits_plan().model_copy(update={"trip": trip})


def test_rows_may_wish_for_chargers_and_roads(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    path.write_text(
        "origin,destination,vehicle,min_power_kw,banned,adapters,avoid,departure,keep_unknown\n"
        '"Denver, CO","Vail, CO",nissan-sakura,50,a; b,CCS1:CHADEMO:50,toll;ferry,'
        "2026-06-07T08:00,yes\n"
        '"Denver, CO","Vail, CO",nissan-sakura,,,,,,\n'
        '"Denver, CO","Vail, CO",nissan-sakura,loud,,,hills,,\n'
        '"Denver, CO","Vail, CO",nissan-sakura,,,,motorway,,\n',
        encoding="utf-8",
    )
    asked, plain, wrong, apart = plan_many(read_trips(path), region=ILLUSTRATIVE)
    assert asked.plan is not None
    wished = asked.plan.trip.chargers
    assert (wished.min_power_kw, wished.banned, wished.keep_unknown) == (50.0, ("a", "b"), True)
    assert wished.adapters[0].inlet == "CHADEMO"
    assert asked.plan.trip.avoid == ("toll", "ferry")
    assert str(asked.plan.trip.departure) == "2026-06-07 08:00:00"
    assert plain.plan is not None
    assert plain.plan.trip.chargers.min_power_kw == 0.0
    assert wrong.status == "invalid"
    assert "2 faults" in wrong.reason
    assert apart.status == "no plan"
    assert "With motorway allowed there is one" in apart.reason


def test_chargers_of_unknown_hours_may_be_left_out() -> None:
    trip = {"origin": "Denver, CO", "destination": "Vail, CO", "vehicle": "nissan-sakura"}
    (outcome,) = plan_many(
        [trip | {"departure": "2026-06-07T08:00", "keep_unknown": False}], region=ILLUSTRATIVE
    )
    assert outcome.plan is None
    assert "(opening hours not known)" in outcome.reason
