"""Plan -> one SVG picture for a README or a chat: the road, the stops, the numbers, the charge."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tripplan.arrays import Floats
from tripplan.output.drawing import basemap
from tripplan.output.drawing.access import DASHES, access_lines
from tripplan.output.drawing.colours import SOC_COLOURS, soc_colour
from tripplan.output.drawing.lines import simplify
from tripplan.output.drawing.markup import (
    Attribute,
    Markup,
    joined,
    points,
    rings,
    svg_document,
    tag,
)
from tripplan.output.drawing.route_profile import RouteProfile, profile_of, track_of
from tripplan.output.drawing.shapes import shapes_within
from tripplan.output.text import statements, stop_text, words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import Plan
from tripplan.records.region import Region

WIDTH, HEIGHT = 1200.0, 630.0
"""In pixels: the size that link previews are shown at."""
_MAP = (0.0, 112.0, WIDTH, 466.0)
_CHART = (52.0, 496.0, WIDTH - 24.0, 600.0)
_ROOM = 70.0
_SHADES = 24
_INK, _QUIET, _GROUND, _ROAD, _LAND = "#16202c", "#52606c", "#f5f4ef", "#c3c4c4", "#d8d2c4"
_WATER, _BORDER = "#cadfea", "#a88fb0"
_BADGE, _WAYPOINT, _AMBER, _RED = "#0b3a66", "#1d6b46", "#ffcf5c", "#b3261e"


@dataclass(frozen=True)
class _Frame:
    """Where the map lies in the picture."""

    west: float
    north: float
    scale: float
    left: float
    top: float

    def xy(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Return pixels of positions, web-mercator."""
        x, y = basemap.mercator(lat, lon)
        return (
            self.left + (x - self.west) * self.scale,
            self.top + (y - self.north) * self.scale,
        )

    def box(self) -> basemap.Bounds:
        """Return what can be seen in the map, and somewhat more, since roads end at nodes."""
        left, top, right, bottom = _MAP
        aside, above = 0.2 * (right - left), 0.2 * (bottom - top)
        x = self.west + (np.array([left - aside, right + aside]) - self.left) / self.scale
        y = self.north + (np.array([top - above, bottom + above]) - self.top) / self.scale
        west, east = np.clip(x * 360.0 - 180.0, -180.0, 180.0).tolist()
        north, south = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * y)))).tolist()
        return basemap.Bounds(south, west, north, east)


def to_svg(plan: Plan, region: Region | None = None) -> str:
    """Return the picture; the same plan gives the same text.

    Parameters
    ----------
    plan
        The plan.
    region
        Where it was planned, for roads, water and borders around the route; None: none are drawn.
    """
    profile = profile_of(plan)
    frame = _frame(plan)
    left, top, right, bottom = _MAP
    inside = [
        tag("title", _description(plan)),
        tag("rect", width=WIDTH, height=HEIGHT, fill="#ffffff"),
        tag(
            "clipPath",
            tag("rect", x=left, y=top, width=right - left, height=bottom - top),
            id="map",
        ),
        tag("rect", x=left, y=top, width=right - left, height=bottom - top, fill=_GROUND),
        tag("g", *_ground(region, frame), *_route(plan, frame), clip_path="url(#map)"),
        *_marks(plan, frame),
        *_chart(plan, profile),
        *_head(plan),
    ]
    return svg_document(
        tag(
            "svg", *inside, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
            width=WIDTH, height=HEIGHT, role="img",
            font_family="Roboto, system-ui, Helvetica, Arial, sans-serif",
        )
    )  # fmt: skip


