"""More detail when zooming in, from the region's own roads, in Chromium."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import wait_for
from tests.browser.test_serve import TRIP

pytestmark = pytest.mark.browser

LINES = """
    let points = 0;
    tripplan.map.eachLayer(layer => {
      if (layer.options.pane === 'tp-roads' && layer instanceof L.Polyline && !layer.options.dashArray
          && !(layer instanceof L.Polygon)) {
        layer.getLatLngs().flat().forEach(at => { points += tripplan.map.getBounds().contains(at); });
      }
    });
    return points;
"""


def test_the_served_page_asks_for_the_roads_of_the_view(page: Callable[..., Any]) -> None:
    at = page(TRIP)
    asked = "return performance.getEntriesByName(location.origin + '/api/ground').length"
    before = at.execute_script(asked)
    at.execute_script("tripplan.map.setView([44.94, -123.03], 9, {animate: false})")
    coarse = at.execute_script(LINES)
    wait_for(at, f"{asked} > {before}")
    wait_for(at, f"{LINES.replace('return points', f'return points > {coarse}')}")
    assert at.get_log("browser") == []
