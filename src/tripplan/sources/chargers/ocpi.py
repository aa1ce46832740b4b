"""Chargers of OCPI 2.2.1 and 2.3.0: Location objects (also those of 2.1.1, as far as they agree).

Coordinates are text there; power is in W, and where max_electric_power is missing the protocol has
it as voltage times current.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.charger import (
    Charger,
    ChargerAccess,
    ChargerOperation,
    Connector,
    SourceEntry,
)
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.beside import NOTHING, Beside
from tripplan.sources.chargers.ocpi_hours import from_ocpi
from tripplan.sources.chargers.ocpi_tariffs import price_of
from tripplan.sources.chargers.plugs import Rating, gathered, in_watts, operation_of, plug
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.reading import ChargerReading, read_rows, rows_in
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.states import State, state_of, works
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "OCPI"
PRODUCT_RULE: Final = "OCPI: max_voltage x max_amperage, no max_electric_power stated"
_PHASES: Final = {"AC_1_PHASE": 1, "AC_2_PHASE": 2, "AC_3_PHASE": 3, "DC": 0}
_SOME_PEOPLE: Final = frozenset({"CUSTOMERS", "DISABLED", "EMPLOYEES", "TAXIS", "TENANTS"})
"""Parking restrictions that keep some cars out (EV_ONLY and PLUGGED do not)."""
_CARS: Final = frozenset({"PERSONAL_VEHICLE", "PERSONAL_VEHICLE_WITH_TRAILER", "VAN", "DISABLED"})
"""Kinds of vehicle that a parking place names where a car fits."""


def read_ocpi(
    data: object,
    *,
    where: str = "OCPI answer",
    source: str = SOURCE,
    beside: Beside = NOTHING,
) -> ChargerReading:
    """Read OCPI locations: the answer of the Locations module, or its list.

    Parameters
    ----------
    data
        The parsed JSON: {"data": [...], "status_code": 1000}, a list of locations, or one.
    where
        Name of the file or request, for messages.
    source
        Name of the operator or hub that the data is from.
    beside
        Tariffs from a file of their own.

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
    if isinstance(data, Mapping) and isinstance(data.get("locations"), list):
        data = data["locations"]
    data = rows_in(data, where, "a list of OCPI locations under data")
    return read_rows(
        data,
        lambda row, tally: _charger(row, tally, source, beside),
        source=source,
        format="OCPI locations",
    )


def _charger(row: Mapping[str, Any], tally: Tally, source: str, beside: Beside) -> Charger:
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
    party = (row.get("country_code"), row.get("party_id"))
    entries = _entries(evses, tally)
    plugs = _gathered((one for one, _ in entries), row.get("name"))
    return Charger(
        id=entry.id,
        name=values.known(row.get("name"), tally) or operator or "charging station",
        lat=lat,
        lon=lon,
        connectors=plugs,
        status="listed",
        source=source,
        stalls=_stalls(evses, tally),
        operator=operator,
        network=network,
        address=values.joined(address, tally),
        town=values.known(row.get("city"), tally),
        road=road_ref(row.get("address")),
        access=_access(row, evses),
        opening_hours=from_ocpi(
            values.inner(row, "opening_times"), zone=str(row.get("time_zone") or ""), tally=tally
        ),
        price=price_of(entries, beside.tariffs, tally, party=party),
        operation=_operation(evses, plugs, tally),
        sources=(entry,),
    )


_KEYS: Final = ("country_code", "party_id", "id")


def _evses(row: Mapping[str, Any], tally: Tally) -> list[Mapping[str, Any]]:
    listed = values.items(row, "evses")
    found = [evse for evse in listed if isinstance(evse, Mapping)]
    if len(found) < len(listed):
        tally.ignore("an EVSE that is not an object")
    standing = [evse for evse in found if _state(evse, tally) not in ("planned", "removed")]
    for _ in range(len(found) - len(standing)):
        tally.ignore("an EVSE that is planned or removed")
    if listed and not standing:
        raise SkipRow("planned or removed")
    places = _places(row)
    fitting = [evse for evse in standing if _for_cars(evse, places)]
    for _ in range(len(standing) - len(fitting)):
        tally.ignore("an EVSE that is not for cars")
    if standing and not fitting:
        raise SkipRow("not for cars")
    return fitting


