"""How far a value may go: the worst battery, the coldest day, the strongest wind, ..."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, cast, get_args

from tripplan.errors import InvalidInputError
from tripplan.output.text import words
from tripplan.questions import laws
from tripplan.questions.answers import Limit, LimitName, Side
from tripplan.questions.edges import bisected, scanned
from tripplan.questions.kinds import KINDS, SLOWEST_KMH, Kind
from tripplan.questions.trying import Case, Trials, has_plugs, with_values
from tripplan.records.plan import Plan
from tripplan.units import S_PER_H

How = Literal["law", "bisect", "scan"]
"""As the laws say, or one way in any case (for tests of the other)."""
NAMES: Final = get_args(LimitName)
_DEPARTURE_STEP_S: Final = 300.0
_DEPARTURES_S: Final = 24.0 * S_PER_H


class Way(NamedTuple):
    """How a limit is looked for."""

    scan: bool
    why: str
    kind: Kind


def limit(
    trials: Trials,
    cases: Sequence[Case],
    of: LimitName,
    *,
    arrive_by: datetime | None = None,
    how: How = "law",
) -> Limit:
    """Find how far one value may go before the cases cannot all be done.

    Parameters
    ----------
    trials
        Plans.
    cases
        Trips and their cars: all of them have to be done.
    of
        Which value.
    arrive_by
        With ``departure``: the latest arrival, in the local time of the origin.
    how
        Whether laws say how it is looked for.

    Raises
    ------
    InvalidInputError
        The value says nothing in these trips.
    """
    if of == "departure":
        return _latest_departure(trials, cases, arrive_by)
    if of == "chargers":
        return _fewest_chargers(trials, cases)
    kind = KINDS[of]
    _says_something(kind, cases)
    way = _way(kind, cases, heat=trials.planner.settings.heat, how=how)
    found = _along(trials, cases, way, how)
    slow = of == "max-speed-kmh" and way.kind.easiest > SLOWEST_KMH
    if found.limit is None and slow:
        rest = replace(kind, easiest=SLOWEST_KMH, hardest=way.kind.easiest)
        why = "at these speeds heater and electronics may outweigh drag, and the faster do not do"
        slower = _along(trials, cases, Way(scan=True, why=why, kind=rest), how)
        return slower.model_copy(update={"plans": found.plans + slower.plans})
    return found


def _along(trials: Trials, cases: Sequence[Case], way: Way, how: How) -> Limit:
    """Find the edge along a number, in one way."""
    kind, step = way.kind, way.kind.coarse if way.scan and how == "law" else way.kind.step
    last_step, before = kind.grid(step, kind.easiest), trials.plans
    known: dict[int, tuple[Plan, ...] | None] = {}

    def works(number: int) -> bool:
        if number not in known:
            value = kind.value(number, step, kind.easiest)
            known[number] = trials.all_plans([kind.put(case, value) for case in cases])
        return known[number] is not None

    edge = (scanned if way.scan else bisected)(works, last_step)
    values = [kind.value(number, step, kind.easiest) for number in range(last_step + 1)]
    tried = trials.plans - before
    inside = outside = charging = None
    if edge.last >= 0:
        inside = side(values[edge.last], known[edge.last] or ())
    if edge.last < last_step:
        beyond = values[edge.last + 1]
        outside = Side(at=beyond, refusal=trials.refusal([kind.put(c, beyond) for c in cases])[0])
        charging = _with_charging(trials, kind, cases, beyond)
    found = Limit(
        of=cast("LimitName", kind.name),
        limit=values[edge.last] if edge.last >= 0 else None,
        tolerance=step,
        best=values[0],
        worst=values[-1],
        open_ended=edge.last == last_step,
        method="scanned" if way.scan else "bisected",
        why=way.why,
        islands=tuple(values[number] for number in edge.islands),
        plans=tried,
        inside=inside,
        outside=outside,
        with_charging=charging,
    )
    return found.model_copy(update={"sentence": _sentence(found, kind, cases)})


def _way(kind: Kind, cases: Sequence[Case], *, heat: bool, how: How) -> Way:
    """Tell whether one edge is sure, over which range, and why."""
    why = laws.against(cases, heat=heat)
    if kind.name == "departure-soc":
        kind = replace(kind, hardest=max(case.trip.reserve_soc for case in cases))
    if kind.name == "max-speed-kmh":
        # With a trailer no higher speed than the law's, or a lower one of the driver's.
        towing = [case.trip for case in cases if case.trip.conditions.trailer != "none"]
        own_kmh = [trip.max_speed_kmh for trip in towing if trip.max_speed_kmh is not None]
        kind = replace(kind, hardest=min(kind.hardest, *own_kmh, kind.hardest))
    turning = any(case.trip.conditions.wind_from_deg is not None for case in cases)
    if not why and kind.name == "wind-mps" and turning:
        why = "wind from one direction is behind the car on some roads"
    steady = kind.name != "ambient-c" or all(
        laws.colder_is_harder(case, kind.hardest, kind.easiest) for case in cases
    )
    if not why and not steady:
        why = "some of what this car takes in the cold does not grow steadily"
    if not why and kind.name == "max-speed-kmh":
        slowest_kmh = max(laws.thrifty_from_kmh(case) for case in cases)
        kind = replace(kind, easiest=min(max(slowest_kmh, SLOWEST_KMH), 100.0))
        if slowest_kmh > 100.0:
            why = "heater and electronics count as much as drag"
    why = why or kind.scanned_for
    if how == "scan":
        return Way(scan=True, why="as was asked", kind=kind)
    return Way(scan=bool(why) and how == "law", why=why or kind.law, kind=kind)


def _says_something(kind: Kind, cases: Sequence[Case]) -> None:
    told = ""
    if kind.name == "charger-kw" and not all(
        has_plugs(case.trip) or any(point.dwell_s > 0 for point in case.trip.waypoints)
        for case in cases
    ):
        told = "charger-kw is the plug at the stays, and this trip has none: give one with --via"
    if kind.name == "ambient-c" and any(case.trip.ambient_by_hour for case in cases):
        told = "ambient-c says nothing where temperatures by the hour are given: leave one out"
    if told:
        raise InvalidInputError(told, field="of", value=kind.name, expected=", ".join(NAMES))


def side(value: float | str, plans: Sequence[Plan]) -> Side:
    """Return what plans at a value come to, all together."""
    return Side(
        at=value,
        total_s=sum(plan.total_s for plan in plans),
        arrival_soc=min(plan.arrival_soc for plan in plans),
        slack_kwh=min(plan.slack_kwh for plan in plans),
        stops=tuple(site.name for plan in plans for site in plan.chargers),
    )


def _with_charging(trials: Trials, kind: Kind, cases: Sequence[Case], value: float) -> Side | None:
    """Return the plan beyond an edge that may charge, of cases that may not."""
    if all(case.trip.most_stops != 0 for case in cases):
        return None
    free = [case._replace(trip=with_values(case.trip, most_stops=None)) for case in cases]
    plans = trials.all_plans([kind.put(case, value) for case in free])
    return None if plans is None else side(value, plans)


def _sentence(found: Limit, kind: Kind, cases: Sequence[Case]) -> str:
    cars = " and ".join(dict.fromkeys(case.vehicle.name for case in cases))
    charging = all(case.trip.most_stops == 0 for case in cases)
    without = " without charging on the way" if charging else ""
    if found.limit is None:
        between = f"{_told(found.best, kind)} to {_told(found.worst, kind)}"
        but = f" but {', '.join(_told(v, kind) for v in found.islands)}" if found.islands else ""
        return f"{cars}: cannot do it{without} with any {kind.name} from {between}{but}."
    to = _told(found.limit, kind)
    if found.open_ended:
        return f"{cars}: {kind.noun}{without} lies beyond {to}, where looking ends."
    assert found.outside is not None
    beyond = _told(found.outside.at, kind)
    again = ""
    if found.islands:
        again = f" It can be done again at {', '.join(_told(v, kind) for v in found.islands)}."
    return f"{cars}: {kind.noun}{without} is {to}; with {beyond} it cannot be done.{again}"


def _told(value: object, kind: Kind) -> str:
    return kind.words(cast("float", value))


def _fewest_chargers(trials: Trials, cases: Sequence[Case]) -> Limit:
    """Plan for fewest stops, and once more with one stop fewer, which must not do."""
    before = trials.plans
    found = [_fewest(trials, case) for case in cases]
    plans = [plan for plan, _ in found if plan is not None]
    law = "plans of fewest stops; with one stop fewer none was found"
    if len(plans) < len(cases):
        return Limit(
            of="chargers",
            plans=trials.plans - before,
            why=law,
            outside=Side(at=0.0, refusal=trials.refusal(cases)[0]),
            sentence="The trip cannot be done, however many chargers work.",
        )
    inside = side(float(sum(plan.stop_count for plan in plans)), plans)
    count, names = len(inside.stops), ", ".join(inside.stops)
    needed = f"{words.count(count, 'stop')} at chargers that must work: {names}."
    fewer = [case for _, case in found if case is not None]
    outside = Side(at=float(count - 1), refusal=trials.refusal(fewer)[0]) if fewer else None
    return Limit(
        of="chargers",
        limit=float(count),
        tolerance=1.0,
        why=law,
        open_ended=not count,
        plans=trials.plans - before,
        inside=inside,
        outside=outside,
        sentence=needed if count else "No charger is needed.",
    )


def _fewest(trials: Trials, case: Case) -> tuple[Plan | None, Case | None]:
    """Return a plan of fewest stops, and the case with one stop fewer, which has none."""
    plan = trials.plan(case._replace(trip=with_values(case.trip, objective="stops")))
    while plan is not None and plan.stop_count:
        less = case._replace(trip=with_values(case.trip, most_stops=plan.stop_count - 1))
        fewer = trials.plan(less)
        if fewer is None:
            return plan, less
        plan = fewer
    return plan, None


def _latest_departure(trials: Trials, cases: Sequence[Case], arrive_by: datetime | None) -> Limit:
    """Go back from the latest arrival in steps until the trip arrives by then."""
    if arrive_by is None or len(cases) != 1:
        raise InvalidInputError(
            "the latest departure is asked for one trip with the latest arrival: "
            '--arrive-by "2026-01-15T18:00"',
            field="arrive_by",
            value=None,
            expected="date and time of day",
        )
    (case,), before = cases, trials.plans
    free = trials.plan(
        case._replace(trip=with_values(case.trip, departure=None, ambient_by_hour=()))
    )
    why = "every departure in steps was planned, from the latest that could do on backwards"
    last: Side | None = None
    steps = int(_DEPARTURES_S / _DEPARTURE_STEP_S) if free is not None else 0
    for number in range(steps):
        assert free is not None
        start = arrive_by - timedelta(seconds=free.total_s + number * _DEPARTURE_STEP_S)
        start = _whole_minutes(start)
        plan = trials.plan(case._replace(trip=with_values(case.trip, departure=start)))
        told = start.isoformat(timespec="minutes")
        if plan is not None and start + timedelta(seconds=plan.total_s) <= arrive_by:
            return Limit(
                of="departure",
                limit=told,
                tolerance=_DEPARTURE_STEP_S,
                method="scanned",
                why=why,
                plans=trials.plans - before,
                inside=side(told, (plan,)),
                outside=last,
                sentence=f"Leave by {told} to arrive by {arrive_by.isoformat(timespec='minutes')}.",
            )
        late = "it arrives later" if plan is not None else "there is no plan then"
        last = Side(at=told, refusal=late)
    refusal = trials.refusal([case])[0] if free is None else "no departure of 24 hours does"
    return Limit(
        of="departure",
        method="scanned",
        why=why,
        plans=trials.plans - before,
        outside=Side(at="", refusal=refusal),
        sentence="There is no departure with which the trip arrives by then.",
    )


def _whole_minutes(moment: datetime) -> datetime:
    """Return a moment at its step of five minutes, no later."""
    minutes = moment.minute - moment.minute % int(_DEPARTURE_STEP_S / 60.0)
    return moment.replace(minute=minutes, second=0, microsecond=0)
