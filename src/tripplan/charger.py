"""Charging sites: `Connector`, `Charger`, and `ChargerSet` that ties them to a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tripplan.columns import column
from tripplan.errors import DataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

ChargerStatus = Literal["illustrative", "listed"]


@dataclass(frozen=True)
class Connector:
    """One kind of plug at a site."""

    standard: str
    """CHADEMO, CCS1, CCS2, NACS, TYPE1, TYPE2, ..."""
    power_kw: float
    """Highest power at this plug, kW."""
    power_assumed: bool = False
    """Whether the power was not stated by the source but assumed."""


@dataclass(frozen=True)
class Charger:
    """One charging site (an OCPI *Location*)."""

    id: str
    name: str
    lat: float
    lon: float
    connectors: tuple[Connector, ...]
    status: ChargerStatus
    """"illustrative": made up to show the planner at work; "listed": from a data source."""
    source: str
    stalls: int | None = None
    operator: str = ""


@dataclass(frozen=True, eq=False)
class ChargerSet:
    """Charging sites, each tied to a network node."""

    chargers: tuple[Charger, ...]
    node: Ints
    """Network node of each site, shape (sites,)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "node", column(self.node, np.int32))
        faults = []
        if self.node.shape != (len(self.chargers),):
            faults.append(f"{len(self.chargers)} sites but {self.node.size} nodes")
        for charger in self.chargers:
            faults += [
                f"{charger.id}: {plug.standard} has power {plug.power_kw} kW"
                for plug in charger.connectors
                if not 0 < plug.power_kw <= 2000
            ]
        if faults:
            raise DataError("these chargers cannot be used: " + "; ".join(faults), faults=faults)

    def __len__(self) -> int:
        return len(self.chargers)

    def power_kw(self, standards: Sequence[str]) -> Floats:
        """Highest power at each site over plugs of these standards, kW; 0 where none fits."""
        wanted = set(standards)
        return np.array(
            [
                max((p.power_kw for p in c.connectors if p.standard in wanted), default=0.0)
                for c in self.chargers
            ],
            dtype=np.float64,
        )
