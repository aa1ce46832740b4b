"""Single charge points go to the charging station they stand at: `join_charge_points`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tripplan.records.charger import Charger
from tripplan.sources.chargers.merge import positions_m
from tripplan.sources.chargers.plugs import gathered, none_works

Outline = Sequence[tuple[float, float]]
"""Corners of an area, latitude and longitude in degrees, in order."""

POINT_REACH_M: Final = 60.0
"""A charge point this near a charging station belongs to it (an assumption)."""


def join_charge_points(
    stations: Sequence[Charger],
    points: Sequence[Charger],
    outlines: Mapping[str, Outline] | None = None,
) -> tuple[tuple[Charger, ...], int]:
    """Give single charge points to the station they stand at; the others stay sites of their own.

    A charge point belongs to the station whose area it stands in, else to the nearest one within
    `POINT_REACH_M`.  A station that names its sockets keeps them (its charge points repeat them);
    one that names none gets those of its charge points.

    Parameters
    ----------
    stations
        Sites.
    points
        Single devices.
    outlines
        Areas of those stations that are drawn as areas, by the id of the station.

    Returns
    -------
    tuple of Charger, int
        The sites, and how many charge points went into one.
    """
    if not stations or not points:
        return (*stations, *points), 0
    owner = _owners(stations, points, outlines or {})
    members: dict[int, list[Charger]] = {}
    for point, index in zip(points, owner.tolist(), strict=True):
        members.setdefault(index, []).append(point)
    lone = members.pop(-1, [])
    joined = [_with_points(site, members.get(k, [])) for k, site in enumerate(stations)]
    return (*joined, *lone), len(points) - len(lone)


def _owners(
    stations: Sequence[Charger], points: Sequence[Charger], outlines: Mapping[str, Outline]
) -> NDArray[np.int64]:
    """Return the index of each point's station, or -1, shape (points,)."""
    import shapely  # noqa: PLC0415 - few builds need it, and it is large
    from scipy.spatial import cKDTree  # noqa: PLC0415

    tree = cKDTree(positions_m(stations))
    reach_m, nearest = tree.query(positions_m(points), distance_upper_bound=POINT_REACH_M)
    owner = np.where(np.isfinite(reach_m), nearest, -1).astype(np.int64)
    lat = np.array([point.lat for point in points])
    lon = np.array([point.lon for point in points])
    for index, station in enumerate(stations):
        outline = outlines.get(station.id, ())
        if len(outline) >= 3:
            owner[shapely.contains_xy(shapely.Polygon(outline), lat, lon)] = index
    return owner


def _with_points(station: Charger, points: Sequence[Charger]) -> Charger:
    if not points:
        return station
    plugs = station.connectors or gathered(p for one in points for p in one.connectors)
    entries = (*station.sources, *(entry for point in points for entry in point.sources))
    working = [point for point in points if point.operation != "out_of_service"]
    stalls = station.stalls or sum(point.stalls or 1 for point in working) or None
    works = station.operation if working else "out_of_service"
    if works == "unknown" and any(point.operation == "in_service" for point in working):
        works = "in_service"
    return replace(
        station,
        connectors=plugs if working else none_works(plugs),
        stalls=stalls,
        operation=works,
        sources=entries,
    )
