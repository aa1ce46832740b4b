"""The route as the page's script draws it: columns, scales, stretches to drive slower, tips."""

from collections.abc import Iterator, Sequence
from typing import Any

from tripplan.output.drawing.colours import SCALES
from tripplan.output.drawing.lines import between, simplify
from tripplan.output.drawing.markup import name, tag
from tripplan.output.drawing.road_signs import Lettering, Sign
from tripplan.output.drawing.route_profile import RouteProfile, packed, track_of
from tripplan.output.page import popups, switches
from tripplan.output.text import advice
from tripplan.records.plan import Leg, Plan, SpeedAdvice

_TOUCHING_DEG = 0.001
"""A place this near to the road counts as lying on it (about 100 m)."""
_SLOW_DEG = 0.0002
"""A stretch to drive slower may lie this far beside the route (about 20 m)."""


def route_data(plan: Plan, profile: RouteProfile, told: Lettering) -> dict[str, Any]:
    """Return what the page's script needs to draw the route, with what is told along it."""
    ranges = switches.ranges(profile)
    return {
        "track": packed(track_of(plan)),
        "scales": [
            {
                "key": scale.key,
                "colours": scale.colours,
                "low": low,
                "high": high,
                "danger": scale.danger,
            }
            for scale in SCALES
            for low, high in [ranges[scale.key]]
        ],
        "signs": sign_data(told.signs),
        "stops": [
            [one.lat, one.lon, one.zoom, tag("span", one.text, class_=f"tp-{one.side}")]
            for one in told.stop_labels
        ],
        "slow": [_slow_stretch(leg, piece) for leg in plan.legs for piece in leg.advice],
        "tips": [
            popups.leg_tip(leg, number, told)
            for number, (leg, told) in enumerate(
                zip(plan.legs, advice.sentences(plan), strict=True), start=1
            )
        ],
    }


def sign_data(signs: Sequence[Sign]) -> list[list[Any]]:
    """Return signs as the page's script draws them: place, zoom level, and what is shown."""
    return [
        [sign.lat, sign.lon, sign.zoom, tag("span", name(sign.text, 40), class_=_class(sign))]
        for sign in signs
    ]


def _class(sign: Sign) -> str:
    return f"{'tp-exit-sign' if sign.exit else 'tp-shield'} tp-{sign.side}"


def _slow_stretch(leg: Leg, advice: SpeedAdvice) -> list[list[float]]:
    """Return the line of a stretch on which the plan asks to drive slower."""
    trace = leg.trace
    part = between(trace.distance_km, trace.lat, trace.lon, advice.from_km, advice.to_km)
    points: list[list[float]] = part[simplify(part[:, 1], part[:, 0], _SLOW_DEG)].round(5).tolist()
    return points


def off_road(plan: Plan) -> Iterator[list[tuple[float, float]]]:
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
