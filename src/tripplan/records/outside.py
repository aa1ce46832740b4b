"""What comes from outside, by way of decoders that other people wrote.

A decoder that is given damaged bytes raises what it likes: errors of its own, of the C library
below it, or of Python.  At the doors to such decoders all of them become a `DataError` that names
the file; the original error is kept as its cause.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tripplan.errors import DataError, TripplanError

MOST_TEXT_BYTES: Final = 16 << 20
"""A file of settings, of a car or a study is shorter: all of the catalogue has 0.2 MB."""
MOST_DEPTH: Final = 24
"""Tables within tables; a car's file has three."""


@contextmanager
def decoding(path: str | Path, what: str) -> Iterator[None]:
    """Turn whatever a decoder raises into a `DataError` that names the file.

    Parameters
    ----------
    path
        The file, or a name of the text.
    what
        What it should be: "GeoTIFF".

    Raises
    ------
    DataError
        It cannot be decoded.
    """
    try:
        yield
    except TripplanError:
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise DataError(f"{path}: not a readable {what} ({reason:.300})", path=str(path)) from error


def read_text_file(path: Path, what: str) -> str:
    """Read a file of text, of no more than `MOST_TEXT_BYTES`.

    Parameters
    ----------
    path
        The file.
    what
        What it should be, for the message.

    Raises
    ------
    DataError
        It cannot be read, is no UTF-8, or too long.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_TEXT_BYTES + 1)
        if len(content) > MOST_TEXT_BYTES:
            raise DataError(
                f"{what} {path}: is longer than {MOST_TEXT_BYTES >> 20} MB, which no {what} is",
                path=str(path),
            )
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{what} {path}: cannot be read ({error})", path=str(path)) from error


def refuse_depth(data: object, where: str) -> None:
    """Refuse tables and lists that lie in each other too deep to be meant.

    Raises
    ------
    DataError
        They do.
    """
    level = [data]
    for _ in range(MOST_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, Mapping | list | tuple)
            for inner in (one.values() if isinstance(one, Mapping) else one)
        ]
        if not level:
            return
    raise DataError(f"{where}: more than {MOST_DEPTH} tables lie in each other", path=where)
