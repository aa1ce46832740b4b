"""Stops that charge too little are left out: on random worlds no bound changes for it."""

import math

import numpy as np
import pytest

from tests.oracles.road_worlds import as_problem, as_rows
from tests.oracles.test_road_twin import SPEEDS, cases
from tripplan.records.settings import Settings
from tripplan.search.bounds import Scope, optimistic_rests
from tripplan.search.kernels.context import COOL
from tripplan.search.label_setting import search
from tripplan.search.pool import RelaxedDrives

SETTINGS = Settings(heat=False, label_limit=500_000)


@pytest.mark.slow
@pytest.mark.parametrize("speeds", SPEEDS)
def test_the_bound_is_the_same_with_all_stops(speeds: int) -> None:
    """The relaxation with stops of any charge, and without those not worth making."""
    saved = compared = 0
    for case in cases(speeds)[:150]:
        problem = as_problem(case.world)
        rows = as_rows(case.world, np.arange(case.world.height.size, dtype=np.int32))
        bounds = optimistic_rests(problem, rows)
        nothing_s = np.zeros(problem.stop_count)
        every, some = (
            search(
                problem,
                RelaxedDrives(problem, rows, Scope(nothing_s, nothing_s, math.inf)),
                bounds,
                SETTINGS,
                earliest_s=nothing_s,
                policy=COOL._replace(skips=skips),
            )
            for skips in (False, True)
        )
        assert some.time_s == pytest.approx(every.time_s, abs=1e-6), case.seed
        compared += len(every.chain) > 2
        saved += every.labels - some.labels
    assert compared > 10
    assert saved > 0
