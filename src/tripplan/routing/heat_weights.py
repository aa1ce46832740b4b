"""Least sums of time, energy and heat between stops: what the heat of a drive cannot be beyond.

For a rate (seconds per kilowatt-hour) and a price (seconds per joule) the least weight W of
time + rate x energy + price x heat over all roads and speeds says of any drive that its heat is at
least (W - time - rate x energy) / price; with a price below zero, at most that.  Rows of such
weights are swept like those of `many_to_many`, by the same compiled loops, and kept.
"""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.routing.customization import CustomizedHierarchy
from tripplan.routing.end_costs import EndCosts
from tripplan.routing.kernels.customise import HEAT, MOST_WEIGHT, TIME, customise_scalarized
from tripplan.routing.kernels.phast import ScalarizedSeeds
from tripplan.routing.kernels.rphast import restricted, rphast_scalarized
from tripplan.routing.kernels.weights import heat_weights, least_heat_rates
from tripplan.routing.road_ends import Key
from tripplan.units import MS_PER_S, MWH_PER_KWH

_UNIT_S = 1e-4
_LONGEST = 40.0
"""No drive has more than so many times the roads that cross a square network."""
_ROWS_KEPT = 4096


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
    """

    customized: CustomizedHierarchy
    stop_node: Ints
    rate_s_per_kwh: Floats
    price_s_per_j: Floats
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
        _ = self._sides, self._work
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
    def _unit_s(self) -> Floats:
        """Seconds in a step of each weighting, so fine that no drive reaches the largest weight."""
        customized, rates = self.customized, self.rate_s_per_kwh
        open_roads = customized.open_roads
        values = customized.values[0][open_roads]
        if not values.size:
            return np.full(rates.size, _UNIT_S)
        roads = _LONGEST * float(np.sqrt(values.shape[0]))
        time_s = roads * float(values[:, TIME].mean()) / MS_PER_S
        energy_kwh = roads * float(customized.spared_mwh[0][open_roads].mean()) / MWH_PER_KWH
        heat_j = roads * float(values[:, HEAT].mean())
        most_s = time_s + rates * energy_kwh + np.maximum(self.price_s_per_j, 0.0) * heat_j
        return np.maximum(most_s / MOST_WEIGHT, _UNIT_S)

    @cached_property
    def _sides(self) -> tuple[Ints, Ints]:
        """Weights of travel up and down, shape (arcs, weightings) each."""
        customized, unit_s = self.customized, self._unit_s
        weight = heat_weights(
            customized.values,
            customized.spared_mwh,
            customized.open_roads,
            self.rate_s_per_kwh,
            self.price_s_per_j,
            unit_s,
        )
        tree, half = customized.hierarchy, weight.shape[1] // 2
        parts = [np.ascontiguousarray(part) for part in (weight[:, :half], weight[:, half:])]
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda p: customise_scalarized(tree.graph, tree.roads, p), parts))
        up = np.concatenate([found[0][0], found[1][0]], axis=1)
        down = np.concatenate([found[0][1], found[1][1]], axis=1)
        return up, down

    @cached_property
    def _work(self) -> Ints:
        shape = (self.customized.hierarchy.node_count, self.rate_s_per_kwh.size)
        return np.zeros(shape, np.int32)

    def _swept(self, node: int) -> Floats:
        customized = self.customized
        tree = customized.hierarchy
        seeds, height_kwh = self._start(node)
        steps, _ = rphast_scalarized(
            tree.graph, self._part, self._sides, seeds, self._place, self._work
        )
        weight = np.asarray(steps * self._unit_s)
        weight[steps >= MOST_WEIGHT] = np.inf
        rise_kwh = customized.height_kwh[self.stop_node] - height_kwh
        weight += rise_kwh[:, None] * self.rate_s_per_kwh
        weight.setflags(write=False)
        return weight

    def _start(self, node: int) -> tuple[ScalarizedSeeds, float]:
        """Return where a search from a node or an end starts, and what lifts the car there."""
        tree, ends = self.customized.hierarchy, self.ends
        if node < tree.node_count or ends is None:
            seeds = tree.scalarized_seeds(node, self.rate_s_per_kwh.size)
            return seeds, float(self.customized.height_kwh[node])
        weight = heat_weights(
            ends.values,
            ends.spared_mwh,
            ends.open_roads,
            self.rate_s_per_kwh,
            self.price_s_per_j,
            self._unit_s,
        )
        height_kwh = float(ends.height_kwh[node - tree.node_count])
        return ends.scalarized_seeds(weight, node, leaving=True), height_kwh
