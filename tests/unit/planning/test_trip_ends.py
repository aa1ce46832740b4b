"""Places amid roads and beside them: where they are tied, which way one may go, what it counts."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.samples.audited_plans import world
from tests.samples.worlds import KM_PER_DEGREE, car, endless_car, hilly_region, in_pieces
from tripplan.errors import NoPlanError, OffNetworkError
from tripplan.output.files.export import to_geojson, to_rows
from tripplan.output.files.kml import to_kml
from tripplan.output.page.map import to_html
from tripplan.output.picture.picture import to_svg
from tripplan.output.text.brief import to_brief
from tripplan.output.text.report import to_text
from tripplan.planning import trip_parts
from tripplan.planning.audit import audit_plan
from tripplan.planning.planner import Planner
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_LINK,
    NODE_COPY,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.plan import Leg, Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Trip, Waypoint
from tripplan.records.vehicle import Vehicle
from tripplan.sources.split import split_arcs

CAR = endless_car()
MOTORWAY, PRIMARY, HOME = (
    ROAD_CLASSES.index(name) for name in ("motorway", "primary", "residential")
)
KMH = 80.0
CIRCUITY, ACCESS_KMH = 1.3, 50.0


def at(east_km: float, north_km: float, name: str = "") -> Place:
    """Return a place by the equator."""
    return Place(lat=north_km / KM_PER_DEGREE, lon=east_km / KM_PER_DEGREE, name=name)


def region_of(
    points_km: Sequence[tuple[float, float]], arcs: Sequence[tuple[int, int]], **columns: Any
) -> Region:
    """Return straight level roads of 80 km/h between points by the equator, each one way."""
    tail, head = np.array(arcs).T
    east, north = np.array(points_km).T
    apart_m = 1000.0 * np.hypot(east[tail] - east[head], north[tail] - north[head])
    usual: dict[str, Any] = {"speed_limit_kmh": np.full(tail.size, KMH)}
    network = RoadNetwork.from_arcs(
        lat=north / KM_PER_DEGREE,
        lon=east / KM_PER_DEGREE,
        elevation_m=np.zeros(east.size),
        tail=tail,
        head=head,
        length_m=np.maximum(apart_m, 1.0),
        speed_kmh=np.full(tail.size, KMH),
        **usual | {"road_class": np.full(tail.size, PRIMARY)} | columns,
    )
    return Region("toy", network, ChargerSet((), np.empty(0, np.int32)), Gazetteer(()))


def both(*roads: tuple[int, int]) -> list[tuple[int, int]]:
    return [arc for one, other in roads for arc in ((one, other), (other, one))]


def planned(region: Region, *places: Place, vehicle: Vehicle = CAR, **wishes: Any) -> Plan:
    """Plan through places; the plan passes its audit."""
    trip = Trip(
        origin=places[0],
        destination=places[-1],
        waypoints=tuple(Waypoint(place=place) for place in places[1:-1]),
        **wishes,
    )
    plan = Planner(region, Settings(heat=False)).plan(trip, vehicle)
    assert plan.audit.passed, plan.audit.objections
    return plan


def through_km(leg: Leg) -> list[tuple[float, float]]:
    """Return the points of a leg, east and north in km."""
    points = zip(leg.trace.lon, leg.trace.lat, strict=True)
    return [(round(x * KM_PER_DEGREE, 3), round(y * KM_PER_DEGREE, 3)) for x, y in points]


def test_both_ends_amid_one_road() -> None:
    """Two towns on a road that is one arc: neither is at its end, and the way is that between."""
    region = region_of([(0, 0), (10, 0)], both((0, 1)))
    for one, other in ((2.0, 5.8), (5.8, 2.0)):
        plan = planned(region, at(one, 0), at(other, 0))
        assert plan.distance_km == pytest.approx(3.8, rel=1e-6)
        assert plan.driving_s == pytest.approx(3.8 / KMH * 3600.0, rel=1e-6)
        assert plan.access_km == 0.0


def test_a_one_way_road_is_left_and_come_to_in_its_direction() -> None:
    """A square of one-way roads: what lies behind is reached all the way round."""
    ring = [(0, 0), (10, 0), (10, 10), (0, 10)]
    region = region_of(ring, [(0, 1), (1, 2), (2, 3), (3, 0)])
    assert planned(region, at(2, 0), at(6, 0)).distance_km == pytest.approx(4.0, rel=1e-6)
    assert planned(region, at(6, 0), at(2, 0)).distance_km == pytest.approx(36.0, rel=1e-6)
    assert planned(region, at(6, 0), at(0, 4)).distance_km == pytest.approx(30.0, rel=1e-6)


def loop_region(*, one_way: bool = False) -> Region:
    """Return a road from (0, 0) to (10, 0), where a square of 2 km a side begins and ends."""
    east, north = np.array([10.0, 12.0, 12.0, 10.0]), np.array([0.0, 0.0, 2.0, 2.0])
    line = north[1:] / KM_PER_DEGREE, east[1:] / KM_PER_DEGREE
    arcs = [(0, 1, 10.0), (1, 0, 10.0), (1, 1, 8.0), *([] if one_way else [(1, 1, 8.0)])]
    tail, head, km = (np.array(column) for column in zip(*arcs, strict=True))
    loops = [line, *([] if one_way else [tuple(column[::-1] for column in line)])]
    network = RoadNetwork.from_arcs(
        lat=np.zeros(2),
        lon=np.array([0.0, 10.0]) / KM_PER_DEGREE,
        elevation_m=np.zeros(2),
        tail=tail,
        head=head,
        length_m=1000.0 * km,
        speed_kmh=np.full(tail.size, KMH),
        speed_limit_kmh=np.full(tail.size, KMH),
        road_class=np.full(tail.size, PRIMARY),
        shapes=(
            np.array([0, 0, 0, *(3 * (k + 1) for k in range(len(loops)))]),
            np.concatenate([lat for lat, _ in loops]),
            np.concatenate([lon for _, lon in loops]),
        ),
    )
    return Region("loop", network, ChargerSet((), np.empty(0, np.int32)), Gazetteer(()))


@pytest.mark.parametrize(
    ("place", "km"),
    [((12.0, 0.5), 2.5), ((12.0, 1.5), 3.5), ((11.5, 2.0), 3.5), ((10.0, 1.0), 1.0)],
)
def test_a_loop_is_driven_the_shorter_way_round(place: tuple[float, float], km: float) -> None:
    """Both of its directions lead from one junction to the same; the audit tells them apart."""
    region = loop_region()
    assert planned(region, at(0, 0), at(*place)).distance_km == pytest.approx(10.0 + km, rel=1e-5)
    assert planned(region, at(*place), at(0, 0)).distance_km == pytest.approx(10.0 + km, rel=1e-5)


def test_a_one_way_loop_is_driven_in_its_direction() -> None:
    region = loop_region(one_way=True)
    there, back = at(10, 1), at(0, 0)
    assert planned(region, back, there).distance_km == pytest.approx(17.0, rel=1e-5)
    assert planned(region, there, back).distance_km == pytest.approx(11.0, rel=1e-5)
    assert planned(region, at(12, 1), at(10, 1)).distance_km == pytest.approx(4.0, rel=1e-5)
    assert planned(region, at(10, 1), at(12, 1)).distance_km == pytest.approx(4.0, rel=1e-5)


def test_between_two_points_of_a_loop() -> None:
    """The shorter way may lead through the junction."""
    region = loop_region()
    assert planned(region, at(11, 0), at(12, 1)).distance_km == pytest.approx(2.0, rel=1e-5)
    assert planned(region, at(11, 0), at(10, 1)).distance_km == pytest.approx(2.0, rel=1e-5)


def test_a_waypoint_amid_a_road_is_left_either_way_but_not_against_a_one_way() -> None:
    two_way = region_of([(0, 0), (10, 0)], both((0, 1)))
    assert planned(two_way, at(0, 0), at(6, 0), at(1, 0)).distance_km == pytest.approx(11.0)
    ring = region_of([(0, 0), (10, 0), (10, 10)], [(0, 1), (1, 2), (2, 0)])
    rest_km = 10.0 + 10.0 + np.hypot(10.0, 10.0)
    round_trip = planned(ring, at(0, 0), at(6, 0), at(1, 0))
    assert round_trip.distance_km == pytest.approx(rest_km + 1.0, rel=1e-5)


def restricted() -> Region:
    """Return a crossing where one may not go from the west to the north.

    Its copies 0 and 1 are for who comes from the west, and for all others; the south is 4.
    """
    points = [(0, 0), (0, 0), (-10, 0), (0, 10), (0, -10), (10, 0)]
    arcs = [
        *[(2, 0), (3, 1), (4, 1), (5, 1)],
        *[(0, 4), (0, 5), (1, 2), (1, 3), (1, 4), (1, 5)],
    ]
    return region_of(points, arcs, node_flags=[NODE_COPY, NODE_COPY, 0, 0, 0, 0])


def test_a_forbidden_turn_is_not_made_between_ends_amid_its_roads() -> None:
    """From amid the western road to amid the northern one: on, round at the end, and back."""
    region = restricted()
    legal = planned(region, at(5, 0), at(0, 5))
    assert legal.distance_km == pytest.approx(10.0, rel=1e-6)
    barred = planned(region, at(-5, 0), at(0, 5))
    assert barred.distance_km == pytest.approx(5.0 + 10.0 + 10.0 + 5.0, rel=1e-6)
    # A road from the crossing is one arc for each copy: who comes from either side reaches it.
    for origin in (at(-5, 0), at(0, 5)):
        assert planned(region, origin, at(6, 0)).distance_km == pytest.approx(11.0, rel=1e-6)


def test_the_way_to_a_place_off_the_roads_counts_in_everything() -> None:
    region = region_of([(0, 0), (40, 0)], both((0, 1)))
    on_road, off_road = planned(region, at(4, 0), at(30, 0)), planned(region, at(4, 3), at(30, -6))
    straight_km = [3.0, 6.0]
    ways = [way for leg in off_road.legs for way in leg.access]
    assert [way.side for way in ways] == ["start", "end"]
    assert [way.straight_km for way in ways] == pytest.approx(straight_km, rel=1e-4)
    for way, km in zip(ways, straight_km, strict=True):
        assert way.distance_km == pytest.approx(CIRCUITY * km, rel=1e-4)
        assert way.driving_s == pytest.approx(CIRCUITY * km / ACCESS_KMH * 3600.0, rel=1e-4)
    more_km = sum(way.distance_km for way in ways)
    assert off_road.access_km == pytest.approx(more_km)
    assert off_road.distance_km == pytest.approx(on_road.distance_km + more_km, rel=1e-6)
    more_s = sum(way.driving_s for way in ways)
    assert off_road.total_s == pytest.approx(on_road.total_s + more_s, rel=1e-5)
    more_kwh = sum(way.energy_kwh for way in ways)
    assert off_road.energy_spent_kwh == pytest.approx(on_road.energy_spent_kwh + more_kwh, rel=1e-6)
    assert off_road.certificate.lower_bound_s > on_road.certificate.lower_bound_s + more_s - 1.0
    # Straight lines at both ends, from the very places.
    points = through_km(off_road.legs[0])
    assert points[:2] == [(4.0, 3.0), (4.0, 0.0)]
    assert points[-2:] == [(30.0, 0.0), (30.0, -6.0)]


def test_a_waypoint_off_the_road_is_driven_to_and_from() -> None:
    region = region_of([(0, 0), (40, 0)], both((0, 1)))
    plan = planned(region, at(4, 0), at(20, 5, "Inn"), at(30, 0))
    assert [[way.side for way in leg.access] for leg in plan.legs] == [["end"], ["start"]]
    assert plan.access_km == pytest.approx(2 * 5 * CIRCUITY, rel=1e-4)
    assert plan.distance_km == pytest.approx(26.0 + 2 * 5 * CIRCUITY, rel=1e-4)


def test_what_is_not_known_makes_the_arrival_less_sure() -> None:
    """The same energy from a road and from a way of which only the ends are known."""
    region = region_of([(0, 0), (100, 0)], both((0, 1)))
    wishes: dict[str, Any] = {"departure_soc": 0.9}
    on_road = planned(region, at(0, 0), at(100, 0), vehicle=car(), **wishes).legs[-1].outlook
    off_road = planned(region, at(0, 0), at(60, 25), vehicle=car(), **wishes).legs[-1].outlook
    assert on_road is not None
    assert off_road is not None
    band = [outlook.p90_soc - outlook.p10_soc for outlook in (on_road, off_road)]
    assert band[1] > 1.2 * band[0]


def test_ends_at_nodes_need_nothing_of_all_this() -> None:
    region = hilly_region(1)
    planner = Planner(region)
    lat, lon = region.network.lat, region.network.lon
    trip = Trip(
        origin=Place(lat=float(lat[3]), lon=float(lon[3])),
        destination=Place(lat=float(lat[40]), lon=float(lon[40])),
    )
    tied = planner._tied(trip, car())  # noqa: SLF001 - nothing shows it outside
    assert tied.ends is None
    assert tied.numbers == (3, 40)


def test_amid_a_motorway_one_stops_only_if_nothing_else_is_near() -> None:
    """A road 1.5 km beside it is taken, one 2.5 km beside it is not."""
    for beside_km, expected in ((1.5, True), (2.5, False)):
        region = region_of(
            [(0, 0), (20, 0), (0, beside_km), (20, beside_km)],
            both((0, 1), (2, 3), (0, 2), (1, 3)),
            road_class=[MOTORWAY, MOTORWAY, *[PRIMARY] * 6],
            flags=[0, 0, 0, 0, *[FLAG_LINK] * 4],
        )
        classes = region.network.road_class
        assert np.count_nonzero(classes == MOTORWAY) == 2
        plan = planned(region, at(10, 0), at(20, beside_km))
        assert bool(plan.access_km) == expected


def test_a_ferry_is_not_boarded_at_sea() -> None:
    region = region_of([(0, 0), (20, 0)], both((0, 1)), flags=[FLAG_FERRY] * 2)
    with pytest.raises(OffNetworkError):
        planned(region, at(10, 0), at(20, 0))


def test_a_car_is_tied_to_a_road_that_it_may_use() -> None:
    """A low-speed car beside a fast road goes to the slow one that is farther off."""
    region = region_of(
        [(0, 0), (20, 0), (0, 2), (20, 2)],
        both((0, 1), (2, 3)),
        speed_limit_kmh=np.array([100.0, 40.0, 100.0, 40.0])[[0, 2, 1, 3]],
    )
    limits = region.network.speed_limit_kmh
    fast = set(np.flatnonzero(limits > 50.0).tolist())
    assert len(fast) == 2
    slow_car = Vehicle.model_validate(
        CAR.model_dump(exclude_unset=True) | {"max_posted_speed_kmh": 56.0, "top_speed_kmh": 45.0}
    )
    north = bool(limits[region.network.first_out[2]] < 50.0)
    here = at(5, 0.5) if north else at(5, 1.5)
    plan = planned(region, here, at(15, 2.0 if north else 0.0), vehicle=slow_car)
    assert [way.straight_km for leg in plan.legs for way in leg.access] == pytest.approx(
        [1.5], rel=1e-3
    )


@pytest.mark.parametrize(("kind", "limit_km"), [(PRIMARY, 80.0), (HOME, 25.0)])
def test_how_far_off_a_place_may_lie(kind: int, limit_km: float) -> None:
    """Where there are no streets the limit is wide; beyond it the nearest road is named."""
    region = region_of([(0, 0), (40, 0)], both((0, 1)), road_class=[kind] * 2)
    town = GazetteerEntry("Midway", "XX", 0.0, 20.0 / KM_PER_DEGREE, 500)
    region = replace(region, gazetteer=Gazetteer((town,)))
    near = planned(region, at(20, limit_km - 1.0), at(0, 0))
    assert near.access_km == pytest.approx(CIRCUITY * (limit_km - 1.0), rel=1e-3)
    with pytest.raises(OffNetworkError, match=r"near Midway, XX \(limit \d+ km\)") as caught:
        planned(region, at(20, limit_km + 1.0, "Far"), at(0, 0))
    assert caught.value.distance_km == pytest.approx(limit_km + 1.0, rel=1e-3)
    settings = Settings(heat=False, snap_limit_km=5.0)
    with pytest.raises(OffNetworkError, match="limit 5 km"):
        Planner(region, settings).plan(Trip(origin=at(20, 6), destination=at(0, 0)), CAR)


def test_a_closed_road_is_closed_in_its_parts_too() -> None:
    """A square: from amid one side to amid the next, with the side between closed or open."""
    ring = region_of([(0, 0), (10, 0), (10, 10), (0, 10)], both((0, 1), (1, 2), (2, 3), (3, 0)))
    assert planned(ring, at(8, 0), at(10, 2)).distance_km == pytest.approx(4.0, rel=1e-5)
    closed = Trip(origin=at(8, 0), destination=at(10, 2), closed=(at(10, 8),))
    with pytest.raises(NoPlanError, match="closed"):
        Planner(ring, Settings(heat=False)).plan(closed, CAR)
    around = planned(ring, at(8, 0), at(2, 10), closed=(at(10, 5),))
    assert around.distance_km == pytest.approx(8.0 + 10.0 + 2.0, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_random_places_are_planned_and_pass_the_audit(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anywhere in a world that winds, with waypoints and required chargers; on parts as on all."""
    region, rng = world(seed), np.random.default_rng(seed)
    net = region.network
    monkeypatch.setattr(trip_parts, "LEAST_NODES", 0)
    monkeypatch.setattr(trip_parts, "MOST_OF_REGION", 1.0)
    plans = 0
    for number in range(4):
        lat = rng.uniform(net.lat.min(), net.lat.max(), 3)
        lon = rng.uniform(net.lon.min(), net.lon.max(), 3)
        places = [Place(lat=a, lon=b) for a, b in zip(lat, lon, strict=True)]
        trip = Trip(
            origin=places[0],
            destination=places[1],
            waypoints=(Waypoint(place=places[2], dwell_s=900.0),) if number % 2 else (),
        )
        settings = Settings(heat=False, gap=0.0)
        found = []
        for one_of_many in (False, True):
            try:
                planner = Planner(region, settings)
                found.append(planner.plan(trip, car(), one_of_many=one_of_many))
            except NoPlanError:
                continue
        if len(found) < 2:
            assert not found
            continue
        assert all(plan.audit.passed for plan in found), found[0].audit.objections
        assert found[0].total_s == pytest.approx(found[1].total_s, abs=0.01)
        plans += 1
    assert plans >= 2


