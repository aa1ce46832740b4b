"""A continent: the highways of Europe with its 1,520 Superchargers, two cars, long trips.

    python benchmarks/europe.py [--pairs 50]

Roads are straight chords between waypoints, level, without ramps or streets; other cars than
Tesla's count as welcome at every site.  The *first* search of the page also loads the
compiled code; *warm* ones repeat a trip at once, so that even the sweeps from its ends are kept.
"""

import argparse
import sys
from dataclasses import dataclass

from measure import (
    Phases,
    Run,
    Watch,
    figure,
    made_ready,
    mean,
    median,
    ms,
    p95,
    peak_gb,
    percent,
    planned,
    section,
    several,
    table,
    watched,
)
from places import car, europe, random_trips
from tripplan.planning.planner import Planner
from tripplan.records.trip import Place, Trip

CARS = ("tesla-model-3-lr", "renault-zoe-ze50")
CITIES = {
    "Lisbon": Place(lat=38.72, lon=-9.14),
    "Warsaw": Place(lat=52.23, lon=21.01),
    "Naples": Place(lat=40.85, lon=14.27),
    "Oslo": Place(lat=59.91, lon=10.75),
    "Helsinki": Place(lat=60.17, lon=24.94),
}
NAMED = (("Lisbon", "Warsaw"), ("Naples", "Oslo"), ("Lisbon", "Helsinki"))
LEAST_KM = 800.0
ROUNDS = 3
BUDGET_S = 180.0
"""CPU time for the random pairs of a car, where there are more than it allows for."""


@dataclass(frozen=True)
class Car:
    """What was measured with one car."""

    name: str
    phases: Phases
    named: list[list[Run]]
    """Runs of each named trip, the first one first."""
    new: list[Run]
    again: list[Run]
    peak_gb: float


def measured(planner: Planner, watch: Watch, name: str, pairs: int) -> Car:
    """Measure one car."""
    vehicle = car(name)
    trips = random_trips(planner.region.network, seed=5, least_km=LEAST_KM)
    phases = made_ready(planner, next(trips), vehicle)
    named = []
    for one, other in NAMED:
        trip = Trip(origin=CITIES[one], destination=CITIES[other])
        runs = [planned(planner, watch, trip, vehicle) for _ in range(ROUNDS + 1)]
        named.append([run for run in runs if run is not None])
        print(name, one, other, [round(r.solved.seconds, 3) for r in named[-1]], file=sys.stderr)
    new = several(planner, watch, trips, vehicle, pairs, BUDGET_S)
    again = [planned(planner, watch, run.plan.trip, vehicle) for run in new]
    return Car(name, phases, named, new, [run for run in again if run is not None], peak_gb())


def named_rows(found: Car) -> list[list[object]]:
    """Return the rows of the named trips."""
    rows: list[list[object]] = []
    for (one, other), runs in zip(NAMED, found.named, strict=True):
        if not runs:
            rows.append([f"{one} - {other}, {found.name}: no plan", *["-"] * 8])
            continue
        first, warm = runs[0], runs[1:]
        plan = first.plan
        rows.append(
            [
                f"{one} - {other}, {found.name}",
                f"{plan.distance_km:.0f}",
                f"{plan.total_s / 3600.0:.2f}",
                len(plan.stops),
                ms(first.solved.seconds),
                ms(median(run.solved.seconds for run in warm)),
                ms(median(run.plan_s for run in warm)),
                percent(plan.certificate.gap),
                "yes" if plan.audit.passed else "NO",
            ]
        )
    return rows


def car_row(found: Car) -> list[object]:
    """Return the row of the random pairs of a car."""
    new = [run.solved.seconds for run in found.new]
    warm = [run.solved.seconds for run in found.again]
    whole = [run.plan_s for run in found.again]
    gaps = [run.plan.certificate.gap for run in found.new]
    return [
        found.name,
        len(found.new),
        figure(found.phases.customised_s),
        f"{ms(median(new))} / {ms(p95(new))}",
        f"{ms(median(warm))} / {ms(p95(warm))}",
        f"{ms(median(whole))} / {ms(p95(whole))}",
        figure(mean(len(run.plan.stops) for run in found.new)),
        f"{median(run.plan.certificate.labels for run in found.new):.0f}",
        f"{percent(mean(gaps))} / {percent(max(gaps))}",
        sum(not run.plan.certificate.complete for run in found.new),
        f"{found.peak_gb:.2f}",
    ]


NAMED_HEAD = (
    "trip",
    "km",
    "h",
    "stops",
    "first search, ms",
    "warm search, ms",
    "warm plan, ms",
    "gap",
    "audit",
)
CAR_HEAD = (
    "car",
    "trips",
    "customised, s",
    "new pair, ms (median / p95)",
    "same pair, ms",
    "same pair, whole plan, ms",
    "stops (mean)",
    "labels",
    "gap (mean / max)",
    "coarser",
    "memory, GB",
)

PAGE = """\
## A continent: Europe, {nodes:,} nodes, {arcs:,} arcs, {chargers:,} chargers

Highways of TravelMapping (level, straight chords, no ramps) with all European Superchargers; 20 °C,
departure with 90 %, battery heat and choice of speed on. A *search* is roads, speeds and stops with
their bound; a *plan* also unfolds the itinerary and audits it second by second. The first
search of a trip finds the rows of drives that earlier ones left, and the very first also loads the
compiled code; warm ones repeat it at once, so that even the sweeps from its ends are kept.

{named}

Up to {pairs} random pairs a car, more than {least:.0f} km apart, fewer where {budget:.0f} s of CPU
time did not allow for more. *Coarser*: trips on which the search
with heat ran out of labels and was repeated with wider epsilons, or stopped. Memory is the most
that the process held so far, everything included.

{cars}
"""


def page(pairs: int) -> str:
    """Measure all, and write the section."""
    region = europe()
    planner = Planner(region)
    with watched() as watch:
        cars = [measured(planner, watch, name, pairs) for name in CARS]
    return PAGE.format(
        nodes=region.network.node_count,
        arcs=region.network.arc_count,
        chargers=len(region.chargers),
        named=table(NAMED_HEAD, [row for found in cars for row in named_rows(found)]),
        pairs=pairs,
        budget=BUDGET_S,
        least=LEAST_KM,
        cars=table(CAR_HEAD, map(car_row, cars)),
    )


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50)
    options = parser.parse_args()
    return section("europe", lambda: page(options.pairs))


if __name__ == "__main__":
    sys.exit(main())
