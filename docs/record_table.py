"""Sphinx directive ``record-fields``: the fields of a record, from nomenclature.csv and the code.

Records are described by their fields, so their signatures are left out.
"""

import csv
import dataclasses
import inspect
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tripplan.records.base import Record

NOMENCLATURE = Path(__file__).parents[1] / "src" / "tripplan" / "data" / "nomenclature.csv"
HOMES = (
    "records.trip",
    "records.settings",
    "records.vehicle",
    "records.network",
    "records.charger",
    "records.gazetteer",
    "records.region",
    "records.plan",
    "batch",
    "study",
)

HEADER = ("field", "type", "unit", "shape", "default", "range", "description")
LOWEST = ("minimum", "exclusiveMinimum")
HIGHEST = ("maximum", "exclusiveMaximum")


def record_named(name: str) -> type:
    """Find a record by its name."""
    for home in HOMES:
        found = getattr(import_module(f"tripplan.{home}"), name, None)
        if inspect.isclass(found):
            return found
    raise LookupError(f"no record {name}")


def defaults(record: type) -> dict[str, Any]:
    """Return the default of each field that has one."""
    if issubclass(record, Record):
        fields = record.model_fields
        return {
            name: info.default
            for name, info in fields.items()
            if not info.is_required() and info.default_factory is None
        }
    return {
        field.name: field.default
        for field in dataclasses.fields(record)
        if field.default is not dataclasses.MISSING
    }


def limits(record: type) -> dict[str, str]:
    """Return the range of each field that has one."""
    if not issubclass(record, Record):
        return {}
    found = {}
    for name, schema in record.model_json_schema()["properties"].items():
        parts = [schema, *schema.get("anyOf", ())]
        low = [f"{part[key]:g}" for part in parts for key in LOWEST if key in part]
        high = [f"{part[key]:g}" for part in parts for key in HIGHEST if key in part]
        if low or high:
            found[name] = f"{low[0] if low else ''}..{high[0] if high else ''}"
    return found


class RecordFields(SphinxDirective):
    """Print the fields of the record that is named in the argument."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Build a table by way of ``list-table``."""
        name = self.arguments[0]
        record = record_named(name)
        with NOMENCLATURE.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["name"].startswith(f"{name}.")]
        self.env.note_dependency(str(NOMENCLATURE))
        default, limit = defaults(record), limits(record)
        lines = [".. list-table::", "   :header-rows: 1", "   :class: record-fields", ""]
        cells = [HEADER]
        for row in rows:
            field = row["name"].split(".")[1]
            values = (row["type"], *("" if row[k] in ("none", "scalar") else row[k] for k in UNIT))
            shown = f"``{default[field]!r}``" if field in default else ""
            shown = shown if len(shown) <= LONGEST_DEFAULT else "see the source"
            cells.append((f"``{field}``", *values, shown, limit.get(field, ""), row["description"]))
        for row_cells in cells:
            first, *others = row_cells
            lines += [f"   * - {first}", *(f"     - {cell}".rstrip() for cell in others)]
        source = StringList(lines, source=str(NOMENCLATURE))
        node = nodes.container()
        self.state.nested_parse(source, self.content_offset, node)
        return [node]


UNIT = ("unit", "shape")
LONGEST_DEFAULT = 40


def no_signature(
    app: Sphinx, what: str, name: str, obj: object, *details: object
) -> tuple[str, None] | None:
    """Leave out the signature of records, which repeats the table."""
    del app, name, details
    hidden = what == "class" and inspect.isclass(obj)
    if hidden and (issubclass(obj, Record) or dataclasses.is_dataclass(obj)):
        return "", None
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("record-fields", RecordFields)
    app.connect("autodoc-process-signature", no_signature)
    return {"parallel_read_safe": True}
