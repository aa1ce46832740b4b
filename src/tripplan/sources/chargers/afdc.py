"""Chargers of the US and Canadian Alternative Fuels Data Center (AFDC): v1 JSON, GeoJSON and CSV.

API: developer.nlr.gov, alt-fuel-stations/v1.  The three forms name their columns differently
("ev_dc_fast_num", "EV DC Fast Count", "EVConnectorTypes"); names are compared without case, blanks
and punctuation.  Older rows state no power per plug; newer ones do in ev_charging_units, or in
columns by kind of plug; the table of charging units has a row for each unit of a station.
"""

import csv
import functools
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.base import as_text
from tripplan.records.charger import (
    Charger,
    ChargerAccess,
    ChargerOperation,
    Connector,
    SourceEntry,
)
from tripplan.records.outside import decoding
from tripplan.sources.chargers import values
from tripplan.sources.chargers.access import for_some_only
from tripplan.sources.chargers.afdc_ports import Ports, connectors, stalls, with_units
from tripplan.sources.chargers.hours import from_american
from tripplan.sources.chargers.plugs import none_works, operation_of
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.reading import (
    JOINED,
    ChargerReading,
    read_rows,
    rows_in,
    wrong_shape,
)
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.states import PLANNED, skip_by_dates
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "AFDC"
LICENCE: Final = "AFDC terms: any purpose, without endorsement"
"""afdc.energy.gov/data_download, "Data Download Terms and Conditions"."""
_SOME_PEOPLE: Final = frozenset({"fleet", "government", "residential", "employee", "utility"})
"""Access detail codes of which only some people are meant (the others are about keys and cards)."""
_NAMES: Final = {
    "evconnectortypes": "connectors",
    "evdcfastcount": "dc",
    "evdcfastnum": "dc",
    "evlevel1evsenum": "level1",
    "evlevel2evsenum": "level2",
    "evlevelevsenum": "level2",
    "evchargingunits": "units",
}


def read_afdc_json(data: object, *, where: str = "AFDC answer") -> ChargerReading:
    """Read the answer of alt-fuel-stations/v1.json, or a list of its stations, or its GeoJSON.

    Parameters
    ----------
    data
        The parsed JSON.
    where
        Name of the file or request, for messages.

    Raises
    ------
    DataError
        It has no list of stations; an error message of the service is passed on.
    """
    if isinstance(data, Mapping):
        if "fuel_stations" in data:
            return _read(data["fuel_stations"], where, "AFDC v1 JSON")
        if "features" in data:
            return _read(data["features"], where, "AFDC GeoJSON")
        errors = data.get("errors") or data.get("error")
        if errors:
            raise DataError(f"{where}: the service refused: {str(errors)[:300]}", path=where)
    if isinstance(data, list):
        return _read(data, where, "AFDC v1 JSON")
    raise wrong_shape(where, "an object with fuel_stations (AFDC v1)")


def read_afdc_csv(text: str, *, where: str = "AFDC table") -> ChargerReading:
    """Read the CSV download (74 columns, "Fuel Type Code" first) or the CSV answer of the API."""
    with decoding(where, "CSV table"):
        reader = csv.DictReader(
            io.StringIO(as_text(text, where=where), newline=""), restkey="", restval=""
        )
        fields = {_plain(name) for name in reader.fieldnames or ()}
        if not {"latitude", "longitude", "evconnectortypes"} <= fields:
            raise wrong_shape(
                where, "AFDC's CSV columns Latitude, Longitude, EV Connector Types, ..."
            )
        # Most of the columns of most rows are empty, and the table of units has a row a unit.
        stated = ({name: cell for name, cell in row.items() if cell} for row in reader)
        return _read(stated, where, "AFDC CSV")


def _read(rows: object, where: str, form: str) -> ChargerReading:
    rows = rows_in(rows, where, "a list of stations (AFDC)")
    flat = (_flat(row) if isinstance(row, Mapping) else row for row in rows)
    stations, joined = with_units(flat)
    reading = read_rows(stations, _charger, source=SOURCE, format=form)
    if not joined:
        return reading
    skipped = dict(reading.skipped)
    skipped[JOINED] = skipped.get(JOINED, 0) + joined
    return replace(reading, skipped=skipped)


