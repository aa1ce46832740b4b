"""The compiled search over stops without battery heat, on a table that is known in full."""

import math
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.physics.thermal import PackModel
from tripplan.search.charging_functions import extreme_cells_s, never_quicker, never_slower
from tripplan.search.kernels.context import COOL, ChargingTrajectory, SearchContext
from tripplan.search.kernels.expand import choose_stops, start
from tripplan.search.kernels.labels import (
    DONE,
    MANY,
    WINNER,
    Bounds,
    Constraints,
    Drives,
    Labels,
    new_frontier,
)
from tripplan.search.label_setting import NO_POWER

IDLE_PACK = PackModel(2e5, 0.1, 0.02, 350.0, 20.0, 6.0, 0.0, math.inf, 20.0)


@dataclass(frozen=True, eq=False)
class Choice:
    """What the search chose."""

    time_s: float
    """Infinite where there is no plan."""
    chain: tuple[int, ...]
    """Labels after the first one, in order."""
    labels: Labels
    complete: bool


def plain_wishes(
    *,
    start_kwh: float,
    reserve_kwh: float,
    full_kwh: float,
    limit_kwh: float,
    final_kwh: float,
    step_kwh: float,
    overhead_s: float,
    level: Ints,
) -> Constraints:
    """Return the constraints of a trip to one target; ``level``: power level of each charger."""
    chargers = level.size
    none = np.zeros(chargers + 2)
    at_charger = np.append(np.ones(chargers, np.bool_), [False, False])
    return Constraints(
        chargers=chargers,
        stages=1,
        start_kwh=start_kwh,
        reserve_kwh=reserve_kwh,
        full_kwh=full_kwh,
        limit_kwh=limit_kwh,
        final_kwh=final_kwh,
        least_arrival_kwh=np.array(
            [np.full(chargers + 2, reserve_kwh), np.full(chargers + 2, final_kwh)]
        ),
        step_kwh=step_kwh,
        least_charge_kwh=none,
        longest_charge_s=np.full(chargers + 2, math.inf),
        most_stops=MANY,
        is_charger=at_charger,
        level=np.append(level, [-1, -1]).astype(np.int32),
        overhead_s=np.where(at_charger, overhead_s, 0.0),
        clock_overhead_s=np.where(at_charger, overhead_s, 0.0),
        dwell_s=np.zeros(1),
        opening_first=np.zeros(chargers + 3, np.int32),
        opening_begin_s=np.empty(0),
        opening_end_s=np.empty(0),
        charging_factor=np.ones(chargers + 2),
        kwh_s=none,
        end_s_per_kwh=0.0,
        end_level=-1,
        relaxed=False,
        bounded=False,
    )


def plain_choice(
    drives: Drives,
    charging_function_s: Floats,
    charger_kw: Floats,
    bounds: Bounds,
    constraints: Constraints,
    room: int,
    *,
    dominance: bool = True,
) -> Choice:
    """Search with room for so many labels."""
    stops = constraints.chargers + constraints.stages + 1
    frontier = new_frontier(room, stops, constraints.stages, math.inf)
    start(frontier, constraints, 20.0)
    least_cell = int(constraints.reserve_kwh / constraints.step_kwh)
    context = SearchContext(
        charging_function_s,
        never_quicker(charging_function_s, least_cell),
        never_slower(charging_function_s, least_cell),
        *extreme_cells_s(charging_function_s, least_cell),
        np.empty((1, 0)),
        charging_function_s,
        charger_kw,
        bounds,
        constraints,
        policy=COOL._replace(dominance=dominance),
        power=NO_POWER,
        pack=IDLE_PACK,
        trajectory=ChargingTrajectory(np.empty((1, 1)), np.empty((1, 1))),
        found=np.empty(4 * charging_function_s.shape[1] + 8),
        direct=False,
    )
    status = choose_stops(frontier, drives, context)
    winner = int(frontier.counts[WINNER])
    labels, chain = frontier.labels, []
    while winner >= 0 and labels.parent[winner] >= 0:
        chain.append(winner)
        winner = int(labels.parent[winner])
    time_s = float(frontier.best_s[0])
    assert bool(chain) == math.isfinite(time_s)
    return Choice(time_s, tuple(reversed(chain)), labels, status == DONE)
