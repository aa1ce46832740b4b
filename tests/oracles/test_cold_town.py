"""Town traffic in the cold against the EPA's test car lists."""

import numpy as np
import pytest

from validation import cold


@pytest.fixture(scope="module", name="rows")
def all_rows() -> list[cold.ColdRow]:
    return cold.rows()


def test_heat_pump_cars_take_what_was_measured(rows: list[cold.ColdRow]) -> None:
    """-7 degrees Celsius over a warm day: within 12 % in the mean, and 20 % each."""
    errors = np.array([row.error for row in rows if row.heater == "heat_pump"])
    assert errors.size >= 15
    assert np.abs(errors).mean() < 0.12
    assert np.abs(errors).max() < 0.20


def test_what_is_measured_lies_between_heater_on_and_off(rows: list[cold.ColdRow]) -> None:
    for row in rows:
        assert row.unheated < row.measured < 1.1 * row.heated
