"""Every quantity that is given has bounds on both sides, with reasons, in one table."""

import math
import runpy
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.contracts.source_tree import ROOT
from tripplan.records.vehicle import catalogue

if TYPE_CHECKING:
    from tripplan.records.base import Record


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, Any]]:
    sys.path.insert(0, str(ROOT / "docs"))
    yield runpy.run_path(str(ROOT / "docs" / "bound_reasons.py"))
    sys.path.remove(str(ROOT / "docs"))


def test_both_ends_and_a_reason(table: dict[str, Any]) -> None:
    found = list(table["bounds"]())
    assert len(found) > 80
    for bound in found:
        low, _, high = bound.limits.partition("..")
        assert low, bound.where
        assert high, bound.where
        assert bound.reason, bound.where


def test_nothing_in_the_table_that_there_is_not(table: dict[str, Any]) -> None:
    known = {bound.where for bound in table["bounds"]()}
    assert set(table["REASONS"]) <= known
    assert set(table["BY_CHECK"]) <= known


def test_what_lies_outside_is_refused(table: dict[str, Any]) -> None:
    """The table says what the records do: just outside each end a value is refused there."""
    records: dict[str, type[Record]] = {}
    for given in table["GIVEN"]:
        seen: list[type[Record]] = []
        table["_reached"](given, seen)
        records.update({record.__name__: record for record in seen})
    tried = 0
    for bound in table["bounds"]():
        if bound.where in table["BY_CHECK"]:
            continue
        record, field = bound.where.split(".")
        low, high = (float(end) for end in bound.limits.split(".."))
        for value in (low - 0.01 - 1e-3 * abs(low), high * 1.01 + 1.0, math.nan, math.inf):
            shaped = (value,) if bound.fact.kind.startswith("tuple") else value
            with pytest.raises(ValidationError) as refused:
                records[record](**{field: shaped})
            assert any(field in error["loc"] for error in refused.value.errors()), bound.where
            tried += 1
    assert tried > 300


def test_tables_of_temperatures_have_bounds() -> None:
    car = catalogue()["nissan-leaf-40"].battery
    for field in ("capacity_by_temperature", "temperature_limit"):
        points = ((-100.0, 0.5), (20.0, 1.0))
        value = {"points": points} if field == "temperature_limit" else points
        stated = {**car.model_dump(), field: value}
        with pytest.raises(ValidationError, match="within -90 and 120 degrees Celsius"):
            type(car)(**stated)
