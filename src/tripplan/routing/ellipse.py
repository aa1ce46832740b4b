"""Which nodes a trip of so long could lead through: no car is quicker than a road's own speed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.records.network import RoadNetwork
from tripplan.routing.cch import Hierarchy
from tripplan.routing.kernels.customise import MOST_WEIGHT, customise_scalarized
from tripplan.routing.kernels.phast import phast_scalarized
from tripplan.units import KMH_PER_MPS, MS_PER_S

_ROUNDING_MS = 1
"""Each road counts this much less than it takes, so that no way of rounding makes a car quicker."""


@dataclass(frozen=True, eq=False)
class LeastTimes:
    """Least times between nodes of a network, for whatever car under whatever conditions.

    Parameters
    ----------
    hierarchy
        The roads.
    network
        The same with their speeds.
    """

    hierarchy: Hierarchy
    network: RoadNetwork

    @cached_property
    def _sides(self) -> tuple[Ints, Ints]:
        """Travel up and down each arc [ms], shape (arcs, 1)."""
        exact_ms = self.network.length_m / (self.network.speed_kmh / KMH_PER_MPS) * MS_PER_S
        whole_ms = np.clip(np.floor(exact_ms) - _ROUNDING_MS, 0.0, MOST_WEIGHT)
        weight = whole_ms.astype(np.int32)[:, None]
        return customise_scalarized(self.hierarchy.graph, self.hierarchy.roads, weight)

    def through_s(self, origin: int, destination: int) -> Floats:
        """Least time from a node to another by way of each node, shape (nodes,) [s].

        Infinite where no road leads there or back, closed to some cars or not.
        """
        up, down = self._sides
        out_ms, back_ms = self._from(origin, up, down), self._from(destination, down, up)
        found = (out_ms.astype(np.float64) + back_ms) / MS_PER_S
        found[(out_ms >= MOST_WEIGHT) | (back_ms >= MOST_WEIGHT)] = np.inf
        return np.asarray(found[self.hierarchy.rank])

    def _from(self, node: int, climb: Ints, descend: Ints) -> Ints:
        """Return times from a node, or, with directions exchanged, to it; by rank."""
        tree = self.hierarchy
        work = np.zeros((tree.node_count, 1), np.int32)
        every = np.arange(tree.node_count - 1, -1, -1, dtype=np.int32)
        phast_scalarized(tree.graph, climb, descend, int(tree.rank[node]), every, work)
        return work[:, 0]
