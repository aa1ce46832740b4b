"""Plan -> HTML map that works offline (the only file that knows folium)."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import folium
import numpy as np
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from numpy.typing import NDArray

from tripplan.answer import Plan
from tripplan.region import Region
from tripplan.render import basemap, panel, popups, visits
from tripplan.render.charts import course_of, power_chart
from tripplan.render.colours import soc_colour
from tripplan.render.files import write_text_atomically
from tripplan.render.lines import between, simplify
from tripplan.render.page import page, with_steady_names
from tripplan.render.popups import rendered, tag
from tripplan.units import S_PER_H

_SOC_STEP = 0.02
"""The route changes its colour where SoC has changed by this much."""
_COURSE_POINTS = 320
_POINTING_DEG = 0.0002
"""How far the line that one points at may lie beside the route (about 20 m)."""
_TOUCHING_DEG = 0.001
"""A place this near to the road counts as lying on it (about 100 m)."""


def to_html(plan: Plan, region: Region | None = None) -> str:
    """Return a page with the plan on a map; the same plan gives the same bytes.

    Parameters
    ----------
    plan
        The plan.
    region
        Where it was planned, for roads and town names around the route; None: none are drawn.
    """
    box = basemap.route_bounds(plan)
    corners = [[box.south, box.west], [box.north, box.east]]
    chart = folium.Map(
        location=[0.5 * (box.south + box.north), 0.5 * (box.west + box.east)],
        tiles=None,
        control_scale=True,
        zoom_control="topleft",
        zoom_snap=0.25,
    )
    plain = folium.FeatureGroup("Plain map (works offline)", overlay=False)
    chart.add_child(plain)
    plain.add_child(_Ground(chart, _ground(plan, region)))
    tiles = _tile_layers()
    route = folium.FeatureGroup("Route", control=False)
    others = _other_chargers(plan, region)
    stops = _draw_stops(plan)
    for layer in (*tiles, *others, route, *_draw_ends(plan), *stops):
        chart.add_child(layer)
    _draw_route(plan, route)
    _draw_leg_tips(plan, route)
    chart.add_child(folium.LayerControl(position="topright"))
    chart.add_child(_Wiring(plain, tiles, stops, corners, _course(plan)))
    return _assembled(plan, chart)


def save_html(plan: Plan, path: str | Path, region: Region | None = None) -> None:
    """Write the page of `to_html`; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_html(plan, region))


