"""A plan made on the part of a region that a trip can need is the plan of the region."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import car, hilly_region, in_pieces
from tripplan.batch.many import plan_many
from tripplan.errors import TripplanError
from tripplan.planning import trip_parts
from tripplan.planning.cache import PlannerCache
from tripplan.planning.planner import Planner
from tripplan.planning.trip_parts import PartEnds, TripParts
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions, Place, Trip, Waypoint
from tripplan.records.vehicle import Vehicle
from tripplan.routing.cch import Hierarchy
from tripplan.routing.ellipse import LeastTimes
from tripplan.vehicle_model.conditioned import ConditionedVehicle

NODES = 400
ROUNDING_S = 1e-6


@pytest.fixture(autouse=True)
def _parts_of_small_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trip_parts, "LEAST_NODES", 0)


def big_world(seed: int) -> Region:
    """Draw a region that trips of some 250 km need but a part of."""
    return in_pieces(hilly_region(seed, nodes=NODES, chargers=90, size_km=900.0))


def short_trips(region: Region, seed: int, count: int, **wishes: Any) -> Iterator[Trip]:
    """Yield trips between nodes that are 150 to 400 km apart."""
    rng, network = np.random.default_rng(seed), region.network
    places = [
        Place(lat=float(lat), lon=float(lon))
        for lat, lon in zip(network.lat, network.lon, strict=True)
    ]
    east_km = network.lon * 111.2 * np.cos(np.radians(39.0))
    made = 0
    while made < count:
        one, other = rng.integers(0, network.node_count, 2).tolist()
        apart = np.hypot(
            east_km[one] - east_km[other], 111.2 * (network.lat[one] - network.lat[other])
        )
        if 150.0 <= apart <= 400.0:
            made += 1
            yield Trip(origin=places[one], destination=places[other], **wishes)


def is_customised(planner: Planner, trip: Trip, vehicle: Vehicle) -> bool:
    """Whether a planner has made the whole region ready for a trip."""
    return planner._cache.is_customised(trip, vehicle)  # noqa: SLF001 - nothing shows it outside


def planned(planner: Planner, trip: Trip, **how: Any) -> Plan | str:
    """Plan, or tell the reason why there is no plan."""
    try:
        return planner.plan(trip, car(), **how)
    except TripplanError as error:
        return str(error)


class Watched:
    """Counts the parts that were handed out, and how often a wider one was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts = self.wider = 0
        of, wider = TripParts.of, TripParts.wider

        def watched_of(parts: TripParts, *asked: Any) -> Any:
            found = of(parts, *asked)
            self.parts += found is not None
            return found

        def watched_wider(parts: TripParts, *asked: Any) -> Any:
            self.wider += 1
            return wider(parts, *asked)

        monkeypatch.setattr(TripParts, "of", watched_of)
        monkeypatch.setattr(TripParts, "wider", watched_wider)


def same(one: Plan | str, other: Plan | str) -> bool:
    """Whether a plan of a part is one of the whole, with a bound that is no worse; or no plan."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    bounds_s = [plan.certificate.lower_bound_s for plan in (one, other)]
    return (
        one.audit.passed
        and abs(one.total_s - other.total_s) <= ROUNDING_S
        and bounds_s[1] - ROUNDING_S <= bounds_s[0] <= one.total_s + ROUNDING_S
    )


@pytest.mark.parametrize("seed", range(5))
def test_parts_find_the_plans_of_the_whole(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    region, watched = big_world(seed), Watched(monkeypatch)
    settings = Settings(heat=bool(seed % 2), gap=0.0)
    whole = Planner(region, settings)
    for trip in short_trips(region, seed, 6, conditions=Conditions(ambient_c=4.0 + 6.0 * seed)):
        # Each on a planner of its own: a region that was made ready once is not cut again.
        on_part = planned(Planner(region, settings), trip)
        assert same(on_part, planned(whole, trip, one_of_many=True)), trip
    assert watched.parts >= 3


@pytest.mark.parametrize("seed", range(3))
def test_a_part_that_is_too_small_is_noticed_and_made_wider(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit at the least time of all leaves no time to charge: no such plan is trusted."""
    monkeypatch.setattr(trip_parts, "STRETCH", 1.0)
    monkeypatch.setattr(trip_parts, "SLACK_S", 0.0)
    monkeypatch.setattr(trip_parts, "likely_time_s", lambda *asked: asked[-1])
    region, watched = big_world(seed), Watched(monkeypatch)
    settings = Settings(heat=False, gap=0.0)
    whole = Planner(region, settings)
    plans = 0
    for trip in short_trips(region, seed + 50, 6):
        on_part = planned(Planner(region, settings), trip)
        expected = planned(whole, trip, one_of_many=True)
        assert same(on_part, expected), trip
        plans += isinstance(expected, Plan)
    assert plans >= 3
    assert watched.wider >= 1


