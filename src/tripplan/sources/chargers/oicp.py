"""Chargers in OICP 2.3 (Hubject's protocol), as Switzerland publishes them (ich-tanke-strom.ch).

A record is an EVSE.  Its station's number is not to be relied on (some operators repeat the EVSE's
there), so that what one operator has at one place is a site.  Powers are kW, as text or numbers; 0
says nothing.  States are in a file of their own, by EVSE.
"""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tripplan.records.charger import Charger, ChargerAccess, Connector, SourceEntry
from tripplan.sources.chargers import values
from tripplan.sources.chargers.beside import NOTHING, Beside, stalls_of
from tripplan.sources.chargers.grouping import Places, grouped, rows_of, with_joined
from tripplan.sources.chargers.hours import ALWAYS, DAY_OF, DAYS
from tripplan.sources.chargers.plugs import Rating, gathered, most, operation_of, plug
from tripplan.sources.chargers.reading import ChargerReading, read_rows, rows_in
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.shared_power import of_point
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.states import CLOSED, PLANNED, State, state_of, works
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "OICP"
NOWHERE: Final = (50.0, -15.0)
"""Stands for an unknown position in the Swiss file: the Atlantic."""
PRODUCT_RULE: Final = "OICP: voltage x amperage, no power stated"
_KINDS: Final = {
    "ccscombo1plug": "CCS1",
    "ccscombo2plug": "CCS2",
    "chademo": "CHADEMO",
    "chademodcchademoconnector": "CHADEMO",
    "teslaconnector": "TESLA",
    "type1connector": "TYPE1",
    "type2connector": "TYPE2",
    "type2outlet": "TYPE2",
    "type3outlet": "TYPE3",
    "nema520": "NEMA",
    "typeefrenchstandard": "DOMESTIC",
    "typefschuko": "DOMESTIC",
    "typegbritishstandard": "DOMESTIC",
    "typejswissstandard": "DOMESTIC",
    "iec60309singlephase": "CEE",
    "iec60309threephase": "CEE",
}
"""PlugType, without case, blanks and what stands in brackets."""
_PHASES: Final = {"AC_1_PHASE": 1, "AC_3_PHASE": 3, "DC": 0}
_ACCESS: Final[Mapping[str, ChargerAccess]] = {
    "free publicly accessible": "public",
    "paying publicly accessible": "public",
    "restricted access": "restricted",
}


def read_oicp(
    data: object, *, where: str = "OICP answer", beside: Beside = NOTHING
) -> ChargerReading:
    """Read OICP data: {"EVSEData": [{"OperatorName": ..., "EVSEDataRecord": [...]}]}.

    Parameters
    ----------
    data
        The parsed JSON.
    where
        Name of the file or request, for messages.
    beside
        States by EVSE from a file of their own.

    Raises
    ------
    DataError
        It has no such list.
    """
    operators = data.get("EVSEData") if isinstance(data, Mapping) else data
    operators = rows_in(operators, where, "a list of operators under EVSEData (OICP)")
    places = Places()

    def key_of(row: Mapping[str, Any]) -> Hashable | None:
        try:
            return places.name(str(row.get("OperatorName")), *_position(row))
        except SkipRow:
            return None

    sites, joined = grouped(_records(operators), key_of)
    reading = read_rows(
        sites,
        lambda site, tally: _charger(site, beside, tally),
        source=SOURCE,
        format="OICP",
    )
    return with_joined(reading, joined)


