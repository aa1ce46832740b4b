"""What a region costs by its size: on disk, in memory, for each car and weather, and a trip.

    python benchmarks/scale.py [--trips 20]

Each region is measured in a process of its own.  *Shared* are the pages of its files, which all
workers on a machine have in common; *own* is what each process holds beside them (anonymous
memory), with the program itself.
"""

import argparse
import contextlib
import json
import re
import subprocess
import sys
from functools import partial
from itertools import islice
from pathlib import Path

from batch import colorado_region, europe_folder
from measure import CACHE, figure, made_ready, mean, section, table, timed
from places import alps, car, random_trips
from tripplan.errors import TripplanError
from tripplan.planning.planner import Planner
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.sources.store import load_region

CARS = ("nissan-leaf-40", "renault-zoe-ze50")
PLUG = "CCS2"
"""Given to both, so that they find chargers everywhere."""
_BYTES_PER_MB = 1e6
_KB_PER_MB = 1e3


def own_mb() -> float:
    """Anonymous memory of this process [MB]."""
    text = Path("/proc/self/smaps_rollup").read_text("ascii")
    found = re.search(r"^Anonymous:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / _KB_PER_MB if found else 0.0


def alps_folder() -> Path:
    """Return the folder of the Alps."""
    alps()
    return CACHE / "alps"


FOLDERS = {"colorado_region": colorado_region, "alps": alps_folder, "europe": europe_folder}


def try_plan(planner: Planner, trip: Trip, vehicle: Vehicle) -> None:
    """Plan a trip, or find that it cannot be done."""
    with contextlib.suppress(TripplanError):
        planner.plan(trip, vehicle)


def measured(name: str, count: int) -> dict[str, float]:
    """Measure one region in this process."""
    folder = FOLDERS[name]()
    empty_mb = own_mb()
    region = load_region(folder)
    planner = Planner(region)
    trips = list(islice(random_trips(region.network, seed=9), count))
    found: dict[str, float] = {
        "nodes": region.network.node_count,
        "arcs": region.network.arc_count,
        "disk_mb": sum(file.stat().st_size for file in folder.iterdir()) / _BYTES_PER_MB,
        "program_mb": empty_mb,
    }
    for number, car_name in enumerate(CARS, start=1):
        vehicle = car(car_name, plug=PLUG)
        phases = made_ready(planner, trips[0], vehicle)
        if number == 1:
            found["hierarchy_s"] = phases.hierarchy_s
        seconds = [timed(partial(try_plan, planner, trip, vehicle))[0] for trip in trips]
        found[f"customised_{number}_s"] = phases.customised_s
        found[f"own_{number}_mb"] = own_mb()
        found[f"trip_{number}_s"] = mean(seconds[len(seconds) // 4 :])
    return found


HEAD = (
    "region", "nodes", "arcs", "files, MB", "bytes an arc", "contraction, s", "a car, s",
    "a trip, s", "program, MB", "own, one car, MB", "own, two cars, MB", "second car, bytes an arc",
)  # fmt: skip


def row(name: str, found: dict[str, float]) -> list[str]:
    """Return a line of the table."""
    arcs = found["arcs"]
    second_mb = found["own_2_mb"] - found["own_1_mb"]
    return [
        name,
        f"{found['nodes']:,.0f}",
        f"{arcs:,.0f}",
        figure(found["disk_mb"]),
        figure(found["disk_mb"] * _BYTES_PER_MB / arcs),
        figure(found["hierarchy_s"]),
        figure((found["customised_1_s"] + found["customised_2_s"]) / 2),
        figure((found["trip_1_s"] + found["trip_2_s"]) / 2),
        figure(found["program_mb"]),
        figure(found["own_1_mb"]),
        figure(found["own_2_mb"]),
        figure(second_mb * _BYTES_PER_MB / arcs),
    ]


def make(count: int) -> str:
    """Measure all regions, and return the section."""
    rows = []
    for name, folder in FOLDERS.items():
        folder()
        command = [sys.executable, __file__, "--one", name, "--trips", str(count)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        rows.append(row(name, json.loads(done.stdout)))
    return f"""\
## What a region costs, by its size

Each region in a process of its own: CPU times; *own* is its anonymous memory, with the program and
all drives kept from {count} random trips of each car; the pages of the files come on top once for
the machine. *A car* is what the first trip of a car in some weather costs beside the trip itself.
The first quarter of the trips is not in the mean.

{table(HEAD, rows)}
"""


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=int, default=20)
    parser.add_argument("--one", choices=list(FOLDERS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one, options.trips)))
        return 0
    return section("scale", lambda: make(options.trips))


if __name__ == "__main__":
    sys.exit(main())
