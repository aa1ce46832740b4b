"""Fit a car's consumption to its driver's own log.

Few values move, each tied to where it starts by how far it is likely to be off, so that a short log
moves them little: rolling resistance, its growth in the cold, drag, and auxiliaries.  What the
log cannot tell apart stays as it is.  Where the log has the heater's power in the cold, the heat
loss and heat capacity of the cabin are fitted to it first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from tripplan.arrays import Floats
from tripplan.calibration.drive_log import DriveLog, follow
from tripplan.calibration.log_files import read_logs
from tripplan.errors import InvalidInputError
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import CabinHeating, CoastDown, Provenance, Vehicle, find_vehicle

TRIP_ERROR = 0.08
"""Error of a single trip that no value of the car explains (measured: 40 drives of one car)."""
PRIOR = (0.30, 0.015, 0.15, 0.25)
"""How far values are likely to be off: rolling resistance and drag as a share, growth in the cold
per kelvin, auxiliaries in kW (assumptions)."""
USUAL_HEATING = CabinHeating(
    loss_w_per_k=70.0, gain_w_per_k=300.0, heat_capacity_j_per_k=1e5, max_kw=5.5
)
"""Where a car starts that has no measured heating (a rounded i3 60 Ah)."""
HEATING_BELOW_C = 15.0
"""The heater is fitted to drives in colder air than this."""
HEATING_ERROR = 0.20
"""Error of the heating of a single drive: people choose (measured: 19 winter drives)."""
HEATING_PRIOR = 0.5
"""How far heat loss and heat capacity of a cabin are likely to be off, as a share (assumption)."""
SHORTEST_KM = 1.0
"""Drives shorter than this are left out."""


@dataclass(frozen=True)
class Calibration:
    """A fitted car, and how well it fits."""

    vehicle: Vehicle
    trips: int
    distance_km: float
    error_before: float
    """Mean absolute error of the energy of these trips with the values it started from."""
    error_after: float
    """The same with the fitted values; on trips of the same log, so that others lie above it."""

    def in_words(self) -> str:
        """Say what was done, in a line."""
        return (
            f"{self.trips} drives, {self.distance_km:.0f} km: mean error of a drive "
            f"{self.error_before:.1%} before, {self.error_after:.1%} after"
        )


def calibrate_file(path: str | Path, vehicle: str, *, payload_kg: float = 75.0) -> Calibration:
    """Fit a car to a CSV file: see `log_files` for its columns.

    Parameters
    ----------
    path
        The log.
    vehicle
        Id of the catalogue or TOML file of the car to start from.
    payload_kg
        People and luggage. [kg]

    Raises
    ------
    DataError, InvalidInputError
        The log or the car cannot be used; says why.
    """
    car = find_vehicle(vehicle)
    conditions = Conditions.parse({"payload_kg": payload_kg}, where="calibrate")
    return calibrate(car, read_logs(path), conditions, Path(path).name)


def calibrate(
    vehicle: Vehicle, logs: Sequence[DriveLog], conditions: Conditions, source: str
) -> Calibration:
    """Fit a car to drives.

    Parameters
    ----------
    vehicle
        The car to start from.
    logs
        Drives with their measured battery power.
    conditions
        Load and road; air temperature comes from the log.
    source
        What the log is, for the provenance of the fitted values.

    Raises
    ------
    InvalidInputError
        No drive is long enough, or one gave energy to the battery on the whole.
    """
    used = [log for log in logs if log.distance_km >= SHORTEST_KM]
    measured = np.array([_measured_kwh(log) for log in used])
    if not used or measured.min() <= 0.0:
        raise InvalidInputError(
            f"{source}: needs at least one drive of {SHORTEST_KM:g} km or more, and drives that "
            "take energy from the battery (battery_a is negative while discharging)",
            field="log",
            value=len(used),
            expected="drives with power out of the battery",
        )

    start = vehicle
    vehicle, warm = _with_heating(vehicle, used, conditions)

    def errors(moves: Floats) -> Floats:
        car = _moved(vehicle, moves)
        taken = [log.energy_kwh(_power_kw(car, log, conditions)) for log in used]
        return np.asarray(np.array(taken) / measured - 1.0, dtype=np.float64)

    def residuals(moves: Floats) -> Floats:
        return np.concatenate([errors(moves) / TRIP_ERROR, moves / np.array(PRIOR)])

    found = least_squares(residuals, np.zeros(len(PRIOR)), loss="soft_l1")
    jacobian = np.asarray(found.jac, dtype=np.float64)
    sigma = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))
    km = sum(log.distance_km for log in used)
    words = f"tripplan calibrate: {len(used)} drives, {km:.0f} km, of {source}"
    return Calibration(
        vehicle=_named(_moved(vehicle, found.x), start, sigma, words, heated=bool(warm)),
        trips=len(used),
        distance_km=km,
        error_before=_mean_error(start, used, conditions),
        error_after=_mean_error(_moved(vehicle, found.x), used, conditions),
    )


def _mean_error(car: Vehicle, logs: Sequence[DriveLog], conditions: Conditions) -> float:
    """Mean absolute error of the energy of drives, all of it by the model."""
    taken = [log.energy_kwh(follow(car, log, conditions).power_kw) for log in logs]
    measured = [_measured_kwh(log) for log in logs]
    return float(np.abs(np.array(taken) / np.array(measured) - 1.0).mean())


def _with_heating(
    car: Vehicle, logs: Sequence[DriveLog], conditions: Conditions
) -> tuple[Vehicle, int]:
    """Fit the cabin to the drives that have the heater's power; the car and how many they are."""
    cold = [
        (log, log.energy_kwh(log.heating_kw))
        for log in logs
        if log.heating_kw is not None and log.ambient_c[log.valid].mean() < HEATING_BELOW_C
    ]
    cold = [(log, kwh) for log, kwh in cold if kwh > 0.0]
    if not cold or car.cabin.heater == "none":
        return car, 0
    usual = car.cabin.heating or USUAL_HEATING

    def heated(moves: Floats) -> Vehicle:
        loss, capacity = np.exp(np.clip(moves, -2.0, 2.0)).tolist()
        heating = usual.model_copy(
            update={
                "loss_w_per_k": usual.loss_w_per_k * loss,
                "heat_capacity_j_per_k": usual.heat_capacity_j_per_k * capacity,
            }
        )
        return car.model_copy(update={"cabin": car.cabin.model_copy(update={"heating": heating})})

    def residuals(moves: Floats) -> Floats:
        trial = heated(moves)
        errors = [
            log.energy_kwh(follow(trial, log, conditions).heating_kw) / kwh - 1.0
            for log, kwh in cold
        ]
        return np.append(np.array(errors) / HEATING_ERROR, moves / HEATING_PRIOR)

    return heated(least_squares(residuals, np.zeros(2), loss="soft_l1").x), len(cold)


