"""The examples of README, docs and docstrings, for tests that run or read them."""

import ast
import doctest
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.contracts.source_tree import ROOT, modules, tree

FENCE = re.compile(
    r"^(?P<bars>```+)(?:\{code-block\} ?)?(?P<language>\{code-cell\}|[\w-]*)[^\n]*\n"
    r"(?P<body>.*?)^(?P=bars)\s*$",
    re.DOTALL | re.MULTILINE,
)
PYTHON = ("python", "{code-cell}")
"""Languages of blocks that run: of pages, and of the notebooks of the gallery."""
CAPTION = re.compile(r"\A:caption: (?P<name>[\w.-]+)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    body: str
    caption: str


def pages() -> list[Path]:
    found = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "findings/README.md")]
    found += sorted((ROOT / "docs").rglob("*.md"))
    return [path for path in found if "_build" not in path.parts]


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        body = match["body"]
        caption = CAPTION.match(body)
        if caption:
            body = body[caption.end() :]
        line = text.count("\n", 0, match.start()) + 1
        name = path.relative_to(ROOT).as_posix()
        yield Block(name, line, match["language"], body, caption["name"] if caption else "")


def statements(text: str) -> str:
    """Return the Python of a block, without prompts and what they print."""
    if ">>>" not in text:
        return text
    return "".join(found.source for found in doctest.DocTestParser().get_examples(text))


def python_examples() -> Iterator[str]:
    """Return the Python of each page, and of each docstring with an example."""
    for path in pages():
        yield "\n".join(statements(b.body) for b in blocks(path) if b.language in PYTHON)
    for path in modules().values():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                if ">>>" in text:
                    yield statements(text)
