"""Where a trip ceases to be possible along a value: by bisection, or by planning every step.

Steps are counted from the end at which the trip is easiest.  A bisection is right where one law
holds: that what cannot be done at a step cannot be done beyond it either.
"""

from collections.abc import Callable
from typing import NamedTuple

Works = Callable[[int], bool]
"""Tells whether the trip can be done at a step."""


class Edge(NamedTuple):
    """An edge between steps."""

    last: int
    """The last step of an unbroken run from the easiest end that does; -1: none does."""
    islands: tuple[int, ...] = ()
    """Steps beyond it that do, too; known of a scan only."""


def bisected(works: Works, steps: int) -> Edge:
    """Find the edge among steps 0 to ``steps`` where a law says that there is but one.

    Parameters
    ----------
    works
        Whether a step does.
    steps
        Number of the hardest.
    """
    if not works(0):
        return Edge(-1)
    if works(steps):
        return Edge(steps)
    good, bad = 0, steps
    while bad - good > 1:
        middle = (good + bad) // 2
        if works(middle):
            good = middle
        else:
            bad = middle
    return Edge(good)


def scanned(works: Works, steps: int) -> Edge:
    """Try every step; parameters as in `bisected`."""
    good = [step for step in range(steps + 1) if works(step)]
    last = -1
    for step in good:
        if step != last + 1:
            break
        last = step
    return Edge(last, tuple(good[last + 1 :]))
