"""Lower bounds on what is left of a trip, and which stops a plan below a ceiling could lead to."""

import math
import sys
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.kernels.labels import Bounds, rest_s
from tripplan.search.kernels.pool_rows import Reach
from tripplan.search.problem import Problem
from tripplan.units import S_PER_H

_NO_BOUND_S = -1e12
"""Below whatever counts, where nothing is known; finite, so that sums with infinity are numbers."""
_ROUNDING = 1e-9
"""Shares of a charge below this are rounding."""


@dataclass(frozen=True, eq=False)
class Scope:
    """Which stops a plan below a ceiling could lead to at all."""

    from_origin_s: Floats
    """Fastest drive to each stop, shape (stops,)."""
    to_end_s: Floats
    """Fastest drive from each stop to the end, shape (stops,)."""
    ceiling_s: float
    price_s_per_kwh: float = 0.0
    """The least that a kilowatt-hour counts."""
    from_origin_priced_s: Floats | None = None
    to_end_priced_s: Floats | None = None
    """The least of time and energy at that price, on the way to each stop and from there, less what
    the car has at the start, shape (stops,)."""
    stops_until_s: Floats | None = None
    """The least that stops up to each one, and there, count beside charging, shape (stops,)."""
    stops_from_s: Floats | None = None
    """The least that stopping there, and at stops behind it, counts so, shape (stops,)."""
    stop_s: float = 0.0
    """The least that stopping at a charger counts so, in both of these."""

    @cached_property
    def near(self) -> NDArray[np.bool_]:
        """Whether such a plan could lead to each stop, shape (stops,)."""
        most_s: Floats | float = self.ceiling_s
        if self.stops_until_s is not None and self.stops_from_s is not None:
            most_s = most_s + self.stop_s - self.stops_until_s - self.stops_from_s
        near = self.from_origin_s + self.to_end_s <= most_s
        if self.from_origin_priced_s is not None and self.to_end_priced_s is not None:
            near &= self.from_origin_priced_s + self.to_end_priced_s <= most_s
        return np.asarray(near)

    @property
    def through_s(self) -> Floats:
        """The least that a plan through each stop counts, shape (stops,)."""
        found = self.from_origin_s + self.to_end_s
        if self.from_origin_priced_s is not None and self.to_end_priced_s is not None:
            found = np.maximum(found, self.from_origin_priced_s + self.to_end_priced_s)
        if self.stops_until_s is not None and self.stops_from_s is not None:
            found = found + self.stops_until_s + self.stops_from_s - self.stop_s
        return found

    @property
    def _most_s(self) -> float:
        """Finite, so that nothing is inside where a stop cannot be come to, or nothing leads on."""
        return min(float(self.ceiling_s), sys.float_info.max)

    @cached_property
    def reach(self) -> Reach:
        """The same for compiled loops over drives."""
        none = np.zeros(self.from_origin_s.size)
        known = [self.from_origin_s, self.to_end_s, none, none]
        if self.stops_until_s is not None and self.stops_from_s is not None:
            known[2:] = self.stops_until_s, self.stops_from_s
        if self.from_origin_priced_s is not None and self.to_end_priced_s is not None:
            known += [self.from_origin_priced_s, self.to_end_priced_s]
        return Reach(np.stack(known), self._most_s, float(self.price_s_per_kwh))

    def inside(
        self, stop: Ints | int, there: Ints, time_s: Floats, least_kwh: Floats
    ) -> NDArray[np.bool_]:
        """Tell which drives from a stop could be part of such a plan, shape (drives,).

        Parameters
        ----------
        stop
            Stop that they start from, or that of each.
        there
            Stop that each leads to, shape (drives,).
        time_s
            How long each takes, shape (drives,). [s]
        least_kwh
            Least energy between the two stops, shape (drives,). [kWh]
        """
        most_s: Floats | float = self._most_s
        if self.stops_until_s is not None and self.stops_from_s is not None:
            most_s = most_s - self.stops_until_s[stop] - self.stops_from_s[there]
        spare_s = most_s - self.from_origin_s[stop]
        possible = time_s + self.to_end_s[there] <= spare_s
        if self.from_origin_priced_s is not None and self.to_end_priced_s is not None:
            spare_s = most_s - self.from_origin_priced_s[stop]
            priced_s = time_s + self.price_s_per_kwh * least_kwh
            possible &= priced_s + self.to_end_priced_s[there] <= spare_s
        return np.asarray(possible)


