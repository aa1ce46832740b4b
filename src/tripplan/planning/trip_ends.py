"""The places of a trip on the roads: each at the nearest point of one that the car may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.errors import OffNetworkError
from tripplan.planning.cache import PlannerCache
from tripplan.records.settings import Settings
from tripplan.records.trip import Place, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.road_ends import EndPlace, RoadEnds, road_ends
from tripplan.routing.road_points import RoadPoint

LIMIT_KM: Final = 25.0
"""A place lies at most this far from the roads of a region that has streets (assumption), ..."""
SPARSE_LIMIT_KM: Final = 80.0
"""... and this far from those of one that has main roads alone (assumption)."""


LEGAL_DETOUR_KM: Final = 0.3
"""A place of a trip under a law is tied to a legal road that lies at most so much farther than the
nearest of all (assumption): farther off, the way there is itself along roads that are not legal."""


@dataclass(frozen=True, eq=False)
class TiedPlaces:
    """Origin, waypoints and destination on the roads, in order."""

    places: tuple[EndPlace, ...]
    numbers: tuple[int, ...]
    """Numbers of their nodes or, amid roads and beside them, of their ends."""
    ends: RoadEnds | None
    """Those of the ends that are no nodes; None: all are."""


def limit_km(settings: Settings, *, has_streets: bool) -> float:
    """Return how far a place may lie from the roads [km]."""
    if settings.snap_limit_km is not None:
        return settings.snap_limit_km
    return LIMIT_KM if has_streets else SPARSE_LIMIT_KM


def tied_places(
    trip: Trip, vehicle: Vehicle, cache: PlannerCache, settings: Settings
) -> TiedPlaces:
    """Tie the places of a trip to the roads.

    Parameters
    ----------
    trip, vehicle
        Who drives where.
    cache
        The region.
    settings
        How far a place may lie from the roads.

    Raises
    ------
    OffNetworkError
        A place lies farther off.
    """
    places = [trip.origin, *(waypoint.place for waypoint in trip.waypoints), trip.destination]
    tied = tuple(_tied(place, trip, vehicle, cache, settings) for place in places)
    ends, numbers = road_ends(cache.region.network, tied)
    return TiedPlaces(tied, tuple(numbers), ends)


def _tied(
    place: Place, trip: Trip, vehicle: Vehicle, cache: PlannerCache, settings: Settings
) -> EndPlace:
    """Tie a place to a road that the car may use, or where there is none to any."""
    most_km = limit_km(settings, has_streets=cache.has_streets)
    allowed = cache.allowed_arcs(trip, vehicle)
    point = cache.roads.nearest(place.lat, place.lon, allowed)
    if allowed is not None and (point is None or point.away_km > most_km or trip.law):
        any_road = cache.roads.nearest(place.lat, place.lon)
        far_km = np.inf if any_road is None else any_road.away_km + LEGAL_DETOUR_KM
        if point is None or point.away_km > most_km or point.away_km > far_km:
            point = any_road
    if point is None or point.away_km > most_km:
        raise _off(place, point, cache, most_km)
    return EndPlace(place.lat, place.lon, point)


def _off(
    place: Place, point: RoadPoint | None, cache: PlannerCache, most_km: float
) -> OffNetworkError:
    """Say that a place lies too far off, and where the nearest road is."""
    away_km = np.inf if point is None else point.away_km
    where = ""
    if point is not None:
        near = cache.region.gazetteer.nearest_town(point.lat, point.lon)
        town = f" near {near.label}" if near is not None else ""
        where = f", at {point.lat:.4f},{point.lon:.4f}{town}"
    return OffNetworkError(
        f"no road near {place.spot}: the nearest one of this region is {away_km:.0f} km away"
        f"{where} (limit {most_km:g} km). "
        "Choose a place nearer to a road, or a region that covers it.",
        distance_km=away_km,
    )


def off_road(tied: TiedPlaces, places: Sequence[Place]) -> list[tuple[Place, float]]:
    """Return the places that lie off the roads, and how far [km]."""
    return [
        (place, end.point.away_km)
        for place, end in zip(places, tied.places, strict=True)
        if end.access_m > 0.0
    ]
