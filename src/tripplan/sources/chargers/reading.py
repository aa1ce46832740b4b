"""What a reader of chargers hands back, and the loop and the decoding that all of them share."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from tripplan.errors import DataError
from tripplan.records.base import as_text
from tripplan.records.charger import Charger
from tripplan.sources.chargers.merge import apart_m, combined
from tripplan.sources.chargers.superchargers import of_tesla
from tripplan.sources.chargers.values import SkipRow, Tally, row_of

JOINED: Final = "a further row of a site, its values joined"
"""Why a row is no site of its own; its plugs and values are not lost."""
SAME_SITE_M: Final = 500.0
"""Rows with one id that lie further apart are not one site (an assumption)."""

_SCRIPT: Final = re.compile(
    rb"(?:export\s+(?:default\s+)?)?(?:(?:var|let|const)\s+)?[\w.$]+\s*=\s*[\[{]"
)
"""How a script begins that gives a name to an object: "var stations = {"."""
_MAGIC: Final = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet: unpack it, or save it as CSV"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file: save it as CSV or GeoJSON"),
    (b"\xff\xfe", "text in UTF-16: save it as UTF-8"),
    (b"\xfe\xff", "text in UTF-16: save it as UTF-8"),
)


@dataclass(frozen=True)
class ChargerReading:
    """The chargers of one file or answer, and what was not taken from it."""

    chargers: tuple[Charger, ...]
    """The sites that could be read, in the order of the file."""
    skipped: Mapping[str, int]
    """Rows that did not become a site, counted by reason."""
    source: str
    """Name of the data source."""
    format: str
    """Name of the format that it was read as."""
    ignored: Mapping[str, int] = field(default_factory=dict)
    """Values that were left out or cut although their row was kept, counted by reason."""

    def __post_init__(self) -> None:
        for name in ("skipped", "ignored"):
            counts = dict(sorted(getattr(self, name).items()))
            object.__setattr__(self, name, MappingProxyType(counts))

    @property
    def row_count(self) -> int:
        """Rows that were read: those that became a site and those skipped."""
        return len(self.chargers) + sum(self.skipped.values())


def read_rows(
    rows: Iterable[object],
    make: Callable[[Mapping[str, Any], Tally], Charger],
    *,
    source: str,
    format: str,  # noqa: A002 - the word of the record
) -> ChargerReading:
    """Make a charger of each row; join rows with the same id; count what cannot be one.

    Parameters
    ----------
    rows
        The entries, of whatever type the file has.
    make
        Makes the charger, or raises `SkipRow`.
    source, format
        Names for the reading.
    """
    tally = Tally()
    sites: dict[str, list[Charger]] = {}
    for row in rows:
        try:
            charger = of_tesla(make(row_of(row), tally))
        except SkipRow as reason:
            tally.skipped[str(reason)] += 1
            continue
        same = sites.setdefault(charger.id, [])
        if same and apart_m(same[0], charger) > SAME_SITE_M:
            tally.skipped["the id of an earlier row, at another place"] += 1
        else:
            same.append(charger)
    joined = sum(len(same) - 1 for same in sites.values())
    if joined:
        tally.skipped[JOINED] += joined
    return ChargerReading(
        chargers=tuple(combined(same) for same in sites.values()),
        skipped=tally.skipped,
        source=source,
        format=format,
        ignored=tally.ignored,
    )


def refuse_other_kinds(head: bytes, *, where: str) -> None:
    """Refuse what is no text.

    Parameters
    ----------
    head
        The beginning of the file.
    where
        Its name, for messages.

    Raises
    ------
    DataError
        It is empty, or another kind of file.
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise DataError(f"{where}: this is no list of chargers but {kind}", path=where)
    if b"OSMHeader" in head[:64]:
        raise DataError(
            f"{where}: this is an .osm.pbf extract; chargers in it are read with its roads",
            path=where,
        )
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise DataError(f"{where}: the file is empty", path=where)
    if b"\0" in head:
        raise DataError(f"{where}: a binary file, not a list of chargers", path=where)
    if _SCRIPT.match(start):
        raise DataError(
            f"{where}: a script (JavaScript) that holds data, not data: keep what stands from the "
            "first { or [ to the last } or ] in a file of its own",
            path=where,
        )
    if start.startswith(b"<"):
        raise DataError(
            f"{where}: this is HTML or XML (an error page of the server?), not JSON or CSV, and no "
            "DATEX II",
            path=where,
        )


def decode(data: bytes, *, where: str) -> str:
    """Decode a table: UTF-8 with or without a mark, or cp1252, which spreadsheets of Windows write.

    Raises
    ------
    DataError
        It is empty, another kind of file, or text in another code.
    """
    refuse_other_kinds(data, where=where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            found = data.decode("cp1252")
        except UnicodeDecodeError:
            found = "\0"
        if any(unicodedata.category(ch) == "Cc" and ch not in "\t\r\n\f" for ch in set(found)):
            raise DataError(
                f"{where}: neither UTF-8 text nor cp1252 (byte {error.start}); save it as UTF-8",
                path=where,
            ) from error
        return found


def parse_json(text: str, *, where: str) -> object:
    """Parse JSON.

    Raises
    ------
    DataError
        It is cut off, malformed or nested too deeply.
    """
    text = as_text(text, where=where)
    try:
        found: object = json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or "Unterminated" in error.msg
        hint = "the file seems cut off: fetch it again" if cut else "the file is damaged"
        raise DataError(
            f"{where}: not valid JSON at line {error.lineno}, column {error.colno} "
            f"({error.msg}); {hint}",
            path=where,
        ) from error
    except (RecursionError, ValueError) as error:
        raise DataError(
            f"{where}: JSON that cannot be read ({type(error).__name__}): nested too deeply, or "
            "a number with thousands of digits",
            path=where,
        ) from error
    return found


def features_of(data: object, where: str) -> list[Any]:
    """Return the features of a GeoJSON feature collection.

    Raises
    ------
    DataError
        It is none.
    """
    features = data.get("features") if isinstance(data, Mapping) else None
    if not isinstance(features, list):
        raise wrong_shape(where, "a GeoJSON feature collection")
    return features


def rows_in(data: object, where: str, wanted: str) -> Iterable[Any]:
    """Return the rows of a list, or of what is read row by row.

    Raises
    ------
    DataError
        It is neither.
    """
    if not isinstance(data, Iterable) or isinstance(data, str | Mapping):
        raise wrong_shape(where, wanted)
    return data


def wrong_shape(where: str, wanted: str) -> DataError:
    """Return the error for JSON of the wrong shape."""
    return DataError(f"{where}: not the form expected here: {wanted}", path=where)
