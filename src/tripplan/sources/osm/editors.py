"""OpenStreetMap XML as editors and Overpass write it, brought to the plain form that osmium reads.

JOSM marks what is deleted (``action="delete"``, ``visible="false"``) and gives what is new a
negative id; Overpass' ``out geom`` writes positions at the references of a way and leaves the nodes
out.
"""

import bz2
import gzip
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast
from xml.etree import ElementTree as ET

import numpy as np

from tripplan.arrays import Longs

_FIRST_NEW: Final = 1 << 61
"""Negative ids are written as this less them: osmium keeps positions by positive ids only."""
_MARKED: Final = re.compile(
    rb"""<nd\s[^>]*\blat=|\bid=["']-|\baction=["']delete|\bvisible=["']false"""
)
_CHUNK: Final = 1 << 22
_OVERLAP: Final = 512
"""Bytes of a chunk that are looked at again with the next: no tag is that long."""
_OBJECTS: Final = frozenset(("node", "way", "relation"))


def own_id(written: int) -> int:
    """Return the id that the file has for one that osmium was given."""
    return _FIRST_NEW - written if written >= _FIRST_NEW else written


def own_ids(written: Longs) -> Longs:
    """Return the ids that the file has for those that osmium was given, shape (ids,)."""
    return np.where(written >= _FIRST_NEW, _FIRST_NEW - written, written)


@contextmanager
def plain_form(path: Path) -> Iterator[Path]:
    """Give a file that osmium reads as it is meant: the same, or a rewritten copy for a while.

    Parameters
    ----------
    path
        An OpenStreetMap file of any form; only XML is looked into.
    """
    if path.name.endswith(".pbf") or not _is_marked(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="tripplan-osm-") as folder:
        plain = Path(folder) / "plain.osm"
        try:
            _rewrite(path, plain)
        except (ET.ParseError, ValueError, EOFError, zlib.error):
            plain = path  # damaged: osmium says where
        yield plain


def _opened(path: Path) -> IO[bytes]:
    if path.name.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return bz2.open(path, "rb") if path.name.endswith(".bz2") else path.open("rb")


def _is_marked(path: Path) -> bool:
    rest = b""
    try:
        with _opened(path) as stream:
            while chunk := stream.read(_CHUNK):
                if _MARKED.search(rest + chunk):
                    return True
                rest = chunk[-_OVERLAP:]
    except (OSError, EOFError, zlib.error):
        return False  # damaged or no such packing: osmium says so
    return False


def _rewrite(path: Path, plain: Path) -> None:
    """Write living objects with positive ids, and the nodes that only references tell."""
    nodes: set[str] = set()
    told: dict[str, tuple[str, str]] = {}
    with _opened(path) as stream, plain.open("wb") as out:
        out.write(b'<osm version="0.6">\n')
        for _, element in ET.iterparse(stream, events=("end",)):  # noqa: S314 - expat bounds entities
            if element.tag not in _OBJECTS:
                continue
            if element.get("action") != "delete" and element.get("visible") != "false":
                _clean(element, told)
                if element.tag == "node":
                    nodes.add(element.attrib["id"])
                out.write(ET.tostring(element))
            element.clear()
        for node, (lat, lon) in told.items():
            if node not in nodes:
                out.write(ET.tostring(ET.Element("node", {"id": node, "lat": lat, "lon": lon})))
        out.write(b"</osm>\n")


def _clean(element: ET.Element, told: dict[str, tuple[str, str]]) -> None:
    """Make ids positive, and move positions from a way's references to ``told``."""
    element.set("id", _positive(element.attrib["id"]))
    for key in ("action", "visible"):
        element.attrib.pop(key, None)
    for child in list(element):
        if "ref" in child.attrib:
            child.set("ref", _positive(child.attrib["ref"]))
        lat, lon = child.attrib.pop("lat", None), child.attrib.pop("lon", None)
        if child.tag == "nd" and "ref" in child.attrib and lat is not None and lon is not None:
            told[child.attrib["ref"]] = lat, lon
        if child.tag not in {"nd", "tag", "member"}:
            element.remove(child)
        for inner in list(child):
            child.remove(inner)  # the shape of a relation's member, which has no ids


def _positive(text: str) -> str:
    number = int(text)
    return str(_FIRST_NEW - number) if number < 0 else text
