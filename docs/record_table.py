"""Sphinx directives: ``record-fields`` for one record, ``all-record-fields`` for each; ``bounds``.

Records are described by their fields, so their signatures are left out.
"""

import dataclasses
import inspect
from collections.abc import Iterator

from bound_reasons import bounds
from docutils import nodes
from docutils.statemachine import StringList
from record_facts import every_record, facts
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tripplan.records.base import Record

HEADER = ("field", "type", "unit", "shape", "default", "range", "description")
LONGEST_DEFAULT = 40


def table(record: type) -> Iterator[str]:
    """Yield the lines of a ``list-table`` of a record's fields."""
    yield from (".. list-table::", "   :header-rows: 1", "   :class: record-fields", "")
    rows = [HEADER]
    for name, kind, unit, shape, default, limits, words in facts(record):
        shown = default if len(default) <= LONGEST_DEFAULT else "see the source"
        shown = f"``{shown}``" if shown == default and default else shown
        rows.append((f"``{name}``", kind, unit, shape, shown, limits, words))
    for first, *others in rows:
        yield f"   * - {first}"
        yield from (f"     - {cell}".rstrip() for cell in others)
    yield ""


class RecordFields(SphinxDirective):
    """Print the fields of the record that is named in the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        named = {record.__name__: record for record in every_record()}
        return self.parsed(table(named[self.arguments[0]]))

    def parsed(self, lines: Iterator[str]) -> list[nodes.Node]:
        """Return what lines of reStructuredText come to."""
        node = nodes.container()
        self.state.nested_parse(StringList(list(lines), source=__file__), 0, node)
        return [node]


class AllRecordFields(RecordFields):
    """Print the fields of every record."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        """Build a table for each."""
        every = ((f".. rubric:: {r.__name__}", "", *table(r)) for r in every_record())
        return self.parsed(line for lines in every for line in lines)


class Bounds(RecordFields):
    """Print the bounds of every quantity that is given, with their reasons."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        """Build one table of all."""
        lines = [".. list-table::", "   :header-rows: 1", "   :class: record-fields", ""]
        rows = [("quantity", "unit", "bounds", "why these")]
        rows += [(f"``{b.where}``", b.fact.unit, b.limits, b.reason) for b in bounds()]
        for first, *others in rows:
            lines.append(f"   * - {first}")
            lines += [f"     - {cell}".rstrip() for cell in others]
        return self.parsed(iter([*lines, ""]))


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
    app.add_directive("all-record-fields", AllRecordFields)
    app.add_directive("bounds", Bounds)
    app.connect("autodoc-process-signature", no_signature)
    return {"parallel_read_safe": True}
