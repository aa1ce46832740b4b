"""What a trip asks to be least, and what each plan costs.

An objective turns into seconds for the search (`search.problem`), and what the search found turns
back into the objective's unit:

- time: seconds;
- energy: kilowatt-hours drawn from the battery, with an hour at `Trip.hour_worth_kwh`;
- money: currency, with an hour at `Prices.value_of_time_per_h`;
- stops: stops at chargers, with a day of time for one, so that time decides only among plans with
  equally many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

import numpy as np

from tripplan.planning.cache import Fitting
from tripplan.planning.opening_hours import local_time
from tripplan.planning.stops import Stop
from tripplan.planning.tariff import FREE, Tariff, read_prices
from tripplan.records.charger import Charger, Plug
from tripplan.records.plan import ChargingStop, Leg
from tripplan.records.trip import Trip, Waypoint
from tripplan.search.problem import ObjectiveWeights, Problem, nothing_beside_time
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

STOP_WORTH_S: Final = 86_400.0
"""What a stop counts with objective ``stops``: more than any plan could save by one more."""
TIE_KWH: Final = 0.01
"""With time worth nothing, an hour counts the price of this much energy, to decide between plans of
the same cost, kWh."""
MIN_PER_H: Final = 60.0
DEAREST_RULE: Final = "price by the hour, and the trip has no departure: the dearest hour counts"


@dataclass(frozen=True, eq=False)
class Pricing:
    """What charging costs on a trip.

    Parameters
    ----------
    trip, car
        Who drives where.
    fitting
        The chargers that its car can use, with what charging costs there at the least, at whatever
        hour: the search has no clock in its prices, and its bound holds at all hours.
    local
        Currency where the trip starts; empty: not known.
    """

    trip: Trip
    car: ConditionedVehicle
    fitting: Fitting
    local: str = ""

    @property
    def home_per_kwh(self) -> float:
        """What a kilowatt-hour costs that comes from home and that the battery gives back."""
        efficiency = self.car.home_efficiency * self.car.charge_efficiency
        return self.trip.prices.home_price_per_kwh / efficiency

    @cached_property
    def currency(self) -> str:
        """Currency of the trip: as wished for, else of most stated prices, else where it starts."""
        if self.trip.prices.currency:
            return self.trip.prices.currency
        return self.fitting.currency or self.local

    @property
    def assumed(self) -> Tariff:
        """What charging costs where that is not known."""
        prices = self.trip.prices
        return Tariff(prices.price_per_kwh, 0.0, prices.price_per_session, self.currency)

    def tariff(self, charger: int) -> tuple[Tariff, str]:
        """Return what charging costs at one of these chargers, and by which rule if assumed."""
        found = self.fitting.tariffs[charger]
        if found is not None and found.currency in ("", self.currency):
            return found, ""
        why = "not known" if found is None else f"stated in {found.currency}, not {self.currency}"
        amount = money(self.assumed.per_kwh, self.currency)
        rule = f"price {why}: {amount} per kWh assumed"
        if self.assumed.per_session:
            rule += f", and {money(self.assumed.per_session, self.currency)} for the stop"
        return self.assumed, rule

    def of_plug(self, plug: Plug) -> Tariff:
        """Return what charging costs at a plug of the trip."""
        return self.tariff(self.fitting.number(plug.site.id))[0]

    def paid(
        self, stop: ChargingStop, begin_s: float, waypoint: Waypoint | None = None
    ) -> ChargingStop:
        """Return a stop with what it costs.

        Parameters
        ----------
        stop
            The stop.
        begin_s
            When its charge begins, after the trip's departure. [s]
        waypoint
            The waypoint that it is, if it is one.
        """
        plug_kwh = stop.energy_kwh / stop.plug_efficiency
        if stop.charger is None:
            own = self.own_per_kwh(waypoint.price_per_kwh if waypoint else None)
            return stop.model_copy(update={"cost": own * plug_kwh})
        tariff, rule = self._at_its_hour(stop.charger, begin_s)
        minutes = stop.charging_s / S_PER_H * MIN_PER_H
        cost = tariff.per_kwh * plug_kwh + tariff.per_min * minutes + tariff.per_session
        return stop.model_copy(update={"cost": cost, "price_rule": rule})

    def own_per_kwh(self, stated: float | None) -> float:
        """Return what a kilowatt-hour costs at a waypoint's own plug; None: nobody says."""
        return self.trip.prices.home_price_per_kwh if stated is None else stated

    def _at_its_hour(self, site: Charger, begin_s: float) -> tuple[Tariff, str]:
        """Return what a charge costs that begins then; without a departure, at its dearest hour."""
        tariff, rule = self.tariff(self.fitting.number(site.id))
        week = read_prices(site.price, site.fee)
        if rule or week is None or not week.by_hour:
            return tariff, rule
        if self.trip.departure is None:
            return week.dearest, DEAREST_RULE
        return week.at(there_at(self.trip, site, begin_s)), ""


