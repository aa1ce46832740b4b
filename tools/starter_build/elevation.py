"""Elevation of every node, and how far held-out published points are missed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from starter_build.geo import Floats, Nearest
from starter_build.network import Network
from starter_build.profile import ANCHOR_SLOPE, Anchors, Roads, solve_profile
from starter_build.sources import Airport, Published, TopographyGrid
from starter_build.terrain import Points, Terrain

AIRPORTS_WITHIN_KM = 60.0
ON_FREEWAY_KM = 10.0
"""Published points farther from any node neither pull the road nor are judged."""
OFF_ROAD_SLOPE = 0.03
"""The terrain at a node that may lie off the road is trusted less, by 3 % of the relief a km."""


@dataclass
class Elevations:
    """What the elevation step needs and yields."""

    network: Network
    published: list[Published]
    terrain: Terrain
    roads: Roads
    anchors: Anchors
    anchor_row: NDArray[np.int64]
    """Row of `published` of each anchor."""
    terrain_m: Floats
    terrain_sd_m: Floats
    airports_used: int
    node_m: Floats


def estimate(
    network: Network, airports: list[Airport], published: list[Published], grid: TopographyGrid
) -> Elevations:
    """Estimate node elevations from the grid, the airfields and the published points."""
    nearest = Nearest(network.latlon)
    relief = np.ptp(grid.box(network.latlon), axis=1)
    anchors, rows = _anchors(network, published, nearest, relief)
    fields = np.array([(a.lat, a.lon) for a in airports])
    close = nearest.query(fields)[0] < AIRPORTS_WITHIN_KM
    field_m = np.array([a.elevation_m for a in airports])[close]
    bearing = network.bearing()
    points = Points(
        np.vstack([fields[close], network.latlon[anchors.node]]),
        np.concatenate([field_m, anchors.elevation_m]),
        np.concatenate([np.full(len(field_m), np.nan), bearing[anchors.node]]),
    )
    terrain = Terrain(grid, points)
    roads = Roads(network.tail, network.head, network.length_km, relief)
    height, sd = terrain.predict(network.latlon, bearing)
    sd = np.hypot(sd, OFF_ROAD_SLOPE * relief * network.off_road_km)
    return Elevations(
        network, published, terrain, roads, anchors, rows, height, sd, int(close.sum()),
        solve_profile(roads, height, sd, anchors),
    )  # fmt: skip


def _anchors(
    network: Network, published: list[Published], nearest: Nearest, relief: Floats
) -> tuple[Anchors, NDArray[np.int64]]:
    distance, node = nearest.query(np.array([(p.lat, p.lon) for p in published]))
    for row, point in enumerate(published):
        known = network.point_node.get((point.name, point.state))
        if known is not None:
            distance[row], node[row] = 0.0, known
    rows = np.flatnonzero(distance < ON_FREEWAY_KM)
    node, distance = node[rows], distance[rows]
    sd = np.array([published[row].uncertainty_m for row in rows])
    sd = np.hypot(sd, ANCHOR_SLOPE * relief[node] * distance)
    metres = np.array([published[row].elevation_m for row in rows])
    return Anchors(node, metres, sd), rows


def leave_one_out(elevations: Elevations) -> Floats:
    """Return, for each anchor, predicted minus published metres when it is held out.

    The whole profile is solved anew without it.  (The seven regression coefficients of the terrain
    and the node at a pass are kept.)
    """
    e = elevations
    errors = np.empty(len(e.anchor_row))
    for k, row in enumerate(e.anchor_row):
        solved = solve_profile(e.roads, e.terrain_m, e.terrain_sd_m, e.anchors.without(k))
        errors[k] = solved[e.anchors.node[k]] - e.published[row].elevation_m
    return errors


def error_figures(errors: Floats) -> dict[str, float]:
    """Return count, bias, mean and median absolute error and the 95th percentile in metres."""
    size = np.abs(errors)
    return {
        "points": len(errors),
        "bias_m": round(float(errors.mean()), 1),
        "mean_absolute_m": round(float(size.mean()), 1),
        "median_absolute_m": round(float(np.median(size)), 1),
        "p95_absolute_m": round(float(np.percentile(size, 95)), 1),
    }


def leave_one_out_figures(elevations: Elevations) -> dict[str, dict[str, float]]:
    """Return the leave-one-out errors of all points, of towns, of passes and of high points."""
    errors = leave_one_out(elevations)
    points = [elevations.published[row] for row in elevations.anchor_row]
    town = np.array([p.kind == "town" for p in points])
    high = np.array([p.elevation_m > 1500 for p in points])
    groups = {
        "all": town | ~town,
        "above_1500_m": high,
        "towns": town,
        "passes_and_tunnels": ~town,
    }
    return {name: error_figures(errors[mask]) for name, mask in groups.items()}
