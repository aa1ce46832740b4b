"""The audit of sums: legs and stops in their order, totals, chances, costs, value and bound."""

import math
from datetime import UTC, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from tripplan.physics import loads, spread
from tripplan.physics.bands import BANDS
from tripplan.planning.audit_objections import Objections
from tripplan.planning.opening_hours import local_time
from tripplan.planning.tariff import read_prices
from tripplan.records.plan import ChargingStop, Leg, Plan
from tripplan.records.trip import Place
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_S: Final = 1e-3
_KM: Final = 1e-6
_KWH: Final = 1e-6
_SOC: Final = 1e-9
_M: Final = 1e-3
_SHARE: Final = 1e-9
"""Relative error of sums of money and of values."""
_CHANCE: Final = 1e-6
_DAY_S: Final = 86_400.0
"""With objective ``stops``, a day of time counts as a stop."""
_TIE_KWH: Final = 0.01
"""With time worth nothing, an hour counts the price of this much energy."""
_TIE_PRICE: Final = 0.01
_MIN_PER_H: Final = 60.0
_ACCESS: Final = 0.41
"""Share of what is taken between places and roads within which eight in ten lie."""
_RATED: Final = 0.03
"""Cars with less of a spread of their own have an official test."""
_COLD_C: Final = 5.0
_TOWN_KM_PER_S: Final = 60.0 / S_PER_H
"""Trips that are slower in the mean are of town."""


def look_at_sums(plan: Plan, car: ConditionedVehicle, found: Objections) -> None:
    """Look at what is stated of the whole plan.

    Parameters
    ----------
    plan, car
        The plan, and its car under its conditions.
    found
        Where objections go.
    """
    _order(plan, found)
    for number, leg in enumerate(plan.legs, start=1):
        _leg(f"leg {number}", leg, found)
    _trip_wishes(plan, found)
    _totals(plan, car, found)
    _chances(plan, car, found)
    _costs(plan, car, found)
    _certificate(plan, found)


def _order(plan: Plan, found: Objections) -> None:
    """Object to legs that do not lead from one stop to the next."""
    places = [
        plan.trip.origin,
        *(Place(lat=stop.lat, lon=stop.lon, name=stop.name) for stop in plan.stops),
        plan.trip.destination,
    ]
    for number, (leg, (start, end)) in enumerate(
        zip(plan.legs, pairwise(places), strict=True), start=1
    ):
        for word, stated, right in (("from", leg.start, start), ("to", leg.end, end)):
            found.when(
                _other_place(stated, right),
                f"leg {number}: leads {word} {stated.label}, not {word} {right.label}",
            )


def _other_place(one: Place, other: Place) -> bool:
    return one.label != other.label or (one.lat, one.lon) != (other.lat, other.lon)


def _leg(where: str, leg: Leg, found: Objections) -> None:
    rise_m = np.diff(np.array(leg.trace.elevation_m))
    found.compare(
        where,
        "m",
        (
            ("ascent", leg.ascent_m, float(rise_m[rise_m > 0.0].sum()), _M),
            ("descent", leg.descent_m, float(-rise_m[rise_m < 0.0].sum()), _M),
        ),
    )
    km = leg.trace.distance_km
    for advice in leg.advice:
        found.when(
            not km[0] - _KM <= advice.from_km <= advice.to_km <= km[-1] + _KM
            or not 0.0 < advice.advised_kmh < advice.usual_kmh,
            f"{where}: advice for {advice.from_km:.1f} to {advice.to_km:.1f} km makes no sense",
        )


def _trip_wishes(plan: Plan, found: Objections) -> None:
    """Object to waypoints and required chargers left out, and to more stops than are wished."""
    trip = plan.trip
    waypoints = sum(stop.charger is None for stop in plan.stops)
    found.when(
        waypoints != len(trip.waypoints),
        f"it goes by way of {waypoints} waypoints, wished {len(trip.waypoints)}",
    )
    met = [set(charger.ids) for charger in plan.chargers]
    for wanted in trip.via_chargers:
        found.when(
            not any(wanted in ids for ids in met),
            f"it does not stop at charger {wanted} as required",
        )
    chargers = sum(stop.charger is not None for stop in plan.stops)
    found.when(
        trip.most_stops is not None and chargers > trip.most_stops,
        f"{chargers} stops at chargers, at most {trip.most_stops} wished",
    )


