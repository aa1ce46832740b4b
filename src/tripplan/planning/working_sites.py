"""How likely each charging site of a region works: as the trip states, or by stalls and age.

The age of a site's word is the time between the newest date of its sources and the newest of any
site of the region: nothing depends on the day on which one plans.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from tripplan.physics.reliability import STALLS_ASSUMED, works_probability
from tripplan.records.charger import Charger
from tripplan.records.trip import WorkingShare

ANY: Final = "*"
_DAYS_A_YEAR: Final = 365.25


class Working(NamedTuple):
    """How likely a site works."""

    works: float
    """Probability that one can charge there."""
    rule: str
    """By which rule."""


class WorkingSites:
    """How likely sites of a region work.

    Parameters
    ----------
    sites
        All sites of the region.
    stated
        What the trip states.
    """

    def __init__(self, sites: Iterable[Charger], stated: Sequence[WorkingShare]) -> None:
        self._stated = stated
        days = (day for site in sites if (day := _last_word(site)) is not None)
        self._newest = max(days, default=None)

    def of(self, site: Charger, standard: str = "") -> Working:
        """Return how likely a car can charge at a site.

        Parameters
        ----------
        site
            The site.
        standard
            The kind of plug that the car uses there; empty: not known.
        """
        known = {*site.ids, site.operator, site.network, site.source}
        known |= {entry.source for entry in site.sources}
        names = {name.casefold() for name in known if name}
        for one in self._stated:
            if one.of == ANY or one.of.casefold() in names:
                return Working(one.works, f"stated for {one.of}")
        if site.operation == "out_of_service":
            return Working(0.0, "its source calls it broken")
        stalls = site.stalls or _plugs(site, standard)
        told = f"{stalls} stalls" if stalls > 1 else "1 stall"
        if not stalls:
            stalls, told = STALLS_ASSUMED, f"{STALLS_ASSUMED} stalls, as nobody states how many"
        day, years = _last_word(site), 0.0
        if day is not None and self._newest is not None:
            years = (self._newest - day).days / _DAYS_A_YEAR
            told += f", {years:.1f} years older than the newest word of the region"
        return Working(works_probability(stalls, years), told)


def _plugs(site: Charger, standard: str) -> int:
    """Return how many plugs of a kind a site has; where it has none, those of any one kind."""
    counts = {plug.standard: plug.count or 0 for plug in site.connectors}
    return counts[standard] if standard in counts else max(counts.values(), default=0)


def _last_word(site: Charger) -> date | None:
    """Return the newest date of a site's sources; None: none states one."""
    found = [day for entry in site.sources if (day := _day(entry.date)) is not None]
    return max(found, default=None)


def _day(text: str) -> date | None:
    """Read a date as sources write it; None where it is none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