def oicp_states(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the states of a file of states, by EVSE.

    Parameters
    ----------
    data
        The parsed JSON: {"EVSEStatuses": [{"EVSEStatusRecord": [...]}]}.
    """
    return {
        str(record["EvseID"]): str(record.get("EVSEStatus") or record.get("EvseStatus") or "")
        for operator in values.items(data, "EVSEStatuses")
        if isinstance(operator, Mapping)
        for record in values.items(operator, "EVSEStatusRecord")
        if isinstance(record, Mapping) and record.get("EvseID")
    }


def _records(operators: Iterable[object]) -> Iterable[object]:
    """Yield EVSEs, each with the name of its operator."""
    for operator in operators:
        records = operator.get("EVSEDataRecord") if isinstance(operator, Mapping) else None
        if not isinstance(operator, Mapping) or not isinstance(records, list):
            yield operator if isinstance(operator, Mapping) and "Plugs" in operator else None
            continue
        for record in records:
            if isinstance(record, Mapping):
                yield {"OperatorName": operator.get("OperatorName"), **record}
            else:
                yield record


def _position(row: Mapping[str, Any]) -> tuple[float, float]:
    point = values.inner(row, "GeoCoordinates")
    google = point.get("Google")
    if isinstance(google, Mapping):
        google = google.get("Coordinates")
    parts: list[object] = (
        list(re.split(r"[\s,;]+", google.strip())) if isinstance(google, str) else []
    )
    if len(parts) != 2:
        decimal = values.inner(point, "DecimalDegree")
        parts = [decimal.get("Latitude"), decimal.get("Longitude")]
    if parts == [None, None]:
        angles = values.inner(point, "DegreeMinuteSeconds")
        parts = [_angle(angles.get("Latitude")), _angle(angles.get("Longitude"))]
    if "None" in parts:
        raise SkipRow("no coordinates")
    found = values.position(*parts)
    if found == NOWHERE:
        raise SkipRow("coordinates that stand for unknown ones")
    return found


def _angle(told: object) -> float | None:
    """Read an angle such as 9°21'39.32'', degrees."""
    found = _ANGLE.fullmatch(str(told or "").strip())
    if found is None:
        return None
    size = float(found[2]) + float(found[3]) / 60.0 + float(found[4]) / 3600.0
    return -size if found[1] else size


_ANGLE: Final = re.compile(
    r"(-?)(\d{1,3})\s*°\s*(\d{1,2})\s*['\u2032]\s*(\d{1,2}(?:\.\d+)?)\s*(?:''|\"|\u2033)?", re.ASCII
)


def _charger(site: Mapping[str, Any], beside: Beside, tally: Tally) -> Charger:
    evses = rows_of(site)
    lat, lon = _position(evses[0])
    access = [str(evse.get("Accessibility") or "").strip().casefold() for evse in evses]
    if all(word == "test station" for word in access):
        raise SkipRow("a station for tests")
    standing, reason, points = [], CLOSED, []
    seen: set[str] = set()
    for evse in evses:
        number = str(evse.get("EvseID") or "").strip()
        if number and number in seen:
            tally.ignore("an EVSE that is listed twice")
            continue
        seen.add(number)
        state = state_of(beside.states.get(number)) or state_of(evse.get("EVSEStatus"))
        if state in ("planned", "removed"):
            reason = PLANNED if state == "planned" else CLOSED
            tally.ignore("an EVSE that is planned or removed")
            continue
        standing.append(evse)
        points.append(_plugs(evse, state, tally))
    if not standing:
        raise SkipRow(reason)
    row = standing[0]
    place = values.inner(row, "Address")
    house = str(place.get("HouseNum") or "").strip()
    street = " ".join(
        part for part in (str(place.get("Street") or "").strip(), house) if part not in ("", "0")
    )
    postal = place.get("PostalCode")
    number = values.text(row.get("EvseID"), tally, limit=60)
    date = max(values.day(evse.get("lastUpdate"), tally) for evse in standing)
    entry = SourceEntry(SOURCE, f"oicp:{number or f'{lat:.5f},{lon:.5f}'}", date)
    operator = values.known(row.get("OperatorName"), tally)
    found = gathered(one for point in points for one in point)
    return Charger(
        id=entry.id,
        name=_name(row, tally) or street or operator or "charging station",
        lat=lat,
        lon=lon,
        connectors=found,
        status="listed",
        source=SOURCE,
        stalls=stalls_of(points),
        operator=operator,
        network=values.known(row.get("SubOperatorName") or row.get("SuboperatorName"), tally),
        address=values.joined(
            [street, place.get("City"), "" if str(postal) == "0" else postal], tally
        ),
        town=values.known(place.get("City"), tally),
        road=road_ref(street),
        access=_access_of(access),
        opening_hours=_hours(row, tally),
        fee=_fee(standing),
        operation=operation_of(found),
        sources=(entry,),
    )


def _name(row: Mapping[str, Any], tally: Tally) -> str:
    names = row.get("ChargingStationNames") or row.get("ChargingStationName")
    listed = names if isinstance(names, list) else [names]
    texts = [one.get("value") for one in listed if isinstance(one, Mapping)]
    texts += [names] if isinstance(names, str) else []
    return values.known(next((text for text in texts if text), ""), tally)


def _access_of(words: Iterable[str]) -> ChargerAccess:
    found = {_ACCESS.get(word, "unknown") for word in words if word != "test station"}
    if "public" in found:
        return "public"
    return "restricted" if found == {"restricted"} else "unknown"


def _fee(evses: Iterable[Mapping[str, Any]]) -> bool | None:
    options = {str(one) for evse in evses for one in values.items(evse, "PaymentOptions")}
    if options == {"No Payment"}:
        return False
    paid = any(
        str(evse.get("Accessibility")).casefold() == "paying publicly accessible" for evse in evses
    )
    return True if paid or "Direct" in options else None


def _plugs(evse: Mapping[str, Any], state: State | None, tally: Tally) -> list[Connector]:
    """Read the plugs of an EVSE: facilities are theirs one by one, or of the whole EVSE."""
    words = [str(word) for word in values.items(evse, "Plugs")]
    facilities = [
        one for one in values.items(evse, "ChargingFacilities") if isinstance(one, Mapping)
    ]
    kinds = []
    for word in words:
        plain = re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", word.casefold()))
        kind = _KINDS.get(plain, "UNKNOWN")
        if kind == "UNKNOWN":
            tally.ignore("a kind of plug that is not known")
        kinds.append(kind)
    direct = any(_direct(one) for one in facilities)
    kinds = [_tesla(kind, direct) for kind in kinds]
    if len(facilities) == len(kinds):
        ratings = [_rating(one, tally) for one in facilities]
    else:
        ratings = [_shared(facilities, kind, kinds, tally) for kind in kinds]
    found = [
        plug(kind, rating, tally, count=1, operation=works(state))
        for kind, rating in dict.fromkeys(zip(kinds, ratings, strict=True))
    ]
    if len(found) < len(kinds):
        tally.ignore("a plug that an EVSE lists twice")
    return found


def _direct(facility: Mapping[str, Any]) -> bool:
    return str(facility.get("powertype") or facility.get("PowerType") or "").upper() == "DC"


def _tesla(kind: str, direct: bool) -> str:
    if kind != "TESLA":
        return kind
    return "TESLA_TYPE2" if direct else "TYPE2"


def _shared(
    facilities: Sequence[Mapping[str, Any]], kind: str, kinds: Sequence[str], tally: Tally
) -> Rating:
    """Return what an EVSE's facilities say of a plug: those of its own current, where there are."""
    best = _best(facilities, kind, tally)
    if any(_direct(one) == (kind in DC) for one in facilities):
        return of_point(best, kind, [one for one in kinds if (one in DC) == (kind in DC)])
    return of_point(best, kind, kinds)


def _best(facilities: Iterable[Mapping[str, Any]], kind: str, tally: Tally) -> Rating:
    """Return the strongest facility of a plug's current; of an EVSE with one current, of all."""
    every = list(facilities)
    fitting = [one for one in every if _direct(one) == (kind in DC)] or every
    ratings = [_rating(one, tally) for one in fitting]
    return max(ratings, key=lambda one: one.power_kw or 0.0, default=Rating())


def _rating(facility: Mapping[str, Any], tally: Tally) -> Rating:
    power = facility.get("power", facility.get("Power"))
    text = power.strip() if isinstance(power, str) else power
    voltage_v = values.number(facility.get("Voltage", facility.get("voltage")))
    current_a = values.number(facility.get("Amperage", facility.get("amperage")))
    kind = str(facility.get("powertype") or facility.get("PowerType") or "").upper()
    return replace(
        most(text, tally),
        voltage_v=voltage_v,
        current_a=current_a,
        phases=_PHASES.get(kind),
        product_rule=PRODUCT_RULE,
    )


def _hours(row: Mapping[str, Any], tally: Tally) -> str | None:
    if str(row.get("IsOpen24Hours")).casefold() == "true":
        return ALWAYS
    by_day: dict[str, list[str]] = {}
    for entry in values.items(row, "OpeningTimes"):
        days = _days(entry.get("on")) if isinstance(entry, Mapping) else ()
        periods = entry.get("Period") if isinstance(entry, Mapping) else None
        listed = periods if isinstance(periods, list) else [periods]
        spans = [f"{p.get('begin')}-{p.get('end')}" for p in listed if isinstance(p, Mapping)]
        if not days or not spans or not all(_SPAN.match(span) for span in spans):
            tally.ignore("opening hours that are not understood")
            return None
        for day in days:
            by_day.setdefault(day, []).extend(spans)
    rules = []
    for day in DAYS:
        if day in by_day:
            text = ",".join(sorted(set(by_day[day])))
            text = text.replace("-00:00", "-24:00").replace("-23:59", "-24:00")
            rules.append(f"{day} {text}")
    return "; ".join(rules) or None


def _days(word: object) -> tuple[str, ...]:
    """Return the days that OICP's enumeration names: one, or Everyday, Workdays, Weekend."""
    name = str(word).strip().casefold()
    groups = {"everyday": DAYS, "workdays": DAYS[:5], "weekend": DAYS[5:]}
    return groups.get(name) or ((DAY_OF[name],) if name in DAY_OF else ())


_SPAN: Final = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-4]):[0-5]\d$")
