"""A plan in a notebook: a short card, and the whole page in a frame of its own."""

import webbrowser
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

from tripplan.output.drawing.markup import Markup, framed, name, picture_in, tag
from tripplan.output.page.map import to_html
from tripplan.output.picture.picture import to_svg
from tripplan.output.text import statements, stop_text, words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import Plan
from tripplan.records.region import Region


class Explorer:
    """The page of a plan: a notebook shows it, `save` writes it, `show` opens it in a browser."""

    def __init__(self, html: str, height: int = 640) -> None:
        self.html = html
        """The whole page."""
        self.height = height
        """Of the frame in a notebook, pixels."""

    def _repr_html_(self) -> str:
        return framed(self.html, self.height)

    def save(self, path: str | Path) -> None:
        """Write the page; `DataError` if the file cannot be written."""
        write_text_atomically(path, self.html)

    def show(self) -> Path:
        """Open the page in the browser, from a temporary file; return where that is."""
        path = Path(mkdtemp(prefix="tripplan-")) / "trip.html"
        self.save(path)
        webbrowser.open(path.as_uri())
        return path


def explore(
    plan: Plan, region: Region | None = None, *, ways: Sequence[Plan] = (), height: int = 640
) -> Explorer:
    """Return the page of a plan to look at; parameters as in `to_html`."""
    return Explorer(to_html(plan, region, ways=ways), height)


def card(plan: Plan) -> Markup:
    """Return picture, verdict and stops in short, for the output of a cell."""
    heads = ("", "arrive", "leave", "minutes", "kWh", "limited by")
    rows = [
        tag(
            "tr",
            tag("th", f"{stop.number} ", name(stop_text.place(stop))),
            *(tag("td", c) for c in cells),
        )
        for stop in plan.stops
        for cells in [
            (
                words.percent(stop.arrival_soc),
                words.percent(stop.departure_soc),
                f"{stop.duration_s / 60.0:.0f}",
                f"{stop.energy_kwh:.1f}",
                statements.LIMIT_WORDS[stop.limited_by] if stop.energy_kwh > 0 else "",
            )
        ]
    ]
    return tag(
        "div",
        tag("p", tag("b", " ".join(statements.warning(plan)))) if not plan.audit.passed else None,
        picture_in(to_svg(plan)),
        tag("p", tag("b", words.duration(plan.total_s)), f" with {stop_text.counts(plan)}. ",
            statements.headline(plan)),
        tag("p", words.ILLUSTRATIVE_LINE) if plan.illustrative else None,
        tag("table", tag("tr", *(tag("th", head) for head in heads)), *rows) if rows else None,
    )  # fmt: skip
