"""Edges: halving finds what trying every step finds, with far fewer tries."""

import math

import numpy as np
import pytest

from tripplan.questions.edges import bisected, scanned


class Counted:
    """Works up to a step, and counts how often it is asked."""

    def __init__(self, good: set[int]) -> None:
        self.good, self.asked = good, 0

    def __call__(self, step: int) -> bool:
        """Tell whether a step does."""
        self.asked += 1
        return step in self.good


@pytest.mark.parametrize("steps", [0, 1, 2, 7, 140])
def test_halving_finds_every_edge_that_trying_finds(steps: int) -> None:
    for last in range(-1, steps + 1):
        halved, tried = (Counted(set(range(last + 1))) for _ in range(2))
        assert bisected(halved, steps) == scanned(tried, steps) == (last, ())
        assert tried.asked == steps + 1
        assert halved.asked <= 2 + math.ceil(math.log2(steps + 1))


def test_a_scan_tells_what_does_beyond_the_first_gap() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        good = {step for step in range(20) if rng.random() < 0.7}
        first_bad = next(step for step in range(21) if step not in good)
        found = scanned(Counted(good), 19)
        assert found.last == first_bad - 1
        assert set(found.islands) == {step for step in good if step > first_bad}
