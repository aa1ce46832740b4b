"""Restrictions by ways and against turning round, as OSRM and Valhalla obey them.

The right walks come from a search over the drawing that knows nothing of the reader.  The drawings
are those of OSRM's issues 1325 (turning round between the carriageways of a road) and 4518 (two
restrictions that share roads), and of GraphHopper's pull request 2656 (several ways between).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tripplan.sources.osm.network import OsmExtract, read_osm

Ban = tuple[str, tuple[str, ...] | int, str]
"""From, via ways or a via node, and to."""
Walk = tuple[int, ...]


@dataclass(frozen=True)
class Drawing:
    """Roads by name, as rows of nodes; those with a star are one-way."""

    roads: dict[str, Walk]
    bans: tuple[Ban, ...]
    kind: str = "no_u_turn"

    @property
    def steps(self) -> dict[tuple[int, int], str]:
        """Steps from node to node, and the road that each is on."""
        found: dict[tuple[int, int], str] = {}
        for name, row in self.roads.items():
            for one, other in pairwise(row):
                found[one, other] = name
                if "*" not in name:
                    found[other, one] = name
        return found

    def write(self, path: Path) -> Path:
        """Write an extract, with a stub at each node so that all stay junctions."""
        nodes = sorted({node for row in self.roads.values() for node in row})
        lines = ['<osm version="0.6">']
        lines += [
            f'<node id="{n}" lat="{50 + (n % 7) / 100}" lon="{8 + (n * n % 11) / 100}"/>'
            for n in (*nodes, *(100 + n for n in nodes))
        ]
        ids = {name: 1000 + number for number, name in enumerate(self.roads)}
        stubs = {f"stub {n}": (n, 100 + n) for n in nodes}
        for number, (name, row) in enumerate((self.roads | stubs).items()):
            oneway = '<tag k="oneway" v="yes"/>' if "*" in name else ""
            refs = "".join(f'<nd ref="{n}"/>' for n in row)
            tags = f'<tag k="highway" v="residential"/>{oneway}'
            lines.append(f'<way id="{1000 + number}">{refs}{tags}</way>')
        for number, (source, via, target) in enumerate(self.bans):
            members = [("way", ids[source], "from"), ("way", ids[target], "to")]
            if isinstance(via, int):
                members.append(("node", via, "via"))
            else:
                members += [("way", ids[name], "via") for name in via]
            told = "".join(f'<member type="{t}" ref="{r}" role="{of}"/>' for t, r, of in members)
            tags = f'<tag k="type" v="restriction"/><tag k="restriction" v="{self.kind}"/>'
            lines.append(f'<relation id="{5000 + number}">{told}{tags}</relation>')
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return path

    def forbids(self, walk: Walk) -> bool:
        """Tell whether a walk breaks a restriction."""
        steps = self.steps
        names = [steps[step] for step in pairwise(walk)]
        starts = range(len(names))
        return any(_breaks(ban, walk[at:], names[at:]) for ban in self.bans for at in starts)


def _breaks(ban: Ban, walk: Walk, names: list[str]) -> bool:
    source, via, target = ban
    if isinstance(via, tuple):
        return names[: len(via) + 2] == [source, *via, target]
    if names[:2] != [source, target] or walk[1] != via:
        return False
    return source != target or walk[0] == walk[2]


DUAL = Drawing(
    {
        "A*": (1, 2),
        "B*": (2, 3),
        "C*": (6, 5),
        "D*": (5, 4),
        "middle": (2, 5),
        "east": (3, 6),
        "west": (4, 1),
    },
    (("A*", ("middle",), "D*"), ("C*", ("middle",), "B*")),
)
SEVERAL = Drawing(
    {
        "12": (1, 2),
        "23": (2, 3),
        "28": (2, 8),
        "35": (3, 5),
        "59": (5, 9),
        "98": (9, 8),
        "87": (8, 7),
        "71": (7, 1),
    },
    (("12", ("28",), "87"), ("23", ("35", "59"), "98")),
)
SHARED = Drawing(
    {"A": (1, 2), "B": (2, 3), "C": (3, 4), "D": (3, 5), "E": (5, 6), "F": (4, 6), "G": (6, 1)},
    (("A", ("B",), "C"), ("A", ("B", "D"), "E")),
    kind="no_straight_on",
)
AT_END = Drawing({"A": (1, 2), "B": (2, 3), "C": (2, 4), "D": (3, 4, 1)}, (("A", 2, "A"),))
PASSING = Drawing(
    {"A": (1, 2, 3), "C": (2, 4), "D": (3, 4), "E": (4, 1)}, (("A", 2, "A"), ("C", 2, "C"))
)
DRAWINGS = {
    "between carriageways": DUAL,
    "several ways between": SEVERAL,
    "two that share roads": SHARED,
    "at the end of a road": AT_END,
    "where a road passes through": PASSING,
}


def drawn_walks(drawing: Drawing, steps: int) -> set[Walk]:
    roads = drawing.steps
    walks: set[Walk] = {(node,) for step in roads for node in step}
    for _ in range(steps):
        walks = {(*walk, b) for walk in walks for a, b in roads if a == walk[-1]}
    return {walk for walk in walks if not drawing.forbids(walk)}


def read_walks(read: OsmExtract, steps: int) -> set[Walk]:
    net, osm = read.network, read.node_id

    def grow(node: int, left: int) -> Iterator[Walk]:
        here = int(osm[node])
        if not left:
            yield (here,)
            return
        for arc in range(net.first_out[node], net.first_out[node + 1]):
            if osm[net.head[arc]] < 100:
                for rest in grow(int(net.head[arc]), left - 1):
                    yield (here, *rest)

    starts = [node for node in range(net.node_count) if osm[node] < 100]
    return {walk for node in starts for walk in grow(node, steps)}


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_walks_that_are_left_are_those_that_obey(name: str, tmp_path: Path) -> None:
    drawing = DRAWINGS[name]
    read = read_osm(drawing.write(tmp_path / "drawn.osm"))
    assert sum(read.report.restrictions.values()) == len(drawing.bans)
    assert not [why for why in read.report.skipped if why.startswith("restriction")]
    for steps in (1, 2, 3, 4, 5):
        assert read_walks(read, steps) == drawn_walks(drawing, steps)
    every = read_walks(read_osm(tmp_path / "drawn.osm", turn_restrictions=False), 5)
    assert {walk for walk in every if drawing.forbids(walk)}, "the drawing forbids something"
