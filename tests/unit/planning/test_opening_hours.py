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
        ('08:00-12:00 open "front"; 12:00-18:00 open "back"', "2026-06-01T07:00", 24, [(5, 11)]),
        ('08:00-12:00 open "front", 12:00-18:00 open "back"', "2026-06-01T07:00", 24, [(1, 11)]),
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


FORMS = (
    "24/7",
    "off",
    "Mo-Th 06:30-22:15; Fr 06:30-24:00; Sa,Su 10:00-02:00; PH 12:00-13:00",
    'Mo-Fr 08:00-18:00 || "on request"',
    'Mo-Fr 08:00-18:00; PH off || Sa 09:00-12:00 || unknown "ring"',
    'Mo-Fr 08:00-18:00; Sa,Su "by appointment"',
    '"by appointment"',
    'Su 08:00-18:00 "ring the bell"',
    "08:00+",
    "Mo-Fr 08:00-18:00+; Sa off",
    "Fr 20:00+, Sa 10:00-12:00",
    "sunrise-sunset",
    "sunset+",
    "Mo-Su 22:00-02:00",
    "Mo-Su 18:00-26:00; PH,SH off",
    "Apr-Oct 07:00-21:00; Nov-Mar 09:00-17:00",
    "week 1-53/2 Mo-Fr 08:00-10:00; Mo[1] off",
    "24/7; 2026 Jun 09 02:00-24:00 off; 2026 Jun 10 00:00-02:00 off",
    "Mo-Fr 08:00-18:00, 2026 Jun 13 20:00-22:00",
    "Mo-Fr 08:00-18:00; SH Mo-Su 10:00-12:00",
    "Mo-Fr 8 to 18; Sa 10:00-12:00",
    "Mo-Su 00:00-23:59",
)


@pytest.mark.parametrize("hours", FORMS)
@pytest.mark.parametrize("place", [SEATTLE, (51.5, -0.12)])
def test_spells_and_single_moments_agree_all_year(hours: str, place: tuple[float, float]) -> None:
    """At half hours all over a year, every 67th of them, and at quarters between."""
    charger = site(hours, *place)
    start = local_time(at("2026-01-01T00:00"), *place)
    horizon_s = 365 * 24 * H
    known = opening_intervals(charger, start, horizon_s) or ()
    possible = opening_intervals(charger, start, horizon_s, with_unknown=True) or ()
    for step in range(7, 365 * 48, 67):
        second = 1800.0 * step + (900.0 if step % 2 else 0.0)
        moment = (start.astimezone(UTC) + timedelta(seconds=second)).astimezone(start.tzinfo)
        spelled = [any(a <= second < b for a, b in spells) for spells in (known, possible)]
        expected = None if spelled[0] != spelled[1] else spelled[0]
        assert is_open(charger, moment) is expected, moment


# 2026-06-07 is a Sunday, 2026-06-09 a Tuesday.
@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ('Mo-Fr 08:00-18:00 || "on request"', "2026-06-07T12:00", None),
        ('Mo-Fr 08:00-18:00 || "on request"', "2026-06-09T12:00", True),
        ("Mo-Fr 08:00-18:00 || Sa 10:00-12:00", "2026-06-07T12:00", False),
        ('Mo-Fr 08:00-18:00 "a; b || c"', "2026-06-09T12:00", None),
        ('Mo-Fr 08:00-18:00 open "a; b || c"', "2026-06-09T12:00", True),
        ('Sa off "by appointment"', "2026-06-06T12:00", False),
        ("08:00+", "2026-06-09T07:59", False),
        ("08:00+", "2026-06-09T08:00", None),
        ("08:00-18:00+", "2026-06-09T17:59", True),
        ("08:00-18:00+", "2026-06-09T19:00", None),
        ("Mo-Fr 08:00-12:00,14:00+", "2026-06-09T13:00", False),
        ("Tu 22:00-01:00+", "2026-06-10T00:30", True),
        ("Tu 22:00-01:00+", "2026-06-10T01:30", None),
        ("Mo-Fr 8 to 18; Sa 10:00-12:00", "2026-06-09T12:00", None),
        ("Mo-Fr 8 to 18; Sa 10:00-12:00", "2026-06-06T11:00", True),
        ("Mo-Fr 8 to 18; Sa 10:00-12:00", "2026-06-07T11:00", False),
        ("Mo-Su 00:00-23:59", "2026-06-09T23:59:30", True),
        ("Mo - Fr 08:00 \u2013 18:00", "2026-06-09T12:00", True),
        ("24h", "2026-06-09T12:00", True),
        ("2026 Jun 09 - 2026 Jun 11 off", "2026-06-10T12:00", False),
    ],
)
def test_what_the_specification_calls_unknown(hours: str, when: str, expected: bool | None) -> None:
    assert is_open(site(hours), at(when)) is expected


LONDON, MUNICH = (51.5, -0.12), (48.14, 11.58)


@pytest.mark.parametrize(
    ("place", "day", "possible"),
    [
        (LONDON, "2026-01-01", {False, None}),  # New Year: Banking and Financial Dealings Act 1971
        (LONDON, "2026-04-03", {False, None}),  # Good Friday
        (LONDON, "2026-04-06", {False, None}),  # Easter Monday
        (LONDON, "2026-08-31", {False, None}),  # last Monday in August
        (LONDON, "2026-12-28", {False, None}),  # for Boxing Day, a Saturday
        (LONDON, "2026-06-09", {True}),
        (MUNICH, "2026-05-01", {False}),
        (MUNICH, "2026-08-15", {False, None}),  # Assumption: in parts of Bavaria only
        (MUNICH, "2026-06-04", {False, None}),  # Corpus Christi: in some states only
        (MUNICH, "2026-06-09", {True}),
        (SEATTLE, "2026-10-12", {False, None}),  # Columbus Day: 5 U.S.C. 6103
        (SEATTLE, "2026-07-03", {False, None}),  # for the 4th, a Saturday
        (SEATTLE, "2026-06-09", {True}),
    ],
)
def test_holidays_by_law_are_never_taken_for_working_days(
    place: tuple[float, float], day: str, possible: set[bool | None]
) -> None:
    assert is_open(site("Mo-Su 08:00-18:00; PH off", *place), at(f"{day}T12:00")) in possible
    assert is_open(site("Mo-Su 08:00-18:00", *place), at(f"{day}T12:00")) is True


def test_days_of_school_holidays_are_unknown_where_they_matter() -> None:
    hours = "Mo-Fr 08:00-18:00; SH Mo-Fr 10:00-12:00"
    assert is_open(site(hours), at("2026-06-09T11:00")) is True
    assert is_open(site(hours), at("2026-06-09T15:00")) is None
    assert is_open(site(hours), at("2026-06-09T20:00")) is False


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
