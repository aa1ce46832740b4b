"""A headless Chromium that reaches no host; its tests are skipped where there is none."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.trip_server import TripServer, running
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


@pytest.fixture(scope="module")
def server() -> Iterator[TripServer]:
    pytest.importorskip("starlette", reason="needs the extra `serve`: starlette and uvicorn")
    pytest.importorskip("uvicorn", reason="needs the extra `serve`: starlette and uvicorn")
    with running("--workers", "2") as found:
        yield found


@pytest.fixture
def page(browser: Any, server: TripServer) -> Callable[..., Any]:
    """Return a function that opens the page at an address, and waits for its plan."""

    def opened(address: str = "", size: tuple[int, int] = LAPTOP, *, dark: bool = False) -> Any:
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1}
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**metrics, "mobile": size == PHONE}
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [scheme]})
        browser.get_log("browser")
        browser.get("about:blank")
        browser.get(server.address + address)
        wait_for(browser, "return document.documentElement.dataset.ready === 'yes'")
        if address:
            wait_for(browser, "return Boolean(tripplan.drawn)")
        return browser

    return opened


def wait_for(page: Any, script: str, most_s: float = 15.0) -> Any:
    until = time.monotonic() + most_s
    while time.monotonic() < until:
        value = page.execute_script(script)
        if value:
            return value
        time.sleep(0.03)
    state = page.execute_script(
        "return [tripplan.question, document.getElementById('ts-error').textContent]"
    )
    raise AssertionError(f"still false after {most_s} s: {script}; {state}")
