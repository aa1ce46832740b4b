"""Where regions with chargers of one's own are kept, and whether they are there.

The name of such a folder is a digest of all that the region was made from: the region that it was
before, the content of the charger files, and the source text of what read them.  So a kept region
is never out of date, and one that is damaged is made again.  Nothing is read here, so that a
command that finds its region loads none of the readers.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Final

from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.sources.checksums import file_sha256
from tripplan.sources.store import FORMAT, file_faults
from tripplan.sources.ways import ROADS_REACH, Reach

_DIGITS: Final = 24
"""So many digits of a digest name a folder."""
_READERS: Final = tuple(
    f"tripplan.{name}" for name in ("sources", "sources.chargers", "routing", "records")
)
"""Packages on whose source text a kept region depends."""
ENDINGS: Final = (".csv", ".json", ".geojson")
"""Files of a folder that are read as chargers; one that is named itself may be called anything."""


def charger_files(named: Sequence[str | Path]) -> tuple[Path, ...]:
    """Return the charger files that are named, each once.

    Parameters
    ----------
    named
        Files, and folders of files; of a folder, those right in it whose names end as in `ENDINGS`.

    Raises
    ------
    DataError
        One is not there, or a folder holds no such file; one message names all.
    """
    found: dict[Path, Path] = {}
    faults = []
    for name in named:
        path = as_path(name, where="charger file")
        try:
            files = list(_files(path))
        except (OSError, ValueError):  # a name that is too long for any file, say
            files = []
        if not files:
            what = "there is no such file"
            if _is_folder(path):
                what = f"no file that ends in {', '.join(ENDINGS)} lies in this folder"
            elif "," in str(name):
                what += "; several files are named one by one, without commas"
            faults.append(f"{path}: {what}")
        for file in files:
            found.setdefault(file.resolve(), file)
    if faults:
        raise DataError("\n".join(faults), path=str(named[0]), faults=faults)
    return tuple(found.values())


def _is_folder(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for file in sorted(path.iterdir()):
            if file.is_file() and file.suffix.lower() in ENDINGS and file.name[0] != ".":
                yield file


def kept_folder(base: str, files: Sequence[Path], cache: Path, reach: Reach = ROADS_REACH) -> Path:
    """Return where a region with these chargers is kept, whether it is there or not.

    Parameters
    ----------
    base
        What tells the region from all others.
    files
        The charger files.
    cache
        Folder of such regions.
    reach
        As in `with_chargers`.

    Raises
    ------
    DataError
        A file cannot be read.
    """
    try:
        contents = sorted((file.name, file_sha256(file)) for file in files)
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read ({error.strerror})") from error
    parts = [FORMAT, _reader_digest(), base, repr(reach), repr(contents)]
    return cache / hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS]


def is_whole(folder: Path) -> bool:
    """Tell whether a kept region is there and undamaged; one that is damaged is taken away."""
    if not folder.exists():
        return False
    with suppress(DataError):
        if not file_faults(folder, deep=False):
            return True
    with suppress(OSError):
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    return False


@lru_cache(maxsize=1)
def _reader_digest() -> str:
    """Return a digest of the program that reads and ties chargers."""
    digest = hashlib.sha256(version("tripplan").encode())
    for package in _READERS:
        for file in sorted(resources.files(package).iterdir(), key=lambda one: one.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()
