"""Bands of P10 to P90 against measurements: coverage by class, counted here by hand.

The rows are published facts with their sources; drives that may not be here are tested in
`tests/stories/test_measured_drives.py`.
"""

import math
from collections.abc import Callable

import pytest

from tripplan.physics.bands import BANDS
from validation import bands

ROWS = bands.steady()
FEW = 15
MANY = sorted(key for key, rows in ROWS.items() if len(rows) >= FEW)
SMALL = sorted(set(ROWS) - set(MANY))


def needed(row: bands.Row) -> float:
    """Return the least band that holds a row, by bisection on the sum of squares."""
    low, high = 0.0, 2.0
    for _ in range(50):
        middle = (low + high) / 2.0
        held = middle**2 + row.car_spread**2 >= row.off**2
        low, high = (low, middle) if held else (middle, high)
    return high


def test_the_classes_are_those_of_the_package_with_their_numbers_of_rows() -> None:
    counted = {key: len(rows) for key, rows in ROWS.items()}
    assert counted == {key: BANDS[key].rows for key in counted}
    assert set(BANDS) - set(counted) == {"driven, town", "town, no weather"}
    assert sum(len(ROWS[key]) for key in MANY) >= 140


@pytest.mark.parametrize("key", MANY)
def test_a_class_holds_76_to_84_in_a_hundred(key: str) -> None:
    inside = [math.sqrt(BANDS[key].share ** 2 + row.car_spread**2) for row in ROWS[key]]
    held = [abs(row.off) <= band for row, band in zip(ROWS[key], inside, strict=True)]
    assert 0.76 <= sum(held) / len(held) <= 0.84


@pytest.mark.parametrize("key", SMALL)
def test_a_class_of_few_rows_holds_76_in_a_hundred_at_least(key: str) -> None:
    held = [needed(row) <= BANDS[key].share + 1e-9 for row in ROWS[key]]
    assert sum(held) / len(held) >= 0.76
    assert BANDS[key].share >= BANDS["rated, mild"].share


@pytest.mark.parametrize(
    "left_out", [lambda row: row.family, lambda row: row.source], ids=["family", "source"]
)
@pytest.mark.parametrize("key", MANY)
def test_so_does_a_bound_that_was_set_without_the_family_or_the_source(
    key: str, left_out: Callable[[bands.Row], str]
) -> None:
    """The bound of the others: so many of theirs that eight in ten of one more lie within it."""
    held = 0
    for row in ROWS[key]:
        others = sorted(needed(one) for one in ROWS[key] if left_out(one) != left_out(row))
        rank = -(-(len(others) + 1) * 8 // 10)
        held += needed(row) <= others[rank - 1] + 1e-9
    assert 0.76 <= held / len(ROWS[key]) <= 0.84


def test_knowing_less_never_narrows_a_band() -> None:
    share = {key: band.share for key, band in BANDS.items()}
    for known in ("tested", "rated", "other"):
        assert share[f"{known}, mild"] < share[f"{known}, no weather"]
    for what in ("mild", "no weather"):
        assert share[f"tested, {what}"] < share[f"rated, {what}"] < share[f"other, {what}"]
    assert share["driven, town"] < share["rated, mild"] < share["no speed"]
    assert share["cold"] < share["rated, no weather"] < share["town, no weather"]
