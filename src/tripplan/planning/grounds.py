"""The ground of a plan: a region by name, and chargers of one's own in place of its own."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from tripplan.errors import InvalidInputError
from tripplan.planning.given import GivenRegion, refused, region_of
from tripplan.planning.requests import CACHE, STARTER, folder_of, named_region
from tripplan.records.plan import Plan
from tripplan.records.region import Region
from tripplan.sources.kept_chargers import charger_files, is_whole, kept_folder
from tripplan.sources.starter import STARTER_NAMES, load_starter
from tripplan.sources.store import region_digest
from tripplan.sources.ways import ATLAS_REACH, ROADS_REACH

Chargers = str | Path | Sequence[str | Path]
"""Charger files and folders of them; or the word `ILLUSTRATIVE`; none: the region's own."""

ILLUSTRATIVE: Final = "illustrative"
"""The made-up chargers of the starter atlas."""
KEPT: Final = CACHE / "chargers"
"""Where regions with chargers of one's own are kept; it may be deleted at any time."""


def chargers_beside(names: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Return the names of chargers as a file in a folder means them: files of them lie beside that.

    Parameters
    ----------
    names
        Charger files and folders, or `ILLUSTRATIVE`, shape (names,).
    folder
        Where the file is that names them.
    """
    return tuple(name if name == ILLUSTRATIVE else str(folder / name) for name in names)


def region_with(region: GivenRegion, chargers: Chargers = ()) -> Region | str:
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
        There is no region of that name, it has no illustrative chargers, or no file is named.
    DataError
        A file is not there or cannot be used, or none of its chargers lies on the roads.
    """
    region, named = region_of(region), _named(chargers)
    if ILLUSTRATIVE in named:
        return _illustrative(region, named)
    if not named:
        return region
    files = charger_files(named)
    if _is_atlas(region):
        region = STARTER
    if isinstance(region, Region):
        from tripplan.sources.charger_files import given_files  # noqa: PLC0415 - as below
        from tripplan.sources.own_chargers import with_chargers  # noqa: PLC0415

        return with_chargers(region, given_files(files))
    reach = ATLAS_REACH if region == STARTER else ROADS_REACH
    folder = kept_folder(_digest(region), files, KEPT, reach)
    if not is_whole(folder):
        # What reads chargers loads slow libraries; most plans find their region made.
        from tripplan.sources.own_chargers import make  # noqa: PLC0415

        made = make(_bare(region), files, folder, reach)
        if made is not None:
            return made
    return str(folder)


def _named(chargers: object) -> list[str | Path]:
    """Return what is named, one by one."""
    found = [chargers] if isinstance(chargers, str | Path) else chargers
    if isinstance(found, list | tuple) and all(
        isinstance(name, str | Path) and str(name).strip() for name in found
    ):
        return list(found)
    raise refused("chargers", chargers, f"files or folders of chargers, or {ILLUSTRATIVE!r}")


def _is_atlas(region: Region | str) -> bool:
    """Tell whether a region is the starter atlas, with whichever of its chargers."""
    if isinstance(region, Region):
        tool = str(region.provenance.get("built_with", ""))
        return region.name in STARTER_NAMES.values() and tool.startswith("tools/build_starter.py")
    return region in STARTER_NAMES.values()


def _bare(region: str) -> Region:
    """Return a region as chargers of one's own come to it."""
    if region != STARTER:
        return named_region(region)
    # The roads alone: those with real chargers have the ways to these, too.
    return replace(load_starter(ILLUSTRATIVE), name=STARTER)


def _illustrative(region: Region | str, named: Sequence[str | Path]) -> str:
    told = ""
    if not _is_atlas(region):
        name = region.name if isinstance(region, Region) else region
        told = f"region {name} has no illustrative chargers, only the starter atlas has"
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
    if region == STARTER:
        provenance = resources.files("tripplan").joinpath("data", "starter", "provenance.json")
        return hashlib.sha256(provenance.read_bytes()).hexdigest()
    return region_digest(folder_of(region))


def ground_of(region: GivenRegion, chargers: Chargers = ()) -> Region:
    """Return the region itself that `region_with` returns or names; the same errors."""
    found = region_with(region, chargers)
    return named_region(found) if isinstance(found, str) else found


def ground_of_plan(plan: Plan, region: GivenRegion, chargers: Chargers = ()) -> Region:
    """Return the region on which a plan is looked at; the same errors as of `region_with`.

    Where the starter atlas is named, it is with the chargers that the plan was made with.

    Parameters
    ----------
    plan
        The plan.
    region, chargers
        As for `region_with`.
    """
    atlas = isinstance(region, str) and region == STARTER and not _named(chargers)
    return ground_of(plan.region if atlas and _is_atlas(plan.region) else region, chargers)
