"""The benchmarks compare like with like: what they compare finds what the exact search finds."""

import re
import statistics
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from tests.contracts.source_tree import ROOT
from tripplan import Planner, RoadNetwork, Settings, catalogue, load_starter
from tripplan.planning.requests import make_trip


@pytest.mark.parametrize(
    ("destination", "car", "stops"),
    [("Vail, CO", "nissan-sakura", 2), ("Vail, CO", "nissan-leaf-40", 0)],
)
def test_the_plain_planner_agrees_up_to_its_rounding(
    monkeypatch: pytest.MonkeyPatch, destination: str, car: str, stops: int
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    run = import_module("run")
    monkeypatch.setattr(run, "ROUNDS", 1)
    region = load_starter("illustrative")
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


def lattice(seed: int) -> RoadNetwork:
    """Make a lattice of roads of random lengths, speeds and heights."""
    rng = np.random.default_rng(seed)
    side = 9
    node = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    return RoadNetwork.from_edges(
        lat=40.0 + 0.27 * (node.ravel() // side),
        lon=-100.0 + 0.35 * (node.ravel() % side),
        elevation_m=rng.uniform(0.0, 400.0, node.size),
        tail=tail,
        head=head,
        two_way=True,
        length_m=rng.uniform(30_000.0, 42_000.0, tail.size),
        speed_kmh=(speed := rng.uniform(60.0, 120.0, tail.size)),
        speed_limit_kmh=speed,
    )


def test_programs_agree_on_one_table_of_drives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    opponents, measure, places = map(import_module, ("opponents", "measure", "places"))
    monkeypatch.setattr(opponents, "ROUNDS", 1)
    region = places.with_chargers("lattice", lattice(1), None, 20, seed=2)
    with measure.watched() as watch:
        matches = opponents.measured(watch, region, 8)
    assert len(matches) == 8
    for match in matches:
        assert match.ours == pytest.approx(match.frvcpy, abs=1e-4)
        assert match.ours <= match.states + 1e-6


def test_fastest_roads_alone_are_never_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    hops, measure, places = map(import_module, ("hops", "measure", "places"))
    roads = lattice(3)
    monkeypatch.setitem(
        hops.REGIONS, "lattice", lambda n: places.with_chargers("lattice", roads, None, n, seed=4)
    )
    with measure.watched() as watch:
        case = hops.measured(watch, "lattice", (15, 24.0), 8)
    assert len(case.pairs) == 8
    for pair in case.pairs:
        assert pair.ours_s <= pair.usual_s * (1.0 + 1e-6)
        assert pair.usual_s <= pair.fastest_s + 1e-6
    assert any(pair.fastest_s > pair.ours_s + 1.0 for pair in case.pairs)


def test_absent_data_leave_a_section_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    measure = import_module("measure")
    monkeypatch.setattr(measure, "SHARED", tmp_path / "nowhere")
    monkeypatch.setattr(measure, "SECTIONS", tmp_path)
    (tmp_path / "roads.md").write_text("before\n", encoding="utf-8")
    assert measure.section("roads", lambda: str(measure.shared("roads.npz"))) == 0
    assert (tmp_path / "roads.md").read_text(encoding="utf-8") == "before\n"
    assert "roads.npz" in capsys.readouterr().err
    assert measure.section("roads", lambda: "after") == 0
    assert (tmp_path / "roads.md").read_text(encoding="utf-8") == "after\n"


def test_the_page_is_joined_from_all_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    everything = import_module("everything")
    folder = ROOT / "benchmarks" / "results"
    assert {path.stem for path in folder.glob("*.md")} <= set(everything.SCRIPTS)
    page = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    assert page == everything.joined(folder)
    for script in everything.SCRIPTS.values():
        assert (ROOT / "benchmarks" / script).is_file()


def test_planning_again_gives_what_a_new_start_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    replan, measure, places = map(import_module, ("replan", "measure", "places"))
    planner = Planner(places.with_chargers("lattice", lattice(5), None, 25, seed=6))
    vehicle = places.car("hyundai-ioniq-28")
    trips = places.random_trips(planner.region.network, seed=1, least_km=150.0)
    with measure.watched() as watch:
        runs = measure.several(planner, watch, trips, vehicle, 3)
        changes = [
            kind("lattice", planner, vehicle, runs)
            for kind in (replan.banned_charger, replan.closed_road)
        ]
    for change in changes:
        assert change.new_start_s
        assert change.differing == 0
        assert replan.row(change)
