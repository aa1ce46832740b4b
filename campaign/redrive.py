"""Drive and charge a plan again: battery, pack, clock and sums, with small steps of its own."""

import math
import re
from collections.abc import Iterator

import numpy as np

from campaign.cases import Finding
from tripplan.physics.consumption import stop_and_go_per_m
from tripplan.physics.thermal import joule_heat_w, resistance_ohm
from tripplan.records.plan import ChargingStop, Leg, Plan
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_SOC = 1e-4
_CLOCK_S = 1e-3
_PACK_K = 0.6
_SHARE = 0.012
"""Relative difference in time over a stop: the planner's curve has steps of 1 % SoC."""
_LEAST_S = 10.0
_STEP_S = 8.0
_S_PER_H = 3600.0
_PLACE = re.compile(r"(?:leg|stop) \d+(?: \(.*?\))?")
_NUMBER = re.compile(r"[-+]?\d[\d.e+-]*")
_CELLS = 100
"""The charging curve counts as constant within a percent of SoC, at its middle."""
_DAY_S = 86_400.0


def redrive_findings(plan: Plan, *, heat: bool) -> Iterator[Finding]:
    """Say where the plan's battery, pack or clock are not what they would be.

    Parameters
    ----------
    plan
        The plan.
    heat
        Whether pack temperature limits its charging power.
    """
    car = ConditionedVehicle.of(plan.vehicle, plan.trip, heat=heat)
    yield from _clock(plan)
    yield from _sums(plan)
    soc, pack_c = plan.trip.departure_soc, plan.trip.pack_departure_c
    warm_up_kwh = car.warm_up.total_kwh
    waypoints = iter(plan.trip.waypoints)
    for k, leg in enumerate(plan.legs):
        where = f"leg {k + 1}"
        yield from _apart(
            f"{where} start", (leg.departure_soc, soc), (leg.pack_departure_c, pack_c)
        )
        soc, pack_c = _driven(car, leg, soc - warm_up_kwh / car.capacity_kwh, pack_c)
        yield from _apart(f"{where} end", (leg.arrival_soc, soc), (leg.pack_arrival_c, pack_c))
        if k == len(plan.stops):
            break
        stop = plan.stops[k]
        place = next(waypoints, None) if stop.charger is None else None
        stay = (
            car.stay(place.dwell_s, place.charger_kw, place.garage_c)
            if place
            else car.stay(0.0, 0.0)
        )
        warm_up_kwh = stay.warm_up.total_kwh
        yield from _stood(car, stop, stay.standing_kwh, pack_c, plan.trip.charge_limit_soc)
        soc, pack_c = stop.departure_soc, stop.pack_departure_c


def _clock(plan: Plan) -> Iterator[Finding]:
    now_s, at_km, last = 0.0, 0.0, None
    for k, leg in enumerate(plan.legs):
        trace = leg.trace
        here = (trace.lat[0], trace.lon[0])
        if last is not None and max(abs(here[0] - last[0]), abs(here[1] - last[1])) > 2e-5:
            yield Finding(
                "teleport", f"leg {k + 1} begins at {here}, the one before ends at {last}"
            )
        if abs(trace.elapsed_s[0] - now_s) > _CLOCK_S:
            yield Finding(
                "clock", f"leg {k + 1} begins at {trace.elapsed_s[0]:.3f}, not {now_s:.3f}"
            )
        if abs(trace.distance_km[0] - at_km) > 1e-6:
            yield Finding(
                "odometer", f"leg {k + 1} begins at {trace.distance_km[0]} km, not {at_km}"
            )
        off_s = abs(trace.elapsed_s[-1] - trace.elapsed_s[0] - leg.driving_s)
        off_km = abs(trace.distance_km[-1] - trace.distance_km[0] - leg.distance_km)
        if off_s > _CLOCK_S or off_km > 1e-6:
            yield Finding(
                "clock or odometer", f"leg {k + 1}: off by {off_s:.3f} s, {off_km:.6f} km"
            )
        now_s, at_km, last = (
            trace.elapsed_s[-1],
            trace.distance_km[-1],
            (trace.lat[-1], trace.lon[-1]),
        )
        if k < len(plan.stops):
            now_s += plan.stops[k].duration_s
    if abs(now_s - plan.total_s) > _CLOCK_S:
        yield Finding("clock", f"ends at {now_s:.3f} s, total {plan.total_s:.3f} s")


