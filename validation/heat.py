"""Packs that are charged again and again in a day, with bands from what their values may be off."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle, find_vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation.charging import at_soc, charge, drive, steady_kw, with_thermal

DRAWS = 60
SPREAD = {
    "heat_capacity_j_per_k": 0.25,
    "resistance_ohm": 0.30,
    "conductance_driving_w_per_k": 0.50,
    "conductance_parked_w_per_k": 0.50,
}
"""Uncertainty of thermal values, as the cars' files state it; drawn evenly within."""


@dataclass(frozen=True)
class Day:
    """Drives and fast charges of one car on one day."""

    car: str
    air_c: float
    start_c: float
    charges: int
    km: float
    kmh: float
    low_soc: float
    published: str
    high_soc: float | None = None
    """Where a charge ends; None: what the next drive takes."""
    soh: float = 1.0


DAYS = (
    Day(
        "nissan-leaf-40", 25.0, 25.0, 3, 130.0, 105.0, 0.15, "charges get slower; 27.5 kW at 40 °C"
    ),
    Day("nissan-leaf-62", 25.0, 25.0, 3, 185.0, 105.0, 0.15, "the third takes 50 min or more"),
    Day(
        "nissan-leaf-24-2011", 29.0, 29.0, 5, 75.0, 90.0, 0.15, "ends above 49 °C after five in 8 h"
    ),
    Day(
        "nissan-leaf-24-2011",
        29.0,
        29.0,
        5,
        75.0,
        90.0,
        0.15,
        "the same: its age is not told",
        soh=0.75,
    ),
    Day(
        "nissan-sakura",
        30.0,
        30.0,
        3,
        70.0,
        90.0,
        0.15,
        "cooled from 40 °C on: two without trouble",
    ),
)


@dataclass(frozen=True)
class Charge:
    """One charge of a day."""

    minutes: float
    start_c: float
    end_c: float


def run(day: Day, change: Callable[[Vehicle], Vehicle] = lambda car: car) -> list[Charge]:
    """Live through a day."""
    car = change(find_vehicle(day.car).aged(day.soh))
    used_kw = steady_kw(ConditionedVehicle.under(car, Conditions(ambient_c=day.air_c)), day.kmh)
    used_kwh = used_kw * day.km / day.kmh
    top = min(day.low_soc + used_kwh / car.battery.usable_kwh, 0.95)
    pack_c, charges = day.start_c, []
    for _ in range(day.charges):
        pack_c = drive(car, pack_c, day.air_c, km=day.km, kmh=day.kmh)
        course = charge(car, day.low_soc, pack_c, day.air_c, to=top, charger_kw=50.0)
        if car.battery.nominal_kwh > 50.0:
            course = charge(car, day.low_soc, pack_c, day.air_c, to=top, charger_kw=100.0)
        end = at_soc(course, top)
        charges.append(Charge(end.minutes, pack_c, end.pack_c))
        pack_c = end.pack_c
    return charges


def bands(day: Day, seed: int = 0) -> list[tuple[Charge, Charge]]:
    """Tenth and ninetieth percentile of every figure of each charge."""
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(DRAWS):
        factors = {name: rng.uniform(1.0 - off, 1.0 + off) for name, off in SPREAD.items()}
        drawn.append(run(day, lambda car, f=factors: with_thermal(car, **f)))  # type: ignore[misc]
    values = np.array([[(c.minutes, c.start_c, c.end_c) for c in day_run] for day_run in drawn])
    low, high = np.percentile(values, [10, 90], axis=0)
    return [(Charge(*a), Charge(*b)) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
