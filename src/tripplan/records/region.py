"""What one plans on: a `Region` of roads, chargers and names, with where each came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tripplan.errors import DataError
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer
from tripplan.records.network import RoadNetwork


@dataclass(frozen=True, eq=False)
class Water:
    """Lakes, ponds and wide rivers, for drawing: a point is wet inside an odd number of rings."""

    first: NDArray[np.int64]
    """First point of each ring, and the number of points, shape (rings + 1,)."""
    lat: NDArray[np.float32]
    """Degrees, shape (points,); the last point of a ring is the first one again."""
    lon: NDArray[np.float32]
    """Longitude of the points, shape (points,)."""

    def __post_init__(self) -> None:
        whole = self.first.size > 1 and self.first[0] == 0 and self.first[-1] == self.lat.size
        if not whole or self.lon.size != self.lat.size or (np.diff(self.first) < 1).any():
            raise DataError("the outlines of water do not belong together")


@dataclass(frozen=True, eq=False)
class Region:
    """Roads, chargers and names of one part of the world, with where they came from."""

    name: str
    """Name of the region."""
    network: RoadNetwork
    """Its roads."""
    chargers: ChargerSet
    """Its chargers."""
    gazetteer: Gazetteer
    """Its names."""
    assumptions: tuple[str, ...] = ()
    """Sentences that must be shown wherever a plan on this region is shown, shape (sentences,)."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Sources with their versions and licences, shape (entries,)."""
    order: NDArray[np.int32] | None = None
    """Nodes in the order in which a hierarchy over them is built, least important first, shape
    (nodes,); None: not worked out yet."""
    water: Water | None = None
    """Inland water, drawn below the roads; None: the region has none of its own."""

    def __post_init__(self) -> None:
        nodes = self.chargers.node
        if nodes.size and (nodes.min() < 0 or nodes.max() >= self.network.node_count):
            raise DataError(f"region {self.name}: a charger is tied to a node that is not there")
        if self.order is not None:
            every = np.arange(self.network.node_count)
            if not np.array_equal(np.sort(self.order), every):
                raise DataError(f"region {self.name}: its order does not hold each node once")
