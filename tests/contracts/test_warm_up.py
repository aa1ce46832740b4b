"""`tripplan warm-up`: compiles all that there is, once, and says where it is kept."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tripplan.cli import warm_up
from tripplan.cli.main import app
from tripplan.physics import jit

TYPES = """
import json
from tripplan.physics import jit
print(json.dumps([jit.never_called(), sorted(jit.called_with())]))
"""
WARMED = f"""
from tripplan.cli.warm_up import warmed
warmed()
{TYPES}
"""
LATER = f"""
import tempfile, tripplan
from pathlib import Path
on = {{"region": "starter-illustrative"}}
plan = tripplan.plan("Reno, NV", "Sacramento, CA", vehicle="nissan-sakura", ambient_c=-5, **on)
tripplan.plan("Reno, NV", "Sacramento, CA", vehicle="hyundai-ioniq-28", via="Truckee, CA", **on)
tripplan.plan("Seattle, WA", "Portland, OR", vehicle="nissan-leaf-40", ambient_c=20)
tripplan.alternatives("Boise, ID", "Twin Falls, ID", vehicle="nissan-leaf-40", ambient_c=35, **on)
rows = [{{"origin": "Reno, NV", "destination": "Elko, NV", "vehicle": "nissan-leaf-40"}}]
tripplan.plan_many(rows, **on)
plan.save(Path(tempfile.mkdtemp()) / "trip.html", tripplan.load_starter("illustrative"))
assert tripplan.audit(plan, **on).passed
{TYPES}
"""

ONLY_COMPILED_CALL = {
    "tripplan.routing.kernels.customise.customise",
    "tripplan.routing.kernels.customise.link_into",
    "tripplan.routing.kernels.phast.phast",
    "tripplan.search.kernels.heat_arrival.arrive",
}
"""Functions that nothing but tests calls from Python; their callers hold their code."""


def ran(command: list[str]) -> str:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module", name="warmed")
def fixture_warmed() -> tuple[set[str], set[tuple[str, str]]]:
    """Names of functions that a rehearsal does not call, and with which types it calls the others.

    It uses the machine code that other tests have left: what counts is what is called.
    """
    never, called = json.loads(ran(["-c", WARMED]).splitlines()[-1])
    return set(never), {(name, types) for name, types in called}


@pytest.mark.slow
def test_it_calls_every_function_that_is_compiled(
    warmed: tuple[set[str], set[tuple[str, str]]],
) -> None:
    never, called = warmed
    assert never <= ONLY_COMPILED_CALL
    assert len(called) > 50


@pytest.mark.slow
def test_no_later_plan_calls_one_with_other_types(
    warmed: tuple[set[str], set[tuple[str, str]]],
) -> None:
    _, later = json.loads(ran(["-c", LATER]).splitlines()[-1])
    called = {(name, types) for name, types in later}
    assert len(called) > 50
    assert called <= warmed[1]


@pytest.mark.slow
@pytest.mark.usefixtures("warmed")
def test_afterwards_nothing_is_left_to_compile() -> None:
    told = ran(["-m", "tripplan", "warm-up"])
    assert re.match(r"nothing to compile: all \d+ functions were kept in\n  /", told)
    assert ran(["-m", "tripplan", "warm-up", "--quiet"]) == ""


def test_what_was_compiled_is_told() -> None:
    done = warm_up.Warmed(compiled=7, loaded=2, folders=(Path("/one"), Path("/two")))
    assert done.in_words() == "7 functions compiled, 2 loaded; kept in\n  /one\n  /two"


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
    assert ran([str(script)]).split() == ["()", "1"]
