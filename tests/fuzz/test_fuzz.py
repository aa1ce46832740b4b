"""A small part of `make fuzz`: each reader and the front door, with the same damage every time."""

import pytest

from tests.fuzz.run import TARGETS, run

TIMES = 25


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_escapes(target: str) -> None:
    found = run(target, TIMES, seed=20260601)
    assert not found.escapes, str(found)
    assert found.silent == 0, str(found)
    assert found.answers + found.refusals == TIMES
