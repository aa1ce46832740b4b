"""Ranges and consumption at a steady speed on the level: published tests of single cars.

`data/ranges.csv` has those that the model was looked at with while it was made, and
`data/ranges_further.csv` those that came later.  To the former the loads of the EV6 were fitted, by
differences of its row by the ADAC; both set bands, and the drag of cars that were tested several
times (`validation.range_tests`).  A row is planned here by what else is known of its car
(`Vehicle.drag_factor` 1), unless a factor is given.
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
class Compared:
    """Consumption at a steady speed, measured and planned."""

    measured_wh_per_km: float
    """As published; where a range was, the capacity that is planned with over it."""
    predicted_wh_per_km: float
    drag_wh_per_km: float
    """What of the prediction grows with the speed squared."""

    def error(self, drag_factor: float = 1.0) -> float:
        """Relative error with so many times the drag; positive: too much is planned."""
        more = (drag_factor - 1.0) * self.drag_wh_per_km
        return (self.predicted_wh_per_km + more) / self.measured_wh_per_km - 1.0


@dataclass(frozen=True)
class Range:
    """A published range of a full battery, or consumption, at one speed."""

    car: str
    kmh: float
    speed: str
    """"kept": the test kept it; "limit": it is what plans take for the roads' limits."""
    ambient: str
    """Air temperature in degrees Celsius as told, or the season, or nothing."""
    published: str
    told: Compared
    """Planned with the weather that is told."""
    usual: Compared
    """Planned where nothing is known of the weather, with `USUAL_C`."""
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
    def measured_wh_per_km(self) -> float:
        """As published; where a range was, the capacity that is planned with over it."""
        return self.told.measured_wh_per_km

    @property
    def error(self) -> float:
        """Relative error of the consumption; positive: too much is planned."""
        return self.told.error()


def rows(name: str = "ranges") -> list[Range]:
    """Return all rows of a file of `data`, in their order."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _degrees(ambient: str) -> float:
    return SEASONS_C[ambient] if ambient in SEASONS_C else float(ambient)


def _row(row: dict[str, str]) -> Range:
    ambient = row["ambient_c"]
    stated = row["wh_per_km"]
    return Range(
        car=row["car"],
        kmh=float(row["kmh"]),
        speed=row.get("speed", "kept"),
        ambient=ambient,
        published=f"{stated} Wh/km" if stated else f"{row['km']} km",
        told=_compared(row, _degrees(ambient)),
        usual=_compared(row, USUAL_C),
        source=row["source"],
        remark=row["remark"],
    )


def _compared(row: dict[str, str], ambient_c: float) -> Compared:
    """Hold a row against a plan at a temperature."""
    kmh = float(row["kmh"])
    known = find_vehicle(row["car"]).model_copy(update={"drag_factor": 1.0})
    car, twice = (
        ConditionedVehicle.under(vehicle, Conditions(ambient_c=ambient_c))
        for vehicle in (known, known.model_copy(update={"drag_factor": 2.0}))
    )
    high_m = float(row.get("elevation_m") or 0.0)
    predicted = _wh_per_km(car, kmh, high_m)
    measured = float(row["wh_per_km"] or 0.0)
    if not measured:
        share = float(row.get("start_soc") or 1.0)
        measured = share * car.capacity_kwh * 1000.0 / float(row["km"])
    return Compared(measured, predicted, _wh_per_km(twice, kmh, high_m) - predicted)


def _wh_per_km(car: ConditionedVehicle, kmh: float, elevation_m: float) -> float:
    one = np.ones(1)
    air = car.air_density_kg_per_m3(elevation_m * one)
    motion_kw = car.motion_kw(kmh / 3.6 * one, 0.0 * one, 0.0 * one, air)
    return float(car.draw_kw(motion_kw)[0]) / kmh * 1000.0
