"""Chargers of Norway and its neighbours: NOBIL's data dump or search answer, API version 3, JSON.

Attributes are numbered; plugs and powers are read from their English words, which say more than the
numbers: "CCS/Combo", "150 kW DC", "230V 3-phase max 16A".  Positions are "(lat,lon)".
"""

import html
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.charger import Charger, ChargerAccess, Connector, SourceEntry
from tripplan.sources.chargers import values
from tripplan.sources.chargers.hours import ALWAYS
from tripplan.sources.chargers.plugs import Rating, gathered, operation_of, plug
from tripplan.sources.chargers.power_text import figures
from tripplan.sources.chargers.reading import ChargerReading, read_rows, rows_in
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.values import SkipRow, Tally
from tripplan.units import W_PER_KW

SOURCE: Final = "NOBIL"
LICENCE: Final = "CC BY 4.0"
MAINS_RULE: Final = "NOBIL: volts, phases and amperes of the fuse, no kW stated"
_CONNECTOR, _CAPACITY, _ACCESS_OF, _OPEN, _VOLTAGE, _CURRENT = "4", "5", "2", "24", "12", "31"
"""Numbers of attributes: of plugs 4 connector, 5 charging capacity, 12 voltage and 31 current; of
stations 2 availability and 24 open 24 h."""
_KINDS: Final = (
    (re.compile(r"hydrogen|biogas|\bcbg\b|\blbg\b|cng"), ""),
    (re.compile(r"chademo"), "CHADEMO"),
    (re.compile(r"ccs|combo"), "CCS2"),
    (re.compile(r"\bmcs\b|megawatt"), "MCS"),
    (re.compile(r"tesla"), "TESLA"),
    (re.compile(r"type\s*2"), "TYPE2"),
    (re.compile(r"type\s*1"), "TYPE1"),
    (re.compile(r"schuko|cee 7/4|household"), "DOMESTIC"),
    (re.compile(r"blue|industrial|cee"), "CEE"),
)
_MAINS: Final = re.compile(
    r"(\d{3})\s*v(?:dc)?\s*(?:(\d)-phase)?\s*max\.?\s*(\d{1,3})\s*a", re.IGNORECASE
)
_PUBLIC: Final = frozenset({"public"})
_SOME: Final = frozenset(
    {"visitors", "employees", "by appointment", "residents", "guests", "customers"}
)


def read_nobil(data: object, *, where: str = "NOBIL answer") -> ChargerReading:
    """Read {"chargerstations": [...]}, or its list.

    Parameters
    ----------
    data
        The parsed JSON.
    where
        Name of the file or request, for messages.

    Raises
    ------
    DataError
        It has no such list; an error of the service is passed on.
    """
    if isinstance(data, Mapping):
        if data.get("error") and not data.get("chargerstations"):
            raise DataError(f"{where}: the service refused: {str(data['error'])[:300]}", path=where)
        data = data.get("chargerstations")
    data = rows_in(data, where, "a list under chargerstations (NOBIL)")
    return read_rows(data, _charger, source=SOURCE, format="NOBIL JSON")


def _charger(row: Mapping[str, Any], tally: Tally) -> Charger:
    facts = values.inner(row, "csmd")
    pair = re.findall(r"-?\d+(?:\.\d+)?", str(facts.get("Position") or ""))
    if len(pair) != 2:
        raise SkipRow("no coordinates" if not pair else "coordinates are not numbers")
    lat, lon = values.position(pair[0], pair[1])
    attributes = values.inner(row, "attr")
    station = values.inner(attributes, "st")
    plugs, other = _plugs(values.inner(attributes, "conn"), tally)
    if other and not plugs:
        raise SkipRow("not an electric station")
    found = gathered(plugs)
    number = facts.get("International_id") or facts.get("id")
    id_ = f"nobil:{values.text(number, tally, limit=40) or f'{lat:.5f},{lon:.5f}'}"
    street = _unescaped(
        " ".join(str(facts.get(name) or "").strip() for name in ("Street", "House_number"))
    )
    operator = values.known(_unescaped(facts.get("Operator") or facts.get("Owned_by")), tally)
    date = values.day(facts.get("Updated"), tally)
    return Charger(
        id=id_,
        name=values.known(_unescaped(facts.get("name")), tally) or operator or "charging station",
        lat=lat,
        lon=lon,
        connectors=found,
        status="listed",
        source=SOURCE,
        stalls=_stalls(facts, plugs, tally),
        operator=operator,
        address=values.joined([street, facts.get("City"), facts.get("Zipcode")], tally),
        town=values.known(_unescaped(facts.get("City")), tally),
        road=road_ref(street),
        access=_access(_word(station, _ACCESS_OF)),
        access_note=values.known(_unescaped(facts.get("User_comment")), tally),
        opening_hours=ALWAYS if _word(station, _OPEN) == "yes" else None,
        operation=operation_of(found),
        sources=(SourceEntry(SOURCE, id_, date, LICENCE),),
    )


def _unescaped(value: object) -> object:
    return html.unescape(value) if isinstance(value, str) else value


def _word(attributes: Mapping[str, Any], number: str) -> str:
    return str(values.inner(attributes, number).get("trans") or "").strip().casefold()


def _access(word: str) -> ChargerAccess:
    if word in _PUBLIC:
        return "public"
    return "restricted" if word in _SOME else "unknown"


def _plugs(entries: Mapping[str, Any], tally: Tally) -> tuple[list[Connector], bool]:
    """Read the plugs of a station; and whether it has taps of other fuels."""
    plugs: list[Connector] = []
    other = False
    for entry in entries.values():
        if not isinstance(entry, Mapping):
            tally.ignore("a connector that is not an object")
            continue
        word = _word(entry, _CONNECTOR)
        kind = next((kind for words, kind in _KINDS if words.search(word)), "UNKNOWN")
        if kind == "":
            other = True
            tally.ignore("a tap of another fuel")
            continue
        if kind == "UNKNOWN":
            tally.ignore("a kind of plug that is not known")
        capacity = _word(entry, _CAPACITY)
        if kind == "TESLA":
            kind = "TESLA_TYPE2" if "dc" in capacity else "TYPE2"
        plugs.append(plug(kind, _rating(entry, capacity), tally, count=1))
    return plugs, other


def _rating(entry: Mapping[str, Any], capacity: str) -> Rating:
    """Read "150 kW DC", "22 kW - 400V 3-phase max 32A", "230V 3-phase max 16A"."""
    stated = [one for one in figures(capacity.split(" - ", maxsplit=1)[0]) or () if not one.bare]
    mains = _MAINS.search(capacity)
    own = [values.number(values.inner(entry, n).get("attrval")) for n in (_VOLTAGE, _CURRENT)]
    if not stated and mains and mains[2]:
        volts, phases, amperes = float(mains[1]), int(mains[2]), float(mains[3])
        # Norwegian mains of 230 V have no neutral: three phases are 230 V between lines.
        factor = math.sqrt(3.0) if phases == 3 else 1.0
        return Rating(factor * volts * amperes / W_PER_KW, power_rule=MAINS_RULE)
    power_kw = max((one.power_kw for one in stated), default=None)
    return Rating(power_kw, voltage_v=own[0] or None, current_a=own[1] or None)


def _stalls(facts: Mapping[str, Any], plugs: Iterable[Connector], tally: Tally) -> int | None:
    """Return how many charge at once: the points for everybody, but no more than fast plugs."""
    points = facts.get("Available_charging_points") or facts.get("Number_charging_points")
    stated = values.count(points, tally)
    fast = sum(one.standard in DC for one in plugs)
    return min(stated, fast) if stated and fast else stated or fast or None
