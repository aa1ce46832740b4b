"""Read a CSV file of any separator into columns, line by line, within bounds of memory.

Only the columns that are asked for are kept, numbers as 8 bytes each: a file of a million rows
and 155 columns takes what its used columns take.
"""

import csv
import itertools
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np

from tripplan.arrays import Floats
from tripplan.calibration.formats import OVMS_COLUMNS, OVMS_MARK, OVMS_RECORD
from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.records.outside import decoding

MOST_ROWS = 500_000
"""A log of more rows is refused (a second each: 280 hours of driving)."""
_BINARY = {
    b"PAR1": "a Parquet file",
    b"PK": "a spreadsheet or zip file",
    b"\x1f\x8b": "packed with gzip",
    b"SQLite format 3": "an SQLite database",
}
"""What files begin with that are no text."""
_KNOWN = 10_000
_NOTHING = frozenset({"", "null", "none", "nan", "-", "n/a"})
"""What programs write where they know nothing."""


@dataclass(eq=False)
class Columns:
    """Used columns of a file; names are in small letters."""

    header: tuple[str, ...]
    numbers: dict[str, Floats] = field(default_factory=dict)
    """Shape (rows,); NaN where there is no number."""
    texts: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    """Line of each row in the file."""
    unreadable: dict[int, str] = field(default_factory=dict)
    """By row: a column that holds something that is no number, and what it holds."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.lines)


Wanted = Callable[[tuple[str, ...]], tuple[list[str], list[str]]]
"""From the header: the names of columns of numbers and of texts that are used."""


def read_columns(path: str | Path, wanted: Wanted) -> Columns:
    """Read the wanted columns of a file.

    Raises
    ------
    DataError
        The file cannot be read, holds no rows, or more than `MOST_ROWS`.
    """
    named = as_path(path, where="log")
    try:
        _refuse_binary(named, f"log {path}")
        with named.open(encoding="utf-8-sig", newline="") as file, decoding(f"log {path}", "table"):
            found = _columns(file, str(path), wanted)
    except OSError as error:
        raise DataError(f"log {path}: cannot be read ({error})", path=str(path)) from error
    if not len(found):
        raise DataError(f"log {path}: holds no rows below its header", path=str(path))
    return found


def _refuse_binary(path: Path, named: str) -> None:
    with path.open("rb") as file:
        start = file.read(16)
    for mark, kind in _BINARY.items():
        if start.startswith(mark):
            raise DataError(f"{named}: {kind}, but a log is text: save it as CSV", path=str(path))


def _columns(file: TextIO, path: str, wanted: Wanted) -> Columns:
    first = file.readline()
    separator = max(",;\t", key=first.count)
    comma = separator == ";"
    bare = OVMS_RECORD in first
    if bare:
        header = tuple(OVMS_COLUMNS)
        lines: Iterable[str] = itertools.chain([first], file)
    else:
        names = next(csv.reader([first], delimiter=separator), [])
        header, lines = tuple(name.strip().lower() for name in names), file
    numbers, texts = wanted(header)
    found = Columns(header)
    stored = {name: array("d") for name in numbers}
    found.texts = {name: [] for name in texts}
    places = {name: header.index(name) for name in (*numbers, *texts)}
    reader = csv.reader(lines, delimiter=separator)
    known: dict[str, str] = {}  # the same few texts again and again are held once
    for cells in reader:
        row = cells
        if bare:  # a record begins with its mark; other records stand between
            row = row[row.index(OVMS_MARK) :] if OVMS_MARK in row else []
        if not any(cell.strip() for cell in row):
            continue
        if len(found.lines) >= MOST_ROWS:
            raise DataError(
                f"log {path}: has more than {MOST_ROWS:,} rows; give it in parts", path=path
            )
        for name in numbers:
            text = row[places[name]].strip() if places[name] < len(row) else ""
            stored[name].append(_number(found, name, text, comma=comma))
        for name in texts:
            text = row[places[name]].strip() if places[name] < len(row) else ""
            found.texts[name].append(known.setdefault(text, text) if len(known) < _KNOWN else text)
        found.lines.append(reader.line_num + (0 if bare else 1))
    found.numbers = {name: np.frombuffer(column) for name, column in stored.items() if column}
    return found


def _number(found: Columns, name: str, text: str, *, comma: bool) -> float:
    """Return the number, NaN where there is none; remember what is neither."""
    if text.lower() in _NOTHING:
        return np.nan
    try:
        number = float(text.replace(",", ".") if comma else text)
    except ValueError:
        number = np.inf
    if not np.isfinite(number):
        found.unreadable[len(found.lines)] = f'{name} is "{text[:40]}"'
        return np.nan
    return number