def _sums(plan: Plan) -> Iterator[Finding]:
    pairs = {
        "legs and stops": (len(plan.legs), len(plan.stops) + 1),
        "driving_s": (plan.driving_s, sum(leg.driving_s for leg in plan.legs)),
        "charging_s": (plan.charging_s, sum(stop.charging_s for stop in plan.stops)),
        "overhead_s": (plan.overhead_s, sum(stop.overhead_s for stop in plan.stops)),
        "waiting_s": (plan.waiting_s, sum(stop.waited_s for stop in plan.stops)),
        "dwell_s": (plan.dwell_s, sum(stop.dwell_s for stop in plan.stops)),
        "distance_km": (plan.distance_km, sum(leg.distance_km for leg in plan.legs)),
        "energy_charged_kwh": (plan.energy_charged_kwh, sum(s.energy_kwh for s in plan.stops)),
        "charging_cost": (plan.charging_cost, sum(stop.cost for stop in plan.stops)),
        "arrival_soc": (plan.arrival_soc, plan.legs[-1].arrival_soc),
    }
    for name, (told, own) in pairs.items():
        if abs(told - own) > 1e-6 * max(1.0, abs(own)):
            yield Finding("sum", f"{name} is {told}, its parts come to {own}")
    balance = plan.trip.departure_soc * plan.capacity_kwh + plan.energy_charged_kwh
    left = plan.arrival_soc * plan.capacity_kwh + plan.energy_spent_kwh
    if abs(balance - left) > 1e-6 * max(1.0, balance):
        yield Finding("sum", f"energy: {balance:.6f} kWh in, {left:.6f} kWh out or left")
    yield from _certified(plan)


def _certified(plan: Plan) -> Iterator[Finding]:
    proof = plan.certificate
    own = worth(plan)
    if abs(own - proof.value) > 1e-6 * max(1.0, abs(own)):
        yield Finding("sum", f"value is {proof.value}, the plan comes to {own}")
    room = 1e-9 * max(1.0, abs(proof.value))
    if proof.lower_bound > proof.value + room:
        kind = "bound above its own plan"
        yield Finding(kind, f"{proof.lower_bound} above {proof.value} {proof.measure}")
    if proof.lower_bound_s > plan.total_s + room:
        yield Finding("bound above its own plan", f"{proof.lower_bound_s} s above {plan.total_s} s")
    for kind, told in {_kind_of(told): told for told in plan.audit.objections}.items():
        yield Finding(f"audit objects: {kind}", told)
    if not plan.audit.passed and not plan.audit.objections:
        yield Finding("audit objects", "without a word")


def _kind_of(objection: str) -> str:
    """Return what an objection says without names and numbers."""
    words = _PLACE.sub("", objection.split(":", 1)[-1] if _PLACE.match(objection) else objection)
    return " ".join(_NUMBER.sub("", words).split())


def worth(plan: Plan, like: Plan | None = None) -> float:
    """Return what a plan is worth by its own objective, or by that of another plan's trip.

    Parameters
    ----------
    plan
        The plan.
    like
        A plan for the trip whose objective counts; None: its own.
    """
    trip = (like or plan).trip
    hours = plan.total_s / _S_PER_H
    if trip.objective == "energy":
        return plan.energy_spent_kwh + trip.hour_worth_kwh * hours
    if trip.objective == "money":
        prices = trip.prices
        least = 0.01 * max(prices.price_per_kwh, prices.home_price_per_kwh, 0.01)
        return plan.cost + max(prices.value_of_time_per_h, least) * hours
    if trip.objective == "stops":
        return plan.stop_count + plan.total_s / _DAY_S
    return plan.total_s


def _apart(where: str, soc: tuple[float, float], pack_c: tuple[float, float]) -> Iterator[Finding]:
    """Compare what is planned with what was driven."""
    if not abs(soc[0] - soc[1]) <= _SOC:
        yield Finding("SoC", f"{where}: planned {soc[0]:.5f}, re-driven {soc[1]:.5f}")
    if not abs(pack_c[0] - pack_c[1]) <= _PACK_K:
        yield Finding("pack", f"{where}: planned {pack_c[0]:.2f} C, re-driven {pack_c[1]:.2f} C")


def _driven(car: ConditionedVehicle, leg: Leg, soc: float, pack_c: float) -> tuple[float, float]:
    trace = leg.trace
    length_m = 1000.0 * np.diff(np.array(trace.distance_km))
    height_m = np.array(trace.elevation_m)
    time_s = np.diff(np.array(trace.elapsed_s))
    there = length_m > 0.0
    if not there.any():
        return soc, pack_c
    speed = length_m[there] / time_s[there]
    bearing = np.array(trace.bearing_deg[1:])[there]
    motion_kw = car.motion_kw(
        speed,
        np.diff(height_m)[there] / length_m[there],
        car.headwind_mps(bearing),
        car.air_density_kg_per_m3(0.5 * (height_m[1:] + height_m[:-1])[there]),
        crosswind_mps=car.crosswind_mps(bearing),
        stops_per_m=stop_and_go_per_m(np.array(trace.usual_kmh[1:])[there] / 3.6),
    )
    draw_kw = car.draw_kw(motion_kw)
    energy = soc * car.capacity_kwh
    for kw, lasts_s in zip(draw_kw.tolist(), time_s[there].tolist(), strict=True):
        energy = min(energy - kw * lasts_s / _S_PER_H, car.capacity_kwh)
        pack_c = _pack_after(car, pack_c, kw, lasts_s, driving=True)
    return energy / car.capacity_kwh, pack_c


