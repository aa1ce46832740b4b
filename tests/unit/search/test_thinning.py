"""Many chargers in one place: which are left out, and that no plan is missed for it."""

from dataclasses import replace

import numpy as np
import pytest

from tripplan.physics.thermal import PackModel
from tripplan.search.bounds import Scope
from tripplan.search.problem import ObjectiveWeights, Problem, Target
from tripplan.search.thinning import superfluous, thinned


def problem(node: list[int], kw: list[float]) -> Problem:
    return Problem(
        origin=0,
        targets=(Target(9),),
        charger_node=np.array(node, np.int32),
        charger_kw=np.array(kw),
        capacity_kwh=40.0,
        start_kwh=30.0,
        reserve_kwh=4.0,
        final_kwh=4.0,
        limit_kwh=40.0,
        overhead_s=300.0,
        start_c=20.0,
        power=None,
        pack=PACK,
    )


PACK = PackModel(*(1.0 for _ in PackModel._fields))


def test_of_equal_chargers_at_a_node_the_first_stays() -> None:
    asked = problem([3, 3, 5, 3, 5], [50.0, 50.0, 50.0, 150.0, 50.0])
    assert superfluous(asked) == {1, 4}


def test_a_banned_charger_replaces_none() -> None:
    asked = replace(problem([3, 3, 3], [50.0] * 3), banned=frozenset({0}))
    assert superfluous(asked) == {2}


def test_chargers_that_open_at_other_times_or_cost_more_are_not_equal() -> None:
    asked = problem([3, 3, 3], [50.0] * 3)
    assert superfluous(replace(asked, opening_intervals={1: ((0.0, 60.0),)})) == {2}
    stops = asked.stop_count
    price = np.zeros(stops)
    price[2] = 10.0
    weights = ObjectiveWeights(price, np.ones(stops), np.zeros(stops))
    assert superfluous(replace(asked, objective=weights)) == {1}


def test_where_a_stop_may_not_last_two_at_one_node_are_of_use() -> None:
    asked = replace(problem([3, 3], [50.0] * 2), longest_charge_s=600.0)
    assert superfluous(asked) == frozenset()


def test_few_of_a_town_are_tried_first() -> None:
    """200 chargers within a minute of each other and 3 far from them: 4 are left."""
    kw = [50.0] * 203
    kw[120] = 150.0
    asked = problem(list(range(203)), kw)
    since = np.concatenate([np.linspace(3610.0, 3660.0, 200), [600.0, 1800.0, 7000.0], [0.0, 0.0]])
    rest = np.concatenate([np.linspace(3660.0, 3610.0, 200), [6600.0, 5400.0, 300.0], [0.0, 0.0]])
    few = thinned(asked, Scope(since, rest, 10_000.0))
    assert few is not None
    assert np.flatnonzero(few.near[:203]).tolist() == [120, 200, 201, 202]
    assert few.near[203:].all(), "targets and the origin stay"


def test_chargers_apart_are_all_kept() -> None:
    asked = problem(list(range(200)), [50.0] * 200)
    since = np.concatenate([np.arange(200) * 130.0, [0.0, 0.0]])
    assert thinned(asked, Scope(since, np.zeros(202), 1e6)) is None
    assert thinned(problem([1], [50.0]), Scope(np.zeros(3), np.zeros(3), 1e6)) is None


@pytest.mark.parametrize("stop", [0, 1])
def test_a_drive_that_costs_a_stop_too_many_is_not_inside(stop: int) -> None:
    """100 s to and from both chargers, a stop 300 s: by way of both no plan takes less than 900."""
    count = np.array([300.0, 300.0, 0.0, 0.0])
    time_s = np.array([100.0, 100.0, 0.0, 0.0])
    drive = np.array([1 - stop], np.int32), np.array([100.0]), np.zeros(1)
    for ceiling_s, inside in ((899.0, False), (900.0, True)):
        scope = Scope(
            time_s, time_s, ceiling_s, stops_until_s=count, stops_from_s=count, stop_s=300.0
        )
        assert scope.inside(stop, *drive).tolist() == [inside]
