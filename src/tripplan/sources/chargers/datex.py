"""Chargers in DATEX II version 3, EnergyInfrastructure: XML, and JSON of the AFIR profiles.

Publishers put place and operator at the site, at its entrance, or at its stations, and the prefixes
of names ("aegi", "egi") differ from one version to the next.  ``maxPowerAtSocket`` is in W; some
write kW.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.charger import Charger, ChargerAccess, Connector, SourceEntry
from tripplan.sources.chargers import values
from tripplan.sources.chargers.beside import NOTHING, Beside, stalls_of
from tripplan.sources.chargers.datex_plugs import point_plugs
from tripplan.sources.chargers.datex_prices import price_of_points
from tripplan.sources.chargers.datex_tree import below, listed, named, text_of
from tripplan.sources.chargers.datex_xml import SITE, SITE_STATUS, ByteStream, datex_sites
from tripplan.sources.chargers.hours import ALWAYS, DAY_OF
from tripplan.sources.chargers.plugs import (
    gathered,
    operation_of,
)
from tripplan.sources.chargers.reading import ChargerReading, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.states import CLOSED, PLANNED, State, state_of
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "DATEX II"
_STATUS_OF: Final = ("ElectricChargingPointStatus", "RefillPointStatus")
_EVERYBODY: Final = frozenset({"", "all", "allusers", "public", "other", "unknown"})


def read_datex(
    data: object, *, where: str = "DATEX II answer", beside: Beside = NOTHING
) -> ChargerReading:
    """Read JSON of the AFIR profiles, with or without its envelopes.

    Parameters
    ----------
    data
        The parsed JSON.
    where
        Name of the file or request, for messages.
    beside
        States by charge point from a file of their own.

    Raises
    ------
    DataError
        It holds no table of sites.
    """
    found = list(_publications(data))
    tables = [one for one in found if listed(one, "energyInfrastructureTable")]
    states = dict(beside.states)
    for one in found:
        states.update(_states(listed(one, SITE_STATUS)))
    if not tables:
        if states:
            raise DataError(
                f"{where}: states of charge points, which name no sites: give the table of sites "
                "too",
                path=where,
            )
        raise wrong_shape(where, "an EnergyInfrastructureTablePublication (DATEX II)")
    sites = (
        site
        for publication in tables
        for table in listed(publication, "energyInfrastructureTable")
        for site in listed(table, SITE)
    )
    return _read(sites, states, "DATEX II JSON")


def read_datex_xml(
    stream: ByteStream, *, where: str = "DATEX II file", beside: Beside = NOTHING
) -> ChargerReading:
    """Read XML, site by site.

    Parameters
    ----------
    stream
        The XML.
    where
        Name of the file, for messages.
    beside
        States by charge point from a file of their own.

    Raises
    ------
    DataError
        It is damaged, or holds no table of sites.
    """
    parts = datex_sites(stream, where=where)
    sites = (tree for name, tree in parts if name == SITE)
    reading = _read(sites, beside.states, "DATEX II XML")
    if not reading.row_count:
        raise wrong_shape(where, "an EnergyInfrastructureTablePublication (DATEX II)")
    return reading


def is_published(data: object) -> bool:
    """Tell whether JSON holds a publication of charging infrastructure."""
    return next(_publications(data), None) is not None


def has_sites(data: object) -> bool:
    """Tell whether JSON holds a table of sites."""
    return any(listed(one, "energyInfrastructureTable") for one in _publications(data))


def datex_states(data: object) -> dict[str, str]:
    """Return the states that a status publication in JSON has, by charge point."""
    found: dict[str, str] = {}
    for one in _publications(data):
        found.update(_states(listed(one, SITE_STATUS)))
    return found


def datex_xml_states(stream: ByteStream, *, where: str) -> dict[str, str]:
    """Return the states that a status publication in XML has, by charge point.

    Parameters
    ----------
    stream
        The XML.
    where
        Name of the file, for messages.
    """
    parts = datex_sites(stream, where=where)
    return _states(tree for name, tree in parts if name == SITE_STATUS)


def _publications(data: object) -> Iterator[Mapping[str, Any]]:
    """Yield the publications inside of whatever envelopes there are."""
    if isinstance(data, list):
        for part in data:
            yield from _publications(part)
    if not isinstance(data, Mapping):
        return
    if "energyInfrastructureTable" in data or SITE_STATUS in data:
        yield data
        return
    for key, value in data.items():
        plain = str(key)
        if plain in ("payload", "messageContainer", "d2LogicalModel") or plain.endswith(
            ("EnergyInfrastructureTablePublication", "EnergyInfrastructureStatusPublication")
        ):
            yield from _publications(value)


def _states(sites: Iterable[object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for site in sites:
        for station in listed(site, "energyInfrastructureStationStatus"):
            for point in _points(station, "refillPointStatus", *_STATUS_OF):
                number = text_of(named(named(point, "reference"), "idG")) or text_of(
                    named(named(point, "reference"), "id")
                )
                state = text_of(named(point, "status"))
                if number and state:
                    found[number] = state
    return found


def _points(station: object, key: str, *inner: str) -> Iterator[Mapping[str, Any]]:
    for point in listed(station, key):
        found = [one for one in (named(point, name) for name in inner) if isinstance(one, Mapping)]
        chosen = found[0] if found else point
        if isinstance(chosen, Mapping):
            yield chosen


def _read(sites: Iterable[object], states: Mapping[str, str], form: str) -> ChargerReading:
    return read_rows(
        sites, lambda row, tally: _charger(row, states, tally), source=SOURCE, format=form
    )


def _charger(site: Mapping[str, Any], states: Mapping[str, str], tally: Tally) -> Charger:
    stations = [
        one for one in listed(site, "energyInfrastructureStation") if isinstance(one, Mapping)
    ]
    points = [
        (station, point)
        for station in stations
        for point in _points(station, "refillPoint", "ElectricChargingPoint")
    ]
    lat, lon = _position([site, *stations, *(point for _, point in points)])
    per_point: list[list[Connector]] = []
    prices = []
    reason = ""
    for station, point in points:
        state = _state(point, states)
        if state in ("planned", "removed"):
            reason = PLANNED if state == "planned" else CLOSED
            tally.ignore("a charge point that is planned or removed")
            continue
        own = point_plugs(station, point, state, tally)
        per_point.append(own)
        prices.append((own, point, station))
    if points and not per_point:
        raise SkipRow(reason)
    number = text_of(named(site, "idG"))
    address, town, street = _address(site, stations, tally)
    operator = _operator([site, *stations, *(point for _, point in points[:1])], tally)
    changed = text_of(named(site, "lastUpdated"))
    name = values.text(number, tally, limit=80) or f"{lat:.5f},{lon:.5f}"
    entry = SourceEntry(SOURCE, f"datex:{name}", values.day(changed, tally))
    found = gathered(one for own in per_point for one in own)
    return Charger(
        id=entry.id,
        name=values.known(text_of(named(site, "name")), tally)
        or street
        or operator
        or "charging station",
        lat=lat,
        lon=lon,
        connectors=found,
        status="listed",
        source=SOURCE,
        stalls=stalls_of(per_point),
        operator=operator,
        network=values.known(text_of(named(site, "brand")), tally),
        address=address,
        town=town,
        road=road_ref(street),
        access=_access([site, *stations]),
        opening_hours=_hours([site, *stations], tally),
        price=price_of_points(prices, tally),
        operation=operation_of(found),
        sources=(entry,),
    )


def _state(point: Mapping[str, Any], states: Mapping[str, str]) -> State | None:
    numbers = [text_of(named(point, "idG"))]
    numbers += [text_of(named(one, "identifier")) for one in listed(point, "externalIdentifier")]
    told = next((states[number] for number in numbers if number in states), "")
    return state_of(told or text_of(named(point, "status")))


def _position(places: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Return the first position that is stated: of the site, its entrances, stations or points."""
    for place in places:
        for key in ("locationReference", "entrance"):
            for pair in below(named(place, key), "latitude"):
                lat, lon = named(pair, "latitude"), named(pair, "longitude")
                if values.number(lat) or values.number(lon):
                    return values.position(lat, lon)
    raise SkipRow("no coordinates")


