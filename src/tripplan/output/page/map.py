"""Plan -> HTML map that works offline (the only file that knows folium)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from tripplan.output.drawing import basemap, limits, markup
from tripplan.output.drawing.access import DASHES, access_lines
from tripplan.output.drawing.clearance import name_below
from tripplan.output.drawing.ground import ground
from tripplan.output.drawing.markup import Markup, rendered, tag
from tripplan.output.drawing.road_signs import lettering
from tripplan.output.drawing.route_profile import profile_of
from tripplan.output.page import nearby, panel, popups, switches
from tripplan.output.page.others import other
from tripplan.output.page.page import json_text, page, with_steady_names
from tripplan.output.page.power import power_chart
from tripplan.output.page.route_data import off_road, route_data
from tripplan.output.text import stop_text, words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import Plan
from tripplan.records.region import Region

_DEEPEST_ZOOM = 18


def to_html(plan: Plan, region: Region | None = None, *, ways: Sequence[Plan] = ()) -> str:
    """Return a page with the plan on a map; the same plan gives the same bytes.

    Parameters
    ----------
    plan
        The plan.
    region
        Where it was planned, for roads, town names and other chargers around the route; None:
        none are drawn.
    ways
        Other plans for the same trip, as `tripplan.alternatives` gives them after the first: each
        becomes a layer that can be switched on.
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
    chart.options["max_zoom"] = _DEEPEST_ZOOM
    profile = profile_of(plan)
    unused = nearby.unused(plan, region, profile) if region is not None else ()
    stand_ins = nearby.stand_ins(plan, region) if region is not None else {}
    plain = folium.FeatureGroup("Plain map (works offline)", overlay=False)
    route = folium.FeatureGroup("Route", control=False)
    tiles = _tile_layers()
    stops = _draw_stops(plan, stand_ins)
    others = [other(way, number) for number, way in enumerate(ways)]
    layers = [folium.FeatureGroup(way.title, show=False) for way in others]
    for layer in (
        plain,
        *tiles,
        *layers,
        *_unused_layer(chart, unused),
        route,
        *_draw_ends(plan),
        *stops,
    ):
        chart.add_child(layer)
    told = lettering(plan)
    drawn = ground([plan], region, told, alone=True)
    plain.add_child(_Call("plain", json_text(drawn), chart, plain))
    for layer, way in zip(layers, others, strict=True):
        layer.add_child(_Call("other", json_text(asdict(way)), chart, layer))
    route.add_child(_Call("route", json_text(route_data(plan, profile, told)), chart, route))
    _draw_off_road(plan, route)
    _draw_access(plan, route)
    _draw_assumed_limits(plan, route)
    chart.add_child(folium.LayerControl(position="topright"))
    chart.add_child(_Wiring(plain, tiles, stops, layers, corners))
    return _assembled(
        plan,
        chart,
        switches.legend(
            profile,
            slow=any(leg.advice for leg in plan.legs),
            assumed=any(leg.assumed_limits for leg in plan.legs),
        ),
        panel.panel(plan, ways, unused, stand_ins),
    )


