"""A batch with real processes that are killed while they plan: on this machine and on Dask.

Every run is compared with an undisturbed one in this process: the table and each plan, byte
by byte.
"""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.samples.starter import ILLUSTRATIVE
from tripplan.cli.main import app

pytestmark = pytest.mark.slow

ROWS = 40
PATIENCE_S = 600.0
TABLE = "results.csv"
ATLAS = ("--region", ILLUSTRATIVE)


def trips() -> list[dict[str, Any]]:
    """Rows of two cars at two temperatures, by turns; every fifth one is wrong."""
    towns = ("Vail, CO", "Frisco, CO", "Grand Junction, CO", "Glenwood Springs, CO")
    return [
        {
            "origin": "Denver, CO",
            "destination": "Nowhere, CO" if k % 5 == 4 else towns[k % 4],
            "vehicle": ("nissan-sakura", "nissan-leaf-40")[k % 2],
            "ambient_c": (0, 20)[k // 2 % 2],
            "departure_soc": round(0.5 + k / 150, 3),
        }
        for k in range(ROWS)
    ]


@pytest.fixture(scope="module", name="asked")
def fixture_asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("batch") / "trips.csv"
    rows = trips()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module", name="undisturbed")
def fixture_undisturbed(asked: Path) -> dict[str, bytes]:
    out = asked.parent / "undisturbed"
    words = ["batch", str(asked), *ATLAS, "-o", str(out), "-w", "1", "--quiet"]
    assert CliRunner().invoke(app, words).exit_code == 0
    found = written(out)
    assert found[TABLE].count(b"\n") == ROWS + 1
    kinds = [found[TABLE].count(f",{kind},".encode()) for kind in ("ok", "no plan", "invalid")]
    assert kinds[0] == len(found) - 1 > ROWS // 2
    assert kinds[2] == ROWS // 5
    return found


def written(out: Path) -> dict[str, bytes]:
    """Return what a batch has written, but its page and its journal."""
    files = [out / TABLE, *(out / "plans").iterdir()]
    return {file.name: file.read_bytes() for file in files}


STARTED: list[subprocess.Popen[bytes]] = []


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """End what a test that failed has left running."""
    yield
    while STARTED:
        process = STARTED.pop()
        process.kill()
        process.wait()


def started(asked: Path, out: Path, *words: str) -> subprocess.Popen[bytes]:
    where = (str(asked), *ATLAS, "-o", str(out))
    command = [sys.executable, "-m", "tripplan", "batch", *where, "--quiet"]
    STARTED.append(subprocess.Popen([*command, *words]))
    return STARTED[-1]


def lines(out: Path) -> int:
    """Return how many rows a journal has."""
    journal = out / "journal.jsonl"
    return journal.read_bytes().count(b"\n") - 1 if journal.exists() else 0


def wait_until(reached: Callable[[], object]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < end_s, "nothing happened"
        time.sleep(0.005)


def killed_at(process: subprocess.Popen[bytes], out: Path, row: int) -> None:
    """Kill a batch as soon as so many rows are in its journal."""
    wait_until(lambda: process.poll() is not None or lines(out) >= row)
    process.kill()
    assert process.wait() == -signal.SIGKILL


def children(pid: int) -> list[int]:
    """Return the processes that one has started to work for it."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            words = (status.parent / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if parent == pid and b"spawn_main" in words:
            found.append(int(status.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds workers by /proc")
def test_kills_of_the_batch_and_of_its_workers_change_nothing(
    asked: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    rng = np.random.default_rng(7)
    killed_at(started(asked, tmp_path, "-w", "2"), tmp_path, int(rng.integers(1, 12)))
    before = lines(tmp_path)
    assert 0 < before < ROWS
    killed_at(started(asked, tmp_path, "-w", "1", "--resume"), tmp_path, before + 1)
    before = lines(tmp_path)
    assert before < ROWS
    last = started(asked, tmp_path, "-w", "2", "--resume")
    wait_until(lambda: last.poll() is not None or lines(tmp_path) > before)
    os.kill(int(rng.choice(children(last.pid))), signal.SIGKILL)
    assert last.wait(PATIENCE_S) == 0
    assert written(tmp_path) == undisturbed
    entries = [json.loads(x) for x in (tmp_path / "journal.jsonl").read_bytes().splitlines()]
    assert sorted(e["index"] for e in entries if "index" in e) == list(range(ROWS))


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of Dask while a test needs it."""
    command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str], pattern: str) -> str:
    """Return what a program says on its error output."""
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(pattern, line)
        if found:
            return found[1]
    raise AssertionError(f"{process.args!r} ended without {pattern}")


def test_dask_gives_the_same_rows_though_a_worker_is_killed(
    asked: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    place = ("--host", "127.0.0.1", "--no-dashboard")
    with running("dask_scheduler", *place, "--port", "0") as scheduler:
        address = said(scheduler, r"Scheduler at:\s+(tcp://\S+)")
        alone = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", *place)
        with (
            running("dask_worker", address, *alone) as one,
            running("dask_worker", address, *alone) as other,
        ):
            for worker in (one, other):
                said(worker, r"(Registered to)")
            batch = started(asked, tmp_path, "--scheduler", address)
            wait_until(lambda: batch.poll() is not None or lines(tmp_path) > 0)
            assert lines(tmp_path) < ROWS
            one.kill()
            assert batch.wait(PATIENCE_S) == 0
    assert written(tmp_path) == undisturbed
