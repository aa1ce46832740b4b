"""Kill writers at random moments, and see that what they leave is whole.

    python tools/kill_writers.py --kills 500 --seed 1

`region build`, `batch` with a journal, `study`, `calibrate -o` and `plan -o` write the same things
again and again, each in a process of its own that is killed (SIGKILL) at a moment drawn at random.
After each kill the file or the folder must be there whole, as before or as new.  Ends with 1 if
anything else is found.  What the killed leave beside it is counted: the next writer of a region
sweeps it, the next writer of a file an hour later.
"""

import argparse
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

WRITERS = {
    "region build": """
from tests.samples.worlds import hilly_region
from tripplan.sources.store import save_region
regions = [hilly_region(1), hilly_region(2)]
work = lambda n: save_region(regions[n % 2], "out/region")
""",
    "plan": """
from tests.samples.plan import sample_plan
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.output.files.export import write_json
plans = [sample_plan(), visits_plan()]
work = lambda n: write_json(plans[n % 2], "out/plan.json")
""",
    "calibrate": """
from tests.samples.worlds import car
from tripplan.records.vehicle_file import save_vehicle
work = lambda n: save_vehicle(car(), "out/car.toml", heading="x" * (n % 2 * 100_000))
""",
    "batch": """
from pathlib import Path
from tripplan.batch.journal import Journal
from tripplan.batch.outcome import Outcome
from tripplan.records.settings import Settings
def work(n):
    with Journal("out/journal.jsonl", "made-up", Settings(), resume=True) as journal:
        if journal.count > 200:
            journal.finish(journal.count)
            return Path("out/journal.jsonl").unlink()
        for index in range(journal.count, journal.count + 7):
            found = Outcome(index=index, status="invalid", reason="no " * 20)
            journal.add([(found, "0" * 16)])
""",
    "study": """
from tests.samples.study import sample_study
from tripplan.batch import parquet
from tripplan.records.atomic import write_text_atomically
rows = [{"trip": "a" * 50, "time_s": float(k)} for k in range(3000)]
def work(n):
    parquet.write("out/results.parquet", rows, {"trip": str, "time_s": float})
    write_text_atomically("out/study.html", "<html>" + "x" * 500_000 + "</html>")
""",
}
"""What each does once, in round n."""
_CHECK = """
import sys
from pathlib import Path
from tripplan.batch.journal import Journal
from tripplan.output.files.export import read_json
from tripplan.records.settings import Settings
from tripplan.records.vehicle import load_vehicle
from tripplan.sources.store import load_region
def journal(path):
    with Journal(path, "made-up", Settings(), resume=True) as book:
        assert all(book.has(k) and book.outcome(k).index == k for k in range(book.count))
def parquet(path):
    import pyarrow.parquet as pq
    assert pq.read_table(path).num_rows == 3000
def page(path):
    assert Path(path).read_text().endswith("</html>")
checks = {
    "region": lambda path: load_region(path, verify=True), "plan.json": read_json,
    "car.toml": load_vehicle, "journal.jsonl": journal, "results.parquet": parquet,
    "study.html": page,
}
may_be_gone = {"journal.jsonl"}
for line in sys.stdin:
    folder, *names = line.split()
    try:
        for name in names:
            path = Path(folder) / name
            if path.exists() or name not in may_be_gone:
                checks[name](path)
        print("whole", flush=True)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}".replace(chr(10), " "), flush=True)
"""
_FILES = {
    "region build": ("region",),
    "plan": ("plan.json",),
    "calibrate": ("car.toml",),
    "batch": ("journal.jsonl",),
    "study": ("results.parquet", "study.html"),
}


def killed(work: Callable[[int], object], folder: Path, pause_s: float) -> str:
    """Start a writer, let it work for a while, kill it; return what it said if it failed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _write_on(work, folder, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        ready = told.readline()
        if ready == "ready\n":
            time.sleep(pause_s)
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "" if ready == "ready\n" else ready + told.read()


def _write_on(work: Callable[[int], object], folder: Path, writing: int) -> NoReturn:
    """Write again and again, in a process of one's own."""
    try:
        os.chdir(folder)
        work(0)
        os.write(writing, b"ready\n")
        for number in itertools.count(1):
            work(number)
    except BaseException as error:  # noqa: BLE001 - told to the process that waits
        os.write(writing, f"{type(error).__name__}: {error}".encode())
    os._exit(1)


def _paths() -> list[str]:
    root = Path(__file__).resolve().parents[1]
    return [str(root / "src"), str(root)]


def main() -> int:
    """Kill, look, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(WRITERS))
    asked = parser.parse_args()
    sys.path[:0] = _paths()
    chance = random.Random(asked.seed)  # noqa: S311 - not for secrets
    found: Counter[tuple[str, str]] = Counter()
    checker = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", _CHECK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_paths())},
    )
    assert checker.stdin
    assert checker.stdout
    with tempfile.TemporaryDirectory() as work:
        names = [asked.only] if asked.only else list(WRITERS)
        works = {}
        for name in names:
            script: dict[str, Any] = {}
            exec(WRITERS[name], script)  # noqa: S102 - this file's own
            works[name] = script["work"]
            (Path(work) / name.replace(" ", "-") / "out").mkdir(parents=True)
        for number in range(asked.kills):
            name = names[number % len(names)]
            folder = Path(work) / name.replace(" ", "-")
            fault = killed(works[name], folder, chance.uniform(0.0, 0.1))
            if not fault:
                checker.stdin.write(" ".join([str(folder / "out"), *_FILES[name]]) + "\n")
                checker.stdin.flush()
                fault = checker.stdout.readline().strip()
            found[name, fault] += 1
        left = len(list(Path(work).rglob(".*.part")))
        regions = len(list(Path(work).glob("region-build/out/region/data-*")))
    checker.stdin.close()
    checker.wait()
    for (name, what), times in sorted(found.items()):
        print(f"{name}: {times} x {what}")
    print(f"left by the killed: {left} temporary files, {max(regions - 1, 0)} folders of regions")
    return int(any(what != "whole" for _, what in found))


if __name__ == "__main__":
    sys.exit(main())
