"""Other good plans for a trip: with fewer stops, at other chargers, by other roads."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

SLOWER: Final = 1.5
"""Plans that take this much longer than the best are no alternatives (assumption)."""
ALIKE_ROADS: Final = 0.8
"""Plans that share more of their way than this, and most stops, are one plan (assumption)."""
ALIKE_STOPS: Final = 0.5
_CELL_DEG: Final = 0.02
"""Ways are compared by the cells of this size that they pass, some 2 km."""


def alternatives(planner: Planner, trip: Trip, vehicle: Vehicle, count: int = 3) -> list[Plan]:
    """Find plans that differ in substance, the best by the trip's objective first.

    Parameters
    ----------
    planner
        Plans on a region.
    trip, vehicle
        Who drives where.
    count
        Most plans to return, the best one included; at least 1.

    Returns
    -------
    list of Plan
        Each other than those before it: by other roads for a fifth of the way, or with at least
        half of the stops at other chargers, or with fewer stops.

    Raises
    ------
    InvalidInputError
        ``count`` is less than 1.
    NoPlanError
        There is no plan at all; as `Planner.plan`.
    """
    if count < 1:
        raise InvalidInputError(
            f"count {count} is less than 1", field="count", value=count, expected="1 or more"
        )
    best = planner.plan(trip, vehicle)
    found = [best]
    others = sorted(_others(planner, trip, vehicle, best), key=lambda plan: plan.certificate.value)
    for plan in others:
        slow = plan.total_s > SLOWER * best.total_s
        if not slow and not any(alike(plan, known) for known in found):
            found.append(plan)
    return found[:count]


def by_stops(planner: Planner, trip: Trip, vehicle: Vehicle) -> list[Plan]:
    """Find the quickest plan for each number of stops that is worth having.

    Parameters
    ----------
    planner, trip, vehicle
        As in `alternatives`.

    Returns
    -------
    list of Plan
        The quickest plan, then quickest plans with ever fewer stops at chargers, down to the
        fewest that do: none of them is both slower and no shorter of stops than another.
    """
    found = [planner.plan(trip, vehicle)]
    while found[-1].stop_count > len(trip.via_chargers):
        fewer = trip.model_copy(update={"most_stops": found[-1].stop_count - 1})
        try:
            found.append(planner.plan(fewer, vehicle))
        except NoPlanError:
            break
    return found


def alike(plan: Plan, other: Plan) -> bool:
    """Tell whether two plans are the same in substance."""
    if plan.stop_count != other.stop_count:
        return False
    here, there = _charger_ids(plan), _charger_ids(other)
    stops = len(here & there) / max(len(here | there), 1) if here or there else 1.0
    way, other_way = _cells(plan), _cells(other)
    roads = len(way & other_way) / max(len(way | other_way), 1)
    return roads > ALIKE_ROADS and stops > ALIKE_STOPS


def _others(planner: Planner, trip: Trip, vehicle: Vehicle, best: Plan) -> Iterator[Plan]:
    """Plans under further wishes, as far as there are any."""
    ids = _charger_ids(best)
    wished: list[Trip] = []
    if ids and best.stop_count > len(trip.via_chargers):
        wished.append(trip.model_copy(update={"most_stops": best.stop_count - 1}))
    free = ids - set(trip.via_chargers)
    for banned in (free, *({one} for one in sorted(free))):
        if banned:
            chargers = trip.chargers.model_copy(
                update={"banned": (*trip.chargers.banned, *sorted(banned))}
            )
            wished.append(trip.model_copy(update={"chargers": chargers}))
    if "motorway" not in trip.avoid:
        wished.append(trip.model_copy(update={"avoid": (*trip.avoid, "motorway")}))
    for other in wished:
        try:
            yield planner.plan(other, vehicle)
        except NoPlanError:
            continue


def _charger_ids(plan: Plan) -> set[str]:
    return {charger.id for charger in plan.chargers}


def _cells(plan: Plan) -> set[tuple[int, int]]:
    """Cells of a grid that the way of a plan passes, between its points as well."""
    cells = set()
    for leg in plan.legs:
        points = list(zip(leg.trace.lat, leg.trace.lon, strict=True))
        for (lat, lon), (to_lat, to_lon) in pairwise(points):
            steps = int(max(abs(to_lat - lat), abs(to_lon - lon)) / _CELL_DEG) + 1
            for k in range(steps + 1):
                share = k / steps
                at = (lat + share * (to_lat - lat), lon + share * (to_lon - lon))
                cells.add((round(at[0] / _CELL_DEG), round(at[1] / _CELL_DEG)))
    return cells
