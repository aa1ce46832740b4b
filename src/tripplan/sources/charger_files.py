"""Charger files, read with what tells them apart."""

from collections.abc import Sequence
from pathlib import Path

from tripplan.errors import DataError
from tripplan.records.base import as_path
from tripplan.sources.charger_sites import GivenChargers
from tripplan.sources.chargers.beside import NOTHING, Beside
from tripplan.sources.chargers.files import read_chargers, split_beside
from tripplan.sources.checksums import file_sha256


def given_file(path: str | Path, beside: Beside = NOTHING) -> GivenChargers:
    """Read one charger file.

    Parameters
    ----------
    path
        The file; its format is recognised by its content.
    beside
        Tariffs and states of other files.

    Raises
    ------
    DataError
        As `read_chargers`.
    """
    file = as_path(path, where="charger file")
    reading = read_chargers(file, beside=beside)
    return GivenChargers(reading, file.name, file_sha256(file))


def given_files(paths: Sequence[Path]) -> list[GivenChargers]:
    """Read charger files, with files of tariffs and states that belong to them among them.

    What is wrong with any of them is said of all at once.

    Raises
    ------
    DataError
        Some cannot be used; one line for each.
    """
    read, faults = [], []
    try:
        beside, own = split_beside(paths)
    except DataError:
        # Each file says for itself what is wrong with it.
        beside, own = NOTHING, tuple(paths)
    for path in own:
        try:
            read.append(given_file(path, beside))
        except DataError as error:
            faults.append(str(error))
    if faults:
        raise DataError("\n".join(faults), path=str(paths[0]), faults=faults)
    return read
