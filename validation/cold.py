"""The EPA's city cycle at -7 degrees Celsius over that in the warm, car by car.

Rows of the EPA's test car lists, "charge depleting 20 degree F FTP", and the warm UDDS of the same
cars; energies at the wall.  A charge is driven down cycle by cycle, so that warming up hardly
counts.
Which heater a car has is general knowledge; whether it ran in the test, the list does not say.
"""

import csv
from dataclasses import dataclass, replace

import numpy as np

from tripplan.calibration.drive_log import follow
from tripplan.physics.consumption import COAST_DOWN_LOAD_KG
from tripplan.records.trip import CabinSetting, Conditions
from tripplan.records.vehicle import CoastDown, Vehicle, find_vehicle
from validation.epa import KG_PER_LB, cycle_log
from validation.shared import DATA

COLD_C = -6.7
LIKE = "tesla-model-3-lr"
"""Car whose efficiencies, auxiliaries and heat pump stand for all; mass and road load are own."""


@dataclass(frozen=True)
class ColdRow:
    """One car: energy in the cold over that in the warm, measured and predicted."""

    name: str
    years: str
    heater: str
    """"heat_pump", "ptc" or "unknown"."""
    measured: float
    heated: float
    unheated: float

    @property
    def error(self) -> float:
        """Relative error of the ratio with the cabin heated by a heat pump."""
        return self.heated / self.measured - 1.0


def rows() -> list[ColdRow]:
    """Return all rows of `data/epa_cold.csv`, in their order."""
    with (DATA / "epa_cold.csv").open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _row(row: dict[str, str]) -> ColdRow:
    load = CoastDown(
        a_lbf=float(row["a_lbf"]),
        b_lbf_per_mph=float(row["b_lbf_per_mph"]),
        c_lbf_per_mph2=float(row["c_lbf_per_mph2"]),
    )
    mass_kg = float(row["test_weight_lb"]) * KG_PER_LB - COAST_DOWN_LOAD_KG
    car = find_vehicle(LIKE).model_copy(
        update={"mass_kg": mass_kg, "road_load": load, "drag_factor": 1.0}
    )
    warm = _kwh(car, 20.0, "off")
    return ColdRow(
        row["name"],
        row["years"],
        row["heater"],
        float(row["ftp_20f_kwh_per_100mi"]) / float(row["udds_kwh_per_100mi"]),
        _kwh(car, COLD_C, "on") / warm,
        _kwh(car, COLD_C, "off") / warm,
    )


def _kwh(car: Vehicle, ambient_c: float, cabin: CabinSetting) -> float:
    log = cycle_log("udds")
    log = replace(log, ambient_c=np.full(log.time_s.size, ambient_c), soak_c=ambient_c)
    day = Conditions(cabin=cabin, payload_kg=COAST_DOWN_LOAD_KG)
    return log.energy_kwh(follow(car, log, day).power_kw)
