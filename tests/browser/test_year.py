"""The page of a year: fits, is legible for all, and needs no host."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.test_controls import AXE
from tests.samples.year import sample_year
from tripplan.questions.annual import page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_it_fits_and_axe_finds_nothing_serious(
    open_file: Callable[..., Any], tmp_path: Path, size: tuple[int, int], *, dark: bool
) -> None:
    page.save_html(sample_year(), tmp_path / "year.html")
    opened = open_file(tmp_path / "year.html", size, dark=dark)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= size[0]
    width = "return document.querySelector('.tp-calendar').getBoundingClientRect().width"
    assert 300 < opened.execute_script(width) <= size[0]
    opened.execute_script("document.querySelector('details').open = true")
    axe = pytest.importorskip("axe_core_python", reason="axe-core comes with that package")
    opened.execute_script((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = opened.execute_async_script(AXE)
    assert [one for one in found if one[0] in {"serious", "critical"}] == []
    assert opened.get_log("browser") == []


def test_units_switch(open_file: Callable[..., Any], tmp_path: Path) -> None:
    page.save_html(sample_year(), tmp_path / "year.html")
    opened = open_file(tmp_path / "year.html")
    opened.execute_script("document.querySelector('input[value=us]').click()")
    shown = opened.execute_script("return document.querySelector('tbody tr').innerText")
    assert "74.6 mi" in " ".join(shown.split())
    assert "km" not in shown
