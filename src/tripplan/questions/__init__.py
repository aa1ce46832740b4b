"""Questions the other way round: how far a value may go, which car is enough, what is to spare."""

from tripplan.questions.annual.answers import Year
from tripplan.questions.annual.asking import year
from tripplan.questions.answers import Days, Limit, Smallest
from tripplan.questions.asking import days, limits, smallest, why
from tripplan.questions.reasons import Reasons
from tripplan.questions.ride_answers import Ride, RideTerms
from tripplan.questions.rides import ride

__all__ = [
    "Days",
    "Limit",
    "Reasons",
    "Ride",
    "RideTerms",
    "Smallest",
    "Year",
    "days",
    "limits",
    "ride",
    "smallest",
    "why",
    "year",
]
