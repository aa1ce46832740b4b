"""Chargers to nodes: where the road beside one is clearly nearer than any node, it gets a node.

A road between two junctions is one arc, and may be tens of kilometres long; its ends say little
about where along it a charger stands.  So the arc is cut at the point nearest to the charger
(docs/decisions/0016-chargers-on-arcs.md).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tripplan.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_TUNNEL,
    NODE_COPY,
    RoadNetwork,
)
from tripplan.node_index import DETOUR_KM, NodeIndex, stoppable_arcs, stoppable_nodes, unit_vectors
from tripplan.sources.osm.merge import ragged, step_lengths_m
from tripplan.sources.split import split_arcs
from tripplan.units import EARTH_RADIUS_M, M_PER_KM

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

GAIN_KM: Final = 0.1
"""An arc is cut only if it is nearer than the nearest node by more than this (assumption)."""
CLEAR_M: Final = 10.0
"""No arc is cut nearer to one of its ends than this; the end is taken (assumption)."""
_BIT_M: Final = 1000.0
"""Longest stretch of road that the search looks at as one, metres."""


_SAME_ROAD_KM = 0.005
"""Arcs whose distances from a position differ by less belong to one road (assumption), km."""


@dataclass(frozen=True, eq=False)
class Snapped:
    """Roads with nodes for places, and the node of each place."""

    network: RoadNetwork
    node: Longs
    """Shape (places,)."""
    away_km: Floats
    """Great-circle distance from each place to its node, within `CLEAR_M`, shape (places,). [km]"""
    new_nodes: int
    """Nodes that were made."""


def snap_to_roads(network: RoadNetwork, lat: Floats, lon: Floats, reach_km: float) -> Snapped:
    """Tie places to the roads beside them, and cut arcs where that brings a node clearly nearer.

    As in `NodeIndex`, a place amid a motorway is taken only if any other road is farther off by
    more than `DETOUR_KM`, or out of reach.  No arc is cut in a tunnel, on a bridge or on a ferry,
    and no two-way road at a junction with turn restrictions (`NODE_COPY`).

    Parameters
    ----------
    network
        The roads.
    lat, lon
        Places, degrees, shape (places,).
    reach_km
        Arcs farther off than this are not cut. [km]
    """
    if not lat.size:
        return Snapped(network, np.empty(0, np.int64), np.empty(0), 0)
    node, node_km = NodeIndex(network).nearest(lat, lon)
    beside = stoppable_nodes(network)[node]
    radius_km = np.minimum(reach_km, np.where(beside, node_km, node_km + DETOUR_KM))
    asked = np.flatnonzero(~beside | (node_km > GAIN_KM))
    near = _Near(network, lat[asked], lon[asked], radius_km[asked])
    off, on = near.nearest(stoppable_arcs(network)), near.nearest(~stoppable_arcs(network))
    off_km = np.minimum(off.away_km, np.where(beside, node_km, np.inf)[asked])
    on_km = np.minimum(on.away_km, np.where(beside, np.inf, node_km)[asked])
    leave = off_km <= np.minimum(on_km + DETOUR_KM, reach_km)
    best = _choose(leave, off, on)
    same_kind = leave == beside[asked]
    wins = best.away_km + GAIN_KM < np.where(same_kind, node_km[asked], np.inf)
    return _tie(network, node, node_km, asked[wins], best.only(wins))


@dataclass(frozen=True, eq=False)
class _Spots:
    """The nearest point of a road, by place."""

    arc: Longs
    share: Floats
    """Of the arc's length."""
    away_km: Floats
    """Infinite: no arc within the radius."""

    def only(self, wanted: Flags) -> "_Spots":
        return _Spots(self.arc[wanted], self.share[wanted], self.away_km[wanted])


def _choose(which: Flags, one: _Spots, other: _Spots) -> _Spots:
    return _Spots(
        np.where(which, one.arc, other.arc),
        np.where(which, one.share, other.share),
        np.where(which, one.away_km, other.away_km),
    )


