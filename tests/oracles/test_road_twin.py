"""The whole search (`solve`, heat off) against the brute-force twin, on little road networks."""

import math

import pytest

from tests.oracles.road_worlds import RoadWorld, as_levels, as_question, random_road_world
from tests.oracles.twin import shortest_time_s, simulated_arrival
from tripplan.errors import DisconnectedError
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve
from tripplan.settings import Settings

WORLDS = 240
BATCH = 40


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
