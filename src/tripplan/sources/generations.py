"""Folders whose content is replaced in one step: each content in a folder of its own below.

A small file of the outer folder names the content that counts; renaming that file is the step, so
that there is the old content or the new one at any moment, on any file system that renames files.
What was written is on the disk before that (fsync).  Content that no file names is swept away: what
was before, and what a writer left that was killed; that of a writer at work is left to it.
"""

import contextlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

_NAME: Final = re.compile(r"data-[0-9a-f]{12}")
Current = Callable[[], str | None]
"""Tells which content counts; None where none does."""


def is_generation(name: object) -> bool:
    """Tell whether a name is that of a folder of content."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


@contextlib.contextmanager
def new_generation(target: Path, current: Current) -> Iterator[Path]:
    """Make a folder for new content; on leaving, what counts no longer is swept away.

    Parameters
    ----------
    target
        The outer folder; it and its parents are made.
    current
        Tells the content that counts; the caller has changed it before leaving.

    Yields
    ------
    Path
        The folder for the content; it is taken away if the caller fails.

    Raises
    ------
    OSError
        A folder cannot be made.
    """
    target.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as held:
        with _locked(target):
            folder = target / f"data-{secrets.token_hex(6)}"
            folder.mkdir()
            held.enter_context(_locked(folder))
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(OSError):
                target.rmdir()
            raise
    with contextlib.suppress(OSError):
        _sweep(target, current)


def _sweep(target: Path, current: Current) -> None:
    """Take away content that no writer holds and that does not count."""
    with _locked(target):
        for folder in target.iterdir():
            if not is_generation(folder.name) or not folder.is_dir():
                continue
            with _free(folder) as free:
                # Asked again for each: another writer may have changed it before it let go.
                if free and folder.name != current():
                    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _free(folder: Path) -> Iterator[bool]:
    """Hold a folder unless a writer does; tell whether it is held."""
    if sys.platform == "win32":
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder; the system lets go of it when the process ends, however it does."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems know no locks: content is then swept as if none were at work.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
