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
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Flags, Floats, Ints, Longs
from tripplan.routing.cch import Hierarchy
from tripplan.routing.end_costs import NO_CHAIN, Direct, EndCosts
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
from tripplan.routing.kernels.phast import ScalarizedSeeds, Seeds, Travel
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
Local = TypeVar("Local", Roads32, Ints)


@dataclass(frozen=True, eq=False)
class Metric:
    """Real drives at one rate."""

    rate_s_per_kwh: float
    roads: Roads32
    share: NDArray[np.uint8]
    """Which share of its usual speed each road takes, an index, shape (roads,)."""
    up: Costs
    down: Costs
    local: Roads32 | None = None
    """What the local arcs at the ends of a trip cost; None: it has none."""
    local_share: NDArray[np.uint8] | None = None
    """As ``share``, of these, shape (local arcs,)."""

    def share_of(self, arcs: Ints) -> NDArray[np.uint8]:
        """Return the speed of roads, local ones included, shape (arcs,)."""
        if self.local_share is None or not arcs.size or int(arcs.max()) < self.share.size:
            return self.share[arcs]
        return np.concatenate([self.share, self.local_share])[arcs]

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
    local: Ints | None = None
    """Weight of each local arc at the ends of a trip, shape (local arcs, weightings)."""

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
            None if self.local is None else self._local(weighting),
        )

    def _local(self, weighting: int) -> Roads32:
        assert self.local is not None
        weight = self.local[:, weighting].astype(np.int64)
        return Roads32(weight, np.zeros((weight.size, COLUMNS), np.int32))

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
    ends: EndCosts | None = None
    """Ends of a trip that are no nodes; None: it has none."""

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

    @property
    def held_bytes(self) -> int:
        """Memory of the costs that were worked out so far."""
        made = self.__dict__
        held = [self.values]
        held += [made["spared_mwh"]] if "spared_mwh" in made else []
        for metric in made.get("metrics", ()):
            held += [metric.roads.weight, metric.roads.values]
            held += [part for side in (metric.up, metric.down) for part in side]
        if "scalarized" in made:
            held += [self.scalarized.weight, self.scalarized.up, self.scalarized.down]
        return sum(array.nbytes for array in held)

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

    def with_ends(self, ends: EndCosts) -> "CustomizedHierarchy":
        """Return the same with the ends of a trip; nothing of the rest is worked out anew."""
        self.make_ready()
        scalarized = self.scalarized
        metrics = []
        for metric in self.metrics:
            weight, share = cheapest_speeds(
                ends.values, ends.spared_mwh, ends.open_roads, metric.rate_s_per_kwh
            )
            local = Roads32(weight, values_at(ends.values, share))
            metrics.append(replace(metric, local=local, local_share=share))
        weights = scalarized_weights(
            ends.values,
            ends.spared_mwh,
            ends.open_roads,
            scalarized.rate_s_per_kwh,
            scalarized.unit,
        )
        found = replace(self, ends=ends)
        found.__dict__.update(
            spared_mwh=self.spared_mwh,
            metrics=tuple(metrics),
            scalarized=replace(scalarized, local=weights),
        )
        return found

    def seeds(self, metric: Metric, node: int, full_mwh: int, *, leaving: bool) -> Seeds:
        """Return where drives from a node or an end start, or where those to it end.

        Parameters
        ----------
        metric
            The metric.
        node
            Number of the node or end.
        full_mwh
            Energy above the reserve in a full battery.
        leaving
            Whether drives lead from it.
        """
        if node < self.hierarchy.node_count:
            return self.hierarchy.seeds(node)
        ends, local = self._at_ends(metric.local)
        return ends.seeds(local, node, full_mwh, leaving=leaving)

    def scalarized_seeds(self, node: int, *, leaving: bool) -> ScalarizedSeeds:
        """Return the same in every weighting."""
        scalarized = self.scalarized
        if node < self.hierarchy.node_count:
            return self.hierarchy.scalarized_seeds(node, scalarized.unit.size)
        ends, local = self._at_ends(scalarized.local)
        return ends.scalarized_seeds(local, node, leaving=leaving)

    def direct(self, metric: Metric, source: int, target: int, full_mwh: int) -> Direct:
        """Return the drive from an end to another on one arc; parameters as in `seeds`."""
        if min(source, target) < self.hierarchy.node_count:
            return NO_CHAIN
        ends, local = self._at_ends(metric.local)
        return ends.direct(local, source, target, full_mwh)

    def chain_at(self, metric: Metric, node: int, rank: int, *, leaving: bool) -> Longs:
        """Return the local arcs of a drive at a node, where there are none, or an end.

        Parameters
        ----------
        metric, node, leaving
            As in `seeds`.
        rank
            Rank where the drive leaves or comes to the nodes of the region.
        """
        if node < self.hierarchy.node_count:
            return np.empty(0, np.int64)
        ends, local = self._at_ends(metric.local)
        return ends.chain_at(local, node, rank, self.full_mwh, leaving=leaving)

    def _at_ends(self, local: Local | None) -> tuple[EndCosts, Local]:
        assert self.ends is not None, "no end of this trip is amid a road"
        assert local is not None
        return self.ends, local

    def height_of(self, node: int) -> float:
        """Energy that lifts the loaded car to a node or an end [kWh]."""
        if node < self.hierarchy.node_count or self.ends is None:
            return float(self.height_kwh[node])
        return float(self.ends.height_kwh[node - self.hierarchy.node_count])

    @cached_property
    def every_road(self) -> "EveryRoad":
        """The roads with the local arcs at the ends of the trip behind them."""
        tree, ends = self.hierarchy, self.ends
        if ends is None:
            return EveryRoad(
                tree.tail,
                tree.head,
                self.values,
                self.spared_mwh,
                self.open_roads,
                self.height_kwh,
            )
        local, number = ends.ends.network, ends.ends.global_node
        return EveryRoad(
            np.concatenate([tree.tail, number[local.tail]]),
            np.concatenate([tree.head, number[local.head]]),
            np.concatenate([self.values, ends.values], axis=1),
            np.concatenate([self.spared_mwh, ends.spared_mwh], axis=1),
            np.concatenate([self.open_roads, ends.open_roads]),
            np.concatenate([self.height_kwh, ends.height_kwh]),
        )

    def costs_of(self, arcs: Ints) -> tuple[Ints, Ints]:
        """Return values and spared energy of roads, local ones included, by speed.

        Shapes (speeds, arcs, 5) and (speeds, arcs).
        """
        ends, roads = self.ends, self.hierarchy.head.size
        if ends is None or not arcs.size or int(arcs.max()) < roads:
            return self.values[:, arcs], self.spared_mwh[:, arcs]
        local = arcs >= roads
        here, there = np.where(local, 0, arcs), np.where(local, arcs - roads, 0)
        return (
            np.where(local[:, None], ends.values[:, there], self.values[:, here]),
            np.where(local, ends.spared_mwh[:, there], self.spared_mwh[:, here]),
        )

    def are_open(self, arcs: Ints) -> bool:
        """Tell whether the car may use all of some roads, local ones included."""
        roads = self.hierarchy.head.size
        if self.ends is None:
            return bool(self.open_roads[arcs].all())
        local = arcs >= roads
        there = self.ends.open_roads[arcs[local] - roads]
        return bool(self.open_roads[arcs[~local]].all() and there.all())

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


class EveryRoad(NamedTuple):
    """Roads of a region and local arcs at the ends of a trip, in columns; see `road_ends`.

    Each has the shape (roads,) where nothing else is said.
    """

    tail: Ints
    head: Ints
    values: Ints
    """Shape (speeds, roads, 5)."""
    spared_mwh: Ints
    """Shape (speeds, roads)."""
    open_roads: Flags
    height_kwh: Floats
    """Of each node, shape (nodes,)."""


def shares_of_speed(least: float, step: float) -> tuple[float, ...]:
    """Shares of the usual speed that roads may be driven at, from 1 down to the least."""
    count = int(np.floor((1.0 - least) / step + 1e-9))
    return tuple(round(1.0 - k * step, 6) for k in range(count + 1))


def stacked(values: Sequence[Ints]) -> Ints:
    """Put costs at several speeds into one read-only array, shape (speeds, roads, 5)."""
    table = np.stack(list(values))
    table.setflags(write=False)
    return table
