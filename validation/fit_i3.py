"""How the fitted values of `bmw-i3-60.toml` were found: `python -m validation.fit_i3`.

Four parameters of the road load and three of the cabin, by least squares on every second trip (in
the order of their names, so that both halves hold summer and winter).  All else was fixed before.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import least_squares

from tripplan.arrays import Floats
from tripplan.calibration.drive_log import DriveLog, as_roads, follow
from tripplan.calibration.fit import calibrate
from tripplan.records.vehicle import Vehicle, find_vehicle
from validation.drives import LOAD, NAME, Compared, Drive, compare, read
from validation.shared import shared

CAR = "bmw-i3-60"
MOTION = (
    "road_load.rolling_coefficient",
    "road_load.drag_coefficient",
    "rolling_rise_per_k",
    "rolling_start_factor",
)
CABIN = (
    "cabin.heating.loss_w_per_k",
    "cabin.heating.gain_w_per_k",
    "cabin.heating.heat_capacity_j_per_k",
)
FOLDS = 5
_WINDOW_S = 60
_SOFT = 0.1
"""Errors above this count less than their square: ten per cent of a trip, 0.05 kWh of a minute."""


def value(car: Vehicle, name: str) -> float:
    """Return a value of a car by its dotted name."""
    found: object = car
    for part in name.split("."):
        found = getattr(found, part)
    assert isinstance(found, float)
    return found


def with_values(car: Vehicle, names: Sequence[str], values: Sequence[float] | Floats) -> Vehicle:
    """Return the car with other values."""
    data = car.model_dump(exclude_unset=True)
    for name, number in zip(names, values, strict=True):
        *path, last = name.split(".")
        place = data
        for part in path:
            place = place[part]
        place[last] = float(number)
    return Vehicle.parse(data, where="fit")


def fit(car: Vehicle, drives: Sequence[Drive], names: Sequence[str], *, heating: bool) -> Vehicle:
    """Fit some values of a car to drives.

    Parameters
    ----------
    car
        Where the fit starts; all other values stay.
    drives
        The drives; of the heating, winter ones only.
    names
        What is fitted.
    heating
        Whether to the heater's energy, or else to the battery's less that of heater and air
        conditioning.
    """
    start = np.array([value(car, name) for name in names])

    def residuals(scale: Floats) -> Floats:
        trial = with_values(car, names, start * scale)
        return np.concatenate([_residuals(trial, drive, heating=heating) for drive in drives])

    found = least_squares(
        residuals, np.ones(start.size), loss="soft_l1", f_scale=_SOFT, bounds=(0.05, 5.0)
    )
    return with_values(car, names, start * found.x)


def _residuals(car: Vehicle, drive: Drive, *, heating: bool) -> Floats:
    log = drive.log
    assert log.battery_kw is not None
    assert log.heating_kw is not None
    followed = follow(car, log, LOAD)
    if heating:
        error_kw, whole_kwh = followed.heating_kw - log.heating_kw, drive.measured_heating_kwh
    else:
        used_kw = log.heating_kw if drive.winter else followed.heating_kw
        error_kw = followed.motion_kw + followed.auxiliary_kw + used_kw + drive.aircon_kw
        error_kw, whole_kwh = error_kw - log.battery_kw, drive.measured_kwh
    error_kwh = error_kw * log.step_s / 3600.0
    minutes = np.add.reduceat(error_kwh, np.arange(0, error_kwh.size, _WINDOW_S))
    return np.append(2.0 * minutes, 2.0 * error_kwh.sum() / whole_kwh)


def fit_all(car: Vehicle, drives: Sequence[Drive]) -> Vehicle:
    """Fit cabin and road load."""
    winter = [drive for drive in drives if drive.winter]
    car = fit(car, winter, CABIN, heating=True)
    return fit(car, drives, MOTION, heating=False)


def halves(drives: Sequence[Drive]) -> tuple[list[Drive], list[Drive]]:
    """Return the drives that were fitted to, and the rest."""
    return list(drives[::2]), list(drives[1::2])


def cross_validate(car: Vehicle, drives: Sequence[Drive]) -> tuple[Floats, Floats]:
    """Errors of energy, and of heating in winter, of drives that were left out of the fit."""
    order = np.random.default_rng(0).permutation(len(drives))
    energy, heating = [], []
    for fold in range(FOLDS):
        out = set(order[fold::FOLDS].tolist())
        fitted = fit_all(car, [drive for k, drive in enumerate(drives) if k not in out])
        for row in compare(fitted, [drive for k, drive in enumerate(drives) if k in out]):
            energy.append(row.error)
            heating += [row.heating_error] if row.drive.winter else []
    return np.array(energy), np.array(heating)


def stranger() -> Vehicle:
    """Return the nearest car that a driver of this one would start from, with his car's mass."""
    mass_kg = find_vehicle(CAR).mass_kg
    return find_vehicle("bmw-i3-120").model_copy(update={"mass_kg": mass_kg})