def _places(row: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the kinds of vehicle that OCPI 2.3.0 states of parking places, by their numbers."""
    places = [one for one in values.items(row, "parking_places") if isinstance(one, Mapping)]
    return {
        str(one.get("id")): {str(kind).upper() for kind in values.items(one, "vehicle_types")}
        for one in places
    }


def _for_cars(evse: Mapping[str, Any], places: Mapping[str, set[str]]) -> bool:
    """Tell whether a car may stand at an EVSE: not at places for motorcycles or lorries alone."""
    if "MOTORCYCLES" in set(map(str, values.items(evse, "parking_restrictions"))):
        return False
    listed = [one for one in values.items(evse, "parking") if isinstance(one, Mapping)]
    kinds = [places.get(str(one.get("parking_id"))) for one in listed]
    return not kinds or any(not kind or kind & _CARS for kind in kinds)


def _state(evse: Mapping[str, Any], tally: Tally) -> State | None:
    """Return the state of an EVSE on the day of reading: a status of its schedule goes first."""
    now = datetime.combine(tally.today, time(12), UTC)
    for entry in values.items(evse, "status_schedule"):
        if not isinstance(entry, Mapping):
            continue
        begin, end = (values.moment(entry.get(key)) for key in ("period_begin", "period_end"))
        if begin is not None and begin <= now and (end is None or now < end):
            return state_of(entry.get("status"))
    return state_of(evse.get("status"))


def _works(evse: Mapping[str, Any], tally: Tally) -> ChargerOperation:
    return works(_state(evse, tally))


def _operation(
    evses: Sequence[Mapping[str, Any]], plugs: Sequence[Connector], tally: Tally
) -> ChargerOperation:
    if plugs:
        return operation_of(plugs)
    states = {_works(evse, tally) for evse in evses}
    if "in_service" in states:
        return "in_service"
    return "out_of_service" if states == {"out_of_service"} else "unknown"


def _stalls(evses: Sequence[Mapping[str, Any]], tally: Tally) -> int | None:
    """Count the EVSEs that work (one car each) and have the fastest kind of plug of these."""
    working = [evse for evse in evses if _works(evse, tally) != "out_of_service"]
    fast = [evse for evse in working if any(map(_direct, values.items(evse, "connectors")))]
    return len(fast or working) or None


def _direct(entry: object) -> bool:
    return isinstance(entry, Mapping) and standard_of(entry, Tally()) in standards.DC


def _access(row: Mapping[str, Any], evses: Sequence[Mapping[str, Any]]) -> ChargerAccess:
    limits = [set(map(str, values.items(evse, "parking_restrictions"))) for evse in evses]
    if limits and all(limit & _SOME_PEOPLE for limit in limits):
        return "restricted"
    return "public" if row.get("publish") is True else "unknown"


def _entries(
    evses: Sequence[Mapping[str, Any]], tally: Tally
) -> list[tuple[Connector, Sequence[str]]]:
    """Return the connectors, each with the numbers of its tariffs."""
    found: list[tuple[Connector, Sequence[str]]] = []
    for evse in evses:
        working = _works(evse, tally)
        for entry in values.items(evse, "connectors"):
            if isinstance(entry, Mapping):
                numbers = values.items(entry, "tariff_ids") or [entry.get("tariff_id")]
                one = replace(_connector(entry, tally), operation=working)
                found.append((one, [str(number) for number in numbers if number]))
            else:
                tally.ignore("a connector that is not an object")
    return found


def _gathered(plugs: Iterable[Connector], name: object) -> tuple[Connector, ...]:
    named_kw = limit_kw(name)
    return gathered(
        one if one.power_kw is not None else replace(one, limit_kw=named_kw) for one in plugs
    )


def standard_of(entry: Mapping[str, Any], tally: Tally) -> str:
    """Return the kind of a connector, which is counted if it is not known."""
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
        return "UNKNOWN_DC" if entry.get("power_type") == "DC" else standard
    return standard


def _connector(entry: Mapping[str, Any], tally: Tally) -> Connector:
    """Read a connector: max_electric_power, or else volts times amperes, as the protocol has it."""
    voltage_v = values.number(entry.get("max_voltage", entry.get("voltage")))
    current_a = values.number(entry.get("max_amperage", entry.get("amperage")))
    phases = str(entry.get("power_type") or "")
    electric = Rating(
        voltage_v=voltage_v,
        current_a=current_a if phases else None,
        phases=_PHASES.get(phases),
        product_rule=PRODUCT_RULE,
    )
    stated = values.number(entry.get("max_electric_power"))
    if stated is not None and stated > 0:
        power = in_watts(stated)
        electric = replace(
            electric,
            power_kw=power.power_kw,
            other_kw=power.other_kw,
            other_rule=power.other_rule,
        )
    return plug(standard_of(entry, tally), electric, tally, count=1)
