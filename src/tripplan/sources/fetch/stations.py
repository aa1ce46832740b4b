"""Charging stations of a state or of a corridor, from AFDC into a file: `fetch_stations`.

The file is in AFDC's own form, with every value as it came, so that later versions of the program
read from it what this one does not.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.atomic import write_text_atomically
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.trip import Place
from tripplan.routing.nearest_points import NearestPoints
from tripplan.sources.chargers.afdc import LICENCE, read_afdc_json
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.fetch.afdc import fetch_rows
from tripplan.sources.fetch.area import Corridor, corridor_tiles
from tripplan.sources.fetch.http import Fetcher
from tripplan.sources.fetch.nominatim import geocode
from tripplan.sources.starter import STATES, built_in_names

STEP_KM: Final = 0.5
"""Points of a corridor's line lie this near to each other, km; a distance to the line is longer
than the true one by this much at the most."""


@dataclass(frozen=True)
class FetchedStations:
    """What came, and what was left out."""

    file: Path
    """Where it was written."""
    reading: ChargerReading
    """What the program understands of it."""
    outside: int
    """Stations that came and lie outside of the corridor."""
    oldest: str
    """When the oldest answer was fetched, ISO 8601; answers in the cache are older than the run."""


def fetch_stations(
    fetcher: Fetcher,
    file: str | Path,
    *,
    states: Sequence[str] = (),
    corridor: Corridor | None = None,
) -> FetchedStations:
    """Fetch stations and write them to a file, whole or not at all.

    Parameters
    ----------
    fetcher
        Asks; its settings hold the key.
    file
        Where they go; a file that is there is replaced once all have come.
    states
        Two-letter codes: "CO", "co".
    corridor
        The land between two places; stations farther from its line than its reach are left out.

    Raises
    ------
    InvalidInputError
        Neither or both are asked for, there is no key, or no such state.
    OfflineError
        Something is not in the cache, and asking is switched off.
    SourceError
        AFDC refuses or gave no usable answer.
    DataError
        There are no stations, or the file cannot be written.
    """
    if bool(states) == (corridor is not None):
        raise InvalidInputError(
            "say which stations to fetch: of states (--state CO), or along a trip (--from "
            '"Denver, CO" --to "Vail, CO")',
            field="state",
            expected="state, or from and to",
        )
    codes = tuple(dict.fromkeys(code.strip().upper() for code in states))
    boxes = [] if corridor is None else [tile.bbox for tile in _tiles(corridor, fetcher)]
    rows, records = fetch_rows(fetcher, boxes=boxes, states=codes)
    wanted = rows if corridor is None else _within(rows, corridor)
    asked = ", ".join(codes)
    if corridor is not None:
        ends = f"{corridor.origin.label} - {corridor.destination.label}"
        asked = f"{ends}, {corridor.side_km:g} km to either side"
    if not wanted:
        raise DataError(f"AFDC knows no open station with electric plugs in {asked}")
    reading = read_afdc_json({"fuel_stations": wanted}, where="AFDC answers")
    oldest = min((record.date for record in records), default="")
    told = {
        "source": "Alternative Fuels Data Center (AFDC)",
        "licence": LICENCE,
        "asked": asked,
        "fetched": oldest,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    text = json.dumps({**told, "total_results": len(wanted), "fuel_stations": wanted}, indent=1)
    target = Path(file)
    write_text_atomically(target, text + "\n")
    return FetchedStations(target, reading, len(rows) - len(wanted), oldest)


def asked_corridor(
    fetcher: Fetcher, origin: str | None, destination: str | None, width_km: float | None
) -> Corridor | None:
    """Return the corridor between two places: built-in towns, "lat,lon", or names to be asked for.

    Parameters
    ----------
    fetcher
        Asks for the positions of names that are not built in.
    origin, destination
        The ends; None for both: no corridor is asked for.
    width_km
        From one side to the other, km; None: as `Corridor` has it.

    Raises
    ------
    InvalidInputError
        Only one end is given, a width without ends, or a place is not known.
    OfflineError, SourceError
        As `geocode`.
    """
    if origin is None or destination is None:
        if (origin, destination, width_km) == (None, None, None):
            return None
        raise InvalidInputError(
            "a corridor has two ends: give --from and --to, and --width-km only with them",
            field="from",
            expected="from and to",
        )
    ends = (_place(fetcher, origin), _place(fetcher, destination))
    return Corridor(*ends, reach_km=None if width_km is None else width_km / 2)


def _place(fetcher: Fetcher, name: str) -> Place:
    try:
        return Gazetteer(built_in_names()[0], STATES).find(name)
    except InvalidInputError:
        return geocode(fetcher, name)


def _tiles(corridor: Corridor, fetcher: Fetcher) -> list[Any]:
    """Return the squares of the grid along a corridor; its ends lie within them."""
    settings = fetcher.settings
    tiles = corridor_tiles(
        corridor, largest_km2=settings.detail_tile_km2, side_deg=settings.main_tile_deg
    )
    return [tile for tile in tiles if not tile.detail]


def _within(rows: Sequence[Any], corridor: Corridor) -> list[Any]:
    """Return the rows within reach of the corridor's line, and those without a position."""
    position = [_position(row) for row in rows]
    placed = [k for k, found in enumerate(position) if found is not None]
    if not placed:
        return list(rows)
    line = NearestPoints(*corridor.line(STEP_KM))
    lat, lon = np.array([position[k] for k in placed], np.float64).T
    _, away_km = line.nearest(lat, lon)
    outside = {k for k, km in zip(placed, away_km.tolist(), strict=True) if km > corridor.side_km}
    return [row for k, row in enumerate(rows) if k not in outside]


def _position(row: object) -> tuple[float, float] | None:
    try:
        found = float(row["latitude"]), float(row["longitude"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None
    return found if all(map(math.isfinite, found)) else None
