"""The page of a study: heat maps, and a map of loads, tight drives and dead ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tripplan.output.drawing import basemap
from tripplan.output.drawing.ground import bare, ground_in
from tripplan.output.drawing.markup import Child, Markup, joined, name, tag
from tripplan.output.drawing.road_signs import many_road_signs
from tripplan.output.page import heat_map, switches
from tripplan.output.page.heat_map import HeatMap
from tripplan.output.page.page import STUDY_SCRIPTS, json_text, page
from tripplan.output.page.popups import made_up_banner, made_up_tag
from tripplan.output.page.route_data import sign_data
from tripplan.output.text import words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.records.trip import Place

CHARGERS_ON_MAP, DRIVES_ON_MAP, ENDS_ON_MAP = 400, 40, 100
LISTED = 12
"""Rows of each table beside the map."""
_LARGEST_PX, _SMALLEST_PX = 22.0, 4.0
_WIDEST_PX = 9.0


@dataclass(frozen=True)
class ChargerLoad:
    """What the plans of a study ask of one charger."""

    name: str
    lat: float
    lon: float
    illustrative: bool
    stops: int
    energy_kwh: float
    plans: int
    """In how many plans it is."""


@dataclass(frozen=True)
class TightDrive:
    """A drive between stops that takes more of the battery than any other of its plan."""

    start: str
    end: str
    plans: int
    """In how many plans it is the one."""
    distance_km: float
    """At the longest."""
    battery_share: float
    """SoC at departure less that on arrival, at the most."""
    arrival_soc: float
    """At the least."""
    line: tuple[tuple[float, float], ...]
    """(latitude, longitude) along it."""


@dataclass(frozen=True)
class DeadEnd:
    """The furthest place that trips which cannot be done would reach."""

    name: str
    lat: float
    lon: float
    trips: int
    shortfall_kwh: tuple[float, float] | None
    """Least and most energy that is missing; None: no finite amount known."""
    remaining_km: float
    """From there to the destination, at the most."""


@dataclass(frozen=True)
class Overview:
    """What all plans of a study together say of its roads and chargers."""

    chargers: Sequence[ChargerLoad] = ()
    """The most energy first."""
    drives: Sequence[TightDrive] = ()
    """Those that take most of a battery first."""
    ends: Sequence[DeadEnd] = ()
    """Where most trips end first."""
    places: Sequence[Place] = ()
    """Ends of the trips."""
    longest: Plan | None = None
    """The longest plan, from which names of towns keep clear."""
    ways: Sequence[Plan] = ()
    """A plan of each trip, the numbers of whose roads stand on the map."""


def to_html(
    title: str,
    texts: Sequence[str],
    tables: Sequence[HeatMap],
    overview: Overview,
    region: Region | None = None,
) -> str:
    """Return the page; the same arguments give the same bytes.

    Parameters
    ----------
    title
        What is studied.
    texts
        What stands below the title, a paragraph each.
    tables
        The heat maps.
    overview
        What the map and the tables beside it show.
    region
        Where it was planned, for roads and towns; None: none are drawn.
    """
    made_up = any(charger.illustrative for charger in overview.chargers)
    body = joined(
        made_up_banner(made_up),
        tag(
            "main",
            tag(
                "header",
                tag("h1", words.one_line(title, 160)),
                *(tag("p", words.one_line(text, 1200), class_="tp-car") for text in texts if text),
                switches.reading(),
                heat_map.switch(),
            ),
            *(heat_map.table(one) for one in tables),
            _all_together(overview),
            class_="tp-compare tp-study",
        ),
    )
    script = f"tripplan.study({json_text(_map_data(overview, region))});"
    return page(title, body, script, STUDY_SCRIPTS, ("page.css", "compare.css", "study.css"))


def save_html(
    title: str,
    texts: Sequence[str],
    tables: Sequence[HeatMap],
    overview: Overview,
    path: Path,
    region: Region | None = None,
) -> None:
    """Write the page, parameters as in `to_html`; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_html(title, texts, tables, overview, region))


def _all_together(overview: Overview) -> Markup:
    tables: tuple[tuple[str, str, list[Cells]], ...] = (
        (
            "Chargers that carry the load",
            "Charger, Visits, Energy, Share, Plans",
            list(_charger_rows(overview.chargers)),
        ),
        (
            "Drives that bind",
            "Drive, Plans, Distance, Battery taken, Left on arrival",
            list(_drive_rows(overview.drives)),
        ),
        (
            "Where trips end",
            "Place, Trips, Missing, Still to go",
            list(_end_rows(overview.ends)),
        ),
    )
    return tag(
        "section",
        tag("h2", "All plans together"),
        tag(
            "p",
            "Circles are chargers, the larger the more energy they give. Lines are drives that "
            "take more of the battery than any other of their plan, the wider in the more plans. "
            "Crosses are the furthest places that trips which cannot be done would reach.",
            class_="tp-quiet",
        ),
        tag("div", tag("div", id="tp-map", class_="folium-map"), class_="tp-map"),
        tag("div", *(_listed(*table) for table in tables), class_="tp-lists"),
    )


