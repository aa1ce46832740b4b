"""Compiled and plain Python choose the same roads, stops and departures."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.source_tree import ROOT
from tests.oracles.road_worlds import as_problem, as_rows, random_road_world
from tests.oracles.test_worth import random_worth
from tripplan.records.settings import Settings
from tripplan.search.solve import solve

WORLDS = (0, 5)
KINDS = ("", "mixed")
"""Time alone, and all prices at once."""
PLAIN_PYTHON = """
import json
from tests.oracles.test_without_compiling import KINDS, WORLDS, plan_of
print(json.dumps([plan_of(seed, kind) for kind in KINDS for seed in WORLDS]))
"""


def plan_of(seed: int, kind: str = "") -> dict[str, Any]:
    """Solve a little world, with prices of a kind if one is named."""
    world = random_road_world(seed, nodes=12, chargers=4, span=0.9, speeds=2)
    worth = random_worth(world, kind, seed) if kind else None
    problem = replace(as_problem(world), objective=worth)
    found = solve(problem, as_rows(world), Settings(heat=False, label_limit=2000))
    return {
        "time_s": found.time_s,
        "lower_bound_s": found.lower_bound_s,
        "arcs": [leg.arcs.tolist() for leg in found.legs],
        "speeds": [leg.speed.tolist() for leg in found.legs],
        "visits": [[visit.charger, visit.departure_kwh] for visit in found.stops],
    }


def test_plans_are_the_same_without_compiling() -> None:
    environment = os.environ | {
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
    }
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_PYTHON],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cases = [(seed, kind) for kind in KINDS for seed in WORLDS]
    plans = json.loads(done.stdout.splitlines()[-1])
    for (seed, kind), plain in zip(cases, plans, strict=True):
        compiled = plan_of(seed, kind)
        for key in ("time_s", "lower_bound_s"):
            assert compiled[key] == pytest.approx(plain.pop(key), rel=1e-12)
            del compiled[key]
        assert len(compiled["visits"]) > 0
        assert compiled == plain
