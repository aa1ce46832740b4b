"""The audit of battery and clock: the plan driven, stood and charged again in small time steps.

Nothing of the search is used: only the plan and the car under its conditions.  The roads are taken
from the plan's own traces (position, elevation, distance and speed at each point).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import LEAST_POWER_KW, PowerModel
from tripplan.planning import audit_steps
from tripplan.planning.audit_charge import WarmCharging
from tripplan.planning.audit_columns import Columns
from tripplan.planning.audit_objections import Objections, differ
from tripplan.planning.redrive import drive_pieces, motion_on, redriven
from tripplan.records.plan import ChargingStop, Leg, Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import LONGEST_DWELL_D, Trip
from tripplan.units import KMH_PER_MPS, M_PER_KM, S_PER_H
from tripplan.vehicle_model.conditioned import NO_WARM_UP, ConditionedVehicle, WarmUp

SOC_TOLERANCE = 5e-5
"""Difference in SoC (the air density is taken anew at each point of the road's geometry)."""
_SAME_GRADE_M_PER_KM = 1e-3
"""Steps of road whose grades differ by less may be of one piece."""
_AIR_M = 8000.0
"""Over this height the density of the air falls by a factor of e (that of the standard atmosphere
near the ground is 8.4 km, at 3 km 9 km)."""
TIME_TOLERANCE = 0.01
"""Relative difference in time over a leg or stop (plans follow heat in other steps)."""
TIME_TOLERANCE_S = 10.0
PACK_TOLERANCE_K = 0.5
LEDGER_TOLERANCE_KWH = 1e-9
_ENERGY_SHARE = 2e-3
"""Relative difference in where a leg's energy went, ..."""
_ENERGY_KWH = 2e-3
"""... and what it may be beside that."""
_DRIVING_STEPS = 4.0
"""Steps on the road are so many times longer than those at a charger."""
_NO_POWER = PowerModel(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), 1.0)
_LONGEST_S = LONGEST_DWELL_D * 24.0 * S_PER_H
"""No car stands anywhere for longer."""


