"""Time and energy of many plans over a quantity such as temperature, one line a group, as SVG."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from tripplan.output.drawing.markup import Markup, name, points, tag
from tripplan.output.page.charts import tick_step
from tripplan.output.text import words
from tripplan.records.plan import Plan
from tripplan.units import S_PER_H

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""From the Okabe-Ito set, which people with any colour vision can tell apart."""
_DASHES = ("", "9 5", "2 5", "12 4 2 4", "5 3", "1 4")
AIR_AXIS = "air temperature, °C"
AIR_AXIS_F = "air temperature, °F"
_WIDTH, _LEFT, _RIGHT = 640.0, 46.0, 366.0
_TITLE_PX, _LEAST_HIGH, _LINE_PX = 30.0, 104.0, 13.0
"""Room for a title, least height of the lines, and height of a line of text."""
_TICK_PX = 32.0
"""Places nearer to each other than that share a tick."""
_LONGEST = 40
"""Characters of a name beside its line."""


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
    named = [group for group in colours if any(one.group == group for one, _, _ in shown)]
    high_px = max(_LEAST_HIGH, _LINE_PX * len(named))
    panels: tuple[tuple[str, Callable[[Plan], float]], ...] = (
        ("Time, h", lambda plan: plan.total_s / S_PER_H),
        ("Energy, kWh", lambda plan: plan.energy_spent_kwh),
    )
    places = [at for _, _, at in shown] or [0.0]
    low, high = min(places), max(*places, min(places) + 1.0)

    def x(at: float) -> float:
        return round(_LEFT + (at - low) / (high - low) * (_RIGHT - _LEFT), 1)

    inside: list[Markup] = []
    bottom = 0.0
    for title, value in panels:
        top = bottom + _TITLE_PX
        bottom = top + high_px
        series = {group: sorted((at, value(plan)) for one, plan, at in shown if one.group == group)
                  for group in colours}  # fmt: skip
        inside += _panel(title, top, bottom, series, colours, x)
    for at in _apart(sorted(set(places)), x):
        inside += _both(axis, f"{at:g}", f"{at * 1.8 + 32.0:.3g}", x(at), bottom + 18, "middle")
    inside += _both(axis, axis, AIR_AXIS_F, _RIGHT, bottom + 34, "end")
    without = [words.one_line(group, 60) for group in colours if group and group not in named]
    picture = tag(
        "svg", *inside, viewBox=f"0 0 {_WIDTH:g} {bottom + 40:g}", role="img", class_="tp-lines",
        aria_label=f"Time and energy over {axis}; the table below has the figures",
    )  # fmt: skip
    scroll = tag(
        "div", picture, class_="tp-wide", tabindex="0", role="region", aria_label=f"Lines: {axis}"
    )
    keys = tag("ul", *_keys(named, colours), class_="tp-keys") if any(named) else None
    told = f"No line, since there is no plan: {'; '.join(without)}." if without else None
    return tag("figure", scroll, keys, told and tag("figcaption", told, class_="tp-quiet"))


def _keys(named: Sequence[str], colours: Mapping[str, str]) -> Iterator[Markup]:
    """Yield the names of lines with how each looks, for where there is no room beside them."""
    for number, group in enumerate(colours):
        if group and group in named:
            line = tag(
                "line", x1=0, x2=34, y1=6, y2=6, stroke=colours[group], stroke_width=3,
                stroke_dasharray=_dashes(number),
            )  # fmt: skip
            sample = tag("svg", line, width=34, height=12, aria_hidden="true")
            yield tag("li", sample, " ", name(group, _LONGEST))


def _apart(places: Sequence[float], x: Callable[[float], float]) -> Iterator[float]:
    """Yield places whose texts do not lie above one another."""
    last = -_TICK_PX
    for at in places:
        if x(at) - last >= _TICK_PX:
            last = x(at)
            yield at


def _both(axis: str, metric: str, us: str, x: float, y: float, anchor: str) -> list[Markup]:
    """Return a text under the lines, and on the axis of temperatures the one in US units."""
    look: dict[str, str | float] = {"x": x, "y": y, "text_anchor": anchor}
    if axis != AIR_AXIS:
        return [tag("text", metric, **look, class_="tp-tick")]
    return [
        tag("text", metric, **look, class_="tp-tick tp-metric"),
        tag("text", us, **look, class_="tp-tick tp-us"),
    ]


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
    ends: dict[str, tuple[float, float]] = {}
    for number, (group, pairs) in enumerate(series.items()):
        if not pairs:
            continue
        across, down = [x(at) for at, _ in pairs], [y(value) for _, value in pairs]
        ends[group] = across[-1], down[-1]
        look = {"stroke": colours[group], "stroke_dasharray": _dashes(number)}
        drawn.append(
            tag("polyline", points=points(across, down), fill="none", stroke_width=2.5, **look)
        )
        drawn += [
            tag("circle", cx=cx, cy=cy, r=3.5, fill=colours[group])
            for cx, cy in zip(across, down, strict=True)
        ]
    return drawn + _names(ends, top, bottom, colours)


def _dashes(number: int) -> str | None:
    """Return the dashes of a line: with its colour, no two of 36 lines look alike."""
    return _DASHES[(number + number // len(COLOURS)) % len(_DASHES)] or None


def _names(
    ends: Mapping[str, tuple[float, float]], top: float, bottom: float, colours: Mapping[str, str]
) -> list[Markup]:
    """Return the names of lines beside their ends, none above another, each led to its line."""
    order = sorted((group for group in ends if group), key=lambda group: (ends[group][1], group))
    drawn = []
    for group, at in zip(order, spread([ends[g][1] for g in order], top, bottom), strict=True):
        end_x, end_y = ends[group]
        way = points([end_x + 5.0, _RIGHT + 8.0, _RIGHT + 20.0], [end_y, end_y, at])
        drawn.append(
            tag("polyline", points=way, fill="none", stroke=colours[group], class_="tp-leader")
        )
        label = words.one_line(group, _LONGEST)
        drawn.append(tag("text", label, x=_RIGHT + 24.0, y=round(at + 4.0, 1), class_="tp-name"))
    return drawn


def spread(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return places near those wanted, in their order, a line of text apart from each other.

    Parameters
    ----------
    wanted
        In rising order, shape (texts,).
    top, bottom
        Between which they lie where there is room for all.
    """
    places: list[float] = []
    for at in wanted:
        places.append(max(at, top, places[-1] + _LINE_PX) if places else max(at, top))
    lowest = bottom
    for k in range(len(places) - 1, -1, -1):
        places[k] = min(places[k], lowest)
        lowest = places[k] - _LINE_PX
    return places
