"""Superchargers as read off Tesla's own pages: JSON with "meta" and "locations".

Each site has its name ("Parma, Italy - Parma North"), address, position, stalls, ``maxPowerKw`` and
prices, whose labels tell Teslas from other makes; prices are counted and not used.  No plugs are
listed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tripplan.records.charger import Charger, ChargerVehicles, SourceEntry
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.plugs import gathered, most, plug
from tripplan.sources.chargers.reading import ChargerReading, read_rows, rows_in
from tripplan.sources.chargers.values import Tally

SOURCE: Final = "tesla.com"
KIND_RULE: Final = "a Supercharger whose plugs are not listed: the usual one of its continent"
PRICES: Final = "prices by the hour of Tesla's pages"


def read_tesla_pages(data: object, *, where: str = "Tesla's pages") -> ChargerReading:
    """Read the list of all sites.

    Parameters
    ----------
    data
        Its rows, one by one.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        It is no list.
    """
    data = rows_in(data, where, "a list of Superchargers")
    return read_rows(data, _charger, source=SOURCE, format="Superchargers of Tesla's pages, JSON")


def _charger(row: Mapping[str, Any], tally: Tally) -> Charger:
    point = values.inner(row, "gps")
    lat, lon = values.position(point.get("lat"), point.get("lon"))
    name = values.known(row.get("name"), tally)
    stalls = values.count(row.get("stalls"), tally)
    prices = [each for each in row.get("pricing") or () if isinstance(each, Mapping)]
    if prices:
        tally.ignore(PRICES)
    kind = standards.ccs(lat, lon)
    one = plug(
        "CCS2" if kind == "CCS2" else "NACS",
        most(row.get("maxPowerKw") or None, tally),
        tally,
        count=stalls,
        operation="unknown",
        standard_rule=KIND_RULE,
    )
    id_ = f"{SOURCE}:{lat:.6f},{lon:.6f}"
    return Charger(
        id=id_,
        name=name or "Tesla Supercharger",
        lat=lat,
        lon=lon,
        connectors=gathered([replace(one, vehicles=_makes(prices))]),
        status="listed",
        source=SOURCE,
        stalls=stalls,
        operator="Tesla",
        network="Tesla Supercharger",
        address=values.known(row.get("address"), tally),
        town=name.partition(",")[0],
        access="public",
        sources=(SourceEntry(SOURCE, id_),),
    )


def _makes(prices: list[Mapping[str, Any]]) -> ChargerVehicles:
    """Tell which makes a site charges by for whom it has prices."""
    labels = " ".join(str(each.get("chargingLabel") or "") for each in prices).casefold()
    if "other ev" in labels:
        return "any"
    return "tesla" if "tesla owner" in labels else "unknown"
