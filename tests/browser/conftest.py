"""A headless Chromium that reaches no host; its tests are skipped where there is none."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tripplan.output.page.map import save_html
from tripplan.records.plan import Plan
from tripplan.records.region import Region

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

LAPTOP = (1400, 900)
PHONE = (390, 844)
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--lang=en-GB",
    "--hide-scrollbars",
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Chrome"]:
    """Start one Chromium for all tests."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs Chromium and chromedriver (Debian: chromium chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in SWITCHES:
        options.add_argument(switch)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.add_experimental_option("prefs", {"intl.accept_languages": "en-GB"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    chrome.set_page_load_timeout(60)
    yield chrome
    chrome.quit()


@pytest.fixture
def open_file(browser: "Chrome") -> Callable[..., "Chrome"]:
    """Return a function that opens a page from its file."""

    def opened(path: Path, size: tuple[int, int] = LAPTOP, *, dark: bool = False) -> "Chrome":
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1}
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**metrics, "mobile": size == PHONE}
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [scheme]})
        browser.get_log("browser")  # type: ignore[no-untyped-call]
        browser.get(path.as_uri())
        return browser

    return opened


@pytest.fixture
def open_page(open_file: Callable[..., "Chrome"], tmp_path: Path) -> Callable[..., "Chrome"]:
    """Return a function that writes a plan's page and opens it from its file."""

    def opened(
        plan: Plan,
        region: Region | None = None,
        size: tuple[int, int] = LAPTOP,
        *,
        dark: bool = False,
        ways: Sequence[Plan] = (),
    ) -> "Chrome":
        path = tmp_path / "map.html"
        save_html(plan, path, region, ways=ways)
        return open_file(path, size, dark=dark)

    return opened
