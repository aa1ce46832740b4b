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
