"""Many plans on one page: a map of all ways, lines over a quantity, a table to sort and filter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tripplan.output.drawing import basemap
from tripplan.output.drawing.ground import ground
from tripplan.output.drawing.lines import simplify
from tripplan.output.drawing.markup import (
    Child,
    Markup,
    document_link,
    joined,
    name,
    quantity_name,
    tag,
    whole,
)
from tripplan.output.drawing.road_signs import many_road_signs
from tripplan.output.page import switches
from tripplan.output.page.compare_chart import AIR_AXIS, COLOURS, lines
from tripplan.output.page.page import COMPARE_SCRIPTS, json_text, page
from tripplan.output.page.popups import failed_banner, made_up_banner
from tripplan.output.page.route_data import sign_data
from tripplan.output.text import words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import Plan
from tripplan.records.region import Region

__all__ = ["AIR_AXIS", "Entry", "save_html", "to_html"]

_LINE_DEG = 0.002
"""The line of a way may lie this far beside its road (about 200 m), and farther where there are
more than `_FINE` of them."""
_FINE = 50


@dataclass(frozen=True)
class Entry:
    """One of the things that are compared."""

    label: str
    """What the row is called: the car, the month, the trip."""
    plan: Plan | None
    reason: str = ""
    """Why there is no plan."""
    group: str = ""
    """Entries of one group are joined to a line, such as those of one car."""
    at: float | None = None
    """Where on the axis of the lines it stands."""
    href: str | None = None
    """Address of its own page, relative to this one."""


def to_html(
    title: str, entries: Sequence[Entry], region: Region | None = None, *, axis: str = ""
) -> str:
    """Return the page; the same entries give the same bytes.

    Parameters
    ----------
    title
        What is compared.
    entries
        Plans with their labels, in the order of the table; some may be without a plan.
    region
        Where they were planned, for roads and towns; None: none are drawn.
    axis
        Name and unit of the quantity of the entries' ``at``, for the lines; empty: no lines.
        That of `AIR_AXIS` is shown in degrees Fahrenheit as well.
    """
    done = [entry for entry in entries if entry.plan is not None]
    groups = list(dict.fromkeys(entry.group for entry in entries))
    colours = {group: COLOURS[k % len(COLOURS)] for k, group in enumerate(groups)}
    tolerance_deg = _LINE_DEG * max(1.0, len(entries) / _FINE)
    data = {
        "ways": [_way(entry, colours[entry.group], tolerance_deg) for entry in entries],
        "bounds": _bounds([entry.plan for entry in done if entry.plan]),
        "ground": ground([entry.plan for entry in done if entry.plan], region),
        "signs": sign_data(many_road_signs([entry.plan for entry in done if entry.plan])),
    }
    made_up = any(entry.plan is not None and entry.plan.illustrative for entry in entries)
    body = joined(
        failed_banner(entry.plan for entry in done if entry.plan),
        made_up_banner(made_up),
        tag(
            "main",
            tag(
                "header",
                tag("h1", words.one_line(title, 160)),
                tag("p", _found(entries), class_="tp-car"),
                switches.reading(),
            ),
            tag(
                "div",
                tag("div", tag("div", id="tp-map", class_="folium-map"), class_="tp-map"),
                lines(entries, colours, axis) if axis else None,
                class_="tp-sights",
            ),
            _filter(len(entries)),
            tag("div", _table(entries), class_="tp-wide", tabindex="0", role="region",
                aria_label="Table of all plans"),
            class_="tp-compare",
        ),
    )  # fmt: skip
    script = f"tripplan.compare({json_text(data)});"
    return page(title, body, script, COMPARE_SCRIPTS, ("page.css", "compare.css"))


def save_html(
    title: str,
    entries: Sequence[Entry],
    path: str | Path,
    region: Region | None = None,
    *,
    axis: str = "",
) -> None:
    """Write the page, parameters as in `to_html`; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_html(title, entries, region, axis=axis))


def _found(entries: Sequence[Entry]) -> str:
    plans = [entry.plan for entry in entries if entry.plan is not None]
    if not plans:
        return f"None of {len(entries)} can be done."
    quickest = min(plans, key=lambda plan: plan.total_s)
    best = next(entry for entry in entries if entry.plan is quickest)
    fewer = f"{len(plans)} of {len(entries)} can be done. " if len(plans) < len(entries) else ""
    return f"{fewer}Quickest: {words.one_line(best.label)}, {words.duration(quickest.total_s)}."


