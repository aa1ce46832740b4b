"""Compiled: the least energy with which a car reaches some other place where it can charge.

Backward over the roads, as Dijkstra's algorithm goes: a road that needs i at its start, costs c and
leaves the battery at least d below full turns a need of n at its end into max(i, c + n) at its
start, if a full battery less d is n or more.  The energy that lifts the car is a potential of the
nodes, so that what is settled by need plus height is settled for good.  A stop can be charged at
once another is within reach of a full charge; then its own need is nothing, and what was settled
from further away is settled again with less.

Each node keeps the least need, and the least of those to places of another group: a place is no
fallback of its own group.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs
from tripplan.physics.jit import compiled, part_bare
from tripplan.routing.kernels.heap import heap_pop, heap_push

NONE = np.int64(1) << 60
"""Need where no place is within reach."""


class RoadsBackward(NamedTuple):
    """Open roads by the node at their end, energies in milliwatt-hours, shape (roads,)."""

    first: Ints
    """First road into each node, shape (nodes + 1,)."""
    tail: Ints
    need_mwh: Ints
    cost_mwh: Ints
    drop_mwh: Ints


class Seeds(NamedTuple):
    """Where needs are known from the beginning, shape (seeds,)."""

    node: Longs
    need_mwh: Longs
    source: Longs
    """Number of the place that it leads to; -1: the end of the trip."""
    group: Longs


class Sites(NamedTuple):
    """Stops at which a car may charge, shape (stops,)."""

    first: Ints
    """First entry of each node in ``at``, shape (nodes + 1,)."""
    at: Ints
    """Stops by node."""
    serves: Flags
    """Whether each may be one where the car goes on from."""
    group: Longs


class Needs(NamedTuple):
    """The least need at each node, and the least to another group, shape (nodes, 2)."""

    need_mwh: Longs
    source: Longs
    group: Longs


def no_needs(nodes: int) -> Needs:
    """Return what is known of needs before any is, for so many nodes."""
    return Needs(
        np.full((nodes, 2), NONE, np.int64),
        np.full((nodes, 2), -2, np.int64),
        np.full((nodes, 2), -9, np.int64),
    )


@part_bare
def _better(needs: Needs, done: Flags, node: int, need: int, source: int, group: int) -> bool:
    """Put a need where it belongs; False if it is no better than what is there."""
    need_mwh, sources, groups = needs
    if group == groups[node, 0] and need_mwh[node, 0] < NONE:
        if need >= need_mwh[node, 0]:
            return False
        slot = 0
    elif need < need_mwh[node, 0]:
        need_mwh[node, 1] = need_mwh[node, 0]
        sources[node, 1] = sources[node, 0]
        groups[node, 1] = groups[node, 0]
        done[node, 1] = done[node, 0]
        slot = 0
    elif need < need_mwh[node, 1]:
        slot = 1
    else:
        return False
    need_mwh[node, slot] = need
    sources[node, slot] = source
    groups[node, slot] = group
    done[node, slot] = False
    return True


@compiled
def least_needs(
    roads: RoadsBackward,
    local: RoadsBackward,
    height_mwh: Floats,
    limits_mwh: tuple[int, int],
    sites: Sites,
    seeds: Seeds,
    first_source: int,
    needs: Needs,
) -> Longs:
    """Find the least need at each node, and from which place each stop can be gone on from.

    Parameters
    ----------
    roads, local
        Roads of the region, and those at the ends of the trip.
    height_mwh
        Energy that lifts the car to each node, shape (nodes,).
    limits_mwh
        Energy above the reserve in a full battery, and in one charged as far as is allowed.
    sites
        Where the car may charge.
    seeds
        Where needs are known.
    first_source
        Number of stop 0 as a source.
    needs
        Needs that are known, complete for what they lead to; they are lowered in place.

    Returns
    -------
    ndarray
        The source that each stop goes on to, shape (stops,); -2: none.
    """
    full, usable = limits_mwh[0], limits_mwh[1]
    done = needs.need_mwh < NONE
    onward = np.full(sites.serves.shape[0], -2, np.int64)
    room = 1 << 16
    keys, items = np.empty(room), np.empty(room, np.int32)
    size = 0
    for seed in range(seeds.node.shape[0]):
        node, need = seeds.node[seed], seeds.need_mwh[seed]
        if _better(needs, done, node, need, seeds.source[seed], seeds.group[seed]):
            size = heap_push(keys, items, size, need + height_mwh[node], node)
    while size > 0:
        node = items[0]
        size = heap_pop(keys, items, size)
        entries = 2 * (roads.first[node + 1] - roads.first[node] + 1)
        entries += 2 * (local.first[node + 1] - local.first[node])
        entries += sites.first[node + 1] - sites.first[node]
        if size + entries >= room:
            room = 2 * (room + entries)
            more_keys, more_items = np.empty(room), np.empty(room, np.int32)
            more_keys[:size], more_items[:size] = keys[:size], items[:size]
            keys, items = more_keys, more_items
        for slot in range(2):
            need = needs.need_mwh[node, slot]
            if done[node, slot] or need == NONE:
                continue
            done[node, slot] = True
            source, group = needs.source[node, slot], needs.group[node, slot]
            if need <= usable:
                for k in range(sites.first[node], sites.first[node + 1]):
                    stop = sites.at[k]
                    if sites.serves[stop] and onward[stop] == -2:
                        onward[stop] = source
                        own = first_source + stop
                        if _better(needs, done, node, 0, own, sites.group[stop]):
                            size = heap_push(keys, items, size, height_mwh[node], node)
            for table in (roads, local):
                for road in range(table.first[node], table.first[node + 1]):
                    if full - table.drop_mwh[road] < need:
                        continue
                    tail = table.tail[road]
                    before = max(np.int64(table.need_mwh[road]), table.cost_mwh[road] + need)
                    if before > full:
                        continue
                    if _better(needs, done, tail, before, source, group):
                        size = heap_push(keys, items, size, before + height_mwh[tail], tail)
    return onward
