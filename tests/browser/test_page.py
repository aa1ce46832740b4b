"""The page opened from a file, with the network cut off."""

import html
import re
import time
from collections.abc import Callable
from itertools import combinations, product
from typing import Any

import pytest

from tests.browser.conftest import LAPTOP, PHONE
from tests.samples.hostile_plan import HOSTILE, named_plan, named_region
from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tests.samples.signed_plan import signed_plan
from tripplan.output.drawing import markup
from tripplan.output.text import advice, words

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])


def box_of(page: Any, selector: str) -> dict[str, float]:
    """Return where the first element of a selector stands, in pixels of the window."""
    found: dict[str, float] = page.execute_script(
        "return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector
    )
    return found


def wait_for(page: Any, script: str) -> Any:
    """Return the value of a script as soon as it is truthy, within five seconds."""
    for _ in range(100):
        value = page.execute_script(script)
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"still false after 5 s: {script}")


def metric(said: str) -> str:
    """Return what a reader of metric units sees of a text with both."""
    plain = re.sub(r"<span class=.tp-us.>.*?</span>", "", str(markup.measured(markup.escape(said))))
    return html.unescape(re.sub(r"<[^>]+>", "", plain))


@SIZES
def test_no_error_and_nothing_asked_of_the_network(
    open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_page(sample_plan(), sample_region(), size)
    wait_for(page, "return document.readyState === 'complete'")
    time.sleep(0.3)
    assert page.get_log("browser") == []
    asked = page.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
        ".filter(name => !name.startsWith('data:'))"
    )
    assert asked == []