class _Ground(MacroElement):
    """Roads and towns, drawn by the page's own script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        tripplan.plain({{ this.chart.get_name() }}, {{ this._parent.get_name() }}, {{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, chart: folium.Map, data: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Ground"
        self.chart = chart
        self.data = data


class _Wiring(MacroElement):
    """Hands map, markers and the course to the page's own script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        tripplan.wire({{ this._parent.get_name() }}, {
            plain: {{ this.plain.get_name() }},
            tiles: [{% for tile in this.tiles %}{{ tile.get_name() }}, {% endfor %}],
            stops: [{% for stop in this.stops %}{{ stop.get_name() }}, {% endfor %}],
            bounds: {{ this.corners }},
            course: {{ this.course }}
        });
        {% endmacro %}
        """
    )

    def __init__(
        self,
        plain: folium.FeatureGroup,
        tiles: list[folium.TileLayer],
        stops: list[folium.Marker],
        corners: list[list[float]],
        course: str,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Wiring"
        self.plain, self.tiles, self.stops = plain, tiles, stops
        self.corners = json.dumps(corners)
        self.course = course


def _tile_layers() -> list[folium.TileLayer]:
    """Return maps that need the network: offered in the layer switch, never asked for unbidden."""
    offers = (
        ("OpenStreetMap Mapnik", "Street map, OpenStreetMap (online)"),
        ("USGS USTopo", "Topographic map, USGS, United States only (online)"),
    )
    return [
        folium.TileLayer(
            tiles, name=name, overlay=False, show=False, referrerPolicy="origin-when-cross-origin"
        )
        for tiles, name in offers
    ]


def _ground(plan: Plan, region: Region | None) -> str:
    """Return roads and towns around the route as JSON."""
    if region is None:
        return _json({"roads": [[], []], "towns": []})
    box = basemap.widened(basemap.route_bounds(plan))
    roads = basemap.roads_near(region.network, box)
    towns = basemap.town_labels(region, plan, box)
    return _json(
        {
            "roads": [
                [road.points for road in roads if road.major == major] for major in (False, True)
            ],
            "towns": [
                [town.lat, town.lon, town.zoom, tag("span", popups.name(town.text, 40))]
                for town in towns
            ],
        }
    )


def _other_chargers(plan: Plan, region: Region | None) -> list[folium.FeatureGroup]:
    """Return the chargers along the route at which the plan does not stop; hidden at first."""
    chargers = basemap.chargers_near(region, plan) if region is not None else ()
    if not chargers:
        return []
    made_up = any(charger.status == "illustrative" for charger in chargers)
    title = f"Other chargers near the route{' (made up)' if made_up else ''}"
    group = folium.FeatureGroup(title, show=False)
    for charger in chargers:
        dot = folium.CircleMarker(
            [charger.lat, charger.lon], radius=5, color="#0b3a66", weight=2,
            fill_color="#ffffff", fill_opacity=1.0,
            tooltip=folium.Tooltip(popups.charger_tip(charger), sticky=False),
        )  # fmt: skip
        group.add_child(dot)
    return [group]


def _draw_route(plan: Plan, group: folium.FeatureGroup) -> None:
    """Draw the route on a light edge, in spells of nearly one SoC."""
    whole = [
        list(zip(leg.trace.lat, leg.trace.lon, strict=True))
        for leg in plan.legs
        if len(leg.trace.lat) > 1
    ]
    if not whole:
        return
    for width, colour in ((11, "#ffffff"), (7.5, "#26303b")):
        group.add_child(_line(whole, "tp-route-edge", color=colour, weight=width, opacity=0.9))
    for line, soc in _spells(plan):
        group.add_child(_line(line, "tp-route", color=soc_colour(soc), weight=5.5))
    for stretch in _slow_stretches(plan):
        look = {"color": "#ffffff", "weight": 2.5, "dash_array": "2 7"}
        group.add_child(_line(stretch, "tp-slow-road", **look))
    away = list(_off_road(plan))
    if away:
        group.add_child(_line(away, "tp-off-road", color="#26303b", weight=2.5, dash_array="2 6"))


def _slow_stretches(plan: Plan) -> Iterator[list[list[float]]]:
    """Yield the stretches on which the plan asks to drive slower."""
    for leg in plan.legs:
        trace = leg.trace
        for told in leg.advice:
            part = between(trace.distance_km, trace.lat, trace.lon, told.from_km, told.to_km)
            yield part.round(6).tolist()


def _draw_leg_tips(plan: Plan, group: folium.FeatureGroup) -> None:
    """Lay a line that is not seen over each leg, wide enough to point at."""
    for number, leg in enumerate(plan.legs, start=1):
        lat, lon = np.asarray(leg.trace.lat), np.asarray(leg.trace.lon)
        if lat.size < 2:
            continue
        kept = simplify(lon, lat, _POINTING_DEG)
        line = folium.PolyLine(  # type: ignore[no-untyped-call]
            list(zip(lat[kept].tolist(), lon[kept].tolist(), strict=True)),
            weight=20, opacity=0.0,
            tooltip=folium.Tooltip(popups.leg_tip(leg, number), opacity=1.0),
        )  # fmt: skip
        line.options |= {"className": "tp-leg"}
        group.add_child(line)


def _line(points: Sequence[Any], class_name: str, **look: Any) -> folium.PolyLine:  # noqa: ANN401
    line = folium.PolyLine(points, smooth_factor=0.5, **look)  # type: ignore[no-untyped-call]
    line.options |= {"interactive": False, "className": class_name}
    return line


def _off_road(plan: Plan) -> Iterator[list[tuple[float, float]]]:
    """Yield the straight lines from places and chargers to the road, where they do not touch it."""
    first, last = plan.legs[0].trace, plan.legs[-1].trace
    joints = [
        (plan.trip.origin.lat, plan.trip.origin.lon, first.lat[0], first.lon[0]),
        (plan.trip.destination.lat, plan.trip.destination.lon, last.lat[-1], last.lon[-1]),
        *(
            (stop.lat, stop.lon, leg.trace.lat[-1], leg.trace.lon[-1])
            for stop, leg in zip(plan.stops, plan.legs, strict=False)
        ),
    ]
    for lat, lon, road_lat, road_lon in joints:
        if max(abs(lat - road_lat), abs(lon - road_lon)) > _TOUCHING_DEG:
            yield [(lat, lon), (road_lat, road_lon)]


def _spells(plan: Plan) -> Iterator[tuple[list[tuple[float, float]], float]]:
    """Yield stretches of the route with their mean SoC."""
    for leg in plan.legs:
        trace = leg.trace
        points = list(zip(trace.lat, trace.lon, strict=True))
        first = 0
        for last in range(1, len(points)):
            change = abs(trace.soc[last] - trace.soc[first])
            if change >= _SOC_STEP or last == len(points) - 1:
                yield points[first : last + 1], 0.5 * (trace.soc[first] + trace.soc[last])
                first = last


def _draw_stops(plan: Plan) -> list[folium.Marker]:
    markers = []
    for stop in plan.stops:
        icon = folium.DivIcon(
            html=popups.stop_badge(stop),
            icon_size=(34, 34),
            icon_anchor=(17, 17),
            class_name="tp-stop-icon",
        )
        popup = _popup(popups.stop_popup(stop, power_chart(stop) if stop.samples else None))
        markers.append(
            folium.Marker(
                [stop.lat, stop.lon],
                icon=icon,
                popup=popup,
                title=visits.title(stop),
                zIndexOffset=1000,
            )
        )
    return markers


def _popup(content: popups.Markup) -> folium.Popup:
    """Return a popup that opens clear of the map's buttons."""
    return folium.Popup(
        content,
        max_width=300,
        auto_pan_padding_top_left=[54, 10],
        auto_pan_padding_bottom_right=[58, 10],
    )