def save_html(
    plan: Plan, path: str | Path, region: Region | None = None, *, ways: Sequence[Plan] = ()
) -> None:
    """Write the page, parameters as in `to_html`; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_html(plan, region, ways=ways))


class _Call(MacroElement):
    """Calls a function of the page's own script with parts of the map and with data."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        tripplan.{{ this.function }}(
            {%- for part in this.parts %}{{ part.get_name() }}, {% endfor %}{{ this.data }});
        {% endmacro %}
        """
    )

    def __init__(self, function: str, data: str, *parts: Element) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Call"
        self.function, self.data, self.parts = function, data, parts


class _Wiring(MacroElement):
    """Hands map, layers and markers to the page's own script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        tripplan.wire({{ this._parent.get_name() }}, {
            plain: {{ this.plain.get_name() }},
            {%- for name, layers in this.lists.items() %}
            {{ name }}: [{% for one in layers %}{{ one.get_name() }}, {% endfor %}],
            {%- endfor %}
            bounds: {{ this.corners }}
        });
        {% endmacro %}
        """
    )

    def __init__(
        self,
        plain: folium.FeatureGroup,
        tiles: list[folium.TileLayer],
        stops: list[folium.Marker],
        ways: list[folium.FeatureGroup],
        corners: list[list[float]],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Wiring"
        self.plain = plain
        self.lists = {"tiles": tiles, "stops": stops, "ways": ways}
        self.corners = json.dumps(corners)


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


def _unused_layer(
    chart: folium.Map, unused: Sequence[nearby.Unused]
) -> Iterator[folium.FeatureGroup]:
    """Yield the chargers along the route at which the plan does not stop, in clusters."""
    if not unused:
        return
    made_up = any(one.charger.status == "illustrative" for one in unused)
    group = folium.FeatureGroup(f"Chargers not used{' (made up)' if made_up else ''}")
    data = [
        [
            round(one.charger.lat, 5),
            round(one.charger.lon, 5),
            words.one_line(f"{one.charger.name}: {one.reason}"),
            popups.unused_popup(one),
        ]
        for one in unused
    ]
    group.add_child(_Call("chargers", json_text(data), chart, group))
    yield group


def _draw_off_road(plan: Plan, group: folium.FeatureGroup) -> None:
    away = list(off_road(plan))
    if away:
        look = {"color": "#26303b", "weight": 2.5, "dash_array": "2 6", "interactive": False}
        line = folium.PolyLine(away, **look)  # type: ignore[no-untyped-call]
        line.options |= {"interactive": False, "className": "tp-off-road"}
        group.add_child(line)


def _draw_access(plan: Plan, group: folium.FeatureGroup) -> None:
    """Break the line of the route up where nobody knows the way, between a place and the roads."""
    lines = [line.points for line in access_lines(plan)]
    if lines:
        look = {"color": "#ffffff", "weight": 7, "dash_array": DASHES, "line_cap": "butt"}
        line = folium.PolyLine(lines, **look)  # type: ignore[no-untyped-call]
        line.options |= {"interactive": False, "className": "tp-access"}
        group.add_child(line)


def _draw_assumed_limits(plan: Plan, group: folium.FeatureGroup) -> None:
    """Dot the route where a law is kept by limits that nobody states."""
    lines = list(limits.assumed_lines(plan))
    if lines:
        look = {"color": "#ffffff", "weight": 3, "dash_array": limits.DASHES, "line_cap": "round"}
        line = folium.PolyLine(lines, **look)  # type: ignore[no-untyped-call]
        line.options |= {"interactive": False, "className": "tp-assumed-limit"}
        group.add_child(line)


def _draw_stops(plan: Plan, stand_ins: Mapping[int, nearby.StandIn]) -> list[folium.Marker]:
    markers = []
    for stop in plan.stops:
        icon = folium.DivIcon(
            html=popups.stop_badge(stop),
            icon_size=(34, 34),
            icon_anchor=(17, 17),
            class_name="tp-stop-icon",
        )
        curve = power_chart(stop) if stop.samples else None
        popup = _popup(popups.stop_popup(stop, curve, stand_ins.get(stop.number), plan.currency))
        markers.append(
            folium.Marker(
                [stop.lat, stop.lon],
                icon=icon,
                popup=popup,
                title=stop_text.title(stop),
                zIndexOffset=1000,
            )
        )
    return markers


def _popup(content: markup.Markup) -> folium.Popup:
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
            html=popups.end_badge(place.label, start=start, below=name_below(plan, start=start)),
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


def _assembled(plan: Plan, chart: folium.Map, legend: Markup, side: Markup) -> str:
    """Render the map once and put its parts into the page."""
    figure = chart.get_root()
    assert isinstance(figure, Figure)
    chart.render()  # type: ignore[no-untyped-call]
    names = list(_names(figure))
    parts = with_steady_names(
        figure.html.render() + "\f" + figure.script.render(), names
    ).partition("\f")
    body = markup.joined(
        popups.failed_banner([plan]),
        popups.made_up_banner(plan.illustrative),
        tag(
            "main",
            tag("div", rendered(parts[0].strip()), legend, class_="tp-map"),
            side,
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
