"""From an extract, rasters and charger files to one `Region`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tripplan.records.charger import Charger
from tripplan.records.region import Region
from tripplan.routing.ordering import inertial_order
from tripplan.sources.charger_files import given_file
from tripplan.sources.charger_sites import GivenChargers, sites_on
from tripplan.sources.chargers.osm import read_osm_elements
from tripplan.sources.chargers.reading import ChargerReading
from tripplan.sources.checksums import file_sha256
from tripplan.sources.elevation.profile import (
    ElevationReport,
    open_elevation,
    unopened_files,
    with_elevation,
)
from tripplan.sources.names import region_names
from tripplan.sources.osm.network import OsmExtract, read_osm
from tripplan.sources.ways import CHARGER_REACH_KM

Progress = Callable[[str], None]


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
        raster = open_elevation(elevation)
        network, heights = with_elevation(network, raster)
        for unopened in unopened_files(raster):
            say(f"heights of {unopened}")
            assumptions.append(f"Heights of {unopened}: those of the other files are used.")
        sources.append(_elevation_source(Path(elevation), heights))
    say("reading and merging chargers")
    given = [GivenChargers(read_osm_elements(osm.charging_stations)), *map(_given, chargers)]
    sites = sites_on(network, given, charger_reach_km, road_beside=partial(_beside_roads, osm))
    assumptions += sites.assumptions
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
            "nodes_made_for_chargers": sites.cuts,
            "charger_notes": list(sites.notes),
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


def _given(item: str | Path | ChargerReading) -> GivenChargers:
    if isinstance(item, ChargerReading):
        return GivenChargers(item)
    return given_file(item)


def _beside_roads(osm: OsmExtract, sites: Sequence[Charger]) -> tuple[Charger, ...]:
    """Return sites with the number of the road beside them, where their source names none."""
    lat = np.array([site.lat for site in sites])
    lon = np.array([site.lon for site in sites])
    roads = osm.numbered.beside(lat, lon)
    return tuple(
        replace(site, road=road) if road and not site.road else site
        for site, road in zip(sites, roads, strict=True)
    )
