"""Roads and towns around one or several plans, as the page's script draws them."""

from collections.abc import Sequence
from typing import Any

from tripplan.answer import Plan
from tripplan.region import Region
from tripplan.render import basemap
from tripplan.render.popups import name, tag


def ground(plans: Sequence[Plan], region: Region | None) -> dict[str, Any]:
    """Return roads, minor and major, and names of towns; names keep clear of the longest plan."""
    if region is None or not plans:
        return {"roads": [[], []], "towns": []}
    boxes = [basemap.route_bounds(plan) for plan in plans]
    box = basemap.Bounds(
        min(one.south for one in boxes),
        min(one.west for one in boxes),
        max(one.north for one in boxes),
        max(one.east for one in boxes),
    )
    return ground_in(box, region, max(plans, key=lambda plan: plan.distance_km))


def ground_in(box: basemap.Bounds, region: Region, plan: Plan | None) -> dict[str, Any]:
    """Return roads around a box, and names of towns that keep clear of a plan; none without one."""
    box = basemap.widened(box)
    roads = basemap.roads_near(region.network, box)
    towns = basemap.town_labels(region, plan, box) if plan is not None else ()
    return {
        "roads": [
            [road.points for road in roads if road.major == major] for major in (False, True)
        ],
        "towns": [
            [town.lat, town.lon, town.zoom, tag("span", name(town.text, 40))] for town in towns
        ],
    }
