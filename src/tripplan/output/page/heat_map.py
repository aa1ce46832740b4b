"""Heat maps as tables: one cell a plan, its value as text on a colour, for several measures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tripplan.output.drawing.colours import VALUE_COLOURS, blended, ink_on
from tripplan.output.drawing.markup import Markup, joined, quantity_name, tag, whole
from tripplan.output.page.switches import choice
from tripplan.output.text import words


@dataclass(frozen=True)
class HeatCell:
    """What became of one trip, car and weather."""

    values: Mapping[str, float] | None
    """Value of each measure, by its key; one that nobody worked out is left out.  None: there is
    no plan."""
    missing: str = ""
    """What is missing, in a few words, where there is no plan."""
    reason: str = ""
    """Why there is no plan, in full."""
    currency: str = ""
    """Of its cost, ISO 4217; empty: nobody named it."""


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
    """What the colours span; None: from the best value of a table to its worst, or farther."""
    least_width: float = 0.0
    """The colours span at least so much from the best value on: less is no difference that
    matters, and has nearly the best value's colour."""
    least_share: float = 0.0
    """And at least this share of the best value."""


MEASURES = (
    Measure("arrives", "arrives", lambda _: "✓ arrives", more_is_better=True, span=(0.0, 1.0)),
    Measure(
        "time", "time", words.duration, more_is_better=False, least_width=1800.0, least_share=0.25
    ),
    Measure("stops", "stops", lambda value: f"{value:.0f}", more_is_better=False, least_width=4.0),
    Measure("soc", "left on arrival", words.percent, more_is_better=True, span=(0.0, 1.0)),
    Measure("chance", "chance", words.chance, more_is_better=True, span=(0.5, 1.0)),
    Measure("slack", "to spare", words.energy, more_is_better=True, least_width=5.0),
    Measure(
        "energy", "energy", words.energy, more_is_better=False, least_width=2.0, least_share=0.25
    ),
    Measure(
        "cost",
        "cost",
        lambda value: f"{value:.2f}",
        more_is_better=False,
        least_width=2.0,
        least_share=0.25,
    ),
    Measure(
        "gap", "gap", lambda value: words.percent(value, 1), more_is_better=False, least_width=0.05
    ),
)
"""Time is seconds without stays, soc a fraction, chance that of arriving at every stop, slack and
energy kWh, cost in the cell's currency, gap that of the certificate.  The least widths are
choices: half an hour or a quarter of the quickest trip, a quarter of the energy or money, four
stops, 5 kWh to spare, a gap of 5 %."""
CHOSEN = "time"
"""What shows first; the style sheet knows it too."""


def times(one: HeatMap) -> dict[tuple[int, int], str]:
    """Return the cells as times, and what is missing where there is no plan, in a few letters."""
    return {place: _short(cell) for place, cell in one.cells.items()}


def _short(cell: HeatCell) -> str:
    if cell.values is not None:
        return words.clock(cell.values["time"])
    told = cell.missing.removesuffix(" short")
    return f"✗ {told}" if told != cell.missing else told


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
        tag(
            "span",
            "Full colour: at least half an hour or a quarter longer, a quarter dearer, "
            "4 stops more.",
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
            tag("td", one.across, class_="tp-corner", role="cell"),
            *(
                tag("th", quantity_name(column), scope="col", role="columnheader")
                for column in one.columns
            ),
            role="row",
        ),
        role="rowgroup",
    )
    rows = (
        tag(
            "tr",
            tag("th", quantity_name(label), scope="row", role="rowheader"),
            *(_cell(one.cells.get((r, c)), spans, when) for c, when in enumerate(one.columns)),
            role="row",
        )
        for r, label in enumerate(one.rows)
    )
    return tag(
        "section",
        tag("h2", quantity_name(one.title, 160)),
        tag(
            "div",
            tag(
                "table", head, tag("tbody", *rows, role="rowgroup"), class_="tp-heat", role="table"
            ),
            class_="tp-wide", tabindex="0", role="region", aria_label=f"Heat map: {one.title}",
        ),
        _reasons(one),
    )  # fmt: skip


Span = tuple[float, float]


def _span(measure: Measure, one: HeatMap) -> Span:
    if measure.span is not None:
        return measure.span
    shown = (cell.values or {} for cell in one.cells.values())
    values = [told[measure.key] for told in shown if measure.key in told]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    best = high if measure.more_is_better else low
    width = max(high - low, measure.least_width, measure.least_share * abs(best))
    return (high - width, high) if measure.more_is_better else (low, low + width)


def _cell(cell: HeatCell | None, spans: Mapping[str, Span], when: str) -> Markup:
    """Return a cell; ``when`` is what its column is called, for where no heads are in view."""
    look = {"role": "cell", "data_when": when}
    if cell is None:
        return tag("td", **look)
    if cell.values is None:
        return tag("td", tag("span", f"✗ {cell.missing}", class_="tp-none"), **look)
    return tag("td", *(_value(measure, cell, spans[measure.key]) for measure in MEASURES), **look)


def _value(measure: Measure, cell: HeatCell, span: Span) -> Markup:
    assert cell.values is not None
    kind = f"tp-of tp-of-{measure.key}"
    value = cell.values.get(measure.key)
    if value is None:
        return tag("span", words.UNKNOWN, class_=kind)
    low, high = span
    part = (value - low) / (high - low) if high > low else float(measure.more_is_better)
    colour = blended(VALUE_COLOURS, part if measure.more_is_better else 1.0 - part)
    told = measure.tell(value)
    if measure.key == "cost":
        told = f"{told} {words.one_line(cell.currency, 3)}".rstrip()
    look = f"background:{colour};color:{ink_on(colour)}"
    return tag("span", told, class_=kind, style=look)


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
        tag("li", tag("b", whole("; ".join(labels))), ": ", whole(why))
        for why, labels in found.items()
    )
    return tag(
        "details",
        tag("summary", f"Why {count} of {len(one.cells)} cannot be done"),
        joined(tag("ul", *lines, class_="tp-list")),
    )
