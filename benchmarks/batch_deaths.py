"""Batches that are killed at random moments, and a batch of very many rows.

    python benchmarks/batch_deaths.py [--kills 20] [--rows 1000000]

The file of the kills has trips on the starter atlas, some of them wrong. A batch of two workers is
killed (`kill -9`: itself, or one of its workers, by turns) at a random moment, and resumed, until
there were so many kills; what it has written in the end is compared with an undisturbed run.
Moments count from when its workers are there, every fourth time from its own start.

In the file of very many rows every tenth is wrong. The planner is replaced by one that has one plan
for every trip, so that what is measured is all the rest: reading, journal, table.
"""

import argparse
import contextlib
import csv
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np

import tripplan
from batch_runs import COMMAND, workers_of
from measure import KB_PER_GB, AbsentError, figure, section, table
from tripplan.batch import plan_each
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

ATLAS = "starter-illustrative"
KILLED_ROWS = 1000
LONGEST_SHARE = 0.05
"""A kill comes at most so long after the workers have come, as a share of an undisturbed run."""
_AT_ONCE = 2
"""Remainder by four of the kills that may come before there are workers."""
_LOOKS_S = 0.01
TOWNS = ("Vail, CO", "Frisco, CO", "Grand Junction, CO", "Nowhere, CO", "Glenwood Springs, CO")
CARS = ("nissan-sakura", "nissan-leaf-40")


def write_killed(path: Path) -> None:
    """Write the trips of the batch that is killed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("origin", "destination", "vehicle", "ambient_c", "departure_soc"))
        for k in range(KILLED_ROWS):
            soc = round(0.5 + k / (2.5 * KILLED_ROWS), 4)
            rows.writerow(("Denver, CO", TOWNS[k % 5], CARS[k % 2], (0, 20)[k // 2 % 2], soc))


def written(out: Path) -> dict[str, bytes]:
    """Return the table and the plans."""
    files = [out / "results.csv", *(out / "plans").iterdir()]
    return {file.name: file.read_bytes() for file in files}


def lines(out: Path) -> int:
    """Return the number of rows in the journal."""
    journal = out / "journal.jsonl"
    return max(journal.read_bytes().count(b"\n") - 1, 0) if journal.exists() else 0


def killed(
    words: list[str], kills: int, longest_s: float, rng: np.random.Generator
) -> tuple[int, int]:
    """Run a batch to its end through so many kills; return how many hit it and its workers."""
    hits, batch = [0, 0], subprocess.Popen(words)  # noqa: S603
    for number in range(kills):
        while number % 4 != _AT_ONCE and batch.poll() is None and not workers_of(batch.pid):
            time.sleep(_LOOKS_S)
        end_s = time.monotonic() + rng.uniform(0.0, longest_s)
        while time.monotonic() < end_s and batch.poll() is None:
            time.sleep(_LOOKS_S)
        workers = workers_of(batch.pid) if number % 2 else []
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(rng.choice(workers)), signal.SIGKILL)
                hits[1] += 1
            continue
        hits[0] += batch.poll() is None
        batch.kill()
        batch.wait()
        batch = subprocess.Popen([*words, "--resume"])  # noqa: S603
    if batch.wait():
        raise SystemExit("the batch did not come to its end")
    return hits[0], hits[1]


def kills_part(kills: int) -> str:
    """Measure what kills do, and return that part of the section."""
    rng = np.random.default_rng(20)
    with tempfile.TemporaryDirectory() as scratch:
        trips, calm, rough = (Path(scratch) / name for name in ("trips.csv", "calm", "rough"))
        write_killed(trips)
        words = [*COMMAND, str(trips), "--region", ATLAS, "--quiet", "-o"]
        begin_s = time.monotonic()
        subprocess.run([*words, str(calm), "--workers", "1"], check=True)  # noqa: S603
        calm_s = time.monotonic() - begin_s
        longest_s = LONGEST_SHARE * calm_s
        mains, workers = killed([*words, str(rough), "--workers", "2"], kills, longest_s, rng)
        equal = written(calm) == written(rough)
        entries = [json.loads(x) for x in (rough / "journal.jsonl").read_bytes().splitlines()]
        indices = [entry["index"] for entry in entries if "index" in entry]
    once = sorted(indices) == list(range(KILLED_ROWS))
    return f"""\
A batch of {KILLED_ROWS:,} trips with two workers was hit by {mains + workers} kills at random
moments, up to {figure(longest_s)} s after its workers had come (at times before): {mains} of the
batch itself, which was then resumed, and {workers} of one of its workers. Table and plans equal
those of an undisturbed run with one worker ({figure(calm_s)} s) byte by byte:
**{"yes" if equal else "NO"}**. Each row is in the journal once: {"yes" if once else "NO"}.
"""


def write_many(path: Path, count: int) -> None:
    """Write very many rows, every tenth of them wrong."""
    good = {"origin": "Denver, CO", "destination": "Vail, CO", "vehicle": "nissan-sakura"}
    wrong = ({**good, "vehicle": ""}, {**good, "departure_soc": "130%"}, {**good, "vehicle": "x"})
    with path.open("w", encoding="utf-8") as file:
        for k in range(count):
            row = json.dumps(good if k % 10 else wrong[k % 3])
            file.write("{broken\n" if k % 40 == 0 else f"{row}\n")


def many_part(count: int) -> str:
    """Plan very many rows by a planner that is none, and return that part of the section."""
    plan = tripplan.plan("Denver, CO", "Vail, CO", vehicle="nissan-sakura", region=ATLAS)

    def found(_planner: Planner, _trip: Trip, _vehicle: Vehicle) -> Plan:
        return plan

    rows = []
    statuses: dict[str, int] = {}
    marks = {count // 100, count // 10, count // 2, count}
    with tempfile.TemporaryDirectory() as scratch, patch.object(Planner, "plan", found):
        trips = Path(scratch) / "trips.jsonl"
        write_many(trips, count)
        begin_s = time.monotonic()
        for outcome in plan_each(trips, journal=Path(scratch) / "journal"):
            statuses[outcome.status] = statuses.get(outcome.status, 0) + 1
            if outcome.index + 1 in marks:
                held_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_GB
                seconds = time.monotonic() - begin_s
                rows.append((f"{outcome.index + 1:,}", figure(seconds), f"{held_gb:.3f}"))
    said = ", ".join(f"{number:,} {status}" for status, number in sorted(statuses.items()))
    return f"""\
A file of {count:,} rows, every tenth of them wrong, with a planner that has one plan for every
trip, in one process with a journal ({said}):

{table(("rows", "s", "most memory so far, GB"), rows)}
"""


def make(kills: int, rows: int) -> str:
    """Measure both, and return the section."""
    if not Path("/proc/self/stat").exists():
        raise AbsentError("workers are found by /proc, which is not on this machine")
    head = "## Batches that are killed, and long ones\n"
    return "\n".join([head, kills_part(kills), many_part(rows)])


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    return section("batch_deaths", lambda: make(options.kills, options.rows))


if __name__ == "__main__":
    sys.exit(main())
