"""SoC, elevation and pack temperature along the trip, and the power at a stop, as inline SVG.

No JavaScript library: the page's own script only reads the plot's frame from data attributes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tripplan.answer import ChargingStop, Plan
from tripplan.render import statements, visits, words
from tripplan.render.colours import LIMIT_COLOURS, SOC_COLOURS
from tripplan.render.lines import simplify
from tripplan.render.popups import Markup, joined, points, tag
from tripplan.units import M_PER_KM, M_PER_MILE, S_PER_H

Floats = NDArray[np.float64]

_WIDTH, _HEIGHT = 420.0, 408.0
_LEFT, _RIGHT = 46.0, 408.0
_TOP = 26.0
_PIXEL = 0.35
"""Course of a line may differ by this much after points are dropped, in pixels."""


@dataclass(frozen=True)
class _Panel:
    """One plot: where it stands, and which values its height spans."""

    title: str
    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        """Return the height of a value in the picture."""
        part = (value - self.low) / (self.high - self.low)
        return self.bottom - part * (self.bottom - self.top)


@dataclass(frozen=True, eq=False)
class Course:
    """The trip's columns end to end; at each stop two points share a distance."""

    distance_km: Floats
    soc: Floats
    elevation_m: Floats
    pack_c: Floats
    lat: Floats
    lon: Floats
    elapsed_s: Floats

    @property
    def span_km(self) -> float:
        """Length of the distance axis, at least 1 km."""
        return max(float(self.distance_km[-1]), 1.0)


def course_of(plan: Plan) -> Course:
    """Join the traces of the legs."""
    return Course(
        **{
            name: np.concatenate([np.asarray(getattr(leg.trace, name)) for leg in plan.legs])
            for name in Course.__dataclass_fields__
        }
    )


def trip_chart(plan: Plan) -> Markup:
    """Return the chart of the whole trip; its frame is in its data attributes for the page."""
    course = course_of(plan)
    panels = _panels(plan, course)
    soc, elevation, pack = panels
    inside = [
        tag("title", _spoken(plan, course)),
        tag("defs", _soc_gradient(soc)),
        *(_scale(panel) for panel in panels),
        _area(course, elevation),
        _reserve(plan, soc),
        _slow_bars(plan, course, soc),
        _ambient(plan, pack),
        _line(course, course.soc * 100.0, soc, stroke="url(#tp-soc)", stroke_width=3),
        _line(course, course.pack_c, pack, stroke="#b3261e", stroke_width=2),
        _distance_axis(course, pack.bottom),
        *(_stop_mark(plan, number, course, pack.bottom) for number in range(len(plan.stops))),
        *(_title(panel) for panel in panels),
        tag("line", class_="tp-cross", y1=_TOP, y2=pack.bottom, x1=0, x2=0),
    ]
    return tag(
        "svg", *inside, id="tp-chart", viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img",
        aria_label=_spoken(plan, course), data_left=_LEFT, data_right=_RIGHT,
        data_km=round(course.span_km, 3),
    )  # fmt: skip


def _panels(plan: Plan, course: Course) -> tuple[_Panel, _Panel, _Panel]:
    low_m, high_m = _nice_span(course.elevation_m, 200.0)
    air = [plan.trip.conditions.ambient_c]
    low_c, high_c = _nice_span(np.concatenate([course.pack_c, air]), 10.0)
    return (
        _Panel("Battery charge, %", _TOP + 22, 166, 0.0, 100.0),
        _Panel("Elevation, m", 198, 272, low_m, high_m),
        _Panel("Battery temperature, °C", 304, 374, low_c, high_c),
    )


def _nice_span(values: Floats, step: float) -> tuple[float, float]:
    """Return whole steps around the values, at least one apart."""
    low = float(np.floor(values.min() / step) * step)
    high = float(np.ceil(values.max() / step) * step)
    return low, max(high, low + step)


def _spoken(plan: Plan, course: Course) -> str:
    return (
        f"Battery charge, elevation and battery temperature over "
        f"{words.distance(plan.distance_km)}: charge from "
        f"{words.percent(plan.trip.departure_soc)} to {words.percent(plan.arrival_soc)} with "
        f"{visits.counts(plan)}, elevation {course.elevation_m.min():.0f} to "
        f"{course.elevation_m.max():.0f} m, battery {course.pack_c.min():.0f} to "
        f"{course.pack_c.max():.0f} °C"
    )


def _soc_gradient(panel: _Panel) -> Markup:
    last = len(SOC_COLOURS) - 1
    return tag(
        "linearGradient",
        *(
            tag("stop", offset=round(k / last, 3), stop_color=colour)
            for k, colour in enumerate(SOC_COLOURS)
        ),
        id="tp-soc", gradientUnits="userSpaceOnUse",
        x1=0, x2=0, y1=panel.bottom, y2=panel.top,
    )  # fmt: skip


