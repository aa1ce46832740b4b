"""Time and energy of many plans over a quantity such as temperature, one line a group, as SVG."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from tripplan.output.drawing.markup import Markup, joined, points, tag
from tripplan.output.page.charts import tick_step
from tripplan.output.text import words
from tripplan.records.plan import Plan
from tripplan.units import S_PER_H

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""From the Okabe-Ito set, which people with any colour vision can tell apart."""
_DASHES = ("", "9 5", "2 5", "12 4 2 4", "5 3", "1 4")
_WIDTH, _HEIGHT, _LEFT, _RIGHT = 460.0, 300.0, 46.0, 446.0


class _Compared(Protocol):
    """What of an entry the lines show."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def plan(self) -> Plan | None:
        """Its plan."""

    @property
    def group(self) -> str:
        """Whose line it is on."""

    @property
    def at(self) -> float | None:
        """Where on the axis."""


Values = list[tuple[float, float]]


def lines(entries: Sequence[_Compared], colours: Mapping[str, str], axis: str) -> Markup:
    """Return a figure with total time and consumption over the axis, one line a group."""
    shown = [(one, one.plan, one.at) for one in entries if one.plan and one.at is not None]
    panels: tuple[tuple[str, float, float, Callable[[Plan], float]], ...] = (
        ("Time, h", 30.0, 136.0, lambda plan: plan.total_s / S_PER_H),
        ("Energy, kWh", 168.0, 262.0, lambda plan: plan.energy_spent_kwh),
    )
    places = [at for _, _, at in shown] or [0.0]
    low, high = min(places), max(*places, min(places) + 1.0)

    def x(at: float) -> float:
        return round(_LEFT + (at - low) / (high - low) * (_RIGHT - _LEFT), 1)

    inside: list[Markup] = []
    for title, top, bottom, value in panels:
        series = {group: [(at, value(plan)) for one, plan, at in shown if one.group == group]
                for group in colours}  # fmt: skip
        inside += _panel(title, top, bottom, series, colours, x)
    inside += [
        tag("text", f"{at:g}", x=x(at), y=280, text_anchor="middle", class_="tp-tick")
        for at in sorted(set(places))
    ]
    inside.append(tag("text", axis, x=_RIGHT, y=296, text_anchor="end", class_="tp-tick"))
    key = [
        tag("span", _sample(colour, number), " ", words.one_line(group, 60))
        for number, (group, colour) in enumerate(colours.items())
        if group
    ]
    picture = tag(
        "svg", *inside, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img", class_="tp-lines",
        aria_label=f"Time and energy over {axis}; the table below has the figures",
    )  # fmt: skip
    return tag("figure", picture, tag("figcaption", *key, class_="tp-bar-key"))


def _panel(
    title: str,
    top: float,
    bottom: float,
    series: Mapping[str, Values],
    colours: Mapping[str, str],
    x: Callable[[float], float],
) -> list[Markup]:
    values = [value for pairs in series.values() for _, value in pairs] or [0.0]
    step = tick_step(2.0 * max(max(values) - min(values), 0.05 * max(values), 1e-3))
    low = float(np.floor(min(values) / step)) * step
    high = max(float(np.ceil(max(values) / step)) * step, low + step)

    def y(value: float) -> float:
        return round(bottom - (value - low) / (high - low) * (bottom - top), 1)

    drawn = [tag("text", title, x=_LEFT, y=top - 9, class_="tp-title")]
    for tick in np.arange(low, high + 0.5 * step, step).tolist():
        drawn.append(tag("line", x1=_LEFT, x2=_RIGHT, y1=y(tick), y2=y(tick), class_="tp-grid"))
        drawn.append(
            tag(
                "text", f"{tick:g}", x=_LEFT - 5, y=y(tick) + 4, text_anchor="end", class_="tp-tick"
            )
        )
    for number, (group, pairs) in enumerate(series.items()):
        line = points([x(at) for at, _ in pairs], [y(value) for _, value in pairs])
        look = {
            "stroke": colours[group],
            "stroke_dasharray": _DASHES[number % len(_DASHES)] or None,
        }
        drawn.append(tag("polyline", points=line, fill="none", stroke_width=2.5, **look))
        drawn += [
            tag("circle", cx=x(at), cy=y(value), r=3.5, fill=colours[group]) for at, value in pairs
        ]
    return drawn


def _sample(colour: str, number: int) -> Markup:
    line = tag(
        "line", x1=0, x2=34, y1=4, y2=4, stroke=colour, stroke_width=3,
        stroke_dasharray=_DASHES[number % len(_DASHES)] or None,
    )  # fmt: skip
    return joined(tag("svg", line, width=34, height=8, aria_hidden="true"))
