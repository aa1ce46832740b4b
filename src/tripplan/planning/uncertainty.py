"""How sure an arrival is: P10, P50 and P90 of the SoC of each leg, and chances of arriving.

How far consumption is off is measured by what is known of car, weather, speed and roads
(`physics.bands`).  The relative error is taken as one for a whole trip, which is on
the safe side: measured, what is off in the first half of a trip is hardly so in the second.  It
applies to what the car would take on the level; what heights give or take is known.  Estimated
values of a car (`Vehicle.consumption_spread`) widen it, and so do bicycles, trailers and winter
tyres.  A stop that charges starts anew, since the driver charges up to the planned SoC.
"""

import math
from collections.abc import Sequence

from tripplan.physics import bands, loads, spread
from tripplan.records.plan import ArrivalOutlook, ChargingStop, ConsumptionBand, Leg, Plan
from tripplan.records.trip import Trip
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle


def level_kwh(leg: Leg, car: ConditionedVehicle, share: float) -> float:
    """Battery energy of a leg less the potential energy that the car gains [kWh].

    That of ways between places and roads, which are on the level, counts as many times as they are
    less sure (`bands.ACCESS_SHARE`) than roads, eight in ten of which lie within `share`.
    """
    rise_m = leg.trace.elevation_m[-1] - leg.trace.elevation_m[0]
    level_kwh = max(0.0, leg.energy.spent_kwh - leg.energy.curtailed_kwh - car.lift_kwh(rise_m))
    access_kwh = sum(way.energy_kwh for way in leg.access)
    return level_kwh + (max(bands.ACCESS_SHARE / share, 1.0) - 1.0) * access_kwh


def at_stake_soc(
    legs: Sequence[Leg], stops: Sequence[ChargingStop], car: ConditionedVehicle, share: float
) -> list[float]:
    """SoC that the legs took on the level since the battery was last charged, shape (legs,).

    Parameters
    ----------
    legs, stops
        The plan; stops lie between legs.
    car
        The car under the conditions of the trip.
    share
        Share of the consumption within which eight in ten lie on roads.
    """
    found, since_charge = [], 0.0
    for position, leg in enumerate(legs):
        if position and stops[position - 1].energy_kwh > 0.0:
            since_charge = 0.0
        since_charge += level_kwh(leg, car, share) / car.capacity_kwh
        found.append(since_charge)
    return found


def band_of(legs: Sequence[Leg], car: ConditionedVehicle, trip: Trip) -> ConsumptionBand:
    """Return the band of a plan's consumption, by what its trip states.

    Parameters
    ----------
    legs
        The plan's.
    car
        The car under the conditions of the trip.
    trip
        What was asked for: a temperature that was not stated is not known.
    """
    hours = sum(leg.driving_s for leg in legs) / S_PER_H
    km = sum(leg.distance_km for leg in legs)
    weather_given = "ambient_c" in trip.conditions.model_fields_set or bool(trip.ambient_by_hour)
    speed_given = trip.max_speed_kmh is not None
    basis = bands.class_of(
        car.vehicle.consumption_spread,
        km / hours if hours > 0.0 else 0.0,
        car.conditions.ambient_c,
        driven=car.vehicle.is_fitted_to_drives,
        tested=car.vehicle.range_tests > 0,
        weather_given=weather_given,
        speed_given=speed_given,
    )
    return ConsumptionBand(
        basis=basis,
        share=bands.BANDS[basis].share,
        weather_given=weather_given,
        speed_given=speed_given,
    )


def with_uncertainty(
    legs: Sequence[Leg],
    stops: Sequence[ChargingStop],
    car: ConditionedVehicle,
    band: ConsumptionBand,
) -> tuple[Leg, ...]:
    """Return the legs with the uncertainty of their arrivals.

    Parameters
    ----------
    legs, stops
        The plan; stops lie between legs.
    car
        The car under the conditions of the trip.
    band
        How far consumption may be off.
    """
    stakes = at_stake_soc(legs, stops, car, band.share)
    scale = spread.scale_of(band.share, _own_spread(car))
    return tuple(
        leg.model_copy(update={"outlook": _arrival(leg, scale * stake)})
        for leg, stake in zip(legs, stakes, strict=True)
    )


def _arrival(leg: Leg, scale_soc: float) -> ArrivalOutlook:
    off = spread.QUANTILE_90 * scale_soc
    chance = 1.0
    if scale_soc > 0.0:
        chance = spread.probability(max(leg.min_soc, 0.0) / scale_soc)
    return ArrivalOutlook(
        p10_soc=max(0.0, leg.arrival_soc - off),
        p50_soc=leg.arrival_soc,
        p90_soc=min(1.0, leg.arrival_soc + off),
        probability=chance,
    )


def margin_soc(plan: Plan, car: ConditionedVehicle, wanted: float) -> float:
    """Return the least SoC to plan for, so that every arrival is as probable as wanted.

    Parameters
    ----------
    plan
        A plan with a band.
    car
        The car under the conditions of the trip.
    wanted
        The probability, a fraction.
    """
    band = plan.consumption_band
    assert band is not None
    stakes = at_stake_soc(plan.legs, plan.stops, car, band.share)
    return spread.quantile(wanted) * spread.scale_of(band.share, _own_spread(car)) * max(stakes)


def in_words(
    legs: Sequence[Leg], car: ConditionedVehicle, band: ConsumptionBand
) -> tuple[str, ...]:
    """Say what the uncertainty rests on, to be shown with the plan."""
    chance = arrival_probability(legs)
    if chance is None:
        return ()
    own, loaded = car.vehicle.consumption_spread, _load_spread(car)
    off = spread.QUANTILE_90 * spread.scale_of(band.share, _own_spread(car))
    measured = bands.BANDS[band.basis]
    basis = f"{measured.words}: ±{100.0 * band.share:.0f} %, from {measured.rows} measurements"
    if own > 0.0:
        basis += f"; this car's estimated values add {100.0 * own:.0f} %"
    if loaded > 0.0:
        basis += f"; its load adds {100.0 * loaded:.0f} %"
    missing = [
        words
        for words, given in (
            ("the temperature", band.weather_given),
            ("how fast you go at most", band.speed_given),
        )
        if not given
    ]
    if missing and "no " in band.basis:
        basis += f"; state {' and '.join(missing)} for a narrower one"
    words = "more than 99 %" if chance > 0.99 else f"{100.0 * chance:.0f} %"
    sentence = (
        f"Eight trips in ten take within {100.0 * off:.0f} % of this consumption ({basis}); "
        f"the chance of arriving at every stop is {words} by that."
    )
    return (sentence,)


def _load_spread(car: ConditionedVehicle) -> float:
    given = car.conditions
    return loads.spread_of(given.bikes, given.trailer, winter_tyres=given.winter_tyres)


def _own_spread(car: ConditionedVehicle) -> float:
    """Return by what share of it the consumption of this car with its load is less sure."""
    return math.hypot(car.vehicle.consumption_spread, _load_spread(car))


def arrival_probability(legs: Sequence[Leg]) -> float | None:
    """Probability of arriving at every stop: the least of the legs, as their error is one."""
    chances = [leg.outlook.probability for leg in legs if leg.outlook is not None]
    return min(chances) if len(chances) == len(legs) else None
