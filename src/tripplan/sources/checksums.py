"""Whether files are what was written: sizes and CRC-32 at every opening, SHA-256 on demand.

CRC-32 (ISO 3309) finds every error of up to three bits in files of less than 2^31 bits, every
burst of up to 32 bits, and all but one in 2^32 of others: what disks, copies and power cuts do.  It
is ten times as quick as SHA-256, which also finds what somebody changed on purpose, as long as its
own value is kept elsewhere.
"""

import hashlib
import mmap
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_PART: Final = 1 << 20
"""So many bytes of a file are in memory at once."""
Sums = Mapping[str, Any]
"""What a file was when it was written: ``bytes``, ``crc32`` and ``sha256``."""


def sums_of(content: bytes | memoryview) -> dict[str, Any]:
    """Return size and checksums of what is about to be written."""
    return {
        "bytes": len(content),
        "crc32": f"{zlib.crc32(content):08x}",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fault_of(file: Path, wanted: Sums, *, deep: bool = False) -> str | None:
    """Say in what a file differs from what was written.

    Parameters
    ----------
    file
        The file.
    wanted
        What it was.
    deep
        Whether to compare SHA-256, too.

    Returns
    -------
    str or None
        "is missing", ...; None: nothing is wrong.
    """
    try:
        size = file.stat().st_size
        if size != wanted["bytes"]:
            return f"has {size:,} bytes instead of {wanted['bytes']:,}"
        if size and f"{_crc32(file):08x}" != wanted["crc32"]:
            return "holds other bytes than were written (CRC-32)"
        if deep and file_sha256(file) != wanted["sha256"]:
            return "holds other bytes than were written (SHA-256)"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return None


class DamagedError(ValueError):
    """A file is not what was written."""


def mapped(file: Path, wanted: Sums) -> mmap.mmap:
    """Map a file into memory; what is there has its size and CRC-32.

    Raises
    ------
    DamagedError
        It has not.
    OSError
        It cannot be read.
    """
    with file.open("rb") as stream:
        # Nothing can be mapped of an empty file.
        if file.stat().st_size != wanted["bytes"] or not wanted["bytes"]:
            raise DamagedError(file.name)
        content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    if f"{zlib.crc32(content):08x}" != wanted["crc32"]:
        raise DamagedError(file.name)
    return content


def _crc32(file: Path) -> int:
    crc32 = 0
    with file.open("rb") as stream:
        while part := stream.read(_PART):
            crc32 = zlib.crc32(part, crc32)
    return crc32
