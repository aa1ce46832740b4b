"""Other good plans for a trip: with fewer stops, at other chargers, by other roads."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.planning.known_plans import as_asked, by_value, not_worse_in_everything
from tripplan.planning.planner import Planner
from tripplan.records.plan import LITTLE_S, Plan
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
        half of the stops at other chargers, or with fewer stops.  The first is the best that was
        found under any wish; a plan than which another takes less time, energy, money and stops is
        not among them.

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
    asked = planner.plan(trip, vehicle)
    pool = by_value([asked, *_others(planner, trip, vehicle, asked)])
    best = pool[0] if pool[0] is asked else as_asked(pool[0], trip, asked)
    found: list[Plan] = []
    for plan in not_worse_in_everything([best, *pool[1:]]):
        slow = plan.total_s > SLOWER * best.total_s
        if plan is best or not (slow or any(alike(plan, known) for known in found)):
            found.append(plan)
    return found[:count]


def with_one_stop_fewer(planner: Planner, trip: Trip, vehicle: Vehicle) -> list[Plan]:
    """Find the best plan, and with it the one with a stop fewer where that costs next to nothing.

    Parameters
    ----------
    planner, trip, vehicle
        As in `alternatives`.

    Returns
    -------
    list of Plan
        The best plan; and one of a stop fewer, if it takes at most two minutes longer.
    """
    best = planner.plan(trip, vehicle)
    if best.one_stop_fewer_s is None or best.one_stop_fewer_s > LITTLE_S:
        return [best]
    fewer = trip.model_copy(update={"most_stops": best.stop_count - 1})
    try:
        other = planner.plan(fewer, vehicle)
    except NoPlanError:
        return [best]
    return [best, other]


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
    asked = planner.plan(trip, vehicle)
    found = [asked]
    while found[-1].stop_count > len(trip.via_chargers):
        fewer = trip.model_copy(update={"most_stops": found[-1].stop_count - 1})
        try:
            found.append(planner.plan(fewer, vehicle))
        except NoPlanError:
            break
    kept: list[Plan] = []
    for plan in by_value(found):
        if all(plan.stop_count < known.stop_count for known in kept):
            kept.append(plan)
    if kept[0] is not asked:
        kept[0] = as_asked(kept[0], trip, asked)
    return kept


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
