"""Built-in towns outside the United States, for regions there: read from the package.

The files under ``tripplan/data/names`` are written by ``tools/build_world_towns.py``;
provenance.json beside them names source, licence and SHA-256, which is compared on reading.
"""

import csv
import gzip
import hashlib
import io
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.gazetteer import GazetteerEntry

_FILE: Final = "world-towns.csv.gz"


@dataclass(frozen=True)
class WorldTowns:
    """Towns within a box."""

    entries: tuple[GazetteerEntry, ...]
    """They, with the country's name as their area, shape (towns,)."""
    country_codes: dict[str, str]
    """ISO 3166-1 codes of their countries by name: {"Germany": "DE"}."""
    sources: tuple[dict[str, Any], ...]
    """Where they come from, as the provenance says it."""


def world_towns(south: float, west: float, north: float, east: float) -> WorldTowns:
    """Read the towns within a box.

    Parameters
    ----------
    south, west, north, east
        The box. [deg]

    Raises
    ------
    DataError
        A file is missing or is not the one that its provenance names.
    """
    provenance: dict[str, Any] = json.loads(_bytes("provenance.json"))
    data = _bytes(_FILE)
    if hashlib.sha256(data).hexdigest() != provenance["sha256"][_FILE]:
        raise DataError(
            f"the built-in towns are damaged: {_FILE} has another SHA-256 than its provenance.json "
            "says. Reinstall tripplan.",
            path=_FILE,
        )
    countries: dict[str, str] = provenance["countries"]
    entries: list[GazetteerEntry] = []
    used: dict[str, str] = {}
    with gzip.open(io.BytesIO(data), "rt", encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        next(rows)
        for code, name, lat_text, lon_text, population, aliases in rows:
            lat, lon = float(lat_text), float(lon_text)
            if south <= lat <= north and west <= lon <= east:
                others = tuple(aliases.split("|")) if aliases else ()
                area = countries[code]
                used[area] = code
                entries.append(
                    GazetteerEntry(name, area, lat, lon, int(population), aliases=others)
                )
    return WorldTowns(tuple(entries), used, tuple(provenance["sources"]))


def _bytes(name: str) -> bytes:
    try:
        return files("tripplan").joinpath("data", "names", name).read_bytes()
    except OSError as error:
        raise DataError(
            f"the built-in towns lack their file {name}: {error}. Reinstall tripplan.", path=name
        ) from error
