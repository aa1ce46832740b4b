"""Whether roads are closed when a plan departs, and their limits and tolls then.

Each rule is read again, from its end.

Only what tells whether one condition holds at a time is shared with the planner.
"""

from dataclasses import replace
from datetime import datetime

import numpy as np

from tripplan.arrays import Flags, Longs
from tripplan.planning.seasons import held_at
from tripplan.records.network import FLAG_LIMIT_STATED, FLAG_TOLL, RoadNetwork


def closed_then(network: RoadNetwork, arcs: Longs, departure: datetime | None) -> Flags:
    """Tell which of some arcs no car may drive at a departure, shape (arcs,).

    Parameters
    ----------
    network
        The roads.
    arcs
        Some of them, shape (arcs,).
    departure
        When; None: what holds without conditions counts.
    """
    rule_of = dict(zip(network.timed_arc.tolist(), network.timed_rule.tolist(), strict=True))
    closed = np.zeros(arcs.size, np.bool_)
    known: dict[int, bool] = {}
    for place, arc in enumerate(arcs.tolist()):
        rule = rule_of.get(arc)
        if rule is None:
            continue
        if rule not in known:
            tail = network.tail[arc]
            at = float(network.lat[tail]), float(network.lon[tail])
            known[rule] = _is_shut(network.access_rules[rule], at, departure)
        closed[place] = known[rule]
    return closed


def _is_shut(rule: str, at: tuple[float, float], departure: datetime | None) -> bool:
    """Look for the last clause that holds; the first one has no condition."""
    word, *clauses = _clauses(rule)
    if departure is not None:
        for clause in reversed(clauses):
            told, _, condition = clause.partition(" @ (")
            parts = [held_at(part, *at, departure) for part in condition.split(" AND ")]
            if all(part is not None and part[0] for part in parts):
                return told == "no"
    return word == "no"


def holding(network: RoadNetwork, departure: datetime | None) -> tuple[int, ...]:
    """Tell which rules on limits and tolls hold at a departure, by their numbers, rising.

    Parameters
    ----------
    network
        The roads.
    departure
        When; None: none does.
    """
    changes, found = network.changes, []
    if departure is None or not changes.arc.size:
        return ()
    for number in sorted(set(changes.rule.tolist())):
        node = network.tail[changes.arc[np.argmax(changes.rule == number)]]
        at = float(network.lat[node]), float(network.lon[node])
        told = changes.rules[number].split("@", maxsplit=1)[1].strip()
        parts = [held_at(part, *at, departure) for part in told[1:-1].split(" AND ")]
        if all(part is not None and part[0] for part in parts):
            found.append(number)
    return tuple(found)


def roads_then(network: RoadNetwork, rules: tuple[int, ...]) -> RoadNetwork:
    """Return the roads with the limits and tolls of some rules.

    Parameters
    ----------
    network
        The roads, as they are without conditions.
    rules
        Numbers of the rules.
    """
    changes = network.changes
    limit, speed = np.array(network.speed_limit_kmh), np.array(network.speed_kmh)
    flags = np.array(network.flags)
    for kind in ("maxspeed=", "toll="):
        of_kind = [k for k in rules if changes.rules[k].startswith(kind)]
        row = np.flatnonzero(np.isin(changes.rule, of_kind))[::-1]
        # The last row of an arc is the first from the end.
        arc, first = np.unique(changes.arc[row], return_index=True)
        row = row[first]
        if kind == "toll=":
            free = np.array([changes.rules[k].startswith("toll=no") for k in changes.rule[row]])
            flags[arc] |= FLAG_TOLL
            flags[arc[free.astype(bool)]] -= FLAG_TOLL
        else:
            limit[arc], speed[arc] = changes.limit_kmh[row], changes.speed_kmh[row]
            flags[arc] |= FLAG_LIMIT_STATED
    return replace(network, speed_limit_kmh=limit, speed_kmh=speed, flags=flags)


def _clauses(rule: str) -> list[str]:
    """Split at the semicolons outside of brackets, and take the closing brackets off."""
    first, _, rest = rule.partition("; ")
    return [first, *(part.removeprefix("; ") for part in rest.split(")") if part)]
