"""Which roads are closed when a trip departs: passes in winter, streets at night.

A network names its rules ("yes; no @ (Nov-May)", `RoadNetwork.access_rules`).  They are looked up
once, at the departure, in the local time of the road; what changes during the day after is counted
as it is then, and said so in the plan.  Conditions are opening hours in OpenStreetMap's syntax.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves the error out
    OpeningHours,
    ParserError,
    State,
)

from tripplan.arrays import Ints
from tripplan.errors import InvalidInputError
from tripplan.planning.opening_hours import local_time
from tripplan.records.network import RoadNetwork

_UTC: Final = ZoneInfo("UTC")
_CLAUSE: Final = re.compile(r"(yes|no)(?: @ \(([^()]*)\))?(?:; )?")
_AND: Final = " AND "
_LOOKED_AHEAD: Final = timedelta(days=1)
_NAMED: Final = 3
"""So many rules are named in a sentence."""


class RuleState(NamedTuple):
    """What a rule says at a moment."""

    is_open: bool
    changes: bool = False
    """Whether it says something else at a time of the day after."""
    unread: bool = False
    """Whether a condition is none that the parser knows; it counts as one that does not hold."""


@dataclass(frozen=True)
class Seasons:
    """The roads of a network that are open at some times only, at one departure."""

    closed: Ints
    """Arcs that are closed, rising, shape (closed,)."""
    words: tuple[str, ...]
    """What a plan has to say of them."""
    rules: tuple[str, ...]
    """The rules that close some, shape (rules,)."""


ALWAYS_OPEN: Final = Seasons(np.zeros(0, np.int32), (), ())
"""Where no road is open at some times only."""


def rule_state(rule: str, lat: float, lon: float, at: datetime | None) -> RuleState:
    """Tell whether a rule opens a road.

    Parameters
    ----------
    rule
        One of a network's ``access_rules``.
    lat, lon
        Where the road is; its zone, holidays and sunrise count. [degrees]
    at
        When: local time there, or any time with a zone; None: what holds without conditions.

    Raises
    ------
    InvalidInputError
        The time cannot be looked up.
    """
    clauses = [(word == "yes", condition) for word, condition in _CLAUSE.findall(rule)]
    base = clauses[0][0]
    if at is None:
        return RuleState(base)
    is_open, changes, unread = base, False, False
    for opens, condition in clauses[1:]:
        held = [held_at(part, lat, lon, at) for part in condition.split(_AND)]
        unread = unread or None in held
        if all(state is not None and state[0] for state in held):
            is_open = opens
        changes = changes or any(state is not None and state[1] for state in held)
    return RuleState(is_open, changes, unread)


def held_at(condition: str, lat: float, lon: float, at: datetime) -> tuple[bool, bool] | None:
    """Tell whether a condition holds at a time, and whether that changes in the day after.

    Parameters
    ----------
    condition
        Opening hours in OpenStreetMap's syntax.
    lat, lon
        Where; its zone, holidays and sunrise count. [degrees]
    at
        When: local time there, or any time with a zone.

    Returns
    -------
    tuple of (bool, bool) or None
        None where the condition is not understood.

    Raises
    ------
    InvalidInputError
        The time cannot be looked up.
    """
    try:
        hours = OpeningHours(condition, coords=(lat, lon))
    except ParserError:
        return None
    try:
        begin = local_time(at, lat, lon).astimezone(_UTC)
        rows = [row[2] == State.OPEN for row in hours.intervals(begin, begin + _LOOKED_AHEAD)]
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"{at} is not a time that closures of roads can be looked up for: {error}",
            field="departure",
            value=at,
            expected="a time of the years 1900 to 9999",
        ) from error
    return bool(rows and rows[0]), len(set(rows)) > 1


def seasons_of(network: RoadNetwork, departure: datetime | None) -> Seasons:
    """Find the roads that are closed at a departure.

    Parameters
    ----------
    network
        The roads.
    departure
        When, in local time or with a zone; None: what holds without conditions counts.

    Raises
    ------
    InvalidInputError
        The time cannot be looked up.
    """
    arc, rule = network.timed_arc, network.timed_rule
    used, first = np.unique(rule, return_index=True)
    tail = network.tail[arc[first]]
    states = {
        number: rule_state(network.access_rules[number], lat, lon, departure)
        for number, lat, lon in zip(
            used.tolist(), network.lat[tail].tolist(), network.lon[tail].tolist(), strict=True
        )
    }
    shut = [number for number, state in states.items() if not state.is_open]
    return Seasons(
        closed=arc[np.isin(rule, shut)],
        words=tuple(_words(network, states, departure)),
        rules=tuple(network.access_rules[number] for number in shut),
    )


def _words(
    network: RoadNetwork, states: Mapping[int, RuleState], departure: datetime | None
) -> list[str]:
    arcs = Counter(network.timed_rule.tolist())
    if not arcs:
        return []
    if departure is None:
        told = counted(network.access_rules, arcs, arcs)
        return [
            "Without a departure, roads that are open at some times only count as their tags say "
            "without conditions: " + told + "."
        ]
    found = []
    for numbers, words in (
        (
            [k for k, state in states.items() if not state.is_open],
            "Closed at the departure by season, day or hour",
        ),
        (
            [k for k, state in states.items() if state.changes],
            "Opened or closed in the day after the departure, and counted as then",
        ),
        (
            [k for k, state in states.items() if state.unread],
            "Closed under conditions that were not understood, and counted as if they did not hold",
        ),
    ):
        if numbers:
            found.append(f"{words}: {counted(network.access_rules, arcs, numbers)}.")
    return found


def counted(rules: Sequence[str], arcs: Mapping[int, int], numbers: Collection[int]) -> str:
    """Write how many arcs some rules are on, with those that are on most of them.

    Parameters
    ----------
    rules
        The rules as text, shape (rules,).
    arcs
        How many arcs each rule is on, by its number.
    numbers
        The rules that are meant.
    """
    wanted = sorted(numbers, key=lambda k: (-arcs[k], k))
    named = [f"{rules[k]} ({arcs[k]})" for k in wanted[:_NAMED]]
    more = len(wanted) - _NAMED
    rest = [f"{more} {'rule' if more == 1 else 'rules'} more"] if more > 0 else []
    return f"{sum(arcs[k] for k in wanted)} one-way arcs, {', '.join([*named, *rest])}"
