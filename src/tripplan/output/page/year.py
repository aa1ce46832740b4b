"""The page of a household's year: cars side by side, and each car's days as a calendar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal

from tripplan.output.drawing.markup import Child, Markup, name, tag, whole
from tripplan.output.page import switches
from tripplan.output.page.page import page
from tripplan.output.text import words
from tripplan.records.atomic import write_text_atomically

Mark = Literal["done", "charged", "failed", "away"]
"""What a day is: trips done, done with chargers, not done, or one of them still on its way."""

_MARKS: Final[Mapping[Mark, str]] = {
    "done": "done",
    "charged": "done, with stops at chargers",
    "failed": "not done",
    "away": "still away",
}
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_STEP, _SIDE, _LEFT, _TOP = 10.0, 8.8, 24.0, 10.0
_DAYS: Final = 31
_TICKS: Final = (1, 5, 10, 15, 20, 25, 30)


@dataclass(frozen=True)
class MarkedDay:
    """A day of a car's calendar."""

    mark: Mark
    told: str
    """What happens on it, in words."""


@dataclass(frozen=True)
class CarPanel:
    """A car on the page."""

    name: str
    figures: Sequence[str]
    """A cell for each head of the table."""
    days: Mapping[date, MarkedDay]
    spare: str = ""
    """Where least is to spare, in words; empty: nowhere."""
    failures: Sequence[str] = ()
    """What it cannot do, one trip each."""
    reasons: Sequence[tuple[str, str]] = ()
    """Each refusal whole: on which days, and why."""


@dataclass(frozen=True)
class YearPage:
    """All that the page shows."""

    title: str
    year: int
    lines: Sequence[str]
    """What is above the table, a paragraph each."""
    heads: Sequence[str]
    cars: Sequence[CarPanel]
    assumptions: Sequence[str] = ()
    sources: Sequence[str] = field(default=())


def to_html(shown: YearPage) -> str:
    """Return the page; the same year gives the same bytes."""
    body = tag(
        "main",
        tag(
            "header",
            tag("h1", words.one_line(shown.title, 160)),
            *(tag("p", words.one_line(line, 600), class_="tp-car") for line in shown.lines),
            switches.reading(),
        ),
        tag("div", _table(shown), class_="tp-wide", tabindex="0", role="region",
            aria_label="Table of all cars"),
        _key(),
        tag("div", *(_car(car, shown.year) for car in shown.cars), class_="tp-cars"),
        _list("What was assumed", shown.assumptions),
        _list("Where temperatures come from", shown.sources),
        class_="tp-compare tp-year",
    )  # fmt: skip
    styles = ("page.css", "compare.css", "year.css")
    return page(shown.title, body, "", ("switches.js",), styles, with_map=False)


def save_html(shown: YearPage, path: str | Path) -> None:
    """Write the page; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_html(shown))


def _table(shown: YearPage) -> Markup:
    heads = (tag("th", head, scope="col") for head in ("Car", *shown.heads))
    rows = (
        tag(
            "tr",
            tag("th", name(car.name), scope="row"),
            *(tag("td", figure) for figure in car.figures),
        )
        for car in shown.cars
    )
    return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="tp-many")


def _key() -> Markup:
    return tag(
        "p",
        *(tag("span", _swatch(mark), f" {told}", class_="tp-key") for mark, told in _MARKS.items()),
        tag("span", _swatch(None), " no trip", class_="tp-key"),
        class_="tp-keys",
    )


def _swatch(mark: Mark | None) -> Markup:
    parts = _square(0.6, 0.6, mark)
    return tag("svg", *parts, viewBox="0 0 10 10", width="14", height="14", aria_hidden="true")


def _square(x: float, y: float, mark: Mark | None, told: str = "") -> Iterator[Markup]:
    """Yield a day: its colour, and a sign for those who do not see it."""
    yield tag(
        "rect",
        tag("title", told) if told else None,
        x=f"{x:g}", y=f"{y:g}", width=_SIDE, height=_SIDE, rx="1.5",
        class_=f"tp-day-{mark or 'free'}",
    )  # fmt: skip
    near, far = 2.4, _SIDE - 2.4
    if mark == "failed":
        way = f"M{x + near:.1f} {y + near:.1f}L{x + far:.1f} {y + far:.1f}"
        way += f"M{x + far:.1f} {y + near:.1f}L{x + near:.1f} {y + far:.1f}"
        yield tag("path", d=way, class_="tp-sign")
    elif mark == "charged":
        yield tag(
            "circle", cx=f"{x + _SIDE / 2:.1f}", cy=f"{y + _SIDE / 2:.1f}", r="1.9",
            class_="tp-sign-dot",
        )  # fmt: skip


def _calendar(car: CarPanel, year: int) -> Markup:
    parts: list[Child] = [
        tag("text", str(day), x=f"{_LEFT + (day - 1) * _STEP + _SIDE / 2:g}", y="7",
            text_anchor="middle")
        for day in _TICKS
    ]  # fmt: skip
    for month, label in enumerate(_MONTHS, start=1):
        y = _TOP + (month - 1) * _STEP
        parts.append(tag("text", label, x="0", y=f"{y + 7.2:g}"))
        for day in range(1, _DAYS + 1):
            try:
                when = date(year, month, day)
            except ValueError:  # no such day in this month
                continue
            here = car.days.get(when)
            told = f"{when:%a} {when}: {here.told}" if here else ""
            x = _LEFT + (day - 1) * _STEP
            parts += _square(x, y, here.mark if here else None, told)
    counts = {mark: sum(d.mark == mark for d in car.days.values()) for mark in _MARKS}
    summary = ", ".join(f"{count} days {_MARKS[mark]}" for mark, count in counts.items() if count)
    width, height = _LEFT + _DAYS * _STEP, _TOP + len(_MONTHS) * _STEP
    return tag(
        "svg", *parts, viewBox=f"0 0 {width:g} {height:g}", role="img", class_="tp-calendar",
        aria_label=f"Calendar of {words.one_line(car.name, 80)}: {summary}",
    )  # fmt: skip


def _car(car: CarPanel, year: int) -> Markup:
    return tag(
        "section",
        tag("h2", name(car.name)),
        _calendar(car, year),
        tag("p", f"Least to spare: {car.spare}.", class_="tp-quiet") if car.spare else None,
        tag("ul", *(tag("li", line) for line in car.failures), class_="tp-list")
        if car.failures
        else tag("p", "Nothing that it cannot do."),
        _reasons(car),
    )


def _reasons(car: CarPanel) -> Markup | None:
    if not car.reasons:
        return None
    lines = (tag("li", tag("b", whole(when)), ": ", whole(why)) for when, why in car.reasons)
    return tag(
        "details",
        tag("summary", f"Every reason in full ({len(car.reasons)})"),
        tag("ul", *lines, class_="tp-list"),
    )


def _list(title: str, lines: Sequence[str]) -> Markup | None:
    if not lines:
        return None
    return tag(
        "section",
        tag("h2", title),
        tag("ul", *(tag("li", line) for line in lines), class_="tp-list"),
    )
