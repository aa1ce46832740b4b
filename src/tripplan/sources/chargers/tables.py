"""Chargers of plain tables: CSV and GeoJSON with the columns below.

Columns (any case; only the position is needed)::

    lat | latitude, lon | lng | longitude    degrees (GeoJSON: the geometry)
    id, name, address, town | city, road ("I-70"), operator, network
    connectors     "CHADEMO:50:2; CCS2:150:4" (plug : kW : number), or only plugs, "CHADEMO; CCS2"
    power_kw       power of each plug for which connectors gives none
    stalls | capacity, access (public, restricted), opening_hours (OpenStreetMap's syntax)
    fee (yes, no), price, date, source, licence
    operation | status (in service, out of order, planned, ...), max_voltage_v
    other_evs (yes: its plugs charge any make of car, no: Teslas only)
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from tripplan.records.base import as_text
from tripplan.records.charger import (
    Charger,
    ChargerAccess,
    ChargerVehicles,
    Connector,
    SourceEntry,
)
from tripplan.records.outside import decoding
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.access import for_some_only
from tripplan.sources.chargers.plugs import gathered, most, plug
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.reading import ChargerReading, features_of, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.states import CLOSED, PLANNED, state_of, works
from tripplan.sources.chargers.values import SkipRow, Tally

_COLUMNS: Final = {
    "latitude": "lat",
    "y": "lat",
    "lng": "lon",
    "long": "lon",
    "longitude": "lon",
    "x": "lon",
    "capacity": "stalls",
    "city": "town",
    "connector": "connectors",
    "plugs": "connectors",
    "connectortypes": "connectors",
    "powerkw": "power_kw",
    "maxpowerkw": "power_kw",
    "openinghours": "opening_hours",
    "license": "licence",
    "title": "name",
    "status": "operation",
    "operationalstatus": "operation",
    "maxvoltage": "max_voltage_v",
    "maxvoltagev": "max_voltage_v",
    "otherevs": "other_evs",
}
_ACCESS: Final[Mapping[str, ChargerAccess]] = {
    "public": "public",
    "yes": "public",
    "restricted": "restricted",
    "private": "restricted",
    "customers": "restricted",
    "no": "restricted",
    "members": "restricted",
    "members only": "restricted",
    "fleet": "restricted",
    "employees": "restricted",
    "workplace": "restricted",
    "guests": "restricted",
    "residents": "restricted",
    "permit": "restricted",
}
_YES_NO: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

_MAKES: Final[Mapping[str, ChargerVehicles]] = {
    "yes": "any",
    "true": "any",
    "1": "any",
    "no": "tesla",
    "false": "tesla",
    "0": "tesla",
}


def read_charger_csv(
    text: str, *, where: str = "charger table", source: str = ""
) -> ChargerReading:
    """Read a CSV table (separator comma, semicolon or tab) with a header row.

    Parameters
    ----------
    text
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
    text = re.sub(r"\A\s*\"?sep=.\"?\s*\n", "", as_text(text, where=where))
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    with decoding(where, "CSV table"):
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="")
        names = {_column(name) for name in reader.fieldnames or ()}
        if not {"lat", "lon"} <= names:
            raise wrong_shape(where, f"a table with columns lat and lon; found: {header[:200]}")
        rows = list(reader)
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
    return _read(
        [_from_feature(row) for row in features_of(data, where)], where, source, "GeoJSON table"
    )


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
    state = state_of(row.get("operation"))
    if state in ("planned", "removed"):
        raise SkipRow(PLANNED if state == "planned" else CLOSED)
    lat, lon = values.position(_decimal(row.get("lat")), _decimal(row.get("lon")))
    source = values.known(row.get("source"), tally) or file_source
    prefix = re.sub(r"\W+", "-", source).strip("-").casefold()[:40]
    id_ = f"{prefix}:{values.text(row.get('id'), tally, limit=80) or f'{lat:.5f},{lon:.5f}'}"
    date = values.day(row.get("date"), tally)
    entry = SourceEntry(source, id_, date, values.known(row.get("licence"), tally))
    plugs = _connectors(row, lat, lon, tally)
    if state is not None:
        plugs = tuple(replace(one, operation=works(state)) for one in plugs)
    return Charger(
        id=id_,
        name=values.known(row.get("name"), tally) or "charging station",
        lat=lat,
        lon=lon,
        connectors=plugs,
        status="listed",
        source=source,
        stalls=values.count(row.get("stalls"), tally),
        operator=values.known(row.get("operator"), tally),
        network=values.known(row.get("network"), tally),
        address=values.known(row.get("address"), tally),
        town=values.known(row.get("town"), tally),
        road=values.known(row.get("road"), tally) or road_ref(row.get("address")),
        access=_access(row),
        opening_hours=values.known(row.get("opening_hours"), tally) or None,
        fee=_YES_NO.get(str(row.get("fee", "")).strip().casefold()),
        price=values.known(row.get("price"), tally),
        operation=works(state),
        sources=(entry,),
    )


def _access(row: Mapping[str, Any]) -> ChargerAccess:
    word = str(row.get("access", "")).strip().casefold()
    return _ACCESS.get(word, "restricted" if for_some_only(word) else "unknown")


def _decimal(value: object) -> object:
    """Take a decimal comma for a point: spreadsheets of half of Europe write one."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,3},\d+\s*", value):
        return value.replace(",", ".")
    return value


def _connectors(
    row: Mapping[str, Any], lat: float, lon: float, tally: Tally
) -> tuple[Connector, ...]:
    site = row.get("power_kw")
    listed = row.get("connectors")
    if isinstance(listed, list | tuple):
        listed = ";".join(str(part) for part in listed)
    words = [word.strip() for word in re.split(r"[;+|]|,(?!\d)", str(listed or "")) if word.strip()]
    plugs = [_plug(word, site, lat, lon, tally) for word in words]
    if not words and most(site, Tally()).power_kw is not None:
        plugs = [plug("UNKNOWN", most(site, tally), tally)]
    voltage_v = values.number(_decimal(row.get("max_voltage_v")))
    named_kw = limit_kw(row.get("name"))
    return gathered(
        replace(
            one,
            limit_kw=named_kw if one.power_kw is None else None,
            max_voltage_v=voltage_v if one.standard in standards.DC else None,
            vehicles=_MAKES.get(str(row.get("other_evs", "")).strip().casefold(), "unknown"),
        )
        for one in plugs
        if one is not None
    )


def _plug(word: str, site: object, lat: float, lon: float, tally: Tally) -> Connector | None:
    """Read "CHADEMO", "CHADEMO:50" or "CHADEMO:50:2"."""
    name, _, rest = word.partition(":")
    power, _, number = rest.partition(":")
    standard = standards.from_word(name, lat, lon)
    if standard is None:
        tally.ignore("a kind of plug that is not known")
        return None
    rating = most(power if power.strip() else site, tally)
    return plug(standard, rating, tally, count=values.count(number.strip(), tally))
