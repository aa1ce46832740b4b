"""Chargers of plain tables: CSV and GeoJSON with the columns below, and files of single makers.

Columns (any case; only the position is needed)::

    lat | latitude, lon | lng | longitude    degrees (GeoJSON: the geometry)
    id, name, address, operator, network
    connectors     "CHADEMO:50:2; CCS2:150:4" (plug : kW : number), or only plugs, "CHADEMO; CCS2"
    power_kw       power of each plug for which connectors gives none
    stalls | capacity, access (public, restricted), opening_hours (OpenStreetMap's syntax)
    fee (yes, no), price, date, source, licence

Makers: Tesla's European sites as JSON; geohash lists of US Superchargers open to other cars;
GeoJSON with ``rate`` in W (the charging router of T. Zuendorf, P. Schott and others, "TheMarex").
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.charger import Charger, ChargerAccess, Connector, SourceEntry
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.reading import ChargerReading, read_rows, wrong_shape
from tripplan.sources.chargers.values import SkipRow, Tally
from tripplan.units import W_PER_KW

TESLA_SOURCE: Final = "Tesla site list"
TESLA_RULE: Final = "European Superchargers have CCS2 cables; the list names no plug"
GEOHASH_SOURCE: Final = "Superchargers open to other cars"
GEOHASH_NOTE: Final = "position known to about 0.6 km only (geohash)"
RATE_SOURCE: Final = "GeoJSON with rate"
_COLUMNS: Final = {
    "latitude": "lat",
    "y": "lat",
    "lng": "lon",
    "long": "lon",
    "longitude": "lon",
    "x": "lon",
    "capacity": "stalls",
    "connector": "connectors",
    "plugs": "connectors",
    "connectortypes": "connectors",
    "powerkw": "power_kw",
    "maxpowerkw": "power_kw",
    "openinghours": "opening_hours",
    "license": "licence",
    "opentoother": "open_to_other",
    "title": "name",
}
_ACCESS: Final[Mapping[str, ChargerAccess]] = {
    "public": "public",
    "yes": "public",
    "restricted": "restricted",
    "private": "restricted",
    "customers": "restricted",
    "no": "restricted",
}
_YES_NO: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_BASE32: Final = "0123456789bcdefghjkmnpqrstuvwxyz"


def read_charger_csv(
    words: str, *, where: str = "charger table", source: str = ""
) -> ChargerReading:
    """Read a CSV table (separator comma, semicolon or tab) with a header row.

    Parameters
    ----------
    words
        The text.
    where
        Name of the file, for messages.
    source
        Name of the data source, for rows that do not give one; else the file's.

    Raises
    ------
    DataError
        It has no columns for the position, or is no CSV.
    """
    header = words.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(words, newline=""), delimiter=separator, restval="")
    names = {_column(name) for name in reader.fieldnames or ()}
    if not {"lat", "lon"} <= names:
        raise wrong_shape(where, f"a table with columns lat and lon; found: {header[:200]}")
    try:
        rows = list(reader)
    except csv.Error as error:
        raise DataError(f"{where}: not a readable CSV table: {error}", path=where) from error
    return _read(rows, where, source, "CSV table")


def read_charger_geojson(
    data: object, *, where: str = "charger GeoJSON", source: str = ""
) -> ChargerReading:
    """Read a GeoJSON feature collection whose properties are the columns of the table.

    Raises
    ------
    DataError
        It is no feature collection.
    """
    features = data.get("features") if isinstance(data, Mapping) else None
    if not isinstance(features, list):
        raise wrong_shape(where, "a GeoJSON feature collection")
    rated = any("rate" in values.inner(row, "properties") for row in features if _is_row(row))
    form = "GeoJSON with rate in W" if rated else "GeoJSON table"
    name = source or (RATE_SOURCE if rated else "")
    return _read([_from_feature(row) for row in features], where, name, form)


def _is_row(row: object) -> bool:
    return isinstance(row, Mapping)


def _from_feature(row: object) -> object:
    if not isinstance(row, Mapping):
        return row
    properties = dict(values.inner(row, "properties"))
    points = values.flat_points(values.inner(row, "geometry").get("coordinates"))
    properties["lat"], properties["lon"] = values.centre(points)
    properties.setdefault("id", row.get("id", ""))
    return properties


def _read(rows: Iterable[object], where: str, source: str, form: str) -> ChargerReading:
    name = source or where
    return read_rows(rows, lambda row, tally: _charger(row, tally, name), source=name, format=form)


def _column(name: object) -> str:
    plain = re.sub(r"[^a-z0-9]", "", str(name).casefold())
    return _COLUMNS.get(plain, str(name).strip().casefold())


def _charger(raw: Mapping[str, Any], tally: Tally, file_source: str) -> Charger:
    if None in raw:
        raise SkipRow("more cells than columns")
    row = {_column(name): value for name, value in raw.items()}
    lat, lon = values.position(row.get("lat"), row.get("lon"))
    source = values.known(row.get("source"), tally) or file_source
    prefix = re.sub(r"\W+", "-", source).strip("-").casefold()[:40]
    id_ = f"{prefix}:{values.text(row.get('id'), tally, limit=80) or f'{lat:.5f},{lon:.5f}'}"
    date = values.day(row.get("date"), tally)
    entry = SourceEntry(source, id_, date, values.known(row.get("licence"), tally))
    return Charger(
        id=id_,
        name=values.known(row.get("name"), tally) or "charging station",
        lat=lat,
        lon=lon,
        connectors=_connectors(row, lat, lon, tally),
        status="listed",
        source=source,
        stalls=values.count(row.get("stalls"), tally),
        operator=values.known(row.get("operator"), tally),
        network=values.known(row.get("network"), tally),
        address=values.known(row.get("address"), tally),
        access=_access(row),
        opening_hours=values.known(row.get("opening_hours"), tally) or None,
        fee=_YES_NO.get(str(row.get("fee", "")).strip().casefold()),
        price=values.known(row.get("price"), tally),
        sources=(entry,),
    )


def _access(row: Mapping[str, Any]) -> ChargerAccess:
    said = _ACCESS.get(str(row.get("access", "")).strip().casefold())
    if said is None and _YES_NO.get(str(row.get("open_to_other", "")).casefold()) is False:
        return "restricted"
    return said or "unknown"


def _connectors(
    row: Mapping[str, Any], lat: float, lon: float, tally: Tally
) -> tuple[Connector, ...]:
    site = max(_site_powers(row, tally), default=None)
    listed = row.get("connectors")
    if isinstance(listed, list | tuple):
        listed = ";".join(str(part) for part in listed)
    words = [word.strip() for word in re.split(r"[;,+|]", str(listed or "")) if word.strip()]
    plugs = [_plug(word, site, lat, lon, tally) for word in words]
    if not words and site is not None:
        plugs = [Connector("UNKNOWN", site)]
    guessed = "open_to_other" in row and "tesla-json" in str(row.get("source", ""))
    return values.gathered(
        Connector(p.standard, p.power_kw, count=p.count, standard_rule=TESLA_RULE)
        if guessed and p.standard == "CCS2"
        else p
        for p in plugs
        if p is not None
    )


def _site_powers(row: Mapping[str, Any], tally: Tally) -> tuple[float, ...]:
    rate_w = values.number(row.get("rate"))
    if rate_w is not None:
        return values.powers(rate_w / W_PER_KW, tally)
    return values.powers(row.get("power_kw"), tally)


def _plug(
    word: str, site_kw: float | None, lat: float, lon: float, tally: Tally
) -> Connector | None:
    """Read "CHADEMO", "CHADEMO:50" or "CHADEMO:50:2"."""
    name, _, rest = word.partition(":")
    power, _, number = rest.partition(":")
    standard = standards.from_word(name, lat, lon)
    if standard is None:
        tally.ignore("a kind of plug that is not known")
        return None
    own = max(values.powers(power, tally), default=None)
    count = values.count(number.strip(), tally)
    return values.plug(standard, own if power.strip() else site_kw, tally, plugs=count)


def read_tesla_sites(data: object, *, where: str = "Tesla site list") -> ChargerReading:
    """Read {"locations": [{name, address, gps, stalls, maxPowerKw, pricing}]} (Europe).

    The plug is an assumption, with its rule: the list does not name it.  Sites whose prices are for
    Tesla owners only are restricted.

    Raises
    ------
    DataError
        It has no list of locations.
    """
    sites = data.get("locations") if isinstance(data, Mapping) else None
    if not isinstance(sites, list):
        raise wrong_shape(where, "an object with locations (Tesla site list)")
    return read_rows(sites, _tesla_site, source=TESLA_SOURCE, format="Tesla site JSON")


def _tesla_site(row: Mapping[str, Any], tally: Tally) -> Charger:
    gps = values.inner(row, "gps")
    lat, lon = values.position(gps.get("lat"), gps.get("lon"))
    id_ = f"tesla:{lat:.6f},{lon:.6f}"
    stalls = values.count(row.get("stalls"), tally)
    power = max(values.powers(row.get("maxPowerKw"), tally), default=None)
    plug = values.plug("CCS2", power, tally, plugs=stalls, standard_rule=TESLA_RULE)
    tariffs = [t for t in values.items(row, "pricing") if isinstance(t, Mapping)]
    labels = " ".join(str(tariff.get("chargingLabel") or "") for tariff in tariffs)
    price = _tesla_price(tariffs, tally)
    access: ChargerAccess = "unknown"
    if "Other EVs" in labels:
        access = "public"
    elif "Tesla Owner" in labels:
        access = "restricted"
    return Charger(
        id=id_,
        name=values.known(row.get("name"), tally) or "Tesla Supercharger",
        lat=lat,
        lon=lon,
        connectors=(plug,),
        status="listed",
        source=TESLA_SOURCE,
        stalls=stalls,
        operator="Tesla",
        network="Tesla Supercharger",
        address=values.known(row.get("address"), tally),
        access=access,
        access_note="for Tesla cars only" if access == "restricted" else "",
        fee=True if price else None,
        price=price,
        sources=(SourceEntry(TESLA_SOURCE, id_, values.day(row.get("filedate"), tally)),),
    )


def _tesla_price(tariffs: Iterable[Mapping[str, Any]], tally: Tally) -> str:
    """Join the rates for other cars, or else for Tesla's own."""
    for label in ("Other EVs", "Tesla Owner"):
        for tariff in tariffs:
            if label in str(tariff.get("chargingLabel") or ""):
                rates = [r for r in values.items(tariff, "pricingDetails") if _is_row(r)]
                words = (f"{rate.get('label', '')} {rate.get('rate', '')}" for rate in rates)
                return values.text("; ".join(words), tally)
    return ""


