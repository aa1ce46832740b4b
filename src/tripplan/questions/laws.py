"""When the answer along a value has one edge: what energy says, and what stands against it.

Without charging a trip can be done if its energy fits.  Each law says of a car that every part of
that energy grows with the value, or that what the battery gives shrinks; it is looked up on a grid
of the car's own tables, not taken on trust.  With charging, the pack's temperature may help or
hinder, opening hours pass, and the search is a good one, not a complete one: no law is claimed.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tripplan.questions.trying import Case, has_plugs, may_charge
from tripplan.vehicle_model.conditioned import ConditionedVehicle

_STEP_KMH = 1.0
_STEP_C = 0.5
FASTEST_KMH = 140.0
"""No road of the atlas is driven faster."""


def against(cases: Sequence[Case], *, heat: bool) -> str:
    """Say what stands against a law of energy; empty: nothing does.

    Parameters
    ----------
    cases
        What is asked.
    heat
        Whether battery temperature limits charging.
    """
    for case in cases:
        trip = case.trip
        if trip.ambient_by_hour:
            return "temperatures by the hour settle anew for each plan"
        if trip.arrive_with_probability is not None:
            return "a wanted probability of arriving settles its reserve anew for each plan"
        if has_plugs(trip):
            return "what a plug gives during a stay goes by the battery's temperature"
        if may_charge(case) and heat:
            return "charging on the way goes by the battery's temperature, which may help or hinder"
        if may_charge(case) and (trip.departure or trip.longest_stop_s or trip.least_charge_soc):
            return "wishes for stops and opening hours may help or hinder"
    return ""


def colder_is_harder(case: Case, low_c: float, high_c: float) -> bool:
    """Tell whether each kelvin less takes more of everything, and the battery gives no more.

    Parameters
    ----------
    case
        The trip and its car.
    low_c, high_c
        Between these. [degC]
    """
    rows: list[tuple[float, ...]] = []
    for air_c in np.arange(low_c, high_c + 1e-9, _STEP_C).tolist():
        weather = case.trip.conditions.model_copy(update={"ambient_c": air_c})
        car = ConditionedVehicle.under(case.vehicle, weather, pack_c=case.trip.pack_start_c)
        dense = float(car.air_density_kg_per_m3(np.zeros(1))[0])
        start = car.cold_start
        load = car.road_load
        parts = (car.cabin_kw, start.cabin_kwh, start.motion_kwh, load.rolling_n, dense)
        rows.append((*parts, -car.capacity_kwh))
    return all(b <= a + 1e-9 for one, two in pairwise(rows) for a, b in zip(one, two, strict=True))


def thrifty_from_kmh(case: Case) -> float:
    """Return the speed from which on faster takes more, downhill too, where least is to be won.

    Above it what drag takes more, even at the share that braking gives back, outweighs what heater
    and electronics take less. [km/h]
    """
    car = ConditionedVehicle.of(case.vehicle, case.trip, heat=False)
    vehicle = case.vehicle
    least = vehicle.regen_efficiency * vehicle.drive_efficiency
    steady_kw = vehicle.auxiliary_kw + car.cabin_kw
    speeds = np.arange(20.0, FASTEST_KMH + _STEP_KMH, _STEP_KMH).tolist()
    lowest = speeds[-1]
    for slow, fast in reversed(list(pairwise(speeds))):
        aside = steady_kw / slow - steady_kw / fast
        whole = car.level_kwh_per_km(fast) - car.level_kwh_per_km(slow)
        if least * (whole + aside) < aside:
            break
        lowest = slow
    return float(lowest)
