"""Roads that are open at some times only: passes in winter, streets at night, by the departure."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import tripplan
from tests.samples.worlds import car
from tripplan.errors import DisconnectedError, InvalidInputError
from tripplan.planning.audit_seasons import closed_then
from tripplan.planning.seasons import counted, rule_state, seasons_of
from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip
from tripplan.routing.induced import induced
from tripplan.sources.build import build_region
from tripplan.sources.split import split_arcs

PASS = Path(__file__).parents[2] / "fixtures" / "roads" / "winter_closure.osm"
WEST, EAST = Place(lat=50.0, lon=8.0, name="West"), Place(lat=50.0, lon=8.08, name="East")
LAT, LON = 47.0, 11.0


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("rule", "when", "is_open"),
    [
        ("yes; no @ (Nov-May)", "2026-01-15T12:00", False),
        ("yes; no @ (Nov-May)", "2026-07-15T12:00", True),
        ("yes; no @ (Nov-May)", None, True),
        ("no; yes @ (Jun-Oct)", "2026-01-15T12:00", False),
        ("no; yes @ (Jun-Oct)", "2026-07-15T12:00", True),
        ("no; yes @ (Jun-Oct)", None, False),
        ("yes; no @ (Nov 15-Apr 15)", "2026-04-15T12:00", False),
        ("yes; no @ (Nov 15-Apr 15)", "2026-04-16T12:00", True),
        ("yes; no @ (22:00-06:00)", "2026-07-15T23:00", False),
        ("yes; no @ (22:00-06:00)", "2026-07-15T21:00", True),
        ("yes; no @ (Mo-Fr 07:00-09:00)", "2026-06-09T08:00", False),
        ("yes; no @ (Mo-Fr 07:00-09:00)", "2026-06-07T08:00", True),
        ("no; yes @ (Jun-Oct); no @ (22:00-06:00)", "2026-07-15T23:00", False),
        ("no; no @ (22:00-06:00); yes @ (Jun-Oct)", "2026-07-15T23:00", True),
        ("yes; no @ (Nov-May AND 18:00-08:00)", "2026-01-15T12:00", True),
        ("yes; no @ (Nov-May AND 18:00-08:00)", "2026-01-15T19:00", False),
        ("yes; no @ (Nov-May)", "2026-01-15T12:00+00:00", False),
    ],
)
def test_a_rule_at_a_time(rule: str, when: str | None, *, is_open: bool) -> None:
    moment = None if when is None else at(when)
    state = rule_state(rule, LAT, LON, moment)
    assert state.is_open is is_open
    assert not state.unread
    road = RoadNetwork.from_arcs(
        lat=[LAT, LAT],
        lon=[LON, LON + 0.1],
        elevation_m=[0.0, 0.0],
        tail=[0, 1],
        head=[1, 0],
        length_m=[7600.0, 7600.0],
        speed_kmh=[50.0, 50.0],
        speed_limit_kmh=[50.0, 50.0],
        rule=[-1, 0],
        access_rules=(rule,),
    )
    assert closed_then(road, np.array([0, 1]), moment).tolist() == [False, not is_open]


def test_a_rule_is_looked_up_in_the_zone_of_the_road() -> None:
    moment = datetime(2026, 7, 15, 20, 30, tzinfo=UTC)  # 22:30 in Austria
    assert not rule_state("yes; no @ (22:00-06:00)", LAT, LON, moment).is_open
    assert rule_state("yes; no @ (22:00-06:00)", 51.5, -0.1, moment).is_open


def test_changes_within_a_day_are_told() -> None:
    assert rule_state("yes; no @ (22:00-06:00)", LAT, LON, at("2026-07-15T12:00")).changes
    assert not rule_state("yes; no @ (Nov-May)", LAT, LON, at("2026-07-15T12:00")).changes


def test_what_the_parser_does_not_know_does_not_hold_and_is_told() -> None:
    state = rule_state("yes; no @ (Foo-Bar)", LAT, LON, at("2026-07-15T12:00"))
    assert (state.is_open, state.unread) == (True, True)


def test_a_year_without_a_calendar_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="closures of roads"):
        rule_state("yes; no @ (Nov-May)", LAT, LON, at("9999-12-31T23:00"))


def test_the_audit_objects_to_a_closed_pass(region: Region) -> None:
    summer = planned(region, "2026-07-15T09:00")
    trip = summer.trip.model_copy(update={"departure": at("2026-01-15T09:00")})
    audit = tripplan.audit(summer.model_copy(update={"trip": trip}), region=region)
    assert not audit.passed
    assert any("closed then by season" in line for line in audit.objections)


@pytest.fixture(scope="module")
def region() -> Region:
    return build_region(PASS)


def planned(region: Region, departure: str | None) -> Plan:
    when = None if departure is None else at(departure)
    plan = tripplan.Planner(region).plan(Trip(origin=WEST, destination=EAST, departure=when), car())
    assert plan.audit.passed
    return plan


def test_a_pass_is_closed_in_january_and_open_in_july(region: Region) -> None:
    short, long = planned(region, "2026-07-15T09:00"), planned(region, "2026-01-15T09:00")
    # by hand: 0.08 degrees of longitude at 50 N, and two legs of 0.03 degrees of latitude more
    assert short.distance_km == pytest.approx(5.74, abs=0.02)
    assert long.distance_km == pytest.approx(5.74 + 2 * 3.336, abs=0.02)
    told = " ".join(long.assumptions)
    assert "Closed at the departure by season, day or hour: 2 one-way arcs" in told
    assert "no @ (Nov-May)" in told
    assert "no @ (Nov-May)" not in " ".join(short.assumptions)


def test_without_a_departure_rules_are_counted_and_named(region: Region) -> None:
    plan = planned(region, None)
    assert plan.distance_km == pytest.approx(5.74, abs=0.02)
    assert any(
        "Without a departure" in line and "yes; no @ (Nov-May) (2)" in line
        for line in plan.assumptions
    )


def test_one_planner_keeps_seasons_apart(region: Region) -> None:
    planner = tripplan.Planner(region)
    trips = [
        Trip(origin=WEST, destination=EAST, departure=at(when))
        for when in ("2026-07-15T09:00", "2026-01-15T09:00", "2026-07-16T09:00")
    ]
    found = [planner.plan(trip, car()).distance_km for trip in trips]
    assert found[0] == found[2] < found[1]
    closed = trips[0].model_copy(update={"closed": (Place(lat=50.015, lon=8.02),)})
    assert planner.plan(closed, car()).distance_km == found[0]
    both = trips[1].model_copy(update={"closed": (Place(lat=50.015, lon=8.02),)})
    with pytest.raises(DisconnectedError):
        planner.plan(both, car())


def test_ends_that_only_a_closed_pass_joins_say_so(region: Region) -> None:
    network = region.network
    kept = network.rule.copy()
    kept[:] = 0
    all_year = replace(
        network,
        timed_arc=np.arange(network.arc_count, dtype=np.int32),
        timed_rule=kept,
    )
    trip = Trip(origin=WEST, destination=EAST, departure=at("2026-01-15T09:00"))
    with pytest.raises(DisconnectedError, match=r"2026-01-15 at 09:00.*no @ \(Nov-May\)"):
        tripplan.Planner(replace(region, network=all_year)).plan(trip, car())


def test_rules_stay_with_their_roads_where_networks_are_cut(region: Region) -> None:
    network = region.network
    timed = network.timed_arc[0]
    cut, _ = split_arcs(network, np.array([timed]), np.array([0.5]))
    assert cut.timed_arc.size == 2 * network.timed_arc.size
    assert cut.access_rules == network.access_rules
    assert cut.length_m[cut.timed_arc].sum() == pytest.approx(
        network.length_m[network.timed_arc].sum()
    )
    part = induced(network, np.ones(network.node_count, np.bool_))
    assert part.network.rule.tolist() == network.rule.tolist()
    ends = {int(network.tail[timed]), int(network.head[timed])}
    alone = induced(network, np.isin(np.arange(network.node_count), list(ends))).network
    assert alone.timed_arc.size == network.timed_arc.size
    assert seasons_of(alone, at("2026-01-15T09:00")).closed.tolist() == alone.timed_arc.tolist()


@pytest.mark.parametrize(
    ("rules", "ending"), [(3, "c (1)"), (4, "c (1), 1 rule more"), (5, "c (1), 2 rules more")]
)
def test_rules_that_are_not_named_are_counted(rules: int, ending: str) -> None:
    told = counted("abcde", dict.fromkeys(range(rules), 1), range(rules))
    assert told == f"{rules} one-way arcs, a (1), b (1), {ending}"
