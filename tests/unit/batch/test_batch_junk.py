"""Rows and files of junk: one clear reason a row, the others untouched, and little memory."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.starter import ILLUSTRATIVE
from tripplan.batch import SUMMARY_FIELDS, plan_many
from tripplan.output.files import export
from tripplan.planning.planner import Planner
from tripplan.records.plan import Plan
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

GOOD = {"origin": "Denver, CO", "destination": "Vail, CO", "vehicle": "nissan-sakura"}
ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
WRONG: list[tuple[Any, str]] = [
    ({}, "lacks origin, destination, vehicle"),
    ({**GOOD, "origin": None}, "lacks origin"),
    ({**GOOD, "destination": "", "vehicle": float("nan")}, "lacks destination, vehicle"),
    ({**GOOD, "vehicle": "no-such-car"}, "no-such-car"),
    ({**GOOD, "vehicle": "../../etc/passwd"}, "not in the catalogue"),
    ({**GOOD, "vehicle": "a\0b"}, "not in the catalogue"),
    ({**GOOD, "vehicle": ["nissan-sakura"]}, "vehicle: expected text"),
    ({**GOOD, "origin": {"$ne": 1}}, "origin: expected text"),
    ({**GOOD, "origin": "=cmd|' /C calc'!A0"}, "=cmd"),
    ({**GOOD, "origin": "'; DROP TABLE trips; --"}, "DROP TABLE"),
    ({**GOOD, "origin": "<script>alert(1)</script>"}, "<script>"),
    ({**GOOD, "origin": "\ud800"}, "is not known here"),
    ({**GOOD, "origin": "x" * 100_000}, "xxx"),
    ({**GOOD, "origin": "91,0"}, "lat"),
    ({**GOOD, "origin": "nan,nan"}, "2 faults lat"),
    ({**GOOD, "departure_soc": "130%"}, "departure_soc"),
    ({**GOOD, "departure_soc": [1, 2]}, "departure_soc"),
    ({**GOOD, "soh": float("inf")}, "soh"),
    ({**GOOD, "soh": 10**400}, "soh"),
    ({**GOOD, "ambient_c": "1e999"}, "ambient_c"),
    ({**GOOD, "ambient_c": -274}, "ambient_c"),
    ({**GOOD, "departure": "yesterday"}, "departure"),
    ({**GOOD, "currency": "=1+1"}, "currency"),
    ({**GOOD, "via": ENDLESS}, "via"),
    ({**GOOD, "colour": "red"}, "no wish named colour"),
    (5, "a trip is a mapping, but got 5"),
    (None, "a trip is a mapping, but got None"),
]


@pytest.fixture(autouse=True)
def _sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Good rows are not searched for."""

    def plan(_planner: Planner, trip: Trip, _vehicle: Vehicle, **_how: object) -> Plan:
        return visits_plan().model_copy(update={"trip": trip})

    monkeypatch.setattr(Planner, "plan", plan)


def test_each_wrong_row_has_one_reason_and_the_others_are_planned(tmp_path: Path) -> None:
    rows = [row for wrong, _ in WRONG for row in (GOOD, wrong)]
    found = plan_many(rows, journal=tmp_path / "journal", region=ILLUSTRATIVE)
    assert [o.status for o in found] == ["ok", "invalid"] * len(WRONG)
    table = io.StringIO(export.to_csv([o.summary() for o in found], SUMMARY_FIELDS), newline="")
    lines = list(csv.DictReader(table))
    for (row, said), line in zip(WRONG, lines[1::2], strict=True):
        assert said in line["reason"], row
        assert "\n" not in line["reason"]
        assert not line["origin"].startswith(("=", "+", "-", "@"))
    assert plan_many(rows, journal=tmp_path / "journal", resume=True, region=ILLUSTRATIVE) == found


def test_what_cannot_be_written_does_not_stop_the_others() -> None:
    found = plan_many([{**GOOD, "soh": -(10**5000)}, GOOD], region=ILLUSTRATIVE)
    assert [o.status for o in found] == ["invalid", "ok"]
    assert "battery.soh" in found[0].reason


def junk_csv() -> bytes:
    good = b'"Denver, CO","Vail, CO",nissan-sakura\n'
    wrong = (
        b"caf\xe9,there,nissan-sakura\n",
        b"a,b,c,d,e\n",
        b"alone\n",
        b'"' + b"x" * 200_000 + b'",b,c\n',
    )
    return b"origin,destination,vehicle\n" + good + good.join(wrong) + good


def junk_lines() -> bytes:
    good = json.dumps(GOOD).encode() + b"\n"
    wrong = (
        b'{"origin": "Denver, CO", "destination\n',
        b"[1, 2]\n",
        b'{"origin": "\xff"}\n',
        b'"' + b"x" * (1 << 21) + b'"\n',
        b"[" * 100_000 + b"\n",
        json.dumps({**GOOD, "departure_soc": 10**400}).encode() + b"\n",
    )
    return good + good.join(wrong) + good


@pytest.mark.parametrize(
    ("name", "made", "said"),
    [
        (
            "trips.csv",
            junk_csv,
            ["line 3 is not UTF-8", "5 cells, and the header 3", "lacks destination", "is no CSV"],
        ),
        (
            "trips.jsonl",
            junk_lines,
            [
                "line 2 is no JSON",
                "line 4 is no JSON object",
                "line 6 is not UTF-8",
                "line 8 is longer",
                "line 10 is no JSON",
                "departure_soc",
            ],
        ),
    ],
    ids=["csv", "jsonl"],
)
def test_broken_lines_are_told_by_number(
    tmp_path: Path, name: str, made: Callable[[], bytes], said: list[str]
) -> None:
    (tmp_path / name).write_bytes(made())
    found = plan_many(tmp_path / name, region=ILLUSTRATIVE)
    assert [o.status for o in found] == ["ok", *["invalid", "ok"] * len(said)]
    for outcome, words in zip(found[1::2], said, strict=True):
        assert words in outcome.reason


MANY = 20_000
COUNT = """
import resource, sys
from tripplan.batch import plan_each

kb = []
reasons = {}
for outcome in plan_each(sys.argv[1], journal=sys.argv[2], vehicle=None):
    word = outcome.reason.split()[0]
    reasons[word] = reasons.get(word, 0) + 1
    if outcome.index in (2_000, 19_999):
        kb.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(*kb, *sorted(reasons.values()))
"""


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """No row is planned: all lack a car, and every tenth is broken beyond that."""
    path = tmp_path / "trips.jsonl"
    rows = ('{"origin": "Denver, CO", "destination": "Vail, CO"}\n', "{broken\n")
    path.write_text("".join(rows[k % 10 == 0] for k in range(MANY)), encoding="utf-8")
    command = [sys.executable, "-c", COUNT, str(path), str(tmp_path / "journal")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    early_kb, late_kb, broken, lacking = map(int, done.stdout.split())
    assert (broken, lacking) == (MANY // 10, MANY - MANY // 10)
    assert late_kb - early_kb < 15_000  # what 18,000 outcomes would take in memory, by far
