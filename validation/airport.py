"""Littleton - Denver airport - Littleton in winter without charging, on the built-in atlas.

Each way is a drive of its own from a cold start: the car stands at the airport.  Cars start full.
The atlas knows freeways only, so its way is shorter than the published 35 to 45 miles; consumption
per kilometre is the atlas's, distance both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan import model, outlook
from tripplan.physics import spread
from tripplan.planner import Planner
from tripplan.settings import Settings
from tripplan.sources.starter import load_starter
from tripplan.trip import Conditions, Trip
from tripplan.units import M_PER_MILE
from tripplan.vehicle import Vehicle, find_vehicle

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

Floats = NDArray[np.float64]


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
    warm_up: model.WarmUp
    spent_kwh: float
    level_kwh: float
    cabin_kwh: float

    def kwh(
        self, km: Floats | float, motion: Floats | float = 0.0, cabin: Floats | float = 0.0
    ) -> Floats:
        """Energy over a distance, with relative errors of consumption and of the cabin [kWh]."""
        stretch = np.asarray(km) / self.km
        fixed = 2.0 * self.warm_up.total_kwh
        taken = fixed + stretch * (self.spent_kwh - fixed + motion * self.level_kwh)
        return np.asarray(taken + cabin * (self.cabin_kwh * stretch))


def both_ways(car: Vehicle, conditions: Conditions, planner: Planner) -> Need:
    """Drive there and back, with a battery that is large enough for any of these."""
    places = [planner.region.gazetteer.find(name) for name in ENDS]
    big = car.battery.model_copy(update={"nominal_kwh": 200.0, "gross_kwh": 200.0})
    far = car.model_copy(update={"battery": big})
    trips = [
        Trip(
            origin=start,
            destination=end,
            departure_soc=1.0,
            slow_down_to=1.0,
            conditions=conditions,
        )
        for start, end in (places, places[::-1])
    ]
    legs = [leg for trip in trips for leg in planner.plan(trip, far).legs]
    mass_kg = car.mass_kg + conditions.payload_kg
    return Need(
        km=sum(leg.distance_km for leg in legs),
        warm_up=model.warm_up(car, conditions),
        spent_kwh=sum(leg.energy.spent_kwh for leg in legs),
        level_kwh=sum(outlook.level_kwh(leg, mass_kg) for leg in legs),
        cabin_kwh=sum(leg.energy.cabin_kwh for leg in legs),
    )


def ask(car: Vehicle, ambient_c: float, planner: Planner, rng: np.random.Generator) -> Answer:
    """Answer for one car at one temperature."""
    conditions = Conditions(ambient_c=ambient_c)
    need = both_ways(car, conditions, planner)
    anywhere = planner.region.gazetteer.find(ENDS[0])
    capacity = model.capacity_kwh(
        car, Trip(origin=anywhere, destination=anywhere, conditions=conditions)
    )
    miles = np.array(MILES)
    km = 2.0 * M_PER_MILE / 1000.0 * rng.uniform(*MILES, DRAWS)
    cabin, size = (off * rng.uniform(-1.0, 1.0, DRAWS) for off in (CABIN_OFF, CAPACITY_OFF))
    taken = need.kwh(km, spread.SCALE * rng.standard_t(4, DRAWS), cabin)
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


def answers() -> list[Answer]:
    """Answer for all cars and temperatures."""
    planner, rng = Planner(load_starter(), Settings(heat=False)), np.random.default_rng(0)
    return [
        ask(find_vehicle(name).aged(soh), ambient_c, planner, rng)
        for name, soh in CARS
        for ambient_c in TEMPERATURES_C
    ]