def calibrated_errors(
    car: Vehicle, drives: Sequence[Drive], draws: int = 12
) -> list[tuple[float, float]]:
    """Mean absolute errors of the trips left out, before and after calibration to ten others.

    Parameters
    ----------
    car
        Where calibration starts.
    drives
        All drives.
    draws
        How often ten are drawn.
    """
    rng = np.random.default_rng(0)
    found = []
    for _ in range(draws):
        order = rng.permutation(len(drives)).tolist()
        ten, rest = [drives[k] for k in order[:10]], [drives[k] for k in order[10:]]
        logs = [d.log if d.winter else replace(d.log, heating_kw=None) for d in ten]
        fitted = calibrate(car, logs, LOAD, "ten drives").vehicle
        before, after = (
            float(np.abs([row.error for row in compare(which, rest)]).mean())
            for which in (car, fitted)
        )
        found.append((before, after))
    return found


def road_error(car: Vehicle, log: DriveLog, *, stop_and_go: bool) -> float:
    """Relative error of a log seen as roads at mean speeds, against the same log by the second."""
    level = replace(log, elevation_m=np.full(log.time_s.size, float(log.elevation_m.mean())))
    whole = replace(level, valid=np.ones(log.time_s.size, dtype=bool))
    quiet = LOAD.model_copy(update={"cabin": "off"})
    by_second = whole.energy_kwh(follow(car, whole, quiet).motion_kw)
    return as_roads(car, whole, quiet, stop_and_go=stop_and_go) / by_second - 1.0


def held_by_bands(ratios: Floats, draws: int = 500) -> float:
    """Share of trips within P10 and P90 of a spread that was set from other trips.

    Parameters
    ----------
    ratios
        Measured over predicted energy, shape (trips,), each predicted without that trip.
    draws
        How often the trips are cut into two halves at random.
    """
    rng = np.random.default_rng(1)
    held = []
    for _ in range(draws):
        order = rng.permutation(ratios.size)
        used, rest = ratios[order[::2]], ratios[order[1::2]]
        low, high = np.percentile(used, [10, 90])
        held.append(float((np.abs(rest - 1.0) <= 0.5 * (high - low)).mean()))
    return float(np.mean(held))


def halves_correlation(rows: Sequence[Compared]) -> float:
    """Correlation of the relative errors of first and second half of each trip."""
    pairs = []
    for row in rows:
        log = row.drive.log
        assert log.battery_kw is not None
        middle = int(np.flatnonzero(log.valid).mean())
        step = log.step_s
        predicted, measured = row.followed.power_kw * step, log.battery_kw * step
        pairs.append(
            [
                predicted[half].sum() / measured[half].sum() - 1.0
                for half in (slice(None, middle), slice(middle, None))
            ]
        )
    return float(np.corrcoef(np.array(pairs).T)[0, 1])


def main() -> None:
    """Print the fitted values, and the errors with them."""
    path = shared(NAME)
    if path is None:
        sys.exit(f"{NAME} is not on this machine (TRIPPLAN_SHARED names its folder)")
    drives = read(path)
    used, rest = halves(drives)
    car = fit_all(find_vehicle(CAR), used)
    for name in (*CABIN, *MOTION):
        print(f"{name} = {value(car, name):.4g}")
    for words, some in (("fitted to", used), ("the rest", rest), ("all", drives)):
        rows = compare(car, some)
        energy = np.abs([row.error for row in rows]).mean()
        heat = np.abs([row.heating_error for row in rows if row.drive.winter]).mean()
        print(f"{words}: energy {energy:.3f}, heating in winter {heat:.3f}")
    energy_errors, heating_errors = cross_validate(find_vehicle(CAR), drives)
    print(f"left out of {FOLDS} fits: {np.abs(energy_errors).mean():.3f}, ", end="")
    print(f"heating {np.abs(heating_errors).mean():.3f}")


if __name__ == "__main__":
    main()
