"""Littleton - Denver airport - Littleton in winter without charging, on the built-in atlas.

Each way is a drive of its own from a cold start: the car stands at the airport, for `HOURS` where
nothing else is said.  Cars start full.
The atlas knows freeways only, and assumes the ways between them and both ends; published are 35 to
45 miles.  Consumption per kilometre is the atlas's, distance both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics import spread
from tripplan.planning import uncertainty
from tripplan.planning.planner import Planner
from tripplan.records.settings import Settings
from tripplan.records.trip import Conditions, Trip, Waypoint
from tripplan.records.vehicle import Vehicle, find_vehicle
from tripplan.sources.starter import load_starter
from tripplan.units import M_PER_MILE, S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

ENDS = ("Littleton, CO", "DEN")
MILES = (35.0, 45.0)
"""Published distance of one way; drawn evenly, 40 in the middle."""
TEMPERATURES_C = (20.0, 0.0, -10.0, -18.0)
CARS = (
    ("nissan-leaf-24-2013", 0.75),
    ("nissan-leaf-30", 0.90),
    ("nissan-leaf-40", 0.90),
    ("chevrolet-bolt-60", 0.95),
)
"""Cars with their state of health; that of the Bolt is assumed."""
CABIN_OFF, CAPACITY_OFF = 0.30, 0.04
"""Uncertainty of the cabin's power and of the capacity in the cold, shares (estimates)."""
DRAWS = 4000
HOURS = 12.0
"""How long the car stands at the airport."""


class Case(NamedTuple):
    """What is otherwise on the coldest day."""

    words: str
    hours: float = HOURS
    changes: Mapping[str, object] = MappingProxyType({})
    """Other conditions."""
    max_speed_kmh: float | None = None


CASES = (
    Case("as above"),
    Case("three days at the airport", hours=72.0),
    Case("seven days", hours=168.0),
    Case("fourteen days", hours=336.0),
    Case("preheated at home", changes=MappingProxyType({"cabin": "preheated"})),
    Case("no faster than 90 km/h", max_speed_kmh=90.0),
    Case("without heating", changes=MappingProxyType({"cabin": "off"})),
    Case("snow on all roads", changes=MappingProxyType({"road": "snow"})),
)
CASES_OF = ("nissan-leaf-40", "chevrolet-bolt-60")
"""Cars whose cases are told."""


@dataclass(frozen=True)
class Answer:
    """One car at one temperature."""

    car: Vehicle
    ambient_c: float
    atlas_km: float
    atlas_soc: float
    """SoC left at home by the atlas's distance; negative: that much is missing."""
    left_soc: float
    """The same by 40 miles each way."""
    p10_soc: float
    p90_soc: float
    probability: float


@dataclass(frozen=True)
class Need:
    """What both ways take together."""

    km: float
    warm_up_kwh: float
    """What warming up takes, at home and at the airport."""
    standing_kwh: float
    spent_kwh: float
    level_kwh: float
    cabin_kwh: float
    band: float
    """Share of the consumption within which eight in ten such drives lie."""

    def kwh(
        self, km: Floats | float, motion: Floats | float = 0.0, cabin: Floats | float = 0.0
    ) -> Floats:
        """Energy over a distance, with relative errors of consumption and of the cabin [kWh]."""
        stretch = np.asarray(km) / self.km
        driven = self.spent_kwh - self.warm_up_kwh + motion * self.level_kwh
        fixed = self.warm_up_kwh + self.standing_kwh
        return np.asarray(fixed + stretch * driven + cabin * (self.cabin_kwh * stretch))


def both_ways(car: ConditionedVehicle, planner: Planner, case: Case) -> Need:
    """Drive there and back, with a battery that is large enough for any of these."""
    home, airport = (planner.region.gazetteer.find(name) for name in ENDS)
    big = car.vehicle.battery.model_copy(update={"nominal_kwh": 200.0, "gross_kwh": 200.0})
    far = car.vehicle.model_copy(update={"battery": big})
    stay = Waypoint(place=airport, dwell_s=case.hours * S_PER_H)
    trip = Trip(
        origin=home,
        destination=home,
        waypoints=(stay,),
        departure_soc=1.0,
        slow_down_to=1.0,
        max_speed_kmh=case.max_speed_kmh,
        conditions=car.conditions,
    )
    plan = planner.plan(trip, far)
    legs = plan.legs
    assert plan.consumption_band is not None
    again = car.stay(stay.dwell_s, 0.0).warm_up
    return Need(
        km=sum(leg.distance_km for leg in legs),
        warm_up_kwh=car.warm_up.total_kwh + again.total_kwh,
        standing_kwh=plan.stops[0].standby_kwh,
        spent_kwh=sum(leg.energy.spent_kwh for leg in legs),
        level_kwh=sum(uncertainty.level_kwh(leg, car, plan.consumption_band.share) for leg in legs),
        cabin_kwh=sum(leg.energy.cabin_kwh for leg in legs),
        band=plan.consumption_band.share,
    )


def ask(
    car: Vehicle,
    ambient_c: float,
    planner: Planner,
    rng: np.random.Generator,
    case: Case = CASES[0],
) -> Answer:
    """Answer for one car at one temperature."""
    conditions = Conditions.model_validate({"ambient_c": ambient_c, **case.changes})
    conditioned = ConditionedVehicle.under(car, conditions)
    need, capacity = both_ways(conditioned, planner, case), conditioned.capacity_kwh
    miles = np.array(MILES)
    km = 2.0 * M_PER_MILE / 1000.0 * rng.uniform(*MILES, DRAWS)
    cabin, size = (off * rng.uniform(-1.0, 1.0, DRAWS) for off in (CABIN_OFF, CAPACITY_OFF))
    taken = need.kwh(km, spread.scale_of(need.band) * rng.standard_t(4, DRAWS), cabin)
    left = 1.0 - taken / (capacity * (1.0 + size))
    low, high = np.percentile(left, [10, 90])
    middle_km = 2.0 * M_PER_MILE / 1000.0 * float(miles.mean())
    return Answer(
        car=car,
        ambient_c=ambient_c,
        atlas_km=need.km,
        atlas_soc=1.0 - float(need.kwh(need.km)) / capacity,
        left_soc=1.0 - float(need.kwh(middle_km)) / capacity,
        p10_soc=float(low),
        p90_soc=float(high),
        probability=float((left > 0.0).mean()),
    )


def quiet_planner() -> Planner:
    """Return a planner on the built-in atlas, for which battery heat is no matter."""
    return Planner(load_starter("illustrative"), Settings(heat=False))


def cases(planner: Planner) -> list[tuple[Case, list[Answer]]]:
    """Answer for the cases of the coldest day, for each of `CASES_OF`."""
    cars = [find_vehicle(name).aged(soh) for name, soh in CARS if name in CASES_OF]
    return [
        (
            case,
            [ask(car, TEMPERATURES_C[-1], planner, np.random.default_rng(0), case) for car in cars],
        )
        for case in CASES
    ]


def answers(planner: Planner) -> list[Answer]:
    """Answer for all cars and temperatures."""
    rng = np.random.default_rng(0)
    return [
        ask(find_vehicle(name).aged(soh), ambient_c, planner, rng)
        for name, soh in CARS
        for ambient_c in TEMPERATURES_C
    ]