def _draw_ends(plan: Plan) -> list[folium.Marker]:
    markers = []
    for place, start in ((plan.trip.origin, True), (plan.trip.destination, False)):
        icon = folium.DivIcon(
            html=popups.end_badge(place.label, start=start, below=_route_rises(plan, start=start)),
            icon_size=(20, 20),
            icon_anchor=(10, 10),
            class_name="tp-end-icon",
        )
        popup = _popup(popups.end_popup(plan, start=start))
        markers.append(
            folium.Marker(
                [place.lat, place.lon],
                icon=icon,
                popup=popup,
                title="Start" if start else "Destination",
            )
        )
    return markers


def _route_rises(plan: Plan, *, start: bool) -> bool:
    """Tell whether the route lies north of an end, so that its name has room below."""
    leg = plan.legs[0] if start else plan.legs[-1]
    here, there = (leg.start, leg.end) if start else (leg.end, leg.start)
    return there.lat > here.lat


def _course(plan: Plan) -> str:
    """Return the course at even distances as JSON, for the page's script."""
    course = course_of(plan)
    km = np.linspace(0.0, course.span_km, _COURSE_POINTS)

    def at(values: NDArray[np.float64], digits: int) -> list[float]:
        found = np.interp(km, course.distance_km, values).round(digits)
        return [value if digits else int(value) for value in found.tolist()]

    return _json(
        {
            "km": km.round(2).tolist(),
            "lat": at(course.lat, 5),
            "lon": at(course.lon, 5),
            "soc": at(course.soc * 100.0, 0),
            "height": at(course.elevation_m, 0),
            "pack": at(course.pack_c, 1),
            "minutes": at(course.elapsed_s * 60.0 / S_PER_H, 0),
        }
    )


def _json(value: object) -> str:
    """Return JSON that no script tag can end and no template engine reads."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.replace("{", "{ ")


def _assembled(plan: Plan, chart: folium.Map) -> str:
    """Render the map once and put its parts into the page."""
    figure = chart.get_root()
    assert isinstance(figure, Figure)
    chart.render()  # type: ignore[no-untyped-call]
    names = list(_names(figure))
    parts = with_steady_names(
        figure.html.render() + "\f" + figure.script.render(), names
    ).partition("\f")
    body = popups.joined(
        panel.banner(plan),
        tag(
            "main",
            tag("div", rendered(parts[0].strip()), panel.legend(plan), class_="tp-map"),
            panel.panel(plan),
            class_="tp-main",
        ),
    )
    return page(panel.title(plan), body, parts[2].strip())


def _names(element: Element) -> Iterator[str]:
    """Yield the random id of every element below."""
    yield element._id  # noqa: SLF001 - it has no public name
    inner = [getattr(element, part, None) for part in ("html", "header", "script")]
    for child in (*element._children.values(), *inner):  # noqa: SLF001
        if isinstance(child, Element):
            yield from _names(child)
