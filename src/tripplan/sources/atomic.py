"""Files that are written whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tripplan.errors import DataError


def write_text_atomically(path: str | Path, text: str) -> None:
    """Write a UTF-8 file as `atomic_file` does; the same errors."""
    write_bytes_atomically(path, text.encode())


def write_bytes_atomically(
    path: str | Path, content: bytes, *, in_new_folder: bool = False
) -> None:
    """Write a file as `atomic_file` does; the same errors."""
    with atomic_file(path, in_new_folder=in_new_folder) as file:
        file.write(content)


@contextlib.contextmanager
def atomic_file(path: str | Path, *, in_new_folder: bool = False) -> Iterator[BinaryIO]:
    """Open a file to write under a temporary name beside it, and rename it once it is whole.

    A file that was there before is either replaced whole or left as it was.

    Parameters
    ----------
    path
        The file.
    in_new_folder
        Whether to make its folder where it is missing.

    Raises
    ------
    DataError
        The folder is missing, or it cannot be written there.
    """
    target = Path(path)
    try:
        if in_new_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(
            prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent
        )
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        if isinstance(error, OSError):
            raise _unwritable(target, error) from error
        raise


def _mode(target: Path) -> int:
    """Return the permissions that a plain `open` would give, or those that are there."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _unwritable(target: Path, error: OSError) -> DataError:
    hint = "" if target.parent.is_dir() else f"; there is no folder {target.parent}"
    reason = error.strerror or str(error)
    return DataError(f"file {target}: cannot be written ({reason}){hint}", path=str(target))
