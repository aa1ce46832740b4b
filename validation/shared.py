"""Where real data lies on machines that have it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(__file__).with_name("data")


def shared(name: str) -> Path | None:
    """Return a file of the shared data; None on machines without it."""
    root = Path(os.environ.get("TRIPPLAN_SHARED") or ROOT.parent / "shared")
    for folder in (root / "data", root):
        if (folder / name).exists():
            return folder / name
    return None
