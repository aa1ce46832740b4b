"""One stop fewer: what it costs, and the plan itself where it is better or preferred.

A further search with one stop fewer than the plan found has takes about a third of the time of the
first where that had to search with heat, and a half elsewhere: too much for every plan, so it is
made where the gap leaves room for a better plan, and where the answer is shown.
"""

from dataclasses import replace
from typing import Final

from tripplan.errors import NoPlanError
from tripplan.planning.visit_order import Chosen
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve

_HEAT_LABELS: Final = 500
"""Labels of this search with heat: of 24 trips, 3,000 gave none a better plan than 500."""


def with_fewer_stops(
    chosen: Chosen, trip: Trip, rows: ManyToMany, settings: Settings
) -> tuple[Chosen, float | None]:
    """Take a plan of fewer stops where it is no worse, or is preferred.

    Parameters
    ----------
    chosen
        The best plan so far, and what was asked of the search.
    trip
        The trip as it is asked.
    rows, settings
        Drives between chargers, and how to search.

    Returns
    -------
    tuple
        The plan, with the bound of the one before, and how much more it would count with one stop
        fewer, in seconds; None: that was not looked for, or cannot be done.
    """
    prefer_s = trip.prefer_fewer_stops_s
    while worth_a_look(chosen.solution, trip, settings):
        fewer = _fewer(chosen, rows, settings)
        now = _stop_count(chosen.problem, chosen.solution)
        if fewer is None or _stop_count(chosen.problem, fewer) >= now:
            break
        longer_s = fewer.time_s - chosen.solution.time_s
        if longer_s > prefer_s:
            return chosen, longer_s
        chosen = replace(chosen, solution=_of_the_same_proof(fewer, chosen.solution))
    return chosen, None


def worth_a_look(solution: Solution, trip: Trip, settings: Settings) -> bool:
    """Tell whether a plan with one stop fewer is looked for."""
    if trip.objective == "stops" or (settings.time_budget_s and not solution.complete):
        return False
    room = solution.time_s - solution.lower_bound_s
    wide = room >= settings.fewer_stops_gap * abs(solution.time_s)
    return trip.prefer_fewer_stops_s > 0.0 or wide


def _fewer(chosen: Chosen, rows: ManyToMany, settings: Settings) -> Solution | None:
    """Return the best plan with fewer stops at chargers than a plan has; None: there is none."""
    problem, proved_s = chosen.problem, chosen.solution.lower_bound_s
    stops = _stop_count(problem, chosen.solution)
    if stops <= sum(target.is_charger for target in problem.targets):
        return None
    labels = min(settings.heat_label_limit, _HEAT_LABELS)
    quicker = settings.model_copy(
        update={"heat_label_limit": labels, "exact": False, "heat_bound_levels": 0}
    )
    try:
        # A bound that knows nothing of the most stops is the same again.
        return solve(replace(problem, most_stops=stops - 1), rows, quicker, proved_s=proved_s)
    except (NoPlanError, OutOfReach):
        return None


def _stop_count(problem: Problem, solution: Solution) -> int:
    return sum(
        stop.charger >= 0 or problem.targets[stop.target].is_charger for stop in solution.stops
    )


def _of_the_same_proof(solution: Solution, proved: Solution) -> Solution:
    """Return a plan with what was proved before a wish for fewer stops: it holds for both."""
    known = [one for one in (solution.unheated, proved.unheated) if one is not None]
    if not proved.preheated_s:
        known.append(proved)
    # What preheating saves is told against the best plan without it, but one that was not wished.
    better = solution.preheated_s and solution.time_s <= proved.time_s
    unheated = min(known, key=lambda one: one.time_s, default=None)
    return replace(
        solution,
        unheated=unheated if better else solution.unheated,
        lower_bound_s=proved.lower_bound_s,
        least_time_s=proved.least_time_s,
        method=proved.method,
        labels=proved.labels + solution.labels,
        complete=proved.complete,
    )
