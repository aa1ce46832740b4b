"""What files beside those of the sites say: tariffs and live states, by the numbers in both."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from tripplan.records.charger import Connector
from tripplan.sources.chargers.standards import DC

_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Beside:
    """Tariffs and states that files of their own state."""

    tariffs: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    """Tariffs of OCPI, by their number alone, and as "country/party/number"."""
    states: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    """States in the source's words, by the number of the EVSE or charge point."""


NOTHING: Final = Beside()


def stalls_of(points: Iterable[Collection[Connector]]) -> int | None:
    """Count the charge points that work and have the fastest kind of plug of these.

    Parameters
    ----------
    points
        The plugs of each charge point, of which one car uses one.
    """
    working = [p for p in points if not any(one.operation == "out_of_service" for one in p)]
    fast = [p for p in working if any(one.standard in DC for one in p)]
    return len(fast or working) or None
