"""Least sums of time, energy and heat between stops: what the heat of a drive cannot be beyond.

For a rate (seconds per kilowatt-hour) and a price (seconds per joule) the least weight W of
time + rate x energy + price x heat over all roads and speeds says of any drive that its heat is at
least (W - time - rate x energy) / price; with a price below zero, at most that.  Rows of such
weights are swept like those of `many_to_many`, by the same compiled loops, and kept.

With a `Decay`, heat counts the more the later it comes: what is priced is exp(s / tau) of the heat
that comes a time s after departure, which times exp(-t / tau) is what of it is left at the end.
Where prices are below zero and fade, that is priced which is left.

Roads may then weigh less than nothing.  What is found is no more than any drive weighs that passes
no place twice: taking its places out of it one by one, the lowest in rank first, every two arcs
beside one are replaced by one between two other places, which weighs no more.
"""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tripplan.arrays import Flags, Floats, Ints
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.routing.end_costs import EndCosts
from tripplan.routing.kernels.customise import HEAT, MOST_WEIGHT, TIME, customise_scalarized
from tripplan.routing.kernels.decaying import (
    SHARE_BITS,
    Growth,
    customise_decaying,
    rphast_decaying,
)
from tripplan.routing.kernels.phast import ScalarizedSeeds
from tripplan.routing.kernels.rphast import restricted, rphast_scalarized
from tripplan.routing.kernels.weights import heat_weights, least_heat_rates
from tripplan.routing.road_ends import Key
from tripplan.units import MS_PER_S, MWH_PER_KWH

_UNIT_S = 1e-4
_LONGEST = 40.0
"""No drive has more than so many times the roads that cross a square network."""
_ROWS_KEPT = 4096
_BUCKET_S = 10.0
"""Times since departure are rounded down to this, ..."""
_BUCKETS = 4000
"""... and so are those that are longer than so many."""


@dataclass(frozen=True)
class Decay:
    """How heat of a drive gets lost on the way, and which prices stand side by side for it."""

    per_s: float
    """Reciprocal of the time constant; above 0. [1/s]"""
    prices: int
    """The weightings stand by rate, with so many prices each, ..."""
    factor: float
    """... every one so many times the one before it; above 1.  Prices below zero: each the one
    before it over so much."""
    less_per_j: float
    """Share by which the pack's resistance falls with a joule of heat, at the most; 0: what a road
    leaves of its heat is not asked."""
    fades: bool = False
    """Whether prices fall with the time that is left, where they are below zero, and do not grow
    with that since departure."""

    def growth(self, unit_s: float) -> Growth:
        """Return how far prices have grown, by steps of so many seconds since departure."""
        bucket = max(int(_BUCKET_S / unit_s), 1)
        times = np.exp(np.arange(_BUCKETS) * (bucket * unit_s * self.per_s))
        places = np.floor(np.log(times) / np.log(self.factor) + 1e-9)
        within = times / self.factor**places
        share = (within - 1.0) / (self.factor - 1.0)
        if self.fades:
            # From a price to the next lower one, so far down.
            share = (1.0 - 1.0 / within) / (1.0 - 1.0 / self.factor)
        steps = np.clip(np.floor(share * (1 << SHARE_BITS)), 0, (1 << SHARE_BITS) - 1)
        places = np.minimum(places, self.prices)
        return Growth(self.prices, bucket, places.astype(np.int32), steps.astype(np.int32))


def _depth(parent: Ints) -> int:
    """Most places on a way from a place to the root of a tree, by the place above each."""
    depth = np.ones(parent.size, np.int64)
    for place in range(parent.size - 1, -1, -1):
        if parent[place] >= 0:
            depth[place] += depth[parent[place]]
    return int(depth.max(initial=1))


