"""Charger files, read with what tells them apart."""

from collections.abc import Sequence
from pathlib import Path

from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.sources.charger_sites import GivenChargers
from tripplan.sources.chargers.files import read_chargers
from tripplan.sources.store import file_sha256


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
