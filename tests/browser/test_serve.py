"""The page of a server in Chromium: type, choose, drag, slide, ban, plan on, share; by keys."""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import tripplan
from tests.browser.conftest import LAPTOP, PHONE, wait_for
from tests.servers.trip_server import TripServer
from tripplan.records.settings import Settings
from tripplan.records.vehicle import catalogue
from tripplan.records.vehicle_file import to_toml

pytestmark = pytest.mark.browser

TRIP = "#origin=Portland%2C+OR&destination=Medford%2C+OR&vehicle=nissan-sakura&departure_soc=1"
PLANNED: dict[str, Any] = {
    "origin": "Portland, OR",
    "destination": "Medford, OR",
    "vehicle": "nissan-sakura",
    "departure_soc": 1,
}
AXE = """
    const done = arguments[0];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] })
      .then(found => done(found.violations.map(v => [v.id, v.impact, v.nodes[0].html])));
"""
SLIDERS = {
    "departure_soc": (100, 85),
    "arrival_soc": (10, 20),
    "ambient_c": (20, 24),
    "max_speed_kmh": (160, 100),
    "wind_mps": (0, 3),
    "payload_kg": (75, 300),
    "soh": (100, 95),
}
"""What each slider is set to, before and in its test."""


UP_TO_DATE = "return tripplan.drawn?.question === JSON.stringify(tripplan.question)"
"""Whether the plan that is drawn is that of the last question."""


def drawn_after(page: Any, does: Callable[[], object]) -> dict[str, Any]:
    """Do something, wait for the plan that comes of it; return the question and what is drawn.

    A plan of a question before may be drawn in between: that is not waited for.
    """
    page.execute_script("tripplan.drawn = null")
    does()
    wait_for(page, UP_TO_DATE)
    found: dict[str, Any] = page.execute_script(
        "return {question: tripplan.question, figures: tripplan.shown.figures,"
        " stops: tripplan.shown.stops.map(s => s.charger), address: location.hash}"
    )
    return found


def slide(page: Any, word: str, value: float) -> None:
    page.execute_script(
        "const s = document.getElementById('ts-' + arguments[0]); s.value = arguments[1];"
        "s.dispatchEvent(new Event('input', {bubbles: true}));"
        "s.dispatchEvent(new Event('change', {bubbles: true}))",
        word,
        value,
    )


def click(page: Any, element: str) -> None:
    page.execute_script("document.getElementById(arguments[0]).click()", element)


def keys(page: Any, *pressed: str) -> None:
    """Press keys as a keyboard does, wherever the focus is."""
    from selenium.webdriver import ActionChains  # noqa: PLC0415 - optional

    chain = ActionChains(page)
    for key in pressed:
        chain.send_keys(key).pause(0.02)
    chain.perform()


def test_type_and_choose(page: Callable[..., Any]) -> None:
    from selenium.webdriver import Keys  # noqa: PLC0415 - optional

    at = page()
    for field, text, label in (
        ("origin", "portland, o", "Portland, OR"),
        ("vehicle", "sakura", "Nissan Sakura 20 kWh (2022-)"),
        ("destination", "medfo", "Medford, OR"),
    ):
        page_input = at.find_element("id", f"ts-{field}")
        page_input.clear()
        page_input.click()
        keys(at, *text)
        wait_for(at, f"return document.getElementById('ts-{field}').ariaExpanded === 'true'")
        # An answer to what was typed so far may still be replaced by the last one.
        first = "document.querySelector('[role=listbox]:not([hidden]) [role=option]')"
        wait_for(at, f"return ({first}?.textContent ?? '').startsWith({label!r})")
        keys(at, Keys.ARROW_DOWN, Keys.ENTER)
        assert page_input.get_attribute("value") == label
    wait_for(at, "return Boolean(tripplan.drawn)")
    assert "Portland%2C+OR" in at.execute_script("return location.hash")
    assert "Portland, OR" in at.find_element("css selector", "#ts-panel h1").text
    assert at.get_log("browser") == []


def test_what_is_drawn_is_the_plan_and_nothing_is_asked_elsewhere(
    page: Callable[..., Any], server: TripServer
) -> None:
    at = page(TRIP)
    plan = tripplan.plan(settings=Settings(fewer_stops_gap=0.0), **PLANNED)
    assert at.execute_script("return tripplan.shown.figures.total_s") == plan.total_s
    assert server.ask("POST", "/api/plan", at.execute_script("return tripplan.question"))[2] == (
        plan.model_dump_json().encode() + b"\n"
    )
    asked = at.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
        ".filter(name => !name.startsWith('data:') && !name.startsWith(location.origin))"
    )
    assert asked == []
    assert len(at.find_elements("css selector", ".tp-route")) > 5
    assert len(at.find_elements("css selector", ".tp-stop-icon")) == len(plan.stops)
    assert at.find_element("id", "tp-chart").is_displayed()
    assert at.get_log("browser") == []


