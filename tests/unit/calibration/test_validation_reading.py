"""Reading of measured drives: gaps that were bridged, and a page written section by section."""

from pathlib import Path

import numpy as np
import pytest

from validation.drives import interpolated
from validation.page import put, table


def test_a_straight_ramp_of_all_columns_is_a_gap() -> None:
    rng = np.random.default_rng(1)
    columns = [np.cumsum(rng.normal(0.0, 1.0, 200)) for _ in range(3)]
    for column in columns:
        column[50:91] = np.linspace(column[50], column[50] + 40.0, 41)
    found = interpolated(*columns)
    assert found[51:90].all()
    assert not found[:50].any()
    assert not found[92:].any()


def test_one_straight_column_is_none() -> None:
    rng = np.random.default_rng(2)
    noisy = np.cumsum(rng.normal(0.0, 1.0, 100))
    assert not interpolated(np.arange(100.0), noisy, noisy).any()
    assert not interpolated(np.zeros(100), np.zeros(100), np.zeros(100)).any()


def test_a_section_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- end of x -->\nb\n", encoding="utf-8")
    put("x", table(("h", "n"), [("r", "1")]), page)
    assert page.read_text(encoding="utf-8") == (
        "a\n<!-- x -->\n| h | n |\n|---|--:|\n| r | 1 |\n<!-- end of x -->\nb\n"
    )
    with pytest.raises(ValueError, match="no section"):
        put("y", "", page)
