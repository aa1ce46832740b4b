"""Which nodes a trip of so long could lead through: no car is quicker than a road's own speed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.records.network import RoadNetwork
from tripplan.routing.cch import Hierarchy
from tripplan.routing.kernels.customise import MOST_WEIGHT, customise_scalarized
from tripplan.routing.kernels.phast import ScalarizedSeeds, phast_scalarized
from tripplan.routing.road_ends import RoadEnds
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
        weight = _whole_ms(self.network).astype(np.int32)[:, None]
        return customise_scalarized(self.hierarchy.graph, self.hierarchy.roads, weight)

    def through_s(self, origin: int, destination: int, ends: RoadEnds | None = None) -> Floats:
        """Least time from a node to another by way of each node, shape (nodes,) [s].

        Infinite where no road leads there or back, closed to some cars or not.

        Parameters
        ----------
        origin, destination
            Numbers of nodes, or of ends of the trip.
        ends
            Those of the ends that are no nodes; None: all are.
        """
        up, down = self._sides
        out = self._seeds(origin, ends, leaving=True)
        back = self._seeds(destination, ends, leaving=False)
        out_ms, back_ms = self._from(out, up, down), self._from(back, down, up)
        found = (out_ms.astype(np.float64) + back_ms) / MS_PER_S
        found[(out_ms >= MOST_WEIGHT) | (back_ms >= MOST_WEIGHT)] = np.inf
        return np.asarray(found[self.hierarchy.rank])

    def _seeds(self, node: int, ends: RoadEnds | None, *, leaving: bool) -> ScalarizedSeeds:
        tree = self.hierarchy
        if node < tree.node_count or ends is None:
            return tree.scalarized_seeds(node, 1)
        local_ms, number = _whole_ms(ends.network), node - ends.nodes
        chains = (ends.leaving if leaving else ends.coming)[number]
        rank = tree.rank[np.array([chain.node for chain in chains], np.int64)]
        took_ms = [sum(local_ms[k - ends.arcs] for k in chain.arcs) for chain in chains]
        weight = np.minimum(np.array(took_ms), MOST_WEIGHT).astype(np.int32)
        return tree.scalarized_seeds_at(rank, weight[:, None])

    def _from(self, seeds: ScalarizedSeeds, climb: Ints, descend: Ints) -> Ints:
        """Return times from somewhere, or, with directions exchanged, to it; by rank."""
        tree = self.hierarchy
        work = np.zeros((tree.node_count, 1), np.int32)
        every = np.arange(tree.node_count - 1, -1, -1, dtype=np.int32)
        phast_scalarized(tree.graph, climb, descend, seeds, every, work)
        return work[:, 0]


def _whole_ms(network: RoadNetwork) -> Floats:
    """Time on each road [ms], rounded so that no car is quicker, shape (roads,)."""
    exact_ms = network.length_m / (network.speed_kmh / KMH_PER_MPS) * MS_PER_S
    return np.asarray(np.clip(np.floor(exact_ms) - _ROUNDING_MS, 0.0, MOST_WEIGHT))