def test_exact_search_and_other_ways_serve_such_ends_too() -> None:
    region = in_pieces(hilly_region(5, nodes=10, chargers=3, size_km=100.0))
    net = region.network
    middle = [
        Place(
            lat=float(0.5 * (net.lat[net.tail[k]] + net.lat[net.head[k]])) + 0.02,
            lon=float(0.5 * (net.lon[net.tail[k]] + net.lon[net.head[k]])),
        )
        for k in (2, net.arc_count - 3)
    ]
    trip = Trip(origin=middle[0], destination=middle[1], departure_soc=0.6)
    usual = Planner(region, Settings(heat=False)).plan(trip, car())
    exact = Planner(region, Settings(heat=False, exact=True)).plan(trip, car())
    assert exact.audit.passed, exact.audit.objections
    assert exact.total_s <= usual.total_s + 1e-6
    assert exact.certificate.lower_bound_s >= usual.certificate.lower_bound_s - 1e-6
    assert exact.legs[0].access


TAMPERED: dict[str, tuple[Any, str]] = {
    "shorter": (lambda w: {"distance_km": 0.5 * w.distance_km}, "the way to the roads"),
    "quicker": (lambda w: {"driving_s": 0.5 * w.driving_s}, "the time to the roads"),
    "thriftier": (lambda w: {"energy_kwh": 0.5 * w.energy_kwh}, "the energy to the roads"),
    "nearer": (lambda w: {"straight_km": 0.5 * w.straight_km}, "the straight way"),
}


