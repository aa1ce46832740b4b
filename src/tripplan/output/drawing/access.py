"""Ways between places and roads, which nobody knows: drawn dashed."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tripplan.records.plan import AccessWay, Leg, Plan

DASHES: Final = "7 7"


class AccessLine(NamedTuple):
    """One such way, in driving order."""

    leg: Leg
    way: AccessWay
    points: list[tuple[float, float]]
    """Latitude and longitude. [deg]"""


def access_lines(plan: Plan, legs: Sequence[Leg] | None = None) -> Iterator[AccessLine]:
    """Yield the ways between places and the roads, of a plan or of some of its legs."""
    for leg in plan.legs if legs is None else legs:
        trace = leg.trace
        for way in leg.access:
            ends = slice(0, 2) if way.side == "start" else slice(-2, None)
            points = list(zip(trace.lat[ends], trace.lon[ends], strict=True))
            yield AccessLine(leg, way, points)
