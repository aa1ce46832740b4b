"""Questions the other way round: how far a value may go, which car is enough, what is to spare."""

from tripplan.questions.annual.answers import Year
from tripplan.questions.annual.asking import year
from tripplan.questions.answers import Days, Limit, Smallest
from tripplan.questions.asking import days, limits, smallest, why
from tripplan.questions.reasons import Reasons

__all__ = [
    "Days",
    "Limit",
    "Reasons",
    "Smallest",
    "Year",
    "days",
    "limits",
    "smallest",
    "why",
    "year",
]
