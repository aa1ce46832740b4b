"""The page looks as it did: screenshots held against kept ones, within a tolerance.

The kept ones are small and grey, so that fonts of another machine do not matter.  A change of
looks that is wanted is kept by ``TRIPPLAN_KEEP_LOOKS=1 pytest tests/browser/test_looks.py``.
"""

import base64
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import LAPTOP, PHONE
from tests.samples.plan import sample_plan, sample_region
from tests.samples.plan_with_waypoints import visits_plan

pytestmark = pytest.mark.browser

KEPT = Path(__file__).parent / "looks"
SHRINK = 8
"""One pixel of a kept picture is the mean of this many squared."""
SHADE = 28
"""Shades of 255 by which a shrunken pixel may differ."""
SHARE = 0.06
"""Part of the shrunken pixels that may differ by more: letters of other fonts."""
LOOKS = {
    "laptop": (LAPTOP, False),
    "laptop-dark": (LAPTOP, True),
    "phone": (PHONE, False),
    "phone-dark": (PHONE, True),
}


def grey(png: bytes) -> np.ndarray:
    """Return a screenshot shrunken and without colour, shades 0 to 255."""
    image = Image.open(io.BytesIO(png)).convert("L")
    return np.asarray(image.reduce(SHRINK), np.float64)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the part of the pixels that differ by more than `SHADE`."""
    if one.shape != other.shape:
        return 1.0
    return float(np.mean(np.abs(one - other) > SHADE))


def taken(page: Any, *, paper: bool = False) -> bytes:
    """Return what is in the window."""
    if paper:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    page.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 300))")
    return base64.b64decode(
        page.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    )


def held(name: str, png: bytes) -> None:
    """Hold a screenshot against the kept one of its name."""
    path = KEPT / f"{name}.png"
    found = grey(png)
    if os.environ.get("TRIPPLAN_KEEP_LOOKS"):
        Image.fromarray(found.round().astype(np.uint8)).save(path, optimize=True)
    kept = np.asarray(Image.open(path), np.float64)
    assert difference(found, kept) <= SHARE, f"{name} looks different; see the top of this file"


@pytest.mark.parametrize("name", LOOKS)
def test_the_page_looks_as_it_did(open_page: Callable[..., Any], name: str) -> None:
    size, dark = LOOKS[name]
    page = open_page(sample_plan(), sample_region(), size, dark=dark)
    held(name, taken(page))


def test_paper_looks_as_it_did(open_page: Callable[..., Any]) -> None:
    page = open_page(visits_plan(), sample_region(), (700, 1000), dark=True)
    held("paper", taken(page, paper=True))


def test_a_page_without_its_route_looks_different(open_page: Callable[..., Any]) -> None:
    """So small a part is seen by a narrower look, at the map's middle alone."""
    page = open_page(sample_plan(), sample_region())
    whole = grey(taken(page))
    page.execute_script("document.querySelector('.leaflet-overlay-pane').remove()")
    page.execute_script("document.querySelector('.tp-panel').remove()")
    assert difference(grey(taken(page)), whole) > SHARE
    kept = [np.asarray(Image.open(KEPT / f"{name}.png"), np.float64) for name in LOOKS]
    assert difference(kept[0], kept[1]) > 0.5