def _tie(network: RoadNetwork, node: Longs, node_km: Floats, place: Longs, spot: _Spots) -> Snapped:
    """Cut the arcs, but where a cut would be at an end of its arc: there take the end."""
    node, node_km = node.copy(), node_km.copy()
    node_km[place] = spot.away_km
    length_m = network.length_m[spot.arc]
    tail, head = network.tail[spot.arc].astype(np.int64), network.head[spot.arc].astype(np.int64)
    whole = (network.node_flags & NODE_COPY) == 0
    at_m = spot.share * length_m
    at_start = (at_m < CLEAR_M) & whole[tail]
    at_end = (length_m - at_m < CLEAR_M) & whole[head] & ~at_start
    node[place] = np.where(at_start, tail, head)
    cut = ~(at_start | at_end)
    clear = np.minimum(CLEAR_M / length_m, 0.5)
    share = np.clip(spot.share, clear, 1.0 - clear)
    found, made = split_arcs(network, spot.arc[cut], share[cut])
    node[place[cut]] = made
    return Snapped(found, node, node_km, found.node_count - network.node_count)


def roads_at(network: RoadNetwork, lat: float, lon: float, reach_km: float) -> Longs:
    """Return the arcs of the road nearest to a position: both directions, and all copies.

    Parameters
    ----------
    network
        The roads.
    lat, lon
        The position. [degrees]
    reach_km
        How far off the road may be. [km]

    Returns
    -------
    ndarray
        Shape (arcs,); empty where no road is within reach.
    """
    place = np.array([lat]), np.array([lon])
    # No road leads further from its start than it is long; the rest is for rough lengths.
    node = unit_vectors(network.lat, network.lon)
    away_m = EARTH_RADIUS_M * np.linalg.norm(node - unit_vectors(*place), axis=1)
    apart_m = EARTH_RADIUS_M * np.linalg.norm(node[network.tail] - node[network.head], axis=1)
    reached_m = np.maximum(network.length_m, 2.0 * apart_m) + (1.0 + reach_km) * M_PER_KM
    near = away_m[network.tail] <= reached_m
    arc, _, _, away_km = _pairs(network, *place, np.array([reach_km]), near)
    if not away_km.size or away_km.min() > reach_km:
        return np.empty(0, np.int64)
    return np.unique(arc[away_km <= away_km.min() + _SAME_ROAD_KM])


class _Near:
    """Pairs of a place and a straight stretch of road within its radius, with the spot there."""

    def __init__(self, network: RoadNetwork, lat: Floats, lon: Floats, radius_km: Floats) -> None:
        self.places = lat.size
        allowed = _may_be_cut(network)
        arc, share, place, away_km = _pairs(network, lat, lon, radius_km, allowed)
        inside = away_km <= radius_km[place]
        self.arc, self.share = arc[inside], share[inside]
        self.place, self.away_km = place[inside], away_km[inside]

    def nearest(self, wanted: Flags) -> _Spots:
        """Return the nearest spot on those arcs that are wanted, shape (arcs,)."""
        pair = np.flatnonzero(wanted[self.arc])
        pair = pair[np.lexsort((self.arc[pair], self.away_km[pair], self.place[pair]))]
        place, first = np.unique(self.place[pair], return_index=True)
        best = pair[first]
        found = _Spots(
            np.zeros(self.places, np.int64),
            np.zeros(self.places),
            np.full(self.places, np.inf),
        )
        found.arc[place], found.share[place] = self.arc[best], self.share[best]
        found.away_km[place] = self.away_km[best]
        return found


def _pairs(
    network: RoadNetwork, lat: Floats, lon: Floats, radius_km: Floats, allowed: Flags
) -> tuple[Longs, Floats, Longs, Floats]:
    """Return arc, share of its length, place and distance in km of each pair."""
    steps = _steps(network, np.flatnonzero(allowed))
    bits = np.maximum(np.ceil(steps.length_m / _BIT_M), 1).astype(np.int64)
    step = np.repeat(np.arange(bits.size), bits)
    middle = (ragged(np.zeros(bits.size, np.int64), bits) + 0.5) / bits[step]
    at_lat = steps.lat[step] + middle * steps.turn_lat[step]
    at_lon = steps.lon[step] + middle * steps.turn_lon[step]
    if not step.size or not lat.size:
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64), np.empty(0)
    tree = cKDTree(unit_vectors(at_lat, at_lon))
    reach = (radius_km * M_PER_KM * 1.01 + 0.51 * _BIT_M) / EARTH_RADIUS_M
    found = tree.query_ball_point(unit_vectors(lat, lon), reach)
    place = np.repeat(np.arange(lat.size), [len(one) for one in found])
    near = np.concatenate([np.asarray(one, np.int64) for one in found])
    near = step[near]
    t, away_km = steps.foot(near, lat[place], lon[place])
    share = steps.before[near] + t * (steps.after[near] - steps.before[near])
    return steps.arc[near], share, place, away_km


