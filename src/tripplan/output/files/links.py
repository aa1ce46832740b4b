"""Links that open the stops of a plan in the map apps that people have."""

from itertools import pairwise
from urllib.parse import urlencode

from tripplan.records.plan import Plan

GOOGLE_WAYPOINTS = 9
"""Most waypoints of one link, by the guide "Maps URLs" of the Google Maps Platform."""


def positions(plan: Plan) -> list[str]:
    """Return "latitude,longitude" of start, stops and destination, in the order of driving."""
    trip = plan.trip
    places = [
        (trip.origin.lat, trip.origin.lon),
        *((stop.lat, stop.lon) for stop in plan.stops),
        (trip.destination.lat, trip.destination.lon),
    ]
    return [f"{lat:.6f},{lon:.6f}" for lat, lon in places]


def google_maps(plan: Plan) -> tuple[str, ...]:
    """Return links for Google Maps; more than one where the trip has more than nine stops.

    Each link starts where the one before ends.  Google finds its own way between the stops, and
    knows nothing of the speeds that the plan asks for.
    """
    places = positions(plan)
    links = []
    for first in range(0, len(places) - 1, GOOGLE_WAYPOINTS + 1):
        start, *via, end = places[first : first + GOOGLE_WAYPOINTS + 2]
        query = {"api": "1", "origin": start, "destination": end, "travelmode": "driving"}
        if via:
            query["waypoints"] = "|".join(via)
        links.append(f"https://www.google.com/maps/dir/?{urlencode(query)}")
    return tuple(links)


def apple_maps(plan: Plan) -> tuple[str, ...]:
    """Return links for Apple Maps, one a leg: its documented links know no waypoints."""
    return tuple(
        f"https://maps.apple.com/?{urlencode({'saddr': start, 'daddr': end, 'dirflg': 'd'})}"
        for start, end in pairwise(positions(plan))
    )
