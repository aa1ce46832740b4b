"""Drives of rows in time: clocks, units that a file does not state, gaps, and rows that cannot be.

A row whose speed or power no car has is followed at what lies between its neighbours, and does not
count; a drive ends where the log does, or where nothing was logged for a while.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.calibration.drive_log import DriveLog
from tripplan.calibration.formats import (
    FAHRENHEIT,
    KMH_PER_MPH,
    LEAFSPY,
    M_PER_FOOT,
    TESLAFI,
    LogFormat,
)
from tripplan.calibration.left_out import LeftOut
from tripplan.calibration.tables import Columns
from tripplan.units import KMH_PER_MPS, S_PER_H, W_PER_KW

LONGEST_GAP_S = 180.0
"""After a longer gap a new drive begins (assumption; TeslaFi writes a row a minute)."""
FASTEST_KMH = 300.0
STRONGEST_KW = 1000.0
"""No car drives faster or takes more (assumptions)."""
HOTTEST_C, COLDEST_C = 55.0, -50.0
SEA_LEVELS_M = (-500.0, 6000.0)
"""Heights that roads have (assumption)."""
MEANS_FROM_S = 10.0
"""Rows further apart than this hide stop-and-go, like means over a road (assumption)."""
FINEST_S = 0.5
"""Rows closer in time than this are thinned to one a second."""
_CLOCKS = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M")

Common = dict[str, Floats]


def common(known: LogFormat, table: Columns) -> tuple[Common, list[str], list[int]]:
    """Return the common columns of a file, the label of each row, and its line."""
    columns = {
        name: table.numbers[source.column] * source.factor + source.offset
        for name, source in known.columns(table.header).items()
    }
    labels = table.texts.get(known.label) or [""] * len(table)
    if known.clock:
        clock = _seconds(table.texts[known.clock])
        epoch_s = columns.pop("epoch_s", clock)
        columns["time_s"] = clock if np.isnan(epoch_s).any() else epoch_s
    if known is LEAFSPY:
        _settle_units(columns)
    if known is TESLAFI:
        labels = ["parked" if label not in ("D", "R", "N") else "" for label in labels]
    return columns, labels, table.lines


def _seconds(texts: Sequence[str]) -> Floats:
    """Return seconds of texts of date and time; NaN where there is none."""
    form = next((form for form in _CLOCKS if _parsed(texts[0], form) is not None), _CLOCKS[0])
    start = None
    seconds = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        moment = _parsed(text, form)
        if moment is not None:
            start = start or moment
            seconds[row] = (moment - start).total_seconds()
    return seconds


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - only differences count
    except ValueError:
        return None


def _settle_units(columns: Common) -> None:
    """Find the units of a LeafSpy log, which follow the telephone's settings.

    The odometer is in kilometres always: the unit of speed is that whose distance comes closer.
    Heights are in feet and the air in degrees Fahrenheit where speeds are in miles (assumption);
    the air is also where it is hotter than air is.
    """
    time_s, speed = columns["time_s"], columns["speed_kmh"]
    odometer = columns.pop("odometer_km", np.full(time_s.size, np.nan))
    good = ~np.isnan(time_s + speed + odometer)
    miles = False
    if good.sum() > 1:
        step_s = np.clip(np.diff(time_s[good]), 0.0, LONGEST_GAP_S)
        driven = float((speed[good][1:] * step_s).sum() / S_PER_H)
        stated = float(np.ptp(odometer[good]))
        miles = abs(driven * KMH_PER_MPH - stated) < abs(driven - stated)
    if miles:
        columns["speed_kmh"] = speed * KMH_PER_MPH
        if "elevation_m" in columns:
            columns["elevation_m"] = columns["elevation_m"] * M_PER_FOOT
    if "ambient_c" in columns and (miles or np.nanmedian(columns["ambient_c"]) > HOTTEST_C):
        columns["ambient_c"] = columns["ambient_c"] * FAHRENHEIT[0] + FAHRENHEIT[1]


def drives(
    columns: Common, labels: Sequence[str], lines: Sequence[int], ambient_c: float
) -> tuple[list[DriveLog], list[LeftOut]]:
    """Cut rows into drives.

    Parameters
    ----------
    columns
        Common columns, shape (rows,) each; NaN where nothing is known.
    labels, lines
        What drive each row belongs to ("parked": to none), and its line in the file.
    ambient_c
        Air temperature where none is stated. [degC]
    """
    if "power_kw" not in columns:
        columns["power_kw"] = -columns["battery_v"] * columns["battery_a"] / W_PER_KW
    left_out: list[LeftOut] = []
    groups: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        if label != "parked":
            groups.setdefault(label, []).append(row)
    found = []
    for label, rows in groups.items():
        for number, part in enumerate(_parts(columns["time_s"], rows, lines, left_out), start=1):
            name = (label or "drive") + (f" ({number})" if number > 1 else "")
            drive = _drive(name, columns, part, lines, ambient_c, left_out)
            if drive is not None:
                found.append(drive)
    return found, left_out


def _parts(
    time_s: Floats, rows: Sequence[int], lines: Sequence[int], left_out: list[LeftOut]
) -> list[NDArray[np.int64]]:
    """Cut rows where time leaps or falls back; leave out those without time or out of order."""
    parts: list[list[int]] = [[]]
    last = np.nan
    for row in rows:
        now = time_s[row]
        if np.isnan(now):
            left_out.append(LeftOut(f"line {lines[row]}", "without a time"))
            continue
        if now - last > LONGEST_GAP_S or last - now > LONGEST_GAP_S:
            parts.append([])
        elif now <= last:
            left_out.append(LeftOut(f"line {lines[row]}", "whose time does not rise"))
            continue
        parts[-1].append(row)
        last = now
    return [np.array(part) for part in parts if part]


def _drive(
    name: str,
    columns: Common,
    rows: NDArray[np.int64],
    lines: Sequence[int],
    ambient_c: float,
    left_out: list[LeftOut],
) -> DriveLog | None:
    time_s = columns["time_s"][rows]
    if rows.size > 2 and np.median(np.diff(time_s)) < FINEST_S:
        rows = rows[np.unique(np.floor(time_s - time_s[0]), return_index=True)[1]]
        time_s = columns["time_s"][rows]
    speed, power = columns["speed_kmh"][rows], columns["power_kw"][rows]
    if "odometer_km" in columns and rows.size > 1:
        speed = _mean_speeds(time_s, columns["odometer_km"][rows], speed)
    valid = (speed >= 0.0) & (speed <= FASTEST_KMH) & (np.abs(power) <= STRONGEST_KW)
    bad = int((~valid).sum())
    where = f"{name}, lines {lines[rows[0]]}-{lines[rows[-1]]}"
    if bad:
        left_out.append(LeftOut(where, "without a speed or power that a car has", bad))
    if valid.sum() < 2 or time_s[-1] - time_s[0] < 1.0:
        left_out.append(LeftOut(where, "of drives that are too short", rows.size - bad))
        return None

    def bridged(column: Floats, low: float, high: float, default: float) -> Floats:
        good = (column >= low) & (column <= high)
        if not good.any():
            return np.full(time_s.size, default)
        return np.interp(time_s, time_s[good], column[good])

    def own(name: str, low: float, high: float, default: float) -> Floats:
        column = columns[name][rows] if name in columns else np.full(rows.size, np.nan)
        return bridged(np.nan_to_num(column, nan=np.inf), low, high, default)

    air = own("ambient_c", COLDEST_C, HOTTEST_C, ambient_c)
    heating = own("heating_kw", 0.0, 30.0, 0.0) if "heating_kw" in columns else None
    pack = own("battery_c", COLDEST_C, 90.0, float(air[0]))
    return DriveLog(
        name=name,
        time_s=time_s,
        speed_mps=np.interp(time_s, time_s[valid], speed[valid]) / KMH_PER_MPS,
        elevation_m=own("elevation_m", *SEA_LEVELS_M, 0.0),
        ambient_c=air,
        valid=valid,
        soak_c=float(pack[0]),
        battery_kw=np.interp(time_s, time_s[valid], power[valid]),
        heating_kw=heating,
        mean_speeds=bool(np.median(np.diff(time_s)) > MEANS_FROM_S),
    )


def _mean_speeds(time_s: Floats, odometer_km: Floats, speed_kmh: Floats) -> Floats:
    """Return speeds by the odometer, which misses nothing between rows; km/h."""
    good = ~np.isnan(odometer_km)
    if good.sum() < 2:
        return speed_kmh
    driven = np.interp(time_s, time_s[good], odometer_km[good])
    return np.asarray(np.gradient(driven, time_s) * S_PER_H)