def _measured_kwh(log: DriveLog) -> float:
    if log.battery_kw is None:
        raise InvalidInputError(
            f"drive {log.name}: its battery power is not known",
            field="battery_kw",
            value=None,
            expected="measured battery power",
        )
    return log.energy_kwh(log.battery_kw)


def _power_kw(car: Vehicle, log: DriveLog, conditions: Conditions) -> Floats:
    """Return the model's battery power, with the heater as measured where it was."""
    followed = follow(car, log, conditions)
    if log.heating_kw is None:
        return followed.power_kw
    return followed.power_kw - followed.heating_kw + log.heating_kw


def _moved(car: Vehicle, moves: Floats) -> Vehicle:
    """Return the car with its values moved."""
    rolling, cold, drag, auxiliary = (float(move) for move in moves)
    factors = {
        "a_lbf": rolling,
        "b_lbf_per_mph": rolling,
        "rolling_coefficient": rolling,
        "c_lbf_per_mph2": drag,
        "drag_coefficient": drag,
    }
    load = car.road_load
    loads = {
        name: getattr(load, name) * max(0.1, 1.0 + move)
        for name, move in factors.items()
        if hasattr(load, name)
    }
    return car.model_copy(
        update={
            "road_load": load.model_copy(update=loads),
            "rolling_rise_per_k": min(max(car.rolling_rise_per_k + cold, 0.0), 0.1),
            "auxiliary_kw": min(max(car.auxiliary_kw + auxiliary, 0.0), 10.0),
        }
    )


def _named(car: Vehicle, before: Vehicle, sigma: Floats, words: str, *, heated: bool) -> Vehicle:
    """Give the fitted car a name and the provenance of its values."""
    rolling, cold, drag, auxiliary = (float(s) for s in sigma)
    names = (
        ("a_lbf", "b_lbf_per_mph", "c_lbf_per_mph2")
        if isinstance(car.road_load, CoastDown)
        else ("rolling_coefficient", "drag_coefficient")
    )
    off = {
        f"road_load.{name}": f"+-{100 * (drag if name[0] in 'cd' else rolling):.0f} %"
        for name in names
    }
    off |= {"rolling_rise_per_k": f"+-{cold:.3f} 1/K", "auxiliary_kw": f"+-{auxiliary:.2f} kW"}
    if heated:
        off |= dict.fromkeys((f"cabin.heating.{name}" for name in CabinHeating.model_fields), "")
    known = dict(before.provenance)
    for name, margin in off.items():
        unit = known[name].unit if name in known else _UNITS.get(name.rsplit(".", 1)[-1], "1")
        known[name] = Provenance(unit=unit, source=words, kind="fitted", uncertainty=margin)
    values: dict[str, Any] = car.model_dump(exclude_unset=True, exclude={"provenance"})
    values |= {
        "id": f"{before.id}-calibrated",
        "name": f"{before.name}, calibrated",
        "rolling_rise_per_k": car.rolling_rise_per_k,
        "provenance": known,
    }
    return Vehicle.parse(values, where="calibrated car")


_UNITS = {
    "rolling_rise_per_k": "1/K",
    "auxiliary_kw": "kW",
    "loss_w_per_k": "W/K",
    "gain_w_per_k": "W/K",
    "heat_capacity_j_per_k": "J/K",
    "max_kw": "kW",
}
