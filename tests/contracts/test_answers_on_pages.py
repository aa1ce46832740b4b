"""Pages that show what commands print show what they print today."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from tests.contracts.source_tree import ROOT
from tripplan.cli.main import app

PAGE = ROOT / "docs" / "how-to" / "is-a-sakura-enough.md"
BLOCKS = [
    block.split("```\n")[0] for block in PAGE.read_text(encoding="utf-8").split("```text\n$ ")[1:]
]


def parted(block: str) -> tuple[str, str]:
    """Return the command of a block, on one line, and what stands below it."""
    found = re.match(r"(?:[^\n]*\\\n)*[^\n]*\n", block)
    assert found
    return found[0].replace("\\\n", " "), block[found.end() :]


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands name files of the documentation by their paths in the project."""
    monkeypatch.chdir(ROOT)


def test_the_table_of_stations_is_that_of_its_own_page() -> None:
    table = (ROOT / "docs" / "how-to" / "a-line.csv").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "how-to" / "ride.md").read_text(encoding="utf-8")
    assert f":caption: a-line.csv\n{table}```" in page


def test_the_page_has_its_answers() -> None:
    assert len(BLOCKS) >= 6
    assert all(parted(block)[1].strip() for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: parted(block)[0][:60].strip())
def test_a_command_prints_what_its_page_shows(block: str) -> None:
    """If not: `python tools/write_answers.py`, and read what has changed."""
    line, shown = parted(block)
    assert max(map(len, block.splitlines())) <= 100
    result = CliRunner().invoke(app, shlex.split(line)[1:])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == shown
