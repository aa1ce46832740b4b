"""A lower bound with battery heat: least times over energy and pack temperature, level by level.

A dynamic programme runs backwards from the destination over (stop, energy, pack temperature),
rounded in the car's favour: no plan that comes to a stop with at most so much energy, and a pack no
better than so warm, takes less time from there on.  It is solved on a coarse grid first.  What
cannot be part of a plan quicker than the one known is left out on the next, finer one, so that the
bound is the same as without, and each level is a bound by itself.  Heat slows charging down in hot
packs and in cold ones; each side has a programme of its own, with bounds on the temperature from
below and from above.  See docs/models/heat-bound.md.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.routing.heat_weights import Decay, HeatWeights, least_rates
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import Scope
from tripplan.search.chain import ChosenChain
from tripplan.search.heat_ground import STEPS, HeatGround
from tripplan.search.heat_level import HeatLevel, first_level, joint_bound_s
from tripplan.search.kernels.heat_chain import follow_chain
from tripplan.search.kernels.heat_entries import HeatRates
from tripplan.search.kernels.heat_tables import Courses, HeatCar
from tripplan.search.kernels.labels import Bounds
from tripplan.search.label_setting import Step
from tripplan.search.pool import RelaxedDrives
from tripplan.search.problem import Problem

LEVELS = len(STEPS)
HOT, COLD = 1.0, -1.0
_LEAST_PRICES_S_PER_K = (160.0, 250.0)
"""Where heat slows down: what each kelvin by which heat warms the pack counts at the least in the
weightings.  For so little time a plan may be thought to have a cooler pack, which is worth the more
the hotter it is; less says more of the heat of fast drives.  Chosen on trips of LEAFs, ..."""
_AT_AIR_C = (20.0, 35.0)
"""... at these temperatures of the air, and in between as lies between; ..."""
_PRICES = 4
"""... so many prices, ..."""
_FACTOR = 1.6
"""... each so many times the one before it, so that prices that grow along a drive lie between."""
_RATES = (0.0, 1.0, 2.0, 4.0)
"""Rates of energy beside these, as multiples of that at which the car charges at its quickest."""
_BONUS_S_PER_K = 115.0
"""Where cold does, rates are told in that at which no road weighs less than nothing when each
kelvin takes off so much; ..."""
_COLD_WEIGHTINGS = (
    (0.04, 75.0),
    (0.12, 120.0),
    (0.29, 180.0),
    (0.58, 260.0),
    (0.9, 300.0),
    (1.3, 380.0),
)
"""... these rates, each with what a kelvin takes off at the most [s]; three more follow it."""
_EVEN_UNIT = 1.3
"""Where that rate is below so many times that of the quickest charge, roads are so even that heat
may take off more without sums of roads becoming too low to be told; rates are told in that, ..."""
_EVEN_WEIGHTINGS = (
    (0.0, 600.0),
    (0.29, 500.0),
    (0.7, 900.0),
    (1.3, 900.0),
    (2.2, 900.0),
    (3.2, 900.0),
)
"""... these: the more heat takes off, the less is it worth to drive more slowly for it."""
_MOST_STOPS = 2000
"""Where more chargers matter, rows of drives from all of them would take too long."""
_ROUNDING = 1e-5
"""The tables hold numbers of 24 bits; sums of them may be rounded up by this share at the most."""


@dataclass(frozen=True)
class HeatBound:
    """What a level has found."""

    bound_s: float
    """No plan takes less [s]."""
    chain: ChosenChain | None
    """Stops, departures and drives that would reach it."""


def joint_s(one: "HeatSearch", other: "HeatSearch") -> float:
    """Bound of two sides together, of the level that both have solved [s]; 0: of none."""
    hot, cold = (one, other) if one.side > other.side else (other, one)
    if hot.level is None or cold.level is None or hot.level.number != cold.level.number:
        return 0.0
    return joint_bound_s(hot.level, cold.level) * (1.0 - _ROUNDING)


def applies(problem: Problem) -> bool:
    """Whether the bound is proved for a problem: one leg of a trip, and time is what counts.

    Wishes that only forbid, and opening hours, are left out of it, which makes it no less true.
    """
    return problem.power is not None and problem.objective is None and len(problem.targets) == 1


@dataclass(eq=False)
class HeatSearch:
    """The bound on one side, level by level.

    Parameters
    ----------
    problem, many_to_many
        The trip, and the drives of its car.
    bounds, scope
        Optimistic rests of the trip, and which stops matter.
    side
        `HOT` or `COLD`.
    """

    problem: Problem
    many_to_many: ManyToMany
    bounds: Bounds
    scope: Scope
    side: float

    def __post_init__(self) -> None:
        self.level: HeatLevel | None = None

    @property
    def finished(self) -> bool:
        """Whether the finest level has been solved."""
        return self.level is not None and self.level.number + 1 == LEVELS

    def go_on(self, ceiling_s: float, deadline_s: float) -> HeatBound | None:
        """Solve the next level.

        Parameters
        ----------
        ceiling_s
            A plan is known that takes so long. [s]
        deadline_s
            Reading of `time.monotonic` after which nothing more is begun.

        Returns
        -------
        HeatBound
            What it found; None where time or room did not suffice.
        """
        level: HeatLevel | None = None
        if self.level is not None:
            level = self.level.refined(ceiling_s, deadline_s)
        elif (ground := self._ground(ceiling_s)) is not None:
            level = first_level(ground, ceiling_s)
        if level is None or not level.solve(deadline_s):
            return None
        self.level = level
        return HeatBound(level.bound_s * (1.0 - _ROUNDING), self._chain(level))

    def _ground(self, ceiling_s: float) -> HeatGround | None:
        """Return what all levels share; None where there are too many stops."""
        problem, many_to_many = self.problem, self.many_to_many
        scope = replace(self.scope, ceiling_s=ceiling_s)
        chargers = problem.charger_node.size
        near = np.flatnonzero(scope.near[:chargers] & (problem.charger_kw > 0.0))
        near = near[~np.isin(near, list(problem.banned))]
        if near.size > _MOST_STOPS:
            return None
        order = np.argsort(scope.to_end_s[near], kind="stable")
        stops: Ints = near[order].astype(np.int32)
        pool = RelaxedDrives(problem, many_to_many, scope)
        for stop in stops.tolist():
            pool.fetch(stop)
        rates = self._rates()
        beside = many_to_many.beside
        decay = self._decay()
        key = (
            "heat weights",
            rates.rate_s_per_kwh.tobytes(),
            rates.price_s_per_j.tobytes(),
            decay,
        )
        weights = beside.get(key)
        if not isinstance(weights, HeatWeights):
            weights = HeatWeights(
                many_to_many.customized,
                many_to_many.stop_node,
                rates.rate_s_per_kwh,
                rates.price_s_per_j,
                decay,
            )
            beside[key] = weights
        if many_to_many.customized.ends is not None:
            weights = weights.at_ends(many_to_many.customized.ends)
        kept: dict[tuple[object, ...], Courses] = {}
        known = beside.setdefault(("charging courses",), kept)
        assert isinstance(known, dict)
        return HeatGround(
            problem,
            self.bounds,
            self.side,
            heat_car(problem, self.side),
            rates,
            weights,
            pool,
            stops,
            scope.from_origin_s[stops],
            known,
        )

    def _decay(self) -> Decay | None:
        """Return how heat of a drive gets lost; None: as if it all came at the worst moment."""
        pack = self.problem.pack
        per_s = pack.conductance_driving_w_per_k / pack.heat_capacity_j_per_k
        if self.side < 0.0:
            return Decay(per_s, _PRICES, _FACTOR, 0.0, fades=True)
        if pack.cooling_w > 0.0:
            return None
        coldest = math.exp(pack.resistance_per_k * (25.0 - min(self.problem.start_c, pack.air_c)))
        less_per_j = pack.resistance_per_k * coldest / pack.heat_capacity_j_per_k
        return Decay(per_s, _PRICES, _FACTOR, less_per_j)

    def _rates(self) -> HeatRates:
        """Return the weightings of time, energy and heat for this car."""
        customized = self.many_to_many.customized
        capacity, base = self.problem.pack.heat_capacity_j_per_k, customized.base_rate
        if self.side > 0.0:
            rates = np.repeat(_RATES, _PRICES) * base
            least = np.interp(self.problem.pack.air_c, _AT_AIR_C, _LEAST_PRICES_S_PER_K)
            prices = least * _FACTOR ** np.arange(_PRICES)
            return HeatRates(rates, np.tile(prices, len(_RATES)) / capacity)
        weightings = _COLD_WEIGHTINGS
        unit = float(least_rates(customized, np.array([_BONUS_S_PER_K / capacity]))[0])
        if not math.isfinite(unit):
            # A road that only recuperates, say; any rate will do, if some better than others.
            unit = base
        elif unit < _EVEN_UNIT * base:
            unit, weightings = _EVEN_UNIT * base, _EVEN_WEIGHTINGS
        rates, most = np.array(weightings).T
        bonuses = most[:, None] / _FACTOR ** np.arange(_PRICES)
        return HeatRates(np.repeat(rates * unit, _PRICES), -bonuses.ravel() / capacity)

    def _chain(self, level: HeatLevel) -> ChosenChain | None:
        """Return the chain of stops that would reach the bound of a level."""
        problem, grid = self.problem, level.grid
        total_s, first = level.best
        if first < 0 or not total_s < level.ceiling_s:
            return None
        legs = level.first
        here, energy = int(legs.stop[first]), int(legs.energy[first])
        number = int(legs.number[first])
        rest_s = level.values.rest_s[here, energy]
        if number and rest_s[number] > legs.slack_s[first] + rest_s[number - 1]:
            number -= 1
        found, more_kwh = follow_chain(level.level, level.values, here, energy, number)
        if not found.size:
            return None

        def at_kwh(index: int) -> float:
            return grid.least_kwh + index * grid.step_kwh

        entries, goals, stops = level.level.entries, level.level.goals, level.stops
        corner, came = int(legs.corner[first]), at_kwh(energy)
        steps = [Step(int(stops[here]), 0, corner, problem.start_kwh, 0.0, came)]
        for (start, entry, leave, reach), more in zip(found.tolist(), more_kwh, strict=True):
            leave_kwh = min(at_kwh(leave) + float(more), max(problem.limit_kwh, at_kwh(leave)))
            if entry < 0:
                goal, corner = problem.charger_node.size, int(goals.corner[start, leave])
                steps.append(Step(goal, 1, corner, leave_kwh, 0.0, problem.final_kwh))
            else:
                there, corner = int(stops[entries.stop[entry]]), int(entries.corner[entry])
                steps.append(Step(there, 0, corner, leave_kwh, 0.0, at_kwh(reach)))
        return ChosenChain(total_s, tuple(steps), level.ground.pool)


def heat_car(problem: Problem, side: float) -> HeatCar:
    """Return the car of a problem as the bound takes it.

    Parameters
    ----------
    problem
        The trip; with a car that can fast-charge.
    side
        `HOT` or `COLD`.
    """
    assert problem.power is not None
    hull_kw = better_limit_kw(problem.power.limit_kw, side)
    pack = problem.pack
    rest_c = min(pack.air_c, pack.cooling_on_c)
    return HeatCar(problem.power, hull_kw, pack, rest_c, problem.overhead_s)


def better_limit_kw(limit_kw: Floats, side: float) -> Floats:
    """Most power at each temperature of a table, or at any warmer (`HOT`) or cooler (`COLD`) one.

    Parameters
    ----------
    limit_kw
        Power by rising temperature, shape (points,). [kW]
    side
        `HOT`: no pack is cooler than is known; `COLD`: none is warmer.
    """
    if side > 0.0:
        return np.maximum.accumulate(limit_kw[::-1])[::-1].copy()
    return np.maximum.accumulate(limit_kw)
