"""Pages over many plans: what is asked, what stands in the table, what the lines show."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.samples.hostile_plan import HOSTILE, named_plan
from tests.samples.page_data import handed
from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.signed_plan import signed_plan
from tripplan.batch import Outcome, overview
from tripplan.cli.main import app
from tripplan.errors import DataError, InvalidInputError
from tripplan.output.files import export
from tripplan.output.page import compare
from tripplan.output.page.compare import Entry
from tripplan.output.page.compare_chart import spread
from tripplan.output.page.map import to_html
from tripplan.output.text import many, words
from tripplan.records.plan import Plan

ENTRIES = (
    Entry("Visits", visits_plan(), group="a", at=0.0),
    Entry("Sample", sample_plan(), group="a", at=10.0),
    Entry("None", None, "out of range: 3 kWh are missing", group="b", at=0.0),
)


def rows(html: str) -> list[str]:
    return re.findall(r"<tr data-row.*?</tr>", html, re.DOTALL)


def test_each_entry_has_a_row_and_a_way() -> None:
    html = compare.to_html("Two and none", ENTRIES, sample_region())
    found = rows(html)
    assert len(found) == 3
    for row, entry in zip(found, ENTRIES, strict=True):
        assert f"<bdi>{entry.label}</bdi>" in row
        if entry.plan is not None:
            assert words.duration(entry.plan.total_s) in row
            assert f'data-value="{entry.plan.total_s:.6g}"' in row
    assert "3 kWh are missing" in found[2]
    assert "data-done" not in found[2]
    (data,) = handed(html, "compare")
    assert [len(way["stops"]) for way in data["ways"]] == [4, 3, 0]
    assert data["ways"][2]["line"] == []
    assert "2 of 3 can be done. Quickest: Sample, 5 h 15 min." in html


def test_the_same_entries_give_the_same_bytes() -> None:
    pages = {compare.to_html("x", ENTRIES, sample_region(), axis="T") for _ in range(2)}
    assert len(pages) == 1
    assert len(pages.pop().encode()) < 500_000


def test_lines_have_a_point_for_each_plan_on_the_axis() -> None:
    html = compare.to_html("x", ENTRIES, axis="air temperature, °C")
    assert html.count("<circle ") == 4, "two plans in two panels"
    assert "air temperature, °C" in html
    assert "<figure>" not in compare.to_html("x", ENTRIES)


def test_nothing_to_compare_is_a_page_as_well() -> None:
    assert "None of 0 can be done." in compare.to_html("empty", (), sample_region(), axis="T")
    assert "None of 1 can be done." in compare.to_html("no", ENTRIES[2:], sample_region())


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_change_nothing(hostile: str) -> None:
    def page(name: str) -> str:
        plan = named_plan(name)
        entries = (Entry(name, plan, group=name, at=1.0), Entry(name, None, name, name, 2.0))
        return compare.to_html(name, entries, axis="T")

    def elements(html: str) -> list[str]:
        return re.findall(r"</?[a-z]+", html[html.index("<body>") : html.index("<script>")])

    found = page(hostile)
    assert elements(found) == elements(page("Plain"))
    assert found.count("<script>") == 5
    assert "powned" not in found


def test_a_sweep_asks_every_car_at_every_temperature() -> None:
    asked = overview.sweep(
        "A", "B", ["nissan-sakura", "nissan-leaf-40"], [-10, "Jul=25"], ["departure_soc=0.8"]
    )
    assert [(row["vehicle"], row["ambient_c"]) for row in asked.rows] == [
        ("nissan-sakura", -10.0),
        ("nissan-sakura", 25.0),
        ("nissan-leaf-40", -10.0),
        ("nissan-leaf-40", 25.0),
    ]
    assert {row["departure_soc"] for row in asked.rows} == {"0.8"}
    assert asked.labels[:2] == (f"{asked.groups[0]}, -10 °C (14 °F)", f"{asked.groups[0]}, Jul")
    one_car = overview.sweep("A", "B", ["nissan-sakura"], ["Jan=-4", "Feb=-2"])
    assert one_car.labels == ("Jan", "Feb")
    plain = overview.sweep("A", "B", ["nissan-sakura", "nissan-leaf-40"])
    assert plain.labels == plain.groups
    assert plain.temperatures_c == (None, None)


@pytest.mark.parametrize(
    ("temperatures", "wishes", "said"),
    [(["warm"], [], '"warm" is no temperature'), (["=3"], [], "name=value"), ([], ["x"], '"x"')],
)
def test_a_faulty_sweep_is_named(temperatures: list[str], wishes: list[str], said: str) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(said)):
        overview.sweep("A", "B", ["nissan-sakura"], temperatures, wishes)


def outcome(index: int, plan: Plan | None, status: Any = "ok", reason: str = "") -> Outcome:
    return Outcome(index=index, status=status, plan=plan, reason=reason)


def test_a_comparison_is_planned_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [outcome(0, sample_plan()), outcome(1, None, "no plan", "too far")]
    monkeypatch.setattr(overview, "plan_many", lambda *_, **__: outcomes)
    asked = overview.sweep("A", "B", ["nissan-sakura"], [0, 10])
    path = tmp_path / "page.html"
    shown = overview.compare_trip(asked, path, sample_region())
    assert [(one.plan is None, one.reason) for one in shown] == [(False, ""), (True, "too far")]
    html = path.read_text(encoding="utf-8")
    assert "too far" in html
    assert overview.AXIS in html
    words = ["compare", "A", "B", "-v", "nissan-sakura", "--ambient-c", "0", "--ambient-c", "10"]
    run = CliRunner().invoke(app, [*words, "-o", str(path)])
    told = " ".join(run.stderr.split())
    assert "1 of 2 plans" in told
    assert f"no plan, {asked.labels[1]}: too far" in told
    outcomes[1] = outcome(1, None, "invalid", "no such place")
    with pytest.raises(InvalidInputError, match="no such place"):
        overview.compare_trip(asked, path, sample_region())


def test_a_batch_has_an_overview_and_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [outcome(0, sample_plan()), outcome(1, None, "no plan", "too far")]
    overview.write_overview(outcomes, tmp_path, sample_region(), pages=True)
    html = (tmp_path / "overview.html").read_text(encoding="utf-8")
    assert 'href="pages/000000.html"' in html
    assert [p.name for p in (tmp_path / "pages").iterdir()] == ["000000.html"]
    overview.write_overview(outcomes, tmp_path, sample_region())
    assert "pages/" not in (tmp_path / "overview.html").read_text(encoding="utf-8")
    with pytest.raises(DataError, match="no folder"):
        overview.write_overview(outcomes, tmp_path / "none", sample_region())
    monkeypatch.setattr(overview, "SHOWN", 1)
    overview.write_overview(outcomes, tmp_path, sample_region(), count=7)
    assert "1 of 7 trips" in (tmp_path / "overview.html").read_text(encoding="utf-8")


def test_an_overview_reads_the_plans_that_are_in_files(tmp_path: Path) -> None:
    plan = sample_plan()
    overview.write_overview([outcome(0, plan)], tmp_path, sample_region())
    wanted = (tmp_path / "overview.html").read_bytes()
    (tmp_path / "plans").mkdir()
    export.write_json(plan, tmp_path / "plans" / "000000.json")
    kept = Outcome(index=0, status="ok", plan_json="plans/000000.json")
    overview.write_overview([kept], tmp_path, sample_region())
    assert (tmp_path / "overview.html").read_bytes() == wanted


def test_chance_cost_and_slack_are_columns_and_terminal_columns() -> None:
    plan = sample_plan().model_copy(update={"arrival_probability": 0.83, "currency": "EUR"})
    plan = plan.model_copy(update={"charging_cost": 12.25, "home_cost": 1.0})
    spare_soc = min(
        *(leg.arrival_soc - plan.trip.reserve_soc for leg in plan.legs[:-1]),
        plan.legs[-1].arrival_soc - max(plan.trip.reserve_soc, plan.trip.arrival_soc),
    )
    spare_kwh = spare_soc * plan.capacity_kwh
    (row,) = rows(compare.to_html("x", [Entry("Car", plan)]))
    for cell in ("83%", "13.25 EUR", f"{spare_kwh:.1f} kWh"):
        assert f">{cell}</td>" in row
    (line,) = many.plan_rows([Entry("Car", plan)]).splitlines()[1:]
    assert line.split()[4:] == ["83%", f"{spare_kwh:.1f}", "13.25", "EUR", "Car"]
    unknown = plan.model_copy(update={"arrival_probability": None})
    (row,) = rows(compare.to_html("x", [Entry("Car", unknown)]))
    assert "<td>-</td>" in row


def test_reasons_are_whole() -> None:
    reason = "too far; " + "no charger that fits; " * 60 + "a larger battery would help."
    assert " ".join(reason.split()) in rows(compare.to_html("x", [Entry("Car", None, reason)]))[0]


def test_lines_of_36_cars_differ_and_have_their_names_beside_them() -> None:
    cars = [f"Car {k}" for k in range(36)]
    entries = [Entry(car, sample_plan(), group=car, at=at) for car in cars for at in (0.0, 10.0)]
    entries.append(Entry("Gone", None, "too far", "Gone", 0.0))
    html = compare.to_html("x", entries, axis=compare.AIR_AXIS)
    lines = re.findall(r'<polyline points="[^"]*" fill="none" stroke-width="2.5"([^>]*)>', html)
    assert len(lines) == 72
    assert len(set(lines)) == 36
    names = re.findall(r'<text x="[^"]*" y="([^"]*)" class="tp-name">(.*?)</text>', html)
    assert sorted(name for _, name in names) == sorted(cars * 2)
    places = sorted(float(y) for y, _ in names[:36])
    assert min(b - a for a, b in pairwise(places)) >= 12.9
    assert "No line, since there is no plan: Gone." in html


@given(st.lists(st.floats(0.0, 100.0), max_size=12).map(sorted))
def test_names_stand_in_order_apart_and_within(wanted: list[float]) -> None:
    found = spread(wanted, 0.0, 160.0)
    assert all(-1e-6 <= at <= 160.0 for at in found)
    assert all(b - a >= 12.999 for a, b in pairwise(found))
    if all(b - a >= 13.0 for a, b in pairwise(wanted)):
        assert found == wanted


def test_maps_of_many_plans_have_the_numbers_of_their_roads() -> None:
    (data,) = handed(compare.to_html("x", [Entry("A", signed_plan()), *ENTRIES]), "compare")
    told = {re.sub(r"<.*?>", "", html) for *_, html in data["signs"]}
    assert told == {one.ref for leg in signed_plan().legs for one in leg.roads}
    (bare,) = handed(compare.to_html("x", ENTRIES), "compare")
    assert bare["signs"] == []


def test_a_trip_that_comes_back_says_where_it_goes() -> None:
    plan = visits_plan()
    trip = plan.trip.model_copy(update={"destination": plan.trip.origin})
    html = to_html(plan.model_copy(update={"trip": trip}))
    stay = plan.trip.waypoints[0].place.label
    assert f"<title>{trip.origin.label} → {stay} → " in html
    assert f"<bdi>{stay}</bdi>" in html.split("</h1>")[0].split("<h1>")[1]
