"""The first plan of a car under new conditions: on the part that its trip needs, and on all roads.

    python benchmarks/first_plans.py [--rounds 3]

Both are whole plans by one planner that has the hierarchy of the roads, by turns, each at a
temperature of its own; what was customised for the one is of no use to the other.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from measure import figure, held_gb, median, ms, section, table, timed
from places import car, colorado, europe, random_trips
from tripplan.planning.planner import Planner
from tripplan.records.trip import Conditions, Place, Trip
from tripplan.records.vehicle import Vehicle

PLACES = {
    "Munich": Place(lat=48.137, lon=11.575),
    "Milan": Place(lat=45.464, lon=9.190),
    "Paris": Place(lat=48.857, lon=2.352),
    "Berlin": Place(lat=52.52, lon=13.405),
    "Naples": Place(lat=40.85, lon=14.27),
    "Oslo": Place(lat=59.91, lon=10.75),
    "Lisbon": Place(lat=38.72, lon=-9.14),
    "Warsaw": Place(lat=52.23, lon=21.01),
}
NAMED = (("Munich", "Milan"), ("Paris", "Berlin"), ("Naples", "Oslo"), ("Lisbon", "Warsaw"))
EUROPE_CAR = "tesla-model-3-lr"
COLORADO_CAR = "nissan-leaf-40"
PAIRS = 3
LEAST_KM, MOST_KM = 180.0, 230.0
STEP_K = 0.25


@dataclass(frozen=True)
class Trial:
    """One trip, planned in turns on a part and on the whole; times in seconds."""

    name: str
    part_s: list[float]
    whole_s: list[float]
    longer_s: list[float]
    """How much longer the plan of the part takes than that of the whole."""
    bound_less_s: list[float]
    """How much lower its bound is."""


def tried(planner: Planner, name: str, trip: Trip, vehicle: Vehicle, rounds: int) -> Trial:
    """Plan a trip at other temperatures each time, which lie as close as their plans."""
    found = Trial(name, [], [], [], [])
    for number in range(rounds + 1):
        plans = []
        for seconds, whole in ((found.part_s, False), (found.whole_s, True)):
            # A planner of its own for the part: the other one has the region ready at once.
            air_c = 10.0 + STEP_K * number
            asked = trip.model_copy(update={"conditions": Conditions(ambient_c=air_c)})
            own = with_hierarchy_of(planner)
            spent_s, plan = timed(partial(own.plan, asked, vehicle, one_of_many=whole))
            plans.append(plan)
            if number:  # the first round loads compiled code
                seconds.append(spent_s)
        found.longer_s.append(plans[0].total_s - plans[1].total_s)
        bounds_s = [plan.certificate.lower_bound_s for plan in plans]
        found.bound_less_s.append(bounds_s[1] - bounds_s[0])
    return found


def with_hierarchy_of(planner: Planner) -> Planner:
    """Return a planner that has read and contracted the roads, and made nothing ready."""
    fresh = Planner(planner.region)
    mine, its = fresh._cache, planner._cache  # noqa: SLF001 - both would make the same
    mine.__dict__.update(hierarchy=its.hierarchy, roads=its.roads)
    fresh._parts.__dict__["_times"] = planner._parts._times  # noqa: SLF001
    return fresh


def trials(rounds: int) -> Iterator[Trial]:
    """Measure all trips."""
    planner, vehicle = Planner(europe()), car(EUROPE_CAR)
    for one, other in NAMED:
        trip = Trip(origin=PLACES[one], destination=PLACES[other], departure_soc=0.9)
        yield tried(planner, f"Europe: {one} - {other}", trip, vehicle, rounds)
        print(one, other, file=sys.stderr)
    planner, vehicle = Planner(colorado(2000)), car(COLORADO_CAR)
    pairs = random_trips(planner.region.network, seed=3, least_km=LEAST_KM, most_km=MOST_KM)
    for number in range(PAIRS):
        yield tried(planner, f"g_col: pair {number + 1}", next(pairs), vehicle, rounds)


def row(trial: Trial) -> list[object]:
    """Return the row of a trip."""
    part_s, whole_s = median(trial.part_s), median(trial.whole_s)
    return [
        trial.name,
        ms(part_s),
        ms(whole_s),
        figure(whole_s / part_s),
        f"{max(map(abs, trial.longer_s)):.6f}",
        f"{max(trial.bound_less_s):.6f}",
    ]


HEAD = (
    "trip",
    "usual, ms",
    "all roads, ms",
    "all / usual",
    "totals differ by, s (most)",
    "bound lower by, s (most)",
)

PAGE = """\
## The first plan under new conditions

CPU time of whole plans (pricing, customising, search, itinerary, audit) of a car at a temperature
that nothing was made for, median of {rounds}, by turns. *Usual*: on the part of the region that the
trip can need, if that is less than half of it. *All roads*: as the first of many trips under these
conditions. The planner has read the region and contracted it, which is done once a process.
{held:.2f} GB are held at the end.

{trips}
"""


def page(rounds: int) -> str:
    """Measure all, and write the section."""
    found = table(HEAD, map(row, trials(rounds)))
    return PAGE.format(rounds=rounds, trips=found, held=held_gb())


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    return section("first_plans", lambda: page(options.rounds))


if __name__ == "__main__":
    sys.exit(main())
