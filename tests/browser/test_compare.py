"""The page of many plans: sorting, filtering, pointing, and the same care as the trip's page."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.test_controls import AXE
from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.output.page import compare
from tripplan.output.page.compare import Entry

pytestmark = pytest.mark.browser

OpenFile = Callable[..., Any]
ENTRIES = (
    Entry("Slow", visits_plan(), group="Slow", at=0.0),
    Entry("Impossible", None, "out of range", group="Quick", at=0.0),
    Entry("Quick", sample_plan(), group="Quick", at=10.0),
)
NAMES = """
    return [...document.querySelectorAll('.tp-many tbody tr')].filter(row => !row.hidden)
        .map(row => row.querySelector('bdi').textContent)
"""


@pytest.fixture
def page(open_file: OpenFile, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that writes the page and opens it."""

    def opened(size: tuple[int, int] = LAPTOP, *, dark: bool = False) -> Any:
        path = tmp_path / "compare.html"
        compare.save_html("Two and none", ENTRIES, path, sample_region(), axis="air, °C")
        return open_file(path, size, dark=dark)

    return opened


def test_names_of_lines_stand_beside_them_or_on_a_phone_below(page: Callable[..., Any]) -> None:
    shown = """
        return [...document.querySelectorAll(arguments[0])].filter(one => {
            const box = one.getBoundingClientRect();
            return box.width && box.left >= 0 && box.right <= document.documentElement.clientWidth;
        }).map(one => one.textContent.trim())
    """
    laptop = page(LAPTOP)
    assert set(laptop.execute_script(shown, ".tp-lines .tp-name")) == {"Slow", "Quick"}
    assert laptop.execute_script(shown, ".tp-keys li") == []
    phone = page(PHONE)
    assert phone.execute_script(shown, ".tp-lines .tp-name") == []
    assert set(phone.execute_script(shown, ".tp-keys li")) == {"Slow", "Quick"}
    # All points of the lines are in view, and the table's words need no scrolling.
    assert len(phone.execute_script(shown, ".tp-lines circle")) == len(
        phone.execute_script("return [...document.querySelectorAll('.tp-lines circle')]")
    )
    assert phone.execute_script(shown, ".tp-many caption") != []


def sort_by(page: Any, column: int) -> Any:
    """Click a heading and return the names of the rows in their new order."""
    page.execute_script(f"document.querySelector('[data-column=\"{column}\"]').click()")
    return page.execute_script(NAMES)


def test_a_click_on_a_heading_sorts(page: Callable[..., Any]) -> None:
    opened = page()
    assert sort_by(opened, 1) == ["Quick", "Slow", "Impossible"]
    assert sort_by(opened, 1) == ["Slow", "Quick", "Impossible"]
    assert sort_by(opened, 0) == ["Impossible", "Quick", "Slow"]
    told = opened.execute_script(
        "return [...document.querySelectorAll('[aria-sort]')].map(e => e.getAttribute('aria-sort'))"
    )
    assert told == ["ascending", *["none"] * 12]
    assert opened.get_log("browser") == []


def test_the_filter_hides_rows_and_ways(page: Callable[..., Any]) -> None:
    opened = page()
    ways = "return document.querySelectorAll('path.tp-way').length"
    assert opened.execute_script(ways) == 2
    opened.find_element("id", "tp-find").send_keys("qui")
    assert opened.execute_script(NAMES) == ["Quick"]
    assert opened.execute_script(ways) == 1
    assert opened.find_element("id", "tp-count").text == "1 of 3"
    opened.find_element("id", "tp-find").clear()
    opened.find_element("id", "tp-find").send_keys(" ")
    opened.find_element("id", "tp-done").click()
    assert opened.execute_script(NAMES) == ["Slow", "Quick"]


def test_a_row_and_its_way_point_at_each_other(page: Callable[..., Any]) -> None:
    opened = page()
    opened.execute_script("document.querySelectorAll('[data-way]')[0].click()")
    widths = (
        "return [...document.querySelectorAll('path.tp-way')]"
        ".map(p => p.getAttribute('stroke-width'))"
    )
    assert sorted(opened.execute_script(widths)) == ["3.5", "7"]
    opened.execute_script("tripplan.ways[2].fire('click')")
    pressed = opened.execute_script(
        "return [...document.querySelectorAll('[aria-pressed=true] bdi')].map(b => b.textContent)"
    )
    assert pressed == ["Quick"]


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
    found = opened.execute_async_script(AXE)
    assert [one for one in found if one[0] in {"serious", "critical"}] == []
    assert opened.get_log("browser") == []


def test_rows_and_ticks_are_in_the_units_that_are_chosen(
    open_file: OpenFile, tmp_path: Path
) -> None:
    path = tmp_path / "units.html"
    entries = (Entry("Car, -10 °C (14 °F)", sample_plan(), group="Car", at=-10.0),)
    compare.save_html("Cold", entries, path, axis=compare.AIR_AXIS)
    opened = open_file(path)
    seen = """
        const shown = (e) => e.getClientRects().length > 0;
        return [document.querySelector('.tp-many tbody bdi').innerText,
            [...document.querySelectorAll('.tp-lines text')].filter(shown).map(t => t.textContent)
            .filter(t => /^-?[0-9.]+$/.test(t)).includes(arguments[0])]
    """
    for units, label, tick in (("us", "Car, 14 °F", "14"), ("metric", "Car, -10 °C", "-10")):
        opened.execute_script(f"document.querySelector('input[value={units}]').click()")
        assert opened.execute_script(seen, tick) == [label, True]


def test_names_beside_twelve_lines_do_not_touch(open_file: OpenFile, tmp_path: Path) -> None:
    entries = [
        Entry(f"Car {k}", sample_plan(), group=f"Car {k}", at=at)
        for k in range(12)
        for at in (-10.0, 20.0)
    ]
    path = tmp_path / "twelve.html"
    compare.save_html("Twelve", entries, path, axis=compare.AIR_AXIS)
    boxes = open_file(path).execute_script(
        "return [...document.querySelectorAll('.tp-name')].map(e => e.getBoundingClientRect())"
        ".map(b => [b.left, b.top, b.right, b.bottom])"
    )
    assert len(boxes) == 24
    for (_, _, _, bottom), (_, top, _, _) in pairwise(boxes[:12]):
        assert top >= bottom - 2.5, "letters of one line end above those of the next"
