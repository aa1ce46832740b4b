"""Read chargers from a file of any of the known formats, recognised by content, not by name.

Tariffs and live states that stand in files of their own are joined by `read_charger_files`.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.base import as_path
from tripplan.sources.chargers import datex, oicp
from tripplan.sources.chargers.beside import NOTHING, Beside
from tripplan.sources.chargers.datex_xml import is_datex
from tripplan.sources.chargers.forms import (
    FORMATS,
    as_collection,
    reader_of,
    shape_of,
    stream_reader_of,
    table_reader_of,
)
from tripplan.sources.chargers.json_rows import JsonRows
from tripplan.sources.chargers.ocpi_tariffs import is_tariffs, tariffs_by_number
from tripplan.sources.chargers.reading import ChargerReading, decode, refuse_other_kinds
from tripplan.sources.chargers.unpacked import Unpacked

NO_PLUG: Final = "a site of which no plug is stated"

__all__ = [
    "FORMATS",
    "NO_PLUG",
    "parse_chargers",
    "read_charger_files",
    "read_chargers",
    "split_beside",
]


def read_chargers(path: str | Path, *, beside: Beside = NOTHING) -> ChargerReading:
    """Read a file of chargers, packed with gzip or not.

    Parameters
    ----------
    path
        The file; its format is recognised by its content.
    beside
        Tariffs and states of other files, as `split_beside` reads them.

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
    with _opened(file) as stream:
        reading = _parse(stream, where=file.name, beside=beside)
    if not reading.chargers and reading.skipped:
        raise DataError(
            f"{file}: read as {reading.format}, but none of its {reading.row_count} rows is a "
            "charger: " + "; ".join(f"{n} x {reason}" for reason, n in reading.skipped.items()),
            path=str(file),
            faults=tuple(reading.skipped),
        )
    return reading


def read_charger_files(paths: Sequence[str | Path]) -> tuple[ChargerReading, ...]:
    """Read several files, of which some may hold the tariffs or the states of the others' sites.

    Parameters
    ----------
    paths
        Files of sites, of OCPI tariffs, of OICP or DATEX II states; in any order.

    Returns
    -------
    tuple of ChargerReading
        One for each file of sites, in their order, shape (files,).

    Raises
    ------
    DataError
        One cannot be read, as `read_chargers` has it, or none holds sites.
    """
    beside, own = split_beside(paths)
    return tuple(read_chargers(file, beside=beside) for file in own)


def split_beside(paths: Sequence[str | Path]) -> tuple[Beside, tuple[Path, ...]]:
    """Tell files of tariffs and states from files of sites, and read the former.

    Parameters
    ----------
    paths
        Files of either kind; a file alone is taken for one of sites, unread.

    Returns
    -------
    Beside, tuple of Path
        What the tariffs and states are, and the files of sites, shape (files,).

    Raises
    ------
    DataError
        One cannot be read, or none holds sites.
    """
    files = tuple(as_path(path, where="charger file") for path in paths)
    if len(files) < 2:
        return NOTHING, files
    tariffs: dict[str, Any] = {}
    states: dict[str, str] = {}
    own = []
    for file in files:
        found = _beside(file)
        if found is None:
            own.append(file)
        else:
            tariffs.update(found.tariffs)
            states.update(found.states)
    if not own:
        raise DataError(
            f"{files[0]}: tariffs or states, which name no sites: give the file of the sites too",
            path=str(files[0]),
        )
    return Beside(tariffs=tariffs, states=states), tuple(own)


def _opened(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}", path=str(file)) from error


def parse_chargers(data: bytes, *, where: str) -> ChargerReading:
    """Read chargers from the content of a file or answer.

    Parameters
    ----------
    data
        The bytes, packed with gzip or not.
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
    return _parse(io.BytesIO(data), where=where, beside=NOTHING)


def _parse(stream: IO[bytes], *, where: str, beside: Beside) -> ChargerReading:
    content = _unpacked(stream, where)
    if is_datex(_beginning(content)):
        reading = datex.read_datex_xml(content, where=where, beside=beside)
    else:
        refuse_other_kinds(content.head, where=where)
        if _beginning(content)[:1] in ("{", "["):
            reading = _json(content, where, beside)
        else:
            reading = _table(content, where)
    bare = sum(not site.connectors for site in reading.chargers)
    if not bare:
        return reading
    return replace(reading, ignored={**reading.ignored, NO_PLUG: bare})


def _unpacked(stream: IO[bytes], where: str) -> Unpacked:
    try:
        return Unpacked(stream, where=where)
    except OSError as error:
        raise DataError(f"{where}: cannot be read: {error.strerror}", path=where) from error


def _beginning(content: Unpacked) -> str:
    return content.head.decode("utf-8-sig", errors="replace").lstrip()


def _json(content: Unpacked, where: str, beside: Beside) -> ChargerReading:
    found = _json_rows(content, where)
    try:
        reader = stream_reader_of(found)
        if reader is not None:
            return reader(found.rows(), where=where, beside=beside)
        data = as_collection(found.whole())
    except UnicodeDecodeError as error:
        raise _not_utf8(where) from error
    if is_tariffs(found.head):
        raise DataError(
            f"{where}: tariffs, which name no sites: give the file of the sites too", path=where
        )
    whole = reader_of(data)
    if whole is None:
        raise DataError(
            f"{where}: JSON, but of no known form ({shape_of(data)}); known: {FORMATS}", path=where
        )
    return whole(data, where=where, beside=beside)


def _json_rows(content: Unpacked, where: str) -> JsonRows:
    try:
        return JsonRows(content.text(), where=where)
    except UnicodeDecodeError as error:
        raise _not_utf8(where) from error


def _not_utf8(where: str) -> DataError:
    return DataError(f"{where}: not UTF-8 text; JSON has to be", path=where)


def _table(content: Unpacked, where: str) -> ChargerReading:
    text = decode(content.read(), where=where)
    return table_reader_of(text, where)(text, where=where)


def _beside(file: Path) -> Beside | None:
    """Return the tariffs or states that a file holds; None: it holds something else."""
    with _opened(file) as stream:
        content = _unpacked(stream, file.name)
        head = _beginning(content)
        if is_datex(head):
            if "StatusPublication" not in head:
                return None
            return Beside(states=datex.datex_xml_states(content, where=file.name))
        if head[:1] not in ("{", "["):
            return None
        found = _json_rows(content, file.name)
        if is_tariffs(found.head):
            return Beside(tariffs=tariffs_by_number(found.rows()))
        return None if found.head else _states(found)


def _states(found: JsonRows) -> Beside | None:
    data: Any = found.whole()
    if isinstance(data, Mapping) and "EVSEStatuses" in data:
        return Beside(states=oicp.oicp_states(data))
    states = {} if datex.has_sites(data) else datex.datex_states(data)
    return Beside(states=states) if states else None
