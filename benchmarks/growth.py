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
from places import car, colorado, random_trips, roads_only, with_a_town, with_chargers
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
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


def in_a_process(size: str, pairs: int) -> Grown:
    """Measure one size in a fresh process."""
    command = [sys.executable, "-W", "ignore", __file__, "--only", size, "--pairs", str(pairs)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise AbsentError(f"{size}: {done.stderr.strip().splitlines()[-1]}")
    print(done.stdout, file=sys.stderr, flush=True)
    return Grown(**json.loads(done.stdout.splitlines()[-1]))


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
{plot}"""


def page(pairs: int) -> str:
    """Measure all, and write the section."""
    by_network = [in_a_process(size, pairs) for size in NETWORKS]
    by_chargers = [in_a_process(size, pairs) for size in CHARGERS]
    by_town = [in_a_process(size, pairs) for size in TOWNS]
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
        plot="\n![Time over nodes and over chargers](results/growth.svg)\n" if there else "",
    )


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--only", choices=SIZES)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(asdict(measured(options.only, options.pairs))))
        return 0
    return section("growth", lambda: page(options.pairs))


if __name__ == "__main__":
    sys.exit(main())
