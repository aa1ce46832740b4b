"""Drive the finished plan again with the plain formulas and small time steps, and object.

Nothing of the search is used: only the plan, the car and the conditions.  The roads are taken
from the plan's own traces (position, elevation, distance and speed at each point), which must join
each other and the places where the car stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tripplan.physics.charging import PowerModel
from tripplan.physics.thermal import PackModel
from tripplan.planning import audit_steps
from tripplan.planning.audit_joins import Point, joining
from tripplan.planning.redrive import State, redriven
from tripplan.records.plan import Audit, ChargingStop, Leg
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.units import S_PER_H
from tripplan.vehicle_model import conditioned as model

SOC_TOLERANCE = 5e-5
"""Difference in SoC (the air density is taken anew at each point of the road's geometry)."""
TIME_TOLERANCE = 0.01
"""Relative difference in time over a leg or stop (the charging curve is stepped at 1 % SoC)."""
TIME_TOLERANCE_S = 10.0
PACK_TOLERANCE_K = 0.5
LEDGER_TOLERANCE_KWH = 1e-9
_DRIVING_STEPS = 4.0
"""Steps on the road are so many times longer than those at a charger."""
_NO_POWER = PowerModel(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), 1.0)


@dataclass
class _Findings:
    soc: float = 0.0
    time_s: float = 0.0
    pack_k: float = 0.0
    ledger_kwh: float = 0.0
    objections: list[str] = field(default_factory=list)

    def object_if(self, wrong: bool, words: str) -> None:
        if wrong:
            self.objections.append(words)

    def compare(self, where: str, soc: float, pack_k: float) -> None:
        self.soc = max(self.soc, abs(soc))
        self.pack_k = max(self.pack_k, abs(pack_k))
        self.object_if(not abs(soc) <= SOC_TOLERANCE, f"{where}: SoC differs by {soc:+.6f}")
        self.object_if(
            not abs(pack_k) <= PACK_TOLERANCE_K,
            f"{where}: pack temperature differs by {pack_k:+.2f} K",
        )

    def compare_time(self, where: str, planned_s: float, driven_s: float) -> None:
        error = driven_s - planned_s
        self.time_s = max(self.time_s, abs(error))
        self.object_if(
            not abs(error) <= TIME_TOLERANCE_S + TIME_TOLERANCE * abs(planned_s),
            f"{where}: takes {driven_s:.1f} s, planned {planned_s:.1f} s",
        )


def audit_plan(
    vehicle: Vehicle,
    trip: Trip,
    legs: tuple[Leg, ...],
    stops: tuple[ChargingStop, ...],
    points: Sequence[Point],
    *,
    step_s: float,
    heat: bool = True,
) -> Audit:
    """Re-drive legs and stops, compare every arrival and departure, and see that legs join.

    Parameters
    ----------
    vehicle, trip
        What the plan was made for.
    legs, stops
        The plan.
    points
        Where origin, stops and destination are tied to the roads, in order.
    step_s
        Time step. [s]
    heat
        Whether pack temperature limits the charging power.
    """
    found = _Findings()
    capacity = model.capacity_kwh(vehicle, trip)
    pack = model.pack_model(vehicle, trip.conditions)
    pack_c = trip.pack_departure_c
    soc = trip.departure_soc
    warm_up = model.warm_up(vehicle, trip.conditions).total_kwh
    found.object_if(len(legs) != len(stops) + 1, "legs and stops do not alternate")
    found.objections += joining(legs, stops, points)
    able = vehicle.battery.charging_curve is not None
    power = model.power_model(vehicle, capacity, heat=heat) if able else None
    drawn = _drawn(vehicle, trip, stops, capacity)
    for number, leg in enumerate(legs):
        where = f"leg {number + 1}"
        found.compare(f"{where} departure", leg.departure_soc - soc, leg.pack_departure_c - pack_c)
        state = State(soc * capacity - warm_up, capacity, pack_c)
        drive = redriven(vehicle, trip.conditions, leg, state, pack, _DRIVING_STEPS * step_s)
        soc, pack_c = drive.energy_kwh / capacity, drive.pack_c
        found.compare(f"{where} arrival", leg.arrival_soc - soc, leg.pack_arrival_c - pack_c)
        found.compare_time(where, leg.driving_s, drive.time_s)
        lowest = min(drive.least_kwh / capacity, leg.min_soc)
        found.object_if(
            lowest < trip.reserve_soc - SOC_TOLERANCE,
            f"{where}: SoC falls to {lowest:.4f}, below the reserve {trip.reserve_soc:g}",
        )
        _check_ledger(found, where, leg, capacity)
        if number < len(stops):
            standing, warm_up = drawn[number]
            stop = _without_standing(stops[number], standing)
            soc, pack_c = _recharge(found, trip, stop, soc, pack_c, power, pack, step_s)
            soc -= standing
    found.object_if(
        soc < max(trip.arrival_soc, trip.reserve_soc) - SOC_TOLERANCE,
        f"arrives with SoC {soc:.4f}, wished {trip.arrival_soc:g}",
    )
    return Audit(
        passed=not found.objections,
        worst_soc_error=found.soc,
        worst_time_error_s=found.time_s,
        worst_pack_error_k=found.pack_k,
        ledger_error_kwh=found.ledger_kwh,
        objections=tuple(found.objections),
    )


