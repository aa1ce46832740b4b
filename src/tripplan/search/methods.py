"""What a certificate says of how its bound was found, in words."""

from tripplan.search.problem import Problem

METHOD = (
    "bound from a relaxation over all roads and speeds, with the pack at the best temperature it "
    "could have"
)

HEAT_METHOD = (
    "bound from least times over energy and pack temperature, rounded in the car's favour, over "
    "all roads and speeds, with the heat of a drive road by road"
)

WITH_HEATER = "; since a heater may warm the pack, nothing that cold costs counts in the bound"

OUT_OF_TIME = (
    "the time budget ended before the search did; what was proved until then holds: a bound from a "
    "relaxation over all roads and speeds or, without that, from the fastest and the thriftiest "
    "drives alone"
)

EXACT = "exact search over every drive that can matter, at all roads and speeds"
EXACT_BUT_HEAT = (
    "bound from an exact search over every drive that can matter, with the pack at the best "
    "temperature it could have; with battery heat no exact search is known"
)

EXACT_BUT_HOURS = (
    "bound from an exact search over every drive that can matter, with chargers open at all hours "
    "and the pack at the best temperature it could have"
)


def what_hours_mean(problem: Problem, method: str) -> str:
    """Say what opening hours mean for the proof where something counts beside time.

    Parameters
    ----------
    problem, method
        The trip, and what is said of its proof so far.
    """
    if problem.objective is None or not problem.has_hours or method == EXACT:
        return ""
    return (
        "; the bound takes chargers to be open at all hours, and plans that would be better for "
        "coming at another hour may have been missed"
    )


NOT_EXACT = "; an exact search was asked for, but there are too many drives"
