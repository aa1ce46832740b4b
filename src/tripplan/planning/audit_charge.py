"""How the audit charges: by what the plug gives, with the car's own tables, as in the warm.

SoC is a share of charge, and a cold pack takes as much charge as a warm one; it only gives back
less.  Where a plan counts the energy that is given back, the audit counts what is charged, with
none of the tables that the plan was made with.
"""

from typing import NamedTuple

import numpy as np

from tripplan.physics.charging import PowerModel
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

_NO_LIMIT = ((0.0, 1e6),)


class WarmCharging(NamedTuple):
    """What charges a car in the warm, and what it gives back of it on a trip."""

    given_back: float
    """Share of the charge that the battery gives back."""
    power: PowerModel | None
    """The car's limits of charging by what the plug gives; None: it cannot fast-charge."""

    @classmethod
    def of(cls, vehicle: Vehicle, trip: Trip, *, heat: bool) -> "WarmCharging":
        """Return what charges a car.

        Parameters
        ----------
        vehicle, trip
            Who drives where; of the trip its air, and its pack at the start.
        heat
            Whether pack temperature limits the power.
        """
        battery = vehicle.battery
        coldest_c = min(trip.conditions.ambient_c, trip.pack_departure_c)
        given_back = float(np.interp(coldest_c, *np.array(battery.capacity_by_temperature).T))
        if battery.charging_curve is None:
            return cls(given_back, None)
        limit = battery.temperature_limit if heat else None
        curve = np.array(battery.charging_curve.points)
        table = np.array(limit.points if limit else _NO_LIMIT)
        power = PowerModel(
            curve_soc=curve[:, 0].copy(),
            curve_kw=curve[:, 1].copy(),
            limit_c=table[:, 0].copy(),
            limit_kw=table[:, 1].copy(),
            capacity_kwh=battery.usable_kwh,
        )
        return cls(given_back, power)
