"""Limits, tolls and one-ways at some times only, by the departure of a trip."""

from datetime import datetime
from itertools import product
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tripplan
from tests.samples.worlds import car
from tripplan.errors import DataError, DisconnectedError
from tripplan.planning.audit_seasons import holding, roads_then
from tripplan.planning.road_changes import held_rules, roads_with
from tripplan.records.network import FLAG_TOLL, RoadNetwork
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.road_changes import RoadChanges
from tripplan.records.trip import Place, Trip
from tripplan.sources.build import build_region
from tripplan.sources.osm.network import read_osm
from tripplan.sources.osm.timed import both_rules
from tripplan.sources.osm.ways import WayMeaning, read_way
from tripplan.sources.split import split_arcs
from tripplan.sources.store import load_region, save_region
from tripplan.sources.ways import AssumedWay, with_ways

PASS = Path(__file__).parents[2] / "fixtures" / "roads" / "winter_closure.osm"
"""Two roads between two places: a straight one (way 500) and one of 9.5 km round it (way 200)."""
WEST, EAST = Place(lat=50.0, lon=8.0, name="West"), Place(lat=50.0, lon=8.08, name="East")
RULE = '<tag k="access:conditional" v="no @ (Nov-May)"/>'
NIGHT, DAY = "2026-07-15T23:00", "2026-07-15T12:00"


def at(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def file_of(folder: Path, tags: dict[str, str]) -> Path:
    """Write the roads with tags on the straight one, their colons written as two underscores."""
    text = PASS.read_text(encoding="utf-8")
    told = "".join(
        f"<tag k={quoteattr(k.replace('__', ':'))} v={quoteattr(v)}/>" for k, v in tags.items()
    )
    if "maxspeed" in tags:
        head, straight = text.split('<way id="500">')
        text = head + '<way id="500">' + straight.replace('<tag k="maxspeed" v="70"/>', "")
    assert RULE in text
    path = folder / "roads.osm"
    path.write_text(text.replace(RULE, told), encoding="utf-8")
    return path


def roads_of(folder: Path, **tags: str) -> RoadNetwork:
    return read_osm(file_of(folder, tags)).network


def region_of(folder: Path, **tags: str) -> Region:
    return build_region(file_of(folder, tags))


def planned(region: Region, departure: str | None, back: bool = False) -> Plan:
    ends = (EAST, WEST) if back else (WEST, EAST)
    trip = Trip(origin=ends[0], destination=ends[1], departure=at(departure))
    plan = tripplan.Planner(region).plan(trip, car())
    assert plan.audit.passed, plan.audit.objections
    return plan


def straight_kmh(network: RoadNetwork) -> list[float]:
    """Return the speeds of the arcs between nodes 2 and 3 on the straight road."""
    return [float(kmh) for kmh in network.speed_kmh[np.abs(network.length_m - 2868.0) < 5.0]]


# -- limits ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "when", "as_with"),
    [
        ({"maxspeed": "70", "maxspeed__conditional": "30 @ (22:00-06:00)"}, NIGHT, "30"),
        ({"maxspeed": "70", "maxspeed__conditional": "30 @ (22:00-06:00)"}, DAY, "70"),
        ({"maxspeed": "70", "maxspeed__conditional": "30 @ (22:00-06:00)"}, None, "70"),
        ({"maxspeed": "70", "maxspeed__conditional": "50 @ (Nov-Mar)"}, "2026-01-15T12:00", "50"),
        ({"maxspeed": "50", "maxspeed__conditional": "70 @ (Apr-Oct)"}, DAY, "70"),
        (
            {"maxspeed": "70", "maxspeed__conditional": "20 mph @ (Mo-Fr 08:00-17:00)"},
            DAY,
            "20 mph",
        ),
        (
            {"maxspeed": "70", "maxspeed__conditional": "50 @ (Jul); 30 @ (22:00-06:00)"},
            NIGHT,
            "30",
        ),
        (
            {"maxspeed": "70", "maxspeed__conditional": "30 @ (22:00-06:00); 50 @ (Jul)"},
            NIGHT,
            "50",
        ),
        (
            {"maxspeed": "70", "maxspeed__motorcar__conditional": "40 @ (22:00-06:00)"},
            NIGHT,
            "40",
        ),
        ({"maxspeed": "70", "maxspeed__conditional": "30 @ (22:00-06:00 AND Jan)"}, NIGHT, "70"),
        ({"maxspeed": "70", "maxspeed__conditional": "30 @ (weight<3.5)"}, None, "30"),
        ({"maxspeed": "70", "maxspeed__conditional": "30 @ (weight>3.5)"}, NIGHT, "70"),
        ({"maxspeed": "70", "maxspeed__conditional": "30 @ wet"}, NIGHT, "70"),
        ({"maxspeed": "70", "maxspeed__hgv__conditional": "30 @ (22:00-06:00)"}, NIGHT, "70"),
    ],
)
def test_a_limit_of_the_hour_is_as_the_same_limit_without_conditions(
    tmp_path: Path, tags: dict[str, str], when: str | None, as_with: str
) -> None:
    network = roads_of(tmp_path, **tags)
    plain = roads_of(tmp_path, maxspeed=as_with)
    for roads in (
        roads_with(network, held_rules(network, at(when)).held),
        roads_then(network, holding(network, at(when))),
    ):
        assert straight_kmh(roads) == pytest.approx(straight_kmh(plain))
        assert roads.speed_limit_kmh == pytest.approx(plain.speed_limit_kmh)


