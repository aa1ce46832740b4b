"""Every public field of every record says what it is: unit by its name, shape, words."""

import re
import runpy
from typing import Any

from tests.contracts.source_tree import ROOT

FACTS = runpy.run_path(str(ROOT / "docs" / "record_facts.py"))
"""What the documentation reads from the records."""
FIELDS: dict[str, Any] = {
    f"{record.__name__}.{fact.name}": fact
    for record in FACTS["every_record"]()
    for fact in FACTS["facts"](record)
}


def is_number(kind: str) -> bool:
    return bool(re.search(r"\b(int|float)\b", kind)) and not kind.startswith(("array", "mapping"))


def test_the_records_of_each_package_are_there() -> None:
    known = {name.split(".")[0] for name in FIELDS}
    assert {"Trip", "Conditions", "Vehicle", "RoadNetwork", "Plan", "Outcome", "Study"} <= known


def test_every_public_field_says_what_it_is_in_a_sentence() -> None:
    assert [name for name, fact in FIELDS.items() if not fact.words.endswith(".")] == []


def test_a_number_has_a_unit_and_nothing_else_has() -> None:
    """By its name; of counts it is 1, of pairs one each; arrays of indices have none."""
    for name, fact in FIELDS.items():
        if "float and float" in fact.kind:
            assert fact.unit.count(",") == 1, name
        elif is_number(fact.kind):
            assert fact.unit, name
            assert "," not in fact.unit, name
        elif not fact.kind.startswith("array of float"):
            assert not fact.unit, name


def test_a_stated_unit_does_not_contradict_the_name() -> None:
    for name, fact in FIELDS.items():
        assert fact.unit == (FACTS["expected_unit"](fact.name) or fact.unit), name


def test_shapes_are_those_of_the_types() -> None:
    for name, fact in FIELDS.items():
        many = fact.kind.startswith(("tuple of", "array of", "mapping"))
        assert fact.shape.startswith("(") == many, name


def test_field_names_are_words_with_units_not_abbreviations() -> None:
    """A name that ends like a unit is a quantity of that unit: no other use of the endings."""
    for name, fact in FIELDS.items():
        if any(name.endswith(end) for end in FACTS["UNITS"]):
            assert "float" in fact.kind, name


def test_words_are_not_the_name_again() -> None:
    again = {
        name
        for name, fact in FIELDS.items()
        if fact.words.rstrip(".").casefold() == fact.name.replace("_", " ")
    }
    assert again == set()
