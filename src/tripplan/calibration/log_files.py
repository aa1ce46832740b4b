"""Read a driver's own log: a table of trips or of moments, or what other programs write.

Rows in time have ``time_s`` and ``speed_kmh``, and ``power_kw`` out of the battery or ``battery_v``
and ``battery_a`` (negative while discharging); ``trip`` tells drives apart.  Rows of trips have
``distance_km``, ``duration_min`` and ``energy_kwh``.  Both may have ``ambient_c``, rows in time
``elevation_m``, ``heating_kw`` and ``battery_c``, rows of trips ``rise_m`` (end above start).
Other programs' files are told by their columns (`formats`).

Rows that hold no figures, or figures that no car has, are left out and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tripplan.arrays import Floats
from tripplan.calibration import moments
from tripplan.calibration.car_scanner import pivoted
from tripplan.calibration.drive_log import DriveLog
from tripplan.calibration.formats import CAR_SCANNER, LogFormat, recognise
from tripplan.calibration.left_out import LeftOut, in_words
from tripplan.calibration.tables import Columns, read_columns
from tripplan.errors import DataError
from tripplan.units import M_PER_KM, S_PER_H

AMBIENT_C = 20.0
"""Air temperature where the log states none (assumption)."""
MEAN_SPEEDS_KMH = (2.0, 250.0)
"""Mean speeds that a trip can have (assumption; slower, the car stands and its time is the
stay's)."""
LONGEST_KM, LONGEST_MIN = 2000.0, 2880.0
"""A trip is no longer than this (assumption: two days)."""
AMBIENTS_C = (-50.0, 55.0)
"""Air temperatures that there are on roads (assumption)."""
MOST_RISE_M = 4000.0
"""No road climbs further (assumption: 5,800 m is the highest pass, a drive starts above 0)."""
STEEPEST = 0.2
"""Mean grade of a drive at the most (assumption; passes have 0.1)."""
MOST_TRIPS = 20_000
"""A table of more trips is refused."""
_STEP_S, _ROWS = 5.0, 400


@dataclass(frozen=True)
class LogReading:
    """What a file holds."""

    drives: tuple[DriveLog, ...]
    left_out: tuple[LeftOut, ...]
    """Rows that were not used, with reasons."""
    kind: str
    """What program wrote it, by its columns."""


def read_logs(path: str | Path) -> list[DriveLog]:
    """Read all drives of a CSV file; the errors of `read_log_file`."""
    return list(read_log_file(path).drives)


def read_log_file(path: str | Path) -> LogReading:
    """Read all drives of a CSV file, and what was left out.

    Raises
    ------
    DataError
        The file cannot be read, lacks columns, is too large, or holds no row that can be used;
        says why.
    """
    table = read_columns(path, _wanted)
    known = recognise(table.header)
    if known.trips:
        _need(path, known, table.header, ("distance_km", "duration_min", "energy_kwh"))
        if len(table) > MOST_TRIPS:
            raise DataError(
                f"log {path}: has more than {MOST_TRIPS:,} trips; give it in parts", path=str(path)
            )
        drives, left_out = _trips(known, table)
    else:
        if known is CAR_SCANNER:
            columns, labels, lines = pivoted(path, table)
        else:
            needed = ("speed_kmh",) if known.clock else ("time_s", "speed_kmh")
            power = ("power_kw",) if "power_kw" in known.columns(table.header) else _ELECTRIC
            _need(path, known, table.header, (*needed, *power))
            columns, labels, lines = moments.common(known, table)
        drives, left_out = moments.drives(columns, labels, lines, AMBIENT_C)
    if not drives:
        said = in_words(left_out) or "its rows are too few"
        raise DataError(f"log {path}: holds no drive that can be used: {said}", path=str(path))
    return LogReading(tuple(drives), tuple(left_out), known.name)


_ELECTRIC = ("battery_v", "battery_a")


def _wanted(header: tuple[str, ...]) -> tuple[list[str], list[str]]:
    known = recognise(header)
    if known is CAR_SCANNER:
        return ["seconds", "value"], ["pid", "units"]
    texts = [name for name in (known.label, known.clock) if name and name in header]
    numbers = [source.column for source in known.columns(header).values()]
    return [name for name in dict.fromkeys(numbers) if name not in texts], texts


def _need(
    path: str | Path, known: LogFormat, header: tuple[str, ...], names: Sequence[str]
) -> None:
    there = known.columns(header)
    missing = [
        " or ".join(source.column for source in known.sources[name])
        for name in names
        if name not in there
    ]
    if missing:
        raise DataError(
            f"log {path} ({known.name}): no such column: {', '.join(missing)}; the columns are "
            f"{', '.join(filter(None, header))}, but rows of trips need distance_km, duration_min "
            "and energy_kwh, rows in time need time_s, speed_kmh and power_kw (or battery_v and "
            "battery_a)",
            path=str(path),
        )


def _trips(known: LogFormat, table: Columns) -> tuple[list[DriveLog], list[LeftOut]]:
    """Make a drive at a steady speed of each row of trips."""
    columns = {
        name: table.numbers[source.column] * source.factor + source.offset
        for name, source in known.columns(table.header).items()
    }
    if "recovered_kwh" in columns:
        columns["energy_kwh"] = columns["energy_kwh"] - np.nan_to_num(columns["recovered_kwh"])
    labels = table.texts.get(known.label)
    drives, left_out = [], []
    for row, line in enumerate(table.lines):
        values = {name: float(column[row]) for name, column in columns.items()}
        reason = _against(values, table.unreadable.get(row))
        if reason:
            left_out.append(LeftOut(f"line {line}", reason))
        else:
            name = (labels[row] if labels else "") or f"line {line}"
            drives.append(_trip(name, values))
    return drives, left_out


def _against(values: dict[str, float], unreadable: str | None) -> str:
    """Say why a row of trips cannot be used; empty if it can."""
    if unreadable:
        return f"{unreadable}, but a number is needed"
    distance, duration, energy = (
        values[name] for name in ("distance_km", "duration_min", "energy_kwh")
    )
    if np.isnan([distance, duration, energy]).any():
        return "without distance, duration or energy"
    if min(distance, duration) <= 0.0:
        return "whose distance or duration does not lie above zero"
    ambient_c, rise_m = values.get("ambient_c", np.nan), values.get("rise_m", np.nan)
    speed_kmh = distance / duration * 60.0
    (slowest, fastest), (coldest, hottest) = MEAN_SPEEDS_KMH, AMBIENTS_C
    steepest_m = min(MOST_RISE_M, STEEPEST * distance * M_PER_KM)
    faults = {
        f"longer than {LONGEST_KM:g} km or {LONGEST_MIN / 60.0:g} h": distance > LONGEST_KM
        or duration > LONGEST_MIN,
        f"with mean speeds outside {slowest:g} to {fastest:g} km/h": not slowest
        <= speed_kmh
        <= fastest,
        f"with air outside {coldest:g} to {hottest:g} °C": ambient_c < coldest
        or ambient_c > hottest,
        "steeper than roads are": abs(rise_m) > steepest_m,
    }
    return next((words for words, there in faults.items() if there), "")


def _trip(name: str, values: dict[str, float]) -> DriveLog:
    duration_s = values["duration_min"] * 60.0
    rows = min(max(3, round(duration_s / _STEP_S)), _ROWS)
    time_s = np.linspace(0.0, duration_s, rows)
    counted_s = float(np.gradient(time_s).sum())
    ambient_c, rise_m = values.get("ambient_c", np.nan), values.get("rise_m", np.nan)
    ambient_c = AMBIENT_C if np.isnan(ambient_c) else ambient_c

    def steady(value: float) -> Floats:
        return np.full(rows, value)

    return DriveLog(
        name=name,
        time_s=time_s,
        speed_mps=steady(values["distance_km"] * M_PER_KM / duration_s),
        elevation_m=np.linspace(0.0, 0.0 if np.isnan(rise_m) else rise_m, rows),
        ambient_c=steady(ambient_c),
        valid=np.ones(rows, dtype=bool),
        soak_c=ambient_c,
        battery_kw=steady(values["energy_kwh"] / counted_s * S_PER_H),
        mean_speeds=True,
    )