def _x(course: Course, km: float) -> float:
    return _LEFT + km / course.span_km * (_RIGHT - _LEFT)


def _outline(x: Floats, y: Floats, bottom: float | None = None) -> Markup:
    """Return a line in few points; with ``bottom``, closed along that height."""
    kept = simplify(x, y, _PIXEL)
    xs, ys = x[kept].tolist(), y[kept].tolist()
    if bottom is None:
        return points(xs, ys)
    return points([xs[0], *xs, xs[-1]], [bottom, *ys, bottom])


def _pixels(course: Course, values: Floats, panel: _Panel) -> tuple[Floats, Floats]:
    x = _LEFT + course.distance_km / course.span_km * (_RIGHT - _LEFT)
    part = (values - panel.low) / (panel.high - panel.low)
    return x, np.asarray(panel.bottom - part * (panel.bottom - panel.top))


def _line(
    course: Course, values: Floats, panel: _Panel, *, stroke: str, stroke_width: float
) -> Markup:
    return tag(
        "polyline", points=_outline(*_pixels(course, values, panel)), fill="none",
        stroke=stroke, stroke_width=stroke_width, stroke_linejoin="round", class_="tp-line",
    )  # fmt: skip


def _area(course: Course, panel: _Panel) -> Markup:
    x, y = _pixels(course, course.elevation_m, panel)
    return tag("polygon", points=_outline(x, y, panel.bottom), class_="tp-land")


def _title(panel: _Panel) -> Markup:
    return tag("text", panel.title, x=_LEFT, y=panel.top - 7, class_="tp-title")


def _scale(panel: _Panel) -> Markup:
    """Return lines and labels at the lowest, middle and highest value of a panel."""
    middle = 0.5 * (panel.low + panel.high)
    marks = []
    for value in (panel.low, middle, panel.high):
        y = round(panel.y(value), 1)
        marks.append(tag("line", x1=_LEFT, x2=_RIGHT, y1=y, y2=y, class_="tp-grid"))
        marks.append(
            tag("text", f"{value:,.0f}", x=_LEFT - 5, y=y + 4, text_anchor="end", class_="tp-tick")
        )
    return joined(*marks)


def _reserve(plan: Plan, panel: _Panel) -> Markup:
    """Return the reserve, named at the left, where SoC is high as a rule."""
    soc = plan.trip.reserve_soc
    y = round(panel.y(100.0 * soc), 1)
    return joined(
        tag("line", x1=_LEFT, x2=_RIGHT, y1=y, y2=y, class_="tp-reserve"),
        tag("text", f"reserve {words.percent(soc)}", x=_LEFT + 4, y=y - 4, class_="tp-tick"),
    )


def _ambient(plan: Plan, panel: _Panel) -> Markup:
    """Return the air temperature, named at the right, where the pack is warmer as a rule."""
    air_c = plan.trip.conditions.ambient_c
    y = round(panel.y(air_c), 1)
    return joined(
        tag("line", x1=_LEFT, x2=_RIGHT, y1=y, y2=y, class_="tp-ambient"),
        tag(
            "text", f"air {air_c:.0f} °C", x=_RIGHT - 3, y=y - 4, text_anchor="end",
            class_="tp-tick",
        ),
    )  # fmt: skip


def _slow_bars(plan: Plan, course: Course, panel: _Panel) -> Markup | None:
    """Return bars below a panel where the plan asks to drive slower."""
    y = panel.bottom + 11
    bars = [
        tag(
            "line", tag("title", sentence), class_="tp-slow", y1=y, y2=y,
            x1=round(_x(course, told.from_km), 1), x2=round(_x(course, told.to_km), 1),
        )
        for leg in plan.legs
        for told, sentence in zip(leg.advice, visits.advice(leg), strict=True)
    ]  # fmt: skip
    if not bars:
        return None
    word = tag("text", "slow", x=_LEFT - 5, y=y + 4, text_anchor="end", class_="tp-tick")
    return joined(*bars, word)


def _distance_axis(course: Course, bottom: float) -> Markup:
    marks = []
    km = 0.0
    step = _tick_step(course.span_km)
    while km <= course.span_km + 1e-9:
        x = round(_x(course, km), 1)
        marks.append(tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="tp-axis"))
        marks.append(
            tag("text", f"{km:g}", x=x, y=bottom + 16, text_anchor="middle", class_="tp-tick")
        )
        miles = f"{km * M_PER_KM / M_PER_MILE:.0f}" if km else "0"
        marks.append(
            tag("text", miles, x=x, y=bottom + 29, text_anchor="middle", class_="tp-tick tp-miles")
        )
        km += step
    for label, y in (("km", 16), ("mi", 29)):
        marks.append(
            tag("text", label, x=_LEFT - 22, y=bottom + y, text_anchor="end", class_="tp-tick")
        )
    return joined(*marks)


