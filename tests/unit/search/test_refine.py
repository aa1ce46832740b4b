"""Chains of stops are driven anew, over roads that the few rates of the first search miss."""

import numpy as np
import pytest

from tests.oracles.road_levels import shortest_time_s
from tests.oracles.road_worlds import RoadWorld, as_levels, as_problem, as_rows
from tripplan.records.settings import Settings
from tripplan.search.solve import solve


def three_roads() -> RoadWorld:
    """Make three ways to the destination; the battery lasts for the second and the third.

    The car charges a kilowatt-hour in 100 s.  The first road is the best at up to 12 times that
    rate, the third at more than 30 times, and the second between.
    """
    time_s = np.array([[1000.0, 2000.0, 3500.0, 2000.0, 2320.0, 3520.0]])
    spent = np.array([[45, 40, 35, 45, 39, 35]], np.int32)
    return RoadWorld(
        tail=np.array([0, 0, 0, 1, 2, 3], np.int32),
        head=np.array([1, 2, 3, 4, 4, 4], np.int32),
        time_s=time_s,
        spent=spent,
        height=np.zeros(6, np.int32),
        charger_node=np.array([5], np.int32),
        charger_kw=np.array([50.0]),
        curve=(np.array([0.0, 1.0]), np.array([36.0, 36.0])),
        per_cell=1,
        level_kwh=0.1,
        origin=0,
        destination=4,
        start=80,
        reserve=0,
        final=0,
        limit=100,
        overhead_s=300.0,
    )


def test_a_road_that_only_the_bound_knows_is_driven() -> None:
    world = three_roads()
    found = solve(as_problem(world), as_rows(world), Settings(heat=False))
    assert found.time_s == pytest.approx(shortest_time_s(as_levels(world)), abs=1e-6)
    assert found.time_s == pytest.approx(4320.0, abs=1e-6)
    assert found.lower_bound_s <= found.time_s


def test_a_search_that_is_out_of_time_gives_what_it_has() -> None:
    world = three_roads()
    settings = Settings(heat=False, time_budget_s=1e-9)
    found = solve(as_problem(world), as_rows(world), settings)
    assert found.time_s == pytest.approx(7020.0, abs=1e-6)
    assert found.lower_bound_s <= shortest_time_s(as_levels(world))
    assert not found.complete
    assert "time budget ended" in found.method
    plenty = Settings(heat=False, time_budget_s=1e6)
    assert solve(as_problem(world), as_rows(world), plenty).complete
