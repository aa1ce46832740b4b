"""Turn restrictions in a plain graph: restricted junctions are split into copies.

A copy of a node stands for having arrived there in a certain way; from it leave exactly the arcs
that may follow.  Arrivals with the same choice share a copy, so that junctions without a
restriction stay one node.  A restriction by ways ("after A, along B, not into C") is carried along
B as a state, which splits the nodes in between as well.  Exact: a walk in the new graph is a walk
in the old one that obeys every restriction applied, and the other way round.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tripplan.arrays import Flags, Longs
from tripplan.sources.osm.merge import Arcs, Line, opposite_arcs
from tripplan.sources.osm.restrictions import Restriction

_MOST_VIA_WAYS = 8
"""Restrictions by more ways are not applied: in which order they join would take long to tell."""

State = frozenset[tuple[int, int]]
"""Rules under way, as (rule, how many of its arcs are behind)."""


@dataclass(frozen=True)
class Rule:
    """A restriction in terms of arcs."""

    path: tuple[int, ...]
    """Arcs that one must have driven, in order."""
    banned: frozenset[int]
    """Arcs that may not follow."""
    slow: frozenset[int] = frozenset()
    """Arcs that may, after turning round."""


@dataclass(frozen=True, eq=False)
class SplitArcs:
    """The graph with split junctions."""

    tail: Longs
    head: Longs
    arc: Longs
    """The arc that each new one is a copy of, shape (new arcs,)."""
    node: Longs
    """The node that each new one is a copy of, shape (new nodes,)."""
    turned: Flags
    """Whether one turns round to drive it, shape (new arcs,)."""


def find_rules(
    restrictions: Iterable[Restriction], line: Line, arcs: Arcs, way_id: Longs
) -> tuple[list[Rule], Counter[str]]:
    """Translate restrictions from ways to arcs.

    Parameters
    ----------
    restrictions
        As the file has them.
    line, arcs
        The merged roads, and the arcs over them.
    way_id
        OSM id of each way of the file, shape (ways,).

    Returns
    -------
    tuple
        The rules, and counts of what was applied and of what was not, by reason.
    """
    finder = _Finder(line, arcs, way_id)
    rules: list[Rule] = []
    outcome: Counter[str] = Counter()
    for restriction in restrictions:
        found = finder.rules(restriction)
        if isinstance(found, str):
            outcome[f"restriction: {found}"] += 1
        else:
            rules += found
            outcome["applied via way" if restriction.via_ways else "applied via node"] += 1
    return rules, outcome


class _Finder:
    def __init__(self, line: Line, arcs: Arcs, way_id: Longs) -> None:
        self.line, self.arcs = line, arcs
        self.way_of = {int(osm): index for index, osm in enumerate(way_id)}
        self.node_of = {int(osm): index for index, osm in enumerate(line.node_id[arcs.node])}
        self.by_head = ArcsByNode(arcs.head, arcs.node.size)
        self.by_tail = ArcsByNode(arcs.tail, arcs.node.size)
        self.opposite = opposite_arcs(arcs)

    def rules(self, restriction: Restriction) -> list[Rule] | str:
        ways = (*restriction.sources, *restriction.via_ways, *restriction.targets)
        if any(way not in self.way_of for way in ways):
            return "names a road that cars do not use or the file lacks"
        if restriction.via_node is not None:
            node = self.node_of.get(restriction.via_node)
            if node is None:
                return "its via node lies on no road of cars"
            return self._at(restriction, node)
        return self._along(restriction)

    def _arriving(self, node: int, way: int) -> list[int]:
        wanted = self.way_of[way]
        return [arc for arc in self.by_head[node] if self.arcs.last_way[arc] == wanted]

    def _leaving(self, node: int, way: int) -> list[int]:
        wanted = self.way_of[way]
        return [arc for arc in self.by_tail[node] if self.arcs.first_way[arc] == wanted]

    def _at(self, restriction: Restriction, node: int) -> list[Rule] | str:
        if restriction.u_turn and any(
            len(self._leaving(node, way)) > 1 for way in restriction.targets
        ):
            return self._turning_round(restriction.sources, node)
        banned = self._banned(restriction, node)
        if isinstance(banned, str):
            return banned
        sources = [self._arriving(node, way) for way in restriction.sources]
        return self._rules(sources, (), banned)

    def _turning_round(self, ways: tuple[int, ...], node: int) -> list[Rule] | str:
        """Forbid to turn round at a node, on a road that passes through it."""
        found = []
        for way in ways:
            leaving = self._leaving(node, way)
            for arc in self._arriving(node, way):
                back = frozenset(k for k in leaving if arc == self.opposite[k])
                found += [Rule((arc,), back)] if back else []
        return found or "its turn is impossible anyway"

    def _banned(self, restriction: Restriction, node: int) -> frozenset[int] | str:
        targets = [self._leaving(node, way) for way in restriction.targets]
        if any(len(found) > 1 for found in targets):
            return "ambiguous: a road passes through the via node"
        named = {arc for found in targets for arc in found}
        if not named:
            return "its turn is impossible anyway"
        if restriction.only:
            return frozenset(arc for arc in self.by_tail[node] if arc not in named)
        return frozenset(named)

    def _rules(
        self, sources: list[list[int]], via: tuple[int, ...], banned: frozenset[int]
    ) -> list[Rule] | str:
        if any(len(found) > 1 for found in sources):
            return "ambiguous: a road passes through the via node"
        arrivals = [found[0] for found in sources if found]
        if not arrivals:
            return "its turn is impossible anyway"
        return [Rule((arc, *via), banned) for arc in arrivals]

    def _along(self, restriction: Restriction) -> list[Rule] | str:
        if len(restriction.via_ways) > _MOST_VIA_WAYS:
            return "more via ways than are looked at"
        chains = self._via_chains(restriction)
        if len(chains) != 1:
            return "its via ways do not join from and to"
        start, path, end = chains[0]
        banned = self._banned(restriction, end)
        if isinstance(banned, str):
            return banned
        sources = [self._arriving(start, way) for way in restriction.sources]
        return self._rules(sources, path, banned)

    def _via_chains(self, restriction: Restriction) -> list[tuple[int, tuple[int, ...], int]]:
        """Follow the via ways from the first road to the last, in whichever order they join."""
        starts = {node for way in restriction.via_ways for node in self._ends(way)}
        return [
            (start, path, end)
            for start in sorted(starts)
            if any(self._arriving(start, way) for way in restriction.sources)
            for path, end in self._joined(start, restriction.via_ways)
            if any(self._leaving(end, way) for way in restriction.targets)
        ]

    def _joined(self, node: int, ways: tuple[int, ...]) -> list[tuple[tuple[int, ...], int]]:
        """Drive along all of these ways from a node: the arcs of each way to do so, and its end."""
        if not ways:
            return [((), node)]
        found = []
        for index, way in enumerate(ways):
            step = self._drive(node, way)
            if step is not None:
                rest = self._joined(step[0], (*ways[:index], *ways[index + 1 :]))
                found += [((*step[1], *path), end) for path, end in rest]
        return found

    def _points(self, way: int) -> Longs:
        first, last = np.searchsorted(self.line.way, [self.way_of[way], self.way_of[way] + 1])
        return self.line.node[first:last]

    def _ends(self, way: int) -> set[int]:
        points = self._points(way)
        ids = self.line.node_id[points[[0, -1]]] if points.size else np.empty(0, dtype=np.int64)
        return {self.node_of[int(osm)] for osm in ids if int(osm) in self.node_of}

    def _drive(self, start: int, way: int) -> tuple[int, list[int]] | None:
        """Drive along a way from one of its ends to the other: the end, and the arcs."""
        ends = self._ends(way) - {start}
        if start not in self._ends(way) or len(ends) != 1:
            return None
        goal, node, path = ends.pop(), start, list[int]()
        while node != goal:
            onward = [
                arc
                for arc in self._leaving(node, way)
                if not path or self.arcs.head[arc] != self.arcs.tail[path[-1]]
            ]
            if len(onward) != 1 or len(path) > self._points(way).size:
                return None
            path.append(onward[0])
            node = int(self.arcs.head[onward[0]])
        return goal, path


class ArcsByNode:
    """Arcs by node."""

    def __init__(self, node: Longs, nodes: int) -> None:
        self.nodes = nodes
        self.order = np.argsort(node, kind="stable")
        self.first = np.concatenate(([0], np.cumsum(np.bincount(node, minlength=nodes))))

    def __getitem__(self, node: int) -> list[int]:
        found: list[int] = self.order[self.first[node] : self.first[node + 1]].tolist()
        return found


def strong_parts(split: SplitArcs) -> Longs:
    """Return the strongly connected part of each node of a split graph, shape (new nodes,)."""
    nodes = split.node.size
    graph = coo_array(
        (np.ones(split.tail.size, dtype=np.int8), (split.tail, split.head)), shape=(nodes, nodes)
    )
    _, part = connected_components(graph, directed=True, connection="strong")
    return np.asarray(part, dtype=np.int64)


def split_junctions(arcs: Arcs, rules: list[Rule]) -> SplitArcs:
    """Split the nodes that rules reach, so that a plain graph obeys them."""
    whole = SplitArcs(
        arcs.tail,
        arcs.head,
        np.arange(arcs.tail.size),
        np.arange(arcs.node.size),
        np.zeros(arcs.tail.size, dtype=bool),
    )
    return _Splitter(arcs, rules).split() if rules else whole


Choice = tuple[tuple[int, State, bool], ...]
"""Arcs that may follow, each with the rules then under way and whether one turns round for it."""


class _Splitter:
    """Explore (arc, state) pairs from those arcs that begin a rule; all others stay as they are."""

    def __init__(self, arcs: Arcs, rules: list[Rule]) -> None:
        self.arcs, self.rules = arcs, rules
        self.leaving = ArcsByNode(arcs.tail, arcs.node.size)
        self.starting: defaultdict[int, list[int]] = defaultdict(list)
        for number, rule in enumerate(rules):
            self.starting[rule.path[0]].append(number)
        self.node = list(range(arcs.node.size))
        self.copies: dict[tuple[int, Choice], int] = {}
        self.waiting: list[tuple[int, Choice]] = []

    def state_after(self, arc: int, before: State) -> State:
        moved = {
            (rule, done + 1)
            for rule, done in before
            if done < len(self.rules[rule].path) and self.rules[rule].path[done] == arc
        }
        return frozenset(moved | {(rule, 1) for rule in self.starting.get(arc, ())})

    def head_of(self, arc: int, state: State) -> int:
        """Find or make the copy at which an arc ends when it is driven with these rules."""
        node = int(self.arcs.head[arc])
        if not state:
            return node
        banned, slow = set[int](), set[int]()
        for rule, done in state:
            if done == len(self.rules[rule].path):
                banned |= self.rules[rule].banned
                slow |= self.rules[rule].slow
        choice = tuple(
            (onward, self.state_after(onward, state), onward in slow)
            for onward in self.leaving[node]
            if onward not in banned
        )
        usual = tuple(
            (onward, self.state_after(onward, frozenset()), False) for onward in self.leaving[node]
        )
        if choice == usual:
            return node
        key = (node, choice)
        if key not in self.copies:
            self.copies[key] = len(self.node)
            self.node.append(node)
            self.waiting.append(key)
        return self.copies[key]

    def split(self) -> SplitArcs:
        head = self.arcs.head.copy()
        for arc in self.starting:
            head[arc] = self.head_of(arc, self.state_after(arc, frozenset()))
        extra: list[tuple[int, int, int, bool]] = []
        while self.waiting:
            key = self.waiting.pop()
            extra += [
                (self.copies[key], self.head_of(arc, state), arc, slow)
                for arc, state, slow in key[1]
            ]
        added = np.array(extra, dtype=np.int64).reshape(-1, 4)
        return SplitArcs(
            tail=np.concatenate((self.arcs.tail, added[:, 0])),
            head=np.concatenate((head, added[:, 1])),
            arc=np.concatenate((np.arange(head.size), added[:, 2])),
            node=np.array(self.node, dtype=np.int64),
            turned=np.concatenate((np.zeros(head.size, dtype=bool), added[:, 3] > 0)),
        )
