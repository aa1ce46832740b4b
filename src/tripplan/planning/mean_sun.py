"""The sun of a trip for which none is stated, by latitude, day and hour of its departure.

Like the rest of the weather it is one value for the whole trip: the mean over the time that the
straight line would take, under a mean sky (`physics.sun`).
"""

import itertools
import math
from typing import Final

from tripplan.physics.sun import mean_w_per_m2
from tripplan.records.trip import Place, Trip
from tripplan.units import M_PER_DEGREE, M_PER_KM

_KMH: Final = 65.0
"""Speed along the straight line, stops included, over which the sun is averaged (assumption)."""
_STEP_W_PER_M2: Final = 100.0
"""The sun is rounded to this, so that costs of roads serve many trips."""


def with_mean_sun(trip: Trip) -> Trip:
    """Return a trip with the sun of its hours; as it is where sun or no departure is stated."""
    weather, clock = trip.conditions, trip.departure
    if weather.sun_w_per_m2 is not None or clock is None:
        return trip
    places = (trip.origin, *(stay.place for stay in trip.waypoints), trip.destination)
    straight_m = sum(_straight_m(*pair) for pair in itertools.pairwise(places))
    sun = mean_w_per_m2(
        sum(place.lat for place in places) / len(places),
        clock.timetuple().tm_yday,
        clock.hour + clock.minute / 60.0,
        straight_m / M_PER_KM / _KMH,
    )
    rounded = _STEP_W_PER_M2 * round(sun / _STEP_W_PER_M2)
    conditions = weather.model_copy(update={"sun_w_per_m2": rounded})
    return trip.model_copy(update={"conditions": conditions})


def _straight_m(start: Place, end: Place) -> float:
    east = ((end.lon - start.lon + 180.0) % 360.0 - 180.0) * math.cos(math.radians(start.lat))
    return M_PER_DEGREE * math.hypot(end.lat - start.lat, east)
