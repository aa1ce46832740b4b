"""Every example in README, docs and docstrings runs.

On a page, blocks run in order in one temporary folder: captioned blocks are written to the file
of their caption, Python blocks share their names, and `tripplan` lines of shell blocks run
through the command's own parser.
"""

import contextlib
import doctest
import importlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.contracts.examples import PYTHON, Block, blocks, pages
from tests.contracts.source_tree import ROOT, modules
from tripplan.cli.main import app
from tripplan.errors import TripplanError

SHELLS = {"sh", "bash", "shell", "console"}
OTHER_COMMANDS = {"make", "pip", "git", "python"}
"""What shell blocks may hold besides; installing and building is tested by doing it in CI."""


def commands(block: Block) -> Iterator[list[str]]:
    for line in block.body.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words:
            yield words


def run_command(block: Block, words: list[str]) -> None:
    result = CliRunner().invoke(app, words[1:])
    told = f"{block.page}:{block.line}: {shlex.join(words)}\n{result.stderr}"
    assert result.exit_code == 0, told


def run_python(block: Block, names: dict[str, object]) -> None:
    where = f"{block.page}:{block.line}"
    if ">>>" in block.body:
        parser = doctest.DocTestParser()
        test = parser.get_doctest(block.body, names, where, block.page, block.line)
        doctest.DebugRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False)
        names.update(test.globs)
    else:
        exec(compile(block.body, where, "exec"), names)  # noqa: S102 - that is the point


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maps").mkdir()
    names: dict[str, object] = {"__name__": "example"}
    for block in blocks(path):
        if block.caption:
            Path(block.caption).write_text(block.body, encoding="utf-8")
        elif block.language in SHELLS:
            for words in commands(block):
                if words[0] == "tripplan":
                    run_command(block, words)
                else:
                    assert words[0] in OTHER_COMMANDS, f"{block.page}:{block.line}: {words}"
        elif block.language in PYTHON:
            run_python(block, names)


def test_there_are_examples_to_run() -> None:
    languages = [block.language for path in pages() for block in blocks(path)]
    assert languages.count("python") >= 10
    assert languages.count("{code-cell}") >= 15
    assert sum(language in SHELLS for language in languages) >= 5


def test_every_make_target_in_the_words_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        words[1]
        for path in pages()
        for block in blocks(path)
        if block.language in SHELLS
        for words in commands(block)
        if words[0] == "make"
    }
    assert named <= targets
    assert {"demo", "test"} <= named


def written(path: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(
        r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )


def is_there(dotted: str) -> bool:
    """Tell whether a name of the package can be reached, as a module or within one."""
    first, *rest = dotted.split(".")
    found: object = importlib.import_module(first)
    for k, part in enumerate(rest, 2):
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(".".join(dotted.split(".")[:k]))
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_and_files_that_a_page_names_are_there(path: Path) -> None:
    spans = re.findall(r"`([\w./-]+)`", written(path))
    names = [span for span in spans if span.startswith("tripplan.")]
    files = [span for span in spans if "/" in span and span.endswith(".py")]
    folders = [span for span in spans if span.startswith(("src/", "tests/", "docs/", "tools/"))]
    assert [name for name in names if not is_there(name)] == []
    assert [
        name
        for name in files + folders
        if not any((home / name).exists() for home in (ROOT, ROOT / "src" / "tripplan"))
    ] == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", written(path))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize(
    "name", [name for name, path in modules().items() if ">>>" in path.read_text("utf-8")]
)
def test_the_examples_of_docstrings_run(name: str) -> None:
    module = importlib.import_module(f"tripplan.{name}".rstrip("."))
    assert doctest.testmod(module, raise_on_error=True).attempted > 0


def test_the_batch_page_shows_each_kind_of_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its example holds what the page says: two plans and one row that is wrong."""
    monkeypatch.chdir(tmp_path)
    page = list(blocks(ROOT / "docs" / "how-to" / "batch.md"))
    (trips,) = [block for block in page if block.caption == "trips.csv"]
    Path("trips.csv").write_text(trips.body, encoding="utf-8")
    result = CliRunner().invoke(app, ["batch", "trips.csv", "-o", "out"])
    assert "2 of 3 trips planned" in " ".join(result.stderr.split())
    plans = sorted(Path("out/plans").glob("*.json"))
    assert [json.loads(p.read_text("utf-8"))["vehicle"]["id"] for p in plans] == [
        "nissan-sakura",
        "nissan-leaf-40",
    ]


def test_the_table_of_errors_is_that_of_the_code() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (\d) \|$", text, re.MULTILINE))
    kinds: dict[str, str] = {}
    waiting: list[type[TripplanError]] = TripplanError.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__ == "tripplan.errors":
            kinds[kind.__name__] = str(kind.exit_code)
    assert rows == kinds


def test_what_the_glossary_calls_by_name_is_in_the_code() -> None:
    """Names in the second column of its tables; with a dot, the end of a module's name."""
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    called = {
        name
        for row in re.findall(r"^\|[^|]+\|([^|]+)\|", page, re.MULTILINE)
        for name in re.findall(r"`([\w.]+)`", row)
    }
    words = set(re.findall(r"\w+", "\n".join(p.read_text("utf-8") for p in modules().values())))
    dotted = {name for name in called if "." in name}
    assert len(called) > 40
    assert called - dotted <= words
    assert {name for name in dotted if not any(m.endswith(name) for m in modules())} == set()


def test_the_layers_on_the_page_are_those_of_the_linter() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    layers_told: dict[int, list[str]] = {}
    for layer, module in re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.MULTILINE):
        layers_told.setdefault(int(layer), []).append(module)
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = config.split("layers = [")[1].split("]")[0]
    layers = [re.findall(r"\w+", line) for line in re.findall(r'"([^"]+)"', block)]
    assert [sorted(layers_told[layer]) for layer in sorted(layers_told, reverse=True)] == [
        sorted(layer) for layer in layers
    ]
