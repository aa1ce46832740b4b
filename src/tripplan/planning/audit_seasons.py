"""Whether roads of a plan are closed when it departs: each rule is read again, from its end.

Only what tells whether one condition holds at a time is shared with the planner.
"""

from datetime import datetime

import numpy as np

from tripplan.arrays import Flags, Longs
from tripplan.planning.seasons import held_at
from tripplan.records.network import RoadNetwork


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


def _clauses(rule: str) -> list[str]:
    """Split at the semicolons outside of brackets, and take the closing brackets off."""
    first, _, rest = rule.partition("; ")
    return [first, *(part.removeprefix("; ") for part in rest.split(")") if part)]
