"""The content of a file of chargers, unpacked and as text, in pieces or whole."""

import gzip
import io
import zlib
from typing import IO, Final

from tripplan.errors import DataError

MOST_BYTES: Final = 4 << 30
"""More than this is not unpacked: no list of chargers has it, and some archives have no end."""
GZIP: Final = b"\x1f\x8b"


class Unpacked(io.RawIOBase):
    """The bytes of a file, those inside of it if it is packed with gzip.

    Parameters
    ----------
    stream
        The file.
    where
        Its name, for messages.

    Raises
    ------
    DataError
        It is cut off or damaged, also while it is read.
    """

    def __init__(self, stream: IO[bytes], *, where: str) -> None:
        super().__init__()
        self._where, self._count, self._closing = where, 0, stream
        raw = io.BufferedReader(stream) if isinstance(stream, io.RawIOBase) else stream
        magic = raw.read(2)
        raw.seek(0)
        self.packed = magic == GZIP
        """Whether it was packed."""
        self._raw: IO[bytes] = gzip.GzipFile(fileobj=raw) if self.packed else raw  # type: ignore[assignment]
        self.head = self._read(1 << 16)
        """Its beginning."""
        self._ahead = self.head

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes at the most; all of them below 0."""
        if size is None or size < 0:
            rest, self._ahead = self._ahead, b""
            parts = [rest]
            while part := self._read(1 << 20):
                parts.append(part)
            return b"".join(parts)
        if self._ahead:
            found, self._ahead = self._ahead[:size], self._ahead[size:]
            return found
        return self._read(size)

    def readinto(self, buffer: object) -> int:
        """Read into a buffer."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        found = self.read(len(view))
        view[: len(found)] = found
        return len(found)

    def text(self) -> IO[str]:
        """Return it as UTF-8 text, with or without a mark."""
        return io.TextIOWrapper(io.BufferedReader(self, 1 << 20), encoding="utf-8-sig", newline="")

    def _read(self, size: int) -> bytes:
        try:
            found = self._raw.read(size)
        except (EOFError, OSError, zlib.error) as error:
            if not self.packed:
                raise
            raise DataError(
                f"{self._where}: a gzip archive that is cut off or damaged ({error}): fetch it "
                "again",
                path=self._where,
            ) from error
        self._count += len(found)
        if self._count > MOST_BYTES:
            raise DataError(
                f"{self._where}: more than {MOST_BYTES >> 30} GB unpacked, which is no list of "
                "chargers",
                path=self._where,
            )
        return found
