"""Stations at which one leaves the car and goes on by train or bus: `RideStation`."""

from typing import Annotated, Final

from pydantic import Field

from tripplan.records.marks import Unit
from tripplan.records.quantities import QuantityRecord

PLATFORM_S: Final = 300.0
"""From the parked car to the platform, where nobody states it (assumption), seconds."""
_Minutes = Annotated[float, Field(ge=0, le=24 * 3600)]
_Money = Annotated[float, Field(ge=0, le=1e6), Unit("currency")]


class RideStation(QuantityRecord):
    """A station with a car park, and how one goes on from there."""

    name: str
    """What it is called."""
    lat: Annotated[float, Field(ge=-90, le=90)]
    """Latitude of its car park (WGS 84)."""
    lon: Annotated[float, Field(ge=-180, le=180)]
    """Longitude of its car park (WGS 84)."""
    ride_s: _Minutes | None = None
    """Ride to the destination, seconds; None: a timetable says."""
    headway_s: _Minutes | None = None
    """Time between two departures, seconds; None: a timetable says."""
    fare: _Money | None = None
    """Fare of one person for one way; None: not known, and not counted."""
    parking_per_day: _Money = 0.0
    """Price of parking, per day begun."""
    plug_kw: Annotated[float, Field(ge=0, le=2000)] = 0.0
    """Power of a plug for the parked car, kW; 0: there is none."""
    price_per_kwh: Annotated[float, Field(ge=0, le=1e5)] | None = None
    """Price of energy from it, per kWh from the wall; None: that of home."""
    walk_s: _Minutes = PLATFORM_S
    """From the parked car to the platform, seconds."""
    end_walk_s: _Minutes = 0.0
    """From where the ride ends to the destination, seconds; with a timetable by the distance."""
