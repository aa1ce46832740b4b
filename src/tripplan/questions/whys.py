"""Why a plan stops where it does, and what single change makes a trip possible that is not."""

import math
from collections.abc import Iterator
from typing import Final

from tripplan.errors import NoPlanError
from tripplan.planning.way_out import changed
from tripplan.questions import counterfactuals, laws
from tripplan.questions.edges import bisected
from tripplan.questions.kinds import KINDS, Kind
from tripplan.questions.reasons import Binding, Reasons, StopReason, WayOutTried
from tripplan.questions.trying import Case, Trials, may_charge, with_values
from tripplan.records.plan import ChargingStop, Plan

_SAME_SOC: Final = 0.002
"""SoC that differs by less is the same to people, and to the search's polishing."""
_SAME_S: Final = 5.0
"""A charge that ends so little before its limit ends by it, in the steps of the search."""
_ALONG: Final = ("fallback_other_operator",)
"""Wishes that are dropped along with another, and by themselves."""
_TRIED: Final = ("departure-soc", "max-speed-kmh", "ambient-c", "wind-mps", "soh", "battery-kwh")
"""Numbers of which the least change is looked for, in this order."""


def reasons(trials: Trials, case: Case) -> Reasons:
    """Say why a plan is as it is, or why there is none.

    Parameters
    ----------
    trials
        Plans.
    case
        The trip and its car.
    """
    before = trials.plans
    trials.plans += 1
    try:
        plan = trials.planner.plan(case.trip, case.vehicle, one_of_many=True)
    except NoPlanError as error:
        tried = tuple(_ways_out(trials, case, error))
        return Reasons(
            vehicle=case.vehicle.name,
            possible=False,
            refusal=str(error),
            ways_out=tried,
            plans=trials.plans - before,
        )
    stops = tuple(_of_stop(trials, case, plan, k) for k in range(len(plan.stops)))
    return Reasons(
        vehicle=case.vehicle.name,
        possible=True,
        total_s=plan.total_s,
        stops=stops,
        what_if=tuple(counterfactuals.of_trip(trials, case, plan)),
        plans=trials.plans - before,
        plan=plan,
    )


def _of_stop(trials: Trials, case: Case, plan: Plan, number: int) -> StopReason:
    stop, leg = plan.stops[number], plan.legs[number + 1]
    used_soc = leg.departure_soc - leg.arrival_soc
    least = plan.least_soc(number + 1)
    lacks_soc = least - (stop.arrival_soc - used_soc)
    binding = _binding(plan, number)
    found = StopReason(
        number=stop.number,
        name=stop.name,
        binding=binding,
        lacks_kwh=max(0.0, lacks_soc * plan.capacity_kwh),
        arrival_soc=stop.arrival_soc,
        departure_soc=stop.departure_soc,
        next_arrival_soc=leg.arrival_soc,
        sentence="",
        what_if=tuple(counterfactuals.of_stop(trials, case, plan, number)),
    )
    return found.model_copy(update={"sentence": _sentence(found, plan, number)})


def _binding(plan: Plan, number: int) -> Binding:
    """Tell what sets the SoC at which a stop is left: the first of these that does."""
    trip, stop, leg = plan.trip, plan.stops[number], plan.legs[number + 1]
    ids = set(stop.charger.ids) if stop.charger else set()
    added = stop.departure_soc - stop.arrival_soc
    least = trip.least_charge_soc
    binds: dict[Binding, bool] = {
        "stay": stop.charger is None,
        "longest stop": stop.charging_s >= (trip.longest_stop_s or math.inf) - _SAME_S,
        "charge limit": stop.departure_soc >= trip.charge_limit_soc - _SAME_SOC,
        "next stop": leg.arrival_soc <= plan.least_soc(number + 1) + _SAME_SOC,
        "fallback": _just_reaches_fallback(plan, number + 1),
        "least charge": least > 0.0 and added <= least + _SAME_SOC,
        "required": bool(ids & set(trip.via_chargers)),
        "power": True,
    }
    return next(name for name, does in binds.items() if does)


def _just_reaches_fallback(plan: Plan, number: int) -> bool:
    """Whether a stop is come to with just what driving on to its fallback takes."""
    fallback = plan.stops[number].fallback if number < len(plan.stops) else None
    if fallback is None:
        return False
    trip = plan.trip
    wanted = max(trip.arrival_soc if fallback.ends_there else 0.0, trip.reserve_soc)
    return fallback.arrival_soc <= wanted + _SAME_SOC


def _sentence(found: StopReason, plan: Plan, number: int) -> str:
    """Return the reason of a stop, from its numbers."""
    stop = plan.stops[number]
    there = plan.legs[number + 1].end.label
    if number + 1 < len(plan.stops):
        there = plan.stops[number + 1].name
    head = f"Stop {found.number}, {found.name}: arrives with {found.arrival_soc:.1%}"
    need = (
        f"without a charge {found.lacks_kwh:.2f} kWh would lack to {there}"
        if found.lacks_kwh > 0.0
        else f"the way to {there} could be done without a charge"
    )
    return f"{head}, {need}; leaves with {found.departure_soc:.1%}, {_why(found, stop, plan)}."