def _way(entry: Entry, colour: str, tolerance_deg: float) -> dict[str, object]:
    line: list[list[float]] = []
    stops: list[list[float]] = []
    if entry.plan is not None:
        traces = [leg.trace for leg in entry.plan.legs]
        lat = np.concatenate([np.asarray(trace.lat) for trace in traces])
        lon = np.concatenate([np.asarray(trace.lon) for trace in traces])
        kept = simplify(lon, lat, tolerance_deg)
        line = np.column_stack([lat[kept], lon[kept]]).round(4).tolist()
        stops = [[round(stop.lat, 4), round(stop.lon, 4)] for stop in entry.plan.stops]
    return {"line": line, "stops": stops, "colour": colour, "tip": joined(name(entry.label))}


def _bounds(plans: Sequence[Plan]) -> list[list[float]]:
    boxes = [basemap.route_bounds(plan) for plan in plans]
    if not boxes:
        return [[-60.0, -180.0], [75.0, 180.0]]
    return [
        [min(box.south for box in boxes), min(box.west for box in boxes)],
        [max(box.north for box in boxes), max(box.east for box in boxes)],
    ]


def _filter(count: int) -> Markup:
    return tag(
        "div",
        tag("label", "Show rows with ", tag("input", type="search", id="tp-find")),
        tag("label", tag("input", type="checkbox", id="tp-done"), " only those that can be done"),
        tag("span", f"{count} of {count}", id="tp-count", role="status"),
        class_="tp-filter",
    )


_HEADS = (
    "Name", "Time", "Driving", "Charging", "Stops", "Distance", "Energy", "Consumption", "Cost",
    "Arrive", "Chance", "To spare", "Gap",
)  # fmt: skip


def _table(entries: Sequence[Entry]) -> Markup:
    longest_s = max(
        (entry.plan.total_s for entry in entries if entry.plan is not None), default=1.0
    )
    heads = (
        tag("th", tag("button", head, type="button", data_column=k), scope="col", aria_sort="none")
        for k, head in enumerate(_HEADS)
    )
    rows = (_row(entry, number, longest_s) for number, entry in enumerate(entries))
    return tag(
        "table",
        tag(
            "caption",
            "A click on a heading sorts; a click on a name shows its way on the map. Chance: of "
            "arriving at every stop and at the end. To spare: the least above the charge that the "
            "trip wants where a drive ends.",
        ),
        tag("thead", tag("tr", *heads)),
        tag("tbody", *rows),
        class_="tp-many",
    )


def _row(entry: Entry, number: int, longest_s: float) -> Markup:
    link = document_link(entry.href, "page") if entry.href else None
    head = tag(
        "th",
        tag(
            "button",
            quantity_name(entry.label),
            type="button",
            data_way=number,
            aria_pressed="false",
        ),
        link and joined(" ", link),
        scope="row",
        data_value=words.one_line(entry.label).casefold(),
    )
    plan = entry.plan
    if plan is None:
        cell = tag("td", whole(entry.reason), colspan=len(_HEADS) - 1, class_="tp-no")
        return tag("tr", head, cell, data_row=number)
    return tag("tr", head, *_cells(plan, longest_s), data_row=number, data_done=True)


def _cells(plan: Plan, longest_s: float) -> Iterator[Markup]:
    stops = sum(stop.kind == "charger" for stop in plan.stops)
    chance = plan.arrival_probability
    cells: tuple[tuple[float | None, Child], ...] = (
        (plan.total_s, joined(words.duration(plan.total_s), _bar(plan, longest_s))),
        (plan.driving_s, words.duration(plan.driving_s)),
        (plan.charging_s, words.duration(plan.charging_s)),
        (stops, str(stops)),
        (plan.distance_km, words.distance(plan.distance_km)),
        (plan.energy_spent_kwh, words.energy(plan.energy_spent_kwh)),
        (plan.consumption_wh_per_km, words.consumption(plan.consumption_wh_per_km)),
        (plan.cost, f"{plan.cost:.2f} {words.one_line(plan.currency, 3)}".rstrip()),
        (plan.arrival_soc, words.percent(plan.arrival_soc)),
        (chance, words.UNKNOWN if chance is None else words.chance(chance)),
        (plan.slack_kwh, words.energy(plan.slack_kwh)),
        (plan.certificate.gap, f"{100.0 * plan.certificate.gap:.2f}%"),
    )
    for value, cell in cells:
        yield tag("td", cell, data_value=None if value is None else f"{value:.6g}")


def _bar(plan: Plan, longest_s: float) -> Markup:
    rest_s = plan.total_s - plan.driving_s
    return tag(
        "div",
        tag("span", class_="tp-driving", style=f"width:{100 * plan.driving_s / longest_s:.1f}%"),
        tag("span", class_="tp-charging", style=f"width:{100 * rest_s / longest_s:.1f}%"),
        class_="tp-share",
        aria_hidden="true",
    )
