"""Plans random trips of a low-speed vehicle on an extract, and walks each again.

    PYTHONPATH=src:. python tools/measure_low_speed.py roads.osm.pbf US US-CO 500 8

Extract, its country, the law, how many trips, and how far apart at most (km).  The figures of
docs/how-to/low-speed.md were printed by it.
"""

import sys
from collections import Counter

import numpy as np

import tripplan
from tests.oracles.legal_walk import Rule, Walker, random_pairs
from tripplan.errors import IllegalRoadError, NoPlanError
from tripplan.records.low_speed_law import low_speed_laws
from tripplan.records.trip import Place, Trip
from tripplan.sources.build import build_region

SEED = 19
CAR = "nissan-sakura"


def measured(extract: str, country: str, law: str, count: int, farthest_km: float) -> str:
    """Return what came of the trips, in words.

    Parameters
    ----------
    extract, country
        The roads.
    law
        Code of the law.
    count, farthest_km
        How many trips, and how far apart their ends are at the most.
    """
    ground, row = build_region(extract, country=country), low_speed_laws()[law]
    rule = Rule(row.road_limit_kmh or np.inf, row.crossing_limit_kmh or np.inf, row.vehicle_kmh)
    walker, planner = Walker(ground.network, rule), tripplan.Planner(ground)
    car = tripplan.catalogue()[CAR]
    counts: Counter[str] = Counter()
    km = stated_km = 0.0
    illegal_m = []
    rng = np.random.default_rng(SEED)
    for start, end in random_pairs(ground.network, rng, count, rule.road, farthest_km):
        ends = [Place(lat=lat, lon=lon) for lat, lon in (start, end)]
        trip = Trip(origin=ends[0], destination=ends[1], law=law, departure_soc=1.0)
        try:
            plan = planner.plan(trip, car, one_of_many=True)
        except IllegalRoadError as error:
            counts["cut by the law"] += 1
            illegal_m.append(error.illegal_m)
            continue
        except NoPlanError as error:
            counts[type(error).__name__] += 1
            continue
        counts["planned"] += 1
        counts["audit failed"] += not plan.audit.passed
        counts["not legal by the walk"] += len(plan.legs) > 1 or bool(walker.faults(plan))
        km += plan.distance_km
        stated_km += (plan.stated_limit_share or 0.0) * plan.distance_km
    told = f"{extract} by {law}: {dict(counts)}; {km:,.0f} km, {stated_km / max(km, 1e-9):.1%} "
    told += "legal by stated limits"
    if illegal_m:
        middle, most = np.median(illegal_m), max(illegal_m)
        told += f"; least illegal stretch {middle:,.0f} m in the median, {most:,.0f} m at the most"
    return told


if __name__ == "__main__":
    print(measured(*sys.argv[1:4], int(sys.argv[4]), float(sys.argv[5])))
