"""A small study and an answer to each of its trips that says by itself whose it is."""

from typing import Any

from tests.samples.plan_with_waypoints import visits_plan
from tripplan.errors import DisconnectedError, OutOfRangeError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle
from tripplan.study import Study

COLD_C, WARM_C = -20.0, 25.0
VALUES: dict[str, Any] = {
    "title": "Cold & warm",
    "note": "A sample.",
    "trips": (
        {"name": "Pass", "origin": "Denver, CO", "destination": "Vail, CO", "via": "Golden, CO"},
        {"origin": "Denver, CO", "destination": "Frisco, CO"},
    ),
    "vehicles": (
        "nissan-sakura",
        {"vehicle": "nissan-leaf-40", "name": "Old & new", "soh": ("80%", 1.0)},
    ),
    "seasons": ({"name": "cold", "ambient_c": COLD_C}, {"name": "warm", "ambient_c": WARM_C}),
    "vary": {"departure_soc": (0.6, 0.9)},
    "options": {"payload_kg": 100},
}
FURTHEST: dict[str, Any] = {
    "furthest": "Idaho Springs",
    "furthest_lat": 39.74,
    "furthest_lon": -105.51,
}


def sample_study(**changes: Any) -> Study:
    """Return the study: 2 trips, 3 cars with their ages, 2 seasons, 2 charges; 24 plans."""
    return Study.model_validate(VALUES | changes)


def sample_answer(_planner: Planner, trip: Trip, car: Vehicle, **_how: object) -> Plan:
    """Plan nothing: a plan whose arrival SoC tells of car, weather and charge, or a refusal.

    The Sakura has no way to Frisco; the aged LEAF runs out in the cold, by more the emptier it is.
    """
    cold = trip.conditions.ambient_c == COLD_C
    if car.id == "nissan-sakura" and trip.destination.name.startswith("Frisco"):
        raise DisconnectedError("no road that this car may use")
    if car.battery.soh == 0.8 and cold:
        missing = 4.0 if trip.departure_soc < 0.9 else 1.0
        raise OutOfRangeError("too far", shortfall_kwh=missing, remaining_km=55.0, **FURTHEST)
    left = 0.1 * trip.departure_soc + 0.2 * car.battery.soh + (0.0 if cold else 0.3)
    changes = {"trip": trip, "arrival_soc": left, "vehicle": car}
    return visits_plan().model_copy(update=changes)
