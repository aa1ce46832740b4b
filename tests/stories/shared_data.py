"""Where real data lies on machines that have it; tests that need it skip elsewhere.

Files in forms that no provider publishes are put into the documented ones here.
"""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tripplan.sources.chargers.files import parse_chargers, read_chargers
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.chargers.tables import read_charger_csv

_ROOT = Path(os.environ.get("TRIPPLAN_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SHARED = _ROOT / "data" if (_ROOT / "data").is_dir() else _ROOT
"""The folder of the data, whether TRIPPLAN_SHARED names it or the one that it lies in."""


def shared(name: str) -> Path:
    """Return a file of the shared data, or skip the test that asks for it."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"real data {name} is not on this machine (TRIPPLAN_SHARED names its folder)")
    return path


def shared_chargers(name: str) -> ChargerReading:
    """Read a file of chargers of the shared data, or skip the test that asks for it."""
    path = shared(f"chargers/{name}")
    if path.suffix == ".js":  # a script that assigns GeoJSON
        script = path.read_bytes()
        return parse_chargers(script[script.index(b"{") :].rstrip(b"; \n"), where=name)
    if name.startswith("tesla_europe"):
        sites = json.loads(path.read_bytes())["locations"]
        return _table([_supercharger(site) for site in sites], "Tesla site list")
    return read_chargers(path)


def _table(rows: list[dict[str, Any]], source: str) -> ChargerReading:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return read_charger_csv(stream.getvalue(), source=source)


def _supercharger(site: dict[str, Any]) -> dict[str, Any]:
    """Put a site of Tesla's European list into the columns of the table; its plugs are CCS2."""
    lat, lon = site["gps"]["lat"], site["gps"]["lon"]
    labels = " ".join(tariff.get("chargingLabel") or "" for tariff in site.get("pricing") or [])
    owners = "restricted" if "Tesla Owner" in labels else ""
    return {
        "id": f"{lat:.6f},{lon:.6f}",
        "name": site["name"],
        "lat": lat,
        "lon": lon,
        "connectors": f"CCS2:{site.get('maxPowerKw') or ''}:{site.get('stalls') or ''}",
        "stalls": site.get("stalls") or "",
        "operator": "Tesla",
        "network": "Tesla Supercharger",
        "address": site.get("address"),
        "access": "public" if "Other EVs" in labels else owners,
        "date": site["filedate"],
    }
