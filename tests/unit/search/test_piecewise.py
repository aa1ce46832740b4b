"""Piecewise linear functions, and charging over them, against dense sampling."""

import numpy as np
import pytest

from tripplan.arrays import Floats
from tripplan.search.piecewise import NOWHERE, Piecewise, at_least, at_most, below, lower, merged
from tripplan.search.profile_search import Plug, charged, dwelt

SEEDS = range(150)
EDGES = np.linspace(0.0, 10.0, 9)


def drawn(rng: np.random.Generator) -> Piecewise:
    """Draw a function with gaps, jumps and single points, on 0 to 10."""
    found = NOWHERE
    for _ in range(rng.integers(1, 4)):
        x = np.unique(rng.uniform(0.0, 10.0, rng.integers(1, 5)).round(1))
        left, right = rng.uniform(0.0, 20.0, (2, x.size - 1)).round(1)
        gap = rng.uniform(size=x.size - 1) < 0.3
        left[gap] = right[gap] = np.inf
        at = rng.uniform(0.0, 20.0, x.size).round(1)
        at = np.minimum(at, np.minimum(np.append(left, np.inf), np.insert(right, 0, np.inf)))
        found = lower(found, Piecewise(x, at, left, right))
    return found


def values(function: Piecewise, x: Floats) -> Floats:
    """Evaluate at some points, one by one."""
    return np.array([function.value(float(point)) for point in x])


def drawn_plug(rng: np.random.Generator) -> Plug:
    clock_s = np.concatenate([[0.0], np.cumsum(rng.uniform(1.0, 10.0, EDGES.size - 1))])
    return Plug(
        EDGES,
        clock_s,
        clock_s,
        limit_kwh=float(rng.choice([10.0, 7.5, 6.2])),
        least_kwh=float(rng.choice([0.0, 0.0, 1.3])),
        longest_s=float(rng.choice([np.inf, np.inf, 12.0])),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_envelope_and_improvement_are_those_of_the_values(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other, x = drawn(rng), drawn(rng), rng.uniform(0.0, 10.0, 20)
    first, second = values(one, x), values(other, x)
    assert values(lower(one, other), x) == pytest.approx(np.minimum(first, second), abs=1e-6)
    better = values(below(one, other), x)
    apart = ~np.isclose(first, second, atol=1e-4)
    expected = np.where(first < second, first, np.inf)
    assert better[apart] == pytest.approx(expected[apart], abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_on_values_cut_where_a_function_passes_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    function, x, mark = drawn(rng), rng.uniform(0.0, 10.0, 20), float(rng.uniform(0.0, 20.0))
    plain = values(function, x)
    raised = np.where(np.isfinite(plain), np.maximum(plain, mark), np.inf)
    assert values(at_least(function, mark), x) == pytest.approx(raised, abs=1e-6)
    apart = ~np.isclose(plain, mark, atol=1e-4)
    kept = np.where(plain <= mark, plain, np.inf)
    assert values(at_most(function, mark), x)[apart] == pytest.approx(kept[apart], abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_charging_is_the_best_of_all_beginnings(seed: int) -> None:
    """Sampled beginnings are each possible, and the best of them is nearly the best of all."""
    rng = np.random.default_rng(seed)
    ready, plug = drawn(rng), drawn_plug(rng)
    found = charged(ready, plug)
    begin = merged(np.linspace(0.0, plug.limit_kwh, 2001), ready.x[ready.x <= plug.limit_kwh])
    counted_s = values(ready, begin) - np.interp(begin, EDGES, plug.clock_s)
    for leave in rng.uniform(0.0, plug.limit_kwh, 6):
        until_s = float(np.interp(leave, EDGES, plug.clock_s))
        allowed = begin <= leave - plug.least_kwh
        allowed &= until_s - np.interp(begin, EDGES, plug.clock_s) <= plug.longest_s
        expected = float((counted_s + until_s)[allowed].min(initial=np.inf))
        exact = found.value(float(leave))
        assert exact <= expected + 1e-6
        if np.isfinite(exact):
            assert exact >= expected - 0.5, (leave, exact, expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dwell_charges_for_its_time_up_to_the_limit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrival, plug, stay_s = drawn(rng), drawn_plug(rng), float(rng.uniform(0.0, 20.0))
    after = dwelt(arrival, plug, stay_s)
    for came in rng.uniform(0.0, 10.0, 8):
        counted_s = arrival.value(float(came))
        if np.isinf(counted_s):
            continue
        left = came
        if came < plug.limit_kwh:
            until_s = float(np.interp(came, EDGES, plug.clock_s)) + stay_s
            left = min(float(np.interp(until_s, plug.clock_s, EDGES)), plug.limit_kwh)
        assert after.value(float(left)) <= counted_s + stay_s + 1e-6
