"""Tesla's Superchargers as supercharge.info lists them: all sites of the world, JSON.

``otherEVs`` tells the sites that are open to other makes; ``plugs`` counts the kinds ("tpc": the
plug of Tesla in America before it was NACS; "multi": NACS and CCS1 in one, the Magic Dock).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tripplan.records.charger import (
    Charger,
    ChargerOperation,
    ChargerVehicles,
    Connector,
    SourceEntry,
)
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.plugs import gathered, most, plug
from tripplan.sources.chargers.reading import ChargerReading, read_rows, rows_in
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.states import CLOSED, PLANNED
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "supercharge.info"
KIND_RULE: Final = "a Supercharger whose plugs are not listed: the usual one of its continent"
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "nacs": ("NACS",),
    "tpc": ("NACS",),
    "multi": ("NACS", "CCS1"),
    "ccs1": ("CCS1",),
    "ccs2": ("CCS2",),
    "type2": ("TESLA_TYPE2",),
    "gbt": ("GBT_DC",),
}
_PLANNED: Final = frozenset({"CONSTRUCTION", "PERMIT", "PLAN", "VOTING"})
_OPERATION: Final[Mapping[str, ChargerOperation]] = {
    "OPEN": "in_service",
    "EXPANDING": "in_service",
    "CLOSED_TEMP": "out_of_service",
}


def read_supercharge(data: object, *, where: str = "supercharge.info answer") -> ChargerReading:
    """Read the list of all sites.

    Parameters
    ----------
    data
        The parsed JSON.
    where
        Name of the file or request, for messages.

    Raises
    ------
    DataError
        It is no list.
    """
    data = rows_in(data, where, "a list of sites (supercharge.info)")
    return read_rows(data, _charger, source=SOURCE, format="supercharge.info JSON")


def _charger(row: Mapping[str, Any], tally: Tally) -> Charger:
    status = str(row.get("status") or "").upper()
    if status in _PLANNED:
        raise SkipRow(PLANNED)
    if status.startswith("CLOSED") and status != "CLOSED_TEMP":
        raise SkipRow(CLOSED)
    point = values.inner(row, "gps")
    lat, lon = values.position(point.get("latitude"), point.get("longitude"))
    place = values.inner(row, "address")
    operation = _OPERATION.get(status, "unknown")
    number = values.text(row.get("id"), tally, limit=40)
    id_ = f"supercharge.info:{number or f'{lat:.5f},{lon:.5f}'}"
    parts = ("street", "city", "state", "zip")
    return Charger(
        id=id_,
        name=values.known(row.get("name"), tally) or "Tesla Supercharger",
        lat=lat,
        lon=lon,
        connectors=_plugs(row, lat, lon, operation, tally),
        status="listed",
        source=SOURCE,
        stalls=values.count(row.get("stallCount"), tally),
        operator="Tesla",
        network="Tesla Supercharger",
        address=values.joined([place.get(name) for name in parts], tally),
        town=values.known(place.get("city"), tally),
        road=road_ref(place.get("street")),
        access="public",
        access_note=values.known(row.get("accessNotes"), tally),
        operation=operation,
        sources=(SourceEntry(SOURCE, id_),),
    )


def _plugs(
    row: Mapping[str, Any],
    lat: float,
    lon: float,
    operation: ChargerOperation,
    tally: Tally,
) -> tuple[Connector, ...]:
    rating = most(row.get("powerKilowatt"), tally)
    others = row.get("otherEVs")
    makes: ChargerVehicles = "any" if others else "unknown" if others is None else "tesla"
    plugs = []
    for name, number in values.inner(row, "plugs").items():
        count = values.count(number, tally)
        if not count:
            continue
        kinds = _KINDS.get(str(name).casefold())
        if kinds is None:
            tally.ignore("a kind of plug that is not known")
            continue
        plugs += [plug(kind, rating, tally, count=count, operation=operation) for kind in kinds]
    if not plugs:
        kind = standards.tesla_dc(lat, lon)
        kind = "CCS2" if kind == "TESLA_TYPE2" and row.get("otherEVs") else kind
        count = values.count(row.get("stallCount"), tally)
        plugs = [
            plug(kind, rating, tally, count=count, operation=operation, standard_rule=KIND_RULE)
        ]
    return gathered(replace(one, vehicles=makes) for one in plugs)
