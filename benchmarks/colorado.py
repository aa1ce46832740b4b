"""A large dense network: 435,666 nodes, 2,000 chargers, two small cars, with heat and speed choice.

    python benchmarks/colorado.py [--pairs 60]

Measured are whole plans (`Planner.plan`: snapping, search, itinerary, audit) and the search alone.
*New pair* is a trip whose ends have not been seen, while rows of drives that earlier trips asked
for are there; *same pair* is that trip once more.  The floor is what any planner on a hierarchy
pays at the least: one plain shortest-path query, by routingkit_cch over the same order, and by this
project's own sweep, which carries the battery along.
"""

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import routingkit_cch

from measure import (
    Phases,
    Run,
    Watch,
    figure,
    forget_sweeps,
    held_gb,
    made_ready,
    mean,
    median,
    ms,
    p95,
    peak_gb,
    percent,
    planned,
    repeated,
    section,
    several,
    table,
    timed,
    watched,
)
from places import car, colorado, colorado_order, colorado_roads, random_trips
from tripplan.planning.planner import Planner
from tripplan.routing.cch import Hierarchy
from tripplan.routing.customization import Metric
from tripplan.routing.kernels.phast import new_phast_work, phast_way
from tripplan.routing.many_to_many import ManyToMany
from tripplan.routing.ordering import inertial_order
from tripplan.search.solve import solve

CARS = ("hyundai-ioniq-28", "nissan-leaf-30")
"""28 kWh with an air-cooled pack, and 27 kWh without cooling."""
CHARGERS = 2000
EARLIER = 60
"""Trips planned before those that are measured."""
FIRST_QUERIES = 5
LEAST_KM = 200.0
"""Pairs that lie closer together seldom need a stop."""


@dataclass(frozen=True)
class Car:
    """What was measured with one car."""

    name: str
    phases: Phases
    first_s: list[float]
    """First queries after customisation."""
    new: list[Run]
    again: list[Run]


def first_queries(phases: Phases, runs: list[Run], planner: Planner) -> list[float]:
    """Take the times of searches that find no row of drives [s]."""
    times = []
    for run in runs:
        rows = phases.rows
        rows.forget()
        times.append(timed(partial(solve, run.solved.problem, rows, planner.settings))[0])
    return times


def measured(planner: Planner, watch: Watch, name: str, pairs: int) -> Car:
    """Measure one car."""
    vehicle = car(name)
    trips = random_trips(planner.region.network, seed=11, least_km=LEAST_KM)
    phases = made_ready(planner, next(trips), vehicle)
    several(planner, watch, trips, vehicle, 1)  # loads the compiled code
    earlier = several(planner, watch, trips, vehicle, EARLIER)
    new = several(planner, watch, trips, vehicle, pairs)
    again = [planned(planner, watch, run.plan.trip, vehicle) for run in new]
    first = first_queries(phases, earlier[:FIRST_QUERIES], planner)
    return Car(name, phases, first, new, [run for run in again if run is not None])


def floor(runs: list[Run]) -> list[tuple[str, float]]:
    """Take the times of plain shortest-path queries between the ends of the same trips [s]."""
    rows = runs[0].solved.rows
    metric = rows.customized.metrics[0]
    tree, full = rows.customized.hierarchy, rows.customized.full_mwh
    travel = metric.travel(forward=True)
    custom_s, query = by_routingkit(metric)
    work = new_phast_work(tree.node_count)
    by_cch, with_path, own, one_to_all, lanes = [], [], [], [], []
    for run in runs:
        one, other = run.solved.problem.origin, run.solved.problem.destination
        by_cch.append(repeated(partial(query.run, one, other), 5))
        with_path.append(repeated(partial(with_roads, query, one, other), 5))
        ends = (
            rows.customized.seeds(metric, one, full, leaving=True),
            rows.customized.seeds(metric, other, full, leaving=False),
        )
        selection = tree.selection(ends[1].rank)
        own.append(
            repeated(partial(phast_way, tree.graph, travel, *ends, selection, full, work), 5)
        )
        one_to_all.append(repeated(partial(driven, rows, one), 2))
        lanes.append(repeated(partial(swept, rows, one), 2))
    return [
        ("routingkit_cch, one to one, time only", median(by_cch)),
        ("routingkit_cch, one to one, with its roads", median(with_path)),
        ("own sweep, one to one, with the battery", median(own)),
        ("own sweep, one to all 2,000 chargers, with the battery, 4 rates", median(one_to_all)),
        ("own sweep, one to all 2,000 chargers, weights only, 16 rates", median(lanes)),
        ("(routingkit_cch, customisation of one weight)", custom_s),
    ]