def read_geohashes(data: object, *, where: str = "geohash list") -> ChargerReading:
    """Read {"nacs": [...], "ccs": [...]}: geohashes of US Superchargers that others may use.

    Raises
    ------
    DataError
        It has neither list.
    """
    if not isinstance(data, Mapping) or not {"nacs", "ccs"} & set(data):
        raise wrong_shape(where, "an object with lists nacs and ccs of geohashes")
    pairs = ((kind, code) for kind in ("nacs", "ccs") for code in values.items(data, kind))
    rows = ({"kind": kind, "code": code} for kind, code in pairs)
    return read_rows(rows, _geohash_site, source=GEOHASH_SOURCE, format="geohash lists")


def _geohash_site(row: Mapping[str, Any], _tally: Tally) -> Charger:
    code = row["code"]
    if not isinstance(code, str) or not 5 <= len(code) <= 12 or set(code) - set(_BASE32):
        raise SkipRow("not a geohash of 5 to 12 letters")
    lat, lon = values.position(*decode_geohash(code))
    kinds = ("CCS1", "NACS") if row["kind"] == "ccs" else ("NACS",)
    id_ = f"geohash:{code}"
    return Charger(
        id=id_,
        name=f"Tesla Supercharger {code}",
        lat=lat,
        lon=lon,
        connectors=tuple(Connector(kind, None) for kind in kinds),
        status="listed",
        source=GEOHASH_SOURCE,
        operator="Tesla",
        network="Tesla Supercharger",
        access="public",
        access_note=GEOHASH_NOTE,
        sources=(SourceEntry(GEOHASH_SOURCE, id_),),
    )


def decode_geohash(code: str) -> tuple[float, float]:
    """Return the middle of a geohash cell: latitude and longitude, degrees (geohash.org)."""
    spans = [[-180.0, 180.0], [-90.0, 90.0]]
    bits = ((_BASE32.index(letter) >> shift) & 1 for letter in code for shift in range(4, -1, -1))
    for place, bit in enumerate(bits):
        span = spans[place % 2]
        span[1 - bit] = (span[0] + span[1]) / 2
    (west, east), (south, north) = spans
    return (south + north) / 2, (west + east) / 2
