"""A hierarchy with the costs of one car under given conditions: what drives are read from.

Along a leg, time and energy are traded against each other at one rate if nothing is to be gained
by driving faster here and slower there.  For each such rate (seconds per kilowatt-hour) every road
takes the speed with the least of time + rate x energy, and one customisation then gives the best
roads and speeds between all pairs of nodes at once.  Two sets of rates are used:

- a few *metrics*, which carry along what a drive does to the battery: real drives;
- many *weightings* of time and energy, whose *scalarized weights* stand alone: no drive at whatever
  roads and speeds lies below all of the lines time + rate x energy = weight, which is what lower
  bounds are made of.

The energy that lifts the car is set aside in all weights: it is the same on all roads between two
nodes, and without it no weight is negative (a motor spends at least m g dz on a climb, and braking
feeds back at most m g dz).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats, Ints
from tripplan.routing.cch import Hierarchy
from tripplan.routing.kernels.customise import (
    COLUMNS,
    CONSUMED,
    MOST_WEIGHT,
    NO_WAY,
    TIME,
    Costs,
    Roads32,
    customise_scalarized,
)
from tripplan.routing.kernels.customise_metrics import cheapest_ways, with_values
from tripplan.routing.kernels.phast import Travel
from tripplan.routing.kernels.recustomise import recustomise, recustomise_scalarized
from tripplan.routing.kernels.weights import cheapest_speeds, scalarized_weights, values_at
from tripplan.units import MS_PER_S, MWH_PER_KWH, S_PER_H

ONLY_ENERGY = np.inf
"""The rate at which only energy counts, and time where energies are equal."""
_METRIC_FACTORS = (0.0, 1.3, 4.0, ONLY_ENERGY)
"""Rates of the metrics, as multiples of the rate at which the car charges at its quickest."""
_RATE_FACTORS = (0.0, *np.geomspace(1.0, 8.0, 12).tolist(), 16.0, 40.0)
"""Rates of the weightings, likewise; a weighting of energy alone follows."""
_UNIT_S = 1e-4
_UNIT_KWH = 1e-6


@dataclass(frozen=True, eq=False)
class Metric:
    """Real drives at one rate."""

    rate_s_per_kwh: float
    roads: Roads32
    share: NDArray[np.uint8]
    """Which share of its usual speed each road takes, an index, shape (roads,)."""
    up: Costs
    down: Costs

    def travel(self, *, forward: bool) -> Travel:
        """Return what travel from a node costs, or, backward, travel to it."""
        return Travel(self.up, self.down, True) if forward else Travel(self.down, self.up, False)  # noqa: FBT003


@dataclass(frozen=True, eq=False)
class ScalarizedWeights:
    """Least weights at many rates."""

    rate_s_per_kwh: Floats
    """Shape (weightings - 1,), rising; the last weighting is energy alone."""
    unit: Floats
    """Seconds (kilowatt-hours in the last) in one step of each weighting, shape (weightings,)."""
    weight: Ints
    """Weight of each road in steps of each weighting, shape (roads, weightings)."""
    up: Ints
    down: Ints
    """Shape (arcs, weightings)."""

    def metric(self, weighting: int) -> Metric:
        """Return one weighting by itself, as a metric that carries nothing along."""

        def nothing(roads: int) -> Ints:
            return np.broadcast_to(np.zeros(COLUMNS, np.int32), (roads, COLUMNS))

        weight, up, down = (table[:, weighting] for table in (self.weight, self.up, self.down))
        return Metric(
            float(np.append(self.rate_s_per_kwh, ONLY_ENERGY)[weighting]),
            Roads32(weight, nothing(weight.size)),
            np.zeros(0, np.uint8),
            Costs(up, nothing(up.size)),
            Costs(down, nothing(down.size)),
        )

    def of(self, energy_kwh: float) -> Floats:
        """Return what an energy weighs in each weighting [s, kWh in the last].

        Shape (weightings,).
        """
        return energy_kwh * np.append(self.rate_s_per_kwh, 1.0)


class WeightScale(NamedTuple):
    """How large sums along roads may get, by what those that are open take at usual speed."""

    roads: int
    """How many there are."""
    time_ms: float
    """Their mean time."""
    spared_mwh: float
    """Their mean energy beyond what lifts the car."""


def weight_scale(values: Ints, spared_mwh: Ints, open_roads: Flags) -> WeightScale:
    """Return the scale of the weights of roads.

    Parameters
    ----------
    values, spared_mwh
        Whole-number costs at usual speed, and energy beyond what lifts the car, shapes (roads, 5)
        and (roads,).
    open_roads
        Whether the car may use each, shape (roads,).
    """
    driven = values[open_roads]
    if not driven.size:
        return WeightScale(0, 0.0, 0.0)
    time_ms, spared = driven[:, TIME].mean(), spared_mwh[open_roads].mean()
    return WeightScale(driven.shape[0], float(time_ms), float(spared))


def spared_of(values: Ints, rise_mwh: Floats) -> Ints:
    """Energy of roads beyond what lifts the car, whole milliwatt-hours, shape (roads,).

    Parameters
    ----------
    values
        Whole-number costs, shape (roads, 5).
    rise_mwh
        Energy that lifts the car from their start to their end, shape (roads,).
    """
    spared = np.empty(rise_mwh.size, np.int32)
    spared[:] = np.maximum(np.floor(values[:, CONSUMED] - rise_mwh), 0.0)
    return spared


@dataclass(frozen=True, eq=False)
class CustomizedHierarchy:
    """Costs of the roads at each speed, and what follows from them for all pairs of nodes.

    Parameters
    ----------
    hierarchy
        The roads.
    values
        Whole-number costs by speed, fastest first, shape (speeds, roads, 5); see `whole_numbers`.
    open_roads
        Whether the car may use each road, shape (roads,).
    height_kwh
        Energy that lifts the loaded car to each node, shape (nodes,).
    full_kwh
        Energy above the reserve in a full battery.
    best_kw
        The most power that the car charges with; above zero.
    scale
        Scale of the weights; None: that of these roads.  A part of a region takes that of the whole
        region, so that weights are rounded to the same steps.
    """

    hierarchy: Hierarchy
    values: Ints
    open_roads: NDArray[np.bool_]
    height_kwh: Floats
    full_kwh: float
    best_kw: float
    scale: WeightScale | None = None

    @cached_property
    def full_mwh(self) -> int:
        """Energy above the reserve in a full battery, whole milliwatt-hours."""
        return int(np.floor(self.full_kwh * MWH_PER_KWH + 1e-3))

    @cached_property
    def base_rate(self) -> float:
        """Seconds that the car takes for a kilowatt-hour where it charges at its quickest."""
        return S_PER_H / self.best_kw

    @cached_property
    def spared_mwh(self) -> NDArray[np.int32]:
        """Energy of each road beyond what lifts the car, by speed; shape (speeds, roads)."""
        height = self.height_kwh * MWH_PER_KWH
        rise = height[self.hierarchy.head] - height[self.hierarchy.tail]
        return np.stack([spared_of(values, rise) for values in self.values])

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """Real drives, from the fastest to the thriftiest."""
        return self.metrics_at([factor * self.base_rate for factor in _METRIC_FACTORS])

    def make_ready(self) -> None:
        """Work out metrics and weightings, which every plan needs, side by side."""
        if "metrics" in self.__dict__ and "scalarized" in self.__dict__:
            return
        _ = self.spared_mwh
        with ThreadPoolExecutor(1) as pool:
            weightings = pool.submit(lambda: self.scalarized)
            _ = self.metrics
            weightings.result()

    def metrics_at(self, rates: Sequence[float]) -> tuple[Metric, ...]:
        """Return real drives at these rates [s/kWh]."""
        tree = self.hierarchy
        chosen = [
            cheapest_speeds(self.values, self.spared_mwh, self.open_roads, rate) for rate in rates
        ]
        weights = np.stack([weight for weight, _ in chosen], axis=1)
        ways = cheapest_ways(tree.graph, tree.roads, weights)
        found = []
        for index, (rate, (weight, choice)) in enumerate(zip(rates, chosen, strict=True)):
            roads = Roads32(weight, values_at(self.values, choice))
            up, down = with_values(tree.graph, ways, index, roads.values, self.full_mwh)
            found.append(Metric(rate, roads, choice, up, down))
        return tuple(found)

    @cached_property
    def scalarized(self) -> ScalarizedWeights:
        """Least weights at many rates."""
        rates = np.array(_RATE_FACTORS) * self.base_rate
        unit = np.append(self._units(rates), 10.0 * _UNIT_KWH)
        weight = scalarized_weights(self.values, self.spared_mwh, self.open_roads, rates, unit)
        tree = self.hierarchy
        up, down = customise_scalarized(tree.graph, tree.roads, weight)
        return ScalarizedWeights(rates, unit, weight, up, down)

    def closing(self, roads: Ints) -> "CustomizedHierarchy":
        """Return the same with some roads closed; what they do not touch is not worked out anew.

        Parameters
        ----------
        roads
            Roads that nobody can drive on, shape (closed,).
        """
        tree = self.hierarchy
        open_roads = self.open_roads.copy()
        open_roads[roads] = False
        changed = np.ascontiguousarray(roads, dtype=np.int32)
        with ThreadPoolExecutor(2) as pool:
            scalarized = pool.submit(self._scalarized_without, changed)
            metrics = tuple(pool.map(lambda m: self._metric_without(m, changed), self.metrics))
            fewer = replace(self, open_roads=open_roads)
            # Filled here, so that nobody works them out from the beginning.
            fewer.__dict__.update(
                spared_mwh=self.spared_mwh, metrics=metrics, scalarized=scalarized.result()
            )
        assert fewer.hierarchy is tree
        return fewer

    def _metric_without(self, metric: Metric, roads: Ints) -> Metric:
        tree = self.hierarchy
        weight = metric.roads.weight.copy()
        weight[roads] = NO_WAY
        left = Roads32(weight, metric.roads.values)
        up, down = (
            Costs(side.weight.copy(), side.values.copy()) for side in (metric.up, metric.down)
        )
        recustomise(tree.graph, tree.roads, left, (up, down), roads, self.full_mwh)
        return replace(metric, roads=left, up=up, down=down)

    def _scalarized_without(self, roads: Ints) -> ScalarizedWeights:
        tree, scalarized = self.hierarchy, self.scalarized
        weight, up, down = scalarized.weight.copy(), scalarized.up.copy(), scalarized.down.copy()
        weight[roads] = MOST_WEIGHT
        recustomise_scalarized(tree.graph, tree.roads, weight, (up, down), roads)
        return replace(scalarized, weight=weight, up=up, down=down)

    def _units(self, rates: Floats) -> Floats:
        """Return steps so fine that sums along the longest conceivable drive can be told apart."""
        scale = self.scale or weight_scale(self.values[0], self.spared_mwh[0], self.open_roads)
        if not scale.roads:
            return np.full(rates.size, _UNIT_S)
        roads = float(np.sqrt(scale.roads) * 40.0)
        longest_s = roads * scale.time_ms / MS_PER_S
        max_arrival_kwh = roads * scale.spared_mwh / MWH_PER_KWH
        wanted = (longest_s + rates * max_arrival_kwh) / MOST_WEIGHT
        return np.maximum(wanted, _UNIT_S)


def shares_of_speed(least: float, step: float) -> tuple[float, ...]:
    """Shares of the usual speed that roads may be driven at, from 1 down to the least."""
    count = int(np.floor((1.0 - least) / step + 1e-9))
    return tuple(round(1.0 - k * step, 6) for k in range(count + 1))


def stacked(values: Sequence[Ints]) -> Ints:
    """Put costs at several speeds into one read-only array, shape (speeds, roads, 5)."""
    table = np.stack(list(values))
    table.setflags(write=False)
    return table
