"""Ranges and consumption at a steady speed on the level: published tests of single cars.

Nothing was fitted to them but the loads of the EV6 to differences of its row by the ADAC.
"""

import csv
from dataclasses import dataclass

import numpy as np

from tripplan.records.trip import Conditions
from tripplan.records.vehicle import find_vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation.shared import DATA


@dataclass(frozen=True)
class Range:
    """A published range of a full battery, or consumption, at one speed."""

    car: str
    kmh: float
    ambient_c: float
    measured_wh_per_km: float
    """As published; where a range was, the capacity that is planned with over it."""
    published: str
    predicted_wh_per_km: float
    source: str
    remark: str

    @property
    def error(self) -> float:
        """Relative error of the consumption; positive: too much is planned."""
        return self.predicted_wh_per_km / self.measured_wh_per_km - 1.0


def rows() -> list[Range]:
    """Return all rows of `data/ranges.csv`, in their order."""
    with (DATA / "ranges.csv").open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _row(row: dict[str, str]) -> Range:
    kmh, ambient_c = float(row["kmh"]), float(row["ambient_c"])
    car = ConditionedVehicle.under(find_vehicle(row["car"]), Conditions(ambient_c=ambient_c))
    one, none = np.ones(1), np.zeros(1)
    motion_kw = car.motion_kw(kmh / 3.6 * one, none, none, car.air_density_kg_per_m3(none))
    wh_per_km = float(car.draw_kw(motion_kw)[0]) / kmh * 1000.0
    stated = row["wh_per_km"]
    told = float(stated) if stated else car.capacity_kwh * 1000.0 / float(row["km"])
    return Range(
        car=row["car"],
        kmh=kmh,
        ambient_c=ambient_c,
        measured_wh_per_km=told,
        published=f"{stated} Wh/km" if stated else f"{row['km']} km",
        predicted_wh_per_km=wh_per_km,
        source=row["source"],
        remark=row["remark"],
    )
