"""`ChargerSet`: charging sites, tied to a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tripplan.arrays import Floats, Ints, column
from tripplan.errors import DataError
from tripplan.records.charger import MAX_POWER_KW, Charger


@dataclass(frozen=True, eq=False)
class ChargerSet:
    """Charging sites, each tied to a network node."""

    chargers: tuple[Charger, ...]
    """The sites, shape (sites,)."""
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
                if plug.power_kw is None or not 0 < plug.power_kw <= MAX_POWER_KW
            ]
        if faults:
            raise DataError("these chargers cannot be used: " + "; ".join(faults), faults=faults)

    def __len__(self) -> int:
        return len(self.chargers)

    def node_of(self, charger_id: str) -> int:
        """Return the network node of the site with an id, its own or that of a source."""
        return self._node_by_id[charger_id]

    @cached_property
    def _node_by_id(self) -> dict[str, int]:
        pairs = list(zip(self.chargers, self.node.tolist(), strict=True))
        # Where two sites share an id, the first has it.
        return {name: int(node) for site, node in reversed(pairs) for name in site.ids}

    def power_kw(self, standards: Sequence[str]) -> Floats:
        """Highest power at each site over plugs of these standards, kW; 0 where none fits."""
        wanted = set(standards)
        return np.array(
            [
                max((p.rated_kw for p in c.connectors if p.standard in wanted), default=0.0)
                for c in self.chargers
            ],
            dtype=np.float64,
        )
