"""Fit a car's consumption to its driver's own log.

Few values move, each tied to where it starts by how far it is likely to be off, so that a short log
moves them little: rolling resistance, its growth in the cold, drag, and auxiliaries.  What the
log cannot tell apart stays as it is.  Where the log has the heater's power in the cold, the heat
loss and heat capacity of the cabin are fitted to it first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from tripplan.arrays import Floats
from tripplan.calibration import left_out as unused
from tripplan.calibration.drive_log import DriveLog, follow
from tripplan.calibration.left_out import LeftOut
from tripplan.calibration.log_files import read_log_file
from tripplan.calibration.moved import PRIOR, at_bounds, highest, lowest, moved, named
from tripplan.calibration.plausible import among_others, possible, refused
from tripplan.errors import InvalidInputError
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import CabinHeating, Vehicle, find_vehicle

TRIP_ERROR = 0.08
"""Error of a single trip that no value of the car explains (measured: 40 drives of one car)."""
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
LARGEST_ERROR = 0.30
"""A fit whose drives are further off than this in the mean is refused (assumption)."""
FEWEST_KEPT = 0.5
"""A log of which a smaller share can be used is refused: it is something else than it seems."""
MOST_DRIVES, MOST_ROWS = 200, 60_000
"""So many drives and rows are fitted to, spread evenly over a longer log: more change nothing, and
take time."""
MOST_LEVERAGE = 0.8
"""No drive is held to be followed more closely than this, when it is compared with the others."""
_PASSES = 5
_ENOUGH, _INSIDE = 1e-5, 1e-12
"""Where the fit stops, and how far inside its bounds it starts."""


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
    left_out: tuple[LeftOut, ...] = ()
    """Rows and drives of the log that were not used, with reasons."""

    def in_words(self) -> str:
        """Say what was done, in a line, and whether it was of any use."""
        better = self.error_after < self.error_before
        use = "" if better else " (no better: the car as it was fits these drives as well)"
        return (
            f"{self.trips} drives, {self.distance_km:.0f} km: mean error of a drive "
            f"{self.error_before:.1%} before, {self.error_after:.1%} after{use}"
        )

    def left_out_in_words(self) -> str:
        """Say what was not used and why; empty where all was."""
        said = unused.in_words(self.left_out)
        return f"left out: {said}" if said else ""


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
    reading = read_log_file(path)
    try:
        found = calibrate(car, reading.drives, conditions, Path(path).name)
    except InvalidInputError as error:
        said = unused.in_words(reading.left_out)
        if not said:
            raise
        raise InvalidInputError(
            f"{error}; left out before: {said}",
            field=error.field,
            value=error.value,
            expected=error.expected,
        ) from error
    return replace(found, left_out=(*reading.left_out, *found.left_out))


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
        No drive can be used, too few can, the drives do not fit the car, or a value ends at the
        bound of what is possible; says why.
    """
    good = np.array([log.distance_km >= SHORTEST_KM for log in logs], dtype=bool)
    left_out = refused(logs, good, f"shorter than {SHORTEST_KM:g} km")
    used = [log for log, kept in zip(logs, good, strict=True) if kept]
    used, more = _at_most(used)
    left_out += more
    if not used:
        raise _unusable(source, 0, f"no drive of {SHORTEST_KM:g} km or more", left_out)

    start, long_enough = vehicle, len(used)
    fit = _Fit(start, used, conditions)
    used, gone = _split(used, possible(fit.errors(start)), _IMPOSSIBLE)
    left_out += gone
    if len(used) < FEWEST_KEPT * long_enough or not used:
        if sum(fit.measured_kwh) <= 0.0:
            reason = (
                "its drives give energy to the battery (battery_a is negative while discharging)"
            )
        else:
            reason = f"{len(used)} of {long_enough} drives can be of this car"
        raise _unusable(source, len(used), reason, left_out)
    moves = np.zeros(len(PRIOR))
    for _ in range(_PASSES):
        vehicle, warm = _with_heating(start, used, conditions)
        fit = _Fit(vehicle, used, conditions)
        moves, sigma, leverage = fit.solve(moves)
        kept, gone = _split(
            used, among_others(fit.errors(moved(vehicle, moves)) / (1.0 - leverage)), _ODD
        )
        if not gone:
            break
        used, left_out = kept, left_out + gone
    if gone:  # the last pass left some out
        vehicle, warm = _with_heating(start, used, conditions)
        fit = _Fit(vehicle, used, conditions)
        moves, sigma, leverage = fit.solve(moves)
    if len(used) < FEWEST_KEPT * long_enough:
        raise _unusable(source, len(used), f"only {len(used)} of {long_enough} agree", left_out)

    stuck = at_bounds(vehicle, moves)
    if stuck:
        raise _unusable(source, len(used), f"the fit ends at {stuck}", left_out)
    km = sum(log.distance_km for log in used)
    words = f"tripplan calibrate: {len(used)} drives, {km:.0f} km, of {source}"
    after = fit.mean_error(moved(vehicle, moves))
    if after > LARGEST_ERROR:
        reason = f"its drives are {after:.0%} off in the mean, after the fit too"
        raise _unusable(source, len(used), reason, left_out)
    return Calibration(
        vehicle=named(moved(vehicle, moves), start, sigma, words, heated=bool(warm)),
        trips=len(used),
        distance_km=km,
        error_before=fit.mean_error(start),
        error_after=after,
        left_out=tuple(left_out),
    )