@pytest.mark.parametrize("fault", TAMPERED)
def test_the_audit_sees_a_way_that_is_not_what_is_assumed(fault: str) -> None:
    region = region_of([(0, 0), (40, 0)], both((0, 1)))
    plan = planned(region, at(4, 3), at(30, 0))
    change, words = TAMPERED[fault]
    (way,) = plan.legs[0].access
    leg = plan.legs[0].model_copy(update={"access": (way.model_copy(update=change(way)),)})
    audit = audit_plan(plan.model_copy(update={"legs": (leg,)}), region, Settings(heat=False))
    assert any(words in line for line in audit.objections), audit.objections


def test_the_audit_sees_a_way_left_out_or_to_another_road() -> None:
    region = region_of([(0, 0), (40, 0)], both((0, 1)))
    plan = planned(region, at(4, 3), at(30, 0))
    settings = Settings(heat=False)
    leg = plan.legs[0].model_copy(update={"access": ()})
    audit = audit_plan(plan.model_copy(update={"legs": (leg,)}), region, settings)
    assert not audit.passed
    # The same plan where another road is nearer.
    other = region_of([(0, 0), (40, 0), (0, 2), (40, 2)], both((0, 1), (2, 3), (0, 2), (1, 3)))
    audit = audit_plan(plan, replace(other, name=region.name), settings)
    assert any("is tied to a road" in line for line in audit.objections), audit.objections


