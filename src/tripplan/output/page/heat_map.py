"""Heat maps as tables: one cell a plan, its value as text on a colour, for several measures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tripplan.output.drawing.colours import VALUE_COLOURS, blended, ink_on
from tripplan.output.drawing.markup import Markup, joined, name, tag
from tripplan.output.page.switches import choice
from tripplan.output.text import words

REASON_LIMIT = 400


@dataclass(frozen=True)
class HeatCell:
    """What became of one trip, car and weather."""

    values: Mapping[str, float] | None
    """Value of each measure, by its key; None: there is no plan."""
    missing: str = ""
    """What is missing, in a few words, where there is no plan."""
    reason: str = ""
    """Why there is no plan, in full."""


@dataclass(frozen=True)
class HeatMap:
    """One table of cells."""

    title: str
    across: str
    """What the columns are."""
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Mapping[tuple[int, int], HeatCell]
    """Cells by row and column; some may be absent."""


@dataclass(frozen=True)
class Measure:
    """Something that the cells can show."""

    key: str
    label: str
    tell: Callable[[float], str]
    more_is_better: bool
    span: tuple[float, float] | None = None
    """What the colours span; None: from the least to the greatest value of a table."""


MEASURES = (
    Measure("arrives", "arrives", lambda _: "✓ arrives", more_is_better=True, span=(0.0, 1.0)),
    Measure("time", "time", words.duration, more_is_better=False),
    Measure("stops", "stops", lambda value: f"{value:.0f}", more_is_better=False),
    Measure("soc", "left on arrival", words.percent, more_is_better=True, span=(0.0, 1.0)),
    Measure("energy", "energy", words.energy, more_is_better=False),
    Measure("gap", "gap", lambda value: words.percent(value, 1), more_is_better=False),
)
"""Time is seconds without stays, soc a fraction, energy kWh, gap that of the certificate."""
CHOSEN = "time"
"""What shows first; the style sheet knows it too."""


def switch() -> Markup:
    """Return the switch between the measures, with the key of the colours."""
    colours = ",".join(reversed(VALUE_COLOURS))
    return tag(
        "div",
        choice("tp-measure", "Show", [(one.key, one.label) for one in MEASURES], CHOSEN),
        tag(
            "span", "better ",
            tag("i", style=f"background:linear-gradient(to right,{colours})"), " worse, ",
            tag("i", class_="tp-none"), " ✗ no plan",
            class_="tp-heat-key",
        ),
        class_="tp-measures",
    )  # fmt: skip


def table(one: HeatMap) -> Markup:
    """Return a heat map with its heading, and why cells have no plan below it."""
    spans = {measure.key: _span(measure, one) for measure in MEASURES}
    head = tag(
        "thead",
        tag(
            "tr",
            tag("td", one.across, class_="tp-corner"),
            *(tag("th", name(column), scope="col") for column in one.columns),
        ),
    )
    rows = (
        tag(
            "tr",
            tag("th", name(label), scope="row"),
            *(_cell(one.cells.get((r, c)), spans) for c in range(len(one.columns))),
        )
        for r, label in enumerate(one.rows)
    )
    return tag(
        "section",
        tag("h2", name(one.title, 160)),
        tag(
            "div",
            tag("table", head, tag("tbody", *rows), class_="tp-heat"),
            class_="tp-wide", tabindex="0", role="region", aria_label=f"Heat map: {one.title}",
        ),
        _reasons(one),
    )  # fmt: skip


Span = tuple[float, float]


def _span(measure: Measure, one: HeatMap) -> Span:
    if measure.span is not None:
        return measure.span
    values = [cell.values[measure.key] for cell in one.cells.values() if cell.values is not None]
    return (min(values), max(values)) if values else (0.0, 1.0)


def _cell(cell: HeatCell | None, spans: Mapping[str, Span]) -> Markup:
    if cell is None:
        return tag("td")
    if cell.values is None:
        return tag("td", tag("span", f"✗ {cell.missing}", class_="tp-none"))
    shown = (_value(measure, cell.values[measure.key], spans[measure.key]) for measure in MEASURES)
    return tag("td", *shown)


def _value(measure: Measure, value: float, span: Span) -> Markup:
    low, high = span
    part = (value - low) / (high - low) if high > low else float(measure.more_is_better)
    colour = blended(VALUE_COLOURS, part if measure.more_is_better else 1.0 - part)
    look = f"background:{colour};color:{ink_on(colour)}"
    return tag("span", measure.tell(value), class_=f"tp-of tp-of-{measure.key}", style=look)


def _reasons(one: HeatMap) -> Markup | None:
    """Say why each cell without a plan has none, those with the same reason together."""
    found: dict[str, list[str]] = {}
    for (r, c), cell in sorted(one.cells.items()):
        if cell.values is None:
            label = ", ".join(part for part in (one.rows[r], one.columns[c]) if part)
            found.setdefault(cell.reason, []).append(label)
    if not found:
        return None
    count = sum(map(len, found.values()))
    lines = (
        tag("li", tag("b", name("; ".join(labels), 600)), ": ", words.one_line(why, REASON_LIMIT))
        for why, labels in found.items()
    )
    return tag(
        "details",
        tag("summary", f"Why {count} of {len(one.cells)} cannot be done"),
        joined(tag("ul", *lines, class_="tp-list")),
    )
