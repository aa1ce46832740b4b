"""SoC, elevation, pack temperature and speed along the trip, as inline SVG.

No JavaScript library: the page's own script only reads the plot's frame from data attributes.
Everything that lies along the trip is drawn twice, over distance and over time; the page shows one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats
from tripplan.output.drawing.colours import SOC_COLOURS
from tripplan.output.drawing.lines import simplify
from tripplan.output.drawing.markup import Markup, joined, points, tag
from tripplan.output.drawing.route_profile import RouteProfile, profile_of
from tripplan.output.text import stop_text, words
from tripplan.records.plan import Leg, Plan
from tripplan.units import KMH_PER_MPS, M_PER_KM, M_PER_MILE, MPS_PER_MPH

_WIDTH, _HEIGHT = 420.0, 474.0
_LEFT, _RIGHT = 46.0, 408.0
_TOP = 26.0
_PIXEL = 0.35
"""Course of a line may differ by this much after points are dropped, in pixels."""
_FT_PER_M = 5280.0 / M_PER_MILE
_KMH_PER_MPH = MPS_PER_MPH * KMH_PER_MPS


@dataclass(frozen=True)
class _Panel:
    """One plot: where it stands, and which values its height spans."""

    title: str
    unit: str
    top: float
    bottom: float
    low: float
    high: float
    us: tuple[str, float, float] | None = None
    """The unit of US drivers: its name, factor and offset."""

    def y(self, value: float) -> float:
        """Return the height of a value in the picture."""
        part = (value - self.low) / (self.high - self.low)
        return self.bottom - part * (self.bottom - self.top)


@dataclass(frozen=True, eq=False)
class _Axis:
    """What the plots lie along: distance or time."""

    key: str
    at: Floats
    """Position of each point of the profile, shape (points,)."""
    span: float

    def x(self, position: float) -> float:
        """Return where a position lies in the picture."""
        return _LEFT + position / self.span * (_RIGHT - _LEFT)


def trip_chart(plan: Plan) -> Markup:
    """Return the chart of the whole trip; its frame is in its data attributes for the page."""
    profile = profile_of(plan)
    panels = _panels(plan, profile)
    soc, _, pack, _ = panels
    axes = (
        _Axis("km", profile.distance_km, profile.span_km),
        _Axis("time", profile.elapsed_s, profile.span_s),
    )
    inside = [
        tag("defs", _soc_gradient(soc)),
        _stays(plan, axes[1], panels[-1].bottom),
        *(_scale(panel) for panel in panels),
        _reserve(plan, soc),
        _ambient(plan, pack),
        *(_along(plan, profile, axis, panels) for axis in axes),
        *(_title(panel) for panel in panels),
        tag("line", class_="tp-cross", y1=_TOP, y2=panels[-1].bottom, x1=0, x2=0),
    ]
    return tag(
        "svg", *inside, id="tp-chart", viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img",
        aria_label=_spoken(plan, profile), data_left=_LEFT, data_right=_RIGHT,
        data_km=round(profile.span_km, 3), data_s=round(profile.span_s, 1),
    )  # fmt: skip


def _along(plan: Plan, profile: RouteProfile, axis: _Axis, panels: Sequence[_Panel]) -> Markup:
    soc, elevation, pack, speed = panels
    bottom = speed.bottom
    return tag(
        "g",
        _area(axis, profile.elevation_m, elevation),
        _slow_bars(plan, axis, soc),
        _line(axis, profile.soc * 100.0, soc, stroke="url(#tp-soc)", stroke_width=3),
        _line(axis, profile.pack_c, pack, class_="tp-line tp-pack-line"),
        _stairs(axis, profile.speed_kmh, speed),
        _time_axis(axis, bottom) if axis.key == "time" else _distance_axis(axis, bottom),
        *(_stop_mark(plan, number, axis, bottom) for number in range(len(plan.stops))),
        class_=f"tp-over-{axis.key}",
    )


def _panels(plan: Plan, profile: RouteProfile) -> tuple[_Panel, _Panel, _Panel, _Panel]:
    low_m, high_m = _nice_span(profile.elevation_m, 200.0)
    air = [plan.trip.conditions.ambient_c]
    low_c, high_c = _nice_span(np.concatenate([profile.pack_c, air]), 10.0)
    _, high_kmh = _nice_span(profile.speed_kmh, 20.0)
    return (
        _Panel("Battery charge", "%", _TOP + 22, 166, 0.0, 100.0),
        _Panel("Elevation", "m", 208, 272, low_m, high_m, ("ft", _FT_PER_M, 0.0)),
        _Panel("Battery temperature", "°C", 304, 364, low_c, high_c, ("°F", 1.8, 32.0)),
        _Panel("Speed", "km/h", 396, 450, 0.0, high_kmh, ("mph", 1.0 / _KMH_PER_MPH, 0.0)),
    )


def _nice_span(values: Floats, step: float) -> tuple[float, float]:
    """Return whole steps around the values, at least one apart."""
    low = float(np.floor(values.min() / step) * step)
    high = float(np.ceil(values.max() / step) * step)
    return low, max(high, low + step)


def _spoken(plan: Plan, profile: RouteProfile) -> str:
    return (
        f"Battery charge, elevation, battery temperature and speed over "
        f"{words.distance(plan.distance_km)}: charge from "
        f"{words.percent(plan.trip.departure_soc)} to {words.percent(plan.arrival_soc)} with "
        f"{stop_text.counts(plan)}, elevation {profile.elevation_m.min():.0f} to "
        f"{profile.elevation_m.max():.0f} m, battery {profile.pack_c.min():.0f} to "
        f"{profile.pack_c.max():.0f} °C, speed up to {profile.speed_kmh.max():.0f} km/h"
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


def outline(x: Floats, y: Floats, bottom: float | None = None) -> Markup:
    """Return a line in few points; with ``bottom``, closed along that height."""
    kept = simplify(x, y, _PIXEL)
    xs, ys = x[kept].tolist(), y[kept].tolist()
    if bottom is None:
        return points(xs, ys)
    return points([xs[0], *xs, xs[-1]], [bottom, *ys, bottom])


def _pixels(axis: _Axis, values: Floats, panel: _Panel) -> tuple[Floats, Floats]:
    x = _LEFT + axis.at / axis.span * (_RIGHT - _LEFT)
    part = (values - panel.low) / (panel.high - panel.low)
    return x, np.asarray(panel.bottom - part * (panel.bottom - panel.top))


def _line(
    axis: _Axis, values: Floats, panel: _Panel, *, class_: str = "tp-line", **look: str | float
) -> Markup:
    drawn = outline(*_pixels(axis, values, panel))
    return tag("polyline", points=drawn, fill="none", class_=class_, **look)


def _stairs(axis: _Axis, values: Floats, panel: _Panel) -> Markup:
    """Return a line whose values hold over the stretch that ends at each point."""
    x, y = _pixels(axis, values, panel)
    drawn = outline(np.repeat(x, 2)[:-1], np.repeat(y, 2)[1:])
    return tag("polyline", points=drawn, fill="none", class_="tp-line tp-speed-line")


def _area(axis: _Axis, values: Floats, panel: _Panel) -> Markup:
    x, y = _pixels(axis, values, panel)
    return tag("polygon", points=outline(x, y, panel.bottom), class_="tp-land")


def _title(panel: _Panel) -> Markup:
    metric = panel.unit if panel.us is None else tag("tspan", panel.unit, class_="tp-metric")
    us = panel.us and tag("tspan", panel.us[0], class_="tp-us")
    return tag("text", f"{panel.title}, ", metric, us, x=_LEFT, y=panel.top - 7, class_="tp-title")


def _scale(panel: _Panel) -> Markup:
    """Return lines and labels at three or so round values of a panel, in either unit."""
    middle = 0.5 * (panel.low + panel.high)
    metric = tuple((value, f"{round(value):,}") for value in (panel.low, middle, panel.high))
    if panel.us is None:
        return joined(*_marks(panel, metric))
    _, factor, offset = panel.us
    low, high = panel.low * factor + offset, panel.high * factor + offset
    step = tick_step((high - low) * 2.0)
    first = np.ceil(low / step - 1e-9) * step
    shown = np.arange(first, high + 1e-6, step).tolist()
    us = tuple(((value - offset) / factor, f"{round(value):,}") for value in shown)
    return joined(
        tag("g", *_marks(panel, metric), class_="tp-metric"),
        tag("g", *_marks(panel, us), class_="tp-us"),
    )


def _marks(panel: _Panel, labels: Sequence[tuple[float, str]]) -> Iterator[Markup]:
    for value, label in labels:
        y = round(panel.y(value), 1)
        yield tag("line", x1=_LEFT, x2=_RIGHT, y1=y, y2=y, class_="tp-grid")
        yield tag("text", label, x=_LEFT - 5, y=y + 4, text_anchor="end", class_="tp-tick")


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
            "text", "air ",
            tag("tspan", f"{air_c:.0f} °C", class_="tp-metric"),
            tag("tspan", f"{air_c * 1.8 + 32.0:.0f} °F", class_="tp-us"),
            x=_RIGHT - 3, y=y - 4, text_anchor="end", class_="tp-tick",
        ),
    )  # fmt: skip


def _slow_bars(plan: Plan, axis: _Axis, panel: _Panel) -> Markup | None:
    """Return bars below a panel where the plan asks to drive slower."""
    y = panel.bottom + 11

    def x(leg: Leg, km: float) -> float:
        trace = leg.trace
        if axis.key == "time":
            return round(axis.x(float(np.interp(km, trace.distance_km, trace.elapsed_s))), 1)
        return round(axis.x(km), 1)

    bars = [
        tag(
            "line", tag("title", sentence), class_="tp-slow", y1=y, y2=y,
            x1=x(leg, advice.from_km), x2=x(leg, advice.to_km),
        )
        for leg in plan.legs
        for advice, sentence in zip(leg.advice, stop_text.advice(leg), strict=True)
    ]  # fmt: skip
    if not bars:
        return None
    word = tag("text", "slow", x=_LEFT - 5, y=y + 4, text_anchor="end", class_="tp-tick")
    return joined(*bars, word)


def _distance_axis(axis: _Axis, bottom: float) -> Markup:
    miles = M_PER_MILE / M_PER_KM
    return joined(
        tag("g", *_ticks(axis, bottom, 1.0, "km"), class_="tp-metric"),
        tag("g", *_ticks(axis, bottom, miles, "mi"), class_="tp-us"),
    )


def _ticks(axis: _Axis, bottom: float, unit: float, label: str) -> Iterator[Markup]:
    """Yield marks at round multiples of a unit, and the unit's name."""
    step = tick_step(axis.span / unit)
    for number in range(int(axis.span / unit / step + 1e-9) + 1):
        yield from _tick(axis, bottom, number * step * unit, f"{number * step:g}")
    yield tag("text", label, x=_LEFT - 12, y=bottom + 17, text_anchor="end", class_="tp-tick")


