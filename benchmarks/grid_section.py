"""Runs `run.py`, the comparison with a plain networkx search, as a section of the results."""

import sys

import run
from measure import SECTIONS


def main() -> int:
    """Write the section where the assembler looks for it."""
    SECTIONS.mkdir(exist_ok=True)
    run.RESULTS = SECTIONS / "grid.md"
    return run.main()


if __name__ == "__main__":
    sys.exit(main())
