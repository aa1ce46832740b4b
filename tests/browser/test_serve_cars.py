"""Cars on the page of a server, in Chromium: several side by side, and the cards to choose from."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import tripplan
from tests.browser.conftest import LAPTOP, PHONE, wait_for
from tests.browser.test_serve import AXE, PLANNED, TRIP, click, drawn_after, keys, slide
from tests.servers.trip_server import TripServer
from tripplan.cli.main import app
from tripplan.errors import NoPlanError
from tripplan.records.settings import Settings
from tripplan.records.vehicle import catalogue
from tripplan.records.vehicle_file import to_toml

pytestmark = pytest.mark.browser

BESIDE = ("tesla-model-3-lr", "nissan-leaf-40", "generic-nev")
FOUR_CARS = TRIP + "".join(f"&beside={car}" for car in BESIDE)
ANSWERED = (
    "return document.querySelector('#ts-beside-table table')?.getAttribute('aria-busy') === 'false'"
)
ROWS = """
    return [...document.querySelectorAll('#ts-beside-table tbody')].map(group => [
      group.querySelector('th span').textContent,
      ...[...group.querySelectorAll('td')].map(cell => cell.textContent)]);
"""


def rows(at: Any) -> list[list[str]]:
    """Wait for all cars; return name and figures of each, or why it cannot."""
    wait_for(at, ANSWERED, 30.0)
    found: list[list[str]] = at.execute_script(ROWS)
    return found


def expected(car: str, **more: Any) -> list[str]:
    """Return the row of a car, by `plan()`."""
    name = catalogue()[car].name
    try:
        plan = tripplan.plan(
            settings=Settings(fewer_stops_gap=0.0), **{**PLANNED, "vehicle": car, **more}
        )
    except NoPlanError as error:
        return [name, str(error)]
    minutes = round(plan.total_s / 60)
    return [
        name,
        f"{minutes // 60}:{minutes % 60:02d} h",
        str(plan.stop_count),
        f"{plan.charging_s / 60:.0f} min",
        f"{plan.energy_spent_kwh:.1f}",
        f"{100 * plan.arrival_soc:.0f}%",
        f"{100 * plan.arrival_probability:.0f}%" if plan.arrival_probability else "-",
        f"{plan.cost:.2f} {plan.currency}" if plan.cost else "-",
    ]


def same(found: Sequence[Sequence[str]], cars: Sequence[str], **more: Any) -> None:
    for row, car in zip(found, cars, strict=True):
        wanted = expected(car, **more)
        if len(wanted) > 2:
            assert row == wanted
        else:
            assert row[0] == wanted[0]
            assert wanted[1].startswith(row[1])


def test_the_same_trip_in_several_cars(page: Callable[..., Any]) -> None:
    at = page(FOUR_CARS)
    same(rows(at), ("nissan-sakura", *BESIDE))
    assert len(rows(at)[-1]) == 2
    assert "1 of 4 cannot" in at.find_element("id", "ts-beside-told").text
    # A slider moves all of them.
    drawn_after(at, lambda: slide(at, "departure_soc", 80))
    same(rows(at), ("nissan-sakura", *BESIDE), departure_soc=0.8)


def test_a_storm_of_slider_events_ends_at_the_last_in_every_car(page: Callable[..., Any]) -> None:
    at = page(FOUR_CARS)
    for value in [*range(100, 60, -1), 80]:
        slide(at, "departure_soc", value)
    asked = "return performance.getEntriesByName(location.origin + '/api/plan').length"
    wait_for(
        at, "return tripplan.shown && tripplan.drawn.question === JSON.stringify(tripplan.question)"
    )
    same(rows(at), ("nissan-sakura", *BESIDE), departure_soc=0.8)
    # 41 positions of the slider, and one at the start, of three cars.
    assert at.execute_script(asked) < 42 * len(BESIDE) / 2


def test_a_car_beside_becomes_the_shown_one_and_is_in_the_link(page: Callable[..., Any]) -> None:
    at = page(FOUR_CARS)
    before = {tuple(row) for row in rows(at)}
    asked = "return performance.getEntriesByName(location.origin + '/api/plan').length"
    at.execute_script("performance.clearResourceTimings()")
    found = drawn_after(at, lambda: click(at, "ts-beside-show-1"))
    assert found["question"]["vehicle"] == "nissan-leaf-40"
    assert found["address"].count("beside=") == len(BESIDE)
    assert {tuple(row) for row in rows(at)} == before
    assert rows(at)[2][0] == catalogue()["nissan-sakura"].name
    assert at.execute_script(asked) == 0
    link = page(found["address"])
    assert {tuple(row) for row in rows(link)} == before
    assert link.execute_script("return tripplan.question.vehicle") == "nissan-leaf-40"
    click(link, "ts-beside-drop-2")
    assert len(rows(link)) == 3
    back = drawn_after(link, lambda: slide(link, "departure_soc", 90))
    assert back["address"].count("beside=") == 2
    link.back()
    wait_for(link, "return tripplan.beside.length === 3")


def test_a_car_of_ones_own_is_not_lost_beside(page: Callable[..., Any]) -> None:
    at = page(FOUR_CARS)
    text = to_toml(catalogue()["nissan-leaf-40"]).replace("Nissan LEAF", "My own <b>LEAF</b>")
    drawn_after(
        at,
        lambda: at.execute_script(
            "tripplan.change({vehicle_toml: arguments[0], vehicle: undefined})", text
        ),
    )
    own = rows(at)[0]
    assert own[0].startswith("My own <b>LEAF</b>")
    drawn_after(at, lambda: click(at, "ts-beside-show-0"))
    assert rows(at)[1] == own
    back = drawn_after(at, lambda: click(at, "ts-beside-show-0"))
    assert back["question"]["vehicle_toml"] == text


def test_cars_beside_by_keys_alone(page: Callable[..., Any]) -> None:
    from selenium.webdriver import Keys  # noqa: PLC0415 - optional

    at = page(TRIP)
    assert at.execute_script("return document.getElementById('ts-beside').open") is False
    at.execute_script("document.getElementById('ts-beside-title').focus()")
    keys(at, Keys.ENTER, Keys.TAB)
    assert at.execute_script("return document.activeElement.id") == "ts-beside-add"
    for text, car in (("leaf 40", "nissan-leaf-40"), ("model 3 long range awd", BESIDE[0])):
        name = catalogue()[car].name
        keys(at, *text)
        options = "[...document.querySelectorAll('#ts-beside-field [role=option]')]"
        wait_for(at, f"return {options}[0]?.textContent.startsWith({name!r})")
        keys(at, Keys.ARROW_DOWN, Keys.ENTER)
        wait_for(at, f"return tripplan.beside.includes({car!r})")
    same(rows(at), ("nissan-sakura", "nissan-leaf-40", BESIDE[0]))
    # A name that there is not is told; one that is there does not come twice.
    keys(at, *"no such car", Keys.ENTER)
    assert "no such car" in at.find_element("id", "ts-status").text
    at.execute_script("document.getElementById('ts-beside-show-0').focus()")
    found = drawn_after(at, lambda: keys(at, Keys.ENTER))
    assert found["question"]["vehicle"] == "nissan-leaf-40"
    assert at.execute_script("return document.activeElement.id") == "ts-beside-show-0"
    keys(at, Keys.TAB, Keys.ENTER)
    assert at.execute_script("return tripplan.beside") == [BESIDE[0]]


@pytest.mark.parametrize(
    ("size", "dark"), [(LAPTOP, False), (PHONE, False), (PHONE, True)],
    ids=["laptop", "phone", "dark phone"],
)  # fmt: skip
def test_cars_beside_fit_and_axe_finds_nothing_serious(
    page: Callable[..., Any], size: tuple[int, int], dark: bool
) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core comes with that package")
    at = page(FOUR_CARS, size, dark=dark)
    rows(at)
    assert at.execute_script("return document.documentElement.scrollWidth") <= size[0]
    right = "return document.querySelector('#ts-beside-table table').getBoundingClientRect().right"
    assert at.execute_script(right) <= size[0]
    at.execute_script((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = at.execute_async_script(AXE)
    assert [one for one in found if one[1] in {"serious", "critical"}] == []


def test_hostile_cars_beside_are_inert(page: Callable[..., Any], server: TripServer) -> None:
    at = page()
    evil = "%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"
    at.get("about:blank")
    at.get(f"{server.address}{TRIP}&{'&'.join([f'beside={evil}', f'beside={evil}%0A'] * 300)}")
    found = rows(at)
    assert len(found) == 5
    assert all(len(row) == 2 for row in found[1:])
    assert at.execute_script("return document.querySelectorAll('img[src=x]').length") == 0


def test_the_cards_of_cars_say_what_the_list_of_the_command_says(page: Callable[..., Any]) -> None:
    from selenium.webdriver import Keys  # noqa: PLC0415 - optional

    done = CliRunner().invoke(app, ["vehicles", "--name", "leaf 40", "--json"])
    assert done.exit_code == 0, done.output
    cars = json.loads(done.output)["vehicles"]
    (listed,) = [car for car in cars if car["id"] == "nissan-leaf-40"]
    at = page()
    field = at.find_element("id", "ts-vehicle")
    field.clear()
    field.click()
    keys(at, *"leaf 40")
    wait_for(at, "return document.getElementById('ts-vehicle').ariaExpanded === 'true'")
    card = "[...document.querySelectorAll('#ts-drop [role=option]')].find(one => {})"
    card = card.format("one.textContent.startsWith('Nissan LEAF 40 kWh (2018-)')")
    wait_for(at, f"return {card}")
    for units, told in (
        (
            "metric",
            f"{listed['range_km']} km at 110 km/h, {listed['cold_range_km']} km at \u221210 °C",
        ),
        ("us", " mi at 68 mph, "),
    ):
        at.execute_script("document.documentElement.dataset.units = arguments[0]", units)
        seen = at.execute_script(
            f"return [...{card}.querySelectorAll('.ts-figures > span')].map(one =>"
            " [...one.children].filter(part => getComputedStyle(part).display !== 'none')"
            ".map(part => part.textContent).join('')).join('')"
        )
        assert told in seen
        for part in ("since 2018", "38.5 kWh", "CHADEMO", "up to 46 kW"):
            assert part in seen
        assert ("14 °F" in seen) == (units == "us")
    # As before, by keys, and told to screen readers by what is marked.
    keys(at, Keys.ARROW_DOWN)
    marked = "document.getElementById(document.activeElement.getAttribute('{}'))"
    chosen = at.execute_script(
        f"return {marked.format('aria-activedescendant')}.querySelector('.ts-figures') !== null"
    )
    assert chosen
    keys(at, Keys.ENTER)
    assert at.execute_script("return tripplan.question.vehicle") == "nissan-leaf-40"
