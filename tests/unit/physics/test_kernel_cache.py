"""Machine code: that of other sources is thrown away, and one process makes it for all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tripplan.physics import jit


def test_machine_code_of_other_sources_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("physics/jit.py", "planning/audit_steps.py", "search/kernels/loop.py")
    sources = [tmp_path / name for name in names]
    for source in sources:
        source.parent.mkdir(parents=True)
        source.write_text("first = 1\n", encoding="utf-8")
    monkeypatch.setattr(jit, "__file__", str(sources[0]))
    folders = [source.parent / "__pycache__" for source in sources[1:]]
    codes = [folder / "loop-1.py311.nbi" for folder in folders]
    others = [folder / "loop.pyc" for folder in folders]

    def touched() -> None:
        for code, other in zip(codes, others, strict=True):
            code.parent.mkdir(exist_ok=True)
            code.write_bytes(b"code")
            other.write_bytes(b"bytecode")

    touched()
    jit.forget_stale()
    assert not any(code.exists() for code in codes)
    assert all(other.exists() for other in others)
    touched()
    jit.forget_stale()
    assert all(code.exists() for code in codes)
    for source in sources:
        touched()
        source.write_text("second = 22\n", encoding="utf-8")
        jit.forget_stale()
        assert not any(code.exists() for code in codes)


KERNEL = """
import sys, time
from tripplan.physics.jit import compiled

def square(x):
    return x * x

def twice(x):
    return fast_square(x) + fast_square(x)

fast_square, fast_twice = compiled(square), compiled(twice)
print("ready", flush=True)
sys.stdin.readline()
assert fast_twice(3) == 18
print(*(sum(f.stats.cache_misses.values()) for f in (fast_square, fast_twice)))
"""


def test_of_processes_that_start_at_once_one_compiles(tmp_path: Path) -> None:
    """Both come to the first call before either has machine code."""
    script = tmp_path / "kernel.py"
    script.write_text(KERNEL, encoding="utf-8")
    kept = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    pipe = subprocess.PIPE
    pair = [
        subprocess.Popen(
            [sys.executable, str(script)], stdin=pipe, stdout=pipe, text=True, env=kept
        )
        for _ in range(2)
    ]
    for process in pair:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in pair:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    made = [process.communicate(timeout=120)[0].split() for process in pair]
    assert sorted(made) == [["0", "0"], ["1", "1"]]
