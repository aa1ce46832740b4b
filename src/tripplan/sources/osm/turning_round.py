"""Turning round on the road: where it would pay, it takes its time or is not done at all.

A shortest path returns to the node that it comes from only to get round a turn restriction: back
at the junction it arrives by another road, and may turn where it might not before.  So turning
round counts near restricted junctions only, as far as the nearest side road where it can be done.
Arrivals there get copies of their own (`turns`), from which the way back is missing or takes
longer.
"""

import heapq
from collections import defaultdict
from typing import Final

import numpy as np

from tripplan.arrays import Flags, Floats, Longs
from tripplan.records.network import ROAD_CLASSES
from tripplan.sources.osm.merge import Arcs, opposite_arcs
from tripplan.sources.osm.turns import ArcsByNode, Rule, SplitArcs, split_junctions, strong_parts

TURN_ROUND_S: Final = 20.0
"""Time that turning round takes, seconds: OSRM's ``u_turn_penalty``."""
BUSY: Final = ROAD_CLASSES.index("secondary")
"""On roads of this class and above nobody turns round."""
FARTHEST_S: Final = 300.0
"""Who would have to drive on for longer before turning round is not looked at (assumption)."""


def split_with_turning(
    arcs: Arcs, rules: list[Rule], road_class: Longs, drive_s: Floats
) -> tuple[SplitArcs, Flags]:
    """Split junctions for turn restrictions, and for turning round to evade them.

    Where one can do nothing but turn round, as in a dead end, it may be done on busy roads too.

    Parameters
    ----------
    arcs
        The roads.
    rules
        Turn restrictions.
    road_class
        Index into `ROAD_CLASSES`, shape (arcs,).
    drive_s
        Time over each arc, seconds, shape (arcs,).

    Returns
    -------
    tuple
        The graph, and which nodes turn restrictions split, shape (nodes,).
    """
    plain = split_junctions(arcs, rules)
    turning = _Turning(arcs, road_class <= BUSY, drive_s)
    restricted = np.bincount(plain.node, minlength=arcs.node.size) > 1
    evading = turning.evading(plain)
    if not evading:
        return plain, restricted
    # First everywhere; then, knowing how long it takes without, only where it would be quicker.
    tempting = turning.tempting(dict.fromkeys(evading, 2.0 * FARTHEST_S))
    everywhere = split_junctions(arcs, [*rules, *turning.rules(tempting, turning.refused)])
    tempting = turning.tempting(turning.without_s(evading, everywhere))
    refused = tempting & turning.refused
    kept = _lasting(plain)
    while True:
        split = split_junctions(arcs, [*rules, *turning.rules(tempting, refused)])
        lost = turning.last(turning.roads(kept & ~_lasting(split)) & refused)
        if not lost.any():
            return split, restricted
        refused &= ~lost


def _lasting(split: SplitArcs) -> Flags:
    """Arcs that the largest strongly connected part of a split graph has, shape (arcs,)."""
    part = strong_parts(split)
    kept = part == np.argmax(np.bincount(part))
    found = np.zeros(int(split.arc.max()) + 1, dtype=bool)
    found[split.arc[kept[split.tail] & kept[split.head]]] = True
    return found


