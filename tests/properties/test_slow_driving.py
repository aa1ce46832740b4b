"""Driving more slowly takes less, down to where heater and electronics take over."""

import numpy as np
import pytest

from tests.samples.straight_road import along, straight_road
from tripplan.planning.arc_costs import ArcPricing
from tripplan.records.trip import Conditions, Trip
from tripplan.records.vehicle import catalogue
from tripplan.vehicle_model.conditioned import ConditionedVehicle

CARS = sorted(catalogue())


@pytest.mark.parametrize("name", CARS)
@pytest.mark.parametrize("ambient_c", [-15.0, 20.0])
def test_a_slower_car_takes_less_above_its_optimum(name: str, ambient_c: float) -> None:
    """On a motorway at any cap from the thriftiest speed on, and dearer again below."""
    car = catalogue()[name]
    region = straight_road({}, km=100.0)
    network = region.network
    conditions = {"ambient_c": ambient_c}

    def kwh(cap: float) -> float:
        trip = along(100.0, max_speed_kmh=cap, conditions=conditions)
        made = ConditionedVehicle.of(car, trip)
        return float(ArcPricing.of(network, made).pieces().energy_kwh.sum())

    best = ConditionedVehicle.under(car, Conditions.model_validate(conditions)).thriftiest_kmh
    fastest = min(car.top_speed_kmh, float(network.speed_kmh.max()))
    caps = np.arange(best, fastest + 1.0, 5.0)
    taken = [kwh(cap) for cap in caps.tolist()]
    assert all(np.diff(taken) > 0.0)


def test_a_trip_may_be_driven_at_forty() -> None:
    """Where the trip allows it, the plan may be as slow as that; by default it is not."""
    region = straight_road({}, km=100.0)
    trip = along(100.0)
    assert trip.slowest_kmh == 70.0
    slow = Trip.parse(trip.model_dump() | {"slow_down_to": 0.3, "slowest_kmh": 40.0}, where="")
    name = "nissan-sakura"
    car = ConditionedVehicle.of(catalogue()[name], slow)
    speeds = ArcPricing.of(region.network, car).pieces(0.3).speed_mps * 3.6
    assert speeds.min() == pytest.approx(max(0.3 * region.network.speed_kmh.max(), 40.0))
