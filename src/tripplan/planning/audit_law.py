"""The audit of laws on low-speed vehicles: by code of its own, from the table of laws alone."""

from typing import Final

import numpy as np

from tripplan.arrays import Flags, Longs
from tripplan.records.low_speed_law import LowSpeedLaw
from tripplan.records.network import FLAG_MOTORROAD, ROAD_CLASSES, RoadNetwork

SAME_LIMIT_KMH: Final = 0.5
"""A posted limit may exceed the law's by this much."""


def not_allowed(network: RoadNetwork, law: LowSpeedLaw) -> Flags:
    """Tell which arcs may not be driven along, shape (arcs,).

    Parameters
    ----------
    network
        The roads.
    law
        The law.
    """
    above = np.inf if law.road_limit_kmh is None else law.road_limit_kmh + SAME_LIMIT_KMH
    return np.asarray(_fast(network, above) | limited(network))


def limited(network: RoadNetwork) -> Flags:
    """Tell which arcs are of limited access, shape (arcs,)."""
    kinds = np.array([name == "motorway" for name in ROAD_CLASSES])
    return np.asarray(kinds[network.road_class] | (network.flags & FLAG_MOTORROAD > 0))


def leads_across(network: RoadNetwork, law: LowSpeedLaw, arcs: Longs) -> Flags:
    """Tell which arcs end where a road passes that may not be crossed, shape (arcs,).

    Parameters
    ----------
    network
        The roads.
    law
        The law.
    arcs
        Which arcs, shape (arcs,).
    """
    if law.crossing_limit_kmh is None:
        return np.zeros(arcs.size, np.bool_)
    fast = np.flatnonzero(_fast(network, law.crossing_limit_kmh + SAME_LIMIT_KMH))
    there: set[tuple[float, float]] = set()
    for nodes in (network.head[fast], np.searchsorted(network.first_out, fast, "right") - 1):
        there.update(zip(network.lat[nodes].tolist(), network.lon[nodes].tolist(), strict=True))
    ends = network.head[arcs]
    places = zip(network.lat[ends].tolist(), network.lon[ends].tolist(), strict=True)
    return np.array([place in there for place in places], np.bool_)


def _fast(network: RoadNetwork, above_kmh: float) -> Flags:
    return np.asarray(network.speed_limit_kmh > above_kmh)