class _Turning:
    def __init__(self, arcs: Arcs, busy: Flags, drive_s: Floats) -> None:
        self.head, self.drive_s = arcs.head, drive_s
        self.leaving = ArcsByNode(arcs.tail, arcs.node.size)
        self.opposite = opposite_arcs(arcs)
        ways_on = np.bincount(arcs.tail, minlength=arcs.node.size)
        self.refused = (self.opposite >= 0) & busy & (ways_on[arcs.head] > 1)
        """Arcs at whose head nobody turns round, shape (arcs,)."""

    def evading(self, split: SplitArcs) -> dict[int, set[tuple[int, int]]]:
        """Arcs from copies, whose roads lead back to where more turns may be made.

        Returns
        -------
        dict
            By arc, what is gained: arcs that one arrives by, each with one that one may drive then.
        """
        leaving = ArcsByNode(split.tail, split.node.size)
        arriving = ArcsByNode(split.head, split.node.size)

        def choice(node: int) -> set[tuple[int, int]]:
            return {(int(split.arc[k]), int(split.head[k])) for k in leaving[node]}

        found: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
        for copy in range(self.leaving.nodes, split.node.size):
            now = choice(copy)
            came = {int(split.arc[k]) for k in arriving[copy]}
            for arc, _ in now:
                back = int(self.opposite[arc])
                if back >= 0:
                    gained = {turn for turn, _ in choice(int(split.head[back])) - now} - {arc}
                    found[arc] |= {
                        (arrival, turn)
                        for arrival in came
                        for turn in gained
                        if turn != self.opposite[arrival]
                    }
        return {arc: gained for arc, gained in sorted(found.items()) if gained}

    def without_s(
        self, evading: dict[int, set[tuple[int, int]]], split: SplitArcs
    ) -> dict[int, float]:
        """Time that it takes otherwise to where the turns begin that are gained, by arc."""
        leaving = ArcsByNode(split.tail, split.node.size)
        same = ArcsByNode(split.arc, self.head.size)
        time_s = self.drive_s[split.arc] + np.where(split.turned, TURN_ROUND_S, 0.0)
        wanted: defaultdict[int, set[int]] = defaultdict(set)
        for gained in evading.values():
            for arrival, turn in gained:
                wanted[arrival].add(turn)
        otherwise_s: dict[tuple[int, int], float] = {}
        for arrival, turns in wanted.items():
            for start in {int(split.head[k]) for k in same[arrival]}:
                for turn, found_s in _times(split, leaving, time_s, start, turns).items():
                    known_s = otherwise_s.get((arrival, turn), 0.0)
                    otherwise_s[arrival, turn] = max(known_s, found_s)
        return {arc: max(otherwise_s[pair] for pair in gained) for arc, gained in evading.items()}

    def tempting(self, within_s: dict[int, float]) -> Flags:
        """Arcs at whose head turning round can pay for who sets out on some arc.

        Parameters
        ----------
        within_s
            By that arc, how long there and back may take. [s]
        """
        found = np.zeros(self.head.size, dtype=bool)
        for arc, most_s in within_s.items():
            found[self._tempting(arc, most_s)] = True
        return found

    def _tempting(self, first: int, best_s: float) -> list[int]:
        """Go on until turning round in a side road, and coming back, would be quicker."""
        waiting = [(float(self.drive_s[first]), first)]
        found, seen = list[int](), {first}
        while waiting:
            out_s, arc = heapq.heappop(waiting)
            if 2.0 * out_s >= best_s:
                break
            if self.opposite[arc] < 0:
                continue
            found.append(arc)
            if not self.refused[arc]:
                best_s = min(best_s, 2.0 * out_s + TURN_ROUND_S)
            for onward in self.leaving[int(self.head[arc])]:
                if onward not in seen and onward != self.opposite[arc]:
                    seen.add(onward)
                    heapq.heappush(waiting, (out_s + float(self.drive_s[onward]), onward))
        return found

    def rules(self, tempting: Flags, refused: Flags) -> list[Rule]:
        """Say what follows those arcs."""
        return [
            Rule((arc,), back, frozenset()) if refused[arc] else Rule((arc,), frozenset(), back)
            for arc in np.flatnonzero(tempting).tolist()
            for back in [frozenset((int(self.opposite[arc]),))]
        ]

    def last(self, stuck: Flags) -> Flags:
        """Of arcs from which one does not get back, those that end where no other begins."""
        found = np.zeros(stuck.size, dtype=bool)
        for arc in np.flatnonzero(stuck).tolist():
            onward = self.leaving[int(self.head[arc])]
            found[arc] = not any(stuck[k] for k in onward if k != self.opposite[arc])
        return found if found.any() else stuck

    def roads(self, arcs: Flags) -> Flags:
        """Add to arcs those the other way."""
        both = arcs.copy()
        both[self.opposite[arcs & (self.opposite >= 0)]] = True
        return both


def _times(
    split: SplitArcs, leaving: ArcsByNode, time_s: Floats, start: int, wanted: set[int]
) -> dict[int, float]:
    """Time from a node to the tail of each arc that is wanted, at most that to turn round."""
    missing, found = set(wanted), dict.fromkeys(wanted, 2.0 * FARTHEST_S)
    waiting, done = [(0.0, start)], set[int]()
    while waiting and missing:
        now_s, node = heapq.heappop(waiting)
        if now_s >= 2.0 * FARTHEST_S:
            break
        if node in done:
            continue
        done.add(node)
        for k in leaving[node]:
            if int(split.arc[k]) in missing:
                missing.remove(int(split.arc[k]))
                found[int(split.arc[k])] = now_s
            heapq.heappush(waiting, (now_s + float(time_s[k]), int(split.head[k])))
    return found
