"""How far a car gets at a steady speed, and how long it charges: what lists and cards show."""

from typing import NamedTuple

import numpy as np

from tripplan.physics import bands, spread
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

LISTED_KMH = 110.0
"""Speed of the ranges that lists show and filters take."""
WARM_C, COLD_C = 20.0, -10.0
"""Air temperatures of the ranges that lists show and filters take."""
_STEPS = 701


class SteadyRange(NamedTuple):
    """A range, and what eight in ten trips reach at least and at most, all but one in ten each."""

    p50_km: float
    p10_km: float
    p90_km: float


def steady_range(vehicle: Vehicle, speed_kmh: float, ambient_c: float) -> SteadyRange:
    """Return how far a full battery lasts: level, calm, dry, the cabin kept warm or cool [km].

    A cold start's warm-up is part of it; the pack is as warm as the air.

    Parameters
    ----------
    vehicle
        The car.
    speed_kmh
        The steady speed; no more than the car's top speed is driven. [km/h]
    ambient_c
        Air temperature. [degC]
    """
    car = ConditionedVehicle.under(vehicle, Conditions(ambient_c=ambient_c))
    driven_kmh = min(speed_kmh, car.top_speed_kmh)
    left_kwh = max(car.capacity_kwh - car.warm_up.total_kwh, 0.0)
    range_km = left_kwh / car.level_kwh_per_km(driven_kmh)
    basis = bands.class_of(
        vehicle.consumption_spread,
        driven_kmh,
        ambient_c,
        driven=vehicle.is_fitted_to_drives,
        tested=vehicle.range_tests > 0,
        weather_given=True,
        speed_given=True,
    )
    band = bands.BANDS[basis].share
    off = spread.QUANTILE_90 * spread.scale_of(band, vehicle.consumption_spread)
    return SteadyRange(range_km, range_km * (1.0 - off), range_km * (1.0 + off))


def charging_min(vehicle: Vehicle, start_soc: float = 0.1, end_soc: float = 0.8) -> float | None:
    """Return how long a warm charge takes where the post limits nothing [min].

    Parameters
    ----------
    vehicle
        The car; None is returned where it has no fast charging.
    start_soc, end_soc
        From and to, fractions.
    """
    curve = vehicle.battery.charging_curve
    if curve is None:
        return None
    at = np.linspace(start_soc, end_soc, _STEPS)
    soc, kw = np.array(curve.points).T
    hours_per_soc = vehicle.battery.usable_kwh / np.interp(at, soc, kw)
    return float(np.trapezoid(hours_per_soc, at)) * S_PER_H / 60.0
