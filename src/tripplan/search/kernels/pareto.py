"""Compiled: every drive from a node that no other dominates, over all roads and speeds.

A drive is dominated if another to the same node is no slower and does no worse to the battery:
needs no more, costs no more, and leaves no more lacking to full.  There may be very many of them,
so this is for small networks, and for proofs.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled, part
from tripplan.routing.kernels.contraction import longer
from tripplan.routing.kernels.customise import (
    COLUMNS,
    CONSUMED,
    DROP,
    MIN_DEPARTURE,
    TIME,
    link_into,
)
from tripplan.routing.kernels.heap import heap_pop, heap_push


class RoadsAtNodes(NamedTuple):
    """Roads at each node: those that leave it (forward) or that lead to it."""

    first: Ints
    """Shape (nodes + 1,)."""
    road: Ints
    """Shape (roads,)."""
    end: Ints
    """Node at the other end, shape (roads,)."""
    forward: bool


class Bundle(NamedTuple):
    """Drives from (or to) one node, each prolonging another, shape (drives,): first the empty."""

    node: Ints
    """Node at the other end, shape (drives,)."""
    values: Ints
    """Shape (drives, 5), columns as in `customise`."""
    parent: Ints
    """Drive that it prolongs, -1 for the empty one."""
    road: Ints
    speed: Ints
    """Road and speed by which it does."""
    alive: NDArray[np.bool_]
    """False where a drive was found dominated."""
    complete: bool
    """Whether there was room for all, and comparisons for them."""
    compared: int
    """How often two drives were compared."""


@part
def _is_worse(values: Ints, row: int, other: int) -> bool:
    for k in (TIME, MIN_DEPARTURE, CONSUMED, DROP):  # noqa: SIM110 - compiled
        if values[row, k] < values[other, k]:
            return False
    return True


@compiled
def all_drives(
    at_nodes: RoadsAtNodes,
    values: Ints,
    open_roads: NDArray[np.bool_],
    source: int,
    full_mwh: int,
    rest_s: Floats,
    spare_s: float,
    room: int,
    most_compared: int,
) -> Bundle:
    """Find the drives from a node, or to it.

    Parameters
    ----------
    at_nodes
        The roads that leave each node, or lead to it.
    values
        Costs by speed, shape (speeds, roads, 5).
    open_roads
        Whether each road may be used, shape (roads,).
    source
        The node.
    full_mwh
        Energy above the reserve in a full battery; drives that need more are left out.
    rest_s, spare_s
        Drives whose time and rest at their other end exceed this are left out, shape (nodes,).
    room
        Most drives to keep.
    most_compared
        Most comparisons of two drives, which take most of the time.
    """
    first, road, end, forward = at_nodes
    node = np.empty(room, np.int32)
    found = np.zeros((room, COLUMNS), np.int32)
    parent = np.full(room, -1, np.int32)
    by_road = np.full(room, -1, np.int32)
    by_speed = np.zeros(room, np.int32)
    alive = np.ones(room, np.bool_)
    newest = np.full(first.shape[0] - 1, -1, np.int32)
    older = np.full(room, -1, np.int32)
    keys = np.empty(room + 8)
    items = np.empty(room + 8, np.int32)
    node[0] = source
    newest[source] = 0
    used = 1
    size = heap_push(keys, items, 0, 0.0, 0)
    complete, compared = True, 0
    while size > 0 and complete:
        drive = items[0]
        size = heap_pop(keys, items, size)
        if not alive[drive]:
            continue
        here = node[drive]
        for k in range(first[here], first[here + 1]):
            if not open_roads[road[k]]:
                continue
            there = end[k]
            for speed in range(values.shape[0]):
                if used == room or compared > most_compared:
                    complete = False
                    break
                if forward:
                    link_into(found, drive, values[speed], road[k], full_mwh, found, used)
                else:
                    link_into(values[speed], road[k], found, drive, full_mwh, found, used)
                late = found[used, TIME] * 1e-3 + rest_s[there] > spare_s
                if found[used, MIN_DEPARTURE] > full_mwh or late:
                    continue
                other = newest[there]
                beaten = False
                while other >= 0 and not beaten:
                    compared += 1
                    if alive[other]:
                        beaten = _is_worse(found, used, other)
                        if not beaten and _is_worse(found, other, used):
                            alive[other] = False
                    other = older[other]
                if beaten:
                    continue
                node[used] = there
                parent[used] = drive
                by_road[used] = road[k]
                by_speed[used] = speed
                older[used] = newest[there]
                newest[there] = used
                size = heap_push(keys, items, size, float(found[used, TIME]), used)
                used += 1
    return Bundle(
        node[:used].copy(),
        found[:used].copy(),
        parent[:used].copy(),
        by_road[:used].copy(),
        by_speed[:used].copy(),
        alive[:used].copy(),
        complete,
        compared,
    )


@compiled
def roads_of(bundle: Bundle, drive: int, forward: bool) -> tuple[Ints, Ints]:
    """Roads and speeds of a drive of a bundle, in the order of driving."""
    roads = np.empty(16, np.int32)
    speeds = np.empty(16, np.int32)
    count = 0
    while bundle.parent[drive] >= 0:
        if count == roads.shape[0]:
            roads = longer(roads, 2 * count)
            speeds = longer(speeds, 2 * count)
        roads[count] = bundle.road[drive]
        speeds[count] = bundle.speed[drive]
        count += 1
        drive = bundle.parent[drive]
    if forward:
        return roads[:count][::-1].copy(), speeds[:count][::-1].copy()
    return roads[:count].copy(), speeds[:count].copy()