def _drawn(
    vehicle: Vehicle, trip: Trip, stops: tuple[ChargingStop, ...], capacity: float
) -> list[tuple[float, float]]:
    """SoC that each stop takes while the car stands, and energy to get warm again after it."""
    stays, found = iter(trip.waypoints), []
    for stop in stops:
        stay = next(stays, None) if stop.kind == "waypoint" else None
        dwell_s = stay.dwell_s if stay else 0.0
        plugged_in = model.waypoint_plug(vehicle, stay.charger_kw if stay else 0.0).battery_kw > 0.0
        again = model.warm_up_again(vehicle, trip.conditions, dwell_s, plugged_in=plugged_in)
        standing_kwh = 0.0 if plugged_in else model.standing_kwh(vehicle, dwell_s)
        found.append((standing_kwh / capacity, again.total_kwh))
    return found


def _without_standing(stop: ChargingStop, soc: float) -> ChargingStop:
    """Return a stop as it was before standing there took an SoC."""
    return stop.model_copy(update={"departure_soc": stop.departure_soc + soc})


def _recharge(
    found: _Findings,
    trip: Trip,
    stop: ChargingStop,
    soc: float,
    pack_c: float,
    power: PowerModel | None,
    pack: PackModel,
    step_s: float,
) -> tuple[float, float]:
    where = f"stop {stop.number} ({stop.name})"
    found.compare(f"{where} arrival", stop.arrival_soc - soc, stop.pack_arrival_c - pack_c)
    found.object_if(
        stop.departure_soc > max(trip.charge_limit_soc, stop.arrival_soc) + SOC_TOLERANCE,
        f"{where}: charges to {stop.departure_soc:.4f}, limit {trip.charge_limit_soc:g}",
    )
    found.object_if(stop.departure_soc < soc - SOC_TOLERANCE, f"{where}: leaves with less")
    pack_c = _park(pack, pack_c, stop.waited_s, step_s)
    soc, pack_c = _dwell(found, trip, stop, soc, pack_c, power, pack, step_s)
    expected_s = trip.stop_overhead_s if stop.kind == "charger" else 0.0
    found.compare_time(f"{where} overhead", stop.overhead_s, expected_s)
    pack_c = _park(pack, pack_c, stop.overhead_s, step_s)
    if power is None or stop.charger_kw <= 0.0:
        found.object_if(stop.charging_s > 0.0, f"{where}: nothing can be charged there")
        found.compare(f"{where} departure", stop.departure_soc - soc, 0.0)
        return soc, pack_c
    longest_s = 10.0 * stop.charging_s + S_PER_H
    soc, pack_c, charged_s = audit_steps.charge(
        soc, stop.departure_soc, pack_c, stop.charger_kw, power, pack, step_s, longest_s
    )
    found.compare_time(where, stop.charging_s, charged_s)
    found.compare(f"{where} departure", stop.departure_soc - soc, stop.pack_departure_c - pack_c)
    return stop.departure_soc, pack_c


def _park(pack: PackModel, pack_c: float, duration_s: float, step_s: float) -> float:
    """Stand without charging."""
    _, pack_c = audit_steps.stand(0.0, 0.0, pack_c, 0.0, _NO_POWER, pack, step_s, duration_s)
    return pack_c


def _dwell(
    found: _Findings,
    trip: Trip,
    stop: ChargingStop,
    soc: float,
    pack_c: float,
    power: PowerModel | None,
    pack: PackModel,
    step_s: float,
) -> tuple[float, float]:
    """Stand at a waypoint for its time, charging where it has a plug."""
    limit = max(trip.charge_limit_soc, soc)
    plugged_in = power is not None and stop.charger_kw > 0.0
    kw = stop.charger_kw if plugged_in else 0.0
    before = soc
    soc, pack_c = audit_steps.stand(
        soc, limit, pack_c, kw, power or _NO_POWER, pack, step_s, stop.dwell_s
    )
    if plugged_in and power is not None:
        gained_kwh = (soc - before) * power.capacity_kwh
        off = stop.dwell_energy_kwh - gained_kwh
        allowed_kwh = TIME_TOLERANCE * gained_kwh + stop.charger_kw * TIME_TOLERANCE_S / S_PER_H
        found.object_if(
            not abs(off) <= allowed_kwh,
            f"stop {stop.number} ({stop.name}): charges {stop.dwell_energy_kwh:.2f} kWh in its "
            f"{stop.dwell_s:.0f} s, re-driven {gained_kwh:.2f} kWh",
        )
        soc = before + stop.dwell_energy_kwh / power.capacity_kwh
    return soc, pack_c


def _check_ledger(found: _Findings, where: str, leg: Leg, capacity: float) -> None:
    parts = leg.energy
    sums = (
        parts.motion_kwh
        + parts.auxiliary_kwh
        + parts.cabin_kwh
        - parts.regenerated_kwh
        + parts.curtailed_kwh
        - parts.spent_kwh,
        (leg.departure_soc - leg.arrival_soc) * capacity - parts.spent_kwh,
    )
    worst = max(abs(error) for error in sums)
    found.ledger_kwh = max(found.ledger_kwh, worst)
    found.object_if(
        not worst <= LEDGER_TOLERANCE_KWH, f"{where}: its energy ledger is off by {worst:.2e} kWh"
    )
