"""The points of the sphere nearest to a place, or near to it.

A plan asks about a handful of places, of which each needs but the points of its own latitudes;
building a region asks about thousands, which a k-d tree is for.  scipy's takes longer to import
than a plan on the built-in atlas takes to find, so it is imported when it is wanted.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from tripplan.arrays import Floats, Longs
from tripplan.routing.geometry import unit_vectors
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

FEW_PLACES: Final = 16
"""Up to so many places are looked up one by one."""
_FIRST_DEG = 0.05
"""Latitudes on either side that are looked at first, degrees."""
_WIDER = 4.0
"""Each time there was no point in them, so many times as many are looked at."""
_ROUNDING = 1.0 + 1e-9
_ROUNDING_DEG = 1e-9


class NearestPoints:
    """Some points of the sphere.

    Parameters
    ----------
    lat, lon
        The points, shape (points,). [degrees]
    """

    def __init__(self, lat: Floats, lon: Floats) -> None:
        self._lat, self._lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
        self.size = self._lat.size

    @cached_property
    def _from_south(self) -> tuple[Longs, Floats]:
        """The points by rising latitude, and their latitudes."""
        order = np.argsort(self._lat, kind="stable")
        return order, self._lat[order]

    @cached_property
    def _tree(self) -> "cKDTree":
        from scipy.spatial import cKDTree  # noqa: PLC0415 - see the top

        return cKDTree(unit_vectors(self._lat, self._lon))

    def nearest(self, lat: Floats, lon: Floats) -> tuple[Longs, Floats]:
        """Return the nearest point to each place, and the distance.

        Parameters
        ----------
        lat, lon
            The places, shape (places,). [degrees]

        Returns
        -------
        tuple
            Point and great-circle distance [km] of each place, shape (places,) each.  There has to
            be a point.
        """
        lat, lon = np.atleast_1d(lat), np.atleast_1d(lon)
        if lat.size > FEW_PLACES:
            chord, point = self._tree.query(unit_vectors(lat, lon))
            return np.asarray(point, np.int64), _km(_angle(np.asarray(chord)))
        found = [self._nearest(*place) for place in zip(lat.tolist(), lon.tolist(), strict=True)]
        return (
            np.array([point for point, _ in found], np.int64),
            _km(np.array([angle for _, angle in found], np.float64)),
        )

    def within(self, lat: Floats, lon: Floats, reach_km: Floats) -> tuple[Longs, Longs]:
        """Find all points within a distance of each place, straight through the Earth.

        Parameters
        ----------
        lat, lon
            The places, shape (places,). [degrees]
        reach_km
            The distance, of each place, shape (places,). [km]

        Returns
        -------
        tuple
            Place and point of each pair, shape (pairs,) each, by place.
        """
        reach = reach_km * M_PER_KM / EARTH_RADIUS_M
        places = unit_vectors(lat, lon)
        if lat.size > FEW_PLACES:
            found = list(self._tree.query_ball_point(places, reach))
        else:
            points = unit_vectors(self._lat, self._lon)
            found = [
                np.flatnonzero(np.linalg.norm(points - place, axis=1) <= far)
                for place, far in zip(places, reach, strict=True)
            ]
        place = np.repeat(np.arange(lat.size), [len(one) for one in found])
        return place, np.concatenate([np.asarray(one, np.int64) for one in found])

    def _nearest(self, lat: float, lon: float) -> tuple[int, float]:
        """Return the nearest point and its angle [rad]; points are as far off as their latitude."""
        order, rising = self._from_south
        here = unit_vectors(np.array([lat]), np.array([lon]))
        reach = _FIRST_DEG
        while True:
            low, high = np.searchsorted(rising, (lat - reach, lat + reach)).tolist()
            band = order[low:high]
            if not band.size:
                reach *= _WIDER
                continue
            chord = np.linalg.norm(unit_vectors(self._lat[band], self._lon[band]) - here, axis=1)
            best = int(np.argmin(chord))
            angle = float(_angle(chord[best]))
            if band.size == self.size or np.degrees(angle) <= reach:
                return int(band[best]), angle
            reach = float(np.degrees(angle)) * _ROUNDING + _ROUNDING_DEG


def _angle(chord: Floats) -> Floats:
    return np.asarray(2.0 * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0)))


def _km(angle: Floats) -> Floats:
    return angle * EARTH_RADIUS_M / M_PER_KM
