"""What the tests import, themselves or through our own folders, the test extra brings."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.contracts.source_tree import PACKAGE, tree

ROOT = PACKAGE.parents[1]
OURS = ("tripplan", "tests", "validation", "benchmarks", "campaign")
WHERE_THEY_ARE = {
    "tripplan": PACKAGE,
    "tests": ROOT / "tests",
    "validation": ROOT / "validation",
    "benchmarks": ROOT / "benchmarks",
    "campaign": ROOT / "campaign",
}


def imported_at_the_top(file: Path) -> set[str]:
    """Return the modules that this file needs to be imported at all."""
    found: set[str] = set()
    for node in tree(file).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_file(module: str) -> Path | None:
    """Return the file of a module of this project."""
    first, *rest = module.split(".")
    if first not in OURS:
        return None
    place = WHERE_THEY_ARE[first].joinpath(*rest)
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return file
    return None


def libraries_of_the_tests() -> dict[str, Path]:
    """Return each outside library that collecting the tests needs, and a file that wants it."""
    todo = sorted((ROOT / "tests").rglob("*.py"))
    seen = set(todo)
    found: dict[str, Path] = {}
    while todo:
        file = todo.pop()
        for module in imported_at_the_top(file):
            first = module.split(".")[0]
            if first not in OURS:
                found.setdefault(first, file)
            elif (next_file := own_file(module)) is not None and next_file not in seen:
                seen.add(next_file)
                todo.append(next_file)
    return {name: file for name, file in found.items() if name not in sys.stdlib_module_names}


def test_the_test_extra_names_every_library_that_collecting_the_tests_imports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["test"]
    named = {re.split(r"[^\w-]", line)[0].lower().replace("_", "-") for line in lines}
    of_module = packages_distributions()
    wanted = {
        f"{module} ({file.relative_to(ROOT)})"
        for module, file in libraries_of_the_tests().items()
        if not {name.lower().replace("_", "-") for name in of_module.get(module, [module])} & named
    }
    assert not wanted
