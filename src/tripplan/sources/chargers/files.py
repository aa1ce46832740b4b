"""Read chargers from a file of any of the known formats, recognised by content, not by name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.base import as_path
from tripplan.sources.chargers import afdc, ocpi, openchargemap, osm, tables
from tripplan.sources.chargers.reading import ChargerReading, decode, parse_json

FORMATS: Final = (
    "AFDC (JSON, GeoJSON, CSV), Open Charge Map JSON, OCPI locations, OpenStreetMap (Overpass "
    "JSON, GeoJSON), GeoJSON or CSV with columns lat and lon"
)
_Reader = Callable[..., ChargerReading]
"""A reader of parsed JSON, which takes the name of the file for its messages as ``where``."""
_Readers = tuple[tuple[frozenset[str], _Reader], ...]
_OF_ROWS: Final[_Readers] = (
    (frozenset({"AddressInfo"}), openchargemap.read_openchargemap),
    (frozenset({"coordinates"}), ocpi.read_ocpi),
    (frozenset({"station_name"}), afdc.read_afdc_json),
    (frozenset({"ev_connector_types"}), afdc.read_afdc_json),
)
"""Readers of a list, by keys that its rows have; the first that fits."""
_OF_OBJECTS: Final[_Readers] = (
    (frozenset({"fuel_stations"}), afdc.read_afdc_json),
    (frozenset({"AddressInfo"}), openchargemap.read_openchargemap),
    (frozenset({"elements"}), osm.read_overpass),
    (frozenset({"status_code"}), ocpi.read_ocpi),
    (frozenset({"coordinates", "evses"}), ocpi.read_ocpi),
)
"""Readers of an object, by keys that it has."""


def read_chargers(path: str | Path) -> ChargerReading:
    """Read a file of chargers.

    Parameters
    ----------
    path
        The file; its format is recognised by its content.

    Returns
    -------
    ChargerReading
        The sites, and the rows and values that were not taken, counted by reason.

    Raises
    ------
    DataError
        It cannot be read, is of no known format, cut off or damaged, or none of its rows is a
        charger.
    """
    file = as_path(path, where="charger file")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}", path=str(file)) from error
    reading = parse_chargers(data, where=file.name)
    if not reading.chargers and reading.skipped:
        raise DataError(
            f"{file}: read as {reading.format}, but none of its {reading.row_count} rows is a "
            "charger: " + "; ".join(f"{n} x {reason}" for reason, n in reading.skipped.items()),
            path=str(file),
            faults=tuple(reading.skipped),
        )
    return reading


def parse_chargers(data: bytes, *, where: str) -> ChargerReading:
    """Read chargers from the content of a file or answer.

    Parameters
    ----------
    data
        The bytes.
    where
        Name of the file or request, for messages.

    Raises
    ------
    DataError
        It is of no known format, cut off or damaged.
    InvalidInputError
        It is not bytes.
    """
    if not isinstance(data, bytes):
        raise InvalidInputError(
            f"{where}: the bytes of a file are wanted, but this is {type(data).__name__}",
            field="data",
            value=data,
            expected="bytes",
        )
    text = decode(data, where=where)
    if text.lstrip()[:1] in ("{", "["):
        found = parse_json(text, where=where)
        reader = _reader_of(found)
        if reader is None:
            raise DataError(
                f"{where}: JSON, but of no known form ({_shape(found)}); known: {FORMATS}",
                path=where,
            )
        return reader(found, where=where)
    lines = text.split("\n", 2)
    spreadsheet = lines[0].strip().strip('"').casefold().startswith("sep=") and len(lines) > 1
    header = lines[1 if spreadsheet else 0].casefold()
    plain = header.replace("_", " ").replace('"', "")
    if "fuel type code" in plain and "ev connector types" in plain:
        return afdc.read_afdc_csv(text, where=where)
    if not any(name in header for name in ("lat", "lon")):
        raise DataError(
            f"{where}: neither JSON nor a table with columns lat and lon; known: {FORMATS}",
            path=where,
        )
    return tables.read_charger_csv(text, where=where)


def _reader_of(found: object) -> _Reader | None:
    if isinstance(found, list):
        rows = [row for row in found[:50] if isinstance(row, Mapping)]
        return _first_reader(_OF_ROWS, set().union(*rows))
    if not isinstance(found, Mapping):
        return None
    features = found.get("features")
    reader = _first_reader(_OF_OBJECTS, set(found))
    return _reader_of_features(features) if not reader and isinstance(features, list) else reader


def _first_reader(readers: _Readers, keys: set[str]) -> _Reader | None:
    return next((reader for needed, reader in readers if needed <= keys), None)


def _reader_of_features(features: list[Any]) -> _Reader:
    keys: set[str] = set()
    for feature in features[:50]:
        properties = feature.get("properties") if isinstance(feature, Mapping) else None
        keys |= {str(key) for key in properties} if isinstance(properties, Mapping) else set()
    plain = {key.casefold().replace(" ", "").replace("_", "") for key in keys}
    if "evconnectortypes" in plain:
        return afdc.read_afdc_json
    tagged = {"amenity", "man_made", "@id"} & keys or any(k.startswith("socket:") for k in keys)
    return osm.read_osm_geojson if tagged else tables.read_charger_geojson


def _shape(found: object) -> str:
    if isinstance(found, Mapping):
        return "an object with " + ", ".join(str(key)[:30] for key in list(found)[:6])
    if isinstance(found, list):
        return f"a list of {len(found)} entries"
    return f"a single {type(found).__name__}"
