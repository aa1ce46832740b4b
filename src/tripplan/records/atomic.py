"""Files that are written whole or not at all: the one writer of every output.

What is renamed into its place is on the disk before (fsync), so that a power cut leaves the old
file or the new one, and never an empty one.
"""

import contextlib
import glob
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from tripplan.errors import DataError

_OLD_S: Final = 3600.0
"""A temporary file that nobody has written to for so long is that of a writer that was killed."""


def write_text_atomically(path: str | Path, text: str, *, durable: bool = True) -> None:
    """Write a UTF-8 file as `atomic_file` does; the same errors."""
    write_bytes_atomically(path, text.encode(), durable=durable)


def write_bytes_atomically(
    path: str | Path, content: bytes, *, in_new_folder: bool = False, durable: bool = True
) -> None:
    """Write a file as `atomic_file` does; the same errors.

    Parameters
    ----------
    content
        All of it.
    path, in_new_folder, durable
        As for `atomic_file`.
    """
    with atomic_file(path, in_new_folder=in_new_folder, durable=durable) as file:
        file.write(content)


def synced(written: BinaryIO | Path) -> None:
    """Have the system put an open file, or the names in a folder, on the disk.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    if isinstance(written, Path):
        # Some systems do not open folders, and need no such care.
        with contextlib.suppress(OSError):
            handle = os.open(written, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return
    written.flush()
    os.fsync(written.fileno())


@contextlib.contextmanager
def atomic_file(
    path: str | Path, *, in_new_folder: bool = False, durable: bool = True
) -> Iterator[BinaryIO]:
    """Open a file to write under a temporary name beside it, and rename it once it is whole.

    A file that was there before is either replaced whole or left as it was.

    Parameters
    ----------
    path
        The file.
    in_new_folder
        Whether to make its folder where it is missing.
    durable
        Whether it must outlast a power cut; without, one of thousands of files that can be made
        again is written in less time.

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
            prefix=_prefix(target), suffix=".part", dir=target.parent
        )
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            if durable:
                synced(file)
        Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
        if durable:
            synced(target.parent)
            _sweep(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        if isinstance(error, OSError):
            raise _unwritable(target, error) from error
        raise


def _sweep(target: Path) -> None:
    """Take away what killed writers of a file left long ago."""
    with contextlib.suppress(OSError):
        for left in target.parent.glob(f"{glob.escape(_prefix(target))}*.part"):
            if time.time() - left.stat().st_mtime > _OLD_S:
                left.unlink()


def _prefix(target: Path) -> str:
    return f".{target.name[:40]}."


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
