"""On which stretches of a leg the roads' limits are assumed, for trips under a law about limits."""

import numpy as np

from tripplan.arrays import Flags, Ints
from tripplan.records.network import FLAG_LIMIT_STATED, RoadNetwork
from tripplan.units import M_PER_KM


def assumed_limits(
    network: RoadNetwork, arcs: Ints, access: Flags, before_km: float
) -> tuple[tuple[float, float], ...]:
    """Return the stretches of a row of arcs whose limits no source states, as km from and to.

    Ways between places and the roads are among them.

    Parameters
    ----------
    network
        The roads.
    arcs
        Arcs in driving order, shape (arcs,).
    access
        Which of them are ways between places and roads, shape (arcs,).
    before_km
        Distance of the first one's start from the origin of the trip. [km]
    """
    if not arcs.size:
        return ()
    assumed = ((network.flags[arcs] & FLAG_LIMIT_STATED) == 0) | access
    at_km = before_km + np.concatenate([[0.0], np.cumsum(network.length_m[arcs])]) / M_PER_KM
    edge = np.diff(np.concatenate([[0], assumed.astype(np.int8), [0]]))
    starts, ends = at_km[edge > 0], at_km[edge < 0]
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))
