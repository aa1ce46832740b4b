"""Opening hours at a place and time, and the intervals in which a charger is open."""

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tripplan.errors import InvalidInputError
from tripplan.planning.opening_hours import is_open, local_time, opening_intervals
from tripplan.records.charger import Charger

SEATTLE = (47.6, -122.3)
H = 3600.0


def site(hours: str | None, lat: float = SEATTLE[0], lon: float = SEATTLE[1]) -> Charger:
    return Charger(
        id="x",
        name="Garage",
        lat=lat,
        lon=lon,
        connectors=(),
        status="listed",
        source="test",
        opening_hours=hours,
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# 2026-06-01 is a Monday, 2026-07-04 (US holiday) a Saturday, 2026-12-25 a Friday.
@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ("24/7", "2026-06-01T03:00", True),
        ("Mo-Fr 08:00-18:00", "2026-06-01T12:00", True),
        ("Mo-Fr 08:00-18:00", "2026-06-01T18:00", False),
        ("Mo-Fr 08:00-18:00", "2026-07-04T12:00", False),
        ("Mo-Fr 08:00-18:00; PH off", "2026-12-25T12:00", False),
        ("Mo-Su 22:00-02:00", "2026-06-02T01:00", True),
        ("sunrise-sunset", "2026-06-01T20:00", True),
        ("sunrise-sunset", "2026-12-01T20:00", False),
        ("Mo-Fr 08:00-18:00", "2026-06-01T19:00Z", True),
        ("Mo-Fr 08:00-18:00", "2026-06-01T12:00Z", False),
        ("unknown", "2026-06-01T12:00", None),
        ("call us", "2026-06-01T12:00", None),
        ("x" * 5000, "2026-06-01T12:00", None),
        (None, "2026-06-01T12:00", None),
    ],
)
def test_open_at_a_time_in_seattle(hours: str | None, when: str, expected: bool | None) -> None:
    assert is_open(site(hours), at(when)) is expected


@pytest.mark.parametrize(
    ("hours", "start", "horizon_h", "intervals_h"),
    [
        ("24/7", "2026-06-01T07:00", 48, [(0, 48)]),
        ("Mo-Fr 08:00-18:00", "2026-06-01T07:00", 24, [(1, 11)]),
        ("Mo-Fr 08:00-18:00", "2026-06-01T12:00", 24, [(0, 6), (20, 24)]),
        ("Mo-Fr 08:00-18:00", "2026-06-05T18:00", 62, []),  # Friday evening to Monday, 8 o'clock
        ("Mo-Fr 08:00-18:00", "2026-06-05T18:00", 63, [(62, 63)]),
        (
            "Mo-Fr 08:00-12:00,14:00-18:00; Sa 10:00-14:00",
            "2026-06-05T13:00",
            24,
            [(1, 5), (21, 24)],
        ),
        ("22:00-06:00", "2026-06-01T20:00", 36, [(2, 10), (26, 34)]),
        ("22:00-06:00", "2026-06-01T23:30", 3, [(0, 3)]),
        ("Mo-Fr 08:00-18:00; PH off", "2026-12-24T12:00", 30, [(0, 6)]),
        ("Mo-Fr 08:00-18:00; PH 10:00-11:00", "2026-12-25T00:00", 24, [(10, 11)]),
        ('08:00-12:00 "front"; 12:00-18:00 "back"', "2026-06-01T07:00", 24, [(5, 11)]),
        ('08:00-12:00 "front", 12:00-18:00 "back"', "2026-06-01T07:00", 24, [(1, 11)]),
        ("off", "2026-06-01T07:00", 24, []),
        ("24/7", "2026-06-01T07:00", 0, []),
    ],
)
def test_intervals_by_hand(
    hours: str, start: str, horizon_h: float, intervals_h: list[tuple[float, float]]
) -> None:
    found = opening_intervals(site(hours), at(start), horizon_h * H)
    assert found == tuple((first * H, last * H) for first, last in intervals_h)


@pytest.mark.parametrize(
    "hours", [None, "call us", "x" * 5000, "unknown", "Mo-Su 08:00-18:00 unknown"]
)
def test_hours_that_are_not_known_have_no_intervals(hours: str | None) -> None:
    assert opening_intervals(site(hours), at("2026-06-01T07:00"), 24 * H) is None


def test_what_the_hours_call_unknown_is_not_open() -> None:
    hours = "Mo-Fr 09:00-17:00, Sa 09:00-12:00 unknown"
    assert opening_intervals(site(hours), at("2026-06-05T12:00"), 24 * H) == ((0.0, 5 * H),)


