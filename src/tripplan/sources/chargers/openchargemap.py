"""Chargers of Open Charge Map: the v3 POI list, compact or verbose.

Its US rows often say 50 kW for every fast charger because an importer filled it in; such a power
counts as assumed, so that another source that states one goes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tripplan.errors import DataError
from tripplan.records.charger import (
    Charger,
    ChargerAccess,
    ChargerOperation,
    Connector,
    SourceEntry,
)
from tripplan.sources.chargers import standards, values
from tripplan.sources.chargers.access import for_some_only
from tripplan.sources.chargers.plugs import (
    CEILING_KW,
    fast_stalls,
    gathered,
    most,
    none_works,
    operation_of,
    plug,
)
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.reading import ChargerReading, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.states import skip_by_dates
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "Open Charge Map"
LICENCE: Final = "CC BY 4.0, or as its data provider says"
FILLED_IN_KW: Final = 50.0
FILLED_IN_RULE: Final = "Open Charge Map lists 50 kW for most US fast chargers"
PRODUCT_RULE: Final = "Open Charge Map: Voltage x Amps, no PowerKW stated"
LOW_LEVEL: Final = 1
LOW_LEVEL_KW: Final = 2.0
"""LevelID 1 of Open Charge Map's reference data: "Low (Under 2kW)"."""
FAST_LEVEL: Final = 3
"""LevelID of "High (Over 40kW)"."""
ALTERNATING: Final = frozenset({10, 20})
DIRECT: Final = 30
"""Ids of CurrentType: 10 AC one phase, 20 AC three phases, 30 DC."""
_PHASES: Final = {10: 1, 20: 3, 30: 0}
_ACCESS: Final[Mapping[int, ChargerAccess]] = {
    1: "public",
    4: "public",
    5: "public",
    7: "public",
    2: "restricted",
    3: "restricted",
    6: "restricted",
}
"""By UsageTypeID of Open Charge Map's reference data (4: membership, 5: pay there, 7: notice)."""
_GONE: Final[Mapping[int, str]] = {
    150: "planned, not open yet",
    200: "removed",
    210: "a duplicate by its own source",
}
_OPERATION: Final[Mapping[int, ChargerOperation]] = {
    10: "in_service",
    20: "in_service",
    50: "in_service",
    75: "in_service",
    30: "out_of_service",
    100: "out_of_service",
}
"""By StatusTypeID of Open Charge Map's reference data."""


def read_openchargemap(data: object, *, where: str = "Open Charge Map answer") -> ChargerReading:
    """Read the answer of v3/poi (JSON).

    Parameters
    ----------
    data
        The parsed JSON: a list of POIs, or one.
    where
        Name of the file or request, for messages.

    Raises
    ------
    DataError
        It is no list of POIs.
    """
    if isinstance(data, Mapping):
        if "AddressInfo" not in data:
            message = data.get("message") or data.get("error") or ""
            raise DataError(
                f"{where}: not a list of Open Charge Map POIs {str(message)[:300]}".rstrip(),
                path=where,
            )
        data = [data]
    if not isinstance(data, Iterable) or isinstance(data, str):
        raise wrong_shape(where, "a list of POIs (Open Charge Map v3)")
    return read_rows(data, _charger, source=SOURCE, format="Open Charge Map v3 JSON")


def _id(row: Mapping[str, Any], name: str) -> int | None:
    """Read a reference: the id column, or the ID of the object of a verbose answer."""
    found = values.number(row.get(f"{name}ID"))
    if found is None:
        found = values.number(values.inner(row, name).get("ID"))
    return int(found) if found is not None else None


def _charger(row: Mapping[str, Any], tally: Tally) -> Charger:
    status = _id(row, "StatusType") or 0
    if status in _GONE:
        raise SkipRow(_GONE[status])
    place = values.inner(row, "AddressInfo")
    lat, lon = values.position(place.get("Latitude"), place.get("Longitude"))
    id_ = f"ocm:{values.text(row.get('ID'), tally, limit=40) or f'{lat:.5f},{lon:.5f}'}"
    dates = ("DateLastVerified", "DateLastConfirmed", "DateLastStatusUpdate")
    confirmed = max(values.day(row.get(name), tally) for name in dates)
    parts = ("AddressLine1", "Town", "StateOrProvince", "Postcode")
    price = values.known(row.get("UsageCost"), tally)
    note = values.known(place.get("AccessComments"), tally)
    provider = values.inner(row, "DataProvider")
    licence = values.known(provider.get("License"), tally)
    planned = row.get("DatePlanned") if status not in _OPERATION else None
    skip_by_dates(planned, None, tally)
    plugs = _connectors(row, lat, lon, tally)
    if _operation(row, plugs) == "out_of_service":
        plugs = none_works(plugs)
    return Charger(
        id=id_,
        name=values.known(place.get("Title"), tally) or "charging station",
        lat=lat,
        lon=lon,
        connectors=plugs,
        status="listed",
        source=SOURCE,
        stalls=fast_stalls(values.count(row.get("NumberOfPoints"), tally), plugs),
        operator=_operator(row, tally),
        address=values.joined([place.get(name) for name in parts], tally),
        town=values.known(place.get("Town"), tally),
        road=road_ref(place.get("AddressLine1"), place.get("AddressLine2")),
        access=_access(row, note),
        access_note=note,
        fee=_fee(row, price),
        price=price,
        operation=_operation(row, plugs),
        sources=(SourceEntry(SOURCE, id_, confirmed, licence or LICENCE),),
    )


