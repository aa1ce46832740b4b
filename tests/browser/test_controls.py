"""What can be switched, reached by keys, printed and read aloud on the page."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.test_page import box_of, wait_for
from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.output.text import words

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
HERE = "return document.querySelector('path.tp-here')?.getAttribute('d')"
PRESS = """
    document.getElementById('tp-chart').dispatchEvent(
        new KeyboardEvent('keydown', { key: arguments[0], bubbles: true, cancelable: true }));
"""
POINT = """
    const svg = document.getElementById('tp-chart');
    const box = svg.getBoundingClientRect();
    const scale = box.width / svg.viewBox.baseVal.width;
    const left = Number(svg.dataset.left), right = Number(svg.dataset.right);
    svg.dispatchEvent(new PointerEvent('pointermove', {
        clientX: box.left + (left + arguments[0] * (right - left)) * scale, clientY: box.top + 99
    }));
"""


def choose(page: Any, value: str) -> None:
    """Choose a radio button by its value."""
    page.execute_script(f"document.querySelector('input[value=\"{value}\"]').click()")


def test_the_chart_moves_the_marker_along_the_route(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    assert page.execute_script(HERE) is None
    seen = []
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        page.execute_script(POINT, part)
        seen.append(box_of(page, "path.tp-here")["left"])
    assert seen == sorted(seen, reverse=True)
    assert seen[0] - seen[-1] > 300
    start, end = (
        box["left"] + box["width"] / 2
        for box in (box_of(page, ".tp-dot.tp-start"), box_of(page, ".tp-dot.tp-end"))
    )
    half = box_of(page, "path.tp-here")["width"] / 2
    assert seen[0] + half == pytest.approx(start, abs=3)
    assert seen[-1] + half == pytest.approx(end, abs=3)


def test_the_chart_can_be_walked_by_keys(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    said = []
    for key in ("Home", "ArrowRight", "ArrowRight", "PageUp", "ArrowLeft", "End"):
        page.execute_script(PRESS, key)
        said.append(
            int(page.find_element("id", "tp-chart").get_attribute("aria-valuenow"))
            + page.execute_script(
                "return Number(document.querySelector('.tp-cross').x1.baseVal.value)"
            )
        )
    assert said[0] < said[1] < said[2] < said[3] > said[4] < said[5]
    chart = page.find_element("id", "tp-chart")
    assert chart.get_attribute("role") == "slider"
    assert chart.get_attribute("aria-valuetext") == page.find_element("id", "tp-readout").text
    assert words.clock(sample_plan().total_s) in chart.get_attribute("aria-valuetext")


def test_over_time_the_marker_rests_at_a_stop(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    plan, stop = sample_plan(), sample_plan().stops[0]
    choose(page, "time")
    middle_s = plan.legs[0].driving_s + stop.overhead_s + 0.5 * stop.charging_s
    page.execute_script(POINT, middle_s / plan.total_s)
    assert "at stop 1" in page.find_element("id", "tp-readout").text
    charging = page.find_element("id", "tp-readout").text
    soc = int(re.search(r"battery (\d+)%", charging)[1])  # type: ignore[index]
    assert 100 * stop.arrival_soc + 5 < soc < 100 * stop.departure_soc - 5
    shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
    assert page.execute_script(shown, ".tp-over-km") == "none"
    assert page.execute_script(shown, ".tp-over-time") != "none"


def test_pointing_at_the_road_shows_the_place_in_the_chart(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    page.execute_script(
        """
        const leg = document.querySelectorAll('path.tp-leg')[1];
        const at = leg.getPointAtLength(leg.getTotalLength() / 2);
        const frame = leg.getScreenCTM();
        leg.dispatchEvent(new MouseEvent('mousemove', {
            bubbles: true, clientX: at.x * frame.a + frame.e, clientY: at.y * frame.d + frame.f
        }));
        """
    )
    now = int(page.find_element("id", "tp-chart").get_attribute("aria-valuenow"))
    legs = sample_plan().legs
    first, last = (100 * leg.trace.distance_km[-1] / sample_plan().distance_km for leg in legs[:2])
    assert first + 5 < now < last - 5


COLOURS = """
    return [...document.querySelectorAll('path.tp-route')].map(path => path.getAttribute('stroke'))
