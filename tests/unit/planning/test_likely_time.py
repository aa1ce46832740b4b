"""The guess at a trip's time before its roads are priced: near what plans take, for any car."""

from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import car, hilly_region
from tripplan.planning.cache import PlannerCache
from tripplan.planning.likely_time import likely_time_s
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import find_vehicle
from tripplan.routing.cch import Hierarchy
from tripplan.routing.ellipse import LeastTimes
from tripplan.sources.starter import load_starter
from tripplan.vehicle_model.conditioned import ConditionedVehicle


@pytest.fixture(scope="module")
def region() -> Region:
    return hilly_region(1, nodes=400, chargers=90, size_km=900.0)


def across(region: Region, **wishes: Any) -> Trip:
    """Return the trip between the ends of a region's longest diagonal."""
    network = region.network
    far = [int((network.lat + network.lon).argmin()), int((network.lat + network.lon).argmax())]
    ends = [Place(lat=float(network.lat[k]), lon=float(network.lon[k])) for k in far]
    return Trip(origin=ends[0], destination=ends[1], **wishes)


def guessed_s(region: Region, trip: Trip, least_s: float = 30_000.0) -> float:
    fitting = PlannerCache(region).fitting(trip.chargers, car())
    return likely_time_s(trip, ConditionedVehicle.of(car(), trip), fitting, least_s)


def test_it_is_never_less_than_the_least_time(region: Region) -> None:
    for soc in (0.3, 1.0):
        assert guessed_s(region, across(region, departure_soc=soc)) >= 30_000.0


def test_cold_a_low_battery_and_a_low_speed_take_longer(region: Region) -> None:
    usual_s = guessed_s(region, across(region, departure_soc=0.9))
    cold = Conditions(ambient_c=-15.0)
    assert guessed_s(region, across(region, departure_soc=0.9, conditions=cold)) > usual_s
    assert guessed_s(region, across(region, departure_soc=0.4)) > usual_s
    assert guessed_s(region, across(region, departure_soc=0.9, max_speed_kmh=60)) > usual_s


def test_a_car_that_need_not_charge_takes_the_roads_time(region: Region) -> None:
    near = across(region, departure_soc=1.0, reserve_soc=0.0, arrival_soc=0.0)
    one = near.origin
    trip = near.model_copy(update={"destination": Place(lat=one.lat + 0.2, lon=one.lon)})
    assert guessed_s(region, trip, 1_000.0) == pytest.approx(1_000.0)


DENVER, GRAND_JUNCTION = (39.74, -104.99), (39.06, -108.55)
SEATTLE, SAN_FRANCISCO = (47.61, -122.33), (37.77, -122.42)
HOUSTON, ATLANTA = (29.76, -95.37), (33.75, -84.39)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("origin", "destination", "vehicle", "ambient_c"),
    [
        (DENVER, GRAND_JUNCTION, "nissan-sakura", 20.0),
        (SEATTLE, SAN_FRANCISCO, "tesla-model-3-lr", -5.0),
        (HOUSTON, ATLANTA, "hyundai-ioniq-5-rwd", 25.0),
    ],
)
def test_plans_of_the_atlas_take_about_as_long(
    origin: tuple[float, float], destination: tuple[float, float], vehicle: str, ambient_c: float
) -> None:
    """The car with the smallest battery, and cars with large ones in the cold and in the warm."""
    atlas, found = load_starter("illustrative"), find_vehicle(vehicle)
    roads, ends = atlas.network, (origin, destination)
    start, end = (int(np.hypot(roads.lat - a, roads.lon - b).argmin()) for a, b in ends)
    one, other = (Place(lat=float(roads.lat[k]), lon=float(roads.lon[k])) for k in (start, end))
    trip = Trip(origin=one, destination=other, conditions=Conditions(ambient_c=ambient_c))
    plan = Planner(atlas).plan(trip, found)
    least_s = float(LeastTimes(Hierarchy.of(roads, atlas.order), roads).through_s(start, end).min())
    fitting = PlannerCache(atlas).fitting(trip.chargers, found)
    guess_s = likely_time_s(trip, ConditionedVehicle.of(found, trip), fitting, least_s)
    assert plan.stops
    assert 0.75 <= plan.total_s / guess_s <= 1.25
