"""Distances, directions and chords on a sphere, for arrays of (lat, lon) in degrees."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tripplan.arrays import Floats

EARTH_RADIUS_KM = 6371.0088
"""IUGG mean radius R1 (Moritz, Geodetic Reference System 1980)."""


def haversine_km(a: Floats, b: Floats) -> Floats:
    """Return great-circle distances in km between positions of shape (..., 2)."""
    p, q = np.radians(a), np.radians(b)
    s = np.sin((q - p) / 2) ** 2
    chord = s[..., 0] + np.cos(p[..., 0]) * np.cos(q[..., 0]) * s[..., 1]
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord))


def unit_vectors(latlon: Floats) -> Floats:
    """Return positions of shape (n, 2) as unit vectors of shape (n, 3)."""
    p = np.radians(latlon)
    cos = np.cos(p[:, 0])
    return np.column_stack([cos * np.cos(p[:, 1]), cos * np.sin(p[:, 1]), np.sin(p[:, 0])])


def to_latlon(vectors: Floats) -> Floats:
    """Return vectors of shape (n, 3), of any length, as degrees of shape (n, 2)."""
    lat = np.arctan2(vectors[:, 2], np.hypot(vectors[:, 0], vectors[:, 1]))
    return np.degrees(np.column_stack([lat, np.arctan2(vectors[:, 1], vectors[:, 0])]))


class Nearest:
    """Nearest-neighbour look-up on the sphere; distances are chords in km."""

    def __init__(self, latlon: Floats) -> None:
        self.tree = cKDTree(unit_vectors(latlon) * EARTH_RADIUS_KM)

    def query(self, latlon: Floats, count: int = 1) -> tuple[Floats, NDArray[np.int64]]:
        """Return distances in km and indices of the `count` nearest, shape (n,) or (n, count)."""
        distance, index = self.tree.query(unit_vectors(latlon) * EARTH_RADIUS_KM, k=count)
        return distance, index

    def within(self, latlon: Floats, radius_km: float) -> list[list[int]]:
        """Return the indices within `radius_km` of each position, each list in rising order."""
        found = self.tree.query_ball_point(unit_vectors(latlon) * EARTH_RADIUS_KM, radius_km)
        return [sorted(indices) for indices in found]


def compass(from_latlon: Floats, to_latlon_: Floats) -> str:
    """Return the compass point (N, NE, ...) in which the second position lies from the first."""
    east = (to_latlon_[1] - from_latlon[1]) * np.cos(np.radians(from_latlon[0]))
    angle = np.degrees(np.arctan2(east, to_latlon_[0] - from_latlon[0])) % 360
    return ("N", "NE", "E", "SE", "S", "SW", "W", "NW")[int(np.floor((angle + 22.5) / 45)) % 8]
