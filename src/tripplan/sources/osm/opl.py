"""Ways of a file as lines of text: osmium writes them in OPL, and Python reads them from there.

OPL (https://osmcode.org/opl-file-format/) has a line for each object.  One object of osmium asked
for its tags and nodes costs ten times as much as its line, and most of the time for a whole region.
"""

import ctypes
import re
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import osmium

_FORM: Final = "opl,add_metadata=false,locations_on_ways=false"
_ESCAPED: Final = re.compile("%([0-9a-f]*)%")


class WayLine(NamedTuple):
    """One way."""

    id: int
    tags: dict[str, str]
    """As they stand in the line: `plain` gives a text as it is meant."""
    nodes: str
    """As they stand in the line: `refs_of` gives their ids."""


def read_lines(path: Path, *handlers: osmium.BaseHandler) -> Iterator[WayLine]:
    """Give the ways of a file that some filters let pass, in the file's order.

    Parameters
    ----------
    path
        A file that osmium reads.
    handlers
        Filters, and what else is to see the ways.

    Raises
    ------
    RuntimeError
        The file is damaged, or there is no room for the lines.
    UnicodeDecodeError
        A text in it is no UTF-8.
    """
    with tempfile.TemporaryDirectory(prefix="tripplan-osm-") as folder:
        target = Path(folder) / "ways.opl"
        _write(path, target, handlers)
        with target.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                number, tags, nodes = line.split(" ")
                pairs = [pair.split("=") for pair in tags[1:].split(",")]
                yield WayLine(int(number[1:]), dict(pairs) if tags != "T" else {}, nodes[1:-1])


def _write(path: Path, target: Path, handlers: tuple[osmium.BaseHandler, ...]) -> None:
    writer = osmium.SimpleWriter(osmium.io.File(str(target), _FORM))
    try:
        with osmium.io.Reader(str(path), osmium.osm.WAY) as reader:
            osmium.apply(reader, *handlers, writer)
    finally:
        try:
            writer.close()
        except Exception:
            # Its destructor would write once more, throw, and end the process (osmium 4.3.2).
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
            raise


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Return a text as it is meant: OPL has "%20%" in place of a space."""
    return _ESCAPED.sub(lambda met: chr(int(met[1], 16)), text) if "%" in text else text


def refs_of(nodes: str) -> list[int]:
    """Return the ids of the nodes of a line."""
    return list(map(int, nodes.replace("n", "").split(","))) if nodes else []
