"""Exact mode against brute force over all roads, speeds and levels of charge: equality."""

import math

import numpy as np
import pytest

from tests.oracles.road_worlds import RoadWorld, as_problem, as_rows
from tests.oracles.test_road_twin import SPEEDS, cases, check_legs
from tripplan.errors import DisconnectedError
from tripplan.records.settings import Settings
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve

EXACT = Settings(heat=False, exact=True, label_limit=500_000)


def exact_answer(world: RoadWorld, seed: int) -> Solution | None:
    order = np.random.default_rng(seed).permutation(world.height.size).astype(np.int32)
    try:
        return solve(as_problem(world), as_rows(world, order), EXACT)
    except (OutOfReach, DisconnectedError):
        return None


@pytest.mark.slow
@pytest.mark.parametrize("speeds", SPEEDS)
def test_exact_mode_equals_the_twin(speeds: int) -> None:
    """Also where the usual search finds no plan, and where it finds one that can be beaten."""
    beaten = 0
    for case in cases(speeds):
        found = exact_answer(case.world, case.seed)
        if found is None:
            assert math.isinf(case.optimum_s), f"world {case.seed}"
            continue
        assert found.time_s == pytest.approx(case.optimum_s, abs=1e-6), f"world {case.seed}"
        assert found.lower_bound_s == pytest.approx(case.optimum_s, abs=1e-6), case.seed
        check_legs(case.world, found)
        usual_s = case.found.time_s if case.found else math.inf
        beaten += usual_s > found.time_s + 1e-6
    assert beaten > 0


def test_exact_mode_says_so_where_there_are_too_many_drives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tripplan.search.solve._EXACT_ROOM", 40)
    case = next(c for c in cases(3) if c.found and c.found.time_s > c.optimum_s + 1.0)
    found = exact_answer(case.world, case.seed)
    assert found is not None
    assert "too many drives" in found.method
    assert found.time_s > found.lower_bound_s


def test_exact_mode_ends_at_its_limit_and_says_how_far_it_got() -> None:
    """With hardly a comparison allowed the usual plan stays, with a bound that is still true."""
    case = next(c for c in cases(3) if c.found and c.found.time_s > c.optimum_s + 1.0)
    assert case.found is not None
    order = np.random.default_rng(case.seed).permutation(case.world.height.size).astype(np.int32)
    limited = EXACT.model_copy(update={"exact_limit": 1})
    found = solve(as_problem(case.world), as_rows(case.world, order), limited)
    assert "too many drives" in found.method
    assert found.time_s == pytest.approx(case.found.time_s, abs=1e-6)
    assert found.lower_bound_s <= case.optimum_s + 1e-6