def _address(
    site: Mapping[str, Any], stations: Sequence[Mapping[str, Any]], tally: Tally
) -> tuple[str, str, str]:
    """Return address, town and street."""
    for place in (site, *stations):
        for key in ("locationReference", "entrance"):
            for found in below(named(place, key), "address"):
                node = named(found, "address")
                lines: dict[str, str] = {}
                for line in listed(node, "addressLine"):
                    text = text_of(named(line, "text"))
                    label = re.match(r"^([^\W\d]+)\s*:\s*(.*)$", text)
                    kind = text_of(named(line, "type")) or "street"
                    if label:  # Spain writes "Municipio: Madrid" into its lines
                        kind, text = _LABELS.get(label[1].casefold(), kind), label[2]
                    lines.setdefault(kind, text)
                street = " ".join(lines[k] for k in ("street", "houseNumber") if lines.get(k))
                town = text_of(named(node, "city")) or lines.get("town", "")
                parts = [street, town, text_of(named(node, "postcode"))]
                if any(parts):
                    return values.joined(parts, tally), values.known(town, tally), street
    return "", "", ""


_LABELS: Final = {
    "dirección": "street",
    "direccion": "street",
    "municipio": "town",
    "provincia": "region",
}


def _operator(places: Sequence[Mapping[str, Any]], tally: Tally) -> str:
    for place in places:
        for key in ("operator", "energyDistributor", "owner"):
            for word in ("name", "organisationName"):
                for holder in below(named(place, key), word):
                    name = values.known(text_of(named(holder, word)), tally)
                    if name:
                        return name
    return ""


