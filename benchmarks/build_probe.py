"""What one build takes for a task, told as JSON: run by `cold_starts`, old and new by turns.

    PYTHONPATH=BUILD/src:BUILD/benchmarks python -P benchmarks/build_probe.py TASK

Only what builds of all ages have is used: the package's front door, and `measure` and `places` of
that build's own benchmarks, which lay out the same regions and draw the same random trips.  Times
are CPU times of this process [s], memory in GB.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial

from measure import held_gb, median, p95, peak_gb, several, timed, watched
from places import car, colorado, europe, random_trips
from tripplan import Conditions, Place, Planner, Trip

PLACES = {
    "Munich": Place(lat=48.137, lon=11.575),
    "Milan": Place(lat=45.464, lon=9.190),
    "Paris": Place(lat=48.857, lon=2.352),
    "Berlin": Place(lat=52.52, lon=13.405),
    "Naples": Place(lat=40.85, lon=14.27),
    "Oslo": Place(lat=59.91, lon=10.75),
    "Lisbon": Place(lat=38.72, lon=-9.14),
    "Warsaw": Place(lat=52.23, lon=21.01),
    "Hamburg": Place(lat=53.55, lon=9.99),
    "Vienna": Place(lat=48.21, lon=16.37),
}
FIRST, UNCOUNTED = ("Munich", "Milan"), ("Hamburg", "Vienna")
NAMED = (("Munich", "Milan"), ("Paris", "Berlin"), ("Naples", "Oslo"), ("Lisbon", "Warsaw"))
EUROPE_CAR, SECOND_CAR = "tesla-model-3-lr", "renault-zoe-ze50"
COLORADO_CAR, COLORADO_CHARGERS, COLORADO_PAIRS = "nissan-leaf-30", 2000, 3
EARLIER, COUNTED = 15, 25
"""Random pairs of each car before those that are counted, and those."""
LEAST_KM = 800.0


def between(ends: tuple[str, str], ambient_c: float) -> Trip:
    """Return the trip between two towns at a temperature."""
    return Trip(
        origin=PLACES[ends[0]],
        destination=PLACES[ends[1]],
        departure_soc=0.9,
        conditions=Conditions(ambient_c=ambient_c),
    )


def first_plans() -> dict[str, float]:
    """Plan in Europe: the first plan of the process, then each named trip in weather of its own."""
    region, vehicle = europe(), car(EUROPE_CAR)
    made_s, planner = timed(lambda: Planner(region))
    first_s, _ = timed(lambda: planner.plan(between(FIRST, 20.0), vehicle))
    found = {"first plan of a process": made_s + first_s}
    planner.plan(between(UNCOUNTED, 25.0), vehicle)  # loads the rest of the compiled code
    for number, ends in enumerate(NAMED):
        trip = between(ends, 5.0 + number)
        name = " - ".join(ends)
        found[name], plan = timed(partial(planner.plan, trip, vehicle))
        found[f"{name}, total"] = plan.total_s
    return found


def colorado_first() -> dict[str, float]:
    """Plan on the streets of Colorado, each pair in weather of its own; the median."""
    planner, vehicle = Planner(colorado(COLORADO_CHARGERS)), car(COLORADO_CAR)
    pairs = random_trips(planner.region.network, seed=3, least_km=180.0, most_km=230.0)
    planner.plan(next(pairs), vehicle)  # contracts the roads, loads the compiled code
    times, totals = [], []
    for number in range(COLORADO_PAIRS):
        weather = Conditions(ambient_c=10.0 + number)
        trip = next(pairs).model_copy(update={"conditions": weather})
        seconds, plan = timed(partial(planner.plan, trip, vehicle))
        times.append(seconds)
        totals.append(plan.total_s)
    return {"g_col": median(times), "g_col, total": sum(totals)}


def pairs_of_two_cars() -> dict[str, float]:
    """Plan random pairs across Europe with two cars under conditions that are ready."""
    planner = Planner(europe())
    found: dict[str, float] = {}
    with watched() as watch:
        for number, name in enumerate((EUROPE_CAR, SECOND_CAR), start=1):
            vehicle, trips = car(name), random_pairs(planner)
            several(planner, watch, trips, vehicle, EARLIER)
            runs = several(planner, watch, trips, vehicle, COUNTED)
            plans_s = [run.plan_s for run in runs]
            found[f"car {number}: search"] = median(run.solved.seconds for run in runs)
            found[f"car {number}: plan"] = median(plans_s)
            found[f"car {number}: plan, p95"] = p95(plans_s)
            found[f"car {number}: total"] = sum(run.plan.total_s for run in runs)
            found[f"car {number}: peak"] = peak_gb()
            found[f"car {number}: held"] = held_gb()
    return found


def random_pairs(planner: Planner) -> Iterator[Trip]:
    """Yield the same pairs for each car, without end."""
    return random_trips(planner.region.network, seed=5, least_km=LEAST_KM)


TASKS: dict[str, Callable[[], dict[str, float]]] = {
    "first_plans": first_plans,
    "colorado_first": colorado_first,
    "pairs_of_two_cars": pairs_of_two_cars,
}


if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]]()))
