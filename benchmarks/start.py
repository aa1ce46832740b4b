"""A process from its start to its end: one plan on the starter atlas with its map.

    python benchmarks/start.py [--against FOLDER] [--rounds N]

Each run is a process of its own, whose CPU time and that of its children is taken; machine code is
kept from a run before.  Beside the command stands a process that does nothing but import the
outside libraries that every plan needs, which no command can beat.  With --against the same
command runs from another checkout, by turns, and nothing is written.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import figure, machine, section, table

HERE = Path(__file__).resolve().parents[1]
ROUNDS = 9
TRIP = (
    "Denver, CO", "Grand Junction, CO", "--vehicle", "nissan-sakura", "--departure-soc", "90%",
    "--region", "starter-illustrative")  # fmt: skip
LIBRARIES = "import numpy, pydantic, typer, rich.console, numba, shapely"


def cpu_s(command: Sequence[str], source: Path) -> float:
    """Run a process with a checkout's package, and return its CPU time [s]."""
    before = os.times()
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(  # noqa: S603
        [sys.executable, *command],
        env={**plain, "PYTHONPATH": str(source / "src")},
        check=True,
        capture_output=True,
    )
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


def measured(sources: Sequence[Path], rounds: int) -> dict[str, list[float]]:
    """Run everything by turns; the times of each [s]."""
    found: dict[str, list[float]] = {"libraries": []}
    with tempfile.TemporaryDirectory() as folder:
        page = ("-o", str(Path(folder, "map.html")))
        commands = {
            "plan, with its map": ("-m", "tripplan", "plan", *TRIP, *page),
            "plan": ("-m", "tripplan", "plan", *TRIP),
            "help": ("-m", "tripplan", "plan", "--help"),
        }
        for source in sources:
            cpu_s(commands["plan, with its map"], source)
        for _ in range(rounds):
            found["libraries"].append(cpu_s(("-c", LIBRARIES), sources[0]))
            for name, command in commands.items():
                for source in sources:
                    found.setdefault(f"{name}@{source}", []).append(cpu_s(command, source))
    return found


PAGE = """\
## A process from its start

CPU time of a whole process, medians of {rounds} runs by turns, machine code kept from before: a
plan from Denver to Grand Junction in a Nissan Sakura on the starter atlas with its made-up
chargers. *Importing libraries* is
a process that imports numpy, pydantic, typer, rich, numba and shapely, and ends. {machine}

{cases}
"""


def page(rounds: int) -> str:
    """Measure, and write the section."""
    times = {name: statistics.median(all_s) for name, all_s in measured([HERE], rounds).items()}
    floor = times.pop("libraries")
    rows = [["importing libraries", figure(floor), "1.00"]]
    rows += [[name.split("@")[0], figure(s), figure(s / floor)] for name, s in times.items()]
    head = ("process", "CPU s", "importing libraries = 1")
    return PAGE.format(rounds=rounds, machine=machine(), cases=table(head, rows))


def compared(other: Path, rounds: int) -> str:
    """Return the same for two checkouts, with their ratios."""
    times = measured([HERE, other], rounds)
    rows = []
    for name in ("plan, with its map", "plan", "help"):
        here, there = times[f"{name}@{HERE}"], times[f"{name}@{other}"]
        ratios = [a / b for a, b in zip(here, there, strict=True)]
        rows.append(
            [
                name,
                figure(statistics.median(here)),
                figure(statistics.median(there)),
                figure(statistics.median(ratios)),
                f"{figure(min(ratios))} to {figure(max(ratios))}",
            ]
        )
    return table(("process", "here, CPU s", "there, CPU s", "here / there", "range"), rows)


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.against is not None:
        print(compared(options.against.resolve(), options.rounds))
        return 0
    return section("start", lambda: page(options.rounds))


if __name__ == "__main__":
    sys.exit(main())
