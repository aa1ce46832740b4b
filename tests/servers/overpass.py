"""An interpreter of the part of Overpass QL that tripplan asks in, on the elements of an .osm file.

Unions and sets; node, way and rel with tag filters, a box, around and bw; recursion down.
"""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

FIXTURE = Path(__file__).parents[1] / "fixtures" / "online.osm"
STATE = "2026-01-02T03:04:05Z"
BBOX = r"\((-?[\d.]+),(-?[\d.]+),(-?[\d.]+),(-?[\d.]+)\)"
Element = dict[str, Any]
Key = tuple[str, int]


def read_world(path: Path = FIXTURE) -> dict[Key, Element]:
    """Read an .osm file into the elements of Overpass JSON."""
    world: dict[Key, Element] = {}
    for thing in ET.parse(path).getroot():  # noqa: S314 - our own fixture
        element: Element = {"type": thing.tag, "id": int(thing.attrib["id"])}
        if thing.tag == "node":
            element |= {"lat": float(thing.attrib["lat"]), "lon": float(thing.attrib["lon"])}
        elif thing.tag == "way":
            element["nodes"] = [int(nd.attrib["ref"]) for nd in thing.findall("nd")]
        else:
            element["members"] = [
                {"type": m.attrib["type"], "ref": int(m.attrib["ref"]), "role": m.attrib["role"]}
                for m in thing.findall("member")
            ]
        tags = {tag.attrib["k"]: tag.attrib["v"] for tag in thing.findall("tag")}
        if tags:
            element["tags"] = tags
        world[element["type"], element["id"]] = element
    return world


class Overpass:
    """The interpreter of queries."""

    def __init__(self, world: dict[Key, Element]) -> None:
        self.world = world

    def answer(self, query: str) -> Element:
        """Run a query."""
        head, *statements = [part.strip() for part in self._statements(query)]
        assert head.startswith("[out:json][timeout:"), head
        assert statements.pop() == "out body qt"
        sets: dict[str, set[Key]] = {"_": set()}
        for statement in statements:
            body, _, name = statement.partition("->.")
            sets[name or "_"] = self._run(body, sets)
        return {
            "version": 0.6,
            "generator": "fake Overpass",
            "osm3s": {"timestamp_osm_base": STATE},
            "elements": [self.world[key] for key in sorted(sets["_"], reverse=True)],
        }

    @staticmethod
    def _statements(text: str) -> list[str]:
        """Split at semicolons that stand in no parentheses and no quotes."""
        parts, depth, quoted, start = [], 0, False, 0
        for at, ch in enumerate(text):
            if ch == '"':
                quoted = not quoted
            elif not quoted:
                depth += (ch == "(") - (ch == ")")
                if ch == ";" and depth == 0:
                    parts.append(text[start:at])
                    start = at + 1
        assert not quoted
        assert depth == 0
        assert not text[start:].strip(), text[start:]
        return parts

    def _run(self, body: str, sets: dict[str, set[Key]]) -> set[Key]:
        if body.startswith("("):
            parts = self._statements(body.strip()[1:-1])
            return set().union(*(self._run(part.strip(), sets) for part in parts))
        recursion = re.fullmatch(r"\.(\w+) >", body)
        if recursion:
            return self._below(sets[recursion[1]])
        if re.fullmatch(r"\.\w+", body):
            return sets[body[1:]]
        kind = re.match(r"(node|way|rel)\b", body)
        assert kind, body
        found = {k for k in self.world if k[0] == {"rel": "relation"}.get(kind[1], kind[1])}
        rest = body[kind.end() :]
        for words in re.findall(r'\[(?:"[^"]*"|[^\]"])*\]|\([^)]*\)', rest):
            rest = rest.replace(words, "", 1)
            keep = self._filter(words, sets)
            found = {key for key in found if keep(self.world[key])}
        assert not rest, rest
        return found

    def _below(self, keys: set[Key]) -> set[Key]:
        ways = [self.world[key] for key in keys if key[0] == "way"]
        nodes = {("node", ref) for way in ways for ref in way["nodes"]}
        return nodes & set(self.world)

    def _filter(self, words: str, sets: dict[str, set[Key]]) -> Callable[[Element], bool]:
        tag = re.fullmatch(r'\["([^"]+)"(?:(=|~|!~)"([^"]*)")?\]', words)
        if tag:
            return lambda element: _tag_fits(element.get("tags", {}).get(tag[1]), tag[2], tag[3])
        box = re.fullmatch(BBOX, words)
        if box:
            south, west, north, east = map(float, box.groups())
            return lambda element: any(
                south <= lat <= north and west <= lon <= east for lat, lon in self._points(element)
            )
        around = re.fullmatch(r"\(around\.(\w+):(\d+)\)", words)
        if around:
            centres = [p for key in sets[around[1]] for p in self._points(self.world[key])]
            reach = float(around[2])
            return lambda element: any(
                apart_m(a, b) <= reach for a in self._points(element) for b in centres
            )
        members = re.fullmatch(r"\(bw\.(\w+)\)", words)
        assert members, words
        ways = {key[1] for key in sets[members[1]] if key[0] == "way"}
        return lambda element: any(
            m["type"] == "way" and m["ref"] in ways for m in element["members"]
        )

    def _points(self, element: Element) -> list[tuple[float, float]]:
        if element["type"] == "node":
            return [(element["lat"], element["lon"])]
        refs = element.get("nodes", [])
        nodes = [self.world["node", ref] for ref in refs if ("node", ref) in self.world]
        return [(node["lat"], node["lon"]) for node in nodes]


def _tag_fits(value: str | None, operator: str | None, wanted: str | None) -> bool:
    if operator is None or wanted is None:
        return value is not None
    if operator == "!~":
        return value is None or not re.search(wanted, value)
    if value is None:
        return False
    return value == wanted if operator == "=" else bool(re.search(wanted, value))


def apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points, metres; plain, good for short ways."""
    x = math.radians(b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return 6_371_008.8 * math.hypot(x, math.radians(b[0] - a[0]))
