"""Ground height by the freeway: a coarse grid, corrected by kriging residuals at known points.

Grid cells of 9 km smooth valleys away by hundreds of metres.  Airfields and towns lie in the
valleys, as freeways do, so the residuals (published minus grid) at them are regressed on how the
grid bends around the point.  Points on a freeway have a regression of their own, with one term
more, the valley rule: how low the grid gets to either side across the road, as a road takes the
lowest way through, in a valley as on a pass.  What remains at the
airfields, in units of its expected spread, is interpolated by simple kriging; what remains at the
points on roads is left to `profile`, which carries it along the road.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from starter_build.geo import EARTH_RADIUS_KM, Floats, Nearest, haversine_km
from starter_build.sources import TopographyGrid

NEIGHBOURS = 16
RANGE_KM = 15.0
"""Range of the exponential covariance; chosen by leave-one-out error."""
NUGGET = 0.05
"""Share of the variance that is not explained at zero distance."""
SPREAD_FLOOR_M, SPREAD_PER_RELIEF = 6.0, 0.08
"""Standard deviation of a residual: floor + share of the relief of the 16 grid values around."""
ACROSS_KM = 6.0
RIDGE = 2e-4
"""Share of the mean diagonal added to the normal equations of the regressions."""


@dataclass
class Points:
    """Known elevations: positions in degrees, elevations in metres."""

    latlon: Floats
    elevation_m: Floats
    bearing: Floats
    """Direction of the road at a point on one, radians from east; NaN at an airfield."""


class Terrain:
    """Predicts ground height (with its standard deviation) from the grid and the points."""

    def __init__(self, grid: TopographyGrid, points: Points) -> None:
        self.grid = grid
        self.points = points
        on_road = np.isfinite(points.bearing)
        self.fields = np.flatnonzero(~on_road)
        self.nearest = Nearest(points.latlon[self.fields])
        residual = points.elevation_m - grid.height(points.latlon)
        spread = self._spread(points.latlon)
        self.score = np.empty(len(residual))
        for group in (~on_road, on_road):
            terms = self._terms(points.latlon[group], points.bearing[group])
            weighted = terms / spread[group][:, None]
            normal = weighted.T @ weighted
            normal += RIDGE * np.trace(normal) / len(normal) * np.eye(len(normal))
            scaled = residual[group] / spread[group]
            self.coefficients = np.linalg.solve(normal, weighted.T @ scaled)
            self.score[group] = scaled - weighted @ self.coefficients
        self.variance = float(np.var(self.score[on_road]))

    def _spread(self, latlon: Floats) -> Floats:
        return SPREAD_FLOOR_M + SPREAD_PER_RELIEF * np.ptp(self.grid.box(latlon), axis=1)

    def _terms(self, latlon: Floats, bearing: Floats) -> Floats:
        box = self.grid.box(latlon)
        height = self.grid.height(latlon)
        quarter = np.percentile(box, 25, axis=1)
        terms = [height - box.min(axis=1), height - quarter, box.max(axis=1) - height]
        terms += [height - blurred for blurred in self.grid.blurred(latlon)]
        if np.isfinite(bearing).all():
            terms.append(height - self._low_across(latlon, bearing))
        return np.column_stack(terms)

    def _low_across(self, latlon: Floats, bearing: Floats) -> Floats:
        offset = np.degrees(np.linspace(-ACROSS_KM, ACROSS_KM, 9) / EARTH_RADIUS_KM)
        lat = latlon[:, :1] + np.cos(bearing)[:, None] * offset
        east = -np.sin(bearing)[:, None] * offset
        lon = latlon[:, 1:] + east / np.cos(np.radians(latlon[:, :1]))
        heights = self.grid.height(np.column_stack([lat.ravel(), lon.ravel()]))
        return heights.reshape(lat.shape).min(axis=1)

    def predict(self, latlon: Floats, bearing: Floats) -> tuple[Floats, Floats]:
        """Return heights of road nodes and their standard deviations in metres."""
        spread = self._spread(latlon)
        distance, index = self.nearest.query(latlon, NEIGHBOURS)
        score, share = self._krige(distance, self.fields[index])
        height = self.grid.height(latlon) + self._terms(latlon, bearing) @ self.coefficients
        return height + score * spread, spread * np.sqrt(self.variance * share)

    def _krige(self, distance: Floats, index: NDArray[np.int64]) -> tuple[Floats, Floats]:
        at = self.points.latlon[index]
        between = haversine_km(at[:, :, None, :], at[:, None, :, :])
        covariance = (1 - NUGGET) * np.exp(-between / RANGE_KM)
        covariance[:, np.arange(index.shape[1]), np.arange(index.shape[1])] = 1.0
        towards = (1 - NUGGET) * np.exp(-distance / RANGE_KM)
        weights = np.linalg.solve(covariance, towards[:, :, None])[:, :, 0]
        score = np.einsum("ij,ij->i", weights, self.score[index])
        return score, np.maximum(1 - np.einsum("ij,ij->i", weights, towards), 0.02)
