"""EPA dynamometer results against the model, cycle by cycle.

Rows of the EPA's test car list of 2022 and the speed traces of UDDS and HWFET, both works of the
US government, stand in `data`.  The dynamometer plays the road load of the list, with the test
weight as inertia; cabin off, tyres warm, 20 degrees Celsius.  What range tests of a car say of its
drag (`Vehicle.drag_factor`) is no part of the road load that it plays.
"""

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tripplan.calibration.drive_log import DriveLog, follow
from tripplan.physics import consumption
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle, find_vehicle
from tripplan.units import M_PER_MILE, MPS_PER_MPH
from validation.shared import DATA

CHARGER_EFFICIENCY = 0.88
"""Wall to battery (one figure for all cars, fixed beforehand)."""
KWH_PER_GALLON = 33.705
"""Energy of a gallon of petrol in MPGe (EPA)."""
LABEL_FACTOR = 0.7
"""Label figures are the measured ones times this (40 CFR 600.210)."""
KG_PER_LB = 0.45359237
COMMON_EFFICIENCY = 0.92
"""Battery to wheel of all cars but those that the list itself asks to differ."""
REFERENCE_M = 262.6
"""Height at which standard air of 20 degrees Celsius has the density of coast-downs."""


@dataclass(frozen=True)
class Row:
    """One car on one cycle; energies per distance at the wall."""

    car: Vehicle
    cycle: str
    measured_wh_per_km: float
    predicted_wh_per_km: float
    form: str
    """How the list states the result."""

    @property
    def error(self) -> float:
        """Relative error; positive: predicted too much."""
        return self.predicted_wh_per_km / self.measured_wh_per_km - 1.0


@cache
def cycle_mps(name: str) -> NDArray[np.float64]:
    """Speeds of a cycle by the second, m/s."""
    text = (DATA / f"{name}.txt").read_text(encoding="ascii")
    return np.array(text.split(), dtype=np.float64) * MPS_PER_MPH


def cycle_log(name: str) -> DriveLog:
    """Return a cycle as a drive in coast-down air."""
    speed = cycle_mps(name)
    rows = speed.size
    return DriveLog(
        name=name,
        time_s=np.arange(rows, dtype=np.float64),
        speed_mps=speed,
        elevation_m=np.full(rows, REFERENCE_M),
        ambient_c=np.full(rows, 20.0),
        valid=np.ones(rows, dtype=bool),
        soak_c=20.0,
    )


def wall_wh_per_km(car: Vehicle, cycle: str, test_weight_kg: float) -> float:
    """Predict what a car draws from the wall on a cycle."""
    log = cycle_log(cycle)
    warm = car.model_copy(update={"rolling_start_factor": 1.0, "drag_factor": 1.0})
    load_kg = consumption.COAST_DOWN_LOAD_KG
    warm = warm.model_copy(update={"mass_kg": test_weight_kg - load_kg})
    dyno = Conditions(cabin="off", payload_kg=load_kg)
    power_kw = follow(warm, log, dyno).power_kw
    return log.energy_kwh(power_kw) / log.distance_km * 1000.0 / CHARGER_EFFICIENCY


def measured_wh_per_km(result: float, form: str) -> float:
    """Turn a result of the list into watt-hours per kilometre at the wall."""
    if form == "kwh_per_100mi":
        kwh_per_mile = result / 100.0
    else:
        kwh_per_mile = KWH_PER_GALLON / result * (LABEL_FACTOR if form == "label_mpge" else 1.0)
    return kwh_per_mile * 1000.0 / (M_PER_MILE / 1000.0)


def compare() -> list[Row]:
    """All rows, repeated tests of one car averaged."""
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    with (DATA / "epa_2022.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups.setdefault((row["car"], row["cycle"]), []).append(row)
    found = []
    for (car_id, cycle), rows in groups.items():
        car = find_vehicle(car_id)
        measured = [measured_wh_per_km(float(r["result"]), r["result_form"]) for r in rows]
        weight_kg = float(rows[0]["test_weight_lb"]) * KG_PER_LB
        predicted = wall_wh_per_km(car, cycle, weight_kg)
        found.append(Row(car, cycle, float(np.mean(measured)), predicted, rows[0]["result_form"]))
    return found


if __name__ == "__main__":
    for line in compare():
        print(
            f"{line.car.id:24s} {line.cycle:6s} {line.measured_wh_per_km:6.1f} "
            f"{line.predicted_wh_per_km:6.1f} {100 * line.error:+5.1f} %"
        )
