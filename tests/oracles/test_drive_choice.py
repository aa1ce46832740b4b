"""Where the fastest road is too hungry a thrifty one must be found; more charge never hurts."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.oracles.road_worlds import random_road_world
from tests.oracles.test_road_twin import answer
from tests.samples.worlds import LAT, LON, car
from tripplan.planning.planner import Planner
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip


def motorway_or_byway() -> Region:
    """Return 70 km of motorway beside a slow road, then 70 km that both share; no charger."""
    lon = LON + np.array([0.0, 0.4, 0.8, 1.6])
    return Region(
        "two roads",
        RoadNetwork.from_edges(
            lat=np.full(4, LAT),
            lon=lon,
            elevation_m=np.zeros(4),
            tail=[0, 0, 1, 2],
            head=[2, 1, 2, 3],
            length_m=[70_000.0, 35_000.0, 35_000.0, 70_000.0],
            speed_kmh=[130.0, 60.0, 60.0, 100.0],
            speed_limit_kmh=[130.0, 60.0, 60.0, 100.0],
            two_way=True,
        ),
        ChargerSet((), np.empty(0, np.int32)),
        Gazetteer(()),
    )


def drive(departure_soc: float) -> Trip:
    return Trip(
        origin=Place(lat=LAT, lon=LON),
        destination=Place(lat=LAT, lon=LON + 1.6),
        departure_soc=departure_soc,
        slow_down_to=1.0,
    )


def test_a_short_motorway_is_taken() -> None:
    """The car makes it over the motorway where the battery is larger."""
    plan = Planner(motorway_or_byway()).plan(drive(1.0), car(nominal_kwh=60.0, gross_kwh=60.0))
    assert plan.total_s == pytest.approx(70 / 130 * 3600 + 70 / 100 * 3600, rel=1e-9)


def test_the_slow_road_is_taken_when_the_motorway_is_too_far() -> None:
    """Fastest-first growth keeps one drive per node.

    The junction is first reached by the motorway, with too little left for what follows; the slow
    road, with enough, reaches it later and is dropped.
    """
    plan = Planner(motorway_or_byway()).plan(drive(1.0), car(nominal_kwh=25.0))
    assert plan.total_s == pytest.approx(70 / 60 * 3600 + 70 / 100 * 3600, rel=1e-9)


@pytest.mark.parametrize(("seed", "less", "more"), [(219, 86, 91), (334, 152, 157)])
def test_more_charge_at_the_start_is_never_slower(seed: int, less: int, more: int) -> None:
    """What is dropped depends on the energy at the start, so that more of it can hurt."""
    times_s = []
    for start in (less, more):
        found = answer(replace(random_road_world(seed), start=start))
        times_s.append(math.inf if found is None else found.time_s)
    assert times_s[1] <= times_s[0] + 1e-6
