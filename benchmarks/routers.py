"""Plain fastest routes by other programs and by ours, on the same extracts and pairs.

    python benchmarks/routers.py [--pairs 25] [--join] [EXTRACT ...]

Valhalla and OSRM read the extract themselves and answer over HTTP: taken is the CPU time of the
server.  RouteE Compass and routingkit_cch are given our network and run in this process, as ours
does.  Nobody charges here; a whole plan of ours, with its stops, is then told in Valhalla's routes.
What was measured is kept in results/routers.json, from which --join writes the section.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from routingkit_cch import CCH, CCHMetric, CCHQuery

import router_compass
from hops import at_usual_speed
from measure import (
    CACHE,
    SECTIONS,
    AbsentError,
    figure,
    held_gb,
    made_ready,
    median,
    ms,
    p95,
    section,
    shared,
    table,
    timed,
)
from opponents import ENDLESS_KWH
from places import car, europe, kilometres, place, rnv
from router_programs import (
    WHEELS,
    Answer,
    Cost,
    cost_of,
    free_port,
    memory_of,
    osrm_answer,
    programs,
    served,
    valhalla_answer,
    valhalla_config,
)
from tripplan.arrays import Ints, Longs
from tripplan.errors import TripplanError
from tripplan.planning.planner import Planner
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.records.trip import Trip
from tripplan.routing.kernels.phast import new_phast_work, phast_way

KEPT = SECTIONS / "routers.json"
VEHICLE = "tesla-model-3-lr"
EARLIER = 15
"""Plans of other pairs before those that are taken the time of."""
S_PER_H, M_PER_KM = 3600.0, 1000.0
OURS, CCH_NAME, COMPASS = "tripplan, one way", "routingkit_cch", "RouteE Compass"
VALHALLA, OSRM = "Valhalla", "OSRM"
Found = dict[str, Any]
Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class Extract:
    """A file that all programs are given."""

    title: str
    file: str
    region: Callable[[], Region]
    least_km: float
    steps: tuple[tuple[str, ...], ...]
    """How OSRM makes its graph ready."""
    algorithm: str
    plans: bool
    """Whether there are chargers to plan with."""


EXTRACTS = {
    "rnv": Extract(
        title="streets of the Rhine-Neckar area",
        file="osm/rnv.osm.pbf",
        region=rnv,
        least_km=10.0,
        steps=(("osrm-contract",),),
        algorithm="CH",
        plans=False,
    ),
    "europe": Extract(
        title="main roads of Europe",
        file="highways/tm_europe.osm.pbf",
        region=europe,
        least_km=800.0,
        steps=(("osrm-partition",), ("osrm-customize",)),
        algorithm="MLD",
        plans=True,
    ),
}


def pairs_of(roads: RoadNetwork, least_km: float, count: int) -> Pairs:
    """Draw pairs of nodes that lie so far apart."""
    rng = np.random.default_rng(29)
    found: Pairs = []
    while len(found) < count:
        one, other = rng.integers(0, roads.node_count, 2).tolist()
        if kilometres(roads, one, other) >= least_km:
            found.append((one, other))
    return found


def summed(name: str, cost: Cost, gb: float, answers: Sequence[Answer | None]) -> Found:
    """Return what is kept of a program."""
    there = [answer for answer in answers if answer is not None]
    return {
        "name": name,
        "build_s": cost.cpu_s,
        "build_gb": cost.peak_gb,
        "held_gb": gb,
        "median_s": median(answer.cpu_s for answer in there),
        "p95_s": p95(answer.cpu_s for answer in there),
        "asked": len(answers),
        "found": len(there),
        "km": [None if answer is None else round(answer.km, 3) for answer in answers],
        "travel_s": [None if answer is None else round(answer.travel_s, 3) for answer in answers],
    }


def asked_of(ask: Callable[[tuple[int, int]], Answer | None], pairs: Pairs) -> list[Answer | None]:
    """Ask for all pairs; the first one once more before, which finds the caches cold."""
    ask(pairs[0])
    return [ask(pair) for pair in pairs]


def by_valhalla(extract: Extract, roads: RoadNetwork, pairs: Pairs, folder: Path) -> Found:
    """Ask Valhalla."""
    port, bin_of = free_port(), programs("valhalla") / "bin"
    config = str(valhalla_config(folder / "tiles", port))
    cost = cost_of([str(bin_of / "valhalla_build_tiles"), "-c", config, str(shared(extract.file))])
    with served([str(bin_of / "valhalla_service"), config, "1"], port) as server:
        answers = asked_of(lambda pair: valhalla_answer(server, places_of(roads, pair)), pairs)
        return summed(VALHALLA, cost, memory_of(server.pid), answers)


def by_osrm(extract: Extract, roads: RoadNetwork, pairs: Pairs, folder: Path) -> Found:
    """Ask OSRM."""
    home, port = programs("osrm"), free_port()
    copy = Path(shutil.copy(shared(extract.file), folder / "roads.osm.pbf"))
    copy.chmod(0o644)
    graph, one = str(folder / "roads.osrm"), ("-t", "1")
    profile = str(home / "share" / "profiles" / "car.lua")
    cost = cost_of([str(home / "bin" / "osrm-extract"), *one, "-p", profile, str(copy)])
    for step in extract.steps:
        cost += cost_of([str(home / "bin" / step[0]), *one, *step[1:], graph])
    command = (str(home / "bin" / "osrm-routed"), *one, "-i", "127.0.0.1", "-p", str(port))
    with served([*command, "-a", extract.algorithm, graph], port) as server:
        answers = asked_of(lambda pair: osrm_answer(server, places_of(roads, pair)), pairs)
        return summed(f"{OSRM} ({extract.algorithm})", cost, memory_of(server.pid), answers)


def places_of(roads: RoadNetwork, pair: tuple[int, int]) -> list[tuple[float, float]]:
    """Return where the ends of a pair lie."""
    return [(float(roads.lat[node]), float(roads.lon[node])) for node in pair]


def by_compass(_: Extract, roads: RoadNetwork, pairs: Pairs, folder: Path) -> Found:
    """Ask RouteE Compass; its build is reading our network, which is written without the clock."""
    config = router_compass.written(roads, folder / "compass")
    before_gb = held_gb()
    load_s, app = timed(lambda: router_compass.loaded(config))
    gb = held_gb() - before_gb
    answers = asked_of(lambda pair: router_compass.answer(app, *pair), pairs)
    return summed(COMPASS, Cost(load_s, gb), gb, answers)


def own_and_cch(planner: Planner, pairs: Pairs, build: Cost) -> list[Found]:
    """Ask our sweep and routingkit_cch, with the same weights and order; they agree."""
    roads = planner.region.network
    trip = Trip(origin=place(roads, pairs[0][0]), destination=place(roads, pairs[0][1]))
    before_gb = held_gb()
    ready = made_ready(planner, trip, car(VEHICLE)).rows.customized
    customized = at_usual_speed(ready, fastest=True, full_kwh=ENDLESS_KWH)
    custom_s, metrics = timed(lambda: customized.metrics)
    gb, metric, tree = held_gb() - before_gb, metrics[0], customized.hierarchy
    travel, full = metric.travel(forward=True), customized.full_mwh
    work = new_phast_work(tree.node_count)

    def swept(one: int, other: int) -> int:
        starts = customized.seeds(metric, one, full, leaving=True)
        goals = customized.seeds(metric, other, full, leaving=False)
        selection = tree.selection(goals.rank)
        least, _ = phast_way(tree.graph, travel, starts, goals, selection, full, work)
        return int(least)

    before_gb = held_gb()
    cch_s, (query, weights) = timed(lambda: _routingkit(roads, tree.order, metric.roads.weight))
    cch_gb = held_gb() - before_gb
    swept(*pairs[0])  # loads the compiled code
    own: list[Answer | None] = []
    theirs: list[Answer | None] = []
    for one, other in pairs:
        own_s, least = timed(partial(swept, one, other))
        cch_query_s, (weight, path) = timed(partial(_asked, query, one, other))
        if weight is None:
            assert least < 0 or least > sum(weights), (one, other)  # no way
            own.append(None)
            theirs.append(None)
            continue
        assert least == weight == sum(weights[arc] for arc in path), (one, other)
        km = float(roads.length_m[path].sum()) / M_PER_KM
        travel_s = float((roads.length_m[path] / roads.speed_kmh[path]).sum()) * S_PER_H / M_PER_KM
        own.append(Answer(own_s, travel_s, km))
        theirs.append(Answer(cch_query_s, travel_s, km))
    return [
        summed(OURS, build + Cost(custom_s, 0.0), gb, own),
        summed(CCH_NAME, build + Cost(cch_s, 0.0), cch_gb, theirs),
    ]


def _asked(query: CCHQuery, one: int, other: int) -> tuple[int | None, list[int]]:
    """Ask routingkit_cch; its result must be gone before the next question."""
    found = query.run(one, other)
    return found.distance, found.arc_path if found.distance is not None else []


def _routingkit(
    roads: RoadNetwork, order: Ints, weight: Ints | Longs
) -> tuple[CCHQuery, list[int]]:
    tail: Any = roads.tail.astype(np.uint32)
    head: Any = roads.head.astype(np.uint32)
    given: Any = order.astype(np.uint32)
    weights: Any = weight.astype(np.uint32)
    cch = CCH(given, tail, head, False)  # noqa: FBT003 - takes no keywords
    return CCHQuery(CCHMetric(cch, weights)), weight.tolist()


def build_ours(extract: Extract, folder: Path) -> Cost:
    """Build the region from the extract in a process of its own."""
    code = (
        "import sys; from tripplan.sources.build import build_region;"
        "from tripplan.sources.store import save_region;"
        "save_region(build_region(sys.argv[1]), sys.argv[2])"
    )
    return cost_of([sys.executable, "-c", code, str(shared(extract.file)), str(folder / "region")])


def plans_of(planner: Planner, pairs: Pairs) -> Found:
    """Plan the pairs with charging stops, under conditions that earlier plans made ready."""
    roads, vehicle = planner.region.network, car(VEHICLE)
    times = []
    for number, (one, other) in enumerate(pairs):
        trip = Trip(origin=place(roads, one), destination=place(roads, other))
        try:
            seconds, _ = timed(partial(planner.plan, trip, vehicle))
        except TripplanError:
            continue
        if number >= EARLIER:
            times.append(seconds)
    return {"median_s": median(times), "p95_s": p95(times), "plans": len(times)}


def measured(name: str, count: int) -> Found:
    """Measure all programs on one extract."""
    extract, folder = EXTRACTS[name], CACHE / "routers" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    region = extract.region()
    roads = region.network
    pairs = pairs_of(roads, extract.least_km, count)
    found: Found = {
        "title": extract.title,
        "least_km": extract.least_km,
        "nodes": roads.node_count,
        "arcs": roads.arc_count,
        "programs": [],
        "absent": {},
    }
    for program, ask in ((VALHALLA, by_valhalla), (OSRM, by_osrm), (COMPASS, by_compass)):
        try:
            found["programs"].append(ask(extract, roads, pairs, folder))
        except AbsentError as error:
            found["absent"][program] = str(error)
        print(name, program, "done", file=sys.stderr, flush=True)
    planner = Planner(region)
    found["programs"] += own_and_cch(planner, pairs, build_ours(extract, folder))
    if extract.plans:
        more = pairs_of(roads, extract.least_km, count + EARLIER)
        found["plans"] = plans_of(planner, more[count:] + more[:count])
    shutil.rmtree(folder)
    return found


def in_a_process(name: str, pairs: int) -> Found:
    """Measure one extract in a process of its own, whose memory nothing else was in."""
    command = [sys.executable, __file__, "--only", name, "--pairs", str(pairs)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        raise AbsentError(f"{name} could not be measured")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


HEAD = (
    "program",
    "graph, CPU s",
    "at most, GB",
    "held, GB",
    "a route, ms (median / p95)",
    "Valhalla = 1",
    "found",
    "km, ours = 1 (median)",
)


def rows_of(found: Found) -> list[list[str]]:
    """Return the rows of an extract."""
    told = {kept["name"]: kept for kept in found["programs"]}
    unit_s, ours = told.get(VALHALLA, {}).get("median_s"), told[OURS]
    rows = []
    for name, kept in told.items():
        pairs = zip(kept["km"], ours["km"], strict=True)
        longer = median(km / own for km, own in pairs if km is not None and own)
        rows.append(
            [
                name,
                figure(kept["build_s"]),
                figure(kept["build_gb"]),
                figure(kept["held_gb"]),
                f"{ms(kept['median_s'])} / {ms(kept['p95_s'])}",
                ratio(kept["median_s"], unit_s),
                f"{kept['found']} of {kept['asked']}",
                figure(longer),
            ]
        )
    if "plans" in found:
        plans = found["plans"]
        spent = f"{ms(plans['median_s'])} / {ms(plans['p95_s'])}"
        row = ["tripplan, whole plan with its stops", "-", "-", "-", spent]
        rows.append([*row, ratio(plans["median_s"], unit_s), str(plans["plans"]), "-"])
    rows += [[f"{name}: {why}", *["-"] * 7] for name, why in found["absent"].items()]
    return rows


def ratio(seconds: float, unit_s: float | None) -> str:
    """Return a time in units of another; a line where there is no such."""
    return "-" if unit_s is None else figure(seconds / unit_s)


PAGE = """\
## Plain fastest routes by other programs

