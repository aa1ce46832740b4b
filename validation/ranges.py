"""Ranges and consumption at a steady speed on the level: published tests of single cars.

`data/ranges.csv` has those that the model was looked at with while it was made, and
`data/ranges_further.csv` those that came later: nothing but the bands was set by them.  To the
former nothing was fitted but the loads of the EV6, to differences of its row by the ADAC.
"""

import csv
from dataclasses import dataclass

import numpy as np

from tripplan.records.trip import Conditions
from tripplan.records.vehicle import find_vehicle
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation.shared import DATA

SEASONS_C = {"": 20.0, "summer": 20.0, "winter": 0.0}
"""Air temperature for what a test says instead of one: nothing, or the season (assumption)."""
USUAL_C = 20.0
"""Air temperature that a plan takes where nobody states one."""


@dataclass(frozen=True)
class Range:
    """A published range of a full battery, or consumption, at one speed."""

    car: str
    kmh: float
    speed: str
    """"kept": the test kept it; "limit": it is what plans take for the roads' limits."""
    ambient: str
    """Air temperature in degrees Celsius as told, or the season, or nothing."""
    measured_wh_per_km: float
    """As published; where a range was, the capacity that is planned with over it."""
    published: str
    predicted_wh_per_km: float
    unweathered: float
    """Relative error where the plan knows nothing of the weather, and takes `USUAL_C`."""
    source: str
    remark: str

    @property
    def ambient_c(self) -> float:
        """Air temperature that is planned with."""
        return _degrees(self.ambient)

    @property
    def tells_weather(self) -> bool:
        """Whether the test tells its temperature in degrees."""
        return self.ambient not in SEASONS_C

    @property
    def error(self) -> float:
        """Relative error of the consumption; positive: too much is planned."""
        return self.predicted_wh_per_km / self.measured_wh_per_km - 1.0


def rows(name: str = "ranges") -> list[Range]:
    """Return all rows of a file of `data`, in their order."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _degrees(ambient: str) -> float:
    return SEASONS_C[ambient] if ambient in SEASONS_C else float(ambient)


def _row(row: dict[str, str]) -> Range:
    ambient = row["ambient_c"]
    told, predicted = _compared(row, _degrees(ambient))
    usual = _compared(row, USUAL_C)
    stated = row["wh_per_km"]
    return Range(
        car=row["car"],
        kmh=float(row["kmh"]),
        speed=row.get("speed", "kept"),
        ambient=ambient,
        measured_wh_per_km=told,
        published=f"{stated} Wh/km" if stated else f"{row['km']} km",
        predicted_wh_per_km=predicted,
        unweathered=usual[1] / usual[0] - 1.0,
        source=row["source"],
        remark=row["remark"],
    )


def _compared(row: dict[str, str], ambient_c: float) -> tuple[float, float]:
    """Return consumption measured and predicted, for a plan at a temperature [Wh/km]."""
    kmh, one = float(row["kmh"]), np.ones(1)
    car = ConditionedVehicle.under(find_vehicle(row["car"]), Conditions(ambient_c=ambient_c))
    air = car.air_density_kg_per_m3(float(row.get("elevation_m") or 0.0) * one)
    motion_kw = car.motion_kw(kmh / 3.6 * one, 0.0 * one, 0.0 * one, air)
    predicted = float(car.draw_kw(motion_kw)[0]) / kmh * 1000.0
    if row["wh_per_km"]:
        return float(row["wh_per_km"]), predicted
    share = float(row.get("start_soc") or 1.0)
    return share * car.capacity_kwh * 1000.0 / float(row["km"]), predicted