def _time_axis(axis: _Axis, bottom: float) -> Markup:
    steps = (900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
    step_s = next((step for step in steps if axis.span / step <= 8), steps[-1])
    ticks = [
        mark
        for number in range(int(axis.span / step_s) + 1)
        for mark in _tick(axis, bottom, number * step_s, words.clock(number * step_s))
    ]
    return joined(*ticks)


def _tick(axis: _Axis, bottom: float, position: float, label: str) -> Iterator[Markup]:
    x = round(axis.x(position), 1)
    yield tag("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, class_="tp-axis")
    yield tag("text", label, x=x, y=bottom + 17, text_anchor="middle", class_="tp-tick")


def tick_step(span: float) -> float:
    """Return 1, 2 or 5 times a power of ten that divides a span into 4 to 9 parts."""
    rough = span / 6.0
    power = 10.0 ** float(np.floor(np.log10(rough)))
    return float(min((f * power for f in (1.0, 2.0, 5.0, 10.0)), key=lambda s: abs(s - rough)))


def _stop_at(plan: Plan, number: int, axis: _Axis) -> float:
    trace = plan.legs[number].trace
    return axis.x((trace.elapsed_s if axis.key == "time" else trace.distance_km)[-1])


def _stays(plan: Plan, axis: _Axis, bottom: float) -> Markup:
    """Return the spells of the stops on the time axis."""
    spells = []
    for number, stop in enumerate(plan.stops):
        x = round(_stop_at(plan, number, axis), 1)
        width = round(stop.duration_s / axis.span * (_RIGHT - _LEFT), 1)
        spells.append(tag("rect", x=x, y=_TOP, width=width, height=bottom - _TOP, class_="tp-stay"))
    return tag("g", *spells, class_="tp-over-time")


def _stop_mark(plan: Plan, number: int, axis: _Axis, bottom: float) -> Markup:
    x = round(_stop_at(plan, number, axis), 1)
    stop = plan.stops[number]
    kind = "tp-pin tp-pin-made-up" if stop.illustrative else "tp-pin"
    pin = (
        tag(
            "rect", x=round(x - 9, 1), y=_TOP - 19, width=18, height=18, rx=4,
            class_="tp-pin-waypoint",
        )
        if stop_text.is_waypoint(stop)
        else tag("circle", cx=x, cy=_TOP - 10, r=9.5, class_=kind)
    )  # fmt: skip
    return tag(
        "g",
        tag("title", stop_text.title(stop)),
        tag("line", x1=x, x2=x, y1=_TOP, y2=bottom, class_="tp-stop-line"),
        pin,
        tag("text", stop.number, x=x, y=_TOP - 6, text_anchor="middle", class_="tp-pin-text"),
    )
