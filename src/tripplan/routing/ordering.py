"""The order in which a hierarchy contracts the nodes of a network.

Depends on the roads alone and takes longest of all that is made from them, so regions keep it.  The
only file that knows routingkit_cch.
"""

from typing import Any

import numpy as np
import routingkit_cch
from numpy.typing import NDArray

from tripplan.records.network import RoadNetwork


def inertial_order(network: RoadNetwork) -> NDArray[np.int32]:
    """Order the nodes by nested dissection along straight lines (inertial flow).

    Parameters
    ----------
    network
        The roads.

    Returns
    -------
    ndarray
        Nodes, the least important first, shape (nodes,).
    """
    columns: list[Any] = [
        network.tail.astype(np.uint32),
        network.head.astype(np.uint32),
        network.lat.astype(np.float32),
        network.lon.astype(np.float32),
    ]
    order = routingkit_cch.compute_order_inertial(network.node_count, *columns)
    return np.asarray(order, dtype=np.int32)


def order_with_cuts(order: NDArray[np.int32], network: RoadNetwork, cuts: int) -> NDArray[np.int32]:
    """Put nodes that cut arcs of a network before those that it had: no need to order it anew.

    A node between two others that is contracted before them leaves an arc between them, which was
    there before the cut; so all else of the hierarchy stays as it was.  Of several nodes on one
    arc every other one comes first, then every other one of the rest, and so on: so their part of
    the hierarchy is as low as it can be.

    Parameters
    ----------
    order
        Nodes before the cuts, the least important first, shape (old nodes,).
    network
        The roads with the new nodes behind the old ones, those on one arc side by side.
    cuts
        Number of new nodes; what lies behind them is left out.

    Returns
    -------
    ndarray
        Nodes, the least important first, shape (old nodes + cuts,).
    """
    old = order.size
    new = np.arange(old, old + cuts, dtype=np.int32)
    tail, head = network.tail.astype(np.int64), network.head.astype(np.int64)
    first, last = np.minimum(tail, head), np.maximum(tail, head)
    joined = first[(last - first == 1) & (first >= old) & (last < old + cuts)]
    begins = np.ones(new.size, np.bool_)
    begins[joined + 1 - old] = False
    start = np.maximum.accumulate(np.where(begins, np.arange(new.size), 0))
    along = np.arange(new.size) - start + 1
    level = along & -along  # the largest power of two that divides the place along the arc
    return np.concatenate([new[np.argsort(level, kind="stable")], order]).astype(np.int32)
