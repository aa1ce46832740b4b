"""`tripplan warm-up`: compiles all that there is, once, and says where it is kept."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tripplan.cli import warm_up
from tripplan.cli.main import app
from tripplan.physics import jit

NEVER = """
from tripplan.cli.warm_up import warmed
from tripplan.physics import jit
warmed()
print(*jit.never_called())
"""
LATER = """
import sys, tempfile, tripplan
from pathlib import Path
from tripplan.physics.jit import machine_code
on = {"region": "starter-illustrative"}
plan = tripplan.plan("Reno, NV", "Sacramento, CA", vehicle="nissan-sakura", ambient_c=-5, **on)
tripplan.plan("Reno, NV", "Sacramento, CA", vehicle="hyundai-ioniq-28", via="Truckee, CA", **on)
tripplan.plan("Seattle, WA", "Portland, OR", vehicle="nissan-leaf-40", ambient_c=20)
tripplan.alternatives("Boise, ID", "Twin Falls, ID", vehicle="nissan-leaf-40", ambient_c=35, **on)
rows = [{"origin": "Reno, NV", "destination": "Elko, NV", "vehicle": "nissan-leaf-40"}]
tripplan.plan_many(rows, **on)
plan.save(Path(tempfile.mkdtemp()) / "trip.html", tripplan.load_starter("illustrative"))
assert tripplan.audit(plan, **on).passed
print(machine_code().compiled, machine_code().loaded > 20)
"""

ONLY_COMPILED_CALL = {
    "tripplan.routing.kernels.customise.customise",
    "tripplan.routing.kernels.customise.link_into",
    "tripplan.routing.kernels.phast.phast",
    "tripplan.search.kernels.heat_arrival.arrive",
}
"""Functions that nothing but tests calls from Python; their callers hold their code."""


def ran(command: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    kept = {} if folder is None else {"NUMBA_CACHE_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **kept},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_it_calls_every_function_that_is_compiled() -> None:
    done = ran(["-c", NEVER])
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= ONLY_COMPILED_CALL


@pytest.mark.slow
def test_afterwards_nothing_is_left_to_compile(tmp_path: Path) -> None:
    first = ran(["-m", "tripplan", "warm-up"], tmp_path)
    assert first.returncode == 0, first.stderr
    told = re.match(r"(\d+) functions compiled, \d+ loaded; kept in\n  (.*)", first.stdout)
    assert told
    assert int(told[1]) > 50
    assert told[2].startswith(str(tmp_path))
    assert list(Path(told[2]).glob("*.nbc"))
    again = ran(["-m", "tripplan", "warm-up"], tmp_path)
    assert again.returncode == 0, again.stderr
    assert re.match(r"nothing to compile: all \d+ functions were kept in\n  /", again.stdout)
    assert ran(["-m", "tripplan", "warm-up", "--quiet"], tmp_path).stdout == ""
    later = ran(["-c", LATER], tmp_path)
    assert later.returncode == 0, later.stderr
    assert later.stdout.split() == ["0", "True"]


def refused(monkeypatch: pytest.MonkeyPatch, code: jit.MachineCode) -> str:
    monkeypatch.setattr(warm_up, "_rehearse", lambda: None)
    monkeypatch.setattr(jit, "machine_code", lambda: code)
    result = CliRunner().invoke(app, ["warm-up"])
    assert result.exit_code == 2
    assert result.stdout == ""
    return " ".join(result.stderr.split())


def test_a_folder_that_cannot_be_written_to_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    told = refused(monkeypatch, jit.MachineCode(compiled=3, loaded=0, folders=(gone,)))
    assert f"machine code cannot be kept in {gone}: No such file or directory" in told
    assert "NUMBA_CACHE_DIR" in told


def test_no_folder_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refused(monkeypatch, jit.MachineCode(compiled=3, loaded=0, folders=()))
    assert "machine code can be kept nowhere" in told
    assert "NUMBA_CACHE_DIR" in told


NO_PLACE = """
from numba.core import caching
from pathlib import Path
caching.CacheImpl._locator_classes = []
caching.CompileResultCacheImpl._locator_classes = []
from tripplan.physics.jit import compiled, machine_code
def square(x):
    return x * x
assert compiled(square)(3) == 9
print(machine_code().folders, machine_code().compiled)
"""


def test_where_nothing_can_be_kept_each_process_compiles(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(NO_PLACE, encoding="utf-8")
    done = ran([str(script)])
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["()", "1"]
