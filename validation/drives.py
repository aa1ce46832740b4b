"""The measured drives of a BMW i3 60 Ah, read and compared.

The file has one row a second: trip, time_s, speed_kmh, elevation_m, battery_v, battery_a (negative
while discharging), battery_c, soc_pct, heating_kw, aircon_kw, ambient_c.  Trips whose names start
with A are from summer, with B from winter.  The heater's column can be used in winter only: in
several summer trips it stands still at values that the battery power rules out.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.calibration.drive_log import DriveLog, Followed, follow
from tripplan.physics import cabin
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle

NAME = "drives/bmw_i3_60ah_1hz.parquet"
LOAD = Conditions(payload_kg=100.0)
"""The driver and the measuring kit (assumption)."""
LONGEST_RAMP_S = 10
"""Rows in which speed, voltage and current all go up or down by the same steps for longer than
this are interpolated over a gap of the log, and left out."""
SAME_SOC = 0.003
"""A trip that starts within this SoC of the end of the trip before goes on after a short pause
(assumption): its cabin is still warm."""


@dataclass(frozen=True, eq=False)
class Drive:
    """A measured drive."""

    log: DriveLog
    winter: bool
    pack_c: Floats
    aircon_kw: Floats
    soc: Floats

    @property
    def measured_kwh(self) -> float:
        """Energy out of the battery, kWh."""
        assert self.log.battery_kw is not None
        return self.log.energy_kwh(self.log.battery_kw)

    @property
    def measured_heating_kwh(self) -> float:
        """Energy of the heater, kWh."""
        assert self.log.heating_kw is not None
        return self.log.energy_kwh(self.log.heating_kw)


def interpolated(*columns: Floats) -> NDArray[np.bool_]:
    """Tell which rows lie on straight ramps of all columns at once, shape (rows,)."""
    straight = np.ones(columns[0].size, dtype=bool)
    ramp = np.zeros(columns[0].size, dtype=bool)
    for column in columns:
        step = np.diff(column)
        straight[1:-1] &= np.abs(np.diff(step)) < 0.02
        ramp[1:-1] |= np.abs(step[1:]) > 1e-2
    straight &= ramp
    straight[[0, -1]] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], straight.astype(np.int8), [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start < LONGEST_RAMP_S:
            straight[start:end] = False
    return straight


def read(path: Path) -> list[Drive]:
    """Read all drives of a file, in the order of their names."""
    table = pq.read_table(path).to_pydict()
    trips = np.array(table.pop("trip"))
    columns = {name: np.array(values, dtype=np.float64) for name, values in table.items()}
    drives: list[Drive] = []
    for trip in np.unique(trips):
        own = {name: column[trips == trip] for name, column in columns.items()}
        drives.append(_drive(str(trip), own, drives[-1] if drives else None))
    return drives


def _drive(trip: str, own: dict[str, Floats], before: Drive | None) -> Drive:
    volts, amps = own["battery_v"], own["battery_a"]
    soc = own["soc_pct"] / 100.0
    valid = np.isfinite(soc) & ~interpolated(own["speed_kmh"], volts, amps)
    soak_c = float(own["battery_c"][0])
    if before is not None and _goes_on(before, trip, float(soc[np.isfinite(soc)][0])):
        soak_c = cabin.SET_C
    log = DriveLog(
        name=trip,
        time_s=own["time_s"],
        speed_mps=own["speed_kmh"] / 3.6,
        elevation_m=own["elevation_m"],
        ambient_c=own["ambient_c"],
        valid=valid,
        soak_c=soak_c,
        battery_kw=-volts * amps / 1000.0,
        heating_kw=own["heating_kw"],
    )
    return Drive(log, trip.startswith("B"), own["battery_c"], own["aircon_kw"], soc)


def _goes_on(before: Drive, trip: str, soc: float) -> bool:
    names = [re.fullmatch(r"(\D*)(\d+)", name) for name in (before.log.name, trip)]
    if names[0] is None or names[1] is None:
        return False
    next_one = names[0][1] == names[1][1] and int(names[1][2]) == int(names[0][2]) + 1
    return next_one and abs(float(before.soc[np.isfinite(before.soc)][-1]) - soc) < SAME_SOC


@dataclass(frozen=True)
class Compared:
    """One drive, measured and predicted."""

    drive: Drive
    followed: Followed

    @property
    def predicted_kwh(self) -> float:
        """Energy by the model alone: from speed, elevation, air and soak temperature."""
        return self.drive.log.energy_kwh(self.followed.power_kw)

    @property
    def error(self) -> float:
        """Relative error of the energy; positive: predicted too much."""
        return self.predicted_kwh / self.drive.measured_kwh - 1.0

    @property
    def heating_error(self) -> float:
        """Relative error of the heating energy."""
        predicted = self.drive.log.energy_kwh(self.followed.heating_kw)
        return predicted / self.drive.measured_heating_kwh - 1.0

    @property
    def motion_error(self) -> float:
        """Relative error where heater and air conditioning are as measured; winter only."""
        log = self.drive.log
        assert log.heating_kw is not None
        known = log.heating_kw + self.drive.aircon_kw
        power = self.followed.motion_kw + self.followed.auxiliary_kw + known
        return log.energy_kwh(power) / self.drive.measured_kwh - 1.0


def compare(vehicle: Vehicle, drives: list[Drive]) -> list[Compared]:
    """Drive all drives again by the model."""
    return [Compared(drive, follow(vehicle, drive.log, LOAD)) for drive in drives]
