"""What roads allow or cost at some times only: limits of the night, tolls of the season."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tripplan.arrays import Floats, Ints, column, ragged

LIMIT: Final = "maxspeed"
TOLL: Final = "toll"


class ChangeRule(NamedTuple):
    """One rule, taken apart."""

    kind: Literal["maxspeed", "toll"]
    value: str
    """In the words of the tags; of a toll "yes" or "no"."""
    condition: str
    """Opening hours in OpenStreetMap's syntax, several of which are joined by " AND "."""


def _no_ints() -> Ints:
    return np.zeros(0, np.int32)


def _no_floats() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class RoadChanges:
    """Limits and tolls of arcs under conditions of time, a row for each arc and rule.

    Of the rows of one arc and kind that hold, the last decides.
    """

    arc: Ints = field(default_factory=_no_ints)
    """Rising, shape (changes,)."""
    rule: Ints = field(default_factory=_no_ints)
    """Index into ``rules``, shape (changes,)."""
    limit_kmh: Floats = field(default_factory=_no_floats)
    """Limit while the rule holds, km/h, shape (changes,); of rules on toll the usual one."""
    speed_kmh: Floats = field(default_factory=_no_floats)
    """Expected driving speed then, km/h, shape (changes,); of rules on toll the usual one."""
    rules: tuple[str, ...] = ()
    """"maxspeed=60 @ (22:00-06:00)", "toll=no @ (Nov-Mar)"; shape (rules,)."""

    def __post_init__(self) -> None:
        for name, dtype in (
            ("arc", np.int32),
            ("rule", np.int32),
            ("limit_kmh", np.float64),
            ("speed_kmh", np.float64),
        ):
            object.__setattr__(self, name, column(getattr(self, name), np.dtype(dtype)))

    def faults(self, arcs: int) -> Iterator[str]:
        """Tell what is wrong with these changes of a network of so many arcs.

        Parameters
        ----------
        arcs
            How many it has.
        """
        columns = (self.rule, self.limit_kmh, self.speed_kmh)
        if any(each.shape != self.arc.shape for each in columns):
            yield "the columns of changes differ in length"
        elif self.arc.size:
            if self.arc[0] < 0 or self.arc[-1] >= arcs or np.any(np.diff(self.arc) < 0):
                yield "a change names an arc that is not there, or their arcs do not rise"
            if self.rule.min() < 0 or self.rule.max() >= len(self.rules):
                yield "a change names a rule that is not there"
            if not (np.all(self.speed_kmh > 0.0) and np.all(self.speed_kmh <= 300.0)):
                yield "speed_kmh of a change is not within 0..300"
            if not (np.all(self.limit_kmh > 0.0) and np.all(self.limit_kmh <= 400.0)):
                yield "limit_kmh of a change is not within 0..400"
        if any(taken_apart(rule) is None for rule in self.rules):
            yield "a change is under no rule that is understood"

    def of_arcs(self, source: ArrayLike) -> "RoadChanges":
        """Return the changes of arcs that are made of these.

        Parameters
        ----------
        source
            Which of these arcs each new one is, or is a part or copy of, shape (new arcs,).
        """
        if not self.arc.size:
            return self
        source = np.asarray(source)
        first = np.searchsorted(self.arc, source)
        count = np.searchsorted(self.arc, source, side="right") - first
        row = ragged(first, count)
        return RoadChanges(
            arc=np.repeat(np.arange(source.size), count).astype(np.int32),
            rule=self.rule[row],
            limit_kmh=self.limit_kmh[row],
            speed_kmh=self.speed_kmh[row],
            rules=self.rules,
        )


def taken_apart(rule: str) -> ChangeRule | None:
    """Take a rule apart; None where it is none.

    Parameters
    ----------
    rule
        "maxspeed=60 @ (22:00-06:00)".
    """
    kind, _, rest = rule.partition("=")
    value, at, condition = rest.partition(" @ (")
    if not (value and at and condition.endswith(")")):
        return None
    if kind == "maxspeed":
        return ChangeRule("maxspeed", value, condition[:-1])
    if kind == "toll" and value in {"yes", "no"}:
        return ChangeRule("toll", value, condition[:-1])
    return None


NO_CHANGES: Final = RoadChanges()
