"""The contraction hierarchy of a road network: an order of its nodes, and the arcs it implies.

Depends on the roads alone, so it is made once a network and serves every car and weather.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tripplan.arrays import Ints, Longs
from tripplan.records.network import RoadNetwork
from tripplan.routing.kernels.contraction import Chordal, RoadsOnArcs, above, contract, place_roads
from tripplan.routing.kernels.customise import COLUMNS
from tripplan.routing.kernels.phast import (
    PhastWork,
    ScalarizedSeeds,
    Seeds,
    climb_of,
    new_phast_work,
)
from tripplan.routing.ordering import inertial_order


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Roads as a forward star, their order, and the chordal graph over ranks."""

    first_out: Ints
    """Shape (nodes + 1,)."""
    tail: Ints
    head: Ints
    """Shape (roads,)."""
    order: Ints
    """Node at each rank, shape (nodes,)."""
    rank: Ints
    """Rank of each node, shape (nodes,)."""
    graph: Chordal
    roads: RoadsOnArcs
    """The roads that the arcs of the chordal graph stand for."""

    @classmethod
    def over(cls, first_out: Ints, head: Ints, order: Ints) -> "Hierarchy":
        """Contract a forward star in a given order.

        Parameters
        ----------
        first_out, head
            The forward star, shapes (nodes + 1,) and (roads,).
        order
            Nodes, the least important first, shape (nodes,).
        """
        nodes = order.size
        tail = np.repeat(np.arange(nodes, dtype=np.int32), np.diff(first_out))
        rank = np.empty(nodes, np.int32)
        rank[order] = np.arange(nodes, dtype=np.int32)
        ends, others = np.concatenate([tail, head]), np.concatenate([head, tail])
        by_end = np.argsort(ends, kind="stable")
        first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=nodes))])
        graph = contract(
            first.astype(np.int32),
            others[by_end].astype(np.int32),
            np.array(order, dtype=np.int32),
            rank,
        )
        # Plain arrays, so that the compiled loops see one type whatever they were read from.
        plain_head = np.array(head, dtype=np.int32)
        return cls(
            first_out=np.array(first_out, dtype=np.int32),
            tail=tail,
            head=plain_head,
            order=np.array(order, dtype=np.int32),
            rank=rank,
            graph=graph,
            roads=place_roads(graph, tail, plain_head, rank),
        )

    @classmethod
    def of(cls, network: RoadNetwork, order: Ints | None = None) -> "Hierarchy":
        """Contract a network, in an order that was worked out before or in a new one."""
        found = inertial_order(network) if order is None else order
        return cls.over(network.first_out, network.head, found)

    @cached_property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(self.order.size)

    @cached_property
    def work(self) -> PhastWork:
        """A workspace for sweeps over these roads, which use it one after the other."""
        return new_phast_work(self.node_count)

    def selection(self, ranks: Ints) -> Ints:
        """Ranks to sweep so that these are reached, higher ones first."""
        return above(self.graph, np.ascontiguousarray(ranks, dtype=np.int32))

    def seeds(self, node: int) -> Seeds:
        """Return where a search from a node starts."""
        rank = self.rank[node : node + 1]
        return self.seeds_at(rank, np.zeros(1, np.int64), np.zeros((1, COLUMNS), np.int32))

    def seeds_at(self, rank: Ints, weight: Longs, values: Ints) -> Seeds:
        """Return where a search starts that took something to come to its first ranks.

        Parameters
        ----------
        rank
            Shape (seeds,).
        weight, values
            What it took, shape (seeds,) and (seeds, 5).
        """
        return Seeds(climb_of(self.graph, rank), rank, weight, values)

    def scalarized_seeds(self, node: int, weightings: int) -> ScalarizedSeeds:
        """Return where a search from a node starts in every weighting."""
        nothing = np.zeros((1, weightings), np.int32)
        return self.scalarized_seeds_at(self.rank[node : node + 1], nothing)

    def scalarized_seeds_at(self, rank: Ints, weight: Ints) -> ScalarizedSeeds:
        """Return the same where it took something, ``weight`` of shape (seeds, weightings)."""
        return ScalarizedSeeds(climb_of(self.graph, rank), rank, weight)
