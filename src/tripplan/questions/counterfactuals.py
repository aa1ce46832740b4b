"""What would have been: each change is planned again as wishes of a trip, and told as it came out.

What leaves with more or less is the rest of the trip from that charger on, planned twice: with what
the plan leaves with, and with what it would; the charge here takes what the car's curve says.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from tripplan.planning.way_out import changed
from tripplan.questions.next_charger import next_along
from tripplan.questions.reasons import Change, ChangeOfTrip, WhatIf
from tripplan.questions.trying import Case, Trials, with_values
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import Place, Trip
from tripplan.search.kernels.heat_trajectory import charging_trajectory
from tripplan.vehicle_model.conditioned import ConditionedVehicle

MORE_SOC: Final = 0.05
SLOWER_KMH: Final = 10.0
_A_BIT: Final = 1e-6


def of_stop(trials: Trials, case: Case, plan: Plan, number: int) -> list[WhatIf]:
    """Return changes at one stop at a charger.

    Parameters
    ----------
    trials
        Plans.
    case
        The trip and its car.
    plan
        Its plan.
    number
        Position of the stop among those of the plan, from 0.
    """
    site = plan.stops[number].charger
    if site is None:
        return []
    trip = case.trip
    others = tuple(name for name in trip.via_chargers if name not in site.ids)
    without = {"banned": (*trip.chargers.banned, site.id), "require": others}
    found = [_replanned(trials, case, plan, "without it", without)]
    following = next_along(plan, number, trials.planner.chargers(trip, case.vehicle))
    if following is not None:
        there = {**without, "require": (*others, following.site.id)}
        if following.site.id not in without["banned"]:
            found.append(_replanned(trials, case, plan, "at the next charger", there))
    found.append(_leaving_with(trials, case, plan, number, MORE_SOC))
    found.append(_leaving_with(trials, case, plan, number, -MORE_SOC))
    return found


def of_trip(trials: Trials, case: Case, plan: Plan) -> list[WhatIf]:
    """Return changes of a whole trip; parameters as in `of_stop`."""
    found = []
    if plan.stop_count:
        fewer = {"most_stops": plan.stop_count - 1}
        found.append(_replanned(trials, case, plan, "one stop fewer", fewer))
    fastest_kmh = max(max(leg.trace.speed_kmh) for leg in plan.legs)
    slower = {"max_speed_kmh": round(fastest_kmh - SLOWER_KMH, 1)}
    if slower["max_speed_kmh"] >= 20.0:
        found.append(_replanned(trials, case, plan, "10 km/h slower", slower))
    return found


def changed_trip(trip: Trip, wishes: Mapping[str, Any]) -> Trip:
    """Return the trip that a change is planned as."""
    return changed(trip, wishes)


def _replanned(
    trials: Trials,
    case: Case,
    plan: Plan,
    change: Change | ChangeOfTrip,
    wishes: Mapping[str, Any],
) -> WhatIf:
    """Plan a trip with other wishes, and tell what differs."""
    words = "; ".join(f"{name} {_value(value)}" for name, value in wishes.items() if value != ())
    other = trials.plan(case._replace(trip=changed_trip(case.trip, wishes)))
    if other is None:
        return WhatIf(
            change=change, wishes=words, possible=False, sentence=_sentence(change, None, plan)
        )
    found = WhatIf(
        change=change,
        wishes=words,
        possible=True,
        later_s=other.total_s - plan.total_s,
        more_kwh=other.energy_spent_kwh - plan.energy_spent_kwh,
        dearer_cost=other.cost - plan.cost,
        chance_probability=other.arrival_probability,
        sentence="",
    )
    return found.model_copy(update={"sentence": _sentence(change, found, plan)})


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def rest_of(case: Case, plan: Plan, number: int, departure_soc: float, pack_c: float) -> Case:
    """Return the trip from a stop on, as a trip of its own.

    Parameters
    ----------
    case, plan
        The whole trip.
    number
        Position of the stop, from 0.
    departure_soc
        With what it leaves.
    pack_c
        With what pack. [degC]
    """
    trip, stop = case.trip, plan.stops[number]
    passed = [earlier.charger.id for earlier in plan.stops[: number + 1] if earlier.charger]
    left = sum(later.charger is None for later in plan.stops[number + 1 :])
    elapsed_s = sum(leg.driving_s for leg in plan.legs[: number + 1])
    elapsed_s += sum(earlier.duration_s for earlier in plan.stops[: number + 1])
    rest = with_values(
        trip,
        origin=Place(lat=stop.lat, lon=stop.lon, name=stop.name),
        waypoints=trip.waypoints[len(trip.waypoints) - left :],
        via_chargers=tuple(name for name in trip.via_chargers if name not in passed),
        departure_soc=departure_soc,
        pack_start_c=max(pack_c, trip.pack_departure_c, trip.conditions.ambient_c),
        departure=trip.departure and trip.departure + timedelta(seconds=elapsed_s),
        most_stops=None
        if trip.most_stops is None
        else trip.most_stops - sum(e.charger is not None for e in plan.stops[: number + 1]),
        cabin="off" if trip.conditions.cabin == "off" else "preheated",
    )
    return case._replace(trip=rest)


def _leaving_with(trials: Trials, case: Case, plan: Plan, number: int, more_soc: float) -> WhatIf:
    """Tell what leaving a stop with more or less comes to."""
    stop = plan.stops[number]
    change: Change = "5 % more" if more_soc > 0 else "5 % less"
    target = stop.departure_soc + more_soc
    wishes = f"leaves with {target:.1%} in place of {stop.departure_soc:.1%}"
    no = WhatIf(
        change=change, wishes=wishes, possible=False, sentence=_sentence(change, None, plan)
    )
    start = stop.samples[0].soc if stop.samples else stop.arrival_soc
    limit = case.trip.charge_limit_soc
    if not start - _A_BIT <= target <= limit + _A_BIT or not stop.samples:
        return no
    car = ConditionedVehicle.of(case.vehicle, case.trip, heat=trials.planner.settings.heat)
    now_s, now_c = charging_to(car, stop, stop.departure_soc)
    then_s, then_c = charging_to(car, stop, target)
    usual = trials.plan(rest_of(case, plan, number, stop.departure_soc, now_c))
    other = trials.plan(rest_of(case, plan, number, target, then_c))
    if usual is None or other is None:
        return no
    found = WhatIf(
        change=change,
        wishes=wishes,
        possible=True,
        later_s=(then_s + other.total_s) - (now_s + usual.total_s),
        more_kwh=other.energy_spent_kwh - usual.energy_spent_kwh,
        sentence="",
    )
    return found.model_copy(update={"sentence": _sentence(change, found, plan)})


def charging_to(car: ConditionedVehicle, stop: ChargingStop, soc: float) -> tuple[float, float]:
    """Return how long a stop charges up to a SoC [s], and how warm the pack is then [degC].

    Parameters
    ----------
    car
        The car on this trip.
    stop
        The stop, with its samples.
    soc
        SoC at the end.
    """
    first = stop.samples[0]
    assert car.power is not None
    if soc <= first.soc:
        return 0.0, first.pack_c
    course = charging_trajectory(
        first.soc, soc, first.pack_c, stop.charger_kw, car.power, car.charging_pack
    )
    return float(course[-1, 1]), float(course[-1, 2])


_HEADS: Final[Mapping[str, str]] = {
    "without it": "Without it",
    "at the next charger": "At the next charger instead",
    "5 % more": "Leaving with 5 % more",
    "5 % less": "Leaving with 5 % less",
    "one stop fewer": "With one stop fewer",
    "10 km/h slower": "10 km/h slower",
}


def _sentence(change: str, found: WhatIf | None, plan: Plan) -> str:
    """Return what a change comes to: "Without it: 12.3 min longer, 0.40 kWh more"."""
    if found is None or found.later_s is None or found.more_kwh is None:
        return f"{_HEADS[change]}: not possible."
    parts = [
        _signed(found.later_s / 60.0, "min", ("longer", "shorter"), 1),
        _signed(found.more_kwh, "kWh", ("more", "less"), 2),
    ]
    if found.dearer_cost is not None:
        parts.append(_signed(found.dearer_cost, plan.currency or "money", ("dearer", "cheaper"), 2))
    if found.chance_probability is not None:
        parts.append(f"chance of arriving {found.chance_probability:.1%}")
    return f"{_HEADS[change]}: {', '.join(parts)}."


def _signed(value: float, unit: str, words: tuple[str, str], digits: int) -> str:
    shown = f"{abs(value):.{digits}f}"
    word = words[1] if value < 0 and float(shown) > 0 else words[0]
    return f"{shown} {unit} {word}"