def _totals(plan: Plan, car: ConditionedVehicle, found: Objections) -> None:
    legs, stops = plan.legs, plan.stops
    seconds = {
        "driving_s": sum(leg.driving_s for leg in legs),
        "charging_s": sum(stop.charging_s for stop in stops),
        "overhead_s": sum(stop.overhead_s for stop in stops),
        "waiting_s": sum(stop.waited_s for stop in stops),
        "dwell_s": sum(stop.dwell_s for stop in stops),
    }
    found.compare(
        "plan", "s", [(name, getattr(plan, name), right, _S) for name, right in seconds.items()]
    )
    on_arrival_s = legs[-1].trace.elapsed_s[-1]
    found.compare(
        "plan",
        "s",
        (
            ("total_s", plan.total_s, sum(seconds.values()), _S),
            ("total_s, by the clock on arrival,", plan.total_s, on_arrival_s, _S),
        ),
    )
    spent_kwh = sum(leg.energy.spent_kwh for leg in legs)
    spent_kwh += sum(stop.standby_kwh for stop in stops)
    charged_kwh = sum(stop.energy_kwh for stop in stops)
    km = sum(leg.distance_km for leg in legs)
    found.compare(
        "plan",
        "km, kWh or SoC",
        (
            ("distance_km", plan.distance_km, km, _KM),
            ("energy_charged_kwh", plan.energy_charged_kwh, charged_kwh, _KWH),
            ("energy_spent_kwh", plan.energy_spent_kwh, spent_kwh, _KWH),
            ("arrival_soc", plan.arrival_soc, legs[-1].arrival_soc, _SOC),
            ("capacity_kwh", plan.capacity_kwh, car.capacity_kwh, _KWH),
        ),
    )


def _chances(plan: Plan, car: ConditionedVehicle, found: Objections) -> None:
    """Hold the uncertainty of each arrival against the energy since the last charge."""
    stake, chances = 0.0, []
    given = plan.trip.conditions
    unsure = (
        car.vehicle.consumption_spread,
        loads.BIKES[given.bikes].spread,
        loads.TRAILERS[given.trailer].spread,
        loads.TYRES_SPREAD * given.winter_tyres,
    )
    own = sum((share / spread.QUANTILE_90) ** 2 for share in unsure)
    band = plan.consumption_band
    if band is None:
        found.when(
            any(leg.outlook for leg in plan.legs),
            "plan: P10 and P90 without the band that they come from",
        )
        return
    _band(plan, car, found)
    car_scale = math.sqrt((band.share / spread.QUANTILE_90) ** 2 + own)
    for number, leg in enumerate(plan.legs, start=1):
        if number > 1 and plan.stops[number - 2].energy_kwh > 0.0:
            stake = 0.0
        stake += _level_kwh(leg, car, band.share) / car.capacity_kwh
        outlook = leg.outlook
        if outlook is None:
            continue
        scale = car_scale * stake
        chance = spread.probability(max(leg.min_soc, 0.0) / scale) if scale > 0.0 else 1.0
        off = spread.QUANTILE_90 * scale
        chances.append(outlook.probability)
        found.compare(
            f"leg {number}",
            "of 1",
            (
                ("the chance of arriving", outlook.probability, chance, _CHANCE),
                ("P10", outlook.p10_soc, max(0.0, leg.arrival_soc - off), _CHANCE),
                ("P50", outlook.p50_soc, leg.arrival_soc, _CHANCE),
                ("P90", outlook.p90_soc, min(1.0, leg.arrival_soc + off), _CHANCE),
            ),
        )
    stated, wanted = plan.arrival_probability, plan.trip.arrive_with_probability
    if stated is not None:
        right = min(chances) if len(chances) == len(plan.legs) else -1.0
        found.compare("plan", "of 1", (("arrival_probability", stated, right, _CHANCE),))
    found.when(
        wanted is not None and not (stated or 0.0) >= wanted - _CHANCE,
        f"plan: a chance of arriving of {stated or 0.0:.3f}, at least {wanted or 0.0:g} wished",
    )


def _band(plan: Plan, car: ConditionedVehicle, found: Objections) -> None:
    """Hold the class of the band against car, speed and weather of the plan."""
    band = plan.consumption_band
    assert band is not None
    own = car.vehicle
    driving_s = sum(leg.driving_s for leg in plan.legs)
    slow = driving_s <= 0.0 or plan.distance_km < _TOWN_KM_PER_S * driving_s
    fitted = own.provenance.get("rolling_rise_per_k")
    driven = fitted is not None and fitted.kind == "fitted"
    car_word = "rated" if driven or own.consumption_spread < _RATED else "other"
    if own.range_tests > 0 and not (driven or slow):
        car_word = "tested"
    right = "cold" if car.conditions.ambient_c <= _COLD_C else f"{car_word}, mild"
    if slow and driven:
        right = "driven, town"
    if not band.weather_given:
        right = "town, no weather" if slow else f"{car_word}, no weather"
    if not band.speed_given and not slow and BANDS[right].share < BANDS["no speed"].share:
        right = "no speed"
    found.when(
        band.basis != right or band.share != BANDS[right].share,
        f"plan: its band is that of {band.basis!r}, {band.share:g}; it is one of {right!r}",
    )
    found.when(
        band.speed_given != (plan.trip.max_speed_kmh is not None),
        "plan: its band says otherwise than the trip whether a speed was stated",
    )


def _level_kwh(leg: Leg, car: ConditionedVehicle, share: float) -> float:
    """Energy of a leg without what its heights give or take, and what a full battery refused.

    That of ways of which only the ends are known counts several times: it is less sure.
    """
    rise_m = leg.trace.elevation_m[-1] - leg.trace.elevation_m[0]
    level_kwh = max(0.0, leg.energy.spent_kwh - leg.energy.curtailed_kwh - car.lift_kwh(rise_m))
    return level_kwh + max(_ACCESS / share - 1.0, 0.0) * sum(w.energy_kwh for w in leg.access)


