"""The search over stops against other programs on the same table of drives.

    python benchmarks/opponents.py

See `station_table` for what the table holds.  All get it ready-made: its making is not timed.
frvcpy is given its dictionary, the Dijkstras their graph.  frvcpy and ours make their bounds from
it and pay for them; with those of a plan, two sweeps over the road network, ours stand beside.
"""

import argparse
import math
import sys
from dataclasses import dataclass, replace

from hops import at_usual_speed
from measure import (
    Watch,
    figure,
    forget_sweeps,
    made_ready,
    median,
    ms,
    planned,
    repeated,
    section,
    table,
    timed,
    watched,
)
from places import car, colorado, random_trips
from station_table import (
    StationTable,
    TableBounds,
    TablePool,
    as_asked,
    frvcpy_solver,
    networkx_solver,
    scipy_solver,
    states_of,
    table_of,
    with_tripplan,
)
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import optimistic_rests

CAR, KWH = "hyundai-ioniq-28", 30.0
CASES = {25: 10, 100: 10, 400: 8, 1000: 5}
"""Trips by number of stations."""
MOST_ARCS_NETWORKX = 2_000_000
"""networkx holds about a kilobyte an arc."""
MOST_STATIONS_OF_STATES = 400
"""With 1,000 stations the graph of states has some 30 million arcs."""
LEAST_KM = 150.0
MOST_ASKED = 40
ROUNDS = 5
ENDLESS_KWH = 1000.0
"""The table also holds drives that take a larger battery: frvcpy reads bounds from them."""


@dataclass(frozen=True)
class Match:
    """One trip by all programs; times of searches and objectives in seconds."""

    ours: float
    frvcpy: float
    ours_s: float
    bounds_s: float
    """Of that, for the bounds."""
    swept_s: float
    """With bounds from the road network instead."""
    frvcpy_s: float
    states: float = math.nan
    """Objective of the Dijkstras; not a number where they were left out."""
    scipy_s: float = math.nan
    networkx_s: float = math.nan
    graph_s: float = math.nan
    """To make the graph of states."""
    arcs: int = 0


def compared(found: StationTable, rows: ManyToMany) -> Match:
    """Solve one trip with all programs, by turns."""
    pool, bounds = TablePool(found), TableBounds(found)

    def own() -> float:
        return with_tripplan(found, bounds.made(), pool)

    def swept() -> float:
        forget_sweeps(rows)
        return with_tripplan(found, optimistic_rests(found.problem, rows), pool)

    by_frvcpy = frvcpy_solver(found)
    ours = own()
    assert math.isclose(ours, swept(), abs_tol=1e-6)
    match = Match(
        ours=ours,
        frvcpy=by_frvcpy(),
        ours_s=repeated(own, ROUNDS),
        bounds_s=repeated(bounds.made, ROUNDS),
        swept_s=repeated(swept, ROUNDS),
        frvcpy_s=repeated(by_frvcpy, ROUNDS),
    )
    if found.stations > MOST_STATIONS_OF_STATES:
        return match
    graph_s, states = timed(lambda: states_of(found))
    by_scipy = scipy_solver(states)
    networkx_s = math.nan
    if states.tail.size <= MOST_ARCS_NETWORKX:
        by_networkx = networkx_solver(states)
        networkx_s, same = timed(by_networkx)
        assert math.isclose(same, by_scipy(), abs_tol=1e-6)
    return replace(
        match,
        states=by_scipy(),
        scipy_s=repeated(by_scipy, ROUNDS),
        networkx_s=networkx_s,
        graph_s=graph_s,
        arcs=states.tail.size,
    )


def measured(watch: Watch, region: Region, count: int) -> list[Match]:
    """Compare on trips that need stops."""
    planner = Planner(region, Settings(heat=False))
    vehicle = car(CAR, usable_kwh=KWH)
    trips = random_trips(planner.region.network, seed=41, least_km=LEAST_KM)
    ready = made_ready(planner, next(trips), vehicle).rows
    rows = ManyToMany(
        at_usual_speed(ready.customized, fastest=True, full_kwh=ENDLESS_KWH), ready.stop_node
    )
    found: list[Match] = []
    for _ in range(MOST_ASKED * count):
        run = planned(planner, watch, next(trips), vehicle)
        if run is None:
            continue
        drives = table_of(as_asked(run.solved.problem), rows)
        match = compared(drives, rows)
        if math.isfinite(match.ours):
            found.append(match)
        if len(found) == count:
            break
    return found


