"""Which wishes stand in the way of a trip, and what to change: found by planning it again.

Each wish that limits the trip is dropped alone.  Where that makes the trip possible, the number
that would do is sought between the wish and none, and what is told was planned with.  Where no wish
alone is in the way, all are dropped, and those put back that are not.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, get_args

from tripplan.records.plan import Plan
from tripplan.records.trip import ChargerAccess, ChargerWishes, Trip
from tripplan.vehicle_model.conditioned import ConditionedVehicle

Attempt = Callable[[Trip], Plan | None]
"""Plans a trip, or says that there is no plan."""

MOST_TOLD: Final = 3
"""So many ways out are told."""
_DAYS_AHEAD: Final = 7
_BANS_TRIED: Final = 8
_STEP_SOC: Final = 0.01
_STEP_S: Final = 60.0
_STEP_KMH: Final = 5.0
_FASTEST_KMH: Final = 130.0
"""Few roads are usually driven faster."""
_SLACK: Final = 1e-9


class Limit(NamedTuple):
    """A wish that limits a trip."""

    word: str
    """The word by which it is asked for."""
    why: str
    """What it forbids, in words."""
    dropped: Any
    """Its value where it limits nothing."""
    asked: Any
    """Its value in the trip."""
    step: float = 0.0
    """Steps in which the number that would do is told; 0: it is no number."""


@dataclass(frozen=True)
class WayOut:
    """Changes of wishes with which a trip can be done, and what the wishes forbid."""

    changes: Mapping[str, Any]
    """New values by the words of the wishes; each was tried."""
    why: tuple[str, ...]
    words: str
    """The changes in words."""


def ways_out(
    trip: Trip, car: ConditionedVehicle, attempt: Attempt, shortfall_kwh: float
) -> list[WayOut]:
    """Find what would make a trip possible.

    Parameters
    ----------
    trip, car
        The trip that cannot be done, and its car.
    attempt
        Plans a trip.
    shortfall_kwh
        Energy that lacks even over the thriftiest drives; 0: none. [kWh]

    Returns
    -------
    list of WayOut
        Each makes the trip possible by itself; empty: its wishes are not what is in the way.
    """
    limits = list(_limits(trip, car, shortfall_kwh))
    found: list[WayOut] = []
    for limit in limits:
        plan = attempt(changed(trip, {limit.word: limit.dropped}))
        if plan is not None:
            value = _enough(limit, trip, plan, attempt)
            changes = _consistent(trip, {limit.word: value})
            found.append(WayOut(changes, (limit.why,), _in_words(limit, value)))
        if len(found) == MOST_TOLD:
            break
    if not found and len(limits) > 1:
        together = _together(limits, trip, attempt)
        found += [together] if together else []
    return found


def changed(trip: Trip, changes: Mapping[str, Any]) -> Trip:
    """Return a trip with other values of wishes, by their words."""
    own, sites = _consistent(trip, changes), {}
    for word in changes:
        if word in ChargerWishes.model_fields:
            sites[word] = own.pop(word)
    own = {_FIELD.get(word, word): value for word, value in own.items()}
    if sites:
        own["chargers"] = trip.chargers.model_copy(update=sites)
    return trip.model_copy(update=own)


_FIELD: Final = {"require": "via_chargers"}


def _limits(trip: Trip, car: ConditionedVehicle, shortfall_kwh: float) -> Iterator[Limit]:
    """Yield the wishes that may be in the way; where energy lacks, those that may give as much."""
    lacks = shortfall_kwh > 0.0
    if trip.fallback == "required":
        why = "each stop at a charger needs a fallback"
        if trip.fallback_other_operator:
            other = f"{why} of another operator"
            yield Limit("fallback_other_operator", other, dropped=False, asked=True)
        yield Limit("fallback", why, "none", "required")
    if trip.most_stops is not None and (not lacks or trip.most_stops == 0):
        stops = trip.most_stops
        why = f"it takes more than {stops} stop{'' if stops == 1 else 's'} at chargers"
        yield Limit("most_stops", why, None, stops, 1.0)
    if not lacks:
        yield from _limits_of_a_stop(trip)
    yield from _limits_of_sites(trip)
    if trip.via_chargers:
        why = f"it has to stop at {' and '.join(trip.via_chargers)}"
        yield Limit("require", why, (), trip.via_chargers)
    yield from _limits_of_energy(trip, shortfall_kwh / car.capacity_kwh)
    if lacks:
        yield from _limit_of_speed(trip, car, shortfall_kwh)
    if not lacks and car.power is not None:
        yield from _limit_of_heat(trip, car)


def _limits_of_a_stop(trip: Trip) -> Iterator[Limit]:
    if trip.longest_stop_s is not None:
        why = f"no stop may charge for longer than {trip.longest_stop_s:g} s"
        yield Limit("longest_stop_s", why, None, trip.longest_stop_s, _STEP_S)
    if trip.least_charge_soc > 0.0:
        why = f"each stop has to add {trip.least_charge_soc:.0%} at least"
        yield Limit("least_charge_soc", why, 0.0, trip.least_charge_soc, _STEP_SOC)
    if trip.departure is not None:
        why = "chargers that it needs stay closed after the departure"
        yield Limit("departure", why, None, trip.departure)


def _limits_of_sites(trip: Trip) -> Iterator[Limit]:
    wishes, none = trip.chargers, ChargerWishes()
    if wishes.banned:
        yield Limit("banned", f"{len(wishes.banned)} chargers are banned", (), wishes.banned)
    if not wishes.keep_unknown:
        why = "chargers are left out of which stalls, operator or hours are not known"
        yield Limit("keep_unknown", why, dropped=True, asked=False)
    if wishes.min_power_kw > 0.0:
        why = f"chargers have to give {wishes.min_power_kw:g} kW"
        yield Limit("min_power_kw", why, 0.0, wishes.min_power_kw, 10.0)
    if wishes.min_stalls > 0:
        why = f"chargers have to have {wishes.min_stalls} stalls"
        yield Limit("min_stalls", why, 0, wishes.min_stalls, 1.0)
    if wishes.operators:
        why = f"only chargers of {', '.join(wishes.operators)} are wanted"
        yield Limit("operators", why, (), wishes.operators)
    if wishes.exclude_operators:
        why = f"chargers of {', '.join(wishes.exclude_operators)} are not wanted"
        yield Limit("exclude_operators", why, (), wishes.exclude_operators)
    if wishes.access != none.access:
        why = f"only chargers are wanted with access {', '.join(wishes.access)}"
        yield Limit("access", why, get_args(ChargerAccess), wishes.access)
    if wishes.only_stated_power:
        why = "the power of chargers has to be stated"
        yield Limit("only_stated_power", why, dropped=False, asked=True)


def _limits_of_energy(trip: Trip, shortfall_soc: float) -> Iterator[Limit]:
    if 1.0 - trip.departure_soc > shortfall_soc:
        why = f"it starts with no more than {trip.departure_soc:.0%}"
        yield Limit("departure_soc", why, 1.0, trip.departure_soc, _STEP_SOC)
    if 1.0 - trip.charge_limit_soc > shortfall_soc:
        why = f"it charges to no more than {trip.charge_limit_soc:.0%}"
        yield Limit("charge_limit_soc", why, 1.0, trip.charge_limit_soc, _STEP_SOC)
    if trip.arrival_soc - trip.reserve_soc > shortfall_soc:
        why = f"it has to arrive with {trip.arrival_soc:.0%}"
        yield Limit("arrival_soc", why, trip.reserve_soc, trip.arrival_soc, _STEP_SOC)


def _limit_of_speed(trip: Trip, car: ConditionedVehicle, shortfall_kwh: float) -> Iterator[Limit]:
    """Yield the speed, where it may be the reason, with the thriftiest to drop it to.

    So it may be as long as the gap, driven at that speed on a level road, takes no more than the
    battery holds: the shortfall is that of drives at the slowest that the trip allows.
    """
    usual_kmh = min(car.top_speed_kmh, _FASTEST_KMH)
    slow_kmh = min(max(trip.slow_down_to * usual_kmh, trip.slowest_kmh), usual_kmh)
    best_kmh = car.thriftiest_kmh
    saved = car.level_kwh_per_km(slow_kmh) / car.level_kwh_per_km(best_kmh) - 1.0
    if best_kmh < slow_kmh and shortfall_kwh <= saved * car.capacity_kwh:
        why = "at the usual speeds it takes more than the battery holds"
        yield Limit("max_speed_kmh", why, best_kmh, usual_kmh, _STEP_KMH)


def _limit_of_heat(trip: Trip, car: ConditionedVehicle) -> Iterator[Limit]:
    """Yield the pack's temperature, with the nearest that allows the most power to drop it to."""
    best_c, state = best_pack_c(car, trip.pack_departure_c)
    if best_c != trip.pack_departure_c:
        why = f"the battery would be too {state} to charge as it must"
        yield Limit("pack_start_c", why, best_c, trip.pack_departure_c, 1.0)


