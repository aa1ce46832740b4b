"""Which reader is for which form: the registry of formats, told by keys and columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.sources.chargers import (
    afdc,
    bnetza,
    datex,
    irve,
    ndw,
    nobil,
    ocpi,
    oicp,
    openchargemap,
    osm,
    overture,
    supercharge,
    tables,
    tesla_pages,
)
from tripplan.sources.chargers.beside import Beside
from tripplan.sources.chargers.json_rows import JsonRows
from tripplan.sources.chargers.reading import ChargerReading

FORMATS: Final = (
    "AFDC (JSON, GeoJSON, CSV), Open Charge Map JSON, OCPI locations, DATEX II (XML, AFIR JSON), "
    "OICP JSON, NOBIL JSON, supercharge.info JSON, Superchargers of Tesla's pages (JSON), "
    "NDW GeoJSON, Overture places GeoJSON, "
    "OpenStreetMap (Overpass JSON, GeoJSON), the registers of Germany (Bundesnetzagentur CSV) and "
    "France (IRVE CSV, GeoJSON), GeoJSON or CSV with columns lat and lon; all of them packed with "
    "gzip, too"
)
Reader = Callable[..., ChargerReading]
"""A reader of parsed JSON, with the name of the file for its messages as ``where``, and with what
other files say as ``beside``."""
_Readers = tuple[tuple[frozenset[str], Reader], ...]


def _alone(reader: Callable[..., ChargerReading]) -> Reader:
    """Make a reader that other files say nothing to."""

    def read(data: object, *, where: str, beside: Beside) -> ChargerReading:
        del beside
        return reader(data, where=where)

    return read


def _afdc(data: object, *, where: str, beside: Beside) -> ChargerReading:
    """Read AFDC's stations, all of them at once: a station may have several rows."""
    del beside
    rows = list(data) if isinstance(data, Iterator) else data
    return afdc.read_afdc_json(rows, where=where)


_OF_ROWS: Final[_Readers] = (
    (frozenset({"AddressInfo"}), _alone(openchargemap.read_openchargemap)),
    (frozenset({"coordinates"}), ocpi.read_ocpi),
    (frozenset({"stallCount", "gps"}), _alone(supercharge.read_supercharge)),
    (frozenset({"gps", "stalls", "maxPowerKw"}), _alone(tesla_pages.read_tesla_pages)),
    (frozenset({"csmd"}), _alone(nobil.read_nobil)),
    (frozenset({"EVSEDataRecord"}), oicp.read_oicp),
    (frozenset({"station_name"}), _afdc),
    (frozenset({"ev_connector_types"}), _afdc),
)
"""Readers of rows, which they take one by one, by keys that the rows have; the first that fits."""
_OF_OBJECTS: Final[_Readers] = (
    (frozenset({"fuel_stations"}), _afdc),
    (frozenset({"AddressInfo"}), _alone(openchargemap.read_openchargemap)),
    (frozenset({"elements"}), _alone(osm.read_overpass)),
    (frozenset({"chargerstations"}), _alone(nobil.read_nobil)),
    (frozenset({"EVSEData"}), oicp.read_oicp),
    (frozenset({"status_code"}), ocpi.read_ocpi),
    (frozenset({"coordinates", "evses"}), ocpi.read_ocpi),
)
"""Readers of an object, by keys that it has."""


def stream_reader_of(found: JsonRows) -> Reader | None:
    """Return the reader that takes the rows of a text one by one; None: it has to be read whole.

    Parameters
    ----------
    found
        The text, whose first rows are looked at.
    """
    if found.key in ("features", "elements"):
        return None
    rows = [row for row in found.head if isinstance(row, Mapping)]
    return _first(_OF_ROWS, set().union(*rows))


def reader_of(data: object) -> Reader | None:
    """Return the reader of parsed JSON; None: it is of no known form."""
    if isinstance(data, list):
        rows = [row for row in data[:50] if isinstance(row, Mapping)]
        reader = _first(_OF_ROWS, set().union(*rows))
        return reader or (datex.read_datex if datex.is_published(data) else None)
    if not isinstance(data, Mapping):
        return None
    features = data.get("features")
    reader = _first(_OF_OBJECTS, set(data))
    if reader is None and datex.is_published(data):
        return datex.read_datex
    return _of_features(features) if not reader and isinstance(features, list) else reader


def as_collection(data: object) -> object:
    """Return features that stand in a list, or one a line, as the collection that they are."""
    if isinstance(data, list) and data:
        first = data[0]
        if isinstance(first, Mapping) and {"geometry", "properties"} <= set(first):
            return {"type": "FeatureCollection", "features": data}
    return data


def _first(readers: _Readers, keys: set[str]) -> Reader | None:
    return next((reader for needed, reader in readers if needed <= keys), None)


def _of_features(features: Sequence[Any]) -> Reader:
    keys: set[str] = set()
    for feature in features[:50]:
        properties = feature.get("properties") if isinstance(feature, Mapping) else None
        keys |= {str(key) for key in properties} if isinstance(properties, Mapping) else set()
    plain = {key.casefold().replace(" ", "").replace("_", "") for key in keys}
    if "evconnectortypes" in plain:
        return _afdc
    if "availabilities" in keys:
        return ndw.read_ndw
    if irve.is_irve(keys):
        return _alone(irve.read_irve_geojson)
    if {"categories", "confidence"} <= keys or {"names", "sources", "version"} <= keys:
        return _alone(overture.read_overture)
    tagged = {"amenity", "man_made", "@id"} & keys or any(k.startswith("socket:") for k in keys)
    return _alone(osm.read_osm_geojson if tagged else tables.read_charger_geojson)


def table_reader_of(text: str, where: str) -> Callable[..., ChargerReading]:
    """Return the reader of a table.

    Parameters
    ----------
    text
        The table.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        Its columns are of no known form.
    """
    if bnetza.header_of(text) is not None:
        return bnetza.read_bnetza
    lines = text.split("\n", 2)
    spreadsheet = lines[0].strip().strip('"').casefold().startswith("sep=") and len(lines) > 1
    header = lines[1 if spreadsheet else 0].casefold()
    plain = header.replace("_", " ").replace('"', "")
    if "fuel type code" in plain and "ev connector types" in plain:
        return afdc.read_afdc_csv
    separator = max(",;\t", key=header.count)
    if irve.is_irve(name.strip().strip('"') for name in header.split(separator)):
        return irve.read_irve
    if not any(name in header for name in ("lat", "lon")):
        raise DataError(
            f"{where}: neither JSON nor a table with columns lat and lon; known: {FORMATS}",
            path=where,
        )
    return tables.read_charger_csv


def shape_of(data: object) -> str:
    """Say in a few words what parsed JSON is."""
    if isinstance(data, Mapping):
        return "an object with " + ", ".join(str(key)[:30] for key in list(data)[:6])
    if isinstance(data, list):
        return f"a list of {len(data)} entries"
    return f"a single {type(data).__name__}"
