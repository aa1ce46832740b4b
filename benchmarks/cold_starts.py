"""From cold: first plans, the command and its first minute, in an old build and this one by turns.

    python benchmarks/cold_starts.py [--old FOLDER] [--rounds 3] [--join]

The old build is a checkout of commit 7f29307, named by --old or TRIPPLAN_OLD; without it, this
build's times stand alone.  Each task runs in processes of their own, old and new by turns.  What
was measured is kept in results/cold_starts.json, from which --join writes the section.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import SECTIONS, SHARED, AbsentError, figure, section, shared, table
from start import TRIP, cpu_s

HERE = Path(__file__).resolve().parents[1]
PROBE = HERE / "benchmarks" / "build_probe.py"
KEPT = SECTIONS / "cold_starts.json"
OLD_COMMIT = "7f29307"
OLD_TRIP = tuple(word for word in TRIP if word not in {"--region", "starter-illustrative"})
"""The old build has the made-up chargers alone, as its only atlas."""
SINGLE = ("pairs_of_two_cars", "first_minute")
"""Tasks that are long, or of which the figures are counts and medians of many: run once."""
Times = dict[str, list[float]]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    key: str
    """Of what a task told."""
    text: str
    unit: str
    goal: float | None = None
    """So many times less than the old build."""
    most: float | None = None
    """Or at most this much."""


ROWS = (
    Row("Munich - Milan", "new temperature, Munich - Milan", "s", goal=20.0),
    Row("Paris - Berlin", "new temperature, Paris - Berlin", "s", goal=6.0),
    Row("Naples - Oslo", "new temperature, Naples - Oslo", "s", goal=5.0),
    Row("Lisbon - Warsaw", "new temperature, Lisbon - Warsaw", "s", goal=5.0),
    Row("first plan of a process", "first plan of a process, Munich - Milan", "s", goal=7.0),
    Row("g_col", "new temperature, streets of Colorado", "s", goal=2.5),
    Row("command", "command on the atlas, whole process with its map", "s", goal=2.0),
    Row("car 1: search", "new pair across Europe, metrics ready: search, Tesla", "s", most=0.070),
    Row("car 2: search", "the same, Zoe", "s", most=0.070),
    Row("car 1: peak", "memory, Europe with one car", "GB"),
    Row("car 2: peak", "memory, Europe with two cars", "GB", goal=2.0),
    Row("compiling", "first plan of all, nothing compiled", "s", most=15.0),
    Row("compilations", "compilations in it", ""),
    Row("functions", "functions compiled in it", ""),
)


def told_by(task: str, build: Path) -> dict[str, float]:
    """Run a task of the probe in a process of its own with a build's package and benchmarks.

    Raises
    ------
    AbsentError
        It failed there.
    """
    env = {
        **os.environ,
        "PYTHONPATH": f"{build / 'src'}{os.pathsep}{build / 'benchmarks'}",
        "TRIPPLAN_SHARED": str(SHARED),
    }
    command = [sys.executable, "-P", str(PROBE), task]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise AbsentError(f"{task}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


COUNTED = """
import json, resource, runpy, sys
from numba.core import event

class Count(event.Listener):
    names = []
    def on_start(self, happened):
        made = happened.data["dispatcher"].py_func
        self.names.append(f"{made.__module__}.{made.__qualname__}")
    def on_end(self, happened):
        pass

with event.install_listener("numba:compile", Count()):
    try:
        runpy.run_module("tripplan", run_name="__main__")
    except SystemExit as ended:
        assert not ended.code, ended.code
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "compiling": used.ru_utime + used.ru_stime,
    "compilations": len(Count.names),
    "functions": len(set(Count.names)),
}))
"""
"""The command, with numba's own account of what it compiles."""


def first_minute(build: Path) -> dict[str, float]:
    """Run the command with a copy of the package beside which no machine code is kept."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "tripplan"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(build / "src" / "tripplan", package, ignore=ignored)
        env = {**os.environ, "PYTHONPATH": folder, "NUMBA_CACHE_DIR": str(Path(folder, "code"))}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-c", COUNTED, "plan", *trip_of(build)]
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def trip_of(build: Path) -> tuple[str, ...]:
    """Return what a build's command is asked."""
    return TRIP if build == HERE else OLD_TRIP


def command_of(build: Path) -> dict[str, float]:
    """Run the command that plans a trip on the atlas and draws its map."""
    with tempfile.TemporaryDirectory() as folder:
        page = ("-o", str(Path(folder, "map.html")))
        return {"command": cpu_s(("-m", "tripplan", "plan", *trip_of(build), *page), build)}


def run(task: str, build: Path) -> dict[str, float]:
    """Run any task once."""
    own = {"command": command_of, "first_minute": first_minute}
    return own[task](build) if task in own else told_by(task, build)


TASKS = ("command", "first_plans", "colorado_first", *SINGLE)


def measured(builds: dict[str, Path], rounds: int) -> dict[str, Times]:
    """Run all tasks by turns: what each build took, by row; kept after each task."""
    found: dict[str, Times] = {name: {} for name in builds}
    for task in TASKS:
        for number in range(1 if task in SINGLE else rounds + 1):
            for name, build in builds.items():
                print(task, number, name, file=sys.stderr, flush=True)
                told = run(task, build)
                if number or task in SINGLE:  # the first round builds regions and compiles
                    for key, value in told.items():
                        found[name].setdefault(key, []).append(value)
        KEPT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return found