def test_a_limit_counts_in_its_direction(tmp_path: Path) -> None:
    network = roads_of(tmp_path, maxspeed__forward__conditional="20 @ (22:00-06:00)")
    there, back = straight_kmh(roads_with(network, held_rules(network, at(NIGHT)).held))
    one = straight_kmh(roads_of(tmp_path, maxspeed="20"))[0]
    assert sorted((there, back)) == pytest.approx(sorted((one, max(straight_kmh(network)))))


def test_a_plan_at_night_goes_round_a_slow_road(tmp_path: Path) -> None:
    region = region_of(tmp_path, maxspeed="70", maxspeed__conditional="10 @ (22:00-06:00)")
    day, night, whenever = (planned(region, when) for when in (DAY, NIGHT, None))
    # by hand: 0.08 degrees of longitude at 50 N, and two legs of 0.03 degrees of latitude more
    assert day.distance_km == pytest.approx(5.74, abs=0.02)
    assert night.distance_km == pytest.approx(5.74 + 2 * 3.336, abs=0.02)
    assert whenever.distance_km == pytest.approx(5.74, abs=0.02)
    told = [" ".join(plan.assumptions) for plan in (day, night, whenever)]
    rule = "2 one-way arcs, maxspeed=10 @ (22:00-06:00) (2)"
    assert f"begin or end in the day after the departure, and count as then: {rule}" in told[0]
    assert f"that hold at the departure: {rule}" in told[1]
    assert (
        f"Without a departure, limits and tolls of some times only do not count: {rule}" in told[2]
    )


def test_the_audit_objects_to_the_speeds_of_another_hour(tmp_path: Path) -> None:
    region = region_of(tmp_path, maxspeed="70", maxspeed__conditional="30 @ (22:00-06:00)")
    day = planned(region, DAY)
    trip = day.trip.model_copy(update={"departure": at(NIGHT)})
    audit = tripplan.audit(day.model_copy(update={"trip": trip}), region=region)
    assert not audit.passed


def test_one_planner_keeps_hours_apart(tmp_path: Path) -> None:
    region = region_of(tmp_path, maxspeed="70", maxspeed__conditional="30 @ (22:00-06:00)")
    planner = tripplan.Planner(region)
    trips = [Trip(origin=WEST, destination=EAST, departure=at(when)) for when in (DAY, NIGHT) * 2]
    found = [planner.plan(trip, car()).total_s for trip in trips]
    assert found[0] == found[2] < found[1] == found[3]
    assert planner.attempt(trips[1], car()).total_s == found[1]  # type: ignore[union-attr]
    assert planner.get_ready(trips[1], car()) == 0


def test_what_is_not_decided_is_counted(tmp_path: Path) -> None:
    read = read_osm(file_of(tmp_path, {"maxspeed": "70", "maxspeed__conditional": "30 @ wet"}))
    assert read.report.skipped["tag: conditional maxspeed not understood"] == 1
    assert not read.network.changes.arc.size


# -- tolls -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "when", "paid"),
    [
        ({"toll": "yes", "toll__conditional": "no @ (22:00-06:00)"}, NIGHT, False),
        ({"toll": "yes", "toll__conditional": "no @ (22:00-06:00)"}, DAY, True),
        ({"toll__conditional": "yes @ (May-Oct)"}, DAY, True),
        ({"toll__conditional": "yes @ (May-Oct)"}, "2026-01-15T12:00", False),
        ({"toll__conditional": "yes @ (May-Oct)"}, None, False),
        ({"toll__motorcar": "no", "toll__conditional": "yes @ (May-Oct)"}, DAY, False),
        ({"toll": "no", "toll__conditional": "yes @ (weight>3.5)"}, DAY, False),
        ({"toll__conditional": "hgv @ (May-Oct)"}, DAY, False),
    ],
)
def test_tolls_by_the_hour(
    tmp_path: Path, tags: dict[str, str], when: str | None, *, paid: bool
) -> None:
    network = roads_of(tmp_path, **tags)
    straight = np.abs(network.length_m - 2868.0) < 5.0
    for roads in (
        roads_with(network, held_rules(network, at(when)).held),
        roads_then(network, holding(network, at(when))),
    ):
        assert ((roads.flags[straight] & FLAG_TOLL) > 0).tolist() == [paid, paid]
        assert not (roads.flags[~straight] & FLAG_TOLL).any()


