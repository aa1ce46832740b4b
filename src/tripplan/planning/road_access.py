"""Which roads are open to a car on a trip: by what the trip avoids, and by what the car may use."""

from collections.abc import Collection

import numpy as np

from tripplan.arrays import Flags
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_TOLL,
    FLAG_TUNNEL,
    ROAD_CLASSES,
    RoadNetwork,
)
from tripplan.records.trip import AvoidableRoad
from tripplan.records.vehicle import Vehicle

_LIMIT_SLACK_KMH = 0.5
"""A posted limit may exceed the vehicle's by this much: 40 km/h and 25 mph count as one."""
_AVOIDED_FLAGS = {"toll": FLAG_TOLL, "ferry": FLAG_FERRY, "tunnel": FLAG_TUNNEL}


def open_arcs(network: RoadNetwork, vehicle: Vehicle, avoid: Collection[AvoidableRoad]) -> Flags:
    """Tell which arcs a car may use and the driver is willing to, shape (arcs,).

    Ramps of motorways stay open where motorways are avoided: they are of no use without them, and
    places beside a motorway often lie nearest to one.

    Parameters
    ----------
    network
        The roads.
    vehicle
        The car; one with ``max_posted_speed_kmh`` keeps off roads of a higher limit.
    avoid
        Kinds of road that are not driven on, as far as the network knows them.
    """
    posted_kmh = vehicle.max_posted_speed_kmh or np.inf
    found = network.speed_limit_kmh <= posted_kmh + _LIMIT_SLACK_KMH
    for kind in avoid:
        found &= ~_of_kind(network, kind)
    return np.asarray(found)


def _of_kind(network: RoadNetwork, kind: AvoidableRoad) -> Flags:
    if kind == "motorway":
        ramp = (network.flags & FLAG_LINK) != 0
        return np.asarray((network.road_class == ROAD_CLASSES.index("motorway")) & ~ramp)
    flagged = (network.flags & _AVOIDED_FLAGS[kind]) != 0
    if kind == "ferry":
        flagged |= network.road_class == ROAD_CLASSES.index("ferry")
    return np.asarray(flagged)
