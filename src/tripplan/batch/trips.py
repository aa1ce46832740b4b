"""Trips as rows, one at a time: from lists, data frames, CSV, JSON Lines and Parquet files."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from tripplan.batch import parquet
from tripplan.errors import DataError, InvalidInputError
from tripplan.records.base import as_path, shown

_NEEDED = ("origin", "destination")
_JSON_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}
_LONGEST_LINE = 1 << 20
"""Characters of one line of JSON Lines; more than that is no trip."""


@dataclass(frozen=True)
class Unreadable:
    """A row that cannot be read at all, and why."""

    reason: str


Row = Mapping[str, Any] | Unreadable


def read_trips(path: str | Path) -> Iterator[Row]:
    """Read trips from a file, one at a time: CSV with a header, JSON Lines, or Parquet.

    The ending tells the kind: ``.jsonl`` or ``.ndjson``, ``.parquet`` or ``.pq``; others are CSV.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    iterator
        A mapping for each row, or `Unreadable` where a row is broken.

    Raises
    ------
    DataError
        The file cannot be read, or its header lacks origin or destination.
    """
    file = as_path(path, where="trips file")
    rows: Iterator[Row]
    try:
        if file.suffix.lower() in _PARQUET:
            names, rows = parquet.read(file)
        elif file.suffix.lower() in _JSON_LINES:
            file.open("rb").close()
            return _json_lines(file)
        else:
            names, rows = _header(file), _csv_rows(file)
    except (OSError, UnicodeError, csv.Error, StopIteration) as error:
        raise DataError(f"trips file {path}: cannot be read ({error})", path=str(path)) from error
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise DataError(
            f"trips file {path}: its header lacks {', '.join(missing)}; it has "
            f"{', '.join(names) or 'nothing'}",
            path=str(path),
            faults=missing,
        )
    return rows


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as stream:
        names = next(csv.reader(stream), [])
    "".join(names).encode("utf-8")  # bytes that are no UTF-8 raise here
    return names


def _csv_rows(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as stream:
        reader = csv.reader(stream)
        names = next(reader)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Unreadable(f"line {reader.line_num} is no CSV: {error}")
                continue
            if cells:
                yield _csv_row(names, cells, reader.line_num)


def _csv_row(names: list[str], cells: list[str], line: int) -> Row:
    if len(cells) > len(names):
        return Unreadable(f"line {line} has {len(cells)} cells, and the header {len(names)}")
    try:
        "".join(cells).encode("utf-8")
    except UnicodeEncodeError:
        return Unreadable(f"line {line} is not UTF-8")
    return {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _json_lines(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig", errors="surrogateescape") as stream:
        number = 0
        while line := stream.readline(_LONGEST_LINE):
            number += 1
            whole = line.endswith("\n") or len(line) < _LONGEST_LINE
            while not whole and (rest := stream.readline(_LONGEST_LINE)):
                whole = rest.endswith("\n")
                line = ""
            if line.strip() or not line:
                yield _json_row(line, number)


def _json_row(line: str, number: int) -> Row:
    if not line:
        return Unreadable(f"line {number} is longer than {_LONGEST_LINE} characters")
    try:
        line.encode("utf-8")
        row = json.loads(line)
    except UnicodeEncodeError:
        return Unreadable(f"line {number} is not UTF-8")
    except (ValueError, RecursionError) as error:
        return Unreadable(f"line {number} is no JSON: {error}")
    if not isinstance(row, dict):
        return Unreadable(f"line {number} is no JSON object with the fields of a trip")
    return row


def rows_of(trips: object) -> Iterator[Row]:
    """Return the rows of whatever holds trips, without the cells that are empty.

    Parameters
    ----------
    trips
        Mappings, a data frame (pandas, polars), or the path of a file (`read_trips`).

    Raises
    ------
    DataError
        As `read_trips`.
    InvalidInputError
        It is none of these.
    """
    if isinstance(trips, str | Path):
        rows: Iterable[Any] = read_trips(trips)
    elif hasattr(trips, "iter_rows"):
        rows = trips.iter_rows(named=True)
    elif hasattr(trips, "itertuples") and hasattr(trips, "columns"):
        names = [str(name) for name in trips.columns]
        tuples = trips.itertuples(index=False, name=None)
        rows = (dict(zip(names, cells, strict=True)) for cells in tuples)
    elif isinstance(trips, Iterable) and not isinstance(trips, Mapping):
        rows = trips
    else:
        expected = "mappings, a data frame or the path of a file"
        raise InvalidInputError(
            f"trips: expected {expected}, but got {type(trips).__name__}",
            field="trips",
            value=trips,
            expected=expected,
        )
    return map(_given, _begun(rows))


def _begun(rows: Iterable[Any]) -> Iterator[Any]:
    """Begin with rows; whatever an object says that cannot be walked through, it is no table."""
    try:
        return iter(rows)
    except Exception as error:
        raise InvalidInputError(
            f"trips: these cannot be walked through ({error})",
            field="trips",
            expected="mappings, a data frame or the path of a file",
        ) from error


def _given(row: object) -> Row:
    if isinstance(row, Unreadable):
        return row
    if not isinstance(row, Mapping):
        return Unreadable(f"a trip is a mapping, but got {shown(row)}")
    return {str(key): _plain(value) for key, value in row.items() if not _is_empty(value)}


def _is_empty(value: object) -> bool:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    if isinstance(value, str):
        return not value
    return isinstance(value, Real) and bool(value != value)  # noqa: PLR0124 - not a number


def _plain(value: Any) -> Any:  # noqa: ANN401 - numbers of arrays become Python's own
    return value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value
