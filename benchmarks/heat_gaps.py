"""How close plans come to the bound with battery heat: all cars written by hand, five seasons.

    python benchmarks/heat_gaps.py [--region starter-illustrative] [--trips 2]
        [--cars nissan-leaf-40,...] [--levels 4] [--seed 5]

Random trips of more than 300 km each, and Denver - Las Vegas in a LEAF 40 on a hot day.  Trips that
cannot be driven, or need no stop, are counted and drawn anew.  A gap is the certificate's.  The
time of the bound is the CPU time of looking for it, chains that are driven included.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from measure import figure, mean, median, p95, percent, section, table, timed
from places import alps, car, random_trips
from tripplan.errors import TripplanError
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import Vehicle, catalogue
from tripplan.search import solve as solve_module
from tripplan.search.bounds import Scope
from tripplan.search.chain import ChosenChain
from tripplan.sources.starter import load_starter
from tripplan.sources.store import load_region

SEASONS_C = (-15.0, -10.0, 0.0, 20.0, 35.0)
LEAST_KM, MOST_KM = 300.0, 1500.0
DRAWS = 6
"""So many times as many trips are drawn as are wanted, at the most."""
PLUGS = {"alps": "CCS2"}
"""What cars without the plug of a region's chargers are given."""
DENVER, LAS_VEGAS = ("Denver", "CO"), ("Las Vegas", "NV")
MODEL_CAR, MODEL_C = "nissan-leaf-40", 38.0
WORST = 12


@dataclass(frozen=True)
class Found:
    """One plan."""

    car: str
    ambient_c: float
    trip: Trip
    gap: float
    unfollowed: float
    """Gap to the bound that does not follow heat; not below `gap`."""
    bound_s: float
    """CPU time of looking for the bound with heat [s]."""
    stops: int
    plan_s: float
    """CPU time of the plan [s]."""


@dataclass
class Bounding:
    """What the searches for a bound with heat did that the latest plan took."""

    seconds: float = 0.0
    before_s: float = 0.0
    """Bound before it; 0 where none was looked for. [s]"""


@contextmanager
def bounding() -> Iterator[Bounding]:
    """Take the time of the bound with heat alone inside `Planner.plan`."""
    latest, real = Bounding(), solve_module._heat_bounded  # noqa: SLF001

    def wrapped(
        task: solve_module._Task,
        plan: ChosenChain,
        scope: Scope,
        bound_s: float,
    ) -> tuple[ChosenChain, float]:
        latest.before_s = bound_s - task.problem.constant_s
        seconds, found = timed(lambda: real(task, plan, scope, bound_s))
        latest.seconds += seconds  # a plan may be searched for again, with tighter wishes
        return found

    with patch.object(solve_module, "_heat_bounded", wrapped):
        yield latest


def planned(planner: Planner, latest: Bounding, trip: Trip, vehicle: Vehicle) -> Found | None:
    """Plan a trip; None where it needs no stop.

    Raises
    ------
    TripplanError
        It cannot be driven.
    """
    latest.seconds, latest.before_s = 0.0, 0.0
    seconds, plan = timed(lambda: planner.plan(trip, vehicle))
    if not plan.stops:
        return None
    proof = plan.certificate
    before_s = latest.before_s or proof.lower_bound_s
    ambient_c = float(trip.conditions.ambient_c)
    return Found(
        vehicle.id,
        ambient_c,
        trip,
        proof.gap,
        max(1.0 - before_s / plan.total_s, proof.gap),
        latest.seconds,
        len(plan.stops),
        seconds,
    )


def of_case(
    planner: Planner, latest: Bounding, vehicle: Vehicle, trips: Iterator[Trip], count: int
) -> tuple[list[Found], int]:
    """Plan trips of one car in one weather; those that were drawn for nothing are counted.

    Parameters
    ----------
    planner, latest
        What plans, and what tells the time of the bound.
    vehicle, trips
        The car, and trips without end.
    count
        How many are wanted.
    """
    found: list[Found] = []
    unfit = 0
    for _ in range(DRAWS * count):
        try:
            one = planned(planner, latest, next(trips), vehicle)
        except TripplanError:
            one = None
        if one is None:
            unfit += 1
            continue
        found.append(one)
        if len(found) == count:
            break
    return found, unfit


def row(name: str, found: Sequence[Found]) -> list[object]:
    """Return a row of figures."""
    gaps, times = [one.gap for one in found], [one.bound_s for one in found if one.bound_s]
    return [
        name,
        len(found),
        figure(mean(one.stops for one in found)),
        percent(mean(one.unfollowed for one in found)),
        percent(mean(gaps)),
        percent(p95(gaps)),
        percent(max(gaps)) if gaps else "-",
        len(times),
        f"{figure(median(times))} / {figure(p95(times))}",
    ]


