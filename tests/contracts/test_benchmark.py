"""The benchmark compares like with like: its plain planner finds what the exact search finds."""

import re
import statistics
from importlib import import_module

import pytest

from tests.contracts.source_tree import ROOT
from tripplan import Planner, Settings, catalogue, load_starter
from tripplan.api import make_trip


@pytest.mark.parametrize(
    ("destination", "car", "stops"),
    [("Vail, CO", "nissan-sakura", 1), ("Vail, CO", "nissan-leaf-40", 0)],
)
def test_the_plain_planner_agrees_up_to_its_rounding(
    monkeypatch: pytest.MonkeyPatch, destination: str, car: str, stops: int
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    run = import_module("run")
    monkeypatch.setattr(run, "ROUNDS", 1)
    region = load_starter()
    trip = make_trip(region, "Denver, CO", destination, run.OPTIONS)
    row = run.measure(Planner(region, Settings(heat=False)), trip, catalogue()[car])
    assert len(row.plan.stops) == stops
    assert row.agrees, (row.difference_s, row.rounding_s)
    assert row.answer.places > 1


def test_the_page_of_results_is_sound() -> None:
    """Every row agrees, and the ratios above the table are those of the table."""
    page = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if ", " in line[:20]]
    rows = [row for row in rows if len(row) == 11]
    assert len(rows) == 18
    assert {row[8] for row in rows} == {"yes"}
    ratios = [float(row[10]) for row in rows]
    told = re.search(r"median ([\d.]+), from ([\d.]+) to ([\d.]+)\*\*", page)
    assert told
    for text, value in zip(
        told.groups(), (statistics.median(ratios), min(ratios), max(ratios)), strict=True
    ):
        assert float(text) == pytest.approx(value, abs=0.6)
