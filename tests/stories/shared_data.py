"""Where real data lies on machines that have it; tests that need it skip elsewhere."""

import os
from pathlib import Path

import pytest

_ROOT = Path(os.environ.get("TRIPPLAN_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SHARED = _ROOT / "data" if (_ROOT / "data").is_dir() else _ROOT
"""The folder of the data, whether TRIPPLAN_SHARED names it or the one that it lies in."""


def shared(name: str) -> Path:
    """Return a file of the shared data, or skip the test that asks for it."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"real data {name} is not on this machine (TRIPPLAN_SHARED names its folder)")
    return path
