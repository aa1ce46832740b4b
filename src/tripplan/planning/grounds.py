"""The ground of a plan: a region by name, and chargers of one's own in place of its own."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from tripplan.errors import InvalidInputError
from tripplan.planning.requests import CACHE, STARTER, named_region
from tripplan.records.region import Region
from tripplan.sources.charger_files import charger_files, given_files
from tripplan.sources.own_chargers import (
    ATLAS_REACH,
    Reach,
    is_whole,
    kept_folder,
    make,
    with_chargers,
)
from tripplan.sources.starter import STARTER_NAMES, load_starter
from tripplan.sources.store import MANIFEST, file_sha256

Chargers = str | Path | Sequence[str | Path]
"""Charger files and folders of them; or the word `ILLUSTRATIVE`; none: the region's own."""

ILLUSTRATIVE: Final = "illustrative"
"""The made-up chargers of the starter atlas."""
KEPT: Final = CACHE / "chargers"
"""Where regions with chargers of one's own are kept; it may be deleted at any time."""


def region_with(region: Region | str, chargers: Chargers = ()) -> Region | str:
    """Return a region with chargers of one's own in place of its own.

    The region that comes of it is kept in `KEPT`, so that the next call has it at once, and is
    made again where the region, a file or the program has changed.

    Parameters
    ----------
    region
        A `Region`, "starter", or the folder of a region.
    chargers
        Files and folders; or "illustrative", for the starter atlas only; none: the region's own.

    Returns
    -------
    Region or str
        The region itself, or the name by which `named_region` finds it.

    Raises
    ------
    InvalidInputError
        There is no region of that name; or it has no illustrative chargers.
    DataError
        A file is not there or cannot be used, or none of its chargers lies on the roads.
    """
    named = [chargers] if isinstance(chargers, str | Path) else list(chargers)
    if ILLUSTRATIVE in named:
        return _illustrative(region, named)
    if not named:
        return region
    files = charger_files(named)
    atlas = _name(region) in STARTER_NAMES.values()
    reach = ATLAS_REACH if atlas else Reach()
    if isinstance(region, Region):
        return with_chargers(region, given_files(files), reach)
    folder = kept_folder(_digest(region), files, KEPT, reach)
    if not is_whole(folder):
        # The atlas' roads alone, without the ways to real chargers of its own.
        base = load_starter(ILLUSTRATIVE) if atlas else named_region(region)
        made = make(replace(base, name=STARTER) if atlas else base, files, folder, reach)
        if made is not None:
            return made
    return str(folder)


def _name(region: Region | str) -> str:
    return region.name if isinstance(region, Region) else region


def _illustrative(region: Region | str, named: Sequence[str | Path]) -> str:
    told = ""
    if _name(region) not in STARTER_NAMES.values():
        told = f"region {_name(region)} has no illustrative chargers, only the starter atlas has"
    elif len(named) > 1:
        told = "illustrative chargers are made up, and do not go together with others"
    if told:
        raise InvalidInputError(
            f"{told}: name files of chargers, or leave them out",
            field="chargers",
            value=ILLUSTRATIVE,
            expected="files or folders of chargers",
        )
    return STARTER_NAMES[ILLUSTRATIVE]


def _digest(region: str) -> str:
    """Return what tells a region from all others: the digest of what names its files' digests."""
    if region in STARTER_NAMES.values():
        provenance = resources.files("tripplan").joinpath("data", "starter", "provenance.json")
        return hashlib.sha256(provenance.read_bytes()).hexdigest()
    for folder in (Path(region), CACHE / region):
        if (folder / MANIFEST).is_file():
            return file_sha256(folder / MANIFEST)
    return named_region(region).name  # says why there is none


def ground_of(region: Region | str, chargers: Chargers = ()) -> Region:
    """Return the region itself that `region_with` returns or names; the same errors."""
    found = region_with(region, chargers)
    return named_region(found) if isinstance(found, str) else found


def charger_notes(region: Region) -> tuple[str, ...]:
    """Return what became of the chargers that a region was made with, in sentences."""
    return tuple(map(str, region.provenance.get("charger_notes", ())))