def there_at(trip: Trip, site: Charger, after_s: float) -> datetime:
    """Return the local time at a site, some time after a trip's departure.

    Parameters
    ----------
    trip
        A trip with a departure.
    site
        Where.
    after_s
        So long after it. [s]
    """
    assert trip.departure is not None
    start = local_time(trip.departure, trip.origin.lat, trip.origin.lon).astimezone(UTC)
    then = start + timedelta(seconds=after_s)
    return then.astimezone(local_time(then.replace(tzinfo=None), site.lat, site.lon).tzinfo)


def money(amount: float, currency: str) -> str:
    """Write an amount of money."""
    return f"{amount:.2f} {currency}".rstrip()


def hour_worth(trip: Trip) -> float:
    """Return what an hour is worth in money; never zero, so that time decides between equals."""
    prices = trip.prices
    least = TIE_KWH * max(prices.price_per_kwh, prices.home_price_per_kwh, 0.01)
    return max(prices.value_of_time_per_h, least)


def with_objective(problem: Problem, pricing: Pricing, stops: Sequence[Stop]) -> Problem:
    """Return the problem with what counts beside time by the trip's objective.

    Parameters
    ----------
    problem
        What is asked of the search.
    pricing
        What charging costs on the trip.
    stops
        Places to visit, as the problem's targets have them but for the last.
    """
    trip, worth = pricing.trip, nothing_beside_time(problem.stop_count)
    chargers = problem.charger_node.size
    if trip.objective == "time":
        return problem
    if trip.objective == "energy":
        s_per_kwh = S_PER_H / trip.hour_worth_kwh
        worth = replace(worth, kwh_s=worth.kwh_s + s_per_kwh, end_s_per_kwh=s_per_kwh)
    elif trip.objective == "stops":
        counted = [target.is_charger for target in problem.targets]
        at_charger = np.concatenate([np.ones(chargers), counted, [0.0]])
        worth = replace(worth, fee_s=STOP_WORTH_S * at_charger)
    else:
        worth = _money_worth(pricing, chargers, stops)
    return replace(problem, objective=worth)


def with_surcharges(
    problem: Problem, fitting: Fitting, surcharges_s: Mapping[str, float]
) -> Problem:
    """Return the problem with what stops at chargers count more than its objective says.

    Parameters
    ----------
    problem
        What is asked of the search.
    fitting
        The chargers that the car can use.
    surcharges_s
        What a stop counts more by the site's id, not negative; none where it is not named.  [s]
    """
    if not surcharges_s:
        return problem
    worth = problem.objective or nothing_beside_time(problem.stop_count)
    more_s = np.zeros(problem.stop_count)
    more_s[: len(fitting.plugs)] = [surcharges_s.get(p.site.id, 0.0) for p in fitting.plugs]
    return replace(problem, objective=replace(worth, fee_s=worth.fee_s + more_s))


def _money_worth(pricing: Pricing, chargers: int, stops: Sequence[Stop]) -> ObjectiveWeights:
    """Return prices in seconds at each stop: chargers, targets and the origin."""
    trip = pricing.trip
    s_per_money = S_PER_H / hour_worth(trip)
    tariffs = [pricing.tariff(k)[0] for k in range(chargers)]
    efficiency = [pricing.car.charge_efficiency] * chargers
    for stop in stops:
        own = Tariff(pricing.own_per_kwh(stop.price_per_kwh), 0.0, 0.0, pricing.currency)
        tariffs.append(own if stop.plug is None else pricing.of_plug(stop.plug))
        efficiency.append(stop.efficiency)
    tariffs += [FREE, FREE]
    efficiency += [1.0, 1.0]
    per_kwh, per_min, per_session = np.array([tariff[:3] for tariff in tariffs], np.float64).T
    return ObjectiveWeights(
        kwh_s=per_kwh / efficiency * s_per_money,
        charging_factor=1.0 + per_min * MIN_PER_H * s_per_money / S_PER_H,
        fee_s=per_session * s_per_money,
        end_s_per_kwh=pricing.home_per_kwh * s_per_money,
    )


