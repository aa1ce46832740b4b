"""Plans that are tried again and again: one planner, its caches, and a count."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tripplan.errors import NoPlanError, OutOfRangeError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Conditions, Trip
from tripplan.records.vehicle import Vehicle

NO_STOP = "most_stops"


class Case(NamedTuple):
    """A trip and its car."""

    trip: Trip
    vehicle: Vehicle


class Trials:
    """Tries cases: all of them can be done, or not; counts plans.

    Parameters
    ----------
    planner
        Its caches keep roads and rows from plan to plan.
    """

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.plans = 0

    def plan(self, case: Case) -> Plan | None:
        """Plan a case; None: it cannot be done."""
        self.plans += 1
        return self.planner.attempt(case.trip, case.vehicle)

    def all_plans(self, cases: Sequence[Case]) -> tuple[Plan, ...] | None:
        """Plan all cases; None: one of them cannot be done."""
        found = []
        for case in cases:
            plan = self.plan(case)
            if plan is None:
                return None
            found.append(plan)
        return tuple(found)

    def refusal(self, cases: Sequence[Case]) -> tuple[str, float | None]:
        """Return why one of the cases cannot be done, and the kWh that lack if that is it."""
        for case in cases:
            self.plans += 1
            try:
                self.planner.plan(case.trip, case.vehicle, one_of_many=True)
            except OutOfRangeError as error:
                return str(error), error.shortfall_kwh
            except NoPlanError as error:
                return str(error), None
            except ValueError as error:  # the warm-up takes what there is
                return str(error), None
        return "", None


def with_values(trip: Trip, **values: Any) -> Trip:  # noqa: ANN401 - values of fields
    """Return a trip with other values of its own fields or its conditions'; checked."""
    own: Mapping[str, Any] = {k: v for k, v in values.items() if k in Trip.model_fields}
    weather = {k: v for k, v in values.items() if k in Conditions.model_fields}
    conditions = trip.conditions.model_copy(update=weather)
    return trip.model_copy(update={**own, "conditions": conditions})


def without_charging(trip: Trip) -> Trip:
    """Return the trip without stops at chargers; plugs of its waypoints stay."""
    return with_values(trip, most_stops=0)


def may_charge(case: Case) -> bool:
    """Tell whether a car may stop at chargers on its trip."""
    return case.trip.most_stops != 0 and bool(case.vehicle.fast_charging_standards)


def has_plugs(trip: Trip) -> bool:
    """Tell whether a car may charge where it stays."""
    return any(point.charger_kw > 0 and point.dwell_s >= 0 for point in trip.waypoints)
