"""Places to nodes: the nearest node at which a car can leave or join the roads.

So chargers are looked up when a region is built; places of a trip go to points amid roads, too
(`road_points`).
"""

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Longs
from tripplan.records.network import FLAG_FERRY, FLAG_LINK, NODE_COPY, ROAD_CLASSES, RoadNetwork
from tripplan.routing.nearest_points import NearestPoints

DETOUR_KM = 2.0
"""A node amid a motorway is taken only if any other is farther off by more than this (assumption:
one does not stop there)."""


class NodeIndex:
    """Nearest-node look-up on the sphere.

    Parameters
    ----------
    network
        The roads.
    """

    def __init__(self, network: RoadNetwork) -> None:
        real = (network.node_flags & NODE_COPY) == 0
        self._any = _Nodes(network, np.flatnonzero(real))
        self._stoppable = _Nodes(network, np.flatnonzero(real & stoppable_nodes(network)))

    def nearest(self, lat: Floats, lon: Floats) -> tuple[Longs, Floats]:
        """Return the nearest node of each position and its great-circle distance in km."""
        node, distance_km = self._any.nearest(lat, lon)
        if not self._stoppable.size:
            return node, distance_km
        beside, beside_km = self._stoppable.nearest(lat, lon)
        better = beside_km <= distance_km + DETOUR_KM
        return np.where(better, beside, node), np.where(better, beside_km, distance_km)


class _Nodes:
    """Some of the nodes."""

    def __init__(self, network: RoadNetwork, nodes: Longs) -> None:
        self._nodes = nodes
        self.size = nodes.size
        self._points = NearestPoints(network.lat[nodes], network.lon[nodes])

    def nearest(self, lat: Floats, lon: Floats) -> tuple[Longs, Floats]:
        """Return the nearest of them to each position, and its distance [km]."""
        found, distance_km = self._points.nearest(lat, lon)
        return self._nodes[found], distance_km


def stoppable_arcs(network: RoadNetwork) -> NDArray[np.bool_]:
    """Return which arcs are neither amid a motorway nor a ferry, shape (arcs,)."""
    amid = network.road_class == ROAD_CLASSES.index("motorway")
    amid &= (network.flags & FLAG_LINK) == 0
    return np.asarray(~amid & ((network.flags & FLAG_FERRY) == 0))


def stoppable_nodes(network: RoadNetwork) -> NDArray[np.bool_]:
    """Return which nodes have an arc of `stoppable_arcs`, shape (nodes,)."""
    usual = stoppable_arcs(network)
    found = np.zeros(network.node_count, np.bool_)
    found[network.head[usual]] = True
    found[network.tail[usual]] = True
    return found