def row(stations: int, found: list[Match]) -> list[object]:
    """Return the row of a number of stations."""
    apart = [abs(match.ours - match.frvcpy) for match in found]
    above = [match.states - match.ours for match in found if math.isfinite(match.states)]
    return [
        stations,
        len(found),
        sum(gap <= 1e-4 for gap in apart),
        f"{max(apart):.1e}",
        ms(median(match.ours_s for match in found)),
        ms(median(match.bounds_s for match in found)),
        ms(median(match.swept_s for match in found)),
        ms(median(match.frvcpy_s for match in found)),
        figure(median(match.frvcpy_s / match.ours_s for match in found)),
        f"{median(match.arcs for match in found):,.0f}" if found[0].arcs else "-",
        figure(median(match.scipy_s / match.ours_s for match in found)),
        figure(median(match.networkx_s / match.ours_s for match in found)),
        figure(median(match.graph_s / match.ours_s for match in found)),
        f"{figure(median(above))} / {figure(max(above, default=math.nan))}",
        f"{figure(min(above, default=math.nan))}",
    ]


HEAD = (
    "stations",
    "trips",
    "equal to frvcpy",
    "most apart, s",
    "ours, ms",
    "of which bounds",
    "with bounds from the roads",
    "frvcpy, ms",
    "frvcpy / ours",
    "arcs of states",
    "scipy / ours",
    "networkx / ours",
    "(making states / ours)",
    "states above ours, s (median / max)",
    "min",
)

COMPASS = """\
### RouteE Compass

Not compared on this table: by its source, its `simple_charging` model charges only where SoC has
fallen below a threshold, always up to a fixed SoC, at the constant power of the station and without
any time per stop; so what is compared here, how much to charge where, is not its to choose. Plain
routes of nrel.routee.compass 0.18 stand below; 0.19.5 installs, but cannot be imported here: its
compiled part needs a symbol of the C library (`__isoc23_strtoll`, glibc 2.38; here is 2.36),
although its wheel claims to need no more than 2.28.
"""

PAGE = """\
## Other programs on the same table of drives

Random trips on g_col that need stops; stations of 50, 100 and 150 kW, a {kwh:g} kWh battery, a
charging curve that falls in ten steps, 300 s a stop; fastest drives at the usual speed, no battery
heat, no energy fed back beyond a drive's own. Medians of the ratios, {rounds} runs of each
({single} run of networkx), by turns in one process. *Equal*: objectives within 1e-4 s.

- [frvcpy](https://github.com/e-VRO/frvcpy): the exact labelling of Froger and others (2019), in
  Python. It makes its bounds from the table in each call, and so do ours; *with bounds from the
  roads* is ours as in a plan, where no table of all drives exists.
- scipy, networkx: Dijkstra on the graph of (station, SoC in steps of 1 %), the graph ready-made;
  energy is rounded up to whole steps, so that its plans take longer. networkx only up to
  {most:,} arcs, scipy up to {stations} stations.

{cases}

{compass}"""


def page() -> str:
    """Measure all, and write the section."""
    rows = []
    with watched() as watch:
        for stations, count in CASES.items():
            rows.append(row(stations, measured(watch, colorado(stations), count)))
            print(*rows[-1], file=sys.stderr, flush=True)
    return PAGE.format(
        kwh=KWH,
        rounds=ROUNDS,
        single=1,
        most=MOST_ARCS_NETWORKX,
        stations=MOST_STATIONS_OF_STATES,
        cases=table(HEAD, rows),
        compass=COMPASS,
    )


def main() -> int:
    """Measure as the command line says."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    return section("opponents", page)


if __name__ == "__main__":
    sys.exit(main())