"""


def test_the_route_takes_the_colours_of_the_chosen_quantity(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    seen = {}
    for key in ("soc", "speed", "pack", "height"):
        choose(page, key)
        seen[key] = tuple(page.execute_script(COLOURS))
        shown = page.execute_script(
            "return [...document.querySelectorAll('.tp-scale-of')]"
            ".filter(one => one.offsetParent).map(one => one.className)"
        )
        assert shown == [f"tp-scale-of tp-scale-{key}"]
    assert len(set(seen.values())) == 4
    assert len(seen["speed"]) == 1, "the sample drives at one speed"
    assert len(set(seen["height"])) > 10
    choose(page, "soc")
    assert tuple(page.execute_script(COLOURS)) == seen["soc"]


def test_units_change_everywhere_and_are_kept(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    text = "return document.querySelector('.tp-panel').innerText"
    metric = page.execute_script(text)
    assert re.search(r"\d km\b", metric)
    assert not re.search(r"\d (?:mi|mph|ft)\b|\d °F", metric)
    choose(page, "us")
    page.execute_script(POINT, 0.5)
    us = page.execute_script(text)
    assert re.search(r"\d mi\b", us)
    assert not re.search(r"\d (?:km|km/h|m)\b|\d °C", us)
    page.refresh()
    assert page.execute_script("return document.documentElement.dataset.units") == "us"
    choose(page, "metric")


GROUND = "return getComputedStyle(document.body).backgroundColor"


def luminance(colour: str) -> float:
    """Return a rough lightness, 0 to 1."""
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 765.0


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_light_and_dark(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(sample_plan(), sample_region(), size, dark=True)
    assert luminance(page.execute_script(GROUND)) < 0.2
    choose(page, "light")
    assert luminance(page.execute_script(GROUND)) > 0.9
    choose(page, "dark")
    assert luminance(page.execute_script(GROUND)) < 0.2
    choose(page, "auto")
    light = open_page(sample_plan(), sample_region(), size)
    assert luminance(light.execute_script(GROUND)) > 0.9
    assert light.get_log("browser") == []


def test_other_ways_come_and_go(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region(), ways=[visits_plan()])
    lines = "return document.querySelectorAll('path.tp-other').length"
    assert page.execute_script(lines) == 0
    page.find_element("css selector", "[data-other]").click()
    assert wait_for(page, lines) == 1
    layers = page.find_elements("css selector", ".leaflet-control-layers-overlays label")
    names = [layer.get_attribute("textContent").strip() for layer in layers]
    assert any(name.startswith("Way B: ") for name in names)
    page.execute_script("document.querySelector('.leaflet-control-layers-overlays input').click()")
    assert wait_for(page, f"return !({lines.removeprefix('return ')})")
    assert not page.find_element("css selector", "[data-other]").is_selected()


def test_unused_chargers_say_why(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    marks = "document.querySelectorAll('.tp-unused, .tp-cluster')"
    assert wait_for(page, f"return {marks}.length") >= 1
    # Figures on the route are those of stops alone.
    assert page.execute_script(f"return [...{marks}].map(mark => mark.innerText).join('')") == ""
    for _ in range(8):
        if page.find_elements("css selector", ".tp-unused"):
            break
        page.execute_script("document.querySelector('.tp-cluster').click()")
        wait_for(page, "return !document.querySelector('.leaflet-cluster-anim')")
    page.execute_script("document.querySelector('.tp-unused').click()")
    said = wait_for(page, "return document.querySelector('.leaflet-popup-content')?.innerText")
    assert "Not used: " in said


def printed(page: Any) -> bytes:
    """Return the page as it comes out of a printer, as PDF."""
    options = {"printBackground": True, "preferCSSPageSize": True}
    return base64.b64decode(page.execute_cdp_cmd("Page.printToPDF", options)["data"])


@pytest.mark.parametrize("plan", [sample_plan(), visits_plan()], ids=["stops", "visits"])
def test_it_prints_on_two_pages(open_page: OpenPage, plan: Any) -> None:
    page = open_page(plan, sample_region(), dark=True)
    sheets = re.findall(rb"/Type\s*/Page\b(?!s)", printed(page))
    assert 1 <= len(sheets) <= 2
    window = box_of(page, ".folium-map")
    assert window["width"] > 800, "after printing the map has its size back"


AXE = """
    const done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] })
        .then(found => done(found.violations.map(
            one => [one.impact, one.id, one.nodes.map(node => node.html.slice(0, 160))])));
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_axe_finds_nothing_serious(
    open_page: OpenPage, size: tuple[int, int], *, dark: bool
) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core comes with that package")
    code = Path(axe.__file__).parent / "axe.min.js"
    page = open_page(visits_plan(), sample_region(), size, dark=dark, ways=[sample_plan()])
    page.execute_script(code.read_text(encoding="utf-8"))
    page.execute_script("document.querySelector('[data-stop]').click()")
    faded_in = "return getComputedStyle(document.querySelector('.leaflet-popup')).opacity === '1'"
    wait_for(page, faded_in)
    found = page.execute_async_script(AXE)
    assert [one for one in found if one[0] in {"serious", "critical"}] == []
