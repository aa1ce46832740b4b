"""The traces of a plan as arrays, all legs one after the other, for the audit to look at."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.records.plan import Plan, Trace

_NAMES: Final = tuple(Trace.model_fields)


@dataclass(frozen=True, eq=False)
class Columns:
    """Points of all legs in columns of shape (points,), as in `Trace`; steps lie between them."""

    lat: Floats
    lon: Floats
    distance_km: Floats
    elapsed_s: Floats
    soc: Floats
    pack_c: Floats
    elevation_m: Floats
    speed_kmh: Floats
    bearing_deg: Floats
    usual_kmh: Floats
    first: tuple[int, ...]
    """First point of each leg, and the number of points, shape (legs + 1,)."""
    start: Longs
    """Point at which each step starts, shape (steps,); it ends at the next."""

    @classmethod
    def of(cls, plan: Plan) -> "Columns":
        """Return the columns of a plan whose traces are whole."""
        traces = [leg.trace for leg in plan.legs]
        first = [0]
        for trace in traces:
            first.append(first[-1] + len(trace.lat))
        whole = np.array([sum((getattr(t, name) for t in traces), ()) for name in _NAMES])
        steps = np.ones(max(first[-1] - 1, 0), np.bool_)
        steps[[at - 1 for at in first[1:-1]]] = False
        by_name = dict(zip(_NAMES, whole, strict=True))
        return cls(**by_name, first=tuple(first), start=np.flatnonzero(steps))

    @property
    def finite(self) -> Flags:
        """Whether all is told of each point, shape (points,)."""
        return np.asarray(np.isfinite([getattr(self, name) for name in _NAMES]).all(axis=0))

    def rise(self, column: Floats) -> Floats:
        """Return by how much a column rises on each step, shape (steps,)."""
        return np.asarray(column[self.start + 1] - column[self.start])

    def ending(self, column: Floats) -> Floats:
        """Return a column at the end of each step, shape (steps,)."""
        return np.asarray(column[self.start + 1])

    def points(self, leg: int) -> slice:
        """Return where the points of a leg are."""
        return slice(self.first[leg], self.first[leg + 1])

    def steps(self, leg: int) -> slice:
        """Return where the steps of a leg are."""
        return slice(self.first[leg] - leg, self.first[leg + 1] - leg - 1)

    def first_in_legs(self, wrong: Flags) -> list[tuple[int, int]]:
        """Return the first step of each leg that is wrong, with the leg.

        Parameters
        ----------
        wrong
            Shape (steps,).
        """
        if not wrong.any():
            return []
        legs = range(len(self.first) - 1)
        found = [(leg, np.flatnonzero(wrong[self.steps(leg)])) for leg in legs]
        return [(leg, self.steps(leg).start + int(at[0])) for leg, at in found if at.size]
