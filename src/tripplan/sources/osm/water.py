"""Outlines of water to rings: whole ways, and pieces of multipolygons joined at their ends."""

from collections.abc import Iterable, Sequence

import numpy as np

from tripplan.arrays import Floats
from tripplan.records.region import Water
from tripplan.units import EARTH_RADIUS_M

LEAST_M2 = 10_000.0
"""Smaller ponds are left out: a map of a trip cannot show them (assumption)."""


def rings_of(pieces: Sequence[Floats]) -> tuple[list[Floats], int]:
    """Join pieces of one multipolygon to closed rings, those that meet at their ends.

    Parameters
    ----------
    pieces
        Latitude and longitude of each, degrees, shape (points, 2).

    Returns
    -------
    tuple
        The rings, each ending with its first point, and how many pieces belong to none.
    """
    import shapely  # noqa: PLC0415 - few builds need it, and it is large

    areas, cuts, dangles, crossing = shapely.polygonize_full(list(map(shapely.LineString, pieces)))
    rings = [*shapely.get_exterior_ring(areas.geoms), *crossing.geoms]
    return list(map(shapely.get_coordinates, rings)), len(cuts.geoms) + len(dangles.geoms)


def water_of(rings: Iterable[Floats]) -> Water | None:
    """Lay rings out one after the other, the small ones left out; None: there are none."""
    kept = [ring for ring in rings if len(ring) > 3 and _area_m2(ring) >= LEAST_M2]
    if not kept:
        return None
    points = np.concatenate(kept).astype(np.float32)
    first = np.concatenate(([0], np.cumsum([len(ring) for ring in kept]))).astype(np.int64)
    return Water(first, points[:, 0].copy(), points[:, 1].copy())


def _area_m2(ring: Floats) -> float:
    """Return the area on the plane that touches the earth there."""
    import shapely  # noqa: PLC0415

    lat, lon = np.radians(ring).T
    plane = np.column_stack([(lon - lon[0]) * np.cos(lat[0]), lat - lat[0]]) * EARTH_RADIUS_M
    return float(shapely.Polygon(plane).area)
