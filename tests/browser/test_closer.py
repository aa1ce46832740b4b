"""More detail when zooming in, from the region's own roads, in Chromium."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import wait_for
from tests.browser.test_serve import TRIP

pytestmark = pytest.mark.browser

ROADS = """
    const roads = [];
    tripplan.map.eachLayer(layer => {
      if (layer.options.pane === 'tp-roads' && layer instanceof L.Polyline
          && !(layer instanceof L.Polygon) && !layer.options.dashArray) { roads.push(layer); }
    });
"""
LINES = f"""{ROADS}
    const view = tripplan.map.getBounds();
    return roads.flatMap(road => road.getLatLngs().flat()).filter(at => view.contains(at)).length;
"""
"""Points of roads in view."""
CLOSER = "return tripplan.isCloser()"


def look_at(page: Any, lat: float, lon: float, zoom: float) -> None:
    page.execute_script(
        "tripplan.map.setView([arguments[0], arguments[1]], arguments[2], {animate: false})",
        lat,
        lon,
        zoom,
    )


def test_the_served_page_asks_for_the_roads_of_the_view(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    assert not at.execute_script(CLOSER)
    look_at(at, 44.94, -123.03, 10)
    coarse = at.execute_script(LINES)
    wait_for(at, CLOSER)
    assert at.execute_script(LINES) > coarse
    # Of views in quick succession the last one counts; those between are not waited for.
    for lat in (45.0, 45.2, 45.4, 45.5):
        look_at(at, lat, -122.6, 11)
    wait_for(at, CLOSER)
    # Out again: the roads of the ground are back.
    at.execute_script("tripplan.fit(tripplan.shown.bounds, tripplan.shown.ends)")
    wait_for(at, "return !tripplan.isCloser()")
    assert at.execute_script(LINES) > 0
    assert at.get_log("browser") == []


def test_closer_roads_have_the_colours_of_the_night(page: Callable[..., Any]) -> None:
    at = page(TRIP, dark=True)
    look_at(at, 44.94, -123.03, 10)
    wait_for(at, CLOSER)
    colours = f"{ROADS} return [...new Set(roads.map(road => road.options.color))];"
    dark = at.execute_script(colours)
    at.execute_script("document.querySelector('#ts-form [name=tp-look][value=light]').click()")
    light = at.execute_script(colours)
    assert len(dark) == len(light) == 2
    assert not set(dark) & set(light)


def test_roads_that_do_not_come_leave_the_map_as_it_was(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    look_at(at, 44.94, -123.03, 10)
    wait_for(at, CLOSER)
    at.execute_script(
        "window.realFetch = window.fetch; window.failed = 0;"
        "window.fetch = (path, how) => path.startsWith('/api/roads')"
        " ? (failed += 1, Promise.reject(new TypeError('cut'))) : realFetch(path, how)"
    )
    try:
        look_at(at, 43.5, -123.3, 10)
        wait_for(at, "return failed > 0")
        wait_for(at, "return !tripplan.isCloser()")
        assert at.execute_script(LINES) > 0
    finally:
        at.execute_script("window.fetch = window.realFetch")
