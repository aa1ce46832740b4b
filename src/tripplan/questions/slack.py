"""What there is to spare in a plan: energy, kilometres, and degrees found by planning again."""

from typing import NamedTuple

from tripplan.questions.answers import Slack
from tripplan.questions.edges import bisected
from tripplan.questions.kinds import KINDS
from tripplan.questions.laws import against, colder_is_harder
from tripplan.questions.trying import Case, Trials, with_values
from tripplan.records.plan import Leg, Plan

HARDEST_C = {-1: -40.0, 1: 55.0}
"""How far is looked, by direction of what is harder: colder or hotter. [degC]"""
EASIEST_C = KINDS["ambient-c"].easiest
STEP_K = 0.5
_COARSE_K = 2.5


def energy_slack(plan: Plan, number: int) -> Slack:
    """Return what there is to spare where a leg ends, in energy and kilometres.

    Parameters
    ----------
    plan
        The plan.
    number
        Of the leg, from 0.
    """
    leg = plan.legs[number]
    spare_kwh = (leg.arrival_soc - plan.least_soc(number)) * plan.capacity_kwh
    per_km = kwh_per_km(leg)
    km = spare_kwh / per_km if per_km > 0.0 else 0.0
    return Slack(slack_kwh=spare_kwh, slack_km=km)


def kwh_per_km(leg: Leg) -> float:
    """Return what a leg takes for each kilometre, with its cold start."""
    return leg.energy.spent_kwh / leg.distance_km if leg.distance_km > 0.0 else 0.0


def with_degrees(trials: Trials, case: Case, slack: Slack, at_least: float = 0.0) -> Slack:
    """Return what there is to spare with degrees; parameters as in `degrees`."""
    found = degrees(trials, case, at_least)
    if found is None:
        return slack
    return slack.model_copy(update={"slack_k": found.kelvin, "open_ended": found.open_ended})


class Degrees(NamedTuple):
    """What weather a trip bears."""

    kelvin: float
    open_ended: bool
    """Whether that is all that was looked at."""


def degrees(trials: Trials, case: Case, at_least: float = 0.0) -> Degrees | None:
    """Return how much harder weather a case bears, colder or from 20 degrees on hotter.

    Parameters
    ----------
    trials
        Plans.
    case
        A trip that can be done, and its car.
    at_least
        So much it is known to bear. [K]

    Returns
    -------
    Degrees or None
        To half a kelvin where a law says that there is one edge, else to 2.5; open where it bears
        all that is looked at, down to -40 or up to 55 degrees Celsius.  None: the trip has
        temperatures by the hour.
    """
    trip, air_c = case.trip, case.trip.conditions.ambient_c
    if trip.ambient_by_hour:
        return None
    sign = 1 if air_c >= EASIEST_C else -1
    hardest_c = HARDEST_C[sign]
    if sign * (hardest_c - air_c) <= 0:
        return Degrees(0.0, open_ended=True)
    lawful = (
        sign < 0
        and not against([case], heat=trials.planner.settings.heat)
        and colder_is_harder(case, hardest_c, air_c)
    )
    step = STEP_K if lawful else _COARSE_K
    steps = int(abs(hardest_c - air_c) / step + 1e-9)

    def works(number: int) -> bool:
        if number * step <= at_least:
            return True
        there = with_values(trip, ambient_c=air_c + sign * number * step)
        return trials.plan(case._replace(trip=there)) is not None

    if lawful:
        last = bisected(works, steps).last
    else:
        last = next((k - 1 for k in range(1, steps + 1) if not works(k)), steps)
    return Degrees(last * step, open_ended=last == steps)
