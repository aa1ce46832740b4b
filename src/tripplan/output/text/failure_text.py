"""In words: what a plan comes to where chargers may be broken."""

from tripplan.output.text import words
from tripplan.records.failures import BrokenStop
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import Trip


def in_short(plan: Plan) -> str:
    """Return "5 h 14 min expected, 5 h 20 min in 95 of 100 trips, ..."; empty where not asked."""
    found = plan.failures
    if found is None:
        return ""
    parts = [
        f"{words.duration(found.expected_s)} expected",
        f"{words.duration(found.p95_s)} in 95 of 100 trips",
        f"all stops work in {words.percent(found.all_work)}",
    ]
    if found.stranded > 0.0:
        parts.append(f"stranded in {words.percent(found.stranded, 1)}")
    return ", ".join(parts)


def choice(plan: Plan) -> str:
    """Return "the best of 4 plans; the quickest: 5 h 49 min expected, ..."; empty without one."""
    found = plan.failures
    if found is None or found.chosen_by == "told":
        return ""
    aim = "in expectation" if found.chosen_by == "expected" else "in 95 of 100 trips"
    text = (
        f"the best {aim} of {words.count(found.compared, 'plan')} that were compared; the quickest "
        f"if all works: {words.duration(found.quickest_expected_s)} expected, "
        f"{words.duration(found.quickest_p95_s)} in 95 of 100 trips"
    )
    if found.lower_bound_s is None:
        return text
    return f"{text}; no plan is below {words.duration(found.lower_bound_s)}"


def lines(plan: Plan) -> list[str]:
    """Return both, one line each."""
    return [text for text in (in_short(plan), choice(plan)) if text]


def wishes(trip: Trip) -> list[str]:
    """Return what a trip wishes of broken chargers, one short phrase each."""
    phrases = []
    if trip.broken_chargers in ("expected", "p95"):
        aim = "in expectation" if trip.broken_chargers == "expected" else "in 95 of 100 trips"
        phrases.append(f"the best {aim} where chargers may be broken")
    if trip.working:
        shares = (f"{words.percent(one.works)} of {words.one_line(one.of)}" for one in trip.working)
        phrases.append(f"of charging sites work: {', '.join(shares)}")
    return phrases


def broken(plan: Plan, stop: ChargingStop) -> str:
    """Return "works in 90% of trips (4 stalls); if not: Conoco, +16 min"; empty where not asked.

    Parameters
    ----------
    plan, stop
        A plan, and one of its stops.
    """
    found = _of(plan, stop)
    if found is None:
        return ""
    text = f"works in {words.percent(found.works)} of trips ({words.one_line(found.rule)})"
    if found.probability <= 0.0:
        return text
    onward = words.one_line(found.onward) if found.onward else "the car cannot go on"
    sign = "+" if found.later_s >= 0.0 else "-"
    return f"{text}; if not: {onward}, {sign}{words.duration(abs(found.later_s))} in the mean"


def _of(plan: Plan, stop: ChargingStop) -> BrokenStop | None:
    if plan.failures is None:
        return None
    return next((one for one in plan.failures.stops if one.number == stop.number), None)
