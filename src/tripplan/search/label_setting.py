"""Run the compiled search over a table of drives, fetching rows as it asks for them."""

import math
import time
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolate
from tripplan.records.settings import Settings
from tripplan.routing.many_to_many import RowStore
from tripplan.search.charging_functions import (
    charging_tables,
    extreme_cells_s,
    never_quicker,
    rises_kwh,
)
from tripplan.search.kernels.context import Terms
from tripplan.search.kernels.expand import choose_stops, start
from tripplan.search.kernels.heat_trajectory import Course, HeatRules
from tripplan.search.kernels.labels import (
    DONE,
    MANY,
    MISSING,
    NEEDS_ROW,
    USED,
    WINNER,
    Bounds,
    Drives,
    Frontier,
    Wishes,
    new_frontier,
    rest_s,
)
from tripplan.search.pool import Scope
from tripplan.search.problem import Question
from tripplan.units import S_PER_H

NO_WAIT = np.zeros(1)
NO_POWER = PowerModel(np.zeros(2), np.zeros(2), np.zeros(1), np.zeros(1), 1.0)
_EPSILON_SHARE = 1e-4
"""Share of a trip's time that labels with heat may differ by at the least."""
IDLE_RULES = HeatRules(0.0, 0.0, 1e9, 0.0, np.zeros(1))


class Pool(Protocol):
    """A table of drives that grows."""

    @property
    def drives(self) -> Drives:
        """The drives known so far."""

    def fetch(self, stop: int) -> None:
        """Make the row of a stop."""