HEAD = (
    "",
    "plans",
    "stops",
    "mean gap without following heat",
    "gap, mean",
    "p95",
    "max",
    "bound with heat looked for",
    "its CPU time, s (median / p95)",
)

PAGE = """\
## Gaps with battery heat: every car written by hand, five seasons

{region}: random trips of {least:g} to {most:g} km as the crow flies, {trips} for every car and
air temperature that need stops and can be driven, where so many were found among {draws} times as
many; {unfit:,} were drawn that cannot be driven or need none. Gaps are (plan - bound) / plan, as
the certificate prints them; {levels} levels of the bound with heat. Its times are those of the
trips for which it was looked for.

{by_season}

{by_car}

Widest gaps:

{worst}

{model}"""


def denver_las_vegas(latest: Bounding, settings: Settings) -> str:
    """Return a sentence on the LEAF's trip on a hot day."""
    region = load_starter("illustrative")
    where = {(entry.name, entry.area): entry for entry in region.gazetteer.entries}
    ends = [Place(lat=where[n].lat, lon=where[n].lon) for n in (DENVER, LAS_VEGAS)]
    trip = Trip(origin=ends[0], destination=ends[1], conditions=Conditions(ambient_c=MODEL_C))
    for _ in range(2):
        found = planned(Planner(region, settings), latest, trip, car(MODEL_CAR))
    assert found is not None
    return (
        f"Denver - Las Vegas, {MODEL_CAR}, {MODEL_C:g} °C: gap {percent(found.gap)} "
        f"({percent(found.unfollowed)} without following heat), bound in "
        f"{figure(found.bound_s)} s CPU.\n"
    )


REGIONS: dict[str, Callable[[], Region]] = {
    "starter": load_starter,
    "starter-illustrative": lambda: load_starter("illustrative"),
    "alps": alps,
}


def page(options: argparse.Namespace) -> str:
    """Measure all, and write the section."""
    name = options.region
    region = REGIONS[name]() if name in REGIONS else load_region(Path(name))
    settings = Settings(heat_bound_levels=options.levels)
    cars = options.cars.split(",") if options.cars else list(catalogue())
    seasons = [float(c) for c in options.seasons.split(",")] if options.seasons else SEASONS_C
    found: list[Found] = []
    unfit: Counter[str] = Counter()
    with bounding() as latest:
        model = denver_las_vegas(latest, settings)  # compiles what is to be timed
        print(model, file=sys.stderr, flush=True)
        for one in cars:
            vehicle = car(one, plug=PLUGS.get(region.name))
            if not vehicle.fast_charging_standards:
                continue
            for ambient_c in seasons:
                planner = Planner(region, settings)
                trips = random_trips(
                    region.network,
                    options.seed + list(catalogue()).index(one),
                    least_km=LEAST_KM,
                    most_km=MOST_KM,
                    ambient_c=ambient_c,
                )
                more, missed = of_case(planner, latest, vehicle, trips, options.trips)
                found += more
                unfit[one] += missed
                print(*row(f"{one} {ambient_c:g}", more), file=sys.stderr, flush=True)
    worst = sorted(found, key=lambda f: -f.gap)[:WORST]
    return PAGE.format(
        region=region.name,
        least=LEAST_KM,
        most=MOST_KM,
        trips=options.trips,
        draws=DRAWS,
        unfit=sum(unfit.values()),
        levels=options.levels,
        by_season=table(
            ("air, °C", *HEAD[1:]),
            [
                *(row(f"{c:g}", [f for f in found if f.ambient_c == c]) for c in seasons),
                row("all", found),
            ],
        ),
        by_car=table(("car", *HEAD[1:]), (row(c, [f for f in found if f.car == c]) for c in cars)),
        worst=table(
            ("car", "°C", "stops", "gap", "without following heat", "from", "to"),
            (
                (
                    f.car,
                    f"{f.ambient_c:g}",
                    f.stops,
                    percent(f.gap),
                    percent(f.unfollowed),
                    *(f"{p.lat:.4f},{p.lon:.4f}" for p in (f.trip.origin, f.trip.destination)),
                )
                for f in worst
            ),
        ),
        model=model,
    )


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--region", default="starter-illustrative", help="by name, or a folder")
    parser.add_argument("--trips", type=int, default=2, help="of each car in each season")
    parser.add_argument("--cars", default="", help="ids, by commas; otherwise all")
    parser.add_argument("--seasons", default="", help="degrees Celsius, by commas")
    parser.add_argument("--levels", type=int, default=Settings().heat_bound_levels)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    return section("heat_gaps", lambda: page(options))


if __name__ == "__main__":
    sys.exit(main())