_IMPOSSIBLE = "whose energy no car like this takes on that drive"
_ODD = "whose energy is far from that of the other drives"


def _unusable(
    source: str, drives: int, reason: str, left_out: Sequence[LeftOut]
) -> InvalidInputError:
    said = unused.in_words(left_out)
    return InvalidInputError(
        f"{source}: cannot be fitted to: {reason}; are units, car and payload right?"
        + (f" Left out: {said}" if said else ""),
        field="log",
        value=drives,
        expected="drives of this car, with the energy out of its battery",
    )


def _split(
    logs: Sequence[DriveLog], good: NDArray[np.bool_], reason: str
) -> tuple[list[DriveLog], list[LeftOut]]:
    kept = [log for log, fine in zip(logs, good, strict=True) if fine]
    return kept, refused(logs, good, reason)


def _at_most(logs: list[DriveLog]) -> tuple[list[DriveLog], list[LeftOut]]:
    """Return drives spread evenly over a log that is longer than is needed."""
    rows = sum(log.time_s.size for log in logs)
    share = min(1.0, MOST_DRIVES / max(len(logs), 1), MOST_ROWS / max(rows, 1))
    count = max(1, int(share * len(logs)))
    if count >= len(logs):
        return logs, []
    good = np.zeros(len(logs), dtype=bool)
    good[np.linspace(0, len(logs) - 1, count).round().astype(np.int64)] = True
    return _split(logs, good, "more than the fit needs")


class _Fit:
    """Drives, and a car whose values move."""

    def __init__(self, car: Vehicle, logs: Sequence[DriveLog], conditions: Conditions) -> None:
        self.car, self.logs, self.conditions = car, logs, conditions
        self.measured_kwh = np.array([_measured_kwh(log) for log in logs])
        level = [
            replace(log, elevation_m=np.full_like(log.elevation_m, log.elevation_m.mean()))
            for log in logs
        ]
        self.level_kwh = np.array([log.energy_kwh(self._power_kw(car, log)) for log in level])
        """What the car takes on the level: the scale of errors, never near zero."""

    def _power_kw(self, car: Vehicle, log: DriveLog) -> Floats:
        """Return the model's battery power, with the heater as measured where it was."""
        followed = follow(car, log, self.conditions)
        if log.heating_kw is None:
            return followed.power_kw
        return followed.power_kw - followed.heating_kw + log.heating_kw

    def errors(self, car: Vehicle) -> Floats:
        """Return energy by the model less the measured, over that on the level."""
        taken = np.array([log.energy_kwh(self._power_kw(car, log)) for log in self.logs])
        return np.asarray((taken - self.measured_kwh) / self.level_kwh, dtype=np.float64)

    def mean_error(self, car: Vehicle) -> float:
        """Mean absolute error of the energy of the drives, all of it by the model."""
        taken = [log.energy_kwh(follow(car, log, self.conditions).power_kw) for log in self.logs]
        scale_kwh = np.maximum(np.abs(self.measured_kwh), 0.5 * self.level_kwh)
        return float((np.abs(np.array(taken) - self.measured_kwh) / scale_kwh).mean())

    def solve(self, first: Floats) -> tuple[Floats, Floats, Floats]:
        """Return how the values move, their standard deviations, and each drive's leverage.

        The leverage is the share of a drive's error that the fit follows (diagonal of the hat
        matrix): without that drive it would be off by its error over one less that share.
        """
        drives = len(self.logs)

        def residuals(moves: Floats) -> Floats:
            errors = self.errors(moved(self.car, moves)) / TRIP_ERROR
            return np.concatenate([errors, moves / np.array(PRIOR)])

        def loss(squares: Floats) -> Floats:
            """Soft for drives; plain for the ties to where the values start, so that they hold."""
            soft = np.sqrt(1.0 + squares)
            rho = np.array([2.0 * (soft - 1.0), 1.0 / soft, -0.5 / soft**3])
            rho[:, drives:] = [squares[drives:], np.ones(len(PRIOR)), np.zeros(len(PRIOR))]
            return rho

        low, high = lowest(self.car), highest(self.car)
        found = least_squares(
            residuals,
            np.clip(first, low + _INSIDE, high - _INSIDE),
            loss=loss,  # type: ignore[arg-type]  # scipy gives and takes arrays of numbers
            bounds=(low, high),
            ftol=_ENOUGH,
            xtol=_ENOUGH,
            max_nfev=60,
        )
        jacobian = np.asarray(found.jac, dtype=np.float64)
        covariance = np.linalg.inv(jacobian.T @ jacobian)
        leverage = np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)[:drives]
        sigma = np.sqrt(np.diag(covariance))
        return np.asarray(found.x, dtype=np.float64), sigma, np.minimum(leverage, MOST_LEVERAGE)


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
