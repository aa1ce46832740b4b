"""How time and memory grow with the network and with the number of chargers.

    python benchmarks/growth.py [--pairs 12]

Each size runs in a process of its own.  Writes a table and, where matplotlib is installed, a plot.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from measure import (
    SECTIONS,
    AbsentError,
    figure,
    made_ready,
    median,
    ms,
    peak_gb,
    planned,
    section,
    several,
    table,
    timed,
    watched,
)
from places import (
    alps_with_a_town,
    car,
    colorado,
    random_trips,
    roads_only,
    trips_by_the_town,
    with_a_town,
    with_chargers,
)
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.routing.cch import Hierarchy
from tripplan.search.solve import solve

NETWORKS = {
    name: ("network", name, 300, "tesla-model-3-lr") for name in ("colorado", "alps", "europe")
}
CHARGERS = {
    f"g_col_{count}": ("chargers", "g_col", count, "hyundai-ioniq-28")
    for count in (100, 1000, 10_000)
}
TOWNS = {
    f"town_{count}": ("town", "colorado", count, "nissan-leaf-40")
    for count in (250, 500, 1000, 2000)
}
SIZES = NETWORKS | CHARGERS | TOWNS
"""Series, network, chargers and car of each size."""
REACH = {f"reach_{count}": count for count in (1000, 10_000)}
"""Chargers in the Alps, a fifth of them in one town that trips pass."""
REACH_CASES = [
    (name, ambient_c, heat)
    for name, ambient_c in (("nissan-leaf-40", 20.0), ("hyundai-ioniq-28", -10.0))
    for heat in (True, False)
]
REACH_KM = (200.0, 500.0)
LEAST_KM, MOST_KM = 250.0, 500.0
FIRST_QUERIES = 3


@dataclass(frozen=True)
class Grown:
    """What was measured at one size; times in seconds."""

    name: str
    nodes: int
    arcs: int
    chargers: int
    trips: int
    contract_s: float
    customised_s: float
    first_s: float
    new_s: float
    warm_s: float
    stops: float
    peak_gb: float


def region_of(network: str, chargers: int, *, town: bool = False) -> Region:
    """Return a network with chargers at random nodes, or most of them in one town."""
    if network == "g_col":
        return colorado(chargers)
    bare = roads_only(network)
    if town:
        return with_a_town(network, bare.network, bare.order, chargers)
    return with_chargers(network, bare.network, bare.order, chargers, seed=7)


def measured(size: str, pairs: int) -> Grown:
    """Measure one size, in this process."""
    series, network, chargers, name = SIZES[size]
    region, vehicle = region_of(network, chargers, town=series == "town"), car(name)
    Hierarchy.of(region.network, region.order)  # loads the compiled code
    contract_s, _ = timed(lambda: Hierarchy.of(region.network, region.order))
    planner = Planner(region)
    trips = random_trips(region.network, seed=9, least_km=LEAST_KM, most_km=MOST_KM)
    made_ready(planner, next(trips), vehicle)  # loads the compiled code
    fresh = Planner(region)
    phases = made_ready(fresh, next(trips), vehicle)
    with watched() as watch:
        several(planner, watch, trips, vehicle, 2)
        del planner
        new = several(fresh, watch, trips, vehicle, pairs)
        again = [planned(fresh, watch, run.plan.trip, vehicle) for run in new]
    first = []
    for run in new[:FIRST_QUERIES]:
        rows = phases.rows
        rows.forget()
        first.append(timed(partial(solve, run.solved.problem, rows, fresh.settings))[0])
    return Grown(
        name=size,
        nodes=region.network.node_count,
        arcs=region.network.arc_count,
        chargers=chargers,
        trips=len(new),
        contract_s=contract_s,
        customised_s=phases.customised_s,
        first_s=median(first),
        new_s=median(run.solved.seconds for run in new),
        warm_s=median(run.solved.seconds for run in again if run is not None),
        stops=median(len(run.plan.stops) for run in new),
        peak_gb=peak_gb(),
    )


def in_a_process(size: str, pairs: int) -> dict[str, Any]:
    """Measure one size in a fresh process."""
    command = [sys.executable, "-W", "ignore", __file__, "--only", size, "--pairs", str(pairs)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise AbsentError(f"{size}: {done.stderr.strip().splitlines()[-1]}")
    print(done.stdout, file=sys.stderr, flush=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


@dataclass(frozen=True)
class Reach:
    """What trips past a town took on a network of so many chargers; times in seconds."""

    chargers: int
    new_s: list[float]
    """Median by case, with rows of drives as earlier trips left them."""
    warm_s: list[float]
    """The same trips once more."""


def reach_measured(chargers: int, pairs: int) -> Reach:
    """Measure trips past the town, in this process."""
    region = alps_with_a_town(chargers - chargers // 5, chargers // 5)
    # The same trips on every size.
    roads, (least, most) = roads_only("alps").network, REACH_KM
    new_s, warm_s = [], []
    for name, ambient_c, heat in REACH_CASES:
        planner, vehicle = Planner(region, Settings(heat=heat)), car(name, plug="CCS2")
        trips = trips_by_the_town(roads, 9, least_km=least, most_km=most, ambient_c=ambient_c)
        made_ready(planner, next(trips), vehicle)
        with watched() as watch:
            several(planner, watch, trips, vehicle, 1)  # loads the compiled code
            new = several(planner, watch, trips, vehicle, pairs)
            again = [planned(planner, watch, run.plan.trip, vehicle) for run in new]
        new_s.append(median(run.solved.seconds for run in new))
        warm_s.append(median(run.solved.seconds for run in again if run is not None))
    return Reach(len(region.chargers), new_s, warm_s)


def reach_table(few: Reach, many: Reach) -> str:
    """Return the table of both sizes and their ratios."""
    head = ("car, air, heat", "new pair, ms", "ratio", "same pair, ms", "ratio")
    rows = []
    for k, (name, ambient_c, heat) in enumerate(REACH_CASES):
        told = [f"{name}, {ambient_c:g} °C, heat {'on' if heat else 'off'}"]
        for field in ("new_s", "warm_s"):
            ours, theirs = (getattr(size, field)[k] for size in (few, many))
            told += [f"{ms(ours)} / {ms(theirs)}", figure(theirs / ours)]
        rows.append(told)
    return table(head, rows)


def row(found: Grown) -> list[object]:
    """Return the row of a size."""
    return [
        found.name,
        f"{found.nodes:,}",
        f"{found.arcs:,}",
        f"{found.chargers:,}",
        figure(found.stops),
        ms(found.contract_s),
        ms(found.customised_s),
        ms(found.first_s),
        ms(found.new_s),
        ms(found.warm_s),
        f"{found.peak_gb:.2f}",
    ]


def drawn(series: list[tuple[str, str, list[Grown]]], path: Path) -> bool:
    """Draw times over sizes; whether matplotlib is there to do it."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an optional extra
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        return False
    mpl.rcParams["svg.hashsalt"] = "tripplan"
    sheet = Figure(figsize=(9.0, 3.6), layout="constrained")
    axes = sheet.subplots(1, 2, sharey=True)
    lines = {
        "customised_s": "customisation",
        "first_s": "first query",
        "new_s": "new pair",
        "warm_s": "same pair again",
    }
    for axis, (field, label, sizes) in zip(axes, series, strict=True):
        for name, told in lines.items():
            xs = [getattr(size, field) for size in sizes]
            axis.loglog(xs, [getattr(size, name) for size in sizes], marker="o", label=told)
        axis.set_xlabel(label)
        axis.grid(alpha=0.3, which="both", linewidth=0.5)
    axes[0].set_ylabel("seconds, median")
    axes[1].legend(frameon=False, fontsize="small")
    sheet.savefig(path, metadata={"Date": None})
    return True


