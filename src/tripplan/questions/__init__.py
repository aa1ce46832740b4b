"""Questions the other way round: how far a value may go, which car is enough, what is to spare."""

from tripplan.questions.answers import Days, Limit, Smallest
from tripplan.questions.asking import days, limits, smallest

__all__ = ["Days", "Limit", "Smallest", "days", "limits", "smallest"]
