"""Machine code: that of other sources is thrown away, and one process makes it for all."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest
from numba.core.caching import FunctionCache

from tripplan.physics import jit, jit_cache
from tripplan.physics.charging import interpolate


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


LOADING = """
import sys
import numpy as np
from tripplan.physics.jit import compiled, part

def least_first(values, out):
    out[0] = np.median(values)
    return np.sort(values)

def tripled(x):
    return 3.0 * x

def shown(values):
    out = np.zeros(2)
    found = fast_least(values, out)
    return fast_tripled(found[0]), out[0]

def calling(values):
    return fast_shown(values)[0] + fast_tripled(fast_least(values, np.zeros(2))[1])

fast_least, fast_tripled = compiled(least_first), part(tripled)
fast_shown, fast_calling = compiled(shown), compiled(calling)
values = np.array([3.0, 1.0, 2.0])
print(*fast_shown(values), *fast_least(values, np.zeros(2)))
print("numba.cpython.unicode" in sys.modules, "scipy.linalg" in sys.modules)
if "caller" in sys.argv:
    print(fast_calling(values))
print(*(sum(f.stats.cache_hits.values()) for f in (fast_shown, fast_least, fast_calling)))
"""


def test_loading_does_not_get_ready_to_compile(tmp_path: Path) -> None:
    """What is loaded gives the same numbers, and a caller that is new is compiled on top of it."""
    script = tmp_path / "kernel.py"
    script.write_text(LOADING, encoding="utf-8")
    kept = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")}

    def ran(*words: str) -> list[str]:
        command = [sys.executable, str(script), *words]
        done = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    answer = "3.0 2.0 1.0 2.0 3.0"
    assert ran() == [answer, "True True", "0 0 0"]
    assert ran() == [answer, "False False", "1 1 0"]
    assert ran("caller") == [answer, "False False", "9.0", "1 1 0"]
    assert ran("caller") == [answer, "False False", "9.0", "1 1 1"]


def test_numba_loads_machine_code_itself_where_its_insides_have_changed(tmp_path: Path) -> None:
    script, changed = tmp_path / "kernel.py", tmp_path / "changed.py"
    script.write_text(LOADING, encoding="utf-8")
    head = "from tripplan.physics import jit_cache as c; c._rebuilt = lambda *kept: kept[99]\n"
    changed.write_text(f"{head}import runpy\nrunpy.run_path({str(script)!r})\n", "utf-8")
    kept = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    for file in (script, changed):
        done = subprocess.run(
            [sys.executable, str(file)], env=kept, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["3.0 2.0 1.0 2.0 3.0", "True True", "1 1 0"]


def test_another_numba_loads_machine_code_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Insides that nobody has looked at are left alone."""
    assert type(jit_cache.cache_of(interpolate)) is jit_cache.QuickCache
    monkeypatch.setattr(numba, "__version__", "99.0")
    assert type(jit_cache.cache_of(interpolate)) is FunctionCache
