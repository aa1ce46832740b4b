"""Low charge in Chromium: red, wide and told in the legend, on the served page and one alone."""

from collections.abc import Callable
from typing import Any

import pytest

import tripplan
from tests.browser.conftest import LAPTOP
from tests.browser.test_serve import TRIP
from tripplan.output.drawing.colours import SOC_COLOURS
from tripplan.records.plan import Plan

pytestmark = pytest.mark.browser

LOW = {"reserve_soc": 0.02, "arrival_soc": 0.02}
USUAL_LOOK = "path.tp-route:not(.tp-route-low)"
LEGEND = """
    const line = document.querySelector('.tp-legend-low');
    return [line.textContent, getComputedStyle(line.querySelector('i')).backgroundColor,
            line.checkVisibility()];
"""
LEAST_SOC = """
    const part = tripplan.track.part;
    return Math.min(...tripplan.track.soc.filter((soc, k) => part[k] % 2 === 0));
"""


def planned(**wishes: Any) -> Plan:
    return tripplan.plan(
        "Portland, OR", "Medford, OR", vehicle="nissan-sakura", departure_soc=1.0, **wishes
    )


def stroke(page: Any, selector: str) -> set[tuple[str, float]]:
    """Return colour and width of lines."""
    found = page.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(line =>"
        " [line.getAttribute('stroke'), Number(line.getAttribute('stroke-width'))])",
        selector,
    )
    return {(colour, width) for colour, width in found}


def check(page: Any) -> None:
    """Look at a page whose plan has a low charge on the road."""
    assert page.execute_script(LEAST_SOC) < 0.1
    ((colour, width),) = stroke(page, "path.tp-route-low")
    assert colour == SOC_COLOURS[0]
    usual = stroke(page, USUAL_LOOK)
    assert len(usual) > 10
    assert all(other != colour and narrow < width for other, narrow in usual)
    text, swatch, is_shown = page.execute_script(LEGEND)
    assert text == "low: below 10%"
    red, green, blue = (int(SOC_COLOURS[0][k : k + 2], 16) for k in (1, 3, 5))
    assert swatch == f"rgb({red}, {green}, {blue})"
    assert is_shown
    # Of another quantity nothing is low.
    page.execute_script("document.querySelector('input[value=speed]').click()")
    assert stroke(page, "path.tp-route-low") == set()
    assert page.execute_script(LEGEND)[2] is False


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_low_charge_is_red_and_wide_on_a_page_alone(
    open_page: Callable[..., Any], dark: bool
) -> None:
    check(open_page(planned(**LOW), tripplan.load_starter(), LAPTOP, dark=dark))


def test_low_charge_is_red_and_wide_on_the_served_page(page: Callable[..., Any]) -> None:
    check(page(TRIP + "".join(f"&{word}={value}" for word, value in LOW.items())))


def test_charge_that_is_never_low_is_nowhere_wide(open_page: Callable[..., Any]) -> None:
    page = open_page(planned(), tripplan.load_starter())
    assert page.execute_script(LEAST_SOC) >= 0.1
    assert stroke(page, "path.tp-route-low") == set()
