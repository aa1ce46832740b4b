"""Charges, minute by minute, against published times and temperatures."""

import csv
from dataclasses import dataclass

import numpy as np

from tripplan.physics.charging import charge_step
from tripplan.physics.thermal import driven_pack_c, joule_heat_w
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle, find_vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation.shared import DATA

STEP_SOC = 0.001
SENSOR_LAG_S = 170.0
"""The Sakura's gauge follows the pack with this first-order lag (fitted to its logs)."""


@dataclass(frozen=True)
class Point:
    """A moment of a charge."""

    soc: float
    pack_c: float
    gauge_c: float
    """What a gauge with a lag of `SENSOR_LAG_S` reads, in step with the pack at the start."""
    minutes: float


@dataclass(frozen=True)
class Timed:
    """A published charging time; pack and air at one temperature (assumed 25 where not stated)."""

    car: str
    start_soc: float
    end_soc: float
    minutes: float
    air_c: float
    source: str
    remark: str
    """What it is no test of: the curve was fitted to it, or the car is of another year."""

    @property
    def predicted_minutes(self) -> float:
        """Time by the model."""
        course = charge(
            find_vehicle(self.car), self.start_soc, self.air_c, self.air_c, to=self.end_soc
        )
        return course[-1].minutes


def times() -> list[Timed]:
    """Return all published times of `data/charging_times.csv`, in their order."""
    with (DATA / "charging_times.csv").open(encoding="utf-8", newline="") as file:
        return [
            Timed(
                row["car"],
                float(row["start_soc"]),
                float(row["end_soc"]),
                float(row["minutes"]),
                float(row["air_c"]),
                row["source"],
                row["remark"],
            )
            for row in csv.DictReader(file)
        ]


def charge(
    car: Vehicle,
    soc: float,
    pack_c: float,
    air_c: float,
    *,
    to: float = 1.0,
    minutes: float = 1e9,
    charger_kw: float = 1000.0,
) -> list[Point]:
    """Charge in steps of 0.1 % until an SoC or a time.

    Parameters
    ----------
    car
        The car.
    soc, pack_c, air_c
        Where it starts, its pack and the air.
    to, minutes
        Where it ends, whichever comes first.
    charger_kw
        Power of the charger.
    """
    conditioned = ConditionedVehicle.under(car, Conditions(ambient_c=air_c))
    pack, power = conditioned.charging_pack, conditioned.power
    assert power is not None
    charger_kw *= conditioned.charge_efficiency
    course = [Point(soc, pack_c, pack_c, 0.0)]
    while soc < to - 1e-9 and course[-1].minutes < minutes:
        end = min(soc + STEP_SOC, to)
        step_s, pack_c = charge_step(soc, end, pack_c, charger_kw, power, pack)
        soc, last = end, course[-1]
        gauge_c = last.gauge_c + (pack_c - last.gauge_c) * min(1.0, step_s / SENSOR_LAG_S)
        course.append(Point(soc, pack_c, gauge_c, last.minutes + step_s / 60.0))
    return course


def at_minute(course: list[Point], minutes: float) -> Point:
    """Return the first point of a charge at or after a time."""
    return next((point for point in course if point.minutes >= minutes - 1e-9), course[-1])


def at_soc(course: list[Point], soc: float) -> Point:
    """Return the first point of a charge at or after an SoC."""
    return next((point for point in course if point.soc >= soc - 1e-9), course[-1])


def steady_kw(car: ConditionedVehicle, kmh: float) -> float:
    """Battery power on a level road near sea level, cabin included, kW."""
    one, zero = np.ones(1), np.zeros(1)
    density = car.air_density_kg_per_m3(100.0 * one)
    return float(car.draw_kw(car.motion_kw(kmh / 3.6 * one, zero, zero, density))[0])


def drive(vehicle: Vehicle, pack_c: float, air_c: float, *, km: float, kmh: float) -> float:
    """Pack temperature after a steady drive [degC]."""
    car = ConditionedVehicle.under(vehicle, Conditions(ambient_c=air_c))
    heat_w = joule_heat_w(steady_kw(car, kmh), car.pack.voltage_v, car.pack.resistance_25c_ohm)
    duration_s = km / kmh * 3600.0
    return driven_pack_c(pack_c, heat_w * duration_s, duration_s, car.pack)


def with_thermal(car: Vehicle, **factors: float) -> Vehicle:
    """Return the car with values of its thermal model multiplied."""
    thermal = car.battery.thermal
    changes = {name: getattr(thermal, name) * factor for name, factor in factors.items()}
    battery = car.battery.model_copy(update={"thermal": thermal.model_copy(update=changes)})
    return car.model_copy(update={"battery": battery})
