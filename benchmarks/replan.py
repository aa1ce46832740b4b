"""Plans that must change on the way: a charger that is out of order, a road that is closed.

    python benchmarks/replan.py [--trips 15]

*Warm* keeps what the first plan made: costs of the roads, and rows of drives.  A *new start* knows
the region and its hierarchy, and nothing else.  Both are timed as whole plans, by turns, and must
give the same plan.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from measure import (
    Run,
    Watch,
    figure,
    made_ready,
    mean,
    median,
    ms,
    p95,
    section,
    several,
    table,
    timed,
    watched,
)
from places import car, colorado, europe, random_trips
from tripplan.errors import NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.region import Region
from tripplan.records.trip import ChargerWishes, Place, Trip
from tripplan.records.vehicle import Vehicle

REGIONS: dict[str, tuple[Callable[[], Region], str, float]] = {
    "Europe, 1,520 chargers": (europe, "tesla-model-3-lr", 800.0),
    "g_col, 2,000 chargers": (partial(colorado, 2000), "hyundai-ioniq-28", 200.0),
}
"""How each is made, the car, and how far apart pairs lie at the least [km]."""
NEW_STARTS = 3
EARLIER = 10
_SAME_S = 1.0


@dataclass(frozen=True)
class Change:
    """One kind of change on one region; times in seconds."""

    region: str
    kind: str
    first_s: list[float]
    """The plan before the change, warm."""
    warm_s: list[float]
    new_start_s: list[float]
    longer_s: list[float]
    differing: int


def banning(trip: Trip, *chargers: str) -> Trip:
    """Return the trip without some chargers."""
    return trip.model_copy(update={"chargers": ChargerWishes(banned=chargers)})


def new_start(planner: Planner) -> Planner:
    """Return a planner that knows the region and its hierarchy, and nothing else."""
    fresh, kept = Planner(planner.region), planner._cache  # noqa: SLF001
    fresh._cache.__dict__["hierarchy"] = kept.hierarchy  # noqa: SLF001 - belongs to the region
    return fresh


def banned_charger(region_name: str, planner: Planner, vehicle: Vehicle, runs: list[Run]) -> Change:
    """Ban the first charger of each plan, and plan again."""
    first_s, warm_s, new_start_s, longer_s, differing = [], [], [], [], 0
    for k, run in enumerate(runs):
        trip = banning(run.plan.trip, run.plan.chargers[0].id)
        before_s, before = timed(partial(planner.plan, run.plan.trip, vehicle))
        seconds, plan = timed(partial(planner.plan, trip, vehicle))
        first_s.append(before_s)
        warm_s.append(seconds)
        longer_s.append(plan.total_s - before.total_s)
        if k < NEW_STARTS:
            seconds, same = timed(partial(new_start(planner).plan, trip, vehicle))
            new_start_s.append(seconds)
            differing += abs(same.total_s - plan.total_s) > _SAME_S
    return Change(
        region_name, "a charger is banned", first_s, warm_s, new_start_s, longer_s, differing
    )


def closed_road(region_name: str, planner: Planner, vehicle: Vehicle, runs: list[Run]) -> Change:
    """Close the road in the middle of the first leg of each plan, and plan again."""
    first_s, warm_s, new_start_s, longer_s, differing = [], [], [], [], 0
    for k, run in enumerate(runs):
        trace = run.plan.legs[0].trace
        middle = slice(len(trace.lat) // 2 - 1, len(trace.lat) // 2 + 1)  # the ends of one road
        place = Place(lat=mean(trace.lat[middle]), lon=mean(trace.lon[middle]))
        trip = run.plan.trip.model_copy(update={"closed": (place,)})
        before_s, before = timed(partial(planner.plan, run.plan.trip, vehicle))
        first_s.append(before_s)
        try:
            seconds, plan = timed(partial(planner.plan, trip, vehicle))
        except NoPlanError:  # no way round
            continue
        warm_s.append(seconds)
        longer_s.append(plan.total_s - before.total_s)
        if k < NEW_STARTS:
            seconds, same = timed(partial(new_start(planner).plan, trip, vehicle))
            new_start_s.append(seconds)
            differing += abs(same.total_s - plan.total_s) > _SAME_S
    return Change(
        region_name, "a road is closed", first_s, warm_s, new_start_s, longer_s, differing
    )


def measured(watch: Watch, name: str, trips: int) -> list[Change]:
    """Measure every kind of change on one region."""
    make, car_name, least_km = REGIONS[name]
    planner, vehicle = Planner(make()), car(car_name)
    pairs = random_trips(planner.region.network, seed=31, least_km=least_km)
    made_ready(planner, next(pairs), vehicle)
    several(planner, watch, pairs, vehicle, EARLIER)
    runs = several(planner, watch, pairs, vehicle, trips)
    return [kind(name, planner, vehicle, runs) for kind in (banned_charger, closed_road)]


def row(change: Change) -> list[object]:
    """Return the row of a change."""
    warm_s, anew_s = median(change.warm_s), median(change.new_start_s)
    return [
        f"{change.region}: {change.kind}",
        len(change.warm_s),
        ms(median(change.first_s)),
        f"{ms(warm_s)} / {ms(p95(change.warm_s))}",
        ms(anew_s),
        figure(anew_s / warm_s),
        figure(median(change.longer_s) / 60.0),
        f"{len(change.new_start_s) - change.differing} of {len(change.new_start_s)}",
    ]


HEAD = (
    "change",
    "trips",
    "plan before, again, ms",
    "plan after, warm, ms (median / p95)",
    "new start, ms",
    "new start / warm",
    "plan longer, min (median)",
    "same plan",
)

PAGE = """\
## Planning again after a change

Whole plans (search, itinerary, audit) of random trips after {earlier} others: with the first
charger of the plan out of order, or the road in the middle of its first leg closed. *New start*:
the same plan by a planner that has the hierarchy but must price and customise all roads first.
*Same plan*: new starts that came to the same time. A ban keeps the rows of drives; a closed road
updates the customised costs above it alone, and only those rows of drives are made anew that could
lead over it. Trips without a way round a closed road are left out.

{changes}
"""


def page(trips: int) -> str:
    """Measure all, and write the section."""
    with watched() as watch:
        changes = [change for name in REGIONS for change in measured(watch, name, trips)]
    return PAGE.format(earlier=EARLIER, changes=table(HEAD, map(row, changes)))


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=int, default=15)
    options = parser.parse_args()
    return section("replan", lambda: page(options.trips))


if __name__ == "__main__":
    sys.exit(main())