def by_routingkit(metric: Metric) -> tuple[float, routingkit_cch.CCHQuery]:
    """Customise routingkit_cch with the weights of a metric: how long that takes, and its query."""
    roads = colorado_roads()
    tail: Any = roads.tail.astype(np.uint32)
    head: Any = roads.head.astype(np.uint32)
    order: Any = colorado_order().astype(np.uint32)
    weights: Any = metric.roads.weight.astype(np.uint32)
    cch = routingkit_cch.CCH(order, tail, head, False)  # noqa: FBT003 - takes no keywords
    seconds, custom = timed(partial(routingkit_cch.CCHMetric, cch, weights))
    return seconds, routingkit_cch.CCHQuery(custom)


def with_roads(query: routingkit_cch.CCHQuery, one: int, other: int) -> object:
    """Find the cheapest way and read its roads."""
    return query.run(one, other).arc_path


def driven(rows: ManyToMany, node: int) -> object:
    """Find the drives from a node, as if for the first time; the lanes are known."""
    rows._ends.clear()  # noqa: SLF001
    return rows.from_node(node)


def swept(rows: ManyToMany, node: int) -> object:
    """Sweep all lanes from a node, as if for the first time."""
    forget_sweeps(rows)
    return rows.scalarized_from(node)


def car_row(found: Car) -> list[str]:
    """Return one column of the table of a car, as a row."""
    new, again = found.new, found.again
    search = [run.solved.seconds for run in new]
    warm = [run.solved.seconds for run in again]
    gaps = [run.plan.certificate.gap for run in new]
    return [
        found.name,
        figure(found.phases.prices_s),
        figure(found.phases.metrics_s),
        figure(found.phases.lanes_s),
        figure(found.phases.parts_s),
        ms(median(found.first_s)),
        f"{ms(median(search))} / {ms(p95(search))}",
        f"{ms(median(warm))} / {ms(p95(warm))}",
        f"{ms(median(run.plan_s for run in again))} / {ms(p95(run.plan_s for run in again))}",
        f"{figure(mean(len(run.plan.stops) for run in new))}",
        f"{median(run.plan.certificate.labels for run in new):.0f}",
        f"{percent(mean(gaps))} / {percent(max(gaps))}",
    ]


HEAD = (
    "car",
    "prices, s",
    "metrics, s",
    "lanes, s",
    "chargers, s",
    "first query, ms",
    "new pair, ms (median / p95)",
    "same pair, ms",
    "same pair, whole plan, ms",
    "stops (mean)",
    "labels",
    "gap (mean / max)",
)

PAGE = """\
## A dense network: 435,666 nodes, 1,042,400 arcs, 2,000 chargers

Topology of real roads in Colorado with synthetic lengths, speeds and heights; chargers of 50, 100
and 150 kW at random nodes; departure with 90 %, 20 °C, battery heat and choice of speed on.
{pairs} random pairs a car, at least {least:.0f} km apart, that need stops, after {earlier} others.

Once a network: order {order:.1f} s, contraction {contract:.2f} s. Once a car and weather: prices of
all roads at five speeds, metrics (real drives at four rates), lanes (bounds at 16 rates), and what
the drives between these chargers share.  The first query finds no row of drives.

{cars}

All plans passed their audit: {audits}. Most memory: {peak:.2f} GB, of which {held:.2f} GB were held
before the first car was priced (imports, roads, hierarchy).

The floor, on the same pairs of the {floor_car}, and the search of the same pair as a multiple of
it:

{floor}
"""


def page(pairs: int) -> str:
    """Measure all, and write the section."""
    order_s, _ = timed(lambda: inertial_order(colorado_roads()))
    region = colorado(CHARGERS)
    Hierarchy.of(region.network, region.order)  # loads the compiled code
    contract_s, _ = timed(lambda: Hierarchy.of(region.network, region.order))
    planner = Planner(region)
    held = held_gb()
    with watched() as watch:
        cars = [measured(planner, watch, name, pairs) for name in CARS]
        peak = peak_gb()
        warm_s = median(run.solved.seconds for run in cars[0].again)
        below = floor(cars[0].new)
    return PAGE.format(
        pairs=pairs,
        earlier=EARLIER,
        least=LEAST_KM,
        order=order_s,
        contract=contract_s,
        cars=table(HEAD, map(car_row, cars)),
        audits="yes" if all(r.plan.audit.passed for c in cars for r in c.new) else "NO",
        peak=peak,
        held=held,
        floor_car=cars[0].name,
        floor=table(
            ("query", "ms", "a plan's search takes"),
            [(name, ms(s), f"{figure(warm_s / s)} times as long") for name, s in below],
        ),
    )


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    options = parser.parse_args()
    return section("colorado", lambda: page(options.pairs))


if __name__ == "__main__":
    sys.exit(main())