def _access(row: Mapping[str, Any], note: str) -> ChargerAccess:
    if for_some_only(note):
        return "restricted"
    return _ACCESS.get(_id(row, "UsageType") or 0, "unknown")


def _operator(row: Mapping[str, Any], tally: Tally) -> str:
    title = values.known(values.inner(row, "OperatorInfo").get("Title"), tally)
    return "" if title.startswith("(") else title


def _fee(row: Mapping[str, Any], price: str) -> bool | None:
    if price.casefold() in ("free", "kostenlos", "gratis", "gratuit", "0"):
        return False
    stated = values.inner(row, "UsageType").get("IsPayAtLocation")
    return True if stated is True or any(ch in "123456789" for ch in price) else None


def _works(row: Mapping[str, Any]) -> ChargerOperation:
    """Read the status of a site or a plug: by its id, or whether its kind is operational."""
    status = _id(row, "StatusType") or 0
    if status in _OPERATION:
        return _OPERATION[status]
    operational = values.inner(row, "StatusType").get("IsOperational")
    if operational is False:
        return "out_of_service"
    return "in_service" if operational is True else "unknown"


def _operation(row: Mapping[str, Any], plugs: Sequence[Connector]) -> ChargerOperation:
    """Tell whether a site works: it does not if it says so, or if none of its plugs does."""
    own, of_plugs = _works(row), operation_of(plugs)
    if "out_of_service" in (own, of_plugs):
        return "out_of_service"
    return own if own != "unknown" else of_plugs


def _connectors(
    row: Mapping[str, Any], lat: float, lon: float, tally: Tally
) -> tuple[Connector, ...]:
    plugs, gone = [], []
    title = values.inner(row, "AddressInfo").get("Title")
    named_kw = limit_kw(title, row.get("GeneralComments"))
    operator = _operator(row, Tally())
    for entry in values.items(row, "Connections"):
        status = _id(entry, "StatusType") if isinstance(entry, Mapping) else None
        if not isinstance(entry, Mapping):
            tally.ignore("a connection that is not an object")
        elif status is not None and status in _GONE:
            gone.append(_GONE[status])
            tally.ignore("a plug that is planned or removed")
        else:
            one = _connector(entry, lat, lon, operator, tally)
            bounded = one.power_kw is None and one.limit_kw is None
            plugs.append(replace(one, limit_kw=named_kw) if bounded else one)
    if gone and not plugs:
        raise SkipRow(gone[0])
    return gathered(plugs)


def _connector(
    entry: Mapping[str, Any], lat: float, lon: float, operator: str, tally: Tally
) -> Connector:
    kind = _id(entry, "ConnectionType")
    standard = standards.OPEN_CHARGE_MAP.get(kind or 0, "UNKNOWN")
    title = values.inner(entry, "ConnectionType").get("Title")
    if standard == "UNKNOWN" and isinstance(title, str):
        standard = standards.from_word(title, lat, lon) or "UNKNOWN"
    current, level = _id(entry, "CurrentType"), _id(entry, "Level")
    rating = most(entry.get("PowerKW"), tally)
    standard = _by_current(standard, current, level, rating.power_kw, _Site(lat, lon, operator))
    filled_in = (
        rating.power_kw == FILLED_IN_KW and standards.in_america(lon) and standard in standards.DC
    )
    rating = replace(
        rating,
        voltage_v=values.number(entry.get("Voltage")),
        current_a=values.number(entry.get("Amps")),
        phases=_PHASES.get(current or 0),
        product_rule=PRODUCT_RULE,
        power_rule=FILLED_IN_RULE if filled_in else "",
    )
    one = plug(
        standard,
        rating,
        tally,
        count=values.count(entry.get("Quantity"), tally),
        operation=_works(entry),
    )
    low = level == LOW_LEVEL and one.power_kw is None
    return replace(one, limit_kw=LOW_LEVEL_KW) if low else one


class _Site(NamedTuple):
    """What tells Tesla's plugs: the place, degrees, and who runs it."""

    lat: float
    lon: float
    operator: str


def _by_current(
    standard: str, current: int | None, level: int | None, power_kw: float | None, site: _Site
) -> str:
    """Tell plugs apart that one id stands for, by kind of current, level and power."""
    if standard in ("TESLA", "NACS"):
        fast = current is None and power_kw is None and level == FAST_LEVEL
        return _tesla(standard, DIRECT if fast else current, power_kw, site.lat, site.lon)
    too_much = current is None and (power_kw or 0.0) > CEILING_KW["TYPE2"]
    if standard == "TYPE2" and (current == DIRECT or (too_much and level == FAST_LEVEL)):
        tesla = not site.operator or "tesla" in site.operator.casefold()
        american = standards.tesla_dc(site.lat, site.lon) == "NACS"
        return "TESLA_TYPE2" if tesla and not american else "UNKNOWN_DC"
    if standard in ("UNKNOWN", "TYPE1") and current == DIRECT:
        return "UNKNOWN_DC"
    return standard


def _tesla(standard: str, current: int | None, power: float | None, lat: float, lon: float) -> str:
    """Tell AC from DC; Tesla's own plug of Europe has a type 2 shape."""
    limit = CEILING_KW["NACS_AC"]
    direct = current == DIRECT or (current is None and power is not None and power > limit)
    if direct:
        return standards.tesla_dc(lat, lon)
    if current in ALTERNATING or (power is not None and power <= limit):
        return "NACS_AC" if standards.tesla_dc(lat, lon) == "NACS" else "TYPE2"
    return standard