class Step(NamedTuple):
    """One drive of a chain."""

    stop: int
    """Stop that it leads to."""
    lap: int
    """Lap after it."""
    drive: int
    """Its number in the pool."""
    departed_kwh: float
    """Energy with which it started."""
    waited_s: float
    """How long the car waits at that stop before it plugs in."""
    arrived_kwh: float


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found."""

    time_s: float
    """What is minimised; infinite where there is no plan below the ceiling."""
    chain: tuple[Step, ...]
    labels: int
    complete: bool


def optimistic_rests(question: Question, rows: RowStore) -> Bounds:
    """Compute lower bounds on the rest of the trip from every stop in every lap.

    Energy that a plug gives while the car stands at a goal anyway costs no time.  Where energy
    that lacks on arrival counts, all that the rest takes counts at least what the cheaper of the
    end and the best charger asks.
    """
    laps, chargers = len(question.goals), question.charger_node.size
    shape = (laps + 1, question.stop_count)
    time_s, energy, priced = (np.full(shape, np.inf) for _ in range(3))
    rates = rows.ground.lanes.rate_s_per_kwh
    end_price = question.end_s_per_kwh
    price = question.least_s_per_kwh
    if end_price > 0.0:
        price = min(price, end_price)
    elif not math.isfinite(price):
        price = 0.0
    lane = _lane_below(rates, price)
    wanted = [0, lane, rates.size]
    rest = np.zeros(len(wanted))
    given_kwh = 0.0
    for array in (time_s, energy, priced):
        array[laps, chargers + laps - 1] = 0.0
    for lap in range(laps - 1, -1, -1):
        goal = question.goals[lap]
        before = question.goals[lap - 1].node if lap else question.origin
        stop = chargers + lap - 1 if lap else chargers + laps
        here = np.append(np.arange(chargers), stop)
        drawn = rows.ground.lanes.of(question.drawn_kwh(stop))
        direct = (rows.lanes_between(before, goal.node) + drawn)[wanted]
        weight = np.vstack([rows.lanes_to(goal.node)[:, wanted], direct]) + rest
        given_kwh += min(
            goal.charger_kw * goal.dwell_s / S_PER_H, question.limit_kwh - question.reserve_kwh
        )
        time_s[lap, here] = weight[:, 0]
        energy[lap, here] = weight[:, -1] - given_kwh
        beyond = np.full(here.size, np.inf)
        known = np.isfinite(weight[:, -1])
        beyond[known] = (price - rates[lane]) * weight[known, -1]
        priced[lap, here] = weight[:, 1] + beyond - price * given_kwh
        if end_price > 0.0:
            priced[lap, here] += price * (question.capacity_kwh - question.final_kwh)
        rest = rest + direct
        if lap:
            rest[:-1] += question.goals[lap - 1].dwell_s
    for k in question.banned:
        time_s[:, k] = np.inf
    return Bounds(
        time_s,
        energy,
        priced,
        S_PER_H / price if price > 0.0 else math.inf,
        _least_overhead_s(question),
        max(question.limit_kwh - question.reserve_kwh, 1e-9),
        question.final_kwh,
    )


def _lane_below(rates: Floats, price: float) -> int:
    """Position of the lane with the highest rate that does not exceed a price."""
    return int(np.searchsorted(rates, price * (1.0 + 1e-12), side="right")) - 1


def _least_overhead_s(question: Question) -> float:
    """Return the least that a stop counts beside charging at any plug."""
    plugs = question.stop_kw > 0.0
    counted = question.overheads_s() + (question.worth.fee_s if question.worth else 0.0)
    return float(counted[plugs].min()) if plugs.any() else question.overhead_s


def scope_of(question: Question, rows: RowStore, bounds: Bounds, ceiling_s: float) -> Scope:
    """Tell which stops a plan below a ceiling could lead to."""
    chargers = question.charger_node.size
    weight = rows.lanes_from(question.origin)
    from_origin = np.zeros(question.stop_count)
    from_origin[:chargers] = weight[:, 0]
    scope = Scope(from_origin, bounds.time_s.min(axis=0), ceiling_s)
    rates, price = rows.ground.lanes.rate_s_per_kwh, S_PER_H / bounds.best_kw
    if question.worth is None or price <= 0.0:
        return scope
    lane = _lane_below(rates, price)
    priced = np.full(question.stop_count, -np.inf)
    known = np.flatnonzero(np.isfinite(weight[:, -1]))
    priced[known] = weight[known, lane] + (price - rates[lane]) * weight[known, -1]
    given_kwh = sum(goal.charger_kw * goal.dwell_s / S_PER_H for goal in question.goals)
    free_kwh = question.start_kwh - question.final_kwh + given_kwh
    return replace(
        scope,
        price_s_per_kwh=price,
        from_origin_priced_s=priced - price * free_kwh,
        to_end_priced_s=bounds.priced_s.min(axis=0),
    )


def least_time_s(question: Question, bounds: Bounds) -> float:
    """Return what no plan can take less than; infinite where no road leads to the end."""
    origin = question.charger_node.size + len(question.goals)
    return float(rest_s(bounds, 0, origin, question.start_kwh))


def wishes_of(question: Question, *, relaxed: bool = False) -> tuple[Wishes, Floats, Floats]:
    """Turn the trip into what the compiled search takes: wishes, and tables of charging from empty.

    Parameters
    ----------
    question
        The trip.
    relaxed
        Whether wishes that only forbid are left out, and power rises with SoC in a few steps, no
        slower anywhere.

    Returns
    -------
    tuple
        Wishes; time to charge from empty, shape (levels, columns) [s]; and the same with what
        energy is worth, in which where energy on arrival counts a row follows for that.
    """
    level, clock_s, tau_s = charging_tables(question, relaxed=relaxed)
    chargers = question.charger_node.size
    worth, none = question.worth, np.zeros(question.stop_count)
    # Opening hours are those of the clock, and labels are told apart by what is minimised.
    always_open = relaxed and worth is not None
    known = [] if always_open else sorted(question.spells)
    flat = np.array([s for k in known for s in question.spells[k]], np.float64).reshape(-1, 2)
    spells = np.zeros(chargers + 1, np.int32)
    spells[np.array(known, np.intp) + 1] = [len(question.spells[k]) for k in known]
    goals = question.goals
    is_charger = np.zeros(question.stop_count, np.bool_)
    is_charger[:chargers] = True
    is_charger[chargers : chargers + len(goals)] = [goal.is_charger for goal in goals]
    overhead = question.overheads_s()
    wishes = Wishes(
        chargers=chargers,
        laps=len(goals),
        start_kwh=question.start_kwh,
        reserve_kwh=question.reserve_kwh,
        full_kwh=question.capacity_kwh,
        limit_kwh=question.limit_kwh,
        final_kwh=question.final_kwh,
        step_kwh=question.step_kwh,
        least_charge_kwh=np.where(is_charger, 0.0 if relaxed else question.least_charge_kwh, 0.0),
        longest_charge_s=np.where(
            is_charger, math.inf if relaxed else question.longest_charge_s, math.inf
        ),
        most_stops=MANY if relaxed or question.most_stops is None else question.most_stops,
        is_charger=is_charger,
        level=level,
        overhead_s=overhead + worth.fee_s if worth else overhead,
        clock_overhead_s=overhead,
        dwell_s=np.array([goal.dwell_s for goal in goals]),
        spell_first=np.cumsum(spells, dtype=np.int32),
        spell_begin_s=flat[:, 0].copy(),
        spell_end_s=flat[:, 1].copy(),
        charging_factor=worth.charging_factor if worth else none + 1.0,
        kwh_s=worth.kwh_s if worth else none,
        end_s_per_kwh=question.end_s_per_kwh,
        end_level=tau_s.shape[0] - 1 if question.end_s_per_kwh > 0.0 else -1,
    )
    return wishes, clock_s, tau_s


def search(
    question: Question,
    pool: Pool,
    bounds: Bounds,
    settings: Settings,
    *,
    ceiling_s: float = math.inf,
    relaxed: bool = False,
    rules: HeatRules | None = None,
    dominance: bool = True,
    deadline_s: float = math.inf,
) -> Found:
    """Search over a pool of drives.

    Parameters
    ----------
    question
        The trip.
    pool
        Its drives.
    bounds
        Optimistic rests.
    settings
        How to search.
    ceiling_s
        Only plans quicker than this are of interest.
    relaxed
        See `wishes_of`.
    rules
        With battery heat: how coarse; None: without.
    dominance
        Whether to strike out superfluous labels.
    deadline_s
        Reading of `time.monotonic` after which no more rows are fetched: what was found so far is
        returned as incomplete.
    """
    wishes, clock_s, tau_s = wishes_of(question, relaxed=relaxed)
    room = settings.label_limit if rules is None else settings.heat_label_limit
    frontier = new_frontier(room, question.stop_count, len(question.goals), ceiling_s)
    heat = rules is not None and question.power is not None
    shape = (room if heat else 1, SOC_CELLS + 1)
    how = rules or IDLE_RULES
    most_departures = 4 * shape[1] + 8 + int(wishes.limit_kwh / how.departure_step_kwh)
    least_cell = int(wishes.reserve_kwh / wishes.step_kwh)
    terms = Terms(
        tau_s,
        never_quicker(tau_s, least_cell),
        *extreme_cells_s(tau_s, least_cell),
        rises_kwh(tau_s, least_cell, wishes.step_kwh) if relaxed else np.empty((1, 0)),
        clock_s,
        question.stop_kw,
        bounds,
        wishes,
        heat,
        dominance,
        question.power or NO_POWER,
        question.pack,
        how,
        np.array(settings.waits_s) if heat else NO_WAIT,
        Course(np.empty(shape), np.empty(shape)),
        np.empty(most_departures),
    )
    start(frontier, wishes, question.start_c)
    while True:
        status = choose_stops(frontier, pool.drives, terms)
        if status != NEEDS_ROW or time.monotonic() > deadline_s:
            break
        pool.fetch(int(frontier.counts[MISSING]))
    return _found(frontier, complete=status == DONE)


def _found(frontier: Frontier, *, complete: bool) -> Found:
    labels, winner = frontier.labels, int(frontier.counts[WINNER])
    chain = []
    label = winner
    while label >= 0 and labels.drive[label] >= 0:
        chain.append(
            Step(
                stop=int(labels.stop[label]),
                lap=int(labels.lap[label]),
                drive=int(labels.drive[label]),
                departed_kwh=float(labels.departed_kwh[label]),
                waited_s=float(labels.waited_s[label]),
                arrived_kwh=float(labels.energy_kwh[label]),
            )
        )
        label = int(labels.parent[label])
    time_s = float(frontier.best_s[0]) if winner >= 0 else math.inf
    return Found(time_s, tuple(reversed(chain)), int(frontier.counts[USED]), complete)


def heat_rules(
    question: Question, settings: Settings, *, coarser: float = 1.0, trip_s: float = 0.0
) -> HeatRules:
    """Return the rules of the search with heat for this car.

    Parameters
    ----------
    question, settings
        The trip, and how to search.
    coarser
        Factor on the epsilons.
    trip_s
        About how long the trip takes; labels of long trips may differ by more. [s]
    """
    cold_below_c = -math.inf
    falling_kw = np.zeros(1)
    if question.power is not None:
        falling_kw = np.maximum.accumulate(question.power.limit_kw[::-1])[::-1].copy()
        most = float(question.power.limit_kw.max())
        cold_below_c = float(question.power.limit_c[int(np.argmax(question.power.limit_kw))])
        wanted = min(most, float(question.power.curve_kw.max()))
        for c in question.power.limit_c:
            if interpolate(float(c), question.power.limit_c, question.power.limit_kw) >= wanted:
                cold_below_c = float(c)
                break
    return HeatRules(
        max(settings.time_epsilon_s, _EPSILON_SHARE * trip_s) * coarser,
        settings.temperature_epsilon_k * coarser,
        settings.departure_step * question.capacity_kwh,
        cold_below_c,
        falling_kw,
    )
