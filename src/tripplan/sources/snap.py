"""Chargers to nodes: where the road beside one is clearly nearer than any node, it gets a node.

A road between two junctions is one arc, and may be tens of kilometres long; its ends say little
about where along it a charger stands.  So the arc is cut at the point nearest to the charger
(docs/decisions/0016-chargers-on-arcs.md).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.records.network import (
    FLAG_BRIDGE,
    FLAG_FERRY,
    FLAG_TUNNEL,
    NODE_COPY,
    NODE_TURNING,
    RoadNetwork,
)
from tripplan.routing.nearest_roads import near_stretches
from tripplan.routing.snapping import (
    DETOUR_KM,
    NodeIndex,
    stoppable_arcs,
    stoppable_nodes,
)
from tripplan.sources.split import split_arcs

GAIN_KM: Final = 0.1
"""An arc is cut only if it is nearer than the nearest node by more than this (assumption)."""
ONE_SIDED: Final = 3.0
"""So many times as much where one can then come from one side only (assumption)."""
CLEAR_M: Final = 10.0
"""No arc is cut nearer to one of its ends than this; the end is taken (assumption)."""


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
    and no two-way road at a junction with turn restrictions (`NODE_COPY`); where one does not turn
    round (`NODE_TURNING`), one direction of it is.

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
    off_km = np.minimum(near.away_km[off], np.where(beside, node_km, np.inf)[asked])
    on_km = np.minimum(near.away_km[on], np.where(beside, np.inf, node_km)[asked])
    leave = off_km <= np.minimum(on_km + DETOUR_KM, reach_km)
    best = np.where(leave, off, on)
    same_kind = leave == beside[asked]
    gain_km = GAIN_KM * np.where(np.append(near.one_sided, False)[best], ONE_SIDED, 1.0)
    wins = near.away_km[best] + gain_km < np.where(same_kind, node_km[asked], np.inf)
    return _tie(network, node, node_km, asked[wins], near, best[wins])


class _Near:
    """Pairs of a place and a straight stretch of road within its radius, with the spot there."""

    def __init__(self, network: RoadNetwork, lat: Floats, lon: Floats, radius_km: Floats) -> None:
        self.places = lat.size
        both, one = _may_be_cut(network)
        arc, share, place, away_km = near_stretches(network, lat, lon, radius_km, both | one)
        inside = away_km <= radius_km[place]
        self.arc, self.share, self.place = arc[inside], share[inside], place[inside]
        self.away_km = np.append(away_km[inside], np.inf)
        """Shape (pairs + 1,); the last stands for no pair."""
        self.arcs_one_sided = one
        self.one_sided = one[self.arc]

    def nearest(self, wanted: Flags) -> Longs:
        """Return each place's nearest pair on those arcs (shape (arcs,)) that are wanted, or -1."""
        pair = np.flatnonzero(wanted[self.arc])
        pair = pair[np.lexsort((self.arc[pair], self.away_km[pair], self.place[pair]))]
        place, first = np.unique(self.place[pair], return_index=True)
        found = np.full(self.places, -1)
        found[place] = pair[first]
        return found


def _tie(
    network: RoadNetwork, node: Longs, node_km: Floats, place: Longs, near: _Near, pair: Longs
) -> Snapped:
    """Cut the arcs, but where a cut would be at an end of its arc: there take the end."""
    node, node_km = node.copy(), node_km.copy()
    node_km[place] = near.away_km[pair]
    arc = near.arc[pair]
    length_m = network.length_m[arc]
    tail, head = network.tail[arc].astype(np.int64), network.head[arc].astype(np.int64)
    whole = (network.node_flags & NODE_COPY) == 0
    at_m = near.share[pair] * length_m
    at_start = (at_m < CLEAR_M) & whole[tail]
    at_end = (length_m - at_m < CLEAR_M) & whole[head] & ~at_start
    node[place] = np.where(at_start, tail, head)
    cut = ~(at_start | at_end)
    clear = np.minimum(CLEAR_M / length_m, 0.5)
    share = np.clip(near.share[pair], clear, 1.0 - clear)
    found, made = split_arcs(network, arc[cut], share[cut], near.arcs_one_sided)
    node[place[cut]] = made
    return Snapped(found, node, node_km, found.node_count - network.node_count)


def _may_be_cut(network: RoadNetwork) -> tuple[Flags, Flags]:
    """Tell which arcs a car can leave, and have a node that all cars on their road can share.

    Where a junction has copies (turn restrictions), a two-way road is several arcs each way, which
    come from different copies.  One node on all of them would let cars turn round from one copy to
    another, round the restriction; one on some of them would be passed by the others.  So arcs at a
    copy are cut only if theirs is a one-way road, and they are the only arc on it.

    Where copies are there only because one does not turn round, a node may lie on all arcs of one
    direction, if they lead to the same node: it can be reached from that side.

    Returns
    -------
    Flags, Flags
        Arcs that may be cut, with the road back, and those that may be cut on one side; shape
        (arcs,).
    """
    barred = FLAG_FERRY | FLAG_TUNNEL | FLAG_BRIDGE
    free = np.asarray((network.flags & barred) == 0)
    one_sided = np.zeros(network.arc_count, np.bool_)
    copy = (network.node_flags & NODE_COPY) > 0
    tail, head = network.tail, network.head
    at_copy = np.flatnonzero(copy[tail] | copy[head])
    if not at_copy.size:
        return free, one_sided
    place = np.unique(network.lat + 1j * network.lon, return_inverse=True)[1].reshape(-1)
    there = place[tail].astype(np.int64) * network.node_count + place[head]
    back = place[head].astype(np.int64) * network.node_count + place[tail]
    known, first, count = np.unique(there, return_index=True, return_counts=True)
    group = np.searchsorted(known, there)
    same_head = np.ones(known.size, np.bool_)
    np.logical_and.at(same_head, group, head == head[first][group])
    turning = ~copy | ((network.node_flags & NODE_TURNING) > 0)
    one_sided[at_copy] = (free & same_head[group] & turning[tail] & turning[head])[at_copy]
    free[at_copy] &= (count[group] == 1)[at_copy] & ~np.isin(back[at_copy], known)
    return free, one_sided & ~free
