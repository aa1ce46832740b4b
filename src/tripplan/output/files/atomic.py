"""Files that are written whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from tripplan.errors import DataError


def write_text_atomically(path: str | Path, text: str) -> None:
    """Write a UTF-8 file under a temporary name beside it, then rename it.

    A file that was there before is either replaced whole or left as it was.

    Raises
    ------
    DataError
        The folder is missing, or it cannot be written there.
    """
    write_bytes_atomically(path, text.encode())


def write_bytes_atomically(path: str | Path, content: bytes) -> None:
    """Write bytes likewise.

    Raises
    ------
    DataError
        The folder is missing, or it cannot be written there.
    """
    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(
            prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent
        )
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
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
