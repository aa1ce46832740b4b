"""From an extract, rasters and charger files to one `Region`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from tripplan.records.charger import Charger, rated_only
from tripplan.records.charger_set import ChargerSet
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.routing.ordering import inertial_order
from tripplan.sources.chargers.assume import assume_powers
from tripplan.sources.chargers.files import read_chargers
from tripplan.sources.chargers.merge import merge_chargers
from tripplan.sources.chargers.osm import read_osm_elements
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.elevation.profile import ElevationReport, open_elevation, with_elevation
from tripplan.sources.names import region_names
from tripplan.sources.osm.network import OsmExtract, read_osm
from tripplan.sources.snap import snap_to_roads
from tripplan.sources.store import file_sha256

CHARGER_REACH_KM = 1.0
"""Chargers farther than this from the nearest usable road are left out (assumption)."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Sites:
    """Chargers on the network, and what became of the others."""

    network: RoadNetwork
    """With a node beside each charger."""
    new_nodes: int
    chargers: ChargerSet
    sources: list[dict[str, Any]]
    skipped: dict[str, int]
    assumed_plugs: int


def build_region(
    extract: str | Path,
    *,
    elevation: str | Path | None = None,
    chargers: Sequence[str | Path | ChargerReading] = (),
    name: str | None = None,
    ferries: bool = False,
    country: str | None = None,
    charger_reach_km: float = CHARGER_REACH_KM,
    on_progress: Progress | None = None,
) -> Region:
    """Read everything that makes a region.

    Parameters
    ----------
    extract
        An OpenStreetMap extract: .osm.pbf, .osm, .osm.gz or .osm.bz2.
    elevation
        A raster or a folder of rasters; None: the region is flat, and says so.
    chargers
        Files in any of the formats of `read_chargers`, or what was read already, beside the
        extract's own stations.
    name
        Name of the region; None: that of the extract.
    ferries
        Whether ferries count as roads.
    country
        ISO code for default speed limits; None: as the extract's tags say.
    charger_reach_km
        Chargers farther than this from the nearest usable road are left out; coarse networks want
        more. The way to them is not part of a plan. [km]
    on_progress
        Called with each stage as it begins.

    Raises
    ------
    DataError
        A file cannot be used.
    InvalidInputError
        The country is not known.
    """
    say = on_progress or (lambda _stage: None)
    path = Path(extract)
    say(f"reading roads from {path.name}")
    osm = read_osm(path, ferries=ferries, country=country)
    network = osm.network
    sources = [_extract_source(path, osm)]
    assumptions = [_limits_assumption(osm), *_heights_assumption(elevation)]
    if elevation is not None:
        say("sampling elevation along the roads")
        network, heights = with_elevation(network, open_elevation(elevation))
        sources.append(_elevation_source(Path(elevation), heights))
    say("reading and merging chargers")
    sites = _sites(network, osm, chargers, charger_reach_km)
    if sites.assumed_plugs:
        assumptions.append(
            f"The power of {sites.assumed_plugs} kinds of plug is not stated by any source and was "
            "assumed; each plug names the rule."
        )
    names = region_names(sites.network, osm.places, sites.chargers.chargers)
    say("ordering the nodes")
    return Region(
        name=name or path.name.partition(".")[0],
        network=sites.network,
        chargers=sites.chargers,
        gazetteer=names.gazetteer,
        assumptions=tuple(assumptions),
        provenance={
            "built": datetime.now(UTC).date().isoformat(),
            "sources": [*sources, *sites.sources, *names.sources],
            "names": names.counts,
            "chargers_skipped": sites.skipped,
            "nodes_made_for_chargers": sites.new_nodes,
        },
        order=inertial_order(sites.network),
        water=osm.water,
    )


def _extract_source(path: Path, osm: OsmExtract) -> dict[str, Any]:
    return {
        "package": path.name,
        "sha256": file_sha256(path),
        "licence": "ODbL 1.0",
        "origin": "OpenStreetMap contributors",
        "taken": "roads, places, charging stations, water",
        "report": asdict(osm.report),
    }


def _elevation_source(path: Path, heights: ElevationReport) -> dict[str, Any]:
    return {
        "package": heights.raster,
        "licence": "as the raster's source states it",
        "origin": path.name,
        "taken": "elevation along the roads",
        "report": asdict(heights),
    }


def _limits_assumption(osm: OsmExtract) -> str:
    share = osm.report.stated_limit_share
    return (
        f"Speed limits are stated for {share:.0%} of the road length; the others, and all driving "
        "speeds, come from a model of class, curvature and built-up areas."
    )


def _heights_assumption(elevation: str | Path | None) -> list[str]:
    return [] if elevation is not None else ["No elevation was given: all roads count as level."]


def _sites(
    network: RoadNetwork,
    osm: OsmExtract,
    given: Sequence[str | Path | ChargerReading],
    reach_km: float,
) -> _Sites:
    read = [item if isinstance(item, ChargerReading) else read_chargers(item) for item in given]
    readings = [read_osm_elements(osm.charging_stations), *read]
    merged = merge_chargers(site for reading in readings for site in reading.chargers)
    # Restricted and broken sites stay: whether they will do is for each trip to say.
    known = rated_only(assume_powers(merged.chargers))
    skipped = Counter({"no plug of known power": len(merged.chargers) - len(known)})
    for reading in readings:
        skipped.update(reading.skipped)
    lat = np.array([site.lat for site in known])
    lon = np.array([site.lon for site in known])
    snapped = snap_to_roads(network, lat, lon, reach_km)
    near = np.flatnonzero(snapped.away_km <= reach_km)
    skipped["no road within reach"] += len(known) - near.size
    kept = _beside_roads([known[k] for k in near], osm)
    return _Sites(
        network=snapped.network,
        new_nodes=snapped.new_nodes,
        chargers=ChargerSet(kept, snapped.node[near].astype(np.int32)),
        sources=[
            {
                "package": reading.source,
                "licence": _licences(reading),
                "origin": reading.format,
                "taken": f"{len(reading.chargers)} charging sites",
                "report": {"skipped": dict(reading.skipped), "ignored": dict(reading.ignored)},
            }
            for reading in readings
            if reading.row_count
        ],
        skipped={reason: count for reason, count in sorted(skipped.items()) if count},
        assumed_plugs=sum(plug.power_assumed for site in kept for plug in site.connectors),
    )


def _beside_roads(sites: Sequence[Charger], osm: OsmExtract) -> tuple[Charger, ...]:
    """Return sites with the number of the road beside them, where their source names none."""
    lat = np.array([site.lat for site in sites])
    lon = np.array([site.lon for site in sites])
    roads = osm.numbered.beside(lat, lon)
    return tuple(
        replace(site, road=road) if road and not site.road else site
        for site, road in zip(sites, roads, strict=True)
    )


def _licences(reading: ChargerReading) -> str:
    found = {entry.licence for site in reading.chargers for entry in site.sources if entry.licence}
    return ", ".join(sorted(found)) or "not stated"