@dataclass
class Redrive:
    """The plan driven again, leg by leg and stop by stop: the battery by now, and what is found."""

    car: ConditionedVehicle
    charging: WarmCharging
    trip: Trip
    step_s: float
    found: Objections
    soc: float
    pack_c: float
    worst_soc: float = 0.0
    worst_time_s: float = 0.0
    worst_pack_k: float = 0.0
    worst_ledger_kwh: float = 0.0
    preheats: bool = True
    """Whether the pack's heater may run on the way to chargers at all."""

    @classmethod
    def of(
        cls,
        plan: Plan,
        columns: Columns,
        car: ConditionedVehicle,
        settings: Settings,
        found: Objections,
    ) -> "Redrive":
        """Drive a plan again, and object to what differs.

        Parameters
        ----------
        plan, columns, car
            The plan, its traces, and its car under its conditions.
        settings
            How it was made: whether with heat; and the time step of the audit.
        found
            Where objections go.
        """
        trip, step_s = plan.trip, settings.audit_step_s
        charging = WarmCharging.of(plan.vehicle, trip, heat=settings.heat)
        self = cls(car, charging, trip, step_s, found, trip.departure_soc, trip.pack_departure_c)
        self.preheats = settings.preheat != "never"
        drawn, warm_up = _drawn(car, trip, plan.stops), car.warm_up
        height, at = columns.elevation_m, columns.start
        motion, duration_s = motion_on(
            car,
            (columns.rise(columns.distance_km), height[at], height[at + 1]),
            *map(columns.ending, (columns.speed_kmh, columns.bearing_deg, columns.usual_kmh)),
        )
        after_kwh, after_c = np.empty(at.size), np.empty(at.size)
        for number, leg in enumerate(plan.legs):
            steps = columns.steps(number)
            drive = self.leg(f"leg {number + 1}", leg, motion[steps], duration_s[steps], warm_up)
            after_kwh[steps], after_c[steps] = drive.after_kwh, drive.after_c
            if number < len(plan.stops):
                standing_soc, warm_up = drawn[number]
                self.stop(plan.stops[number], standing_soc, heated=leg.preheating is not None)
            elif leg.preheating is not None:
                found.say("it warms the pack before the destination, where nothing is charged")
        self._course(columns, after_kwh / car.capacity_kwh, after_c)
        self.object_if(
            self.soc < max(trip.arrival_soc, trip.reserve_soc) - SOC_TOLERANCE,
            f"arrives with SoC {self.soc:.4f}, wished {trip.arrival_soc:g}",
        )
        return self

    def leg(
        self, where: str, leg: Leg, motion: Floats, duration_s: Floats, warm_up: WarmUp
    ) -> audit_steps.Driven:
        """Drive a leg, at the start of which warming up takes an energy.

        Parameters
        ----------
        where, leg
            How it is called, and the leg.
        motion, duration_s
            Power of the motor [kW], and time, of each step, shape (steps,).
        warm_up
            What warming up takes.
        """
        car, capacity = self.car, self.car.capacity_kwh
        self._compare(f"{where} departure", leg.departure_soc, leg.pack_departure_c)
        drive = drive_pieces(
            car,
            leg,
            (car.draw_kw(motion), duration_s),
            self.soc * capacity - warm_up.total_kwh,
            self.pack_c,
            _DRIVING_STEPS * self.step_s,
        )
        self._preheating(where, leg, drive)
        self._ends(where, leg)
        self._energy(where, leg, motion, duration_s, warm_up, drive.curtailed_kwh)
        self.soc, self.pack_c = drive.energy_kwh / capacity, drive.pack_c
        self._compare(f"{where} arrival", leg.arrival_soc, leg.pack_arrival_c)
        self._compare_time(where, leg.driving_s, drive.time_s)
        lowest, reserve = min(drive.least_kwh / capacity, leg.min_soc), self.trip.reserve_soc
        self.object_if(
            lowest < reserve - SOC_TOLERANCE,
            f"{where}: SoC falls to {lowest:.4f}, below the reserve {reserve:g}",
        )
        self._check_ledger(where, leg)
        return drive

    def _course(self, columns: Columns, after_soc: Floats, after_c: Floats) -> None:
        """Compare the battery at the end of each step of the traces."""
        soc_off = np.abs(columns.ending(columns.soc) - after_soc)
        amid = 0.0 if np.all(soc_off <= SOC_TOLERANCE) else self._amid_soc(columns)
        for what, planned, driven, allowed in (
            ("SoC", columns.soc, after_soc, SOC_TOLERANCE + amid),
            ("pack temperature", columns.pack_c, after_c, PACK_TOLERANCE_K),
        ):
            off = np.abs(columns.ending(planned) - driven)
            for leg, _ in columns.first_in_legs(~(off <= allowed)):
                most = off[columns.steps(leg)].max(initial=0.0)
                self.found.say(f"leg {leg + 1}: {what} on the way differs by up to {most:.6f}")

    def _amid_soc(self, columns: Columns) -> Floats:
        """Return by how much SoC may differ on each step, since a plan has one air by piece.

        A piece of grade is reckoned with the mean density of its air.  Amid it, an eighth of what
        the air takes times how much the density changes is off; twice that is allowed.
        """
        car, start = self.car, columns.start
        speed = columns.ending(columns.speed_kmh) / KMH_PER_MPS
        bearing = columns.ending(columns.bearing_deg)
        air = car.air_density_kg_per_m3(columns.elevation_m[start])
        wind = car.headwind_mps(bearing), car.crosswind_mps(bearing)
        level, still = np.zeros(start.size), np.zeros(start.size)
        drag_kw = [
            car.motion_kw(speed, level, wind[0], density, crosswind_mps=wind[1], stops_per_m=still)
            for density in (air, 0.0 * air)
        ]
        length_km, rise_m = columns.rise(columns.distance_km), columns.rise(columns.elevation_m)
        taken_kwh = np.abs(drag_kw[0] - drag_kw[1]) * length_km * M_PER_KM / speed / S_PER_H
        grade = rise_m / length_km
        turns = np.flatnonzero(np.abs(grade[1:] - grade[:-1]) > _SAME_GRADE_M_PER_KM) + 1
        legs = [columns.steps(leg).start for leg in range(len(columns.first) - 1)]
        first = np.unique(np.concatenate([legs, turns]).astype(np.int64))
        first = first[first < start.size]
        changes = 0.25 * np.abs(np.add.reduceat(rise_m, first)) / _AIR_M
        most = np.add.reduceat(taken_kwh, first) * changes / car.capacity_kwh
        return np.repeat(most, np.diff(np.append(first, start.size)))

    def _ends(self, where: str, leg: Leg) -> None:
        """Compare what is stated of a leg's battery with its trace."""
        trace = leg.trace
        for what, stated, right in (
            ("departure", leg.departure_soc, trace.soc[0] if len(trace.soc) > 1 else None),
            ("arrival", leg.arrival_soc, trace.soc[-1]),
            ("lowest", leg.min_soc, min(trace.soc)),
        ):
            self.object_if(
                right is not None and differ(stated, right, 1e-9),
                f"{where}: its {what} SoC of {stated:.6f} is not that of its trace",
            )

    def _preheating(self, where: str, leg: Leg, drive: audit_steps.Driven) -> None:
        """Object to warming the pack without a heater, or with another energy than it takes."""
        told, heater, kwh = leg.preheating, self.car.vehicle.battery.heater, drive.heater_kwh
        allowed = _ENERGY_KWH + _ENERGY_SHARE * kwh
        stated = ("energy of the pack's heater", leg.energy.pack_heater_kwh, kwh, allowed)
        self.found.compare(where, "kWh", [stated])
        if told is None:
            return
        self.found.compare(where, "kWh", [("energy of preheating", told.energy_kwh, kwh, allowed)])
        self.object_if(
            heater is None or not heater.while_driving or not self.preheats,
            f"{where}: warms the pack with a heater that it has not, or that is to stay off",
        )
        self.object_if(
            not 0.0 < told.duration_s <= leg.driving_s + TIME_TOLERANCE_S,
            f"{where}: warms the pack for {told.duration_s:.0f} s of {leg.driving_s:.0f}",
        )
        cold = leg.model_copy(update={"preheating": None})
        start_kwh = leg.departure_soc * self.car.capacity_kwh
        step_s = _DRIVING_STEPS * self.step_s
        cold_c = redriven(self.car, cold, start_kwh, self.pack_c, step_s).pack_c
        off_k = told.warmer_k - (drive.pack_c - cold_c)
        self.object_if(
            not abs(off_k) <= PACK_TOLERANCE_K,
            f"{where}: preheating warms the pack by {drive.pack_c - cold_c:.1f} K, "
            f"stated {told.warmer_k:.1f}",
        )

    def _energy(
        self,
        where: str,
        leg: Leg,
        motion_kw: Floats,
        duration_s: Floats,
        warm_up: WarmUp,
        curtailed_kwh: float,
    ) -> None:
        """Compare where the energy of a leg went."""
        hours = duration_s / S_PER_H
        driving_h = float(hours.sum())
        vehicle, parts = self.car.vehicle, leg.energy
        drawn = float((np.maximum(motion_kw, 0.0) * hours).sum())
        fed_back = float((np.maximum(-motion_kw, 0.0) * hours).sum())
        right = (
            ("energy of motion", parts.motion_kwh, drawn + warm_up.motion_kwh),
            ("energy of auxiliaries", parts.auxiliary_kwh, vehicle.auxiliary_kw * driving_h),
            (
                "energy of the cabin",
                parts.cabin_kwh,
                self.car.cabin_kw * driving_h + warm_up.cabin_kwh,
            ),
            ("energy of braking", parts.regenerated_kwh, fed_back),
            ("energy refused", parts.curtailed_kwh, curtailed_kwh),
        )
        self.found.compare(
            where,
            "kWh",
            (
                (name, told, kwh, _ENERGY_KWH + _ENERGY_SHARE * abs(kwh))
                for name, told, kwh in right
            ),
        )

    def stop(self, stop: ChargingStop, standing_soc: float, *, heated: bool = False) -> None:
        """Stand and charge at a stop, where standing takes an SoC."""
        trip = self.trip
        where = f"stop {stop.number} ({stop.name})"
        departure_soc = stop.departure_soc + standing_soc
        self._compare(f"{where} arrival", stop.arrival_soc, stop.pack_arrival_c)
        self.object_if(
            stop.charger_kw <= 0.0 and heated,
            f"{where}: the pack is warmed on the way there, and nothing is charged",
        )
        self.object_if(
            departure_soc > max(trip.charge_limit_soc, stop.arrival_soc) + SOC_TOLERANCE,
            f"{where}: charges to {departure_soc:.4f}, limit {trip.charge_limit_soc:g}",
        )
        self.object_if(departure_soc < self.soc - SOC_TOLERANCE, f"{where}: leaves with less")
        self._park(min(stop.waited_s, _LONGEST_S))
        self._dwell(where, stop)
        expected_s = trip.stop_overhead_s if stop.kind == "charger" else 0.0
        self.object_if(
            differ(stop.overhead_s, expected_s, 1e-6),
            f"{where} overhead: takes {expected_s:.1f} s, planned {stop.overhead_s:.1f} s",
        )
        self._park(expected_s)
        charging = self.charging
        if charging.power is None or stop.charger_kw <= 0.0:
            self.object_if(stop.charging_s > 0.0, f"{where}: nothing can be charged there")
            self._compare(f"{where} departure", departure_soc, self.pack_c)
        else:
            self.soc, self.pack_c, charged_s = audit_steps.charge(
                self.soc,
                departure_soc,
                self.pack_c,
                stop.charger_kw / charging.given_back,
                charging.power,
                self.car.pack,
                self.step_s,
                min(10.0 * stop.charging_s + S_PER_H, self._longest_charge_s),
            )
            self._compare_time(where, stop.charging_s, charged_s)
            self._compare(f"{where} departure", departure_soc, stop.pack_departure_c)
            self.soc = departure_soc
        self.soc -= standing_soc

    @property
    def _longest_charge_s(self) -> float:
        """No charge takes longer: less power than this counts as none."""
        return 2.0 * self.car.capacity_kwh / LEAST_POWER_KW * S_PER_H

    def _park(self, duration_s: float) -> None:
        """Stand without charging."""
        if duration_s == 0.0:
            return
        _, self.pack_c = audit_steps.stand(
            0.0, 0.0, self.pack_c, 0.0, _NO_POWER, self.car.pack, self.step_s, duration_s
        )

    def _dwell(self, where: str, stop: ChargingStop) -> None:
        """Stand at a waypoint for its time, charging where it has a plug."""
        if stop.dwell_s == 0.0 and stop.dwell_energy_kwh == 0.0:
            return
        power, before = self.charging.power, self.soc
        limit_soc = max(self.trip.charge_limit_soc, before)
        kw = stop.charger_kw if power is not None and stop.charger_kw > 0.0 else 0.0
        self.soc, self.pack_c = audit_steps.stand(
            before,
            limit_soc,
            self.pack_c,
            kw / self.charging.given_back,
            power or _NO_POWER,
            self.car.pack,
            self.step_s,
            min(stop.dwell_s, _LONGEST_S),
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
        """Object if something is wrong."""
        self.found.when(wrong, words)

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
            + parts.pack_heater_kwh
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


def _drawn(
    car: ConditionedVehicle, trip: Trip, stops: Sequence[ChargingStop]
) -> list[tuple[float, WarmUp]]:
    """SoC that each stop takes while the car stands, and what getting warm after it takes."""
    waypoints = iter(trip.waypoints)
    found: list[tuple[float, WarmUp]] = []
    for stop in stops:
        waypoint = next(waypoints, None) if stop.kind == "waypoint" else None
        if waypoint is None:
            found.append((0.0, NO_WARM_UP))
            continue
        stay = car.stay(waypoint.dwell_s, waypoint.charger_kw, waypoint.garage_c)
        found.append((stay.standing_kwh / car.capacity_kwh, stay.warm_up))
    return found
