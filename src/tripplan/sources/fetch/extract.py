"""Overpass JSON of many tiles to one .osm file, so that one reader serves extracts and answers.

Nothing of a stranger's is copied as markup: numbers are written as numbers, text is escaped, and
what XML cannot hold is replaced.  An element that several tiles hold is taken from the answer that
shows the latest state of the map.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import quoteattr

from tripplan.errors import DataError
from tripplan.records.atomic import atomic_file
from tripplan.sources.fetch.http import UnusableAnswerError, read_json
from tripplan.sources.fetch.overpass import TileAnswer

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST_TEXT: Final = 255
"""Characters of a key, a value or a role in OpenStreetMap (API 0.6); longer ones are cut."""
_LARGEST_ID: Final = 2**63 - 1
_TYPES: Final = ("node", "way", "relation")


@dataclass(frozen=True)
class Extract:
    """A file made from answers."""

    path: Path
    elements: dict[str, int]
    """Elements written, by type."""
    skipped: dict[str, int]
    """Elements left out and texts cut, by reason."""


class _BadElementError(Exception):
    """Why an element cannot be written."""


def write_extract(tiles: Sequence[TileAnswer], folder: Path) -> Extract:
    """Write the elements of all tiles to one .osm file, each once; its name is a content hash.

    Parameters
    ----------
    tiles
        Whole answers.
    folder
        Where.

    Raises
    ------
    DataError
        An answer has vanished, or the file cannot be written.
    """
    latest = sorted(tiles, key=lambda tile: tile.content.timestamp, reverse=True)
    hashes = "\n".join(tile.answer.record.sha256 for tile in latest)
    path = folder / f"overpass-{hashlib.sha256(hashes.encode()).hexdigest()[:16]}.osm"
    try:
        with atomic_file(path, in_new_folder=True) as stream:
            counts = _write(latest, stream)
    except UnusableAnswerError as error:
        raise DataError(f"{folder}: an answer in the cache is damaged ({error})") from error
    elements = {kind: counts[0][kind] for kind in _TYPES}
    return Extract(path, elements, dict(sorted(counts[1].items())))


def _write(tiles: Sequence[TileAnswer], stream: BinaryIO) -> tuple[Counter[str], Counter[str]]:
    written: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    known: dict[str, set[int]] = {kind: set() for kind in _TYPES}
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n')
    for tile in tiles:
        for element in read_json(tile.answer.body())["elements"]:
            try:
                kind, number, lines = _element(element, skipped)
            except _BadElementError as reason:
                skipped[str(reason)] += 1
                continue
            if number not in known[kind]:
                known[kind].add(number)
                written[kind] += 1
                stream.write(lines.encode("utf-8"))
    stream.write(b"</osm>\n")
    return written, skipped


def _element(element: object, skipped: Counter[str]) -> tuple[str, int, str]:
    """Return type, id and XML of an element; count what was cut."""
    if not isinstance(element, dict) or element.get("type") not in _TYPES:
        raise _BadElementError("element of no known type")
    kind = str(element["type"])
    number = _id(element.get("id"))
    body = {"node": _node, "way": _way, "relation": _relation}[kind]
    attributes, inside = body(element)
    tags = element.get("tags", {})
    if not isinstance(tags, dict):
        raise _BadElementError(f"{kind}: its tags are no object")
    inside += "".join(f"<tag k={_quoted(key)} v={_quoted(value)}/>" for key, value in tags.items())
    cut = sum(len(words) > LONGEST_TEXT for pair in tags.items() for words in pair)
    if cut:
        skipped[f"text beyond {LONGEST_TEXT} characters, cut"] += cut
    return kind, number, f'<{kind} id="{number}"{attributes}>{inside}</{kind}>\n'


def _node(element: dict[str, Any]) -> tuple[str, str]:
    lat, lon = _degrees(element.get("lat"), 90.0), _degrees(element.get("lon"), 180.0)
    return f' lat="{lat:.7f}" lon="{lon:.7f}"', ""


def _degrees(value: object, limit: float) -> float:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if not plain or not abs(float(str(value))) <= limit:
        raise _BadElementError("node: its position is missing or impossible")
    return float(str(value))


def _way(element: dict[str, Any]) -> tuple[str, str]:
    nodes = element.get("nodes")
    if not isinstance(nodes, list):
        raise _BadElementError("way: it has no nodes")
    return "", "".join(f'<nd ref="{_id(node)}"/>' for node in nodes)


def _relation(element: dict[str, Any]) -> tuple[str, str]:
    members = element.get("members")
    if not isinstance(members, list):
        raise _BadElementError("relation: it has no members")
    return "", "".join(_members(members))


def _members(members: list[Any]) -> Iterator[str]:
    for member in members:
        if not isinstance(member, dict) or member.get("type") not in _TYPES:
            raise _BadElementError("relation: a member of no known type")
        role = _quoted(member.get("role", ""))
        yield f'<member type="{member["type"]}" ref="{_id(member.get("ref"))}" role={role}/>'


def _id(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST_ID:
        raise _BadElementError("an id that is none")
    return value


def _quoted(value: object) -> str:
    if not isinstance(value, str):
        raise _BadElementError("a tag or role that is no text")
    return quoteattr(_NOT_XML.sub("\ufffd", value[:LONGEST_TEXT]))
