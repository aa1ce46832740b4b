"""Chargers of OCPI 2.2.1 and 2.3.0: Location objects (also those of 2.1.1, as far as they agree).

Coordinates are text there; power is in W, and where max_electric_power is missing the protocol has
it as voltage times current.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.charger import (
    MAX_POWER_KW,
    Charger,
    ChargerAccess,
    ChargerOperation,
    Connector,
    SourceEntry,
)
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.hours import from_ocpi
from tripplan.sources.chargers.reading import ChargerReading, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.values import SkipRow, Tally
from tripplan.units import W_PER_KW

SOURCE: Final = "OCPI"
PRODUCT_RULE: Final = "OCPI: max_voltage x max_amperage, no max_electric_power stated"
LINE_TO_LINE_V: Final = 300.0
"""Three-phase voltage from which on it is taken as line to line (OCPI means line to neutral)."""
_GONE: Final = frozenset({"REMOVED", "PLANNED"})
_BROKEN: Final = frozenset({"INOPERATIVE", "OUTOFORDER", "BLOCKED"})
_SOME_PEOPLE: Final = frozenset(
    {"CUSTOMERS", "DISABLED", "MOTORCYCLES", "EMPLOYEES", "TAXIS", "TENANTS"}
)
"""Parking restrictions that keep some cars out (EV_ONLY and PLUGGED do not)."""


def read_ocpi(data: object, *, where: str = "OCPI answer", source: str = SOURCE) -> ChargerReading:
    """Read OCPI locations: the answer of the Locations module, or its list.

    Parameters
    ----------
    data
        The parsed JSON: {"data": [...], "status_code": 1000}, a list of locations, or one.
    where
        Name of the file or request, for messages.
    source
        Name of the operator or hub that the data is from.

    Raises
    ------
    DataError
        The answer is an error (status_code 2000 and above), or holds no locations.
    """
    if isinstance(data, Mapping) and "status_code" in data:
        code = values.number(data["status_code"])
        if code is None or code >= 2000:
            raise DataError(
                f"{where}: the OCPI server answered status {str(data['status_code'])[:20]}: "
                f"{str(data.get('status_message') or '')[:300]}",
                path=where,
            )
        data = data.get("data")
    if isinstance(data, Mapping) and "coordinates" in data:
        data = [data]
    if not isinstance(data, list):
        raise wrong_shape(where, "a list of OCPI locations under data")
    return read_rows(
        data,
        lambda row, tally: _charger(row, tally, source),
        source=source,
        format="OCPI locations",
    )


def _charger(row: Mapping[str, Any], tally: Tally, source: str) -> Charger:
    if row.get("publish") is False:
        raise SkipRow("not to be published")
    point = values.inner(row, "coordinates")
    lat, lon = values.position(point.get("latitude"), point.get("longitude"))
    evses = _evses(row, tally)
    parts = [values.text(row.get(name), tally, limit=40) for name in _KEYS]
    name = "/".join(part for part in parts if part) or f"{lat:.5f},{lon:.5f}"
    operator = values.known(values.inner(row, "operator").get("name"), tally)
    network = values.known(values.inner(row, "suboperator").get("name"), tally)
    address = [row.get(part) for part in ("address", "city", "postal_code", "country")]
    entry = SourceEntry(source, f"ocpi:{name}", values.day(row.get("last_updated"), tally))
    return Charger(
        id=entry.id,
        name=values.known(row.get("name"), tally) or operator or "charging station",
        lat=lat,
        lon=lon,
        connectors=_connectors(evses, tally),
        status="listed",
        source=source,
        stalls=len(evses) or None,
        operator=operator,
        network=network,
        address=values.joined(address, tally),
        town=values.known(row.get("city"), tally),
        road=road_ref(row.get("address")),
        access=_access(row, evses),
        opening_hours=from_ocpi(values.inner(row, "opening_times")),
        operation=_operation(evses),
        sources=(entry,),
    )


_KEYS: Final = ("country_code", "party_id", "id")


def _evses(row: Mapping[str, Any], tally: Tally) -> list[Mapping[str, Any]]:
    listed = values.items(row, "evses")
    found = [evse for evse in listed if isinstance(evse, Mapping)]
    if len(found) < len(listed):
        tally.ignore("an EVSE that is not an object")
    standing = [evse for evse in found if str(evse.get("status")) not in _GONE]
    for _ in range(len(found) - len(standing)):
        tally.ignore("an EVSE that is planned or removed")
    if listed and not standing:
        raise SkipRow("planned or removed")
    return standing


def _operation(evses: Sequence[Mapping[str, Any]]) -> ChargerOperation:
    states = {str(evse.get("status") or "UNKNOWN") for evse in evses} - {"UNKNOWN"}
    if not states:
        return "unknown"
    return "out_of_service" if states <= _BROKEN else "in_service"


def _access(row: Mapping[str, Any], evses: Sequence[Mapping[str, Any]]) -> ChargerAccess:
    limits = [set(map(str, values.items(evse, "parking_restrictions"))) for evse in evses]
    if limits and all(limit & _SOME_PEOPLE for limit in limits):
        return "restricted"
    return "public" if row.get("publish") is True else "unknown"


def _connectors(evses: Sequence[Mapping[str, Any]], tally: Tally) -> tuple[Connector, ...]:
    plugs = []
    for evse in evses:
        for entry in values.items(evse, "connectors"):
            if isinstance(entry, Mapping):
                plugs.append(_connector(entry, tally))
            else:
                tally.ignore("a connector that is not an object")
    return values.gathered(plugs)


def _connector(entry: Mapping[str, Any], tally: Tally) -> Connector:
    word = str(entry.get("standard") or "").strip().upper()
    alternating = str(entry.get("power_type") or "").startswith("AC")
    standard = standards.OCPI.get(word, "UNKNOWN")
    if word.startswith("DOMESTIC_"):
        standard = "DOMESTIC"
    elif word.startswith("NEMA_"):
        standard = "NEMA"
    elif word.startswith("IEC_60309_2"):
        standard = "CEE"
    elif standard == "NACS" and alternating:
        standard = "NACS_AC"
    if standard == "UNKNOWN":
        tally.ignore("a kind of plug that is not known")
    stated = values.number(entry.get("max_electric_power"))
    if stated is not None and stated > 0:
        power = max(values.powers(stated / W_PER_KW, tally), default=None)
        return values.plug(standard, power, tally, plugs=1)
    return values.plug(standard, _product_kw(entry), tally, plugs=1, power_rule=PRODUCT_RULE)


def _product_kw(entry: Mapping[str, Any]) -> float | None:
    """Work power out as the protocol has it: P = U I for one phase and DC, 3 U I for three phases.

    Voltage of three phases is line to neutral there (230 V); from 300 V on it is taken as line to
    line, P = sqrt(3) U I.
    """
    voltage_v = values.number(entry.get("max_voltage", entry.get("voltage")))
    current_a = values.number(entry.get("max_amperage", entry.get("amperage")))
    phases = str(entry.get("power_type") or "")
    if not voltage_v or not current_a or voltage_v <= 0 or current_a <= 0 or not phases:
        return None
    factor = 1.0
    if phases == "AC_3_PHASE":
        factor = 3.0 if voltage_v < LINE_TO_LINE_V else math.sqrt(3.0)
    elif phases == "AC_2_PHASE":
        factor = 2.0
    power_kw = factor * voltage_v * current_a / W_PER_KW
    return power_kw if power_kw <= MAX_POWER_KW else None
