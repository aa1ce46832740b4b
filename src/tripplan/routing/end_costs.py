"""What the roads at the ends of a trip cost: where searches from them start, and where they end."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs
from tripplan.routing.cch import Hierarchy
from tripplan.routing.kernels.chains import chain_costs, scalarized_chains
from tripplan.routing.kernels.customise import MIN_DEPARTURE, MOST_WEIGHT, NO_WAY, Roads32
from tripplan.routing.kernels.phast import ScalarizedSeeds, Seeds
from tripplan.routing.road_ends import Chain, RoadEnds


class _Chains(NamedTuple):
    """Chains of one end, in columns."""

    arcs: Ints
    """Local arcs in driving order, -1 behind the last, shape (chains, longest)."""
    rank: Ints
    """Of the node that each leads to or comes from, shape (chains,)."""


class Direct(NamedTuple):
    """A chain from an end to another."""

    arcs: tuple[int, ...]
    weight: int
    values: Ints
    """Shape (1, 5)."""


NO_CHAIN = Direct((), int(NO_WAY), np.full((1, 5), -1, np.int32))


@dataclass(frozen=True, eq=False)
class EndCosts:
    """Ends of a trip with the costs of their local arcs.

    Parameters
    ----------
    tree
        The hierarchy of the region's roads.
    ends
        The ends.
    values
        Whole-number costs by speed, shape (speeds, local arcs, 5).
    spared_mwh
        Energy beyond what lifts the car, by speed, shape (speeds, local arcs).
    open_roads
        Whether the car may use each, shape (local arcs,).
    height_kwh
        Energy that lifts the car to each local node, shape (local nodes,).
    """

    tree: Hierarchy
    ends: RoadEnds
    values: Ints
    spared_mwh: Ints
    open_roads: Flags
    height_kwh: Floats

    @cached_property
    def _leaving(self) -> list[_Chains]:
        return [self._columns(chains) for chains in self.ends.leaving]

    @cached_property
    def _coming(self) -> list[_Chains]:
        return [self._columns(chains) for chains in self.ends.coming]

    def _columns(self, chains: tuple[Chain, ...]) -> _Chains:
        nodes = np.array([chain.node for chain in chains], np.int64)
        return _Chains(self._padded([chain.arcs for chain in chains]), self.tree.rank[nodes])

    def _padded(self, chains: list[tuple[int, ...]]) -> Ints:
        longest = max((len(arcs) for arcs in chains), default=0)
        found = np.full((len(chains), max(longest, 1)), -1, np.int32)
        for row, arcs in zip(found, chains, strict=True):
            row[: len(arcs)] = np.array(arcs, np.int64) - self.ends.arcs
        return found

    def _of(self, node: int, *, leaving: bool) -> _Chains:
        return (self._leaving if leaving else self._coming)[node - self.ends.nodes]

    def seeds(self, roads: Roads32, node: int, full_mwh: int, *, leaving: bool) -> Seeds:
        """Return where drives from an end, or to it, join the roads of the region.

        Parameters
        ----------
        roads
            What the local arcs cost in a metric.
        node
            Number of the end.
        full_mwh
            Energy above the reserve in a full battery.
        leaving
            Whether drives lead from the end.
        """
        chains = self._of(node, leaving=leaving)
        weight, values = chain_costs(roads.weight, roads.values, chains.arcs, full_mwh)
        kept = (weight < NO_WAY) & (values[:, MIN_DEPARTURE] <= full_mwh)
        return self.tree.seeds_at(chains.rank[kept], weight[kept], values[kept])

    def scalarized_seeds(self, weight: Ints, node: int, *, leaving: bool) -> ScalarizedSeeds:
        """Return the same in every weighting.

        Parameters
        ----------
        weight
            Of the local arcs, shape (local arcs, weightings).
        node, leaving
            As in `seeds`.
        """
        chains = self._of(node, leaving=leaving)
        return self.tree.scalarized_seeds_at(chains.rank, scalarized_chains(weight, chains.arcs))

    def chain_at(
        self, roads: Roads32, node: int, rank: int, full_mwh: int, *, leaving: bool
    ) -> Longs:
        """Return the arcs of the cheapest chain between an end and a rank, in driving order.

        Parameters
        ----------
        roads, node, full_mwh, leaving
            As in `seeds`.
        rank
            Rank of a node of the region that chains of the end lead to, or come from.
        """
        chains = self._of(node, leaving=leaving)
        weight, values = chain_costs(roads.weight, roads.values, chains.arcs, full_mwh)
        out = (chains.rank != rank) | (values[:, MIN_DEPARTURE] > full_mwh)
        row = chains.arcs[int(np.argmin(np.where(out, NO_WAY, weight)))]
        return np.asarray(row[row >= 0].astype(np.int64) + self.ends.arcs)

    def direct(self, roads: Roads32, source: int, target: int, full_mwh: int) -> Direct:
        """Return the cheapest drivable chain from an end to another, if they share an arc.

        Parameters
        ----------
        roads, full_mwh
            As in `seeds`.
        source, target
            Numbers of the ends; nodes of the region have none.
        """
        pair = (source - self.ends.nodes, target - self.ends.nodes)
        chains = list(self.ends.direct.get(pair, ()))
        if not chains:
            return NO_CHAIN
        weight, values = chain_costs(roads.weight, roads.values, self._padded(chains), full_mwh)
        weight = np.where(values[:, MIN_DEPARTURE] > full_mwh, NO_WAY, weight)
        best = int(np.argmin(weight))
        return Direct(chains[best], int(weight[best]), values[best : best + 1])

    def scalarized_direct(self, weight: Ints, source: int, target: int) -> Ints:
        """Return its least weight in every weighting, `MOST_WEIGHT` where there is none."""
        pair = (source - self.ends.nodes, target - self.ends.nodes)
        chains = list(self.ends.direct.get(pair, ()))
        if not chains:
            return np.full(weight.shape[1], MOST_WEIGHT, np.int32)
        return np.asarray(scalarized_chains(weight, self._padded(chains)).min(axis=0))

    def closing(self, roads: Ints) -> "EndCosts":
        """Return the same with the parts of some arcs of the region closed."""
        closed = np.isin(self.ends.region_arc, roads)
        return replace(self, open_roads=self.open_roads & ~closed)
