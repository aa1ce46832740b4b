"""Measure tripplan against the plain networkx planner of `grid`, and write RESULTS.md.

Both plan the same trips on the built-in atlas in one process, by turns, with battery heat off and
every road at its usual speed, so that they solve the same problem.  Only ratios of times are
written: seconds are the machine's.  tripplan's time is that of a whole `Planner.plan` (snapping,
search, itinerary, audit) after a first one in which the compiled code is loaded and the roads are
priced and drives between chargers found; the other's is that of `shortest_time_s`, which gets the
same drives for nothing.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import TypeVar

import grid
from tripplan import Plan, Planner, Settings, Trip, Vehicle, catalogue, load_starter
from tripplan.planning.requests import make_trip
from tripplan.planning.trip_ends import tied_places
from tripplan.planning.trip_problem import trip_problem
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.problem import Problem

TRIPS = (
    ("Denver, CO", "Grand Junction, CO"),
    ("San Francisco, CA", "Reno, NV"),
    ("Chicago, IL", "Indianapolis, IN"),
    ("Salt Lake City, UT", "Las Vegas, NV"),
    ("Atlanta, GA", "Washington, DC"),
    ("Chicago, IL", "New York City, NY"),
)
CARS = ("nissan-sakura", "nissan-leaf-40", "chevrolet-bolt-60")
OPTIONS = {"departure_soc": 0.9, "ambient_c": 20.0, "slow_down_to": 1.0}
ROUNDS = 5
Result = TypeVar("Result")
RESULTS = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True)
class Row:
    """One trip in one car, by both."""

    plan: Plan
    answer: grid.Answer
    ratio: float

    @property
    def difference_s(self) -> float:
        """How much longer the grid's plan takes."""
        return self.answer.time_s - self.plan.total_s

    @property
    def rounding_s(self) -> float:
        """What rounding to whole levels can cost.

        Each arrival loses less than a level, start and end as much again; a level takes no longer
        than at the lowest power of the plan's stops.
        """
        powers = [sample.power_kw for stop in self.plan.stops for sample in stop.samples]
        if not powers:
            return 0.0
        level_s = 0.01 * self.plan.capacity_kwh / min(powers) * 3600.0
        return (len(self.plan.legs) + 2) * level_s

    @property
    def agrees(self) -> bool:
        """Whether both found the same objective, up to the grid's rounding."""
        return -1e-3 <= self.difference_s <= self.rounding_s + 1e-3


def ask(planner: Planner, trip: Trip, vehicle: Vehicle) -> tuple[Problem, ManyToMany]:
    """Return what tripplan's own search starts from."""
    cache, car = planner._cache, planner._conditioned(trip, vehicle)  # noqa: SLF001
    tied = tied_places(trip, vehicle, cache, planner.settings)
    fitting = cache.fitting(trip.chargers, vehicle)
    problem = trip_problem(trip, car, (tied.numbers[0], tied.numbers[-1]), fitting, [])
    rows = cache.rows(trip, car, fitting.node)
    return problem, rows if tied.ends is None else cache.rows_at(trip, car, rows, tied.ends)


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Run, and take the time."""
    begin = time.perf_counter()
    answer = work()
    return time.perf_counter() - begin, answer


def measure(planner: Planner, trip: Trip, car: Vehicle) -> Row:
    """Plan one trip by turns."""
    problem, rows = ask(planner, trip, car)
    table = grid.table_of(problem, rows)
    plan = planner.plan(trip, car)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        seconds, plan = timed(lambda: planner.plan(trip, car))
        ours.append(seconds)
        seconds, answer = timed(lambda: grid.shortest_time_s(problem, table))
        theirs.append(seconds)
    return Row(plan, answer, statistics.median(theirs) / statistics.median(ours))


PAGE = """\
# Results of `make bench`

tripplan against a plain shortest path over (charger, SoC in steps of 1 %) with networkx; what that
is, and what it is given for nothing, stands at the top of [grid.py](grid.py). Battery heat off,
20 °C, departure with 90 %, roads at their usual speeds, drives between chargers known to both from
a first plan. Medians of {rounds} runs of each, by turns, in one process; Python
{python}, {libraries}.

**Ratio of planning times: median {median:.0f}, from {least:.1f} to {most:.0f}** (above 1: tripplan
is quicker, although its time includes the itinerary and its audit). Ratios vary from run to run
and from machine to machine; they grow with the length of the trip and the range of the car.

*Trip* is the time of the trip, which is what both minimise. The grid rounds energy down to whole
per cents on every arrival, so its plans take a little longer; *at most* is what that can cost, and
*agree* whether the two differ by no more.

| trip | car | km | stops | trip, min | grid, min | longer, s | at most | agree | states | ratio |
|---|---|--:|--:|--:|--:|--:|--:|---|--:|--:|
{table}
"""
ROW = (
    "| {trip} | {car} | {km:.0f} | {stops} | {ours:.1f} | {theirs:.1f} | {longer:.0f} | {room:.0f} "
    "| {agrees} | {states} | {ratio:.1f} |"
)


def line(row: Row) -> str:
    """Return one line of the table."""
    plan = row.plan
    return ROW.format(
        trip=f"{plan.trip.origin.label} - {plan.trip.destination.label}",
        car=plan.vehicle.id,
        km=plan.distance_km,
        stops=len(plan.stops),
        ours=plan.total_s / 60.0,
        theirs=row.answer.time_s / 60.0,
        longer=row.difference_s,
        room=row.rounding_s,
        agrees="yes" if row.agrees else "NO",
        states=row.answer.states,
        ratio=row.ratio,
    )


def written(rows: list[Row]) -> str:
    """Return the page of results."""
    ratios = [row.ratio for row in rows]
    return PAGE.format(
        rounds=ROUNDS,
        python=python_version(),
        libraries=", ".join(f"{name} {version(name)}" for name in ("numba", "networkx", "numpy")),
        median=statistics.median(ratios),
        least=min(ratios),
        most=max(ratios),
        table="\n".join(line(row) for row in rows),
    )


def main() -> int:
    """Measure all trips; fails where the two disagree by more than rounding explains."""
    region = load_starter("illustrative")
    planner = Planner(region, Settings(heat=False))
    rows = []
    for origin, destination in TRIPS:
        trip = make_trip(region, origin, destination, OPTIONS)
        for name in CARS:
            row = measure(planner, trip, catalogue()[name])
            rows.append(row)
            print(f"{origin} - {destination}, {name}: ratio {row.ratio:.1f}", flush=True)
    page = written(rows)
    RESULTS.write_text(page, encoding="utf-8")
    print(page)
    return 0 if all(row.agrees for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
