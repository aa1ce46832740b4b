"""Roads that a trip avoids: arcs that are closed, the plan, and what is said if there is none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tripplan
from tests.samples.worlds import car
from tripplan.errors import DisconnectedError
from tripplan.planning.road_access import open_arcs
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.region import Region
from tripplan.records.trip import AvoidableRoad, Place, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.sources.build import build_region

MOTORWAY, PRIMARY, FERRY = map(ROAD_CLASSES.index, ("motorway", "primary", "ferry"))
WEST, EAST = Place(lat=50.0, lon=8.0, name="West"), Place(lat=50.0, lon=8.5, name="East")

ROADS: list[tuple[int, int, float]] = [
    (MOTORWAY, 0, 36_000.0),
    (PRIMARY, FLAG_TOLL, 40_000.0),
    (PRIMARY, FLAG_TUNNEL, 44_000.0),
    (FERRY, FLAG_FERRY, 48_000.0),
    (PRIMARY, 0, 60_000.0),
]
"""Parallel roads from west to east: class, flags, length in m; all of one speed, one way."""


def region(*kept: int) -> Region:
    """Return a region with some of the roads."""
    roads = [ROADS[k] for k in kept] if kept else ROADS
    count = len(roads)
    network = RoadNetwork.from_edges(
        lat=[WEST.lat, EAST.lat],
        lon=[WEST.lon, EAST.lon],
        elevation_m=[0.0, 0.0],
        tail=[0] * count,
        head=[1] * count,
        length_m=[length for *_, length in roads],
        speed_kmh=[80.0] * count,
        speed_limit_kmh=[80.0] * count,
        road_class=[kind for kind, *_ in roads],
        flags=[flags for _, flags, _ in roads],
        two_way=False,
    )
    return Region("parallel", network, ChargerSet((), np.zeros(0, np.int32)), Gazetteer(()))


def driven_km(avoid: tuple[AvoidableRoad, ...], *kept: int) -> float:
    plan = tripplan.Planner(region(*kept)).plan(
        Trip(origin=WEST, destination=EAST, avoid=avoid), car()
    )
    assert plan.audit.passed
    return plan.distance_km


@pytest.mark.parametrize(
    ("avoid", "km"),
    [
        ((), 36.0),
        (("motorway",), 40.0),
        (("toll",), 36.0),
        (("motorway", "toll"), 44.0),
        (("tunnel", "toll", "motorway"), 48.0),
        (("motorway", "toll", "ferry", "tunnel"), 60.0),
    ],
)
def test_the_shortest_road_that_is_not_avoided(avoid: tuple[AvoidableRoad, ...], km: float) -> None:
    assert driven_km(avoid) == pytest.approx(km)


def closed(network: RoadNetwork, vehicle: Vehicle, *avoid: AvoidableRoad) -> list[int]:
    return np.flatnonzero(~open_arcs(network, vehicle, avoid)).tolist()


def test_closed_is_what_is_avoided_and_what_the_car_may_not_use() -> None:
    network = region().network
    tolled = np.flatnonzero(network.flags & FLAG_TOLL).tolist()
    assert closed(network, car(), "toll") == tolled
    slow = Vehicle.model_validate(
        car().model_dump(exclude_unset=True) | {"max_posted_speed_kmh": 56}
    )
    assert closed(network, slow) == list(range(network.arc_count))
    assert closed(network, car()) == []


def test_ramps_stay_open_where_motorways_are_avoided() -> None:
    network = region(0, 4).network
    assert len(closed(network, car(), "motorway")) == 1
    ramps = replace(network, flags=np.full(network.arc_count, FLAG_LINK, np.uint8))
    assert closed(ramps, car(), "motorway") == []


@pytest.mark.parametrize("flagged", [True, False])
def test_a_ferry_is_known_by_its_flag_or_its_class(*, flagged: bool) -> None:
    network = region(3).network
    changed: dict[str, Any]
    if flagged:
        changed = {"road_class": np.full(network.arc_count, PRIMARY, np.uint8)}
    else:
        changed = {"flags": np.zeros(network.arc_count, np.uint8)}
    assert closed(replace(network, **changed), car(), "ferry") == [0]


def refusal(avoid: tuple[AvoidableRoad, ...], *kept: int, **vehicle: Any) -> str:
    driver = Vehicle.model_validate(car().model_dump(exclude_unset=True) | vehicle)
    with pytest.raises(DisconnectedError) as caught:
        tripplan.Planner(region(*kept)).plan(
            Trip(origin=WEST, destination=EAST, avoid=avoid), driver
        )
    return str(caught.value)


def test_ends_that_are_apart_because_of_what_is_avoided() -> None:
    said = refusal(("motorway", "ferry"), 0)
    assert said.startswith("no road joins West and East")
    assert "avoid: motorway, ferry" in said
    assert "With motorway allowed there is one" in said
    assert "With motorway or toll allowed" in refusal(("motorway", "toll"), 0, 1)


def test_two_wishes_that_close_the_road_together() -> None:
    network = replace(region(0).network, flags=np.full(1, FLAG_TOLL, np.uint8))
    tolled = replace(region(0), network=network)
    trip = Trip(origin=WEST, destination=EAST, avoid=("motorway", "toll"))
    with pytest.raises(DisconnectedError, match="With motorway and toll allowed"):
        tripplan.Planner(tolled).plan(trip, car())


def test_ends_that_are_apart_anyway_are_not_blamed_on_the_wish() -> None:
    said = refusal(("toll",), 0, max_posted_speed_kmh=56.0)
    assert "avoid" not in said
    assert "no road that this car may use" in said


def test_a_ferry_of_an_extract_can_be_avoided() -> None:
    fixture = Path(__file__).parents[2] / "fixtures" / "ferry.osm"
    built = build_region(fixture, ferries=True)
    ends = ("50.0,8.0", "50.0,8.6")
    plan = tripplan.plan(*ends, vehicle="nissan-leaf-40", region=built)
    assert plan.driving_s > 5400.0  # the ferry takes 1:30 h
    with pytest.raises(DisconnectedError, match="With ferry allowed"):
        tripplan.plan(*ends, vehicle="nissan-leaf-40", region=built, avoid="ferry")
