"""Whether a refused trip can be done after all: questions that are no easier, asked as well."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from campaign.ask import Answer, ask
from campaign.cases import Case, Finding
from campaign.ground import region_of
from campaign.laws import refused_kind
from tripplan.errors import OutOfRangeError

_EMPTY = re.compile(r"\b0\.0 kWh more|\b0 km before|-\d+(\.\d+)? k")
_FEW_NODES = 40


def _objective(name: str) -> Callable[[Case], Case | None]:
    return lambda case: None if _is(case, name) else case.wish(objective=name)


def _is(case: Case, objective: str) -> bool:
    return bool(case.trip.get("objective", "time") == objective)


def _exact(case: Case) -> Case | None:
    few = region_of(case.ground).network.node_count <= _FEW_NODES
    return replace(case, exact=True) if few and not case.exact else None


def _require(case: Case) -> Case | None:
    sites = region_of(case.ground).chargers.chargers
    if not sites or case.trip.get("via_chargers"):
        return None
    return case.wish(via_chargers=[sites[int(case.luck * len(sites))].id])


def _by_way_of(case: Case) -> Case | None:
    region = region_of(case.ground)
    if not len(region.chargers) or case.trip.get("waypoints"):
        return None
    node = int(region.chargers.node[int(case.luck * len(region.chargers))])
    lat, lon = float(region.network.lat[node]), float(region.network.lon[node])
    return case.wish(waypoints=[{"place": {"lat": lat, "lon": lon}}])


def _heat(case: Case) -> Case | None:
    return None if case.heat else replace(case, heat=True)


def _stops(case: Case) -> Case | None:
    return None if "most_stops" in case.trip else case.wish(most_stops=30)


AGAIN: Final[Mapping[str, Callable[[Case], Case | None]]] = {
    "by time": _objective("time"),
    "by energy": _objective("energy"),
    "by money": _objective("money"),
    "by stops": _objective("stops"),
    "exactly": _exact,
    "with a charger required": _require,
    "by way of a charger": _by_way_of,
    "with heat": _heat,
    "with at most 30 stops": _stops,
    "never slower than usual": lambda case: case.wish(slow_down_to=1.0),
    "without motorways": lambda case: case.wish(avoid=[*case.trip.get("avoid", []), "motorway"]),
}
"""Questions that allow no plan that the refused one does not allow, by name."""


def refusal_findings(case: Case, name: str, answer: Answer) -> Iterator[Finding]:
    """Ask a refused question again.

    Parameters
    ----------
    case
        The question.
    name
        A key of `AGAIN`.
    answer
        What became of it.
    """
    other = AGAIN[name](case)
    if answer.refusal is None or other is None:
        return
    again = ask(other)
    if again.crash:
        yield Finding(f"crash: {again.crash.split(': ')[0]}", f"{name}: {again.crash}")
    if again.plan is not None:
        took = f"{again.plan.total_s:.0f} s with {again.plan.stop_count} stops"
        told = f'"{answer.refusal}"; {name} it takes {took}'
        yield Finding(refused_kind(answer.refusal), told)


def reason_findings(answer: Answer) -> Iterator[Finding]:
    """Say where a refusal gives no reason."""
    error = answer.refusal
    if isinstance(error, OutOfRangeError) and _EMPTY.search(str(error)):
        yield Finding("refusal without a reason", str(error))
