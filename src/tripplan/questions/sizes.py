"""The smallest car of the catalogue that does a trip.

Cars are tried from the smallest battery on.  No law says that a larger battery does more, since
cars differ in more than that: each is planned.
"""

from collections.abc import Callable, Sequence

from tripplan.errors import DisconnectedError
from tripplan.questions.answers import Candidate, Smallest
from tripplan.questions.slack import energy_slack, with_degrees
from tripplan.questions.trying import Case, Trials
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle


def smallest(
    trials: Trials,
    trips: Sequence[Trip],
    cars: Sequence[Vehicle],
    *,
    count: int = 3,
    tell: Callable[[Candidate], None] | None = None,
) -> Smallest:
    """Try cars from the smallest on, until so many do all trips.

    Parameters
    ----------
    trials
        Plans.
    trips
        All of them have to be done.
    cars
        Those to choose from, in any order.
    count
        Stop after so many that do it; 0: try all.
    tell
        Is called with each car that was tried, as it is.
    """
    order = sorted(cars, key=lambda car: (car.battery.usable_kwh, car.id))
    before, tried = trials.plans, list[Candidate]()
    for car in order:
        tried.append(_candidate(trials, trips, car))
        if tell is not None:
            tell(tried[-1])
        if count and sum(one.does_it for one in tried) == count:
            break
    found = Smallest(
        candidates=tuple(tried),
        plans=trials.plans - before,
        left=len(order) - len(tried),
        sentence="",
    )
    return found.model_copy(update={"sentence": _sentence(found)})


def _candidate(trials: Trials, trips: Sequence[Trip], car: Vehicle) -> Candidate:
    cases = [Case(trip, car) for trip in trips]
    values = {"vehicle": car.id, "name": car.name, "usable_kwh": car.battery.usable_kwh}
    try:
        plans = trials.all_plans(cases)
    except DisconnectedError:  # no road that this car may use
        return Candidate.model_validate({**values, "does_it": False})
    if plans is None:
        lacks = trials.refusal(cases)[1]
        return Candidate.model_validate({**values, "does_it": False, "shortfall_kwh": lacks})
    tightest = min(range(len(plans)), key=lambda k: _home_kwh(plans[k]))
    plan = plans[tightest]
    slack = energy_slack(plan, len(plan.legs) - 1)
    return Candidate.model_validate(
        {
            **values,
            "does_it": True,
            "slack": with_degrees(trials, cases[tightest], slack),
            "total_s": sum(one.total_s for one in plans),
            "charger_stops": sum(one.stop_count for one in plans),
        }
    )


def _home_kwh(plan: Plan) -> float:
    return energy_slack(plan, len(plan.legs) - 1).slack_kwh


def _sentence(found: Smallest) -> str:
    best = found.smallest
    if best is None:
        return f"None of {len(found.candidates)} cars does it."
    assert best.slack is not None
    return (
        f"The smallest of {len(found.candidates) + found.left} cars that does it is the "
        f"{best.name} ({best.usable_kwh:.1f} kWh), with {best.slack.slack_kwh:.1f} kWh or "
        f"{best.slack.slack_km:.0f} km to spare."
    )
