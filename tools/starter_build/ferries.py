"""Ferries: the source holds them as roads, within longer edges, so they are named here.

What else of the source lies over water is bridges, causeways, and straight lines beside a shore:
tests/unit/sources/test_starter_ferries.py holds a list of them, and fails where an edge over water
is neither on it nor a ferry.
"""

from dataclasses import dataclass

import numpy as np

from starter_build.geo import Floats, haversine_km
from starter_build.network import NODE_LANDING, SLACK_KM, Network


@dataclass(frozen=True)
class Ferry:
    """A crossing between two landings, in degrees."""

    name: str
    landings: tuple[tuple[float, float], tuple[float, float]]
    minutes: float
    source: str


FERRIES = (
    Ferry(
        "Kingston - Edmonds, WA",
        ((47.7958, -122.4960), (47.8133, -122.3853)),
        30.0,
        "Washington State Ferries: crossing time; landings of WA 104 as TravelMapping has them",
    ),
)


def lay_ferries(network: Network) -> None:
    """Make the landings of each ferry nodes of the edge that it lies on, and mark the part between.

    The crossing is as long as the straight line between its landings; what is left of the edge's
    driven length is shared by the ways to them as their straight lines are.

    Raises
    ------
    ValueError
        No edge leaves room for a ferry: the source has changed.
    """
    for ferry in FERRIES:
        landings = np.array(ferry.landings)
        edge, landings = _edge_over(network, landings, ferry.name)
        tail, head = int(network.tail[edge]), int(network.head[edge])
        there, here = (network.add_node(position, NODE_LANDING) for position in landings)
        across = float(haversine_km(landings[0], landings[1]))
        to, onward = (
            float(haversine_km(network.latlon[end], landing))
            for end, landing in zip((tail, head), landings, strict=True)
        )
        left = (network.length_km[edge] - across) / (to + onward)
        network.head[edge] = there
        network.length_km[edge] = to * left
        network.minutes_aboard[len(network.tail)] = ferry.minutes
        network.tail = np.append(network.tail, [there, here])
        network.head = np.append(network.head, [here, head])
        network.length_km = np.append(network.length_km, [across, onward * left])


def _edge_over(network: Network, landings: Floats, name: str) -> tuple[int, Floats]:
    """Return the edge with the shortest detour over both landings, and these in its direction."""
    ends = network.latlon[network.tail], network.latlon[network.head]
    across = haversine_km(landings[0], landings[1])
    detours = np.stack(
        [
            haversine_km(ends[0], way[0]) + across + haversine_km(ends[1], way[1])
            for way in (landings, landings[::-1])
        ]
    )
    # The edge whose length is nearest to the way over the landings, among those long enough.
    spare = network.length_km - detours
    spare = np.where(spare < -SLACK_KM, np.inf, spare)
    row, edge = np.unravel_index(np.argmin(spare), spare.shape)
    if not np.isfinite(spare[row, edge]):
        raise ValueError(f"no edge of the freeways leaves room for the ferry {name}")
    return int(edge), landings if row == 0 else landings[::-1]


def level_landings(network: Network, elevation_m: Floats) -> Floats:
    """Return heights with those of a ferry's two landings at their mean."""
    level = elevation_m.copy()
    for edge in network.minutes_aboard:
        ends = [network.tail[edge], network.head[edge]]
        level[ends] = level[ends].mean()
    return level