def write_svg(plan: Plan, path: str | Path, region: Region | None = None) -> None:
    """Write the picture; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_svg(plan, region))


def _frame(plan: Plan) -> _Frame:
    """Fit the route into the map, with room for marks and names."""
    box = basemap.route_bounds(plan)
    x, y = basemap.mercator(np.array([box.north, box.south]), np.array([box.west, box.east]))
    left, top, right, bottom = _MAP
    wide, high = right - left - 2 * _ROOM, bottom - top - 1.2 * _ROOM
    scale = min(wide / max(x[1] - x[0], 1e-5), high / max(y[1] - y[0], 1e-5))
    middle_x, middle_y = 0.5 * (left + right), 0.5 * (top + bottom)
    return _Frame(float(x.mean()), float(y.mean()), float(scale), middle_x, middle_y)


def _description(plan: Plan) -> str:
    trip = plan.trip
    return words.one_line(
        f"{trip.origin.label} to {trip.destination.label} in {words.duration(plan.total_s)} with "
        f"{stop_text.counts(plan)}, {plan.vehicle.name}",
        200,
    )


def _ground(region: Region | None, frame: _Frame) -> Iterator[Markup]:
    """Yield water, borders and roads."""
    if region is None:
        return
    box = frame.box()
    shapes = shapes_within(box, region.water)
    for water in filter(None, (shapes.water, shapes.inland)):
        outlines = rings(frame.xy(*ring.T) for ring in water)
        yield tag("path", d=outlines, fill=_WATER, fill_rule="evenodd")
    for borders, width, dashes in ((shapes.states, 1.2, "6 5"), (shapes.countries, 2, "10 4 2 4")):
        for border in borders:
            line = points(*frame.xy(*border.T))
            yield tag(
                "polyline", points=line, fill="none", stroke=_BORDER, stroke_width=width,
                stroke_dasharray=dashes,
            )  # fmt: skip
    for road in basemap.roads_near(region.network, box):
        lat, lon = np.array(road.points).T
        x, y = frame.xy(lat, lon)
        kept = simplify(x, y, 0.5)
        width = 2.2 if road.major else 1.2
        line = points(x[kept], y[kept])
        yield tag("polyline", points=line, fill="none", stroke=_ROAD, stroke_width=width)


def _route(plan: Plan, frame: _Frame) -> Iterator[Markup]:
    """Yield the road on a light edge, in spells of one shade of charge."""
    track = track_of(plan)
    x, y = frame.xy(track.lat, track.lon)
    road = np.flatnonzero(track.part % 2 == 0)
    kept = road[simplify(x[road], y[road], 0.3)]
    whole = points(x[kept], y[kept])
    for width, colour in ((13, "#ffffff"), (9, "#26303b")):
        yield _stroke(whole, colour, width)
    shade = np.floor(track.soc[road] * _SHADES).clip(0, _SHADES - 1).astype(np.int64)
    cuts = np.flatnonzero(np.diff(shade)) + 1
    for spell in np.split(np.arange(road.size), cuts):
        upto = np.append(spell, min(spell[-1] + 1, road.size - 1))
        line = points(x[road[upto]], y[road[upto]])
        yield _stroke(line, soc_colour((shade[spell[0]] + 0.5) / _SHADES), 6.5)
    for access in access_lines(plan):
        at = np.array(access.points)
        yield tag(
            "polyline", points=points(*frame.xy(at[:, 0], at[:, 1])), fill="none",
            stroke="#ffffff", stroke_width=13, stroke_dasharray=DASHES,
        )  # fmt: skip


def _stroke(line: Markup, colour: str, width: float) -> Markup:
    return tag(
        "polyline", points=line, fill="none", stroke=colour, stroke_width=width,
        stroke_linejoin="round", stroke_linecap="round",
    )  # fmt: skip


def _marks(plan: Plan, frame: _Frame) -> Iterator[Markup]:
    trip = plan.trip
    ends = ((trip.origin, plan.legs[0].end), (trip.destination, plan.legs[-1].start))
    for place, beside in ends:
        x, y = _at(frame, place.lat, place.lon)
        yield tag("circle", cx=x, cy=y, r=9, fill="#ffffff", stroke=_INK, stroke_width=5)
        clear_y = y + 34 if beside.lat > place.lat else y - 20
        yield _text(
            words.one_line(place.label, 32), min(max(x, 110.0), WIDTH - 110.0), clear_y, 20,
            weight=700, anchor="middle", halo="#ffffff",
        )  # fmt: skip
    for stop in plan.stops:
        x, y = _at(frame, stop.lat, stop.lon)
        yield _badge(x, y, stop.number, square=stop_text.is_waypoint(stop), doubt=stop.illustrative)


def _badge(x: float, y: float, number: int, *, square: bool, doubt: bool, r: float = 17) -> Markup:
    look: dict[str, Attribute] = {
        "fill": _WAYPOINT if square else _BADGE,
        "stroke": _AMBER if doubt else "#ffffff",
        "stroke_width": 3,
    }
    shape = (
        tag("rect", x=x - r, y=y - r, width=2 * r, height=2 * r, rx=5, **look)
        if square
        else tag("circle", cx=x, cy=y, r=r, **look)
    )
    size = round(1.1 * r)
    return joined(
        shape,
        _text(str(number), x, y + 0.38 * size, size, colour="#ffffff", weight=700, anchor="middle"),
    )


def _at(frame: _Frame, lat: float, lon: float) -> tuple[float, float]:
    x, y = frame.xy(np.array([lat]), np.array([lon]))
    return round(float(x[0]), 1), round(float(y[0]), 1)


def _text(
    text: str, x: float, y: float, size: float, *, colour: str = _INK, weight: int = 400,
    anchor: str = "start", halo: str | None = None,
) -> Markup:  # fmt: skip
    edge: dict[str, Attribute] = {"stroke": halo, "stroke_width": 5, "paint_order": "stroke"}
    edge = edge if halo else {}
    return tag(
        "text", text, x=round(x, 1), y=round(y, 1), font_size=size, fill=colour,
        font_weight=weight, text_anchor=anchor, **edge,
    )  # fmt: skip


def _head(plan: Plan) -> Iterator[Markup]:
    trip = plan.trip
    start, end = (words.one_line(place.label, 32) for place in (trip.origin, trip.destination))
    figures = (
        f"{stop_text.counts(plan)} · {words.distance(plan.distance_km)} · arrive with "
        f"{words.percent(plan.arrival_soc)}"
    )
    yield _text(f"{start} \u2013 {end}", 28, 46, 30, weight=700)
    yield _text(f"{words.duration(plan.total_s)}", 28, 90, 34, weight=700, colour=_BADGE)
    yield _text(figures, 240, 90, 22, colour=_QUIET)
    yield _text(
        words.one_line(plan.vehicle.name, 44), WIDTH - 28, 44, 20, colour=_QUIET, anchor="end"
    )
    if not plan.audit.passed:
        yield tag("rect", x=WIDTH - 398, y=64, width=370, height=32, rx=8, fill=_RED)
        yield _text(
            statements.warning(plan)[0].removesuffix("."), WIDTH - 213, 86, 17,
            colour="#ffffff", weight=700, anchor="middle",
        )  # fmt: skip
    elif plan.illustrative:
        yield tag("rect", x=WIDTH - 398, y=64, width=370, height=32, rx=8, fill=_AMBER)
        yield _text(
            "Chargers are made up: do not drive by them", WIDTH - 213, 86, 17,
            colour="#402a00", weight=700, anchor="middle",
        )  # fmt: skip


def _chart(plan: Plan, profile: RouteProfile) -> Iterator[Markup]:
    """Yield the charge over distance, above the land."""
    left, top, right, bottom = _CHART
    x = left + profile.distance_km / profile.span_km * (right - left)
    low, high = float(profile.elevation_m.min()), float(profile.elevation_m.max())
    land = bottom - (profile.elevation_m - low) / max(high - low, 300.0) * 0.8 * (bottom - top)
    charge = bottom - profile.soc * (bottom - top)
    yield tag("polygon", points=_closed(x, land, bottom), fill=_LAND)
    last = len(SOC_COLOURS) - 1
    yield tag(
        "linearGradient",
        *(tag("stop", offset=round(k / last, 3), stop_color=c) for k, c in enumerate(SOC_COLOURS)),
        id="charge", gradientUnits="userSpaceOnUse", x1=0, x2=0, y1=bottom, y2=top,
    )  # fmt: skip
    kept = simplify(x, charge, 0.4)
    yield _stroke(points(x[kept], charge[kept]), "url(#charge)", 4)
    yield tag("line", x1=left, x2=right, y1=bottom, y2=bottom, stroke=_QUIET)
    for share, y in ((1.0, top), (0.0, bottom)):
        yield _text(words.percent(share), left - 8, y + 5, 15, colour=_QUIET, anchor="end")
    for stop, leg in zip(plan.stops, plan.legs, strict=False):
        at = left + leg.trace.distance_km[-1] / profile.span_km * (right - left)
        yield _badge(
            round(at, 1), top - 8, stop.number, square=stop_text.is_waypoint(stop),
            doubt=stop.illustrative, r=11,
        )  # fmt: skip
    yield _text("Battery charge and elevation along the way", left, bottom + 21, 15, colour=_QUIET)


def _closed(x: Floats, y: Floats, bottom: float) -> Markup:
    kept = simplify(x, y, 0.5)
    xs, ys = x[kept].tolist(), y[kept].tolist()
    return points([xs[0], *xs, xs[-1]], [bottom, *ys, bottom])
