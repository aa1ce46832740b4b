"""Chargers of the Netherlands: the GeoJSON of the National Road Traffic Data Portal (NDW, DOT-NL).

Of each location it has the kinds of plug, their number, power in W and tariffs, in OCPI's words.
Its OCPI twin says more and is read as OCPI.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tripplan.records.charger import Charger, Connector, SourceEntry
from tripplan.sources.chargers import values
from tripplan.sources.chargers.beside import NOTHING, Beside
from tripplan.sources.chargers.ocpi import standard_of
from tripplan.sources.chargers.ocpi_tariffs import price_of
from tripplan.sources.chargers.plugs import gathered, in_watts, plug
from tripplan.sources.chargers.reading import ChargerReading, features_of, read_rows
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "NDW"


def read_ndw(
    data: object, *, where: str = "NDW GeoJSON", beside: Beside = NOTHING
) -> ChargerReading:
    """Read the feature collection.

    Parameters
    ----------
    data
        The parsed JSON.
    where
        Name of the file or request, for messages.
    beside
        Tariffs from a file of their own.

    Raises
    ------
    DataError
        It is no feature collection.
    """
    return read_rows(
        features_of(data, where),
        lambda row, tally: _charger(row, beside, tally),
        source=SOURCE,
        format="NDW GeoJSON",
    )


def _charger(feature: Mapping[str, Any], beside: Beside, tally: Tally) -> Charger:
    row = values.inner(feature, "properties")
    lat, lon = values.position(
        *values.centre(values.flat_points(values.inner(feature, "geometry").get("coordinates")))
    )
    offers = [one for one in values.items(row, "availabilities") if isinstance(one, Mapping)]
    for _ in range(len(values.items(row, "availabilities")) - len(offers)):
        tally.ignore("an entry of availabilities that is not an object")
    plugs = [_plug(one, tally) for one in offers]
    if offers and all(one.get("total") == 0 for one in offers):
        raise SkipRow("no charge point left")
    number = values.text(row.get("id") or feature.get("id"), tally, limit=60)
    party = values.text(row.get("cpo_id"), tally, limit=20)
    name = "/".join(part for part in (party, number) if part) or f"{lat:.5f},{lon:.5f}"
    entry = SourceEntry(SOURCE, f"ndw:{name}", values.day(row.get("last_updated"), tally))
    operator = values.known(row.get("operator_name") or row.get("operator"), tally)
    address = values.joined([row.get("address"), row.get("city"), row.get("postal_code")], tally)
    fast = [one.count or 0 for one in plugs if one.standard in DC]
    price = price_of(
        [
            (one, [str(number) for number in values.items(offer, "tariff_ids")])
            for one, offer in zip(plugs, offers, strict=True)
        ],
        beside.tariffs,
        tally,
    )
    return Charger(
        id=entry.id,
        name=values.known(row.get("name"), tally)
        or values.known(row.get("address"), tally)
        or operator
        or "charging station",
        lat=lat,
        lon=lon,
        connectors=gathered(plugs),
        status="listed",
        source=SOURCE,
        stalls=sum(fast or [one.count or 0 for one in plugs]) or None,
        operator=operator,
        address=address,
        town=values.known(row.get("city"), tally),
        road=road_ref(row.get("address")),
        access="public",
        price=price,
        sources=(entry,),
    )


def _plug(offer: Mapping[str, Any], tally: Tally) -> Connector:
    entry = {"standard": offer.get("connector_type"), "power_type": offer.get("power_type")}
    stated = values.number(offer.get("power_max"))
    rating = in_watts(stated) if stated is not None and stated > 0 else in_watts(0.0)
    rating = rating if stated else replace(rating, power_kw=None)
    return plug(
        standard_of(entry, tally), rating, tally, count=values.count(offer.get("total"), tally)
    )
