"""A walk over a network along a trace, knowing nothing of the planner: whether all of it is legal.

Road limits are given in numbers, not by the table of laws.
"""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from tripplan.records.network import RoadNetwork
from tripplan.records.plan import Leg, Plan

MOTORWAY = 0
MOTORROAD = 128
SLACK_KMH = 0.5
Point = tuple[float, float]


class Rule(NamedTuple):
    """What a law allows, km/h."""

    road: float
    crossing: float
    vehicle: float


class Walker:
    """Walks over one network.

    Parameters
    ----------
    network, rule
        The roads, and the law.
    """

    def __init__(self, network: RoadNetwork, rule: Rule) -> None:
        self.rule = rule
        self.leaving: dict[Point, list[tuple[Point, float]]] = defaultdict(list)
        self.fastest: dict[Point, float] = defaultdict(float)
        for arc in range(network.arc_count):
            tail, head = int(network.tail[arc]), int(network.head[arc])
            here = float(network.lat[tail]), float(network.lon[tail])
            there = float(network.lat[head]), float(network.lon[head])
            limit = float(network.speed_limit_kmh[arc])
            for end in (here, there):
                self.fastest[end] = max(self.fastest[end], limit)
            closed = network.road_class[arc] == MOTORWAY or network.flags[arc] & MOTORROAD
            if limit <= rule.road + SLACK_KMH and not closed:
                self.leaving[here].append((there, float(network.length_m[arc]) / 1000.0))

    def faults(self, plan: Plan) -> list[str]:
        """Return what is not legal of a plan between two nodes, without stops.

        Near junctions with turn restrictions a place is tied to a point of a road some metres off:
        what comes before the first node there, and after the last, is not walked.
        """
        (leg,) = plan.legs
        trace = leg.trace
        points = list(zip(trace.lat, trace.lon, strict=True))
        found = []
        if max(trace.speed_kmh) > self.rule.vehicle + 1e-6:
            found.append("faster than the vehicle may")
        before = self._walked(leg, points)
        last = len(points) - 1
        if any(way.side == "end" for way in leg.access):
            last = max(k for k in range(last) if points[k] in self.fastest)
        if last not in before:
            found.append(f"no legal road leads on from km {trace.distance_km[max(before)]:.3f}")
            return found
        node = before[last]
        while node >= 0 and before[node] >= 0:
            if self.fastest[points[node]] > self.rule.crossing + SLACK_KMH:
                found.append(f"crosses a road of {self.fastest[points[node]]:.0f} km/h")
            node = before[node]
        return found

    def _walked(self, leg: Leg, points: list[Point]) -> dict[int, int]:
        """Return the points that legal roads lead to, each with the point before; -1: a start."""
        at_km = leg.trace.distance_km
        start = 0
        if any(way.side == "start" for way in leg.access):
            start = min(k for k in range(1, len(points)) if points[k] in self.fastest)
        before = {start: -1}
        for k, point in enumerate(points):
            for there, km in self.leaving.get(point, ()) if k in before else ():
                for j in range(k + 1, len(points)):
                    off_km = at_km[j] - at_km[k] - km
                    if points[j] == there and abs(off_km) <= 1e-3:
                        before.setdefault(j, k)
                    if off_km > 1e-3:
                        break
        return before


def random_pairs(
    network: RoadNetwork, rng: np.random.Generator, count: int, road_kmh: float, farthest_km: float
) -> list[tuple[Point, Point]]:
    """Return pairs of nodes on roads of at most a limit, not farther apart than that.

    Parameters
    ----------
    network, rng
        The roads, and where chance comes from.
    count
        How many.
    road_kmh
        The limit.
    farthest_km
        Of a pair, in a straight line.
    """
    legal = np.flatnonzero(
        (network.speed_limit_kmh <= road_kmh + SLACK_KMH) & (network.road_class != MOTORWAY)
    )
    nodes = np.unique(network.tail[legal])
    found: list[tuple[Point, Point]] = []
    while len(found) < count:
        pair = rng.choice(nodes, 2, replace=False)
        (south, north), (west, east) = network.lat[pair], network.lon[pair]
        km = 111.2 * np.hypot(north - south, (east - west) * np.cos(np.radians(south)))
        if 0.2 < km <= farthest_km:
            found.append(((float(south), float(west)), (float(north), float(east))))
    return found
