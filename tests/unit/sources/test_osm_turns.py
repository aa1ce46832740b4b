"""Split junctions: a walk exists in the split graph if and only if it obeys every rule."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tripplan.sources.osm.merge import Arcs
from tripplan.sources.osm.turns import Rule, split_junctions

Walks = set[tuple[int, ...]]


def arcs_of(tail: list[int], head: list[int]) -> Arcs:
    nodes, none = max(tail + head) + 1, np.empty(0, dtype=np.int64)
    return Arcs(
        tail=np.array(tail),
        head=np.array(head),
        meaning=none,
        first_way=none,
        last_way=none,
        length_m=np.ones(len(tail)),
        point_first=none,
        point=none,
        node=np.arange(nodes),
        lat=np.zeros(nodes),
        lon=np.zeros(nodes),
    )


def allowed(walk: tuple[int, ...], rules: list[Rule]) -> bool:
    return not any(
        walk[i : i + len(rule.path)] == rule.path and walk[i + len(rule.path)] in rule.banned
        for rule in rules
        for i in range(len(walk) - len(rule.path))
    )


def walks_by_definition(tail: list[int], head: list[int], rules: list[Rule], steps: int) -> Walks:
    found: list[tuple[int, ...]] = [(arc,) for arc in range(len(tail))]
    every = set(found)
    for _ in range(steps):
        found = [
            (*walk, arc)
            for walk in found
            for arc in range(len(tail))
            if tail[arc] == head[walk[-1]] and allowed((*walk, arc), rules)
        ]
        every |= set(found)
    return every


def walks_of_split_graph(arcs: Arcs, rules: list[Rule], steps: int) -> Walks:
    split = split_junctions(arcs, rules)
    assert np.array_equal(split.node[split.tail], arcs.tail[split.arc])
    assert np.array_equal(split.node[split.head], arcs.head[split.arc])
    found: list[tuple[int, ...]] = [
        (i,) for i in range(split.tail.size) if split.tail[i] < arcs.node.size
    ]
    every = list(found)
    for _ in range(steps):
        found = [
            (*walk, i)
            for walk in found
            for i in range(split.tail.size)
            if split.tail[i] == split.head[walk[-1]]
        ]
        every += found
    named = [tuple(int(split.arc[i]) for i in walk) for walk in every]
    assert len(set(named)) == len(named), "one walk stands twice in the split graph"
    return set(named)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[int], list[int], list[Rule]]:
    nodes = draw(st.integers(2, 4))
    ends = draw(
        st.lists(
            st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)),
            min_size=3,
            max_size=8,
            unique=True,
        )
    )
    tail, head = [a for a, _ in ends], [b for _, b in ends]
    rules = []
    for _ in range(draw(st.integers(0, 4))):
        path = [draw(st.integers(0, len(tail) - 1))]
        for _ in range(draw(st.integers(0, 2))):
            onward = [arc for arc in range(len(tail)) if tail[arc] == head[path[-1]]]
            if not onward:
                break
            path.append(draw(st.sampled_from(onward)))
        targets = [arc for arc in range(len(tail)) if tail[arc] == head[path[-1]]]
        banned = draw(st.sets(st.sampled_from(targets))) if targets else set()
        rules.append(Rule(tuple(path), frozenset(banned)))
    return tail, head, rules


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_walks_are_those_that_obey(world: tuple[list[int], list[int], list[Rule]]) -> None:
    tail, head, rules = world
    steps = 4
    expected = walks_by_definition(tail, head, rules, steps)
    assert walks_of_split_graph(arcs_of(tail, head), rules, steps) == expected


def test_no_rule_changes_nothing() -> None:
    arcs = arcs_of([0, 1], [1, 0])
    split = split_junctions(arcs, [])
    assert np.array_equal(split.head, arcs.head)
    assert np.array_equal(split.node, arcs.node)
