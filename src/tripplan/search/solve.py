"""Choose the stops: an exact relaxation for the bound, and a search with battery heat on top.

1. Relax: charging power as if the pack always had the best temperature it could have on this
   trip.  This problem is solved exactly, so its time is a lower bound on any plan over these
   drives.
2. Re-drive that chain of stops with heat.  If it takes no longer, it is optimal.
3. Otherwise search with heat, with the re-driven chain as the plan to beat.

Stops are first taken from an ellipse around the trip; afterwards every stop through which a
quicker plan could possibly lead is added, until there is none left to add.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tripplan.errors import DisconnectedError, NoPlanError
from tripplan.physics.charging import interpolate
from tripplan.physics.thermal import driven_pack_c, parked_pack_c
from tripplan.search.kernels.charge import charge_course
from tripplan.search.kernels.heat_stops import HeatRules, choose_stops_with_heat
from tripplan.search.kernels.stops import Labels, choose_stops
from tripplan.search.question import Question, Surroundings, optimistic_limit_kw, survey
from tripplan.search.reach import out_of_range
from tripplan.search.table import StopTable, build_table
from tripplan.settings import Settings
from tripplan.units import S_PER_H

Ints = NDArray[np.int32]

_ELLIPSE = 1.15
_ELLIPSE_SLACK_S = 1200.0
_EQUAL = 1e-6
_COARSER = (1.0, 4.0, 16.0)
"""Factors on the epsilons of the heat search, tried in turn until the labels suffice."""


@dataclass(frozen=True, eq=False)
class Solution:
    """The winning chain of stops."""

    leg_arcs: tuple[Ints, ...]
    """Arcs of each leg, in order."""
    chargers: tuple[int, ...]
    """Charger of each stop, an index into the question's chargers."""
    departures_kwh: tuple[float, ...]
    """Energy with which each stop is left."""
    lower_bound_s: float
    time_s: float
    method: str
    labels: int
    complete: bool


@dataclass
class _Chain:
    """A chain of stops as drives of a table."""

    table: StopTable
    drives: list[int] = field(default_factory=list)
    departures_kwh: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, table: StopTable, labels: Labels, winner: int) -> "_Chain":
        chain = cls(table)
        label = winner
        while labels.drive[label] >= 0:
            chain.drives.append(int(labels.drive[label]))
            chain.departures_kwh.append(float(labels.departed_kwh[label]))
            label = int(labels.parent[label])
        chain.drives.reverse()
        chain.departures_kwh.reverse()
        return chain

    def time_with_heat_s(self) -> float:
        """Drive the chain with battery heat [s]."""
        question, drives = self.table.question, self.table.drives
        if question.power is None:
            return sum(float(drives.time_s[drive]) for drive in self.drives)
        time, pack_c, energy = 0.0, question.start_c, question.start_kwh
        capacity = question.capacity_kwh
        for position, drive in enumerate(self.drives):
            leave = self.departures_kwh[position]
            if position:
                stop = int(drives.stop[self.drives[position - 1]])
                pack_c = parked_pack_c(pack_c, 0.0, question.overhead_s, question.pack)
                course = charge_course(
                    energy / capacity,
                    leave / capacity,
                    pack_c,
                    float(self.table.charger_kw[stop]),
                    question.power,
                    question.pack,
                )
                time += question.overhead_s + float(course[-1, 1])
                pack_c = float(course[-1, 2])
            duration = float(drives.time_s[drive])
            time += duration
            pack_c = driven_pack_c(pack_c, float(drives.heat_j[drive]), duration, question.pack)
            energy = min(leave - float(drives.cost_kwh[drive]), float(drives.most_kwh[drive]))
        return time


@dataclass(frozen=True)
class _Warm:
    """What the search with heat found."""

    chain: _Chain
    time_s: float
    labels: int
    rules: HeatRules
    complete: bool


def solve(question: Question, settings: Settings) -> Solution:
    """Find the quickest plan.

    Raises
    ------
    DisconnectedError
        No road joins origin and destination.
    OutOfRangeError
        The battery cannot bridge a gap.
    NoPlanError
        The battery takes no charge at the temperatures of this trip.
    """
    around = survey(question, _best_kw(question))
    if not math.isfinite(around.to_time_s[question.origin]):
        raise DisconnectedError(
            "no road that this car may use joins origin and destination in this region"
        )
    relaxed, bound_s, labels = _relaxed(question, around, settings)
    if relaxed is None:
        raise out_of_range(question, around)
    time_s = relaxed.time_with_heat_s() if settings.heat else bound_s
    if time_s <= bound_s * (1.0 + _EQUAL):
        method = "exact label search; battery heat costs this plan no time"
        if not settings.heat:
            method = "exact label search, battery heat switched off"
        return _solution(relaxed, bound_s, time_s, method, labels, complete=True)
    warm = _with_heat(question, around, relaxed, time_s, settings)
    if not math.isfinite(warm.time_s):
        raise _refused(question)
    method = (
        "label search with pack temperature, labels within "
        f"{warm.rules.time_epsilon_s:g} s and {warm.rules.temperature_epsilon_k:g} K taken as "
        "equal; bound from an exact search at the best temperatures the pack could have"
    )
    return _solution(
        warm.chain, bound_s, warm.time_s, method, labels + warm.labels, complete=warm.complete
    )


