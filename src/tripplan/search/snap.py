"""Places to nodes: the nearest node that the car can leave or reach."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tripplan.errors import OffNetworkError
from tripplan.region import RoadNetwork
from tripplan.trip import Place
from tripplan.units import EARTH_RADIUS_M, M_PER_KM


def _unit_vectors(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


class NodeIndex:
    """Nearest-node look-up on the sphere.

    Parameters
    ----------
    network
        The roads.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._tree = cKDTree(_unit_vectors(network.lat, network.lon))

    def nearest(
        self, lat: NDArray[np.float64], lon: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest node of each position and its great-circle distance in km."""
        chord, node = self._tree.query(_unit_vectors(np.atleast_1d(lat), np.atleast_1d(lon)))
        angle = 2.0 * np.arcsin(np.clip(np.asarray(chord) / 2.0, 0.0, 1.0))
        return np.asarray(node, dtype=np.int64), angle * EARTH_RADIUS_M / M_PER_KM

    def snap(self, place: Place, limit_km: float) -> tuple[int, float]:
        """Return the node nearest to a place and how far it is, in km.

        Raises
        ------
        OffNetworkError
            The nearest node is farther than ``limit_km``.
        """
        nodes, distances = self.nearest(np.array([place.lat]), np.array([place.lon]))
        distance_km = float(distances[0])
        if distance_km > limit_km:
            raise OffNetworkError(
                f"no road near {place.label}: the nearest one of this region is "
                f"{distance_km:.0f} km away (limit {limit_km:g} km). "
                "Choose a place nearer to a road, or a region that covers it.",
                distance_km=distance_km,
            )
        return int(nodes[0]), distance_km
