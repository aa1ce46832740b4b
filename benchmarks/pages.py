"""Size of the trip page, and time until its route is drawn in Chromium, for three lengths of trip.

    python benchmarks/pages.py [--as before|after]

The figures of each kind are kept in `results/pages.json`, so that a change can be measured by
running the older code as `before` and the newer one as `after`.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import tripplan
from measure import SECTIONS, AbsentError
from tripplan.output.page.map import to_html
from tripplan.planning.requests import named_region
from tripplan.records.plan import Plan

TRIPS = (
    ("150 km", "Denver, CO", "Vail, CO", "nissan-sakura"),
    ("1,000 km", "Denver, CO", "Kansas City, MO", "chevrolet-bolt-60"),
    ("4,500 km", "San Francisco, CA", "New York City, NY", "chevrolet-bolt-60"),
)
ATLAS = "starter-illustrative"
ROUNDS = 5
FIGURES = SECTIONS / "pages.json"
WATCH = """
    (function watch() {
        const road = document.querySelector('path.tp-route');
        if (road && road.getBoundingClientRect().width > 0) { window.drawnMs = performance.now(); }
        else { requestAnimationFrame(watch); }
    }());
"""
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1400,900",
)  # fmt: skip


def browser() -> Any:  # noqa: ANN401 - an untyped library
    """Start a Chromium that tells when the route is drawn.

    Raises
    ------
    AbsentError
        There is none, or no selenium.
    """
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    try:
        from selenium import webdriver  # noqa: PLC0415 - optional
    except ImportError as error:
        raise AbsentError("selenium is not installed") from error
    if chromium is None or driver is None:
        raise AbsentError("Chromium or chromedriver is not on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in SWITCHES:
        options.add_argument(switch)
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    return chrome


def drawn_ms(chrome: Any, path: Path) -> float:  # noqa: ANN401
    """Open a page and return when its route was drawn, milliseconds since the start."""
    chrome.get(path.as_uri())
    for _ in range(400):
        found = chrome.execute_script("return window.drawnMs || null")
        if found is not None:
            return float(found)
        time.sleep(0.05)
    raise AbsentError(f"no route is drawn on {path.name}")


def measured(chrome: Any, plan: Plan, folder: Path) -> dict[str, float]:  # noqa: ANN401
    """Return what one page costs; times are medians, clock time."""
    region = named_region(ATLAS)
    written_s = []
    for _ in range(3):
        begin = time.process_time()
        html = to_html(plan, region)
        written_s.append(time.process_time() - begin)
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    return {
        "km": plan.distance_km,
        "stops": len(plan.stops),
        "kb": len(html.encode()) / 1000.0,
        "write_s": statistics.median(written_s),
        "drawn_ms": statistics.median(drawn_ms(chrome, path) for _ in range(ROUNDS)),
    }


def section(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the section of the results page."""
    lines = [
        "## The trip page",
        "",
        "Starter atlas with made-up chargers, headless Chromium at 1400 by 900, network blocked.",
        "*Drawn* is clock time from opening the file until the route has its first line, the",
        f"median of {ROUNDS}; *written* is CPU time of making the page. The machine does other",
        "work as well, as the times show; sizes do not depend on that.",
        "",
        "| trip | km | stops | page, kB | written, s | drawn, ms |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, *_ in TRIPS:
        for kind in ("before", "after"):
            one = figures.get(kind, {}).get(name)
            if one is not None:
                lines.append(
                    f"| {name}, {kind} | {one['km']:.0f} | {one['stops']:.0f} | {one['kb']:.0f} | "
                    f"{one['write_s']:.2f} | {one['drawn_ms']:.0f} |"
                )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, keep the figures, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as", dest="kind", choices=("before", "after"), default="after")
    kind = parser.parse_args().kind
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    try:
        chrome = browser()
        with tempfile.TemporaryDirectory() as folder:
            kept[kind] = {
                name: measured(
                    chrome,
                    tripplan.plan(origin, destination, vehicle=car, region=ATLAS),
                    Path(folder),
                )
                for name, origin, destination, car in TRIPS
            }
        chrome.quit()
    except AbsentError as error:
        print(error, file=sys.stderr)
        return 1
    FIGURES.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (SECTIONS / "pages.md").write_text(section(kept), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
