"""The twelve wishes of the page on coming from ABRP: each done in Chromium, its actions counted."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.browser.conftest import wait_for
from tests.browser.test_serve import TRIP, slide
from tests.servers.trip_server import TripServer
from tripplan.records.vehicle import catalogue
from tripplan.records.vehicle_file import save_vehicle

pytestmark = pytest.mark.browser
PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "coming-from-abrp.md"


class Hand:
    """Does what a reader does, and counts it."""

    def __init__(self, page: Any, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.actions = 0

    def click(self, selector: str) -> None:
        """Click an element that is in view."""
        self.actions += 1
        found = self.page.find_element("css selector", selector)
        self.page.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        found.click()

    def write(self, selector: str, text: str, *, then: str = "\ue004") -> None:
        """Put a text into a field in place of what is there, and leave it by Tab."""
        self.actions += 1
        found = self.page.find_element("css selector", selector)
        self.page.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        found.clear()
        found.send_keys(text + then)

    def press_enter(self, selector: str) -> None:
        """Take what a field offers."""
        self.actions += 1
        wait_for(self.page, f"return document.querySelector('{selector}').ariaExpanded === 'true'")
        self.page.find_element("css selector", selector).send_keys("\ue015\ue007")

    def slide(self, word: str, value: float) -> None:
        """Move a slider."""
        self.actions += 1
        slide(self.page, word, value)

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list."""
        self.actions += 1
        self.page.find_element("css selector", f"{selector} option[value='{value}']").click()


Wish = Callable[[Hand], Mapping[str, object]]
"""Does a wish; returns what the question then holds."""


def charges(hand: Hand) -> Mapping[str, object]:
    hand.slide("departure_soc", 80)
    hand.slide("arrival_soc", 20)
    return {"departure_soc": 0.8, "arrival_soc": 0.2}


def car(hand: Hand) -> Mapping[str, object]:
    hand.write("#ts-vehicle", "leaf 40", then="")
    hand.press_enter("#ts-vehicle")
    return {"vehicle": "nissan-leaf-40"}


def own_consumption(hand: Hand) -> Mapping[str, object]:
    path = save_vehicle(catalogue()["nissan-leaf-40"], hand.folder / "mine.toml")
    hand.actions += 1
    hand.page.find_element("id", "ts-toml").send_keys(str(path))
    return {"vehicle_toml": path.read_text(encoding="utf-8")}


def weather(hand: Hand) -> Mapping[str, object]:
    hand.slide("ambient_c", 24)
    hand.slide("wind_mps", 3)
    hand.choose("#ts-wind_from_deg", "0")
    return {"ambient_c": 24, "wind_mps": 3, "wind_from_deg": "0"}


def speed(hand: Hand) -> Mapping[str, object]:
    hand.slide("max_speed_kmh", 100)
    return {"max_speed_kmh": 100}


def stay(hand: Hand) -> Mapping[str, object]:
    hand.click("#ts-add")
    hand.write("#ts-via-0", "Salem, OR; 2h; 11kW")
    return {"via": ["Salem, OR; 2h; 11kW"]}


def avoid(hand: Hand) -> Mapping[str, object]:
    hand.click("#ts-fold summary")
    hand.write("#ts-wish-avoid", "toll, ferry")
    return {"avoid": "toll; ferry"}


def networks(hand: Hand) -> Mapping[str, object]:
    hand.click("#ts-fold summary")
    hand.write("#ts-wish-operators", "EVCS; Blink")
    hand.write("#ts-wish-exclude_operators", "Tesla")
    return {"operators": "EVCS; Blink", "exclude_operators": "Tesla"}


def fewer_stops(hand: Hand) -> Mapping[str, object]:
    hand.click("#ts-fold summary")
    hand.write("#ts-wish-prefer_fewer_stops_s", "20min")
    return {"prefer_fewer_stops_s": "20min"}


def plan_on(hand: Hand) -> Mapping[str, object]:
    hand.click("#ts-here-1")
    hand.write("#ts-here-soc", "43")
    hand.click("#ts-here-go")
    return {"departure_soc": 0.43}


def share(hand: Hand) -> Mapping[str, object]:
    hand.page.execute_script("document.getElementById('ts-status').textContent = ''")
    hand.click("#ts-link")
    told = wait_for(hand.page, "return document.getElementById('ts-status').textContent")
    assert "link is copied" in told or "#origin=" in told
    return {}


def there_and_back(hand: Hand) -> Mapping[str, object]:
    hand.click("#ts-add")
    hand.write("#ts-via-0", "Medford, OR")
    hand.write("#ts-destination", "Portland, OR")
    return {"via": ["Medford, OR"], "origin": "Portland, OR", "destination": "Portland, OR"}


WISHES: Final[Mapping[str, Wish]] = {
    "charge at the start": charges,
    "another car": car,
    "own consumption": own_consumption,
    "weather": weather,
    "highest speed": speed,
    "a stay on the way": stay,
    "no tolls": avoid,
    "charging networks": networks,
    "few long stops": fewer_stops,
    "plan on from here": plan_on,
    "share the trip": share,
    "there and back": there_and_back,
}
"""By the words with which a row of the page begins."""


def told() -> dict[str, int]:
    """Return the actions that the page tells, by the first words of each wish."""
    table = PAGE.read_text(encoding="utf-8").split("## Twelve wishes")[1].split("\n\n")[1]
    rows = re.findall(r"^\| ([a-z].*?) \|.*\| (\d+) \|$", table, re.MULTILINE)
    return {re.split(r"[,:(]| and where", wish)[0].strip(): int(n) for wish, n in rows}


def test_the_page_tells_twelve_wishes() -> None:
    for begin in WISHES:
        assert sum(wish.startswith(begin) for wish in told()) == 1, begin
    assert len(told()) == len(WISHES) == 12


@pytest.mark.parametrize("begin", WISHES)
def test_a_wish_takes_as_many_actions_as_the_page_tells(
    browser: Any, server: TripServer, tmp_path: Path, begin: str
) -> None:
    browser.get("about:blank")
    browser.get(server.address + TRIP)
    wait_for(browser, "return Boolean(window.tripplan && tripplan.drawn)")
    hand = Hand(browser, tmp_path)
    browser.execute_script("tripplan.drawn = null")
    wanted = WISHES[begin](hand)
    if wanted:
        wait_for(browser, "return Boolean(tripplan.drawn)")
    question = browser.execute_script("return tripplan.question")
    assert {word: question.get(word) for word in wanted} == dict(wanted)
    assert [hand.actions] == [n for wish, n in told().items() if wish.startswith(begin)]
    assert browser.find_element("id", "ts-error").text == ""
