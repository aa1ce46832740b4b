"""Tables of benchmarks say what was kept: readers and writers on small recorded answers."""

import gzip
import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.contracts.source_tree import ROOT
from tripplan import RoadNetwork

RESULTS = ROOT / "benchmarks" / "results"


@pytest.fixture
def benchmark_modules(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    names = ("cold_starts", "readme", "router_compass", "router_programs", "routers")
    return {name: import_module(name) for name in names}


KEPT = {
    "old": {"Munich - Milan": [5.6, 4.0, 6.0], "g_col": [8.0], "car 1: search": [0.2]},
    "new": {"Munich - Milan": [0.2, 0.25, 0.4], "g_col": [4.0], "car 1: search": [0.06]},
}


def test_rows_from_cold_are_ratios_of_medians(benchmark_modules: dict[str, ModuleType]) -> None:
    cold = benchmark_modules["cold_starts"]
    told = {row[0]: row[1:] for row in cold.rows_of(KEPT)}
    assert told["new temperature, Munich - Milan"] == [
        "5.60 s", "0.250 s", "22.4", "20 times less", "yes",
    ]  # fmt: skip
    assert told["new temperature, streets of Colorado"][2:] == ["2.00", "2.5 times less", "**no**"]
    search = "new pair across Europe, metrics ready: search, Tesla"
    assert told[search][2:] == ["3.33", "at most 0.0700 s", "yes"]
    assert told["memory, Europe with two cars"] == ["-", "-", "-", "2 times less", "-"]


def test_without_the_old_build_the_new_one_stands_alone(
    benchmark_modules: dict[str, ModuleType], tmp_path: Path
) -> None:
    cold = benchmark_modules["cold_starts"]
    told = {row[0]: row[1:] for row in cold.rows_of({"new": KEPT["new"]})}
    assert told["new temperature, Munich - Milan"] == ["-", "0.250 s", "-", "20 times less", "-"]
    assert list(cold.builds_of(None)) == ["new"]
    assert list(cold.builds_of(tmp_path)) == ["new"]
    (tmp_path / "src" / "tripplan").mkdir(parents=True)
    assert list(cold.builds_of(tmp_path)) == ["old", "new"]
    assert benchmark_modules["readme"].cold_table({"new": KEPT["new"]}) == ""


def test_answers_of_the_routers_are_read(benchmark_modules: dict[str, ModuleType]) -> None:
    programs, compass = benchmark_modules["router_programs"], benchmark_modules["router_compass"]
    valhalla = {"trip": {"summary": {"time": 1500.5, "length": 26.5}, "units": "kilometers"}}
    assert programs.read_valhalla(0.01, valhalla) == programs.Answer(0.01, 1500.5, 26.5)
    assert programs.read_valhalla(0.01, {"error_code": 442, "error": "No path"}) is None
    osrm = {"code": "Ok", "routes": [{"duration": 1400.0, "distance": 26500.0}]}
    assert programs.read_osrm(0.02, osrm) == programs.Answer(0.02, 1400.0, 26.5)
    assert programs.read_osrm(0.02, {"code": "NoRoute"}) is None
    told = {"route": {"final_state": {"trip_time": 781.5, "trip_distance": 13000.0}}}
    assert compass.read(0.3, told) == programs.Answer(0.3, 781.5, 13.0)
    assert compass.read(0.3, {"error": "no path"}) is None


def test_compass_is_given_every_arc(
    benchmark_modules: dict[str, ModuleType], tmp_path: Path
) -> None:
    roads = RoadNetwork.from_edges(
        lat=np.array([40.0, 40.1, 40.2]),
        lon=np.array([-100.0, -100.1, -100.2]),
        elevation_m=np.zeros(3),
        tail=np.array([0, 0, 1]),
        head=np.array([1, 1, 2]),
        two_way=False,
        length_m=np.array([9000.0, 7000.5, 5000.0]),
        speed_kmh=np.array([90.0, 60.0, 50.0]),
        speed_limit_kmh=np.array([90.0, 60.0, 50.0]),
    )
    config = benchmark_modules["router_compass"].written(roads, tmp_path)
    assert config.exists()
    edges = gzip.decompress((tmp_path / "edges.csv.gz").read_bytes()).decode().splitlines()
    assert edges[0] == "edge_id,src_vertex_id,dst_vertex_id,distance"
    ends = sorted(tuple(map(float, line.split(",")[1:])) for line in edges[1:])
    assert ends == [(0.0, 1.0, 7000.5), (0.0, 1.0, 9000.0), (1.0, 2.0, 5000.0)]
    vertices = gzip.decompress((tmp_path / "vertices.csv.gz").read_bytes()).decode().splitlines()
    assert vertices[1] == "0,-100.0000000,40.0000000"
    speeds = gzip.decompress((tmp_path / "speeds.txt.gz").read_bytes()).decode().split()
    assert dict(zip((float(line.split(",")[3]) for line in edges[1:]), speeds, strict=True)) == {
        9000.0: "90.0", 7000.5: "60.0", 5000.0: "50.0",
    }  # fmt: skip


def test_the_cost_of_a_process_is_its_own(benchmark_modules: dict[str, ModuleType]) -> None:
    programs = benchmark_modules["router_programs"]
    ballast = bytearray(400_000_000)  # of this process, which a fork would count
    code = "import time; x = bytearray(80_000_000); time.sleep(0.3); sum(range(2_000_000))"
    cost = programs.cost_of([sys.executable, "-c", code])
    assert len(ballast) == 400_000_000
    assert 0.08 < cost.peak_gb < 0.2
    assert 0.01 < cost.cpu_s < 10.0
    both = cost + programs.Cost(1.0, 2.0)
    assert (both.cpu_s, both.peak_gb) == (cost.cpu_s + 1.0, 2.0)
    with pytest.raises(programs.AbsentError, match="no roads here"):
        programs.cost_of([sys.executable, "-c", "raise SystemExit('no roads here')"])


def found(name: str, seconds: float, km: list[float | None]) -> dict[str, object]:
    return {
        "name": name, "build_s": 3.0, "build_gb": 0.5, "held_gb": 0.25, "median_s": seconds,
        "p95_s": 2 * seconds, "asked": 3, "found": sum(x is not None for x in km), "km": km,
    }  # fmt: skip


EXTRACT = {
    "title": "streets",
    "programs": [
        found("Valhalla", 0.010, [11.0, None, 22.0]),
        found("OSRM (CH)", 0.001, [10.0, 30.0, 20.0]),
        found("tripplan, one way", 0.0002, [10.0, 30.0, 20.0]),
    ],
    "absent": {"RouteE Compass": "RouteE Compass: libc"},
    "plans": {"median_s": 0.08, "p95_s": 0.2, "plans": 3},
}


def test_routes_are_told_in_units_of_valhalla(benchmark_modules: dict[str, ModuleType]) -> None:
    told = {row[0]: row[1:] for row in benchmark_modules["routers"].rows_of(EXTRACT)}
    assert told["Valhalla"][3:] == ["10.0 / 20.0", "1.00", "2 of 3", "1.10"]
    assert told["OSRM (CH)"][4:] == ["0.100", "3 of 3", "1.00"]
    assert told["tripplan, whole plan with its stops"][3:] == ["80.0 / 200", "8.00", "3", "-"]
    assert told["RouteE Compass: RouteE Compass: libc"] == ["-"] * 7
    short = benchmark_modules["readme"].routes_table({"x": EXTRACT})
    assert "| OSRM | 0.100 |" in short
    assert "| tripplan, whole plan with its stops | 8.00 |" in short


def test_sections_and_readme_say_what_was_kept(benchmark_modules: dict[str, ModuleType]) -> None:
    readme = benchmark_modules["readme"]
    page = (ROOT / "README.md").read_text("utf-8")
    text = readme.text(RESULTS)
    assert text.strip()
    assert f"{readme.BEGIN}{text}{readme.END}" in page
    for name in ("cold_starts", "routers"):
        kept = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
        told = (RESULTS / f"{name}.md").read_text("utf-8")
        assert told.rstrip() == benchmark_modules[name].page(kept).rstrip()
