"""Chargers of France: the static schema IRVE 2.3 (etalab/schema-irve-statique).

A row is a charge point; the points of a station share ``id_station_itinerance``.  Positions are
"[longitude,latitude]"; the consolidated file has them in columns of their own.  Powers are kW,
truths are written in many ways.
"""

import csv
import io
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from tripplan.records.base import as_text
from tripplan.records.charger import Charger, ChargerAccess, Connector, SourceEntry
from tripplan.records.outside import decoding
from tripplan.sources.chargers import values
from tripplan.sources.chargers.grouping import Places, grouped, known_first, rows_of, with_joined
from tripplan.sources.chargers.plugs import gathered, most, plug
from tripplan.sources.chargers.reading import ChargerReading, features_of, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.shared_power import of_point
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.states import skip_by_dates
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "IRVE"
LICENCE: Final = "Licence Ouverte 2.0"
_PLUGS: Final = {
    "prise_type_combo_ccs": "CCS2",
    "prise_type_chademo": "CHADEMO",
    "prise_type_2": "TYPE2",
    "prise_type_ef": "DOMESTIC",
}
_YES: Final = frozenset({"true", "1", "1.0", "vrai", "oui", "yes", "t", "o"})
_NO: Final = frozenset({"false", "0", "0.0", "faux", "non", "no", "f", "n", ""})


def is_irve(names: Iterable[str]) -> bool:
    """Tell the schema by the names of its columns."""
    plain = {name.strip().casefold() for name in names}
    return "puissance_nominale" in plain and any(n.startswith("prise_type_") for n in plain)


def read_irve(text: str, *, where: str = "IRVE table") -> ChargerReading:
    """Read a CSV of the schema, that of one operator or the consolidated one.

    Parameters
    ----------
    text
        The text.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        It has no such columns, or is no CSV.
    """
    header = as_text(text, where=where).split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="")
    with decoding(where, "CSV table"):
        if not is_irve(reader.fieldnames or ()):
            raise wrong_shape(where, "columns puissance_nominale and prise_type_... (IRVE)")
        reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
        return _read(list(reader), "IRVE CSV")


def read_irve_geojson(data: object, *, where: str = "IRVE GeoJSON") -> ChargerReading:
    """Read the GeoJSON twin, whose properties are the columns.

    Raises
    ------
    DataError
        It is no feature collection.
    """
    rows: list[object] = []
    for feature in features_of(data, where):
        if not isinstance(feature, Mapping):
            rows.append(feature)
            continue
        row = {str(k).casefold(): v for k, v in values.inner(feature, "properties").items()}
        point = values.items(values.inner(feature, "geometry"), "coordinates")
        if len(point) >= 2:
            row["consolidated_longitude"], row["consolidated_latitude"] = point[0], point[1]
        rows.append(row)
    return _read(rows, "IRVE GeoJSON")


def _read(rows: Sequence[object], form: str) -> ChargerReading:
    places = Places()

    def key_of(row: Mapping[str, Any]) -> Hashable | None:
        number = str(row.get("id_station_itinerance") or "").strip()
        if re.match(r"^FR[A-Z0-9*]{4,}$", number.upper()):
            return number
        try:
            return places.name(str(row.get("nom_operateur")), *_position(row))
        except SkipRow:
            return None

    sites, joined = grouped(rows, key_of)
    return with_joined(read_rows(sites, _charger, source=SOURCE, format=form), joined)


def _position(row: Mapping[str, Any]) -> tuple[float, float]:
    lat, lon = row.get("consolidated_latitude"), row.get("consolidated_longitude")
    if lat not in (None, "") and lon not in (None, ""):
        return values.position(lat, lon)
    pair = row.get("coordonneesxy")
    parts = pair if isinstance(pair, list) else re.findall(r"-?\d+(?:\.\d+)?", str(pair or ""))
    if len(parts) != 2:
        raise SkipRow("no coordinates" if not parts else "coordinates are not numbers")
    return values.position(parts[1], parts[0])


def _truth(row: Mapping[str, Any], name: str, tally: Tally) -> bool | None:
    word = str(row.get(name) if row.get(name) is not None else "").strip().casefold()
    if word in _YES:
        return True
    if word not in _NO:
        tally.ignore("a yes or no that is neither")
    return None if word == "" or word not in _NO else False


def _charger(site: Mapping[str, Any], tally: Tally) -> Charger:
    points = rows_of(site)
    row = points[0]
    lat, lon = _position(row)
    seen: set[str] = set()
    plugs: list[Connector] = []
    stalls = {True: 0, False: 0}
    for point in points:
        number = str(point.get("id_pdc_itinerance") or "").strip()
        if number and number in seen:
            tally.ignore("a charge point that is listed twice")
            continue
        seen.add(number)
        own = _plugs(point, tally)
        plugs += own
        stalls[any(one.standard in DC for one in own)] += 1
    if all(_truth(point, "station_deux_roues", tally) for point in points):
        raise SkipRow("for two-wheelers only")
    skip_by_dates(known_first(points, "date_mise_en_service"), None, tally)
    operator = values.known(known_first(points, "nom_operateur", "nom_amenageur"), tally)
    network = values.known(known_first(points, "nom_enseigne"), tally)
    address = values.known(row.get("adresse_station"), tally)
    number = values.text(row.get("id_station_itinerance"), tally, limit=60)
    date = max(values.day(point.get("date_maj"), tally) for point in points)
    name = number if number.upper().startswith("FR") else f"{lat:.5f},{lon:.5f}"
    entry = SourceEntry(SOURCE, f"irve:{name}", date, LICENCE)
    limits = str(row.get("restriction_gabarit") or "")
    free = _truth(row, "gratuit", tally)
    return Charger(
        id=entry.id,
        name=values.known(known_first(points, "nom_station"), tally)
        or network
        or operator
        or "charging station",
        lat=lat,
        lon=lon,
        connectors=gathered(plugs),
        status="listed",
        source=SOURCE,
        stalls=stalls[True] or stalls[False] or None,
        operator=operator,
        network=network,
        address=address,
        town=_town(row, address, tally),
        road=road_ref(address),
        access=_access(points),
        access_note="" if "inconnu" in limits.casefold() else values.known(limits, tally),
        opening_hours=values.known(known_first(points, "horaires"), tally) or None,
        fee=None if free is None else not free,
        price=values.known(known_first(points, "tarification"), tally),
        sources=(entry,),
    )


def _plugs(point: Mapping[str, Any], tally: Tally) -> tuple[Connector, ...]:
    kinds = [kind for name, kind in _PLUGS.items() if _truth(point, name, tally)]
    if not kinds and _truth(point, "prise_type_autre", tally):
        kinds = ["UNKNOWN"]
    cell = re.sub(r"(?<=\d),(?=\d)", ".", str(point.get("puissance_nominale") or ""))
    rating = most(cell, tally)
    return tuple(
        plug(kind, of_point(rating, kind, kinds), tally, count=1) for kind in dict.fromkeys(kinds)
    )


def _access(points: Sequence[Mapping[str, Any]]) -> ChargerAccess:
    words = [str(point.get("condition_acces") or "").casefold() for point in points]
    if all("réserv" in word or "reserv" in word for word in words):
        return "restricted"
    return "public" if any("libre" in word for word in words) else "unknown"


def _town(row: Mapping[str, Any], address: str, tally: Tally) -> str:
    stated = values.known(row.get("consolidated_commune"), tally)
    match = re.search(r"\b\d{5}\s+([^,\d]+)$", address)
    return stated or (match[1].strip() if match else "")
