"""Charging stations among Overture's places (GeoJSON): where they are, without plugs or powers."""

from collections.abc import Mapping
from typing import Any, Final

from tripplan.records.charger import Charger, SourceEntry
from tripplan.sources.chargers import values
from tripplan.sources.chargers.reading import ChargerReading, features_of, read_rows
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "Overture"
LICENCE: Final = "CDLA Permissive 2.0"
_CATEGORY: Final = "ev_charging_station"


def read_overture(data: object, *, where: str = "Overture GeoJSON") -> ChargerReading:
    """Read a feature collection of places; those of other categories are skipped.

    Parameters
    ----------
    data
        The parsed JSON.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        It is no feature collection.
    """
    return read_rows(
        features_of(data, where), _charger, source=SOURCE, format="Overture places GeoJSON"
    )


def _charger(feature: Mapping[str, Any], tally: Tally) -> Charger:
    row = values.inner(feature, "properties")
    categories = values.inner(row, "categories")
    named = {categories.get("primary"), *values.items(categories, "alternate")}
    taxonomy = values.inner(row, "taxonomy").get("primary")
    if _CATEGORY not in {*named, taxonomy, row.get("basic_category")}:
        raise SkipRow("a place of another category")
    lat, lon = values.position(
        *values.centre(values.flat_points(values.inner(feature, "geometry").get("coordinates")))
    )
    number = values.text(feature.get("id") or row.get("id"), tally, limit=60)
    id_ = f"overture:{number or f'{lat:.5f},{lon:.5f}'}"
    listed = values.items(row, "addresses")
    place = listed[0] if listed and isinstance(listed[0], Mapping) else {}
    brand = values.inner(values.inner(row, "brand"), "names").get("primary")
    return Charger(
        id=id_,
        name=values.known(values.inner(row, "names").get("primary"), tally) or "charging station",
        lat=lat,
        lon=lon,
        connectors=(),
        status="listed",
        source=SOURCE,
        network=values.known(brand, tally),
        address=values.joined(
            [place.get(part) for part in ("freeform", "locality", "postcode")], tally
        ),
        town=values.known(place.get("locality"), tally),
        road=road_ref(place.get("freeform")),
        sources=(SourceEntry(SOURCE, id_, "", LICENCE),),
    )
