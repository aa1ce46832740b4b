"""Charging sites: `Connector` and `Charger`.

What no source states stays unknown: None for a number, "unknown" or an empty text otherwise.  What
is assumed says by which rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, NamedTuple

from pydantic import ConfigDict

from tripplan.errors import DataError
from tripplan.records.trip import ChargerAccess

__all__ = [
    "MAX_POWER_KW",
    "Charger",
    "ChargerAccess",
    "ChargerOperation",
    "ChargerStatus",
    "ChargerVehicles",
    "Connector",
    "SourceEntry",
    "rated_only",
]


ChargerStatus = Literal["illustrative", "listed"]
ChargerOperation = Literal["in_service", "out_of_service", "unknown"]
ChargerVehicles = Literal["any", "tesla", "unknown"]

MAX_POWER_KW: Final = 2000.0
"""Highest power that counts as possible at one plug, kW (HERE Routing v8 has the same bound)."""

AS_DATA: Final = ConfigDict(extra="forbid", allow_inf_nan=False)
"""How these records are read from JSON: texts as they stand, no field that is not known."""


@dataclass(frozen=True)
class Connector:
    """One kind of plug at a site."""

    __pydantic_config__: ClassVar[ConfigDict] = AS_DATA

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
    operation: ChargerOperation = "unknown"
    """Whether the plugs of this kind work, as far as the source says of them."""
    limit_kw: float | None = None
    """The most that the source says of the whole device or site, kW: what is assumed of the plug
    stays below; None: it says nothing."""
    max_voltage_v: float | None = None
    """Highest voltage of a plug for direct current, volts; None: nobody states it."""
    max_current_a: float | None = None
    """Highest current of a plug for direct current, amperes; None: nobody states it."""
    voltage_rule: str = ""
    """By which rule the highest voltage is implied; empty where it is stated or unknown."""
    vehicles: ChargerVehicles = "unknown"
    """Which makes of car the plug charges: "any", or "tesla": Tesla's own only."""
    vehicles_rule: str = ""
    """By which rule these are told; empty where the source states them, or they are unknown."""

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

    __pydantic_config__: ClassVar[ConfigDict] = AS_DATA

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

    __pydantic_config__: ClassVar[ConfigDict] = AS_DATA

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
    town: str = ""
    """Town of that address; empty: not known."""
    road: str = ""
    """Number of the road that the address or the directions name, like "I-70", or else of the main
    road beside it in the extract; empty: not known."""
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
    """Whether the site works, as far as the source says; out of service where no plug works."""
    sources: tuple[SourceEntry, ...] = ()
    """Every entry that went into this record, the leading one first, shape (entries,)."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The site's id, and those of all entries that went into it, shape (names,)."""
        return tuple(dict.fromkeys((self.id, *(entry.id for entry in self.sources))))


class Plug(NamedTuple):
    """A plug at a site, of known power, as a car uses it."""

    site: Charger
    connector: Connector
    car_kw: float | None = None
    """The most that it gives the car at the voltage of its pack, kW; None: all its power."""

    @property
    def power_kw(self) -> float:
        """Highest power at the plug, kW."""
        return self.connector.rated_kw if self.car_kw is None else self.car_kw


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
