"""Rows that are single charge points or devices become the sites they stand at; pure.

Registers list each charge point by itself.  A site is what has one number there, or else what one
operator has at one place.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tripplan.sources.chargers.reading import JOINED, ChargerReading
from tripplan.sources.chargers.values import SkipRow, row_of

ROWS: Final = "rows"
"""Key of a site's rows in what is handed to its reader."""
CELL_DEG: Final = 0.0005
"""Points of one operator within this many degrees of the first of them, in latitude and in
longitude, are one site: 55 m to the north, 35 m to the east at 50 degrees (an assumption)."""

Site = Mapping[str, Any]


def grouped(
    rows: Iterable[object], key_of: Callable[[Mapping[str, Any]], Hashable | None]
) -> tuple[list[object], int]:
    """Put the rows of one site together.

    Parameters
    ----------
    rows
        Entries as the file has them, in its order.
    key_of
        Names the site of a row; None: the row is one by itself, or no site at all.

    Returns
    -------
    list of object, int
        {"rows": [...]} for each site, in the order of their first rows, and how many rows went into
        an earlier one.  What is no object stays as it is, for its reader to count.
    """
    sites: list[object] = []
    members: dict[Hashable, list[Mapping[str, Any]]] = {}
    joined = 0
    for row in rows:
        if not isinstance(row, Mapping):
            sites.append(row)
            continue
        key = key_of(row)
        if key is not None and key in members:
            members[key].append(row)
            joined += 1
            continue
        own = [row]
        if key is not None:
            members[key] = own
        sites.append({ROWS: own})
    return sites, joined


class Places:
    """Names the places of operators: points near the first one of an operator have its name."""

    def __init__(self) -> None:
        self._firsts: dict[tuple[str, int, int], list[tuple[float, float]]] = {}

    def name(self, operator: str, lat: float, lon: float) -> Hashable:
        """Return the name of a point's place.

        Parameters
        ----------
        operator
            Who runs it.
        lat, lon
            Where it is, degrees.
        """
        row, column = int(lat // CELL_DEG), int(lon // CELL_DEG)
        for near in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for first in self._firsts.get((operator, *near), ()):
                if abs(first[0] - lat) < CELL_DEG and abs(first[1] - lon) < CELL_DEG:
                    return operator, *first
        self._firsts.setdefault((operator, row, column), []).append((lat, lon))
        return operator, lat, lon


def rows_of(site: Site) -> Sequence[Mapping[str, Any]]:
    """Return the rows of a site that `grouped` has made."""
    found = site.get(ROWS)
    if not isinstance(found, list) or not found:
        raise SkipRow("the row is not an object")
    return [row_of(row) for row in found]


def with_joined(reading: ChargerReading, joined: int) -> ChargerReading:
    """Count the rows that went into an earlier one.

    Parameters
    ----------
    reading
        What was read of the sites.
    joined
        How many rows are no site of their own.
    """
    if not joined:
        return reading
    return replace(
        reading, skipped={**reading.skipped, JOINED: reading.skipped.get(JOINED, 0) + joined}
    )


def known_first(rows: Iterable[Mapping[str, Any]], *names: str) -> object:
    """Return the first value that any of the rows states under any of the names; else "".

    Parameters
    ----------
    rows
        Rows of one site.
    *names
        Columns, the better one first.
    """
    every = list(rows)
    found = (row.get(name) for name in names for row in every)
    return next((value for value in found if value not in (None, "")), "")
