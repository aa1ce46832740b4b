"""Two hundred hostile names at once, everywhere on a page: none runs, none bursts the layout."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import LAPTOP, PHONE
from tests.samples.hostile_names import corpus
from tests.samples.plan import sample_plan, sample_region
from tripplan.output.page import compare
from tripplan.output.page.map import save_html
from tripplan.output.text import words
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.plan import Plan
from tripplan.records.region import Region

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])


def stops_of_all_names() -> Plan:
    """Return the sample with a stop of each name after each other, all at its first one."""
    plain = sample_plan()
    first, last, stop = plain.legs[0], plain.legs[-1], plain.stops[0]
    still = {name: values[-1:] for name, values in first.trace.model_dump().items()}
    standing = first.model_copy(update={"trace": first.trace.model_copy(update=still)})
    names = corpus()
    stops = tuple(
        stop.model_copy(
            update={
                "number": k,
                "name": name,
                "operator": name,
                "price": name,
                "lat": first.trace.lat[k % len(first.trace.lat)],
                "lon": first.trace.lon[k % len(first.trace.lon)] + 0.002 * (k % 7),
            }
        )
        for k, name in enumerate(names, start=1)
    )
    legs = (first, *[standing] * (len(names) - 1), last)
    return plain.model_copy(update={"stops": stops, "legs": legs, "assumptions": names[:60]})


def region_of_all_names() -> Region:
    """Return the sample region with a charger and a town of each name."""
    plain = sample_region()
    rng = np.random.default_rng(11)
    places = rng.uniform((39.2, -108.4), (39.9, -105.2), (len(corpus()), 2)).tolist()
    base = plain.chargers.chargers[0]
    chargers = tuple(
        replace(base, id=f"h{k}", name=name, lat=lat, lon=lon, operator=name)
        for k, (name, (lat, lon)) in enumerate(zip(corpus(), places, strict=True))
    )
    towns = tuple(
        GazetteerEntry(name, name[:20], lat, lon, 10_000 + k)
        for k, (name, (lat, lon)) in enumerate(zip(corpus(), places, strict=True))
    )
    nodes = np.zeros(len(chargers), int)
    return replace(plain, chargers=ChargerSet(chargers, nodes), gazetteer=Gazetteer(towns))


OPEN_ALL = """
    const seen = [], every = arguments[0];
    document.querySelectorAll('[data-stop]').forEach(function (button, number) {
        if (number % every) { return; }
        button.click();
        const popups = document.querySelectorAll('.leaflet-popup-content bdi');
        seen.push(popups[popups.length - 1].textContent);
    });
    document.querySelectorAll('.tp-unused, .tp-cluster').forEach(mark => mark.click());
    return seen;
"""
BURST = """
    const wide = document.documentElement.clientWidth;
    return [...document.querySelectorAll('.tp-panel *, .tp-compare *')].filter(function (one) {
        return !one.closest('svg, .leaflet-container, .tp-wide') &&
            one.getBoundingClientRect().right > wide + 1;
    }).map(one => one.outerHTML.slice(0, 120));
"""


def test_there_are_two_hundred() -> None:
    assert len(corpus()) == len(set(corpus())) == 200
    assert max(map(len, corpus())) > 10_000


def quiet(page: Any) -> None:
    """Assert that nothing of a name has run, and that no part sticks out."""
    assert page.execute_script("return window.pwned") is None
    assert page.execute_script("return document.querySelectorAll('[onerror],[onload]').length") == 0
    assert page.get_log("browser") == []
    assert page.execute_script(BURST) == []


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of all names, written once."""
    path = tmp_path_factory.mktemp("hostile") / "trip.html"
    save_html(stops_of_all_names(), path, region_of_all_names(), ways=[sample_plan()])
    return path


@SIZES
def test_no_name_runs_or_bursts_the_page(
    open_file: Callable[..., Any], written: Path, size: tuple[int, int]
) -> None:
    page = open_file(written, size)
    every = 1 if size == LAPTOP else 20  # a phone's page scrolls for each, which takes long
    seen = page.execute_script(OPEN_ALL, every)
    assert seen == [words.one_line(name, 80) for name in corpus()[::every]]
    assert page.execute_script("return document.documentElement.scrollWidth") <= size[0]
    quiet(page)


def test_no_name_runs_in_a_table(open_file: Callable[..., Any], tmp_path: Path) -> None:
    plan = sample_plan()
    entries = [compare.Entry(name, plan, group=name, at=1.0) for name in corpus()[::10]]
    entries += [compare.Entry(name, None, reason=name) for name in corpus()]
    path = tmp_path / "many.html"
    compare.save_html(corpus()[0], entries, path, region_of_all_names(), axis="T")
    page = open_file(path)
    page.execute_script("document.querySelectorAll('[data-column]').forEach(head => head.click())")
    quiet(page)


def test_the_check_would_see_a_name_that_runs(
    open_file: Callable[..., Any], tmp_path: Path
) -> None:
    """A page that lets its names through trips the same check."""
    path = tmp_path / "bad.html"
    path.write_text(f"<!DOCTYPE html><title>x</title>{corpus()[0]}", encoding="utf-8")
    page = open_file(path)
    assert page.execute_script("return window.pwned") is not None