def _costs(plan: Plan, car: ConditionedVehicle, found: Objections) -> None:
    prices = plan.trip.prices
    found.when(
        bool(prices.currency) and plan.currency != prices.currency,
        f"plan: its currency is {plan.currency or 'none'}, wished {prices.currency}",
    )
    for number, stop in enumerate(plan.stops):
        cost, assumed = _cost(stop, number, plan)
        where = f"stop {stop.number} ({stop.name})"
        money = plan.currency or "of money"
        found.compare(where, money, (("cost", stop.cost, cost, _SHARE * abs(cost) + _KWH),))
        found.when(
            assumed != bool(stop.price_rule),
            f"{where}: its price is {'assumed' if assumed else 'stated'}, and it says otherwise",
        )
    charging = sum(stop.cost for stop in plan.stops)
    used_soc = plan.legs[0].departure_soc - plan.legs[-1].arrival_soc
    # What the battery gave, warm or cold, is charged again as in the warm.
    used_kwh = used_soc * plan.vehicle.battery.usable_kwh
    home = used_kwh * prices.home_price_per_kwh / car.home_efficiency
    found.compare(
        "plan",
        plan.currency or "of money",
        (
            ("charging_cost", plan.charging_cost, charging, _SHARE * abs(charging) + _KWH),
            ("home_cost", plan.home_cost, home, _SHARE * abs(home) + _KWH),
        ),
    )


def _cost(stop: ChargingStop, number: int, plan: Plan) -> tuple[float, bool]:
    """Return what a stop costs, and whether its price is assumed."""
    prices = plan.trip.prices
    charged_kwh = stop.energy_kwh / stop.plug_efficiency
    if stop.charger is None:
        passed = sum(earlier.charger is None for earlier in plan.stops[:number])
        stated = plan.trip.waypoints[passed : passed + 1]
        own = stated[0].price_per_kwh if stated else None
        return (prices.home_price_per_kwh if own is None else own) * charged_kwh, False
    week = read_prices(stop.charger.price, stop.charger.fee)
    if week is None or week.least.currency not in ("", plan.currency):
        return prices.price_per_kwh * charged_kwh + prices.price_per_session, True
    unknown_hour = week.by_hour and plan.trip.departure is None
    tariff = week.dearest if unknown_hour else week.rest
    if week.by_hour and plan.trip.departure is not None:
        before_s = sum(leg.driving_s for leg in plan.legs[: number + 1])
        before_s += sum(earlier.duration_s for earlier in plan.stops[:number]) + stop.waited_s
        trip = plan.trip
        start = local_time(plan.trip.departure, trip.origin.lat, trip.origin.lon)
        moment = start.astimezone(UTC) + timedelta(seconds=before_s)
        zone = local_time(moment.replace(tzinfo=None), stop.lat, stop.lon).tzinfo
        tariff = week.at(moment.astimezone(zone))
    minutes = stop.charging_s / S_PER_H * _MIN_PER_H
    by_energy = tariff.per_kwh * charged_kwh
    return by_energy + tariff.per_min * minutes + tariff.per_session, unknown_hour


def _certificate(plan: Plan, found: Objections) -> None:
    proof, objective = plan.certificate, plan.trip.objective
    found.when(
        proof.objective != objective, f"the proof is for {proof.objective}, wished {objective}"
    )
    value = _value(plan)
    allowed = _SHARE * abs(value) + _S * _SHARE
    found.compare("proof", proof.measure, (("the plan's value", proof.value, value, allowed),))
    bounds = {
        (proof.lower_bound, proof.value, proof.measure),
        (proof.lower_bound_s, plan.total_s, "s"),
    }
    for bound, worth, measure in sorted(bounds):
        found.when(
            not bound <= worth,
            f"lower bound above the plan: {bound:.6g}, but the plan comes to {worth:.6g} {measure}",
        )
    if objective == "time":
        found.compare(
            "proof", "s", (("lower_bound_s", proof.lower_bound_s, proof.lower_bound, _SHARE),)
        )
    gap = (proof.value - proof.lower_bound) / abs(proof.value) if proof.value else 0.0
    found.compare("proof", "of 1", (("the gap", proof.gap, max(gap, 0.0), 2.0 * _SHARE),))


def _value(plan: Plan) -> float:
    """Return what the plan is worth by its objective, from its own figures."""
    trip, prices = plan.trip, plan.trip.prices
    hours = plan.total_s / S_PER_H
    if trip.objective == "energy":
        return plan.energy_spent_kwh + trip.hour_worth_kwh * hours
    if trip.objective == "money":
        dearest = max(prices.price_per_kwh, prices.home_price_per_kwh, _TIE_PRICE)
        hour = max(prices.value_of_time_per_h, _TIE_KWH * dearest)
        return plan.charging_cost + plan.home_cost + hour * hours
    if trip.objective == "stops":
        return sum(stop.charger is not None for stop in plan.stops) + plan.total_s / _DAY_S
    return plan.total_s