Cells = tuple[Child, ...]


def _listed(title: str, heads: str, rows: Sequence[Cells]) -> Markup:
    """Return a table; its heads stand between commas, a row's first cell is its heading."""
    if not rows:
        return tag("p", f"{title}: none.", class_="tp-quiet")
    shown = (
        tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in rest))
        for first, *rest in rows[:LISTED]
    )
    caption = f"{title}: the first {LISTED} of {len(rows)}" if len(rows) > LISTED else title
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads.split(", ")))),
            tag("tbody", *shown),
            class_="tp-many",
        ),
        class_="tp-wide", tabindex="0", role="region", aria_label=title,
    )  # fmt: skip


def _charger_rows(chargers: Sequence[ChargerLoad]) -> Iterator[Cells]:
    every_kwh = sum(charger.energy_kwh for charger in chargers) or 1.0
    for one in chargers:
        mark = joined(" ", made_up_tag()) if one.illustrative else None
        yield (
            joined(name(one.name), mark),
            str(one.stops),
            words.energy(one.energy_kwh),
            words.percent(one.energy_kwh / every_kwh, 1),
            str(one.plans),
        )


def _drive_rows(drives: Sequence[TightDrive]) -> Iterator[Cells]:
    for one in drives:
        yield (
            joined(name(one.start), " to ", name(one.end)),
            str(one.plans),
            words.distance(one.distance_km),
            words.percent(one.battery_share),
            words.percent(one.arrival_soc),
        )


def _end_rows(ends: Sequence[DeadEnd]) -> Iterator[Cells]:
    for one in ends:
        yield name(one.name), str(one.trips), _missing(one), words.distance(one.remaining_km)


def _missing(end: DeadEnd) -> str:
    if end.shortfall_kwh is None:
        return "no amount would do"
    low, high = end.shortfall_kwh
    return words.energy(low) if high - low < 0.05 else f"{low:.1f} to {words.energy(high)}"


def _map_data(overview: Overview, region: Region | None) -> dict[str, Any]:
    box = _box(overview)
    ground = ground_in(box, region, overview.longest) if region is not None else bare()
    chargers = overview.chargers[:CHARGERS_ON_MAP]
    most_kwh = max((charger.energy_kwh for charger in chargers), default=1.0) or 1.0
    most_plans = max((drive.plans for drive in overview.drives), default=1)
    return {
        "bounds": [[box.south, box.west], [box.north, box.east]],
        "ground": ground,
        "signs": sign_data(many_road_signs(overview.ways)),
        "chargers": [
            {
                "at": [round(one.lat, 5), round(one.lon, 5)],
                "radius": round(
                    max(_SMALLEST_PX, _LARGEST_PX * (one.energy_kwh / most_kwh) ** 0.5), 1
                ),
                "tip": _charger_tip(one),
            }
            for one in chargers
        ],
        "drives": [
            {
                "line": one.line,
                "weight": round(2.0 + (_WIDEST_PX - 2.0) * one.plans / most_plans, 1),
                "tip": joined(
                    name(one.start), " to ", name(one.end), f": {words.distance(one.distance_km)}, "
                    f"{words.percent(one.battery_share)} of the battery; "
                    f"the tightest in {words.count(one.plans, 'plan')}",
                ),
            }
            for one in overview.drives[:DRIVES_ON_MAP]
        ],
        "ends": [
            {
                "at": [round(one.lat, 5), round(one.lon, 5)],
                "trips": one.trips,
                "title": f"{words.count(one.trips, 'trip')} end at {words.one_line(one.name)}",
                "tip": joined(name(one.name), f": {words.count(one.trips, 'trip')} end here; "
                              f"missing {_missing(one)}, {words.distance(one.remaining_km)} to go"),
            }
            for one in overview.ends[:ENDS_ON_MAP]
        ],
        "places": [
            {"at": [place.lat, place.lon], "tip": joined(name(place.label))}
            for place in overview.places
        ],
    }  # fmt: skip


def _charger_tip(one: ChargerLoad) -> Markup:
    mark = joined(" ", made_up_tag()) if one.illustrative else None
    text = f": {words.energy(one.energy_kwh)} in {words.count(one.stops, 'visit')}"
    return joined(name(one.name), mark, text)


def _box(overview: Overview) -> basemap.Bounds:
    points = [(one.lat, one.lon) for one in overview.chargers]
    points += [(one.lat, one.lon) for one in overview.places]
    points += [(one.lat, one.lon) for one in overview.ends]
    points += [point for one in overview.drives for point in one.line]
    lat, lon = [point[0] for point in points], [point[1] for point in points]
    if not lat:
        return basemap.Bounds(-60.0, -180.0, 75.0, 180.0)
    return basemap.Bounds(min(lat), min(lon), max(lat), max(lon))
