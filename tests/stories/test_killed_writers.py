"""Writers that are killed leave what is whole: a small part of `tools/kill_writers.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("writer", ["region build", "plan", "calibrate", "batch", "study"])
def test_what_a_killed_writer_leaves_is_whole(writer: str) -> None:
    script = ROOT / "tools" / "kill_writers.py"
    done = subprocess.run(
        [sys.executable, str(script), "--kills", "4", "--only", writer],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{writer}: 4 x whole" in done.stdout
