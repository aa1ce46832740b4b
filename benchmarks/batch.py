"""Batches: trips per second and core, one worker against two, memory, and a Dask cluster.

    python benchmarks/batch.py [--colorado-region 1000] [--europe 200] [--shorter 2000]

(0 trips: left as it was.)  Each run is a process of its own, from its start to its end: the command
`batch` with one worker and with two, and for at most so many of the trips as `--shorter` says a
plain loop over `plan`, and two workers of a Dask cluster on this machine.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from batch_runs import COMMAND, Used, dask, measured, write_trips
from measure import CACHE, SECTIONS, figure, machine, section, table
from places import europe, roads_only, with_chargers
from tripplan.sources.store import load_region, save_region

CHARGERS = 400
KEPT = SECTIONS / "batch.json"
CARS = {
    "colorado_region": ("nissan-leaf-40", "chevrolet-bolt-60"),
    "europe": ("tesla-model-3-lr", "renault-zoe-ze50"),
}
HEAD = (
    "how", "trips", "clock, s", "trips/s", "trips/s per core", "CPU, ms a trip", "speed-up",
    "main process, MB", "each worker, MB",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One way to plan all trips."""

    name: str
    trips: int
    cores: int
    used: Used
    results: bytes = b""
    """The table of results; empty where there is none."""

    @property
    def trips_per_s(self) -> float:
        """Trips per second of the clock."""
        return self.trips / self.used.clock_s


def colorado_region() -> Path:
    """Return the folder of eight states' highways with chargers at random nodes."""
    folder = CACHE / "colorado_region"
    if not folder.exists():
        roads = roads_only("colorado_region")
        region = with_chargers("colorado_region", roads.network, roads.order, CHARGERS, seed=7)
        save_region(region, folder)
    return folder


def europe_folder() -> Path:
    """Return the folder of Europe's highways with its Superchargers."""
    europe()
    return CACHE / "europe"


def runs(region: Path, scratch: Path, count: int, shorter: int) -> Iterator[Run]:
    """Plan the trips in every way."""
    loop = [sys.executable, str(Path(__file__).with_name("batch_runs.py"))]
    trips, first = scratch / "trips.csv", scratch / "first.csv"
    few = min(count, shorter)
    with trips.open("rb") as whole:
        first.write_bytes(b"".join(islice(whole, few + 1)))
    yield Run("loop over `plan`", few, 1, measured([*loop, str(region), str(first)]))
    common = ("--region", str(region), "--no-plans", "--quiet", "-o")
    for workers in (1, 2):
        out = scratch / f"{workers}"
        used = measured([*COMMAND, str(trips), *common, str(out), "--workers", str(workers)])
        name = f"{workers} worker{'s' if workers > 1 else ''}"
        yield Run(name, count, workers, used, (out / "results.csv").read_bytes())
    if find_spec("distributed") is None:
        return
    with dask(2) as cluster:
        pids = [worker.pid for worker in cluster.workers]
        out = scratch / "dask"
        command = [*COMMAND, str(first), *common, str(out), "--scheduler", cluster.address]
        used = measured(command, pids)
        yield Run("2 Dask workers", few, 2, used, (out / "results.csv").read_bytes())


def row(run: Run, single: Run) -> list[str]:
    """Return a line of the table."""
    main, *workers = run.used.pss_by_process_mb.values()
    return [
        run.name,
        f"{run.trips:,}",
        figure(run.used.clock_s),
        figure(run.trips_per_s),
        figure(run.trips_per_s / run.cores),
        figure(1000.0 * run.used.cpu_s / run.trips),
        figure(run.trips_per_s / single.trips_per_s),
        f"{main:,.0f}",
        " / ".join(f"{mb:,.0f}" for mb in workers) or "-",
    ]


def measured_on(name: str, folder: Path, count: int, shorter: int) -> str:
    """Measure one region, and return its part of the page."""
    region, load = load_region(folder), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        write_trips(Path(scratch) / "trips.csv", region, CARS[name], count, seed=3)
        found = []
        for run in runs(folder, Path(scratch), count, shorter):
            print(name, run.name, figure(run.used.clock_s), "s", file=sys.stderr, flush=True)
            found.append(run)
    single = next(run for run in found if run.name == "1 worker")
    tables = [run.results for run in found if run.results]
    equal = all(single.results.startswith(other) for other in tables)
    planned = single.results.count(b",ok,")
    size = f"{region.network.node_count:,} nodes, {len(region.chargers.chargers):,} chargers"
    return "\n".join(
        [
            f"### {count:,} random trips on {name} ({size}), {' and '.join(CARS[name])}",
            "",
            f"Load of the machine before the first run: {load:.1f}.",
            "",
            table(HEAD, (row(run, single) for run in found)),
            "",
            f"{planned:,} of {count:,} can be done; tables, as far as they go, are the same: "
            + ("yes." if equal else "NO."),
        ]
    )


def make(counts: dict[str, int], shorter: int) -> str:
    """Measure the regions of which trips are asked for, and return the section.

    What was measured of others earlier stays.
    """
    folders = {"colorado_region": colorado_region, "europe": europe_folder}
    parts = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    for name, count in counts.items():
        if count:
            parts[name] = measured_on(name, folders[name](), count, shorter)
            KEPT.write_text(json.dumps(parts, indent=1) + "\n", "utf-8")
    text = f"""\
## Batches

Each line is a process of its own from start to end, with its imports, compiled code loaded from
disk, the contraction of the roads, and what each worker makes ready for each car. *CPU* is that of
all its processes; *MB* the most that each was seen to hold (PSS: a page that several processes
share counts in parts), looked at twice a second. Trips join random nodes, at 20 °C, with 90 % at
the start. In the file the cars alternate; a batch puts the trips of one car side by side. The plain
loop calls `tripplan.plan` with the region's name and keeps nothing. The speed-up compares trips per
second with one worker's. {machine()}
"""
    return "\n\n".join([text.rstrip(), *(parts[name] for name in folders if name in parts)])


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--colorado-region", type=int, default=1000, help="trips")
    parser.add_argument("--europe", type=int, default=200, help="trips")
    parser.add_argument("--shorter", type=int, default=2000, help="trips by loop and Dask at most")
    options = parser.parse_args()
    counts = {"colorado_region": options.colorado_region, "europe": options.europe}
    return section("batch", lambda: make(counts, options.shorter))


if __name__ == "__main__":
    sys.exit(main())
