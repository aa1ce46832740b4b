"""Read a driver's own log: a CSV file of trips, or of one row a second or so.

Rows in time have ``time_s`` and ``speed_kmh``, and ``power_kw`` out of the battery or ``battery_v``
and ``battery_a`` (negative while discharging); ``trip`` tells drives apart.  Rows of trips have
``distance_km``, ``duration_min`` and ``energy_kwh``.  Both may have ``ambient_c``, rows in time
``elevation_m``, ``heating_kw`` and ``battery_c``, rows of trips ``rise_m`` (end above start).
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tripplan.arrays import Floats
from tripplan.calibration.drive_log import DriveLog
from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.units import KMH_PER_MPS, M_PER_KM, S_PER_H, W_PER_KW

AMBIENT_C = 20.0
"""Air temperature where the log states none (assumption)."""
_STEP_S = 5.0
_OF_TRIPS = ("distance_km", "duration_min", "energy_kwh")


def read_logs(path: str | Path) -> list[DriveLog]:
    """Read all drives of a CSV file.

    Raises
    ------
    DataError
        The file cannot be read, lacks columns, or holds something that is no number; says where.
    InvalidInputError
        The times of a drive do not rise.
    """
    try:
        with as_path(path, where="log").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"log {path}: cannot be read ({error})", path=str(path)) from error
    if not rows:
        raise DataError(f"log {path}: holds no rows below its header", path=str(path))
    _check_columns(path, rows[0])
    if "distance_km" in rows[0]:
        return [_trip(path, number, row) for number, row in enumerate(rows, start=2)]
    return _drives(path, rows)


def _check_columns(path: str | Path, header: Mapping[str, str]) -> None:
    """Say all that a log lacks at once, and what both forms need.

    Raises
    ------
    DataError
        It has not all columns of either form.
    """
    energy = ("power_kw",) if "power_kw" in header else ("battery_v", "battery_a")
    forms = (_OF_TRIPS, ("time_s", "speed_kmh", *energy))
    lacks = [[name for name in form if name not in header] for form in forms]
    if not all(lacks):
        return
    begun: list[list[str]] = [
        missing for missing, form in zip(lacks, forms, strict=True) if missing != [*form]
    ]
    fewest = min(begun, key=len, default=[])
    known = f"column {' and '.join(fewest)} is missing; " if fewest else ""
    raise DataError(
        f"log {path}: {known}the columns are {', '.join(filter(None, header))}, but rows of "
        "trips need distance_km, duration_min and energy_kwh, rows in time need time_s, speed_kmh "
        "and power_kw (or battery_v and battery_a)",
        path=str(path),
    )


def _number(path: str | Path, line: int, row: Mapping[str, str], name: str) -> float:
    text = (row.get(name) or "").strip()
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise DataError(
            f'log {path}, line {line}: {name} is "{text}", but a number is needed', path=str(path)
        )
    return number


def _trip(path: str | Path, line: int, row: Mapping[str, str]) -> DriveLog:
    """Make a drive at a steady speed of a row of trips."""

    def value(name: str, default: float | None = None) -> float:
        if default is not None and not (row.get(name) or "").strip():
            return default
        return _number(path, line, row, name)

    distance_m, duration_s = value("distance_km") * M_PER_KM, value("duration_min") * 60.0
    energy_kwh, ambient_c = value("energy_kwh"), value("ambient_c", AMBIENT_C)
    if min(distance_m, duration_s, energy_kwh) <= 0.0:
        raise DataError(
            f"log {path}, line {line}: distance, duration and energy lie above zero", path=str(path)
        )
    rows = max(3, round(duration_s / _STEP_S))
    time_s = np.linspace(0.0, duration_s, rows)
    return DriveLog(
        name=row.get("trip") or f"line {line}",
        time_s=time_s,
        speed_mps=np.full(rows, distance_m / duration_s),
        elevation_m=np.linspace(0.0, value("rise_m", 0.0), rows),
        ambient_c=np.full(rows, ambient_c),
        valid=np.ones(rows, dtype=bool),
        soak_c=ambient_c,
        battery_kw=np.full(rows, energy_kwh / np.gradient(time_s).sum() * S_PER_H),
        mean_speeds=True,
    )


def _drives(path: str | Path, rows: Sequence[Mapping[str, str]]) -> list[DriveLog]:
    groups: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
    for line, row in enumerate(rows, start=2):
        groups.setdefault(row.get("trip") or "", []).append((line, row))
    return [_drive(path, name or "drive", lines) for name, lines in groups.items()]


def _drive(path: str | Path, name: str, lines: Sequence[tuple[int, Mapping[str, str]]]) -> DriveLog:
    header = lines[0][1]

    def column(name: str, default: float | None = None) -> Floats:
        if default is not None and name not in header:
            return np.full(len(lines), default)
        return np.array([_number(path, line, row, name) for line, row in lines])

    if "power_kw" in header:
        power_kw = column("power_kw")
    else:
        power_kw = -column("battery_v") * column("battery_a") / W_PER_KW
    ambient_c = column("ambient_c", AMBIENT_C)
    soak_c = column("battery_c") if "battery_c" in header else ambient_c
    return DriveLog(
        name=name,
        time_s=column("time_s"),
        speed_mps=column("speed_kmh") / KMH_PER_MPS,
        elevation_m=column("elevation_m", 0.0),
        ambient_c=ambient_c,
        valid=np.ones(len(lines), dtype=bool),
        soak_c=float(soak_c[0]),
        battery_kw=power_kw,
        heating_kw=column("heating_kw") if "heating_kw" in header else None,
    )
