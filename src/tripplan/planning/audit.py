"""Drive the finished plan again with the plain formulas and small time steps, and object.

Nothing of the search is used: only the plan and the car under its conditions.  The roads are taken
from the plan's own traces (position, elevation, distance and speed at each point), which must join
each other and the places where the car stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from tripplan.physics.charging import PowerModel
from tripplan.planning import audit_steps
from tripplan.planning.redrive import redriven
from tripplan.records.plan import Audit, ChargingStop, Leg
from tripplan.records.trip import Trip
from tripplan.units import EARTH_RADIUS_M, M_PER_KM, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_Point = tuple[float, float]
"""Latitude and longitude. [deg]"""

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
_APART_M = 2.0
"""Two points this close together are the same."""
_SHORTER = 0.02
"""A road may be stated this much shorter than the straight line between its ends (relative): some
sources measure along another line than they draw."""
_CLOCK_S = 1e-3
_DISTANCE_KM = 1e-6


def audit_plan(
    car: ConditionedVehicle,
    trip: Trip,
    legs: tuple[Leg, ...],
    stops: tuple[ChargingStop, ...],
    points: Sequence[_Point],
    *,
    step_s: float,
) -> Audit:
    """Re-drive legs and stops, compare every arrival and departure, and see that legs join.

    Parameters
    ----------
    car, trip
        What the plan was made for.
    legs, stops
        The plan; ``stops[i]`` lies between ``legs[i]`` and ``legs[i + 1]``.
    points
        Where origin, stops and destination are tied to the roads, in order.
    step_s
        Time step. [s]
    """
    redrive = _Redrive(car, trip, step_s, trip.departure_soc, trip.pack_departure_c)
    warm_up_kwh = car.warm_up.total_kwh
    redrive.object_if(len(legs) != len(stops) + 1, "legs and stops do not alternate")
    redrive.objections += _joining(legs, stops, points)
    drawn = _drawn(car, trip, stops)
    for number, leg in enumerate(legs):
        redrive.leg(f"leg {number + 1}", leg, warm_up_kwh)
        if number < len(stops):
            standing_soc, warm_up_kwh = drawn[number]
            redrive.stop(stops[number], standing_soc)
    redrive.object_if(
        redrive.soc < max(trip.arrival_soc, trip.reserve_soc) - SOC_TOLERANCE,
        f"arrives with SoC {redrive.soc:.4f}, wished {trip.arrival_soc:g}",
    )
    return Audit(
        passed=not redrive.objections,
        worst_soc_error=redrive.worst_soc,
        worst_time_error_s=redrive.worst_time_s,
        worst_pack_error_k=redrive.worst_pack_k,
        ledger_error_kwh=redrive.worst_ledger_kwh,
        objections=tuple(redrive.objections),
    )


def _drawn(
    car: ConditionedVehicle, trip: Trip, stops: Sequence[ChargingStop]
) -> list[tuple[float, float]]:
    """SoC that each stop takes while the car stands, and energy to get warm again after it."""
    waypoints, found = iter(trip.waypoints), []
    for stop in stops:
        waypoint = next(waypoints, None) if stop.kind == "waypoint" else None
        stay = car.stay(waypoint.dwell_s, waypoint.charger_kw) if waypoint else car.stay(0.0, 0.0)
        found.append((stay.standing_kwh / car.capacity_kwh, stay.warm_up.total_kwh))
    return found


@dataclass
class _Redrive:
    """The plan driven again, leg by leg and stop by stop: the battery by now, and what is found."""

    car: ConditionedVehicle
    trip: Trip
    step_s: float
    soc: float
    pack_c: float
    worst_soc: float = 0.0
    worst_time_s: float = 0.0
    worst_pack_k: float = 0.0
    worst_ledger_kwh: float = 0.0
    objections: list[str] = field(default_factory=list)

    def leg(self, where: str, leg: Leg, warm_up_kwh: float) -> None:
        """Drive a leg, at the start of which warming up takes an energy."""
        capacity = self.car.capacity_kwh
        self._compare(f"{where} departure", leg.departure_soc, leg.pack_departure_c)
        start_kwh = self.soc * capacity - warm_up_kwh
        drive = redriven(self.car, leg, start_kwh, self.pack_c, _DRIVING_STEPS * self.step_s)
        self.soc, self.pack_c = drive.energy_kwh / capacity, drive.pack_c
        self._compare(f"{where} arrival", leg.arrival_soc, leg.pack_arrival_c)
        self._compare_time(where, leg.driving_s, drive.time_s)
        lowest, reserve = min(drive.least_kwh / capacity, leg.min_soc), self.trip.reserve_soc
        self.object_if(
            lowest < reserve - SOC_TOLERANCE,
            f"{where}: SoC falls to {lowest:.4f}, below the reserve {reserve:g}",
        )
        self._check_ledger(where, leg)

    def stop(self, stop: ChargingStop, standing_soc: float) -> None:
        """Stand and charge at a stop, where standing takes an SoC."""
        trip = self.trip
        where = f"stop {stop.number} ({stop.name})"
        departure_soc = stop.departure_soc + standing_soc
        self._compare(f"{where} arrival", stop.arrival_soc, stop.pack_arrival_c)
        self.object_if(
            departure_soc > max(trip.charge_limit_soc, stop.arrival_soc) + SOC_TOLERANCE,
            f"{where}: charges to {departure_soc:.4f}, limit {trip.charge_limit_soc:g}",
        )
        self.object_if(departure_soc < self.soc - SOC_TOLERANCE, f"{where}: leaves with less")
        self._park(stop.waited_s)
        self._dwell(where, stop)
        expected_s = trip.stop_overhead_s if stop.kind == "charger" else 0.0
        self._compare_time(f"{where} overhead", stop.overhead_s, expected_s)
        self._park(stop.overhead_s)
        if self.car.power is None or stop.charger_kw <= 0.0:
            self.object_if(stop.charging_s > 0.0, f"{where}: nothing can be charged there")
            self._compare(f"{where} departure", departure_soc, self.pack_c)
        else:
            self.soc, self.pack_c, charged_s = audit_steps.charge(
                self.soc,
                departure_soc,
                self.pack_c,
                stop.charger_kw,
                self.car.power,
                self.car.pack,
                self.step_s,
                10.0 * stop.charging_s + S_PER_H,
            )
            self._compare_time(where, stop.charging_s, charged_s)
            self._compare(f"{where} departure", departure_soc, stop.pack_departure_c)
            self.soc = departure_soc
        self.soc -= standing_soc

    def _park(self, duration_s: float) -> None:
        """Stand without charging."""
        _, self.pack_c = audit_steps.stand(
            0.0, 0.0, self.pack_c, 0.0, _NO_POWER, self.car.pack, self.step_s, duration_s
        )

    def _dwell(self, where: str, stop: ChargingStop) -> None:
        """Stand at a waypoint for its time, charging where it has a plug."""
        power, before = self.car.power, self.soc
        limit_soc = max(self.trip.charge_limit_soc, before)
        kw = stop.charger_kw if power is not None and stop.charger_kw > 0.0 else 0.0
        self.soc, self.pack_c = audit_steps.stand(
            before,
            limit_soc,
            self.pack_c,
            kw,
            power or _NO_POWER,
            self.car.pack,
            self.step_s,
            stop.dwell_s,
        )
        if kw > 0.0:
            gained_kwh = (self.soc - before) * self.car.capacity_kwh
            off = stop.dwell_energy_kwh - gained_kwh
            allowed_kwh = TIME_TOLERANCE * gained_kwh + stop.charger_kw * TIME_TOLERANCE_S / S_PER_H
            self.object_if(
                not abs(off) <= allowed_kwh,
                f"{where}: charges {stop.dwell_energy_kwh:.2f} kWh in its "
                f"{stop.dwell_s:.0f} s, re-driven {gained_kwh:.2f} kWh",
            )
            self.soc = before + stop.dwell_energy_kwh / self.car.capacity_kwh

    def object_if(self, wrong: bool, words: str) -> None:
        if wrong:
            self.objections.append(words)

    def _compare(self, where: str, planned_soc: float, planned_pack_c: float) -> None:
        soc, pack_k = planned_soc - self.soc, planned_pack_c - self.pack_c
        self.worst_soc = max(self.worst_soc, abs(soc))
        self.worst_pack_k = max(self.worst_pack_k, abs(pack_k))
        self.object_if(not abs(soc) <= SOC_TOLERANCE, f"{where}: SoC differs by {soc:+.6f}")
        self.object_if(
            not abs(pack_k) <= PACK_TOLERANCE_K,
            f"{where}: pack temperature differs by {pack_k:+.2f} K",
        )

    def _compare_time(self, where: str, planned_s: float, driven_s: float) -> None:
        error = driven_s - planned_s
        self.worst_time_s = max(self.worst_time_s, abs(error))
        self.object_if(
            not abs(error) <= TIME_TOLERANCE_S + TIME_TOLERANCE * abs(planned_s),
            f"{where}: takes {driven_s:.1f} s, planned {planned_s:.1f} s",
        )

    def _check_ledger(self, where: str, leg: Leg) -> None:
        parts = leg.energy
        sums = (
            parts.motion_kwh
            + parts.auxiliary_kwh
            + parts.cabin_kwh
            - parts.regenerated_kwh
            + parts.curtailed_kwh
            - parts.spent_kwh,
            (leg.departure_soc - leg.arrival_soc) * self.car.capacity_kwh - parts.spent_kwh,
        )
        worst = max(abs(error) for error in sums)
        self.worst_ledger_kwh = max(self.worst_ledger_kwh, worst)
        self.object_if(
            not worst <= LEDGER_TOLERANCE_KWH,
            f"{where}: its energy ledger is off by {worst:.2e} kWh",
        )


def _joining(
    legs: Sequence[Leg], stops: Sequence[ChargingStop], points: Sequence[_Point]
) -> list[str]:
    """Return what is wrong with how legs join: an unbroken line over the ground and on the clock.

    Works from the plan's own traces and from where its stops are tied to the roads, nothing else.
    """
    found: list[str] = []
    clock_s = distance_km = 0.0
    if len(points) != len(legs) + 1:
        found.append(f"{len(legs)} legs do not lie between {len(points)} places")
    for number, (leg, ends) in enumerate(zip(legs, pairwise(points), strict=False), start=1):
        where, trace = f"leg {number}", leg.trace
        for word, place, at in (("begins", ends[0], 0), ("ends", ends[1], -1)):
            apart_m = _apart_m(place, (trace.lat[at], trace.lon[at]))
            if not apart_m <= _APART_M:
                found.append(f"{where}: its road {word} {apart_m / M_PER_KM:.3f} km from its stop")
        found += _broken(where, leg)
        for what, planned, expected, allowed in (
            ("s on the clock", trace.elapsed_s[0], clock_s, _CLOCK_S),
            ("km driven", trace.distance_km[0], distance_km, _DISTANCE_KM),
        ):
            if not abs(planned - expected) <= allowed:
                found.append(f"{where}: begins at {planned:.3f} {what}, not at {expected:.3f}")
        clock_s, distance_km = trace.elapsed_s[-1], trace.distance_km[-1]
        for what, stated, driven, allowed in (
            ("s", leg.driving_s, clock_s - trace.elapsed_s[0], _CLOCK_S),
            ("km", leg.distance_km, distance_km - trace.distance_km[0], _DISTANCE_KM),
        ):
            if not abs(stated - driven) <= allowed:
                found.append(f"{where}: states {stated:.3f} {what}, its road has {driven:.3f}")
        if number <= len(stops):
            clock_s += stops[number - 1].duration_s
    return found


def _broken(where: str, leg: Leg) -> list[str]:
    """Object to steps of a leg that are longer over the ground than on the road."""
    trace = leg.trace
    lat, lon = np.radians(trace.lat), np.radians(trace.lon)
    middle = np.cos(0.5 * (lat[1:] + lat[:-1]))
    straight_m = EARTH_RADIUS_M * np.hypot(np.diff(lat), np.diff(lon) * middle)
    road_m = np.diff(trace.distance_km) * M_PER_KM
    short = np.flatnonzero(~(road_m * (1.0 + _SHORTER) + _APART_M >= straight_m))
    return [
        f"{where}: {road_m[k]:.0f} m of road lead {straight_m[k]:.0f} m over the ground, "
        f"{trace.distance_km[k]:.1f} km from the start"
        for k in short[:1]
    ]


def _apart_m(one: _Point, other: _Point) -> float:
    """Return the distance of two points that lie close together; of others, about."""
    lat, lon = np.radians(np.array([one, other])).T
    east = (lon[1] - lon[0]) * np.cos(0.5 * (lat[0] + lat[1]))
    return float(EARTH_RADIUS_M * np.hypot(lat[1] - lat[0], east))