def _best_kw(question: Question) -> float:
    if question.power is None or not question.charger_kw.size:
        return 0.0
    return min(
        float(question.charger_kw.max()),
        float(question.power.curve_kw.max()),
        optimistic_limit_kw(question),
    )


def _stops_within(question: Question, around: Surroundings, ceiling_s: float) -> Ints:
    """Chargers at or past which a plan of at most this time could lead."""
    if around.best_kw <= 0.0:
        return np.empty(0, np.int32)
    node = question.charger_node
    spare_s = (question.start_kwh - question.final_kwh) * S_PER_H / around.best_kw
    least = np.maximum(
        around.from_time_s[node] + around.to_time_s[node],
        around.from_priced_s[node] + around.to_priced_s[node] - spare_s,
    )
    inside = np.isfinite(least) & (least <= ceiling_s)
    return np.flatnonzero(inside).astype(np.int32)


def _relaxed(
    question: Question, around: Surroundings, settings: Settings
) -> tuple[_Chain | None, float, int]:
    """Solve the relaxation exactly: chain (None: infeasible), time and number of labels."""
    spare_s = (question.start_kwh - question.final_kwh) * S_PER_H / max(around.best_kw, 1e-9)
    rough_s = max(
        float(around.to_time_s[question.origin]),
        float(around.to_priced_s[question.origin]) - spare_s if around.best_kw > 0 else 0.0,
    )
    ceiling_s = _ELLIPSE * rough_s + _ELLIPSE_SLACK_S
    total_labels = 0
    while True:
        stops = _stops_within(question, around, ceiling_s)
        table = build_table(question, around, stops)
        room = settings.label_limit
        best, winner, labels, used, complete = choose_stops(
            table.drives, table.level, table.tau_s, table.bounds, table.wishes, math.inf, room
        )
        total_labels += used
        if not complete:
            raise NoPlanError(
                f"the search gave up after {used} labels; allow more with settings.label_limit"
            )
        if winner < 0:
            if math.isinf(ceiling_s):
                return None, math.inf, total_labels
            ceiling_s = math.inf
        elif best <= ceiling_s:
            return _Chain.of(table, labels, winner), best, total_labels
        else:
            ceiling_s = best * (1.0 + _EQUAL)


def _with_heat(
    question: Question,
    around: Surroundings,
    relaxed: _Chain,
    ceiling_s: float,
    settings: Settings,
) -> _Warm:
    """Search with heat, more coarsely where the labels do not suffice."""
    assert question.power is not None
    stops = _stops_within(question, around, ceiling_s)
    table = build_table(question, around, stops)
    chain, rules, total = relaxed, heat_rules(question, settings), 0
    for coarser in _COARSER:
        rules = rules._replace(
            time_epsilon_s=settings.time_epsilon_s * coarser,
            temperature_epsilon_k=settings.temperature_epsilon_k * coarser,
        )
        best, winner, labels, used, complete = choose_stops_with_heat(
            table.drives,
            table.level,
            table.charger_kw,
            table.tau_s,
            table.bounds,
            table.wishes,
            question.power,
            question.pack,
            question.start_c,
            rules,
            True,  # noqa: FBT003 - compiled functions take no keywords
            ceiling_s,
            settings.label_limit,
        )
        total += used
        if winner >= 0:
            chain, ceiling_s = _Chain.of(table, labels, winner), best
        if complete:
            break
    return _Warm(chain, ceiling_s, total, rules, complete=complete)


def heat_rules(question: Question, settings: Settings) -> HeatRules:
    """Return the rules of the heat search for this car."""
    cold_below_c = -math.inf
    if question.power is not None:
        most = float(question.power.limit_kw.max())
        cold_below_c = float(question.power.limit_c[int(np.argmax(question.power.limit_kw))])
        wanted = min(most, float(question.power.curve_kw.max()))
        for c in question.power.limit_c:
            if interpolate(float(c), question.power.limit_c, question.power.limit_kw) >= wanted:
                cold_below_c = float(c)
                break
    return HeatRules(
        settings.time_epsilon_s,
        settings.temperature_epsilon_k,
        settings.departure_step * question.capacity_kwh,
        cold_below_c,
    )


def _solution(
    chain: _Chain, bound_s: float, time_s: float, method: str, labels: int, *, complete: bool
) -> Solution:
    table = chain.table
    stops = [int(table.drives.stop[drive]) for drive in chain.drives[:-1]]
    return Solution(
        leg_arcs=tuple(table.arcs(drive) for drive in chain.drives),
        chargers=tuple(int(table.chosen[stop]) for stop in stops),
        departures_kwh=tuple(chain.departures_kwh[1:]),
        lower_bound_s=bound_s,
        time_s=time_s,
        method=method,
        labels=labels,
        complete=complete,
    )


def _refused(question: Question) -> NoPlanError:
    return NoPlanError(
        "the battery would be too cold or too hot to take a charge where it must "
        f"(air {question.pack.air_c:g} degrees Celsius). Start with a warmer pack or more charge."
    )