def sunrise_and_sunset_h(day: date, lat: float, lon: float) -> tuple[float, float]:
    """Return the hours after midnight UTC, by the NOAA's general solar position equations."""
    gamma = 2.0 * math.pi / 365.0 * (day.timetuple().tm_yday - 1 + (12 - 12) / 24)
    equation_min = 229.18 * (
        0.000075
        + 0.001868 * math.cos(gamma)
        - 0.032077 * math.sin(gamma)
        - 0.014615 * math.cos(2 * gamma)
        - 0.040849 * math.sin(2 * gamma)
    )
    declination = (
        0.006918
        - 0.399912 * math.cos(gamma)
        + 0.070257 * math.sin(gamma)
        - 0.006758 * math.cos(2 * gamma)
        + 0.000907 * math.sin(2 * gamma)
        - 0.002697 * math.cos(3 * gamma)
        + 0.00148 * math.sin(3 * gamma)
    )
    phi = math.radians(lat)
    angle = math.degrees(
        math.acos(
            math.cos(math.radians(90.833)) / (math.cos(phi) * math.cos(declination))
            - math.tan(phi) * math.tan(declination)
        )
    )
    rise = (720.0 - 4.0 * (lon + angle) - equation_min) / 60.0
    return rise, (720.0 - 4.0 * (lon - angle) - equation_min) / 60.0


@pytest.mark.parametrize("day", ["2026-03-20", "2026-06-01", "2026-12-21"])
@pytest.mark.parametrize(("lat", "lon"), [SEATTLE, (48.14, 11.58)])
def test_the_sun_rises_when_the_equations_say(day: str, lat: float, lon: float) -> None:
    midnight = datetime.fromisoformat(day)
    start = local_time(midnight, lat, lon)
    found = opening_intervals(site("sunrise-sunset", lat, lon), midnight, 24 * H)
    utc_h = -start.utcoffset().total_seconds() / H  # type: ignore[union-attr]
    expected = [hour - utc_h for hour in sunrise_and_sunset_h(midnight.date(), lat, lon)]
    assert found is not None
    assert [end / H for end in found[0]] == pytest.approx(expected, abs=0.08)


def test_hours_are_those_of_the_charger_and_the_start_may_have_another_zone() -> None:
    """8 o'clock in Denver is 7 o'clock in Seattle; and any fixed offset will do."""
    denver = local_time(at("2026-06-01T08:00"), 39.74, -104.99)
    for start in (
        denver,
        denver.astimezone(UTC),
        denver.astimezone(timezone(timedelta(hours=5, minutes=30))),
        at("2026-06-01T07:00"),
    ):
        assert opening_intervals(site("Mo-Fr 08:00-18:00"), start, 24 * H) == ((H, 11 * H),)


@pytest.mark.parametrize(
    ("start", "opens_h"),
    [("2026-03-07T20:00", 11), ("2026-10-31T20:00", 13), ("2026-06-01T20:00", 12)],
)
def test_seconds_are_real_ones_when_clocks_are_changed(start: str, opens_h: float) -> None:
    """US clocks are put forward on 8 March 2026 and back on 1 November."""
    assert opening_intervals(site("08:00-09:00"), at(start), 20 * H) == (
        (opens_h * H, (opens_h + 1) * H),
    )


def test_intervals_agree_with_asking_minute_by_minute() -> None:
    hours = "Mo-Th 06:30-22:15; Fr 06:30-24:00; Sa,Su 10:00-02:00; PH 12:00-13:00"
    start = at("2026-07-02T05:00")
    intervals = opening_intervals(site(hours), start, 96 * H)
    assert intervals is not None
    for minute in range(0, 96 * 60, 7):
        inside = any(first <= 60.0 * minute < last for first, last in intervals)
        assert is_open(site(hours), start + timedelta(minutes=minute)) is inside, minute


def test_local_time_is_that_of_the_place() -> None:
    assert str(local_time(at("2026-06-01T08:00"), *SEATTLE)) == "2026-06-01 08:00:00-07:00"
    assert str(local_time(at("2026-12-01T08:00"), 48.14, 11.58)) == "2026-12-01 08:00:00+01:00"
    given = at("2026-06-01T08:00+05:30")
    assert local_time(given, *SEATTLE) is given


def test_impossible_times_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="look ahead"):
        opening_intervals(site("24/7"), at("2026-06-01T08:00"), -1.0)
    with pytest.raises(InvalidInputError, match="look ahead"):
        opening_intervals(site("24/7"), at("2026-06-01T08:00"), math.inf)
    with pytest.raises(InvalidInputError, match="not a time"):
        opening_intervals(site("24/7"), at("9999-12-31T08:00"), 1e6)