def ratio_of(row: Row, kept: dict[str, Times]) -> float | None:
    """How many times less this build takes than the old one; None: that was not measured."""
    old, new = (kept.get(name, {}).get(row.key) for name in ("old", "new"))
    if not old or not new:
        return None
    return statistics.median(old) / statistics.median(new)


def reached(row: Row, kept: dict[str, Times]) -> bool | None:
    """Whether a goal is reached; None where there is none, or nothing to tell by."""
    new, less = kept["new"].get(row.key), ratio_of(row, kept)
    if row.most is not None and new:
        return statistics.median(new) <= row.most
    if row.goal is not None and less is not None:
        return less >= row.goal
    return None


def goal_of(row: Row) -> str:
    """Return the goal in words."""
    if row.most is not None:
        return f"at most {figure(row.most)} {row.unit}"
    return "-" if row.goal is None else f"{row.goal:g} times less"


def rows_of(kept: dict[str, Times]) -> list[list[str]]:
    """Return the rows of the table."""
    rows = []
    for row in ROWS:
        cells = []
        for name in ("old", "new"):
            values = kept.get(name, {}).get(row.key)
            cells.append(
                f"{figure(statistics.median(values))} {row.unit}".strip() if values else "-"
            )
        less, good = ratio_of(row, kept), reached(row, kept)
        told = {True: "yes", False: "**no**", None: "-"}[good]
        rows.append([row.text, *cells, "-" if less is None else figure(less), goal_of(row), told])
    return rows


HEAD = ("row", f"build {OLD_COMMIT}", "this build", "times less", "goal", "reached")

PAGE = """\
## From cold, against build {commit}

Both builds by turns in one run, each in processes of its own; CPU times, medians of {rounds}
processes each (pairs, memory and compiling: of one). On the main roads of Europe with the European
Superchargers: whole plans in a Tesla Model 3 LR, each at a temperature that nothing was made for;
the planner has read the region and contracted it, and its machine code is loaded. *First plan of a
process* contracts too; the region is read before the clock. Streets of Colorado: g_col, 2,000
chargers, Nissan LEAF 30, the median of three pairs 180 to 230 km apart. New pairs: {counted} random
ones over 800 km apart after {earlier} others, which left rows of drives; then the same with a
Renault Zoe in the same process, the most memory of which is told. The command plans Denver - Grand
Junction in a Nissan Sakura on the atlas with its made-up chargers. Plans are not the same in both
builds: the models of cars, cold and charging have changed, and more is told of a plan.

{rows}

{reasons}
"""


def page(kept: dict[str, Times]) -> str:
    """Write the section from what was measured."""
    rounds = len(kept["new"].get("Munich - Milan", ()))
    lines = [
        f"- *{row.text}*: {REASONS[row.key]}"
        for row in ROWS
        if reached(row, kept) is False and row.key in REASONS
    ]
    reasons = "What is not reached, and why:\n\n" + "\n".join(lines) if lines else ""
    return PAGE.format(
        commit=OLD_COMMIT,
        rounds=rounds,
        counted=25,
        earlier=15,
        rows=table(HEAD, rows_of(kept)),
        reasons=reasons,
    )


REASONS: dict[str, str] = {
    "Naples - Oslo": "at 7 °C the plan takes 1 % longer than the first part of the region allows, "
    "so that a second, wider one is cut and priced; where one serves, at 20 °C, it is 1.4 s",
    "Lisbon - Warsaw": "the trip may need most of the region, which is priced and customised whole",
    "first plan of a process": "contracting takes 0.17 s of it and the plan 0.11; "
    "the rest happens once a process, such as loading machine code",
    "command": "importing libraries takes 0.5 s of it; what the rest is was not profiled",
    "car 1: search": "roads of the chain at 46 rates are a quarter of it, "
    "sweeps from the ends and for rows that are missing another",
    "car 2: search": "the same",
    "car 2: peak": "a set of roads for one car in one kind of weather takes 1.2 GB, half of it "
    "four metrics, and one pair cannot be driven by the Zoe, for which slower speeds are tried, "
    "each on a set of its own (measured before these were kept one at a time only)",
    "compiling": "there are more compiled functions than before",
}
"""Why a goal is not reached, by row, as profiles have shown."""


def builds_of(old: Path | None) -> dict[str, Path]:
    """Return the builds that are there, the old one first."""
    if old is None or not (old / "src" / "tripplan").is_dir():
        return {"new": HERE}
    return {"old": old.resolve(), "new": HERE}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path, default=os.environ.get("TRIPPLAN_OLD"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--join", action="store_true")
    options = parser.parse_args(arguments)

    def made() -> str:
        if not options.join:
            shared("highways")
            old = None if options.old is None else Path(options.old)
            measured(builds_of(old), options.rounds)
        return page(json.loads(KEPT.read_text("utf-8")))

    return section("cold_starts", made)


if __name__ == "__main__":
    sys.exit(main())