def test_a_part_that_was_cut_for_a_quicker_car_is_cut_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the trip would be planned in vain first, each time that the weather gets worse."""
    region, likely_s = big_world(1), [0.0]
    monkeypatch.setattr(trip_parts, "likely_time_s", lambda *asked: likely_s[0] * asked[-1])
    parts = TripParts(PlannerCache(region))
    trip = next(short_trips(region, 3, 1))
    ends = PartEnds(0, 1, None)
    made = []
    for factor in (1.0, 1.1, 2.0, 1.0):
        likely_s[0] = factor
        made.append(parts.of(trip, ConditionedVehicle.of(car(), trip), ends))
    narrow, same, wide, still = made
    assert narrow is same
    assert wide is still
    assert narrow is not None
    assert wide is not None
    assert wide.limit_s > narrow.limit_s


def test_every_place_on_a_plan_lies_within_its_time() -> None:
    """What parts rest on: the nodes on the way can be passed within the plan's own time."""
    region = big_world(1)
    network = region.network
    times = LeastTimes(Hierarchy.of(network), network)
    number = {
        (lat, lon): node
        for node, (lat, lon) in enumerate(
            zip(network.lat.tolist(), network.lon.tolist(), strict=True)
        )
    }
    planner = Planner(region, Settings(heat=False))
    passed = 0
    for trip in short_trips(region, 7, 6):
        plan = planned(planner, trip, one_of_many=True)
        if isinstance(plan, str):
            continue
        origin, destination = (number[p.lat, p.lon] for p in (trip.origin, trip.destination))
        through_s = times.through_s(origin, destination)
        for leg in plan.legs:
            for point in zip(leg.trace.lat, leg.trace.lon, strict=True):
                if point in number:
                    assert through_s[number[point]] <= plan.total_s
                    passed += 1
    assert passed > 40


def test_the_region_is_made_ready_once_parts_were_as_large_together() -> None:
    region = big_world(2)
    planner = Planner(region, Settings(heat=False))
    trips = list(short_trips(region, 3, 30))
    customised = []
    for trip in trips:
        planned(planner, trip)
        customised.append(is_customised(planner, trip, car()))
    assert not customised[0]
    assert customised[-1]
    # Under other conditions it all begins anew.
    colder = trips[0].model_copy(update={"conditions": Conditions(ambient_c=-3.0)})
    planned(planner, colder)
    assert not is_customised(planner, colder, car())


def test_one_of_many_and_batches_take_the_region_at_once() -> None:
    region = big_world(2)
    planner = Planner(region, Settings(heat=False))
    trip = next(short_trips(region, 3, 1))
    planned(planner, trip, one_of_many=True)
    assert is_customised(planner, trip, car())
    seen = list[bool]()
    real = Planner.plan

    def watched(self: Planner, trip: Trip, vehicle: Any, **how: Any) -> Plan:
        seen.append(how.get("one_of_many", False))
        return real(self, trip, vehicle, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Planner, "plan", watched)
        rows = [{"origin": trip.origin, "destination": trip.destination, "vehicle": car()}]
        list(plan_many(rows, region=region))
    assert seen == [True]


@pytest.mark.parametrize(
    "wishes",
    [
        {"objective": "energy"},
        {"objective": "stops"},
        {"prefer_fewer_stops_s": 600.0},
        {"via_chargers": ("c1",)},
        {"waypoints": (Waypoint(place=Place(lat=39.5, lon=-104.0)),)},
    ],
)
def test_wishes_that_a_part_cannot_serve_take_the_region(wishes: dict[str, Any]) -> None:
    region = big_world(2)
    parts, usual = TripParts(PlannerCache(region)), Settings()
    trip = next(short_trips(region, 3, 1))
    assert parts.serve(trip, car(), usual)
    wished = Trip.model_validate(trip.model_dump() | wishes)
    assert not parts.serve(wished, car(), usual)
    assert not parts.serve(trip, car(), Settings(exact=True))


def test_a_closed_road_is_closed_in_parts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it lies in the part, in the middle of the plan before, or far away."""
    region = big_world(3)
    settings, watched = Settings(heat=False, gap=0.0), Watched(monkeypatch)
    whole, longer = Planner(region, settings), 0
    for trip in short_trips(region, 5, 5):
        usual = planned(whole, trip, one_of_many=True)
        if isinstance(usual, str):
            continue
        trace = usual.legs[0].trace
        at = len(trace.lat) // 2
        points = ((trace.lat[at], trace.lon[at]), (region.network.lat[0], region.network.lon[0]))
        for lat, lon in points:
            closed = trip.model_copy(update={"closed": (Place(lat=lat, lon=lon),)})
            on_part = planned(Planner(region, settings), closed)
            expected = planned(whole, closed, one_of_many=True)
            assert same(on_part, expected), closed
            longer += isinstance(expected, Plan) and expected.total_s > usual.total_s + 1.0
    assert watched.parts >= 3
    assert longer >= 1


def test_a_closure_on_no_road_is_refused_on_parts_too() -> None:
    region = big_world(3)
    trip = next(short_trips(region, 5, 1))
    nowhere = trip.model_copy(update={"closed": (Place(lat=10.0, lon=10.0),)})
    with pytest.raises(TripplanError, match="no road lies within"):
        Planner(region).plan(nowhere, car())


def test_small_regions_are_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    region = big_world(2)
    monkeypatch.setattr(trip_parts, "LEAST_NODES", NODES + 1)
    trip = next(short_trips(region, 3, 1))
    assert not TripParts(PlannerCache(region)).serve(trip, car(), Settings())


def test_the_cost_of_one_stop_fewer_is_that_of_the_region() -> None:
    """Where it is told, the plan with one stop fewer must lie within the part as well."""
    region = big_world(4)
    settings = Settings(heat=False, fewer_stops_gap=0.0)
    whole, told = Planner(region, settings), 0
    for trip in short_trips(region, 11, 8):
        one = planned(Planner(region, settings), trip)
        other = planned(whole, trip, one_of_many=True)
        assert same(one, other)
        if isinstance(one, Plan) and isinstance(other, Plan):
            assert one.one_stop_fewer_s == pytest.approx(other.one_stop_fewer_s, abs=ROUNDING_S)
            told += one.one_stop_fewer_s is not None
    assert told >= 1
