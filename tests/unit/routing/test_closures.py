"""A closed road by a partial update: the same costs as from the beginning, and plans that obey."""

from dataclasses import replace

import numpy as np
import pytest

import tripplan
from tests.oracles.road_worlds import as_rows, random_road_world
from tests.samples.starter import ILLUSTRATIVE
from tripplan.routing.closures import untouched_drives
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.routing.kernels.customise import NO_WAY, customise, customise_scalarized
from tripplan.routing.many_to_many import ManyToMany


def customized(seed: int) -> CustomizedHierarchy:
    world = random_road_world(seed, speeds=3)
    order = np.random.default_rng(seed).permutation(world.height.size).astype(np.int32)
    return as_rows(world, order).customized


@pytest.mark.parametrize("seed", range(20))
def test_closing_roads_gives_what_customising_anew_gives(seed: int) -> None:
    whole = customized(seed)
    tree = whole.hierarchy
    rng = np.random.default_rng(seed)
    roads = np.unique(rng.integers(0, tree.head.size, 4)).astype(np.int32)
    fewer = whole.closing(roads)
    assert not fewer.open_roads[roads].any()
    assert whole.open_roads.all()
    for metric in fewer.metrics:
        up, down = customise(tree.graph, tree.roads, metric.roads, fewer.full_mwh)
        for anew, kept in ((up, metric.up), (down, metric.down)):
            assert np.array_equal(anew.weight, kept.weight)
            known = anew.weight < NO_WAY
            assert np.array_equal(anew.values[known], kept.values[known])
    lanes = fewer.scalarized
    up_lanes, down_lanes = customise_scalarized(tree.graph, tree.roads, lanes.weight)
    assert np.array_equal(up_lanes, lanes.up)
    assert np.array_equal(down_lanes, lanes.down)


def test_closing_nothing_changes_nothing() -> None:
    whole = customized(3)
    same = whole.closing(np.empty(0, np.int32))
    for one, other in zip(whole.metrics, same.metrics, strict=True):
        assert np.array_equal(one.up.weight, other.up.weight)
    assert replace(whole).open_roads.all()


def test_rows_that_stay_after_a_closure_are_those_made_anew() -> None:
    stayed = 0
    for seed in range(20):
        world = random_road_world(seed, nodes=60, chargers=12, speeds=3)
        before = as_rows(world)
        stops = range(world.charger_node.size)
        for stop in stops:
            before.one_to_many(stop)
        roads = np.unique(np.random.default_rng(seed).integers(0, world.tail.size, 2))
        closed = roads.astype(np.int32)
        fewer = before.customized.closing(closed)
        after, anew = (ManyToMany(fewer, world.charger_node) for _ in range(2))
        after.keep(untouched_drives(before, closed))
        stayed += len(after.known)
        for stop in stops:
            mine, other = (np.column_stack(rows.one_to_many(stop)) for rows in (after, anew))
            assert np.array_equal(mine, other), seed
    assert 0 < stayed < 20 * 12


def test_a_trip_goes_round_a_closed_road() -> None:
    """Interstate 70 in Glenwood Canyon, with a detour of hundreds of kilometres on freeways."""
    usual = tripplan.plan(
        "Denver, CO", "Grand Junction, CO", vehicle="chevrolet-bolt-60", region=ILLUSTRATIVE
    )
    canyon = "39.57,-107.23"
    detour = tripplan.plan(
        "Denver, CO",
        "Grand Junction, CO",
        vehicle="chevrolet-bolt-60",
        closed=canyon,
        region=ILLUSTRATIVE,
    )
    assert usual.distance_km < 450.0
    assert detour.distance_km > 800.0
    assert detour.audit.passed


def test_a_closure_away_from_any_road_is_refused() -> None:
    with pytest.raises(tripplan.InvalidInputError, match="no road lies within"):
        tripplan.plan(
            "Denver, CO",
            "Vail, CO",
            vehicle="nissan-sakura",
            closed="38.0,-108.9",
            region=ILLUSTRATIVE,
        )
