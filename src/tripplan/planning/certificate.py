"""The certificate of a plan: its value and a bound, neither of them moved to fit the other."""

from tripplan.planning.objective import Score
from tripplan.records.plan import Certificate
from tripplan.records.trip import Objective
from tripplan.search.solve import Solution

_ROUNDING = 1e-6
"""A lower bound may exceed the plan by this much: sums of times are rounded (relative)."""


def certificate_of(
    solution: Solution, objective: Objective, scored: Score, total_s: float
) -> Certificate:
    """Say how good a plan is.

    Parameters
    ----------
    solution
        What the search found and proved.
    objective
        What was minimised.
    scored
        Value and bound of the finished plan.
    total_s
        How long it takes. [s]
    """
    value, bound = scored.value, _unless_rounded(scored.lower_bound, scored.value)
    gap = (value - bound) / abs(value) if value else 0.0
    least_s = bound if objective == "time" else _unless_rounded(solution.least_time_s, total_s)
    return Certificate(
        lower_bound_s=least_s,
        gap=gap if gap > 1e-9 else 0.0,
        objective=objective,
        value=value,
        lower_bound=bound,
        measure=scored.measure,
        method=solution.method,
        labels=solution.labels,
        complete=solution.complete,
    )


def _unless_rounded(bound: float, value: float) -> float:
    """Return a bound, or the value where it lies above that by no more than sums are rounded."""
    return value if value < bound <= value + _ROUNDING * abs(value) else bound
