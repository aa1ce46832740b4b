"""What a plan comes to where each charging site works with a probability only."""

from typing import Annotated, Literal

from pydantic import Field

from tripplan.records.base import Record
from tripplan.records.marks import Unit

_Share = Annotated[float, Field(ge=0, le=1)]


class BrokenStop(Record):
    """What follows if a charging stop of a plan is the first that is broken."""

    number: int
    """Number of the stop in the plan."""
    name: str
    """Name of the site."""
    works: Annotated[_Share, Unit("1")]
    """Probability that one can charge there."""
    rule: str
    """By which rule that is told."""
    probability: _Share
    """Probability that all stops before it work and it does not."""
    onward: str = ""
    """Where the car then charges first, or the destination; empty: it cannot go on."""
    total_s: float
    """Expected time of the whole trip then."""
    later_s: float
    """How much longer that is than the plan."""


class FailureOutlook(Record):
    """Times of a trip over all that may be broken, each failure planned anew.

    Sites fail independently of each other, and a car learns of it when it comes there.  It then
    drives on by the best plan from there, whose stops may be broken as well.
    """

    chosen_by: Literal["told", "expected", "p95"]
    """What the plan was chosen by; told: it is the one that is best if all works."""
    expected_s: float
    """Expected time of the trip."""
    p95_s: float
    """Time within which 95 in 100 such trips arrive."""
    all_work: Annotated[_Share, Unit("1")]
    """Probability that no stop of the plan is broken."""
    stranded: Annotated[_Share, Unit("1")]
    """Probability that the car cannot go on above the reserve; such a trip counts the time until
    then, `Trip.stranded_s` and the rest of the plan."""
    unexplored: Annotated[_Share, Unit("1")]
    """Probability of what was not followed further: there a last failure, of many, is missing."""
    time_s: tuple[float, ...]
    """Times that the trip may take, in rising order, shape (cases,)."""
    probability: tuple[float, ...]
    """Probability of each, shape (cases,)."""
    stops: tuple[BrokenStop, ...]
    """What follows if each charging stop is the first that is broken, shape (charging stops,)."""
    compared: int
    """How many plans it was chosen from."""
    replans: int
    """How many trips were planned anew for that."""
    quickest_expected_s: float
    """Expected time of the plan that is quickest if all works."""
    quickest_p95_s: float
    """Time within which 95 in 100 trips by that plan arrive."""
    lower_bound_s: float | None
    """No plan has an expected time below this, as none takes less if all works; None: not known."""
