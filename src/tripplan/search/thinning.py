"""Many chargers in one place: which of them a search can do without, and which it may try first."""

from dataclasses import replace

import numpy as np

from tripplan.search.bounds import Scope
from tripplan.search.problem import Problem

_CELL_S = 120.0
"""Chargers that differ less than this on the way from the start and to the end are near each
other."""
_MANY = 100
"""Among fewer chargers a search is quick anyway."""


def superfluous(problem: Problem) -> frozenset[int]:
    """Return chargers that another at the same node replaces: by no plan are they missed.

    These are as powerful, cost as much and are always open.  Two stops in a row at one
    node are never better than one, unless stops may not last as long as one would like; then none
    is left out.
    """
    if np.isfinite(problem.longest_charge_s):
        return frozenset()
    node = problem.charger_node
    shared = np.flatnonzero(np.bincount(node)[node] > 1)
    weights = problem.objective
    columns = (weights.kwh_s, weights.charging_factor, weights.fee_s) if weights else ()
    least_kwh = problem.least_arrivals_kwh
    seen, found = set[tuple[object, ...]](), set[int]()
    for k in shared.tolist():
        if k in problem.banned or problem.opening_intervals.get(k):
            # Where chargers close, a second one at the node is where to wait for the next opening.
            continue
        counts = (float(column[k]) for column in (problem.charger_kw, *columns, *least_kwh))
        key = (int(node[k]), *counts)
        if key in seen:
            found.add(k)
        seen.add(key)
    return frozenset(found)


def thinned(problem: Problem, scope: Scope) -> Scope | None:
    """Return a scope with one charger of those near each other: the most powerful, on the way.

    Parameters
    ----------
    problem
        What is asked.
    scope
        Which stops a plan could lead to.

    Returns
    -------
    Scope or None
        A plan within it is one of the trip; None where it would leave out fewer than half.
    """
    chargers = problem.charger_node.size
    near = np.flatnonzero(scope.near[:chargers])
    if near.size < _MANY:
        return None
    detour_s = (scope.from_origin_s + scope.to_end_s)[near]
    order = near[np.lexsort((detour_s, -problem.charger_kw[near]))]
    ends_s = np.column_stack((scope.from_origin_s[order], scope.to_end_s[order]))
    _, first = np.unique(np.floor(ends_s / _CELL_S), axis=0, return_index=True)
    if 2 * first.size > near.size:
        return None
    left_out = np.ones(chargers, np.bool_)
    left_out[order[first]] = False
    to_end_s = scope.to_end_s.copy()
    to_end_s[:chargers][left_out] = np.inf
    return replace(scope, to_end_s=to_end_s)
