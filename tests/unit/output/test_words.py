"""Numbers and names as people read them."""

import pytest

from tripplan.output.text import words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 min"),
        (40, "40 s"),
        (59.6, "1 min"),
        (90, "2 min"),
        (27 * 60, "27 min"),
        (3599, "1 h 00 min"),
        (7 * 3600 + 12 * 60, "7 h 12 min"),
        (100 * 3600, "100 h 00 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (3600, "1:00"), (3599.9, "1:00"), (45_296, "12:35")]
)
def test_clock(seconds: float, text: str) -> None:
    assert words.clock(seconds) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (words.distance(388), "388 km (241 mi)"),
        (words.distance(99.96), "100 km (62.1 mi)"),
        (words.distance(1.609344), "1.6 km (1.0 mi)"),
        (words.temperature(20), "20 °C (68 °F)"),
        (words.temperature(-40), "-40 °C (-40 °F)"),
        (words.temperature(-0.2), "0 °C (32 °F)"),
        (words.temperatures(24, 33), "24 to 33 °C (75 to 91 °F)"),
        (words.power(9.96), "10 kW"),
        (words.power(6.64), "6.6 kW"),
        (words.consumption(142), "142 Wh/km (4.4 mi/kWh)"),
        (words.consumption(0), "0 Wh/km"),
        (words.height(1609.344), "1,609 m (5,280 ft)"),
        (words.height(-0.0), "0 m (0 ft)"),
        (words.wind(5), "5 m/s (11 mph)"),
        (words.speed(104.6), "105 km/h (65 mph)"),
        (words.percent(0.385), "38%"),
        (words.percent(0.385, 1), "38.5%"),
        (words.count(0, "stop"), "no stops"),
        (words.count(1, "stop"), "1 stop"),
        (words.count(2, "stop"), "2 stops"),
    ],
)
def test_quantities(given: str, text: str) -> None:
    assert given == text


def test_one_line_cuts_and_cleans() -> None:
    assert words.one_line("  a\n\tb\x1b[0m ") == "a b [0m"
    assert words.one_line("\u202eabc\u202c") == "abc"
    assert words.one_line("x" * 200, 10) == "x" * 9 + "…"
    assert words.one_line("x" * 10, 10) == "x" * 10
    assert words.one_line("👨\u200d👩") == "👨\u200d👩"
    assert words.one_line(" " * 5000 + "late", 10) == "…"
