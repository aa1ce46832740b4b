"""The sample with visits: two waypoints, a stop that waits to cool, and advice to drive slower.

Made like `plan`, of which it is the richer sister: Denver to Grand Junction, a night at
a hotel with a plug in Vail, and lunch without one in Glenwood Springs.
"""

from functools import cache

from tests.samples.plan import START, charge, course_points, drive, finished, sample_places
from tripplan.records.plan import ChargingStop, Leg, Plan, SpeedAdvice
from tripplan.records.trip import Place, Waypoint

PLACES = (("Frisco", 5), ("Vail, CO", 7), ("Glenwood Springs, CO", 9), ("Rifle", 10))
HOT_C, MORNING_C = 44.0, 20.0
NIGHT_S = 8 * 3600.0
LUNCH_S = 45 * 60.0
COOLING_S = 12 * 60.0
ADVICE = (
    (
        SpeedAdvice(from_km=32.0, to_km=91.0, usual_kmh=110.0, advised_kmh=95.0),
        SpeedAdvice(from_km=95.5, to_km=101.2, usual_kmh=97.0, advised_kmh=90.0),
    ),
    (),
    (),
    (),
    (SpeedAdvice(from_km=290.0, to_km=355.0, usual_kmh=120.0, advised_kmh=103.0),),
)
"""Of each leg."""


def _night(state: dict[str, float], place: Place) -> ChargingStop:
    """Charge at 11 kW during the night; the car is full long before the morning."""
    arrival_c, state["pack"] = state["pack"], MORNING_C
    plain = charge(state, 2, place, 0.95, illustrative=False, charger_kw=11.0)
    state["s"] += NIGHT_S - plain.duration_s
    state["pack"] = MORNING_C
    return plain.model_copy(
        update={
            **_waypoint_fields(place),
            "charger_kw": 11.0,
            "charging_s": 0.0,
            "dwell_s": NIGHT_S,
            "dwell_energy_kwh": plain.energy_kwh,
            "pack_arrival_c": arrival_c,
            "pack_departure_c": state["pack"],
        }
    )


def _lunch(state: dict[str, float], place: Place) -> ChargingStop:
    plain = charge(dict(state), 3, place, state["soc"] + 0.01, illustrative=False)
    arrival_c = state["pack"]
    state |= {"s": state["s"] + LUNCH_S, "pack": arrival_c - 1.5}
    return plain.model_copy(
        update={
            **_waypoint_fields(place),
            "departure_soc": state["soc"],
            "charger_kw": 0.0,
            "energy_kwh": 0.0,
            "charging_s": 0.0,
            "mean_kw": 0.0,
            "max_kw": 0.0,
            "heat_delay_s": 0.0,
            "dwell_s": LUNCH_S,
            "pack_departure_c": state["pack"],
            "samples": (),
        }
    )


def _waypoint_fields(place: Place) -> dict[str, object]:
    return {"name": place.name, "charger": None, "connector": None, "overhead_s": 0.0}


def _cooled(state: dict[str, float], place: Place) -> ChargingStop:
    arrival_c, state["pack"] = state["pack"], state["pack"] - 3.0
    stop = charge(state, 1, place, 0.74, illustrative=True)
    state["s"] += COOLING_S
    return stop.model_copy(update={"waited_s": COOLING_S, "pack_arrival_c": arrival_c})


@cache
def visits_plan() -> Plan:
    """Return the sample with two chargers, two waypoints, a wait and three stretches to slow."""
    course, state, places = course_points(), {**START, "pack": HOT_C}, sample_places(PLACES)
    cuts = [course["marks"][index] for index in (0, *(index for _, index in PLACES), -1)]
    legs: list[Leg] = []
    stops: list[ChargingStop] = []
    for k, advice in enumerate(ADVICE):
        leg = drive(course, cuts[k], cuts[k + 1], state, (places[k], places[k + 1]))
        legs.append(leg.model_copy(update={"advice": advice}))
        if k < 3:
            stops.append((_cooled, _night, _lunch)[k](state, places[k + 1]))
        elif k == 3:
            stops.append(charge(state, 4, places[4], 0.80, illustrative=True))
    plan = finished(legs, stops)
    trip = plan.trip.model_copy(
        update={
            "waypoints": (
                Waypoint(place=places[2], dwell_s=NIGHT_S, charger_kw=11.0),
                Waypoint(place=places[3], dwell_s=LUNCH_S),
            ),
            "via_chargers": ("sample-1",),
            "least_charge_soc": 0.05,
            "most_stops": 3,
            "longest_stop_s": 2400.0,
            "slow_down_to": 0.85,
            "pack_start_c": HOT_C,
        }
    )
    return plan.model_copy(update={"trip": trip})
