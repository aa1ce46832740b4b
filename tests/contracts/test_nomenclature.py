"""`data/nomenclature.csv` names every public field of every record, as it is and no other."""

import csv
import dataclasses
import inspect
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np
import pytest

from tests.contracts.source_tree import PACKAGE
from tripplan.batch import outcome
from tripplan.records import (
    charger,
    gazetteer,
    network,
    region,
    settings,
    trip,
    vehicle,
)
from tripplan.records import (
    plan as answer,
)
from tripplan.records.base import Record
from tripplan.study import question

COLUMNS = ("name", "type", "unit", "shape", "description", "source")
UNITS = {
    "_s": "s",
    "_m": "m",
    "_km": "km",
    "_mps": "m/s",
    "_kmh": "km/h",
    "_kw": "kW",
    "_w": "W",
    "_v": "V",
    "_kwh": "kWh",
    "_kg": "kg",
    "_c": "degC",
    "_k": "K",
    "_m2": "m2",
    "_deg": "deg",
    "_lat": "deg",
    "_lon": "deg",
    "_ohm": "ohm",
    "_lbf": "lbf",
    "_lbf_per_mph": "lbf/mph",
    "_lbf_per_mph2": "lbf/mph2",
    "_j_per_k": "J/K",
    "_w_per_k": "W/K",
    "_w_per_m2": "W/m2",
    "_per_k": "1/K",
    "_per_kwh": "currency/kWh",
    "_per_h": "currency/h",
    "_per_session": "currency",
    "cost": "currency",
}
"""Unit by the end of a name; the longest end counts."""
PLAIN = {"lat": "deg", "lon": "deg", "soc": "1", "soh": "1", "gap": "1"}
"""Unit of the quantities whose names end in none."""


def table() -> list[dict[str, str]]:
    path = PACKAGE / "data" / "nomenclature.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def records() -> Iterator[type]:
    nouns = (
        trip,
        vehicle,
        network,
        charger,
        gazetteer,
        region,
        settings,
        answer,
        outcome,
        question,
    )
    for module in nouns:
        for name, found in vars(module).items():
            own = inspect.isclass(found) and found.__module__ == module.__name__
            if own and not name.startswith("_"):
                yield found


def fields() -> dict[str, Any]:
    """Annotation of each public field by "Record.field"."""
    found: dict[str, Any] = {}
    for record in records():
        if issubclass(record, Record):
            pairs: list[tuple[str, Any]] = [
                (name, info.annotation) for name, info in record.model_fields.items()
            ]
        elif dataclasses.is_dataclass(record):
            pairs = [(f.name, f.type) for f in dataclasses.fields(record)]
        else:
            continue
        found |= {f"{record.__name__}.{n}": kind for n, kind in pairs if not n.startswith("_")}
    return found


def type_words(kind: Any) -> str:
    """Put an annotation into words."""
    parts = get_args(kind)
    match get_origin(kind):
        case origin if origin is Annotated:
            words = type_words(parts[0])
        case origin if origin in (Union, types.UnionType):
            words = " or ".join(type_words(part) for part in parts)
        case origin if origin is Literal:
            words = " | ".join(str(part) for part in parts)
        case origin if origin is tuple:
            inner = parts[:1] if parts[-1] is ... else parts
            words = f"tuple of {' and '.join(type_words(part) for part in inner)}"
        case origin if origin is np.ndarray:
            words = f"array of {np.dtype(get_args(parts[1])[0]).name}"
        case origin if origin in (dict, Mapping):
            words = "mapping"
        case _:
            words = {str: "text", type(None): "none"}.get(kind, str(kind.__name__))
    return words


def expected_unit(name: str) -> str | None:
    """Tell the unit that a field's name promises, or None where it promises none."""
    field = name.split(".")[1]
    if field in PLAIN:
        return PLAIN[field]
    ends = [end for end in UNITS if field.endswith(end)]
    if ends:
        return UNITS[max(ends, key=len)]
    return "1" if field.endswith(("_soc", "_efficiency", "_factor", "_coefficient")) else None


def test_the_table_has_its_columns_and_no_empty_cell() -> None:
    rows = table()
    assert tuple(rows[0]) == COLUMNS
    assert [row for row in rows if not all(row[column].strip() for column in COLUMNS)] == []


def test_no_row_has_more_cells_than_columns() -> None:
    assert [row["name"] for row in table() if None in row] == []


def test_every_public_field_has_a_row_in_the_order_of_the_code() -> None:
    assert [row["name"] for row in table()] == list(fields())


def test_types_are_those_of_the_code() -> None:
    kinds = {name: type_words(kind) for name, kind in fields().items()}
    assert {row["name"]: row["type"] for row in table()} == kinds


def test_units_agree_with_names() -> None:
    wrong = {
        row["name"]: row["unit"]
        for row in table()
        if row["unit"] != (expected_unit(row["name"]) or row["unit"])
    }
    assert wrong == {}


def test_a_number_without_a_unit_in_its_name_has_none() -> None:
    """What is counted, a fraction or a table of pairs; and text and records have no unit."""
    for row in table():
        if expected_unit(row["name"]) is not None:
            continue
        if row["type"] in ("int", "float", "int or none", "float or none"):
            assert row["unit"] == "1", row["name"]
        elif "float and float" in row["type"]:
            assert row["unit"].count(",") == 1, row["name"]
        else:
            assert row["unit"] == "none", row["name"]


def test_shapes_are_those_of_the_types() -> None:
    for row in table():
        many = row["type"].startswith(("tuple of", "array of", "mapping"))
        assert row["shape"].startswith("(") == many, row["name"]


def test_field_names_are_words_with_units_not_abbreviations() -> None:
    """A name that ends like a unit is a quantity of that unit: no other use of the endings."""
    for name, kind in fields().items():
        if any(name.endswith(end) for end in UNITS):
            assert "float" in type_words(kind), name


@pytest.mark.parametrize("column", ["description", "source"])
def test_words_are_written_as_cells_not_sentences(column: str) -> None:
    assert [row["name"] for row in table() if row[column].endswith(".")] == []
