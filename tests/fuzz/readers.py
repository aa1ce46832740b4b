"""What reads files, each with whole files to damage."""

import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.samples.plan import sample_plan
from tests.samples.worlds import hilly_region
from tripplan.batch.journal import Journal
from tripplan.batch.trips import rows_of
from tripplan.calibration.log_files import read_log_file
from tripplan.output.files.export import read_json, to_json
from tripplan.questions.annual.climate import climate_of
from tripplan.questions.annual.file import read_household
from tripplan.records.settings import Settings
from tripplan.records.vehicle import load_vehicle
from tripplan.sources.build import build_region
from tripplan.sources.charger_files import given_file
from tripplan.sources.elevation.profile import open_elevation
from tripplan.sources.osm.osmnx import read_graphml, write_graphml
from tripplan.sources.store import load_region, save_region
from tripplan.study.file import read_study

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROOT = FIXTURES.parents[1]


class Reader(NamedTuple):
    """One reader, with what it reads when nothing is wrong."""

    read: Callable[[Path], object]
    """Given the file that is damaged."""
    samples: Callable[[], list[tuple[str, bytes]]]
    """Names of files, whose endings count, and their bytes."""


def _files(*paths: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in paths]


def _heights(path: Path) -> object:
    raster = open_elevation(path)
    return raster.sample(np.array([42.2, 42.5, 0.0]), np.array([1.2, 1.5, 0.0]))


def _geotiffs() -> list[tuple[str, bytes]]:
    import rasterio  # noqa: PLC0415 - comes with the extra `test`
    from rasterio.io import MemoryFile  # noqa: PLC0415

    found = []
    for crs, step, compress in (
        ("EPSG:4326", 0.02, None),
        ("EPSG:32631", 2000.0, "deflate"),
        ("EPSG:4326", 0.02, "lzw"),
    ):
        corner = (1.0, 43.0) if crs.endswith("4326") else (300_000.0, 4_800_000.0)
        place = rasterio.transform.from_origin(*corner, step, step)
        with MemoryFile() as memory:
            shape = {"height": 60, "width": 50, "count": 1, "dtype": "int16"}
            with memory.open(
                driver="GTiff", crs=crs, transform=place, nodata=-32768, compress=compress, **shape
            ) as made:
                made.write(np.arange(3000, dtype=np.int16).reshape(1, 60, 50))
            found.append(("heights.tif", bytes(memory.getbuffer())))
    return found


def _tiles() -> list[tuple[str, bytes]]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N42E001.hgt", np.full(1201 * 1201, 500, ">i2").tobytes())
    plain = np.arange(1201 * 1201, dtype=">i2").tobytes()
    return [("N42E001.hgt.zip", buffer.getvalue()), ("N42E001.hgt", plain)]


def _grids() -> list[tuple[str, bytes]]:
    found = []
    for save in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        heights = np.arange(2500, dtype=np.float32).reshape(50, 50)
        save(buffer, elevation_m=heights, north=43.0, west=1.0, step_deg=0.02)
        found.append(("grid.npz", buffer.getvalue()))
    return found


