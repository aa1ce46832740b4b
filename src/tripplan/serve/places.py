"""Places and chargers of a region to choose from while one types and moves the map."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Final

from tripplan.output.drawing.basemap import Bounds, holds_place
from tripplan.records.charger import Charger
from tripplan.records.gazetteer import AIRPORT, CHARGER, Gazetteer, GazetteerEntry, folded_name
from tripplan.records.region import Region

MOST_FOUND: Final = 12
MOST_CHARGERS: Final = 500
_LONGEST_NAME: Final = 120
_LOOKED_AT: Final = 400
"""So many names with one beginning are weighed; the rest of very short beginnings are not."""


class Places:
    """The names of a region, by how they begin.

    Parameters
    ----------
    region
        The region.
    """

    def __init__(self, region: Region) -> None:
        self.region_name = region.name
        self.gazetteer: Gazetteer = region.gazetteer
        self.chargers = region.chargers.chargers
        net = region.network
        self.bounds = [
            float(net.lat.min()), float(net.lon.min()), float(net.lat.max()), float(net.lon.max()),
        ]  # fmt: skip
        named: list[tuple[str, int]] = []
        for number, entry in enumerate(self.gazetteer.entries):
            keys = {folded_name(name) for name in (entry.name, entry.label, *entry.aliases)}
            named += [(key, number) for key in keys]
        # The most populous of many with one beginning come first.
        entries = self.gazetteer.entries
        named.sort(key=lambda pair: (pair[0], -entries[pair[1]].population))
        self._keys = [key for key, _ in named]
        self._numbers = [number for _, number in named]
        self._by_letter = self._largest(named)

    def _largest(self, named: list[tuple[str, int]]) -> dict[str, list[int]]:
        """Return the most populous places by the first one and two letters of their names."""
        found: dict[str, list[int]] = {}
        entries = self.gazetteer.entries
        for key, number in sorted(named, key=lambda pair: -entries[pair[1]].population):
            for length in (1, 2):
                same = found.setdefault(key[:length], [])
                if len(same) < MOST_FOUND and number not in same:
                    same.append(number)
        return found

    def find(self, text: str, most: int = MOST_FOUND) -> list[dict[str, Any]]:
        """Return places whose name begins with a text: towns and airports first, large ones first.

        Parameters
        ----------
        text
            What was typed so far.
        most
            Most places to return.
        """
        wanted = folded_name(text[:_LONGEST_NAME])
        if not wanted:
            return []
        numbers = list(dict.fromkeys(self._beginning(wanted)))
        entries = self.gazetteer.entries
        numbers.sort(key=lambda k: self._rank(entries[k], wanted))
        return [_told(entries[k]) for k in numbers[: min(most, MOST_FOUND)]]

    def _beginning(self, wanted: str) -> Iterator[int]:
        yield from self._by_letter.get(wanted, ())
        first = bisect_left(self._keys, wanted)
        for position in range(first, min(first + _LOOKED_AT, len(self._keys))):
            if not self._keys[position].startswith(wanted):
                return
            yield self._numbers[position]

    @staticmethod
    def _rank(entry: GazetteerEntry, wanted: str) -> tuple[bool, bool, int, str]:
        exact = folded_name(entry.name) != wanted and wanted not in map(folded_name, entry.aliases)
        return entry.kind == CHARGER, exact and entry.kind == AIRPORT, -entry.population, entry.name

    def near(self, lat: float, lon: float) -> dict[str, Any]:
        """Return how a point of the map is called.

        Parameters
        ----------
        lat, lon
            The point. [deg]
        """
        place = self.gazetteer.find(f"{lat:.5f},{lon:.5f}")
        return {"label": place.spot, "lat": place.lat, "lon": place.lon, "kind": "point"}

    def chargers_in(self, box: Bounds, most: int = MOST_CHARGERS) -> dict[str, Any]:
        """Return the chargers in a box, and how many there are.

        Parameters
        ----------
        box
            Where.
        most
            Most chargers to return.
        """
        inside = [charger for charger in self.chargers if holds_place(box, charger)]
        return {
            "count": len(inside),
            "chargers": [_charger(charger) for charger in inside[: min(most, MOST_CHARGERS)]],
        }


def _told(entry: GazetteerEntry) -> dict[str, Any]:
    return {"label": entry.label, "lat": entry.lat, "lon": entry.lon, "kind": entry.kind}


def _charger(charger: Charger) -> dict[str, Any]:
    return {
        "id": charger.id,
        "name": charger.name,
        "lat": charger.lat,
        "lon": charger.lon,
        "operator": charger.operator,
        "network": charger.network,
        "town": charger.town,
        "address": charger.address,
        "access": charger.access,
        "opening_hours": charger.opening_hours,
        "stalls": charger.stalls,
        "status": charger.status,
        "operation": charger.operation,
        "connectors": [
            {"standard": plug.standard, "power_kw": plug.power_kw, "count": plug.count}
            for plug in charger.connectors
        ],
    }
