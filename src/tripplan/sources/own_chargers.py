"""Chargers of one's own on a region that is there: `with_chargers`, and `make`, which keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tripplan.errors import DataError
from tripplan.records.gazetteer import CHARGER
from tripplan.records.region import Region
from tripplan.routing.ordering import order_with_cuts
from tripplan.sources.charger_files import given_files
from tripplan.sources.charger_sites import (
    ABOUT_CHARGERS,
    ChargerSites,
    GivenChargers,
    sites_on,
)
from tripplan.sources.kept_chargers import is_whole
from tripplan.sources.names import charger_names
from tripplan.sources.store import save_region
from tripplan.sources.ways import ROADS_REACH, Reach


def with_chargers(
    region: Region, given: Sequence[GivenChargers], reach: Reach = ROADS_REACH
) -> Region:
    """Return a region with other chargers in place of its own.

    Roads are cut beside chargers as where a region is built (docs/decisions/0016), so that plans
    are those of a region that was built with them.

    Parameters
    ----------
    region
        Roads and names.
    given
        What was read.
    reach
        How far chargers may be from a road, and what is assumed of the way.

    Raises
    ------
    DataError
        None of the sites lies on the roads.
    """
    sites = sites_on(region.network, given, reach.km, way=reach.way)
    if not len(sites.chargers):
        raise DataError(
            f"none of these chargers can be used on region {region.name}: "
            + "; ".join(sites.notes or (f"no rows in {', '.join(one.name for one in given)}",)),
            faults=sites.notes,
        )
    entries = [entry for entry in region.gazetteer.entries if entry.kind != CHARGER]
    names = (*entries, *charger_names(sites.chargers.chargers))
    others = [told for told in region.assumptions if not told.startswith(ABOUT_CHARGERS)]
    order = None if region.order is None else _order(region.order, sites)
    return replace(
        region,
        network=sites.network,
        chargers=sites.chargers,
        gazetteer=replace(region.gazetteer, entries=names),
        assumptions=(_assumption(sites, reach), *_way(reach), *sites.assumptions, *others),
        provenance=_provenance(region, sites),
        order=order,
    )


def _order(order: NDArray[np.int32], sites: ChargerSites) -> NDArray[np.int32]:
    """Return an order of all nodes: the ends of ways, cuts of roads, and the nodes of before."""
    ends = np.arange(order.size + sites.cuts, sites.network.node_count, dtype=np.int32)
    return np.concatenate([ends, order_with_cuts(order, sites.network, sites.cuts)])


def _way(reach: Reach) -> tuple[str, ...]:
    return () if reach.way is None else (reach.way.in_words,)


def _assumption(sites: ChargerSites, reach: Reach) -> str:
    files = "; ".join(
        f"{source.get('file') or source['package']}: {source['taken']}" for source in sites.sources
    )
    told = f"Chargers are those of files of one's own ({files}), within {reach.km:g} km of a road"
    if reach.way is not None:
        return f"{told}."
    return f"{told}; the way from the road to them is not part of the plan."


def _provenance(region: Region, sites: ChargerSites) -> dict[str, Any]:
    told = dict(region.provenance)
    sources = [one for one in told.get("sources", ()) if not _of_chargers(one)]
    measured = told.get("measured")
    if isinstance(measured, Mapping):
        told["measured"] = {name: one for name, one in measured.items() if name != "chargers"}
    notes = [note for note in told.get("notes", ()) if not str(note).startswith(ABOUT_CHARGERS)]
    return {
        **told,
        "sources": [*sources, *sites.sources],
        **({"notes": notes} if notes else {}),
        "chargers_skipped": sites.skipped,
        "nodes_made_for_chargers": told.get("nodes_made_for_chargers", 0) + sites.cuts,
        "charger_notes": list(sites.notes),
    }


def _of_chargers(source: dict[str, Any]) -> bool:
    return "charging sites" in str(source.get("taken", ""))


def make(
    region: Region, files: Sequence[Path], folder: Path, reach: Reach = ROADS_REACH
) -> Region | None:
    """Tie the chargers of files to a region, and keep what comes of it.

    Parameters
    ----------
    region
        Roads and names.
    files
        The charger files.
    folder
        Where it is kept.
    reach
        As in `with_chargers`.

    Returns
    -------
    Region or None
        None: it is in the folder.  The region itself where nothing can be written there.

    Raises
    ------
    DataError
        A file cannot be used, or none of its chargers lies on the roads.
    """
    made = with_chargers(region, given_files(files), reach)
    if is_whole(folder):  # another process was quicker, and may be reading it by now
        return None
    try:
        save_region(made, folder)
    except DataError:
        # Another process was quicker by a hair; or nothing can be written here.
        return None if is_whole(folder) else made
    return None
