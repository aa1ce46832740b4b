"""Chargers of the US and Canadian Alternative Fuels Data Center (AFDC): v1 JSON, GeoJSON and CSV.

API: developer.nlr.gov, alt-fuel-stations/v1.  The three forms name their columns differently
("ev_dc_fast_num", "EV DC Fast Count", "EVConnectorTypes"); names are compared without case, blanks
and punctuation.  Older rows state no power per plug; newer ones do in ev_charging_units.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
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
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.hours import from_american
from tripplan.sources.chargers.reading import ChargerReading, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "AFDC"
LICENCE: Final = "AFDC terms: any purpose, without endorsement"
"""afdc.energy.gov/data_download, "Data Download Terms and Conditions"."""
RESTRICTED_WORDS: Final = (
    "use only",
    "only for",
    "guests only",
    "customers only",
    "employees only",
    "permit required",
    "residents only",
    "members only",
)
_NAMES: Final = {
    "evconnectortypes": "connectors",
    "evdcfastcount": "dc",
    "evdcfastnum": "dc",
    "evlevel1evsenum": "level1",
    "evlevel2evsenum": "level2",
    "evlevelevsenum": "level2",
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
    reader = csv.DictReader(
        io.StringIO(as_text(text, where=where), newline=""), restkey="", restval=""
    )
    fields = {_plain(name) for name in reader.fieldnames or ()}
    if not {"latitude", "longitude", "evconnectortypes"} <= fields:
        raise wrong_shape(where, "AFDC's CSV columns Latitude, Longitude, EV Connector Types, ...")
    try:
        return _read(list(reader), where, "AFDC CSV")
    except csv.Error as error:
        raise DataError(f"{where}: not a readable CSV table: {error}", path=where) from error


def _read(rows: object, where: str, form: str) -> ChargerReading:
    if not isinstance(rows, Iterable) or isinstance(rows, str | Mapping):
        raise wrong_shape(where, "a list of stations (AFDC)")
    return read_rows(rows, _charger, source=SOURCE, format=form)


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


def _charger(raw: Mapping[str, Any], tally: Tally) -> Charger:
    row = _flat(raw)
    _skip_what_is_no_charger(row)
    lat, lon = values.position(row.get("latitude"), row.get("longitude"))
    dc = values.count(row.get("dc"), tally)
    slow = [values.count(row.get(name), tally) for name in ("level1", "level2")]
    network = values.known(row.get("evnetwork"), tally)
    note = values.known(row.get("accessdaystime"), tally)
    price = values.known(row.get("evpricing"), tally)
    id_ = f"afdc:{values.text(row.get('id'), tally, limit=40) or f'{lat:.5f},{lon:.5f}'}"
    confirmed = row.get("datelastconfirmed") or row.get("updatedat")
    address = [row.get(name) for name in ("streetaddress", "city", "state", "zip")]
    return Charger(
        id=id_,
        name=values.known(row.get("stationname"), tally) or "charging station",
        lat=lat,
        lon=lon,
        connectors=_connectors(row, dc, slow, tally),
        status="listed",
        source=SOURCE,
        stalls=dc or sum(number or 0 for number in slow) or None,
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
        operation=_operation(row),
        sources=(SourceEntry(SOURCE, id_, values.day(confirmed, tally), LICENCE),),
    )


def _word(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "").strip().casefold()


def _skip_what_is_no_charger(row: Mapping[str, Any]) -> None:
    fuel = _word(row, "fueltypecode")
    if fuel not in ("", "elec"):
        raise SkipRow("not an electric station")
    if _word(row, "statuscode") == "p" or _word(row, "groupswithaccesscode").startswith("planned"):
        raise SkipRow("planned, not open yet")
    if _word(row, "statuscode") == "t":
        raise SkipRow("temporarily closed")


def _operation(row: Mapping[str, Any]) -> ChargerOperation:
    return "in_service" if _word(row, "statuscode") == "e" else "unknown"


def _access(row: Mapping[str, Any], note: str) -> ChargerAccess:
    code = _word(row, "accesscode")
    groups = _word(row, "groupswithaccesscode")
    closed = code == "private" or groups.startswith("private")
    limited = _word(row, "restrictedaccess") == "true"
    if closed or limited or any(words in note.casefold() for words in RESTRICTED_WORDS):
        return "restricted"
    return "public" if code == "public" or groups.startswith("public") else "unknown"


def _fee(price: str) -> bool | None:
    if not price:
        return None
    if price.casefold() in ("free", "no fee", "free; parking fee"):
        return False
    return True if re.search(r"[$€£]\s*\d*\.?\d*[1-9]|[1-9]\s*/\s*kwh", price.casefold()) else None


def _connectors(
    row: Mapping[str, Any], dc: int | None, slow: list[int | None], tally: Tally
) -> tuple[Connector, ...]:
    listed = row.get("connectors")
    words = listed.split() if isinstance(listed, str) else values.items(row, "connectors")
    stated = _units(values.items(row, "evchargingunits"), tally)
    found = dict.fromkeys(_standard(word, dc is not None, tally) for word in words)
    named = [standard for standard in found if standard is not None]
    named += ["UNKNOWN_DC"] if dc and not any(map(_direct, (*named, *_kinds(stated)))) else []
    fast = [standard for standard in named if _direct(standard)]
    mains = [standard for standard in named if not _direct(standard) and standard != "NEMA"]
    plugs = list(stated)
    for standard in named:
        if standard in _kinds(stated):
            continue
        alone = [standard] in (fast, mains)
        number = (dc if _direct(standard) else slow[1]) if alone else None
        plugs.append(Connector(standard, None, count=number))
    return values.gathered(plugs)


def _kinds(plugs: Iterable[Connector]) -> set[str]:
    return {plug.standard for plug in plugs}


def _direct(standard: str) -> bool:
    return standard in standards.DC


def _standard(word: object, fast: bool, tally: Tally) -> str | None:
    """Tell a plug's kind; a Tesla plug is one for DC where the station has DC ports at all."""
    key = str(word).strip().upper()
    if key in ("", "UNKNOWN"):
        return None
    found = standards.AFDC.get(key)
    if found is None:
        tally.ignore("a kind of plug that is not known")
        return None
    if found == "TESLA":
        return "NACS" if fast else "NACS_AC"
    return found


def _units(units: Iterable[object], tally: Tally) -> tuple[Connector, ...]:
    """Read ev_charging_units: [{charging_level, connectors: {TYPE: {power_kw, port_count}}}]."""
    plugs = []
    for unit in units:
        if not isinstance(unit, Mapping):
            tally.ignore("a charging unit that is not an object")
            continue
        fast = "dc" in str(unit.get("charging_level") or "").casefold()
        for word, facts in values.inner(unit, "connectors").items():
            if not isinstance(facts, Mapping):
                continue
            power = max(values.powers(facts.get("power_kw"), tally), default=None)
            ports = values.count(facts.get("port_count"), tally)
            if power is None and ports is None:
                continue
            standard = _standard(word, fast, tally)
            if standard is not None:
                plugs.append(values.plug(standard, power, tally, plugs=ports))
    return values.gathered(plugs)