def optimistic_rests(problem: Problem, many_to_many: ManyToMany) -> Bounds:
    """Compute lower bounds on the rest of the trip from every stop in every stage.

    Energy that a plug gives while the car stands at a target anyway costs no time.  Where energy
    that lacks on arrival counts, all that the rest takes counts at least what the cheaper of the
    end and the best charger asks.
    """
    stages, chargers = len(problem.targets), problem.charger_node.size
    shape = (stages + 1, problem.stop_count)
    time_s, energy, priced = (np.full(shape, np.inf) for _ in range(3))
    rates = many_to_many.customized.scalarized.rate_s_per_kwh
    end_price = problem.end_s_per_kwh
    price = problem.least_s_per_kwh
    if end_price > 0.0:
        price = min(price, end_price)
    elif not math.isfinite(price):
        price = 0.0
    weighting = _weighting_below(rates, price)
    wanted = [0, weighting, rates.size]
    rest = np.zeros(len(wanted))
    given_kwh = 0.0
    for array in (time_s, energy, priced):
        array[stages, chargers + stages - 1] = 0.0
    for stage in range(stages - 1, -1, -1):
        target = problem.targets[stage]
        before = problem.targets[stage - 1].node if stage else problem.origin
        stop = chargers + stage - 1 if stage else chargers + stages
        here = np.append(np.arange(chargers), stop)
        drawn = many_to_many.customized.scalarized.of(problem.drawn_kwh(stop))
        direct = (many_to_many.scalarized_between(before, target.node) + drawn)[wanted]
        weight = np.vstack([many_to_many.scalarized_to(target.node)[:, wanted], direct]) + rest
        given_kwh += min(
            target.charger_kw * target.dwell_s / S_PER_H, problem.limit_kwh - problem.reserve_kwh
        )
        time_s[stage, here] = weight[:, 0]
        energy[stage, here] = weight[:, -1] - given_kwh
        beyond = np.full(here.size, np.inf)
        known = np.isfinite(weight[:, -1])
        beyond[known] = (price - rates[weighting]) * weight[known, -1]
        priced[stage, here] = weight[:, 1] + beyond - price * given_kwh
        if end_price > 0.0:
            priced[stage, here] += price * (problem.capacity_kwh - problem.final_kwh)
        rest = rest + direct
        if stage:
            rest[:-1] += problem.targets[stage - 1].dwell_s
    for k in problem.banned:
        time_s[:, k] = np.inf
    return Bounds(
        time_s,
        energy,
        priced,
        S_PER_H / price if price > 0.0 else math.inf,
        _least_overhead_s(problem),
        max(problem.limit_kwh - problem.reserve_kwh, 1e-9),
        problem.final_kwh,
    )


def _weighting_below(rates: Floats, price: float) -> int:
    """Position of the weighting with the highest rate that does not exceed a price."""
    return int(np.searchsorted(rates, price * (1.0 + 1e-12), side="right")) - 1


def _least_overhead_s(problem: Problem) -> float:
    """Return the least that a stop counts beside charging at any plug."""
    plugs = problem.stop_kw > 0.0
    counted = problem.overheads_s() + (problem.objective.fee_s if problem.objective else 0.0)
    return float(counted[plugs].min()) if plugs.any() else problem.overhead_s


def scope_of(problem: Problem, many_to_many: ManyToMany, bounds: Bounds, ceiling_s: float) -> Scope:
    """Tell which stops a plan below a ceiling could lead to.

    Parameters
    ----------
    problem
        What is asked.
    many_to_many
        Drives between stops.
    bounds
        Optimistic rests of the trip.
    ceiling_s
        Time, or what counts as such, that plans must stay below. [s]
    """
    chargers = problem.charger_node.size
    weight = many_to_many.scalarized_from(problem.origin)
    from_origin = np.zeros(problem.stop_count)
    from_origin[:chargers] = weight[:, 0]
    given_kwh = sum(target.charger_kw * target.dwell_s / S_PER_H for target in problem.targets)
    missing_kwh = np.zeros((2, problem.stop_count))
    missing_kwh[0, :chargers] = (
        weight[:, -1] - (problem.start_kwh - problem.reserve_kwh) - given_kwh
    )
    most_kwh = max(problem.limit_kwh, problem.start_kwh)
    missing_kwh[1] = bounds.energy_kwh.min(axis=0) + problem.final_kwh - most_kwh
    stops = np.maximum(np.ceil(missing_kwh / bounds.usable_kwh - _ROUNDING), 0.0) + 1.0
    stops[:, chargers:] = 0.0
    stops_until_s, stops_from_s = np.where(np.isfinite(stops), stops, 1.0) * bounds.overhead_s
    scope = Scope(
        from_origin,
        bounds.time_s.min(axis=0),
        ceiling_s,
        stops_until_s=stops_until_s,
        stops_from_s=stops_from_s,
        stop_s=bounds.overhead_s,
    )
    rates, price = many_to_many.customized.scalarized.rate_s_per_kwh, S_PER_H / bounds.best_kw
    if price <= 0.0:
        return scope
    weighting = _weighting_below(rates, price)
    priced = np.full(problem.stop_count, _NO_BOUND_S)
    known = np.flatnonzero(np.isfinite(weight[:, -1]))
    priced[known] = weight[known, weighting] + (price - rates[weighting]) * weight[known, -1]
    free_kwh = problem.start_kwh - problem.final_kwh + given_kwh
    return replace(
        scope,
        price_s_per_kwh=price,
        from_origin_priced_s=priced - price * free_kwh,
        to_end_priced_s=bounds.priced_s.min(axis=0),
    )


def least_time_s(problem: Problem, bounds: Bounds) -> float:
    """Return what no plan can take less than; infinite where no road leads to the end."""
    origin = problem.charger_node.size + len(problem.targets)
    return float(rest_s(bounds, 0, origin, problem.start_kwh))
