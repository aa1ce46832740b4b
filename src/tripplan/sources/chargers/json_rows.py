"""JSON whose rows are read one at a time, so that a file of any size needs little memory.

An array, an object with an array of rows under a key that some source uses, or one object a line.
Whatever else it is, is parsed as it stands.
"""

import json
from collections.abc import Iterator
from typing import IO, Any, Final

from tripplan.errors import DataError

ROW_KEYS: Final = frozenset(
    ("data", "fuel_stations", "chargerstations", "EVSEData", "features", "elements", "locations")
)
"""Keys of an object under which sources have their rows."""
HEAD: Final = 50
"""Rows that are looked at to tell a format."""
_CHUNK: Final = 1 << 20
_IN_NUMBERS: Final = "0123456789.eE+-"
_SPACE: Final = " \t\r\n"


class JsonRows:
    """What a JSON text holds: its first rows at once, the others one by one.

    Parameters
    ----------
    stream
        The text.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        It is malformed, cut off or nested too deeply, as far as it has been read; also while rows
        are read.
    """

    def __init__(self, stream: IO[str], *, where: str) -> None:
        self._text = _Text(stream, where)
        self._value: Any = None
        """The value without its rows, and with them once `whole` was called."""
        self._place: list[Any] | None = None
        """Where in that value the rows belong."""
        self.key = ""
        """Key that the rows are under; empty: none."""
        self._rows = self._begin()
        self.head: list[Any] = []
        """The first rows; empty where the text has none."""
        for row in self._rows:
            self.head.append(row)
            if len(self.head) >= HEAD:
                break

    def rows(self) -> Iterator[Any]:
        """Yield all rows, once."""
        yield from self.head
        yield from self._rows

    def whole(self) -> Any:  # noqa: ANN401 - whatever the file holds
        """Return what the text holds, as a JSON parser has it; one object a line as a list."""
        rows = list(self.rows())
        if self._place is not None:
            self._place.extend(rows)
        return self._value

    def _begin(self) -> Iterator[Any]:
        first = self._text.peek()
        if first == "[":
            self._value = self._place = []
            yield from self._text.array()
            self._text.end()
        elif first == "{":
            yield from self._object()
        else:
            self._value = self._text.value()
            self._text.end()

    def _object(self) -> Iterator[Any]:
        found: dict[str, Any] = {}
        self._value = found
        for key in self._text.names():
            if key in ROW_KEYS and not self.key and self._text.peek() == "[":
                self.key = key
                self._place = found[key] = []
                yield from self._text.array()
            else:
                found[key] = self._text.value()
        if self._text.peek() != "{":
            self._text.end()
            return
        if self.key:  # the objects of the lines have lists of their own under such a key
            found[self.key].extend(self.head)
            self.head.clear()
        self.key = ""
        self._value = self._place = []
        yield found
        while self._text.peek() == "{":
            yield self._text.value()
        self._text.end()


class _Text:
    """A text that is read in pieces; a value is parsed as soon as it is there whole."""

    def __init__(self, stream: IO[str], where: str) -> None:
        self._stream, self._where = stream, where
        self._buffer, self._at, self._ended = "", 0, False
        self._lines, self._column = 0, 0
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """Return the next character that is no blank; empty at the end."""
        while True:
            while self._at < len(self._buffer):
                found = self._buffer[self._at]
                if found not in _SPACE:
                    return found
                self._at += 1
            if self._ended:
                return ""
            self._fill()

    def array(self) -> Iterator[Any]:
        """Yield the values of an array."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self._closes("]"):
                return

    def names(self) -> Iterator[str]:
        """Yield the keys of an object; the value of each is to be taken before the next."""
        self._take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self._damaged("Expecting property name enclosed in double quotes")
            key = str(self.value())
            self._take(":")
            yield key
            if self._closes("}"):
                return

    def value(self) -> Any:  # noqa: ANN401 - whatever stands there
        """Parse the next value."""
        self.peek()
        while True:
            try:
                found, end = self._decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise self._damaged(error.msg, error.pos) from error
            except (RecursionError, ValueError) as error:
                raise DataError(
                    f"{self._where}: JSON that cannot be read ({type(error).__name__}): nested too "
                    "deeply, or a number with thousands of digits",
                    path=self._where,
                ) from error
            else:
                # A number may go on where the text at hand ends: "0." is cut between two pieces.
                after = self._buffer[end : end + 1]
                if self._ended or (after and after not in _IN_NUMBERS):
                    self._at = end
                    return found
            self._fill(len(self._buffer) - self._at)

    def end(self) -> None:
        """Refuse whatever follows."""
        if self.peek():
            raise self._damaged("Extra data")

    def _closes(self, bracket: str) -> bool:
        found = self.peek()
        if found not in (",", bracket) or not found:
            raise self._damaged("Expecting ',' delimiter")
        self._at += 1
        return found == bracket

    def _take(self, wanted: str) -> None:
        if self.peek() != wanted:
            raise self._damaged(f"Expecting '{wanted}' delimiter")
        self._at += 1

    def _fill(self, least: int = 0) -> None:
        """Read on, as much again as there is, so that a long value is not parsed too often."""
        taken = self._buffer[: self._at]
        lines = taken.count("\n")
        self._lines += lines
        self._column = len(taken) - taken.rfind("\n") - 1 + (0 if lines else self._column)
        more = self._stream.read(max(_CHUNK, least))
        self._ended = not more
        self._buffer, self._at = self._buffer[self._at :] + more, 0

    def _damaged(self, words: str, at: int | None = None) -> DataError:
        place = self._at if at is None else at
        before = self._buffer[:place]
        lines = before.count("\n")
        column = len(before) - before.rfind("\n") + (0 if lines else self._column)
        cut = (self._ended and place >= len(self._buffer.rstrip())) or "Unterminated" in words
        hint = "the file seems cut off: fetch it again" if cut else "the file is damaged"
        return DataError(
            f"{self._where}: not valid JSON at line {self._lines + lines + 1}, column {column} "
            f"({words}); {hint}",
            path=self._where,
        )