@dataclass(frozen=True)
class Score:
    """A plan by its trip's objective."""

    value: float
    lower_bound: float
    measure: str
    """Unit and make-up, in words."""


@dataclass(frozen=True)
class Totals:
    """What a finished plan comes to."""

    total_s: float
    spent_kwh: float
    charging_cost: float
    home_cost: float
    stops: int

    @property
    def cost(self) -> float:
        """What the energy costs."""
        return self.charging_cost + self.home_cost


def totals_of(
    pricing: Pricing,
    legs: Sequence[Leg],
    stops: Sequence[ChargingStop],
    total_s: float,
) -> Totals:
    """Add up legs and paid stops.

    Parameters
    ----------
    pricing
        What things cost, for one car.
    legs, stops
        The plan.
    total_s
        How long it takes in all. [s]
    """
    used_kwh = (legs[0].departure_soc - legs[-1].arrival_soc) * pricing.car.capacity_kwh
    return Totals(
        total_s,
        sum(leg.energy.spent_kwh for leg in legs) + sum(stop.standby_kwh for stop in stops),
        sum(stop.cost for stop in stops),
        used_kwh * pricing.home_per_kwh,
        sum(stop.kind == "charger" for stop in stops),
    )


def score(pricing: Pricing, totals: Totals, bound_s: float) -> Score:
    """Return the value of a plan, and what no plan can undercut.

    Parameters
    ----------
    pricing
        What charging costs on the trip.
    totals
        What the plan comes to.
    bound_s
        What no plan counts less than, in the seconds of the search.
    """
    trip = pricing.trip
    # The warm-up is drawn before the search begins to count.
    warm_up_kwh = pricing.car.warm_up.total_kwh
    hours = totals.total_s / S_PER_H
    if trip.objective == "energy":
        worth = trip.hour_worth_kwh
        return Score(
            totals.spent_kwh + worth * hours,
            bound_s * worth / S_PER_H + warm_up_kwh,
            f"kWh, with an hour as {worth:g} kWh",
        )
    if trip.objective == "money":
        worth = hour_worth(trip)
        return Score(
            totals.cost + worth * hours,
            bound_s * worth / S_PER_H + warm_up_kwh * pricing.home_per_kwh,
            f"{pricing.currency or 'money'}, with an hour as {worth:g}",
        )
    if trip.objective == "stops":
        return Score(
            totals.stops + totals.total_s / STOP_WORTH_S,
            bound_s / STOP_WORTH_S,
            "stops, with a day of time as one",
        )
    return Score(totals.total_s, bound_s, "s")


def price_assumptions(pricing: Pricing, stops: Sequence[ChargingStop]) -> tuple[str, ...]:
    """Return what the costs of a plan rest on, in sentences."""
    prices = pricing.trip.prices
    dearest = sum(stop.price_rule == DEAREST_RULE for stop in stops)
    guessed = sum(bool(stop.price_rule) for stop in stops) - dearest
    sentences = [
        (
            "Energy from home, and what is left on arrival, is priced at "
            f"{money(prices.home_price_per_kwh, pricing.currency)} per kWh from the wall, of which "
            f"{pricing.car.home_efficiency:.0%} reach the battery; fast chargers are taken to bill "
            "what reaches it."
        )
    ]
    if not pricing.currency:
        sentences.append(
            "In which currency is not known: no price names one, and the region's extract no "
            "country. `currency` of the trip sets it, or `tripplan region build --country`."
        )
    if guessed:
        sentences.append(
            f"{guessed} of {sum(stop.kind == 'charger' for stop in stops)} charging stops state no "
            f"price that can be used; {money(prices.price_per_kwh, pricing.currency)} per kWh and "
            f"{money(prices.price_per_session, pricing.currency)} per stop are assumed there."
        )
    if dearest:
        sentences.append(
            f"{dearest} of these stops are priced by the hour; without a departure their dearest "
            "hour counts."
        )
    if pricing.trip.objective == "money":
        sentences.append(
            f"An hour of the trip is worth {money(hour_worth(pricing.trip), pricing.currency)}."
        )
    return tuple(sentences)
