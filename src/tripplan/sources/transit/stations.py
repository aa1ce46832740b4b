"""Stations of a table: CSV with the columns below, in any order, times in minutes.

Columns::

    name, lat, lon                      where one parks; all three are needed
    ride_min, headway_min               ride to the destination, and time between departures;
                                        both are needed where there is no timetable
    fare                                of one person, for one way
    parking_per_day                     for each day begun; empty: free
    plug_kw, price_per_kwh              a plug for the parked car; empty: none
    walk_min                            from the car to the platform; empty: 5
    end_walk_min                        from the end of the ride to the destination; empty: 0
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.base import as_path
from tripplan.records.outside import read_text_file
from tripplan.records.ride_station import RideStation

NEEDED: Final = ("name", "lat", "lon")
TIMED: Final = ("ride_min", "headway_min")
_MINUTES: Final = {
    "ride_min": "ride_s",
    "headway_min": "headway_s",
    "walk_min": "walk_s",
    "end_walk_min": "end_walk_s",
}
_PLAIN: Final = (*NEEDED, "fare", "parking_per_day", "plug_kw", "price_per_kwh")
COLUMNS: Final = (*_PLAIN, *_MINUTES)


def read_stations(path: str | Path, *, timetable: bool = False) -> tuple[RideStation, ...]:
    """Read a table of stations.

    Parameters
    ----------
    path
        The file.
    timetable
        Whether rides come from a timetable, so that no row need state them.

    Raises
    ------
    DataError
        The file cannot be read, has no row, or lacks a column.
    InvalidInputError
        A value is wrong, or a column is not known; the message names the row.
    """
    text = read_text_file(as_path(path, where="stations"), "table of stations")
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    head = [name.strip().lower() for name in next(reader, [])]
    wanted = NEEDED if timetable else (*NEEDED, *TIMED)
    lacking = [name for name in wanted if name not in head]
    if lacking:
        raise DataError(
            f"table of stations {path} lacks {', '.join(lacking)}: wanted are "
            f"{', '.join(wanted)}, and there may be {', '.join(COLUMNS)}",
            path=str(path),
            faults=lacking,
        )
    unknown = [name for name in head if name not in COLUMNS]
    if unknown:
        raise InvalidInputError(
            f"table of stations {path}: there is no column {', '.join(map(repr, unknown))}; known: "
            f"{', '.join(COLUMNS)}",
            field=unknown[0],
            value=unknown,
            expected=", ".join(COLUMNS),
        )
    found = [
        _station(cells, head, f"{path}, line {reader.line_num}", needed=wanted)
        for cells in reader
        if any(cell.strip() for cell in cells)
    ]
    if not found:
        raise DataError(f"table of stations {path} has no station", path=str(path))
    return tuple(found)


def _station(
    row: Sequence[str], head: Sequence[str], where: str, *, needed: tuple[str, ...]
) -> RideStation:
    if len(row) > len(head):
        raise InvalidInputError(
            f"{where}: {len(row)} cells in {len(head)} columns; text with a comma stands in quotes",
            field="row",
            value=row,
            expected="a cell for each column",
        )
    cells = dict.fromkeys(head, "") | dict(zip(head, map(str.strip, row), strict=False))
    empty = [name for name in needed if not cells[name]]
    if empty:
        raise InvalidInputError(
            f"{where}: {', '.join(empty)} is empty",
            field=empty[0],
            value="",
            expected="a value",
        )
    values: dict[str, Any] = {name: cells[name] for name in _PLAIN if cells.get(name)}
    for name, field in _MINUTES.items():
        if text := cells.get(name):
            # A bare number is one of minutes; "1h10min" has its units with it.
            values[field] = f"{text}min" if _is_number(text) else text
    return RideStation.parse(values, where=where)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
