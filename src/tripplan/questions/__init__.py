"""Questions the other way round: how far a value may go, which car is enough, what is to spare."""

from tripplan.questions.answers import Days, Limit, Smallest
from tripplan.questions.asking import days, limits, smallest, why
from tripplan.questions.reasons import Reasons

__all__ = ["Days", "Limit", "Reasons", "Smallest", "days", "limits", "smallest", "why"]