def least_rates(customized: CustomizedHierarchy, bonus_s_per_j: Floats) -> Floats:
    """Return the rates above which time + rate x energy - bonus x heat is never below zero.

    Parameters
    ----------
    customized
        The roads with their costs.
    bonus_s_per_j
        What heat takes off, shape (weightings,).
    """
    return least_heat_rates(
        customized.values, customized.spared_mwh, customized.open_roads, bonus_s_per_j
    )


@dataclass(eq=False)
class HeatWeights:
    """Least weights with heat between stops, made when they are asked for.

    Parameters
    ----------
    customized
        The roads with their costs.
    stop_node
        Node of each stop, shape (stops,).
    rate_s_per_kwh
        What energy is worth in each weighting, shape (weightings,).
    price_s_per_j
        What heat is worth in each weighting, none of them 0, shape (weightings,).
    decay
        How heat gets lost on the way, where prices are above 0; None: it does not.
    """

    customized: CustomizedHierarchy
    stop_node: Ints
    rate_s_per_kwh: Floats
    price_s_per_j: Floats
    decay: Decay | None = None
    ends: EndCosts | None = None
    """Ends of a trip that are no nodes; None: it has none."""
    _rows: OrderedDict[Key, Floats] = field(init=False, repr=False, default_factory=OrderedDict)

    def __post_init__(self) -> None:
        tree = self.customized.hierarchy
        ranks = tree.rank[self.stop_node]
        self._part = restricted(tree.graph, tree.selection(ranks))
        self._place = self._part.place[ranks]

    def at_ends(self, ends: EndCosts | None) -> "HeatWeights":
        """Return the same for a trip whose ends lie amid roads; all that is kept is shared."""
        _ = self._sides, self._work, self.decay and self._growth
        found = copy(self)
        found.ends = ends
        return found

    def from_node(self, node: int) -> Floats:
        """Least weights from a node to all stops, in seconds; infinite where there is no way.

        Shape (stops, weightings).
        """
        key: Key = (node,) if self.ends is None else self.ends.ends.key(node)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = self._swept(node)
            if len(self._rows) > _ROWS_KEPT:
                self._rows.popitem(last=False)
        self._rows.move_to_end(key)
        return found

    @cached_property
    def _weighed(self) -> tuple[Floats, Floats]:
        """Rates and prices of what is swept: of every weighting, and of the time with a decay."""
        if self.decay is None:
            return self.rate_s_per_kwh, self.price_s_per_j
        return np.append(self.rate_s_per_kwh, 0.0), np.append(self.price_s_per_j, 0.0)

    @property
    def _less_per_j(self) -> float:
        return 0.0 if self.decay is None else self.decay.less_per_j

    @cached_property
    def _growth(self) -> Growth:
        assert self.decay is not None
        return self.decay.growth(float(self._unit_s[0]))

    @cached_property
    def _unit_s(self) -> Floats:
        """Seconds in a step of each weighting, so fine that no drive reaches the largest weight."""
        customized, (rates, prices) = self.customized, self._weighed
        open_roads = customized.open_roads
        values = customized.values[0][open_roads]
        if not values.size:
            return np.full(rates.size, _UNIT_S)
        roads = _LONGEST * float(np.sqrt(values.shape[0]))
        time_s = roads * float(values[:, TIME].mean()) / MS_PER_S
        energy_kwh = roads * float(customized.spared_mwh[0][open_roads].mean()) / MWH_PER_KWH
        heat_j = roads * float(values[:, HEAT].mean())
        most_s = time_s + rates * energy_kwh + np.maximum(prices, 0.0) * heat_j
        unit_s = np.maximum(most_s / MOST_WEIGHT, _UNIT_S)
        # Where prices lie between others, all have to be told in the same steps.
        return unit_s if self.decay is None else np.full(rates.size, unit_s.max())

    @cached_property
    def _sides(self) -> tuple[Ints, Ints]:
        """Weights of travel up and down, shape (arcs, weightings) each."""
        customized, unit_s = self.customized, self._unit_s
        weight = heat_weights(
            customized.values,
            customized.spared_mwh,
            customized.open_roads,
            *self._weighed,
            unit_s,
            self._less_per_j,
        )
        tree, decay = customized.hierarchy, self.decay
        if decay is not None:
            return self._decaying(weight, decay)
        half = weight.shape[1] // 2
        parts = [np.ascontiguousarray(part) for part in (weight[:, :half], weight[:, half:])]
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda p: customise_scalarized(tree.graph, tree.roads, p), parts))
        up = np.concatenate([found[0][0], found[1][0]], axis=1)
        down = np.concatenate([found[0][1], found[1][1]], axis=1)
        return up, down

    def _decaying(self, weight: Ints, decay: Decay) -> tuple[Ints, Ints]:
        """Return the same for weights that count from where an arc begins."""
        tree, growth, prices = self.customized.hierarchy, self._growth, decay.prices
        rates = (weight.shape[1] - 1) // prices
        half = rates // 2 * prices
        # Each part needs the time beside it.
        parts = [
            np.ascontiguousarray(weight[:, [*chosen, weight.shape[1] - 1]])
            for chosen in (range(half), range(half, rates * prices))
        ]
        with ThreadPoolExecutor(2) as pool:
            found = list(
                pool.map(
                    lambda p: customise_decaying(tree.graph, tree.roads, p, growth, decay.fades),
                    parts,
                )
            )
        up = np.concatenate([found[0][0][:, :-1], found[1][0]], axis=1)
        down = np.concatenate([found[0][1][:, :-1], found[1][1]], axis=1)
        return up, down

    @cached_property
    def _too_low(self) -> Flags:
        """Weightings in which some arc is worth so much that sums of arcs might not be told."""
        up, down = self._sides
        if not up.size:
            return np.zeros(up.shape[1], np.bool_)
        # A way climbs and descends the tree once each; sums of two arcs come first.
        most = MOST_WEIGHT // max(2 * _depth(self.customized.hierarchy.graph.parent), 4)
        low = np.minimum(up.min(axis=0), down.min(axis=0)) < -most
        if self.decay is not None:
            # Those of one rate are made of each other; the time comes last.
            by_rate = low[:-1].reshape(-1, self.decay.prices).any(axis=1)
            low[:-1] = np.repeat(by_rate, self.decay.prices)
        return np.asarray(low)

    @cached_property
    def _work(self) -> Ints:
        shape = (self.customized.hierarchy.node_count, self._unit_s.size)
        return np.zeros(shape, np.int32)

    def _swept(self, node: int) -> Floats:
        customized = self.customized
        tree = customized.hierarchy
        seeds, height_kwh = self._start(node)
        given = (tree.graph, self._part, self._sides, seeds, self._place, self._work)
        if self.decay is None:
            steps, _ = rphast_scalarized(*given)
        else:
            steps = rphast_decaying(*given, self._growth, self.decay.fades)[:, :-1]
        weight = np.asarray(steps * self._unit_s[: steps.shape[1]])
        weight[steps >= MOST_WEIGHT] = np.inf
        weight[:, self._too_low[: steps.shape[1]]] = -np.inf
        rise_kwh = customized.height_kwh[self.stop_node] - height_kwh
        weight += rise_kwh[:, None] * self.rate_s_per_kwh
        weight.setflags(write=False)
        return weight

    def _start(self, node: int) -> tuple[ScalarizedSeeds, float]:
        """Return where a search from a node or an end starts, and what lifts the car there."""
        tree, ends = self.customized.hierarchy, self.ends
        if node < tree.node_count or ends is None:
            seeds = tree.scalarized_seeds(node, self._unit_s.size)
            return seeds, float(self.customized.height_kwh[node])
        weight = heat_weights(
            ends.values,
            ends.spared_mwh,
            ends.open_roads,
            *self._weighed,
            self._unit_s,
            self._less_per_j,
        )
        height_kwh = float(ends.height_kwh[node - tree.node_count])
        return ends.scalarized_seeds(weight, node, leaving=True), height_kwh
