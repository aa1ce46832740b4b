"""Random little road graphs with everything that real ones have, for tests of the hierarchy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from tripplan.arrays import Floats, Ints
from tripplan.planning.arc_costs import Roads, whole_numbers
from tripplan.routing.cch import Hierarchy
from tripplan.routing.customization import CustomizedHierarchy, stacked


@dataclass(frozen=True, eq=False)
class Graph:
    """Roads sorted by where they start; costs by speed, fastest first, shape (speeds, roads)."""

    tail: Ints
    head: Ints
    time_s: Floats
    energy_kwh: Floats
    min_departure_kwh: Floats
    drop_kwh: Floats
    heat_j: Floats
    open_roads: NDArray[np.bool_]
    height_kwh: Floats

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return int(self.height_kwh.size)

    def customized(self, full_kwh: float, order_seed: int | None = None) -> CustomizedHierarchy:
        """Make the hierarchy with its costs, in a random order or as nodes are numbered."""
        order = np.arange(self.nodes, dtype=np.int32)
        if order_seed is not None:
            order = np.random.default_rng(order_seed).permutation(order)
        first_out = np.searchsorted(self.tail, np.arange(self.nodes + 1)).astype(np.int32)
        columns = zip(
            self.time_s,
            self.energy_kwh,
            self.min_departure_kwh,
            self.drop_kwh,
            self.heat_j,
            strict=True,
        )
        return CustomizedHierarchy(
            hierarchy=Hierarchy.over(first_out, self.head, order),
            values=stacked([whole_numbers(Roads(*row)) for row in columns]),
            open_roads=self.open_roads,
            height_kwh=self.height_kwh,
            full_kwh=full_kwh,
            best_kw=60.0,
        )


def random_graph(seed: int, nodes: int = 30, speeds: int = 3) -> Graph:
    """Draw two planar parts that no road joins, with one-way, parallel, closed roads and loops.

    Energies are no round numbers.  Every road has bumps of its own, so that it needs more than it
    costs, and leaves the battery further from full.
    """
    rng = np.random.default_rng(seed)
    place = rng.uniform(0.0, 1.0, (nodes, 2))
    tail, head = _edges(rng, place, nodes // 5)
    apart = np.hypot(*(place[tail] - place[head]).T) + 0.01
    height = rng.uniform(0.0, 0.1, nodes)
    rise = height[head] - height[tail]
    time_s = apart * 360.0 * rng.uniform(0.5, 1.5, tail.size)
    lost = apart * 0.6 * rng.uniform(0.5, 1.5, tail.size)
    times_s, losses = [time_s], [lost]
    for _ in range(speeds - 1):
        times_s.append(times_s[-1] * rng.uniform(1.0, 1.3, tail.size))
        losses.append(losses[-1] * rng.uniform(0.7, 1.0, tail.size))
    energy = np.array(losses) + rise
    bump = rng.uniform(0.0, 0.03, tail.size)
    return Graph(
        tail=tail,
        head=head,
        time_s=np.array(times_s),
        energy_kwh=energy,
        min_departure_kwh=np.maximum(energy, 0.0) + bump,
        drop_kwh=np.maximum(energy, 0.0) + bump[::-1],
        heat_j=np.round(np.array(losses) * 1e4),
        open_roads=rng.uniform(size=tail.size) < 0.95,
        height_kwh=height,
    )


def _edges(rng: np.random.Generator, place: Floats, apart: int) -> tuple[Ints, Ints]:
    """Draw roads among the first so many nodes, and among the rest."""
    ends = []
    for part in (np.arange(apart), np.arange(apart, len(place))):
        triangles = part[Delaunay(place[part]).simplices] if part.size >= 4 else np.empty((0, 3))
        for a, b, c in triangles.tolist():
            ends += [(a, b), (b, c), (c, a)]
    pairs = np.unique(np.sort(np.array(ends, np.int64), axis=1), axis=0)
    luck = rng.uniform(size=len(pairs))
    forth, back = pairs[luck < 0.9], pairs[(luck < 0.8) | (luck > 0.95)][:, ::-1]
    again = np.concatenate([forth, back])
    parallel = again[rng.uniform(size=len(again)) < 0.15]
    loops = np.repeat(rng.integers(0, len(place), (2, 1)), 2, axis=1)
    tail, head = np.concatenate([forth, back, parallel, loops]).T
    order = np.lexsort((rng.uniform(size=tail.size), tail))
    return tail[order].astype(np.int32), head[order].astype(np.int32)