def _graphs() -> list[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "graph.graphml"
        write_graphml(hilly_region(1).network, path)
        return _files(path)


def _extracts() -> list[tuple[str, bytes]]:
    plain = _files(*sorted(FIXTURES.glob("*.osm")))
    return [*plain, *((f"{name}.gz", gzip.compress(data)) for name, data in plain[:3])]


def _charger_files() -> list[tuple[str, bytes]]:
    folders = ("chargers", "charger_sources", "charger_cases")
    return _files(*(p for folder in folders for p in sorted((FIXTURES / folder).iterdir())))


TRIPS = (
    "origin,destination,vehicle,departure_soc\n"
    '"Denver, CO","Vail, CO",nissan-leaf-40,90%\n"Boulder, CO","39.1,-104.8",nissan-sakura,0.8\n'
)


def _trip_files() -> list[tuple[str, bytes]]:
    rows = '{"origin": "A", "destination": "B", "ambient_c": "20F"}\n' * 3
    with tempfile.TemporaryDirectory() as work:
        import pyarrow as pa  # noqa: PLC0415 - comes with the extra `test`
        import pyarrow.parquet as pq  # noqa: PLC0415

        path = Path(work) / "trips.parquet"
        columns = {"origin": ["A"] * 3000, "destination": ["B"] * 3000, "n": list(range(3000))}
        pq.write_table(pa.table(columns), path)
        parquet = _files(path)
    return [("trips.csv", TRIPS.encode()), ("trips.jsonl", rows.encode()), *parquet]


LOG = (
    "distance_km,duration_min,energy_kwh,ambient_c\n"
    "12.4,15,1.9,20\n80.1,62,12.7,18\n33.0,40,4.6,21\n"
)
SECONDS = "time_s,speed_kmh,power_kw\n" + "".join(f"{k},{k % 90},{k % 30}\n" for k in range(200))


def _logs() -> list[tuple[str, bytes]]:
    return [("trips.csv", LOG.encode()), ("drive.csv", SECONDS.encode())]


def _cars() -> list[tuple[str, bytes]]:
    return _files(*sorted((ROOT / "src" / "tripplan" / "data" / "vehicles").glob("*.toml"))[:4])


STUDY = """
title = "Over the pass?"
[[trips]]
origin = "Denver, CO"
destination = "Frisco, CO"
via = ["Idaho Springs, CO"]
[[vehicles]]
vehicle = "nissan-sakura"
[[vehicles]]
vehicle = "nissan-leaf-40"
name = "Old LEAF"
soh = 0.7
[[seasons]]
name = "winter"
ambient_c = -5
[vary]
departure_soc = [0.6, 0.9]
"""
YAML_STUDY = """
title: Over the pass?
trips:
- {origin: "Denver, CO", destination: "Frisco, CO"}
vehicles: [{vehicle: nissan-sakura}, {vehicle: nissan-leaf-40, soh: 0.7, name: old}]
seasons:
- name: winter
  ambient_c: -5
"""


def _studies() -> list[tuple[str, bytes]]:
    return [("study.toml", STUDY.encode()), ("study.yaml", YAML_STUDY.encode())]


def _households() -> list[tuple[str, bytes]]:
    return _files(ROOT / "docs" / "studies" / "sakura-year.toml")


def _climate(path: Path) -> object:
    return climate_of(path.name, path.parent, 2025, 4.0)


def _climates() -> list[tuple[str, bytes]]:
    months = "month,low_c,high_c\n" + "".join(f"{k},{k - 9}.5,{k}\n" for k in range(1, 13))
    days = [date(2025, 1, 1) + timedelta(days=k) for k in range(365)]
    daily = "date,low_c,high_c\n" + "".join(f"{day},-3,{day.day}\n" for day in days)
    hours = "".join(f"{day}T{h:02d}:00,{h}\n" for day in days for h in range(24))
    hourly = f"time,air_c\n{hours}"
    texts = {"months.csv": months, "days.csv": daily, "hours.csv": hourly}
    return [(name, text.encode()) for name, text in texts.items()]


def _plans() -> list[tuple[str, bytes]]:
    return [
        ("plan.json", to_json(sample_plan()).encode()),
        *_files(FIXTURES / "plans" / "version_1.json"),
    ]


def _journals() -> list[tuple[str, bytes]]:
    head = {"journal": "tripplan-journal/1", "region": "starter"}
    lines: list[dict[str, Any]] = [{**head, "settings": Settings().model_dump(mode="json")}]
    row: dict[str, Any] = {"status": "invalid", "reason": "no", "row": "0" * 16}
    lines += [{"index": index, **row} for index in range(5)]
    return [("journal.jsonl", "".join(json.dumps(line) + "\n" for line in lines).encode())]


def _journal(path: Path) -> object:
    with Journal(path, "starter", Settings(), resume=True) as journal:
        return [journal.outcome(k) for k in range(5) if journal.has(k)]


@cache
def _region_files() -> list[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as work:
        folder = save_region(hilly_region(1), Path(work) / "region")
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return [(str(path.relative_to(folder)), path.read_bytes()) for path in files]


def _region(path: Path) -> object:
    """Open a region of which one file is damaged; its name stands in the name of the file."""
    folder = path.parent / "region"
    for name, content in _region_files():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.read_bytes() if file.name == path.name else content)
    return load_region(folder)


def _rows(path: Path) -> object:
    return list(_first(rows_of(path)))


def _first(rows: Iterator[object]) -> Iterator[object]:
    for _, row in zip(range(10_000), rows, strict=False):
        yield row


READERS: dict[str, Reader] = {
    "geotiff": Reader(_heights, _geotiffs),
    "hgt": Reader(_heights, _tiles),
    "npz": Reader(_heights, _grids),
    "graphml": Reader(read_graphml, _graphs),
    "osm": Reader(build_region, _extracts),
    "chargers": Reader(given_file, _charger_files),
    "trips": Reader(_rows, _trip_files),
    "logs": Reader(read_log_file, _logs),
    "vehicle": Reader(load_vehicle, _cars),
    "study": Reader(read_study, _studies),
    "household": Reader(read_household, _households),
    "climate": Reader(_climate, _climates),
    "plan": Reader(read_json, _plans),
    "journal": Reader(_journal, _journals),
    "region": Reader(_region, _region_files),
}