def test_ways_of_which_only_the_ends_are_known_are_told_and_drawn_apart() -> None:
    region = region_of([(0, 0), (40, 0)], both((0, 1)))
    plan = planned(region, at(4, 3, "Hamlet"), at(30, 0.5, "Inn"))
    first = to_text(plan).splitlines()[0]
    assert first == "Hamlet -> Inn (Hamlet 3.0 km (1.9 mi) off the roads)"
    assert "Hamlet 3.0 km off the roads" in to_brief(plan).splitlines()[0]
    assert "between Inn and the roads" in to_text(plan)
    assert any("Hamlet lies 3.0 km from the nearest road" in line for line in plan.assumptions)
    features = [f for f in to_geojson(plan)["features"] if f["properties"]["kind"] == "access"]
    assert [f["properties"]["side"] for f in features] == ["start", "end"]
    assert all(len(f["geometry"]["coordinates"]) == 2 for f in features)
    assert to_rows(plan)[0]["access_km"] == pytest.approx(plan.access_km)
    assert "From Hamlet to the roads" in to_kml(plan)
    assert "stroke-dasharray" in to_svg(plan)
    assert "tp-access" in to_html(plan, region)
    plain = planned(region, at(4, 0), at(30, 0))
    assert "off the roads" not in to_text(plain)
    assert "tp-access" not in to_html(plain, region)