def _pack_after(
    car: ConditionedVehicle, pack_c: float, kw: float, lasts_s: float, *, driving: bool
) -> float:
    """Step the pack with Heun's method; the thermostat holds its temperature."""
    pack = car.pack
    loss = pack.conductance_driving_w_per_k if driving else pack.conductance_parked_w_per_k
    steps = max(1, math.ceil(lasts_s / 30.0))
    dt = lasts_s / steps

    def rate(at_c: float) -> float:
        ohm = resistance_ohm(at_c, pack.resistance_25c_ohm, pack.resistance_per_k)
        heat_w = joule_heat_w(kw, pack.voltage_v, ohm) - loss * (at_c - pack.air_c)
        return heat_w / pack.heat_capacity_j_per_k

    for _ in range(steps):
        first = rate(pack_c)
        free_c = pack_c + 0.5 * dt * (first + rate(pack_c + dt * first))
        if pack.cooling_w > 0.0 and free_c > pack.cooling_on_c:
            cooled_c = free_c - pack.cooling_w * dt / pack.heat_capacity_j_per_k
            free_c = max(cooled_c, min(pack.cooling_on_c, free_c))
        pack_c = free_c
    return pack_c


def _charged_kw(car: ConditionedVehicle, given_back_kw: float) -> float:
    """Return what goes into the pack, of which a cold one gives back less."""
    return given_back_kw * car.vehicle.battery.usable_kwh / car.capacity_kwh


def _power_kw(car: ConditionedVehicle, soc: float, pack_c: float, plug_kw: float) -> float:
    if car.power is None:
        return 0.0
    middle = (min(math.floor(soc * _CELLS + 1e-9), _CELLS - 1) + 0.5) / _CELLS
    curve_kw = float(np.interp(middle, car.power.curve_soc, car.power.curve_kw))
    limit_kw = float(np.interp(pack_c, car.power.limit_c, car.power.limit_kw))
    return min(curve_kw, limit_kw, plug_kw)


def _stood(
    car: ConditionedVehicle,
    stop: ChargingStop,
    standing_kwh: float,
    pack_c: float,
    limit_soc: float,
) -> Iterator[Finding]:
    """Stand, wait and charge at a stop, and compare."""
    where = f"stop {stop.number}"
    soc, capacity = stop.arrival_soc, car.capacity_kwh
    pack_c = _pack_after(car, pack_c, 0.0, stop.waited_s, driving=False)
    dwelt_s, before = 0.0, soc
    while dwelt_s < stop.dwell_s - 1e-9:
        dt = min(_STEP_S, stop.dwell_s - dwelt_s)
        kw = 0.0
        if stop.charger_kw > 0.0 and soc < limit_soc:
            kw = _power_kw(car, soc, pack_c, stop.charger_kw)
            kw = min(kw, (limit_soc - soc) * capacity * _S_PER_H / dt)
        soc += kw * dt / _S_PER_H / capacity
        pack_c = _pack_after(car, pack_c, _charged_kw(car, kw), dt, driving=False)
        dwelt_s += dt
    gained_kwh = (soc - before) * capacity
    room_kwh = 1e-6 + _SHARE * gained_kwh + stop.charger_kw * _LEAST_S / _S_PER_H
    if abs(gained_kwh - stop.dwell_energy_kwh) > room_kwh:
        told = f"{where}: {stop.dwell_energy_kwh:.3f} kWh in its dwell, re-driven {gained_kwh:.3f}"
        yield Finding("charge", told)
    soc = before + stop.dwell_energy_kwh / capacity - standing_kwh / capacity
    pack_c = _pack_after(car, pack_c, 0.0, stop.overhead_s, driving=False)
    spent_s = 0.0
    while soc < stop.departure_soc - 1e-9 and spent_s < 2.0 * stop.charging_s + _S_PER_H:
        kw = max(_power_kw(car, soc, pack_c, stop.charger_kw), 1e-6)
        ahead = min(soc + 0.5 * kw * _STEP_S / _S_PER_H / capacity, 1.0)
        kw = max(_power_kw(car, ahead, pack_c, stop.charger_kw), 1e-6)
        dt = min(_STEP_S, (stop.departure_soc - soc) * capacity / kw * _S_PER_H)
        pack_c = _pack_after(car, pack_c, _charged_kw(car, kw), dt, driving=False)
        soc += kw * dt / _S_PER_H / capacity
        spent_s += dt
    if abs(spent_s - stop.charging_s) > _SHARE * spent_s + _LEAST_S:
        yield Finding("charge", f"{where}: {stop.charging_s:.0f} s, re-driven {spent_s:.0f} s")
    yield from _apart(
        f"{where} departure", (stop.departure_soc, soc), (stop.pack_departure_c, pack_c)
    )
    added = stop.arrival_soc * capacity + stop.energy_kwh - standing_kwh
    if abs(added - stop.departure_soc * capacity) > 1e-6 * max(1.0, capacity):
        yield Finding("sum", f"{where}: energies do not add up")
