"""Which roads are open to a car on a trip: by what it avoids, what the car may use, and by law."""

from collections.abc import Collection

import numpy as np

from tripplan.arrays import Flags, Longs
from tripplan.records.low_speed_law import LowSpeedLaw
from tripplan.records.network import (
    FLAG_FERRY,
    FLAG_LINK,
    FLAG_MOTORROAD,
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


def open_arcs(
    network: RoadNetwork,
    vehicle: Vehicle,
    avoid: Collection[AvoidableRoad],
    law: LowSpeedLaw | None = None,
) -> Flags:
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
    law
        Law on low-speed vehicles, in place of the car's ``max_posted_speed_kmh``; None: none.
    """
    if law is not None:
        found = legal_arcs(network, law)
    else:
        posted_kmh = vehicle.max_posted_speed_kmh or np.inf
        found = network.speed_limit_kmh <= posted_kmh + _LIMIT_SLACK_KMH
    for kind in avoid:
        found &= ~_of_kind(network, kind)
    return np.asarray(found)


def legal_arcs(network: RoadNetwork, law: LowSpeedLaw) -> Flags:
    """Tell which arcs a law on low-speed vehicles lets be driven, shape (arcs,).

    A faster road is crossed at a node that it shares with others: bridges and underpasses share
    none.  Where it may not be crossed, all arcs that lead to such a node are closed, since what
    leads on from there crosses the road or joins it.

    Parameters
    ----------
    network
        The roads.
    law
        The law.
    """
    found = ~limited_access(network)
    if law.road_limit_kmh is not None:
        found &= network.speed_limit_kmh <= law.road_limit_kmh + _LIMIT_SLACK_KMH
    if law.crossing_limit_kmh is not None:
        too_fast = network.speed_limit_kmh > law.crossing_limit_kmh + _LIMIT_SLACK_KMH
        found &= ~_at(network, np.flatnonzero(too_fast))[network.head]
    return np.asarray(found)


def limited_access(network: RoadNetwork) -> Flags:
    """Tell which arcs are of limited access: motorways, ramps, and roads for motor traffic only."""
    motorway = network.road_class == ROAD_CLASSES.index("motorway")
    return np.asarray(motorway | ((network.flags & FLAG_MOTORROAD) != 0))


def _at(network: RoadNetwork, arcs: Longs) -> Flags:
    """Tell which nodes are ends of arcs, or copies of them at the same place, shape (nodes,)."""
    ends = np.unique(np.concatenate([network.tail[arcs], network.head[arcs]]))
    if not ends.size:
        return np.zeros(network.node_count, np.bool_)
    place = network.lon + 1j * network.lat
    return np.asarray(np.isin(place, place[ends]))


def _of_kind(network: RoadNetwork, kind: AvoidableRoad) -> Flags:
    if kind == "motorway":
        ramp = (network.flags & FLAG_LINK) != 0
        return np.asarray((network.road_class == ROAD_CLASSES.index("motorway")) & ~ramp)
    flagged = (network.flags & _AVOIDED_FLAGS[kind]) != 0
    if kind == "ferry":
        flagged |= network.road_class == ROAD_CLASSES.index("ferry")
    return np.asarray(flagged)
