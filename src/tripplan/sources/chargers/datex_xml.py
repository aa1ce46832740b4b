"""DATEX II version 3 as XML, site by site, in the form that its JSON has; a file of any size.

Names lose their namespaces; what repeats becomes a list; ``id`` becomes ``idG``, as in JSON.
"""

from collections.abc import Iterator
from typing import Any, Final, Protocol
from xml.etree import ElementTree as ET

from tripplan.errors import DataError

SITE: Final = "energyInfrastructureSite"
SITE_STATUS: Final = "energyInfrastructureSiteStatus"
_DEEPEST: Final = 60
"""More levels than any publication has."""


class ByteStream(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Read so many bytes at the most; all of them below 0."""
        ...


def is_datex(head: str) -> bool:
    """Tell a publication of charging infrastructure by the beginning of its text."""
    return head.lstrip().startswith("<") and (
        "EnergyInfrastructure" in head or "energyInfrastructure" in head
    )


def datex_sites(stream: ByteStream, *, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a publication holds, one site at a time.

    Parameters
    ----------
    stream
        The XML.
    where
        Name of the file, for messages.

    Yields
    ------
    str, dict
        `SITE` or `SITE_STATUS`, and its content.

    Raises
    ------
    DataError
        It is cut off or damaged, or declares entities of its own.
    """
    source = _without_doctype(stream, where)
    try:
        # Document types are refused above; expat bounds what entities may grow to besides.
        found = ET.iterparse(source, events=("start", "end"))  # noqa: S314
        open_: list[ET.Element] = []
        for event, element in found:
            if event == "start":
                open_.append(element)
                _refuse_depth(len(open_), where)
                continue
            open_.pop()
            name = _local(element.tag)
            if name in (SITE, SITE_STATUS):
                yield name, _tree(element)
                element.clear()
                if open_:
                    open_[-1].remove(element)
    except DataError:
        raise
    except (LookupError, ValueError) as error:
        raise DataError(
            f"{where}: XML in a code that is not known ({error})", path=where
        ) from error
    except ET.ParseError as error:
        line, column = error.position
        raise DataError(
            f"{where}: not valid XML at line {line}, column {column}; the file seems cut off or "
            "damaged: fetch it again",
            path=where,
        ) from error


def _refuse_depth(levels: int, where: str) -> None:
    if levels > _DEEPEST:
        raise DataError(f"{where}: XML that is nested too deeply", path=where)


def _without_doctype(stream: ByteStream, where: str) -> ByteStream:
    """Refuse a document type: no publication has one, and its entities can grow without end."""
    head = stream.read(1 << 16)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise DataError(
            f"{where}: this is HTML (an error page of the server?), or XML with a document type",
            path=where,
        )
    return _Joined(head, stream)


class _Joined:
    """What was read ahead, and the rest."""

    def __init__(self, head: bytes, rest: ByteStream) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1, /) -> bytes:
        head, self._head = self._head, b""
        return head or self._rest.read(size)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _tree(element: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, text in element.attrib.items():
        name = _local(key)
        found["idG" if name == "id" else name] = text
    for child in element:
        value = _value(child)
        name = _local(child.tag)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _value(element: ET.Element) -> object:
    text = (element.text or "").strip()
    if len(element):
        return _tree(element)
    attributes = {
        _local(k): v for k, v in element.attrib.items() if _local(k) not in ("lang", "nil")
    }
    if attributes and not text:
        return _tree(element)
    return text
