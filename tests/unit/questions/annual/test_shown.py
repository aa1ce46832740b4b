"""What a year shows, in the terminal and on its page: every figure, every day, reasons whole."""

import re
from pathlib import Path

import pytest

from tests.samples.hostile_plan import HOSTILE
from tests.samples.year import REASON, sample_year
from tripplan.output.page import year as year_page
from tripplan.questions.annual import page, text

HTML = year_page.to_html(page.to_page(sample_year()))


def calendars(html: str) -> list[str]:
    return re.findall(r'<svg[^>]*class="tp-calendar".*?</svg>', html, re.DOTALL)


def days(calendar: str) -> dict[str, str]:
    """Return what is told of each marked day, with its mark."""
    found = re.findall(r'<rect[^>]*class="tp-day-(\w+)"><title>\w+ (\S+): (.*?)</title>', calendar)
    return {day: f"{mark}: {told}" for mark, day, told in found}


def test_the_terminal_says_who_does_what_at_80_columns() -> None:
    told = text.year(sample_year())
    assert max(map(len, told.splitlines())) <= 80
    (small,) = [line for line in told.splitlines() if re.match(r"Small car\s+\d", line)]
    assert small.split()[2:] == ["1", "1", "1", "40", "12", "0", "11", "260", "371"]
    flat = " ".join(told.split())
    assert "airport: 1 of 1 cannot be done, at -5 °C (23 °F): the battery holds too little" in flat
    assert "first on the drive from DEN to Home; 2.5 kWh more would do;" in flat
    assert "can be done: 1 with most_stops 1." in flat
    assert "least to spare: 1.5 kWh on 2025-01-06 at Home (office)" in flat
    assert "Without a car: 900 USD." in flat
    assert "6 plans were made for 6 trips." in flat


def test_each_day_of_the_year_is_in_each_calendar_once() -> None:
    found = calendars(HTML)
    assert len(found) == 2
    for calendar in found:
        assert len(re.findall(r"<rect", calendar)) == 365
    leap = sample_year().model_copy(update={"year": 2024})
    html = year_page.to_html(page.to_page(leap))
    assert [len(re.findall(r"<rect", one)) for one in calendars(html)] == [366, 366]


def test_a_day_says_what_happens_on_it() -> None:
    small, large = map(days, calendars(HTML))
    assert small["2025-01-06"] == "done: office at -5 °C: done, home with 40%"
    assert small["2025-01-09"] == "failed: airport at -5 °C: not done, rental instead"
    assert small["2025-01-12"] == "failed: airport, on"
    assert "2025-01-13" not in small
    assert small["2025-02-08"] == "charged: mountains at -5 °C: 1 stop at chargers, 30 min"
    assert large["2025-01-10"] == "away: airport, on"
    assert "5 days not done" not in HTML
    assert "1 days done, 1 days done, with stops at chargers, 4 days not done" in HTML


def test_signs_stand_for_colours() -> None:
    small, large = calendars(HTML)
    assert (small.count("tp-sign-dot"), small.count('class="tp-sign"')) == (1, 4)
    assert (large.count("tp-sign-dot"), large.count('class="tp-sign"')) == (1, 0)


def test_reasons_are_whole_and_figures_there() -> None:
    assert REASON in HTML
    for figure in ("1 (4 days)", "40 kWh", "12 kWh", "30 min", "11 USD", "260 USD", "371 USD"):
        assert f"<td>{figure}</td>" in HTML
    assert "Nothing that it cannot do." in HTML
    assert "The year begins with a full battery." in HTML
    assert "Somewhere: made up" in HTML


def test_the_page_needs_nothing_from_outside(tmp_path: Path) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', HTML)
    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    assert re.findall(r'(?:src|href)="(?!#)', HTML) == []
    assert "L.map(" not in HTML
    assert len(HTML) < 200_000
    page.save_html(sample_year(), tmp_path / "year.html")
    assert (tmp_path / "year.html").read_text(encoding="utf-8") == HTML


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_change_nothing(hostile: str) -> None:
    plain = year_page.to_html(page.to_page(sample_year("Plain", "Plain")))
    shown = year_page.to_html(page.to_page(sample_year(hostile or "-", hostile or "-")))
    assert re.findall(r"<[a-z/]+", shown) == re.findall(r"<[a-z/]+", plain)
    assert "\x1b" not in text.year(sample_year(hostile or "-", hostile or "-"))