def test_littleton_to_the_airport_is_as_far_as_it_is() -> None:
    """Published road distances between them are 57 to 72 km."""
    plan = tripplan.plan("Littleton, CO", "DEN", vehicle="nissan-leaf-40")
    assert 57.0 <= plan.distance_km <= 72.0
    assert plan.audit.passed


@pytest.mark.parametrize("place", ["Aspen, CO", "Moab, UT", "South Lake Tahoe, CA"])
def test_places_off_the_freeways_have_a_last_leg(place: str) -> None:
    plan = tripplan.plan(
        "Denver, CO" if "CA" not in place else "Reno, NV", place, vehicle="chevrolet-bolt-60"
    )
    assert plan.audit.passed
    assert plan.access_km > 5.0


@pytest.mark.parametrize("seed", range(3))
def test_ends_amid_hilly_roads_cost_what_they_would_as_junctions(seed: int) -> None:
    """Against plans on a network that has nodes there."""
    region = hilly_region(seed)
    bare = ChargerSet((), np.empty(0, np.int32))
    rng = np.random.default_rng(seed)
    arcs = rng.integers(0, region.network.arc_count, 12)
    cut, node = split_arcs(region.network, arcs, rng.uniform(0.1, 0.9, 12))
    amid, junctions = (
        Planner(replace(region, network=roads, chargers=bare, order=None))
        for roads in (region.network, cut)
    )
    places = [Place(lat=float(cut.lat[k]), lon=float(cut.lon[k])) for k in node]
    compared = 0
    for origin, destination in pairwise(places):
        trip = Trip(origin=origin, destination=destination)
        try:
            one, other = (planner.plan(trip, CAR) for planner in (amid, junctions))
        except NoPlanError:
            continue
        compared += 1
        assert one.energy_spent_kwh == pytest.approx(other.energy_spent_kwh, rel=1e-6, abs=1e-6)
        assert one.total_s == pytest.approx(other.total_s, rel=1e-9)
        assert one.distance_km == pytest.approx(other.distance_km, rel=1e-9)
    assert compared >= 6
