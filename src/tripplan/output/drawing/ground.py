"""Roads, towns, water and borders around one or several plans, as the page's script draws them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tripplan.output.drawing import basemap, labels
from tripplan.output.drawing.closer import packed
from tripplan.output.drawing.markup import name, tag
from tripplan.output.drawing.road_signs import Lettering, lettering
from tripplan.output.drawing.shapes import CREDIT, shapes_within
from tripplan.records.plan import Plan
from tripplan.records.region import Region

_FAR = 1.5
"""Water and borders are drawn this far around the routes, in parts of their longer side."""


def ground(
    plans: Sequence[Plan],
    region: Region | None,
    told: Lettering | None = None,
    *,
    alone: bool = False,
) -> dict[str, Any]:
    """Return roads, minor and major, names of towns, water, and borders of states and countries.

    Where the page is ``alone``, with nobody to ask for more when a reader zooms in, it also has
    the side roads around ends and stops.

    Names keep clear of the longest plan.  Water and borders reach farther than the roads: a window
    wider than the route is high shows more beside it.

    Parameters
    ----------
    plans
        The plans.
    region
        Where they were planned; None: nothing is drawn.
    told
        What is written along the longest plan; None: it is worked out.
    alone
        Whether the page has nobody to ask.
    """
    if region is None or not plans:
        return bare()
    boxes = [basemap.route_bounds(plan) for plan in plans]
    box = basemap.Bounds(
        min(one.south for one in boxes),
        min(one.west for one in boxes),
        max(one.north for one in boxes),
        max(one.east for one in boxes),
    )
    found, floor_kmh = _ground(box, region, max(plans, key=lambda plan: plan.distance_km), told)
    if alone:
        found["side_roads"] = _side_roads(plans, region, floor_kmh)
    return found


def _side_roads(plans: Sequence[Plan], region: Region, floor_kmh: float) -> list[list[int]]:
    """Return the further roads around ends and stops, as `closer.packed` has them."""
    places = {(end.lat, end.lon) for p in plans for end in (p.trip.origin, p.trip.destination)}
    places |= {(stop.lat, stop.lon) for plan in plans for stop in plan.stops}
    lat, lon = np.array(sorted(places)).T
    return [packed(road) for road in basemap.side_roads(region.network, lat, lon, floor_kmh)]


def bare() -> dict[str, Any]:
    """Return a ground of nothing."""
    return {"roads": [[], []], "towns": [], "water": [], "borders": [[], []], "credit": ""}


def ground_in(box: basemap.Bounds, region: Region, plan: Plan | None) -> dict[str, Any]:
    """Return what lies around a box; names of towns keep clear of a plan, without one are none."""
    return _ground(box, region, plan, None)[0]


def _ground(
    box: basemap.Bounds, region: Region, plan: Plan | None, told: Lettering | None
) -> tuple[dict[str, Any], float]:
    """Return `ground_in`, and the limit below which roads are not in it, km/h."""
    near = basemap.widened(box)
    roads, floor_kmh = basemap.roads_and_floor(region.network, near)
    towns: tuple[labels.Label, ...] = ()
    if plan is not None:
        towns = labels.town_labels(region, plan, near, (told or lettering(plan)).marks)
    shapes = shapes_within(basemap.widened(box, _FAR), region.water)
    found = {
        "credit": CREDIT,
        "water": [
            [ring.tolist() for ring in rings] for rings in (shapes.water, shapes.inland) if rings
        ],
        "borders": [
            [line.tolist() for line in lines] for lines in (shapes.states, shapes.countries)
        ],
        "roads": [
            [road.points for road in roads if road.major == major] for major in (False, True)
        ],
        "towns": [
            [
                town.lat,
                town.lon,
                town.zoom,
                tag("span", name(town.text, 40), class_=f"tp-{town.side}"),
            ]
            for town in towns
        ],
    }
    return found, floor_kmh
