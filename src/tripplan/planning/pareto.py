"""The choice between time, energy, money and stops: plans of which none is worse in everything.

For each number of stops that will do, the quickest plan and the one with least energy (or money)
are found first, then plans between them: an hour is given the worth at which both count the same,
and what is best at that worth is either a new plan between the two or shows that there is none.
That finds *supported* plans, those on the convex hull of what is possible, and on the hulls between
time and each other goal only; plans in its dents, and those that trade energy for money at the same
time, are not looked for.  Money is cost alone here: what an hour is worth is varied.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, get_args

from tripplan.errors import InvalidInputError, NoPlanError
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Objective, Trip
from tripplan.records.vehicle import Vehicle
from tripplan.units import S_PER_H

ALIKE: Final = 1e-3
"""Plans that differ by less than this in everything that was asked for are one plan, relative
(assumption)."""
ROUNDS: Final = 2
"""How often the space between two plans is looked into: at most three plans between the ends."""
_Traded = Literal["energy", "money"]
GOALS: Final[tuple[Objective, ...]] = get_args(Objective)


def pareto(
    planner: Planner, trip: Trip, vehicle: Vehicle, over: Sequence[Objective] = GOALS
) -> list[Plan]:
    """Find plans of which none is worse than another in everything asked for.

    Parameters
    ----------
    planner
        Plans on a region.
    trip, vehicle
        Who drives where; the trip's own objective does not matter.
    over
        Two or more of ``time``, ``energy``, ``money`` and ``stops``.

    Returns
    -------
    list of Plan
        By rising time; each is finished and audited.

    Raises
    ------
    InvalidInputError
        ``over`` names fewer than two goals, or one that does not exist.
    NoPlanError
        There is no plan at all; as `Planner.plan`.
    """
    words = re.split(r"[;,\s]+", over.strip()) if isinstance(over, str) else over
    wanted = tuple(dict.fromkeys(words)) if isinstance(words, list | tuple | set) else ()
    if len(wanted) < 2 or not set(wanted) <= set(GOALS):
        raise InvalidInputError(
            f"a choice is between two or more of {', '.join(GOALS)}, but got "
            f"{', '.join(map(str, wanted)) or 'none'}",
            field="over",
            value=over,
            expected=", ".join(GOALS),
        )
    found = list(_candidates(planner, trip, vehicle, wanted))
    return non_dominated(found, wanted)


def figures(plan: Plan, over: Sequence[Objective]) -> tuple[float, ...]:
    """Return what a plan takes of each goal: seconds, kWh, money, stops."""
    every: dict[Objective, float] = {
        "time": plan.total_s,
        "energy": plan.energy_spent_kwh,
        "money": plan.cost,
        "stops": float(plan.stop_count),
    }
    return tuple(every[goal] for goal in over)


def non_dominated(plans: Sequence[Plan], over: Sequence[Objective]) -> list[Plan]:
    """Return the plans that no other is as good as in everything, by rising time."""
    kept: list[Plan] = []
    for plan in sorted(plans, key=lambda plan: (plan.total_s, *figures(plan, over))):
        if not any(_covers(other, plan, over) for other in plans if other is not plan) and not any(
            _alike(other, plan, over) for other in kept
        ):
            kept.append(plan)
    return kept


def _covers(one: Plan, other: Plan, over: Sequence[Objective]) -> bool:
    """Whether a plan is at least as good as another in everything, and better in something."""
    pairs = list(zip(figures(one, over), figures(other, over), strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def _alike(one: Plan, other: Plan, over: Sequence[Objective]) -> bool:
    pairs = zip(figures(one, over), figures(other, over), strict=True)
    return all(abs(a - b) <= ALIKE * max(abs(a), abs(b)) for a, b in pairs)


def _candidates(
    planner: Planner, trip: Trip, vehicle: Vehicle, over: Sequence[Objective]
) -> Iterator[Plan]:
    """Plans by every goal, and between time and each other one; with ever fewer stops if asked."""
    search = _Search(planner, trip, vehicle)
    found = list(search.of_one_limit(trip, over))
    yield from found
    if "stops" not in over:
        return
    most = max(plan.stop_count for plan in found)
    while most > len(trip.via_chargers):
        most -= 1
        try:
            found = list(search.of_one_limit(_with(trip, most_stops=most), over))
        except NoPlanError:
            return
        yield from found
        most = min(most, max(plan.stop_count for plan in found))


class _Search:
    """Plans a trip by one goal after another."""

    def __init__(self, planner: Planner, trip: Trip, vehicle: Vehicle) -> None:
        self._planner = planner
        self._trip = trip
        self._vehicle = vehicle
        self._found: dict[str, tuple[int | None, Plan]] = {}

    def of_one_limit(self, trip: Trip, over: Sequence[Objective]) -> Iterator[Plan]:
        """Plans with at most so many stops as the trip allows."""
        quickest = self._plan(_with(trip, objective="time"))
        yield quickest
        for goal in over:
            if goal in ("energy", "money"):
                least = self._plan(_weighed(trip, goal, 0.0))
                yield least
                yield from self._between(trip, goal, (quickest, least), ROUNDS)

    def _between(
        self, trip: Trip, goal: _Traded, ends: tuple[Plan, Plan], rounds: int
    ) -> Iterator[Plan]:
        """Plans between two, by the worth of an hour at which these count the same."""
        quick, saving = ends
        longer_h = (saving.total_s - quick.total_s) / S_PER_H
        (quick_takes,), (saving_takes,) = figures(quick, (goal,)), figures(saving, (goal,))
        saved = quick_takes - saving_takes
        if rounds == 0 or longer_h <= 0.0 or saved <= 0.0 or _alike(quick, saving, ("time", goal)):
            return
        middle = self._plan(_weighed(trip, goal, saved / longer_h))
        if _alike(middle, quick, ("time", goal)) or _alike(middle, saving, ("time", goal)):
            return
        yield middle
        yield from self._between(trip, goal, (quick, middle), rounds - 1)
        yield from self._between(trip, goal, (middle, saving), rounds - 1)

    def _plan(self, trip: Trip) -> Plan:
        """Plan, unless what was best with more stops makes no more than these."""
        key = trip.model_dump_json(exclude={"most_stops"})
        limit, plan = self._found.get(key, (0, None))
        looser = limit is None or (trip.most_stops is not None and trip.most_stops <= limit)
        if plan is None or not looser or plan.stop_count > (trip.most_stops or 0):
            plan = self._planner.plan(trip, self._vehicle)
            self._found[key] = trip.most_stops, plan
        return plan


def _weighed(trip: Trip, goal: _Traded, hour: float) -> Trip:
    """Return the trip with a goal and the worth of an hour: kilowatt-hours, or money."""
    if goal == "energy":
        field = Trip.model_fields["hour_worth_kwh"]
        return _with(trip, objective=goal, hour_worth_kwh=min(max(hour, field.default), 1000.0))
    prices = trip.prices.model_copy(update={"value_of_time_per_h": hour})
    return _with(trip, objective=goal, prices=prices)


def _with(trip: Trip, **changes: object) -> Trip:
    return trip.model_copy(update=changes)