@dataclass(frozen=True, eq=False)
class _Steps:
    """Straight stretches of arcs, point to point, shape (steps,)."""

    arc: Longs
    lat: Floats
    lon: Floats
    turn_lat: Floats
    """Degrees to the next point."""
    turn_lon: Floats
    length_m: Floats
    before: Floats
    """Share of the arc's length at the stretch's start, ..."""
    after: Floats
    """... and at its end."""

    def foot(self, step: Longs, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Return where along each stretch, 0..1, it is nearest to a place, and the distance in km.

        The plane touches the sphere at the place.
        """
        east = np.cos(np.radians(lat))
        x = _turn(lon, self.lon[step]) * east
        y = self.lat[step] - lat
        dx, dy = self.turn_lon[step] * east, self.turn_lat[step]
        squared = dx**2 + dy**2
        t = np.clip(-(x * dx + y * dy) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
        away = np.hypot(x + t * dx, y + t * dy)
        return t, np.radians(away) * EARTH_RADIUS_M / M_PER_KM


def _turn(start: Floats, end: Floats) -> Floats:
    return (end - start + 180.0) % 360.0 - 180.0


def _steps(network: RoadNetwork, arc: Longs) -> _Steps:
    """Lay the arcs out: their two ends and the points in between."""
    inner = np.diff(network.shape_first)[arc].astype(np.int64)
    first = np.concatenate(([0], np.cumsum(inner + 2)))
    lat, lon = np.empty(first[-1]), np.empty(first[-1])
    between = ragged(first[:-1] + 1, inner)
    shape = ragged(network.shape_first[arc].astype(np.int64), inner)
    tail, head = network.tail[arc], network.head[arc]
    for target, node, points in (
        (lat, network.lat, network.shape_lat),
        (lon, network.lon, network.shape_lon),
    ):
        target[first[:-1]], target[first[1:] - 1] = node[tail], node[head]
        target[between] = points[shape]
    start = ragged(first[:-1], inner + 1)
    row = np.repeat(np.arange(arc.size), inner + 1)
    length_m = step_lengths_m(lat, lon)[start] if lat.size else np.empty(0)
    total = np.concatenate(([0.0], np.cumsum(length_m)))
    opens = np.concatenate(([0], np.cumsum(inner + 1)))
    whole = np.maximum(total[opens[1:]] - total[opens[:-1]], 1e-9)[row]
    before = (total[:-1] - total[opens[:-1]][row]) / whole
    return _Steps(
        arc=arc[row],
        lat=lat[start],
        lon=lon[start],
        turn_lat=lat[start + 1] - lat[start],
        turn_lon=_turn(lon[start], lon[start + 1]),
        length_m=length_m,
        before=before,
        after=before + length_m / whole,
    )


def _may_be_cut(network: RoadNetwork) -> Flags:
    """Tell which arcs a car can leave, and have a node that all cars on their road can share.

    Where a junction has copies (turn restrictions), a two-way road is several arcs each way, which
    come from different copies.  One node on all of them would let cars turn round from one copy to
    another, round the restriction; one on some of them would be passed by the others.  So arcs at a
    copy are cut only if theirs is a one-way road, and they are the only arc on it.
    """
    barred = FLAG_FERRY | FLAG_TUNNEL | FLAG_BRIDGE
    free = np.asarray((network.flags & barred) == 0)
    copy = (network.node_flags & NODE_COPY) > 0
    tail, head = network.tail, network.head
    at_copy = np.flatnonzero(copy[tail] | copy[head])
    if not at_copy.size:
        return free
    place = np.unique(network.lat + 1j * network.lon, return_inverse=True)[1].reshape(-1)
    there = place[tail].astype(np.int64) * network.node_count + place[head]
    back = place[head].astype(np.int64) * network.node_count + place[tail]
    known, count = np.unique(there, return_counts=True)
    alone = count[np.searchsorted(known, there[at_copy])] == 1
    free[at_copy] &= alone & ~np.isin(back[at_copy], known)
    return free
