"""How much energy a trip lacks: by a battery that is just large enough, and one that is not."""

import math
from typing import Any

import numpy as np
import pytest

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import OutOfRangeError
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions, Place, Trip, Waypoint

EMPTY: dict[str, Any] = {"departure_soc": 1.0, "reserve_soc": 0.0, "arrival_soc": 0.0}
SETTINGS = Settings(heat=False)


def by_way_of(region: Region, nodes: int, **wishes: Any) -> Trip:
    """Return the trip from west to east by way of places without a plug, drawn by lot."""
    rng = np.random.default_rng(nodes)
    network = region.network
    drawn = rng.choice(network.node_count, nodes, replace=False).tolist()
    places = [Place(lat=float(network.lat[k]), lon=float(network.lon[k])) for k in drawn]
    return across(
        region,
        waypoints=tuple(Waypoint(place=place, dwell_s=60.0) for place in places),
        conditions=Conditions(ambient_c=25.0),
        slow_down_to=0.5,
        **EMPTY,
        **wishes,
    )


def done(planner: Planner, trip: Trip, kwh: float) -> bool:
    """Whether the trip works with a battery of this size."""
    try:
        planner.plan(trip, car(nominal_kwh=kwh, gross_kwh=kwh))
    except OutOfRangeError:
        return False
    return True


@pytest.mark.parametrize("nodes", [0, 1, 2])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_trip_without_stops_lacks_what_all_its_parts_take(seed: int, nodes: int) -> None:
    region = hilly_region(seed)
    planner, trip = Planner(region, SETTINGS), by_way_of(region, nodes, most_stops=0)
    with pytest.raises(OutOfRangeError, match="the trip without a stop at a charger") as caught:
        planner.plan(trip, car(nominal_kwh=15.0, gross_kwh=15.0))
    enough = 15.0 + caught.value.shortfall_kwh
    assert done(planner, trip, 1.002 * enough + 0.01)
    assert not done(planner, trip, 0.97 * enough)
    assert caught.value.remaining_km > 0.0
    assert "no stop at a charger is allowed" in str(caught.value)


@pytest.mark.parametrize("seed", [4, 5])
def test_energy_lasts_past_a_place_without_a_plug(seed: int) -> None:
    """The shortfall is that of the whole way to it and on to a charger."""
    region = hilly_region(seed, chargers=3)
    planner, trip = Planner(region, SETTINGS), by_way_of(region, 2)
    with pytest.raises(OutOfRangeError) as caught:
        planner.plan(trip, car(nominal_kwh=8.0, gross_kwh=8.0))
    assert math.isfinite(caught.value.shortfall_kwh)
    enough = 8.0 + caught.value.shortfall_kwh
    assert done(planner, trip, 1.002 * enough + 0.01)
    assert not done(planner, trip, 0.97 * enough)


def test_too_few_stops_are_not_called_too_little_energy() -> None:
    region = hilly_region(1)
    planner, trip = Planner(region, SETTINGS), by_way_of(region, 1)
    vehicle = car(nominal_kwh=22.0, gross_kwh=22.0)
    needed = planner.plan(trip, vehicle).stop_count
    assert needed >= 2
    fewer = trip.model_copy(update={"most_stops": 1})
    with pytest.raises(OutOfRangeError, match="it takes more than 1 stop at chargers"):
        planner.plan(fewer, vehicle)
