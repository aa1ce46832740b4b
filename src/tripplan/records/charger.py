"""Charging sites: `Connector`, `Charger`, and `ChargerSet` that ties them to a network.

What no source states stays unknown: None for a number, "unknown" or an empty text otherwise.  What
is assumed says by which rule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np

from tripplan.arrays import Floats, Ints, column
from tripplan.errors import DataError
from tripplan.records.trip import ChargerAccess

__all__ = [
    "MAX_POWER_KW",
    "Charger",
    "ChargerAccess",
    "ChargerOperation",
    "ChargerSet",
    "ChargerStatus",
    "Connector",
    "SourceEntry",
    "rated_only",
]


ChargerStatus = Literal["illustrative", "listed"]
ChargerOperation = Literal["in_service", "out_of_service", "unknown"]

MAX_POWER_KW: Final = 2000.0
"""Highest power that counts as possible at one plug, kW (HERE Routing v8 has the same bound)."""


@dataclass(frozen=True)
class Connector:
    """One kind of plug at a site."""

    standard: str
    """CHADEMO, CCS1, CCS2, NACS, TYPE1, TYPE2, ..."""
    power_kw: float | None
    """Highest power at this plug, kW; None: nobody states it."""
    power_assumed: bool = False
    """Whether the power was not stated by the source but assumed."""
    power_rule: str = ""
    """By which rule the power was assumed; empty where it is stated or unknown."""
    count: int | None = None
    """Plugs of this kind; None: not known."""
    standard_rule: str = ""
    """By which rule the kind of plug was assumed; empty where the source states it."""

    @property
    def rated_kw(self) -> float:
        """The power, kW, of a plug of which it is known.

        Raises
        ------
        DataError
            It is not known.
        """
        if self.power_kw is None:
            raise DataError(
                f"the power of a {self.standard} plug is not known: apply `assume_powers`, or "
                "leave the plug out with `rated_only`"
            )
        return self.power_kw


@dataclass(frozen=True)
class SourceEntry:
    """The entry of one data source that a site was made from."""

    source: str
    """Name of the data source: "AFDC", "OpenStreetMap", ..."""
    id: str
    """Name of the site there, with the source's prefix: "afdc:33378"."""
    date: str = ""
    """Day on which the source last confirmed or changed it, ISO 8601; empty: not known."""
    licence: str = ""
    """Licence of the source; empty: not stated."""


@dataclass(frozen=True)
class Charger:
    """One charging site (an OCPI *Location*)."""

    id: str
    """Name of the site in its source."""
    name: str
    """Name of the site for people."""
    lat: float
    """Position of the site (WGS 84)."""
    lon: float
    """Position of the site (WGS 84)."""
    connectors: tuple[Connector, ...]
    """Kinds of plug at the site, shape (plugs,)."""
    status: ChargerStatus
    """"illustrative": made up to show the planner at work; "listed": from a data source."""
    source: str
    """Where the site comes from."""
    stalls: int | None = None
    """Cars that can charge at once, at the fastest kind of port; None: not known."""
    operator: str = ""
    """Who runs it."""
    network: str = ""
    """Brand or roaming network that the site belongs to; empty: not known."""
    address: str = ""
    """Street, town and postal code; empty: not known."""
    access: ChargerAccess = "unknown"
    """"public": anybody; "restricted": some people, cars or customers only."""
    access_note: str = ""
    """What the source says about access and hours, in its own words."""
    opening_hours: str | None = None
    """In OpenStreetMap's opening_hours syntax; None: not known."""
    fee: bool | None = None
    """Whether charging costs money; None: not known."""
    price: str = ""
    """What the source says about the price, in its own words."""
    operation: ChargerOperation = "unknown"
    """Whether the site works, as far as the source says."""
    sources: tuple[SourceEntry, ...] = ()
    """Every entry that went into this record, the leading one first, shape (entries,)."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The site's id, and those of all entries that went into it, shape (names,)."""
        return tuple(dict.fromkeys((self.id, *(entry.id for entry in self.sources))))


class Plug(NamedTuple):
    """A plug at a site, of known power."""

    site: Charger
    connector: Connector

    @property
    def power_kw(self) -> float:
        """Highest power at the plug, kW."""
        return self.connector.rated_kw


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
        for site, node in zip(self.chargers, self.node.tolist(), strict=True):
            if charger_id in site.ids:
                return int(node)
        raise KeyError(charger_id)

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


def rated_only(chargers: Iterable[Charger]) -> tuple[Charger, ...]:
    """Leave out plugs of unknown power, and the sites that have no other: what can be planned with.

    Parameters
    ----------
    chargers
        Sites as the sources have them.

    Returns
    -------
    tuple of Charger
        In the same order, shape (sites with a plug of known power,).
    """
    kept = []
    for charger in chargers:
        plugs = tuple(plug for plug in charger.connectors if plug.power_kw is not None)
        if plugs:
            same = len(plugs) == len(charger.connectors)
            kept.append(charger if same else replace(charger, connectors=plugs))
    return tuple(kept)
