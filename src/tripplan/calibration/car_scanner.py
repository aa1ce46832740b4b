"""Recordings of Car Scanner ELM OBD2: a row a reading, of whatever was asked of the car.

Names of readings differ by car and by the language of the telephone; those that are looked for are
the English ones of the programme's lists, found by words.  Units stand in a column of their own.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tripplan.arrays import Floats
from tripplan.calibration.formats import FAHRENHEIT, KMH_PER_MPH, M_PER_FOOT
from tripplan.calibration.tables import Columns
from tripplan.errors import DataError

_SEARCHED: dict[str, tuple[tuple[str, ...], dict[str, tuple[float, float]]]] = {
    "speed_kmh": (
        ("real vehicle speed", "vehicle speed", "speed (gps)"),
        {"km/h": (1.0, 0.0), "mph": (KMH_PER_MPH, 0.0)},
    ),
    "power_kw": (
        ("battery power", "power of the hv battery", "hv power"),
        {"kw": (1.0, 0.0), "w": (0.001, 0.0)},
    ),
    "battery_v": (("battery dc voltage", "hv battery voltage"), {"v": (1.0, 0.0)}),
    "battery_a": (("] battery current", "hv battery current"), {"a": (-1.0, 0.0)}),
    "ambient_c": (
        ("outdoor temperature", "outside temperature", "ambient air temperature"),
        {"℃": (1.0, 0.0), "°c": (1.0, 0.0), "c": (1.0, 0.0), "°f": FAHRENHEIT, "℉": FAHRENHEIT},
    ),
    "elevation_m": (("altitude (gps)",), {"m": (1.0, 0.0), "ft": (M_PER_FOOT, 0.0)}),
}
"""For each column: words of names, the best first, and units as factor and offset.  Currents are
positive while discharging."""
_NOT = ("average", "available", "max.", "limit")
STALEST_S = 10.0
"""A reading counts for so long, if no other follows (assumption)."""


def pivoted(path: str | Path, table: Columns) -> tuple[dict[str, Floats], list[str], list[int]]:
    """Return common columns at the times of the readings of speed, labels, and lines.

    Raises
    ------
    DataError
        There is no reading of speed, or none of power; says which names there are.
    """
    time_s, value = table.numbers["seconds"], table.numbers["value"]
    there: dict[str, int] = {}
    codes = [there.setdefault(name.lower(), len(there)) for name in table.texts["pid"]]
    names = np.array(codes, dtype=np.int32)
    chosen: dict[str, tuple[Floats, Floats]] = {}
    for common, (words, units) in _SEARCHED.items():
        for name in _candidates(list(there), words):
            rows = np.flatnonzero((names == there[name]) & np.isfinite(time_s) & np.isfinite(value))
            unit = table.texts["units"][rows[0]].lower() if rows.size else ""
            if unit in units:
                factor, offset = units[unit]
                chosen[common] = (time_s[rows], value[rows] * factor + offset)
                break
    power = "power_kw" in chosen or {"battery_v", "battery_a"} <= set(chosen)
    if "speed_kmh" not in chosen or not power:
        missing = "power of the battery" if "speed_kmh" in chosen else "speed of the car"
        raise DataError(
            f"log {path} (Car Scanner recording): no reading of the {missing} among "
            f"{', '.join(list(there)[:12])}",
            path=str(path),
        )
    grid = np.unique(np.round(chosen["speed_kmh"][0]))
    columns = {name: _at(grid, *series) for name, series in chosen.items()}
    return columns | {"time_s": grid}, [""] * grid.size, [0] * grid.size


def _candidates(names: Sequence[str], words: Sequence[str]) -> list[str]:
    return [
        name
        for word in words
        for name in names
        if word in name and not any(other in name for other in _NOT)
    ]


def _at(grid: Floats, time_s: Floats, value: Floats) -> Floats:
    """Return readings at other times, NaN where the last is stale."""
    order = np.argsort(time_s, kind="stable")
    time_s, value = time_s[order], value[order]
    place = np.clip(np.searchsorted(time_s, grid, side="right") - 1, 0, None)
    near = np.minimum(
        np.abs(grid - time_s[place]),
        np.abs(grid - time_s[np.minimum(place + 1, time_s.size - 1)]),
    )
    return np.where(near <= STALEST_S, np.interp(grid, time_s, value), np.nan)
