"""Required chargers are entered in the best order, against every order tried by brute force."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import DisconnectedError, NoPlanError
from tripplan.planning import visit_order
from tripplan.planning.cache import Fitting, PlannerCache
from tripplan.planning.planner import Planner
from tripplan.planning.stops import Stop, waypoint_stop
from tripplan.planning.trip_problem import trip_problem, visit_orders
from tripplan.planning.visit_order import Order, best_order
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Trip, Waypoint
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import NothingQuickerError, Solution, solve
from tripplan.vehicle_model.conditioned import ConditionedVehicle


class _World:
    """A trip by required chargers and waypoints, with what planning it needs."""

    def __init__(self, region: Region, trip: Trip) -> None:
        cache, self.trip = PlannerCache(region), trip
        self.settings = Settings(heat=False)
        self.car = ConditionedVehicle.of(car(), trip, heat=False)
        self.fitting: Fitting = cache.fitting(trip.chargers, car())
        self.rows = cache.rows(trip, self.car, self.fitting.node)
        places = [trip.origin, *(point.place for point in trip.waypoints), trip.destination]
        points = [cache.roads.nearest(p.lat, p.lon) for p in places]
        self.nodes = [point.node for point in points if point is not None]
        assert min(self.nodes) >= 0

    def orders(self) -> list[Order]:
        found = visit_orders(self.trip, self.car, self.nodes, self.fitting, self.rows)
        return list(found)

    def problem(self, stops: Sequence[Stop]) -> Problem:
        ends = (self.nodes[0], self.nodes[-1])
        return trip_problem(self.trip, self.car, ends, self.fitting, stops)

    def solved(self, problem: Problem, ceiling_s: float = math.inf) -> Solution:
        return solve(problem, self.rows, self.settings, ceiling_s=ceiling_s)

    def drive_s(self, stops: Sequence[Stop]) -> float:
        nodes = [self.nodes[0], *(stop.node for stop in stops), self.nodes[-1]]
        return sum(
            float(self.rows.scalarized_between(a, b)[0]) for a, b in itertools.pairwise(nodes)
        )

    def every_order(self) -> list[tuple[Stop, ...]]:
        """Permutations that keep the waypoints in order."""
        waypoints = [
            waypoint_stop(point, node, self.car)
            for point, node in zip(self.trip.waypoints, self.nodes[1:-1], strict=True)
        ]
        ids = [plug.site.id for plug in self.fitting.plugs]
        required = [self.fitting.stop(ids.index(name), self.car) for name in self.trip.via_chargers]
        every = itertools.permutations([*waypoints, *required])
        return [o for o in every if [stop for stop in o if stop.plug is None] == waypoints]


def world(seed: int, required: int, waypoints: int) -> _World:
    region = hilly_region(seed)
    rng = np.random.default_rng(seed)
    at = rng.choice(region.network.node_count, waypoints, replace=False)
    lat, lon = region.network.lat, region.network.lon
    return _World(
        region,
        across(
            region,
            via_chargers=tuple(f"c{k}" for k in rng.choice(15, required, replace=False)),
            waypoints=tuple(
                Waypoint(place=Place(lat=float(lat[k]), lon=float(lon[k]))) for k in at
            ),
        ),
    )


def by_nodes(stops: Sequence[Stop]) -> tuple[tuple[int, bool], ...]:
    return tuple((stop.node, stop.plug is None) for stop in stops)


@pytest.mark.parametrize(("required", "waypoints"), [(1, 0), (3, 0), (2, 2), (3, 1)])
def test_every_order_comes_once_and_the_fastest_drive_first(required: int, waypoints: int) -> None:
    small = world(2, required, waypoints)
    found, brute = small.orders(), small.every_order()
    assert sorted(by_nodes(o.stops) for o in found) == sorted(map(by_nodes, brute))
    assert [order.drive_s for order in found] == pytest.approx(sorted(map(small.drive_s, brute)))
    for order in found:
        assert order.drive_s == pytest.approx(small.drive_s(order.stops))


@pytest.mark.parametrize("seed", range(8))
def test_the_plan_is_the_best_over_all_orders(seed: int) -> None:
    small = world(seed, 2, 1)
    values, bounds = [], []
    for stops in small.every_order():
        try:
            solution = small.solved(small.problem(stops))
        except (OutOfReach, NoPlanError):
            continue
        values.append(solution.time_s)
        bounds.append(solution.lower_bound_s)
    every = iter(small.orders())
    if not values:
        with pytest.raises((OutOfReach, NoPlanError)):
            best_order(every, small.problem, small.rows, small.solved)
        return
    chosen = best_order(every, small.problem, small.rows, small.solved)
    assert chosen.solution.time_s == pytest.approx(min(values))
    assert chosen.solution.lower_bound_s <= min(values) + 1e-6
    assert chosen.solution.lower_bound_s >= min(bounds) - 1e-6


def test_a_road_is_not_driven_up_and_down_for_the_order_in_which_ids_are_named() -> None:
    """In the order named, the car would drive from km 160 back to km 80, and there once more."""
    region = straight_road({80.0: 50.0, 160.0: 50.0}, km=260.0)
    plans = [
        Planner(region).plan(along(260.0, via_chargers=ids), car())
        for ids in (("at 80", "at 160"), ("at 160", "at 80"))
    ]
    for plan in plans:
        assert [charger.id for charger in plan.chargers] == ["at 80", "at 160"]
        assert plan.distance_km == pytest.approx(260.0, abs=0.01)
        assert plan.certificate.gap < 0.01
    assert plans[0].total_s == pytest.approx(plans[1].total_s)


def test_the_bound_counts_orders_that_were_not_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """With but one order planned, the next drive bounds all others."""
    small = world(3, 3, 0)
    found = small.orders()
    full = best_order(iter(found), small.problem, small.rows, small.solved)
    monkeypatch.setattr(visit_order, "MOST_PLANNED", 1)
    one = best_order(iter(found), small.problem, small.rows, small.solved)
    assert one.solution.time_s >= full.solution.time_s - 1e-6
    assert one.solution.lower_bound_s <= full.solution.time_s + 1e-6
    overheads_s = 3 * small.trip.stop_overhead_s
    assert one.solution.lower_bound_s <= found[1].drive_s + overheads_s + 1e-6


def test_more_chargers_than_can_be_told_apart_by_order_are_still_visited() -> None:
    """Nine along a road; named from the far end, the one order that is sensible is the reverse."""
    at = [20.0 * k for k in range(1, 10)]
    region = straight_road(dict.fromkeys(at, 50.0), km=200.0)
    wanted = tuple(f"at {km:g}" for km in reversed(at))
    plan = Planner(region).plan(along(200.0, via_chargers=wanted), car())
    assert [charger.id for charger in plan.chargers] == [f"at {km:g}" for km in at]
    assert plan.certificate.lower_bound_s <= plan.total_s


def test_a_required_charger_brings_its_hours_along() -> None:
    """Open from 8 to 20: at 3 in the morning that is 5 h away."""
    region = straight_road({80.0: 50.0}, km=160.0, hours={80.0: "08:00-20:00"})
    asked = along(160.0, via_chargers=("at 80",), departure=datetime(2026, 6, 8, 3, 0))  # noqa: DTZ001
    (order,) = _World(region, asked).orders()
    begin, end = order.stops[0].opening_intervals[0]
    assert (begin, end) == (5 * 3600.0, 17 * 3600.0)
    anytime = asked.model_copy(update={"departure": None})
    (order,) = _World(region, anytime).orders()
    assert order.stops[0].opening_intervals == ()


def test_a_charger_that_no_road_leads_to_is_told_as_such() -> None:
    whole = straight_road({100.0: 50.0}, km=100.0, marks=[50.0])
    first_half = RoadNetwork.from_edges(
        lat=whole.network.lat,
        lon=whole.network.lon,
        elevation_m=np.zeros(3),
        tail=[0],
        head=[1],
        length_m=[50_000.0],
        speed_kmh=[90.0],
        speed_limit_kmh=[90.0],
        two_way=True,
    )
    planner = Planner(replace(whole, network=first_half))
    assert planner.plan(along(50.0), car()).stops == ()
    with pytest.raises(DisconnectedError):
        planner.plan(along(50.0, via_chargers=("at 100",)), car())


MANY = tuple(f"at {at:g}" for at in np.random.default_rng(4).permutation(np.arange(20, 340, 20)))
"""Sixteen chargers along a road, named in no order."""
LONG_ROAD = straight_road({float(at): 50.0 for at in range(20, 340, 20)}, km=350.0)


@pytest.mark.parametrize("required", [9, 14, 16])
def test_many_required_chargers_along_a_road_are_come_to_one_after_the_other(required: int) -> None:
    names = MANY[:required]
    trip = along(350.0, via_chargers=names, departure_soc=0.5)
    plan = Planner(LONG_ROAD).plan(trip, car())
    assert plan.audit.passed
    assert plan.distance_km == pytest.approx(350.0, abs=0.01)
    met = [charger.id for charger in plan.chargers if charger.id in names]
    assert met == sorted(names, key=lambda name: float(name[3:]))


@pytest.mark.parametrize("seed", range(5))
def test_too_many_to_tell_apart_have_a_bound_that_holds_for_every_order(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if three were too many: the plan may be worse, the bound may not be above the best."""
    small = world(seed, 3, 1)
    full = best_order(iter(small.orders()), small.problem, small.rows, small.solved)
    monkeypatch.setattr(visit_order, "_MOST_FREE", 2)
    few = small.orders()
    assert [order.stands_for_others for order in few] == [False, True]
    assert few[1].drive_s <= min(map(small.drive_s, small.every_order())) + 1e-6
    good = best_order(iter(few), small.problem, small.rows, small.solved)
    assert good.solution.lower_bound_s <= full.solution.time_s + 1e-6
    assert good.solution.time_s >= full.solution.time_s - 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_an_order_that_is_improved_is_no_longer_than_any_with_one_place_moved(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_order, "_MOST_FREE", 2)
    small = world(seed, 5, 0)
    stops = small.orders()[0].stops
    for k in range(5):
        rest = (*stops[:k], *stops[k + 1 :])
        for j in range(5):
            moved = (*rest[:j], stops[k], *rest[j:])
            assert small.drive_s(stops) <= small.drive_s(moved) + 1e-3


@pytest.mark.parametrize("seed", range(12))
def test_an_order_is_left_out_only_where_none_of_its_plans_is_quicker(seed: int) -> None:
    """Plans get better at finely graded speeds, so that the first search alone proves nothing."""
    small = world(seed, 1, 1)
    for stops in small.every_order():
        problem = small.problem(stops)
        try:
            best = small.solved(problem)
        except (OutOfReach, NoPlanError):
            continue
        again = small.solved(problem, best.time_s + 1e-3)
        assert again.time_s == pytest.approx(best.time_s, rel=1e-9)
        assert again.lower_bound_s <= best.time_s + 1e-6
        with pytest.raises(NothingQuickerError):
            small.solved(problem, 0.999 * best.lower_bound_s)
