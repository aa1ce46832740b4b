"""Limits found by halving against those found by planning every step, on random cases.

    python -m validation.questions 100

prints for each limit how many answers agree, and how many plans both took.  The roads are made up:
straight ones with chargers beside them, and small hilly ones.
"""

import sys
from collections.abc import Iterator
from typing import get_args

import numpy as np

from tests.samples.straight_road import along, straight_road
from tests.samples.worlds import across, car, hilly_region
from tripplan.planning.planner import Planner
from tripplan.questions.answers import LimitName
from tripplan.questions.kinds import KINDS
from tripplan.questions.limit_search import limit
from tripplan.questions.trying import Case, Trials
from tripplan.records.trip import Conditions


def random_case(rng: np.random.Generator) -> tuple[Planner, Case]:
    """Return a trip without charging, somewhere about the limit of its car."""
    kwh = rng.uniform(12.0, 60.0)
    made = car(nominal_kwh=kwh, gross_kwh=kwh + 2.0, soh=rng.uniform(0.7, 1.0))
    weather = Conditions(ambient_c=rng.uniform(-15.0, 20.0), wind_mps=rng.uniform(0.0, 6.0))
    wishes = {
        "most_stops": 0,
        "departure_soc": rng.uniform(0.7, 1.0),
        "slow_down_to": float(rng.choice([1.0, 0.8])),
        "conditions": weather,
    }
    if rng.random() < 0.5:
        region = straight_road({40.0: 50.0}, km=400.0, marks=(150.0, 250.0))
        trip = along(rng.uniform(30.0, 350.0), **wishes)
    else:
        region = hilly_region(int(rng.integers(1000)))
        trip = across(region, **wishes)
    return Planner(region), Case(trip, made)


def random_cases(of: LimitName, count: int, seed: int = 0) -> Iterator[tuple[Planner, Case]]:
    """Yield cases whose limit lies within its range: neither all values do nor none."""
    rng = np.random.default_rng([seed, *of.encode()])
    found = 0
    while found < count:
        planner, case = random_case(rng)
        edge = limit(Trials(planner), [case], of, how="bisect")
        if edge.limit is not None and not edge.open_ended:
            found += 1
            yield planner, case


def main(count: int) -> None:
    """Print how answers of both ways compare."""
    for of in get_args(LimitName):
        if of not in KINDS or of == "charger-kw":
            continue
        same, halved_plans, every_plans = 0, 0, 0
        for planner, case in random_cases(of, count):
            halved = limit(Trials(planner), [case], of, how="bisect")
            every = limit(Trials(planner), [case], of, how="scan")
            agree = halved.limit == every.limit and not every.islands
            same += agree
            halved_plans += halved.plans
            every_plans += every.plans
            if not agree:
                sys.stdout.write(f"{of}: {halved.limit} halved, {every.limit}, {every.islands}\n")
        share = halved_plans / every_plans
        sys.stdout.write(
            f"{of}: {same} of {count} agree; {halved_plans / count:.1f} plans against "
            f"{every_plans / count:.1f} ({share:.1%})\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
