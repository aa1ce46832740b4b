"""How fast a car may go with a trailer where the driver states no limit of his own.

One figure for the whole trip, like the weather: that for motorways.  Lower limits that some
countries have for trailers on other roads, and those of single states, are not modelled.
"""

from collections.abc import Sequence
from typing import Final

from tripplan.planning.local_currency import countries_of
from tripplan.records.region import Region
from tripplan.records.trip import Place, Trip

_KMH: Final = {
    "AT": 80.0,
    "BE": 120.0,
    "BG": 100.0,
    "CH": 80.0,
    "CZ": 80.0,
    "DE": 80.0,
    "DK": 80.0,
    "ES": 80.0,
    "FI": 80.0,
    "GB": 96.0,
    "HR": 90.0,
    "HU": 80.0,
    "IE": 80.0,
    "IT": 80.0,
    "LU": 90.0,
    "NL": 90.0,
    "NO": 80.0,
    "PL": 80.0,
    "PT": 100.0,
    "SE": 80.0,
    "SI": 80.0,
    "US": 88.0,
}
"""Motorway limits for a car with a trailer of more than 750 kg, by ISO 3166-1 code, km/h: the
European Commission's list, the Caravan Club's and that of autocaravaning.eu, the DGT for ES.  Where
more is allowed to some trailers (100 in AT and DE, in CH to those that are built for it), the least
counts.  US: 55 mph, the limit of California and of some other states; most have none of their own
for trailers (AAA)."""
ELSEWHERE_KMH: Final = 80.0
"""In every other country, and where it is not known: the commonest of these (assumption)."""


def trailer_limit_kmh(region: Region, places: Sequence[Place]) -> float:
    """Return the speed limit with a trailer: the least of the countries at some places [km/h].

    Parameters
    ----------
    region
        The region; a place is in the United States where its names say so, else in the countries
        that its extracts name, else in those of the nearest towns.
    places
        Where the trip starts, stays and ends, shape (places,).
    """
    by_names = [region.gazetteer.country_of(place.lat, place.lon) for place in places]
    if all(code == "US" for code in by_names):
        return _KMH["US"]
    codes = list(countries_of(region)) or by_names
    return min((_KMH.get(code, ELSEWHERE_KMH) for code in codes), default=ELSEWHERE_KMH)


def with_trailer_limit(trip: Trip, region: Region) -> Trip:
    """Return a trip that keeps to the limit for trailers, if it has one and states no own limit."""
    if trip.conditions.trailer == "none" or trip.max_speed_kmh is not None:
        return trip
    places = (trip.origin, *(stay.place for stay in trip.waypoints), trip.destination)
    return trip.model_copy(update={"max_speed_kmh": trailer_limit_kmh(region, places)})
