"""How far chargers may be from a road, and ways to them where a network has main roads only."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Floats, Longs
from tripplan.records.network import RoadNetwork
from tripplan.units import M_PER_KM


@dataclass(frozen=True)
class AssumedWay:
    """What is assumed of the way from a road to a charger; it is level."""

    factor: float
    """Length per length of the straight line."""
    kmh: float
    """Speed and limit, km/h."""
    least_km: float
    """No way is shorter, km: one leaves a road by a ramp."""

    @property
    def in_words(self) -> str:
        """The assumption as a sentence."""
        return (
            f"The way from the road to a charger is an estimate: {self.factor:g} times the "
            f"straight line, level, at {self.kmh:g} km/h."
        )


ATLAS_WAY: Final = AssumedWay(factor=1.3, kmh=50.0, least_km=0.1)
"""What the starter atlas assumes of the ways to its own chargers."""


CHARGER_REACH_KM: Final = 1.0
"""Chargers farther than this from the nearest usable road are left out (assumption)."""


@dataclass(frozen=True)
class Reach:
    """How chargers are tied to the roads of a region."""

    km: float = CHARGER_REACH_KM
    """Sites farther than this from the nearest usable road are left out, km."""
    way: AssumedWay | None = None
    """What is assumed of the ways to them; None: they are no part of a plan."""


ROADS_REACH: Final = Reach()
"""As where a region is built."""
ATLAS_REACH: Final = Reach(10.0, ATLAS_WAY)
"""As the starter atlas has its own chargers (assumption: no stop on a longer way)."""


def with_ways(
    network: RoadNetwork,
    node: Longs,
    place: tuple[Floats, Floats],
    away_km: Floats,
    way: AssumedWay,
) -> tuple[RoadNetwork, Longs]:
    """Lay a two-way road from a node to each place.

    Parameters
    ----------
    network
        The roads.
    node
        Node at which each way begins, shape (places,).
    place
        Latitude and longitude of the places, degrees, shape (places,) each.
    away_km
        Length of the straight line from the node, shape (places,). [km]
    way
        What is assumed of the ways.

    Returns
    -------
    RoadNetwork, Longs
        The roads with the places as new nodes after the old ones, and their nodes, shape (places,).
    """
    new = network.node_count + np.arange(node.size)
    length_m = np.maximum(way.factor * away_km, way.least_km) * M_PER_KM
    both = 2 * node.size
    kmh = np.full(both, way.kmh)

    def lined(first: Longs) -> Longs:
        """Index of the first point or piece of each arc, with none for each way."""
        return np.append(first, np.full(both, first[-1]))

    pieces = lined(network.piece_first.astype(np.int64))
    pieces[network.arc_count + 1 :] += np.arange(1, both + 1)
    lat, lon = place
    found = RoadNetwork.from_arcs(
        lat=np.append(network.lat, lat),
        lon=np.append(network.lon, lon),
        elevation_m=np.append(network.elevation_m, network.elevation_m[node]),
        tail=np.concatenate([network.tail, node, new]),
        head=np.concatenate([network.head, new, node]),
        length_m=np.concatenate([network.length_m, length_m, length_m]),
        speed_kmh=np.append(network.speed_kmh, kmh),
        speed_limit_kmh=np.append(network.speed_limit_kmh, kmh),
        road_class=np.append(network.road_class, np.zeros(both, np.uint8)),
        flags=np.append(network.flags, np.zeros(both, np.uint8)),
        node_flags=np.append(network.node_flags, np.zeros(node.size, np.uint8)),
        shapes=(lined(network.shape_first.astype(np.int64)), network.shape_lat, network.shape_lon),
        pieces=(
            pieces,
            np.concatenate([network.piece_length_m, length_m, length_m]),
            np.append(network.piece_rise_m, np.zeros(both)),
        ),
        rule=np.append(network.rule, np.full(both, -1)),
        access_rules=network.access_rules,
        road_name=np.append(network.name_of_arc, np.full(both, -1)),
        road_names=network.road_names,
        changes=network.changes,
    )
    return found, new
