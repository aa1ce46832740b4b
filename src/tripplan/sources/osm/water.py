"""Outlines of water to rings: whole ways, and pieces of multipolygons joined at their ends."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tripplan.arrays import Floats
from tripplan.records.region import Water
from tripplan.units import EARTH_RADIUS_M

LEAST_M2 = 10_000.0
"""Smaller ponds are left out: a map of a trip cannot show them (assumption)."""


@dataclass(frozen=True, eq=False)
class Outline:
    """A way of an outline of water."""

    start: int
    """OSM id of its first node; ..."""
    end: int
    """... and of its last."""
    points: Floats
    """Latitude and longitude, degrees, shape (points, 2)."""


def rings_of(pieces: Sequence[Outline]) -> tuple[list[Floats], int]:
    """Join pieces of one multipolygon to closed rings.

    Returns
    -------
    tuple
        The rings, each ending with its first point, and how many pieces belong to none.
    """
    at_end: dict[int, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        at_end[piece.start].append(number)
        at_end[piece.end].append(number)
    used: set[int] = set()
    rings, lost = [], 0
    for number, first in enumerate(pieces):
        if number in used:
            continue
        used.add(number)
        row, end, count = [first.points], first.end, 1
        while end != first.start:
            onward = next((k for k in at_end[end] if k not in used), None)
            if onward is None:
                break
            used.add(onward)
            count += 1
            piece = pieces[onward]
            ahead = piece.start == end
            row.append((piece.points if ahead else piece.points[::-1])[1:])
            end = piece.end if ahead else piece.start
        if end == first.start:
            rings.append(np.concatenate(row))
        else:
            lost += count
    return rings, lost


def water_of(rings: Iterable[Floats]) -> Water | None:
    """Lay rings out one after the other, the small ones left out; None: there are none."""
    kept = [ring for ring in rings if len(ring) > 3 and _area_m2(ring) >= LEAST_M2]
    if not kept:
        return None
    points = np.concatenate(kept).astype(np.float32)
    first = np.concatenate(([0], np.cumsum([len(ring) for ring in kept]))).astype(np.int64)
    return Water(first, points[:, 0].copy(), points[:, 1].copy())


def _area_m2(ring: Floats) -> float:
    """Return the area by the shoelace formula, on the plane that touches the earth there."""
    lat, lon = np.radians(ring).T
    x, y = (lon - lon[0]) * np.cos(lat[0]) * EARTH_RADIUS_M, (lat - lat[0]) * EARTH_RADIUS_M
    return 0.5 * abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])))
