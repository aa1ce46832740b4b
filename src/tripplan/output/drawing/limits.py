"""Stretches of a route whose limits are assumed: drawn with dashes, on trips under a law."""

from collections.abc import Iterator
from typing import Final

from tripplan.output.drawing.lines import between, simplify
from tripplan.records.plan import Plan

DASHES: Final = "1 9"
_DEG: Final = 0.0002
"""A line may lie this far beside the route (about 20 m)."""


def assumed_lines(plan: Plan) -> Iterator[list[tuple[float, float]]]:
    """Yield these stretches as points of latitude and longitude, degrees."""
    for leg in plan.legs:
        trace = leg.trace
        for from_km, to_km in leg.assumed_limits:
            part = between(trace.distance_km, trace.lat, trace.lon, from_km, to_km)
            kept = part[simplify(part[:, 1], part[:, 0], _DEG)].round(5)
            yield [(lat, lon) for lat, lon in kept.tolist()]