def test_who_avoids_tolls_goes_round_when_there_is_one(tmp_path: Path) -> None:
    region = region_of(tmp_path, toll__conditional="yes @ (06:00-22:00)")
    found = []
    for when in (DAY, NIGHT):
        trip = Trip(origin=WEST, destination=EAST, departure=at(when), avoid=("toll",))
        plan = tripplan.Planner(region).plan(trip, car())
        assert plan.audit.passed, plan.audit.objections
        found.append(plan.distance_km)
    assert found[0] > 12.0
    assert found[1] < 6.0


# -- one-ways --------------------------------------------------------------------------------------
MORNING, EVENING = "2026-06-09T08:00", "2026-06-09T17:00"
REVERSIBLE = {
    "oneway": "reversible",
    "oneway__conditional": "yes @ (Mo-Fr 06:00-10:00); -1 @ (Mo-Fr 15:00-19:00)",
}


@pytest.mark.parametrize(
    ("when", "along", "against"),
    [(MORNING, True, False), (EVENING, False, True), (DAY, False, False), (None, False, False)],
)
def test_a_reversible_road_by_the_hour(
    tmp_path: Path, when: str | None, *, along: bool, against: bool
) -> None:
    region = region_of(tmp_path, **REVERSIBLE)
    for back, is_open in ((False, along), (True, against)):
        assert (planned(region, when, back).distance_km < 6.0) is is_open


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"oneway": "reversible"}, "", ""),
        ({"oneway:conditional": "yes @ (07:00-09:00)"}, "yes", "yes; no @ (07:00-09:00)"),
        ({"oneway": "yes", "oneway:conditional": "no @ (Sa,Su)"}, "yes", "no; yes @ (Sa,Su)"),
        ({"oneway": "yes", "oneway:motorcar:conditional": "-1 @ (Su)"},
         "yes; no @ (Su)", "no; yes @ (Su)"),
        ({"oneway": "yes", "oneway:bus:conditional": "no @ (Su)"}, "yes", ""),
        ({"oneway": "yes", "oneway:conditional": "no @ (weight<3.5)"}, "yes", "yes"),
        ({"oneway": "yes", "oneway:conditional": "no @ snow"}, "yes", ""),
    ],
)  # fmt: skip
def test_one_ways_under_conditions(tags: dict[str, str], forward: str, backward: str) -> None:
    way = read_way({"highway": "primary", **tags}, ferries=False)
    if isinstance(way, str):
        assert (way, forward, backward) == ("reversible one-way", "", "")
        return
    found = [
        (rule or "yes") if is_open else ""
        for rule, is_open in (
            (way.rule_forward, way.forward),
            (way.rule_backward, way.backward),
        )
    ]
    assert found == [forward, backward]


def says(rule: str, holds: dict[str, bool]) -> bool:
    """Read a rule by its definition: the last clause whose conditions all hold."""
    word, *clauses = rule.replace(")", "").split("; ")
    for clause in clauses:
        told, when = clause.split(" @ (")
        word = told if all(holds[one] for one in when.split(" AND ")) else word
    return word == "yes"


rules = st.builds(
    lambda base, rest: "; ".join([base, *(f"{word} @ ({when})" for word, when in rest)]),
    st.sampled_from(["yes", "no"]),
    st.lists(st.tuples(st.sampled_from(["yes", "no"]), st.sampled_from("ABCD")), max_size=3),
)


@given(rules, rules)
def test_two_rules_as_one(access: str, oneway: str) -> None:
    both = both_rules(access, oneway)
    for states in product((False, True), repeat=4):
        holds = dict(zip("ABCD", states, strict=True))
        assert says(both, holds) == (says(access, holds) and says(oneway, holds))


def test_a_one_way_of_the_hour_on_a_pass(tmp_path: Path) -> None:
    region = region_of(
        tmp_path, access__conditional="no @ (Nov-May)", oneway__conditional="yes @ (22:00-06:00)"
    )
    far = [
        planned(region, when, back).distance_km > 6.0
        for when in (DAY, NIGHT, "2026-01-15T12:00", "2026-01-15T23:00")
        for back in (False, True)
    ]
    assert far == [False, False, False, True, True, True, True, True]