def _tick_step(span: float) -> float:
    """Return 1, 2 or 5 times a power of ten that divides a span into 4 to 9 parts."""
    rough = span / 6.0
    power = 10.0 ** float(np.floor(np.log10(rough)))
    return float(min((f * power for f in (1.0, 2.0, 5.0, 10.0)), key=lambda s: abs(s - rough)))


def _stop_mark(plan: Plan, number: int, course: Course, bottom: float) -> Markup:
    x = round(_x(course, plan.legs[number].trace.distance_km[-1]), 1)
    stop = plan.stops[number]
    kind = "tp-pin tp-pin-made-up" if stop.illustrative else "tp-pin"
    pin = (
        tag(
            "rect", x=round(x - 9, 1), y=_TOP - 19, width=18, height=18, rx=4,
            class_="tp-pin-waypoint",
        )
        if visits.is_waypoint(stop)
        else tag("circle", cx=x, cy=_TOP - 10, r=9.5, class_=kind)
    )  # fmt: skip
    return tag(
        "g",
        tag("title", visits.title(stop)),
        tag("line", x1=x, x2=x, y1=_TOP, y2=bottom, class_="tp-stop-line"),
        pin,
        tag("text", stop.number, x=x, y=_TOP - 6, text_anchor="middle", class_="tp-pin-text"),
    )


def power_chart(stop: ChargingStop) -> Markup:
    """Return the power over the time of a stop, coloured by what held it down."""
    width, height, left, bottom = 270.0, 112.0, 30.0, 76.0
    end_s = max(stop.samples[-1].since_plug_in_s, 1.0) if stop.samples else 1.0
    top_kw = max(stop.max_kw, 1.0) * 1.1
    highest = words.power(stop.max_kw).removesuffix(" kW")

    def x(since_s: float) -> float:
        return left + since_s / end_s * (width - left - 6.0)

    def y(kw: float) -> float:
        return bottom - kw / top_kw * (bottom - 8.0)

    ticks = (0.0, 0.5 * end_s, end_s)
    inside = [
        tag("title", f"Charging power over {words.duration(end_s)}"),
        *_bands(stop, x, y, bottom),
        tag("line", x1=left, x2=width - 6, y1=bottom, y2=bottom, class_="tp-axis"),
        tag("text", highest, x=left - 4, y=y(stop.max_kw) + 4, text_anchor="end"),
        tag("text", "kW", x=left - 4, y=y(stop.max_kw) + 17, text_anchor="end"),
        *(
            tag(
                "text", _since(t, end_s), x=round(x(t), 1), y=bottom + 14,
                text_anchor="end" if t == end_s else "middle" if t else "start",
            )
            for t in ticks
        ),
        _limit_legend(stop, left, bottom + 32),
    ]  # fmt: skip
    return tag(
        "svg", *inside, viewBox=f"0 0 {width:g} {height:g}", class_="tp-power", role="img",
        aria_label=f"Charging power: mean {words.power(stop.mean_kw)}, "
        f"highest {words.power(stop.max_kw)}",
    )  # fmt: skip


def _since(t: float, end_s: float) -> str:
    return f"{t / 60:.0f} min" if end_s < 3 * S_PER_H else f"{t / S_PER_H:.1f} h"


def _bands(
    stop: ChargingStop, x: Callable[[float], float], y: Callable[[float], float], bottom: float
) -> Sequence[Markup]:
    """Return one filled step line for each spell with the same limit."""
    bands: list[tuple[str, list[tuple[float, float]]]] = []
    for now, then in pairwise(stop.samples):
        colour = LIMIT_COLOURS[now.limited_by]
        if not bands or bands[-1][0] != colour:
            bands.append((colour, []))
        level = y(now.power_kw)
        bands[-1][1].append((x(now.since_plug_in_s), level))
        bands[-1][1].append((x(then.since_plug_in_s), level))
    drawn = []
    for colour, corners in bands:
        columns = np.array(corners)
        outline = _outline(columns[:, 0], columns[:, 1], bottom)
        drawn.append(tag("polygon", points=outline, fill=colour, fill_opacity=0.75))
    return drawn


def _limit_legend(stop: ChargingStop, left: float, top: float) -> Markup:
    names = {"vehicle": "car's curve", "charger": "charger", "temperature": "temperature"}
    marks = []
    at = left
    for limit in statements.limit_shares(stop):
        colour = LIMIT_COLOURS[limit]
        marks.append(tag("rect", x=at, y=top - 8, width=9, height=9, fill=colour))
        marks.append(tag("text", names[limit], x=at + 13, y=top))
        at += 28 + 5.6 * len(names[limit])
    return joined(*marks)
