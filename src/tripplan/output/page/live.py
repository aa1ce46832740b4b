"""A plan as data for a page that stays open: what `map.to_html` writes once, to be drawn again.

The same texts, colours, badges and charts as on the page of one plan, by the same functions; HTML
in it is made of `markup.tag` alone, so that names are inert.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from tripplan.output.drawing import basemap
from tripplan.output.drawing.access import access_lines
from tripplan.output.drawing.basemap import Bounds
from tripplan.output.drawing.clearance import name_below
from tripplan.output.drawing.ground import ground
from tripplan.output.drawing.limits import assumed_lines
from tripplan.output.drawing.markup import joined
from tripplan.output.drawing.road_signs import lettering
from tripplan.output.drawing.route_profile import profile_of
from tripplan.output.page import nearby, panel, popups, switches
from tripplan.output.page.others import other
from tripplan.output.page.power import power_chart
from tripplan.output.page.route_data import off_road, route_data
from tripplan.output.text import stop_text, words
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.region import Region

_ROOM: Final = 3.0
"""A ground is drawn anew where it is this many times as wide as what the route needs."""


def live(plan: Plan, region: Region, held: Bounds | None = None) -> dict[str, Any]:
    """Return everything that a page shows of a plan.

    Parameters
    ----------
    plan
        The plan.
    region
        Where it was planned.
    held
        The box of the ground that the page has drawn; where that still does, no ``ground`` is in
        the answer, the part that takes longest; None: it has none.
    """
    profile = profile_of(plan)
    unused = nearby.unused(plan, region, profile)
    stand_ins = nearby.stand_ins(plan, region)
    box = basemap.route_bounds(plan)
    told = lettering(plan)
    found: dict[str, Any] = {
        "title": panel.title(plan),
        "panel": panel.panel(plan, (), unused, stand_ins),
        "banner": joined(popups.failed_banner([plan]), popups.made_up_banner(plan.illustrative)),
        "legend": switches.legend(
            profile,
            slow=any(leg.advice for leg in plan.legs),
            assumed=any(leg.assumed_limits for leg in plan.legs),
        ),
        "route": route_data(plan, profile, told),
        "bounds": [[box.south, box.west], [box.north, box.east]],
        "off_road": list(off_road(plan)),
        "assumed_limits": list(assumed_lines(plan)),
        "access": [line.points for line in access_lines(plan)],
        "ends": [_end(plan, start=start) for start in (True, False)],
        "stops": [_stop(plan, stop, stand_ins.get(stop.number)) for stop in plan.stops],
        "chargers": [
            [
                round(one.charger.lat, 5),
                round(one.charger.lon, 5),
                words.one_line(f"{one.charger.name}: {one.reason}"),
                popups.unused_popup(one),
                one.charger.id,
            ]
            for one in unused
        ],
        "figures": figures(plan),
    }
    if held is None or not _does(held, box):
        wide = basemap.widened(box)
        found["ground"] = ground([plan], region, told)
        found["box"] = [wide.south, wide.west, wide.north, wide.east]
    return found


def way(plan: Plan, best: Plan, number: int) -> dict[str, Any]:
    """Return another way as a card and a layer of the map.

    Parameters
    ----------
    plan
        The other way.
    best
        The plan that it is an alternative to.
    number
        From 0, for its letter and colour.
    """
    return {
        **asdict(other(plan, number)),
        "figures": figures(plan),
        "longer": words.duration(abs(plan.total_s - best.total_s)),
        "sooner": plan.total_s < best.total_s,
        "names": [words.one_line(stop.name, 60) for stop in plan.stops],
    }


def figures(plan: Plan) -> dict[str, Any]:
    """Return the figures of a plan that a card shows, in words and as numbers."""
    return {
        "total_s": plan.total_s,
        "time": words.duration(plan.total_s),
        "stops": plan.stop_count,
        "stops_in_words": stop_text.counts(plan),
        "arrival_soc": plan.arrival_soc,
        "arrive": words.percent(plan.arrival_soc),
        "distance": joined(words.distance(plan.distance_km)),
        "energy": words.energy(plan.energy_spent_kwh),
        "charging_s": plan.charging_s,
        "energy_spent_kwh": plan.energy_spent_kwh,
        "arrival_probability": plan.arrival_probability,
        "charging_cost": plan.charging_cost,
        "home_cost": plan.home_cost,
        "currency": words.one_line(plan.currency, 3),
        "max_speed_kmh": plan.trip.max_speed_kmh,
        "one_stop_fewer_s": plan.one_stop_fewer_s,
        "preheating_saves_s": plan.preheating_saves_s,
        "audit_passed": plan.audit.passed,
    }


def _does(held: Bounds, box: Bounds) -> bool:
    """Tell whether a drawn ground holds a route, and is not much too wide for it."""
    inside = (
        held.south <= box.south
        and held.west <= box.west
        and held.north >= box.north
        and held.east >= box.east
    )
    return inside and held.diagonal_km <= _ROOM * basemap.widened(box).diagonal_km


def _end(plan: Plan, *, start: bool) -> dict[str, Any]:
    place = plan.trip.origin if start else plan.trip.destination
    return {
        "at": [place.lat, place.lon],
        "badge": popups.end_badge(place.label, start=start, below=name_below(plan, start=start)),
        "popup": popups.end_popup(plan, start=start),
        "title": "Start" if start else "Destination",
        "label": words.one_line(place.label, 80),
    }


def _stop(plan: Plan, stop: ChargingStop, stand_in: nearby.StandIn | None) -> dict[str, Any]:
    curve = power_chart(stop) if stop.samples else None
    return {
        "at": [stop.lat, stop.lon],
        "badge": popups.stop_badge(stop),
        "popup": popups.stop_popup(stop, curve, stand_in, plan.currency),
        "title": stop_text.title(stop),
        "name": words.one_line(stop.name, 80),
        "kind": stop.kind,
        "charger": stop.charger.id if stop.charger else "",
        "plug_kw": stop.plug_kw,
        "arrival_soc": stop.arrival_soc,
        "departure_soc": stop.departure_soc,
        "pack_arrival_c": stop.pack_arrival_c,
        "pack_departure_c": stop.pack_departure_c,
    }


def parts(plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """Return the ways beside the first of some plans, as `way` does."""
    return [way(plan, plans[0], number) for number, plan in enumerate(plans[1:])]
