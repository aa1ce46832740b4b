"""Limits and tolls of roads as they are when a trip departs: at night, in winter, in rush hours.

A network has what holds without conditions in its columns, and beside them what else holds at some
times (`RoadNetwork.changes`).  The rules are looked up once, at the departure, as closures are
(`seasons`), and give a network whose columns have what holds then.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from tripplan.planning.seasons import counted, held_at
from tripplan.records.network import FLAG_LIMIT_STATED, FLAG_TOLL, RoadNetwork
from tripplan.records.road_changes import TOLL, taken_apart

_SAID: Final = (
    "Limits and tolls by season, day or hour that hold at the departure",
    "Limits and tolls that begin or end in the day after the departure, and count as then",
    "Limits and tolls under conditions that were not understood, and not counted",
)


@dataclass(frozen=True)
class HeldRules:
    """Which rules on limits and tolls hold at a departure."""

    held: tuple[int, ...]
    """Indices into the rules of ``RoadNetwork.changes``, rising."""
    words: tuple[str, ...]
    """What a plan has to say of them."""


NO_RULES: Final = HeldRules((), ())


def held_rules(network: RoadNetwork, departure: datetime | None) -> HeldRules:
    """Find the rules on limits and tolls that hold at a departure.

    Parameters
    ----------
    network
        The roads.
    departure
        When, in local time or with a zone; None: none is taken to hold.

    Raises
    ------
    InvalidInputError
        The time cannot be looked up.
    """
    changes = network.changes
    if not changes.arc.size:
        return NO_RULES
    arcs = Counter(changes.rule.tolist())
    if departure is None:
        told = counted(changes.rules, arcs, arcs)
        return HeldRules(
            (), (f"Without a departure, limits and tolls of some times only do not count: {told}.",)
        )
    used, first = np.unique(changes.rule, return_index=True)
    tail = network.tail[changes.arc[first]]
    held, changing, unread = [], [], []
    for number, lat, lon in zip(
        used.tolist(), network.lat[tail].tolist(), network.lon[tail].tolist(), strict=True
    ):
        rule = taken_apart(changes.rules[number])
        parts = rule.condition.split(" AND ") if rule else []
        states = [held_at(part, lat, lon, departure) for part in parts]
        if states and all(state is not None and state[0] for state in states):
            held.append(number)
        if any(state is not None and state[1] for state in states):
            changing.append(number)
        if not states or None in states:
            unread.append(number)
    words = [
        f"{said}: {counted(changes.rules, arcs, numbers)}."
        for said, numbers in zip(_SAID, (held, changing, unread), strict=True)
        if numbers
    ]
    return HeldRules(tuple(held), tuple(words))


def roads_with(network: RoadNetwork, held: Collection[int]) -> RoadNetwork:
    """Return the roads with the limits and tolls of some rules; the same where there is none.

    Parameters
    ----------
    network
        The roads, as they are without conditions.
    held
        Which of the rules of its changes hold.
    """
    changes = network.changes
    if not held:
        return network
    holds = np.isin(changes.rule, list(held))
    is_toll = np.array([rule.startswith(TOLL) for rule in changes.rules])[changes.rule]
    pays = np.array([rule.startswith(f"{TOLL}=yes") for rule in changes.rules])[changes.rule]
    limit, speed = network.speed_limit_kmh.copy(), network.speed_kmh.copy()
    flags = network.flags.copy()
    # Rows of one arc stand in rising order of precedence: what is written last stays.
    limited = np.flatnonzero(holds & ~is_toll)
    limit[changes.arc[limited]] = changes.limit_kmh[limited]
    speed[changes.arc[limited]] = changes.speed_kmh[limited]
    flags[changes.arc[limited]] |= FLAG_LIMIT_STATED
    tolled = np.flatnonzero(holds & is_toll)
    at, keep = changes.arc[tolled], np.uint8(0xFF ^ FLAG_TOLL)
    flags[at] = (flags[at] & keep) | np.where(pays[tolled], FLAG_TOLL, 0).astype(np.uint8)
    return replace(network, speed_limit_kmh=limit, speed_kmh=speed, flags=flags)
