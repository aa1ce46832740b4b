"""Batches as processes of their own, with clock, CPU time and memory of all that belong to them.

With a region and a file of trips as arguments, it plans these in a plain loop over `plan`.
"""

import csv
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import tripplan
from measure import AbsentError
from places import random_trips
from tripplan.errors import TripplanError
from tripplan.records.region import Region

COMMAND = (sys.executable, "-m", "tripplan", "batch")
SAMPLE_S = 0.5
_KB_PER_MB = 1000.0
_HZ = os.sysconf("SC_CLK_TCK")


def write_trips(path: Path, region: Region, cars: Sequence[str], count: int, seed: int) -> None:
    """Write random trips between nodes of a region, with the cars by turns."""
    trips = islice(random_trips(region.network, seed), count)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("origin", "destination", "vehicle"))
        for k, trip in enumerate(trips):
            ends = (f"{end.lat:.6f},{end.lon:.6f}" for end in (trip.origin, trip.destination))
            rows.writerow((*ends, cars[k % len(cars)]))


def loop(region: str, path: Path) -> None:
    """Plan trips one by one, as a script without batches would."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                tripplan.plan(
                    row["origin"], row["destination"], vehicle=row["vehicle"], region=region
                )
            except TripplanError:
                continue


def children(pid: int) -> list[int]:
    """Return the processes that one has started and that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text("ascii", "replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        if parent == pid:
            found.append(int(path.parent.name))
    return found


def workers_of(pid: int) -> list[int]:
    """Return the worker processes of a batch."""
    found = []
    for child in children(pid):
        try:
            words = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in words:
            found.append(child)
    return found


def pss_mb(pid: int) -> float:
    """Memory of a process, with pages that several share divided among them [MB]."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / _KB_PER_MB if found else 0.0


def cpu_s(pid: int) -> float:
    """CPU time of a process so far [s]."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _HZ


@dataclass
class Used:
    """What a run has used."""

    clock_s: float = 0.0
    cpu_by_process_s: dict[int, float] = field(default_factory=dict)
    pss_by_process_mb: dict[int, float] = field(default_factory=dict)
    """The most that each process was seen to hold."""

    @property
    def cpu_s(self) -> float:
        """CPU time of all processes [s], but for the last half second of each."""
        return sum(self.cpu_by_process_s.values())

    def sample(self, main: int, others: Sequence[int]) -> None:
        """Look at all processes once."""
        for pid in (main, *workers_of(main), *others):
            self.cpu_by_process_s[pid] = max(cpu_s(pid), self.cpu_by_process_s.get(pid, 0.0))
            self.pss_by_process_mb[pid] = max(pss_mb(pid), self.pss_by_process_mb.get(pid, 0.0))


def measured(command: Sequence[str], others: Sequence[int] = ()) -> Used:
    """Run a batch to its end, and watch it and these other processes."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise AbsentError("memory is read from /proc, which is not on this machine")
    used, before = Used(), {pid: cpu_s(pid) for pid in others}
    begin = time.monotonic()
    with subprocess.Popen(command) as process:  # noqa: S603
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(SAMPLE_S):
                used.sample(process.pid, others)

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        used.clock_s = time.monotonic() - begin
        ended.set()
        watcher.join()
    if code:
        raise SystemExit(f"{' '.join(command)}: ended with {code}")
    for pid, seconds in before.items():
        used.cpu_by_process_s[pid] -= seconds
    return used


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster on this machine."""

    address: str
    workers: tuple[subprocess.Popen[str], ...]


@contextmanager
def dask(count: int) -> Iterator[Cluster]:
    """Run a scheduler and workers of one thread each, as processes on loopback."""
    place = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:
        scheduler = _started(stack, "dask_scheduler", *place, "--port", "0")
        address = _said(scheduler, r"Scheduler at:\s+(tcp://\S+)")
        alone = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", *place)
        workers = [_started(stack, "dask_worker", address, *alone) for _ in range(count)]
        for worker in workers:
            _said(worker, r"(Registered to)")
        yield Cluster(address, tuple(workers))


def _started(stack: ExitStack, name: str, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"distributed.cli.{name}", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def _said(process: subprocess.Popen[str], pattern: str) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(pattern, line)
        if found:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[1]
    raise AbsentError("distributed (Dask) is not installed")


if __name__ == "__main__":
    loop(sys.argv[1], Path(sys.argv[2]))