def best_pack_c(car: ConditionedVehicle, pack_c: float) -> tuple[float, str]:
    """Return the pack temperature with the most power that is nearest to one, and what that is.

    Parameters
    ----------
    car
        A car that can fast-charge.
    pack_c
        The temperature. [degC]

    Returns
    -------
    tuple
        Degrees Celsius, and "cold" or "hot".
    """
    assert car.power is not None
    most = car.power.limit_c[car.power.limit_kw >= car.power.limit_kw.max()]
    low_c, high_c = float(most.min()), float(most.max())
    if pack_c < low_c:
        return float(math.ceil(low_c)), "cold"
    return (float(math.floor(high_c)) if pack_c > high_c else pack_c), "hot"


def _enough(limit: Limit, trip: Trip, plan: Plan, attempt: Attempt) -> Any:  # noqa: ANN401
    """Return the value of a wish nearest to the one asked for with which the trip can be done.

    ``plan`` is one without the wish.
    """
    if limit.word == "departure":
        return _later(limit, trip, attempt)
    if limit.word in ("banned", "require"):
        return _without_one(limit, trip, attempt)
    if not limit.step:
        return limit.dropped
    asked, good = float(limit.asked), limit.dropped
    if limit.word == "most_stops":
        good = plan.stop_count
    elif limit.word == "longest_stop_s":
        longest_s = max(stop.charging_s for stop in plan.stops if stop.charger is not None)
        good = _STEP_S * math.ceil(longest_s / _STEP_S)
        if good > asked and attempt(changed(trip, {limit.word: good})) is None:
            return limit.dropped
    # Steps count from none of it: the fewest that do not work, and the most known to work.
    sign = math.copysign(limit.step, asked - good)
    tried, bad = 0, math.ceil(abs(asked - good) / limit.step - _SLACK)
    best = good
    while bad - tried > 1:
        middle = (tried + bad) // 2
        value = round(good + sign * middle, 6)
        if attempt(changed(trip, {limit.word: _typed(limit, value)})) is None:
            bad = middle
        else:
            tried, best = middle, value
    return _typed(limit, best)


