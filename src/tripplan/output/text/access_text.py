"""Ways between places and roads, in words; of these, only the ends are known."""

from typing import Final

from tripplan.output.text import words
from tripplan.records.plan import AccessWay, Leg, Plan

FAR_KM: Final = 1.0
"""A place that lies farther from the roads than this is named in the first line of a report."""


def title(leg: Leg, way: AccessWay) -> str:
    """Name a way between a place and the roads."""
    if way.side == "start":
        return f"From {words.one_line(leg.start.label)} to the roads"
    return f"From the roads to {words.one_line(leg.end.label)}"


def in_words(leg: Leg, way: AccessWay) -> str:
    """Say how long a way between a place and the roads is taken to be."""
    place = words.one_line((leg.start if way.side == "start" else leg.end).label)
    between = f"between {place} and the roads"
    return (
        f"{words.distance(way.distance_km)}, {words.duration(way.driving_s)} {between}, assumed "
        f"from {words.distance(way.straight_km)} straight"
    )


def off_roads(plan: Plan, *, miles: bool | None = None) -> str:
    """Say for the first line of a report which places lie far off the roads; empty: none.

    Parameters
    ----------
    plan
        The plan.
    miles
        Whether distances are in miles; None: in both units.
    """

    def told(km: float) -> str:
        return words.distance(km) if miles is None else words.one_distance(km, miles=miles)

    far = {
        words.one_line((leg.start if way.side == "start" else leg.end).label): way.straight_km
        for leg in plan.legs
        for way in leg.access
        if way.straight_km > FAR_KM
    }
    return "; ".join(f"{label} {told(km)} off the roads" for label, km in far.items())