def _access(places: Sequence[Mapping[str, Any]]) -> ChargerAccess:
    for place in places:
        users = {text_of(one).casefold() for one in listed(place, "exclusiveUsers")}
        if users - _EVERYBODY:
            return "restricted"
    return "unknown"


def _hours(places: Sequence[Mapping[str, Any]], tally: Tally) -> str | None:
    for place in places:
        hours = named(place, "operatingHours")
        if not isinstance(hours, Mapping):
            continue
        kind = str(hours.get("type") or "")
        if named(hours, "OpenAllHours") is not None or kind.endswith("OpenAllHours"):
            return ALWAYS
        rules = []
        for found in below(hours, "recurringTimePeriodOfDay"):
            days = [
                DAY_OF.get(text_of(day).casefold())
                for one in listed(found, "recurringDayWeekMonthPeriod")
                for day in listed(one, "applicableDay")
            ]
            spans = [_span(one) for one in listed(found, "recurringTimePeriodOfDay")]
            if None in days or None in spans:
                tally.ignore("opening hours that are not understood")
                return None
            listed_days = [str(day) for day in days] or ["Mo-Su"]
            rules.append(f"{','.join(listed_days)} {','.join(map(str, spans))}")
        if rules:
            return "; ".join(rules)
    return None


def _span(period: object) -> str | None:
    start, end = (
        re.match(r"^([01]\d|2[0-4]):([0-5]\d)", text_of(named(period, name)))
        for name in ("startTimeOfPeriod", "endTimeOfPeriod")
    )
    if start is None or end is None:
        return None
    last = f"{end[1]}:{end[2]}"
    return f"{start[1]}:{start[2]}-{'24:00' if last in ('00:00', '23:59') else last}"