def test_each_slider_moves_plan_map_and_chart(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    for word, (before, after) in SLIDERS.items():
        was = at.execute_script(
            "return [tripplan.shown.figures.total_s, document.querySelector('#tp-chart').outerHTML,"
            " tripplan.shown.route.track.soc]"
        )
        found = drawn_after(at, partial(slide, at, word, after))
        now = at.execute_script(
            "return [tripplan.shown.figures.total_s, document.querySelector('#tp-chart').outerHTML,"
            " tripplan.shown.route.track.soc]"
        )
        assert all(a != b for a, b in zip(was, now, strict=True)), word
        value = found["question"][word]
        assert value == pytest.approx(after / 100 if word.endswith(("soc", "soh")) else after)
        assert f"{word}=" in found["address"]
        drawn_after(at, partial(slide, at, word, before))
    assert at.get_log("browser") == []


def test_a_storm_of_slider_events_ends_at_the_last(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    for value in [*range(100, 60, -1), 80]:
        slide(at, "departure_soc", value)
    plan = tripplan.plan(
        settings=Settings(fewer_stops_gap=0.0), **{**PLANNED, "departure_soc": 0.8}
    )
    wait_for(at, f"return tripplan.shown.figures.total_s === {plan.total_s!r}")
    assert at.get_log("browser") == []


def test_ban_require_stay_and_drop_the_wish(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    first = at.execute_script("return tripplan.shown.stops[0].charger")
    banned = drawn_after(at, lambda: click(at, "ts-ban-0"))
    assert first not in banned["stops"]
    assert banned["question"]["banned"] == [first]
    back = drawn_after(at, lambda: at.find_element("css selector", "#ts-changes button").click())
    assert first in back["stops"]
    unused = at.execute_script(
        "return tripplan.shown.chargers.find(c => c[2].includes('fits, but'))[4]"
    )
    kept = drawn_after(
        at, lambda: at.execute_script("tripplan.change({require: [arguments[0]]})", unused)
    )
    assert unused in kept["stops"]
    stays = drawn_after(at, lambda: click(at, "ts-stay-0"))
    assert "; 1h; " in stays["question"]["via"][0]


def test_plan_on_from_a_stop(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    stop = at.execute_script("return tripplan.shown.stops[1]")
    click(at, "ts-here-1")
    field = at.find_element("id", "ts-here-soc")
    field.clear()
    field.send_keys("43")
    found = drawn_after(at, lambda: click(at, "ts-here-go"))
    assert found["question"]["departure_soc"] == 0.43
    lat, lon = map(float, found["question"]["origin"].split(","))
    assert [lat, lon] == pytest.approx(stop["at"], abs=1e-5)
    # Back in the browser is back in the trip.
    back = drawn_after(at, at.back)
    assert back["question"]["origin"] == "Portland, OR"


def test_drag_the_destination_and_click_the_map(page: Callable[..., Any]) -> None:
    from selenium.webdriver import ActionChains  # noqa: PLC0415 - optional

    at = page(TRIP)
    end = at.find_elements("css selector", ".tp-end-icon")[1]

    def drag() -> None:
        ActionChains(at).click_and_hold(end).move_by_offset(10, -40).release().perform()

    found = drawn_after(at, drag)
    assert found["question"]["destination"] != "Medford, OR"
    at.execute_script("tripplan.map.fire('click', {latlng: L.latLng(44.94, -123.03)})")
    wait_for(at, "return [...document.querySelectorAll('.leaflet-popup button')].length >= 3")
    wait_for(at, "return document.querySelector('.leaflet-popup p').textContent.includes('Salem')")
    to_here = at.find_elements("css selector", ".leaflet-popup button")[1]
    assert to_here.text == "To here"
    found = drawn_after(at, lambda: at.execute_script("arguments[0].click()", to_here))
    assert found["question"]["destination"] == "44.94000,-123.03000"


def test_the_speed_slider_tells_the_limit_of_a_trailer(page: Callable[..., Any]) -> None:
    at = page(TRIP.replace("nissan-sakura", "tesla-model-3-lr"))
    told = "return document.querySelector('label[for=ts-max_speed_kmh] .tp-metric').textContent"
    assert at.execute_script(told) == "as the road"
    # 55 mph, the limit of California and other states.
    drawn_after(at, lambda: at.execute_script("tripplan.change({trailer: 'covered'})"))
    assert at.execute_script(told) == "88 km/h with the trailer"
    slider = at.find_element("id", "ts-max_speed_kmh")
    assert slider.get_attribute("aria-valuetext").endswith(" with the trailer")
    drawn_after(at, lambda: slide(at, "max_speed_kmh", 100))
    assert at.execute_script(told) == "100 km/h"
    drawn_after(at, lambda: slide(at, "max_speed_kmh", 160))
    assert at.execute_script(told) == "88 km/h with the trailer"
    drawn_after(at, lambda: at.execute_script("tripplan.change({trailer: undefined})"))
    assert at.execute_script(told) == "as the road"


def test_a_place_that_was_taken_opens_no_list(page: Callable[..., Any]) -> None:
    """What was typed is looked up a moment later, also where it has been taken since."""
    from selenium.webdriver import Keys  # noqa: PLC0415 - optional

    at = page()
    keys(at, *"Portland, OR", Keys.ENTER)
    at.execute_async_script("window.setTimeout(arguments[0], 600)")
    assert at.execute_script("return document.getElementById('ts-origin').ariaExpanded") == "false"


def test_a_link_is_a_trip(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    for word, value in (("arrival_soc", 30), ("payload_kg", 200)):
        drawn_after(at, partial(slide, at, word, value))
    address, figures = at.execute_script("return [location.hash, tripplan.shown.figures]")
    again = page(address)
    assert again.execute_script("return tripplan.shown.figures") == figures
    assert again.execute_script("return document.getElementById('ts-arrival_soc').value") == "30"


def test_cards_of_fewer_stops_and_other_ways(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    stops = at.execute_script("return tripplan.shown.figures.stops")
    click(at, "ts-look")
    wait_for(at, "return !document.getElementById('ts-look')")
    assert len(at.find_elements("css selector", ".ts-card")) > 1
    show = at.find_element("css selector", ".ts-card [aria-pressed]")
    at.execute_script("arguments[0].click()", show)
    assert at.find_elements("css selector", ".tp-other")
    fewer = drawn_after(at, lambda: click(at, "ts-fewer"))
    assert fewer["figures"]["stops"] < stops
    assert not at.find_elements("css selector", ".tp-other")


def test_a_car_of_ones_own_by_drag_and_drop(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    text = to_toml(catalogue()["nissan-leaf-40"]).replace("Nissan LEAF", "My own <b>LEAF</b>")
    found = drawn_after(
        at,
        lambda: at.execute_script(
            "const data = new DataTransfer();"
            "data.items.add(new File([arguments[0]], 'car.toml'));"
            "document.getElementById('ts-drop').dispatchEvent("
            "new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: data}))",
            text,
        ),
    )
    assert "vehicle" not in found["question"]
    assert "My own <b>LEAF</b>" in at.find_element("css selector", ".tp-car").text


def test_files_come_from_the_page(page: Callable[..., Any], tmp_path: Path) -> None:
    at = page(TRIP)
    at.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    for ending in ("html", "gpx", "json"):
        click(at, f"ts-export-{ending}")
        file = tmp_path / f"trip.{ending}"
        for _ in range(200):
            if file.exists():
                break
            time.sleep(0.05)
        assert file.stat().st_size > 1000
    plan = tripplan.plan(settings=Settings(fewer_stops_gap=0.0), **PLANNED)
    assert json.loads((tmp_path / "trip.json").read_text()) == json.loads(plan.model_dump_json())


def test_no_plan_says_why_and_offers_a_way_out(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    at.execute_script("tripplan.change({most_stops: 1})")
    wait_for(at, "return document.getElementById('ts-error').textContent.length > 30")
    assert at.execute_script("return document.getElementById('ts-panel').className") == "ts-old"
    buttons = at.find_elements("css selector", "#ts-error button")
    if buttons:
        drawn_after(at, buttons[0].click)
        assert at.find_element("id", "ts-error").text == ""


def test_hostile_addresses_are_inert(page: Callable[..., Any], server: TripServer) -> None:
    at = page()
    evil = "%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"
    at.get("about:blank")
    words = ("origin", "destination", "vehicle", "banned", "require", "via")
    at.get(f"{server.address}#{'&'.join(f'{word}={evil}' for word in words)}")
    wait_for(at, "return document.getElementById('ts-error').textContent.length > 10")
    assert at.execute_script("return document.querySelectorAll('img[src=x]').length") == 0


def test_by_keys_alone(page: Callable[..., Any]) -> None:
    from selenium.webdriver import Keys  # noqa: PLC0415 - optional

    at = page()
    assert at.execute_script("return document.activeElement.id") == "ts-origin"
    keys(at, *"Portland, OR", Keys.ENTER, Keys.TAB, *"Medford, OR", Keys.ENTER)
    wait_for(at, "return Boolean(tripplan.drawn)")
    for _ in range(12):
        keys(at, Keys.TAB)
        if at.execute_script("return document.activeElement.id") == "ts-departure_soc":
            break
    assert at.execute_script("return document.activeElement.id") == "ts-departure_soc"
    found = drawn_after(at, lambda: keys(at, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT))
    assert found["question"]["departure_soc"] == 0.92
    assert at.execute_script("return document.activeElement.id") == "ts-departure_soc"
    # A button in the panel keeps the focus while the panel is drawn anew.
    at.execute_script("document.getElementById('ts-require-0').focus()")
    drawn_after(at, lambda: keys(at, Keys.ENTER))
    assert at.execute_script("return document.activeElement.id").startswith("ts-require-")
    assert "stop" in at.find_element("id", "ts-status").text


@pytest.mark.parametrize(
    ("size", "dark"), [(LAPTOP, False), (LAPTOP, True), (PHONE, False)],
    ids=["laptop", "dark", "phone"],
)  # fmt: skip
def test_it_fits_and_axe_finds_nothing_serious(
    page: Callable[..., Any], size: tuple[int, int], dark: bool
) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core comes with that package")
    at = page(TRIP, size, dark=dark)
    assert at.execute_script("return document.documentElement.scrollWidth") <= size[0]
    at.execute_script("document.getElementById('ts-fold').open = true")
    devtools = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    at.execute_script(devtools)
    found = at.execute_async_script(AXE)
    assert [one for one in found if one[1] in {"serious", "critical"}] == []
    assert at.get_log("browser") == []


def test_on_a_phone_the_timetable_comes_first_and_the_form_is_a_touch_away(
    page: Callable[..., Any],
) -> None:
    at = page(TRIP, PHONE)
    top = "return document.querySelector(arguments[0]).getBoundingClientRect().top"
    order = (".tp-panel h1", ".tp-timetable", ".tp-map", "#ts-form", "#tp-chart")
    tops = [at.execute_script(top, part) for part in order]
    assert tops == sorted(tops)
    assert tops[1] < PHONE[1] / 3
    at.find_element("id", "ts-change").click()
    assert at.execute_script("return document.activeElement.id") == "ts-origin"
    assert 0 <= at.execute_script(top, "#ts-origin") < PHONE[1]


def test_units_are_those_of_the_reader(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    for units, wanted in (("us", "°F"), ("metric", "°C")):
        at.execute_script(
            "document.querySelector(`#ts-form [name='tp-units'][value='${arguments[0]}']`).click()",
            units,
        )
        shown = at.find_element("css selector", "label[for=ts-ambient_c] output").text
        assert wanted in shown
        slider = at.find_element("id", "ts-ambient_c")
        assert wanted in slider.get_attribute("aria-valuetext")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_names_of_ends_stand_whole_on_the_map(
    page: Callable[..., Any], size: tuple[int, int]
) -> None:
    """A road from east to west fills the width of the map; the names need room beside its ends."""
    ends = "#origin=Denver%2C+CO&destination=Glenwood+Springs%2C+CO"
    at = page(f"{ends}&vehicle=tesla-model-3-lr&departure_soc=1", size)
    boxes = at.execute_script(
        "return ['.tp-map', '.tp-end-label'].map(what => [...document.querySelectorAll(what)].map("
        "one => one.getBoundingClientRect()).map(box => [box.left, box.right]))"
    )
    ((left, right),), names = boxes
    assert len(names) == 2
    for name_left, name_right in names:
        assert left <= name_left
        assert name_right <= right


def test_a_car_without_fast_charging_is_told_so(page: Callable[..., Any]) -> None:
    at = page()
    at.execute_script("tripplan.question.vehicle = 'generic-nev'; tripplan.fillForm();")
    assert at.find_element("id", "ts-car-told").text == "7 kWh, no fast charging"
