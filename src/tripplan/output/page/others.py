"""Other ways to make the trip, beside the plan: a layer and a table row each."""

from collections.abc import Sequence
from dataclasses import dataclass

from tripplan.output.drawing.lines import simplify
from tripplan.output.drawing.markup import Markup, joined, name, tag
from tripplan.output.drawing.route_profile import track_of
from tripplan.output.text import stop_text, words
from tripplan.records.plan import Plan

_LINE_DEG = 0.001
"""The line of another way may lie this far beside its road (about 100 m)."""
LOOKS = (
    ("#0072b2", "9 7"), ("#009e73", "2 7"), ("#cc79a7", "14 6 2 6"), ("#d55e00", "5 5"),
)  # fmt: skip
"""Colour (Okabe-Ito) and dashes of each other way, in turn."""


@dataclass(frozen=True)
class Other:
    """Another way as the map draws it."""

    title: str
    """Letter, time and stops in a few words."""
    colour: str
    dashes: str
    line: list[list[float]]
    stops: list[list[object]]
    """Latitude, longitude and what a click shows, of each stop."""
    tip: Markup


def letter(number: int) -> str:
    """Return "B" for the first way beside the plan, which is A."""
    return chr(ord("B") + number)


def other(plan: Plan, number: int) -> Other:
    """Return another way; ``number`` counts from 0."""
    colour, dashes = LOOKS[number % len(LOOKS)]
    track = track_of(plan)
    kept = simplify(track.lon, track.lat, _LINE_DEG)
    line = [
        [lat, lon]
        for lat, lon in zip(
            track.lat[kept].round(5).tolist(), track.lon[kept].round(5).tolist(), strict=True
        )
    ]
    title = f"Way {letter(number)}: {words.duration(plan.total_s)}, {stop_text.counts(plan)}"
    stops: list[list[object]] = [
        [
            round(stop.lat, 5),
            round(stop.lon, 5),
            tag(
                "div",
                tag("b", f"Way {letter(number)}, {stop_text.title(stop).lower()}: "),
                name(stop.name),
                tag("p", f"{stop_text.soc_change(stop)}, {words.duration(stop.duration_s)}"),
                class_="tp-popup",
            ),
        ]
        for stop in plan.stops
    ]
    return Other(title, colour, dashes, line, stops, joined(title))


def table(plan: Plan, others: Sequence[Plan]) -> Markup | None:
    """Return the ways side by side, each with a switch for its layer; None if there is one only."""
    if not others:
        return None
    rows = [_row(plan, plan, "A", None)]
    rows += [_row(way, plan, letter(number), number) for number, way in enumerate(others)]
    heads = ("Way", "Time", "Longer by", "Stops", "Arrive", "Distance")
    return tag(
        "table",
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
        tag("tbody", *rows),
        class_="tp-ways",
    )


def _row(way: Plan, best: Plan, sign: str, number: int | None) -> Markup:
    longer_s = way.total_s - best.total_s
    head = sign if number is None else _switch(sign, number)
    cells = (
        words.duration(way.total_s),
        "this plan" if number is None else words.duration(max(longer_s, 0.0)),
        str(way.stop_count),
        words.percent(way.arrival_soc),
        words.distance(way.distance_km),
    )
    return tag("tr", tag("th", head, scope="row"), *(tag("td", cell) for cell in cells))


def _switch(sign: str, number: int) -> Markup:
    colour, dashes = LOOKS[number % len(LOOKS)]
    sample = tag(
        "svg",
        tag(
            "line", x1=0, x2=34, y1=4, y2=4, stroke=colour, stroke_width=4, stroke_dasharray=dashes,
        ),
        width=34, height=8, aria_hidden="true",
    )  # fmt: skip
    box = tag("input", type="checkbox", data_other=number, aria_label=f"Show way {sign} on the map")
    return tag("label", box, sign, " ", sample)
