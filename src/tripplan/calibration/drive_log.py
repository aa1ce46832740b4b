"""A logged drive, second by second, and what the model of a car says of it.

The same formulas as for a road (`vehicle_model`), with the speed as it was driven: acceleration,
tyres that warm up, and a cabin that warms up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from tripplan.arrays import Floats
from tripplan.errors import InvalidInputError
from tripplan.physics import cabin, consumption
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import Vehicle
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

SMOOTHING_S = 10.0
"""Standard deviation of the smoothing of logged elevation, which comes in whole metres
(assumption)."""
MOST_SMOOTHING_ROWS = 200.0
"""No smoothing over more rows, however close they are in time: its work grows with them."""
STRETCH_M = 500.0
"""Length of a road where a log is seen as roads."""
STANDING_MPS = 0.3
"""Below this the car stands: no rolling resistance."""


@dataclass(frozen=True, eq=False)
class DriveLog:
    """One drive; all columns of shape (times,)."""

    name: str
    time_s: Floats
    """Time since the start, rising."""
    speed_mps: Floats
    elevation_m: Floats
    ambient_c: Floats
    valid: NDArray[np.bool_]
    """Where the log holds what was measured; elsewhere the drive is followed but not counted."""
    soak_c: float
    """Temperature of the car at the start."""
    battery_kw: Floats | None = None
    """Measured power out of the battery."""
    heating_kw: Floats | None = None
    """Measured electric power of the heater."""
    mean_speeds: bool = False
    """Whether speeds are means over stretches, which hide stop-and-go, and not of the moment."""

    def __post_init__(self) -> None:
        """Check that the columns belong together.

        Raises
        ------
        InvalidInputError
            Columns of different lengths, fewer than two rows, or times that do not rise.
        """
        columns = (self.speed_mps, self.elevation_m, self.ambient_c, self.valid)
        optional = tuple(c for c in (self.battery_kw, self.heating_kw) if c is not None)
        rows = self.time_s.size
        if rows < 2 or any(column.shape != (rows,) for column in columns + optional):
            raise InvalidInputError(
                f"drive {self.name}: needs at least two rows, and columns of one length",
                field="time_s",
                value=rows,
                expected="columns of shape (times,)",
            )
        if not (np.diff(self.time_s) > 0.0).all():
            raise InvalidInputError(
                f"drive {self.name}: its times do not rise",
                field="time_s",
                value=self.name,
                expected="rising times",
            )

    @property
    def step_s(self) -> Floats:
        """How long each row counts, shape (times,) [s]; 0 where it is not valid."""
        step = np.gradient(self.time_s)
        return np.asarray(np.where(self.valid, step, 0.0))

    @property
    def distance_km(self) -> float:
        """Driven distance of the valid rows, km."""
        return float((self.speed_mps * self.step_s).sum() / 1000.0)

    @property
    def duration_s(self) -> float:
        """Time of the valid rows, s."""
        return float(self.step_s.sum())

    def energy_kwh(self, power_kw: Floats) -> float:
        """Sum a power over the valid rows, kWh."""
        return float((power_kw * self.step_s).sum() / S_PER_H)


@dataclass(frozen=True, eq=False)
class Followed:
    """Battery power of a drive by the model, columns of shape (times,)."""

    motion_kw: Floats
    auxiliary_kw: float
    heating_kw: Floats
    cooling_kw: Floats

    @property
    def power_kw(self) -> Floats:
        """All of it together."""
        return self.motion_kw + self.auxiliary_kw + self.heating_kw + self.cooling_kw


def follow(vehicle: Vehicle, log: DriveLog, conditions: Conditions) -> Followed:
    """Drive a log again by the model.

    Parameters
    ----------
    vehicle
        The car.
    log
        Its speed, elevation and air; measured powers are not looked at.
    conditions
        Load, road and wind (taken as head-on); the air temperature is that of the log.
    """
    ambient_c = float(log.ambient_c[log.valid].mean())
    car = ConditionedVehicle.under(vehicle, conditions.model_copy(update={"ambient_c": ambient_c}))
    speed = log.speed_mps
    time_step = np.gradient(log.time_s)
    rows = min(SMOOTHING_S / float(np.median(time_step)), MOST_SMOOTHING_ROWS)
    elevation = gaussian_filter1d(log.elevation_m, rows)
    rise_mps = np.gradient(elevation, log.time_s)
    moving = speed > STANDING_MPS
    distance_m = np.cumsum(speed * time_step)
    motion = car.motion_kw(
        speed,
        np.divide(rise_mps, speed, out=np.zeros_like(speed), where=moving),
        np.full_like(speed, conditions.wind_mps),
        consumption.air_density_kg_per_m3(log.ambient_c, elevation),
        acceleration_mps2=None if log.mean_speeds else np.gradient(speed, log.time_s),
        cold_start_factor=consumption.cold_start_factor(distance_m, vehicle.rolling_start_factor),
    )
    heating, cooling = _cabin_kw(car, log)
    return Followed(np.where(moving, motion, 0.0), vehicle.auxiliary_kw, heating, cooling)


def as_roads(
    vehicle: Vehicle, log: DriveLog, conditions: Conditions, *, stop_and_go: bool = True
) -> float:
    """Motor energy of a log as the planner would see its roads, level and warm [kWh].

    The log is cut into stretches of `STRETCH_M`, each driven at its mean speed while moving.

    Parameters
    ----------
    vehicle, log, conditions
        As for `follow`.
    stop_and_go
        Whether mean speeds hide stop-and-go, as on roads.
    """
    ambient_c = float(log.ambient_c.mean())
    car = ConditionedVehicle.under(vehicle, conditions.model_copy(update={"ambient_c": ambient_c}))
    step_s = np.gradient(log.time_s)
    moving = log.speed_mps > STANDING_MPS
    stretch = (np.cumsum(log.speed_mps * step_s) // STRETCH_M).astype(np.int64)[moving]
    length_m = np.bincount(stretch, (log.speed_mps * step_s)[moving])
    time_s = np.bincount(stretch, step_s[moving])
    length_m, time_s = length_m[time_s > 0.0], time_s[time_s > 0.0]
    level = np.zeros(time_s.size)
    air = car.air_density_kg_per_m3(np.full(time_s.size, log.elevation_m.mean()))
    power = car.motion_kw(
        length_m / time_s,
        level,
        level,
        air,
        acceleration_mps2=None if stop_and_go else level,
    )
    return float((power * time_s).sum() / S_PER_H)


def _cabin_kw(car: ConditionedVehicle, log: DriveLog) -> tuple[Floats, Floats]:
    """Heating and cooling by time; one of them is zero."""
    ambient_c, setting = car.conditions.ambient_c, car.conditions.cabin
    nothing = np.zeros_like(log.time_s)
    if ambient_c >= cabin.SET_C:
        return nothing, nothing + car.cabin_kw + _pull_down_kw(car, log)
    measured = car.measured_cabin
    if measured is None or setting == "off":
        return nothing + car.cabin_kw, nothing
    soak_c = cabin.SET_C if setting == "preheated" else max(log.soak_c, ambient_c)
    shape_w = measured.heating_w(log.time_s - log.time_s[0], soak_c, ambient_c)
    return nothing + car.cabin_kw + (shape_w - measured.steady_w(ambient_c)) / 1000.0, nothing


def _pull_down_kw(car: ConditionedVehicle, log: DriveLog) -> Floats:
    """Power that a hot cabin takes on top at first; one that is cool at the start takes none."""
    weather = car.conditions
    if weather.cabin != "on" or log.soak_c <= cabin.SET_C:
        return np.zeros_like(log.time_s)
    whole_kwh = cabin.pull_down_kwh(
        weather.ambient_c,
        car.vehicle.cabin.heater,
        soak_c=max(log.soak_c, weather.ambient_c),
    )
    elapsed = (log.time_s - log.time_s[0]) / cabin.PULL_DOWN_S
    return np.asarray(whole_kwh * S_PER_H / cabin.PULL_DOWN_S * np.exp(-elapsed))
