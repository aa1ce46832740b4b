"""What published range tests of a car say of its drag: `data/drag_factors.csv`.

A car with two tests or more at a steady speed has a factor of its road load's part that grows with
speed squared. `tools/write_drag_factors.py` writes the file from the tests of the validation.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

UNCERTAINTY: Final = "itself from so few tests; eight in ten lie within the band of tested cars"


@cache
def rows() -> Mapping[str, Mapping[str, str]]:
    """Return the file's rows by car id."""
    text = (resources.files("tripplan") / "data" / "drag_factors.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["car"]: row for row in csv.DictReader(text.splitlines())})


def with_range_tests(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a car's values with what its range tests say; the same where it has none.

    What others of its platform leave open of its consumption was measured on the car itself.

    Parameters
    ----------
    values
        Those of a `Vehicle`, with its id and the provenance of its values.
    """
    row = rows().get(values["id"])
    if row is None:
        return dict(values)
    tests = int(row["tests"])
    words = f"fitted to {tests} published range tests of this car: {row['sources']}"
    known = {"unit": "1", "source": words, "kind": "fitted", "uncertainty": UNCERTAINTY}
    counted = {"source": f"counted: {row['sources']}", "kind": "published", "uncertainty": "none"}
    named = {
        "drag_factor": known,
        "range_tests": {"unit": "1", **counted},
        "consumption_spread": known,
    }
    return {
        **values,
        "drag_factor": float(row["drag_factor"]),
        "range_tests": tests,
        "consumption_spread": 0.0,
        "provenance": {**values["provenance"], **named},
    }
