"""Writes what commands print into pages that show both.

A `text` block that begins with "$ tripplan ..." is run, and what it prints is put below.
"""

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from tripplan.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "docs" / "how-to" / "is-a-sakura-enough.md",)
SHOWN = re.compile(r"```text\n\$ (tripplan (?:[^\n]*\\\n)*[^\n]*)\n(.*?)```\n", re.DOTALL)


def printed(line: str) -> str:
    """Return what a command prints."""
    result = CliRunner().invoke(app, shlex.split(line.replace("\\\n", " "))[1:])
    assert result.exit_code == 0, f"{line}\n{result.stderr}"
    return result.stdout


def written(text: str, answer: Callable[[str], str] = printed) -> str:
    """Return a page with the answers of its commands.

    Parameters
    ----------
    text
        The page.
    answer
        Returns what a command prints.
    """
    return SHOWN.sub(lambda shown: f"```text\n$ {shown[1]}\n{answer(shown[1])}```\n", text)


if __name__ == "__main__":
    os.chdir(ROOT)  # commands name files of the documentation
    for page in PAGES:
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(page)