@SIZES
def test_route_and_marks_are_seen(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(sample_plan(), sample_region(), size)
    lengths = page.execute_script(
        "return [...document.querySelectorAll('path.tp-route')].map(p => p.getTotalLength())"
    )
    route = box_of(page, "path.tp-route-edge")
    window = box_of(page, ".folium-map")
    assert 12 < len(lengths) <= 40
    assert sum(lengths) >= 0.9 * route["width"]
    assert route["width"] > 0.4 * window["width"]
    assert route["left"] >= window["left"]
    assert route["right"] <= window["right"]
    for selector in (".tp-stop-icon .tp-badge", ".tp-end-icon .tp-dot"):
        for mark in page.find_elements("css selector", selector):
            assert mark.is_displayed()
            assert mark.rect["width"] > 10
    assert len(page.find_elements("css selector", ".tp-stop-icon")) == 3
    assert len(page.find_elements("css selector", ".tp-end-icon")) == 2


INKED = """
    const canvas = document.querySelector('.leaflet-tp-roads-pane canvas');
    if (!canvas) { return 0; }
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let inked = 0;
    for (let k = 3; k < data.length; k += 4) { inked += data[k] > 0; }
    return inked;
"""


def test_roads_and_towns_are_drawn(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    assert wait_for(page, INKED) > 500
    towns = page.execute_script(
        "return [...document.querySelectorAll('.tp-town')].map(town => town.textContent)"
    )
    assert "Boulder" in towns
    assert "Denver" not in towns


BOXES = """
    return [...document.querySelectorAll(arguments[0])].map(function (one) {
        const box = one.getBoundingClientRect();
        return [one.textContent, box.left, box.top, box.right, box.bottom];
    });
"""


def apart(one: list[Any], other: list[Any]) -> bool:
    """Tell whether two of `BOXES` have nothing in common."""
    aside = one[1] >= other[3] or other[1] >= one[3]
    return bool(aside or one[2] >= other[4] or other[2] >= one[4])


ZOOMED = """
    const [more, done] = arguments;
    const map = Object.values(window).find((one) => one instanceof L.Map);
    map.setZoom(map.getZoom() + more, { animate: false });
    setTimeout(done, 700);
"""


@SIZES
def test_signs_of_roads_and_exits_hide_nothing(open_page: OpenPage, size: tuple[int, int]) -> None:
    """As the browser has laid them out, at the first look and closer."""
    page = open_page(signed_plan(5), sample_region(), size)
    seen = set()
    for more in (0, 1, 2.25, 1):
        page.execute_async_script(ZOOMED, more)
        signs = page.execute_script(BOXES, ".tp-sign span")
        seen |= {text for text, *_ in signs}
        others = page.execute_script(
            BOXES, ".tp-stop-icon span, .tp-end-label, .tp-town span, .tp-stop-told span"
        )
        for one, other in (*combinations(signs, 2), *product(signs, others)):
            assert apart(one, other), (more, one, other)
    assert {"I-2", "exit 147"} <= seen
    assert page.get_log("browser") == []


@SIZES
@pytest.mark.parametrize("name", ["A Place of Long Name, CO", "Rockford, IL"])
@pytest.mark.parametrize(
    "north_deg", [0.0, -2.5, 2.5], ids=["east to west", "to the lower left", "to the upper left"]
)
def test_ends_and_stops_are_in_view_at_first(
    open_page: OpenPage, size: tuple[int, int], north_deg: float, name: str
) -> None:
    """Whole names of ends within the map, none of them and no stop under the legend or a button."""
    plan = sample_plan(illustrative=False)
    trip = plan.trip
    moved = {"lat": trip.destination.lat + north_deg, "name": name}
    end = trip.destination.model_copy(update=moved)
    plan = plan.model_copy(update={"trip": trip.model_copy(update={"destination": end})})
    page = open_page(plan, sample_region(), size)
    time.sleep(0.7)
    (_, left, top, right, bottom), *_ = page.execute_script(BOXES, ".tp-map")
    above = page.execute_script(BOXES, ".tp-legend, .leaflet-top .leaflet-control")
    assert len(above) >= 4
    names = page.execute_script(BOXES, ".tp-end-label")
    assert len(names) == 2
    for one in (*names, *page.execute_script(BOXES, ".tp-stop-icon, .tp-end-icon")):
        assert left <= one[1], one
        assert one[3] <= right, one
        assert top <= one[2], one
        assert one[4] <= bottom, one
        for other in above:
            aside = one[1] >= other[3] or other[1] >= one[3]
            assert aside or one[2] >= other[4] or other[2] >= one[4], (one, other)


@SIZES
def test_charge_and_minutes_stand_beside_each_stop_and_hide_nothing(
    open_page: OpenPage, size: tuple[int, int]
) -> None:
    """As the browser has laid them out, at the first look and closer."""
    plan = sample_plan()
    page = open_page(plan, sample_region(), size)
    for more in (0, 1, 2.25, 1):
        page.execute_async_script(ZOOMED, more)
        told = page.execute_script(BOXES, ".tp-stop-told span")
        others = page.execute_script(
            BOXES, ".tp-stop-icon span, .tp-end-label, .tp-town span, .tp-sign span"
        )
        for one, other in (*combinations(told, 2), *product(told, others)):
            assert apart(one, other), (one, other)
    wanted = {
        f"{100 * stop.arrival_soc:.0f}% · {stop.duration_s / 60:.0f} min" for stop in plan.stops
    }
    assert {text for text, *_ in told} == wanted


def test_stops_that_would_hide_each_other_are_small(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    wide = "return document.querySelector('.tp-stop-icon .tp-badge').getBoundingClientRect().width"
    assert page.execute_script(wide) == 34
    page.execute_async_script(ZOOMED, -3)
    assert page.execute_script(wide) == 22
    page.execute_async_script(ZOOMED, 3)
    assert page.execute_script(wide) == 34


def test_on_a_phone_the_timetable_comes_first(open_page: OpenPage) -> None:
    page = open_page(sample_plan(illustrative=False), sample_region(), PHONE)
    parts = ".tp-panel h1, .tp-total, .tp-timetable, .tp-map, .tp-facts, #tp-chart"
    boxes = page.execute_script(BOXES, parts)
    tops = sorted(boxes, key=lambda box: box[2])
    heading, total, times, map_box = (box[0] for box in tops[:4])
    assert "→" in heading
    assert "charging stop" in total
    assert times.startswith("0:00") or "Leave" in times
    assert "Leaflet" in map_box
    assert tops[2][2] < PHONE[1] / 3
    laptop = open_page(sample_plan(illustrative=False), sample_region(), LAPTOP)
    assert laptop.execute_script(BOXES, ".tp-map")[0][2] == 0


def test_signs_go_with_the_route(open_page: OpenPage) -> None:
    """They are there over an online map, too, and come and go with zooming."""
    page = open_page(signed_plan(), sample_region())
    count = "return document.querySelectorAll('.tp-sign').length"
    first = page.execute_script(count)
    assert first > 3
    page.execute_async_script(ZOOMED, -3)
    assert page.execute_script(count) < first
    page.execute_async_script(ZOOMED, 3)
    assert page.execute_script(count) == first


SHADE = """
    const [place, done] = arguments;
    const map = Object.values(window).find((one) => one instanceof L.Map);
    map.setView(place, 8, { animate: false });
    setTimeout(function () {
        const canvas = document.querySelector('.leaflet-tp-roads-pane canvas');
        const box = canvas.getBoundingClientRect();
        const frame = map.getContainer().getBoundingClientRect();
        const x = (frame.left + frame.width / 2 - box.left) * canvas.width / box.width;
        const y = (frame.top + frame.height / 2 - box.top) * canvas.height / box.height;
        done([...canvas.getContext('2d').getImageData(x, y, 1, 1).data]);
    }, 300);
"""
"""What is drawn below the route at a place: red, green, blue and opacity, 0 to 255."""


@pytest.mark.parametrize(
    ("dark", "water"), [(False, [0xCA, 0xDF, 0xEA, 255]), (True, [0x16, 0x32, 0x4A, 255])]
)
def test_lakes_are_blue_and_land_is_bare(
    open_page: OpenPage, *, dark: bool, water: list[int]
) -> None:
    page = open_page(sample_plan(), sample_region(), dark=dark)
    assert page.execute_async_script(SHADE, [41.1, -112.6]) == water, "the Great Salt Lake"
    assert page.execute_async_script(SHADE, [40.4, -113.6]) == [0, 0, 0, 0], "the desert beside it"
    assert "Natural Earth" in page.find_element("class name", "leaflet-control-attribution").text


def test_no_roads_without_a_region(open_page: OpenPage) -> None:
    page = open_page(sample_plan())
    assert page.find_elements("css selector", ".tp-town") == []
    assert page.execute_script(INKED) == 0
    assert page.get_log("browser") == []


@SIZES
def test_a_stop_tells_its_story(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(sample_plan(), sample_region(), size)
    page.find_elements("css selector", ".tp-stop-icon .tp-badge")[2].click()
    text = wait_for(page, "return document.querySelector('.leaflet-popup-content')?.innerText")
    stop = sample_plan().stops[2]
    for said in (
        stop.name,
        "made up",
        "CHADEMO",
        words.percent(stop.arrival_soc),
        words.duration(stop.charging_s),
        words.energy(stop.energy_kwh),
        words.power(stop.mean_kw),
        words.temperatures(stop.pack_arrival_c, stop.pack_departure_c),
        "too warm",
    ):
        assert metric(said) in text, said
    assert box_of(page, ".tp-popup svg.tp-power")["height"] > 50


@SIZES
def test_a_waypoint_tells_its_story(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(visits_plan(), sample_region(), size)
    squares = page.find_elements("css selector", ".tp-stop-icon .tp-badge-waypoint")
    assert [square.text for square in squares] == ["2", "3"]
    squares[1].click()
    text = wait_for(page, "return document.querySelector('.leaflet-popup-content')?.innerText")
    for said in ("Waypoint 3: Glenwood Springs, CO", "45 min", "no plug there"):
        assert said in text, said
    assert page.execute_script("return document.documentElement.scrollWidth") <= size[0]
    assert page.get_log("browser") == []


@SIZES
def test_the_road_tells_where_to_drive_slower(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(visits_plan(), sample_region(), size)
    drawn = page.execute_script(
        "return document.querySelector('path.tp-slow-road').getAttribute('d')"
    )
    assert drawn.count("M") == 3
    page.execute_script(
        """
        const leg = document.querySelectorAll('path.tp-leg')[0];
        const at = leg.getPointAtLength(leg.getTotalLength() / 2);
        const frame = leg.getScreenCTM();
        leg.dispatchEvent(new MouseEvent('mouseover', {
            bubbles: true, clientX: at.x * frame.a + frame.e, clientY: at.y * frame.d + frame.f
        }));
        """
    )
    tip = wait_for(page, "return document.querySelector('.leaflet-tooltip')?.innerText")
    assert "Leg 1: 109 km" in tip
    assert metric(advice.sentences(visits_plan())[0][0]) in tip
    assert 200 < box_of(page, ".leaflet-tooltip")["width"] < 320


def test_the_timetable_opens_a_stop_on_the_map(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    page.find_elements("css selector", "[data-stop]")[1].click()
    heading = wait_for(page, "return document.querySelector('.tp-popup h3')?.textContent")
    assert heading == "Stop 2: Eagle sample charger"


@SIZES
def test_chart_follows_the_pointer(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(sample_plan(), sample_region(), size)
    chart = box_of(page, "#tp-chart")
    assert chart["width"] > 300
    assert chart["height"] > 250
    page.execute_script(
        """
        const svg = document.getElementById('tp-chart');
        const box = svg.getBoundingClientRect();
        const scale = box.width / svg.viewBox.baseVal.width;
        svg.dispatchEvent(new PointerEvent('pointermove', {
            clientX: box.left + Number(svg.dataset.right) * scale, clientY: box.top + 99
        }));
        """
    )
    readout = page.find_element("id", "tp-readout").text
    plan = sample_plan()
    assert readout.startswith(
        f"{words.clock(plan.total_s)} h · {metric(words.distance(plan.distance_km))} · "
    )
    assert f"battery {words.percent(plan.arrival_soc)}" in readout
    assert page.execute_script(
        "return document.querySelector('.tp-cross').classList.contains('tp-on')"
    )


@SIZES
def test_the_warning_stays_in_sight(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(sample_plan(), sample_region(), size)
    page.execute_script("window.scrollTo(0, 900)")
    banner = box_of(page, ".tp-banner")
    assert banner["top"] >= -1
    assert banner["bottom"] <= 40, "one line"
    told = words.ILLUSTRATIVE_SHORT if size == PHONE else words.ILLUSTRATIVE_LINE
    assert page.find_element("css selector", ".tp-banner").text == told
    real = open_page(sample_plan(illustrative=False), sample_region(), size)
    assert real.find_elements("css selector", ".tp-banner, .tp-made-up") == []


@SIZES
def test_nothing_sticks_out_sideways(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(sample_plan(), sample_region(), size)
    assert page.execute_script("return document.documentElement.scrollWidth") <= size[0]
    window = box_of(page, ".folium-map")
    if size == LAPTOP:
        assert box_of(page, ".tp-panel")["left"] >= window["right"] - 1
    else:
        assert box_of(page, ".tp-times")["bottom"] <= window["top"] + 1
        assert box_of(page, ".tp-facts")["top"] >= window["bottom"] - 1


def test_an_online_map_out_of_reach_gives_way(open_page: OpenPage) -> None:
    page = open_page(sample_plan(), sample_region())
    bases = "document.querySelectorAll('.leaflet-control-layers-base input')"
    page.execute_script(f"{bases}[1].click()")
    assert wait_for(page, f"return document.querySelector('.tp-note') && {bases}[0].checked")
    assert page.find_elements("css selector", ".leaflet-tile") == []
    assert page.find_elements("css selector", ".tp-town") != []
    assert not [line for line in page.get_log("browser") if line["source"] == "javascript"]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_do_nothing(open_page: OpenPage, hostile: str) -> None:
    page = open_page(named_plan(hostile), named_region(hostile))
    count = page.execute_script("return document.querySelectorAll('[data-stop]').length")
    assert count == 4
    seen = []
    for number in range(count):
        page.execute_script(
            "document.querySelectorAll('[data-stop]')[arguments[0]].click()", number
        )
        seen.append(wait_for(page, "return document.querySelector('.tp-popup bdi')?.textContent"))
    page.execute_script("document.querySelector('.tp-unused, .tp-cluster')?.click()")
    assert seen == [words.one_line(hostile, 80)] * 4
    assert page.execute_script("return window.pwned") is None
    assert page.get_log("browser") == []


IN_VIEW = """
const box = (one) => one.getBoundingClientRect();
const frame = box(document.querySelector(".leaflet-container"));
const marks = [...document.querySelectorAll(".tp-end-icon")].map(box);
const spans = marks.map((one) => [
  one.left - frame.left, one.top - frame.top, frame.right - one.right, frame.bottom - one.bottom
]);
const size = Math.max(...[0, 1].map((axis) => Math.abs(spans[0][axis] - spans[1][axis])));
return [marks.length === 2 && Math.min(...spans.flat()) >= 0, size];
"""


def resized(page: Any, width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    time.sleep(0.6)


def test_the_route_is_fitted_again_to_a_window_of_another_size(open_page: OpenPage) -> None:
    """Whole in a small window, as large as before in a large one, and left where one looks."""
    page = open_page(sample_plan(), sample_region(), LAPTOP)
    _, first_px = page.execute_script(IN_VIEW)
    resized(page, 720, 420)
    whole, small_px = page.execute_script(IN_VIEW)
    assert whole
    assert small_px < first_px
    resized(page, *LAPTOP)
    whole, again_px = page.execute_script(IN_VIEW)
    assert whole
    assert again_px == pytest.approx(first_px, abs=2.0)
    page.find_element("css selector", ".leaflet-control-zoom-in").click()
    time.sleep(0.6)
    _, near_px = page.execute_script(IN_VIEW)
    resized(page, 1300, 850)
    _, kept_px = page.execute_script(IN_VIEW)
    assert near_px > first_px
    assert kept_px == pytest.approx(near_px, abs=2.0)
