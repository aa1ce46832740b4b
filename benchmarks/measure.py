"""What all benchmarks share: clocks, medians, the one search inside a plan, pages of results.

Times are CPU times of the process, since the machine is shared: what others run on it makes them
longer by little, and clock times by much.  A search runs on one thread, so that on an idle machine
its clock time is the same; metrics and weightings are customised side by side, and told as the sum
of both.
Everything that a benchmark compares runs in one process, by turns.
"""

import math
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import TypeVar
from unittest.mock import patch

import numpy as np

from tripplan.errors import TripplanError
from tripplan.planning import planner as planner_module
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.problem import Problem
from tripplan.search.solve import Solution, solve
from tripplan.vehicle_model.conditioned import ConditionedVehicle

HERE = Path(__file__).resolve().parent
SECTIONS = HERE / "results"
_ROOT = Path(os.environ.get("TRIPPLAN_SHARED") or HERE.parents[1] / "shared")
SHARED = _ROOT / "data" if (_ROOT / "data").is_dir() else _ROOT
"""The folder of the shared data, named by TRIPPLAN_SHARED or beside the project."""
CACHE = HERE.parent / "cache" / "benchmarks"
"""Where orders and regions made from the shared data are kept between runs."""
KB_PER_GB = 1e6
MS = 1e3
Result = TypeVar("Result")


class AbsentError(Exception):
    """What a benchmark needs is not on this machine."""


def shared(name: str) -> Path:
    """Return a file of the shared data.

    Raises
    ------
    AbsentError
        It is not on this machine.
    """
    path = SHARED / name
    if not path.exists():
        raise AbsentError(f"{name} is not on this machine; TRIPPLAN_SHARED names its folder")
    return path


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Run, and take the CPU time [s]."""
    begin = time.process_time()
    answer = work()
    return time.process_time() - begin, answer


def repeated(work: Callable[[], object], rounds: int) -> float:
    """Median time of several runs [s]."""
    return statistics.median(timed(work)[0] for _ in range(rounds))


def median(values: Iterable[float]) -> float:
    """Return the median; not a number where there are no values."""
    found = list(values)
    return statistics.median(found) if found else math.nan


def p95(values: Iterable[float]) -> float:
    """Return the 95th percentile; not a number where there are no values."""
    found = list(values)
    return float(np.percentile(found, 95.0)) if found else math.nan


def mean(values: Iterable[float]) -> float:
    """Return the mean; not a number where there are no values."""
    found = list(values)
    return statistics.fmean(found) if found else math.nan


def peak_gb() -> float:
    """Most memory that this process has held so far [GB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_GB


def held_gb() -> float:
    """Memory that this process holds now [GB]."""
    status = Path("/proc/self/status")
    if not status.exists():
        return math.nan
    line = next(x for x in status.read_text("ascii").splitlines() if x.startswith("VmRSS"))
    return float(line.split()[1]) / KB_PER_GB


@dataclass(frozen=True)
class Solved:
    """One run of the search, with what it was asked."""

    problem: Problem
    rows: ManyToMany
    solution: Solution
    seconds: float


@dataclass
class Watch:
    """Keeps the latest search that planners run; all of them would hold too much memory."""

    latest: Solved | None = None

    @property
    def last(self) -> Solved:
        """The latest search."""
        assert self.latest is not None
        return self.latest


@contextmanager
def watched() -> Iterator[Watch]:
    """Take the time of the search alone inside `Planner.plan`, and keep what it was asked."""
    watch = Watch()

    def wrapped(problem: Problem, rows: ManyToMany, settings: Settings, **more: float) -> Solution:
        seconds, solution = timed(lambda: solve(problem, rows, settings, **more))
        watch.latest = Solved(problem, rows, solution, seconds)
        return solution

    with patch.object(planner_module, "solve", wrapped):
        yield watch


def rows_of(plans: Planner, kind: Trip, car: Vehicle) -> ManyToMany:
    """Return the drives that a planner keeps for a car under the conditions of a trip."""
    cache = plans._cache  # noqa: SLF001 - a plan would make the same
    node = cache.fitting(kind.chargers, car).node
    return cache.rows(kind, ConditionedVehicle.of(car, kind), node)


@dataclass(frozen=True)
class Run:
    """One trip planned once."""

    plan: Plan
    plan_s: float
    solved: Solved


def planned(planner: Planner, watch: Watch, trip: Trip, vehicle: Vehicle) -> Run | None:
    """Plan a trip; None where it cannot be done or needs no stop."""
    try:
        seconds, plan = timed(lambda: planner.plan(trip, vehicle))
    except TripplanError:
        return None
    return Run(plan, seconds, watch.last) if plan.stops else None


def several(
    plans: Planner,
    watch: Watch,
    trips: Iterator[Trip],
    vehicle: Vehicle,
    count: int,
    budget_s: float = math.inf,
) -> list[Run]:
    """Plan trips until so many of them needed stops, or this much CPU time is spent."""
    found: list[Run] = []
    end_s = time.process_time() + budget_s
    while len(found) < count and time.process_time() < end_s:
        run = planned(plans, watch, next(trips), vehicle)
        if run is not None:
            found.append(run)
    return found


def forget_sweeps(rows: ManyToMany) -> None:
    """Let go of the sweeps that are kept, so that the next one is worked out and timed."""
    rows._reached.clear()  # noqa: SLF001
    rows._ends.clear()  # noqa: SLF001


@dataclass(frozen=True)
class Phases:
    """Times to get ready for a car [s], in this order."""

    hierarchy_s: float
    prices_s: float
    metrics_s: float
    lanes_s: float
    parts_s: float
    """What the drives between these chargers share: the arcs that they need, close together."""
    rows: ManyToMany

    @property
    def customised_s(self) -> float:
        """All but the hierarchy: what a new car or new weather costs."""
        return self.prices_s + self.metrics_s + self.lanes_s + self.parts_s


def made_ready(plans: Planner, kind: Trip, car: Vehicle) -> Phases:
    """Make what a first plan of this car would make, and take the time of each part."""
    cache = plans._cache  # noqa: SLF001
    hierarchy_s, _ = timed(lambda: cache.hierarchy)
    prices_s, rows = timed(lambda: rows_of(plans, kind, car))
    metrics_s, _ = timed(lambda: rows.customized.metrics)
    lanes_s, _ = timed(lambda: rows.customized.scalarized)
    parts_s, _ = timed(rows.made_ready)
    return Phases(hierarchy_s, prices_s, metrics_s, lanes_s, parts_s, rows)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown; the first column on the left, the others on the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def ms(seconds: float) -> str:
    """Milliseconds with three digits."""
    return figure(seconds * MS)


def figure(value: float) -> str:
    """Return a number with about three digits."""
    if not math.isfinite(value):
        return "-"
    digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 6)}f}"


def percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{100.0 * share:.3f} %" if math.isfinite(share) else "-"


def machine() -> str:
    """One sentence on what was measured with."""
    names = ("numba", "numpy", "scipy", "networkx", "routingkit-cch", "frvcpy")
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"Two shared cores; Python {python_version()}, {', '.join(found)}."


def section(name: str, make: Callable[[], str]) -> int:
    """Write a section of the results; where something is absent, say so and leave it as it was.

    Returns
    -------
    int
        What the process ends with: 0, whether or not anything was absent.
    """
    try:
        text = make()
    except AbsentError as error:
        print(f"{name}: skipped: {error}", file=sys.stderr)
        return 0
    SECTIONS.mkdir(exist_ok=True)
    (SECTIONS / f"{name}.md").write_text(text.rstrip() + "\n", encoding="utf-8")
    print(text)
    return 0