The same pairs on the same extracts, one route after the other, one thread each, CPU times.
Valhalla {valhalla} and OSRM {osrm} read the extract with their own profiles for cars, and are
asked over HTTP for times and lengths, without words and shapes. RouteE Compass 0.18 and
routingkit_cch are given our nodes, arcs and speeds; routingkit_cch also our order and our weights,
and it tells the roads. *One way* is our sweep over time, which carries the battery's state along
(1,000 kWh, so that it is never empty), without its roads; its weight and that of routingkit_cch
were equal on every pair. *Graph* is everything before the first question: from the extract to
tiles, to a hierarchy, or to our region with its order and one set of weights; that of Compass is
reading our network alone. OSRM's contraction of the main roads of Europe had not ended after seven
minutes, so its multi-level graph stands there. *Held*: memory of the server, or what this process
holds more than before. *Whole plan*: Tesla Model 3 LR, conditions ready, rows of drives as
{earlier} other trips left them; battery heat, choice of speed, bound, itinerary and audit included.
How frvcpy does on a ready table of drives stands above.

{extracts}
"""

EXTRACT = """\
### The {title}: {nodes:,} nodes, {arcs:,} arcs; pairs at least {least_km:g} km apart

{rows}
"""


def page(kept: dict[str, Found]) -> str:
    """Write the section from what was measured."""
    versions = {module: version for module, (_, version) in WHEELS.items()}
    parts = [EXTRACT.format(**found, rows=table(HEAD, rows_of(found))) for found in kept.values()]
    return PAGE.format(earlier=EARLIER, extracts="\n".join(parts), **versions)


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*EXTRACTS, []])
    parser.add_argument("--pairs", type=int, default=25)
    parser.add_argument("--join", action="store_true")
    parser.add_argument("--only", choices=EXTRACTS, help=argparse.SUPPRESS)
    options = parser.parse_args()

    def made() -> str:
        kept: dict[str, Found] = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
        for name in [] if options.join else options.names or list(EXTRACTS):
            kept[name] = in_a_process(name, options.pairs)
            KEPT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        return page({name: kept[name] for name in EXTRACTS if name in kept})

    if options.only:
        print(json.dumps(measured(options.only, options.pairs)))
        return 0

    return section("routers", made)


if __name__ == "__main__":
    sys.exit(main())