HEAD = (
    "size",
    "nodes",
    "arcs",
    "chargers",
    "stops",
    "contraction, ms",
    "customisation, ms",
    "first query, ms",
    "new pair, ms",
    "same pair, ms",
    "memory, GB",
)

PAGE = """\
## Growth with the network and with the chargers

Above, the highway networks of Colorado, the Alps and Europe (level, nodes after merging) with 300
chargers at random nodes and a Tesla Model 3 LR; below, g_col with 100 to 10,000 chargers and a
Hyundai Ioniq 28, and Colorado with 100 chargers at random nodes and the others at the 40 nodes
round one of them, with a Nissan LEAF 40. Medians of {pairs} trips between random nodes
{least:.0f} to {most:.0f} km apart that need stops; heat and choice of speed on; search alone.
Memory is the most that the process held, reading the network and compiled code included.

{sizes}

Ten times the nodes (Alps to Europe: {nodes:.1f} times) take {customised:.1f} times the
customisation and {warm:.1f} times the time of a warm search; a hundred times the chargers take
{more_first:.1f} times the time of a first query and {more_warm:.1f} times that of a warm one.

The Alps with {few_near:,} and with {many_near:,} chargers, a fifth of each in one town and the
others near random nodes, and trips of {reach[0]:.0f} to {reach[1]:.0f} km that pass it (search
alone, medians, CPU time; both sizes, and the ratio of their times; that of the chargers is
{more_near:.0f}):

{near}
{plot}"""


def page(pairs: int) -> str:
    """Measure all, and write the section."""
    by_network = [Grown(**in_a_process(size, pairs)) for size in NETWORKS]
    by_chargers = [Grown(**in_a_process(size, pairs)) for size in CHARGERS]
    by_town = [Grown(**in_a_process(size, pairs)) for size in TOWNS]
    few_near, many_near = (Reach(**in_a_process(size, pairs)) for size in REACH)
    alps, europe = by_network[-2:]
    few, many = by_chargers[0], by_chargers[-1]
    SECTIONS.mkdir(exist_ok=True)
    series = [("nodes", "nodes", by_network), ("chargers", "chargers (g_col)", by_chargers)]
    there = drawn(series, SECTIONS / "growth.svg")
    return PAGE.format(
        pairs=pairs,
        least=LEAST_KM,
        most=MOST_KM,
        sizes=table(HEAD, map(row, [*by_network, *by_chargers, *by_town])),
        nodes=europe.nodes / alps.nodes,
        customised=europe.customised_s / alps.customised_s,
        warm=europe.warm_s / alps.warm_s,
        more_first=many.first_s / few.first_s,
        more_warm=many.warm_s / few.warm_s,
        few_near=few_near.chargers,
        many_near=many_near.chargers,
        more_near=many_near.chargers / few_near.chargers,
        reach=REACH_KM,
        near=reach_table(few_near, many_near),
        plot="\n![Time over nodes and over chargers](results/growth.svg)\n" if there else "",
    )


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--only", choices=[*SIZES, *REACH])
    options = parser.parse_args()
    if options.only in REACH:
        print(json.dumps(asdict(reach_measured(REACH[options.only], options.pairs))))
        return 0
    if options.only:
        print(json.dumps(asdict(measured(options.only, options.pairs))))
        return 0
    return section("growth", lambda: page(options.pairs))


if __name__ == "__main__":
    sys.exit(main())