def _typed(limit: Limit, value: float) -> float:
    return round(value) if isinstance(limit.asked, int) else float(value)


def _later(limit: Limit, trip: Trip, attempt: Attempt) -> Any:  # noqa: ANN401
    """Return a departure some days later with which the trip can be done, or none."""
    for days in range(1, _DAYS_AHEAD + 1):
        value = limit.asked + timedelta(days=days)
        if attempt(changed(trip, {limit.word: value})) is not None:
            return value
    return limit.dropped


def _without_one(limit: Limit, trip: Trip, attempt: Attempt) -> Any:  # noqa: ANN401
    """Return a list without a single entry with which the trip can be done, or none of it."""
    for name in limit.asked[:_BANS_TRIED] if len(limit.asked) > 1 else ():
        value = tuple(other for other in limit.asked if other != name)
        if attempt(changed(trip, {limit.word: value})) is not None:
            return value
    return limit.dropped


def _together(limits: Sequence[Limit], trip: Trip, attempt: Attempt) -> WayOut | None:
    """Find wishes that are in the way only together: as few as may be."""
    changes = {limit.word: limit.dropped for limit in limits}
    plan = attempt(changed(trip, changes))
    if plan is None:
        return None
    kept = list(limits)
    for limit in limits:
        fewer = {word: value for word, value in changes.items() if word != limit.word}
        less = attempt(changed(trip, fewer))
        if less is not None:
            changes, plan = fewer, less
            kept.remove(limit)
    for limit in kept:
        rest = {word: value for word, value in changes.items() if word != limit.word}
        changes[limit.word] = _enough(limit, changed(trip, rest), plan, attempt)
        plan = attempt(changed(trip, changes)) or plan
    words = " and ".join(_in_words(limit, changes[limit.word]) for limit in kept)
    return WayOut(_consistent(trip, changes), tuple(limit.why for limit in kept), words)


def _consistent(trip: Trip, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes with those without which a trip would contradict itself."""
    along = {}
    if changes.get("fallback") == "none" and trip.fallback_other_operator:
        along["fallback_other_operator"] = False
    return {**changes, **along}


def _in_words(limit: Limit, value: object) -> str:
    """Return a change: "longest_stop_s 2400", "no departure", "c3 not banned"."""
    if limit.word in ("banned", "require"):
        assert isinstance(value, tuple)
        free = ", ".join(name for name in limit.asked if name not in value)
        return f"{free} not {'banned' if limit.word == 'banned' else 'required'}"
    if value is None or value == ():
        return f"no {limit.word}"
    if isinstance(value, tuple):
        return f'{limit.word} "{"; ".join(map(str, value))}"'
    if isinstance(value, datetime):
        return f"{limit.word} {value.isoformat(timespec='minutes')}"
    return (
        f"{limit.word} {value:g}" if isinstance(value, float) else f"{limit.word} {value}".lower()
    )
