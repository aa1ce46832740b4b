"""Chargers of OpenStreetMap: what amenity=charging_station and man_made=charge_point say; pure.

`charger_from_tags` reads one element, wherever it comes from; `read_overpass` and
`read_osm_geojson` read the two JSON forms.  Meanings after the OpenStreetMap wiki:
Tag:amenity=charging_station, Tag:man_made=charge_point, Key:socket.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from tripplan.errors import DataError
from tripplan.records.charger import Charger, SourceEntry
from tripplan.sources.chargers import values
from tripplan.sources.chargers.osm_access import (
    access_and_hours,
    count_unused_conditions,
    fee_of,
)
from tripplan.sources.chargers.osm_sockets import for_cars, operation, sockets
from tripplan.sources.chargers.plugs import fast_stalls, none_works
from tripplan.sources.chargers.points import Outline, join_charge_points
from tripplan.sources.chargers.reading import ChargerReading, features_of, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.states import CLOSED, PLANNED, read_state, skip_by_dates
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "OpenStreetMap"
LICENCE: Final = "ODbL 1.0"
_PAST: Final = ("disused", "abandoned", "demolished", "removed", "razed", "destroyed", "was")
_FUTURE: Final = ("construction", "proposed", "planned")
"""Keys, and prefixes of keys, of what is no more or not yet (wiki: Lifecycle prefix)."""
_NO_STATE: Final = frozenset({"", "no", "minor", "completed"})


def charger_from_tags(
    tags: Mapping[str, str],
    lat: object,
    lon: object,
    *,
    osm_id: str,
    date: str = "",
    tally: Tally | None = None,
) -> Charger:
    """Make a charger of an element's tags.

    Parameters
    ----------
    tags
        All its tags.
    lat, lon
        Its position, degrees; of an area its middle.
    osm_id
        "node/123", "way/123" or "relation/123".
    date
        Day of its last change, ISO 8601; check_date goes first.
    tally
        Counts of ignored values, to be added to.

    Raises
    ------
    SkipRow
        It is no charging station for cars, or has no possible position.
    """
    tally = tally or Tally()
    _skip_what_is_no_charger(tags, tally)
    found_lat, found_lon = values.position(lat, lon)
    operator = values.known(tags.get("operator"), tally)
    network = values.known(tags.get("network") or tags.get("brand"), tally)
    label = tags.get("name") or tags.get("brand") or tags.get("operator") or tags.get("network")
    id_ = f"osm:{values.text(osm_id, tally, limit=40)}"
    access, hours = access_and_hours(tags, tally)
    count_unused_conditions(tags, tally)
    entry = SourceEntry(SOURCE, id_, _day(tags, date, tally), LICENCE)
    plugs = sockets(tags, found_lat, found_lon, tally)
    works = operation(tags, plugs)
    if works == "out_of_service":
        plugs = none_works(plugs)
    return Charger(
        id=entry.id,
        name=values.known(label, tally) or "charging station",
        lat=found_lat,
        lon=found_lon,
        connectors=plugs,
        status="listed",
        source=SOURCE,
        stalls=fast_stalls(_stalls(tags, tally), plugs),
        operator=operator,
        network=network,
        address=_address(tags, tally),
        town=values.known(tags.get("addr:city"), tally),
        road=road_ref(tags.get("addr:street")),
        access=access,
        opening_hours=hours,
        fee=fee_of(tags, tally),
        price=values.known(tags.get("charge"), tally),
        operation=works,
        sources=(entry,),
    )


def is_charge_point(tags: Mapping[str, str]) -> bool:
    """Tell whether an element is a single device rather than a station."""
    return tags.get("man_made") == "charge_point" and tags.get("amenity") != "charging_station"


def is_charging_station(tags: Mapping[str, str]) -> bool:
    """Tell whether an element is a charging station or a charge point."""
    return tags.get("amenity") == "charging_station" or is_charge_point(tags)


def _skip_what_is_no_charger(tags: Mapping[str, str], tally: Tally) -> None:
    if not is_charging_station(tags):
        _skip_by_prefix(tags)
        raise SkipRow("no charging station")
    for keys, reason in ((_PAST, CLOSED), (_FUTURE, PLANNED)):
        if any(tags.get(key, "").strip().casefold() not in _NO_STATE for key in keys):
            raise SkipRow(reason)
    state = None
    for key in ("status", "operational_status"):
        state = read_state(tags.get(key), tally) or state
    if state == "planned":
        raise SkipRow(PLANNED)
    if state == "removed":
        raise SkipRow(CLOSED)
    skip_by_dates(tags.get("opening_date") or tags.get("start_date"), tags.get("end_date"), tally)
    if not for_cars(tags):
        raise SkipRow("not for cars")


def _skip_by_prefix(tags: Mapping[str, str]) -> None:
    """Skip what was a charging station, or will be one, by the prefix of its main tag."""
    for prefixes, reason in ((_PAST, CLOSED), (_FUTURE, PLANNED)):
        for prefix in prefixes:
            if tags.get(f"{prefix}:amenity") == "charging_station":
                raise SkipRow(reason)


def _day(tags: Mapping[str, str], changed: str, tally: Tally) -> str:
    keys = ("check_date", "check_date:charging_station", "survey:date")
    days = (values.day(value, tally) for value in (*map(tags.get, keys), changed))
    return max(days)


def _stalls(tags: Mapping[str, str], tally: Tally) -> int | None:
    for key in ("capacity:car", "capacity:cars", "capacity", "capacity:charging"):
        if key in tags:
            return values.count(tags[key], tally)
    return None


def _address(tags: Mapping[str, str], tally: Tally) -> str:
    street = f"{tags.get('addr:street', '')} {tags.get('addr:housenumber', '')}"
    parts = [street, *(tags.get(f"addr:{part}") for part in ("postcode", "city", "country"))]
    return values.joined(parts, tally)


@dataclass(frozen=True)
class _Element:
    """An element of either JSON form."""

    tags: Mapping[str, str]
    lat: object
    lon: object
    osm_id: str
    date: str
    outline: Outline = ()


def read_overpass(data: object, *, where: str = "Overpass answer") -> ChargerReading:
    """Read Overpass JSON: elements with tags; of ways and relations center, bounds or geometry.

    Raises
    ------
    DataError
        It is no Overpass answer, or the server's remark says that the query failed.
    """
    elements = data.get("elements") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(elements, list):
        raise wrong_shape(where, "an object with elements (Overpass JSON)")
    remark = str(data.get("remark") or "")
    if "error" in remark.casefold():
        raise DataError(f"{where}: Overpass gave up part-way: {remark[:300]}", path=where)
    return _read(elements, _overpass_element, "Overpass JSON")


class TaggedElement(Protocol):
    """An element of an extract: "node/123", its position in degrees, its tags, its outline."""

    @property
    def id(self) -> str:
        """Kind and number: node/123."""

    @property
    def lat(self) -> float:
        """Latitude, degrees."""

    @property
    def lon(self) -> float:
        """Longitude, degrees."""

    @property
    def tags(self) -> Mapping[str, str]:
        """All tags."""

    @property
    def outline(self) -> Outline:
        """Corners of an area, degrees; empty: it is none, or they are not known."""


def read_osm_elements(elements: Iterable[TaggedElement], *, date: str = "") -> ChargerReading:
    """Read the charging stations and charge points of an extract.

    Parameters
    ----------
    elements
        Those tagged as charging stations or charge points (others are skipped and counted).
    date
        Day of the extract, ISO 8601, for elements without a check_date; empty: not known.
    """
    rows = (
        {"found": _Element(one.tags, one.lat, one.lon, one.id, date, one.outline)}
        for one in elements
    )
    return _read(rows, lambda row: row["found"], "OpenStreetMap extract")


def read_osm_geojson(data: object, *, where: str = "OpenStreetMap GeoJSON") -> ChargerReading:
    """Read GeoJSON with tags as properties, as overpass-turbo exports it.

    Raises
    ------
    DataError
        It is no feature collection.
    """
    return _read(features_of(data, where), _geojson_element, "OpenStreetMap GeoJSON")


def _read(
    rows: Iterable[object], element: Callable[[Mapping[str, Any]], _Element], form: str
) -> ChargerReading:
    points: set[str] = set()
    outlines: dict[str, Outline] = {}

    def make(row: Mapping[str, Any], tally: Tally) -> Charger:
        found = element(row)
        if is_charge_point(found.tags):
            points.add(f"osm:{found.osm_id}")
        outlines[f"osm:{found.osm_id}"] = found.outline
        return charger_from_tags(
            found.tags,
            found.lat,
            found.lon,
            osm_id=found.osm_id,
            date=found.date,
            tally=tally,
        )

    reading = read_rows(rows, make, source=SOURCE, format=form)
    stations = [charger for charger in reading.chargers if charger.id not in points]
    devices = [charger for charger in reading.chargers if charger.id in points]
    chargers, joined = join_charge_points(stations, devices, outlines)
    skipped = dict(reading.skipped)
    if joined:
        skipped["a charge point of a station that is listed"] = joined
    return replace(reading, chargers=chargers, skipped=skipped)


def _words(found: object) -> dict[str, str]:
    if not isinstance(found, Mapping):
        raise SkipRow("no tags")
    plain = (str, int, float)
    return {str(k): str(v) for k, v in found.items() if isinstance(v, plain)}


def _overpass_element(row: Mapping[str, Any]) -> _Element:
    tags = _words(row.get("tags"))
    lat, lon = row.get("lat"), row.get("lon")
    center, bounds = values.inner(row, "center"), values.inner(row, "bounds")
    if lat is None and center:
        lat, lon = center.get("lat"), center.get("lon")
    elif lat is None and bounds:
        lat = values.middle(bounds.get("minlat"), bounds.get("maxlat"))
        lon = values.middle(bounds.get("minlon"), bounds.get("maxlon"))
    elif lat is None:
        outline = [p for p in values.items(row, "geometry") if isinstance(p, Mapping)]
        lat, lon = values.centre([(p.get("lon"), p.get("lat")) for p in outline])
    osm_id = f"{row.get('type')}/{row.get('id')}"
    return _Element(tags, lat, lon, osm_id, str(row.get("timestamp") or ""))


def _geojson_element(row: Mapping[str, Any]) -> _Element:
    tags = _words(row.get("properties"))
    geometry = values.inner(row, "geometry")
    points = values.flat_points(geometry.get("coordinates"))
    lat, lon = values.centre(points)
    osm_id = str(tags.get("@id") or row.get("id") or "")
    return _Element(tags, lat, lon, osm_id, str(tags.get("@timestamp") or ""))
