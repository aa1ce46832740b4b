"""Legs past waypoints without a plug are unbroken roads that the battery lasts for.

What is charged before such a place must last beyond it, so the search takes the drives to it and
from it as one.  Each part must have roads of its own: a part without any would be a jump.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.oracles.road_worlds import RoadWorld, as_levels, as_problem, as_rows, random_road_world
from tests.oracles.twin import simulated_arrival
from tripplan.errors import DisconnectedError
from tripplan.records.settings import Settings
from tripplan.search.problem import Problem, Target
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve


def by_way_of(world: RoadWorld, nodes: list[int]) -> Problem:
    """Return the trip with waypoints where nothing can be charged."""
    return replace(
        as_problem(world), targets=(*(Target(node) for node in nodes), Target(world.destination))
    )


def check_legs(world: RoadWorld, nodes: list[int], found: Solution) -> None:
    """Legs lead from stop to stop without a gap, the battery lasts, and times add up."""
    here, level, time_s = world.origin, world.start, 0.0
    charge_s = as_levels(world).charge_s
    assert len(found.legs) == len(found.stops) + 1
    for position, leg in enumerate(found.legs):
        for arc in leg.arcs.tolist():
            assert world.tail[arc] == here
            here = int(world.head[arc])
        spent = world.spent[leg.speed, leg.arcs].tolist()
        level = simulated_arrival(spent, level, world.reserve, world.full)
        assert level >= world.reserve
        time_s += world.time_s[leg.speed, leg.arcs].sum()
        if position == len(found.stops):
            break
        visit = found.stops[position]
        if visit.target >= 0:
            assert here == nodes[visit.target]
            continue
        assert here == world.charger_node[visit.charger]
        leave = round(visit.departure_kwh / world.level_kwh)
        assert level <= leave <= max(world.limit, level)
        time_s += world.overhead_s + sum(charge_s[visit.charger][level:leave])
        level = leave
    assert [visit.target for visit in found.stops if visit.target >= 0] == list(range(len(nodes)))
    assert here == world.destination
    assert level >= world.final
    assert time_s == pytest.approx(found.time_s, abs=1e-6)


def hungry_roads_before_a_waypoint() -> RoadWorld:
    """Join origin 5, node 4 and waypoint 6 by pairs of roads, quick and thrifty; 7 lies beyond.

    Each quick road takes 500 s and 60 of 100 levels, each thrifty one 1000 s and 20: the drive that
    is quickest on each part needs more than the battery holds, and by way of 4 no other is known
    at that rate.  From 6 to 7 it is 1000 s and 40 levels.
    """
    return RoadWorld(
        tail=np.array([0, 1, 2, 3, 4, 4, 5, 5, 6], np.int32),
        head=np.array([4, 4, 6, 6, 2, 3, 0, 1, 7], np.int32),
        time_s=np.array([[250.0, 500.0, 250.0, 500.0, 250.0, 500.0, 250.0, 500.0, 1000.0]]),
        spent=np.array([[30, 10, 30, 10, 30, 10, 30, 10, 40]], np.int32),
        height=np.zeros(8, np.int32),
        charger_node=np.array([3], np.int32),
        charger_kw=np.array([50.0]),
        curve=(np.array([0.0, 1.0]), np.array([36.0, 36.0])),
        per_cell=1,
        level_kwh=0.1,
        origin=5,
        destination=7,
        start=100,
        reserve=0,
        final=0,
        limit=100,
        overhead_s=3000.0,
    )


def test_no_part_of_a_drive_past_a_waypoint_is_left_out() -> None:
    world = hungry_roads_before_a_waypoint()
    found = solve(by_way_of(world, [6]), as_rows(world), Settings(heat=False))
    assert [leg.arcs.tolist() for leg in found.legs] == [[7, 1, 5, 3], [8]]
    assert found.time_s == pytest.approx(3000.0, abs=1e-6)
    assert found.lower_bound_s <= 3000.0


def test_waypoints_at_the_same_place_need_no_road() -> None:
    world = hungry_roads_before_a_waypoint()
    found = solve(by_way_of(world, [5, 6, 6]), as_rows(world), Settings(heat=False))
    assert [leg.arcs.tolist() for leg in found.legs] == [[], [7, 1, 5, 3], [], [8]]
    assert found.time_s == pytest.approx(3000.0, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("speeds", [1, 3])
def test_legs_past_random_waypoints_are_unbroken(speeds: int) -> None:
    planned = 0
    for seed in range(600):
        world = random_road_world(seed, speeds=speeds)
        rng = np.random.default_rng([seed, 7])
        nodes = rng.integers(0, world.height.size, int(rng.integers(1, 4))).tolist()
        order = rng.permutation(world.height.size).astype(np.int32)
        try:
            found = solve(by_way_of(world, nodes), as_rows(world, order), Settings(heat=False))
        except (OutOfReach, DisconnectedError):
            continue
        planned += 1
        check_legs(world, nodes, found)
        assert found.lower_bound_s <= found.time_s * (1.0 + 1e-9), f"world {seed}"
    assert planned >= 150
