"""What fastest roads alone would cost: hops over them against this project's choice, heat off.

    python benchmarks/hops.py [--pairs 50]

Most planners drive each hop between chargers over the fastest roads at the usual speed.  Here both
plan the same trips in the same car over the same chargers with the same charging curve: the loser
searches, exactly, over a table of drives that holds for each pair of stops the fastest one alone.
In between stands a search over roads that trade time for energy, at the usual speed.
"""

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from measure import (
    Solved,
    Watch,
    figure,
    made_ready,
    mean,
    p95,
    percent,
    section,
    several,
    table,
    watched,
)
from places import alps, car, colorado, random_trips, with_chargers
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.routing.customization import CustomizedHierarchy, Metric
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import optimistic_rests, scope_of
from tripplan.search.label_setting import search
from tripplan.search.pool import RealDrives

CAR = "hyundai-ioniq-28"
CASES = ((500, 30.0), (120, 24.0), (100, 24.0))
"""Chargers, and the size of the battery [kWh]."""
BUDGET_S = 30.0
"""CPU time for the trips of one case, where there are more than it allows for."""
LEAST_KM = 200.0


class FastestOnly(CustomizedHierarchy):
    """Roads at usual speed, of which drives take the fastest."""

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The fastest roads alone."""
        return self.metrics_at([0.0])


@dataclass(frozen=True)
class Pair:
    """One trip in all three ways; infinite where a way finds no plan [s]."""

    ours_s: float
    gap: float
    """Of ours, to the bound for all roads and speeds."""
    usual_s: float
    """Any roads, usual speed."""
    fastest_s: float
    """Fastest roads, usual speed."""


def alps_with(chargers: int) -> Region:
    """Return the highways of the Alps with chargers at random nodes."""
    roads = alps()
    return with_chargers("alps", roads.network, roads.order, chargers, seed=7)


REGIONS: dict[str, Callable[[int], Region]] = {"alps": alps_with, "g_col": colorado}


@dataclass(frozen=True)
class Case:
    """Trips over so many chargers with a battery of so many kWh."""

    region: str
    chargers: int
    kwh: float
    pairs: list[Pair]


def at_usual_speed(
    customized: CustomizedHierarchy, *, fastest: bool, full_kwh: float | None = None
) -> CustomizedHierarchy:
    """Return the same roads at their usual speed alone, with all kinds of drives or the fastest.

    Parameters
    ----------
    customized
        The roads.
    fastest
        Whether to leave out all but the fastest drives.
    full_kwh
        Another size of the battery, above the reserve.
    """
    make = FastestOnly if fastest else CustomizedHierarchy
    return make(
        customized.hierarchy,
        customized.values[:1],
        customized.open_roads,
        customized.height_kwh,
        full_kwh or customized.full_kwh,
        customized.best_kw,
    )


def best_s(solved: Solved, rows: ManyToMany, settings: Settings) -> float:
    """Search over a table of real drives alone: the quickest plan over them [s]."""
    problem = solved.problem
    bounds = optimistic_rests(problem, rows)
    scope = scope_of(problem, rows, bounds, math.inf)
    for factor in (1.1, 1.5, math.inf):  # a ceiling keeps the tables small
        ceiling_s = factor * solved.solution.time_s
        pool = RealDrives(problem, rows, replace(scope, ceiling_s=ceiling_s))
        found = search(problem, pool, bounds, settings, ceiling_s=ceiling_s)
        if found.chain:
            return found.time_s
    return math.inf


def measured(watch: Watch, region: str, case: tuple[int, float], pairs: int) -> Case:
    """Plan random trips in all three ways."""
    chargers, kwh = case
    settings = Settings(heat=False)
    planner = Planner(REGIONS[region](chargers), settings)
    vehicle = car(CAR, usable_kwh=kwh)
    trips = random_trips(planner.region.network, seed=21, least_km=LEAST_KM)
    rows = made_ready(planner, next(trips), vehicle).rows
    usual = ManyToMany(at_usual_speed(rows.customized, fastest=False), rows.stop_node)
    fastest = ManyToMany(at_usual_speed(rows.customized, fastest=True), rows.stop_node)
    found: list[Pair] = []
    for run in several(planner, watch, trips, vehicle, pairs, BUDGET_S):
        times = (best_s(run.solved, store, settings) for store in (usual, fastest))
        found.append(Pair(run.solved.solution.time_s, run.plan.certificate.gap, *times))
    return Case(region, chargers, kwh, found)


def row(case: Case) -> list[object]:
    """Return the row of a case."""
    cells: list[object] = [
        f"{case.region}: {case.chargers} chargers, {case.kwh:g} kWh",
        len(case.pairs),
    ]
    for way in ("usual_s", "fastest_s"):
        times = [getattr(pair, way) for pair in case.pairs]
        lost = [
            time_s / pair.ours_s - 1.0
            for time_s, pair in zip(times, case.pairs, strict=True)
            if math.isfinite(time_s)
        ]
        cells += [
            f"{100.0 * mean(lost):.2f}",
            f"{100.0 * p95(lost):.2f}",
            f"{100.0 * float(np.max(lost)):.2f}",
            sum(not math.isfinite(time_s) for time_s in times),
        ]
    gaps = [pair.gap for pair in case.pairs]
    return [*cells, percent(mean(gaps)), figure(min(p.fastest_s - p.ours_s for p in case.pairs))]


HEAD = (
    "case",
    "trips",
    "any roads, usual speed: loss %, mean",
    "p95",
    "max",
    "no plan",
    "fastest roads, usual speed: loss %, mean",
    "p95",
    "max",
    "no plan",
    "gap of ours, mean",
    "least loss, s",
)

PAGE = """\
## Fastest roads alone against roads and speeds that are chosen

Random trips at least {least:.0f} km apart that need stops, over chargers at random nodes: on the
highways of the Alps with GLOBE heights, and on g_col, where only one road in ten is fast enough to
be driven more slowly. A {car} with another size of battery, 20 °C, battery heat off.
*Loss* is how much longer the best plan takes that drives every hop at the usual speed, over any of
four kinds of roads or over the fastest roads alone; both searched exactly over the same chargers.
*No plan* counts trips that this way cannot do at all (not part of the loss). *Least loss* would be
negative if the choice ever did worse than the fastest roads.

{cases}
"""


def page(pairs: int) -> str:
    """Measure all, and write the section."""
    with watched() as watch:
        cases = [measured(watch, region, case, pairs) for region in REGIONS for case in CASES]
    return PAGE.format(least=LEAST_KM, car=CAR, cases=table(HEAD, map(row, cases)))


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50)
    options = parser.parse_args()
    return section("hops", lambda: page(options.pairs))


if __name__ == "__main__":
    sys.exit(main())
