"""A plain enumeration of stop sequences with the pack temperature carried along.

No dominance and no labels: depth first over all sequences of at most so many stops and all
departure energies on a grid, each charge stepped cell by cell with `charge_step`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from tripplan.physics.charging import SOC_CELLS, charge_step
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.search.kernels.labels import Drives
from tripplan.search.problem import Problem

SLACK_KWH = 1e-9
Stretches = Sequence[tuple[float, float]]
"""Time [s] and heat [J] of what a drive is made of."""


class TooManyError(Exception):
    """The world is too large to be enumerated."""


@dataclass
class HeatTwin:
    """Enumerates a table of drives whose energies are multiples of a grid of SoC.

    The trip has one target; stops are the chargers, the destination, and the origin.
    """

    problem: Problem
    drives: Drives
    """With the rows of all chargers."""
    grid: int
    """Cells of SoC between two departure energies."""
    most_stops: int
    best_s: float = math.inf
    """Nothing slower than this is followed up."""
    room: int = 3000
    """Most charges to step through."""
    stretches: Sequence[Stretches] = ()
    """Of each drive; none: every drive is one stretch."""
    charges: int = 0
    _fastest_s: list[float] = field(default_factory=list)
    _priced_s: list[float] = field(default_factory=list)
    _s_per_kwh: float = 0.0

    @property
    def _destination(self) -> int:
        return int(self.problem.charger_node.size)

    def _leaving(self, stop: int) -> list[int]:
        """Drives from a stop."""
        drives = self.drives
        return [
            *range(int(drives.row_begin[stop]), int(drives.row_end[stop])),
            *range(int(drives.target_begin[0, stop]), int(drives.target_end[0, stop])),
        ]

    def shortest_time_s(self) -> float:
        """Least time over all sequences; what ``best_s`` was before if there is none."""
        problem = self.problem
        assert problem.power is not None
        self._s_per_kwh = 3600.0 / float(problem.power.curve_kw.max())
        self._fastest_s = self._rest(0.0)
        self._priced_s = self._rest(self._s_per_kwh)
        origin = self._destination + 1
        self._drive_on(origin, 0.0, problem.start_kwh, problem.start_c, 0)
        return self.best_s

    def _rest(self, s_per_kwh: float) -> list[float]:
        """Least time with energy at a price from each stop to the end (Bellman and Ford)."""
        drives = self.drives
        rest = [math.inf] * (self._destination + 2)
        rest[self._destination] = 0.0
        for _ in rest:
            for stop in range(self._destination + 2):
                for k in self._leaving(stop) if stop != self._destination else ():
                    weight = float(drives.time_s[k] + s_per_kwh * drives.consumed_kwh[k])
                    rest[stop] = min(rest[stop], weight + rest[drives.stop[k]])
        return rest

    def _too_late(self, stop: int, time_s: float, energy_kwh: float) -> bool:
        """Whether even charging at full power all the way would not beat the best."""
        spare_s = (energy_kwh - self.problem.final_kwh) * self._s_per_kwh
        rest_s = max(self._fastest_s[stop], self._priced_s[stop] - spare_s)
        return time_s + rest_s >= self.best_s

    def _drive_on(
        self, stop: int, time_s: float, energy_kwh: float, pack_c: float, stops: int
    ) -> None:
        """Try every drive from a stop with the energy at hand."""
        drives, pack = self.drives, self.problem.pack
        for k in self._leaving(stop):
            if energy_kwh < drives.min_departure_kwh[k] - SLACK_KWH:
                continue
            to, duration = int(drives.stop[k]), float(drives.time_s[k])
            reached = time_s + duration
            left = min(energy_kwh - float(drives.consumed_kwh[k]), float(drives.max_arrival_kwh[k]))
            if self._too_late(to, reached, left):
                continue
            if to == self._destination:
                if left >= self.problem.final_kwh - SLACK_KWH:
                    self.best_s = reached
            elif stops < self.most_stops:
                warm_c = pack_c
                whole = [(duration, float(drives.heat_j[k]))]
                for time_s_of, heat_j in self.stretches[k] if self.stretches else whole:
                    warm_c = driven_pack_c(warm_c, heat_j, time_s_of, pack)
                self._charge(to, reached, left, warm_c, stops + 1)

    def _charge(
        self, stop: int, time_s: float, energy_kwh: float, pack_c: float, stops: int
    ) -> None:
        """Stop, and leave with every energy on the grid up to the limit."""
        problem = self.problem
        assert problem.power is not None
        self.charges += 1
        if self.charges > self.room:
            raise TooManyError
        time_s += problem.overhead_s
        pack_c = parked_pack_c(pack_c, 0.0, problem.overhead_s, problem.pack)
        cell = round(energy_kwh / problem.step_kwh)
        assert abs(cell * problem.step_kwh - energy_kwh) < 1e-6
        self._drive_on(stop, time_s, energy_kwh, pack_c, stops)
        while (cell + 1) * problem.step_kwh <= problem.limit_kwh + SLACK_KWH:
            taken_s, pack_c = charge_step(
                cell / SOC_CELLS,
                (cell + 1) / SOC_CELLS,
                pack_c,
                float(problem.charger_kw[stop]),
                problem.power,
                problem.pack,
            )
            time_s += taken_s
            cell += 1
            if self._too_late(stop, time_s, cell * problem.step_kwh):
                return
            if cell % self.grid == 0:
                self._drive_on(stop, time_s, cell * problem.step_kwh, pack_c, stops)