def test_ferries_have_tolls_and_directions_by_the_hour() -> None:
    way = read_way(
        {
            "route": "ferry",
            "motor_vehicle": "yes",
            "duration": "00:30",
            "toll:conditional": "yes @ (Jul-Aug)",
            "oneway:conditional": "yes @ (22:00-06:00)",
        },
        ferries=True,
    )
    assert isinstance(way, WayMeaning)
    assert way.changes_forward == ("toll=yes @ (Jul-Aug)",)
    assert (way.rule_forward, way.rule_backward) == ("", "yes; no @ (22:00-06:00)")


# -- what is made of roads -------------------------------------------------------------------------
def test_changes_stay_with_their_roads(tmp_path: Path) -> None:
    region = region_of(
        tmp_path, maxspeed="70", maxspeed__conditional="50 @ (Jul); 30 @ (22:00-06:00)"
    )
    network = region.network
    arc = int(network.changes.arc[0])
    cut, _ = split_arcs(network, np.array([arc]), np.array([0.4]))
    longer, _ = with_ways(
        network,
        np.array([0]),
        (np.array([50.01]), np.array([8.0])),
        np.array([1.1]),
        AssumedWay(factor=1.3, kmh=30.0, least_km=0.1),
    )
    read = load_region(save_region(region, tmp_path / "kept")).network
    held = held_rules(network, at(NIGHT)).held
    usual_m = metres_by_speed(roads_with(network, held))
    assert len(held) == 2
    for other in (cut, read):
        assert metres_by_speed(roads_with(other, held)) == pytest.approx(usual_m)
    more = metres_by_speed(roads_with(longer, held))
    assert {kmh: more[kmh] for kmh in usual_m if kmh != 30.0} == pytest.approx(
        {kmh: m for kmh, m in usual_m.items() if kmh != 30.0}
    )


def metres_by_speed(network: RoadNetwork) -> dict[float, float]:
    found: dict[float, float] = {}
    for kmh, metres in zip(network.speed_kmh.tolist(), network.length_m.tolist(), strict=True):
        found[round(kmh, 3)] = found.get(round(kmh, 3), 0.0) + metres
    return found


def test_closures_stay_when_ways_are_laid() -> None:
    network = read_osm(PASS).network
    longer, _ = with_ways(
        network,
        np.array([0]),
        (np.array([50.01]), np.array([8.0])),
        np.array([1.1]),
        AssumedWay(factor=1.3, kmh=30.0, least_km=0.1),
    )
    assert longer.access_rules == network.access_rules
    assert (
        longer.length_m[longer.timed_arc].tolist() == network.length_m[network.timed_arc].tolist()
    )


@pytest.mark.parametrize(
    "changes",
    [
        RoadChanges([5], [0], [50.0], [40.0], ("maxspeed=50 @ (Jul)",)),  # type: ignore[arg-type]
        RoadChanges([0], [1], [50.0], [40.0], ("maxspeed=50 @ (Jul)",)),  # type: ignore[arg-type]
        RoadChanges([0], [0], [50.0], [0.0], ("maxspeed=50 @ (Jul)",)),  # type: ignore[arg-type]
        RoadChanges([0], [0], [0.0], [40.0], ("maxspeed=50 @ (Jul)",)),  # type: ignore[arg-type]
        RoadChanges([0], [0], [50.0], [40.0], ("maxspeed 50",)),  # type: ignore[arg-type]
        RoadChanges([1, 0], [0, 0], [50.0] * 2, [40.0] * 2, ("toll=no @ (Jul)",)),  # type: ignore[arg-type]
    ],
)
def test_changes_that_make_no_sense_are_refused(changes: RoadChanges) -> None:
    with pytest.raises(DataError, match="change"):
        RoadNetwork.from_edges(
            lat=[50.0, 50.0],
            lon=[8.0, 8.1],
            elevation_m=[0.0, 0.0],
            tail=[0],
            head=[1],
            length_m=[7000.0],
            speed_kmh=[50.0],
            speed_limit_kmh=[50.0],
            two_way=True,
            changes=changes,
        )


def test_a_reversible_road_that_alone_joins_two_places_says_so(tmp_path: Path) -> None:
    region = region_of(tmp_path, **REVERSIBLE)
    trip = Trip(
        origin=WEST,
        destination=EAST,
        departure=at(DAY),
        closed=(Place(lat=50.03, lon=8.04),),
    )
    with pytest.raises(DisconnectedError):
        tripplan.Planner(region).plan(trip, car())
