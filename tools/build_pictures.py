"""Takes the pictures of README and docs, `docs/images`, with Chromium and chromedriver.

::

    .venv/bin/python -m tools.build_pictures [--out DIR] [--only server|year|gallery]
"""

import argparse
import base64
import importlib
import io
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver

import tripplan
from tests.servers.trip_server import running
from tripplan.batch.overview import compare_trip, sweep
from tripplan.output.page.map import save_html
from tripplan.output.picture.png import write_png
from tripplan.questions.annual import page as year_page
from tripplan.study import run_study

OUT = Path(__file__).parent.parent / "docs" / "images"
STUDY = OUT.parent / "studies" / "second-car.toml"
DESKTOP, PHONE, PAPER, TABLE = (1400, 900), (390, 844), (703, 1030), (1400, 1000)
HEAT_MAPS, CALENDARS = (1100, 1616), (1400, 1060)
YEAR = OUT.parent / "studies" / "sakura-year.toml"
OPEN_STOP = """
    const stop = document.querySelectorAll('.tp-stop-icon')[2];
    stop.dispatchEvent(new MouseEvent('click', { bubbles: true }));
"""
TO_PAPER = "window.dispatchEvent(new Event('beforeprint'))"
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--lang=en-GB",
)  # fmt: skip


def browser() -> webdriver.Chrome:
    """Start a Chromium that reaches no host and reads in kilometres."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for switch in SWITCHES:
        options.add_argument(switch)
    options.add_experimental_option("prefs", {"intl.accept_languages": "de-DE"})
    service = webdriver.ChromeService(shutil.which("chromedriver") or "chromedriver")
    return webdriver.Chrome(options=options, service=service)


def sized(chrome: Any, size: tuple[int, int], *, dark: bool = False) -> None:  # noqa: ANN401 - as below
    """Give the window a size, and the page its colours."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [scheme]})


def take(
    chrome: Any,  # noqa: ANN401 - selenium has no types for what is used here
    page: Path,
    picture: Path,
    size: tuple[int, int],
    *,
    media: str = "",
    dark: bool = False,
    run: str = "",
) -> None:
    """Open a page and keep what is in the window, in 256 colours."""
    sized(chrome, size, dark=dark)
    chrome.get(page.as_uri())
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [scheme]})
    chrome.execute_script(run)
    shoot(chrome, picture)


def shoot(chrome: Any, picture: Path) -> None:  # noqa: ANN401 - as below
    """Keep what is in the window a moment later."""
    chrome.execute_async_script("setTimeout(arguments[0], 1500)")
    shot = chrome.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    save(base64.b64decode(shot), picture)


def save(png: bytes, picture: Path) -> None:
    """Keep a picture in 256 colours."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(picture, optimize=True)


TRIP = "#origin=Portland%2C+OR&destination=Medford%2C+OR&vehicle=nissan-sakura&departure_soc=1"
DRAWN = """
    const done = arguments[0];
    const look = () => window.tripplan && tripplan.drawn ? done() : setTimeout(look, 50);
    look();
"""
WAYS = """
    const done = arguments[0];
    document.getElementById('ts-look').click();
    const look = () => document.getElementById('ts-look') ? setTimeout(look, 50) : done();
    look();
"""
WHAT_IF = """
    document.getElementById('ts-ban-0').closest('li').scrollIntoView({block: 'start'});
    arguments[0]();
"""
SLIDERS = "document.querySelector('.ts-switches').scrollIntoView({block: 'end'}); arguments[0]()"


def build_server(out: Path) -> None:
    """Take the pictures of the page of `tripplan serve`."""
    looks = (
        ("serve-desktop", DESKTOP, False, WHAT_IF),
        ("serve-dark", DESKTOP, True, WAYS),
        ("serve-phone", PHONE, False, SLIDERS),
    )
    chrome = browser()
    with running("--workers", "1") as server:
        for name, size, dark, run in looks:
            sized(chrome, size, dark=dark)
            chrome.get("about:blank")
            chrome.get(server.address + TRIP)
            chrome.execute_async_script(DRAWN)
            chrome.execute_async_script(run)
            shoot(chrome, out / f"{name}.png")
    chrome.quit()


def build(out: Path) -> None:
    """Take all pictures."""
    region = tripplan.load_starter()
    demo = tripplan.plan(
        "Portland, OR", "Medford, OR", vehicle="nissan-sakura", departure_soc=1.0,
        ambient_c=20, region=region,
    )  # fmt: skip
    coast = tripplan.plan("San Francisco, CA", "New York, NY", vehicle="tesla-model-3-lr")
    cars = ("nissan-leaf-40", "chevrolet-bolt-60", "hyundai-ioniq-5-rwd")
    asked = sweep("Portland, OR", "Medford, OR", cars, ("-10", "5", "20", "35"))
    with tempfile.TemporaryDirectory() as folder:
        page, table, picture = (Path(folder, name) for name in ("a.html", "b.html", "c.png"))
        save_html(demo, page, region)
        compare_trip(asked, table, region)
        write_png(coast, picture, region)
        save(picture.read_bytes(), out / "picture.png")
        chrome = browser()
        take(chrome, page, out / "demo-desktop.png", DESKTOP)
        take(chrome, page, out / "demo-dark.png", DESKTOP, dark=True, run=OPEN_STOP)
        take(chrome, page, out / "demo-phone.png", PHONE)
        take(chrome, page, out / "demo-print.png", PAPER, media="print", run=TO_PAPER)
        take(chrome, table, out / "compare.png", TABLE)
        run_study(STUDY, Path(folder, "study"))
        take(chrome, Path(folder, "study", "study.html"), out / "study.png", HEAT_MAPS)
        chrome.quit()


def build_year(out: Path) -> None:
    """Take the picture of a year."""
    with tempfile.TemporaryDirectory() as folder:
        year_page.save_html(tripplan.year(YEAR), Path(folder, "year.html"))
        chrome = browser()
        take(chrome, Path(folder, "year.html"), out / "year.png", CALENDARS)
        chrome.quit()


GALLERY = OUT.parent / "gallery"
THUMBNAIL_PX = (360, 240)


def build_gallery(out: Path) -> None:
    """Draw each notebook of the gallery small: the last figure that its cells plot."""
    plots = importlib.import_module("matplotlib.pyplot")
    plots.switch_backend("Agg")
    for notebook in sorted(GALLERY.glob("*.md")):
        text = notebook.read_text(encoding="utf-8")
        cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        if not cells:
            continue
        plots.close("all")
        before = Path.cwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                exec("\n".join(cells), {"__name__": "notebook"})  # noqa: S102 - our own pages
            finally:
                os.chdir(before)
        drawn = io.BytesIO()
        plots.gcf().savefig(drawn, dpi=110, bbox_inches="tight", facecolor="white")
        image = Image.open(drawn).convert("RGB")
        image.thumbnail(THUMBNAIL_PX, Image.Resampling.LANCZOS)
        image.quantize(64, dither=Image.Dither.NONE).save(
            out / f"gallery-{notebook.stem}.png", optimize=True
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    parser.add_argument("--only", choices=("server", "year", "gallery"), help="only those")
    wanted = parser.parse_args()
    if wanted.only is None:
        build(wanted.out)
    if wanted.only in {None, "year"}:
        build_year(wanted.out)
    if wanted.only in {None, "server"}:
        build_server(wanted.out)
    if wanted.only in {None, "gallery"}:
        build_gallery(wanted.out)
