"""The whole search (`solve`, heat off) against the brute-force twin, on little road networks."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.oracles.road_worlds import RoadWorld, as_levels, as_question, random_road_world
from tests.oracles.twin import shortest_time_s, simulated_arrival
from tripplan.errors import DisconnectedError
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve
from tripplan.settings import Settings

WORLDS = 1200
BATCH = 200


def answer(world: RoadWorld) -> Solution | None:
    try:
        return solve(as_question(world), Settings(heat=False))
    except (OutOfReach, DisconnectedError):
        return None


@pytest.mark.parametrize("batch", range(WORLDS // BATCH))
def test_solve_equals_twin(batch: int) -> None:
    stops = 0
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        world = random_road_world(seed)
        expected = shortest_time_s(as_levels(world))
        found = answer(world)
        if found is None:
            assert math.isinf(expected), f"world {seed}"
            continue
        assert found.time_s == pytest.approx(expected, abs=1e-6), f"world {seed}"
        assert found.lower_bound_s == found.time_s
        assert found.complete
        stops += len(found.chargers)
        _check_legs(world, found)
    assert stops > BATCH // 2


def _check_legs(world: RoadWorld, found: Solution) -> None:
    """Legs are unbroken roads from stop to stop, and the battery lasts on every arc."""
    node, level = world.origin, world.start
    for position, arcs in enumerate(found.leg_arcs):
        for arc in arcs.tolist():
            assert world.tail[arc] == node
            node = int(world.head[arc])
        level = simulated_arrival(world.spent[arcs].tolist(), level, world.reserve, world.full)
        assert level >= world.reserve
        if position < len(found.chargers):
            assert node == world.charger_node[found.chargers[position]]
            leave = found.departures_kwh[position] / world.level_kwh
            assert leave == pytest.approx(round(leave), abs=1e-6)
            assert level <= round(leave) <= max(world.limit, level)
            level = round(leave)
    assert node == world.destination
    assert level >= world.final


def two_roads(overhead_s: float) -> RoadWorld:
    """Join origin and a charger by a quick hungry road and a thrifty one past another charger."""
    return RoadWorld(
        tail=np.array([0, 0, 2, 3], np.int32),
        head=np.array([2, 3, 1, 2], np.int32),
        time_s=np.array([1500.0, 850.0, 1500.0, 900.0]),
        spent=np.array([50, 20, 50, 19], np.int32),
        height=np.zeros(4, np.int32),
        charger_node=np.array([2, 3], np.int32),
        charger_kw=np.array([150.0, 150.0]),
        curve=(np.array([0.0, 1.0]), np.array([150.0, 150.0])),
        per_cell=1,
        level_kwh=0.5,
        origin=0,
        destination=1,
        start=100,
        reserve=10,
        final=10,
        limit=100,
        overhead_s=overhead_s,
    )


@pytest.mark.parametrize("overhead_s", [0.0, 120.0, 300.0, 1600.0, 7200.0])
def test_passing_a_charger_costs_no_overhead(overhead_s: float) -> None:
    """A charger that is only driven past must not be left out for the overhead of stopping there.

    The thrifty road takes 850 + 900 + 1500 s and 89 of the 90 levels above the reserve.  The quick
    one takes 3000 s and 100 levels, so 10 levels of 0.5 kWh are charged on the way, 120 s at
    150 kW.
    """
    world = two_roads(overhead_s)
    expected = min(3250.0, 3120.0 + overhead_s)
    assert shortest_time_s(as_levels(world)) == pytest.approx(expected, abs=1e-6)
    found = answer(world)
    assert found is not None
    assert found.time_s == pytest.approx(expected, abs=1e-6)


def test_arrival_above_the_charge_limit() -> None:
    """A car that passes a charger with more than the charge limit may use it.

    With 10 levels to the thrifty road's charger the car passes it at 90 and arrives with 21, where
    20 are wished for; nobody who charged there, to the limit of 80, could.
    """
    world = replace(
        two_roads(300.0), spent=np.array([50, 10, 50, 19], np.int32), limit=80, final=20
    )
    assert shortest_time_s(as_levels(world)) == pytest.approx(3250.0, abs=1e-6)
    found = answer(world)
    assert found is not None
    assert found.time_s == pytest.approx(3250.0, abs=1e-6)