@functools.lru_cache(maxsize=4096)
def _plain(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).casefold())


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a station of any form into one: plain names, GeoJSON geometry as columns."""
    properties = row.get("properties")
    named = properties if isinstance(properties, Mapping) else row
    flat = {_NAMES.get(_plain(name), _plain(name)): value for name, value in named.items()}
    point = values.items(values.inner(row, "geometry"), "coordinates")
    if len(point) >= 2:
        flat["longitude"], flat["latitude"] = point[0], point[1]
    return flat


def _charger(row: Mapping[str, Any], tally: Tally) -> Charger:
    _skip_what_is_no_charger(row, tally)
    lat, lon = values.position(row.get("latitude"), row.get("longitude"))
    dc = values.count(row.get("dc"), tally)
    level1, level2 = (values.count(row.get(name), tally) for name in ("level1", "level2"))
    network = values.known(row.get("evnetwork"), tally)
    note = values.known(row.get("accessdaystime"), tally)
    price = values.known(row.get("evpricing"), tally)
    id_ = f"afdc:{values.text(row.get('id'), tally, limit=40) or f'{lat:.5f},{lon:.5f}'}"
    confirmed = row.get("datelastconfirmed") or row.get("updatedat")
    address = [row.get(name) for name in ("streetaddress", "city", "state", "zip")]
    named_kw = limit_kw(row.get("stationname"), row.get("evotherinfo"))
    ports = Ports(dc, level1, level2, network.casefold(), named_kw)
    plugs = connectors(row, ports, tally)
    if _operation(row, plugs) == "out_of_service":
        plugs = none_works(plugs)
    return Charger(
        id=id_,
        name=values.known(row.get("stationname"), tally) or "charging station",
        lat=lat,
        lon=lon,
        connectors=plugs,
        status="listed",
        source=SOURCE,
        stalls=stalls(row, ports),
        operator="" if network == "Non-Networked" else network,
        network="" if network == "Non-Networked" else network,
        address=values.joined(address, tally),
        town=values.known(row.get("city"), tally),
        road=road_ref(row.get("streetaddress"), row.get("intersectiondirections")),
        access=_access(row, note),
        access_note=note,
        opening_hours=from_american(note),
        fee=_fee(price),
        price=price,
        operation=_operation(row, plugs),
        sources=(SourceEntry(SOURCE, id_, values.day(confirmed, tally), LICENCE),),
    )


def _word(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip().casefold()


def _skip_what_is_no_charger(row: Mapping[str, Any], tally: Tally) -> None:
    fuel = _word(row, "fueltypecode")
    if fuel not in ("", "elec"):
        raise SkipRow("not an electric station")
    if _word(row, "statuscode") == "p" or _word(row, "groupswithaccesscode").startswith("planned"):
        raise SkipRow(PLANNED)
    skip_by_dates(row.get("opendate"), None, tally)


def _operation(row: Mapping[str, Any], plugs: Sequence[Connector]) -> ChargerOperation:
    away = _word(row, "groupswithaccesscode").startswith("temporarily unavailable")
    if _word(row, "statuscode") == "t" or away or operation_of(plugs) == "out_of_service":
        return "out_of_service"
    return "in_service" if _word(row, "statuscode") == "e" else "unknown"


def _access(row: Mapping[str, Any], note: str) -> ChargerAccess:
    code = _word(row, "accesscode")
    groups = re.sub(r"^[^(]*\(|\)$", "", _word(row, "groupswithaccesscode"))
    closed = code == "private" or groups.startswith("private")
    limited = "true" in (_word(row, "restrictedaccess"), _word(row, "evworkplacecharging"))
    some = _word(row, "accessdetailcode") in _SOME_PEOPLE
    if closed or limited or some or for_some_only(note):
        return "restricted"
    return "public" if code == "public" or groups.startswith("public") else "unknown"


def _fee(price: str) -> bool | None:
    if not price:
        return None
    if price.casefold() in ("free", "no fee", "free; parking fee"):
        return False
    return True if re.search(r"[$€£]\s*\d*\.?\d*[1-9]|[1-9]\s*/\s*kwh", price.casefold()) else None
