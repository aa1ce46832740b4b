"""What `why` says against trips that are planned anew, from their wishes alone, on random cases.

    python -m validation.whys 100

prints how many changes were told, and how many of them a planner that knows nothing of the first
gives likewise.  The trips are put together here, not by the code that is looked at.
"""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tests.samples.worlds import across, car, hilly_region
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.questions.reasons import Reasons, WhatIf
from tripplan.questions.trying import Case, Trials
from tripplan.questions.whys import reasons
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_SAME_S = 1e-3
_CHARGED_S = 10.0
"""Where a charge is stepped by Euler's rule, whose pack ends a little warmer or colder."""


class Told(NamedTuple):
    """A change that was told, and the difference that planning anew gives."""

    what: WhatIf
    later_s: float | None
    """None: there is no plan."""
    within_s: float


def cases(count: int, seed: int = 0) -> Iterator[tuple[Region, Case, Reasons]]:
    """Yield trips that stop somewhere, with their reasons."""
    rng = np.random.default_rng(seed)
    found = 0
    while found < count:
        region = hilly_region(int(rng.integers(1000)))
        kwh = float(rng.uniform(8.0, 20.0))
        made = car(nominal_kwh=kwh, gross_kwh=kwh + 2.0)
        trip = across(region, departure_soc=float(rng.uniform(0.5, 1.0)))
        case = Case(trip, made)
        told = reasons(Trials(Planner(region, Settings())), case)
        if told.stops:
            found += 1
            yield region, case, told


def checked(region: Region, case: Case, told: Reasons) -> Iterator[Told]:
    """Yield each change with what a fresh planner says."""
    usual = _fresh(region, case.trip, case.vehicle)
    assert usual is not None
    for number, stop in enumerate(told.stops):
        for what in stop.what_if:
            if "%" in what.change:
                yield _leaving(region, case, usual, number, what)
            else:
                yield _anew(region, case, usual, what)
    for what in told.what_if:
        yield _anew(region, case, usual, what)


def _anew(region: Region, case: Case, usual: Plan, what: WhatIf) -> Told:
    """Plan what a change says of itself in words."""
    fields: dict[str, Any] = case.trip.model_dump()
    for part in what.wishes.split("; "):
        name, _, value = part.partition(" ")
        if name == "banned":
            fields["chargers"]["banned"] = tuple(value.split(", "))
        elif name == "require":
            fields["via_chargers"] = tuple(value.split(", "))
        elif name in ("most_stops", "max_speed_kmh"):
            fields[name] = float(value)
        else:
            raise ValueError(what.wishes)
    other = _fresh(region, Trip.model_validate(fields), case.vehicle)
    return Told(what, None if other is None else other.total_s - usual.total_s, _SAME_S)


def _leaving(region: Region, case: Case, usual: Plan, number: int, what: WhatIf) -> Told:
    """Charge more or less by steps of a second, and plan the rest from there on."""
    stop = usual.stops[number]
    soc = stop.departure_soc + (0.05 if what.change == "5 % more" else -0.05)
    if not stop.samples[0].soc <= soc <= case.trip.charge_limit_soc:
        return Told(what, None, _CHARGED_S)
    totals = []
    for target in (stop.departure_soc, soc):
        charge_s, pack_c = _charged(case, stop, target)
        conditions = case.trip.conditions.model_copy(update={"cabin": "preheated"})
        fields = {
            "origin": {"lat": stop.lat, "lon": stop.lon, "name": stop.name},
            "departure_soc": target,
            "pack_start_c": max(pack_c, case.trip.conditions.ambient_c),
            "conditions": conditions.model_dump(),
        }
        rest = Trip.model_validate(case.trip.model_dump() | fields)
        plan = _fresh(region, rest, case.vehicle)
        if plan is None:
            return Told(what, None, _CHARGED_S)
        totals.append(charge_s + plan.total_s)
    return Told(what, totals[1] - totals[0], _CHARGED_S)


def _charged(case: Case, stop: ChargingStop, target: float) -> tuple[float, float]:
    """Return how long a charge takes [s] and how warm the pack is then [degC], by Euler's steps."""
    car = ConditionedVehicle.of(case.vehicle, case.trip)
    pack, power = car.charging_pack, car.power
    assert power is not None
    soc, pack_c, time_s = stop.samples[0].soc, stop.samples[0].pack_c, 0.0
    step_s = 0.25
    while soc < target:
        curve = float(np.interp(soc, power.curve_soc, power.curve_kw))
        limit = float(np.interp(pack_c, power.limit_c, power.limit_kw))
        kw = min(curve, limit, stop.charger_kw)
        ohm = pack.resistance_25c_ohm * np.exp(pack.resistance_per_k * (25.0 - pack_c))
        heat_w = (1000.0 * kw / pack.voltage_v) ** 2 * ohm
        heat_w -= pack.conductance_parked_w_per_k * (pack_c - pack.air_c)
        soc += kw * step_s / 3600.0 / car.capacity_kwh
        pack_c += float(heat_w) * step_s / pack.heat_capacity_j_per_k
        time_s += step_s
    return time_s, pack_c


def _fresh(region: Region, trip: Trip, vehicle: Vehicle) -> Plan | None:
    try:
        return Planner(region, Settings()).plan(trip, vehicle, one_of_many=True)
    except NoPlanError:
        return None


def agrees(told: Told) -> bool:
    """Tell whether planning anew says the same; where a charge is stepped, nearly."""
    if told.later_s is None or told.what.later_s is None:
        return told.later_s is told.what.later_s
    return abs(told.later_s - told.what.later_s) < told.within_s


def main(count: int) -> None:
    """Print how many changes agree."""
    every = [told for case in cases(count) for told in checked(*case)]
    possible = sum(told.what.possible for told in every)
    same = sum(map(agrees, every))
    sys.stdout.write(
        f"{count} trips, {len(every)} changes told, {possible} possible: {same} agree\n"
    )
    for told in every:
        if not agrees(told):
            sys.stdout.write(f"  {told}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
