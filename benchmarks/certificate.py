"""How close plans come to the bound that no plan can beat, by car, weather and network.

    python benchmarks/certificate.py [--pairs 100]

Cars are of the catalogue; those without the plug of the chargers at hand are given one.  The bound
rounds temperatures and energies in the car's favour, so that the gap of a car whose pack runs hot
or cold holds both what the plan may be short of the best and what the bound is too low.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from measure import (
    Run,
    Watch,
    made_ready,
    mean,
    median,
    ms,
    p95,
    percent,
    section,
    several,
    table,
    watched,
)
from places import alps, car, colorado, random_trips
from tripplan.planning.planner import Planner
from tripplan.records.region import Region

CARS = {
    "tesla-model-3-lr": "liquid-cooled",
    "hyundai-ioniq-28": "air-cooled",
    "nissan-leaf-40": "uncooled",
}
WEATHER_C = (20.0, 35.0, -10.0)
CHARGERS = 2000
REGIONS: dict[str, tuple[Callable[[], Region], float]] = {
    "alps": (alps, 300.0),
    "g_col": (lambda: colorado(CHARGERS), 250.0),
}
"""How each is made, and how far apart pairs lie at the least [km]."""
BUDGET_S = 40.0
"""CPU time for the trips of one car and weather, where there are more than it allows for."""
CLOSE, NEAR = 0.002, 0.01


@dataclass(frozen=True)
class Case:
    """Trips in one car and weather on one network."""

    region: str
    car: str
    ambient_c: float
    runs: list[Run]

    @property
    def gaps(self) -> list[float]:
        """The gap of every plan."""
        return [run.plan.certificate.gap for run in self.runs]


def measured(planner: Planner, watch: Watch, case: tuple[str, float], pairs: int) -> Case:
    """Plan random trips in one car and weather."""
    name, ambient_c = case
    vehicle = car(name, plug="CCS2")
    region = planner.region.name
    least_km = REGIONS[region][1]
    trips = random_trips(planner.region.network, seed=3, least_km=least_km, ambient_c=ambient_c)
    made_ready(planner, next(trips), vehicle)
    return Case(region, name, ambient_c, several(planner, watch, trips, vehicle, pairs, BUDGET_S))


def row(case: Case) -> list[object]:
    """Return the row of a case."""
    gaps, seconds = case.gaps, [run.solved.seconds for run in case.runs]
    if not gaps:
        return [case.region, case.car, f"{case.ambient_c:g}", 0, *["-"] * 8]
    return [
        case.region,
        f"{case.car} ({CARS[case.car]})",
        f"{case.ambient_c:g}",
        len(gaps),
        f"{mean(len(run.plan.stops) for run in case.runs):.1f}",
        percent(mean(gaps)),
        percent(median(gaps)),
        percent(max(gaps)),
        sum(gap <= CLOSE for gap in gaps),
        sum(gap <= NEAR for gap in gaps),
        f"{ms(median(seconds))} / {ms(p95(seconds))}",
        sum(not run.plan.certificate.complete for run in case.runs),
    ]


HEAD = (
    "network",
    "car (pack)",
    "°C",
    "trips",
    "stops",
    "gap, mean",
    "median",
    "max",
    "within 0.2 %",
    "within 1 %",
    "search, ms (median / p95)",
    "out of labels",
)

PAGE = """\
## Certificates: how far plans are from the bound

Random pairs on two networks: the Alps with GLOBE heights and the European Superchargers, at least
300 km apart, and g_col with 2,000 chargers, at least 250 km apart. Three cars, three kinds of
weather, heat and choice of speed on; up to {pairs} trips a row that need stops and can be driven,
fewer where {budget:.0f} s of CPU time did not allow for more. A gap is (plan - bound) / plan; the
bound holds for all roads, speeds and stops, and follows the pack's temperature where heat matters.
Trips were planned one after the other, with rows of drives as earlier trips left them. *Out of
labels*: the search with heat ended without having looked at everything.

{cases}

Of all {count} plans {close:.0f} % are within 0.2 % of their bound and {near:.0f} % within 1 %; of
those at 20 °C {close_mild:.0f} % and {near_mild:.0f} %. All plans passed their audit: {audits}.
"""


def page(pairs: int) -> str:
    """Measure all, and write the section."""
    cases = []
    for make, _ in REGIONS.values():
        planner = Planner(make())
        with watched() as watch:
            for name in CARS:
                for ambient_c in WEATHER_C:
                    cases.append(measured(planner, watch, (name, ambient_c), pairs))
                    print(*row(cases[-1]), file=sys.stderr, flush=True)
    gaps = [gap for case in cases for gap in case.gaps]
    mild = [gap for case in cases if case.ambient_c == WEATHER_C[0] for gap in case.gaps]
    plans = [run.plan for case in cases for run in case.runs]
    return PAGE.format(
        pairs=pairs,
        budget=BUDGET_S,
        cases=table(HEAD, map(row, cases)),
        count=len(gaps),
        close=100.0 * mean(gap <= CLOSE for gap in gaps),
        near=100.0 * mean(gap <= NEAR for gap in gaps),
        close_mild=100.0 * mean(gap <= CLOSE for gap in mild),
        near_mild=100.0 * mean(gap <= NEAR for gap in mild),
        audits="yes" if all(plan.audit.passed for plan in plans) else "NO",
    )


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    options = parser.parse_args()
    return section("certificate", lambda: page(options.pairs))


if __name__ == "__main__":
    sys.exit(main())
