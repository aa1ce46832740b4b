"""Charger files that are named one by one or by their folder, read with what tells them apart."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.sources.charger_sites import GivenChargers
from tripplan.sources.chargers.files import read_chargers
from tripplan.sources.store import file_sha256

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
        files = list(_files(path))
        if not files:
            what = f"no file that ends in {', '.join(ENDINGS)} lies in this folder"
            faults.append(f"{path}: {what if path.is_dir() else 'there is no such file'}")
        for file in files:
            found.setdefault(file.resolve(), file)
    if faults:
        raise DataError("\n".join(faults), path=str(named[0]), faults=faults)
    return tuple(found.values())


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for file in sorted(path.iterdir()):
            if file.is_file() and file.suffix.lower() in ENDINGS and file.name[0] != ".":
                yield file


def given_file(path: str | Path) -> GivenChargers:
    """Read one charger file.

    Parameters
    ----------
    path
        The file; its format is recognised by its content.

    Raises
    ------
    DataError
        As `read_chargers`.
    """
    file = as_path(path, where="charger file")
    reading = read_chargers(file)
    return GivenChargers(reading, file.name, file_sha256(file))


def given_files(paths: Sequence[Path]) -> list[GivenChargers]:
    """Read charger files; what is wrong with any of them is said of all at once.

    Raises
    ------
    DataError
        Some cannot be used; one line for each.
    """
    read, faults = [], []
    for path in paths:
        try:
            read.append(given_file(path))
        except DataError as error:
            faults.append(str(error))
    if faults:
        raise DataError("\n".join(faults), path=str(paths[0]), faults=faults)
    return read
