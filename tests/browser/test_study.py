"""The page of a study: measures to switch between, a map with layers, legible for all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.test_controls import AXE
from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.study import sample_answer, sample_study
from tripplan.planning.planner import Planner
from tripplan.study import run_study

pytestmark = pytest.mark.browser

SHOWN = """
    return [...document.querySelectorAll('.tp-heat')[0].querySelectorAll('tbody td')]
        .map(cell => [...cell.children].filter(e => e.offsetParent !== null)
            .map(e => e.textContent).join('|'))
"""


@pytest.fixture
def page(
    open_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a function that opens the page of the sample."""
    monkeypatch.setattr(Planner, "plan", sample_answer)
    run_study(sample_study(), tmp_path)

    def opened(size: tuple[int, int] = LAPTOP, *, dark: bool = False) -> Any:
        return open_file(tmp_path / "study.html", size, dark=dark)

    return opened


def choose(opened: Any, measure: str) -> Any:
    """Click a measure and return what the cells of the first heat map show."""
    opened.execute_script(f"document.querySelector('input[value={measure}]').click()")
    return opened.execute_script(SHOWN)


def test_a_measure_is_chosen_and_missing_plans_stay(page: Callable[..., Any]) -> None:
    opened = page()
    first = opened.execute_script(SHOWN)
    assert first[0].endswith(" min")
    assert first[2] == "✗ 4.0 kWh short"
    assert choose(opened, "soc") == ["26%", "56%", "✗ 4.0 kWh short", "52%", "26%", "56%"]
    assert choose(opened, "arrives")[1] == "✓ arrives"
    assert choose(opened, "stops")[2] == "✗ 4.0 kWh short"
    assert opened.get_log("browser") == []


def test_the_map_has_loads_drives_and_dead_ends(page: Callable[..., Any]) -> None:
    opened = page()
    count = "return document.querySelectorAll('{}').length"
    sites = {charger.id for charger in visits_plan().chargers}
    assert opened.execute_script(count.format("path.tp-load")) == len(sites)
    assert opened.execute_script(count.format("path.tp-tight")) == 1
    assert opened.execute_script(count.format(".tp-dead-end")) == 1
    opened.execute_script("document.querySelectorAll('.leaflet-control-layers input')[0].click()")
    assert opened.execute_script(count.format("path.tp-load")) == 0


CROSSES = """
    tripplan.study({bounds: [[39, -106], [41, -104]], signs: [], chargers: [], drives: [],
        places: [], ground: {water: [], borders: [[], []], roads: [[], []], towns: [], credit: ''},
        ends: [[40, -105, 4], [40.001, -105, 3], [40.9, -104.1, 2]].map(([lat, lon, trips]) => (
            {at: [lat, lon], trips: trips, title: 'end', tip: 'end'}))});
    const done = arguments[0];
    setTimeout(() => done([...document.querySelectorAll('.tp-cross-mark')].map(one => {
        const box = one.getBoundingClientRect();
        return [one.textContent, box.left, box.top, box.right, box.bottom];
    })), 400);
"""


def test_crosses_that_would_hide_each_other_are_one(page: Callable[..., Any]) -> None:
    opened = page()
    opened.execute_script("""
        const old = document.getElementById('tp-map');
        const made = document.createElement('div');
        old.replaceWith(made); made.id = 'tp-map'; made.className = 'folium-map';
    """)
    found = opened.execute_async_script(CROSSES)
    assert sorted(text for text, *_ in found) == ["✗ 2", "✗ 7"]
    (_, left, top, right, bottom), (_, left_2, top_2, right_2, bottom_2) = found
    assert right < left_2 or right_2 < left or bottom < top_2 or bottom_2 < top


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_it_fits_and_axe_finds_nothing_serious(
    page: Callable[..., Any], size: tuple[int, int], *, dark: bool
) -> None:
    opened = page(size, dark=dark)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= size[0]
    axe = pytest.importorskip("axe_core_python", reason="axe-core comes with that package")
    code = Path(axe.__file__).parent / "axe.min.js"
    opened.execute_script(code.read_text(encoding="utf-8"))
    for measure in ("time", "soc"):
        choose(opened, measure)
        found = opened.execute_async_script(AXE)
        assert [one for one in found if one[0] in {"serious", "critical"}] == []
    assert opened.get_log("browser") == []


def test_on_a_phone_all_seasons_are_in_view_with_their_names(page: Callable[..., Any]) -> None:
    opened = page(PHONE)
    told = opened.execute_script("""
        return [...document.querySelectorAll('.tp-heat td[data-when]')].map(cell => [
            cell.getBoundingClientRect().right, getComputedStyle(cell, '::before').content])
    """)
    assert len(told) == 24
    assert max(right for right, _ in told) <= PHONE[0]
    assert {name for _, name in told} == {'"cold"', '"warm"'}
    laptop = page(LAPTOP)
    assert laptop.execute_script(
        "return getComputedStyle(document.querySelector('.tp-heat td'), '::before').content"
    ) in {"none", "normal"}
