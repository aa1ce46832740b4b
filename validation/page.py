"""The page docs/models/validation.md: sections between marks, each written from one comparison."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from validation.shared import ROOT

PAGE = ROOT / "docs" / "models" / "validation.md"
IMAGES = ROOT / "docs" / "images"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a Markdown table: the first column to the left, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def percent(share: float) -> str:
    """Write a signed error."""
    return f"{100.0 * share:+.1f} %"


def put(section: str, text: str, path: Path = PAGE) -> None:
    """Write one section of the page; the rest stays as it is.

    Raises
    ------
    ValueError
        The page has no such section.
    """
    page = path.read_text(encoding="utf-8")
    start, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"{path} has no section between {start} and {end}")
    new = pattern.sub(lambda _: f"{start}\n{text.strip()}\n{end}", page)
    path.write_text(new, encoding="utf-8")
