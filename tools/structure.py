"""Counts the rooms of the package, its import layers, and the arrows between rooms.

A room is a file or a package at the root of `tripplan`; an arrow is a pair of rooms of which one
imports from the other.  Imports inside functions and for type checking count.  `__init__` of the
root is no room.  ::

    .venv/bin/python tools/structure.py [SRC]

SRC is the folder that holds `tripplan`, by default that of this checkout.  To count another commit:
``git archive COMMIT src pyproject.toml | tar x -C FOLDER``.
"""

import sys
import tomllib
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from grimp import ImportGraph, build_graph

PACKAGE = "tripplan"
HERE = Path(__file__).parents[1] / "src"

Room = Callable[[str], str]
"""From a module's dotted name to its room."""


def whole(module: str) -> str:
    """Count a package with all in it as one room."""
    return module.split(".")[1]


def kernels_apart(module: str) -> str:
    """Count a package as one room, its kernels as another."""
    parts = module.split(".")
    return f"{parts[1]}.kernels" if parts[2:3] == ["kernels"] else parts[1]


def folders_apart(src: Path) -> Room:
    """Count every folder as a room of its own."""

    def room(module: str) -> str:
        parts = module.split(".")
        folder = src.joinpath(*parts).is_dir()
        return ".".join(parts[1:] if folder or len(parts) == 2 else parts[1:-1])

    return room


COUNTS = {
    "packages as wholes": lambda _: whole,
    "kernels apart": lambda _: kernels_apart,
    "every folder apart": folders_apart,
}


def arrows(graph: ImportGraph, room: Room) -> dict[str, set[str]]:
    """Return for each room those that it imports from."""
    modules = sorted(graph.modules - {PACKAGE})
    found: dict[str, set[str]] = {room(module): set() for module in modules}
    for module in modules:
        for target in graph.find_modules_directly_imported_by(module) - {PACKAGE}:
            if room(target) != room(module):
                found[room(module)].add(room(target))
    return found


def depth(found: dict[str, set[str]]) -> int | None:
    """Return the number of rooms on the longest chain of imports; None where they form a ring."""
    floors: dict[str, int] = {}
    try:
        for room in TopologicalSorter(found).static_order():
            floors[room] = 1 + max((floors[below] for below in found[room]), default=0)
    except CycleError:
        return None
    return max(floors.values())


def layers(config: Path) -> int | None:
    """Return how many layers import-linter is told to hold; None without a configuration."""
    if not config.is_file():
        return None
    tool = tomllib.loads(config.read_text(encoding="utf-8"))["tool"]["importlinter"]
    return len(tool["contracts"][0]["layers"])


def main(src: Path) -> None:
    """Print the counts."""
    sys.path.insert(0, str(src))
    graph = build_graph(PACKAGE, cache_dir=None)
    root = src / PACKAGE
    files = {path.stem for path in root.glob("*.py")}
    rooms = {whole(module) for module in graph.modules - {PACKAGE}}
    print(f"{len(graph.modules)} modules; {len(files)} files and {len(rooms - files)} packages")
    print(f"at the root; {layers(src.parent / 'pyproject.toml')} layers in the configuration\n")
    print(f"{'':20s} {'rooms':>6s} {'arrows':>6s} {'deep':>6s}")
    for name, counted in COUNTS.items():
        found = arrows(graph, counted(src))
        deep = depth(found)
        pairs = sum(map(len, found.values()))
        print(f"{name:20s} {len(found):6d} {pairs:6d} {deep or 'ring':>6}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