def _why(found: StopReason, stop: ChargingStop, plan: Plan) -> str:
    trip, then = plan.trip, f"it arrives next with {found.next_arrival_soc:.1%}"
    last_kw = stop.samples[-2].power_kw if len(stop.samples) > 1 else stop.mean_kw
    follows = plan.stops[found.number] if found.number < len(plan.stops) else None
    beyond = follows.fallback.name if follows and follows.fallback else ""
    words: dict[Binding, str] = {
        "stay": f"as its stay allows; {then}",
        "longest stop": f"since no stop may charge for longer than {trip.longest_stop_s or 0:g} s",
        "charge limit": f"the most that it may charge to; {then}",
        "next stop": f"just enough: {then}, the least that is wanted",
        "fallback": f"enough to drive on to {beyond}, should the next stop be broken; {then}",
        "least charge": f"since each stop adds at least {trip.least_charge_soc:.1%}",
        "required": f"where it has to stop; {then}",
        "power": f"where it still charges with {last_kw:.1f} kW; {then}, more than it must, since "
        "that is quickest in all",
    }
    return words[found.binding]


def _ways_out(trials: Trials, case: Case, error: NoPlanError) -> Iterator[WayOutTried]:
    """Yield single changes that make a trip possible, the wishes that the planner tried first."""
    for changes in error.ways_out:
        told = {name: value for name, value in changes.items() if name not in _ALONG}
        if len(told or changes) != 1:
            continue
        ((name, value),) = (told or changes).items()
        plan = trials.plan(case._replace(trip=changed(case.trip, changes)))
        if plan is not None and name.replace("_", "-") not in KINDS:
            asked = getattr(case.trip, name, getattr(case.trip.chargers, name, "as it is"))
            yield _tried(name.replace("_", "-"), _shown(asked), _shown(value), plan)
    if case.trip.most_stops is not None:
        free = with_values(case.trip, most_stops=None)
        plan = trials.plan(case._replace(trip=free))
        if plan is not None and not any("most_stops" in way for way in error.ways_out):
            asked = str(case.trip.most_stops)
            yield _tried("most-stops", asked, str(plan.stop_count), plan)
    for name in _TRIED:
        kind = KINDS[name]
        least = _least_change(trials, case, kind)
        if least is not None:
            value, plan = least
            yield _tried(name, kind.words(_asked(case, kind)), kind.words(value), plan)


def _shown(value: object) -> str:
    if value in (None, ()):
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _tried(name: str, asked: str, needed: str, plan: Plan) -> WayOutTried:
    minutes = plan.total_s / 60.0
    return WayOutTried(
        change=name,
        asked=asked,
        needed=needed,
        total_s=plan.total_s,
        sentence=f"With {name} {needed} in place of {asked} it takes {minutes:.1f} min.",
    )


def _asked(case: Case, kind: Kind) -> float:
    """Return the value that a trip is asked with; of speed the most that is looked at."""
    trip, battery = case.trip, case.vehicle.battery
    values = {
        "departure-soc": trip.departure_soc,
        "max-speed-kmh": min(trip.max_speed_kmh or kind.hardest, kind.hardest),
        "ambient-c": trip.conditions.ambient_c,
        "wind-mps": trip.conditions.wind_mps,
        "soh": battery.soh,
        "battery-kwh": battery.usable_kwh,
    }
    return values[kind.name]


def _least_change(trials: Trials, case: Case, kind: Kind) -> tuple[float, Plan] | None:
    """Return the value nearest to the one asked for that makes a trip possible, and its plan.

    Steps are counted from the value that is asked for towards the easiest.
    """
    if kind.name == "ambient-c" and case.trip.ambient_by_hour:
        return None
    asked, easiest = _asked(case, kind), kind.easiest
    if kind.name == "max-speed-kmh":
        easiest = min(max(laws.thrifty_from_kmh(case), easiest), 100.0)
    lawful = not laws.against([case], heat=trials.planner.settings.heat)
    if kind.name == "wind-mps" and case.trip.conditions.wind_from_deg is not None:
        lawful = False
    if kind.name == "ambient-c":
        lawful = lawful and laws.colder_is_harder(case, min(asked, easiest), easiest)
    away = (easiest - asked) * (1.0 if kind.easiest > kind.hardest else -1.0)
    if away <= 0.0:
        return None
    step = kind.step if lawful else kind.coarse
    steps = int(away / step + 1e-9)
    known: dict[int, Plan | None] = {}

    def value(number: int) -> float:
        sign = 1.0 if easiest > asked else -1.0
        return easiest if number == 0 else round(easiest - sign * number * step, 6)

    def works(number: int) -> bool:
        known[number] = trials.plan(kind.put(case, value(number)))
        return known[number] is not None

    if lawful and not may_charge(case):
        number = bisected(works, steps).last
    else:
        number = next((k for k in range(steps, -1, -1) if works(k)), -1)
    plan = known.get(number)
    return (value(number), plan) if plan is not None else None
